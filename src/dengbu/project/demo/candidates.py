"""What a walkthrough may use: per registration type the units of the demo district that are still free.

`planned` needs no database (a walkthrough is a client of the web); `demo_candidates` leaves out what the book or a
running case has used up since.
"""

from __future__ import annotations

from dataclasses import dataclass

from dengbu.cases.models import Claim
from dengbu.contracts.models import ContractFiling
from dengbu.core import crypto
from dengbu.core.vocabulary import NoticeKind
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
    # Words of the desk's page of the book, and whether they stand there while nobody has used the unit up.
    stands: tuple[tuple[str, bool], ...] = ()

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
    land_of = {p.code: p.holders[0] for p in district.parcels}
    return [
        *(_measured(registration_type, one) for one in surveys),
        *(_bare(registration_type, one) for one in land),
        *(_candidate(registration_type, unit, land_of[unit.code[:19]]) for unit in units),
    ]


def _stands(owner: Party, unit: DemoUnit | None = None) -> tuple[tuple[str, bool], ...]:
    mortgages, notices = (unit.mortgages, unit.notices) if unit else ([], [])
    titled = unit is None or bool(unit.owners)
    kinds = {n.kind for n in notices}
    return (
        ("在办业务", False),
        (owner.name, True) if titled else ("没有权利人记载", True),
        ("没有抵押权登记", not mortgages),
        ("在建建筑物", any(m.works for m in mortgages)),
        ("没有查封、异议", not notices),
        *((kind.label, kind.value in kinds) for kind in NoticeKind),
        *((n.holder.name, True) for n in notices),
    )


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
        stands=_stands(one.owner),
    )


def _bare(registration_type: str, land: DemoParcel) -> Candidate:
    owner = land.holders[0]
    return Candidate(registration_type, land.land_unit, land.location, "", owner, organisation=_filing(owner),
                     stands=_stands(owner))  # fmt: skip


def _filing(owner: Party) -> DemoOrganisation | None:
    return owner if isinstance(owner, DemoOrganisation) else None


def _candidate(registration_type: str, unit: DemoUnit, land_holder: Party) -> Candidate:
    """Of a home that is not built yet the owner is who has the land."""
    owner, contract = unit.owners[0] if unit.owners else land_holder, unit.contract
    buyer = contract.buyer if contract and isinstance(contract.buyer, DemoPerson) else None
    loans = [(ORGANISATION[m.bank], m.contract_no) for m in unit.mortgages]
    loans += [(n.holder, n.contract_no) for n in unit.notices if isinstance(n.holder, DemoOrganisation)]
    lender = loans[0][0] if loans else ORGANISATION["bank1" if int(unit.code[-4:]) % 2 else "bank2"]
    return Candidate(
        registration_type,
        unit.code,
        unit.location,
        building=unit.code[:24],
        owner=owner,
        buyer=buyer,
        organisation=lender if registration_type.startswith("B") else _filing(owner),
        contract_no=contract.number if contract else loans[0][1] if loans else "",
        price_fen=contract.price_fen if contract else 0,
        stands=_stands(owner, unit),
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
