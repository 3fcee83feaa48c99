"""容缺受理、告知承诺: given and signed at the desk, and what follows before the entry."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dengbu.cases import undertakings as law
from dengbu.cases.actions import desk, papers, telling, withdrawing
from dengbu.cases.actions import undertakings as acts
from dengbu.cases.actions.deciding import decline
from dengbu.cases.actions.watching import WATCHES
from dengbu.cases.documents.closing import catalogue
from dengbu.cases.facts import facts
from dengbu.cases.models import Case, ClockStop, PendingMatter, Undertaking
from dengbu.cases.queries import undertakings as queries
from dengbu.catalog.policy.policy import time_limit
from dengbu.catalog.policy.schema import UndertakingRule
from dengbu.core import clock
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.materials.models import MaterialPage
from dengbu.register.models import Entry
from tests.support import office
from tests.support.undertakings import FACT, accepted, breach, bring, give, later, scan, sign
from tests.web.filers import picture
from tests.web.windows import at_work, budget, statements, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(4)


# --- the law, by table --------------------------------------------------------------------------------------------

RULE = UndertakingRule(
    material="MARR", kind="later", days=5, types=("P01",), valid_from=dt.date(2021, 1, 1), statement="补交"
)
GOOD: dict[str, Any] = {
    "name": "婚姻关系证明",
    "rule": RULE,
    "live": False,
    "applies": True,
    "present": True,
    "why": "原件在外地",
    "barred_until": None,
}


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"rule": None}, ["UNDERTAKING_NOT_ALLOWED"]),
        ({"live": True}, ["UNDERTAKING_THERE"]),
        ({"applies": False}, ["UNDERTAKING_WHO"]),
        ({"present": False}, ["UNDERTAKING_ABSENT"]),
        ({"why": " 无 "}, ["UNDERTAKING_WHY"]),
        ({"barred_until": dt.date(2027, 1, 1)}, ["UNDERTAKING_BARRED"]),
        (
            {"applies": False, "why": "", "barred_until": dt.date(2027, 1, 1)},
            ["UNDERTAKING_WHO", "UNDERTAKING_WHY", "UNDERTAKING_BARRED"],
        ),
    ],
)
def test_what_stands_against_an_undertaking(changed: dict[str, Any], codes: list[str]) -> None:
    assert [r.code for r in law.why_not_give(law.Offer(**(GOOD | changed)))] == codes


DUE = dt.date(2026, 12, 4)


@pytest.mark.parametrize(
    ("kind", "today", "reason", "codes"),
    [
        ("later", DUE, FACT, ["UNDERTAKING_NOT_DUE"]),  # the last day is theirs
        ("later", DUE + dt.timedelta(days=1), FACT, []),
        ("later", DUE + dt.timedelta(days=1), "没有来", ["UNDERTAKING_REASON"]),
        ("instead", DUE, "民政部门查无此登记，承诺不实", []),
        ("instead", DUE, "", ["UNDERTAKING_REASON"]),
    ],
)
def test_when_a_breach_may_be_written_down(kind: str, today: dt.date, reason: str, codes: list[str]) -> None:
    one = Undertaking(kind=kind, due_on=DUE)
    assert [r.code for r in law.why_not_breach(one, today, reason)] == codes


@pytest.mark.parametrize(
    ("how", "said", "entered", "codes"),
    [
        ("corrected", FACT, True, []),
        ("corrected", FACT, False, ["UNDERTAKING_NOT_CORRECTED"]),
        ("no_change", FACT, False, []),
        ("", "", False, ["UNDERTAKING_HOW", "UNDERTAKING_SAID"]),
    ],
)
def test_how_the_task_of_a_breach_ends(how: str, said: str, entered: bool, codes: list[str]) -> None:
    assert [r.code for r in law.why_not_correct(how, said, entered)] == codes


# --- what follows before the entry --------------------------------------------------------------------------------


def test_a_case_is_accepted_without_the_paper_and_entered_when_it_comes() -> None:
    docket_id, one = accepted()
    assert office.state_of(docket_id) == "accepted" and not Entry.objects.filter(docket_id=docket_id).exists()
    due, day = Undertaking.objects.get(pk=one).due_on, dt.timedelta(days=1)
    assert due is not None
    near, over = WATCHES["undertaking"].find, WATCHES["undertaken"].find
    first = due - time_limit("watch_undertaking", clock.today()).amount * day
    assert near(first) and near(due) and over(due + day)
    assert not near(first - day) and not near(due + day) and not over(due), "neither too early nor too late"
    assert ClockStop.objects.get(docket_id=docket_id).reason == "undertaking"
    papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind="receipt")
    with pytest.raises(Refused) as refused:
        desk.enter_accepted(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("MATTER_OPEN",)
    assert bring(docket_id, one) == "registered"
    assert not near(due) and not over(due + day), "what is here is not asked for"
    assert Entry.objects.filter(docket_id=docket_id).count() == 1
    assert ClockStop.objects.get(docket_id=docket_id).until_on == clock.today()
    titles = [x["title"] for x in catalogue(facts(Case.objects.get(pk=docket_id)))]
    assert {"告知承诺书（已签字）", "容缺受理告知承诺书"} <= set(titles)
    assert any(t.startswith("婚姻关系证明") for t in titles)


def test_a_paper_that_was_uploaded_and_is_not_at_the_desk_may_follow() -> None:
    docket_id = office.draft_sale()
    office.upload(actor=office.SYSTEM, docket_id=docket_id, item="MARR")
    office.filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    office.filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True)
    office.review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    office.review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    office.review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    office.check_at_desk(docket_id)
    desk.desk_verdict(
        actor=office.clerk(),
        docket_id=docket_id,
        item="MARR",
        checks={},
        originals=0,
        copies=0,
        note="原件没有带来",
    )
    with pytest.raises(Refused) as refused:
        desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("DESK_DIFFERS",)
    give(docket_id)
    with pytest.raises(Refused) as refused:
        desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("UNDERTAKING_UNSIGNED",)
    assert sign(docket_id) == 1
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert office.state_of(docket_id) == "accepted"


@pytest.mark.parametrize("item", ["ID-seller", "CERT", "SALE", "DEED", "TAX", "XX"])
def test_identity_title_contract_and_tax_are_never_undertaken(item: str) -> None:
    docket_id = office.checked_sale()
    with pytest.raises(Refused) as refused:
        give(docket_id, item)
    assert refused.value.codes == ("UNDERTAKING_NOT_ALLOWED",)


def test_it_is_given_once_and_taken_back_before_acceptance() -> None:
    docket_id = office.checked_sale()
    one = give(docket_id)
    with pytest.raises(Refused) as refused:
        give(docket_id)
    assert refused.value.codes == ("UNDERTAKING_THERE",)
    acts.take_back(actor=office.clerk(), docket_id=docket_id, undertaking_id=one)
    with pytest.raises(Conflict):
        acts.take_back(actor=office.clerk(), docket_id=docket_id, undertaking_id=one)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert office.state_of(docket_id) == "registered"


def test_a_count_and_a_scan_belong_to_what_comes_and_nothing_comes_twice() -> None:
    docket_id, one = accepted()
    with pytest.raises(Refused) as refused:
        bring(docket_id, one, scans=[], originals=0)
    assert refused.value.codes == ("UNDERTAKING_COUNT", "UNDERTAKING_SCAN")
    bring(docket_id, one)
    for again in (bring, breach):
        with pytest.raises(Conflict):
            again(docket_id, one)
    assert MaterialPage.objects.filter(docket_id=docket_id, item="MARR").count() == 1


def test_what_is_not_brought_is_a_breach_and_the_case_is_not_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id, one = accepted()
    with pytest.raises(Refused) as refused:
        breach(docket_id, one)
    assert refused.value.codes == ("UNDERTAKING_NOT_DUE",)
    later(monkeypatch, 20)
    until = breach(docket_id, one)
    assert until == str(clock.today() + dt.timedelta(days=365))
    assert PendingMatter.objects.get(docket_id=docket_id, kind="undertaking").outcome == "breached"
    with pytest.raises(Refused) as refused:
        desk.enter_accepted(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("MATTER_UNDERTAKING_BROKEN",)
    assert telling.tell_parties(actor=office.SYSTEM, docket_ids=[docket_id], template="undertaking_broken")
    why = [{"reason": "没有按承诺补交婚姻关系证明", "clause": "条例22", "remedy": ""}]
    decline(actor=office.reviewer(), docket_id=docket_id, reasons=why)
    assert office.state_of(docket_id) == "declined"
    assert Undertaking.objects.get(pk=one).correction == ""  # nothing is in the book


def test_what_comes_late_but_before_a_breach_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id, one = accepted()
    later(monkeypatch, 20)
    assert bring(docket_id, one) == "registered"
    assert "超过期限" in Undertaking.objects.get(pk=one).evidence


def test_a_case_that_is_withdrawn_owes_nothing_and_nobody_is_barred() -> None:
    docket_id, one = accepted()
    withdrawing.withdraw(actor=office.seller(), docket_id=docket_id)
    withdrawing.withdraw(actor=office.buyer(), docket_id=docket_id)
    assert Undertaking.objects.get(pk=one).outcome == "over"
    assert not queries.page("owed")[0]


def test_nobody_settles_their_own_case() -> None:
    docket_id, one = accepted()
    with pytest.raises(NotPermitted):
        acts.bring(
            actor=office.staff("accept", 77, identity=office.SELLER[1]),
            docket_id=docket_id,
            undertaking_id=one,
            originals=1,
            copies=0,
            scans=[scan()],
        )


# --- pages --------------------------------------------------------------------------------------------------------


def test_the_desk_gives_prints_signs_and_settles_by_its_pages() -> None:
    docket_id = office.checked_sale()
    clerk, address = at_work("accept"), f"/desk/accept/{docket_id}/"
    assert "容缺受理或告知承诺" in text_of(clerk.get(address))
    who = next(p for p in office.parties_of(docket_id) if p.role == "seller")
    said = {"do": "undertake", "undertaking_item": "MARR", "promisor": str(who.pk)}
    wrong = clerk.post(address, said | {"undertaking_why": ""})
    assert wrong.status_code == 422 and "为什么现在没有" in text_of(wrong)
    assert clerk.post(address, said | {"undertaking_why": "结婚证原件在外地"}).status_code == 303
    page = text_of(clerk.get(address))
    assert "待签字" in page and "还没有签字存档" in page
    signed = SimpleUploadedFile("s.jpg", picture("承诺书"), "image/jpeg")
    assert clerk.post(address, {"do": "signed", "signed_files": signed}).status_code == 303
    assert "都已核对，可以受理" in text_of(clerk.get(address))
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    one = Undertaking.objects.get(docket_id=docket_id)
    assert "婚姻关系证明" in text_of(clerk.get("/desk/undertakings/"))
    file = f"/desk/undertakings/{one.pk}/"
    assert statements(clerk, file) <= budget("desk.undertaking")
    wrong = clerk.post(file, {"do": "bring", "originals": "x", "copies": "0"})
    assert wrong.status_code == 422 and 'value="x"' in text_of(wrong)
    came = SimpleUploadedFile("m.jpg", picture("结婚证"), "image/jpeg")
    answer = clerk.post(file, {"do": "bring", "originals": "1", "copies": "0", "files": came})
    assert answer.status_code == 303 and office.state_of(docket_id) == "registered"
    assert "已兑现" in text_of(clerk.get(file))
