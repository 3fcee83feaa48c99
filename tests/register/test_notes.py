"""Notes of entries and new facts of parcels and buildings: written by `enter`, held by guards, seen by verify."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from dengbu.core import clock
from dengbu.register import effects as fx
from dengbu.register.models import BuildingFacts, EntryNote, ParcelFacts, Right
from dengbu.register.queries import unit_book
from dengbu.register.successive import after
from dengbu.register.verify import verify
from tests.register.homes import BUILDING, LI, PARCEL, WANG, Given, Town, home, put, sale

pytestmark = pytest.mark.django_db
PARCEL_FACTS: dict[str, Any] = {
    "location": "试验路2号", "area_m2": "999.50", "land_use": "retail", "right_nature": "granted",
    "term_from": None, "term_until": "2120-01-01",
}  # fmt: skip


@pytest.fixture
def town() -> Town:
    return Town().build()


def noting(unit: str, right: uuid.UUID | None, **said: Any) -> Given:
    return Given((unit,), lambda _: [fx.Note(unit, "reissued", said, right)])


def test_a_new_paper_rests_on_a_note_and_the_right_stays(town: Town) -> None:
    entered = put(noting(home(1), town.titles[home(1)], certificate="豫（2024）第1号")).entries[0]
    assert [n.new_paper for n in entered.noted] == [True] and not entered.granted and not entered.ended
    note = EntryNote.objects.get()
    assert (note.entry_id, note.right_id, note.kind) == (entered.entry_id, town.titles[home(1)], "reissued")
    assert note.said == {"certificate": "豫（2024）第1号"}
    assert Right.objects.get(public_id=town.titles[home(1)]).ended_by_id is None
    assert verify(deep=True).ok


def test_the_database_refuses_a_note_about_a_right_that_is_over(town: Town) -> None:
    put(sale(home(1), LI, WANG))
    with pytest.raises(DatabaseError, match="not live"), transaction.atomic():
        put(noting(home(1), town.titles[home(1)]))


def test_the_database_refuses_a_note_that_no_entry_says(town: Town) -> None:
    entered = put(sale(home(1), LI, WANG)).entries[0]
    with (
        pytest.raises(DatabaseError, match="stands in no effect"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO register_entrynote (entry_id, unit_id, kind, said)"
            " SELECT %s, id, 'reissued', '{}' FROM register_realestateunit WHERE code = %s",
            [entered.entry_id, home(1)],
        )


@pytest.mark.parametrize(
    "statement", ["UPDATE register_entrynote SET said = '{}'", "DELETE FROM register_entrynote"]
)
def test_notes_stay_as_they_were_written(town: Town, statement: str) -> None:
    put(noting(home(1), None))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_parcel_and_a_building_get_new_facts(town: Town) -> None:
    building = {"name": "一号楼", "structure": "mixed", "floors": 6, "completed_on": "2026-10-01"}
    effects = [fx.AmendParcel(PARCEL, PARCEL_FACTS), fx.AmendBuilding(BUILDING, building)]
    before = unit_book(home(1))
    assert before is not None
    thought = after({home(1): before}, effects, clock.now())[home(1)]
    put(Given((home(1),), lambda _: effects))
    found = unit_book(home(1))
    assert found is not None and found.parcel == thought.parcel and found.parcel["term_until"] == "2120-01-01"
    assert ParcelFacts.objects.filter(ended_by=None).count() == 1 and ParcelFacts.objects.count() == 2
    assert BuildingFacts.objects.get(ended_by=None).name == "一号楼"
    put(Given((home(1),), lambda _: [fx.AmendParcel(PARCEL, {**PARCEL_FACTS, "location": "试验路3号"})]))
    assert verify(deep=True).ok


def test_the_database_refuses_parcel_facts_that_no_entry_says(town: Town) -> None:
    entered = put(sale(home(1), LI, WANG)).entries[0]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE register_parcelfacts SET ended_by_id = %s WHERE ended_by_id IS NULL", [entered.entry_id]
        )
    with (
        pytest.raises(DatabaseError, match="stand in no effect"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(
            "INSERT INTO register_parcelfacts (parcel_id, made_by_id, ended_by_id, location, area_m2, land_use,"
            " right_nature) SELECT parcel_id, %s, %s, location, area_m2, land_use, right_nature"
            " FROM register_parcelfacts",
            [entered.entry_id, entered.entry_id],
        )


def test_a_renewed_term_on_the_title_counts_before_the_parcels_own(town: Town) -> None:
    from dengbu.register.rules import obstacles

    book = unit_book(home(1))
    assert book is not None and book.ownership is not None
    from dataclasses import replace

    def codes(**terms: str) -> set[str]:
        title = replace(book.ownership, terms=terms)
        over = replace(book, parcel={"term_until": "2020-01-01"}, rights=(title,))
        return {o.code for o in obstacles(over, clock.now())}

    assert "R_EXPIRED" in codes() and "R_EXPIRED" not in codes(term_until="2120-01-01")
