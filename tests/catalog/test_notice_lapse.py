"""Ninety days: when a notice has run out, how it is shown, and what removes it (民法典 221; corrections 23)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dengbu.catalog.policy import office_calendar, time_limit
from dengbu.register.effects import End
from dengbu.register.rules import NOTICE_DAYS, notice_lapsed, obstacles
from tests.catalog.noticed import (
    BANK,
    BUILDER,
    LOAN,
    NOW,
    UNIT,
    WANG,
    ZHAO,
    about,
    book,
    filed,
    notice,
    owned,
    party,
    presold,
    refused,
    right,
)

FIRST = dt.date(2026, 8, 3)
NOON = dt.time(4, 0, tzinfo=dt.UTC)


def on(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, NOON)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (dt.date(2026, 8, 3), dt.date(2026, 11, 2)),  # the 90th day is a Sunday: it moves to Monday
        (dt.date(2026, 8, 4), dt.date(2026, 11, 2)),
        (dt.date(2026, 7, 5), dt.date(2026, 10, 8)),  # the 90th day is in the National Day holiday
    ],
)
def test_a_notice_lapses_after_ninety_days_from_the_first_registration(first: dt.date, last: dt.date) -> None:
    """corrections 23: the first day is not counted; a last day on a holiday moves on."""
    the_book = owned(target := notice("presale", WANG, entered=dt.date(2025, 1, 1)), by=BUILDER, first=first)
    calendar = office_calendar()
    assert not notice_lapsed(target, the_book, on(last), calendar)
    assert notice_lapsed(target, the_book, on(last + dt.timedelta(days=1)), calendar)


def test_a_year_nobody_knows_counts_as_holiday_for_ten_days() -> None:
    the_book = owned(target := notice("presale", WANG, possible_from="2040-01-01"), by=BUILDER)
    last = dt.date(2040, 1, 1) + dt.timedelta(days=NOTICE_DAYS)
    assert not notice_lapsed(target, the_book, on(last + dt.timedelta(days=10)))
    assert notice_lapsed(target, the_book, on(last + dt.timedelta(days=11)))


@pytest.mark.parametrize(
    "target",
    [
        notice("sale", WANG, entered=dt.date(2020, 1, 1)),  # nobody said when it became possible
        notice("presale", WANG, possible_from="2026-11-01"),  # an officer or the contract set another day
        notice("presale", WANG, entered=dt.date(2026, 11, 1)),  # entered after the first registration
    ],
)
def test_what_does_not_lapse_by_counting_from_the_first_registration(target: Any) -> None:
    assert not notice_lapsed(target, owned(target, by=BUILDER, first=dt.date(2022, 1, 1)), NOW)


@pytest.mark.parametrize(("said", "lapsed"), [({}, False), ({"registered_on": "2021-06-01"}, True)])
def test_an_import_starts_no_new_ninety_days(said: dict[str, str], lapsed: bool) -> None:
    """The old book's dates count, not the day on which they were brought in (corrections 23)."""
    brought_in = dt.date(2026, 11, 20)
    target = notice("presale", WANG, entered=brought_in, registered_on="2019-03-01")
    title = right("house_ownership", BUILDER, entered=brought_in, **said)
    assert notice_lapsed(target, book(title, target), NOW) is lapsed


def test_before_the_house_is_registered_nothing_lapses() -> None:
    target = notice("presale", WANG, entered=dt.date(2020, 1, 1))
    assert not notice_lapsed(target, presold(target), NOW)


def test_the_law_and_the_policy_say_the_same_days() -> None:
    assert time_limit("notice_lapse", dt.date(2026, 11, 23)).amount == NOTICE_DAYS


def lapsed(kind: str, *who: str, **more: Any) -> Any:
    return notice(kind, *who, entered=dt.date(2025, 1, 1), **more)


def test_a_lapsed_notice_is_shown_and_passed_with_the_officers_reason_and_stays_until_an_act() -> None:
    """domain 3: shown as lapsed, blocks no longer, removed only by an act."""
    target = lapsed("presale", ZHAO)
    the_book = owned(target, by=BUILDER, first=FIRST)
    (seen,) = obstacles(the_book, NOW)
    assert seen.lapsed and "已失效，待注销" in seen.text
    (refusal,) = filed("D06").judge({UNIT: the_book}, NOW).refusals
    assert refusal.code == "R_NOTICE" and "注销" in refusal.remedy
    reason = {str(target.public_id): "买受人已退房，90日内未申请"}
    one = filed("D06", officer=reason)
    judged = one.judge({UNIT: the_book}, NOW)
    assert not judged.refusals and judged.answers[0].evidence == "买受人已退房，90日内未申请"
    assert not [e for e in one.effects({UNIT: the_book}, NOW) if isinstance(e, End)]


def test_a_lapsed_notice_is_cancelled_by_whoever_it_bound() -> None:
    target = lapsed("presale", WANG)
    the_book = owned(target, by=BUILDER, first=FIRST)
    assert (
        refused(filed("D08", party("obligor", BUILDER), terms=about(target, reason="lapsed")), the_book)
        == set()
    )


def test_the_holder_of_a_lapsed_notice_needs_no_officer_to_take_the_home() -> None:
    bought = lapsed("presale", WANG)
    the_book = owned(bought, by=BUILDER, first=FIRST)
    assert refused(filed("B08"), the_book) == set()


def test_a_lapsed_mortgage_notice_is_converted_only_with_the_officers_reason() -> None:
    target = lapsed("presale_mortgage", BANK, rank=1, **LOAN)
    the_book = owned(target, by=WANG, first=FIRST)
    assert refused(filed("B09", terms=about(target)), the_book) == {"B_NOTICE_LAPSED"}
    in_time = {str(target.public_id): "期限内已提出申请"}
    assert refused(filed("B09", terms=about(target), officer=in_time), the_book) == set()
