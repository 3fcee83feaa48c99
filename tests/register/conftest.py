"""A small town, and SQL run in it as the application's role."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from tests.register.by_hand import Sql
from tests.register.homes import Town


@pytest.fixture
def town() -> Town:
    return Town().build()


@pytest.fixture
def sql() -> Iterator[Sql]:
    """Run SQL as dengbu_app. Constraints that wait for the commit speak at once."""

    def run(statement: str, *arguments: Any) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, arguments)
            rows = cursor.fetchall() if cursor.description else cursor.rowcount
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return rows

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "dengbu_app"
    yield run
