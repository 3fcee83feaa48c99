"""What the desk reads of old certificates that are typed in one by one (单件补录)."""

from __future__ import annotations

import uuid

from django.db.models import Q

from dengbu.core import clock

from .models import OldCertificate

PAGE_SIZE = 50


def typed_page(state: str, after: str = "") -> tuple[list[OldCertificate], str]:
    """Old certificates of a state, the last typed first, and the key of the next page. One statement."""
    found = OldCertificate.objects.select_related("docket").filter(state=state)
    when, _, docket = after.partition("_")
    if at := clock.moment(when):
        try:
            found = found.filter(Q(typed_at__lt=at) | Q(typed_at=at, pk__lt=uuid.UUID(docket)))
        except ValueError:
            pass
    rows = list(found.order_by("-typed_at", "-pk")[: PAGE_SIZE + 1])
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    return rows[:PAGE_SIZE], f"{last.typed_at.isoformat()}_{last.pk}" if last else ""
