"""Numbers. Gapless ones come from a counter row, locked last; the others from a sequence and may have gaps."""

from __future__ import annotations

from . import rows


def take(authority: str, kind: str, year: int, count: int = 1) -> range:
    """Take the next `count` gapless numbers of a kind in a year. Locks the counter row until commit: call it last."""
    with rows.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (authority, kind, year, value) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (authority, kind, year) DO UPDATE SET value = core_counter.value + EXCLUDED.value"
            " RETURNING value",
            [authority, kind, year, count],
        )
        last: int = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)


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
