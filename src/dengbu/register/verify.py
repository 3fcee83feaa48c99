"""Verify: rebuild the book from its entries alone and compare it with the tables, row by row.

Entries and tables are streamed side by side in the order of entering, in one snapshot: each entry must have made
exactly the rows its effects say, and ended exactly the rows it ends. So a row that is missing, doubled, altered,
ended by nobody or never said by an entry is found, whoever changed it and however.

What this cannot see is a forger who rewrites entries, digests and rows together. That is the place of the verifiable
log: `entry_digest` is the leaf of its tree, and a signed tree head kept outside this database closes the gap.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, models, transaction

from dengbu.core import crypto

from .actions import entry_digest
from .effects import NUMBER_PURPOSE
from .models import BuildingFacts, Entry, ParcelFacts, UnitFacts

KEPT = 1000  # differences listed one by one; all are counted
FETCH = 5000

Key = tuple[str, str]  # table, what the row is about
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something the entries and the tables do not agree on: a stable code, where, and what."""

    code: str
    place: str
    detail: str


@dataclass
class VerifyReport:
    """What came out: `ok`, how many entries and rows were read, and the differences (the first thousand)."""

    entries: int = 0
    rows: int = 0
    found: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.found == 0

    def add(self, code: str, place: str, detail: str) -> None:
        self.found += 1
        if len(self.differences) < KEPT:
            self.differences.append(Difference(code, place, detail))


def verify(*, deep: bool = False) -> VerifyReport:
    """Rebuild the book from its entries and compare. `deep` also decrypts every holder's number and checks its
    commitment and index. Reads one snapshot and writes nothing; memory does not grow with the rows."""
    report = VerifyReport()
    with ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        # Inside somebody's transaction that one's view is all there is.
        if len(connection.atomic_blocks) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _numbers(report)
        _Replay(report, deep).run(stack)
    return report


def _numbers(report: VerifyReport) -> None:
    """Entry numbers are gapless per authority and year, and the counter stands at the last one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT authority, year, before, number FROM (SELECT authority, year, number, lag(number, 1, 0::bigint)"
            " OVER (PARTITION BY authority, year ORDER BY number) AS before FROM register_entry) AS n"
            " WHERE number <> before + 1 ORDER BY authority, year, number"
        )
        for authority, year, before, number in cursor.fetchall():
            report.add(
                "NUMBER_GAP",
                f"entries of {authority} in {year}",
                f"{number} follows {before}: entries are missing",
            )
        cursor.execute(
            "SELECT coalesce(e.authority, c.authority), coalesce(e.year, c.year), e.last, c.value FROM"
            " (SELECT authority, year, max(number) AS last FROM register_entry GROUP BY authority, year) AS e"
            " FULL JOIN (SELECT * FROM core_counter WHERE kind = 'entry') AS c"
            " ON c.authority = e.authority AND c.year = e.year"
            " WHERE coalesce(e.last, 0) <> coalesce(c.value, 0)"
        )
        for authority, year, last, value in cursor.fetchall():
            report.add(
                "NUMBER_COUNTER",
                f"entries of {authority} in {year}",
                f"counter at {value}, last entry {last}",
            )


# --- what an effect makes -----------------------------------------------------------------------------------------


def _reader(name: str, model_field: models.Field[Any, Any]) -> tuple[str, Callable[[Any], Any], Any]:
    """Column, how a value of the canonical form reads, and what stands there when the effect is silent."""
    if isinstance(model_field, models.DecimalField):
        places = model_field.decimal_places
        return name, lambda v: None if v is None else f"{Decimal(str(v)):.{places}f}", None
    default = model_field.get_default() if model_field.has_default() else None
    return name, lambda v: v, default


def _readers(model: type[models.Model], leave: str) -> list[tuple[str, Callable[[Any], Any], Any]]:
    ours = ("id", leave, "made_by", "ended_by")
    return [_reader(f.attname, f) for f in model._meta.concrete_fields if f.name not in ours]


PARCEL_FACTS = _readers(ParcelFacts, "parcel")
BUILDING_FACTS = _readers(BuildingFacts, "building")
UNIT_FACTS = _readers(UnitFacts, "unit")


def note_key(unit: str, kind: str, right: str | None) -> str:
    """What tells the notes of one entry apart."""
    return f"{unit} {kind} {right or ''}"


def _facts(said: dict[str, Any], readers: list[tuple[str, Callable[[Any], Any], Any]]) -> Row:
    return tuple(read(said[name]) if name in said else default for name, read, default in readers)


def _made(effects: list[dict[str, Any]]) -> Iterator[tuple[Key, Row]]:
    """The rows that an entry with these effects makes: key, and everything that must stand in the row."""
    for e in effects:
        match e["effect"]:
            case "open_parcel":
                yield ("parcel", e["parcel"]), ()
                yield ("parcelfacts", e["parcel"]), _facts(e["facts"], PARCEL_FACTS)
            case "amend_parcel":
                yield ("parcelfacts", e["parcel"]), _facts(e["facts"], PARCEL_FACTS)
            case "amend_building":
                yield ("buildingfacts", e["building"]), _facts(e["facts"], BUILDING_FACTS)
            case "open_building":
                yield ("building", e["building"]), (e["parcel"],)
                yield ("buildingfacts", e["building"]), _facts(e["facts"], BUILDING_FACTS)
            case "open":
                yield ("realestateunit", e["unit"]), (e["parcel"], e["building"])
                yield ("unitfacts", e["unit"]), _facts(e["facts"], UNIT_FACTS)
            case "amend":
                yield ("unitfacts", e["unit"]), _facts(e["facts"], UNIT_FACTS)
            case "grant":
                yield (
                    ("right", e["right"]),
                    (
                        *(
                            e["unit"],
                            e["kind"],
                            e["terms"],
                            e["rank"],
                            e["share_of"],
                            e["replaces"],
                            e["instrument"],
                        ),
                        *(e["coownership"], e["share_denominator"], len(e["holders"])),
                    ),
                )
                for place, h in enumerate(e["holders"], start=1):
                    yield (
                        ("holder", f"{e['right']}#{place}"),
                        (h["name"], h["document_kind"], h["commitment"], h["share"]),
                    )
            case "restrict":
                named = e.get("party") or {}
                yield (
                    ("restriction", e["restriction"]),
                    (
                        *(e["unit"], e["kind"], e["authority"], e["document_no"], e["share_of"]),
                        *(e["from_at"], e["until_at"], e["position"], e["note"], e.get("term_months")),
                        *(named.get(word, "") for word in ("name", "document_kind", "commitment")),
                    ),
                )
            case "note":
                yield ("entrynote", note_key(e["unit"], e["kind"], e["right"])), (e["said"],)
            case "answer":
                yield ("entryanswer", e["obstacle"]), (e["code"], e["how"], e["evidence"])


# --- what stands in the tables ------------------------------------------------------------------------------------


def _columns(readers: list[tuple[str, Callable[[Any], Any], Any]]) -> str:
    return ", ".join(f't."{name}"' for name, _, _ in readers)


# Each statement gives: made_by, ended_by, key, then the columns of `_made` in the same order.
TABLES = {
    "parcel": "SELECT t.made_by_id, t.ended_by_id, t.code FROM register_parcel t",
    "parcelfacts": f"SELECT t.made_by_id, t.ended_by_id, p.code, {_columns(PARCEL_FACTS)}"  # noqa: S608
    " FROM register_parcelfacts t"
    " LEFT JOIN register_parcel p ON p.id = t.parcel_id",
    "building": "SELECT t.made_by_id, t.ended_by_id, t.code, p.code FROM register_building t"
    " LEFT JOIN register_parcel p ON p.id = t.parcel_id",
    "buildingfacts": f"SELECT t.made_by_id, t.ended_by_id, b.code, {_columns(BUILDING_FACTS)}"  # noqa: S608
    " FROM register_buildingfacts t LEFT JOIN register_building b ON b.id = t.building_id",
    "realestateunit": "SELECT t.made_by_id, t.ended_by_id, t.code, p.code, b.code FROM register_realestateunit t"
    " LEFT JOIN register_parcel p ON p.id = t.parcel_id LEFT JOIN register_building b ON b.id = t.building_id",
    "unitfacts": f"SELECT t.made_by_id, t.ended_by_id, u.code, {_columns(UNIT_FACTS)}"  # noqa: S608
    " FROM register_unitfacts t"
    " LEFT JOIN register_realestateunit u ON u.id = t.unit_id",
    "right": "SELECT t.made_by_id, t.ended_by_id, t.public_id, u.code, t.kind, t.terms, t.rank, t.share_of,"
    " t.predecessor, t.instrument, t.coownership, t.share_denominator, t.holder_count FROM register_right t"
    " LEFT JOIN register_realestateunit u ON u.id = t.unit_id",
    "holder": "SELECT r.made_by_id, NULL, r.public_id || '#' || t.ordinal, t.name, t.document_kind, t.commitment,"
    " t.share_numerator, t.salt, t.number_cipher, t.number_index FROM register_holder t"
    " LEFT JOIN register_right r ON r.id = t.right_id",
    "restriction": "SELECT t.made_by_id, t.ended_by_id, t.public_id, u.code, t.kind, t.authority, t.document_no,"
    " t.share_of, t.from_at, t.until_at, t.position, t.note, t.term_months, t.party_name,"
    " t.party_document_kind, t.party_commitment, t.party_salt, t.party_cipher, t.party_index FROM register_restriction t"
    " LEFT JOIN register_realestateunit u ON u.id = t.unit_id",
    "entrynote": "SELECT t.entry_id, NULL, u.code || ' ' || t.kind || ' ' || coalesce(t.right_id::text, ''), t.said"
    " FROM register_entrynote t LEFT JOIN register_realestateunit u ON u.id = t.unit_id",
    "entryanswer": "SELECT t.entry_id, NULL, t.obstacle, t.code, t.how, t.evidence FROM register_entryanswer t",
}
JSON_COLUMNS = {("right", 5), ("entrynote", 3)}
VERSIONS = ("unitfacts", "parcelfacts", "buildingfacts")  # rows that end when the next version comes
_THING = {
    "open": "unit",
    "amend": "unit",
    "open_parcel": "parcel",
    "amend_parcel": "parcel",
    "open_building": "building",
    "amend_building": "building",
}
RESTRICTION_PUBLIC = 13
HOLDER_PUBLIC = 4  # columns of `holder` that its entry says; salt, cipher and index stand in the table alone


def _plain(value: Any) -> Any:
    """A database value in the spelling of the canonical form."""
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


class _Stream:
    """The rows of one table in the order of the entries that made them."""

    def __init__(self, table: str, sql: str, stack: ExitStack):
        self.table = table
        self._cursor = stack.enter_context(connection.chunked_cursor())
        self._cursor.execute(f"{sql} ORDER BY 1, t.id")
        self._rows = self._read()
        self._next: Row | None = next(self._rows, None)

    def _read(self) -> Iterator[Row]:
        while rows := self._cursor.fetchmany(FETCH):
            yield from rows

    def upto(self, entry_id: int | None) -> Iterator[Row]:
        """Take rows made by this entry or by earlier ones (`None`: all that are left)."""
        while self._next is not None and (entry_id is None or (self._next[0] or 0) <= entry_id):
            yield self._next
            self._next = next(self._rows, None)


class _Replay:
    def __init__(self, report: VerifyReport, deep: bool):
        self.report = report
        self.deep = deep
        # Ends that rows claim, until the entry they name is read: (table, key, version) -> entry row.
        self.claimed: dict[tuple[str, str, int], int] = {}
        self.live_facts: dict[
            str, int
        ] = {}  # unit, parcel, building -> the entry row that made its live facts

    def run(self, stack: ExitStack) -> None:
        streams = [_Stream(table, sql, stack) for table, sql in TABLES.items()]
        for entry in Entry.objects.order_by("pk").iterator(FETCH):
            self.report.entries += 1
            place = f"entry {entry}"
            if entry_digest(entry) != entry.digest:
                self.report.add("ENTRY_ALTERED", place, "its digest does not fit what it says")
            effects = self._effects(entry, place)
            expected: dict[Key, Row] = {}
            for key, row in _made(effects):
                if key in expected:
                    self.report.add("EFFECT_DOUBLED", place, f"says {key[0]} {key[1]} twice")
                expected[key] = row
            done: set[Key] = set()
            for stream in streams:
                for row in stream.upto(entry.pk):
                    self._compare(stream.table, row, entry.pk, place, expected, done)
            for table, name in expected:
                self.report.add(
                    "ROW_MISSING", f"{table} {name}", f"{place} says it, the table has no such row"
                )
            for e in effects:
                self._end(e, entry.pk, place)
        for stream in streams:
            for row in stream.upto(None):
                self._unexplained(stream.table, row)
        for (table, name, _), by in self.claimed.items():
            self.report.add(
                "END_UNEXPLAINED", f"{table} {name}", f"ended by entry row {by}, which does not say so"
            )

    def _effects(self, entry: Entry, place: str) -> list[dict[str, Any]]:
        try:
            effects: list[dict[str, Any]] = json.loads(entry.effects)
            list(_made(effects))
        except (ValueError, ArithmeticError, KeyError, TypeError, AttributeError):
            self.report.add("ENTRY_UNREADABLE", place, "its effects cannot be read")
            return []
        return effects

    def _unexplained(self, table: str, row: Row) -> None:
        self.report.rows += 1
        self.report.add(
            "ROW_UNEXPLAINED", f"{table} {row[2]}", f"no entry makes it (its made_by is {row[0]})"
        )

    def _compare(
        self, table: str, row: Row, entry_id: int, place: str, expected: dict[Key, Row], done: set[Key]
    ) -> None:
        name = str(row[2])
        key = (table, name)
        if row[0] != entry_id:
            self._unexplained(table, row)
            return
        if key not in expected:
            if key not in done:
                self._unexplained(table, row)
            else:
                self.report.rows += 1
                self.report.add(
                    "ROW_DOUBLED", f"{table} {name}", f"{place} says it once, the table has it again"
                )
            return
        self.report.rows += 1
        done.add(key)
        said = expected.pop(key)
        if table == "holder":
            self._holder(name, row)
            row = row[: 3 + HOLDER_PUBLIC]
        if table == "restriction":
            self._party(name, row[3 + RESTRICTION_PUBLIC - 3 :])
            row = row[: 3 + RESTRICTION_PUBLIC]
        there = tuple(
            json.loads(v) if (table, at) in JSON_COLUMNS and isinstance(v, str) else _plain(v)
            for at, v in enumerate(row[3:], start=3)
        )
        if there != said:
            parts = [f"{a!r} instead of {b!r}" for a, b in zip(there, said, strict=True) if a != b]
            self.report.add("ROW_ALTERED", f"{table} {name}", f"{place}: {'; '.join(parts)}"[:500])
        if row[1] is not None:
            self.claimed[(table, name, entry_id if table in VERSIONS else 0)] = row[1]

    def _holder(self, place: str, row: Row) -> None:
        if not self.deep:
            return
        name, document_kind, commitment, _, salt, cipher, index = row[3:]
        self._number(f"holder {place}", (name, document_kind), commitment, salt, cipher, index)

    def _party(self, place: str, row: Row) -> None:
        """Whom a restriction names; most name nobody."""
        name, document_kind, commitment, salt, cipher, index = row
        if self.deep and commitment:
            self._number(f"restriction {place}", (name, document_kind), commitment, salt, cipher, index)

    def _number(
        self, place: str, who: tuple[str, str], commitment: str, salt: str, cipher: str, index: str
    ) -> None:
        try:
            number = crypto.decrypt(cipher, NUMBER_PURPOSE)
        except (crypto.CannotDecrypt, ValueError):
            self.report.add("HOLDER_NUMBER", place, "its number cannot be decrypted")
            return
        if crypto.commitment(salt, *who, number) != commitment:
            self.report.add("HOLDER_NUMBER", place, "its number is not the one committed to")
        if crypto.index(number) != index:
            self.report.add("HOLDER_INDEX", place, "its index does not find its number")

    def _end(self, effect: dict[str, Any], entry_id: int, place: str) -> None:
        """The row that this effect ends must name the entry."""
        match effect["effect"]:
            case "end":
                ended = ("right", effect["right"], 0)
            case "lift":
                ended = ("restriction", effect["restriction"], 0)
            case "close":
                ended = ("realestateunit", effect["unit"], 0)
            case "open" | "open_parcel" | "open_building" as word:
                self.live_facts[effect[_THING[word]]] = entry_id
                return
            case "amend" | "amend_parcel" | "amend_building" as word:
                name = effect[_THING[word]]
                table = {"amend": "unitfacts", "amend_parcel": "parcelfacts"}.get(word, "buildingfacts")
                ended = (table, name, self.live_facts.get(name, 0))
                self.live_facts[name] = entry_id
            case _:
                return
        if self.claimed.get(ended) == entry_id:
            del self.claimed[ended]
        else:
            self.report.add(
                "END_MISSING", f"{ended[0]} {ended[1]}", f"{place} ends it, its row does not say so"
            )
