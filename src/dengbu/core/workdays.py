"""Working days of the office, with the State Council's shifted days (调休), and periods counted in calendar days.

Two sources: the published calendars in `chinesecalendar`, and an office table (`policy/holidays.toml`, read by
`catalog.policy.office_calendar()`) that goes before it day by day and adds years the library does not know. A year
neither knows raises `CalendarUnknown`: a legal deadline is never guessed. Years marked provisional answer, and
`is_provisional` says so, so that a page can show it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import chinese_calendar

from dengbu.core.clock import SHANGHAI

OFFICE_CLOSES: Final = dt.time(17, 0)
_ONE: Final = dt.timedelta(days=1)


class CalendarUnknown(LookupError):
    """The holiday calendar of a year is not known yet; the message says which year and what to do."""

    def __init__(self, year: int):
        self.year = year
        super().__init__(
            f"还没有 {year} 年的节假日安排，无法计算期限。请管理员在 holidays.toml 中补录 {year} 年的放假和调休日期。"
        )


@dataclass(frozen=True, slots=True)
class Calendar:
    """An office calendar: days off and make-up days that go before the library, and years that are known by it.

    `years` are the years this table covers completely (weekends are derived); `provisional` those among them which
    the State Council has not published yet.
    """

    days_off: frozenset[dt.date] = field(default=frozenset())
    working: frozenset[dt.date] = field(default=frozenset())
    years: frozenset[int] = field(default=frozenset())
    provisional: frozenset[int] = field(default=frozenset())

    def __post_init__(self) -> None:
        both = self.days_off & self.working
        if both:
            raise ValueError(f"{min(both)} is given both as a day off and as a working day")


LIBRARY_ONLY: Final = Calendar()


@cache
def _library_knows(year: int) -> bool:
    try:
        chinese_calendar.is_workday(dt.date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def is_workday(day: dt.date, calendar: Calendar = LIBRARY_ONLY) -> bool:
    """Whether the office works on this day (a make-up Saturday is one). Raises CalendarUnknown."""
    if day.year in calendar.provisional and _library_knows(day.year):
        return bool(chinese_calendar.is_workday(day))  # published meanwhile: the guess is over
    if day in calendar.days_off:
        return False
    if day in calendar.working:
        return True
    if day.year in calendar.years:
        return day.weekday() < 5
    if not _library_knows(day.year):
        raise CalendarUnknown(day.year)
    return bool(chinese_calendar.is_workday(day))


def is_provisional(day: dt.date, calendar: Calendar) -> bool:
    """Whether the answer for this day rests on a calendar which is not published yet."""
    return day.year in calendar.provisional and not _library_knows(day.year)


def next_workday(day: dt.date, calendar: Calendar = LIBRARY_ONLY) -> dt.date:
    """The day itself when the office works, else the next day it does."""
    while not is_workday(day, calendar):
        day += _ONE
    return day


def add_workdays(start: dt.date, days: int, calendar: Calendar = LIBRARY_ONLY) -> dt.date:
    """The last day of a period of `days` working days; the first day is not counted (民法典 201).

    Zero days is the day itself. Raises ValueError for a negative period, CalendarUnknown past the known years.
    """
    if days < 0:
        raise ValueError("a period cannot be negative")
    day = start
    while days:
        day += _ONE
        if is_workday(day, calendar):
            days -= 1
    return day


def workdays_between(start: dt.date, end: dt.date, calendar: Calendar = LIBRARY_ONLY) -> int:
    """How many working days lie after `start` up to and with `end`; negative when `end` is before `start`.

    `workdays_between(day, add_workdays(day, n)) == n`. Raises CalendarUnknown.
    """
    if end < start:
        return -workdays_between(end, start, calendar)
    count = 0
    day = start
    while day < end:
        day += _ONE
        count += is_workday(day, calendar)
    return count


def working_days_left(
    today: dt.date, due: dt.date, stopped: Iterable[dt.date] = (), calendar: Calendar = LIBRARY_ONLY
) -> int:
    """Working days from `today` to `due`, without the `stopped` days on which the clock stands still (公告 etc.)."""
    lost = sum(1 for day in set(stopped) if today < day <= due and is_workday(day, calendar))
    return workdays_between(today, due, calendar) - lost


def calendar_days_deadline(start: dt.date, days: int, calendar: Calendar = LIBRARY_ONLY) -> dt.date:
    """The last day of a period in calendar days: first day not counted, a last day off moves on (民法典 201, 203).

    Used for the 15 days of an objection and the 90 days of an advance notice. Raises CalendarUnknown, ValueError.
    """
    if days < 0:
        raise ValueError("a period cannot be negative")
    return next_workday(start + dt.timedelta(days=days), calendar)


def end_of_office_hours(day: dt.date, closes: dt.time = OFFICE_CLOSES) -> dt.datetime:
    """The instant a period ending on `day` is over: when the office closes, Shanghai time (民法典 203), aware."""
    return dt.datetime.combine(day, closes, tzinfo=SHANGHAI)


def deadline_after_workdays(
    start: dt.date, days: int, calendar: Calendar = LIBRARY_ONLY, closes: dt.time = OFFICE_CLOSES
) -> dt.datetime:
    """The closing time of the office on the last of `days` working days after `start`. Raises CalendarUnknown."""
    return end_of_office_hours(add_workdays(start, days, calendar), closes)
