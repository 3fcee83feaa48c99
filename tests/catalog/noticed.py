"""Homes bought before they are built, or sold with a notice: lawful applications to spoil one thing at a time.

Numbers and their indexes belong together here, so that a book thought ahead (`after`) knows its people again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dengbu.catalog.registrations import TYPES, ContractFact, Filed, PartyFact, RegistrationType
from dengbu.core import crypto
from dengbu.register.effects import Effect
from dengbu.register.rules import HolderFact, RestrictionFact, RightFact, UnitBook

UNIT = "410106009001GB00001F00010001"
NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
LI, WANG, ZHAO, BUILDER, BANK, BANK2 = "li", "wang", "zhao", "builder", "bank", "bank2"
FIRMS = (BUILDER, BANK, BANK2)


def index(who: str) -> str:
    return crypto.index(f"n-{who}")


def party(role: str, who: str, **more: Any) -> PartyFact:
    kind = "uscc" if who in FIRMS else "resident_id"
    return PartyFact(role, who.upper(), kind, f"n-{who}", index(who), **more)


def right(kind: str, *who: str, entered: dt.date = dt.date(2026, 10, 1), **more: Any) -> RightFact:
    return RightFact(
        public_id=uuid.uuid4(),
        kind=kind,
        rank=more.pop("rank", 1 if kind == "mortgage" else None),
        coownership="sole" if len(who) == 1 else "joint",
        share_denominator=None,
        holders=tuple(HolderFact(w.upper(), "resident_id", index(w), "", None) for w in who),
        entered_on=entered,
        entry_number="2026-0000001",
        terms=more,
    )


def notice(kind: str, *who: str, **more: Any) -> RightFact:
    return right("advance_notice", *who, notice_kind=kind, **more)


def restriction(kind: str) -> RestrictionFact:
    return RestrictionFact(
        uuid.uuid4(), kind, "上街区人民法院", "（2026）1号", NOW - dt.timedelta(days=9), None, 0, ""
    )


def book(*rights: RightFact, **more: Any) -> UnitBook:
    given: dict[str, Any] = {
        "code": UNIT,
        "parcel_code": UNIT[:19],
        "building_code": UNIT[:24],
        "closed": False,
        "location": "试验路1号101室",
        "use": "dwelling",
        "area_m2": Decimal("90.50"),
        "facts": {},
        "parcel": {"term_until": "2090-01-01"},
        "rights": rights,
        "restrictions": (),
        "land_rights": (right("land_use", BUILDER),),
    }
    return UnitBook(**(given | more))


def presold(*rights: RightFact, **more: Any) -> UnitBook:
    """A unit of a building that is not finished: the developer has the land, nobody the house."""
    return book(*rights, **more)


def owned(*rights: RightFact, by: str = LI, **more: Any) -> UnitBook:
    """A registered home."""
    title = right("house_ownership", by, entered=more.pop("first", dt.date(2026, 10, 20)), price_fen=100)
    return book(title, *rights, **more)


LOAN: dict[str, Any] = {
    "contract_no": "DY1",
    "amount_fen": 50_000_000,
    "debt_from": "2026-11-23",
    "debt_until": "2046-11-23",
    "debtor": "WANG",
    "scope": "主债权",
    "transfer_limited": False,
}


def contract(seller: str, buyer: str = WANG) -> ContractFact:
    return ContractFact(
        "SJ1", UNIT, "filed", 86_000_000, "90.50", frozenset({index(seller)}), frozenset({index(buyer)})
    )


PRESALE, RESALE = contract(BUILDER), contract(LI)
# A lawful application of each type: who is on it, what it says, the contract on file.
GIVEN: dict[str, tuple[tuple[tuple[str, str], ...], dict[str, Any], ContractFact | None]] = {
    "D06": ((("seller", BUILDER), ("buyer", WANG)), {}, PRESALE),
    "P20": ((("seller", LI), ("buyer", WANG)), {}, RESALE),
    "D07": ((("holder", WANG), ("obligor", BUILDER), ("taker", ZHAO)), {"reason": "transfer"}, None),
    "D08": ((("holder", WANG),), {"reason": "waived"}, None),
    "B08": ((("mortgagor", WANG), ("mortgagee", BANK)), LOAN, None),
    "B14": ((("mortgagor", LI), ("mortgagee", BANK)), LOAN, None),
    "B09": ((("mortgagor", WANG), ("mortgagee", BANK)), {"authorised": True, "changed": False}, None),
    "B10": ((("mortgagee", BANK),), {"reason": "waived"}, None),
    "C01": ((("seller", LI), ("buyer", WANG), ("mortgagee", BANK)), LOAN, RESALE),
    "C02": (
        (("seller", LI), ("buyer", WANG), ("old_bank", BANK), ("mortgagee", BANK2)),
        {**LOAN, "mode": "combined"},
        RESALE,
    ),
    "C03": ((("seller", BUILDER), ("buyer", WANG), ("mortgagee", BANK)), LOAN, PRESALE),
    "C04": (
        (("seller", BUILDER), ("buyer", WANG), ("mortgagee", BANK)),
        {"changed": False},
        PRESALE,
    ),
    "C05": (
        (("works_bank", BANK), ("seller", BUILDER), ("buyer", WANG), ("mortgagee", BANK2)),
        {**LOAN, "with_loan": True},
        PRESALE,
    ),
}


def filed(code: str, *parties: PartyFact, **more: Any) -> RegistrationType:
    """The lawful application of a type, with what is said here instead; `terms` are added to its own."""
    people, terms, on_file = GIVEN[code]
    said = {"coownership": "sole", **terms, **more.pop("terms", {})}
    more.setdefault("contract", on_file)
    who = parties or tuple(party(role, index) for role, index in people)
    return TYPES[code](Filed(uuid.uuid4(), UNIT, who, terms=said, **more))


def about(target: RightFact, **terms: Any) -> dict[str, Any]:
    return {"right": str(target.public_id), **terms}


def refused(one: RegistrationType, the_book: UnitBook, at: dt.datetime = NOW) -> set[str]:
    """Codes of what stands against a registration."""
    return {r.code for r in one.judge({UNIT: the_book}, at).refusals}


def made(one: RegistrationType, the_book: UnitBook, at: dt.datetime = NOW) -> list[Effect]:
    """Its effects, once nothing stands against it."""
    assert one.judge({UNIT: the_book}, at).refusals == ()
    return list(one.effects({UNIT: the_book}, at))


def standing(code: str) -> tuple[UnitBook, dict[str, Any]]:
    """A book on which the type is lawful, and the terms that name what it is about."""
    if code in ("D06", "C03"):
        return presold(), {}
    if code == "B08":
        return presold(notice("presale", WANG)), {}
    if code in ("D07", "D08"):
        target = notice("presale", WANG, price_fen=1)
        return presold(target), about(target)
    if code in ("B09", "B10"):
        target = notice("presale_mortgage", BANK, rank=1, **LOAN)
        return owned(target, by=WANG), about(target)
    if code == "C02":
        target = right("mortgage", BANK, **{**LOAN, "mortgage_kind": "ordinary"})
        return owned(target), about(target)
    if code == "C04":
        target = notice("presale_mortgage", BANK, rank=1, **LOAN)
        return owned(notice("presale", WANG), target, by=BUILDER), about(target)
    if code == "C05":
        return presold(right("mortgage", BANK, thing="works_in_progress", transfer_limited=False)), {}
    return owned(), {}


def with_(the_book: UnitBook, *rights: RightFact, **more: Any) -> UnitBook:
    return replace(the_book, rights=(*the_book.rights, *rights), **more)
