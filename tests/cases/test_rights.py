"""Which right each act of a case's road asks for: nobody with every other right gets it done."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

from dengbu.core.acts import Actor
from dengbu.core.refusals import NotPermitted
from dengbu.parties.permissions import PERMISSIONS

ROOMS = ("cases", "orders", "appointments", "certificates")
# Without a right, the first lines: anybody who is known may try, and the act itself looks at who they are on the case, or
# that it is the office's own watch.
RIGHTS: dict[str, str] = {
    "": """
        appointments.book appointments.cancel appointments.mark_missed appointments.release
        cases.add_material cases.ask_visit cases.book_visit cases.cancel_visit cases.cancel_visit_home
        cases.close_old_drafts cases.drop_draft cases.expire_overdue cases.go_on_without_backfill
        cases.hand_in_undertaken cases.keep_application cases.keep_typed cases.keep_watch
        cases.make_court_papers cases.make_stop_notice cases.move_material cases.note_filing_change
        cases.papers_mended cases.release cases.remove_material cases.restore_material cases.rotate_material
        cases.save_delivery cases.save_parties cases.save_property cases.save_reason cases.save_survey
        cases.submit cases.take_back_hand_in cases.tell_of_deadlines cases.tell_of_ending_drafts
        cases.tell_parties cases.withdraw orders.entered orders.write_letters
    """,
    "application.confirm": """
        cases.confirm cases.disagree
    """,
    "application.file": """
        cases.book_batch cases.cancel_batch_visit cases.claim_for_batch cases.share_material cases.start
        cases.start_batch cases.start_discharge cases.submit_batch cases.unshare_material
    """,
    "appointment.manage": """
        appointments.open_slots
    """,
    "archive.hand_over": """
        cases.hand_over
    """,
    "case.accept": """
        appointments.mark_arrived cases.accept cases.accept_batch cases.ask_visit_at_window cases.check_in
        cases.check_in_batch cases.decide_batch_exemptions cases.decide_exemption cases.desk_verdict
        cases.desk_verdicts cases.enter_accepted cases.keep_signed_undertaking cases.note_signing
        cases.refuse cases.return_originals cases.send_back cases.settle_matter cases.sign_withdrawal
        cases.take_answers cases.take_back_undertaking cases.undertake
    """,
    "case.archive": """
        cases.archive
    """,
    "case.certify": """
        cases.finish_printing cases.print_certificate cases.reprint_certificate certificates.print certificates.reprint
    """,
    "case.claim": """
        cases.claim cases.claim_next
    """,
    "case.face_sign": """
        cases.add_scene_photo cases.confirm_signing cases.identify_signer cases.make_papers_to_sign
        cases.record_signing cases.remove_scene_photo cases.sign_visited cases.take_answers_visited
    """,
    "case.file_for": """
        cases.begin_order cases.keep_served_paper cases.name_units cases.propose_order_end
        cases.receive_order cases.start_walk_in orders.name orders.open orders.propose_end orders.receive
    """,
    "case.inspect": """
        cases.add_site_photo cases.confirm_inspection cases.record_inspection cases.remove_site_photo
    """,
    "case.issue": """
        cases.deliver_renewal cases.issue cases.mail cases.mail_delivered cases.mail_returned
        certificates.bring_back certificates.deliver certificates.issue certificates.mail
    """,
    "case.reassign": """
        cases.reassign
    """,
    "case.review": """
        cases.answer_second_review cases.decide_by_officer cases.decline cases.give_verdict cases.pass
        cases.record_face_signing cases.request_correction cases.send_out_inspection cases.wait_for_backfill
    """,
    "case.second_review": """
        cases.decide_objection cases.second_agree cases.second_send_back
    """,
    "case.settle": """
        cases.accept_hand_in cases.ask_supplement cases.breach_undertaking cases.bring_undertaken
        cases.close_undertaking_task cases.confirm_undertaking cases.decide_order_end cases.decline_visit
        cases.end_notice cases.inspect_again cases.keep_answer cases.letter_answered cases.letter_sent
        cases.pause cases.pause_for_backfill cases.plan_visit cases.receive_supplement
        cases.record_objection cases.report_error cases.resume cases.return_hand_in cases.stop_running
        orders.decide_end orders.note_answer orders.note_sent
    """,
    "case.sign_off": """
        cases.leader_send_back cases.sign_off
    """,
    "fee.collect": """
        cases.reissue_voucher cases.return_fee cases.return_part
    """,
    "print.case": """
        cases.print_paper
    """,
    "register.backfill": """
        cases.backfilled cases.not_backfilled
    """,
    "register.enter": """
        cases.enter_lapses certificates.number certificates.take_over certificates.void
    """,
    "register.query": """
        cases.query_batch cases.query_restrictions
    """,
    "stock.manage": """
        certificates.receive_blanks
    """,
    "stock.use": """
        certificates.spoil_blank
    """,
    "undertaking.lift": """
        cases.lift_undertaking_bar
    """,
}
LISTED = {name: right for right, names in RIGHTS.items() for name in names.split()}


def _acts() -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for room in ROOMS:
        top = importlib.import_module(f"dengbu.{room}.actions")
        inside = pkgutil.walk_packages(getattr(top, "__path__", ()), f"{top.__name__}.")
        for module in (top, *(importlib.import_module(one.name) for one in inside)):
            for thing in vars(module).values():
                if getattr(thing, "act_name", "").partition(".")[0] in ROOMS:
                    found[thing.act_name] = thing
    return found


ACTS = _acts()


def test_every_act_stands_in_the_table_with_its_right() -> None:
    assert {name: one.permission or "" for name, one in ACTS.items()} == LISTED  # type: ignore[attr-defined]


@pytest.mark.parametrize("right", [right for right in RIGHTS if right])
def test_who_has_every_right_but_the_one_that_is_asked_does_nothing(right: str) -> None:
    """No database: the refusal comes before anything is read."""
    somebody = Actor(key="user:1", name="某人", user_id=1, permissions=frozenset(PERMISSIONS) - {right})
    assert right in PERMISSIONS
    for name in RIGHTS[right].split():
        with pytest.raises(NotPermitted):
            ACTS[name](actor=somebody)
