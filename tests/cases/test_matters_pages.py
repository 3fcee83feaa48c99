"""Lists of what waits: page by page, in a fixed number of statements, each case on one page."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dengbu.cases import rules
from dengbu.cases.actions.matters.pause import put_off_all
from dengbu.cases.models import Case, ClockStop, HomeVisit, PendingMatter, SiteInspection
from dengbu.cases.queries import matters as queries
from dengbu.cases.queries import visits
from dengbu.catalog.policy.policy import office_calendar
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from tests.support import matters as waiting
from tests.support import office
from tests.web.windows import at_work, text_of

pytestmark = pytest.mark.django_db
HOMES = 5


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    office.open_homes(HOMES)
    for size in ("PAGE_SIZE", "NOTICES"):
        monkeypatch.setattr(queries, size, 2)
    return [waiting.accepted_inheritance(n) for n in range(1, HOMES + 1)]


@act("test.settle_all")
def settle_all(*, actor: Actor) -> None:
    PendingMatter.objects.filter(settled_at=None).update(settled_at=clock.now(), outcome="done")


def case_row(one: Any) -> None:
    """What a row of the desk is drawn from."""
    case = getattr(one.docket, "case", one)
    assert case.docket.number and case.applicant_names


def leaf_through(
    page: Callable[..., tuple[list[Any], str]], *given: Any, draw: Callable[[Any], None] = case_row
) -> list[Any]:
    """All rows of a list by its pages; what a row is drawn from costs no statement more."""
    rows: list[Any] = []
    after = ""
    for _ in range(HOMES + 1):
        with CaptureQueriesContext(connection) as said:
            found, after = page(*given, after)
            for one in found:
                draw(one)
        assert len(said) == 1
        rows += found
        if not after:
            return rows
    raise AssertionError("the pages never end")


def test_what_waits_is_listed_once_by_its_due_date(cases: list[uuid.UUID]) -> None:
    for kind in ("notice", "second_review"):
        rows = leaf_through(queries.waiting_page, kind)
        assert [m.docket_id for m in rows] == sorted(cases)
    assert leaf_through(queries.waiting_page, "inspection") == []
    assert queries.waiting_page("notice", "nonsense_here")[0] == queries.waiting_page("notice")[0]


def test_running_notices_are_listed_once_the_newest_first(cases: list[uuid.UUID]) -> None:
    rows = leaf_through(queries.notices_page, draw=lambda notice: dict(notice.content["rows"]))
    assert [n.docket_id for n in rows] == cases[::-1]
    assert queries.notices_page("nonsense")[0] == queries.notices_page()[0]


def test_what_is_settled_and_not_entered_is_listed_once(cases: list[uuid.UUID]) -> None:
    assert queries.stuck_page()[0] == []
    settle_all(actor=office.SYSTEM)
    assert [c.pk for c in leaf_through(queries.stuck_page)] == sorted(cases)


def test_each_case_stands_in_one_colour(cases: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    put_going(actor=office.SYSTEM, dockets=cases[:3])
    today, calendar = clock.today(), office_calendar()
    promised = Case.objects.get(pk=cases[0]).promised_on
    assert promised is not None
    for day, tab in ((today, "green"), (promised, "amber"), (promised + dt.timedelta(days=1), "red")):
        monkeypatch.setattr(clock, "today", lambda day=day: day)
        amber = rules.amber_until(day, calendar)
        listed = {
            colour: {c.pk for c in leaf_through(queries.deadlines_page, colour, amber)}
            for colour in queries.LIMITS
        }
        expected = {tab: set(cases[:3]), "stopped": set(cases[3:])}
        assert {colour: rows for colour, rows in listed.items() if rows} == expected


@act("test.put_going")
def put_going(*, actor: Actor, dockets: list[uuid.UUID]) -> None:
    ClockStop.objects.filter(docket_id__in=dockets).update(until_on=clock.today())


def test_a_page_of_inspections_reads_its_records_in_one_statement(cases: list[uuid.UUID]) -> None:
    send_out(actor=office.SYSTEM, dockets=cases)
    with CaptureQueriesContext(connection) as said:
        found, more = queries.inspections(office.clerk(), HOMES)
        assert not more
        assert [queries.mine(one, office.clerk()) for one in found] == ["go"] * HOMES
        assert all(one.case.location and one.case.applicant_names for one in found)
    assert len(said) == 1


def test_what_waits_for_a_colleagues_word_pushes_no_other_inspection_off_the_list(
    cases: list[uuid.UUID],
) -> None:
    send_out(actor=office.SYSTEM, dockets=cases)
    mine, colleague = office.clerk(), office.reviewer()
    record(actor=mine, dockets=cases[:2])
    found, more = queries.inspections(mine, HOMES - 1)
    assert [one.case.pk for one in found] == [*cases[2:], cases[0]] and more
    assert [queries.mine(one, mine) for one in found] == ["go", "go", "go", "sent"]
    found, _ = queries.inspections(colleague, HOMES - 1)
    assert [queries.mine(one, colleague) for one in found] == ["confirm", "confirm", "go", "go"]


@act("test.record")
def record(*, actor: Actor, dockets: list[uuid.UUID]) -> None:
    for docket in dockets:
        SiteInspection.objects.create(
            docket_id=docket,
            matter=PendingMatter.objects.get(docket_id=docket, kind="inspection"),
            visited_at=clock.now(),
            findings={},
            passed=True,
            first_id=actor.user_id,
            first_name=actor.name,
            first_at=clock.now(),
        )


def test_the_desk_counts_what_waits_of_each_kind(cases: list[uuid.UUID]) -> None:
    assert queries.open_by_kind() == {"notice": HOMES, "second_review": HOMES, "stuck": 0}
    settle_all(actor=office.SYSTEM)
    assert queries.open_by_kind() == {"stuck": HOMES}
    page = text_of(at_work("accept").get("/desk/matters/"))  # opens where something waits
    assert re.search(r'aria-current="page">办结未登簿<span class="n">5<', page)
    assert re.search(r'tab=notice">公告中<span class="n">0<', page)


@act("test.send_out")
def send_out(*, actor: Actor, dockets: list[uuid.UUID]) -> None:
    for docket in dockets:
        PendingMatter.objects.create(
            docket_id=docket,
            kind="inspection",
            opened_at=clock.now(),
            due_at=clock.now() + dt.timedelta(days=5),
        )


def test_a_pause_has_no_last_day_and_still_every_paused_case_is_on_a_page(cases: list[uuid.UUID]) -> None:
    settle_all(actor=office.SYSTEM)
    put_off(actor=office.SYSTEM, dockets=cases)
    listed = [m.docket_id for m in leaf_through(queries.waiting_page, "pause")]
    assert listed == [cases[-1], *cases[:-1]]  # a day stands before none


@act("test.put_off")
def put_off(*, actor: Actor, dockets: list[uuid.UUID]) -> None:
    put_off_all(dockets, "court", "法院来函〔2026〕1号", actor)
    last = PendingMatter.objects.filter(docket_id=dockets[-1], kind="pause")
    last.update(due_at=clock.now())


def test_planned_visits_are_listed_in_the_order_in_which_the_officers_go(
    cases: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "PAGE_SIZE", 2)
    arrange(actor=office.SYSTEM, dockets=cases, days=(3, 1, 2, 1, 5))
    listed = [v.docket_id for v in leaf_through(visits.page_of, "planned")]
    assert listed == [cases[n] for n in (1, 3, 2, 0, 4)]
    assert (
        len(visits.page_of("planned", "nonsense_7")[0])
        == len(visits.page_of("planned", "2026-01-02_7")[0])
        == 2
    )


@act("test.arrange")
def arrange(*, actor: Actor, dockets: list[uuid.UUID], days: tuple[int, ...]) -> None:
    now = clock.now()
    for docket, day in zip(dockets, days, strict=True):
        asked = PendingMatter.objects.create(docket_id=docket, kind="face_signing", opened_at=now)
        HomeVisit.objects.create(
            matter=asked, docket_id=docket, reason="age", place="住所", asked_how="phone", asked_by="窗口",
            asked_at=now, planned_at=now + dt.timedelta(days=day), first_id=1, second_id=2,
        )  # fmt: skip
