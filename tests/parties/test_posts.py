"""Who may do what at the office: each act asks for its right before it looks at anything, and each right has its posts."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

import dengbu
from dengbu.core.acts import Actor
from dengbu.core.refusals import NotPermitted
from dengbu.parties.permissions import OPERATOR, PERMISSIONS, PERSON, POSTS, VIEWER

# right -> (who has it, what cannot be done without it); a right of nobody is the system's or a machine's.
RIGHTS: dict[str, tuple[str, str]] = {
    "agreement.manage": (
        "admin",
        "parties.add_operator parties.file_organisation parties.resume_agreement parties.set_operator_active "
        "parties.sign_agreement",
    ),
    "agreement.suspend": (
        "lead admin",
        "parties.suspend_agreement",
    ),
    "application.confirm": (
        "person operator",
        "cases.confirm cases.disagree",
    ),
    "application.file": (
        "person operator",
        "cases.book_batch cases.cancel_batch_visit cases.share_material cases.start cases.start_batch "
        "cases.start_discharge cases.submit_batch cases.unshare_material cases.claim_for_batch",
    ),
    "appointment.manage": (
        "lead admin",
        "appointments.open_slots",
    ),
    "archive.hand_over": (
        "certify",
        "archives.attach_list archives.make_hand_over archives.receive_hand_over archives.return_hand_over "
        "cases.hand_over",
    ),
    "case.accept": (
        "accept",
        "appointments.mark_arrived cases.accept cases.accept_batch cases.ask_visit_at_window cases.check_in "
        "cases.check_in_batch cases.decide_exemption cases.desk_verdict cases.desk_verdicts "
        "cases.enter_accepted cases.keep_signed_undertaking cases.note_signing cases.refuse "
        "cases.return_originals cases.send_back cases.settle_matter cases.sign_withdrawal cases.take_answers "
        "cases.take_back_undertaking cases.undertake parties.verify_at_window cases.decide_batch_exemptions",
    ),
    "case.archive": (
        "certify",
        "archives.archive cases.archive",
    ),
    "case.certify": (
        "certify",
        "cases.finish_printing cases.print_certificate cases.reprint_certificate certificates.print certificates.reprint",
    ),
    "case.claim": (
        "review",
        "cases.claim cases.claim_next",
    ),
    "case.face_sign": (
        "review accept",
        "cases.add_scene_photo cases.confirm_signing cases.identify_signer cases.make_papers_to_sign "
        "cases.record_signing cases.remove_scene_photo cases.sign_visited cases.take_answers_visited",
    ),
    "case.file_for": (
        "accept",
        "cases.begin_order cases.keep_served_paper cases.name_units cases.propose_order_end "
        "cases.receive_order cases.start_walk_in orders.name orders.open orders.propose_end orders.receive",
    ),
    "case.inspect": (
        "review accept",
        "cases.add_site_photo cases.confirm_inspection cases.record_inspection cases.remove_site_photo",
    ),
    "case.issue": (
        "certify",
        "cases.deliver_renewal cases.issue cases.mail cases.mail_delivered cases.mail_returned "
        "certificates.bring_back certificates.deliver certificates.issue certificates.mail",
    ),
    "case.reassign": (
        "lead",
        "cases.reassign",
    ),
    "case.review": (
        "review",
        "cases.answer_second_review cases.decide_by_officer cases.decline cases.give_verdict cases.pass "
        "cases.record_face_signing cases.request_correction cases.send_out_inspection cases.wait_for_backfill",
    ),
    "case.second_review": (
        "review lead",
        "cases.decide_objection cases.second_agree cases.second_send_back",
    ),
    "case.settle": (
        "review accept lead",
        "cases.ask_supplement cases.breach_undertaking cases.bring_undertaken cases.close_undertaking_task "
        "cases.confirm_undertaking cases.decide_order_end cases.decline_visit cases.end_notice "
        "cases.inspect_again cases.keep_answer cases.letter_answered cases.letter_sent cases.pause "
        "cases.plan_visit cases.receive_supplement cases.record_objection cases.report_error cases.resume "
        "cases.stop_running orders.decide_end orders.note_answer orders.note_sent cases.accept_hand_in cases.pause_for_backfill cases.return_hand_in",
    ),
    "case.sign_off": (
        "lead",
        "cases.leader_send_back cases.sign_off",
    ),
    "contract.push": (
        "",
        "contracts.keep_unreadable contracts.take_filing contracts.take_review",
    ),
    "contract.see": (
        "lead admin",
        "contracts.handle_problem",
    ),
    "demo.load": (
        "",
        "demo.load",
    ),
    "fee.collect": (
        "accept",
        "cases.reissue_voucher cases.return_fee payments.cancel_bill payments.collect_at_window "
        "payments.raise_bill payments.raise_bills payments.refund_at_window payments.refund_problem "
        "payments.reissue_voucher payments.take_back cases.return_part payments.hand_back_part payments.return_part",
    ),
    "portal.person": (
        "person",
        "parties.verify_identity",
    ),
    "print.case": (
        "accept certify",
        "cases.print_paper",
    ),
    "register.backfill": (
        "accept",
        "register.check_old_certificate register.drop_old_certificate register.send_back_old_certificate "
        "register.type_old_certificate cases.backfilled cases.not_backfilled register.cannot_backfill",
    ),
    "register.enter": (
        "accept",
        "cases.enter_lapses certificates.number certificates.take_over certificates.void register.enter",
    ),
    "register.export": (
        "",
        "register.export",
    ),
    "register.import": (
        "",
        "register.import.batch register.import.begin register.import.end",
    ),
    "register.query": (
        "review accept lead",
        "cases.query_batch cases.query_restrictions",
    ),
    "stock.manage": (
        "lead",
        "certificates.receive_blanks",
    ),
    "stock.use": (
        "certify",
        "certificates.spoil_blank",
    ),
    "survey.check": (
        "review lead",
        "surveys.check surveys.void",
    ),
    "undertaking.lift": (
        "lead",
        "cases.lift_undertaking_bar",
    ),
    "users.manage": (
        "admin",
        "parties.add_staff parties.forget_codes parties.set_password parties.set_posts "
        "parties.set_staff_active project.create_administrator",
    ),
}
# Rights to see, or to do more within an act: who has them.
MORE = {
    "appointment.see": "accept",
    "case.release_any": "lead",
    "case.see": "review accept certify lead",
    "fault.see": "lead",
    "ledger.see": "review lead",
    "policy.see": "admin",
    "portal.organisation": "operator viewer",
    "survey.hand_in": "operator viewer",
    "survey.keep": "accept",
    "survey.see": "review accept lead",
}
# Acts anybody known may try: the rules decide who is of the case, or they are the system's own steps.
OPEN = (
    "appointments.book appointments.cancel appointments.mark_missed appointments.release cases.add_material "
    "cases.ask_visit cases.book_visit cases.cancel_visit cases.cancel_visit_home cases.close_old_drafts "
    "cases.drop_draft cases.expire_overdue cases.keep_application cases.keep_typed cases.keep_watch "
    "cases.make_court_papers cases.make_stop_notice cases.move_material cases.note_filing_change "
    "cases.papers_mended cases.release cases.remove_material cases.restore_material cases.rotate_material "
    "cases.save_delivery cases.save_parties cases.save_property cases.save_reason cases.save_survey "
    "cases.submit cases.tell_of_deadlines cases.tell_of_ending_drafts cases.tell_parties cases.withdraw "
    "contracts.mark_used materials.add_page materials.copy_pages materials.discard materials.move_page "
    "materials.remove_page materials.restore_page materials.rotate_page notices.mark_read "
    "notices.note_not_sent notices.note_sent notices.send_again notices.take_to_tell notices.tell "
    "notices.watch orders.entered orders.write_letters parties.change_password parties.log_in "
    "parties.password_tried parties.register_person parties.send_code parties.try_code payments.note_answer "
    "payments.note_refund payments.open_order payments.record_code payments.take_notification "
    "surveys.mark_used surveys.take cases.go_on_without_backfill cases.hand_in_undertaken cases.take_back_hand_in "
    "materials.refile payments.note_part"
)


def acts() -> dict[str, Callable[..., Any]]:
    """Every act of the product, by name."""
    names = [m.name for m in pkgutil.walk_packages(dengbu.__path__, "dengbu.")]
    modules = [importlib.import_module(n) for n in names if ".migrations" not in n and "__main__" not in n]
    return {f.act_name: f for m in modules for f in vars(m).values() if hasattr(f, "act_name")}


ACTS = acts()
ASKED = {name: right for right, (_, names) in RIGHTS.items() for name in names.split()}
GIVEN = {right: who for right, (who, _) in RIGHTS.items()} | MORE
EVERYTHING = frozenset(PERMISSIONS) | {"contract.push", "demo.load", "register.export", "register.import"}


def test_every_act_has_its_place_in_the_table() -> None:
    asks = {name: one.permission or "" for name, one in ACTS.items()}  # type: ignore[attr-defined]
    assert asks == ASKED | dict.fromkeys(OPEN.split(), "")
    assert set(PERMISSIONS) <= set(GIVEN)


@pytest.mark.parametrize("name", sorted(ASKED))
def test_who_has_every_right_but_the_one_it_takes_is_turned_away(name: str) -> None:
    """No argument is given: the right is asked before anything else."""
    by = Actor(key="user:1", name="王", user_id=1, permissions=EVERYTHING - {ASKED[name]})
    with pytest.raises(NotPermitted):
        ACTS[name](actor=by)


@pytest.mark.parametrize("right", sorted(RIGHTS | MORE))
def test_a_right_is_of_the_posts_that_the_office_gave_it_to(right: str) -> None:
    held = {p.code: p.permissions for p in POSTS.values()}
    held |= {"person": PERSON, "operator": OPERATOR, "viewer": VIEWER}
    assert {who for who, rights in held.items() if right in rights} == set(GIVEN[right].split())


def test_who_enters_does_not_review_and_who_reviews_does_not_certify() -> None:
    """法定 four hands: no post joins two of pre-review, acceptance with entry, certificate and archive."""
    for post in POSTS.values():
        assert len({"case.review", "case.accept", "case.certify", "users.manage"} & post.permissions) <= 1, (
            post.code
        )
