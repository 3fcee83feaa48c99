"""What a walkthrough may use: per registration type the units of the demo district that are still free.

`planned` needs no database (a walkthrough is a client of the web); `demo_candidates` leaves out what the book or a
running case has used up since.
"""

from __future__ import annotations

from dataclasses import dataclass

from dengbu.cases.models import Claim
from dengbu.contracts.models import ContractFiling
from dengbu.core import crypto
from dengbu.register.queries import book_of

from .district import ORGANISATION, plan
from .model import DemoParcel, DemoSurvey, DemoUnit, Party
from .people import DemoOrganisation, DemoPerson

TYPES = ("P01", "B01", "B06", "D09")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit with the people who play: who owns it, who takes it (buyer), which organisation files, what is on file.

    P01: owner sells to `buyer`, `contract_no` and `price_fen` are on file. B01: owner mortgages to `organisation`
    (bank). B06: `organisation` gives up mortgage `contract_no`. D09: `organisation` (developer) hands over to `buyer`;
    take several of one `building` for a batch. `survey`: what a first registration or a division is measured by.
    """

    type: str
    unit_code: str
    location: str
    building: str
    owner: DemoPerson | DemoOrganisation
    buyer: DemoPerson | None = None
    organisation: DemoOrganisation | None = None
    contract_no: str = ""
    price_fen: int = 0
    survey: str = ""
    measured: tuple[str, ...] = ()  # what the survey measures
    in_book: bool = True  # whether the register knows the unit already

    @property
    def filing_no(self) -> str:
        """合同备案号 under which the housing department has the contract on file."""
        return f"BA{self.contract_no}"


def planned(registration_type: str) -> list[Candidate]:
    """All candidates of a type as loaded, in code order. Pure."""
    district = plan()
    surveys = [s for s in district.surveys if s.role == registration_type]
    land = [p for p in district.parcels if p.role == registration_type and not surveys]
    units = sorted(district.of_role(registration_type), key=lambda u: u.code)
    return [
        *(_measured(registration_type, one) for one in surveys),
        *(_bare(registration_type, one) for one in land),
        *(_candidate(registration_type, unit) for unit in units),
    ]


def _measured(registration_type: str, one: DemoSurvey) -> Candidate:
    return Candidate(
        registration_type,
        one.unit,
        one.location,
        "",
        one.owner,
        organisation=_filing(one.owner),
        survey=one.number,
        measured=tuple(row[0] for row in one.rows[1:]),
        in_book=registration_type == "P11",
    )


def _bare(registration_type: str, land: DemoParcel) -> Candidate:
    owner = land.holders[0]
    return Candidate(registration_type, land.land_unit, land.location, "", owner, organisation=_filing(owner))


def _filing(owner: Party) -> DemoOrganisation | None:
    return owner if isinstance(owner, DemoOrganisation) else None


def _candidate(registration_type: str, unit: DemoUnit) -> Candidate:
    owner, contract = unit.owners[0], unit.contract
    buyer = contract.buyer if contract and isinstance(contract.buyer, DemoPerson) else None
    organisation = None
    if registration_type == "B01":
        organisation = ORGANISATION["bank1" if int(unit.code[-4:]) % 2 else "bank2"]
    elif registration_type == "B06":
        organisation = ORGANISATION[unit.mortgages[0].bank]
    elif isinstance(owner, DemoOrganisation):
        organisation = owner
    return Candidate(
        registration_type,
        unit.code,
        unit.location,
        building=unit.code[:24],
        owner=owner,
        buyer=buyer,
        organisation=organisation,
        contract_no=contract.number if contract else unit.mortgages[0].contract_no if unit.mortgages else "",
        price_fen=contract.price_fen if contract else 0,
    )


def demo_candidates(registration_type: str, limit: int | None = None) -> list[Candidate]:
    """Candidates of a type that are still free: the book is as it was loaded in what matters, no case claims the
    unit, the contract is still on file. Three statements whatever the number."""
    candidates = planned(registration_type)
    codes = [c.unit_code for c in candidates]
    books = book_of(codes)
    claimed = set(
        Claim.objects.filter(unit_code__in=codes, released_at=None).values_list("unit_code", flat=True)
    )
    on_file = set(
        ContractFiling.objects.filter(unit_code__in=codes, status="filed").values_list(
            "contract_no", flat=True
        )
    )
    free = []
    for c in candidates:
        book = books.get(c.unit_code)
        if book is None or book.ownership is None or c.unit_code in claimed or book.restrictions:
            continue
        if not book.ownership.held_by(crypto.index(c.owner.number)):
            continue
        if bool(book.mortgages) != (registration_type == "B06"):
            continue
        if registration_type in ("P01", "D09") and c.contract_no not in on_file:
            continue
        free.append(c)
    return free[:limit]
