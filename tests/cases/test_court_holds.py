"""What a served paper holds: from its stamp, on the houses of its land, and at each step of a case."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dengbu.cases import tasks
from dengbu.cases.actions import court, desk, filing, review
from dengbu.cases.actions.served import _for_officer, _held, forbidden
from dengbu.cases.actions.withdrawing import withdraw
from dengbu.cases.models import Case, RestrictionCheck
from dengbu.cases.queries.court import running
from dengbu.catalog.registrations import TYPES, Filed
from dengbu.core import clock
from dengbu.core.identifiers import reaches
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.notices.models import Message
from dengbu.orders.models import Letter, Order, Service
from dengbu.orders.rules import OpenOrder, earlier, received
from dengbu.register import effects as fx
from dengbu.register.actions import enter
from dengbu.register.models import Entry, Restriction
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from tests.catalog import noticed, passing
from tests.catalog.made_up import UNIT, book
from tests.register import homes
from tests.support import court as served
from tests.support import matters, office

HOME, LAND = homes.home(1), homes.LAND


@pytest.fixture
def _homes(db: None) -> None:
    office.open_homes(3)


in_the_office = pytest.mark.usefixtures("_homes")


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return set(caught.value.codes)


def land_of(who: tuple[str, str]) -> None:
    right = fx.Grant("land_use", LAND, (homes.holder(who),), {"right_nature": "granted"})
    given = homes.granting(right)
    enter(actor=office.SYSTEM, registrations=[given], authority="410106", of_record=office.OF_RECORD)


def on_land(no: str = "（2026）豫0106执8号") -> Order:
    """A paper that names the land, stamped and scanned: nobody has typed a case yet."""
    return Order.objects.select_related("service").get(
        service_id=served.received(no, units=[LAND], type_code="S01")
    )


# --- who comes first -----------------------------------------------------------------------------------------------


def lying(served_at: dt.datetime, number: str, unit: str = HOME) -> OpenOrder:
    return OpenOrder(uuid.uuid4(), unit, uuid.uuid4(), True, served_at, number, "法院", "1号")


MIDNIGHT = dt.datetime(2027, 1, 5, 0, 0, tzinfo=clock.SHANGHAI)
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((MIDNIGHT - SECOND, "XZ20270104000009"), (MIDNIGHT, "XZ20270105000001")),  # over midnight
        ((MIDNIGHT - 60 * SECOND, "XZ20270105000002"), (MIDNIGHT, "XZ20270105000001")),  # brought its minute
        (
            (MIDNIGHT + 40 * SECOND, "XZ20270105000001"),
            (MIDNIGHT, "XZ20270105000002"),
        ),  # one minute: the stamp
        ((MIDNIGHT, "XZ20270105000001"), (MIDNIGHT, "XZ20270105000002")),
    ],
)
def test_of_two_papers_the_minute_decides_and_within_the_minute_the_stamp(
    first: tuple[dt.datetime, str], second: tuple[dt.datetime, str]
) -> None:
    one, two = lying(*first), lying(*second)
    assert earlier([two, one], two) == one and earlier([one, two], one) is None


def test_only_a_paper_that_holds_and_lies_on_the_same_unit_comes_before() -> None:
    mine = lying(MIDNIGHT + SECOND, "XZ20270105000002")
    other = lying(MIDNIGHT - 90 * SECOND, "XZ20270104000001", homes.home(2))
    told = dataclasses.replace(lying(MIDNIGHT - 90 * SECOND, "XZ20270104000002"), holds=False)
    assert earlier([mine, other, told], mine) is None


@pytest.mark.parametrize(("reason", "unit", "waits"), [
    ("lapsed", HOME, True), ("lapsed", homes.home(2), False), ("ordered", HOME, False),
])  # fmt: skip
def test_nobody_takes_off_what_ran_out_while_a_paper_lies_there(reason: str, unit: str, waits: bool) -> None:
    """The paper may be the renewal that was served in time."""
    case: Any = SimpleNamespace(registration=TYPES["S02"](Filed(None, unit, (), terms={"reason": reason})))
    held = _held([lying(MIDNIGHT, "XZ20270105000001")], case, {})
    assert [h.refusal.code for h in held] == ["ORDER_SERVED"] * waits


@pytest.mark.parametrize(("kind", "officer"), [("S01", True), ("S06", False)])
def test_what_a_paper_leaves_to_the_officer_before_its_entry_is_what_it_leaves_after_it(
    kind: str, officer: bool
) -> None:
    """An inheritance under a seizure is for him to weigh (corrections 22), under a freeze it is not (corrections 10)."""
    order = dataclasses.replace(lying(MIDNIGHT, "XZ20270105000001", UNIT), type_code=kind)
    one: Any = SimpleNamespace(registration=passing.filed("P03"))
    assert _for_officer(one, {UNIT: book(title="li")}, order) is officer


def test_a_paper_on_a_home_nobody_owns_yet_is_a_preseizure_of_the_buyer_and_on_an_owned_one_a_seizure() -> (
    None
):
    """A notice goes past a seizure of the seller's home, but past a pre-seizure only with the court."""
    order = lying(MIDNIGHT, "XZ20270105000001", noticed.UNIT)
    bought = noticed.notice("presale", noticed.WANG)
    gives_up: Any = SimpleNamespace(registration=noticed.filed("D08", terms=noticed.about(bought)))
    assert forbidden(gives_up, {noticed.UNIT: noticed.presold(bought)}, order)
    assert not forbidden(gives_up, {noticed.UNIT: noticed.owned(bought)}, order)


def test_what_is_ordered_on_land_reaches_its_houses_and_nothing_else() -> None:
    assert reaches(HOME, HOME) and reaches(LAND, HOME)
    other = homes.LAND.replace("GB00001", "GB00002")
    assert not any((reaches(HOME, LAND), reaches(HOME, homes.home(2)), reaches(other, HOME)))


# --- from the stamp ------------------------------------------------------------------------------------------------


@in_the_office
def test_a_paper_that_names_the_home_holds_it_from_its_stamp_on() -> None:
    sale = office.checked_sale()
    service = served.received(units=[HOME], type_code="S01")
    order = Order.objects.get(service_id=service)
    assert (order.docket_id, order.location, order.holds) == (None, "试验路1号1室", True)
    with pytest.raises(Refused) as caught:
        desk.accept(actor=office.clerk(), docket_id=sale)
    assert codes(caught) == {"ORDER_SERVED"} and office.state_of(sale) == "preapproved"
    said = caught.value.refusals[0]
    assert "土地" not in said.message + said.remedy and said.basis == "查封规定23"
    docket_id = served.entered(served.begun(service))
    order.refresh_from_db()
    assert (order.docket_id, order.outcome) == (docket_id, "entered"), "the case took the place that was kept"
    assert Order.objects.count() == 1 and verify().ok


@in_the_office
def test_what_was_entered_before_the_stamp_stands() -> None:
    sale = office.registered_sale()
    service = Service.objects.get(pk=served.received(units=[HOME], type_code="S01"))
    assert Entry.objects.get(docket_id=sale).instant <= service.served_at
    with pytest.raises(Refused) as caught:
        served.submitted(served.begun(service.pk))
    assert "O_HOME_PASSED" in codes(caught)


@in_the_office
def test_a_paper_that_names_a_person_holds_what_is_found_as_soon_as_an_officer_names_it() -> None:
    service, sale = served.received(), office.checked_sale(2)
    found = [homes.home(n) for n in (1, 2)]
    name = {"actor": served.receiver(), "service_id": service, "units": found, "type_code": "S01"}
    assert court.name_units(**name) == 2 and court.name_units(**name) == 0, "named twice is named once"
    with pytest.raises(Refused) as caught:
        desk.accept(actor=office.clerk(), docket_id=sale)
    assert codes(caught) == {"ORDER_SERVED"}
    later = served.checked(served.begun(served.received("后执2号")))
    with pytest.raises(Refused) as caught:
        desk.accept(actor=office.clerk(), docket_id=later)
    assert codes(caught) == {"ORDER_EARLIER"}, "its place in the line counts before it is typed"


@in_the_office
def test_an_unknown_unit_or_type_is_not_stamped() -> None:
    with pytest.raises(Refused) as caught:
        served.received(units=[HOME, "410106009001GB00001F00010099"], type_code="S01")
    assert codes(caught) == {"F_UNIT_UNKNOWN"} and "F00010099" in str(caught.value.refusals[0].message)
    with pytest.raises(Refused) as caught:
        served.received(units=[HOME], type_code="P01")
    assert codes(caught) == {"ORDER_TYPE"} and not Service.objects.exists()
    with pytest.raises(Refused) as caught:
        court.name_units(actor=served.receiver(), service_id=uuid.uuid4(), units=[HOME], type_code="S01")
    assert codes(caught) == {"SERVICE_UNKNOWN"}
    with pytest.raises(Refused) as caught:
        court.name_units(actor=served.receiver(), service_id=served.received(), units=[], type_code="S01")
    assert codes(caught) == {"ORDER_NO_UNIT"}


@in_the_office
def test_what_was_named_by_mistake_is_let_go_by_two_people_before_any_case() -> None:
    sale, order = (
        office.checked_sale(),
        Order.objects.get(service_id=served.received(units=[HOME], type_code="S01")),
    )
    court.propose_end(actor=served.receiver(), order_id=order.pk, outcome="taken_back", reason="选错了房屋")
    assert court.decide_end(actor=office.reviewer(), order_id=order.pk, agrees=True) == "taken_back"
    assert desk.accept(actor=office.clerk(), docket_id=sale)["entered"]
    named = court.name_units(
        actor=served.receiver(), service_id=order.service_id, units=[HOME], type_code="S01"
    )
    again = Order.objects.get(outcome="")
    assert named == 1 and again.holds, "it was no mistake after all: it is held anew"
    assert served.order_of(served.begun(order.service_id)) == again


# --- at each step --------------------------------------------------------------------------------------------------


@in_the_office
def test_an_application_is_not_filed_while_the_paper_lies_there() -> None:
    draft = office.draft_sale()
    served.received(units=[HOME], type_code="S01")
    with pytest.raises(Refused) as caught:
        filing.submit(actor=office.seller(), docket_id=draft, declared=True)
    assert codes(caught) == {"ORDER_SERVED"}


@in_the_office
def test_the_reviewer_sees_the_paper_and_cannot_pass_the_case() -> None:
    docket_id, by = office.submitted_sale(), office.reviewer()
    review.claim(actor=by, docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=by, docket_id=docket_id)
    served.received(units=[HOME], type_code="S01")
    with pytest.raises(Refused) as caught:
        review.pass_case(actor=by, docket_id=docket_id)
    assert codes(caught) == {"ORDER_SERVED"}, "although the look was fresh"
    review.query_restrictions(actor=by, docket_id=docket_id)
    check = RestrictionCheck.objects.filter(docket_id=docket_id).latest("pk")
    assert not check.answered and [f["code"] for f in check.found] == ["ORDER_SERVED"]


@in_the_office
def test_the_look_at_the_desk_shows_the_paper() -> None:
    docket_id = office.checked_sale()
    served.received(units=[HOME], type_code="S01")
    assert desk.query_batch(actor=office.clerk(), docket_ids=[docket_id]) == 0
    check = RestrictionCheck.objects.filter(docket_id=docket_id).latest("pk")
    assert [r["code"] for r in check.refusals] == ["ORDER_SERVED"]


@in_the_office
def test_applicants_whose_case_is_not_accepted_are_told_once_and_their_case_stays_where_it_is() -> None:
    sale = office.checked_sale()
    order = Order.objects.get(service_id=served.received(units=[HOME], type_code="S01"))
    press = {"actor": served.receiver(), "order_id": order.pk}
    assert court.stop_running(**press) == {"stopped": 0, "told": 1}
    assert not any(court.stop_running(**press).values())
    assert office.state_of(sale) == "preapproved" and not matters.open_kinds(sale)
    tasks.tell([str(sale)], "held_by_order")
    assert Message.objects.filter(docket_id=sale, template="held_by_order").count() == 1
    second = Order.objects.get(service_id=served.received("后执2号", units=[HOME], type_code="S01"))
    assert court.stop_running(actor=served.receiver(), order_id=second.pk)["told"] == 1, "of each paper"


@in_the_office
def test_the_stop_button_leaves_alone_what_the_paper_does_not_forbid_and_other_papers() -> None:
    other = served.checked(served.begun(served.received("先执1号")))
    order = Order.objects.get(service_id=served.received("后执2号", units=[HOME], type_code="S01"))
    renewal = office.passed(
        "P15",
        office.seller(),
        [office.party("holder", office.SELLER)],
        {"reason": "damaged", "old_certificate": "豫（2024）测试市不动产权第0000001号"},
    )
    assert {c.pk for c in running([HOME])} == {other, renewal}
    assert court.stop_running(actor=served.receiver(), order_id=order.pk) == {"stopped": 0, "told": 0}


@in_the_office
def test_nothing_is_served_on_a_home_that_is_gone() -> None:
    gone = homes.home(3)
    title = unit_book(gone).title  # type: ignore[union-attr]
    assert title is not None
    ending = homes.granting(fx.End(gone, title.public_id, "destroyed"), fx.Close(gone, "destroyed"))
    enter(actor=office.SYSTEM, registrations=[ending], authority="410106", of_record=office.OF_RECORD)
    with pytest.raises(Refused) as caught:
        served.received(units=[gone], type_code="S01")
    assert codes(caught) == {"F_UNIT_UNKNOWN"}
    with pytest.raises(Refused) as caught:
        served.begun(served.received(), 3)
    assert codes(caught) == {"F_UNIT_UNKNOWN"}


# --- land ----------------------------------------------------------------------------------------------------------


@in_the_office
def test_corrections_6_a_paper_on_the_land_holds_the_house_of_the_same_owner() -> None:
    land_of(office.SELLER)
    sale, order = office.checked_sale(), on_land()
    with pytest.raises(Refused) as caught:
        desk.accept(actor=office.clerk(), docket_id=sale)
    said = caught.value.refusals[0]
    assert codes(caught) == {"ORDER_SERVED"} and "查封房屋所占土地" in said.message
    assert "由审核人员判断" in said.remedy and said.basis == "查封规定21、23"
    docket_id = uuid.UUID(
        court.begin(
            actor=served.receiver(),
            service_id=order.service_id,
            unit_code=LAND,
            type_code="S01",
            debtor=office.party("debtor", office.SELLER),
        )
    )
    served.entered(docket_id)
    with pytest.raises(Refused) as caught:
        desk.accept(actor=office.clerk(), docket_id=sale)
    assert "R_LANDSEAL" in codes(caught), "then the book itself says so"
    assert Restriction.objects.get().unit.code == LAND


@in_the_office
def test_corrections_6_where_owners_differ_the_officer_decides_before_the_paper_is_entered_too() -> None:
    land_of(office.THIRD)
    sale, order = office.submitted_sale(), on_land()
    by = office.reviewer()
    review.claim(actor=by, docket_id=sale)
    office.judge_all(sale)
    review.query_restrictions(actor=by, docket_id=sale)
    found = RestrictionCheck.objects.filter(docket_id=sale).latest("pk").found
    assert [(f["code"], f["id"], f["officer"]) for f in found] == [("ORDER_SERVED", str(order.pk), True)]
    review.decide_by_officer(
        actor=by, docket_id=sale, obstacle=str(order.pk), reason="房屋与土地权利人不同，查封不及于房屋"
    )
    review.query_restrictions(actor=by, docket_id=sale)
    review.pass_case(actor=by, docket_id=sale)
    office.check_at_desk(sale)
    assert desk.accept(actor=office.clerk(), docket_id=sale)["entered"]


@in_the_office
def test_the_stop_button_of_land_lists_and_stops_the_houses_with_as_many_statements_for_one_as_for_three() -> (
    None
):
    land_of(office.SELLER)
    heirs, first, by = [matters.accepted_inheritance(1)], on_land("先执1号"), served.receiver()
    assert [c.pk for c in running([LAND])] == heirs
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert court.stop_running(actor=by, order_id=first.pk) == {"stopped": 1, "told": 0}
    court.propose_end(actor=by, order_id=first.pk, outcome="taken_back", reason="选错了宗地")
    court.decide_end(actor=office.reviewer(), order_id=first.pk, agrees=True)
    heirs += [matters.accepted_inheritance(n) for n in (2, 3)]
    second = on_land("后执2号")
    with CaptureQueriesContext(connection) as many:
        assert court.stop_running(actor=by, order_id=second.pk) == {"stopped": 2, "told": 0}, (
            "one is stopped already"
        )
    assert len(many) == len(one)
    assert all("pause" in matters.open_kinds(d) for d in heirs)
    assert Case.objects.filter(state="accepted").count() == 3


# --- what is refused -----------------------------------------------------------------------------------------------

WHOLE = {
    "channel": "window",
    "authority": served.COURT,
    "document_no": "（2026）豫0106执1号",
    "officers": served.OFFICERS,
    "request_no": "",
    "served_at": None,
    "late_reason": "",
    "now": MIDNIGHT,
}
BY_NETWORK = {"channel": "network", "officers": (), "request_no": "WLCK-1", "served_at": MIDNIGHT}
LATE = {"channel": "outage", "served_at": MIDNIGHT, "late_reason": "系统故障，登记单3号"}


@pytest.mark.parametrize(
    ("paper", "said"),
    [
        ({}, set()),
        (BY_NETWORK, set()),
        (LATE, set()),
        ({"channel": "post"}, {"SERVED_HOW"}),
        ({"authority": "法院"}, {"SERVED_BY"}),
        ({"document_no": " 1 "}, {"SERVED_NO"}),
        (BY_NETWORK | {"request_no": "1"}, {"SERVED_REQUEST"}),
        (BY_NETWORK | {"served_at": None}, {"SERVED_WHEN"}),
        (BY_NETWORK | {"served_at": MIDNIGHT + SECOND}, {"SERVED_LATER"}),
        (LATE | {"served_at": None}, {"SERVED_WHEN"}),
        (LATE | {"officers": ()}, {"SERVED_OFFICER"}),
        (LATE | {"late_reason": "故障"}, {"SERVED_WHY_LATE"}),
    ],
)
def test_what_is_missing_of_a_paper_is_named(paper: dict[str, Any], said: set[str]) -> None:
    assert {r.code for r in received(**WHOLE | paper)} == said


@in_the_office
def test_a_paper_that_lifts_holds_and_stops_nothing() -> None:
    sale = office.checked_sale()
    order = Order.objects.get(service_id=served.received(units=[HOME], type_code="S02"))
    with pytest.raises(Refused) as caught:
        court.stop_running(actor=served.receiver(), order_id=order.pk)
    assert codes(caught) == {"ORDER_SETTLED"}
    assert desk.accept(actor=office.clerk(), docket_id=sale)["entered"]


@in_the_office
def test_an_order_ends_without_an_entry_by_the_rules_and_once() -> None:
    service = served.received(units=[HOME], type_code="S01")
    order = Order.objects.get(service_id=service)
    propose = {"actor": served.receiver(), "order_id": order.pk}
    decide = {"actor": office.reviewer(), "order_id": order.pk, "agrees": True}
    for wrong, code in (
        ({"outcome": "forgotten", "reason": "选错了房屋"}, "ORDER_OUTCOME"),
        ({"outcome": "entered", "reason": "选错了房屋"}, "ORDER_OUTCOME"),
        ({"outcome": "taken_back", "reason": "错了"}, "ORDER_REASON"),
    ):
        with pytest.raises(Refused) as caught:
            court.propose_end(**propose, **wrong)
        assert codes(caught) == {code}
    with pytest.raises(Refused) as caught:
        court.decide_end(**decide)
    assert codes(caught) == {"ORDER_NOT_PROPOSED"}
    court.propose_end(**propose, outcome="taken_back", reason="选错了房屋")
    docket_id = served.submitted(served.begun(service))
    with pytest.raises(Refused) as caught:
        court.decide_end(**decide)
    assert codes(caught) == {"ORDER_CASE_RUNS"}, "what was submitted is withdrawn first"
    withdraw(actor=served.receiver(), docket_id=docket_id)
    assert court.decide_end(**decide) == "taken_back"
    for again in (
        lambda: court.decide_end(**decide),
        lambda: court.stop_running(actor=served.receiver(), order_id=order.pk),
    ):
        with pytest.raises(Refused) as caught:
            again()
        assert codes(caught) == {"ORDER_SETTLED"}


@in_the_office
def test_a_letter_is_sent_and_answered_on_days_that_can_be_and_in_words() -> None:
    docket_id, by, today = (
        served.entered(served.begun(served.received()), term_months=60),
        office.clerk(),
        clock.today(),
    )
    letter, day = Letter.objects.get(docket_id=docket_id), dt.timedelta(days=1)
    office.upload(actor=by, docket_id=docket_id, item="REPLY")
    for how, on, code in (
        ("", today, "LETTER_HOW"),
        ("机要", today + day, "LETTER_DAY"),
        ("机要", today - day, "LETTER_DAY"),
    ):
        with pytest.raises(Refused) as caught:
            court.note_sent(actor=by, letter_id=letter.pk, how=how, on=on)
        assert codes(caught) == {code}
    court.note_sent(actor=by, letter_id=letter.pk, how="机要", on=today)
    for answer, on, code in (
        ("同意", today, "LETTER_ANSWER"),
        ("复函1号，同意", today + day, "LETTER_DAY"),
        ("复函1号，同意", today - day, "LETTER_DAY"),
    ):
        with pytest.raises(Refused) as caught:
            court.note_answer(actor=by, letter_id=letter.pk, answer=answer, on=on)
        assert codes(caught) == {code}
    court.note_answer(actor=by, letter_id=letter.pk, answer="复函1号，同意", on=today)
    with pytest.raises(Refused) as caught:
        court.note_answer(actor=by, letter_id=letter.pk, answer="复函2号，同意", on=today)
    assert codes(caught) == {"LETTER_ANSWERED"}


@in_the_office
def test_a_clerk_without_the_post_neither_stamps_nor_names_nor_stops() -> None:
    service = served.received(units=[HOME], type_code="S01")
    order, by = Order.objects.get(service_id=service), office.certifier()
    acts: list[Callable[[], object]] = [
        lambda: served.received("另1号", by=by),
        lambda: court.name_units(actor=by, service_id=service, units=[HOME], type_code="S01"),
        lambda: court.stop_running(actor=by, order_id=order.pk),
        lambda: court.propose_end(actor=by, order_id=order.pk, outcome="taken_back", reason="选错了房屋"),
    ]
    for one in acts:
        with pytest.raises(NotPermitted):
            one()
