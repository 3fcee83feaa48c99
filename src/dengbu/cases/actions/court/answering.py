"""回执 and 告知函: made by the queue from what the book says, kept in the volume; and orders that end without an entry."""

from __future__ import annotations

import datetime as dt
import uuid

from dengbu.catalog.policy.policy import office_calendar, time_limit
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.workdays import add_workdays
from dengbu.materials import actions as materials
from dengbu.materials.intake import Intake
from dengbu.orders import actions as orders
from dengbu.orders.models import Letter, Order
from dengbu.orders.queries import letters_of, order_of_case
from dengbu.register.actions import hold
from dengbu.register.queries import book_of

from ...documents import court as papers
from ...documents import make
from ...facts import facts
from ...lifecycle import FINAL, State
from ...models import Case, CaseDocument
from ..keeping import keep_document
from ..moving import locked

REPLY = "REPLY"  # the item of the evidence room the organ's answer lies under


@act("cases.make_court_papers")
def make_papers(*, actor: Actor, docket_id: uuid.UUID) -> int:
    """The receipt and the letters of a case that was entered, each once. Gives how many were made now."""
    case = locked(docket_id)
    kept = set(CaseDocument.objects.filter(docket_id=docket_id).values_list("kind", flat=True))
    wanted = [papers.letter_kind(x) for x in letters_of(docket_id)]
    order = order_of_case(docket_id)
    if order is not None and order.outcome == "entered":
        wanted.insert(0, papers.RECEIPT)
    found, made = facts(case), 0
    for kind in wanted:
        if kind not in kept:
            keep_document(docket_id, kind, make(kind, found, actor), actor)
            made += 1
    return made


@act("cases.make_stop_notice")
def make_stop_notice(*, actor: Actor, docket_id: uuid.UUID) -> bool:
    """暂缓办理通知书 of a case that was stopped, once for each time it is put off."""
    case = locked(docket_id)
    if case.state != State.ACCEPTED:
        return False
    times = case.docket.pending_matters.filter(kind="pause").count()
    if CaseDocument.objects.filter(docket_id=docket_id, kind="pause").count() >= times:
        return False
    keep_document(docket_id, "pause", make("pause", facts(case), actor), actor)
    return True


def passed_now(order: Order) -> Refusal | None:
    """What the book says today against entering the order because the home has passed, or None (查封规定 23)."""
    case = Case.objects.filter(pk=order.docket_id).first()
    if case is None:
        return None
    found = facts(case)
    judged = found.registration.judge(book_of(found.registration.unit_codes), clock.now())
    return next((r for r in judged.refusals if r.code == "O_HOME_PASSED"), None)


@act("cases.propose_order_end", permission="case.file_for")
def propose_end(*, actor: Actor, order_id: uuid.UUID, outcome: str, reason: str) -> None:
    """An order is to end without an entry. `passed` only where the book says so today. Another person decides."""
    order = orders.locked(order_id)
    _may_pass(order, outcome)
    orders.propose_end(actor=actor, order_id=order_id, outcome=outcome, reason=reason)


def _may_pass(order: Order, outcome: str) -> None:
    if outcome != "passed":
        return
    hold([order.unit_code])
    if passed_now(order) is None:
        raise Refused(
            Refusal(
                "ORDER_NOT_PASSED",
                "登记簿没有记载这处不动产已经登记到他人名下，应当登记。",
                "请填写被执行人后核对；确实录错房屋的，选择“录错，撤回”。",
                "查封规定23",
                "outcome",
            )
        )


@act("cases.decide_order_end", permission="case.settle")
def decide_end(*, actor: Actor, order_id: uuid.UUID, agrees: bool) -> str:
    """Another person checks the book again and ends the order: with the receipt that says to whom and when the home
    had passed, or taken back. The draft begun for it is closed. Gives the outcome. Raises NotPermitted for who proposed."""
    order = orders.locked(order_id)
    if agrees:
        _may_pass(order, order.proposed)
    outcome: str = orders.decide_end(actor=actor, order_id=order_id, agrees=agrees)
    if not outcome:
        return outcome
    order.refresh_from_db()
    if outcome == "passed":
        books = hold([order.unit_code]).books
        content = papers.passed(order, books[order.unit_code], actor)
        keep_document(order.service_id, f"{papers.RECEIPT}-{order.pk.hex[-6:]}", content, actor)
    _close_draft(order, actor)
    return outcome


def _close_draft(order: Order, actor: Actor) -> None:
    """What was only begun is closed; a case that was submitted goes its own way (withdrawn or refused)."""
    case = Case.objects.select_for_update(no_key=True).filter(pk=order.docket_id).first()
    if case is None or case.state in {s.value for s in FINAL}:
        return
    if case.state != State.DRAFT:
        raise Refused(
            Refusal(
                "ORDER_CASE_RUNS",
                "为这份文书录入的申请已经提交。",
                "请先撤回那件申请，再办结这一项。",
                "",
                "outcome",
            )
        )
    case.state, case.state_since, case.closed_at = State.WITHDRAWN.value, clock.now(), clock.now()
    case.save()
    current().about(case.docket_id)


def answer_due(sent: dt.date) -> dt.date:
    """The day until which an organ's answer is waited for without alarm: the office's own period, in working days."""
    return add_workdays(sent, time_limit("organ_answer", sent).amount, office_calendar())


@act("cases.letter_sent", permission="case.settle")
def note_sent(*, actor: Actor, letter_id: uuid.UUID, how: str, on: dt.date | None) -> None:
    """The letter was sent; from now on its answer is waited for (corrections 2)."""
    orders.note_sent(
        actor=actor, letter_id=letter_id, how=how, on=on, answer_by=answer_due(on or clock.today())
    )


@act("cases.letter_answered", permission="case.settle")
def note_answer(*, actor: Actor, letter_id: uuid.UUID, answer: str, on: dt.date | None) -> None:
    """The organ answered: the task ends. The paper of the answer must lie in the volume. Raises Refused."""
    letter = Letter.objects.get(pk=letter_id)
    pages = letter.docket.material_pages.filter(item=REPLY, removed_at__isnull=True)
    orders.note_answer(actor=actor, letter_id=letter_id, answer=answer, on=on)
    if not pages.exists():
        raise Refused(
            Refusal(
                "LETTER_NO_PAPER",
                "还没有答复的影像。",
                "请先上传机关的书面答复。",
                "法发〔2004〕5号3",
                "files",
            )
        )


def keep_answer(
    *, actor: Actor, letter_id: uuid.UUID, intake: Intake, name: str, key: str | None = None
) -> None:
    """A page of the organ's written answer, kept in the volume of the case."""
    kept = materials.keep(intake)
    _keep_answer(actor=actor, letter_id=letter_id, kept=kept, name=name, key=key)


@act("cases.keep_answer", permission="case.settle")
def _keep_answer(*, actor: Actor, letter_id: uuid.UUID, kept: materials.Kept, name: str) -> None:
    letter = Letter.objects.filter(pk=letter_id).first()
    if letter is None:
        raise Refused(Refusal("LETTER_UNKNOWN", "没有找到这封告知函。", "请刷新页面。"))
    current().about(letter.docket_id)
    materials.add_page(
        actor=actor, docket_id=letter.docket_id, item=REPLY, kept=kept, original_name=name, max_pages=20
    )
