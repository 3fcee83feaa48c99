"""One long sequence on a small town enters every type at least once; after each the book holds."""

from __future__ import annotations

from typing import Any

import pytest

from dengbu.catalog.registrations import TYPES
from dengbu.register.verify import verify
from tests.register.homes import LAND, Town, home

from .entering import FAR_HOUSE, FAR_LAND, PLANNED, as_kept, broken, entered, parts, present, thought
from .plays import PLAYS
from .scene import Scene

H = {n: home(n) for n in range(1, PLANNED + 1)}


class Wanted:
    """Chooses what the sequence wants where it is offered, else the first."""

    def __init__(self, *wanted: Any):
        self.wanted = wanted

    def __call__(self, options: Any) -> Any:
        return next((o for o in options for w in self.wanted if o is w or _same(o, w)), options[0])


def _same(offered: Any, wanted: Any) -> bool:
    return type(offered) is type(wanted) and offered == wanted


# Type, unit, and what is chosen where there is a choice.
SEQUENCE: tuple[tuple[Any, ...], ...] = (
    ("D01", LAND), ("D02", LAND),
    ("B03", H[1]), ("B12", H[1]), ("B03", H[1]), ("B03", H[2]), ("C05", H[2]),
    ("D06", H[3]), ("B08", H[3]), ("D06", H[4]), ("D07", H[4], "transfer"), ("D08", H[4]), ("C03", H[4]),
    ("D05", H[1]),
    ("B11", H[1]), ("B06", H[1]), ("C04", H[4]), ("D09", H[3]), ("B09", H[3]),
    ("D09", H[5]), ("D09", H[6]), ("D09", H[7]), ("D09", H[8]), ("D09", H[1]),
    ("P20", H[1]), ("P01", H[1]), ("P02", H[1]), ("P06", H[1]), ("P03", H[1]), ("P08", H[1]), ("P07", H[6]),
    ("P05", H[5]), ("P04", H[5]),
    ("C01", H[6]), ("C02", H[6]),
    ("B01", H[7]), ("B02", H[7]), ("B04", H[7]), ("B07", H[7]), ("B05", H[7]), ("B13", H[7]),
    ("B14", H[8]), ("B10", H[8]),
    ("P09", H[8]), ("P10", H[8]), ("P12", H[8]), ("S03", H[8], "96.00"), ("P15", H[8]), ("P16", H[8]),
    ("P18", H[8]), ("P19", H[8]), ("P13", H[8]), ("P14", H[8]),
    ("S01", H[8]), ("S01", H[8], "执2号"), ("S02", H[8]), ("S02", H[8]),
    ("S06", H[8]), ("S07", H[8]), ("S08", H[8]), ("S07", H[8]),
    ("P11", H[8]), ("P17", H[7]), ("S04", H[3], "destroyed"), ("S05", H[1]), ("S05", H[1], "cancel_title"),
    ("D03", LAND), ("D04", LAND),
    ("D01", FAR_LAND, "李小明"), ("P21", FAR_HOUSE),
)  # fmt: skip


def test_every_type_has_a_play() -> None:
    assert set(PLAYS) == set(TYPES)


def test_the_sequence_names_every_type() -> None:
    assert {code for code, *_ in SEQUENCE} == set(TYPES)


@pytest.mark.django_db
def test_every_type_is_entered_on_a_small_town_and_the_book_holds_after_each() -> None:
    Town(homes=PLANNED, owned=0).build()
    for number, (code, unit, *wanted) in enumerate(SEQUENCE):
        books = present()
        scene = Scene(books, unit, Wanted(*wanted))
        assert PLAYS[code].can(scene), f"{number}: {code} cannot be filed on {unit}"
        made = parts(code, PLAYS[code].make(scene))
        entered(made)
        assert broken() == {}, (number, code)
        written = {c: as_kept(b) for c, b in present().items()}
        assert thought(books, made) == written, (number, code)
        assert verify().ok, (number, code)
    assert verify(deep=True).ok
