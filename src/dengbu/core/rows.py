"""Rows of models by statements that PostgreSQL prepares once: for the acts that a whole office waits for.

The ORM builds each statement anew and sends its values inside the text, so nothing can be prepared; on a road of forty
statements that is most of the time. Here the text of a statement depends on the model only, and the values travel
beside it. Rows come back as ordinary model instances; triggers, constraints and grants hold as for any statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, connections
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


_sent: ContextVar[list[tuple[Any, Callable[[int], None] | None]] | None] = ContextVar("sent", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Statements of `run`, `insert` and `update` inside are sent one after another, none waiting for the answer of the
    one before (PostgreSQL's pipeline): for what an act writes while it holds a lock that everybody waits for.

    They are done in the order in which they were sent; a read inside waits for all of them. What PostgreSQL refuses is
    raised at such a read or at the end, as the same error that the statement alone gives. Inside another: one with it.
    """
    if _sent.get() is not None:
        yield
        return
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    sent: list[tuple[Any, Callable[[int], None] | None]] = []
    mark = _sent.set(sent)
    try:
        with database.wrap_database_errors, database.connection.pipeline():
            yield
    except Error:
        _tell(sent)  # what an earlier statement did not find says more than how a later one failed of it
        raise
    finally:
        _sent.reset(mark)
    _tell(sent)


def _tell(sent: list[tuple[Any, Callable[[int], None] | None]]) -> None:
    """Say how many rows each statement wrote, of those that were answered."""
    for wire, then in sent:
        if then is not None and wire.rowcount >= 0:
            then(wire.rowcount)


def run(text: str, values: Sequence[Any] = (), then: Callable[[int], None] | None = None) -> None:
    """A statement whose rows nobody asks for; `then` is told how many it wrote, at the end of `together` where it is
    part of one. One by itself outside."""
    wire: Any = cursor()
    wire.execute(text, values)
    sent = _sent.get()
    if sent is not None:
        sent.append((wire, then))  # kept: its answer is still to come
        return
    if then is not None:
        then(wire.rowcount)
    wire.close()


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


def insert(rows: Sequence[M], *, keys: bool = True) -> None:
    """Insert rows of one model; any number, few go by one prepared statement.

    Database keys are set on them, unless they have them already (all or none) or the caller does not need them:
    `keys=False`.
    """
    if not rows:
        return
    model = type(rows[0])
    if len(rows) > FEW:
        model._default_manager.bulk_create(rows, batch_size=5000)
        return
    serial = model._meta.auto_field
    numbered = serial is None or rows[0].pk is not None
    fields = _insert_fields(model, numbered)
    one = f"({', '.join(['%s'] * len(fields))})"
    text = _insert_text(model, numbered) + ", ".join([one] * len(rows))
    values = [_cell(f, getattr(row, f.attname)) for row in rows for f in fields]
    for row in rows:
        row._state.adding, row._state.db = False, "default"
    if numbered or serial is None or not keys:
        run(text, values)
        return
    with cursor() as wire:
        wire.execute(f'{text} RETURNING "{serial.column}"', values)
        for row, (key,) in zip(rows, wire.fetchall(), strict=True):
            row.pk = key


@cache
def _insert_fields(model: type[Model], numbered: bool) -> tuple[Any, ...]:
    return tuple(f for f in model._meta.concrete_fields if numbered or f is not model._meta.auto_field)


@cache
def _insert_text(model: type[Model], numbered: bool) -> str:
    columns = ", ".join(f'"{f.column}"' for f in _insert_fields(model, numbered))
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES '  # noqa: S608 - names are ours


def update(rows: Sequence[M], attributes: tuple[str, ...]) -> None:
    """Write these attributes of rows of one model: one row by a prepared statement, more set by set."""
    if len(rows) != 1:
        if rows:
            type(rows[0])._default_manager.bulk_update(rows, attributes)
        return
    row, model = rows[0], type(rows[0])
    fields: list[Any] = [model._meta.get_field(name) for name in attributes]
    run(_update_text(model, attributes), [*(_cell(f, getattr(row, f.attname)) for f in fields), row.pk])


@cache
def _update_text(model: type[Model], attributes: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{model._meta.get_field(name).column}" = %s' for name in attributes)  # type: ignore[union-attr]
    assert model._meta.pk is not None
    return f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{model._meta.pk.column}" = %s'  # noqa: S608


def _cell(field: Any, value: Any) -> Any:
    return Jsonb(value) if isinstance(field, JSONField) and value is not None else value
