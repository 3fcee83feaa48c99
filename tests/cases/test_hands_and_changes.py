"""What was confirmed, judged or compared does not hold for what was changed afterwards; and whose hands may not meet."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from dengbu.cases.actions import closing, desk, filing, leading, review, withdrawing
from dengbu.cases.actions.desk import accepting
from dengbu.cases.actions.telling import tell_parties
from dengbu.cases.facts import is_applicant
from dengbu.cases.models import Case, CaseParty, Claim, PendingMatter, Verdict
from dengbu.contracts.models import ContractFiling
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.parties.permissions import OPERATOR, PERSON
from dengbu.payments.models import FeeBill
from dengbu.register.models import Entry
from tests.register import homes
from tests.support import office

pytestmark = pytest.mark.django_db
VARS = {"material": "权证", "place": "末页"}


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(3)


def in_correction(*targets: str) -> uuid.UUID:
    """A sale, confirmed by both, that came back with something to change in these places."""
    docket_id = office.claimed_sale()
    office.judge_all(docket_id)
    reasons: list[dict[str, Any]] = [{"code": "M06", "target": t, "vars": VARS} for t in targets]
    review.request_correction(actor=office.reviewer(), docket_id=docket_id, reasons=reasons)
    return docket_id


def resubmit(docket_id: uuid.UUID, by: Actor | None = None) -> str:
    state: str = filing.submit(actor=by or office.seller(), docket_id=docket_id, declared=True)
    return state


SALE = [office.party("seller", office.SELLER), office.party("buyer", office.BUYER)]


# --- changed after it was confirmed ---------------------------------------------------------------------------------


def test_terms_changed_in_a_correction_are_confirmed_again_by_the_other_party() -> None:
    docket_id = in_correction("reason")
    filing.save_reason(
        actor=office.seller(), docket_id=docket_id, terms={"tax_paid_by": "buyer"}, filing_no="SJ-2026-000001"
    )
    assert resubmit(docket_id) == "awaiting_parties"
    assert filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True) == "submitted"
    case = Case.objects.get(docket_id=docket_id)
    assert (case.round, case.reviewer_id) == (2, office.reviewer().user_id)


def test_parties_changed_in_a_correction_confirm_again() -> None:
    docket_id = in_correction("parties")
    filing.save_parties(
        actor=office.seller(), docket_id=docket_id, parties=[SALE[0], replace(SALE[1], agent_name="赵强")]
    )
    office.give_papers(docket_id)
    assert resubmit(docket_id) == "awaiting_parties"
    buyer = CaseParty.objects.get(case_id=docket_id, role="buyer")
    assert buyer.confirmed_at is None and buyer.invite_token


def test_parties_saved_as_they_were_stay_confirmed() -> None:
    docket_id = in_correction("parties")
    filing.save_parties(actor=office.seller(), docket_id=docket_id, parties=SALE)
    assert resubmit(docket_id) == "submitted"


def test_a_signing_before_witnesses_does_not_hold_for_other_parties() -> None:
    docket_id = office.claimed_sale()
    review.record_face_signing(
        actor=office.reviewer(), docket_id=docket_id, kind="face_signing", evidence="视频 M-1"
    )
    office.judge_all(docket_id)
    review.request_correction(
        actor=office.reviewer(),
        docket_id=docket_id,
        reasons=[{"code": "M06", "target": "parties", "vars": VARS}],
    )
    filing.save_parties(
        actor=office.seller(), docket_id=docket_id, parties=[SALE[0], replace(SALE[1], agent_name="赵强")]
    )
    assert not PendingMatter.objects.filter(docket_id=docket_id, kind="face_signing").exists()


def test_a_correction_cannot_move_the_case_to_another_home() -> None:
    docket_id = in_correction("property", "parties")
    with pytest.raises(Refused) as refused:
        filing.save_property(actor=office.seller(), docket_id=docket_id, unit_code=homes.home(2))
    assert refused.value.codes == ("CORRECTION_OTHER_UNIT",)
    assert Claim.objects.get(docket_id=docket_id, released_at=None).unit_code == homes.home(1)
    filing.save_property(actor=office.seller(), docket_id=docket_id, unit_code=homes.home(1))


def test_who_read_an_earlier_version_does_not_confirm_the_present_one() -> None:
    docket_id = office.draft_sale()
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    read = Case.objects.get(docket_id=docket_id).version
    filing.disagree(actor=office.buyer(), docket_id=docket_id, reason="价格不对")
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    with pytest.raises(Conflict) as conflict:
        filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True, version=read)
    assert conflict.value.codes == ("CONFIRM_CHANGED",)


# --- changed after it was judged or compared ------------------------------------------------------------------------


def test_a_paper_that_is_to_be_brought_again_is_judged_again() -> None:
    docket_id = in_correction("material:CERT")  # every item had been found in order
    assert not Verdict.objects.filter(docket_id=docket_id, stage="review", item="CERT").exists()


def test_papers_compared_before_a_correction_are_compared_again() -> None:
    docket_id = office.checked_sale()
    desk.send_back(actor=office.clerk(), docket_id=docket_id, reason="原件与影像不同")
    review.request_correction(
        actor=office.reviewer(),
        docket_id=docket_id,
        reasons=[{"code": "M06", "target": "material:CERT", "vars": VARS}],
    )
    resubmit(docket_id)
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    review.query_restrictions(actor=office.clerk(), docket_id=docket_id, moment="desk")
    with pytest.raises(Refused) as refused:
        desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("DESK_UNCHECKED",)
    assert not Entry.objects.filter(docket_id=docket_id).exists()


def test_a_contract_on_file_that_changes_during_the_acceptance_stops_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id = office.checked_sale()
    holding = accepting.hold

    def meanwhile(codes: Any, **more: Any) -> Any:
        new_version(actor=office.SYSTEM)
        return holding(codes, **more)

    monkeypatch.setattr(accepting, "hold", meanwhile)
    with pytest.raises(Refused) as refused:
        desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("FILING_CHANGED",)
    assert not Entry.objects.filter(docket_id=docket_id).exists()


@act("test.new_version")
def new_version(*, actor: Actor) -> None:
    """The housing department pushes the contract again with another price."""
    ContractFiling.objects.update(version=F("version") + 1, price_fen=1)


def test_the_other_party_is_told_of_a_withdrawal() -> None:
    docket_id = office.submitted_sale()
    withdrawing.withdraw(actor=office.seller(), docket_id=docket_id, reason="不卖了")
    tell_parties(actor=office.SYSTEM, docket_ids=[docket_id], template="withdrawn")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args->>'template' = 'withdrawn'")
        assert cursor.fetchone()[0] == 1


# --- whose hands ----------------------------------------------------------------------------------------------------


def walk_in(begun_by: Actor, finished_by: Actor) -> uuid.UUID:
    """A sale filed at the desk, begun by one clerk and finished by another."""
    docket_id = uuid.UUID(filing.start_walk_in(actor=begun_by, type_code="P01"))
    filing_no = office.file_contract(actor=office.SYSTEM, number=1)
    filing.save_property(actor=finished_by, docket_id=docket_id, unit_code=homes.home(1))
    filing.save_parties(actor=finished_by, docket_id=docket_id, parties=SALE)
    filing.save_reason(actor=finished_by, docket_id=docket_id, terms={}, filing_no=filing_no)
    filing.save_delivery(actor=finished_by, docket_id=docket_id, delivery={"how": "window"})
    office.give_papers(docket_id)
    filing.submit(actor=finished_by, docket_id=docket_id, declared=True)
    return docket_id


def test_neither_who_began_a_walk_in_nor_who_finished_it_accepts_or_reviews_it() -> None:
    docket_id = walk_in(office.clerk(21), office.clerk(22))
    for hands in (21, 22):
        with pytest.raises(NotPermitted) as refused:
            review.claim(actor=office.reviewer(hands), docket_id=docket_id)
        assert refused.value.codes == ("CASE_OWN",)
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    office.check_at_desk(docket_id, office.clerk(23))
    for hands in (21, 22):
        with pytest.raises(NotPermitted):
            desk.accept(actor=office.clerk(hands), docket_id=docket_id)
    assert desk.accept(actor=office.clerk(23), docket_id=docket_id)["entered"] == [str(docket_id)]


@act("test.wait")
def let_it_wait(*, actor: Actor, docket_id: uuid.UUID) -> None:
    PendingMatter.objects.create(docket_id=docket_id, kind="tax")


def test_the_reviewer_settles_nothing_and_enters_nothing_of_their_own_case_later() -> None:
    docket_id = office.checked_sale()
    let_it_wait(actor=office.SYSTEM, docket_id=docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    both = office.clerk(office.reviewer().user_id or 0)  # moved to the window meanwhile
    with pytest.raises(NotPermitted):
        desk.settle_matter(actor=both, docket_id=docket_id, kind="tax", evidence="完税证明3页")
    with pytest.raises(NotPermitted):
        desk.enter_accepted(actor=both, docket_id=docket_id)
    settled = desk.settle_matter(
        actor=office.clerk(), docket_id=docket_id, kind="tax", evidence="完税证明3页"
    )
    assert settled == "registered"


def test_a_seizure_that_comes_while_an_accepted_case_waits_stops_its_entry() -> None:
    docket_id = office.checked_sale()
    let_it_wait(actor=office.SYSTEM, docket_id=docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    office.seize(1)
    desk.settle_matter(actor=office.clerk(), docket_id=docket_id, kind="tax", evidence="完税证明3页")
    with pytest.raises(Refused) as refused:
        desk.enter_accepted(actor=office.clerk(), docket_id=docket_id)
    assert "R_SEAL" in refused.value.codes
    assert not Entry.objects.filter(docket_id=docket_id).exists()


def test_nobody_archives_their_own_case() -> None:
    docket_id = office.registered_sale()
    own = office.staff("certify", 32, identity=office.BUYER[1])
    with pytest.raises(NotPermitted):
        closing.archive(actor=own, docket_id=docket_id, paper_pages=9, difference_note="件数不同")


def test_an_operator_without_the_right_to_submit_looks_but_does_not_act() -> None:
    docket_id = office.draft_sale()
    office.make_bank(actor=office.SYSTEM)
    case = Case.objects.get(docket_id=docket_id)
    belongs(actor=office.SYSTEM, docket_id=docket_id)
    looks = Actor(
        key="user:9010",
        name="查询员",
        user_id=9010,
        permissions=OPERATOR - {"application.file"},
        organisation_id=office.BANK_ID,
    )
    case.refresh_from_db()
    assert is_applicant(case, office.parties_of(docket_id), looks)
    for attempt in (
        lambda: filing.submit(actor=looks, docket_id=docket_id, declared=True),
        lambda: filing.save_delivery(actor=looks, docket_id=docket_id, delivery={"how": "mail"}),
        lambda: filing.drop_draft(actor=looks, docket_id=docket_id),
    ):
        with pytest.raises(NotPermitted) as refused:
            attempt()
        assert refused.value.codes == ("CASE_MAY_NOT_FILE",)


@act("test.belongs")
def belongs(*, actor: Actor, docket_id: uuid.UUID) -> None:
    """As if an operator had filed it."""
    Case.objects.filter(docket_id=docket_id).update(
        organisation_id=office.BANK_ID, filed_by=9011, person_id=None
    )


def test_the_mortgagor_of_a_banks_application_confirms_it_but_does_not_write_it() -> None:
    docket_id = office.draft_sale()
    belongs(actor=office.SYSTEM, docket_id=docket_id)
    for attempt in (
        lambda: filing.save_reason(actor=office.buyer(), docket_id=docket_id, terms={"amount_fen": 1}),
        lambda: filing.save_delivery(actor=office.buyer(), docket_id=docket_id, delivery={"how": "mail"}),
        lambda: filing.submit(actor=office.buyer(), docket_id=docket_id, declared=True),
        lambda: filing.drop_draft(actor=office.buyer(), docket_id=docket_id),
    ):
        with pytest.raises(NotPermitted) as refused:
            attempt()
        assert refused.value.codes == ("CASE_FILED_BY_ORGANISATION",)


def test_who_is_not_known_by_name_begins_no_application() -> None:
    unknown = Actor(
        key="user:9012", name="访客", user_id=9012, permissions=PERSON, person_id=uuid.UUID(int=9012)
    )
    with pytest.raises(Refused) as refused:
        filing.start(actor=unknown, type_code="P01")
    assert refused.value.codes == ("REAL_NAME_NEEDED",)


def test_a_home_is_let_go_when_the_other_party_never_confirms(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = office.draft_sale()
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    later = clock.now() + dt.timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert closing.expire_overdue(actor=office.SYSTEM) == 1
    assert not Claim.objects.filter(docket_id=docket_id, released_at=None).exists()


def test_who_left_an_organisation_sees_nothing_of_what_they_filed_for_it() -> None:
    docket_id = office.draft_sale()
    belongs(actor=office.SYSTEM, docket_id=docket_id)
    case = Case.objects.get(docket_id=docket_id)
    left = Actor(
        key="user:9011", name="前经办", user_id=9011, permissions=PERSON, person_id=uuid.UUID(int=9011)
    )
    assert not is_applicant(case, office.parties_of(docket_id), left)


def test_certificates_for_each_holder_are_charged_when_the_entry_waits() -> None:
    third = office.person(office.THIRD, 9003)
    filing_no = office.file_contract(actor=office.SYSTEM, number=2, buyers=(office.BUYER, office.THIRD))
    by = office.seller()
    docket_id = uuid.UUID(filing.start(actor=by, type_code="P01"))
    filing.save_property(actor=by, docket_id=docket_id, unit_code=homes.home(2))
    filing.save_parties(
        actor=by,
        docket_id=docket_id,
        parties=[*SALE, office.party("buyer", office.THIRD)],
        coownership="joint",
    )
    filing.save_reason(actor=by, docket_id=docket_id, terms={}, filing_no=filing_no)
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"how": "window", "separate": True})
    office.give_papers(docket_id)
    resubmit(docket_id)
    for other in (office.buyer(), third):
        filing.confirm(actor=other, docket_id=docket_id, declared=True)
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    office.check_at_desk(docket_id)
    let_it_wait(actor=office.SYSTEM, docket_id=docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert (
        FeeBill.objects.get(docket_id=docket_id).total_fen == 9000
    )  # 80 元 and 10 元 for the second certificate


def test_the_lead_does_not_hand_a_walk_in_to_whose_hands_typed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = walk_in(office.clerk(21), office.clerk(22))
    monkeypatch.setattr(leading, "actor_of", office.reviewer)
    with pytest.raises(Refused) as refused:
        leading.reassign(actor=office.lead(), docket_id=docket_id, reviewer_id=22)
    assert refused.value.codes == ("LEAD_OWN_CASE",)
