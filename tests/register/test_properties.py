"""Whatever is entered, in whatever order: the invariants of the book hold and the entries rebuild it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dengbu.core.refusals import Refused
from dengbu.register import effects as fx
from dengbu.register.queries import book_of
from dengbu.register.verify import verify
from tests.register.homes import (
    LI,
    WANG,
    ZHAO,
    Given,
    Town,
    facts,
    granting,
    holder,
    home,
    mortgage,
    put,
    sale,
    seizure,
    title,
)

PEOPLE = (LI, WANG, ZHAO)
HOMES = 3
units = st.integers(1, HOMES).map(home)
people = st.sampled_from(PEOPLE)


def end_mortgage(unit: str, place: int) -> Given:
    def make(books: Any) -> list[fx.Effect]:
        found = books[unit].mortgages
        return [fx.End(unit, found[place % len(found)].public_id, "paid")] if found else []

    return Given((unit,), make)


def lift(unit: str) -> Given:
    return Given(
        (unit,), lambda books: [fx.Lift(unit, r.public_id, "解封") for r in books[unit].restrictions[:1]]
    )


def first(unit: str, shares: list[int], denominator: int) -> Given:
    holders = tuple(holder(p, s) for p, s in zip(PEOPLE, shares, strict=False))
    return granting(title(unit, holders=holders, coownership="by_share", share_denominator=denominator))


steps = st.one_of(
    st.builds(sale, units, people, people),
    st.builds(mortgage, units),
    st.builds(mortgage, units, st.integers(1, 3)),
    st.builds(seizure, units),
    st.builds(end_mortgage, units, st.integers(0, 3)),
    st.builds(lift, units),
    st.builds(first, units, st.lists(st.integers(1, 3), min_size=1, max_size=3), st.integers(1, 6)),
    st.builds(lambda u: Given((u,), lambda _: [fx.Amend(u, facts(u, use="office"))]), units),
    st.builds(lambda u: Given((u,), lambda _: [fx.Close(u, "demolished")]), units),
)


def holds() -> None:
    """What must be true of every book, asked of the tables in plain SQL."""
    broken = {
        "two live ownerships": "SELECT unit_id FROM register_right WHERE ended_by_id IS NULL AND kind = 'house_ownership'"
        " GROUP BY unit_id HAVING count(*) > 1",
        "shares": "SELECT r.id FROM register_right r JOIN register_holder h ON h.right_id = r.id"
        " GROUP BY r.id HAVING count(*) <> r.holder_count"
        " OR coalesce(sum(h.share_numerator), -1) <> coalesce(r.share_denominator, -1)",
        "ranks": "SELECT unit_id FROM register_right WHERE ended_by_id IS NULL AND kind = 'mortgage'"
        " GROUP BY unit_id, rank HAVING count(*) > 1",
        "live rights on a closed unit": "SELECT u.id FROM register_realestateunit u JOIN register_right r"
        " ON r.unit_id = u.id AND r.ended_by_id IS NULL WHERE u.ended_by_id IS NOT NULL",
        "facts": "SELECT u.id FROM register_realestateunit u LEFT JOIN register_unitfacts f"
        " ON f.unit_id = u.id AND f.ended_by_id IS NULL GROUP BY u.id HAVING count(f.id) <> 1",
    }
    with connection.cursor() as cursor:
        for what, sql in broken.items():
            cursor.execute(sql)
            assert cursor.fetchall() == [], what


class _Undo(Exception):
    pass


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sequence=st.lists(steps, min_size=1, max_size=8))
def test_the_invariants_hold_after_each_of_any_registrations(sequence: list[Given]) -> None:
    try:
        with transaction.atomic():
            Town(homes=HOMES, owned=2).build()
            for step in sequence:
                try:
                    put(step)
                except (Refused, DatabaseError):
                    pass
                holds()
                report = verify()
                assert report.ok, report.differences
            books = book_of([home(n) for n in range(1, HOMES + 1)])
            assert set(books) == {home(n) for n in range(1, HOMES + 1)}
            raise _Undo
    except _Undo:
        pass
