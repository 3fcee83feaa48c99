"""Seizures that ran out leave the book by themselves, and who waited takes their place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dengbu.cases.actions.lapses import enter_lapses
from dengbu.core import clock
from dengbu.core.acts import system
from dengbu.orders.models import Order
from dengbu.register.models import Entry
from dengbu.register.verify import verify
from tests.register.filing import the_book
from tests.register.homes import Town, home, put, seizure
from tests.support import court as served

OFFICE = system("test")


@pytest.fixture(autouse=True)
def town(db: None) -> Town:
    return Town().build()


def sealed(unit: str, days: int, **more: Any) -> None:
    now = clock.now().replace(microsecond=0)
    put(seizure(unit, from_at=now - dt.timedelta(days=900), until_at=now + dt.timedelta(days=days), **more))


def waiting(unit: str, position: int, months: int) -> None:
    put(
        seizure(
            unit, kind="waiting_seizure", position=position, term_months=months, document_no=f"轮{position}"
        )
    )


def test_what_ran_out_is_entered_as_over_and_the_line_moves_up_since_that_day() -> None:
    sealed(home(1), -3)
    waiting(home(1), 1, 24)
    waiting(home(1), 2, 36)
    sealed(home(2), 3)
    over = the_book(home(1)).restrictions[0].until_at
    assert enter_lapses(actor=OFFICE) == 1
    book = the_book(home(1))
    held = next(r for r in book.restrictions if r.kind == "seizure")
    assert (held.document_no, held.from_at) == ("轮1", over)
    assert [r.document_no for r in book.restrictions if r.kind == "waiting_seizure"] == ["轮2"]
    assert [r.kind for r in the_book(home(2)).restrictions] == ["seizure"], "in force: it stays"
    entry = Entry.objects.order_by("-pk")[0]
    assert (entry.registration_type, entry.docket_id, entry.acted_by) == ("S02", None, "system:test")
    assert enter_lapses(actor=OFFICE) == 0, "done once, there is nothing left"
    assert verify(deep=True).ok


def test_what_ran_out_waits_for_a_paper_that_lies_on_the_home() -> None:
    """It may be the renewal, served on the last evening: whoever waits must not move up before it is entered."""
    sealed(home(1), -1, authority=served.COURT, document_no="（2026）查1号")
    waiting(home(1), 1, 24)
    sealed(home(2), -1)
    order = served.received("（2026）续1号", units=[home(1)], type_code="S01")
    assert enter_lapses(actor=OFFICE) == 1
    assert [r.kind for r in the_book(home(1)).restrictions] == ["seizure", "waiting_seizure"]
    assert not the_book(home(2)).restrictions
    Order.objects.filter(service_id=order).delete()
    assert enter_lapses(actor=OFFICE) == 1


def test_many_homes_are_entered_at_once() -> None:
    for n in (1, 2, 3):
        sealed(home(n), -n)
    assert enter_lapses(actor=OFFICE) == 3
    assert not any(the_book(home(n)).restrictions for n in (1, 2, 3))
    assert verify(deep=True).ok
