"""How dates are written on official papers. Pure functions."""

from __future__ import annotations

import datetime as dt

from dengbu.core import clock


def cn_date(day: dt.date) -> str:
    """2026年12月1日. An instant is read in the office's own time zone."""
    if isinstance(day, dt.datetime):
        day = clock.local(day).date()
    return f"{day.year}年{day.month}月{day.day}日"


def cn_instant(instant: dt.datetime) -> str:
    """2026年12月1日 09:05 (Asia/Shanghai)."""
    return f"{cn_date(instant)} {clock.local(instant):%H:%M}"
