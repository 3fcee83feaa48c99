"""单件补录 for a filed case: the house is in the book, its old mortgage is not; the case waits and goes on by itself."""

from __future__ import annotations

import uuid

import pytest

from dengbu.cases import rules
from dengbu.cases.actions import backfills, desk, matters, review
from dengbu.cases.actions.moving import workdays_from_now
from dengbu.cases.labels import label
from dengbu.cases.models import Case, ClockStop, PendingMatter, RestrictionCheck
from dengbu.cases.queries.portal import own_case, road_of
from dengbu.certificates.models import Certificate
from dengbu.core import clock
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.exchange.actions import backfill
from dengbu.exchange.models import OldCertificate
from dengbu.exchange.standard import single
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from dengbu.web.filing.portals import MY
from dengbu.web.my.cases import turn
from tests.support import matters as inheritance
from tests.support import office
from tests.web.windows import at_work, text_of

from .test_backfill import scan
from .test_backfill_loads import MORTGAGE, SEIZURE

WHAT = "2015年他项权证上字第0300456号的抵押"
AGAIN = {"DYAQ1-BDBZZQSE": "30", "DYAQ1-BDCDJZMH": "郑房他证上字第0300456号"}
HERE = single.Standing("上街区某路1号", ("李小明",))


def loads(code: str, **other: str) -> dict[str, str]:
    return {"beside": "yes", "H-BDCDYH": code, "clear": "yes", **MORTGAGE} | other


@pytest.mark.parametrize(
    ("standing", "change", "code", "field"),
    [
        (HERE, {}, None, ""),
        (HERE, dict(SEIZURE), None, ""),
        (HERE, dict.fromkeys(MORTGAGE, ""), "OLD_NOTHING", "DYAQ1-BDCDJZMH"),
        (None, {}, "OLD_NO_TITLE", "H-BDCDYH"),
        (single.Standing("", ()), {}, "OLD_NO_TITLE", "H-BDCDYH"),
        (single.Standing("", ("李",), frozenset({1})), {}, "OLD_RANK_TAKEN", "DYAQ1-DYSW"),
        (single.Standing("", ("李",), frozenset({2})), {}, None, ""),
        (single.Standing("", ("李",), seized=True), dict(SEIZURE), "OLD_SEIZED", "CFDJ1-CFLX"),
        (
            single.Standing("", ("李",), seized=True, waiting=frozenset({1})),
            dict(SEIZURE) | {"CFDJ1-CFLX": "2", "CFDJ1-CFSX": "1"},
            "OLD_TURN_TAKEN",
            "CFDJ1-CFSX",
        ),
        (HERE, {"DYAQ1-BDBZZQSE": ""}, "OLD_NO_AMOUNT", "DYAQ1-BDBZZQSE"),
        (HERE, {"DYAQ1-DJSJ": "2999-01-01"}, "DATE_FUTURE", "DYAQ1-DJSJ"),
        (HERE, {"clear": ""}, "OLD_NOT_CLEAR", "clear"),
    ],
)
def test_what_comes_onto_a_house_in_the_book_is_judged_beside_its_page(
    standing: single.Standing | None, change: dict[str, str], code: str | None, field: str
) -> None:
    unit = "410106009001GB00001F00010001"
    known = single.Known(True, {unit[:24]}, {unit}, (), standing)
    found = single.judge(loads(unit, **change), known, clock.now(), "410106").refusals
    assert ((code, field) in {(r.code, r.field) for r in found}) if code else found == ()


def under_review() -> Case:
    """A sale under review whose reviewer is ready to pass it."""
    office.open_homes(1)
    docket_id = office.submitted_sale(1)
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    return Case.objects.get(pk=docket_id)


def typed(case: Case, **other: str) -> uuid.UUID:
    return backfill.type_old_certificate(
        actor=office.clerk(31), said=loads(case.unit_code, **other), archive_no="2015-0456", scans=[scan()],
        waiting_case=case.pk,
    )  # fmt: skip


def checked(docket: uuid.UUID, **again: str) -> str:
    return backfill.check_old_certificate(
        actor=office.clerk(32), docket_id=docket, version=1, number="", area="", again=AGAIN | again
    )


@pytest.mark.django_db
def test_a_case_under_review_waits_for_its_old_mortgage_and_goes_on_beside_the_book_as_it_is_then() -> None:
    case = under_review()
    backfills.wait_for_backfill(actor=office.reviewer(), docket_id=case.pk, what=WHAT)
    stop = ClockStop.objects.get(docket_id=case.pk)
    assert (stop.reason, stop.until_on, stop.evidence) == ("backfill", None, WHAT)
    with pytest.raises(Refused) as refused:
        review.pass_case(actor=office.reviewer(), docket_id=case.pk)
    assert "MATTER_BACKFILL_OPEN" in refused.value.codes
    before = RestrictionCheck.objects.filter(docket_id=case.pk).count()
    docket = typed(case)
    assert unit_book(case.unit_code).mortgages == ()  # type: ignore[union-attr]
    checked(docket)
    book = unit_book(case.unit_code)
    assert book is not None and [m.rank for m in book.mortgages] == [1]
    assert Certificate.objects.get(number="郑房他证上字第0300456号").right_id == book.mortgages[0].public_id
    case.refresh_from_db()
    assert case.state == "under_review" and "backfill" not in case.filed and case.due_at > clock.now()  # type: ignore[operator]
    assert ClockStop.objects.get(docket_id=case.pk).until_on == clock.today()
    asked = RestrictionCheck.objects.filter(docket_id=case.pk).order_by("pk")
    assert asked.count() == before + 1 and any(f["code"].startswith("R_MTG") for f in asked.last().found)  # type: ignore[union-attr]
    assert verify().ok


@pytest.mark.django_db
def test_whoever_checks_types_what_the_paper_says_of_the_mortgage_again() -> None:
    case = under_review()
    backfills.wait_for_backfill(actor=office.reviewer(), docket_id=case.pk, what=WHAT)
    docket = typed(case)
    with pytest.raises(Refused) as refused:
        checked(docket, **{"DYAQ1-BDBZZQSE": "31"})
    assert refused.value.codes == ("OLD_LOAD_DIFFERS",)
    assert PendingMatter.objects.get(docket_id=case.pk, kind="backfill").outcome == ""


@pytest.mark.django_db
def test_what_cannot_be_entered_goes_back_to_the_reviewer_with_the_reason() -> None:
    case = under_review()
    backfills.wait_for_backfill(actor=office.reviewer(), docket_id=case.pk, what=WHAT)
    backfill.cannot(actor=office.clerk(31), waiting_case=case.pk, reason="档案里查到该抵押已于2019年注销")
    case.refresh_from_db()
    assert case.filed["backfill_refused"] == "档案里查到该抵押已于2019年注销"
    with pytest.raises(Refused) as refused:
        review.pass_case(actor=office.reviewer(), docket_id=case.pk)
    assert "MATTER_NOT_BACKFILLED" in refused.value.codes
    with pytest.raises(Conflict):
        backfills.go_on(actor=office.reviewer(9012), docket_id=case.pk, reason="档案显示抵押已经注销，不影响")
    backfills.go_on(
        actor=office.reviewer(), docket_id=case.pk, reason="档案显示抵押已经注销，不影响本次转移。"
    )
    assert review.pass_case(actor=office.reviewer(), docket_id=case.pk) == "preapproved"


@pytest.mark.django_db
def test_a_case_waits_once_and_goes_on_without_only_after_the_archive_said_no_and_with_a_reason() -> None:
    case = under_review()
    by, said = office.reviewer(), "档案显示抵押已经注销，不影响本次转移。"
    with pytest.raises(Conflict) as refused:
        backfills.go_on(actor=by, docket_id=case.pk, reason=said)
    assert refused.value.codes == ("BACKFILL_NONE",)
    backfills.wait_for_backfill(actor=by, docket_id=case.pk, what=WHAT)
    case.refresh_from_db()
    assert case.due_at == workdays_from_now(rules.BACKFILL_DAYS), "the day of the review does not run on"
    with pytest.raises(Refused) as refused:
        backfills.wait_for_backfill(actor=by, docket_id=case.pk, what=WHAT)
    assert refused.value.codes == ("BACKFILL_ALREADY",)
    with pytest.raises(Conflict):  # it still waits
        backfills.go_on(actor=by, docket_id=case.pk, reason=said)
    with pytest.raises(Refused) as refused:
        backfill.cannot(actor=office.clerk(31), waiting_case=case.pk, reason="没有")
    assert refused.value.codes == ("BACKFILL_REASON",)
    backfill.cannot(actor=office.clerk(31), waiting_case=case.pk, reason="档案里没有这一项登记")
    with pytest.raises(Refused) as refused:
        backfills.go_on(actor=by, docket_id=case.pk, reason="不影响")
    assert refused.value.codes == ("BACKFILL_GO_ON",)


@pytest.mark.django_db
def test_one_that_was_typed_sent_back_and_given_up_sends_the_case_back_too() -> None:
    case = under_review()
    backfills.wait_for_backfill(actor=office.reviewer(), docket_id=case.pk, what=WHAT)
    docket = typed(case)
    with pytest.raises(Refused) as refused:
        backfill.cannot(actor=office.clerk(32), waiting_case=case.pk, reason="查无此项登记档案")
    assert refused.value.codes == ("OLD_TYPED",)
    backfill.send_back(actor=office.clerk(32), docket_id=docket, version=1, remark="档案是另一处房屋的")
    backfill.drop(actor=office.clerk(31), docket_id=docket)
    case.refresh_from_db()
    assert "档案是另一处房屋的" in case.filed["backfill_refused"]


@pytest.mark.django_db
def test_an_accepted_case_stands_still_and_is_judged_again_before_its_entry() -> None:
    office.open_homes(1)
    docket_id = inheritance.accepted_inheritance()
    backfills.pause_for_backfill(actor=office.clerk(), docket_id=docket_id, what=WHAT)
    case = Case.objects.get(pk=docket_id)
    assert "backfill" in inheritance.open_kinds(docket_id)
    docket = typed(case, **SEIZURE)
    checked(docket, **{"CFDJ1-CFWH": "（2025）豫0106执12号", "CFDJ1-CFJSSJ": "2028-03-01"})
    assert inheritance.open_kinds(docket_id) == {"notice", "second_review"}
    book = unit_book(case.unit_code)
    assert book is not None and len(book.mortgages) == len(book.restrictions) == 1


@pytest.mark.django_db
def test_an_accepted_case_whose_backfill_failed_is_not_entered_before_the_officer_says_why_it_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office.open_homes(1)
    docket_id = inheritance.accepted_inheritance()
    backfills.pause_for_backfill(actor=office.clerk(), docket_id=docket_id, what=WHAT)
    inheritance.agree(docket_id)
    inheritance.after_its_grace(monkeypatch, docket_id)
    matters.end_notice(actor=office.SYSTEM, docket_id=docket_id)
    backfill.cannot(actor=office.clerk(31), waiting_case=docket_id, reason="档案里没有这一项登记")
    assert inheritance.entries(docket_id) == 0 and inheritance.open_kinds(docket_id) == set()
    with pytest.raises(Refused) as refused:
        desk.enter_accepted(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("MATTER_NOT_BACKFILLED",)
    with pytest.raises(NotPermitted):
        backfills.go_on(actor=office.buyer(), docket_id=docket_id, reason="与法院和银行核实，没有这项登记。")
    said = "与法院和银行核实，没有这项登记。"
    assert backfills.go_on(actor=office.clerk(), docket_id=docket_id, reason=said) == "registered"


@pytest.mark.django_db
def test_only_the_reviewer_with_a_reason_puts_a_case_to_wait_and_only_for_its_own_house() -> None:
    case = under_review()
    with pytest.raises(Refused) as refused:
        backfills.wait_for_backfill(actor=office.reviewer(), docket_id=case.pk, what="缺")
    assert refused.value.codes == ("BACKFILL_WHAT",)
    with pytest.raises(Conflict):
        backfills.wait_for_backfill(actor=office.reviewer(9012), docket_id=case.pk, what=WHAT)
    with pytest.raises(Refused) as refused:
        typed(case)  # it does not wait
    assert refused.value.codes == ("OLD_CASE",)
    assert not OldCertificate.objects.exists()


@pytest.mark.django_db
def test_the_counter_sees_which_cases_wait_types_only_what_is_missing_and_the_applicant_reads_why() -> None:
    case = under_review()
    backfills.wait_for_backfill(actor=office.reviewer(), docket_id=case.pk, what=WHAT)
    counter = at_work("accept")
    listed = text_of(counter.get("/desk/backfill/?tab=wanted"))
    assert case.docket.number in listed and WHAT in listed
    short = counter.post("/desk/backfill/", {"case": str(case.pk), "reason": "无", "key": "a"})
    assert short.status_code == 422 and 'value="无"' in text_of(short)
    form = text_of(counter.get(f"/desk/backfill/new/?unit={case.unit_code}&case={case.pk}"))
    assert 'name="beside" value="yes"' in form and "李小明" in form
    assert 'name="FDCQ2-BDCQZH"' not in form and 'name="DYAQ1-BDCDJZMH"' in form
    assert "最多录入2笔抵押、2份查封" in form and "批量导入" in form
    assert "最多录入4位权利人" in text_of(counter.get("/desk/backfill/new/"))
    wrong = counter.post(
        "/desk/backfill/new/",
        loads(case.unit_code, **{"DYAQ1-BDBZZQSE": ""}) | {"waiting_case": str(case.pk)},
    )
    assert wrong.status_code == 422 and "2015-03-02" in text_of(wrong)  # what was typed stays
    docket = typed(case)
    check = text_of(counter.get(f"/desk/backfill/{docket}/"))
    assert 'name="area"' not in check and 'name="DYAQ1-BDBZZQSE"' in check and case.docket.number in check
    by = office.seller()
    own = own_case(case.pk, by)
    assert own is not None
    card = turn(MY, own, road_of(own.case), label(own.case.state), by)
    assert WHAT in card["text"] and "您不用做什么" in card["title"]
