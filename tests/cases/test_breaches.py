"""What was undertaken is checked after the entry; a breach bars and is listed, and never touches the book."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from dengbu.cases import undertakings as law
from dengbu.cases.actions import desk
from dengbu.cases.actions import undertakings as acts
from dengbu.cases.actions.watching import keep_watch, tell_of_deadlines
from dengbu.cases.models import Case, PendingMatter, Undertaking
from dengbu.cases.queries import undertakings as queries
from dengbu.catalog.policy.policy import undertakings_for
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.notices.models import Deadline, Message
from dengbu.register.models import Entry
from tests.support import office
from tests.support.undertakings import FACT, accepted, breach, bring, give, later, sign

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(4)


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """An office that takes an undertaking instead of the marriage paper in a sale."""
    rule = undertakings_for("B01", clock.today())["MARR"].model_copy(update={"types": ("P01",)})
    monkeypatch.setattr(acts, "undertakings_for", lambda code, day: {"MARR": rule})


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
