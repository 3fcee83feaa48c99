"""The road of a sale by its acts: from filing to the book, and what must not happen on it."""

from __future__ import annotations

import pytest

from dengbu.cases.actions import desk, filing, review, withdrawing
from dengbu.cases.models import Case, Claim, LedgerRow, Transition
from dengbu.certificates.models import Certificate
from dengbu.core import clock, crypto
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.payments.models import FeeBill
from dengbu.register.models import Entry
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from tests.register import homes
from tests.support import office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(3)


def owner_of(number: int) -> str:
    book = unit_book(homes.home(number))
    assert book is not None and book.ownership is not None
    return book.ownership.holders[0].name


def test_a_sale_goes_from_filing_to_the_book_and_makes_the_buyer_the_owner() -> None:
    docket_id = office.registered_sale()
    case = Case.objects.get(docket_id=docket_id)
    assert case.state == "registered"
    assert owner_of(1) == office.BUYER[0]
    entry = Entry.objects.get(docket_id=docket_id)
    assert (entry.reviewer_of_record, entry.registrar_of_record) == ("王审核", "王审核")
    assert entry.acted_by == office.clerk().key
    assert entry.legal_date == clock.today()
    bill = FeeBill.objects.get(docket_id=docket_id)
    assert bill.total_fen == 8000 and bill.payer == office.BUYER[0]
    certificate = Certificate.objects.get(docket_id=docket_id)
    assert certificate.number.endswith("不动产权第0000001号") and certificate.state == "numbered"
    assert not Claim.objects.filter(docket_id=docket_id, released_at__isnull=True).exists()
    assert verify().ok


def test_a_submitted_sale_waits_for_the_other_party_and_then_for_a_reviewer() -> None:
    docket_id = office.draft_sale()
    assert filing.submit(actor=office.seller(), docket_id=docket_id, declared=True) == "awaiting_parties"
    assert filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True) == "submitted"


def test_a_stranger_cannot_confirm_for_the_buyer() -> None:
    docket_id = office.draft_sale()
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    with pytest.raises(NotPermitted):
        filing.confirm(actor=office.stranger(), docket_id=docket_id, declared=True)


def test_submitting_twice_with_one_key_makes_one_application() -> None:
    docket_id = office.draft_sale()
    first = filing.submit(actor=office.seller(), docket_id=docket_id, declared=True, key="k1")
    again = filing.submit(actor=office.seller(), docket_id=docket_id, declared=True, key="k1")
    assert first == again == "awaiting_parties"
    assert Transition.objects.filter(docket_id=docket_id, event="invite").count() == 1


def test_the_same_key_with_another_body_is_a_conflict() -> None:
    docket_id = office.draft_sale()
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True, key="k1")
    with pytest.raises(Conflict) as refused:
        filing.submit(actor=office.seller(), docket_id=docket_id, declared=False, key="k1")
    assert refused.value.codes == ("ACT_KEY_REUSED",)


def test_an_application_without_its_papers_is_told_everything_at_once() -> None:
    filing_no = office.file_contract(actor=office.SYSTEM, number=1)
    import uuid

    docket_id = uuid.UUID(filing.start(actor=office.seller(), type_code="P01"))
    filing.save_property(actor=office.seller(), docket_id=docket_id, unit_code=homes.home(1))
    filing.save_reason(actor=office.seller(), docket_id=docket_id, terms={}, filing_no=filing_no)
    with pytest.raises(Refused) as refused:
        filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    assert {"M01", "F_DELIVERY", "P_OWNER_MISSING"} <= set(refused.value.codes)


def test_a_second_application_on_the_home_is_refused_while_the_first_is_running() -> None:
    office.submitted_sale(1)
    with pytest.raises(Refused) as refused:
        _second_sale_of_the_same_home()
    assert "R_PENDING" in refused.value.codes


def _second_sale_of_the_same_home() -> None:
    import uuid

    by = office.seller()
    docket_id = uuid.UUID(filing.start(actor=by, type_code="P01"))
    filing.save_property(actor=by, docket_id=docket_id, unit_code=homes.home(1))
    parties = [office.party("seller", office.SELLER), office.party("buyer", office.BUYER)]
    filing.save_parties(actor=by, docket_id=docket_id, parties=parties)
    filing.save_reason(actor=by, docket_id=docket_id, terms={}, filing_no="SJ-2026-000001")
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"how": "window"})
    office.give_papers(docket_id)
    filing.submit(actor=by, docket_id=docket_id, declared=True)


def test_a_seized_home_cannot_be_sold() -> None:
    office.seize(1)
    docket_id = office.draft_sale(1)
    with pytest.raises(Refused) as refused:
        filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    assert "R_SEAL" in refused.value.codes


def test_a_seizure_that_arrives_before_acceptance_stops_it_and_nothing_is_written() -> None:
    docket_id = office.checked_sale()
    entries = Entry.objects.count()
    office.seize(1)
    with pytest.raises(Refused) as refused:
        desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert "R_SEAL" in refused.value.codes
    assert office.state_of(docket_id) == "preapproved"
    assert Entry.objects.count() == entries + 1  # the seizure's own
    assert owner_of(1) == office.SELLER[0]


def test_the_reviewer_of_a_case_cannot_accept_it() -> None:
    both = office.staff("accept", 9011, "王审核")
    docket_id = office.passed_sale()
    with pytest.raises(NotPermitted) as refused:
        desk.accept(actor=both, docket_id=docket_id)
    assert refused.value.codes == ("CASE_SAME_HANDS",)


def test_nobody_reviews_their_own_sale() -> None:
    docket_id = office.submitted_sale()
    own = office.staff("review", 12, identity=office.SELLER[1])
    with pytest.raises(NotPermitted) as refused:
        review.claim(actor=own, docket_id=docket_id)
    assert refused.value.codes == ("CASE_OWN",)


def test_a_claimed_case_is_not_claimed_again() -> None:
    docket_id = office.claimed_sale()
    with pytest.raises(Conflict) as refused:
        review.claim(actor=office.reviewer(12), docket_id=docket_id)
    assert refused.value.codes == ("CASE_TAKEN",)
    assert "王审核" in str(refused.value)


def test_no_exit_is_open_while_an_item_lacks_a_verdict() -> None:
    docket_id = office.claimed_sale()
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    for act in (
        lambda: review.pass_case(actor=office.reviewer(), docket_id=docket_id),
        lambda: review.request_correction(
            actor=office.reviewer(),
            docket_id=docket_id,
            reasons=[{"code": "Z99", "target": "parties", "note": "请补充说明共有情况，谢谢"}],
        ),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.codes == ("REVIEW_UNDECIDED",)


def test_a_correction_opens_only_what_it_names_and_returns_to_the_same_reviewer() -> None:
    docket_id = office.claimed_sale()
    office.judge_all(docket_id, CERT="fix")
    review.request_correction(
        actor=office.reviewer(),
        docket_id=docket_id,
        reasons=[
            {"code": "M06", "target": "material:CERT", "vars": {"material": "不动产权证书", "place": "末页"}}
        ],
    )
    case = Case.objects.get(docket_id=docket_id)
    assert case.state == "correction_requested"
    assert filing.correction_targets(case) == {"material:CERT"}
    with pytest.raises(NotPermitted):
        filing.save_delivery(actor=office.seller(), docket_id=docket_id, delivery={"how": "mail"})
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    with pytest.raises(Conflict) as refused:
        review.claim(actor=office.reviewer(12), docket_id=docket_id)
    assert refused.value.codes == ("CASE_SAME_REVIEWER",)
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    assert set(office.verdicts_of(docket_id)) and "CERT" not in office.verdicts_of(docket_id)


def test_a_restriction_answer_grows_stale_and_no_longer_opens_the_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import datetime as dt

    docket_id = office.claimed_sale()
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    later = clock.now() + dt.timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(Refused) as refused:
        review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    assert refused.value.codes == ("R_STALE",)


def test_a_failed_look_up_is_never_taken_for_no_restrictions(monkeypatch: pytest.MonkeyPatch) -> None:
    from dengbu.cases.actions import checking

    docket_id = office.claimed_sale()
    office.judge_all(docket_id)

    def fails(_: object) -> None:
        raise checking.LookupFailed

    monkeypatch.setattr(checking.register, "book_of", fails)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    monkeypatch.undo()
    with pytest.raises(Refused) as refused:
        review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    assert refused.value.codes == ("R_LOOKUP_FAILED",)


def test_passing_writes_the_ledger_and_gives_a_code_without_names() -> None:
    docket_id = office.passed_sale()
    case = Case.objects.get(docket_id=docket_id)
    row = LedgerRow.objects.get(docket_id=docket_id)
    assert row.result == "passed" and row.prereview_no == case.prereview_no
    assert case.token and len(case.token) == 32 and case.token.isalnum()
    assert crypto.index(office.SELLER[1]) not in case.token


def test_a_withdrawn_sale_lets_the_home_go() -> None:
    docket_id = office.submitted_sale()
    withdrawing.withdraw(actor=office.seller(), docket_id=docket_id, reason="不卖了")
    assert office.state_of(docket_id) == "withdrawn"
    assert not Claim.objects.filter(docket_id=docket_id, released_at__isnull=True).exists()


def test_a_stale_tab_does_not_overwrite_the_draft() -> None:
    docket_id = office.draft_sale()
    version = Case.objects.get(docket_id=docket_id).version
    filing.save_delivery(
        actor=office.seller(), docket_id=docket_id, delivery={"how": "mail"}, version=version
    )
    with pytest.raises(Conflict) as refused:
        filing.save_delivery(
            actor=office.seller(), docket_id=docket_id, delivery={"how": "window"}, version=version
        )
    assert refused.value.codes == ("DRAFT_STALE",)


def test_who_takes_a_case_over_judges_every_item_anew() -> None:
    docket_id = office.claimed_sale()
    office.judge_all(docket_id)
    review.release(actor=office.lead(), docket_id=docket_id, reason="请假")
    review.claim(actor=office.reviewer(12), docket_id=docket_id)
    assert office.verdicts_of(docket_id) == {}
    review.query_restrictions(actor=office.reviewer(12), docket_id=docket_id)
    with pytest.raises(Refused) as refused:
        review.pass_case(actor=office.reviewer(12), docket_id=docket_id)
    assert refused.value.codes == ("REVIEW_UNDECIDED",)
