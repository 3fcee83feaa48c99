"""A guard heeds what this very entry says of this very row: near misses, written as the application's role."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import DatabaseError

from dengbu.core import clock
from dengbu.register.queries import unit_book
from tests.register.by_hand import (
    RIGHT_WITH_HOLDER,
    Sql,
    granted,
    restricted,
    unit_id,
    write_answer,
    write_answered,
    write_entry,
    write_restriction,
    write_right,
)
from tests.register.homes import BUILDING, LAND, PARCEL, Town, home, put, seizure

pytestmark = pytest.mark.django_db

END = "UPDATE register_right SET ended_by_id = %s WHERE public_id = %s"
SOON = dt.timedelta(days=30)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("realestateunit", {"effect": "close", "unit": home(2)}),
        ("unitfacts", {"effect": "amend", "unit": home(2)}),
        ("unitfacts", {"effect": "open", "unit": home(3)}),
        ("parcelfacts", {"effect": "amend_parcel", "parcel": "410106009001GB00002"}),
        ("buildingfacts", {"effect": "amend_building", "building": f"{PARCEL}F0002"}),
    ],
)
def test_what_is_said_of_another_ends_nothing(town: Town, sql: Sql, table: str, said: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match="does not end row"):
        sql(
            f"UPDATE register_{table} SET ended_by_id = %s WHERE id = (SELECT max(id) FROM register_{table})",
            write_entry(sql, said),
        )


def test_what_another_entry_says_ends_nothing(town: Town, sql: Sql) -> None:
    right = town.titles[home(1)]
    write_entry(sql, {"effect": "end", "right": str(right)})
    with pytest.raises(DatabaseError, match="does not end row"):
        sql(END, write_entry(sql), right)


@pytest.mark.parametrize("table", ["right", "restriction"])
def test_a_row_is_of_the_unit_and_the_kind_that_its_entry_says(town: Town, sql: Sql, table: str) -> None:
    thing = uuid.uuid4()
    tell = granted if table == "right" else restricted
    for said in (tell(home(2), thing), tell(home(3), thing, "freeze")):
        entry = write_entry(sql, said)
        with pytest.raises(DatabaseError, match="of another unit or kind"):
            if table == "right":
                sql(
                    RIGHT_WITH_HOLDER,
                    thing,
                    unit_id(sql, home(3)),
                    "house_ownership",
                    None,
                    None,
                    1,
                    entry,
                    [None],
                )
            else:
                write_restriction(sql, home(3), entry, thing)


@pytest.mark.parametrize("table", ["right", "restriction"])
def test_two_entries_of_one_stroke_do_not_swap_their_rows(town: Town, sql: Sql, table: str) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    tell = granted if table == "right" else restricted
    entries = (write_entry(sql, tell(home(3), first)), write_entry(sql, tell(LAND, second)))
    columns = (
        "kind, terms, instrument, coownership, holder_count) SELECT w.id, u.id, w.entry, 'house_ownership', '{}', '', 'sole', 1"
        if table == "right"
        else "kind, authority, document_no, share_of, position, note) SELECT w.id, u.id, w.entry, 'seizure', '', '', '', 0, ''"
    )
    with pytest.raises(DatabaseError, match="stands in no effect of its entry"):
        sql(
            f"INSERT INTO register_{table} (public_id, unit_id, made_by_id, {columns}"
            " FROM unnest(%s::uuid[], %s::text[], %s::bigint[]) AS w (id, code, entry)"
            " JOIN register_realestateunit u USING (code)",
            [first, second], [home(3), LAND], [entries[1], entries[0]],
        )  # fmt: skip


@pytest.mark.parametrize("table", ["unitfacts", "parcelfacts", "buildingfacts"])
def test_what_an_entry_says_once_is_not_written_twice(town: Town, sql: Sql, table: str) -> None:
    said = {
        "unitfacts": {"effect": "amend", "unit": home(3)},
        "parcelfacts": {"effect": "amend_parcel", "parcel": PARCEL},
        "buildingfacts": {"effect": "amend_building", "building": BUILDING},
    }[table]
    entry = write_entry(sql, said)
    copy = "jsonb_build_object('id', 1000000 + n, 'made_by_id', %s::bigint, 'ended_by_id', %s::bigint)"
    with pytest.raises(DatabaseError, match="stand in no effect of their entry"):
        sql(
            f"INSERT INTO register_{table} SELECT (jsonb_populate_record(t, {copy})).* FROM register_{table} t,"
            f" generate_series(1, 2) AS n WHERE t.id = (SELECT max(id) FROM register_{table})",
            entry,
            entry,
        )


def test_land_a_building_and_an_answer_that_no_entry_says_are_refused(town: Town, sql: Sql) -> None:
    parcel = sql("SELECT id FROM register_parcel")[0][0]
    other = "410106009001GB00002"
    entry = write_entry(
        sql,
        {"effect": "amend_parcel", "parcel": other},
        {"effect": "amend_building", "building": f"{PARCEL}F0002"},
        {"effect": "answer", "obstacle": str(uuid.uuid4())},
    )
    write_entry(sql, {"effect": "open_parcel", "parcel": other})
    for statement, *values in (
        ("INSERT INTO register_parcel (code, made_by_id) VALUES (%s, %s)", other, entry),
        (
            "INSERT INTO register_building (code, parcel_id, made_by_id) VALUES (%s, %s, %s)",
            f"{PARCEL}F0002", parcel, entry,
        ),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="stands in no effect of its entry"):
            sql(statement, *values)
    with pytest.raises(DatabaseError, match="stands in no effect of its entry"):
        write_answer(sql, entry, uuid.uuid4())


def seized(unit: str, **more: Any) -> uuid.UUID:
    put(seizure(unit, **more))
    book = unit_book(unit)
    assert book is not None
    return book.restrictions[0].public_id


@pytest.mark.parametrize("until", [None, SOON])
@pytest.mark.parametrize("answered", ["by another entry", "another obstacle"])
def test_a_seizure_is_passed_by_its_own_answer_alone(
    town: Town, sql: Sql, until: dt.timedelta | None, answered: str
) -> None:
    term = {"until_at": clock.now() + until} if until else {}
    obstacle = {unit: seized(unit, **term) for unit in (home(1), home(3))}
    right, new = town.titles[home(1)], uuid.uuid4()

    def entry(unit: str, said: dict[str, Any]) -> int:
        if answered == "another obstacle":
            return write_answered(sql, uuid.uuid4(), said)
        write_answered(sql, obstacle[unit])
        return write_entry(sql, said)

    with pytest.raises(DatabaseError, match="ends past a restriction in force without an answer"):
        sql(END, entry(home(1), {"effect": "end", "right": str(right)}), right)
    with pytest.raises(DatabaseError, match="restriction in force without an answer"):
        made_by = entry(home(3), granted(home(3), new))
        sql(RIGHT_WITH_HOLDER, new, unit_id(sql, home(3)), "house_ownership", None, None, 1, made_by, [None])


def test_the_title_of_land_is_guarded_as_that_of_a_home(town: Town, sql: Sql) -> None:
    write_right(sql, LAND, "land_use")
    write_right(sql, LAND, "mortgage", rank=1)
    right = sql("SELECT public_id FROM register_right WHERE kind = 'land_use'")[0][0]
    ending = {"effect": "end", "right": str(right)}
    with pytest.raises(DatabaseError, match="rests on no title"):
        sql(END, write_entry(sql, ending), right)
    seized(LAND)
    with pytest.raises(DatabaseError, match="ends past a restriction"):
        sql(END, write_entry(sql, ending), right)


def test_only_works_in_progress_are_mortgaged_without_a_title(town: Town, sql: Sql) -> None:
    right = uuid.uuid4()
    entry = write_entry(sql, granted(home(3), right, "mortgage"))
    with pytest.raises(DatabaseError, match="rests on no title"):
        sql(
            RIGHT_WITH_HOLDER.replace("'{}'", '\'{"thing": "home"}\''),
            right, unit_id(sql, home(3)), "mortgage", 1, None, 1, entry, [None],
        )  # fmt: skip


def test_an_old_register_brings_no_live_mortgage_without_a_rank(town: Town, sql: Sql) -> None:
    right = uuid.uuid4()
    entry = write_entry(sql, granted(home(1), right, "mortgage"), of="IMPORT")
    with pytest.raises(DatabaseError, match="has no rank"):
        sql(RIGHT_WITH_HOLDER, right, unit_id(sql, home(1)), "mortgage", None, None, 1, entry, [None])


def test_a_note_is_about_a_right_of_its_own_unit(town: Town, sql: Sql) -> None:
    entry = write_entry(sql, {"effect": "note", "unit": home(2)})
    with pytest.raises(DatabaseError, match="not live on its unit"):
        sql(
            "INSERT INTO register_entrynote (entry_id, unit_id, right_id, kind, said) VALUES (%s, %s, %s, 'renamed', '{}')",
            entry, unit_id(sql, home(2)), town.titles[home(1)],
        )  # fmt: skip


def test_a_right_without_any_holder_is_refused(town: Town, sql: Sql) -> None:
    for count in (0, 1):
        right = uuid.uuid4()
        with pytest.raises(DatabaseError, match=f"says {count} holders, has 0"):
            sql(
                RIGHT_WITH_HOLDER,
                right, unit_id(sql, home(3)), "house_ownership", None, None, count,
                write_entry(sql, granted(home(3), right)), [],
            )  # fmt: skip
