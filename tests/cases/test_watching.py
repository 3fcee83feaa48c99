"""到期事项: what runs out by itself is listed, and those concerned are told beforehand, once, on the office's clock."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from dengbu.appointments import actions as calendar
from dengbu.appointments.models import Booking, Slot
from dengbu.appointments.queries import missed_by
from dengbu.cases import tasks
from dengbu.cases.actions import watching
from dengbu.cases.actions.watching import MISSED_DAYS, OVER_DAYS, WATCHES, keep_watch, tell_of_deadlines
from dengbu.cases.models import Case
from dengbu.cases.queries.portal import Listed, own_case, road_of
from dengbu.catalog.policy.policy import office_calendar, time_limit
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act
from dengbu.core.models import User
from dengbu.core.refusals import NotPermitted
from dengbu.notices.models import Deadline, Message
from dengbu.parties.models import PHONE_PURPOSE, Person
from dengbu.register import effects as fx
from dengbu.register.models import ParcelFacts, Restriction
from dengbu.register.rules import notice_lapsed, notice_last_day
from dengbu.web.filing.portals import MY
from dengbu.web.my.cases import label_of, turn
from tests.register.filing import the_book
from tests.register.homes import Given, holder, put
from tests.support import office

pytestmark = pytest.mark.django_db
ONE = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def homes() -> None:
    office.open_homes(3)


def run(kind: str) -> int:
    """One run of the watch over a kind. Gives how many things somebody was told of."""
    keep_watch(actor=office.SYSTEM, kind=kind)
    return int(tell_of_deadlines(actor=office.SYSTEM, kind=kind))


def later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    now = clock.now() + dt.timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: now)


def listed(kind: str) -> list[dt.date]:
    return list(
        Deadline.objects.filter(kind=kind, gone_at=None).order_by("due_on").values_list("due_on", flat=True)
    )


def told(template: str) -> int:
    return Message.objects.filter(template=template).count()


def day(ahead: int) -> dt.date:
    return clock.today() + dt.timedelta(days=ahead)


def midnight_after(last: dt.date) -> dt.datetime:
    return dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=clock.SHANGHAI)


def restricted(kind: str, until: dt.datetime, docket_id: uuid.UUID | None = None) -> None:
    unit = office.homes.home(1)
    put(
        Given(
            (unit,),
            lambda _: [
                fx.Restrict(
                    kind, unit, "赵强", "异议登记申请", clock.now(), until, party=holder(office.THIRD)
                )
            ],
            docket_id=docket_id,
        )
    )


# --- objections ----------------------------------------------------------------------------------------------------


def test_the_objector_is_told_before_the_fifteen_days_run_out_once_and_the_book_is_not_touched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = Case.objects.get(pk=office.registered_sale(2))
    restricted("objection", midnight_after(day(10)), case.pk)
    assert run("objection") == 0 and listed("objection") == [], "too early"
    later(monkeypatch, 6)
    assert run("objection") == 1 and listed("objection") == [day(4)]
    assert (
        told("objection_ending") >= 1
        and f"{day(4):%-m月%-d日}" in Message.objects.filter(template="objection_ending")[0].text
    )
    before = told("objection_ending")
    assert run("objection") == 0 and told("objection_ending") == before, "the job may run twice"
    later(monkeypatch, 6)
    assert run("objection") == 0 and listed("objection") == [day(-2)], (
        "lapsed: listed until an act removes it"
    )
    assert Restriction.objects.get(kind="objection").ended_by is None


def test_what_lapsed_before_it_was_found_is_listed_and_nobody_is_told_that_it_will(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = Case.objects.get(pk=office.registered_sale(2))
    restricted("objection", midnight_after(day(1)), case.pk)
    later(monkeypatch, 4)
    assert run("objection") == 0 and listed("objection") == [day(-3)] and not told("objection_ending")


def test_an_objector_who_sued_is_taken_from_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    restricted("objection", midnight_after(day(2)))
    assert run("objection") == 1 and listed("objection") == [day(2)]
    found, unit = Restriction.objects.get(), office.homes.home(1)
    put(Given((unit,), lambda _: [fx.Lift(unit, found.public_id, "sued")]))
    run("objection")
    assert listed("objection") == [] and Deadline.objects.get().gone_at is not None


# --- advance notices -----------------------------------------------------------------------------------------------


def noticed(possible_from: dt.date, unit: str = "") -> None:
    unit = unit or office.homes.home(2)
    terms = {"notice_kind": "sale", "possible_from": str(possible_from)}
    put(Given((unit,), lambda _: [fx.Grant("advance_notice", unit, (holder(office.BUYER),), terms)]))


@act("test.account")
def account(*, actor: Actor, who: tuple[str, str]) -> None:
    user = User.objects.create(login=f"p-{who[0]}", display_name=who[0])
    Person.objects.create(
        user=user, name=who[0], id_index=crypto.index(who[1]),
        phone_cipher=crypto.encrypt("13800001234", PHONE_PURPOSE), phone_index=crypto.index("13800001234"),
    )  # fmt: skip


def test_who_holds_a_notice_is_told_before_the_ninety_days_of_the_policy_run_out() -> None:
    account(actor=office.SYSTEM, who=office.BUYER)
    days, ahead = (time_limit(k, clock.today()).amount for k in ("notice_lapse", "watch_notice"))
    noticed(day(-days + ahead - 3))
    assert run("notice") == 1 and run("notice") == 0
    (last,) = listed("notice")
    message = Message.objects.get(template="notice_ending")
    assert "预告登记" in message.text and f"{last:%-m月%-d日}" in message.text and message.state == "queued"


def test_the_day_that_is_told_is_the_last_on_which_the_notice_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    noticed(day(-80))
    run("notice")
    (last,) = listed("notice")
    book = the_book(office.homes.home(2))
    (right,) = book.notices
    at = midnight_after(last) - dt.timedelta(minutes=1)
    assert not notice_lapsed(right, book, at, office_calendar())
    assert notice_lapsed(right, book, at + dt.timedelta(days=1), office_calendar())
    monkeypatch.setattr(clock, "now", lambda: at + dt.timedelta(days=3))
    run("notice")
    assert listed("notice") == [last], "shown as lapsed until an act removes it"


# --- seizures ------------------------------------------------------------------------------------------------------


def test_a_seizure_that_ends_soon_is_listed_and_the_hourly_job_enters_its_end() -> None:
    restricted("seizure", midnight_after(day(20)))
    assert run("seizure") == 0 and listed("seizure") == [day(20)], (
        "the organ is not written to: it renews or not"
    )


@pytest.mark.parametrize("kind", ["internal_lock", "freeze", "dispute"])
def test_a_lock_or_limit_that_ends_soon_is_listed_before_it_lets_the_home_go(kind: str) -> None:
    restricted(kind, midnight_after(day(20)))
    assert run("seizure") == 0 and listed("seizure") == [day(20)]


# --- the result of the pre-review, visits, certificates --------------------------------------------------------------


def test_a_pass_that_ends_soon_is_told_and_one_that_ended_has_expired(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id = office.passed_sale()
    until = Case.objects.get(pk=docket_id).valid_until
    assert until is not None and run("pass") == 0
    monkeypatch.setattr(clock, "now", lambda: until - dt.timedelta(days=2))
    assert run("pass") == 1 and run("pass") == 0 and told("pass_ending") >= 1
    monkeypatch.setattr(clock, "now", lambda: until + dt.timedelta(minutes=1))
    tasks.expire(0)
    assert office.state_of(docket_id) == "expired"
    run("pass")
    assert listed("pass") == []


def test_who_booked_and_did_not_come_is_told_once_and_may_book_again(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = office.passed_sale()
    times = [(dt.time(9), dt.time(9, 30))]
    calendar.open_slots(actor=office.SYSTEM, days=[day(1), day(3)], capacity=2, times=times)
    first, second = Slot.objects.order_by("starts_at")
    calendar.book(actor=office.SYSTEM, slot_id=first.pk, docket_id=docket_id)
    assert run("visit") == 0 and listed("visit") == []
    monkeypatch.setattr(clock, "now", lambda: first.ends_at + dt.timedelta(minutes=30))
    assert run("visit") == 0 and missed_by(docket_id) == 0  # who is late is waited for
    missed = first.ends_at + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: missed)
    assert run("visit") == 1 and run("visit") == 0 and told("visit_missed") >= 1
    assert listed("visit") == [clock.local(first.starts_at).date()]
    booking = Booking.objects.get(docket_id=docket_id)
    assert booking.missed_at == missed and missed_by(docket_id) == 1
    with pytest.raises(NotPermitted):
        calendar.mark_missed(actor=office.clerk(), booking_ids=[booking.pk])
    own = own_case(docket_id, office.seller())
    assert own is not None
    words = label_of(Listed(own.case, booking=booking))
    shown = turn(MY, own, road_of(own.case), words, office.seller())
    assert (shown["title"], shown["action"]) == ("预约的时间没有来，请重新预约", "重新预约")
    calendar.book(actor=office.SYSTEM, slot_id=second.pk, docket_id=docket_id)
    run("visit")
    assert listed("visit") == [] and missed_by(docket_id) == 1
    again = Booking.objects.get(docket_id=docket_id, cancelled_at=None)
    assert again.missed_at is None and again.slot_id == second.pk


def test_who_comes_late_the_same_day_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = office.passed_sale()
    calendar.open_slots(actor=office.SYSTEM, days=[day(1)], capacity=2, times=[(dt.time(9), dt.time(9, 30))])
    slot = Slot.objects.get()
    calendar.book(actor=office.SYSTEM, slot_id=slot.pk, docket_id=docket_id)
    monkeypatch.setattr(clock, "now", lambda: slot.ends_at + dt.timedelta(hours=1))
    run("visit")
    came = clock.local(slot.starts_at).date()
    assert missed_by(docket_id) == 1 and listed("visit") == [came]
    month = dt.timedelta(days=MISSED_DAYS)
    assert WATCHES["visit"].find(came + month - ONE) and not WATCHES["visit"].find(came + month)
    issued(actor=office.SYSTEM, docket_id=docket_id)
    run("visit")
    assert listed("visit") == [], "the case waits for nobody any more"
    calendar.mark_arrived(actor=office.clerk(), docket_id=docket_id)
    run("visit")
    assert missed_by(docket_id) == 0


def test_a_certificate_nobody_collects_is_told_of_each_time_the_period_comes_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id = office.registered_sale()
    ready(actor=office.SYSTEM, docket_id=docket_id)
    assert run("certificate") == 0
    later(monkeypatch, 31)
    assert run("certificate") == 1 and run("certificate") == 0
    later(monkeypatch, 30)
    assert run("certificate") == 1 and len(listed("certificate")) == 1, "the newest round alone is listed"
    first = told("uncollected")
    issued(actor=office.SYSTEM, docket_id=docket_id)
    assert run("certificate") == 0 and listed("certificate") == [] and told("uncollected") == first


@act("test.ready")
def ready(*, actor: Actor, docket_id: uuid.UUID) -> None:
    Case.objects.filter(pk=docket_id).update(state="certified", state_since=clock.now())


@act("test.issued")
def issued(*, actor: Actor, docket_id: uuid.UUID) -> None:
    Case.objects.filter(pk=docket_id).update(state="issued")


# --- from which day on ---------------------------------------------------------------------------------------------


@act("test.valid_until")
def valid_until(*, actor: Actor, docket_id: uuid.UUID, until: dt.datetime) -> None:
    Case.objects.filter(pk=docket_id).update(valid_until=until)


def test_each_thing_is_listed_from_the_day_of_the_policy_on_and_not_a_day_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "UNITS_AT_ONCE", 1)  # the walk over the units goes on to the last
    passed, printed, last = office.passed_sale(), office.registered_sale(2), day(400)
    ready(actor=office.SYSTEM, docket_id=printed)
    valid_until(actor=office.SYSTEM, docket_id=passed, until=midnight_after(last) - dt.timedelta(hours=6))
    for kind in ("objection", "seizure", "preseizure", "freeze"):
        restricted(kind, midnight_after(last))
    for n in (2, 3):
        noticed(day(-80), unit=office.homes.home(n))
    (right,) = the_book(office.homes.home(3)).notices
    runs_out = notice_last_day(right, the_book(office.homes.home(3)), calendar=office_calendar())
    assert runs_out is not None
    for kind, ends, many in (
        ("objection", last, 1),
        ("seizure", last, 3),
        ("pass", last, 1),
        ("notice", runs_out, 2),
    ):
        first = ends - dt.timedelta(days=time_limit(f"watch_{kind}", clock.today()).amount)
        assert len(WATCHES[kind].find(first)) == many and {d.due_on for d in WATCHES[kind].find(first)} == {
            ends
        }
        assert not WATCHES[kind].find(first - dt.timedelta(days=1)), kind
    valid_until(actor=office.SYSTEM, docket_id=passed, until=clock.now() - dt.timedelta(minutes=1))
    assert not WATCHES["pass"].find(clock.today()), "over: it expires, nobody is told that it will"
    year = dt.timedelta(days=OVER_DAYS)
    assert WATCHES["notice"].find(runs_out + year) and not WATCHES["notice"].find(runs_out + year + ONE)
    waited = time_limit("watch_certificate", clock.today()).amount
    assert [d.due_on for d in WATCHES["certificate"].find(day(waited))] == [day(waited)]
    assert not WATCHES["certificate"].find(day(waited - 1)), (
        "nor the one that waits at the window for its pass"
    )


# --- land ----------------------------------------------------------------------------------------------------------


def test_the_end_of_the_land_is_told_to_who_holds_it_dwellings_are_renewed_by_law() -> None:
    account(actor=office.SYSTEM, who=office.SELLER)
    facts = ParcelFacts.objects.get(ended_by=None)
    land = f"{facts.parcel.code}W00000000"
    fact = {f: getattr(facts, f) for f in ("location", "area_m2", "land_use", "right_nature")}
    soon = {**fact, "term_from": day(-14000), "term_until": day(200)}
    put(
        Given(
            (land,),
            lambda _: [
                fx.AmendParcel(facts.parcel.code, soon),
                fx.Grant("land_use", land, (holder(office.SELLER),), {}),
            ],
        )
    )
    assert run("land") == 1 and run("land") == 0
    assert [d.unit_code for d in Deadline.objects.filter(kind="land")] == [land], "not the homes on it"
    assert f"{day(200):%-m月%-d日}" in Message.objects.get(template="land_ending").text


# --- the job -------------------------------------------------------------------------------------------------------


def test_every_kind_is_watched_each_day_and_one_that_fails_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    restricted("objection", midnight_after(day(2)))
    monkeypatch.setitem(WATCHES, "notice", WATCHES["notice"].__class__("坏", lambda _: 1 / 0, ""))  # type: ignore[arg-type,return-value]
    order = list(WATCHES)
    assert order.index("notice") < order.index("seizure")
    restricted("seizure", midnight_after(day(5)))
    tasks.watch(0)
    assert listed("objection") == [day(2)] and listed("seizure") == [day(5)]


def test_people_do_not_run_the_watch() -> None:
    with pytest.raises(NotPermitted):
        keep_watch(actor=office.clerk(), kind="pass")
