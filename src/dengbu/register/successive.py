"""Several entries of one act: what each finds is the book as those before it leave it (合并办理). Pure."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dengbu.core import crypto
from dengbu.core.identifiers import LAND_TAIL
from dengbu.core.refusals import Refusal

from . import effects as fx
from .rules import (
    SHANGHAI,
    Answer,
    HolderFact,
    Registration,
    RestrictionFact,
    RightFact,
    UnitBook,
)

_UNSAID_OF_LAND: Mapping[str, Any] = {"term_from": None, "term_until": None}
_AREAS = ("area_m2", "inner_area_m2", "shared_area_m2")
_UNSAID: Mapping[str, Any] = {  # what a version of facts holds where nothing was said
    "inner_area_m2": None, "shared_area_m2": None, "floor": "", "floors": None, "room": "", "house_nature": "",
    "structure": "", "surveyed": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """A registration that passed: its effects on the book it found, and how obstacles were answered."""

    registration: Registration
    effects: tuple[fx.Effect, ...]
    answers: tuple[Answer, ...]


def judge_in_order(
    registrations: Sequence[Registration], books: Mapping[str, UnitBook], at: dt.datetime
) -> tuple[list[Judged], dict[uuid.UUID | None, tuple[Refusal, ...]]]:
    """Judge registrations one after another: what passed, and by docket why the others did not.

    Registrations of one docket stand or fall together: when one is refused, none of the docket is entered and what
    those before it would have done to the book is forgotten. The book is only thought ahead where units are shared.
    """
    used = Counter(code for r in registrations for code in set(r.unit_codes))
    shared = {code for code, times in used.items() if times > 1}
    passed: list[Judged] = []
    refusals: dict[uuid.UUID | None, tuple[Refusal, ...]] = {}
    for docket, together in _by_docket(registrations):
        left, ones, refused = books, [], False
        for registration in together:
            judgement = registration.judge(left, at)
            if judgement.refusals:
                refusals[docket] = (*refusals.get(docket, ()), *judgement.refusals)
                refused = True
                break  # what follows rests on what this one would have entered
            made = tuple(registration.effects(left, at))
            ones.append(Judged(registration, made, judgement.answers))
            if shared and not shared.isdisjoint(registration.unit_codes):
                left = after(left, made, at)
        if not refused:
            passed += ones
            books = left
    return passed, refusals


def _by_docket(
    registrations: Sequence[Registration],
) -> Iterator[tuple[uuid.UUID | None, list[Registration]]]:
    """Registrations by docket, in the order given; one without a docket stands alone."""
    groups: dict[object, tuple[uuid.UUID | None, list[Registration]]] = {}
    for place, registration in enumerate(registrations):
        docket = registration.docket_id
        groups.setdefault(place if docket is None else docket, (docket, []))[1].append(registration)
    yield from groups.values()


def in_waves(made: Sequence[tuple[fx.Effect, ...]]) -> list[int]:
    """For each registration, by its effects, the wave in which they are written, from 0: after what it ends was made.

    Within a wave everything that ends is ended before anything is made. Nearly always all is one wave; a mortgage that
    passes to another bank and is changed in the same act takes two. Waves grow with the parts of a case, not with the
    number of homes.
    """
    waves: list[int] = []
    of_unit: dict[str, int] = {}
    fresh: dict[object, int] = {}  # what was made in this act, and in which wave
    for effects in made:
        touched = {unit for e in effects if (unit := getattr(e, "unit", None))}
        wave = max((of_unit.get(unit, 0) for unit in touched), default=0)
        for effect in effects:
            if isinstance(effect, fx.End | fx.Lift | fx.Close | _AMENDS):
                wave = max(wave, 1 + fresh.get(_named(effect), -1))
        for effect in effects:
            if isinstance(
                effect, fx.Grant | fx.Restrict | fx.Open | fx.OpenParcel | fx.OpenBuilding | _AMENDS
            ):
                fresh[_named(effect)] = wave
        of_unit.update(dict.fromkeys(touched, wave))
        waves.append(wave)
    return waves


_AMENDS = fx.Amend | fx.AmendParcel | fx.AmendBuilding


def _named(effect: fx.Effect) -> object:
    if isinstance(effect, fx.Grant | fx.End):
        return effect.right
    if isinstance(effect, fx.Restrict | fx.Lift):
        return effect.restriction
    return getattr(effect, "code", None) or getattr(effect, "unit", None)


def after(
    books: Mapping[str, UnitBook], effects: Iterable[fx.Effect], at: dt.datetime
) -> dict[str, UnitBook]:
    """The books as these effects leave them: what the next entry of the same act finds.

    Says in memory what `register.actions` writes; `tests/register/test_after.py` holds the two to each other. Two
    things a book in memory does not have: the number of an entry not made yet, and identity numbers.
    """
    left = dict(books)
    day = at.astimezone(SHANGHAI).date()
    parcels: dict[str, Mapping[str, Any]] = {}
    for effect in effects:
        if isinstance(effect, fx.OpenBuilding | fx.AmendBuilding | fx.Note):
            continue
        if isinstance(effect, fx.OpenParcel):
            parcels[effect.code] = _parcel(effect.facts)
        elif isinstance(effect, fx.AmendParcel):
            facts = parcels[effect.code] = _parcel(effect.facts)
            left |= {c: replace(b, parcel=facts) for c, b in left.items() if b.parcel_code == effect.code}
        elif isinstance(effect, fx.Open):
            left[effect.unit] = _opened(effect, left, parcels)
        else:
            if effect.unit in left:
                left[effect.unit] = _changed(left[effect.unit], effect, day)
            if effect.unit.endswith(LAND_TAIL):
                left.update(_over_land(left, effect, day))
    return left | _housed(books, left)


def _housed(before: Mapping[str, UnitBook], left: Mapping[str, UnitBook]) -> dict[str, UnitBook]:
    """Land, as its houses got or lost their titles. Houses that are not among these books stay as they were."""
    had, has = (
        {b.parcel_code for b in books.values() if b.ownership is not None} for books in (before, left)
    )
    return {
        code: replace(b, housed=b.parcel_code in has or (b.housed and b.parcel_code not in had))
        for code, b in left.items()
        if code.endswith(LAND_TAIL)
    }


def _opened(
    effect: fx.Open, left: Mapping[str, UnitBook], parcels: Mapping[str, Mapping[str, Any]]
) -> UnitBook:
    beside = next((b for b in left.values() if b.parcel_code == effect.parcel), None)
    land = left.get(effect.parcel + LAND_TAIL)
    facts = _facts(effect.facts)
    return UnitBook(
        code=effect.unit,
        parcel_code=effect.parcel,
        building_code=effect.building or "",
        closed=False,
        location=facts["location"],
        use=facts["use"],
        area_m2=Decimal(facts["area_m2"]),
        facts=facts,
        parcel=beside.parcel if beside else parcels.get(effect.parcel, {}),
        rights=(),
        restrictions=(),
        land=land.restrictions if land else beside.land if beside else (),
        land_rights=land.rights if land else beside.land_rights if beside else (),
    )


def _changed(book: UnitBook, effect: fx.Effect, day: dt.date) -> UnitBook:
    if isinstance(effect, fx.Close):
        return replace(book, closed=True)
    if isinstance(effect, fx.Amend):
        facts = _facts(effect.facts)
        return replace(
            book, facts=facts, location=facts["location"], use=facts["use"], area_m2=Decimal(facts["area_m2"])
        )
    rights, restrictions = _lists(book.rights, book.restrictions, effect, day)
    over = [r for r in book.restrictions if r.kind == "objection" and r not in restrictions]
    objected = (*book.objected, *((r.party_index, r.note) for r in over))
    return replace(book, rights=rights, restrictions=restrictions, objected=objected)


def _over_land(left: Mapping[str, UnitBook], effect: fx.Effect, day: dt.date) -> dict[str, UnitBook]:
    """The houses on a parcel, after something was entered on its land."""
    changed = {}
    parcel = effect.unit.removesuffix(LAND_TAIL)  # type: ignore[union-attr]
    for code, book in left.items():
        if book.parcel_code == parcel and code != parcel + LAND_TAIL:
            rights, restrictions = _lists(book.land_rights, book.land, effect, day)
            changed[code] = replace(book, land_rights=rights, land=restrictions)
    return changed


def _lists(
    rights: tuple[RightFact, ...], restrictions: tuple[RestrictionFact, ...], effect: fx.Effect, day: dt.date
) -> tuple[tuple[RightFact, ...], tuple[RestrictionFact, ...]]:
    if isinstance(effect, fx.Grant):
        return (*rights, _granted(effect, day)), restrictions
    if isinstance(effect, fx.End):
        return tuple(r for r in rights if r.public_id != effect.right), restrictions
    if isinstance(effect, fx.Restrict):
        return rights, (*restrictions, _restricted(effect))
    if isinstance(effect, fx.Lift):
        return rights, tuple(r for r in restrictions if r.public_id != effect.restriction)
    return rights, restrictions


def _granted(effect: fx.Grant, day: dt.date) -> RightFact:
    return RightFact(
        public_id=effect.right,
        kind=effect.kind,
        terms=_plain(effect.terms),
        rank=effect.rank,
        coownership=effect.coownership,
        share_denominator=effect.share_denominator,
        holders=tuple(
            HolderFact(h.name, h.document_kind, crypto.index(h.number), "", h.share_numerator)
            for h in effect.holders
        ),
        entered_on=day,
        entry_number="",
        instrument=effect.instrument,
        share_of=effect.share_of,
    )


def _restricted(effect: fx.Restrict) -> RestrictionFact:
    return RestrictionFact(
        public_id=effect.restriction,
        kind=effect.kind,
        authority=effect.authority,
        document_no=effect.document_no,
        from_at=_whole(effect.from_at),
        until_at=_whole(effect.until_at),
        position=effect.position,
        share_of=effect.share_of,
        note=effect.note,
        party_index=crypto.index(effect.party.number) if effect.party else "",
        party_name=effect.party.name if effect.party else "",
        party_document_kind=effect.party.document_kind if effect.party else "",
        term_months=effect.term_months,
    )


def _whole(value: dt.datetime | None) -> dt.datetime | None:
    return value.replace(microsecond=0) if value else None


def _parcel(facts: Mapping[str, Any]) -> dict[str, Any]:
    return _facts(facts, _UNSAID_OF_LAND)


def _facts(facts: Mapping[str, Any], unsaid: Mapping[str, Any] = _UNSAID) -> dict[str, Any]:
    """A version of facts as it is read back: every column, areas as text with two decimals."""
    kept = {**unsaid, **_plain(facts)}
    for name in _AREAS:
        if kept.get(name) is not None:
            kept[name] = format(Decimal(str(kept[name])).quantize(Decimal("0.01")), "f")
    return kept


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = fx.plain(dict(facts))
    return value
