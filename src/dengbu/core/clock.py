"""Legal time. The only module that may ask the machine for the time (lint bans other clocks).

The offset is a database row that only demo, training and tests may move. It is read together with the first
statement of every act and every page (`core.acts`, `core.middleware`), so it costs no statement of its own.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import time as _time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_offset: contextvars.ContextVar[dt.timedelta] = contextvars.ContextVar("clock_offset", default=dt.timedelta())


def set_offset(seconds: int) -> None:
    """Take over the offset read from the database for this thread of work, in seconds."""
    _offset.set(dt.timedelta(seconds=seconds))


def machine() -> dt.datetime:
    """The machine's instant, aware, UTC, before the offset: for a statement that brings the offset with its answer."""
    return dt.datetime.now(dt.UTC)


def now() -> dt.datetime:
    """The present legal instant, aware, UTC."""
    return machine() + _offset.get()


def local(instant: dt.datetime) -> dt.datetime:
    """The same instant as people in the office read it (Asia/Shanghai)."""
    return instant.astimezone(SHANGHAI)


def moment(text: str) -> dt.datetime | None:
    """An instant as the key of a page carries it; None where it is none, or says no time zone."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def today() -> dt.date:
    """The present legal date in Asia/Shanghai: the date entries and documents bear."""
    return local(now()).date()


def monotonic() -> float:
    """Seconds for measuring how long something took; never a date."""
    return _time.monotonic()


def epoch_seconds() -> int:
    """Real Unix seconds for wire signatures with other departments (never moved by the demo offset)."""
    return int(_time.time())
