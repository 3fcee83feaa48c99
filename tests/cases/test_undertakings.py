"""容缺受理、告知承诺: given and signed at the desk, kept or broken after it; a breach bars, and never touches the book."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dengbu.cases import undertakings as law
from dengbu.cases.actions import desk, papers, telling, withdrawing
from dengbu.cases.actions import undertakings as acts
from dengbu.cases.actions.deciding import decline
from dengbu.cases.actions.watching import keep_watch, tell_of_deadlines
from dengbu.cases.documents.closing import catalogue
from dengbu.cases.facts import facts
from dengbu.cases.models import Case, ClockStop, PendingMatter, Undertaking
from dengbu.cases.queries import undertakings as queries
from dengbu.catalog.policy.policy import undertakings_for
from dengbu.catalog.policy.schema import UndertakingRule
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.materials.intake import Limits, intake
from dengbu.materials.models import MaterialPage
from dengbu.notices.models import Deadline, Message
from dengbu.register.models import Entry
from tests.support import office
from tests.web.filers import picture
from tests.web.windows import at_work, budget, statements, text_of

pytestmark = pytest.mark.django_db
FACT = "电话催告两次，到期没有补交结婚证"


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(4)


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """An office that takes an undertaking instead of the marriage paper in a sale."""
    rule = undertakings_for("B01", clock.today())["MARR"].model_copy(update={"types": ("P01",)})
    monkeypatch.setattr(acts, "undertakings_for", lambda code, day: {"MARR": rule})


def scan() -> tuple[Any, str]:
    file = SimpleUploadedFile("a.jpg", picture("结婚证"), "image/jpeg")
    return intake(file, declared_name="a.jpg", limits=Limits(max_pages=9, pages_left=9)), "a.jpg"


def give(docket_id: uuid.UUID, item: str = "MARR", why: str = "结婚证原件在外地") -> uuid.UUID:
    """The seller undertakes to bring the marriage paper."""
    who = next(p for p in office.parties_of(docket_id) if p.role == "seller")
    made = acts.undertake(actor=office.clerk(), docket_id=docket_id, item=item, promisor=str(who.pk), why=why)
    return uuid.UUID(made)


def sign(docket_id: uuid.UUID) -> int:
    papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind="undertaking")
    return acts.keep_signed(actor=office.clerk(), docket_id=docket_id, scans=[scan()])


def accepted(number: int = 1) -> tuple[uuid.UUID, uuid.UUID]:
    """A sale accepted on an undertaking: its docket and the undertaking."""
    docket_id = office.checked_sale(number)
    one = give(docket_id)
    sign(docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    return docket_id, one


def bring(docket_id: uuid.UUID, one: uuid.UUID, scans: Any = None, originals: int = 1) -> str:
    return acts.bring(
        actor=office.clerk(),
        docket_id=docket_id,
        undertaking_id=one,
        originals=originals,
        copies=0,
        scans=[scan()] if scans is None else scans,
    )


def breach(docket_id: uuid.UUID, one: uuid.UUID, reason: str = FACT, by: Actor | None = None) -> str:
    done: str = acts.breach(
        actor=by or office.clerk(), docket_id=docket_id, undertaking_id=one, reason=reason
    )
    return done


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=days))


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
    assert Undertaking.objects.get(pk=one).due_on is not None
    assert ClockStop.objects.get(docket_id=docket_id).reason == "undertaking"
    papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind="receipt")
    with pytest.raises(Refused) as refused:
        desk.enter_accepted(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("MATTER_OPEN",)
    assert bring(docket_id, one) == "registered"
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


# --- what is checked after the entry ------------------------------------------------------------------------------


@pytest.mark.usefixtures("replaced")
def test_an_undertaking_instead_of_a_paper_lets_the_case_be_entered_and_is_checked_afterwards() -> None:
    docket_id, one = accepted()
    assert office.state_of(docket_id) == "registered"
    assert [u.pk for u in queries.page("owed")[0]] == [one]
    with pytest.raises(Refused) as refused:
        acts.confirm(actor=office.clerk(), docket_id=docket_id, undertaking_id=one, evidence="属实")
    assert refused.value.codes == ("UNDERTAKING_EVIDENCE",)
    acts.confirm(actor=office.clerk(), docket_id=docket_id, undertaking_id=one, evidence="民政部门查询，属实")
    assert not queries.page("owed")[0]


@pytest.mark.usefixtures("replaced")
def test_a_false_one_opens_a_task_and_changes_nothing_in_the_book() -> None:
    docket_id, one = accepted()
    before = list(Entry.objects.order_by("pk").values_list("pk", "digest"))
    breach(docket_id, one, "民政部门查无此登记，承诺不实")
    assert list(Entry.objects.order_by("pk").values_list("pk", "digest")) == before
    assert office.state_of(docket_id) == "registered"
    assert [u.pk for u in queries.page("correct")[0]] == [one]
    close = {"actor": office.clerk(), "docket_id": docket_id, "undertaking_id": one, "said": FACT}
    with pytest.raises(Refused) as refused:
        acts.close_task(**close, how="corrected", number=Case.objects.get(pk=docket_id).docket.number)
    assert refused.value.codes == ("UNDERTAKING_NOT_CORRECTED",)  # the sale itself corrects nothing
    acts.close_task(**close, how="no_change", number="")
    with pytest.raises(Conflict):
        acts.close_task(**close, how="no_change", number="")
    assert not queries.page("correct")[0] and [u.pk for u in queries.page("breaches")[0]] == [one]


@pytest.mark.usefixtures("replaced")
def test_the_task_ends_with_a_correction_of_this_home_once_it_is_in_the_book() -> None:
    docket_id, one = accepted()
    breach(docket_id, one, "民政部门查无此登记，承诺不实")
    said = {"applies_as": "concerned", "what": "room", "right_text": "801", "proof": "测绘报告"}
    by = [office.party("applicant", office.SELLER)]
    right = office.passed("P12", office.seller(), by, said)
    other = office.passed("P12", office.seller(), by, said, number=2)
    for waiting in (right, other):
        office.check_at_desk(waiting)
    desk.accept(actor=office.clerk(), docket_id=other)

    def close(by: uuid.UUID) -> None:
        acts.close_task(
            actor=office.clerk(),
            docket_id=docket_id,
            undertaking_id=one,
            how="corrected",
            number=Case.objects.get(pk=by).docket.number,
            said=FACT,
        )

    for not_yet in (right, other):
        with pytest.raises(Refused) as refused:
            close(not_yet)
        assert refused.value.codes == ("UNDERTAKING_NOT_CORRECTED",)
    desk.accept(actor=office.clerk(), docket_id=right)
    close(right)
    assert Undertaking.objects.get(pk=one).correction == "corrected"


@pytest.mark.usefixtures("replaced")
def test_a_false_one_before_the_entry_forbids_it() -> None:
    docket_id = office.checked_sale()
    one = give(docket_id)
    sign(docket_id)
    wait(actor=office.SYSTEM, docket_id=docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    breach(docket_id, one, "民政部门查无此登记，承诺不实")
    desk.settle_matter(actor=office.clerk(), docket_id=docket_id, kind="tax", evidence="完税证明3页")
    assert office.state_of(docket_id) == "accepted"
    refused = Case.objects.get(pk=docket_id).filed["entry_refused"]
    assert [r[0] for r in refused] == ["MATTER_UNDERTAKING_BROKEN"]


@act("test.wait")
def wait(*, actor: Actor, docket_id: uuid.UUID) -> None:
    PendingMatter.objects.create(docket_id=docket_id, kind="tax", opened_at=clock.now())


# --- the list of breaches -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("replaced")
def test_a_breach_bars_a_new_undertaking_until_its_end_or_until_it_is_lifted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id, one = accepted()
    waiting = office.checked_sale(2)
    give(waiting)
    sign(waiting)
    breach(docket_id, one, "民政部门查无此登记，承诺不实")
    with pytest.raises(Refused) as refused:
        desk.accept(actor=office.clerk(), docket_id=waiting)
    assert refused.value.codes == ("UNDERTAKING_BARRED_SINCE",)
    new = office.checked_sale(3)
    with pytest.raises(Refused) as refused:
        give(new)
    assert refused.value.codes == ("UNDERTAKING_BARRED",)
    lift = {"docket_id": docket_id, "undertaking_id": one, "reason": "复查后民政部门更正了数据"}
    with pytest.raises(NotPermitted):
        acts.lift(actor=office.clerk(), **lift)
    acts.lift(actor=office.lead(), **lift)
    with pytest.raises(Conflict):
        acts.lift(actor=office.lead(), **lift)
    give(new)
    assert [u.pk for u in queries.page("breaches")[0]] == [one]  # the record stays
    desk.accept(actor=office.clerk(), docket_id=waiting)


@pytest.mark.usefixtures("replaced")
def test_the_bar_ends_by_itself_and_who_wrote_it_down_does_not_lift_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id, one = accepted()
    breach(docket_id, one, "民政部门查无此登记，承诺不实", by=office.lead())
    with pytest.raises(NotPermitted) as refused:
        acts.lift(actor=office.lead(), docket_id=docket_id, undertaking_id=one, reason=FACT)
    assert refused.value.codes == ("UNDERTAKING_SAME_HANDS",)
    index = Undertaking.objects.get(pk=one).number_index
    assert set(law.barred_now([index])) == {index}
    later(monkeypatch, 366)
    assert law.barred_now([index]) == {}


# --- told before and after, listed page by page -------------------------------------------------------------------


def test_who_gave_it_is_told_before_its_end_and_after_it_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id, one = accepted()
    due = Undertaking.objects.get(pk=one).due_on
    assert due is not None

    def told() -> list[str]:
        for kind in ("undertaking", "undertaken"):
            keep_watch(actor=office.SYSTEM, kind=kind)
            tell_of_deadlines(actor=office.SYSTEM, kind=kind)
        found = Message.objects.filter(docket_id=docket_id, template__startswith="undertaking_")
        return sorted(set(found.values_list("template", flat=True)))

    assert told() == []
    start = clock.now()
    for day, expected in (
        (due - dt.timedelta(days=2), ["undertaking_ending"]),
        (due, ["undertaking_ending"]),
        (due + dt.timedelta(days=1), ["undertaking_ending", "undertaking_over"]),
    ):
        days = (day - clock.local(start).date()).days
        monkeypatch.setattr(clock, "now", lambda days=days: start + dt.timedelta(days=days))
        assert told() == expected
    count = Message.objects.filter(docket_id=docket_id).count()
    assert told() and Message.objects.filter(docket_id=docket_id).count() == count
    bring(docket_id, one)
    told()
    assert not Deadline.objects.filter(kind="undertaken", gone_at__isnull=True).exists()


def test_each_stands_on_one_page_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    given = {accepted(n)[1] for n in (1, 2, 3)}
    first, after = queries.page("owed")
    second, end = queries.page("owed", after)
    assert {u.pk for u in (*first, *second)} == given and len(first) == 2 and not end
    assert queries.page("owed", "nonsense")[0]


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
