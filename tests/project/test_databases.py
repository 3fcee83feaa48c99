"""What every other suite stands on: clones of a migrated database, used as the application uses it."""

import threading

import pytest
from django.db import connection

from dengbu.project.launcher.environment import DatabaseUrls
from tests.support.races import at_once


def ask(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.django_db
def test_tests_work_as_the_application_role_and_own_nothing() -> None:
    assert ask("SELECT current_user") == [("dengbu_app",)]
    assert ask("SELECT tablename FROM pg_tables WHERE tableowner = current_user") == []


@pytest.mark.django_db
def test_the_application_may_empty_no_table_at_one_stroke() -> None:
    assert ask("SELECT count(*) > 20 FROM pg_tables WHERE schemaname = 'public'") == [(True,)]
    assert (
        ask(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND has_table_privilege(format('%I.%I', schemaname, tablename), 'TRUNCATE')"
        )
        == []
    )


@pytest.mark.django_db
def test_the_database_speaks_utc() -> None:
    assert ask("SHOW timezone") == [("UTC",)]


def test_a_database_of_its_own_is_another_one_for_every_thread(own_database: DatabaseUrls) -> None:
    name = own_database.app.rsplit("/", 1)[1]
    answers = at_once(*[lambda: ask("SELECT current_database(), pg_backend_pid()")[0]] * 3)
    assert {database for database, _ in answers} == {name}
    assert len({backend for _, backend in answers}) == 3


def test_what_fails_on_a_thread_comes_back(own_database: DatabaseUrls) -> None:
    main = threading.get_ident()

    def fail() -> None:
        raise LookupError(str(threading.get_ident() != main))

    answers = at_once(fail, lambda: "done")
    assert isinstance(answers[0], LookupError) and str(answers[0]) == "True"
    assert answers[1] == "done"
