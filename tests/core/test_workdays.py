import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengbu.core.workdays import (
    Calendar,
    CalendarUnknown,
    add_workdays,
    calendar_days_deadline,
    deadline_after_workdays,
    is_provisional,
    is_workday,
    workdays_between,
    working_days_left,
)

D = dt.date


def test_a_make_up_saturday_is_a_working_day_and_a_shifted_weekday_is_not():
    assert is_workday(D(2026, 10, 10))  # Saturday, works for the National Day week
    assert not is_workday(D(2026, 10, 7))  # Wednesday of that week
    assert not is_workday(D(2026, 11, 22))


def test_the_first_day_is_not_counted():
    assert add_workdays(D(2026, 11, 20), 1) == D(2026, 11, 23)  # Friday + 1 = Monday
    assert add_workdays(D(2026, 11, 20), 0) == D(2026, 11, 20)


def test_five_working_days_over_the_national_holiday_use_the_make_up_saturday():
    assert add_workdays(D(2026, 9, 30), 3) == D(2026, 10, 10)


def test_a_period_ends_when_the_office_closes():
    due = deadline_after_workdays(D(2026, 11, 20), 5)
    assert due.isoformat() == "2026-11-27T17:00:00+08:00"


def test_a_last_day_on_a_holiday_moves_on():
    assert calendar_days_deadline(D(2026, 9, 20), 15) == D(2026, 10, 8)
    assert calendar_days_deadline(D(2026, 11, 2), 15) == D(2026, 11, 17)


def test_a_year_without_a_calendar_is_never_guessed():
    with pytest.raises(CalendarUnknown, match="2027 年") as caught:
        add_workdays(D(2026, 12, 28), 10)
    assert caught.value.year == 2027


def test_the_office_table_goes_before_the_library_and_adds_years():
    office = Calendar(
        days_off=frozenset({D(2026, 11, 23), D(2027, 1, 1)}),
        working=frozenset({D(2026, 11, 22), D(2027, 1, 9)}),
        years=frozenset({2027}),
        provisional=frozenset({2027}),
    )
    assert is_workday(D(2026, 11, 22), office)
    assert not is_workday(D(2026, 11, 23), office)
    assert not is_workday(D(2027, 1, 1), office)
    assert is_workday(D(2027, 1, 9), office)
    assert is_workday(D(2027, 1, 4), office)
    assert not is_workday(D(2027, 1, 10), office)
    assert is_provisional(D(2027, 1, 4), office)
    assert not is_provisional(D(2026, 11, 23), office)


def test_a_provisional_year_yields_to_the_published_calendar():
    guess = Calendar(years=frozenset({2026}), provisional=frozenset({2026}))
    assert not is_workday(D(2026, 10, 7), guess)
    assert not is_provisional(D(2026, 10, 7), guess)


def test_a_day_cannot_be_both_off_and_worked():
    with pytest.raises(ValueError, match="2027-01-02"):
        Calendar(days_off=frozenset({D(2027, 1, 2)}), working=frozenset({D(2027, 1, 2)}))


def test_days_on_which_the_clock_stands_still_are_not_used_up():
    stopped = [D(2026, 11, 24), D(2026, 11, 25), D(2026, 11, 28)]  # the last is a Saturday
    assert working_days_left(D(2026, 11, 23), D(2026, 11, 30)) == 5
    assert working_days_left(D(2026, 11, 23), D(2026, 11, 30), stopped) == 3


@pytest.mark.parametrize("count", [add_workdays, calendar_days_deadline])
def test_a_period_cannot_be_negative(count):
    with pytest.raises(ValueError, match="negative"):
        count(D(2026, 11, 20), -1)


@given(st.dates(D(2005, 1, 1), D(2026, 6, 1)), st.integers(0, 60))
def test_counting_forth_and_back_agrees(start, days):
    end = add_workdays(start, days)
    assert workdays_between(start, end) == days
    assert workdays_between(end, start) == -days
    assert days == 0 or is_workday(end)
