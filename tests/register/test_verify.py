"""Verify finds what was changed behind the book's back: each kind of change, by its code and place."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dengbu.register import effects as fx
from dengbu.register.models import Entry
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from tests.register.homes import LI, WANG, Given, Town, answering, facts, home, mortgage, put, sale, seizure

Tamper = Callable[..., None]


@pytest.fixture
def book(own_database: Any) -> Town:
    """A book with every kind of row and every kind of end in it."""
    town = Town(homes=4, owned=3).build()
    put(sale(home(1), LI, WANG))
    put(mortgage(home(1)))
    put(seizure(home(2)))
    restriction = unit_book(home(2)).restrictions[0].public_id
    put(answering(mortgage(home(2)), restriction))
    put(Given((home(2),), lambda _: [fx.Lift(home(2), restriction, "解封")]))
    put(Given((home(3),), lambda _: [fx.Amend(home(3), facts(home(3), use="office"))]))
    put(Given((home(4),), lambda _: [fx.Close(home(4), "demolished")]))
    return town


@pytest.fixture
def tamper(own_database: Any) -> Tamper:
    """Change the book as somebody with all power over the database would: triggers and foreign keys off."""

    def run(*statements: str) -> None:
        with psycopg.connect(own_database.owner) as owner:
            tables = owner.execute(
                "SELECT relname FROM pg_class WHERE relname LIKE 'register_%%' AND relkind = 'r'"
            ).fetchall()
            for (table,) in tables:
                owner.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            for name, table in owner.execute(
                "SELECT conname, conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
                " AND conrelid::regclass::text LIKE 'register_%%'"
            ).fetchall():
                owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            for statement in statements:
                assert owner.execute(statement).rowcount == 1, statement

    return run


def codes() -> list[str]:
    return sorted({d.code for d in verify(deep=True).differences})


def test_an_untouched_book_is_clean_in_all_its_rows(book: Town) -> None:
    report = verify(deep=True)
    assert report.ok and not report.differences
    assert report.entries == Entry.objects.count()
    tables = [m for m in apps.get_app_config("register").get_models() if m is not Entry]
    assert report.rows == sum(m.objects.count() for m in tables), "every row of every table was read"  # type: ignore[attr-defined]


LIVE_RIGHT = "(SELECT max(id) FROM register_right WHERE ended_by_id IS NULL)"
ENDED_RIGHT = "(SELECT max(id) FROM register_right WHERE ended_by_id IS NOT NULL)"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (f"UPDATE register_right SET terms = '{{\"amount_fen\": 2}}' WHERE id = {LIVE_RIGHT}", "ROW_ALTERED"),
        (f"UPDATE register_right SET rank = 9 WHERE id = {LIVE_RIGHT}", "ROW_ALTERED"),
        ("UPDATE register_holder SET name = '张冠李戴' WHERE id = (SELECT max(id) FROM register_holder)", "ROW_ALTERED"),
        ("UPDATE register_holder SET commitment = 'x' WHERE id = (SELECT max(id) FROM register_holder)", "ROW_ALTERED"),
        ("UPDATE register_restriction SET authority = '别的法院'", "ROW_ALTERED"),
        ("UPDATE register_restriction SET until_at = now()", "ROW_ALTERED"),
        ("UPDATE register_unitfacts SET area_m2 = 190.5 WHERE id = (SELECT max(id) FROM register_unitfacts)", "ROW_ALTERED"),
        ("UPDATE register_parcelfacts SET term_until = '2190-01-01'", "ROW_ALTERED"),
        ("UPDATE register_buildingfacts SET floors = 7", "ROW_ALTERED"),
        ("UPDATE register_entryanswer SET how = 'none needed'", "ROW_ALTERED"),
        (f"UPDATE register_realestateunit SET code = '{home(9)}' WHERE code = '{home(2)}'", "ROW_UNEXPLAINED"),
        (f"DELETE FROM register_right WHERE id = {LIVE_RIGHT}", "ROW_MISSING"),
        ("DELETE FROM register_holder WHERE id = (SELECT max(id) FROM register_holder)", "ROW_MISSING"),
        ("DELETE FROM register_restriction", "ROW_MISSING"),
        ("DELETE FROM register_entryanswer", "ROW_MISSING"),
        (f"UPDATE register_right SET ended_by_id = made_by_id WHERE id = {ENDED_RIGHT}", "END_MISSING"),
        (f"UPDATE register_right SET ended_by_id = made_by_id WHERE id = {LIVE_RIGHT}", "END_UNEXPLAINED"),
        ("UPDATE register_restriction SET ended_by_id = NULL", "END_MISSING"),
        ("UPDATE register_realestateunit SET ended_by_id = NULL WHERE ended_by_id IS NOT NULL", "END_MISSING"),
        ("UPDATE register_unitfacts SET ended_by_id = ended_by_id + 1 WHERE ended_by_id IS NOT NULL", "END_MISSING"),
        ("UPDATE register_entry SET legal_date = '2020-01-01' WHERE number = 3", "ENTRY_ALTERED"),
        ("UPDATE register_entry SET effects = replace(effects, '李小明', '李小朋') WHERE number = 3", "ENTRY_ALTERED"),
        ("UPDATE register_entry SET effects = 'nonsense' WHERE number = 3", "ENTRY_UNREADABLE"),
        ("UPDATE register_entry SET effects = (effects::jsonb || (effects::jsonb -> 0))::text WHERE number = 3", "EFFECT_DOUBLED"),
        ("UPDATE register_parcel SET made_by_id = 0", "ROW_UNEXPLAINED"),
        ("DELETE FROM register_entry WHERE number = 3", "NUMBER_GAP"),
        ("DELETE FROM register_entry WHERE number = (SELECT max(number) FROM register_entry)", "NUMBER_COUNTER"),
        ("UPDATE register_holder SET number_cipher = 'k1:AAAA' WHERE id = (SELECT max(id) FROM register_holder)", "HOLDER_NUMBER"),
        ("UPDATE register_holder SET salt = 'x' WHERE id = (SELECT max(id) FROM register_holder)", "HOLDER_NUMBER"),
        ("UPDATE register_holder SET number_index = 'x' WHERE id = (SELECT max(id) FROM register_holder)", "HOLDER_INDEX"),
    ],
)  # fmt: skip
def test_a_changed_row_is_found(book: Town, tamper: Tamper, statement: str, code: str) -> None:
    tamper(statement)
    assert code in codes()


OTHER = {
    "varchar": "'x' || substr({0}, 2)",
    "text": "'x' || substr({0}, 2)",
    "int4": "coalesce({0}, 0) + 1000",
    "int8": "coalesce({0}, 0) + 1000",
    "numeric": "coalesce({0}, 0) + 1",
    "bool": "NOT {0}",
    "uuid": "gen_random_uuid()",
    "date": "'1999-01-01'",
    "timestamptz": "'1999-01-01'",
    "jsonb": "'{{\"x\": 1}}'",
}


def test_no_column_of_any_row_can_be_changed_unseen(book: Town, tamper: Tamper, own_database: Any) -> None:
    """Every column of the book but the keys, on the last row of its table: whatever comes later is held too."""
    put(seizure(home(3), party=fx.HolderIn(WANG[0], "resident_id", WANG[1])))
    put(Given((home(3),), lambda _: [fx.Note(home(3), "renamed", {"to": "某公司"})]))
    assert codes() == []
    tamper()
    unseen = []
    with psycopg.connect(own_database.owner, autocommit=True) as owner:
        columns = owner.execute(
            "SELECT table_name, column_name, udt_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name LIKE 'register_%%' AND column_name <> 'id'"
        ).fetchall()
        assert len(columns) > 90
        for table, column, kind in columns:
            last = f"WHERE id = (SELECT max(id) FROM {table})"
            [before] = owner.execute(f"SELECT {column}::text FROM {table} {last}").fetchone() or ()
            owner.execute(f"UPDATE {table} SET {column} = {OTHER[kind].format(column)} {last}")
            if not codes():
                unseen.append(f"{table}.{column}")
            owner.execute(f"UPDATE {table} SET {column} = %s::{kind} {last}", [before])
    assert unseen == [] and codes() == []


@pytest.mark.parametrize("moved", ["year = 2025", "authority = '410107'"])
def test_numbers_run_for_each_office_and_year(book: Town, tamper: Tamper, moved: str) -> None:
    last = Entry.objects.latest("pk")
    tamper(f"UPDATE register_entry SET {moved}, number = 1 WHERE id = {last.pk}")
    there = Entry.objects.get(pk=last.pk)
    told = {(d.code, d.place) for d in verify().differences if d.code.startswith("NUMBER")}
    assert told == {("NUMBER_COUNTER", f"entries of {e.authority} in {e.year}") for e in (last, there)}


def test_a_counter_behind_its_last_entry_is_found(book: Town, tamper: Tamper) -> None:
    tamper(
        "UPDATE register_entry SET number = number + 1 WHERE number = (SELECT max(number) FROM register_entry)"
    )
    assert {"NUMBER_GAP", "NUMBER_COUNTER"} <= set(codes())


def test_a_row_that_no_entry_made_is_found(book: Town, tamper: Tamper) -> None:
    tamper(
        "INSERT INTO register_restriction (public_id, unit_id, kind, authority, document_no, share_of, position, note,"
        " made_by_id) SELECT gen_random_uuid(), unit_id, 'freeze', '', '', '', 0, '', made_by_id FROM register_restriction"
    )
    assert codes() == ["ROW_UNEXPLAINED"]


def test_a_row_of_an_entry_that_does_not_exist_is_found(book: Town, tamper: Tamper) -> None:
    tamper(
        "INSERT INTO register_parcel (code, made_by_id) VALUES ('410106009001GB00099', 99999)",
    )
    assert codes() == ["ROW_UNEXPLAINED"]


def test_doubled_facts_are_found(book: Town, tamper: Tamper) -> None:
    tamper(
        "INSERT INTO register_unitfacts (unit_id, location, use, area_m2, floor, room, house_nature, structure, surveyed,"
        " made_by_id, ended_by_id) SELECT unit_id, location, use, area_m2, floor, room, house_nature, structure,"
        " surveyed, made_by_id, made_by_id FROM register_unitfacts WHERE id = (SELECT min(id) FROM register_unitfacts)"
    )
    assert "ROW_DOUBLED" in codes()


def test_a_difference_names_the_row_and_the_entry(book: Town, tamper: Tamper) -> None:
    tamper("UPDATE register_restriction SET authority = '别的法院'")
    [difference] = verify().differences
    assert difference.place.startswith("restriction ")
    assert "'别的法院' instead of '某法院'" in difference.detail
    assert "410106-" in difference.detail


def test_what_a_number_check_needs_the_key_for_is_left_to_deep(book: Town, tamper: Tamper) -> None:
    tamper("UPDATE register_holder SET number_index = 'x' WHERE id = (SELECT max(id) FROM register_holder)")
    assert verify().ok
    assert not verify(deep=True).ok


def test_the_command_tells_by_its_status_and_as_json(book: Town, tamper: Tamper) -> None:
    out = StringIO()
    call_command("verify_register", stdout=out)
    assert out.getvalue().startswith("register clean: ") and out.getvalue().count("\n") == 1
    tamper("UPDATE register_buildingfacts SET floors = 7")
    out = StringIO()
    with pytest.raises(CommandError) as stopped:
        call_command("verify_register", "--json", stdout=out)
    assert stopped.value.returncode == 1
    told = json.loads(out.getvalue())
    assert told["ok"] is False and told["differences"][0]["code"] == "ROW_ALTERED"


@pytest.mark.django_db
def test_verify_costs_as_many_statements_for_many_homes_as_for_few() -> None:
    Town(homes=2, owned=2).build()
    with CaptureQueriesContext(connection) as few:
        assert verify().ok
    put(*(sale(home(n), LI, WANG) for n in (1, 2)))
    with CaptureQueriesContext(connection) as more:
        assert verify().ok
    assert len(few) == len(more)


def test_the_triggers_hold_the_owner_of_the_tables_too(own_database: Any) -> None:
    Town().build()
    with psycopg.connect(own_database.owner, autocommit=True) as owner:
        for statement in (
            "UPDATE register_right SET kind = 'mortgage'",
            "UPDATE register_holder SET name = '乙'",
            "UPDATE register_entry SET digest = ''",
            "DELETE FROM register_right",
            "TRUNCATE register_entryanswer",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation):
                owner.execute(statement)
    assert verify().ok


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("party_index = 'x'", "HOLDER_INDEX"),
        ("party_cipher = 'k1:AAAA'", "HOLDER_NUMBER"),
        ("party_salt = 'x'", "HOLDER_NUMBER"),
        ("party_name = '别人'", "ROW_ALTERED"),
    ],
)
def test_whom_a_restriction_names_is_held_to_what_was_entered(
    book: Town, tamper: Tamper, change: str, code: str
) -> None:
    debtor = fx.HolderIn(WANG[0], "resident_id", WANG[1])
    put(seizure(home(3), party=debtor))
    assert verify(deep=True).ok
    tamper(f"UPDATE register_restriction SET {change} WHERE party_name <> ''")
    assert code in codes()
