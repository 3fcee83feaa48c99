"""Numbers. Gapless ones come from a counter row, locked last; the others from a sequence and may have gaps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.db.models import Model

from . import rows

_TAKE = (
    "INSERT INTO core_counter (authority, kind, year, value) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (authority, kind, year) DO UPDATE SET value = core_counter.value + EXCLUDED.value"
    " RETURNING value"
)


def take(authority: str, kind: str, year: int, count: int = 1) -> range:
    """Take the next `count` gapless numbers of a kind in a year. Locks the counter row until commit: call it last."""
    with rows.cursor() as cursor:
        cursor.execute(
            _TAKE,
            [authority, kind, year, count],
        )
        last: int = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


def take_with_keys(
    authority: str, kind: str, year: int, count: int, keys: Mapping[type[Model], int]
) -> tuple[range, list[list[int]]]:
    """Like `take`, with that many database keys of some tables in the same statement: what is written under the lock
    of the counter need not come back for them. Keys are drawn after the lock, so they follow the numbers."""
    with rows.cursor() as cursor:
        cursor.execute(_with_keys(tuple(keys)), [authority, kind, year, count, *keys.values()])
        last, *drawn = cursor.fetchone()
    return range(last - count + 1, last + 1), drawn


def raise_to(authority: str, kind: str, year: int, value: int) -> None:
    """Numbers up to `value` were given by somebody else (an older register): the counter goes on after them. It never
    goes back. Locks the counter row until commit."""
    with rows.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (authority, kind, year, value) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (authority, kind, year) DO UPDATE"
            " SET value = greatest(core_counter.value, EXCLUDED.value)",
            [authority, kind, year, value],
        )


@cache
def _with_keys(models: tuple[type[Model], ...]) -> str:
    sequences = [f"pg_get_serial_sequence('{m._meta.db_table}', '{m._meta.pk.column}')" for m in models]
    drawn = "".join(f", ARRAY(SELECT nextval({s}) FROM generate_series(1, %s))" for s in sequences)  # noqa: S608
    return f"WITH taken AS ({_TAKE}) SELECT value{drawn} FROM taken"  # noqa: S608 - names are ours


def next_serials(sequence: str, count: int) -> list[int]:
    """The next `count` values of a named sequence, in one statement: unique, never reused, gaps allowed."""
    if not count:
        return []
    with rows.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]


def next_serial(sequence: str) -> int:
    """The next value of a named sequence."""
    return next_serials(sequence, 1)[0]
