"""Reads of certificates, proofs and blanks. One statement each."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, Max, Min

from dengbu.core.identifiers import normalise_certificate_number
from dengbu.core.vocabulary import CertificateKind

from .models import Blank, Certificate, Mailing
from .rules import BlankFact


def certificates_of(docket_id: uuid.UUID) -> list[Certificate]:
    """The certificates and proofs of a docket in the order of their numbers."""
    return list(Certificate.objects.filter(docket_id=docket_id).order_by("kind", "year", "serial"))


def mailings_of(docket_id: uuid.UUID) -> list[Mailing]:
    """The mailings of a docket, newest first."""
    return list(Mailing.objects.filter(docket_id=docket_id).order_by("-pk"))


def mailings_page(after: str = "", size: int = 20) -> tuple[list[Mailing], str]:
    """A page of what is under way, longest first, and the key of the next page."""
    rows = Mailing.objects.select_related("docket").filter(state="sent").order_by("pk")
    try:
        rows = rows.filter(pk__gt=uuid.UUID(after)) if after else rows
    except ValueError:
        pass
    found = list(rows[: size + 1])
    return found[:size], str(found[size - 1].pk) if len(found) > size else ""


def by_number(text: str) -> Certificate | None:
    """A certificate or proof by its number as somebody typed it: any brackets, any blanks."""
    return Certificate.objects.filter(number=normalise_certificate_number(text)).first()


def by_token(token: str) -> Certificate | None:
    """A certificate or proof by the token in its QR code."""
    return Certificate.objects.filter(token=token).first()


def live_for_rights(right_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The numbers of the certificates that are not void, by right; several of one right (co-owners who each hold
    one) are joined by 、."""
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    rows = Certificate.objects.filter(right_id__in=list(right_ids)).exclude(state="void")
    for right_id, number in rows.order_by("year", "serial").values_list("right_id", "number"):
        found[right_id].append(number)
    return {right_id: "、".join(numbers) for right_id, numbers in found.items()}


def stock_count() -> dict[CertificateKind, int]:
    """How many blanks of each kind are in stock."""
    rows = Blank.objects.filter(state="stock").values_list("kind").annotate(count=Count("pk"))
    counted = dict(rows)
    return {kind: counted.get(kind.value, 0) for kind in CertificateKind}


def stock_range(kind: CertificateKind) -> tuple[str, str] | None:
    """First and last serial number of the blanks of a kind in stock, None where there are none."""
    found = Blank.objects.filter(kind=kind.value, state="stock").aggregate(
        first=Min("serial"), last=Max("serial")
    )
    return (found["first"], found["last"]) if found["first"] else None


def next_blank(kind: CertificateKind) -> str | None:
    """The lowest serial number in stock: offered to who has no scanner, and to a walkthrough."""
    found = stock_range(kind)
    return found[0] if found else None


def blank_fact(serial: str) -> BlankFact | None:
    """What is known of a blank."""
    blank = Blank.objects.select_related("certificate").filter(serial=serial).first()
    if blank is None:
        return None
    return BlankFact(
        serial=blank.serial,
        kind=blank.kind,
        state=blank.state,
        used_for=blank.certificate.number if blank.certificate else "",
        reason=blank.reason,
    )
