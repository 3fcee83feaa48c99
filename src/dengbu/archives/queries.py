"""Reads of volumes and hand-over lists."""

from __future__ import annotations

import uuid

from django.db.models import Count, QuerySet, Sum

from .models import HandOver, Volume


def volume_of(docket_id: uuid.UUID) -> Volume | None:
    """The volume of a docket with its list, or None."""
    return Volume.objects.select_related("hand_over").filter(docket_id=docket_id).first()


def waiting_volumes(after: uuid.UUID | None = None, limit: int = 50) -> list[Volume]:
    """Volumes on no list yet, oldest first, with dockets; the next page begins after the last one's id."""
    rows = Volume.objects.select_related("docket").filter(hand_over__isnull=True).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows[:limit])


def waiting_count() -> int:
    """Volumes that the archive room has not taken yet: on no list, or on one it has not signed."""
    return (
        Volume.objects.filter(hand_over__isnull=True).count()
        + Volume.objects.filter(hand_over__in=_open()).count()
    )


def open_lists() -> list[HandOver]:
    """Lists that are made and not signed by the archive room, oldest first, with `volume_count` and `page_count`."""
    return list(
        _open().annotate(volume_count=Count("volumes"), page_count=Sum("volumes__pages")).order_by("pk")
    )


def hand_overs(before: uuid.UUID | None = None, limit: int = 50) -> list[HandOver]:
    """All lists, newest first, with `volume_count`; the next page begins before the last one's id."""
    rows = HandOver.objects.annotate(volume_count=Count("volumes")).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:limit])


def volumes_on(hand_over_id: uuid.UUID) -> list[Volume]:
    """The volumes of a list by number, with dockets."""
    return list(Volume.objects.select_related("docket").filter(hand_over_id=hand_over_id).order_by("number"))


def _open() -> QuerySet[HandOver]:
    return HandOver.objects.filter(received_at__isnull=True, returned_at__isnull=True)
