"""Acts of the calendar: slots opened, visits booked, moved, cancelled, and people who came."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import F

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.models import Docket
from dengbu.core.refusals import NotPermitted, Refused

from . import rules
from .models import Booking, Slot
from .queries import live_visits


@act("appointments.open_slots", permission="appointment.manage")
def open_slots(
    *,
    actor: Actor,
    days: Sequence[dt.date],
    kind: str = rules.WINDOW,
    capacity: int,
    times: Sequence[tuple[dt.time, dt.time]],
) -> int:
    """Open slots: on each day one for each (start, end) of `times`, Shanghai time. Those that exist stay as they are.

    Answers how many slots these days have at these times. `kind`: window (one case) or bulk (batches, by unit).
    """
    if kind not in (rules.WINDOW, rules.BULK) or capacity < 1 or any(start >= end for start, end in times):
        raise ValueError("slots are of a known kind, have room, and end after they start")
    slots = [
        Slot(
            kind=kind,
            starts_at=dt.datetime.combine(day, start, tzinfo=clock.SHANGHAI),
            ends_at=dt.datetime.combine(day, end, tzinfo=clock.SHANGHAI),
            capacity=capacity,
        )
        for day in days
        for start, end in times
    ]
    Slot.objects.bulk_create(slots, ignore_conflicts=True)
    current().note(kind=kind, slots=len(slots), capacity=capacity)
    return len(slots)


@act("appointments.book")
def book(
    *,
    actor: Actor,
    slot_id: uuid.UUID,
    docket_id: uuid.UUID | None = None,
    batch_id: uuid.UUID | None = None,
    places: int = 1,
) -> str:
    """预约: a visit for a docket, or for a batch (a place for each unit). Answers the booking's id.

    A docket or batch has one live visit: booking again moves it. Raises Refused: SLOT_FULL, SLOT_PAST, SLOT_KIND,
    BOOKING_LATE after 17:00 of the day before the earlier visit, BOOKING_ARRIVED. Who may book for a case is decided
    by `cases`.
    """
    if places < 1:
        raise ValueError("a visit takes a place at least")
    hold_visitor(docket_id, batch_id)
    now = clock.now()
    earlier = live_visits(docket_id, batch_id).first()
    slots = {slot.pk: slot for slot in _locked_slots({slot_id} | ({earlier.slot_id} if earlier else set()))}
    slot = slots.get(slot_id)
    if slot is None:
        raise Refused(rules.SLOT_UNKNOWN)
    if earlier and earlier.slot_id == slot_id and earlier.places == places:
        return str(earlier.pk)
    if earlier:
        left = slots[earlier.slot_id]
        late = rules.may_change(
            starts_at=left.starts_at, ends_at=left.ends_at, arrived=earlier.arrived_at is not None, now=now
        )
        if late:
            raise Refused(late)
    against = rules.may_take(
        kind=slot.kind,
        starts_at=slot.starts_at,
        capacity=slot.capacity,
        booked=slot.booked - (earlier.places if earlier and earlier.slot_id == slot_id else 0),
        places=places,
        for_batch=batch_id is not None,
        now=now,
    )
    if against:
        raise Refused(against)
    if earlier:
        _let_go(earlier, now)
    Slot.objects.filter(pk=slot_id).update(booked=F("booked") + places)
    made = Booking(
        slot=slot,
        docket_id=docket_id,
        batch_id=batch_id,
        places=places,
        booked_by=actor.key,
        booked_at=now,
    )
    made.save(force_insert=True)
    current().note(slot=slot.starts_at, places=places, moved=earlier is not None)
    return str(made.pk)


@act("appointments.cancel")
def cancel(*, actor: Actor, booking_id: uuid.UUID) -> None:
    """取消预约 until 17:00 of the day before. Doing it twice is doing it once.

    By itself for who booked and for the office; another applicant of the case comes through `cases`.
    """
    booking = Booking.objects.filter(pk=booking_id).first()
    if booking is None:
        raise Refused(rules.BOOKING_UNKNOWN)
    alone = current().name == "appointments.cancel"
    if alone and actor.key != booking.booked_by and not actor.may("appointment.see"):
        raise NotPermitted("appointment.see", rules.BOOKING_NOT_YOURS)
    hold_visitor(booking.docket_id, booking.batch_id)
    (slot,) = _locked_slots({booking.slot_id})
    booking.refresh_from_db()
    if booking.cancelled_at:
        return
    now = clock.now()
    against = rules.may_change(
        starts_at=slot.starts_at, ends_at=slot.ends_at, arrived=booking.arrived_at is not None, now=now
    )
    if against:
        raise Refused(against)
    _let_go(booking, now)


@act("appointments.release")
def release(*, actor: Actor, docket_id: uuid.UUID | None = None, batch_id: uuid.UUID | None = None) -> None:
    """A case, or every case of a batch, ended (withdrawn, refused, expired): the visit is let go, whatever the hour.

    No visit: nothing to do.
    """
    hold_visitor(docket_id, batch_id)
    booking = live_visits(docket_id, batch_id).filter(arrived_at__isnull=True).first()
    if booking is not None:
        _locked_slots({booking.slot_id})
        _let_go(booking, clock.now())


@act("appointments.mark_arrived", permission="case.accept")
def mark_arrived(
    *, actor: Actor, docket_id: uuid.UUID | None = None, batch_id: uuid.UUID | None = None
) -> str | None:
    """签到: who booked for today is here. Answers the booking's id; None where nobody booked for today (a walk-in)."""
    hold_visitor(docket_id, batch_id)
    booking = live_visits(docket_id, batch_id).select_related("slot").first()
    if booking is None or clock.local(booking.slot.starts_at).date() != clock.today():
        return None
    if booking.arrived_at is None:
        booking.arrived_at, booking.missed_at = clock.now(), None
        booking.save(update_fields=["arrived_at", "missed_at"])
    return str(booking.pk)


@act("appointments.mark_missed")
def mark_missed(*, actor: Actor, booking_ids: Sequence[uuid.UUID]) -> int:
    """爽约: visits that were to be and to which nobody came; the next one may be booked. Gives how many are new. By the
    office's own watch. Raises NotPermitted for people."""
    if actor.user_id is not None:
        raise NotPermitted("appointment.manage")
    rows = Booking.objects.filter(
        pk__in=list(booking_ids), arrived_at__isnull=True, cancelled_at__isnull=True, missed_at__isnull=True
    )
    missed = rows.update(missed_at=clock.now())
    current().note(missed=missed)
    return missed


def hold_visitor(docket_id: uuid.UUID | None, batch_id: uuid.UUID | None) -> None:
    """One act at a time on the visit of a docket or batch (lock order: docket, then slots)."""
    if docket_id is not None:
        if not Docket.objects.select_for_update(no_key=True).filter(pk=docket_id).exists():
            raise Refused(rules.BOOKING_UNKNOWN)
        current().about(docket_id)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"visit:{batch_id}"])


def _locked_slots(slot_ids: Iterable[uuid.UUID]) -> list[Slot]:
    """Slots in the order of their ids, locked FOR NO KEY UPDATE until commit."""
    return list(Slot.objects.select_for_update(no_key=True).filter(pk__in=list(slot_ids)).order_by("pk"))


def _let_go(booking: Booking, now: dt.datetime) -> None:
    Slot.objects.filter(pk=booking.slot_id).update(booked=F("booked") - booking.places)
    booking.cancelled_at = now
    booking.save(update_fields=["cancelled_at"])
