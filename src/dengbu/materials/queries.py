"""Reads of uploaded evidence. One statement each, where nothing else is said."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence

from .models import MaterialPage


def pages_of(docket_id: uuid.UUID) -> dict[str, list[MaterialPage]]:
    """The pages of a docket by checklist item, in order."""
    found: dict[str, list[MaterialPage]] = defaultdict(list)
    rows = MaterialPage.objects.filter(docket_id=docket_id, removed_at__isnull=True)
    for page in rows.order_by("item", "position", "pk"):
        found[page.item].append(page)
    return dict(found)


def pages_of_item(docket_id: uuid.UUID, item: str) -> list[MaterialPage]:
    """The pages of one checklist item, in order."""
    rows = MaterialPage.objects.filter(docket_id=docket_id, item=item, removed_at__isnull=True)
    return list(rows.order_by("position", "pk"))


def item_with_removed(docket_id: uuid.UUID, item: str) -> tuple[list[MaterialPage], list[MaterialPage]]:
    """The pages of one item, in order, and those taken out of it, newest removal first."""
    rows = list(MaterialPage.objects.filter(docket_id=docket_id, item=item).order_by("position", "pk"))
    removed = sorted(
        (p for p in rows if p.removed_at), key=lambda p: p.removed_at or p.uploaded_at, reverse=True
    )
    return [p for p in rows if p.removed_at is None], removed


def page_of(docket_id: uuid.UUID, page_id: uuid.UUID) -> MaterialPage | None:
    """One page of a docket, removed or not."""
    return MaterialPage.objects.filter(docket_id=docket_id, pk=page_id).first()


def unreferenced(keys: Sequence[str]) -> list[str]:
    """Those of these keys that no page points at, removed or not. Two statements."""
    wanted = list(keys)
    used = set(MaterialPage.objects.filter(storage_key__in=wanted).values_list("storage_key", flat=True))
    used |= set(MaterialPage.objects.filter(thumb_key__in=wanted).values_list("thumb_key", flat=True))
    return [key for key in wanted if key not in used]
