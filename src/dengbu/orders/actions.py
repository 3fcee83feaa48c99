"""Writing down what was served, on which units, and what was written back. Who may and what follows: `cases`."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.counters import next_serial, next_serials
from dengbu.core.models import Docket
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused

from . import rules
from .models import Letter, Order, Service

GONE = Refusal("ORDER_SETTLED", "这一项已经办结。", "请刷新页面，看看办到了哪一步。")


@act("orders.receive", permission="case.file_for")
def receive(
    *,
    actor: Actor,
    office: str,
    channel: str,
    authority_kind: str,
    authority: str,
    document_no: str,
    officers: Sequence[rules.Officer] = (),
    authority_number: str = "",
    request_no: str = "",
    served_at: dt.datetime | None = None,
    late_reason: str = "",
) -> str:
    """收文: stamp a served paper with the minute of service. Gives the docket of the service.

    At the window the stamp is the server's clock now; nobody types it. `office` is the registry's own code. Raises
    Refused with everything that is missing.
    """
    now = clock.now()
    wrong = rules.received(
        channel=channel,
        authority=authority,
        document_no=document_no,
        officers=officers,
        request_no=request_no,
        served_at=served_at,
        late_reason=late_reason,
        now=now,
    )
    if wrong:
        raise Refused(wrong)
    today = clock.local(now).date()
    docket = Docket.objects.create(
        number=f"XZ{today:%Y%m%d}{next_serial('dengbu_service_no'):06d}", authority=office, created_at=now
    )
    Service.objects.create(
        docket=docket,
        number=docket.number,
        channel=channel,
        authority_kind=authority_kind,
        authority=authority.strip()[:200],
        authority_number=authority_number,
        document_no=document_no.strip()[:100],
        officers=[] if channel == "network" else [asdict(o) for o in officers[:2]],
        request_no=request_no.strip()[:60],
        served_at=now if channel == "window" or served_at is None else served_at,
        received_at=now,
        late_reason=late_reason.strip()[:200],
        received_by_id=actor.user_id,
        received_by=actor.name[:80],
    )
    current().about(docket.pk)
    return str(docket.pk)


@act("orders.name", permission="case.file_for")
def name(
    *, actor: Actor, service_id: uuid.UUID, units: Mapping[str, str], type_code: str, holds: bool
) -> int:
    """The units, with their places, that a paper is about: from now on it holds them, before anybody has typed a case.

    The units are locked already. What the paper asks for there is said already where it is named twice. Gives how many
    are new.
    """
    there = Order.objects.filter(service_id=service_id, type_code=type_code).exclude(outcome="taken_back")
    known = set(there.values_list("unit_code", flat=True))
    made = [
        Order(
            service_id=service_id,
            unit_code=code,
            location=place[:200],
            type_code=type_code,
            holds=holds,
            opened_at=clock.now(),
            opened_by_id=actor.user_id,
            opened_by=actor.name[:80],
        )
        for code, place in sorted(units.items())
        if code not in known
    ]
    Order.objects.bulk_create(made)
    current().about(service_id)
    current().note(named=len(made))
    return len(made)


@act("orders.open", permission="case.file_for")
def open_order(
    *,
    actor: Actor,
    service_id: uuid.UUID,
    unit_code: str,
    location: str,
    type_code: str,
    holds: bool,
    docket_id: uuid.UUID,
    over: bool = False,
) -> str:
    """What the paper asks for on a unit, with the case that was begun for it. The unit is locked already.

    A unit that was named before has its order already: the case is its. `over`: the case that was begun before ended without an entry (withdrawn, expired): the order, and its place, go on
    with the new one. Raises Refused where the same is asked on the unit already.
    """
    there = Order.objects.filter(service_id=service_id, unit_code=unit_code, type_code=type_code)
    before = there.exclude(outcome="taken_back").first()
    if before is not None and before.settled_at is None and (over or before.docket_id is None):
        before.docket_id = docket_id
        before.save(update_fields=["docket_id"])
        return str(before.pk)
    if before is not None:
        raise Refused(
            Refusal(
                "ORDER_TWICE", "这份文书在这处不动产上已经开始办理。", "请从列表里继续。", "", "unit_code"
            )
        )
    order = Order.objects.create(
        service_id=service_id,
        unit_code=unit_code,
        location=location[:200],
        type_code=type_code,
        holds=holds,
        docket_id=docket_id,
        opened_at=clock.now(),
        opened_by_id=actor.user_id,
        opened_by=actor.name[:80],
    )
    current().about(service_id)
    return str(order.pk)


def locked(order_id: uuid.UUID) -> Order:
    """The order, its row locked until commit. Raises Refused where there is none, Conflict where it is settled."""
    order = (
        Order.objects.select_for_update(of=("self",), no_key=True)
        .select_related("service")
        .filter(pk=order_id)
        .first()
    )
    if order is None:
        raise Refused(Refusal("ORDER_UNKNOWN", "没有找到这一项。", "请刷新页面。"))
    if order.settled_at is not None:
        raise Conflict(GONE)
    return order


@act("orders.entered")
def entered(*, actor: Actor, docket_ids: Sequence[uuid.UUID]) -> int:
    """The cases of these orders are in the book: the orders are settled. Gives how many."""
    done: int = Order.objects.filter(docket_id__in=list(docket_ids), settled_at__isnull=True).update(
        outcome="entered",
        settled_at=clock.now(),
        settled_by_id=actor.user_id,
        settled_by=actor.name[:80],
        proposed="",
    )
    return done


@act("orders.propose_end", permission="case.file_for")
def propose_end(*, actor: Actor, order_id: uuid.UUID, outcome: str, reason: str) -> None:
    """An order is to end without an entry: `passed` (the home passed before, 查封规定 23) or `taken_back` (typed on the
    wrong unit). Another person decides."""
    order = locked(order_id)
    if outcome not in ("passed", "taken_back"):
        raise Refused(Refusal("ORDER_OUTCOME", "请选择怎样办结。", "", "查封规定23", "outcome"))
    if len(reason.strip()) < 5:
        raise Refused(Refusal("ORDER_REASON", "请写明原因。", "不少于5个字。", "查封规定23", "reason"))
    order.proposed, order.reason = outcome, reason.strip()[:300]
    order.proposed_by_id, order.proposed_by = actor.user_id, actor.name[:80]
    order.save()
    current().about(order.service_id)


@act("orders.decide_end", permission="case.settle")
def decide_end(*, actor: Actor, order_id: uuid.UUID, agrees: bool) -> str:
    """Another person agrees that an order ends without an entry, or not. Gives the outcome, empty when not agreed."""
    order = locked(order_id)
    if not order.proposed:
        raise Refused(Refusal("ORDER_NOT_PROPOSED", "还没有人提出这样办结。", "请刷新页面。"))
    if order.proposed_by_id == actor.user_id:
        raise NotPermitted(
            "case.settle",
            Refusal(
                "ORDER_SAME_HANDS",
                "您提出了这样办结，不能自己复核。",
                "请由另一位同事复核。",
                "法发〔2004〕5号；domain §9.1",
            ),
        )
    outcome = order.proposed if agrees else ""
    order.proposed = ""
    if agrees:
        order.outcome, order.settled_at = outcome, clock.now()
        order.settled_by_id, order.settled_by = actor.user_id, actor.name[:80]
    order.save()
    current().about(order.service_id)
    current().note(order=str(order.pk), outcome=outcome)
    return outcome


@act("orders.write_letters")
def write_letters(
    *, actor: Actor, year: int, due_on: dt.date, letters: Sequence[Mapping[str, Any]]
) -> list[str]:
    """告知函 in the act that makes them due: numbered, open until sent and answered. One per case, matter and paper.

    Each: docket_id, kind, authority, document_no, said. Gives their ids.
    """
    made = [
        Letter(
            number=f"告知函{year}-{serial:06d}",
            serial=serial,
            made_at=clock.now(),
            due_on=due_on,
            **{k: one[k] for k in ("docket_id", "kind", "authority", "document_no", "said")},
        )
        for one, serial in zip(letters, next_serials("dengbu_letter_no", len(letters)), strict=True)
    ]
    Letter.objects.bulk_create(made)
    return [str(one.pk) for one in made]


def _letter(letter_id: uuid.UUID) -> Letter:
    letter = Letter.objects.select_for_update(no_key=True).filter(pk=letter_id).first()
    if letter is None:
        raise Refused(Refusal("LETTER_UNKNOWN", "没有找到这封告知函。", "请刷新页面。"))
    if letter.answered_on is not None:
        raise Conflict(Refusal("LETTER_ANSWERED", "机关的答复已经登记。", "请刷新页面。"))
    current().about(letter.docket_id)
    return letter


@act("orders.note_sent", permission="case.settle")
def note_sent(
    *, actor: Actor, letter_id: uuid.UUID, how: str, on: dt.date | None, answer_by: dt.date
) -> None:
    """The letter has left the house: how and on which day. From then its answer is waited for."""
    letter = _letter(letter_id)
    wrong = []
    if len(how.strip()) < 2:
        wrong.append(Refusal("LETTER_HOW", "请写明怎样发出。", "例如：机要、EMS单号、当面送达。", "", "how"))
    made_on = clock.local(letter.made_at).date()
    if on is None or not made_on <= on <= clock.today():
        wrong.append(
            Refusal("LETTER_DAY", "请填写发出的日期。", f"在{made_on}以后、今天以前。", "", "sent_on")
        )
    if wrong:
        raise Refused(wrong)
    letter.sent_on, letter.sent_how, letter.sent_by = on, how.strip()[:100], actor.name[:80]
    letter.due_on = answer_by
    if letter.kind not in rules.ANSWERED:
        letter.answered_on, letter.answer, letter.answered_by = on, "告知即可，不须答复", actor.name[:80]
    letter.save()


@act("orders.note_answer", permission="case.settle")
def note_answer(*, actor: Actor, letter_id: uuid.UUID, answer: str, on: dt.date | None) -> None:
    """The organ answered: what and when. The officer's task ends with it (corrections 1.2)."""
    letter = _letter(letter_id)
    if letter.sent_on is None:
        raise Refused(
            Refusal("LETTER_NOT_SENT", "告知函还没有发出。", "请先登记发出的日期和方式。", "", "sent_on")
        )
    wrong = []
    if len(answer.strip()) < 5:
        wrong.append(
            Refusal("LETTER_ANSWER", "请写明机关怎样答复。", "写文号和内容，不少于5个字。", "", "answer")
        )
    if on is None or not letter.sent_on <= on <= clock.today():
        wrong.append(
            Refusal(
                "LETTER_DAY",
                "请填写收到答复的日期。",
                f"在{letter.sent_on}以后、今天以前。",
                "",
                "answered_on",
            )
        )
    if wrong:
        raise Refused(wrong)
    letter.answered_on, letter.answer, letter.answered_by = on, answer.strip()[:300], actor.name[:80]
    letter.save()
