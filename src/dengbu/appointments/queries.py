"""Reads of the calendar. One statement each."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F, QuerySet

from dengbu.core import clock

from .models import Booking, Slot


@dataclass(frozen=True, slots=True)
class DayRoom:
    """A day on which slots are open: how many there are, how many have room, and for how many visits."""

    day: dt.date
    slots: int
    slots_free: int
    places_left: int


def _between(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """From the first day's midnight to the one after the last day, Shanghai time."""
    return (
        dt.datetime.combine(first, dt.time(), tzinfo=clock.SHANGHAI),
        dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=clock.SHANGHAI),
    )


def days_with_room(kind: str, from_: dt.date, days: int = 14) -> list[DayRoom]:
    """The days with slots in a fortnight, full ones among them; slots that have begun do not count."""
    start, end = _between(from_, from_ + dt.timedelta(days=days - 1))
    found: dict[dt.date, list[int]] = defaultdict(list)
    for slot in Slot.objects.filter(
        kind=kind, starts_at__gte=max(start, clock.now()), starts_at__lt=end
    ).order_by("starts_at"):
        found[clock.local(slot.starts_at).date()].append(slot.capacity - slot.booked)
    return [
        DayRoom(day, len(left), sum(1 for places in left if places > 0), sum(left))
        for day, left in found.items()
    ]


def slots_of_day(kind: str, day: dt.date) -> list[Slot]:
    """Slots of a day that have not begun, full ones among them, each with `places_left`."""
    start, end = _between(day, day)
    return list(
        Slot.objects.filter(kind=kind, starts_at__gte=max(start, clock.now()), starts_at__lt=end)
        .annotate(places_left=F("capacity") - F("booked"))
        .order_by("starts_at")
    )


def live_visits(docket_id: uuid.UUID | None, batch_id: uuid.UUID | None) -> QuerySet[Booking]:
    """The live visit of a docket or of a batch: one row at most."""
    rows = Booking.objects.filter(cancelled_at__isnull=True)
    if docket_id is not None and batch_id is None:
        return rows.filter(docket_id=docket_id)
    if batch_id is not None and docket_id is None:
        return rows.filter(batch_id=batch_id)
    raise ValueError("a visit is for a docket or for a batch")


def booking_of(docket_id: uuid.UUID | None = None, *, batch_id: uuid.UUID | None = None) -> Booking | None:
    """The live visit of a docket or of a batch, with its slot, or None."""
    return live_visits(docket_id, batch_id).select_related("slot").first()


def todays_bookings(day: dt.date) -> list[Booking]:
    """Live visits of a day in the order of time, with slot and docket."""
    start, end = _between(day, day)
    return list(
        Booking.objects.select_related("slot", "docket")
        .filter(slot__starts_at__gte=start, slot__starts_at__lt=end, cancelled_at__isnull=True)
        .order_by("slot__starts_at", "booked_at")
    )


def missed_visits(since: dt.datetime, until: dt.datetime) -> list[Booking]:
    """Live visits of single cases whose time is over and to which nobody came, with their slots. One statement."""
    return list(
        Booking.objects.select_related("slot")
        .filter(
            slot__ends_at__gte=since,
            slot__ends_at__lt=until,
            cancelled_at__isnull=True,
            arrived_at__isnull=True,
            docket__isnull=False,
        )
        .order_by("slot__ends_at", "pk")
    )


def missed_by(docket_id: uuid.UUID) -> int:
    """How often nobody came for a case. One statement."""
    return Booking.objects.filter(docket_id=docket_id, missed_at__isnull=False).count()
