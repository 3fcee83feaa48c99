"""Reads of what the housing department has on file. Fixed statements, whatever the number of units."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from dengbu.core import crypto, rows

from .models import (
    NUMBER_PURPOSE,
    ContractFiling,
    ContractParty,
    InboundMessage,
    PushedParty,
    TransactionReview,
)


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
    found = rows.read(
        ContractFiling,
        "WHERE t.filing_no = ANY(%s) OR (t.unit_code = ANY(%s) AND t.status = 'filed') ORDER BY t.filed_at, t.id",
        [list(filing_nos), list(unit_codes)],
    )
    parties: dict[uuid.UUID, list[ContractParty]] = {row.pk: [] for row in found}
    if found:
        for party in rows.read(ContractParty, "WHERE t.filing_id = ANY(%s)", [list(parties)]):
            parties[party.filing_id].append(party)
    return [_filing(row, parties[row.pk]) for row in found]


def filing_by_no(filing_no: str) -> Filing | None:
    """One filing by its filing number, whatever its state. Two statements."""
    found = filings(filing_nos=[filing_no])
    return found[0] if found else None


def _filing(row: ContractFiling, parties: Iterable[ContractParty]) -> Filing:
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
        parties=_parties(parties),
    )


def _parties(rows: Iterable[PushedParty]) -> tuple[FiledParty, ...]:
    return tuple(
        FiledParty(
            p.role,
            p.name,
            p.document_kind,
            crypto.decrypt(p.number_cipher, NUMBER_PURPOSE),
            p.number_index,
        )
        for p in sorted(rows, key=lambda p: (p.role, p.ordinal))
    )


def review_of_unit(unit_code: str, filing_no: str = "") -> TransactionReview | None:
    """The newest transaction review in force of a unit (and filing). One statement."""
    rows = TransactionReview.objects.filter(unit_code=unit_code, status="in_force")
    if filing_no:
        rows = rows.filter(Q(filing_no=filing_no) | Q(filing_no=""))
    return rows.order_by("-reviewed_at").first()


PAGE_SIZE = 30


def problems_page(*, handled: bool = False, after: str = "") -> tuple[list[InboundMessage], str]:
    """Inbound messages with problems, newest first, open ones or settled ones; and the key of the next page, '' at the
    end. One statement."""
    rows = InboundMessage.objects.filter(outcome__in=InboundMessage.PROBLEMS, handled_at__isnull=not handled)
    if key := _uuid(after):
        rows = rows.filter(pk__lt=key)
    found = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], str(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else ""


def problem(inbound_id: uuid.UUID) -> InboundMessage | None:
    """One inbound message with problems. One statement."""
    return InboundMessage.objects.filter(pk=inbound_id, outcome__in=InboundMessage.PROBLEMS).first()


@dataclass(frozen=True, slots=True)
class PushedContent:
    """What we hold now under the number of a message. `address`, `area_m2`, `price_fen` of filings only."""

    status: str
    status_reason: str
    version: int
    housing_code: str
    address: str
    area_m2: Decimal | None
    price_fen: int | None
    parties: tuple[FiledParty, ...]


def pushed_content(message: InboundMessage) -> PushedContent | None:
    """The filing or review that a message was about, as held now; None where nothing was written. Two statements.

    Shows names: note the sight.
    """
    where = {"source": message.source}
    row: ContractFiling | TransactionReview | None
    if message.kind == "contract_filing":
        row = (
            ContractFiling.objects.filter(**where, filing_no=message.subject)
            .prefetch_related("parties")
            .first()
        )
    else:
        row = (
            TransactionReview.objects.filter(**where, review_no=message.subject)
            .prefetch_related("parties")
            .first()
        )
    if row is None:
        return None
    filing = row if isinstance(row, ContractFiling) else None
    return PushedContent(
        status=row.status,
        status_reason=row.status_reason,
        version=row.version,
        housing_code=row.housing_code,
        address=filing.address if filing else "",
        area_m2=filing.area_m2 if filing else None,
        price_fen=filing.price_fen if filing else None,
        parties=_parties(row.parties.all()),
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
