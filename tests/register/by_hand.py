"""Rows of the book written by hand, with plain SQL as the application's role."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable
from typing import Any

from dengbu.core import clock
from tests.register.homes import home

Sql = Callable[..., Any]
NUMBERS = itertools.count(900)


def write_entry(sql: Sql, *effects: dict[str, Any], of: str = "X") -> int:
    """An entry written by hand, saying what it is told to."""
    found = sql(
        "INSERT INTO register_entry (public_id, authority, year, number, registration_type, legal_date,"
        " reviewer_of_record, registrar_of_record, acted_by, acted_by_name, instant, effects, digest)"
        " VALUES (%s, '410106', 2026, %s, %s, '2026-01-01', '', '', '', '', %s, %s, '') RETURNING id",
        uuid.uuid4(), next(NUMBERS), of, clock.now(), json.dumps(effects),
    )  # fmt: skip
    return int(found[0][0])


def unit_id(sql: Sql, code: str) -> int:
    return int(sql("SELECT id FROM register_realestateunit WHERE code = %s", code)[0][0])


def granted(unit: str, right: uuid.UUID, kind: str = "house_ownership") -> dict[str, Any]:
    return {"effect": "grant", "right": str(right), "unit": unit, "kind": kind}


def restricted(unit: str, restriction: uuid.UUID, kind: str = "seizure") -> dict[str, Any]:
    return {"effect": "restrict", "restriction": str(restriction), "unit": unit, "kind": kind}


def write_answer(sql: Sql, entry: int, obstacle: uuid.UUID) -> None:
    sql(
        "INSERT INTO register_entryanswer (entry_id, obstacle, code, how, evidence) VALUES (%s, %s, 'R_SEAL', 'x', '')",
        entry,
        obstacle,
    )


def write_answered(sql: Sql, obstacle: uuid.UUID, *effects: dict[str, Any]) -> int:
    """An entry that answers one obstacle, with its answer."""
    entry = write_entry(sql, *effects, {"effect": "answer", "obstacle": str(obstacle)})
    write_answer(sql, entry, obstacle)
    return entry


RIGHT_WITH_HOLDER = (
    "WITH r AS (INSERT INTO register_right (public_id, unit_id, kind, terms, rank, instrument, coownership,"
    " share_denominator, holder_count, made_by_id) VALUES (%s, %s, %s, '{}', %s, '', 'sole', %s, %s, %s) RETURNING id)"
    " INSERT INTO register_holder (right_id, ordinal, name, document_kind, number_cipher, number_index, salt,"
    " commitment, share_numerator) SELECT r.id, s.ordinality, '甲', 'resident_id', '', '', '', '', s.share"
    " FROM r, unnest(%s::int[]) WITH ORDINALITY AS s (share, ordinality)"
)


def write_right(
    sql: Sql,
    unit: str,
    kind: str = "house_ownership",
    *,
    rank: int | None = None,
    denominator: int | None = None,
    shares: tuple[int | None, ...] = (None,),
    count: int | None = None,
    named: bool = True,
) -> None:
    right = uuid.uuid4()
    entry = write_entry(sql, granted(unit, right if named else uuid.uuid4(), kind))
    sql(
        RIGHT_WITH_HOLDER,
        right, unit_id(sql, unit), kind, rank, denominator, count or len(shares), entry, list(shares),
    )  # fmt: skip


def write_restriction(
    sql: Sql,
    unit: str,
    entry: int,
    restriction: uuid.UUID,
    kind: str = "seizure",
    share: str = "",
    place: int = 0,
) -> None:
    sql(
        "INSERT INTO register_restriction (public_id, unit_id, kind, authority, document_no, share_of, position, note,"
        " made_by_id) VALUES (%s, %s, %s, '', '', %s, %s, '', %s)",
        restriction, unit_id(sql, unit), kind, share, place, entry,
    )  # fmt: skip


def write_seizure(sql: Sql, share: str = "", kind: str = "seizure", place: int = 0) -> uuid.UUID:
    restriction = uuid.uuid4()
    entry = write_entry(sql, restricted(home(1), restriction, kind))
    write_restriction(sql, home(1), entry, restriction, kind, share, place)
    return restriction
