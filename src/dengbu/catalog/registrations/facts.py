"""What was filed, as facts: parties, contract, terms, papers. In memory only; nothing here asks the database."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dengbu.core import crypto
from dengbu.register.effects import NUMBER_PURPOSE, Effect, Grant, HolderIn, Lift, Restrict
from dengbu.register.rules import RestrictionFact, RightFact, UnitBook

from .periods import COURT_MONTHS, end_of_term


@dataclass(frozen=True, slots=True)
class PartyFact:
    """A party as filed. `number` is the plain identity number, held in memory only."""

    role: str
    name: str
    document_kind: str
    number: str
    number_index: str
    share_numerator: int | None = None
    confirmed: bool = False
    agent: str = ""
    authority: str = ""  # notarised | on_site | guardian | organisation


@dataclass(frozen=True, slots=True)
class ContractFact:
    """What the housing department has on file for the contract (合同备案). Price in 分."""

    filing_no: str
    unit_code: str
    status: str
    price_fen: int
    area_m2: str
    sellers: frozenset[str]
    buyers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Filed:
    """What was applied for, as facts: the unit, the parties, the terms, the papers that are there."""

    docket_id: uuid.UUID | None  # None: the office enters it by itself
    unit_code: str
    parties: tuple[PartyFact, ...]
    terms: Mapping[str, Any] = field(default_factory=dict)
    evidence: frozenset[str] = frozenset()
    contract: ContractFact | None = None
    other_filing: ContractFact | None = None  # a live filing of the unit in favour of others
    filed_units: frozenset[str] = frozenset()  # of its units, those with a live contract on file
    officer: Mapping[str, str] = field(default_factory=dict)  # obstacle -> the officer's recorded reason
    other_case: bool = False  # another unfinished case claims the unit
    surveyed: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict
    )  # code -> checked-in survey facts: of units, and of parcels and buildings that are new or have changed
    houses_of_owner: frozenset[str] = frozenset()  # of an application on land: units on it in the same hands

    at_window: bool = False  # whether the window files it for who came
    submitted_at: dt.datetime | None = None  # when it was handed in; None while it is written
    housed: bool = False  # of land that may not be in the book: whether a house on the parcel has its title
    in_book: frozenset[str] = frozenset()  # parcels and buildings that the register has, of those concerned

    @property
    def unit_codes(self) -> tuple[str, ...]:
        """The unit applied for and, where the application names more, those with it."""
        more = self.terms.get("units") or ()
        return tuple(dict.fromkeys((self.unit_code, *more))) if more else (self.unit_code,)

    def role(self, *roles: str) -> tuple[PartyFact, ...]:
        return tuple(p for p in self.parties if p.role in roles)

    def indexes(self, *roles: str) -> frozenset[str]:
        return frozenset(p.number_index for p in self.role(*roles))

    def seen_as(self, names: Mapping[str, str]) -> Filed:
        """The same application with roles under other names: the buyer of a sale is the mortgagor of its mortgage.

        `names`: role here -> role there. Roles that are not named are not seen.
        """
        seen = tuple(replace(p, role=names[p.role]) for p in self.parties if p.role in names)
        return replace(self, parties=seen)


def holders(parties: Iterable[PartyFact]) -> tuple[HolderIn, ...]:
    return tuple(HolderIn(p.name, p.document_kind, p.number, p.share_numerator) for p in parties)


def kept(right: RightFact, filed: Filed) -> tuple[HolderIn, ...]:
    """The holders of a right as the book has them, to stand in a right that replaces it.

    Their numbers come from the parties who apply, else from the book's own cipher (a bank whose mortgage is carried
    over does not apply). The plain number stays in memory.
    """
    numbers = {p.number_index: p.number for p in filed.parties if p.number}
    return tuple(
        HolderIn(
            h.name,
            h.document_kind,
            numbers.get(h.number_index) or crypto.decrypt(h.number_cipher, NUMBER_PURPOSE),
            h.share_numerator,
        )
        for h in right.holders
    )


def named(restriction: RestrictionFact, filed: Filed) -> HolderIn | None:
    """Whom a restriction names, to stand in the one that goes on for it."""
    if not restriction.party_index:
        return None
    numbers = {p.number_index: p.number for p in filed.parties if p.number}
    number = numbers.get(restriction.party_index) or crypto.decrypt(restriction.party_cipher, NUMBER_PURPOSE)
    return HolderIn(restriction.party_name, restriction.party_document_kind, number)


def restricted_anew(restriction: RestrictionFact, filed: Filed, unit: str, **changed: Any) -> Restrict:
    """The restriction that goes on for another: same authority, paper, term and party but for what is said."""
    r = restriction
    said: dict[str, Any] = {
        "kind": r.kind,
        "unit": unit,
        "authority": r.authority,
        "document_no": r.document_no,
        "from_at": r.from_at,
        "until_at": r.until_at,
        "position": r.position,
        "share_of": r.share_of,
        "note": r.note,
        "party": named(r, filed),
        "term_months": r.term_months,
    }
    return Restrict(**(said | changed))


def preseizures_converted(
    book: UnitBook, filed: Filed, takers: Iterable[str], at: dt.datetime
) -> Iterator[Effect]:
    """Pre-seizures (预查封) of those now registered become seizures: in their order, behind a seizure that stands.

    `takers`: the roles of who is registered now. The end of the term stays what it was; a pre-seizure of anybody
    else stays as it is. 法发〔2004〕5号; corrections 3.
    """
    indexes = filed.indexes(*takers)
    seized = any(r.kind == "seizure" for r in book.restrictions)
    place = max((r.position for r in book.restrictions if r.kind == "waiting_seizure"), default=0)
    mine = [
        r
        for r in book.restrictions
        if r.kind in ("preseizure", "waiting_preseizure") and r.in_force(at) and r.party_index in indexes
    ]
    for r in sorted(mine, key=lambda r: (r.kind != "preseizure", r.position)):
        yield Lift(book.code, r.public_id, "converted")
        kind = "waiting_seizure" if seized else "seizure"
        place += seized
        changed: dict[str, Any] = {"kind": kind, "position": place if seized else 0}
        if r.kind == "waiting_preseizure" and not seized:  # its turn has come: its own term begins
            changed |= {
                "from_at": at,
                "until_at": end_of_term(at, r.term_months or COURT_MONTHS),
                "term_months": None,
            }
        yield restricted_anew(r, filed, book.code, **changed)
        seized = True


def regranted(right: RightFact, filed: Filed, unit: str = "", **changed: Any) -> Grant:
    """The right that replaces another and is like it but for what is said: same holders, shares, rank, terms.

    `unit`: where it goes on, if elsewhere.
    """
    said: dict[str, Any] = {
        "kind": right.kind,
        "unit": unit,
        "holders": changed["holders"] if "holders" in changed else kept(right, filed),
        "terms": dict(right.terms),
        "coownership": right.coownership,
        "share_denominator": right.share_denominator,
        "rank": right.rank,
        "replaces": right.public_id,
        "instrument": right.instrument,
        "share_of": right.share_of,
    }
    return Grant(**(said | changed))
