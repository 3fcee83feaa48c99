"""Ends of terms counted in months: which day is the last, and when it is over (民法典 201, 202). Pure."""

from __future__ import annotations

import calendar
import datetime as dt

from dengbu.register.rules import SHANGHAI

COURT_MONTHS = 36  # of a waiting seizure that says nothing of its term and for which the policy has no limit


def after_months(day: dt.date, months: int) -> dt.date:
    """The corresponding day so many months later; where a month has none, its last day (民法典 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def end_of_day(day: dt.date) -> dt.datetime:
    """The instant at which a term with this last day is over: midnight in Shanghai."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=SHANGHAI)


def end_of_term(since: dt.datetime, months: int | None) -> dt.datetime | None:
    """When a term of months that begins at an instant is over; the first day is not counted (民法典 201, 202)."""
    if months is None:
        return None
    return end_of_day(after_months(since.astimezone(SHANGHAI).date(), months))
