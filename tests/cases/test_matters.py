"""What an accepted case waits for: opened with its acceptance, settled by others, and entered with the last of it."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction

from dengbu.cases import tasks
from dengbu.cases.actions import desk, matters, withdrawing
from dengbu.cases.actions.desk import entering
from dengbu.cases.actions.telling import tell_parties
from dengbu.cases.models import (
    Case,
    Claim,
    ClockStop,
    PendingMatter,
    PublicNotice,
    Transition,
)
from dengbu.cases.queries.court import put_off_now
from dengbu.catalog.policy.policy import office_calendar
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.core.workdays import add_workdays, workdays_between
from dengbu.payments.models import FeeBill
from dengbu.register.verify import verify
from tests.support import matters as waiting
from tests.support import office
from tests.support.matters import entries, owner

pytestmark = pytest.mark.django_db
REASON = "亲属关系证明与户籍档案不一致，请核对"


@pytest.fixture(autouse=True)
def homes() -> None:
    office.open_homes(2)


# --- acceptance ---------------------------------------------------------------------------------------------------


def test_an_inheritance_nobody_has_proved_is_accepted_and_not_entered() -> None:
    docket_id = waiting.checked_inheritance()
    said = desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert said["waiting"] == [str(docket_id)] and said["entered"] == []
    assert office.state_of(docket_id) == "accepted" and owner() == office.SELLER[0]
    assert waiting.open_kinds(docket_id) == {"notice", "second_review"}
    assert FeeBill.objects.filter(docket_id=docket_id).count() == 1
    assert Claim.objects.filter(docket_id=docket_id, released_at=None).exists(), "the home stays claimed"
    assert verify().ok


def test_a_notarised_inheritance_is_entered_at_once() -> None:
    docket_id = waiting.checked_inheritance(proof="notarised", will=None, all_heirs=None)
    said = desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert said["entered"] == [str(docket_id)]
    assert not PendingMatter.objects.filter(docket_id=docket_id).exists() and owner() == office.BUYER[0]


def test_a_case_whose_entry_is_forbidden_today_is_not_kept_waiting_for_it() -> None:
    docket_id = waiting.checked_inheritance()
    case = Case.objects.get(pk=docket_id)
    forget_the_deceased(actor=office.SYSTEM, case=case)
    with pytest.raises(Refused) as refused:
        desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert "P_DECEASED_MISSING" in refused.value.codes
    assert office.state_of(docket_id) == "preapproved" and not PublicNotice.objects.exists()


@act("test.forget_the_deceased")
def forget_the_deceased(*, actor: Actor, case: Case) -> None:
    case.parties.filter(role="deceased").delete()


def test_the_dead_are_neither_asked_to_the_desk_nor_questioned_nor_written_to() -> None:
    docket_id = waiting.accepted_inheritance()
    came = {p.role: p.present_at is not None for p in office.parties_of(docket_id)}
    assert came == {"deceased": False, "heir": True}
    assert office.BUYER[0] in waiting.printed(docket_id, "inquiry") and office.SELLER[
        0
    ] not in waiting.printed(docket_id, "inquiry")
    assert tell_parties(actor=office.SYSTEM, docket_ids=[docket_id], template="accepted") == 1


# --- the last one enters ------------------------------------------------------------------------------------------


def test_the_last_matter_settled_enters_the_case_under_its_own_day(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = waiting.accepted_inheritance()
    assert waiting.agree(docket_id) == "accepted" and owner() == office.SELLER[0] and not entries(docket_id)
    accepted_on = Case.objects.get(pk=docket_id).accepted_at
    waiting.after_the_notice(monkeypatch, docket_id)
    assert matters.end_notice(actor=office.SYSTEM, docket_id=docket_id) == "registered"
    case = Case.objects.get(pk=docket_id)
    assert entries(docket_id) == 1 and owner() == office.BUYER[0] and case.entry_no
    assert case.accepted_at == accepted_on and case.entered_at and case.entered_at > accepted_on
    said = Transition.objects.get(docket_id=docket_id, event="enter").note
    assert said == "审核人、登簿人：王审核；复审人：周复审"
    assert not Claim.objects.filter(docket_id=docket_id, released_at=None).exists()
    assert verify().ok


def test_the_job_settles_notices_that_are_over_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = waiting.accepted_inheritance()
    waiting.agree(docket_id)
    tasks.notices(0)
    assert waiting.open_kinds(docket_id) == {"notice"}
    due = PendingMatter.objects.get(docket_id=docket_id, kind="notice").due_at
    until = PublicNotice.objects.get(docket_id=docket_id).until_on
    assert due and clock.local(due).date() > until, "what came on the last day is written down first"
    monkeypatch.setattr(clock, "now", lambda: due - dt.timedelta(minutes=1))
    tasks.notices(0)
    assert waiting.open_kinds(docket_id) == {"notice"}
    waiting.after_its_grace(monkeypatch, docket_id)
    tasks.notices(0)
    tasks.notices(0)
    assert office.state_of(docket_id) == "registered" and entries(docket_id) == 1


def test_what_stands_in_the_book_by_then_stops_the_entry_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id = waiting.accepted_inheritance()
    waiting.agree(docket_id)
    office.seize(1)
    waiting.after_the_notice(monkeypatch, docket_id)
    assert matters.end_notice(actor=office.SYSTEM, docket_id=docket_id) == "accepted"
    case = Case.objects.get(pk=docket_id)
    assert not waiting.open_kinds(docket_id) and not entries(docket_id) and owner() == office.SELLER[0]
    assert case.filed["entry_refused"][0][0] == "R_SEAL" and case.entry_id is None
    assert Claim.objects.filter(docket_id=docket_id, released_at=None).exists()
    with pytest.raises(Refused) as refused:
        desk.enter_accepted(actor=office.clerk(), docket_id=docket_id)
    assert "R_SEAL" in refused.value.codes and verify().ok


def test_an_entry_refused_after_it_was_written_is_taken_back_whole_and_the_agreement_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        assert entries(docket_id) == 1, "the book is written by now"
        raise Refused(Refusal("CERT_NO_NUMBERS", "没有可用的证书编号。"))

    docket_id = waiting.checked_inheritance(proof="notarised", will=None, all_heirs=None)
    put_a_tax_matter(actor=office.SYSTEM, docket_id=docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    with monkeypatch.context() as patched:
        patched.setattr(entering, "number_papers", refuse)
        settle = {"docket_id": docket_id, "kind": "tax", "evidence": "完税证明3页"}
        assert desk.settle_matter(actor=office.clerk(), **settle) == "accepted"
    case = Case.objects.get(pk=docket_id)
    assert not entries(docket_id) and owner() == office.SELLER[0] and case.entry_no == ""
    assert not waiting.open_kinds(docket_id) and case.filed["entry_refused"][0][0] == "CERT_NO_NUMBERS"
    assert Claim.objects.filter(docket_id=docket_id, released_at=None).exists() and verify().ok
    assert desk.enter_accepted(actor=office.clerk(), docket_id=docket_id) == "registered"
    assert "entry_refused" not in Case.objects.get(pk=docket_id).filed and verify().ok


@act("test.enter_past_everything")
def enter_past_everything(*, actor: Actor, docket_id: uuid.UUID) -> None:
    entering._enter(Case.objects.get(pk=docket_id), entering.facts(Case.objects.get(pk=docket_id)), actor)


def test_postgresql_alone_keeps_a_waiting_case_out_of_the_book() -> None:
    docket_id = waiting.accepted_inheritance()
    with pytest.raises(IntegrityError, match="pending matter"), transaction.atomic():
        enter_past_everything(actor=office.SYSTEM, docket_id=docket_id)
    assert owner() == office.SELLER[0]


def test_a_matter_with_a_procedure_is_not_settled_by_a_line_of_evidence() -> None:
    docket_id = waiting.accepted_inheritance()
    for kind in ("notice", "second_review", "inspection", "objection"):
        with pytest.raises(Refused) as refused:
            desk.settle_matter(actor=office.clerk(), docket_id=docket_id, kind=kind, evidence="已办")
        assert refused.value.codes == ("MATTER_HAS_PROCEDURE",)


def test_a_case_that_is_withdrawn_leaves_nothing_open_and_its_money_goes_back() -> None:
    docket_id = waiting.accepted_inheritance()
    withdrawing.withdraw(actor=office.buyer(), docket_id=docket_id, reason="先办公证")
    assert not waiting.open_kinds(docket_id)
    assert set(PendingMatter.objects.filter(docket_id=docket_id).values_list("outcome", flat=True)) == {
        "over"
    }
    assert not ClockStop.objects.filter(docket_id=docket_id, until_on=None).exists()
    assert FeeBill.objects.get(docket_id=docket_id).state == "cancelled"


# --- second review ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hands", [9011, 9021], ids=["first reviewer", "desk clerk"])
def test_the_second_reviewer_is_neither_the_first_nor_the_clerk(hands: int) -> None:
    docket_id = waiting.accepted_inheritance()
    for take in (
        lambda by: matters.agree(actor=by, docket_id=docket_id),
        lambda by: matters.send_back(actor=by, docket_id=docket_id, reasons=REASON),
    ):
        with pytest.raises(NotPermitted) as refused:
            take(waiting.second(hands))
        assert refused.value.codes == ("CASE_SAME_HANDS",)
    assert waiting.open_kinds(docket_id) == {"notice", "second_review"}


def test_nobody_reviews_their_own_inheritance_nor_without_the_post() -> None:
    docket_id = waiting.accepted_inheritance()
    own = office.staff("review", 13, identity=office.BUYER[1])
    for by in (own, office.certifier(), office.buyer(), office.clerk(22)):
        with pytest.raises(NotPermitted):
            matters.agree(actor=by, docket_id=docket_id)


def test_what_was_sent_back_is_answered_and_reviewed_again() -> None:
    docket_id = waiting.accepted_inheritance()
    matters.send_back(actor=waiting.second(), docket_id=docket_id, reasons=REASON)
    assert waiting.open_kinds(docket_id) == {"notice", "answer"}
    with pytest.raises(NotPermitted):
        matters.answer(actor=office.reviewer(14), docket_id=docket_id, explanation="已向派出所核实，一致")
    matters.answer(actor=office.reviewer(), docket_id=docket_id, explanation="已向派出所核实，姓名为曾用名")
    assert waiting.open_kinds(docket_id) == {"notice", "second_review"}
    waiting.agree(docket_id, waiting.second(15))
    rounds = PendingMatter.objects.filter(docket_id=docket_id, kind="second_review").order_by("round")
    assert [(m.round, m.outcome, m.settled_by_id) for m in rounds] == [
        (1, "sent_back", 12),
        (2, "agreed", 15),
    ]


def test_sending_back_needs_reasons() -> None:
    docket_id = waiting.accepted_inheritance()
    with pytest.raises(Refused) as refused:
        matters.send_back(actor=waiting.second(), docket_id=docket_id, reasons="不行")
    assert refused.value.codes == ("SECOND_REASONS",)


# --- time limits --------------------------------------------------------------------------------------------------


def test_the_days_of_the_notice_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = waiting.accepted_inheritance()
    waiting.agree(docket_id)
    case, today, calendar = Case.objects.get(pk=docket_id), clock.today(), office_calendar()
    assert case.promised_on == add_workdays(today, 10, calendar)
    assert case.statutory_on == add_workdays(today, 30, calendar)
    until = PublicNotice.objects.get(docket_id=docket_id).until_on
    matters.pause(actor=office.lead(), docket_id=docket_id, reason="court", evidence="（2026）豫0106民初12号")
    matters.resume(actor=office.lead(), docket_id=docket_id, result="法院已裁定驳回起诉")
    waiting.after_the_notice(monkeypatch, docket_id)
    assert matters.end_notice(actor=office.SYSTEM, docket_id=docket_id) == "registered"
    case.refresh_from_db()
    stop = ClockStop.objects.get(docket_id=docket_id, reason="notice")
    assert stop.until_on == until, (
        "the grace of the office counts, and what goes on again meanwhile ends it not"
    )
    assert case.promised_on == add_workdays(until, 10, calendar)
    assert case.statutory_on == add_workdays(until, 30, calendar)


def test_a_case_put_off_for_a_court_is_not_entered_and_its_days_do_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id = office.checked_sale()
    put_a_tax_matter(actor=office.SYSTEM, docket_id=docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    put_off = {"docket_id": docket_id, "reason": "court", "evidence": "（2026）豫0106民初12号"}
    matters.pause(actor=office.lead(), **put_off)
    with pytest.raises(Refused) as refused:
        matters.pause(actor=office.lead(), **put_off)
    assert refused.value.codes == ("PAUSE_ALREADY",) and put_off_now([docket_id]) == {docket_id}
    settled = desk.settle_matter(
        actor=office.clerk(), docket_id=docket_id, kind="tax", evidence="完税证明3页"
    )
    assert settled == "accepted" and not entries(docket_id), "the court has not answered"
    since = clock.today()
    waiting.later(monkeypatch, 14)
    resumed = matters.resume(actor=office.lead(), docket_id=docket_id, result="法院已裁定驳回起诉")
    lost = workdays_between(since, clock.today(), office_calendar())
    case = Case.objects.get(pk=docket_id)
    assert resumed == "registered" and owner() == office.BUYER[0] and not put_off_now([docket_id])
    assert lost and case.promised_on == add_workdays(since, 5 + lost, office_calendar())
    with pytest.raises(Conflict):
        matters.resume(actor=office.lead(), docket_id=docket_id, result="法院已裁定驳回起诉")


@act("test.tax")
def put_a_tax_matter(*, actor: Actor, docket_id: uuid.UUID) -> None:
    PendingMatter.objects.create(docket_id=docket_id, kind="tax", opened_at=clock.now())


# --- papers -------------------------------------------------------------------------------------------------------


def test_the_notice_that_is_hung_out_says_what_the_site_says_and_names_nobody_whole() -> None:
    docket_id = waiting.accepted_inheritance()
    notice, text = PublicNotice.objects.get(docket_id=docket_id), waiting.printed(docket_id, "public_notice")
    assert notice.number in text and notice.content["why"] in text and "李*明" in text
    for secret in (*office.SELLER, *office.BUYER):
        assert secret not in text
    short = Case.objects.get(pk=docket_id).short_code
    assert short and short[:4] not in text, "nobody opens the case with what hangs on a wall"


# --- what PostgreSQL holds ----------------------------------------------------------------------------------------


@act("test.write")
def write(*, actor: Actor, docket_id: uuid.UUID, **values: object) -> None:
    PendingMatter.objects.create(docket_id=docket_id, **values)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"kind": "notice", "round": 2}, "one_open_matter_per_kind"),
        (
            {"kind": "notice", "settled_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "outcome": "done"},
            "one_matter_per_round",
        ),
        ({"kind": "tax", "settled_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, "settled_with_an_outcome"),
        ({"kind": "tax", "outcome": "done"}, "settled_with_an_outcome"),
        ({"kind": "weather"}, "a_known_kind_of_matter"),
    ],
)
def test_a_matter_that_cannot_be_is_refused_by_the_database(values: dict[str, object], name: str) -> None:
    docket_id = waiting.accepted_inheritance()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        write(actor=office.SYSTEM, docket_id=docket_id, **values)
