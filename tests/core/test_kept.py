"""Numbers are not used twice and history tells what happened: tried with plain SQL as the application's role."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from dengbu.core import clock, counters
from dengbu.core.acts import Actor, act, system
from dengbu.core.models import Docket, History

pytestmark = pytest.mark.django_db
TEST = system("test")


@act("test.take_numbers")
def take_numbers(*, actor: Actor) -> str:
    counters.take("410106", "entry", 2026, 3)
    docket = Docket.objects.create(number="WS20260101000001", authority="410106", created_at=clock.now())
    return str(docket.pk)


@act("test.sql")
def as_application(*, actor: Actor, statement: str, values: tuple[Any, ...] = ()) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "dengbu_app"
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_counter SET value = 1",
        "UPDATE core_counter SET kind = 'other'",
        "UPDATE core_counter SET year = 2025",
        "DELETE FROM core_counter",
        "TRUNCATE core_counter",
        "UPDATE core_docket SET number = 'WS20260101000002'",
        "UPDATE core_docket SET authority = '410107'",
        "DELETE FROM core_docket",
        "SELECT setval('dengbu_application_no', 1)",
        "DELETE FROM core_history",
        "UPDATE core_history SET actor = 'user:1'",
        "INSERT INTO core_history (table_name, operation, row_before, actor, act, recorded_at)"
        " VALUES ('cases_case', 'UPDATE', '{}', 'user:1', 'made up', now())",
        "CREATE TEMPORARY TABLE core_case (a int)",
    ],
)
def test_the_application_cannot_give_a_number_again_or_tell_another_history(statement: str) -> None:
    take_numbers(actor=TEST)
    with pytest.raises(DatabaseError):
        as_application(actor=TEST, statement=statement)


def test_counters_go_on_and_changes_are_kept() -> None:
    take_numbers(actor=TEST)
    as_application(actor=TEST, statement="UPDATE core_counter SET value = value + 1")
    before = History.objects.filter(table_name="core_docket").count()
    as_application(actor=TEST, statement="UPDATE core_docket SET number = number")
    assert History.objects.filter(table_name="core_docket", actor=TEST.key).count() == before + 1
