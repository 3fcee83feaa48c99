"""Rows of models by statements that PostgreSQL prepares once: for the acts that a whole office waits for.

The ORM builds each statement anew and sends its values inside the text, so nothing can be prepared; on a road of forty
statements that is most of the time. Here the text of a statement depends on the model only, and the values travel
beside it. Rows come back as ordinary model instances; triggers, constraints and grants hold as for any statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import JSONField, Model
from psycopg.types.json import Jsonb

M = TypeVar("M", bound=Model)
FEW = 50  # more rows than this are not worth a statement of their own length


def cursor() -> AbstractContextManager[Any]:
    """A cursor like `connection.cursor()` whose values travel beside the statement. One statement per `execute`."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    if database.connection is None:
        raise RuntimeError("no database connection")
    plain: Any = ServerBindingCursor
    made: AbstractContextManager[Any] = database._prepare_cursor(plain(database.connection))
    return made


@contextmanager
def lone_statement() -> Iterator[Any]:
    """A cursor for one statement that is a transaction by itself, committed when `execute` returns.

    A thread that holds a connection uses it (inside a transaction the statement joins that). Otherwise one is lent by
    the pool for this statement only, without the framework's opening and closing. Raises django.db.Error as usual.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    pool = database.pool
    if pool is None or database.connection is not None:
        with cursor() as wire:
            yield wire
        return
    with database.wrap_database_errors:
        if pool.closed:
            pool.open()
        lent = pool.getconn()
        try:
            if not lent.autocommit:
                lent.autocommit = True
            plain: Any = ServerBindingCursor
            yield plain(lent)
        finally:
            pool.putconn(lent)


@cache
def _shape(model: type[Model]) -> tuple[str, tuple[str, ...], tuple[int, ...]]:
    """Table, attributes in the order of the columns, and which of them are JSON."""
    fields = model._meta.concrete_fields
    return (
        f'"{model._meta.db_table}"',
        tuple(f.attname for f in fields),
        tuple(n for n, f in enumerate(fields) if isinstance(f, JSONField)),
    )


@cache
def _columns(model: type[Model], table: str = "t") -> str:
    return ", ".join(f'{table}."{f.column}"' for f in model._meta.concrete_fields)


def read(model: type[M], rest: str, values: Sequence[Any]) -> list[M]:
    """Instances of a model; `rest` is everything after FROM, where the table is called `t`."""
    table, names, json_at = _shape(model)
    with cursor() as wire:
        wire.execute(f"SELECT {_columns(model)} FROM {table} t {rest}", values)  # noqa: S608 - names are ours
        return [model.from_db("default", names, _loaded(row, json_at)) for row in wire.fetchall()]


def read_with(model: type[M], relation: str, rest: str, values: Sequence[Any]) -> list[M]:
    """Like `read`, with the row that a foreign key (never empty) points at, in the same statement: table `o`."""
    table, names, json_at = _shape(model)
    field: Any = model._meta.get_field(relation)
    other: type[Model] = field.related_model
    other_table, other_names, other_json_at = _shape(other)
    join = f'JOIN {other_table} o ON o."{field.target_field.column}" = t."{field.column}"'
    made = []
    with cursor() as wire:
        wire.execute(
            f"SELECT {_columns(model)}, {_columns(other, 'o')} FROM {table} t {join} {rest}",  # noqa: S608 - names are ours
            values,
        )
        for row in wire.fetchall():
            one = model.from_db("default", names, _loaded(row[: len(names)], json_at))
            setattr(
                one,
                relation,
                other.from_db("default", other_names, _loaded(row[len(names) :], other_json_at)),
            )
            made.append(one)
    return made


def _loaded(row: Sequence[Any], json_at: tuple[int, ...]) -> Sequence[Any]:
    if not json_at:
        return row
    cells = list(row)
    for n in json_at:
        if isinstance(cells[n], str):
            cells[n] = json.loads(cells[n])
    return cells


def insert(rows: Sequence[M]) -> None:
    """Insert rows of one model; database keys are set on them. Any number; few go by one prepared statement."""
    if not rows:
        return
    model = type(rows[0])
    if len(rows) > FEW:
        model._default_manager.bulk_create(rows, batch_size=5000)
        return
    serial = model._meta.auto_field
    fields = [f for f in model._meta.concrete_fields if f is not serial]
    one = f"({', '.join(['%s'] * len(fields))})"
    text = _insert_text(model) + ", ".join([one] * len(rows))
    if serial is not None:
        text += f' RETURNING "{serial.column}"'
    with cursor() as wire:
        wire.execute(text, [_cell(f, getattr(row, f.attname)) for row in rows for f in fields])
        keys = wire.fetchall() if serial is not None else ()
    for row in rows:
        row._state.adding, row._state.db = False, "default"
    for row, (key,) in zip(rows, keys, strict=False):
        row.pk = key


@cache
def _insert_text(model: type[Model]) -> str:
    fields = [f for f in model._meta.concrete_fields if f is not model._meta.auto_field]
    columns = ", ".join(f'"{f.column}"' for f in fields)
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES '  # noqa: S608 - names are ours


def update(rows: Sequence[M], attributes: tuple[str, ...]) -> None:
    """Write these attributes of rows of one model: one row by a prepared statement, more set by set."""
    if len(rows) != 1:
        if rows:
            type(rows[0])._default_manager.bulk_update(rows, attributes)
        return
    row, model = rows[0], type(rows[0])
    fields: list[Any] = [model._meta.get_field(name) for name in attributes]
    key = model._meta.pk
    assert key is not None
    with cursor() as wire:
        wire.execute(
            _update_text(model, attributes), [*(_cell(f, getattr(row, f.attname)) for f in fields), row.pk]
        )


@cache
def _update_text(model: type[Model], attributes: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{model._meta.get_field(name).column}" = %s' for name in attributes)  # type: ignore[union-attr]
    assert model._meta.pk is not None
    return f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{model._meta.pk.column}" = %s'  # noqa: S608


def _cell(field: Any, value: Any) -> Any:
    return Jsonb(value) if isinstance(field, JSONField) and value is not None else value
