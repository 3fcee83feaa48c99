"""Two people and the last place, two tabs and one visit: first with the lock off, then with it on."""

import datetime as dt

import pytest
from django.db import IntegrityError

from dengbu.appointments import actions
from dengbu.appointments.models import Booking, Slot
from dengbu.core.refusals import Refused
from tests.appointments.test_appointments import ELEVEN, NINE, TEN, book, opened
from tests.support.dockets import open_docket
from tests.support.races import at_once, in_between, take_away

PLACES_NET = "ALTER TABLE appointments_slot DROP CONSTRAINT never_oversold"
TWELVE = dt.time(12)
VISIT_NET = "DROP INDEX one_live_booking_per_docket"
SLOTS_READ = (actions, "_locked_slots")


@pytest.fixture
def slots_unlocked(monkeypatch):
    monkeypatch.setattr(actions, "_locked_slots", lambda ids: list(Slot.objects.filter(pk__in=list(ids))))


def visits(**which):
    return Booking.objects.filter(cancelled_at__isnull=True, **which).count()


# --- the last place ---------------------------------------------------------------------------------------------


def two_for_the_last_place(slot):
    first, second = open_docket(), open_docket()
    return in_between(lambda: book(slot, first), lambda: book(slot, second), after=SLOTS_READ)


def test_without_lock_and_nets_two_visitors_have_the_last_place(own_database, slots_unlocked):
    (slot,) = opened(capacity=1)
    take_away(own_database, PLACES_NET)
    said = two_for_the_last_place(slot)
    slot.refresh_from_db()
    assert not said.waited and not said.failures
    assert (slot.capacity, slot.booked, visits(slot=slot)) == (1, 2, 2)


def test_without_the_lock_the_last_place_is_held_by_postgresql_alone(own_database, slots_unlocked):
    (slot,) = opened(capacity=1)
    said = two_for_the_last_place(slot)
    assert not said.waited and isinstance(said.second, str)
    assert isinstance(said.first, IntegrityError) and "never_oversold" in str(said.first)


def test_who_comes_second_to_the_last_place_waits_and_is_told(own_database):
    (slot,) = opened(capacity=1)
    said = two_for_the_last_place(slot)
    assert said.waited and isinstance(said.second, Refused) and said.second.codes == ("SLOT_FULL",)
    slot.refresh_from_db()
    assert slot.booked == 1 and visits() == 1


def test_of_four_for_the_last_place_three_are_told(own_database):
    (slot,) = opened(capacity=1)
    dockets = [open_docket() for _ in range(4)]
    said = at_once(*[lambda d=docket: book(slot, d) for docket in dockets])
    assert [r.codes for r in said if isinstance(r, Refused)] == [("SLOT_FULL",)] * 3
    assert visits() == 1


# --- two tabs that move one visit --------------------------------------------------------------------------------


def two_moves():
    slots = opened(times=((NINE, TEN), (TEN, ELEVEN), (ELEVEN, TWELVE)))
    docket = open_docket()
    book(slots[0], docket)
    said = in_between(lambda: book(slots[1], docket), lambda: book(slots[2], docket), after=SLOTS_READ)
    return said, docket, list(Slot.objects.order_by("starts_at").values_list("booked", flat=True))


def test_without_lock_and_nets_one_visit_becomes_two(own_database, monkeypatch):
    take_away(own_database, PLACES_NET, VISIT_NET)
    monkeypatch.setattr(actions, "hold_visitor", lambda docket_id, batch_id: None)
    said, docket, booked = two_moves()
    assert not said.failures and visits(docket=docket) == 2
    assert booked == [-1, 1, 1], "the slot that was left is left twice"


def test_without_the_lock_moving_one_visit_twice_is_stopped_by_postgresql_alone(own_database, monkeypatch):
    monkeypatch.setattr(actions, "hold_visitor", lambda docket_id, batch_id: None)
    said, docket, booked = two_moves()
    assert isinstance(said.second, IntegrityError) and visits(docket=docket) == 1
    assert booked == [0, 1, 0]


def test_two_tabs_that_move_one_visit_leave_one_visit(own_database):
    said, docket, booked = two_moves()
    assert said.waited and not said.failures
    assert visits(docket=docket) == 1 and booked == [0, 0, 1], "the later tab has the last word"
