"""Reads of the book, one statement each, plain rows."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from dengbu.core import rows, sights
from dengbu.core.acts import Actor
from dengbu.core.identifiers import parcel_code_of
from dengbu.core.vocabulary import HouseUse

from .rules import HolderFact, RestrictionFact, RightFact, UnitBook

LIVED_IN = (
    *(HouseUse.DWELLING, HouseUse.VILLA, HouseUse.APARTMENT),
    *(HouseUse.DWELLING_OTHER, HouseUse.DORMITORY, HouseUse.RESIDENTIAL),
)
_RIGHT_JSON = """
  (SELECT jsonb_agg(jsonb_build_object(
      'id', r.public_id, 'kind', r.kind, 'terms', r.terms, 'rank', r.rank, 'co', r.coownership,
      'den', r.share_denominator, 'on', e.legal_date, 'inst', r.instrument, 'share_of', r.share_of,
      'entry', e.year || '-' || lpad(e.number::text, 7, '0'),
      'holders', (SELECT jsonb_agg(jsonb_build_array(h.name, h.document_kind, h.number_index, h.number_cipher,
                                                     h.share_numerator) ORDER BY h.ordinal)
                  FROM register_holder h WHERE h.right_id = r.id)) ORDER BY r.id)
   FROM register_right r JOIN register_entry e ON e.id = r.made_by_id
   WHERE r.unit_id = {unit} AND r.ended_by_id IS NULL)
"""
_RESTRICTION_JSON = """
  (SELECT jsonb_agg(jsonb_build_array(s.public_id, s.kind, s.authority, s.document_no, s.from_at, s.until_at,
                                      s.position, s.share_of, s.note, s.party_index, s.party_name,
                                      s.party_document_kind, s.party_cipher, s.term_months) ORDER BY s.id)
   FROM register_restriction s WHERE s.unit_id = {unit} AND s.ended_by_id IS NULL)
"""
_OBJECTED_JSON = """
  (SELECT jsonb_agg(jsonb_build_array(s.party_index, s.note) ORDER BY s.id)
   FROM register_restriction s WHERE s.unit_id = u.id AND s.kind = 'objection' AND s.ended_by_id IS NOT NULL)
"""
_HOUSED = """
  (u.building_id IS NULL AND EXISTS (
     SELECT 1 FROM register_realestateunit o JOIN register_right r ON r.unit_id = o.id
     WHERE o.parcel_id = u.parcel_id AND r.ended_by_id IS NULL AND r.kind = 'house_ownership'))
"""
# The land under a house is a unit of its own: parcel code + W00000000.
_BOOK_SQL = f"""
SELECT u.code, p.code, b.code, u.ended_by_id IS NOT NULL,
       to_jsonb(f) - 'id' - 'unit_id' - 'made_by_id' - 'ended_by_id',
       to_jsonb(pf) - 'id' - 'parcel_id' - 'made_by_id' - 'ended_by_id',
       {_RIGHT_JSON.format(unit="u.id")}, {_RESTRICTION_JSON.format(unit="u.id")},
       {_RIGHT_JSON.format(unit="l.id")}, {_RESTRICTION_JSON.format(unit="l.id")},
       {_OBJECTED_JSON}, {_HOUSED}
FROM register_realestateunit u
JOIN register_parcel p ON p.id = u.parcel_id
LEFT JOIN register_building b ON b.id = u.building_id
LEFT JOIN register_unitfacts f ON f.unit_id = u.id AND f.ended_by_id IS NULL
LEFT JOIN register_parcelfacts pf ON pf.parcel_id = p.id AND pf.ended_by_id IS NULL
LEFT JOIN register_realestateunit l ON l.code = p.code || 'W00000000' AND l.id <> u.id
WHERE u.code = ANY(%s)
"""  # noqa: S608 - pieces are ours
_ONE_BOOK_SQL = _BOOK_SQL.replace("u.code = ANY(%s)", "u.code = %s")


def entries_of(docket_id: uuid.UUID) -> list[tuple[int, str, str]]:
    """What was entered for a case, in order: id, number, registration type. One statement."""
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT id, year || '-' || lpad(number::text, 7, '0'), registration_type FROM register_entry"
            " WHERE docket_id = %s ORDER BY id",
            [docket_id],
        )
        return list(cursor.fetchall())


def entered_as(authority: str, number: str) -> tuple[dt.date, str] | None:
    """The day and the registrar of record of an entry by its number (2026-0000123), None where there is none. One
    statement, none for what is no number."""
    year, _, serial = number.partition("-")
    if not (year.isascii() and year.isdigit() and serial.isascii() and serial.isdigit()):
        return None
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT legal_date, registrar_of_record FROM register_entry WHERE authority = %s AND year = %s"
            " AND number = %s",
            [authority, int(year), int(serial)],
        )
        found: tuple[dt.date, str] | None = cursor.fetchone()
        return found


def corrected_by(docket_id: uuid.UUID) -> str:
    """The number of the entry whose title a correction put right, '' before it is entered. One statement."""
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT n.said->>'entry' FROM register_entrynote n JOIN register_entry e ON e.id = n.entry_id"
            " WHERE e.docket_id = %s AND n.kind = 'corrected'",
            [docket_id],
        )
        found = cursor.fetchone()
        return str(found[0] or "") if found else ""


def book_of(codes: Sequence[str]) -> dict[str, UnitBook]:
    """What the book says now of these units, by code; units not in the book are missing. One statement."""
    with rows.cursor() as cursor:
        cursor.execute(_BOOK_SQL, [list(codes)])
        return {row[0]: _unit_book(row) for row in cursor.fetchall()}


def unit_book(code: str) -> UnitBook | None:
    """What the book says now of one unit, or None."""
    return book_of([code]).get(code)


def unit_book_for(code: str, *, actor: Actor, kind: str, purpose: str) -> tuple[dt.datetime, UnitBook | None]:
    """What the book says now of one unit to somebody whose question is kept: the legal instant, and the book or None.

    One statement writes the log (`core.sights`) and reads the book: neither happens without the other.
    """
    at, found = sights.write_and_read(
        _ONE_BOOK_SQL, [code], actor=actor, kind=kind, subject=code, purpose=purpose
    )
    return at, _unit_book(found[0]) if found else None


def _unit_book(row: tuple[Any, ...]) -> UnitBook:
    code, parcel, building, closed = row[:4]
    facts, parcel_facts, rights, restrictions, land_rights, land, objected = (_json(v) for v in row[4:-1])
    facts = facts or {}
    return UnitBook(
        code=code,
        parcel_code=parcel,
        building_code=building or "",
        closed=closed,
        location=facts.get("location", ""),
        use=facts.get("use", ""),
        area_m2=Decimal(str(facts.get("area_m2", "0"))).quantize(Decimal("0.01")),
        facts=facts,
        parcel=parcel_facts or {},
        rights=tuple(_right(r) for r in rights or ()),
        restrictions=tuple(_restriction(r) for r in restrictions or ()),
        land=tuple(_restriction(r) for r in land or ()),
        land_rights=tuple(_right(r) for r in land_rights or ()),
        objected=tuple((index, note) for index, note in objected or ()),
        housed=row[-1],
    )


def _json(value: Any) -> Any:
    """Raw cursors give JSON as text. Areas stay exact: numbers with a point become text, as in effects."""
    return json.loads(value, parse_float=str) if isinstance(value, str) else value


def _right(r: dict[str, Any]) -> RightFact:
    return RightFact(
        public_id=uuid.UUID(r["id"]),
        kind=r["kind"],
        terms=r["terms"],
        rank=r["rank"],
        coownership=r["co"],
        share_denominator=r["den"],
        holders=tuple(HolderFact(*h) for h in r["holders"] or ()),
        entered_on=dt.date.fromisoformat(r["on"]),
        entry_number=r["entry"],
        instrument=r["inst"],
        share_of=uuid.UUID(r["share_of"]) if r["share_of"] else None,
    )


def _restriction(r: Sequence[Any]) -> RestrictionFact:
    return RestrictionFact(uuid.UUID(r[0]), r[1], r[2], r[3], _at(r[4]), _at(r[5]), *r[6:])


def _at(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def units_of_holder(
    number_index: str, kinds: Iterable[str] = ("house_ownership",), limit: int = 200
) -> list[str]:
    """Codes of the units on which a party holds a live right of these kinds (我名下的不动产). One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT u.code FROM register_holder h JOIN register_right r ON r.id = h.right_id"
            " JOIN register_realestateunit u ON u.id = r.unit_id"
            " WHERE h.number_index = %s AND r.ended_by_id IS NULL AND r.kind = ANY(%s) ORDER BY u.code LIMIT %s",
            [number_index, list(kinds), limit],
        )
        return [row[0] for row in cursor.fetchall()]


def units_ever_of_holder(number_index: str, limit: int) -> list[str]:
    """Codes of the units on which a party holds, or once held, a title, land or an advance notice. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.code FROM register_holder h JOIN register_right r ON r.id = h.right_id"
            " JOIN register_realestateunit u ON u.id = r.unit_id WHERE h.number_index = %s"
            " AND r.kind IN ('house_ownership', 'land_use', 'advance_notice') AND u.ended_by_id IS NULL"
            " GROUP BY u.code ORDER BY bool_or(r.ended_by_id IS NULL) DESC, u.code LIMIT %s",
            [number_index, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def rights_of_holder(
    number_index: str, kind: str, after: str = "", limit: int = 20
) -> list[tuple[str, uuid.UUID]]:
    """(unit code, right) of a party's live rights of one kind, after a unit code: a bank's mortgages. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.code, r.public_id FROM register_holder h JOIN register_right r ON r.id = h.right_id"
            " JOIN register_realestateunit u ON u.id = r.unit_id"
            " WHERE h.number_index = %s AND r.ended_by_id IS NULL AND r.kind = %s AND u.code > %s"
            " ORDER BY u.code, r.rank LIMIT %s",
            [number_index, kind, after, limit],
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def holders_of(right: uuid.UUID) -> list[tuple[str, str]]:
    """(name, identity index) of whoever holds a right, or of whom a restriction names (who objected), by public id.
    One statement."""
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT h.name, h.number_index FROM register_holder h JOIN register_right r ON r.id = h.right_id"
            " WHERE r.public_id = %s"
            " UNION ALL SELECT s.party_name, s.party_index FROM register_restriction s WHERE s.public_id = %s",
            [right, right],
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def seizures_past_their_term(at: dt.datetime, limit: int) -> list[tuple[str, uuid.UUID]]:
    """Live seizures and pre-seizures whose term was over at an instant, one a unit: (unit code, public id). One
    statement, by the index of what runs out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (u.code) u.code, s.public_id FROM register_restriction s"
            " JOIN register_realestateunit u ON u.id = s.unit_id"
            " WHERE s.ended_by_id IS NULL AND s.until_at <= %s AND s.kind IN ('seizure', 'preseizure')"
            " AND u.ended_by_id IS NULL ORDER BY u.code, s.until_at LIMIT %s",
            [at, limit],
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class RunsOut:
    """A right or restriction of the book that has an end: where, until when, whose case made it."""

    public_id: uuid.UUID
    kind: str
    unit_code: str
    location: str
    until: dt.datetime | None
    docket_id: uuid.UUID | None
    authority: str
    document_no: str


def restrictions_running_out(kinds: Iterable[str], until: dt.datetime) -> list[RunsOut]:
    """Live restrictions of these kinds whose term is over by an instant, the first to end first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.public_id, s.kind, u.code, f.location, s.until_at, e.docket_id, s.authority, s.document_no"
            " FROM register_restriction s JOIN register_realestateunit u ON u.id = s.unit_id"
            " JOIN register_entry e ON e.id = s.made_by_id"
            " LEFT JOIN register_unitfacts f ON f.unit_id = u.id AND f.ended_by_id IS NULL"
            " WHERE s.ended_by_id IS NULL AND s.until_at <= %s AND s.kind = ANY(%s) AND u.ended_by_id IS NULL"
            " ORDER BY s.until_at, s.id",
            [until, list(kinds)],
        )
        return [RunsOut(*row) for row in cursor.fetchall()]


def units_with_notices(after: str, limit: int) -> list[str]:
    """Codes of units that bear a live advance notice, after a code: for a walk page by page. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT u.code FROM register_right r JOIN register_realestateunit u ON u.id = r.unit_id"
            " WHERE r.ended_by_id IS NULL AND r.kind = 'advance_notice' AND u.code > %s ORDER BY u.code LIMIT %s",
            [after, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def dockets_of_rights(rights: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The docket whose entry made each right; imported ones have none. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.public_id, e.docket_id FROM register_right r JOIN register_entry e ON e.id = r.made_by_id"
            " WHERE r.public_id = ANY(%s) AND e.docket_id IS NOT NULL",
            [list(rights)],
        )
        return dict(cursor.fetchall())


def identities_of_rights(rights: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Who holds each right, by the index of their identity numbers. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.public_id, array_agg(h.number_index ORDER BY h.ordinal) FROM register_right r"
            " JOIN register_holder h ON h.right_id = r.id WHERE r.public_id = ANY(%s) GROUP BY r.public_id",
            [list(rights)],
        )
        return dict(cursor.fetchall())


def land_terms_ending(until: dt.date) -> list[tuple[uuid.UUID, str, str, dt.date]]:
    """Live titles whose land ends by a day: (right, unit, location, last day).

    The term of the parcel, or a holder's own that stands on his title. Dwellings are renewed by law (民法典 359) and
    left out. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.public_id, u.code, coalesce(f.location, pf.location), x.ends"
            " FROM register_parcelfacts pf JOIN register_realestateunit u ON u.parcel_id = pf.parcel_id"
            " JOIN register_right r ON r.unit_id = u.id AND r.ended_by_id IS NULL"
            " AND r.kind IN ('land_use', 'house_ownership')"
            " LEFT JOIN register_unitfacts f ON f.unit_id = u.id AND f.ended_by_id IS NULL"
            " CROSS JOIN LATERAL (SELECT coalesce((r.terms->>'term_until')::date, pf.term_until) AS ends) x"
            " WHERE pf.ended_by_id IS NULL AND u.ended_by_id IS NULL AND x.ends <= %s"
            " AND NOT (r.kind = 'house_ownership' AND f.use = ANY(%s))"
            " ORDER BY x.ends, r.id",
            [until, [use.value for use in LIVED_IN]],
        )
        return list(cursor.fetchall())


def unit_codes_of_building(building_code: str) -> list[str]:
    """Codes of all units of a building, in code order. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.code FROM register_realestateunit u JOIN register_building b ON b.id = u.building_id"
            " WHERE b.code = %s AND u.ended_by_id IS NULL ORDER BY u.code",
            [building_code],
        )
        return [row[0] for row in cursor.fetchall()]


def known_land(codes: Iterable[str]) -> frozenset[str]:
    """Of these codes of parcels and buildings those that the register has. One statement."""
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM register_parcel WHERE code = ANY(%s)"
            " UNION ALL SELECT code FROM register_building WHERE code = ANY(%s)",
            [wanted := list(codes), wanted],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def houses_in_the_same_hands(land_units: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each unit of land the houses on its parcel whose owners are exactly those of the land. One statement."""
    codes = list(land_units)
    with rows.cursor() as cursor:
        cursor.execute(
            "WITH held AS (SELECT u.code, u.parcel_id, r.kind, array_agg(h.number_index ORDER BY h.number_index) who"
            " FROM register_right r JOIN register_realestateunit u ON u.id = r.unit_id"
            " JOIN register_holder h ON h.right_id = r.id WHERE r.ended_by_id IS NULL"
            " AND r.kind IN ('land_use', 'house_ownership') AND u.parcel_id IN"
            " (SELECT parcel_id FROM register_realestateunit WHERE code = ANY(%s)) GROUP BY r.id, u.id)"
            " SELECT l.code, o.code FROM held l JOIN held o ON o.parcel_id = l.parcel_id AND o.who = l.who"
            " WHERE l.code = ANY(%s) AND l.kind = 'land_use' AND o.kind = 'house_ownership'",
            [codes, codes],
        )
        found: dict[str, set[str]] = {}
        for land, house in cursor.fetchall():
            found.setdefault(land, set()).add(house)
    return {code: frozenset(found.get(code, ())) for code in codes}


def houses_on(land_units: Iterable[str]) -> list[str]:
    """Codes of all other units on the parcels of these units of land. One statement."""
    codes = list(land_units)
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT o.code FROM register_realestateunit l JOIN register_realestateunit o"
            " ON o.parcel_id = l.parcel_id AND o.id <> l.id WHERE l.code = ANY(%s)",
            [codes],
        )
        return [row[0] for row in cursor.fetchall()]


def housed(land_units: Iterable[str]) -> frozenset[str]:
    """Of units of land, in the book or not, those on whose parcel a house has its title. One statement."""
    codes = {parcel_code_of(code): code for code in land_units}
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT p.code FROM register_parcel p WHERE p.code = ANY(%s) AND EXISTS ("
            " SELECT 1 FROM register_realestateunit u JOIN register_right r ON r.unit_id = u.id"
            " WHERE u.parcel_id = p.id AND r.ended_by_id IS NULL AND r.kind = 'house_ownership')",
            [list(codes)],
        )
        return frozenset(codes[row[0]] for row in cursor.fetchall())


def lines_of(codes: Iterable[str]) -> dict[str, tuple[str, str, str]]:
    """Place, use and area in ㎡ of units as the book has them now: what a list of units says. One statement."""
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT u.code, f.location, f.use, f.area_m2::text FROM register_realestateunit u"
            " JOIN register_unitfacts f ON f.unit_id = u.id AND f.ended_by_id IS NULL WHERE u.code = ANY(%s)",
            [list(codes)],
        )
        return {code: (place, use, area) for code, place, use, area in cursor.fetchall()}


def ranks_of(rights: Iterable[uuid.UUID]) -> dict[uuid.UUID, int | None]:
    """The ranks of mortgages by public id, None where a right has none. One statement."""
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT public_id, rank FROM register_right WHERE public_id = ANY(%s::uuid[])", [list(rights)]
        )
        return dict(cursor.fetchall())


def areas_of(codes: Iterable[str]) -> dict[str, tuple[Decimal, bool]]:
    """Area in ㎡ of units as the book has it now, and whether it was surveyed or only planned. One statement."""
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT u.code, f.area_m2, f.surveyed FROM register_realestateunit u"
            " JOIN register_unitfacts f ON f.unit_id = u.id AND f.ended_by_id IS NULL WHERE u.code = ANY(%s)",
            [list(codes)],
        )
        return {code: (area, surveyed) for code, area, surveyed in cursor.fetchall()}
