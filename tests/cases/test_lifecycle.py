"""Every step of the lifecycle table × every role, by the acts themselves. A step missing from the matrix fails."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dengbu.cases.actions import closing, deciding, desk, filing, review, withdrawing
from dengbu.cases.lifecycle import BY_EDGE, EVENTS, STEPS, State, mermaid, step
from dengbu.cases.models import Case, PendingMatter
from dengbu.certificates.actions import receive_blanks
from dengbu.certificates.models import Certificate
from dengbu.core import clock
from dengbu.core.acts import ANONYMOUS, Actor, act
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.core.vocabulary import CertificateKind
from dengbu.payments.actions import collect_at_window
from dengbu.payments.queries import bill_of
from tests.support import office

ROLES: dict[str, Callable[[], Actor]] = {
    "seller": office.seller,
    "buyer": office.buyer,
    "stranger": office.stranger,
    "bank": office.bank_operator,
    "reviewer": office.reviewer,
    "other reviewer": lambda: office.reviewer(12),
    "clerk": office.clerk,
    "certifier": office.certifier,
    "lead": office.lead,
    "admin": lambda: office.staff("admin", 51, "管理员"),
    "visitor": lambda: ANONYMOUS,
}
PARTIES = {"seller", "buyer"}

# (state, event) -> the roles whom the act does not turn away for want of permission.
EXPECTED: dict[tuple[str, str], set[str]] = {
    ("draft", "invite"): {"seller", "buyer"},
    ("draft", "submit"): {"seller", "buyer", "clerk"},
    ("draft", "expire"): set(),
    ("awaiting_parties", "confirm"): {"seller", "buyer"},
    ("awaiting_parties", "disagree"): {"seller", "buyer"},
    ("awaiting_parties", "expire"): set(),
    ("submitted", "claim"): {"reviewer", "other reviewer"},
    ("under_review", "release"): {"reviewer", "lead"},
    ("under_review", "request_correction"): {"reviewer"},
    ("correction_requested", "resubmit"): PARTIES,
    ("correction_requested", "invite"): PARTIES,
    ("correction_requested", "expire"): set(),
    ("under_review", "pass"): {"reviewer"},
    ("preapproved", "send_back"): {"clerk"},
    ("preapproved", "expire"): set(),
    ("preapproved", "refuse"): {"clerk"},
    ("preapproved", "accept"): {"clerk"},
    ("accepted", "enter"): {"clerk"},
    ("accepted", "decline"): {"reviewer"},
    ("registered", "print"): {"certifier"},
    ("certified", "issue"): {"certifier"},
    ("issued", "archive"): {"certifier"},
    ("registered", "archive"): {"certifier"},
    **{
        (state, "withdraw"): PARTIES
        for state in (
            "awaiting_parties",
            "submitted",
            "under_review",
            "correction_requested",
            "preapproved",
            "accepted",
        )
    },
}


def test_every_step_of_the_table_stands_in_the_matrix() -> None:
    assert {(s.source.value, s.event) for s in STEPS} == set(EXPECTED)


def test_a_step_that_is_not_in_the_table_is_a_conflict() -> None:
    for state in State:
        for event in EVENTS:
            if (state, event) not in BY_EDGE:
                with pytest.raises(Conflict):
                    step(state, event)


def test_the_architecture_page_shows_the_table_as_it_is() -> None:
    page = Path(__file__).parents[2] / "ARCHITECTURE.md"
    assert mermaid() in page.read_text()


# --- cases in every state ----------------------------------------------------------------------------------------


def draft() -> uuid.UUID:
    return office.draft_sale()


def walk_in() -> uuid.UUID:
    docket_id = uuid.UUID(filing.start_walk_in(actor=office.clerk(), type_code="P01"))
    filing_no = office.file_contract(actor=office.SYSTEM, number=1)
    by = office.clerk()
    filing.save_property(actor=by, docket_id=docket_id, unit_code=office.homes.home(1))
    parties = [office.party("seller", office.SELLER), office.party("buyer", office.BUYER)]
    filing.save_parties(actor=by, docket_id=docket_id, parties=parties)
    filing.save_reason(actor=by, docket_id=docket_id, terms={}, filing_no=filing_no)
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"how": "window"})
    office.give_papers(docket_id)
    return docket_id


def awaiting() -> uuid.UUID:
    docket_id = office.draft_sale()
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    return docket_id


def correction() -> uuid.UUID:
    docket_id = office.claimed_sale()
    office.judge_all(docket_id, CERT="fix")
    reasons = [{"code": "M06", "target": "material:CERT", "vars": {"material": "权证", "place": "末页"}}]
    review.request_correction(actor=office.reviewer(), docket_id=docket_id, reasons=reasons)
    return docket_id


def changed_in_correction() -> uuid.UUID:
    """A correction in which the parties were written down otherwise: somebody has to confirm again."""
    docket_id = office.claimed_sale()
    office.judge_all(docket_id, CERT="fix")
    reasons = [
        {"code": "M06", "target": "material:CERT", "vars": {"material": "权证", "place": "末页"}},
        {"code": "M06", "target": "parties", "vars": {"material": "权证", "place": "末页"}},
    ]
    review.request_correction(actor=office.reviewer(), docket_id=docket_id, reasons=reasons)
    people = [
        office.party("seller", office.SELLER),
        replace(office.party("buyer", office.BUYER), agent_name="赵强"),
    ]
    filing.save_parties(actor=office.seller(), docket_id=docket_id, parties=people)
    office.give_papers(docket_id)
    return docket_id


@act("test.wait")
def let_it_wait(*, actor: Actor, docket_id: uuid.UUID) -> None:
    PendingMatter.objects.create(docket_id=docket_id, kind="tax")


def accepted() -> uuid.UUID:
    docket_id = office.checked_sale()
    let_it_wait(actor=office.SYSTEM, docket_id=docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    return docket_id


def certificate_of(docket_id: uuid.UUID) -> Certificate:
    return Certificate.objects.get(docket_id=docket_id)


def with_blanks(docket_id: uuid.UUID) -> uuid.UUID:
    receive_blanks(actor=office.SYSTEM, kind=CertificateKind.CERTIFICATE, first_serial="41010600001", count=5)
    return docket_id


def registered() -> uuid.UUID:
    return with_blanks(office.registered_sale())


def certified() -> uuid.UUID:
    docket_id = registered()
    printed(office.certifier(), docket_id)
    bill = bill_of(docket_id)
    assert bill is not None
    collect_at_window(actor=office.clerk(), bill_id=bill.pk, channel="cash", amount_fen=bill.total_fen)
    return docket_id


def issued() -> uuid.UUID:
    docket_id = certified()
    issue(office.certifier(), docket_id)
    return docket_id


def printed(actor: Actor, docket_id: uuid.UUID) -> None:
    closing.print_certificate(
        actor=actor,
        docket_id=docket_id,
        certificate_id=certificate_of(docket_id).pk,
        blank_serial="41010600001",
    )


def issue(actor: Actor, docket_id: uuid.UUID) -> None:
    closing.issue(
        actor=actor,
        docket_id=docket_id,
        certificate_id=certificate_of(docket_id).pk,
        receiver_name=office.BUYER[0],
        receiver_document_kind="resident_id",
        receiver_number=office.BUYER[1],
        receipt_shown=True,
        voucher_shown=True,
        identity_checked=True,
    )


def expire(actor: Actor, docket_id: uuid.UUID) -> None:
    if closing.expire_overdue(actor=actor) != 1:
        raise AssertionError("nothing was overdue")


NOTE = [{"reason": "证书是假的，与登记簿不符", "clause": "条例22", "remedy": ""}]
# (state, event) -> (a case in that state, the act that takes the step)
TAKE: dict[tuple[str, str], tuple[Callable[[], uuid.UUID], Callable[[Actor, uuid.UUID], object]]] = {
    ("draft", "invite"): (draft, lambda a, d: filing.submit(actor=a, docket_id=d, declared=True)),
    ("draft", "submit"): (walk_in, lambda a, d: filing.submit(actor=a, docket_id=d, declared=True)),
    ("draft", "expire"): (draft, lambda a, d: filing.close_old_drafts(actor=a)),
    ("awaiting_parties", "confirm"): (
        awaiting,
        lambda a, d: filing.confirm(actor=a, docket_id=d, declared=True),
    ),
    ("awaiting_parties", "disagree"): (
        awaiting,
        lambda a, d: filing.disagree(actor=a, docket_id=d, reason="价格不对"),
    ),
    ("awaiting_parties", "expire"): (awaiting, expire),
    ("submitted", "claim"): (office.submitted_sale, lambda a, d: review.claim(actor=a, docket_id=d)),
    ("under_review", "release"): (office.claimed_sale, lambda a, d: review.release(actor=a, docket_id=d)),
    ("under_review", "request_correction"): (
        office.claimed_sale,
        lambda a, d: review.request_correction(actor=a, docket_id=d, reasons=[]),
    ),
    ("correction_requested", "resubmit"): (
        correction,
        lambda a, d: filing.submit(actor=a, docket_id=d, declared=True),
    ),
    ("correction_requested", "invite"): (
        changed_in_correction,
        lambda a, d: filing.submit(actor=a, docket_id=d, declared=True),
    ),
    ("correction_requested", "expire"): (correction, expire),
    ("under_review", "pass"): (office.claimed_sale, lambda a, d: review.pass_case(actor=a, docket_id=d)),
    ("preapproved", "send_back"): (
        office.passed_sale,
        lambda a, d: desk.send_back(actor=a, docket_id=d, reason="原件与影像不同"),
    ),
    ("preapproved", "expire"): (office.passed_sale, expire),
    ("preapproved", "refuse"): (
        office.passed_sale,
        lambda a, d: desk.refuse(actor=a, docket_id=d, reasons=NOTE),
    ),
    ("preapproved", "accept"): (office.checked_sale, lambda a, d: desk.accept(actor=a, docket_id=d)),
    ("accepted", "enter"): (
        accepted,
        lambda a, d: desk.settle_matter(actor=a, docket_id=d, kind="tax", evidence="完税证明3页"),
    ),
    ("accepted", "decline"): (accepted, lambda a, d: deciding.decline(actor=a, docket_id=d, reasons=NOTE)),
    ("registered", "print"): (registered, printed),
    ("certified", "issue"): (certified, issue),
    ("issued", "archive"): (
        issued,
        lambda a, d: closing.archive(actor=a, docket_id=d, paper_pages=9, difference_note="件数不同"),
    ),
    ("registered", "archive"): (
        registered,
        lambda a, d: closing.archive(actor=a, docket_id=d, paper_pages=9),
    ),
    **{
        (state, "withdraw"): (make, lambda a, d: withdrawing.withdraw(actor=a, docket_id=d, reason="不办了"))
        for state, make in (
            ("awaiting_parties", awaiting),
            ("submitted", office.submitted_sale),
            ("under_review", office.claimed_sale),
            ("correction_requested", correction),
            ("preapproved", office.passed_sale),
            ("accepted", accepted),
        )
    },
}


@pytest.mark.django_db
@pytest.mark.parametrize("edge", sorted(EXPECTED), ids=lambda e: f"{e[0]}-{e[1]}")
def test_who_may_take_a_step(edge: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each role tries on the same case; a step taken is undone before the next role tries."""
    from django.db import transaction

    office.open_homes(2)
    make, take = TAKE[edge]
    docket_id = make()
    assert office.state_of(docket_id) == edge[0]
    if edge[1] == "expire":
        later = clock.now() + dt.timedelta(days=60)
        monkeypatch.setattr(clock, "now", lambda: later)
    permitted = set()
    for role, actor in ROLES.items():
        try:
            with transaction.atomic():
                try:
                    take(actor(), docket_id)
                finally:
                    moved = office.state_of(docket_id)
                    transaction.set_rollback(True)
        except NotPermitted:
            continue
        except Conflict as conflict:
            if "CASE_TAKEN" in conflict.codes:
                continue  # another reviewer's case: turned away as well
            if "ARCHIVE_NOT_ISSUED" not in conflict.codes:
                raise
        except Refused:
            pass  # permitted, but something else is missing
        else:
            assert moved == BY_EDGE[(State(edge[0]), edge[1])].target.value or edge[1] in (
                "confirm",
                "accept",
                "withdraw",  # of several who applied each one agrees
            )
        permitted.add(role)
    assert permitted == EXPECTED[edge]


@pytest.mark.django_db
def test_the_system_alone_lets_things_expire(monkeypatch: pytest.MonkeyPatch) -> None:
    office.open_homes(2)
    docket_id = office.passed_sale()
    later = clock.now() + dt.timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert closing.expire_overdue(actor=office.SYSTEM) == 1
    assert Case.objects.get(docket_id=docket_id).state == "expired"
