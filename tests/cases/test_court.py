"""The 协执窗口: the minute of service, who comes first, what stops, the receipt and the letters."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from dengbu.cases import tasks
from dengbu.cases.actions import court, desk, filing
from dengbu.cases.actions.served import after_entry
from dengbu.cases.documents import catalogue
from dengbu.cases.facts import facts
from dengbu.cases.models import Case, CaseDocument, ClockStop
from dengbu.cases.queries.court import passed_to, property_of
from dengbu.catalog.policy.policy import office_calendar, time_limit
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.core.workdays import add_workdays
from dengbu.notices.models import Message
from dengbu.orders import actions as orders
from dengbu.orders.models import Letter, Order, Service
from dengbu.orders.rules import Officer
from dengbu.register import effects as fx
from dengbu.register.actions import enter
from dengbu.register.models import Restriction
from dengbu.register.queries import book_of
from dengbu.register.verify import verify
from tests.parties.people import waiting_jobs
from tests.register import homes as homes_
from tests.register.homes import put, seizure
from tests.support import court as served
from tests.support import matters, office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def homes() -> None:
    office.open_homes(2)


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return set(caught.value.codes)


# --- the stamp -----------------------------------------------------------------------------------------------------


def test_the_minute_of_service_is_the_servers_clock_at_receipt_and_is_printed() -> None:
    before = clock.now()
    service = Service.objects.get(pk=served.received(served_at=before - dt.timedelta(days=3)))
    assert before <= service.served_at == service.received_at <= clock.now(), "nobody types it at the window"
    at = clock.local(service.served_at)
    assert f"{at.year}年{at.month}月{at.day}日{at:%H:%M}" in served.said(service.pk, "service_slip")
    assert "张执行" in served.said(service.pk, "service_slip")


def test_two_officers_show_work_permit_and_permit_for_duty_or_nothing_is_stamped() -> None:
    one = served.OFFICERS[:1]
    with pytest.raises(Refused) as caught:
        served.received(officers=one)
    assert {r.field for r in caught.value.refusals} == {"name-2", "work_card-2", "duty_card-2"}
    twice = (served.OFFICERS[0], Officer(name="李", work_card="豫法工001", duty_card="x"))
    with pytest.raises(Refused) as caught:
        served.received(officers=twice)
    assert codes(caught) == {"SERVED_SAME_OFFICER"} and not Service.objects.exists()


def test_the_courts_system_and_an_outage_bring_their_own_minute_never_a_later_one() -> None:
    earlier = clock.now() - dt.timedelta(hours=2)
    nobody = (Officer(name="", work_card="", duty_card=""),) * 2  # as the page posts fields left empty
    by_network = served.received(channel="network", request_no="WLCK-1", served_at=earlier, officers=nobody)
    assert Service.objects.get(pk=by_network).served_at == earlier
    slip = served.said(by_network, "service_slip")
    assert "请求单号WLCK-1" in slip and "没有当面送达人员" in slip
    with pytest.raises(Refused) as caught:
        served.received(channel="outage", served_at=earlier)
    assert codes(caught) == {"SERVED_WHY_LATE"}
    with pytest.raises(Refused) as caught:
        served.received(
            channel="network",
            request_no="WLCK-2",
            served_at=clock.now() + dt.timedelta(minutes=5),
            officers=(),
        )
    assert codes(caught) == {"SERVED_LATER"}


def test_nobody_changes_a_stamp_afterwards() -> None:
    service = served.received()
    with pytest.raises(Exception, match=r"orders_service|permission denied|append"), transaction.atomic():
        move_the_stamp(actor=office.SYSTEM, service=service)


@act("test.move_the_stamp")
def move_the_stamp(*, actor: Actor, service: uuid.UUID) -> None:
    Service.objects.filter(pk=service).update(served_at=clock.now() - dt.timedelta(days=1))


def test_a_seizure_begins_at_the_court_desk_only() -> None:
    with pytest.raises(Refused) as caught:
        filing.start_walk_in(actor=served.receiver(), type_code="S01")
    assert codes(caught) == {"WALKIN_SERVED"}


# --- the case ------------------------------------------------------------------------------------------------------


def test_the_stamp_survives_until_entry_whatever_is_typed_and_is_when_the_seizure_begins() -> None:
    service = served.received()
    docket_id = served.entered(served.begun(service), served_at="2020-01-01T08:00+08:00", document_no="改了")
    found = Restriction.objects.get(made_by__docket_id=docket_id)
    stamp = Service.objects.get(pk=service).served_at.replace(second=0, microsecond=0)
    assert (found.kind, found.from_at, found.document_no) == ("seizure", stamp, "（2026）豫0106执1号")
    order = served.order_of(docket_id)
    assert (order.outcome, order.settled_by) == ("entered", "李受理")
    assert verify(deep=True).ok


def test_who_received_the_paper_neither_reviews_nor_enters_it() -> None:
    docket_id = served.checked(served.begun(served.received()))
    with pytest.raises(NotPermitted):
        desk.accept(actor=served.receiver(), docket_id=docket_id)


def test_the_scans_of_the_paper_and_of_the_credentials_lie_in_the_case_too() -> None:
    docket_id = served.begun(served.received())
    lines = facts(Case.objects.get(pk=docket_id)).pages
    assert lines == {"ASSIST": 1, "CREDS": 1}


def test_a_paper_may_name_neither_its_organs_number_nor_the_debtor_yet() -> None:
    begin = {"actor": served.receiver(), "unit_code": office.homes.home(1), "type_code": "S01"}
    docket_id = court.begin(service_id=served.received(authority_number=""), **begin)
    assert not Case.objects.get(pk=docket_id).parties.exists(), "typed on the page of the parties"
    with pytest.raises(Refused) as caught:
        court.begin(service_id=uuid.uuid4(), **begin)
    assert codes(caught) == {"SERVICE_UNKNOWN"}


def test_the_line_of_seizures_is_that_of_service_not_of_typing() -> None:
    first, second = served.received("先执1号"), served.received("后执2号")
    late, early = served.checked(served.begun(second)), served.begun(first)
    with pytest.raises(Refused) as caught:
        desk.accept(actor=office.clerk(), docket_id=late)
    assert codes(caught) == {"ORDER_EARLIER"} and "先执1号" in str(caught.value.refusals[0].message)
    served.entered(early)
    desk.accept(actor=office.clerk(), docket_id=late)
    line = Restriction.objects.filter(ended_by=None).order_by("kind")
    assert [(r.kind, r.document_no) for r in line] == [("seizure", "先执1号"), ("waiting_seizure", "后执2号")]


def test_a_paper_that_lifts_ends_the_seizure_and_its_receipt_says_which() -> None:
    served.entered(served.begun(served.received()))
    stands, unit, by = Restriction.objects.get(), office.homes.home(1), served.receiver()
    docket_id = served.begun(served.received("解封1号"), kind="S02")
    case = Case.objects.get(pk=docket_id)
    assert (case.unit_code, case.location) == (unit, "试验路1号1室"), "the paper names it"
    filing.save_property(actor=by, docket_id=docket_id, unit_code=unit, right=str(stands.public_id))
    served.entered(docket_id, reason="ordered")
    stands.refresh_from_db()
    assert stands.ended_by.docket_id == docket_id and served.order_of(docket_id).outcome == "entered"
    tasks.court_papers(str(docket_id))
    assert f"注销查封{served.COURT}，（2026）豫0106执1号" in served.said(docket_id, "order_receipt")


# --- what stops ----------------------------------------------------------------------------------------------------


def test_from_the_stamp_on_nothing_is_entered_that_the_paper_forbids() -> None:
    sale = office.checked_sale()
    docket_id = served.begun(served.received())
    with pytest.raises(Refused) as caught:
        desk.accept(actor=office.clerk(), docket_id=sale)
    assert codes(caught) == {"ORDER_SERVED"} and office.state_of(sale) == "preapproved"
    other = office.checked_sale(2)
    assert desk.accept(actor=office.clerk(), docket_id=other)["entered"], "the home beside is not concerned"
    assert served.order_of(docket_id).outcome == ""


def test_one_press_stops_the_accepted_cases_of_the_unit_in_writing_and_tells_the_applicants() -> None:
    heir = matters.accepted_inheritance()
    docket_id = served.begun(served.received())
    order = served.order_of(docket_id)
    assert court.stop_running(actor=served.receiver(), order_id=order.pk) == {"stopped": 1, "told": 0}
    stop = ClockStop.objects.get(docket_id=heir, reason="court")
    assert "（2026）豫0106执1号" in stop.evidence and order.service.number in stop.evidence
    assert "pause" in matters.open_kinds(heir)
    assert not any(court.stop_running(actor=served.receiver(), order_id=order.pk).values()), "stopped once"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE args->>'template' = 'stopped_by_order'"
            " AND args->'docket_ids' = %s::jsonb",
            [f'["{heir}"]'],
        )
        assert cursor.fetchone() == (1,), "the applicants are told"
    assert [job["docket_ids"] for job in waiting_jobs("cases.stop_notices")] == [[str(heir)]]
    tasks.tell([str(heir)], "stopped_by_order")
    assert Message.objects.filter(docket_id=heir, template="stopped_by_order").count() == 1
    tasks.stop_notices([str(heir)])
    tasks.stop_notices([str(heir)])
    assert CaseDocument.objects.filter(docket_id=heir, kind="pause").count() == 1
    assert "豫0106执1号" in served.said(heir, "pause")


# --- the receipt ---------------------------------------------------------------------------------------------------


def test_the_receipt_says_what_was_entered_and_lies_in_the_volume_once() -> None:
    docket_id = served.entered(served.begun(served.received()))
    tasks.court_papers(str(docket_id))
    tasks.court_papers(str(docket_id))
    text, case = served.said(docket_id, "order_receipt"), Case.objects.get(pk=docket_id)
    found = Restriction.objects.get()
    since, last = clock.local(found.from_at), clock.local(found.until_at - dt.timedelta(seconds=1))
    term = (
        f"{since.year}年{since.month}月{since.day}日{since:%H:%M}起至{last.year}年{last.month}月{last.day}日"
    )
    assert term in text and "份额" not in text
    assert case.entry_no in text and "查封" in text and served.COURT in text
    assert "协助执行回执" in {line["title"] for line in catalogue(facts(case))}


def test_corrections_1_after_the_home_has_passed_the_receipt_tells_to_whom_and_when() -> None:
    office.registered_sale()
    docket_id = served.begun(served.received())
    with pytest.raises(Refused) as caught:
        served.submitted(docket_id)
    assert "O_HOME_PASSED" in codes(caught)
    order = served.order_of(docket_id)
    unit = office.homes.home(1)
    for who, has_it in ((office.SELLER, False), (office.BUYER, True)):
        (found,) = (o for o in property_of(who[0], crypto.index(who[1])) if o.book.code == unit)
        assert (found.right is not None) is has_it, "the page says that it has passed"
    assert [r.holders[0].name for r in passed_to([order]).values()] == [office.BUYER[0]]
    court.propose_end(actor=served.receiver(), order_id=order.pk, outcome="passed", reason="已过户给买方")
    with pytest.raises(NotPermitted):
        court.decide_end(actor=served.receiver(), order_id=order.pk, agrees=True)
    assert court.decide_end(actor=office.reviewer(), order_id=order.pk, agrees=True) == "passed"
    text = served.said(order.service_id, "order_receipt")
    today = clock.today()
    assert office.BUYER[0] in text and f"{today.year}年{today.month}月{today.day}日" in text
    assert "（复核人）：王审核" in text and "（经办人）：陈协执22" in text, "who decided, and who proposed it"
    assert not Restriction.objects.exists() and office.state_of(docket_id) == "withdrawn"
    assert verify().ok


def test_what_has_not_passed_cannot_be_answered_without_an_entry() -> None:
    order = served.order_of(served.begun(served.received()))
    with pytest.raises(Refused) as caught:
        court.propose_end(actor=served.receiver(), order_id=order.pk, outcome="passed", reason="不想登记了")
    assert codes(caught) == {"ORDER_NOT_PASSED"} and not passed_to([order])


def test_whether_the_home_has_passed_is_looked_up_again_when_the_second_person_decides() -> None:
    """The wrong person was typed: the home is the debtor's, and is seized."""
    office.registered_sale()
    docket_id, by = served.begun(served.received()), served.receiver()
    order = served.order_of(docket_id)
    court.propose_end(actor=by, order_id=order.pk, outcome="passed", reason="已过户给买方")
    filing.save_parties(actor=by, docket_id=docket_id, parties=[office.party("debtor", office.BUYER)])
    with pytest.raises(Refused) as caught:
        court.decide_end(actor=office.reviewer(), order_id=order.pk, agrees=True)
    assert codes(caught) == {"ORDER_NOT_PASSED"} and served.order_of(docket_id).outcome == ""
    assert court.decide_end(actor=office.reviewer(), order_id=order.pk, agrees=False) == ""
    order.refresh_from_db()
    assert (order.proposed, order.settled_at) == ("", None), "not agreed: it stays in the line"
    assert office.state_of(docket_id) == "draft"


def test_a_home_chosen_by_mistake_is_let_go_by_two_people() -> None:
    sale, docket_id = office.checked_sale(), served.begun(served.received())
    order = served.order_of(docket_id)
    court.propose_end(actor=served.receiver(), order_id=order.pk, outcome="taken_back", reason="选错了房屋")
    assert court.decide_end(actor=office.reviewer(), order_id=order.pk, agrees=True) == "taken_back"
    assert desk.accept(actor=office.clerk(), docket_id=sale)["entered"]
    prints = CaseDocument.objects.filter(docket_id=order.service_id)
    assert [p.kind for p in prints] == ["service_slip"], (
        "a mistake of the office is not answered to the court"
    )


def test_a_case_that_ended_gives_the_order_back_with_its_place() -> None:
    service = served.received()
    docket_id = served.begun(service)
    with pytest.raises(Refused) as caught:
        served.begun(service)
    assert codes(caught) == {"ORDER_TWICE"}
    filing.drop_draft(actor=served.receiver(), docket_id=docket_id)
    again = served.begun(service)
    assert Order.objects.get().docket_id == again


def test_a_case_that_ended_on_one_unit_gives_no_second_case_on_another() -> None:
    service = served.received()
    running, ended = served.begun(service), served.begun(service, 2)
    filing.drop_draft(actor=served.receiver(), docket_id=ended)
    with pytest.raises(Refused) as caught:
        served.begun(service)
    assert codes(caught) == {"ORDER_TWICE"} and served.order_of(running).settled_at is None


# --- letters -------------------------------------------------------------------------------------------------------


def capped() -> uuid.UUID:
    return served.entered(served.begun(served.received()), term_months=60)


def test_corrections_2_a_term_that_was_cut_opens_a_task_until_the_court_answers() -> None:
    docket_id = capped()
    letter = Letter.objects.get(docket_id=docket_id)
    assert (letter.kind, letter.said["asked"], letter.sent_on) == ("term_capped", "60个月", None)
    assert letter.due_on == add_workdays(clock.today(), 1, office_calendar()), (
        "it leaves the next working day"
    )
    tasks.court_papers(str(docket_id))
    assert "60个月" in served.said(docket_id, "letter-") and served.COURT in served.said(docket_id, "letter-")
    by, today = office.clerk(), clock.today()
    with pytest.raises(Refused) as caught:
        court.note_answer(actor=by, letter_id=letter.pk, answer="（2026）复函1号，同意", on=today)
    assert codes(caught) == {"LETTER_NOT_SENT"}
    court.note_sent(actor=by, letter_id=letter.pk, how="机要", on=today)
    letter.refresh_from_db()
    waits = time_limit("organ_answer", today).amount
    assert letter.due_on == add_workdays(today, waits, office_calendar()), (
        "from then its answer is waited for"
    )
    with pytest.raises(Refused) as caught:
        court.note_answer(actor=by, letter_id=letter.pk, answer="（2026）复函1号，同意", on=today)
    assert codes(caught) == {"LETTER_NO_PAPER"}, "an answer is a paper"
    office.upload(actor=by, docket_id=docket_id, item="REPLY")
    court.note_answer(actor=by, letter_id=letter.pk, answer="（2026）复函1号，同意", on=today)
    letter.refresh_from_db()
    assert (letter.answered_on, letter.answered_by) == (today, "李受理")
    titles = {line["title"] for line in catalogue(facts(Case.objects.get(pk=docket_id)))}
    assert {"告知函", "机关的书面答复"} <= titles


def test_of_two_letters_of_a_case_each_is_printed_as_itself() -> None:
    docket_id = capped()
    second_letter(actor=office.SYSTEM, docket_id=docket_id)
    tasks.court_papers(str(docket_id))
    first, second = Letter.objects.order_by("serial")
    for letter, words in ((first, "60个月"), (second, "第3次续封")):
        text = served.said(docket_id, f"letter-{letter.serial:06d}")
        assert words in text and letter.number in text


@act("test.second_letter")
def second_letter(*, actor: Actor, docket_id: uuid.UUID) -> None:
    said = {"times": 3, "allowed": 2, "entered": "至2029-03-04", "units": []}
    one = {
        "docket_id": docket_id,
        "kind": "renewals_over",
        "authority": "乙法院",
        "document_no": "乙执2号",
        "said": said,
    }
    orders.write_letters(actor=actor, year=2027, due_on=clock.today(), letters=[one])


def test_corrections_2_a_term_within_the_law_opens_none() -> None:
    served.entered(served.begun(served.received()), term_months=36)
    assert not Letter.objects.exists()


def test_a_letter_keeps_what_was_written() -> None:
    letter = Letter.objects.get(docket_id=capped())
    with pytest.raises(IntegrityError), transaction.atomic():
        rewrite(actor=office.SYSTEM, letter=letter)


@act("test.rewrite")
def rewrite(*, actor: Actor, letter: Letter) -> None:
    letter.said = {}
    letter.save()


def test_corrections_3_a_preseizure_that_became_a_seizure_is_told_in_writing() -> None:
    """The home is registered to the debtor: the same entry turns his pre-seizure, and the letter comes with it."""
    unit, case = office.homes.home(1), Case.objects.get(pk=office.registered_sale(2))
    until = clock.now() + dt.timedelta(days=400)
    put(seizure(unit, office.SELLER, kind="preseizure", document_no="预封1号", until_at=until))
    convert(actor=office.SYSTEM, case=case, unit=unit)
    letter = Letter.objects.get(docket_id=case.pk)
    assert (letter.kind, letter.document_no, letter.said["units"][0][0]) == ("converted", "预封1号", unit)
    tasks.court_papers(str(case.pk))
    last = clock.local(until - dt.timedelta(seconds=1))
    text = served.said(case.pk, "letter-")
    assert "预查封已同时转为查封" in text and f"{last.year}年{last.month}月{last.day}日，不重新计算" in text
    court.note_sent(actor=office.clerk(), letter_id=letter.pk, how="机要", on=clock.today())
    letter.refresh_from_db()
    assert letter.answered_on, "told, no answer is asked for"


@act("test.convert")
def convert(*, actor: Actor, case: Case, unit: str) -> None:
    books = book_of([unit])
    was = next(r for r in books[unit].restrictions if r.kind == "preseizure")
    anew = fx.Restrict("seizure", unit, was.authority, was.document_no, was.from_at, was.until_at)
    turned = homes_.Given((unit,), lambda _: [fx.Lift(unit, was.public_id, "converted"), anew])
    made = enter(actor=actor, registrations=[turned], authority="410106", of_record=office.OF_RECORD)
    after_entry({case.pk: made.entries}, {case.pk: facts(case)}, books, actor)
