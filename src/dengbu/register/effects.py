"""Effects: what an entry does to the book. They suffice to rebuild the present book, and any past one.

Holders in effects carry no identity number: name, document kind and a salted commitment only.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dengbu.core import crypto
from dengbu.core.ids import uuid7

NUMBER_PURPOSE = "register.holder.number"


@dataclass(frozen=True, slots=True)
class HolderIn:
    """A right holder as entered. `number` is the plain identity number: it goes encrypted into Holder only."""

    name: str
    document_kind: str
    number: str
    share_numerator: int | None = None
    salt: str = field(default_factory=crypto.new_salt)

    @property
    def commitment(self) -> str:
        return crypto.commitment(self.salt, self.name, self.document_kind, self.number)

    def public(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "document_kind": self.document_kind,
            "commitment": self.commitment,
            "share": self.share_numerator,
        }


@dataclass(frozen=True, slots=True)
class OpenParcel:
    code: str
    facts: dict[str, Any]

    def canonical(self) -> dict[str, Any]:
        return {"effect": "open_parcel", "parcel": self.code, "facts": plain(self.facts)}


@dataclass(frozen=True, slots=True)
class OpenBuilding:
    code: str
    parcel: str
    facts: dict[str, Any]

    def canonical(self) -> dict[str, Any]:
        return {
            "effect": "open_building",
            "building": self.code,
            "parcel": self.parcel,
            "facts": plain(self.facts),
        }


@dataclass(frozen=True, slots=True)
class Open:
    """Open a unit in the book with its first facts; `from_units` name the units it was made of."""

    unit: str
    parcel: str
    building: str | None
    facts: dict[str, Any]
    from_units: tuple[str, ...] = ()

    def canonical(self) -> dict[str, Any]:
        return {
            "effect": "open",
            "unit": self.unit,
            "parcel": self.parcel,
            "building": self.building,
            "facts": plain(self.facts),
            "from_units": list(self.from_units),
        }


@dataclass(frozen=True, slots=True)
class Close:
    """Close a unit: it keeps its code and history, and accepts nothing any more."""

    unit: str
    reason: str
    into: tuple[str, ...] = ()

    def canonical(self) -> dict[str, Any]:
        return {"effect": "close", "unit": self.unit, "reason": self.reason, "into": list(self.into)}


@dataclass(frozen=True, slots=True)
class Amend:
    """Replace a unit's facts by a new version."""

    unit: str
    facts: dict[str, Any]

    def canonical(self) -> dict[str, Any]:
        return {"effect": "amend", "unit": self.unit, "facts": plain(self.facts)}


@dataclass(frozen=True, slots=True)
class Grant:
    """Make a right on a unit. Integer shares: numerators add up to `share_denominator` (NULL: sole or joint)."""

    kind: str
    unit: str
    holders: tuple[HolderIn, ...]
    terms: dict[str, Any]
    coownership: str = "sole"
    share_denominator: int | None = None
    rank: int | None = None
    replaces: uuid.UUID | None = None
    instrument: str = ""
    share_of: uuid.UUID | None = None
    right: uuid.UUID = field(default_factory=uuid7)

    def canonical(self) -> dict[str, Any]:
        return {
            "effect": "grant",
            "right": str(self.right),
            "kind": self.kind,
            "unit": self.unit,
            "holders": [h.public() for h in self.holders],
            "terms": plain(self.terms),
            "coownership": self.coownership,
            "share_denominator": self.share_denominator,
            "rank": self.rank,
            "replaces": str(self.replaces) if self.replaces else None,
            "instrument": self.instrument,
            "share_of": str(self.share_of) if self.share_of else None,
        }


@dataclass(frozen=True, slots=True)
class End:
    """End a right, with the reason the book keeps."""

    unit: str
    right: uuid.UUID
    reason: str

    def canonical(self) -> dict[str, Any]:
        return {"effect": "end", "unit": self.unit, "right": str(self.right), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Restrict:
    """Put a restriction on a unit. `from_at`/`until_at` NULL while waiting in line, or without term."""

    kind: str
    unit: str
    authority: str
    document_no: str
    from_at: dt.datetime | None = None
    until_at: dt.datetime | None = None
    position: int = 0
    share_of: str = ""
    note: str = ""
    party: HolderIn | None = None  # whom it names: the debtor of a pre-seizure, who objected
    term_months: int | None = None  # of one that waits: the term that begins when its turn comes
    restriction: uuid.UUID = field(default_factory=uuid7)

    def canonical(self) -> dict[str, Any]:
        return {
            "effect": "restrict",
            "restriction": str(self.restriction),
            "kind": self.kind,
            "unit": self.unit,
            "authority": self.authority,
            "document_no": self.document_no,
            "from_at": instant(self.from_at),
            "until_at": instant(self.until_at),
            "position": self.position,
            "share_of": self.share_of,
            "note": self.note,
            **({"party": self.party.public()} if self.party else {}),
            **({"term_months": self.term_months} if self.term_months is not None else {}),
        }


@dataclass(frozen=True, slots=True)
class Lift:
    """Lift a restriction, with the reason or document that lifts it."""

    unit: str
    restriction: uuid.UUID
    reason: str

    def canonical(self) -> dict[str, Any]:
        return {
            "effect": "lift",
            "unit": self.unit,
            "restriction": str(self.restriction),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class AmendParcel:
    """Replace a parcel's facts by a new version (all of them)."""

    code: str
    facts: dict[str, Any]

    def canonical(self) -> dict[str, Any]:
        return {"effect": "amend_parcel", "parcel": self.code, "facts": plain(self.facts)}


@dataclass(frozen=True, slots=True)
class AmendBuilding:
    """Replace a building's facts by a new version (all of them): it is finished, it has a name."""

    code: str
    facts: dict[str, Any]

    def canonical(self) -> dict[str, Any]:
        return {"effect": "amend_building", "building": self.code, "facts": plain(self.facts)}


# Kinds of notes under which a right gets a new paper: nothing of the right changes.
NEW_PAPER = ("renewed", "reissued")
NOTES = frozenset(
    {
        "imported",  # 原登簿记载: how an older register entered the right
        *NEW_PAPER,  # 换发, 补发: a new certificate or proof for the right rests on this note
        "corrected",  # 更正: what was wrong, what it says now
        "renamed",  # a party named in the right's terms
        "common_parts",  # 业主共有部分
        "holder_gone",  # 权利主体灭失情况: who applied in whose place (D05)
        "term_capped",  # what a court asked beyond the longest term, and what was entered
        "renewals_over",
    }
)


@dataclass(frozen=True, slots=True)
class Note:
    """附记: something the book keeps about a unit or a right that changes no right.

    `kind`: one of `NOTES`. `said` holds no identity number.
    """

    unit: str
    kind: str
    said: dict[str, Any]
    right: uuid.UUID | None = None

    def __post_init__(self) -> None:
        if self.kind not in NOTES:
            raise ValueError(f"no kind of note: {self.kind}")

    @property
    def new_paper(self) -> bool:
        return self.kind in NEW_PAPER

    def canonical(self) -> dict[str, Any]:
        return {
            "effect": "note",
            "unit": self.unit,
            "right": str(self.right) if self.right else None,
            "kind": self.kind,
            "said": plain(self.said),
        }


Effect = (
    OpenParcel
    | OpenBuilding
    | Open
    | Close
    | Amend
    | AmendParcel
    | AmendBuilding
    | Grant
    | End
    | Restrict
    | Lift
    | Note
)


def instant(value: dt.datetime | None) -> str | None:
    return value.astimezone(dt.UTC).isoformat(timespec="seconds") if value else None


def plain(value: Any) -> Any:
    """JSON without floats: decimals and dates as text, so that the canonical form has one spelling."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        return instant(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        raise TypeError("floats do not stand in the book")
    return value
