"""Review acts: claiming, verdicts, correction with reasons, passing, reassigning."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from dengbu.cases import sheet
from dengbu.cases.actions import filing, leading, review
from dengbu.cases.actions.moving import workdays_from_now
from dengbu.cases.facts import facts
from dengbu.cases.models import Case, Correction, LedgerRow, RestrictionCheck
from dengbu.cases.queries import desk as queries
from dengbu.core import clock
from dengbu.core.acts import act, system
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.parties.actions import add_staff
from dengbu.parties.models import Staff
from tests.support import office

pytestmark = pytest.mark.django_db
ME, OTHER = 11, 12


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(4)


def blurred(item: str = "CERT", **more: Any) -> dict[str, Any]:
    return {
        "code": "M02",
        "target": f"material:{item}",
        "vars": {"material": "不动产权证书", "page": "2", "place": "签名处"},
        **more,
    }


def corrected(number: int = 1, by: int = ME) -> uuid.UUID:
    """Sent back once and resubmitted."""
    docket_id = office.claimed_sale(number, office.reviewer(by))
    office.judge_all(docket_id, office.reviewer(by), CERT="fix")
    review.request_correction(actor=office.reviewer(by), docket_id=docket_id, reasons=[blurred()])
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    return docket_id


@act("test.unclaim")
def forget_the_reviewer(*, actor: Any, docket_id: uuid.UUID) -> None:
    Case.objects.filter(docket_id=docket_id).update(reviewer_id=None, reviewer_name="")


def test_a_case_under_review_is_not_given_to_a_second_reviewer() -> None:
    docket_id = office.claimed_sale()
    with pytest.raises(Conflict, match="王审核"):
        review.claim(actor=office.reviewer(OTHER), docket_id=docket_id)
    with pytest.raises(Conflict):
        review.give_verdict(actor=office.reviewer(OTHER), docket_id=docket_id, item="CERT", verdict="ok")
    with pytest.raises(NotPermitted):
        review.release(actor=office.reviewer(OTHER), docket_id=docket_id)


def test_the_next_case_is_the_most_urgent_of_ones_own_lines() -> None:
    first, _second = office.submitted_sale(1), office.submitted_sale(2)
    mortgages = office.staff("review", 13, lines=("mortgage",))
    assert review.claim_next(actor=mortgages) is None
    assert review.claim_next(actor=office.reviewer()) == str(first)


def test_a_corrected_case_is_passed_over_by_everybody_but_its_reviewer() -> None:
    docket_id = corrected()
    assert review.claim_next(actor=office.reviewer(OTHER)) is None
    with pytest.raises(Conflict, match="原审核人"):
        review.claim(actor=office.reviewer(OTHER), docket_id=docket_id)
    assert review.claim_next(actor=office.reviewer(ME)) == str(docket_id)


def test_a_corrected_case_whose_reviewer_was_taken_off_goes_to_whoever_is_next() -> None:
    docket_id = corrected()
    forget_the_reviewer(actor=system("test"), docket_id=docket_id)
    assert review.claim_next(actor=office.reviewer(OTHER)) == str(docket_id)


def test_nobody_is_given_a_case_they_filed() -> None:
    office.submitted_sale()
    assert review.claim_next(actor=office.staff("review", 9001)) is None


def test_a_verdict_on_something_that_is_not_on_the_list_is_refused() -> None:
    docket_id = office.claimed_sale()
    with pytest.raises(Refused) as refused:
        review.give_verdict(actor=office.reviewer(), docket_id=docket_id, item="NOTHING", verdict="ok")
    assert refused.value.codes == ("REVIEW_ITEM",)


def test_neither_exit_opens_before_every_item_has_a_verdict() -> None:
    docket_id = office.claimed_sale()
    for exit_ in (
        lambda: review.pass_case(actor=office.reviewer(), docket_id=docket_id),
        lambda: review.request_correction(actor=office.reviewer(), docket_id=docket_id, reasons=[blurred()]),
    ):
        with pytest.raises(Refused) as refused:
            exit_()
        assert "REVIEW_UNDECIDED" in refused.value.codes


def test_every_item_to_be_corrected_needs_a_reason_of_its_own() -> None:
    docket_id = office.claimed_sale()
    office.judge_all(docket_id, CERT="fix", DEED="fix")
    with pytest.raises(Refused) as refused:
        review.request_correction(actor=office.reviewer(), docket_id=docket_id, reasons=[blurred("CERT")])
    assert refused.value.codes == ("REVIEW_FIX_UNEXPLAINED",)
    assert not Correction.objects.exists()


def test_a_correction_tells_every_reason_in_plain_words_and_writes_the_ledger() -> None:
    docket_id = office.claimed_sale()
    office.judge_all(docket_id, CERT="fix")
    reasons = [
        blurred(page=2, region={"x": 0, "y": 66, "w": 33, "h": 34, "words": "下左"}),
        {"code": "Z99", "target": "parties", "note": "请补充说明两位买方之间的关系。"},
    ]
    review.request_correction(actor=office.reviewer(), docket_id=docket_id, reasons=reasons)
    correction, case = Correction.objects.get(docket_id=docket_id), Case.objects.get(pk=docket_id)
    assert correction.due_at == case.due_at == workdays_from_now(facts(case).policy.correction_days)
    assert [r["text"] for r in correction.reasons] == [
        "“不动产权证书”第2页不清晰，签名处看不清。",
        "请补充说明两位买方之间的关系。",
    ]
    assert correction.reasons[0]["region"]["words"] == "下左"
    assert LedgerRow.objects.get(docket_id=docket_id).result == "correction"
    assert "CERT" not in office.verdicts_of(docket_id)  # judged again when it comes back
    assert office.verdicts_of(docket_id)["DEED"] == "ok"


def test_a_reason_with_a_gap_is_refused_and_nothing_is_sent() -> None:
    docket_id = office.claimed_sale()
    office.judge_all(docket_id, CERT="fix")
    with pytest.raises(Refused) as refused:
        review.request_correction(
            actor=office.reviewer(), docket_id=docket_id, reasons=[blurred(vars={"material": "证书"})]
        )
    assert refused.value.codes == ("REASON_VARIABLE", "REASON_VARIABLE")
    assert office.state_of(docket_id) == "under_review"


def test_a_case_does_not_pass_without_a_restriction_query() -> None:
    docket_id = office.claimed_sale()
    office.judge_all(docket_id)
    with pytest.raises(Refused) as refused:
        review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    assert refused.value.codes == ("R_NOT_ASKED",)


def test_a_seized_home_does_not_pass_and_the_answer_is_some() -> None:
    docket_id = office.claimed_sale()
    office.judge_all(docket_id)
    office.seize(1)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    with pytest.raises(Refused) as refused:
        review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    assert "R_SEAL" in refused.value.codes
    file = queries.review_file(docket_id, clock.now())
    assert file is not None
    assert sheet.restriction_answer(file.check, clock.now()) == "some"
    assert "R_SEAL" in [r.code for r in sheet.hinders_pass(file, sheet.judge(file, clock.now()), clock.now())]


@pytest.mark.parametrize(
    ("house", "after", "answer"), [("none", 0, "none"), ("failed", 0, "failed"), ("none", 31, "stale")]
)
def test_only_a_fresh_answer_counts_and_a_failed_look_up_is_never_none(
    house: str, after: int, answer: str
) -> None:
    now = clock.now()
    minutes = dt.timedelta(minutes=1)
    check = RestrictionCheck(house=house, land="none", answered=True, valid_until=now + 30 * minutes)
    assert sheet.restriction_answer(check, now + after * minutes) == answer
    assert sheet.restriction_answer(None, now) == "never"


def test_passing_gives_number_code_and_token_and_writes_the_ledger_once() -> None:
    case = Case.objects.get(docket_id=office.passed_sale())
    assert case.prereview_no and case.prereview_no.startswith("YS-")
    assert case.short_code and len(case.short_code) == 8 and case.token
    assert case.valid_until == case.due_at == workdays_from_now(facts(case).policy.pass_valid_days)
    assert LedgerRow.objects.filter(docket_id=case.pk).values_list("result", "reviewer").get() == (
        "passed",
        "王审核",
    )


def test_what_differs_from_the_housing_push_is_found() -> None:
    docket_id = office.draft_sale()
    filing.save_reason(
        actor=office.seller(),
        docket_id=docket_id,
        terms={"price_fen": 80_000_000},
        filing_no="SJ-2026-000001",
    )
    file = queries.review_file(docket_id, clock.now())
    assert file is not None
    differing = {r.label: r.values for r in sheet.comparison(file) if r.verdict == "differ"}
    assert differing == {"成交价格（元）": ("800,000.00", None, "860,000.00")}
    checks = {c.name: c.result for c in sheet.checks(file, sheet.judge(file, clock.now()))}
    assert checks["成交价格与备案合同一致"] == "block"
    assert checks["当事人与登记簿权利人一致"] == "pass"


def test_a_sender_back_keeps_the_case_in_the_reviewers_queue_with_a_deadline() -> None:
    from dengbu.cases.actions import desk

    docket_id = office.passed_sale()
    desk.send_back(actor=office.clerk(), docket_id=docket_id, reason="合同原件与影像不一致")
    rows, _after = queries.queue_page(office.reviewer(), "mine")
    assert [(r.docket_id, r.sent_back, r.due_at is not None) for r in rows] == [(docket_id, True, True)]


def real_reviewer(login: str, number: str, lines: tuple[str, ...] = ()) -> int:
    add_staff(
        actor=system("test"),
        login=login,
        password="a-long-password-1",
        number=number,
        name="周接手",
        posts=["review"],
        lines=lines,
    )
    return int(Staff.objects.get(number=number).user_id)


def test_the_lead_hands_a_case_to_another_reviewer_of_its_line() -> None:
    docket_id = office.claimed_sale()
    taker = real_reviewer("zhoujieshou", "901")
    leading.reassign(actor=office.lead(), docket_id=docket_id, reviewer_id=taker)
    case = Case.objects.get(docket_id=docket_id)
    assert (case.state, case.reviewer_id, case.reviewer_name) == ("under_review", taker, "周接手")
    with pytest.raises(Conflict):
        review.give_verdict(actor=office.reviewer(), docket_id=docket_id, item="CERT", verdict="ok")


def test_a_case_is_not_handed_to_another_line_nor_by_a_reviewer_nor_after_the_review() -> None:
    docket_id = office.claimed_sale(1)
    stranger = real_reviewer("zhoudiya", "902", ("mortgage",))
    with pytest.raises(Refused) as refused:
        leading.reassign(actor=office.lead(), docket_id=docket_id, reviewer_id=stranger)
    assert refused.value.codes == ("CASE_OTHER_LINE",)
    with pytest.raises(NotPermitted):
        leading.reassign(actor=office.reviewer(), docket_id=docket_id, reviewer_id=stranger)
    with pytest.raises(Conflict):
        leading.reassign(actor=office.lead(), docket_id=office.passed_sale(2), reviewer_id=stranger)


def test_counts_stop_and_queues_page_by_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [office.submitted_sale(n) for n in (1, 2, 3)]
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    rows, after = queries.queue_page(office.reviewer(), "waiting")
    assert [r.docket_id for r in rows] == ids[:2]
    rest, end = queries.queue_page(office.reviewer(), "waiting", after)
    assert ([r.docket_id for r in rest], end) == (ids[2:], "")
    assert queries.counts(office.reviewer(), clock.now())["waiting"] == 3
    monkeypatch.setattr(queries, "COUNT_LIMIT", 2)
    assert queries.counts(office.reviewer(), clock.now())["mine"] == 0
    assert queries.counts(office.clerk(), clock.now()).keys() == {
        "to_accept",
        "orders",
        "letters",
        "letters_late",
        "to_enter",
        "overdue",
        "to_inspect",
        "visits",
        "undertaken",
        "undertaken_late",
        "handed_in",
        "to_backfill",
    }


def test_only_cases_submitted_since_the_list_was_taken_are_new() -> None:
    office.submitted_sale(1)
    step = queries.newest_step()
    assert queries.arrived_since(office.reviewer(), step) == 0
    office.submitted_sale(2)
    assert queries.arrived_since(office.reviewer(), step) == 1
    assert queries.arrived_since(office.staff("review", 13, lines=("mortgage",)), step) == 0


@pytest.mark.parametrize("target", ["material:NOTHING", "weather", "material:", "material:"])
def test_a_reason_may_only_be_bound_to_something_this_case_has(target: str) -> None:
    docket_id = office.claimed_sale()
    office.judge_all(docket_id, CERT="fix")
    stray = {"code": "Z99", "target": target, "note": "请补充说明两位买方之间的关系。"}
    with pytest.raises(Refused) as refused:
        review.request_correction(
            actor=office.reviewer(), docket_id=docket_id, reasons=[blurred(page=2), stray]
        )
    assert refused.value.codes == ("REVIEW_TARGET_UNKNOWN",)
    assert refused.value.refusals[0].field == "target"
    assert not Correction.objects.exists()


@pytest.mark.parametrize("target", ["property", "parties", "reason", "delivery", "case", "material:DEED"])
def test_a_reason_may_be_bound_to_each_part_of_the_application(target: str) -> None:
    docket_id = office.claimed_sale()
    office.judge_all(docket_id, CERT="fix")
    other = {"code": "Z99", "target": target, "note": "请补充说明两位买方之间的关系。"}
    review.request_correction(actor=office.reviewer(), docket_id=docket_id, reasons=[blurred(page=2), other])
    assert [r["target"] for r in Correction.objects.get().reasons] == ["material:CERT", target]
