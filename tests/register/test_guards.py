"""Each guard of entries and rights, tried with plain SQL as the application's role, past all code."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError

from dengbu.register import effects as fx
from dengbu.register.models import Right
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from tests.register.by_hand import RIGHT_WITH_HOLDER, Sql, unit_id, write_answered, write_entry, write_right
from tests.register.homes import (
    LAND,
    LI,
    WANG,
    Town,
    granting,
    holder,
    home,
    mortgage,
    put,
    sale,
    seizure,
)

pytestmark = pytest.mark.django_db


BOOK = [
    "entry", "parcel", "parcelfacts", "building", "buildingfacts", "realestateunit", "unitfacts",
    "right", "holder", "restriction", "entryanswer",
]  # fmt: skip


@pytest.mark.parametrize("table", BOOK)
def test_no_row_of_the_book_can_be_deleted_or_truncated(town: Town, sql: Sql, table: str) -> None:
    for statement in (f"DELETE FROM register_{table}", f"TRUNCATE register_{table} CASCADE"):
        with pytest.raises(DatabaseError, match=r"permission denied|keeps every row"):
            sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_right SET kind = 'mortgage'",
        "UPDATE register_right SET terms = '{}'",
        "UPDATE register_right SET unit_id = unit_id, ended_by_id = ended_by_id",
        "UPDATE register_holder SET name = '乙'",
        "UPDATE register_entry SET effects = '[]'",
        "UPDATE register_entry SET legal_date = '2020-01-01'",
        "UPDATE register_realestateunit SET code = code",
        "UPDATE register_unitfacts SET area_m2 = 1",
        "UPDATE register_restriction SET until_at = NULL",
        "UPDATE register_entryanswer SET how = ''",
    ],
)
def test_no_other_column_can_be_changed(town: Town, sql: Sql, statement: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"):
        sql(statement)


def test_the_role_may_change_nothing_of_the_book_but_what_ends_a_row(sql: Sql) -> None:
    tables = "FROM pg_class c WHERE c.relname LIKE 'register%%' AND c.relkind = 'r'"
    assert sql(f"SELECT relname {tables} AND has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')") == []
    may = sql(
        f"SELECT DISTINCT a.attname {tables.replace('c WHERE', 'c JOIN pg_attribute a ON a.attrelid = c.oid WHERE')}"
        " AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'UPDATE')"
    )
    assert may == [("ended_by_id",)]


END_RIGHT = "UPDATE register_right SET ended_by_id = %s WHERE public_id = %s"


def test_a_right_is_not_ended_by_an_entry_that_does_not_say_so(town: Town, sql: Sql) -> None:
    right = town.titles[home(1)]
    for said in (
        {"effect": "end", "right": str(uuid.uuid4())},
        {"effect": "grant", "right": str(right)},
        {"effect": "answer", "obstacle": str(right)},
    ):
        entry = write_entry(sql, said)
        with pytest.raises(DatabaseError, match="does not end row"):
            sql(END_RIGHT, entry, right)
    assert sql(END_RIGHT, write_entry(sql, {"effect": "end", "right": str(right)}), right) == 1


def test_a_right_is_not_ended_twice_nor_revived(town: Town, sql: Sql) -> None:
    right = town.titles[home(1)]
    said = {"effect": "end", "right": str(right)}
    sql(END_RIGHT, write_entry(sql, said), right)
    for entry in (write_entry(sql, said), None):
        with pytest.raises(DatabaseError, match="only ended_by of a live row"):
            sql(END_RIGHT, entry, right)


def test_a_home_has_one_live_ownership(town: Town, sql: Sql) -> None:
    with pytest.raises(DatabaseError, match="one_live_ownership_per_unit"):
        write_right(sql, home(1))
    write_right(sql, home(3))


def test_land_has_one_live_right_of_use(town: Town, sql: Sql) -> None:
    write_right(sql, LAND, "land_use")
    with pytest.raises(DatabaseError, match="one_live_land_use_per_unit"):
        write_right(sql, LAND, "land_use")


@pytest.mark.parametrize("entry", [None, 999_999])
def test_a_right_without_an_entry_is_refused(town: Town, sql: Sql, entry: int | None) -> None:
    with pytest.raises(DatabaseError, match=r"made_by_id|stands in no effect"):
        sql(
            RIGHT_WITH_HOLDER,
            uuid.uuid4(),
            unit_id(sql, home(3)),
            "house_ownership",
            None,
            None,
            1,
            entry,
            [None],
        )


@pytest.mark.parametrize(
    ("table", "held_by"),
    [
        ("parcel", "register_parcel_code_key"),
        ("building", "register_building_code_key"),
        ("realestateunit", "register_realestateunit_code_key"),
        ("entry", "register_entry_public_id_key"),
        ("right", "register_right_public_id_key"),
        ("restriction", "register_restriction_public_id_key"),
        ("parcelfacts", "one_live_parcel_facts"),
        ("buildingfacts", "one_live_building_facts"),
        ("unitfacts", "one_live_unit_facts"),
        ("entryanswer", "one_answer_per_obstacle"),
        ("holder", "one_holder_per_place"),
    ],
)
def test_nothing_stands_in_the_book_twice(town: Town, sql: Sql, table: str, held_by: str) -> None:
    put(seizure(home(1)))
    write_answered(sql, uuid.uuid4())
    copy = "SELECT (jsonb_populate_record(t, jsonb_build_object('id', 1000000 + t.id))).*"
    with pytest.raises(DatabaseError, match=held_by):
        sql(f"INSERT INTO register_{table} {copy} FROM register_{table} t ORDER BY t.id DESC LIMIT 1")


@pytest.mark.parametrize("table", ["parcelfacts", "buildingfacts"])
def test_facts_of_land_that_their_entry_does_not_say_are_refused(town: Town, sql: Sql, table: str) -> None:
    entry = write_entry(sql)
    changed = "jsonb_build_object('id', 1000000 + t.id, 'made_by_id', %s::bigint, 'ended_by_id', %s::bigint)"
    with pytest.raises(DatabaseError, match="stand in no effect of their entry"):
        sql(
            f"INSERT INTO register_{table} SELECT (jsonb_populate_record(t, {changed})).* FROM register_{table} t LIMIT 1",
            entry,
            entry,
        )


DELETE, UPDATE, TRUNCATE = 8, 16, 32  # in pg_trigger.tgtype


def test_each_table_of_the_book_is_kept_by_its_triggers_besides_the_rights_of_the_role(sql: Sql) -> None:
    """The role may not delete at all; the triggers hold whoever writes, also the owner."""
    found = sql(
        "SELECT tgrelid::regclass::text, tgname, tgtype::int & 56 FROM pg_trigger"
        " WHERE tgname LIKE 'book%%' AND tgenabled = 'O' AND NOT tgisinternal"
    )
    stand = {"entry", "holder", "entryanswer", "entrynote"}
    end = {
        "parcel",
        "parcelfacts",
        "building",
        "buildingfacts",
        "realestateunit",
        "unitfacts",
        "right",
        "restriction",
    }
    assert set(found) == (
        {(f"register_{t}", "book_keeps", DELETE | TRUNCATE) for t in stand | end}
        | {(f"register_{t}", "book_stands", UPDATE) for t in stand}
        | {(f"register_{t}", "book_ends_once", UPDATE) for t in end}
    )


def test_two_entries_do_not_share_a_number(town: Town, sql: Sql) -> None:
    entry = write_entry(sql)
    with pytest.raises(DatabaseError, match="one_entry_per_number"):
        sql(
            "INSERT INTO register_entry (public_id, authority, year, number, registration_type, legal_date,"
            " reviewer_of_record, registrar_of_record, acted_by, acted_by_name, instant, effects, digest)"
            " SELECT gen_random_uuid(), authority, year, number, 'X', legal_date, '', '', '', '', instant, '[]', ''"
            " FROM register_entry WHERE id = %s",
            entry,
        )


def test_two_live_mortgages_do_not_share_a_rank(town: Town, sql: Sql) -> None:
    put(mortgage(home(1)))
    with pytest.raises(DatabaseError, match="one_live_rank_per_unit"):
        write_right(sql, home(1), "mortgage", rank=1)
    write_right(sql, home(1), "mortgage", rank=2)


@pytest.mark.parametrize(
    ("denominator", "shares"), [(2, (1, 2)), (3, (1, 1)), (2, (1, None)), (None, (1, 1)), (2, (None, None))]
)
def test_shares_that_do_not_add_up_are_refused(
    town: Town, sql: Sql, denominator: int | None, shares: tuple[int | None, ...]
) -> None:
    with pytest.raises(DatabaseError, match="do not add up"):
        write_right(sql, home(3), denominator=denominator, shares=shares)


@pytest.mark.parametrize("kind", ["mortgage", "residence"])
def test_a_burden_of_a_home_without_title_is_refused(town: Town, sql: Sql, kind: str) -> None:
    with pytest.raises(DatabaseError, match="rests on no title"):
        write_right(sql, home(3), kind, rank=1)
    write_right(sql, home(1), kind, rank=1)
    write_right(sql, home(3), "advance_notice", rank=1)


def test_a_title_does_not_end_under_its_mortgage(town: Town, sql: Sql) -> None:
    put(mortgage(home(1)))
    right = town.titles[home(1)]
    with pytest.raises(DatabaseError, match="rests on no title"):
        sql(END_RIGHT, write_entry(sql, {"effect": "end", "right": str(right)}), right)
    put(sale(home(1), LI, WANG))


@pytest.mark.parametrize("rank", [None, 0])
def test_a_mortgage_without_a_rank_is_refused(town: Town, sql: Sql, rank: int | None) -> None:
    with pytest.raises(DatabaseError, match="has no rank"):
        write_right(sql, home(1), "mortgage", rank=rank)
    write_right(sql, home(1), "mortgage", rank=1)


def test_a_title_does_not_end_past_a_seizure_without_its_answer(town: Town, sql: Sql) -> None:
    put(seizure(home(1)))
    book = unit_book(home(1))
    assert book
    right = town.titles[home(1)]
    with pytest.raises(DatabaseError, match="ends past a restriction in force without an answer: seizure"):
        sql(END_RIGHT, write_entry(sql, {"effect": "end", "right": str(right)}), right)
    said = {"effect": "end", "right": str(right)}
    sql(END_RIGHT, write_answered(sql, book.restrictions[0].public_id, said), right)


def test_works_in_progress_are_mortgaged_without_a_title(town: Town) -> None:
    terms = {"thing": "works_in_progress", "transfer_limited": False}
    put(granting(fx.Grant("mortgage", home(3), (holder(LI),), terms, rank=1)))
    assert verify(deep=True).ok


@pytest.mark.parametrize(("denominator", "shares"), [(2, (3, -1)), (1, (1, 0)), (0, (1, -1))])
def test_nobody_holds_a_share_of_nothing_or_less(
    town: Town, sql: Sql, denominator: int, shares: tuple[int, ...]
) -> None:
    with pytest.raises(DatabaseError, match="a_share_is_more_than_nothing"):
        write_right(sql, home(3), denominator=denominator, shares=shares)


def test_shares_that_add_up_are_taken(town: Town, sql: Sql) -> None:
    write_right(sql, home(3), denominator=3, shares=(1, 1, 1))


def test_a_right_without_its_holders_is_refused(town: Town, sql: Sql) -> None:
    with pytest.raises(DatabaseError, match="says 2 holders, has 1"):
        write_right(sql, home(3), count=2)


def test_a_holder_cannot_be_added_later(town: Town, sql: Sql) -> None:
    right = Right.objects.get(public_id=town.titles[home(1)])
    with pytest.raises(DatabaseError, match="says 1 holders, has 2"):
        sql(
            "INSERT INTO register_holder (right_id, ordinal, name, document_kind, number_cipher, number_index, salt,"
            " commitment) VALUES (%s, 2, '乙', 'resident_id', '', '', '', '')",
            right.pk,
        )


def test_a_right_that_its_entry_does_not_name_is_refused(town: Town, sql: Sql) -> None:
    with pytest.raises(DatabaseError, match="stands in no effect of its entry"):
        write_right(sql, home(3), named=False)
