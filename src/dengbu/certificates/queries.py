"""Reads of certificates, proofs and blanks. One statement each."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.db import connection
from django.db.models import Count, Max, Min, Q

from dengbu.core.identifiers import normalise_certificate_number
from dengbu.core.vocabulary import CertificateKind

from .models import Blank, Certificate, ListedUnit, Mailing
from .rules import BlankFact, Listed


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


def by_id(certificate_id: uuid.UUID) -> Certificate | None:
    """A certificate or proof. One statement."""
    return Certificate.objects.filter(pk=certificate_id).first()


def live_units(number: str, unit_code: str = "", limit: int = 3) -> list[Listed]:
    """What a certificate or proof in force covers, by its number: its right and unit, or the first of its list; with
    `unit_code` that one only. Empty where it is unknown, void, or does not cover the unit. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LIVE_UNITS, {"number": normalise_certificate_number(number), "unit": unit_code, "limit": limit}
        )
        return [Listed(*row) for row in cursor.fetchall()]


_LIVE_UNITS = """
SELECT coalesce(l.right_id, c.right_id), coalesce(l.unit_code, c.unit_code) FROM certificates_certificate c
LEFT JOIN certificates_listedunit l ON l.certificate_id = c.id AND l.ended_by_entry IS NULL
WHERE c.number = %(number)s AND c.state <> 'void'
AND (%(unit)s = '' OR coalesce(l.unit_code, c.unit_code) = %(unit)s) ORDER BY l.ordinal LIMIT %(limit)s
"""


def by_token(token: str) -> Certificate | None:
    """A certificate or proof by the token in its QR code."""
    return Certificate.objects.filter(token=token).first()


def live_for_rights(right_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The numbers of the certificates that are not void, by right; several of one right (co-owners who each hold
    one) are joined by 、. One of several units is found by each unit that is still on its list. One statement."""
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_LIVE_FOR_RIGHTS, {"rights": list(right_ids)})
        for right_id, number in cursor.fetchall():
            found[right_id].append(number)
    return {right_id: "、".join(numbers) for right_id, numbers in found.items()}


_LIVE_FOR_RIGHTS = """
SELECT p.right_id, p.number FROM (
    SELECT right_id, number, year, serial FROM certificates_certificate
    WHERE right_id = ANY(%(rights)s) AND state <> 'void'
    UNION
    SELECT l.right_id, c.number, c.year, c.serial FROM certificates_listedunit l
    JOIN certificates_certificate c ON c.id = l.certificate_id
    WHERE l.right_id = ANY(%(rights)s) AND l.ended_by_entry IS NULL AND c.state <> 'void'
) p ORDER BY p.year, p.serial, p.number
"""


def listed_beside(right_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[Listed, ...]]:
    """For rights whose live paper has a list of units: all that it still covers, in its order. One statement."""
    wanted = list(right_ids)
    mine = ListedUnit.objects.filter(right_id__in=wanted, ended_by_entry__isnull=True)
    rows = (
        ListedUnit.objects.filter(certificate__in=mine.values("certificate"), ended_by_entry__isnull=True)
        .exclude(certificate__state="void")
        .order_by("certificate", "ordinal")
    )
    papers: dict[uuid.UUID, list[Listed]] = defaultdict(list)
    for one in rows:
        papers[one.certificate_id].append(Listed(one.right_id, one.unit_code))
    return {
        line.right_id: tuple(lines) for lines in papers.values() for line in lines if line.right_id in wanted
    }


def list_of(certificate_id: uuid.UUID, *, live: bool = True) -> list[ListedUnit]:
    """The list of units of a certificate or proof in its order; empty for a paper of one unit. One statement."""
    rows = ListedUnit.objects.filter(certificate_id=certificate_id).order_by("ordinal")
    return list(rows.filter(ended_by_entry__isnull=True) if live else rows)


def list_page(certificate_id: uuid.UUID, after: int, size: int = 50) -> tuple[list[ListedUnit], int]:
    """A page of a list of units with what has left it, and the place of the next page (0 at its end). One statement."""
    rows = ListedUnit.objects.filter(certificate_id=certificate_id, ordinal__gt=after).order_by("ordinal")
    found = list(rows[: size + 1])
    return found[:size], found[size - 1].ordinal if len(found) > size else 0


def list_counts(certificate_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int]]:
    """Of papers with a list: units that are still covered, and all that were. One statement."""
    rows = (
        ListedUnit.objects.filter(certificate_id__in=list(certificate_ids))
        .values("certificate_id")
        .annotate(all=Count("pk"), left=Count("pk", filter=Q(ended_by_entry__isnull=True)))
    )
    return {r["certificate_id"]: (r["left"], r["all"]) for r in rows}


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
