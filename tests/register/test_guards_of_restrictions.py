"""Each guard of seizures, units and their facts, tried with plain SQL as the application's role, past all code."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, transaction

from dengbu.core import clock
from dengbu.register import effects as fx
from dengbu.register.models import Entry
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from tests.register.by_hand import (
    RIGHT_WITH_HOLDER,
    Sql,
    granted,
    restricted,
    unit_id,
    write_answered,
    write_entry,
    write_restriction,
    write_right,
    write_seizure,
)
from tests.register.homes import (
    LI,
    WANG,
    Given,
    Town,
    home,
    put,
    seizure,
    title,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("stands", "comes"), [("", ""), ("", "李小明"), ("李小明", ""), ("李小明", "李小明")]
)
def test_a_thing_is_not_seized_twice(town: Town, sql: Sql, stands: str, comes: str) -> None:
    write_seizure(sql, stands)
    with pytest.raises(DatabaseError, match="one_live_seizure_per_share"):
        write_seizure(sql, comes)


def test_two_do_not_wait_in_one_place(town: Town, sql: Sql) -> None:
    write_seizure(sql, kind="waiting_seizure", place=1)
    with pytest.raises(DatabaseError, match="one_place_in_line"):
        write_seizure(sql, kind="waiting_seizure", place=1)
    write_seizure(sql, kind="waiting_seizure", place=2)


def test_a_restriction_is_lifted_once_by_an_entry_that_says_so(town: Town, sql: Sql) -> None:
    restriction = write_seizure(sql)
    lift = "UPDATE register_restriction SET ended_by_id = %s WHERE public_id = %s"
    for said in (
        {"effect": "lift", "restriction": str(uuid.uuid4())},
        {"effect": "end", "right": str(restriction)},
    ):
        with pytest.raises(DatabaseError, match="does not end row"):
            sql(lift, write_entry(sql, said), restriction)
    said = {"effect": "lift", "restriction": str(restriction)}
    assert sql(lift, write_entry(sql, said), restriction) == 1
    for entry in (write_entry(sql, said), None):
        with pytest.raises(DatabaseError, match="only ended_by of a live row"):
            sql(lift, entry, restriction)


@pytest.mark.parametrize(
    "table", ["realestateunit", "unitfacts", "parcelfacts", "buildingfacts", "parcel", "building"]
)
def test_a_unit_its_facts_and_its_land_end_only_by_an_entry_that_says_so(
    town: Town, sql: Sql, table: str
) -> None:
    with pytest.raises(DatabaseError, match="does not end row"):
        sql(
            f"UPDATE register_{table} SET ended_by_id = %s WHERE id = (SELECT max(id) FROM register_{table})",
            write_entry(sql, {"effect": "end", "right": str(town.titles[home(1)])}),
        )


def test_a_restriction_that_its_entry_does_not_name_is_refused(town: Town, sql: Sql) -> None:
    restriction = uuid.uuid4()
    with pytest.raises(DatabaseError, match="stands in no effect of its entry"):
        write_restriction(sql, home(1), write_entry(sql), restriction)
    write_restriction(sql, home(1), write_entry(sql, restricted(home(1), restriction)), restriction)


def test_a_unit_or_facts_that_their_entry_does_not_open_are_refused(town: Town, sql: Sql) -> None:
    entry = write_entry(sql, {"effect": "open", "unit": home(7)})
    parcel = sql("SELECT parcel_id FROM register_realestateunit WHERE code = %s", home(1))[0][0]
    insert = "INSERT INTO register_realestateunit (code, parcel_id, made_by_id) VALUES (%s, %s, %s)"
    with pytest.raises(DatabaseError, match="stands in no effect"):
        sql(insert, home(8), parcel, entry)
    sql(insert, home(7), parcel, entry)
    with pytest.raises(DatabaseError, match="stand in no effect"):
        sql(
            "INSERT INTO register_unitfacts (unit_id, location, use, area_m2, floor, room, house_nature, structure,"
            " surveyed, made_by_id, ended_by_id) VALUES (%s, '', '', 1, '', '', '', '', true, %s, %s)",
            unit_id(sql, home(3)), entry, entry,
        )  # fmt: skip


def close(unit: str) -> None:
    put(Given((unit,), lambda _: [fx.Close(unit, "demolished")]))


def test_a_closed_unit_takes_no_right_no_seizure_and_no_facts(town: Town, sql: Sql) -> None:
    close(home(3))
    with pytest.raises(DatabaseError, match="is closed"):
        write_right(sql, home(3))
    with pytest.raises(DatabaseError, match="is closed"):
        put(seizure(home(3)))
    with pytest.raises(DatabaseError, match=r"is closed|stand in no effect"):
        entry = write_entry(sql, {"effect": "amend", "unit": home(3)})
        sql(
            "INSERT INTO register_unitfacts (unit_id, location, use, area_m2, floor, room, house_nature, structure,"
            " surveyed, made_by_id, ended_by_id) VALUES (%s, '', '', 1, '', '', '', '', true, %s, %s)",
            unit_id(sql, home(3)), entry, entry,
        )  # fmt: skip


def test_a_unit_with_live_rights_or_restrictions_is_not_closed(town: Town, sql: Sql) -> None:
    with pytest.raises(DatabaseError, match="cannot be closed"):
        close(home(1))
    put(seizure(home(3)))
    with pytest.raises(DatabaseError, match="cannot be closed"):
        close(home(3))


def test_a_right_past_a_seizure_needs_its_answer(town: Town, sql: Sql) -> None:
    put(seizure(home(3)))
    with pytest.raises(DatabaseError, match="restriction in force without an answer"):
        write_right(sql, home(3))
    book = unit_book(home(3))
    assert book
    right = uuid.uuid4()
    entry = write_answered(sql, book.restrictions[0].public_id, granted(home(3), right))
    sql(RIGHT_WITH_HOLDER, right, unit_id(sql, home(3)), "house_ownership", None, None, 1, entry, [None])


def test_a_seizure_whose_term_has_run_out_stands_in_nobodys_way(town: Town, sql: Sql) -> None:
    now = clock.now()
    put(seizure(home(3), from_at=now - dt.timedelta(days=9), until_at=now - dt.timedelta(days=1)))
    write_right(sql, home(3))


def test_a_second_live_seizure_must_wait_in_line(town: Town) -> None:
    put(seizure(home(1)))
    with pytest.raises(DatabaseError, match="one_live_seizure_per_share"):
        put(seizure(home(1)))
    with pytest.raises(DatabaseError, match="one_live_seizure_per_share"):
        put(seizure(home(1), share_of="李小明"))
    put(seizure(home(1), kind="waiting_seizure", position=1))
    with pytest.raises(DatabaseError, match="one_place_in_line"):
        put(seizure(home(1), kind="waiting_seizure", position=1))


def test_the_shares_of_two_owners_may_be_seized_side_by_side(town: Town) -> None:
    put(seizure(home(1), share_of="李小明"))
    put(seizure(home(1), share_of="王丽"))
    with pytest.raises(DatabaseError, match="one_live_seizure_per_share"):
        put(seizure(home(1)))
    assert verify(deep=True).ok


def test_a_failed_entry_leaves_nothing_behind(town: Town) -> None:
    before = Entry.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic():
        put(Given((home(1),), lambda _: [title(home(1), WANG), title(home(1), LI)]))
    assert Entry.objects.count() == before
    assert verify().ok
