"""Reads of what the housing department has on file. Fixed statements, whatever the number of units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from dengbu.core import crypto

from .models import NUMBER_PURPOSE, ContractFiling, TransactionReview


@dataclass(frozen=True, slots=True)
class FiledParty:
    role: str
    name: str
    document_kind: str
    number: str
    number_index: str


@dataclass(frozen=True, slots=True)
class Filing:
    """A contract on file as other rooms see it. Price in 分, area in ㎡."""

    filing_no: str
    contract_no: str
    kind: str
    status: str
    unit_code: str
    address: str
    area_m2: Decimal | None
    price_fen: int
    version: int
    parties: tuple[FiledParty, ...]

    def role(self, role: str) -> tuple[FiledParty, ...]:
        return tuple(p for p in self.parties if p.role == role)

    def indexes(self, role: str) -> frozenset[str]:
        return frozenset(p.number_index for p in self.role(role))


def filings(*, filing_nos: Iterable[str] = (), unit_codes: Iterable[str] = ()) -> list[Filing]:
    """Filings with these numbers, and the live filings of these units, newest last. Two statements."""
    wanted = Q(filing_no__in=list(filing_nos)) | Q(unit_code__in=list(unit_codes), status="filed")
    rows = ContractFiling.objects.filter(wanted).order_by("filed_at", "pk").prefetch_related("parties")
    return [_filing(row) for row in rows]


def filing_by_no(filing_no: str) -> Filing | None:
    """One filing by its filing number, whatever its state. Two statements."""
    found = filings(filing_nos=[filing_no])
    return found[0] if found else None


def _filing(row: ContractFiling) -> Filing:
    return Filing(
        filing_no=row.filing_no,
        contract_no=row.contract_no,
        kind=row.kind,
        status=row.status,
        unit_code=row.unit_code,
        address=row.address,
        area_m2=row.area_m2,
        price_fen=row.price_fen,
        version=row.version,
        parties=tuple(
            FiledParty(
                p.role,
                p.name,
                p.document_kind,
                crypto.decrypt(p.number_cipher, NUMBER_PURPOSE),
                p.number_index,
            )
            for p in sorted(row.parties.all(), key=lambda p: (p.role, p.ordinal))
        ),
    )


def review_of_unit(unit_code: str, filing_no: str = "") -> TransactionReview | None:
    """The newest transaction review in force of a unit (and filing). One statement."""
    rows = TransactionReview.objects.filter(unit_code=unit_code, status="in_force")
    if filing_no:
        rows = rows.filter(Q(filing_no=filing_no) | Q(filing_no=""))
    return rows.order_by("-reviewed_at").first()
