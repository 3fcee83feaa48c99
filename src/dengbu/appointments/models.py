"""Slots with capacity and the bookings in them. `booked <= capacity` is held by PostgreSQL: never oversold."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from dengbu.core.furniture import Mutable
from dengbu.core.ids import uuid7


class Slot(Mutable):
    """A time at the desk with room for so many visits (cases; a batch takes one per unit in bulk slots)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, default="window")  # window | bulk
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.IntegerField()
    booked = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("kind", "starts_at", name="one_slot_per_time"),
            models.CheckConstraint(
                condition=Q(booked__lte=F("capacity"), booked__gte=0), name="never_oversold"
            ),
        ]


class Booking(Mutable):
    """A visit booked for a docket (or for all dockets of a batch)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="bookings")
    docket = models.ForeignKey("core.Docket", models.PROTECT, null=True, related_name="bookings")
    batch_id = models.UUIDField(null=True, db_index=True)
    places = models.IntegerField(default=1)
    booked_by = models.CharField(max_length=80)
    booked_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(
        null=True
    )  # nobody came; who comes later the same day has arrived after all

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["docket"],
                condition=Q(cancelled_at__isnull=True, docket__isnull=False),
                name="one_live_booking_per_docket",
            ),
            models.UniqueConstraint(
                fields=["batch_id"],
                condition=Q(cancelled_at__isnull=True, batch_id__isnull=False),
                name="one_live_booking_per_batch",
            ),
            models.CheckConstraint(
                condition=Q(docket__isnull=True, batch_id__isnull=False)
                | Q(docket__isnull=False, batch_id__isnull=True),
                name="booked_for_a_docket_or_a_batch",
            ),
        ]
