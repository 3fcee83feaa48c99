"""What the demo district is made of, as plain data. Areas in ㎡, prices in 分."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from .people import DemoOrganisation, DemoPerson

Party = DemoPerson | DemoOrganisation


@dataclass(frozen=True, slots=True)
class DemoMortgage:
    bank: str
    amount_fen: int
    contract_no: str
    transfer_limited: bool | None = False  # None: imported from an old book without the field
    rank: int = 1
    since: dt.date | None = None  # when the old book registered it
    works: bool = False  # on a building under construction (在建建筑物抵押)


@dataclass(frozen=True, slots=True)
class DemoNotice:
    kind: str  # presale | presale_mortgage
    holder: Party
    obligor: Party
    contract_no: str
    amount_fen: int
    rank: int | None = None  # of a mortgage notice; None: from an old book without the field


@dataclass(frozen=True, slots=True)
class DemoRestriction:
    """Days are counted from the day of loading: negative ones lie before it."""

    kind: str
    authority: str
    document_no: str
    from_day: int | None = None
    until_day: int | None = None
    position: int = 0
    share_of: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DemoContract:
    """A contract on file with housing; `status` may be withdrawn."""

    kind: str  # existing_sale | presale | new_sale
    number: str
    seller: Party
    buyer: Party
    price_fen: int
    review: str = "passed"
    status: str = "filed"


@dataclass(slots=True)
class DemoUnit:
    """One unit with everything the book and housing say about it. `role`: which walkthrough may use it."""

    code: str
    location: str
    use: str
    area: Decimal
    floor: str
    floors: int
    room: str
    role: str = ""
    surveyed: bool = True
    owners: tuple[Party, ...] = ()
    shares: tuple[int, ...] = ()
    price_fen: int = 0
    reason: str = "存量房买卖"
    mortgages: list[DemoMortgage] = field(default_factory=list)
    notices: list[DemoNotice] = field(default_factory=list)
    restrictions: list[DemoRestriction] = field(default_factory=list)
    contract: DemoContract | None = None


@dataclass(frozen=True, slots=True)
class DemoBuilding:
    code: str
    name: str
    project: str
    floors: int
    completed: dt.date | None
    units: tuple[DemoUnit, ...]


@dataclass(frozen=True, slots=True)
class DemoParcel:
    code: str
    location: str
    area: Decimal
    use: str
    since: dt.date
    until: dt.date
    holders: tuple[Party, ...]
    buildings: tuple[DemoBuilding, ...] = ()
    role: str = ""  # which walkthrough may use the land itself

    @property
    def land_unit(self) -> str:
        return f"{self.code}W00000000"


@dataclass(frozen=True, slots=True)
class DemoSurvey:
    """A survey that is checked in: `rows` as its file has them, headings first.

    `role`: which walkthrough may use it; `owner` who files on it; `unit` the first that it measures, or the one in the
    book that it divides.
    """

    number: str
    kind: str
    project: str
    rows: tuple[tuple[str, ...], ...]
    role: str
    owner: Party
    unit: str
    location: str


@dataclass(frozen=True, slots=True)
class District:
    parcels: tuple[DemoParcel, ...]
    people: tuple[DemoPerson, ...]
    surveys: tuple[DemoSurvey, ...] = ()

    @property
    def units(self) -> list[DemoUnit]:
        return [u for p in self.parcels for b in p.buildings for u in b.units]

    def of_role(self, role: str) -> list[DemoUnit]:
        return [u for u in self.units if u.role == role]
