"""What the book said before: ended rights and restrictions of a unit with the entries that made and ended them, and
the notes of its entries."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection

_ENTRY = "{e}.year || '-' || lpad({e}.number::text, 7, '0')"
_HISTORY_SQL = f"""
SELECT 'right', r.public_id, r.kind, r.terms, r.rank, r.instrument, r.coownership, r.share_denominator,
  (SELECT jsonb_agg(jsonb_build_array(h.name, h.share_numerator) ORDER BY h.ordinal)
   FROM register_holder h WHERE h.right_id = r.id),
  '', '', NULL::timestamptz, NULL::timestamptz,
  {_ENTRY.format(e="m")}, m.legal_date, m.registration_type, {_ENTRY.format(e="x")}, x.legal_date, x.registration_type, x.id
FROM register_right r JOIN register_entry m ON m.id = r.made_by_id JOIN register_entry x ON x.id = r.ended_by_id
WHERE r.unit_id = (SELECT id FROM register_realestateunit WHERE code = %(code)s)
UNION ALL
SELECT 'restriction', s.public_id, s.kind, '{{}}'::jsonb, NULL, s.document_no, '', NULL, NULL, s.authority, s.share_of,
  s.from_at, s.until_at,
  {_ENTRY.format(e="m")}, m.legal_date, m.registration_type, {_ENTRY.format(e="x")}, x.legal_date, x.registration_type, x.id
FROM register_restriction s JOIN register_entry m ON m.id = s.made_by_id JOIN register_entry x ON x.id = s.ended_by_id
WHERE s.unit_id = (SELECT id FROM register_realestateunit WHERE code = %(code)s)
ORDER BY 20 DESC
LIMIT 200
"""  # noqa: S608 - pieces are ours


@dataclass(frozen=True, slots=True)
class Ended:
    """A right or restriction that is over: what it was, by which entry it came, by which it went."""

    what: str  # right | restriction
    public_id: uuid.UUID
    kind: str
    terms: dict[str, Any]
    rank: int | None
    instrument: str
    coownership: str
    share_denominator: int | None
    holders: tuple[tuple[str, int | None], ...]
    authority: str
    share_of: str
    from_at: dt.datetime | None
    until_at: dt.datetime | None
    made_by: str
    made_on: dt.date
    made_as: str
    ended_by: str
    ended_on: dt.date
    ended_as: str


def history_of(unit_code: str) -> list[Ended]:
    """Ended rights and restrictions of a unit, the last ended first, at most 200. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY_SQL, {"code": unit_code})
        rows = cursor.fetchall()
    return [_ended(row) for row in rows]


def _ended(row: tuple[Any, ...]) -> Ended:
    terms, holders = (json.loads(v) if isinstance(v, str) else v for v in (row[3], row[8]))
    shared = tuple((name, share) for name, share in holders or ())
    return Ended(*(*row[:3], terms or {}, *row[4:8], shared, *row[9:19]))


@dataclass(frozen=True, slots=True)
class Noted:
    """附记 of a unit: what an entry says without changing a right, and which entry."""

    kind: str
    unit_code: str
    right_id: uuid.UUID | None
    said: dict[str, Any]
    entry: str
    entered_on: dt.date
    entered_as: str


def notes_of(*unit_codes: str) -> list[Noted]:
    """Notes of some units, the last first, at most 200: corrections with what was and what is, new certificates, common
    parts. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n.kind, u.code, n.right_id, n.said, {_ENTRY.format(e='e')}, e.legal_date, e.registration_type"  # noqa: S608
            " FROM register_entrynote n JOIN register_entry e ON e.id = n.entry_id"
            " JOIN register_realestateunit u ON u.id = n.unit_id"
            " WHERE u.code = ANY(%s) ORDER BY n.id DESC LIMIT 200",
            [list(unit_codes)],
        )
        rows = cursor.fetchall()
    return [
        Noted(kind, code, right, json.loads(said) if isinstance(said, str) else said, *entry)
        for kind, code, right, said, *entry in rows
    ]


@dataclass(frozen=True, slots=True)
class Done:
    """A restriction that an entry put on a unit (`made`) or took off it."""

    made: bool
    kind: str
    unit_code: str
    authority: str
    document_no: str
    from_at: dt.datetime | None
    until_at: dt.datetime | None
    position: int
    share_of: str
    term_months: int | None
    entry: str
    entered_at: dt.datetime


def made_by_docket(docket_id: uuid.UUID) -> list[Done]:
    """What the entries of a docket did to restrictions, in order. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.made_by_id = e.id, s.kind, u.code, s.authority, s.document_no, s.from_at, s.until_at,"  # noqa: S608
            f" s.position, s.share_of, s.term_months, {_ENTRY.format(e='e')}, e.instant"
            " FROM register_entry e JOIN register_restriction s ON s.made_by_id = e.id OR s.ended_by_id = e.id"
            " JOIN register_realestateunit u ON u.id = s.unit_id"
            " WHERE e.docket_id = %s ORDER BY s.id, 1",
            [docket_id],
        )
        return [Done(*row) for row in cursor.fetchall()]
