"""登簿: the one door through which anything enters the book."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import rfc8785

from dengbu.core import clock, counters, rows
from dengbu.core.acts import ActContext, Actor, act, current
from dengbu.core.identifiers import LAND_TAIL, parcel_code_of
from dengbu.core.ids import uuid7
from dengbu.core.refusals import Refusal, Refused

from . import effects as fx
from .models import (
    Entry,
    Right,
)
from .queries import book_of, houses_on, known_land
from .rules import Answer, Registration, UnitBook
from .successive import Judged, judge_in_order
from .writer import Made, write_in_waves


@dataclass(frozen=True, slots=True)
class OfRecord:
    """Under whose names the entry stands (F12: both are the online reviewer)."""

    reviewer: str
    registrar: str


@dataclass(frozen=True, slots=True)
class Entered:
    """One entry made: its number, the rights it granted and ended, by public id."""

    entry_id: int
    public_id: uuid.UUID
    number: str
    docket_id: uuid.UUID | None
    granted: tuple[fx.Grant, ...]
    ended: tuple[uuid.UUID, ...]
    restricted: tuple[fx.Restrict, ...] = ()
    lifted: tuple[uuid.UUID, ...] = ()
    noted: tuple[fx.Note, ...] = ()  # among them rights that get a new paper and stay as they are


@dataclass
class Outcome:
    """What came of `enter`: entries made, and with `partial` the registrations left out with every reason."""

    entries: list[Entered] = field(default_factory=list)
    refusals: dict[uuid.UUID | None, tuple[Refusal, ...]] = field(default_factory=dict)
    legal_date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class HeldBook:
    """Units locked until the act commits, and what the book says of them since: it cannot change meanwhile."""

    unit_ids: Mapping[str, int]
    books: Mapping[str, UnitBook]
    act: ActContext


def hold(unit_codes: Iterable[str], *, houses: bool = False) -> HeldBook:
    """Lock units in code order (FOR NO KEY UPDATE OF unit rows), then read the live book. For `prepare`, of the same act.

    What is not in the book has no row to lock. Where one of the units is unknown, the parcels of all of them are locked
    first (exclusive advisory lock of the transaction on each parcel's code): of two clerks who open the same unit, or
    the first units of one building or parcel, the second begins to read when the first has committed.

    `houses`: what is done reaches the houses on the land among these units (a seizure of land, 查封规定 21); they are
    locked with it, and not read: whoever judges one of them has committed before, or finds what was done to the land.

    Lock order: dockets first, then parcels, then units, then counters. Two statements, five where a unit is unknown,
    one more for `houses` of land.
    """
    codes = sorted(set(unit_codes))
    if not codes:
        return HeldBook({}, {}, current())
    land = [code for code in codes if code.endswith(LAND_TAIL)] if houses else []
    unit_ids = _lock_units(sorted({*codes, *houses_on(land)}) if land else codes)
    return HeldBook(unit_ids, book_of(codes), current())


@act("register.enter", permission="register.enter")
def enter(
    *,
    actor: Actor,
    registrations: Sequence[Registration],
    authority: str,
    of_record: Mapping[uuid.UUID | None, OfRecord] | OfRecord,
    partial: bool = False,
    prepared: Prepared | None = None,
) -> Outcome:
    """Enter one or many registrations in the book, in one transaction with a fixed number of statements (登簿).

    Locks the units in code order (FOR NO KEY UPDATE OF unit rows), reads the live book afterwards, asks each
    registration's rules again on these facts, and takes the entry numbers last. The legal date is today's: it can
    not be chosen (民法典 214; corrections 11). Without `partial` any refusal refuses all (raises Refused); with it
    the refused stay out and are listed with every reason.

    `prepared`: the units were locked and the registrations judged before, by `prepare` in this very act; they are not
    judged twice. What it writes is sent in one go (`rows.together`).
    """
    if prepared is None or prepared.act is not current():
        prepared = prepare(registrations, partial=partial)
    made, at, outcome = prepared.made, prepared.at, prepared.outcome
    if not made:
        return outcome
    year = clock.local(at).year
    grants = sum(isinstance(e, fx.Grant) for one in made for e in one.effects)
    numbers, (entry_keys, right_keys) = counters.take_with_keys(
        authority, "entry", year, len(made), {Entry: len(made), Right: grants}
    )
    for one, number, key in zip(made, numbers, entry_keys, strict=True):
        record = of_record if isinstance(of_record, OfRecord) else of_record[one.registration.docket_id]
        one.entry = _entry(one, authority, year, number, at, record, actor)
        one.entry.pk = key
    with rows.together():
        rows.insert([one.entry for one in made])
        write_in_waves(made, prepared.unit_ids, right_keys)
    for one in made:
        granted = tuple(e for e in one.effects if isinstance(e, fx.Grant))
        ended = tuple(e.right for e in one.effects if isinstance(e, fx.End))
        entry = one.entry
        outcome.entries.append(
            Entered(
                entry.pk,
                entry.public_id,
                entry_number(entry.year, entry.number),
                entry.docket_id,
                granted,
                ended,
                restricted=tuple(e for e in one.effects if isinstance(e, fx.Restrict)),
                lifted=tuple(e.restriction for e in one.effects if isinstance(e, fx.Lift)),
                noted=tuple(e for e in one.effects if isinstance(e, fx.Note)),
            )
        )
    current().note(entries=[e.number for e in outcome.entries][:50], count=len(made))
    return outcome


@dataclass
class Prepared:
    """Registrations judged on units locked until the act commits: what `enter` will write, and what it leaves out."""

    made: list[Made]
    outcome: Outcome
    unit_ids: Mapping[str, int]
    at: dt.datetime
    act: ActContext

    def grants(self) -> dict[uuid.UUID | None, tuple[fx.Grant, ...]]:
        """The rights that the registrations which passed will make, by docket; of all its parts, in order."""
        found: dict[uuid.UUID | None, tuple[fx.Grant, ...]] = {}
        for one in self.made:
            granted = tuple(e for e in one.effects if isinstance(e, fx.Grant))
            found[one.registration.docket_id] = (*found.get(one.registration.docket_id, ()), *granted)
        return found


def prepare(
    registrations: Sequence[Registration], *, partial: bool = False, held: HeldBook | None = None
) -> Prepared:
    """Lock the units, judge the registrations on the live book, and say what would be entered. For `enter`, of the
    same act: what an act writes beside the entry it can write before it holds the entry counter, on which all wait.

    Several registrations of one docket (合并办理) are judged in order, each on the book as the one before leaves it,
    and stand or fall together. Without `partial` any refusal refuses all (raises Refused). `held`: units locked and
    read by `hold` in this act.
    """
    codes = {code for r in registrations for code in r.unit_codes}
    if held is None or held.act is not current() or not codes <= held.unit_ids.keys():
        held = hold(codes)
    books = held.books
    # After the wait for the locks: what was entered on these units before bears no later instant, nor another year.
    at = clock.now().replace(microsecond=0)
    passed, refusals = judge_in_order(registrations, books, at)
    passed = _not_opened_twice(passed, refusals)
    if refusals and not partial:
        raise Refused(r for found in refusals.values() for r in found)
    outcome = Outcome(refusals=refusals, legal_date=clock.local(at).date())
    made = [
        Made(one.registration, one.effects, one.answers, canonical_effects(one.effects, one.answers))
        for one in passed
    ]
    return Prepared(made, outcome, held.unit_ids, at, current())


def entry_number(year: int, number: int) -> str:
    """How an entry's number is written: year and seven digits."""
    return f"{year}-{number:07d}"


def canonical_effects(effects: Iterable[fx.Effect], answers: Iterable[Answer] = ()) -> str:
    """Effects, and how obstacles were answered, as canonical JSON (RFC 8785)."""
    said = [e.canonical() for e in effects]
    said += [
        {
            "effect": "answer",
            "obstacle": str(a.obstacle),
            "code": a.code,
            "how": a.how,
            "evidence": a.evidence,
        }
        for a in answers
    ]
    return rfc8785.dumps(said).decode()


def entry_digest(entry: Entry) -> str:
    """SHA-256 over everything an entry says. The leaf of the verifiable log to come."""
    head: dict[str, Any] = {
        "public_id": str(entry.public_id),
        "authority": entry.authority,
        "year": entry.year,
        "number": entry.number,
        "registration_type": entry.registration_type,
        "docket": str(entry.docket_id) if entry.docket_id else None,
        "legal_date": entry.legal_date.isoformat(),
        "reviewer_of_record": entry.reviewer_of_record,
        "registrar_of_record": entry.registrar_of_record,
        "acted_by": entry.acted_by,
        "acted_by_name": entry.acted_by_name,
        "instant": fx.instant(entry.instant),
    }
    return hashlib.sha256(rfc8785.dumps(head) + b"\n" + entry.effects.encode()).hexdigest()


def _not_opened_twice(
    passed: list[Judged], refusals: dict[uuid.UUID | None, tuple[Refusal, ...]]
) -> list[Judged]:
    """Without those, by docket, that would open a parcel or a building which the book has had since they were filed
    or read; why is added to `refusals`. One statement where something is opened."""
    land = fx.OpenParcel | fx.OpenBuilding
    opened = {e.code for one in passed for e in one.effects if isinstance(e, land)}
    known = known_land(opened) if opened else frozenset()
    late = [one for one in passed if any(isinstance(e, land) and e.code in known for e in one.effects)]
    for one in late:
        refusals[one.registration.docket_id] = (_OPENED_MEANWHILE,)
    if not late:
        return passed
    dockets = {one.registration.docket_id for one in late} - {None}
    return [one for one in passed if one not in late and one.registration.docket_id not in dockets]


_OPENED_MEANWHILE = Refusal(
    "REG_OPENED_MEANWHILE",
    "这宗土地或这幢房屋刚刚由另一件登记写进登记簿。",
    "请再办理一次，系统会按登记簿现在的内容重新核对。",
    "不动产登记暂行条例10",
    "unit",
)
_LOCK_UNITS = (
    "SELECT u.code, u.id FROM register_realestateunit u WHERE u.code = ANY(%s){all_known}"
    " ORDER BY u.code FOR NO KEY UPDATE OF u"
)
_ALL_KNOWN = " AND (SELECT count(*) FROM register_realestateunit k WHERE k.code = ANY(%s)) = %s"
_MANY = 64  # parcels: more of them (an import) are not locked one by one, but against all who open anything


def _lock_units(codes: list[str]) -> dict[str, int]:
    """Lock the units; their database keys by code. None is locked before the parcels, where parcels have to be."""
    if not codes:
        return {}
    with rows.cursor() as cursor:
        cursor.execute(_LOCK_UNITS.format(all_known=_ALL_KNOWN), [codes, codes, len(codes)])
        found = dict(cursor.fetchall())
        if len(found) == len(codes):
            return found
        _lock_parcels(sorted({parcel_code_of(code) for code in codes}))
        cursor.execute(_LOCK_UNITS.format(all_known=""), [codes])
        return dict(cursor.fetchall())


def _lock_parcels(parcels: list[str]) -> None:
    """Keep others from opening anything on these parcels until the act has committed."""
    many = len(parcels) > _MANY
    with rows.cursor() as cursor:
        kind = "pg_advisory_xact_lock" if many else "pg_advisory_xact_lock_shared"
        cursor.execute(f"SELECT {kind}(hashtextextended('register/parcels', 0))")
        if not many:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('register/parcel:' || p, 0)) FROM unnest(%s::text[]) AS p",
                [parcels],
            )


def _entry(
    one: Made, authority: str, year: int, number: int, at: dt.datetime, record: OfRecord, actor: Actor
) -> Entry:
    entry = Entry(
        public_id=uuid7(),
        authority=authority,
        year=year,
        number=number,
        registration_type=one.registration.registration_type,
        docket_id=one.registration.docket_id,
        legal_date=clock.local(at).date(),
        reviewer_of_record=record.reviewer,
        registrar_of_record=record.registrar,
        acted_by=actor.key,
        acted_by_name=actor.name,
        instant=at,
        effects=one.said,
    )
    entry.digest = entry_digest(entry)
    return entry
