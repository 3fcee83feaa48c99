"""The one writer of the book: what judged registrations say, set by set. Called by `register.actions` alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from dengbu.core import crypto, rows
from dengbu.core.refusals import Refusal, Refused

from . import effects as fx
from .models import (
    Building,
    BuildingFacts,
    Entry,
    EntryAnswer,
    EntryNote,
    Holder,
    Parcel,
    ParcelFacts,
    RealEstateUnit,
    Restriction,
    Right,
    UnitFacts,
)
from .rules import Answer, Registration
from .successive import in_waves

BATCH = 5000


@dataclass
class Made:
    """A registration that passed, what it says, and the entry that says it."""

    registration: Registration
    effects: tuple[fx.Effect, ...]
    answers: tuple[Answer, ...]
    said: str
    entry: Entry = None  # type: ignore[assignment]


def write_in_waves(made: list[Made], locked: Mapping[str, int], right_keys: list[int]) -> None:
    """All that is made, in as many goes as parts of one act rest on each other: nearly always one."""
    waves: dict[int, list[Made]] = {}
    for one, wave in zip(made, in_waves([one.effects for one in made]), strict=True):
        waves.setdefault(wave, []).append(one)
    keys = iter(right_keys)
    for _, together in sorted(waves.items()):
        grants = sum(isinstance(e, fx.Grant) for one in together for e in one.effects)
        _write(together, locked, list(islice(keys, grants)))
    # Speak up now, inside the act, if an invariant is broken; not at commit.
    rows.run("SET CONSTRAINTS ALL IMMEDIATE")
    rows.run("SET CONSTRAINTS ALL DEFERRED")


def _write(made: list[Made], locked: Mapping[str, int], right_keys: list[int]) -> None:
    """Answers, ends, then inserts: set by set, whatever the number of homes."""
    flat = [(one.entry, e) for one in made for e in one.effects]
    rows.insert(
        [
            EntryAnswer(entry=one.entry, obstacle=a.obstacle, code=a.code, how=a.how, evidence=a.evidence)
            for one in made
            for a in one.answers
        ],
        keys=False,
    )
    _end("register_right", [(e.right, entry.pk) for entry, e in flat if isinstance(e, fx.End)])
    _end("register_restriction", [(e.restriction, entry.pk) for entry, e in flat if isinstance(e, fx.Lift)])
    _open_land(flat)
    wanted = {e.unit for _, e in flat if isinstance(e, fx.Grant | fx.Restrict | fx.Amend | fx.Open | fx.Note)}
    unit_ids = dict(locked) | ids_of_units(wanted - locked.keys())
    _amend(flat, unit_ids)
    _amend_land(flat)
    _grant([(entry, e) for entry, e in flat if isinstance(e, fx.Grant)], unit_ids, right_keys)
    rows.insert(
        [
            Restriction(
                public_id=e.restriction,
                unit_id=unit_ids[e.unit],
                kind=e.kind,
                authority=e.authority,
                document_no=e.document_no,
                share_of=e.share_of,
                from_at=_whole_seconds(e.from_at),
                until_at=_whole_seconds(e.until_at),
                position=e.position,
                note=e.note,
                term_months=e.term_months,
                made_by=entry,
                **_party(e.party),
            )
            for entry, e in flat
            if isinstance(e, fx.Restrict)
        ],
        keys=False,
    )
    rows.insert(
        [
            EntryNote(
                entry=entry, unit_id=unit_ids[e.unit], right_id=e.right, kind=e.kind, said=fx.plain(e.said)
            )
            for entry, e in flat
            if isinstance(e, fx.Note)
        ],
        keys=False,
    )
    closed = [(e.unit, entry.pk) for entry, e in flat if isinstance(e, fx.Close)]
    if closed:
        _end("register_realestateunit", closed, key="code", cast="text")


def _party(party: fx.HolderIn | None) -> dict[str, str]:
    """Whom a restriction names, as its columns: the number encrypted, with what finds it."""
    if party is None:
        return {}
    return {
        "party_name": party.name,
        "party_document_kind": party.document_kind,
        "party_cipher": crypto.encrypt(party.number, fx.NUMBER_PURPOSE),
        "party_index": crypto.index(party.number),
        "party_salt": party.salt,
        "party_commitment": party.commitment,
    }


def _whole_seconds(value: dt.datetime | None) -> dt.datetime | None:
    return value.replace(microsecond=0) if value else None


def _end(table: str, pairs: list[tuple[Any, int]], key: str = "public_id", cast: str = "uuid") -> None:
    if not pairs:
        return
    rows.run(
        f"UPDATE {table} AS t SET ended_by_id = e.entry"  # noqa: S608 - names are ours
        f" FROM unnest(%s::{cast}[], %s::bigint[]) AS e(id, entry)"
        f" WHERE t.{key} = e.id AND t.ended_by_id IS NULL",
        [[p[0] for p in pairs], [p[1] for p in pairs]],
        then=partial(_all_ended, len(pairs)),
    )


def _all_ended(wanted: int, ended: int) -> None:
    if ended != wanted:
        raise Refused(
            Refusal(
                "REG_ALREADY_ENDED",
                "登簿时发现要注销的权利或限制已经被别的登记注销。",
                "请刷新登记簿后重新核对这件申请。",
                "不动产登记暂行条例 10",
            )
        )


def _open_land(flat: list[tuple[Entry, fx.Effect]]) -> None:
    parcels = [(entry, e) for entry, e in flat if isinstance(e, fx.OpenParcel)]
    buildings = [(entry, e) for entry, e in flat if isinstance(e, fx.OpenBuilding)]
    units = [(entry, e) for entry, e in flat if isinstance(e, fx.Open)]
    if not (parcels or buildings or units):
        return
    Parcel.objects.bulk_create([Parcel(code=e.code, made_by=entry) for entry, e in parcels], batch_size=BATCH)
    parcel_codes = (
        {e.code for _, e in parcels} | {e.parcel for _, e in buildings} | {e.parcel for _, e in units}
    )
    parcel_ids = dict(Parcel.objects.filter(code__in=parcel_codes).values_list("code", "pk"))
    ParcelFacts.objects.bulk_create(
        [ParcelFacts(parcel_id=parcel_ids[e.code], made_by=entry, **e.facts) for entry, e in parcels],
        batch_size=BATCH,
    )
    Building.objects.bulk_create(
        [Building(code=e.code, parcel_id=parcel_ids[e.parcel], made_by=entry) for entry, e in buildings],
        batch_size=BATCH,
    )
    building_codes = {e.code for _, e in buildings} | {e.building for _, e in units if e.building}
    building_ids = dict(Building.objects.filter(code__in=building_codes).values_list("code", "pk"))
    BuildingFacts.objects.bulk_create(
        [BuildingFacts(building_id=building_ids[e.code], made_by=entry, **e.facts) for entry, e in buildings],
        batch_size=BATCH,
    )
    RealEstateUnit.objects.bulk_create(
        [
            RealEstateUnit(
                code=e.unit,
                parcel_id=parcel_ids[e.parcel],
                building_id=building_ids[e.building] if e.building else None,
                made_by=entry,
            )
            for entry, e in units
        ],
        batch_size=BATCH,
    )


def ids_of_units(codes: set[str]) -> dict[str, int]:
    if not codes:
        return {}
    return dict(RealEstateUnit.objects.filter(code__in=codes).values_list("code", "pk"))


def _amend(flat: list[tuple[Entry, fx.Effect]], unit_ids: dict[str, int]) -> None:
    amended = [(unit_ids[e.unit], entry.pk) for entry, e in flat if isinstance(e, fx.Amend)]
    if amended:
        _end("register_unitfacts", amended, key="unit_id", cast="bigint")
    rows.insert(
        [
            UnitFacts(unit_id=unit_ids[e.unit], made_by=entry, **e.facts)
            for entry, e in flat
            if isinstance(e, fx.Open | fx.Amend)
        ],
        keys=False,
    )


def _amend_land(flat: list[tuple[Entry, fx.Effect]]) -> None:
    """New versions of the facts of parcels and buildings."""
    parcels = {e.code: (entry, e) for entry, e in flat if isinstance(e, fx.AmendParcel)}
    buildings = {e.code: (entry, e) for entry, e in flat if isinstance(e, fx.AmendBuilding)}
    if parcels:
        ids = dict(Parcel.objects.filter(code__in=parcels).values_list("code", "pk"))
        ended = [(ids[code], entry.pk) for code, (entry, _) in parcels.items()]
        _end("register_parcelfacts", ended, key="parcel_id", cast="bigint")
        rows.insert(
            [ParcelFacts(parcel_id=ids[c], made_by=x, **e.facts) for c, (x, e) in parcels.items()], keys=False
        )
    if buildings:
        ids = dict(Building.objects.filter(code__in=buildings).values_list("code", "pk"))
        ended = [(ids[code], entry.pk) for code, (entry, _) in buildings.items()]
        _end("register_buildingfacts", ended, key="building_id", cast="bigint")
        rows.insert(
            [BuildingFacts(building_id=ids[c], made_by=x, **e.facts) for c, (x, e) in buildings.items()],
            keys=False,
        )


def _grant(grants: list[tuple[Entry, fx.Grant]], unit_ids: dict[str, int], keys: list[int]) -> None:
    if not grants:
        return
    rights = [
        Right(
            pk=key,
            public_id=e.right,
            unit_id=unit_ids[e.unit],
            kind=e.kind,
            terms=fx.plain(e.terms),
            rank=e.rank,
            share_of=e.share_of,
            predecessor=e.replaces,
            instrument=e.instrument,
            coownership=e.coownership,
            share_denominator=e.share_denominator,
            holder_count=len(e.holders),
            made_by=entry,
        )
        for (entry, e), key in zip(grants, keys, strict=True)
    ]
    rows.insert(rights)
    rows.insert(
        [
            Holder(
                right=right,
                ordinal=place,
                name=h.name,
                document_kind=h.document_kind,
                number_cipher=crypto.encrypt(h.number, fx.NUMBER_PURPOSE),
                number_index=crypto.index(h.number),
                salt=h.salt,
                commitment=h.commitment,
                share_numerator=h.share_numerator,
            )
            for right, (_, e) in zip(rights, grants, strict=True)
            for place, h in enumerate(e.holders, start=1)
        ],
        keys=False,
    )
