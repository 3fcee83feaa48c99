"""What the law asks between acceptance and entry, and how its days are counted: pure, by tables and by hypothesis."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengbu.cases import rules
from dengbu.cases.rules import Colour, Kind, Stop
from dengbu.catalog.policy.policy import office_calendar
from dengbu.core.workdays import add_workdays, is_workday, next_workday, workdays_between

CALENDAR = office_calendar()
FIRST = dt.date(2026, 1, 5)
days = st.integers(0, 200).map(lambda n: FIRST + dt.timedelta(days=n))
limits = st.integers(0, 30)


@dataclass(frozen=True)
class Case:
    """A registration and its policy, as far as the rule asks them."""

    public_notice_days: int = 0
    site_visit: str = "none"
    reviews: int = 1
    sign_off: tuple[str, ...] = ()
    published: bool = True
    seconded: bool = True

    def publishes(self) -> bool:
        return self.published

    def second_review(self) -> bool:
        return self.seconded


@dataclass(frozen=True)
class Matter:
    kind: str
    outcome: str = ""


@pytest.mark.parametrize(
    ("case", "conditions", "asked"),
    [
        (Case(), (), ()),
        (Case(public_notice_days=15, reviews=2), (), (Kind.NOTICE, Kind.SECOND_REVIEW)),
        (Case(public_notice_days=15, reviews=2, published=False, seconded=False), (), ()),
        (Case(site_visit="required", reviews=2), (), (Kind.INSPECTION, Kind.SECOND_REVIEW)),
        (Case(site_visit="if_destroyed"), ("destroyed",), (Kind.INSPECTION,)),
        (
            Case(sign_off=("legacy_scheme",), reviews=2),
            ("legacy_scheme",),
            (Kind.SECOND_REVIEW, Kind.SIGN_OFF),
        ),
        (Case(sign_off=("legacy_scheme",)), ("minor",), ()),
        (Case(sign_off=("always",)), (), (Kind.SIGN_OFF,)),
        (Case(site_visit="if_destroyed"), ("waived",), ()),
        (Case(site_visit="officer_decides"), ("destroyed",), ()),
    ],
)
def test_the_policy_says_how_much_and_the_case_whether(
    case: Case, conditions: tuple[str, ...], asked: tuple[Kind, ...]
) -> None:
    assert rules.asked(case, case, lambda: conditions) == asked


@pytest.mark.parametrize(
    ("asked", "waiting", "opened"),
    [
        ((Kind.NOTICE, Kind.SIGN_OFF), False, (Kind.NOTICE,)),
        ((Kind.SIGN_OFF,), False, (Kind.SIGN_OFF,)),
        ((Kind.SIGN_OFF,), True, ()),
        ((Kind.NOTICE,), True, (Kind.NOTICE,)),
    ],
)
def test_the_leader_signs_last_with_everything_else_on_the_table(
    asked: tuple[Kind, ...], waiting: bool, opened: tuple[Kind, ...]
) -> None:
    assert rules.now_due(asked, waiting) == opened


@pytest.mark.parametrize(
    ("matters", "codes"),
    [
        ([], []),
        ([Matter("inspection", "failed")], ["MATTER_INSPECTION_FAILED"]),
        ([Matter("inspection", "failed"), Matter("inspection", "done")], []),
        ([Matter("inspection", "done"), Matter("inspection", "failed")], ["MATTER_INSPECTION_FAILED"]),
        ([Matter("second_review", "sent_back"), Matter("answer", "done")], ["MATTER_SENT_BACK"]),
        ([Matter("second_review", "sent_back"), Matter("second_review", "agreed")], []),
        ([Matter("objection", "upheld"), Matter("objection", "dismissed")], ["MATTER_OBJECTION_UPHELD"]),
        ([Matter("objection", "dismissed"), Matter("notice", "done")], []),
        ([Matter("inspection", "failed"), Matter("inspection")], ["MATTER_INSPECTION_FAILED"]),
        ([Matter("sign_off", "sent_back"), Matter("answer", "done")], ["MATTER_LEADER_SENT_BACK"]),
        ([Matter("sign_off", "sent_back"), Matter("sign_off", "agreed")], []),
    ],
)
def test_what_was_settled_badly_forbids_the_entry_until_it_is_put_right(
    matters: list[Matter], codes: list[str]
) -> None:
    assert [r.code for r in rules.against(matters)] == codes


def test_something_open_is_open() -> None:
    assert rules.is_open([Matter("notice", "done"), Matter("second_review")])
    assert not rules.is_open([Matter("notice", "done")])


@given(days, limits)
def test_without_a_stop_the_limit_is_so_many_working_days(start: dt.date, limit: int) -> None:
    assert rules.due_on(start, limit, [], CALENDAR) == add_workdays(start, limit, CALENDAR)


@given(days, limits, days, st.integers(0, 40))
def test_a_limit_holds_its_working_days_outside_the_stops(
    start: dt.date, limit: int, since: dt.date, length: int
) -> None:
    until = since + dt.timedelta(days=length)
    due = rules.due_on(start, limit, [Stop(since, until)], CALENDAR)
    counted = [
        day
        for n in range(1, (due - start).days + 1)
        if is_workday(day := start + dt.timedelta(days=n), CALENDAR) and not since < day <= until
    ]
    assert len(counted) == limit and due >= add_workdays(start, limit, CALENDAR)


@given(days, limits, days, st.integers(0, 40))
def test_stops_that_overlap_take_a_day_away_once(
    start: dt.date, limit: int, since: dt.date, length: int
) -> None:
    stop = Stop(since, since + dt.timedelta(days=length))
    once, twice = (
        rules.due_on(start, limit, [stop], CALENDAR),
        rules.due_on(start, limit, [stop] * 2, CALENDAR),
    )
    assert once == twice == rules.due_on(start, limit, [stop, Stop(since)], CALENDAR)


@given(days)
def test_a_notice_settles_at_noon_of_the_working_day_after_its_last(day: dt.date) -> None:
    last = next_workday(day, CALENDAR)
    at = rules.notice_settled_at(last, CALENDAR)
    assert workdays_between(last, at.date(), CALENDAR) == 1 and at.time() == dt.time(12)


@pytest.mark.parametrize(
    ("today", "stopped", "colour"),
    [
        (dt.date(2026, 3, 2), False, Colour.GREEN),
        (dt.date(2026, 3, 5), False, Colour.AMBER),
        (dt.date(2026, 3, 6), False, Colour.AMBER),
        (dt.date(2026, 3, 7), False, Colour.RED),
        (dt.date(2026, 3, 9), False, Colour.RED),
        (dt.date(2026, 3, 9), True, Colour.STOPPED),
    ],
)
def test_red_is_past_the_promised_day_and_amber_one_working_day_before(
    today: dt.date, stopped: bool, colour: Colour
) -> None:
    promised = dt.date(2026, 3, 6)  # a Friday
    assert rules.colour(today, promised, stopped, CALENDAR) is colour
    assert (promised <= rules.amber_until(today, CALENDAR)) == (colour is not Colour.GREEN or stopped)
