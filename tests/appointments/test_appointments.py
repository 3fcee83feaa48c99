import datetime as dt
import uuid

import pytest
from django.db import connection

from dengbu.appointments import actions, queries, rules
from dengbu.appointments.models import Booking, Slot
from dengbu.core import clock
from dengbu.core.acts import act
from dengbu.core.refusals import NotPermitted, Refused
from tests.support.dockets import SYSTEM, citizen, open_docket, staff

PERSON = citizen()
DESK = staff("case.accept", "appointment.see")
NINE, TEN, ELEVEN = dt.time(9), dt.time(10), dt.time(11)


@pytest.fixture(autouse=True)
def _legal_time_back():
    yield
    clock.set_offset(0)


def day(ahead=7):
    return clock.today() + dt.timedelta(days=ahead)


def opened(capacity=2, *, ahead=7, kind="window", times=((NINE, TEN),)):
    actions.open_slots(actor=SYSTEM, days=[day(ahead)], kind=kind, capacity=capacity, times=times)
    return list(Slot.objects.filter(kind=kind, starts_at__date=day(ahead)).order_by("starts_at"))


def move_clock_to(instant):
    """Legal time is a row that every act reads."""

    @act("test.move_clock")
    def run(*, actor):
        with connection.cursor() as cursor:
            seconds = int((instant - clock.now()).total_seconds())
            cursor.execute(
                "INSERT INTO core_clockoffset (id, seconds) VALUES (1, %s)"
                " ON CONFLICT (id) DO UPDATE SET seconds = core_clockoffset.seconds + EXCLUDED.seconds RETURNING seconds",
                [seconds],
            )
            return cursor.fetchone()[0]

    clock.set_offset(run(actor=SYSTEM))


def book(slot, docket=None, actor=PERSON, **more):
    return actions.book(actor=actor, docket_id=(docket or open_docket()).pk, slot_id=slot.pk, **more)


START = dt.datetime(2026, 12, 3, 9, tzinfo=clock.SHANGHAI)


@pytest.mark.parametrize(
    ("now", "arrived", "code"),
    [
        (dt.datetime(2026, 12, 2, 16, 59, tzinfo=clock.SHANGHAI), False, None),
        (dt.datetime(2026, 12, 2, 17, 0, tzinfo=clock.SHANGHAI), False, None),
        (dt.datetime(2026, 12, 2, 17, 1, tzinfo=clock.SHANGHAI), False, "BOOKING_LATE"),
        (dt.datetime(2026, 12, 2, 9, 1, tzinfo=dt.UTC), False, "BOOKING_LATE"),  # 17:01 in the office
        (dt.datetime(2026, 12, 3, 9, 30, tzinfo=clock.SHANGHAI), False, "BOOKING_LATE"),
        (dt.datetime(2026, 12, 3, 10, 0, tzinfo=clock.SHANGHAI), False, None),  # missed: book anew
        (dt.datetime(2026, 12, 1, 9, 0, tzinfo=clock.SHANGHAI), True, "BOOKING_ARRIVED"),
        (dt.datetime(2026, 12, 3, 9, 30, tzinfo=clock.SHANGHAI), True, "BOOKING_ARRIVED"),
        (dt.datetime(2026, 12, 4, 9, 0, tzinfo=clock.SHANGHAI), True, None),  # came, and has to come again
    ],
)
def test_a_visit_may_be_changed_until_five_on_the_day_before(now, arrived, code):
    said = rules.may_change(starts_at=START, ends_at=START + dt.timedelta(hours=1), arrived=arrived, now=now)
    assert (said and said.code) == code


@pytest.mark.parametrize(
    ("kind", "booked", "places", "batch", "before", "code"),
    [
        ("window", 0, 1, False, True, None),
        ("window", 1, 1, False, True, None),
        ("window", 2, 1, False, True, "SLOT_FULL"),
        ("window", 0, 3, False, True, "SLOT_FULL"),
        ("window", 0, 1, False, False, "SLOT_PAST"),
        ("window", 0, 1, True, True, "SLOT_KIND"),
        ("bulk", 0, 1, False, True, "SLOT_KIND"),
        ("bulk", 0, 2, True, True, None),
    ],
)
def test_a_slot_takes_what_fits(kind, booked, places, batch, before, code):
    said = rules.may_take(
        kind=kind,
        starts_at=START,
        capacity=2,
        booked=booked,
        places=places,
        for_batch=batch,
        now=START - dt.timedelta(hours=1) if before else START,
    )
    assert (said and said.code) == code


@pytest.mark.django_db
class TestOneVisitor:
    def test_a_visit_takes_a_place(self):
        (slot,) = opened()
        docket = open_docket()
        made = book(slot, docket, key="k")
        assert book(slot, docket, key="k") == made  # the double click
        found = queries.booking_of(docket.pk)
        assert str(found.pk) == made and found.slot == slot and found.booked_by == PERSON.key
        slot.refresh_from_db()
        assert slot.booked == 1

    def test_a_full_slot_says_so_and_takes_nobody(self):
        (slot,) = opened(capacity=1)
        book(slot)
        with pytest.raises(Refused) as refused:
            book(slot)
        assert refused.value.codes == ("SLOT_FULL",)
        assert str(refused.value.refusals[0]).startswith("该时段刚刚约满，请选择其他时段")
        assert Booking.objects.filter(slot=slot).count() == 1

    def test_booking_again_moves_the_visit(self):
        first, second = opened(times=((NINE, TEN), (TEN, ELEVEN)))
        docket = open_docket()
        old = book(first, docket)
        new = book(second, docket)
        assert new != old and book(second, docket) == new
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.booked, second.booked) == (0, 1)
        assert Booking.objects.get(pk=old).cancelled_at is not None

    def test_a_move_into_a_full_slot_keeps_the_old_visit(self):
        first, second = opened(capacity=1, times=((NINE, TEN), (TEN, ELEVEN)))
        docket = open_docket()
        book(first, docket)
        book(second)
        with pytest.raises(Refused):
            book(second, docket)
        assert queries.booking_of(docket.pk).slot == first

    def test_a_batch_takes_a_place_for_each_unit_and_can_grow_in_its_slot(self):
        (slot,) = opened(capacity=60, kind="bulk")
        batch = uuid.uuid4()
        actions.book(actor=PERSON, batch_id=batch, slot_id=slot.pk, places=37)
        actions.book(actor=PERSON, batch_id=batch, slot_id=slot.pk, places=60)
        slot.refresh_from_db()
        assert slot.booked == 60 and queries.booking_of(batch_id=batch).places == 60
        with pytest.raises(Refused) as refused:
            actions.book(actor=PERSON, batch_id=uuid.uuid4(), slot_id=slot.pk, places=1)
        assert refused.value.codes == ("SLOT_FULL",)

    def test_a_cancelled_visit_frees_its_place(self):
        (slot,) = opened(capacity=1)
        docket = open_docket()
        made = uuid.UUID(book(slot, docket))
        actions.cancel(actor=PERSON, booking_id=made)
        actions.cancel(actor=PERSON, booking_id=made)
        assert queries.booking_of(docket.pk) is None
        book(slot)
        slot.refresh_from_db()
        assert slot.booked == 1

    def test_on_the_evening_before_it_is_too_late(self):
        first, second = opened(times=((NINE, TEN), (TEN, ELEVEN)))
        docket = open_docket()
        made = uuid.UUID(book(first, docket))
        move_clock_to(first.starts_at - dt.timedelta(hours=14))  # 19:00 on the day before
        for attempt in (
            lambda: actions.cancel(actor=PERSON, booking_id=made),
            lambda: book(second, docket),
        ):
            with pytest.raises(Refused) as refused:
                attempt()
            assert refused.value.codes == ("BOOKING_LATE",)
        actions.release(actor=SYSTEM, docket_id=docket.pk)  # the case itself has ended
        assert queries.booking_of(docket.pk) is None

    def test_a_missed_visit_may_be_booked_anew(self):
        first, second = (*opened(), *opened(ahead=9))
        docket = open_docket()
        book(first, docket)
        move_clock_to(first.ends_at + dt.timedelta(minutes=1))
        book(second, docket)
        assert queries.booking_of(docket.pk).slot == second

    def test_another_account_does_not_cancel_my_visit(self):
        (slot,) = opened()
        made = uuid.UUID(book(slot))
        with pytest.raises(NotPermitted) as refused:
            actions.cancel(actor=citizen("user:902"), booking_id=made)
        assert refused.value.codes == ("BOOKING_NOT_YOURS",)
        actions.cancel(actor=DESK, booking_id=made)
        assert Booking.objects.get(pk=made).cancelled_at

    def test_who_comes_on_the_day_is_marked_and_cannot_cancel_any_more(self):
        (slot,) = opened()
        docket = open_docket()
        made = book(slot, docket)
        assert actions.mark_arrived(actor=DESK, docket_id=docket.pk) is None  # not today
        move_clock_to(slot.starts_at - dt.timedelta(minutes=10))
        assert actions.mark_arrived(actor=DESK, docket_id=docket.pk) == made
        assert actions.mark_arrived(actor=DESK, docket_id=docket.pk) == made
        assert queries.todays_bookings(clock.today())[0].arrived_at
        with pytest.raises(Refused) as refused:
            actions.cancel(actor=PERSON, booking_id=uuid.UUID(made))
        assert refused.value.codes == ("BOOKING_ARRIVED",)

    def test_a_walk_in_has_no_visit_to_mark(self):
        assert actions.mark_arrived(actor=DESK, docket_id=open_docket().pk) is None

    def test_an_unknown_slot_is_asked_for_again(self):
        with pytest.raises(Refused) as refused:
            actions.book(actor=PERSON, docket_id=open_docket().pk, slot_id=uuid.uuid4())
        assert refused.value.codes == ("SLOT_UNKNOWN",)

    def test_only_who_manages_the_calendar_opens_slots(self):
        with pytest.raises(NotPermitted):
            actions.open_slots(actor=DESK, days=[day()], kind="window", capacity=1, times=[(NINE, TEN)])

    def test_slots_that_exist_stay_as_they_are(self):
        (slot,) = opened(capacity=2)
        book(slot)
        opened(capacity=9)
        slot.refresh_from_db()
        assert (slot.capacity, slot.booked) == (2, 1)


@pytest.mark.django_db
class TestCalendar:
    def test_days_say_in_numbers_how_much_room_they_have(self, django_assert_num_queries):
        full, _ = opened(capacity=1, times=((NINE, TEN), (TEN, ELEVEN)))
        opened(capacity=3, ahead=8)
        opened(capacity=5, ahead=8, kind="bulk")
        opened(capacity=3, ahead=60)
        book(full)
        with django_assert_num_queries(1):
            found = queries.days_with_room("window", clock.today())
        assert [(d.day, d.slots, d.slots_free, d.places_left) for d in found] == [
            (day(7), 2, 1, 1),
            (day(8), 1, 1, 3),
        ]
        assert [s.places_left for s in queries.slots_of_day("window", day(7))] == [0, 1]

    def test_slots_that_have_begun_are_not_offered(self):
        first, second = opened(times=((NINE, TEN), (TEN, ELEVEN)))
        move_clock_to(first.starts_at + dt.timedelta(minutes=1))
        assert [s.pk for s in queries.slots_of_day("window", clock.today())] == [second.pk]
        assert queries.days_with_room("window", clock.today())[0].slots == 1
