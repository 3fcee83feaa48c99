"""A mortgage keeps its place in the line: from its notice on, through changes, and beside those that came later."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dengbu.catalog.registrations.mortgage_notices import NoticeToMortgage
from dengbu.register.effects import End, Grant
from tests.catalog.noticed import (
    BANK,
    BANK2,
    LOAN,
    UNIT,
    WANG,
    about,
    filed,
    made,
    notice,
    owned,
    party,
    presold,
    refused,
    right,
)

BEFORE, SAME, AFTER = dt.date(2026, 8, 1), dt.date(2026, 9, 1), dt.date(2026, 10, 1)


def test_the_notice_becomes_the_mortgage_with_its_rank() -> None:
    """corrections 24: an ordinary mortgage that came later keeps the place behind."""
    later = right("mortgage", BANK2, rank=2, transfer_limited=False)
    target = notice("presale_mortgage", BANK, rank=1, **LOAN)
    end, grant = made(filed("B09", terms=about(target)), owned(target, later, by=WANG))
    assert end == End(UNIT, target.public_id, "converted")
    assert isinstance(grant, Grant) and (grant.kind, grant.rank, grant.replaces) == (
        "mortgage",
        1,
        target.public_id,
    )
    assert grant.terms == {
        "mortgage_kind": "ordinary", "thing": "land_and_house", **LOAN, "mortgagors": ["WANG"],
    }  # fmt: skip
    assert [h.number for h in grant.holders] == ["n-bank"]


@pytest.mark.parametrize(
    ("own", "others", "place"),
    [
        (1, [(2, AFTER)], 1),
        (1, [(1, AFTER)], None),  # somebody stands in its place
        (None, [], 1),
        (None, [(1, BEFORE)], 2),
        (None, [(1, SAME)], 2),  # of the same day: what was entered stands
        (None, [(1, AFTER)], None),
        (
            None,
            [(1, AFTER), (2, BEFORE)],
            None,
        ),  # ranks were exchanged: no place before what came later is left
        (None, [(1, BEFORE), (3, AFTER)], 2),
    ],
)
def test_a_notice_takes_its_own_place_or_the_one_before_what_came_later(
    own: int | None, others: list[tuple[int, dt.date]], place: int | None
) -> None:
    target = notice("presale_mortgage", BANK, rank=own, entered=SAME, **LOAN)
    stand = [right("mortgage", BANK2, rank=r, entered=day, transfer_limited=False) for r, day in others]
    the_book = owned(target, *stand, by=WANG)
    assert NoticeToMortgage.rank(the_book, target) == place
    assert refused(filed("B09", terms=about(target)), the_book) == (set() if place else {"B_RANK_TAKEN"})


def test_a_notice_of_a_loan_that_is_changed_keeps_its_place() -> None:
    bought = notice("presale", WANG)
    lent = notice("presale_mortgage", BANK, rank=2, linked=str(bought.public_id), **LOAN)
    terms: dict[str, Any] = about(lent, reason="contract", amount_fen=1)
    _, grant = made(
        filed("D07", party("holder", BANK), party("obligor", WANG), terms=terms), presold(bought, lent)
    )
    assert isinstance(grant, Grant) and grant.rank == 2
