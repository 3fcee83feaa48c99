"""Made-up books and applications to try registration types on, without a database."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dengbu.catalog.registrations import TYPES, Filed, PartyFact, RegistrationType
from dengbu.core import crypto
from dengbu.register.effects import NUMBER_PURPOSE, Effect
from dengbu.register.rules import HolderFact, RestrictionFact, RightFact, UnitBook

PARCEL = "410106009001GB00001"
BUILDING = f"{PARCEL}F0001"
LAND = f"{PARCEL}W00000000"
UNIT, SECOND, THIRD = (f"{BUILDING}{n:04d}" for n in (1, 2, 3))
NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
LI, WANG, BANK, OTHER, BUILDER = "li", "wang", "bank", "other", "builder"
Books = Mapping[str, UnitBook]

SURVEYED: dict[str, Any] = {"location": "试验路1号101室", "use": "dwelling", "area_m2": "90.50", "floor": "1"}
PARCEL_FACTS: dict[str, Any] = {
    "location": "试验路1号", "area_m2": "1000.00", "land_use": "urban_residential", "right_nature": "granted",
    "term_from": "2020-01-01", "term_until": "2090-01-01",
}  # fmt: skip


def holder(index: str, share: int | None = None, name: str = "") -> HolderFact:
    """A holder whose number the book keeps encrypted."""
    return HolderFact(
        name or index.upper(), "resident_id", index, crypto.encrypt(f"n-{index}", NUMBER_PURPOSE), share
    )


def right(
    kind: str, *who: str | HolderFact, entered: dt.date = dt.date(2023, 5, 1), **more: Any
) -> RightFact:
    """A live right; `rank`, `coownership`, `share_denominator`, `instrument`, `entry` apart, the rest are its terms."""
    return RightFact(
        public_id=uuid.uuid4(),
        kind=kind,
        rank=more.pop("rank", 1 if kind == "mortgage" else None),
        coownership=more.pop("coownership", "sole" if len(who) == 1 else "joint"),
        share_denominator=more.pop("share_denominator", None),
        instrument=more.pop("instrument", ""),
        entry_number=more.pop("entry", "2023-0000001"),
        share_of=more.pop("share_of", None),
        holders=tuple(holder(w) if isinstance(w, str) else w for w in who),
        entered_on=entered,
        terms=more,
    )


def restriction(kind: str, until: dt.datetime | None = None, **more: Any) -> RestrictionFact:
    given: dict[str, Any] = {
        "public_id": uuid.uuid4(),
        "kind": kind,
        "authority": "上街区人民法院",
        "document_no": "（2026）1号",
        "from_at": NOW - dt.timedelta(days=9),
        "until_at": until,
        "position": 0,
        "share_of": "",
    }
    return RestrictionFact(**(given | more))


def book(code: str = UNIT, *rights: RightFact, title: RightFact | str | None = "li", **more: Any) -> UnitBook:
    """A unit's book: Li's home (or whoever's title is given; None: no title), and what burdens it."""
    of_land = code.endswith("W00000000")
    if isinstance(title, str):
        title = right("land_use" if of_land else "house_ownership", title, term_until="2090-01-01")
    given: dict[str, Any] = {
        "code": code,
        "parcel_code": PARCEL,
        "building_code": "" if of_land else code[:24],
        "closed": False,
        "location": SURVEYED["location"],
        "use": SURVEYED["use"],
        "area_m2": Decimal("90.50"),
        "facts": SURVEYED,
        "parcel": PARCEL_FACTS,
        "rights": ((title,) if title else ()) + rights,
        "restrictions": (),
    }
    return UnitBook(**(given | more))


def party(role: str, index: str, **more: Any) -> PartyFact:
    given: dict[str, Any] = {"name": index.upper(), "document_kind": "resident_id", "number": f"n-{index}"}
    return PartyFact(role=role, number_index=index, **(given | more))


def registration(code: str, unit: str = UNIT, *parties: PartyFact, **more: Any) -> RegistrationType:
    return TYPES[code](Filed(uuid.uuid4(), unit, parties, **more))


def refused(one: RegistrationType, *books: UnitBook) -> set[str]:
    """Codes of what stands against a registration."""
    return {r.code for r in one.judge({b.code: b for b in books}, NOW).refusals}


def made(one: RegistrationType, *books: UnitBook) -> list[Effect]:
    """Its effects, once nothing stands against it."""
    found = {b.code: b for b in books}
    assert one.judge(found, NOW).refusals == ()
    return list(one.effects(found, NOW))


def of(effects: list[Effect], kind: type) -> list[Any]:
    return [e for e in effects if isinstance(e, kind)]
