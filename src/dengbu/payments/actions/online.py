"""Paying through the gateway. The gateway is never asked while rows are locked: an act notes what is wanted, the
gateway is asked, another act notes what came of it. Whatever is told, `rules.judge` decides by the order."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings
from django.db import connection

from dengbu.core import acts, clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.ports import PartnerRejected
from dengbu.core.refusals import Refused

from .. import rules
from ..models import Payment
from ..ports import (
    OrderAlreadyPaid,
    OrderClosed,
    OrderUnknown,
    PaymentOrder,
    PaymentStatus,
    RefundOrder,
    RefundState,
    TradeState,
    payment_gateway,
)
from ..rules import Outcome
from .bills import locked_bill, locked_payment, new_trade_number, send_back, settle

log = structlog.get_logger("dengbu.payments")
GATEWAY = acts.system("payment")


def _outside_of_acts() -> None:
    try:
        current()
    except RuntimeError:
        return
    raise RuntimeError("the payment gateway is asked outside of acts: no row stays locked while it thinks")


# --- asking for money -------------------------------------------------------------------------------------------


def pay_online(*, actor: Actor, bill_id: uuid.UUID, key: str = "") -> dict[str, Any]:
    """付款码: place an order at the gateway, or take the one that is waiting; answers `payment_id`, `code_url`,
    `out_trade_no`, `checkout_url` (demo only).

    One order of a bill waits at a time, so doing it twice gives the same code whatever the `key`. Not an act itself:
    call it outside of one. Raises Refused where nothing is to be paid, PartnerUnavailable where the gateway is silent.
    """
    _outside_of_acts()
    for _attempt in range(2):
        order = open_order(actor=actor, bill_id=bill_id)
        if not order["over"]:
            if order["code_url"]:
                return _shown(order)
            try:
                code = payment_gateway().create(
                    PaymentOrder(
                        out_trade_no=order["out_trade_no"],
                        amount_fen=order["amount_fen"],
                        description=f"不动产登记费 {order['docket_number']}",
                        notify_url=settings.BASE_URL + rules.NOTIFY_PATH,
                        expires_at=order["made_at"] + rules.ORDER_LIVES,
                    )
                )
            except (OrderAlreadyPaid, OrderClosed):
                pass  # asked below; then the bill is paid, or a new order is placed
            else:
                record_code(
                    actor=actor,
                    payment_id=order["payment_id"],
                    code_url=code.code_url,
                    checkout_url=code.checkout_url,
                )
                return _shown(order | {"code_url": code.code_url, "checkout_url": code.checkout_url})
        ask_again(actor=actor, payment_id=order["payment_id"])
    raise Refused(rules.ORDER_GONE)


def _shown(order: dict[str, Any]) -> dict[str, Any]:
    return {
        "payment_id": order["payment_id"],
        "code_url": order["code_url"],
        "out_trade_no": order["out_trade_no"],
        "checkout_url": order["checkout_url"],
    }


@act("payments.open_order")
def open_order(*, actor: Actor, bill_id: uuid.UUID) -> dict[str, Any]:
    """The order of this bill that waits to be paid, made where there is none. `over`: too old, ask the gateway."""
    bill = locked_bill(bill_id)
    against = rules.may_pay(bill.state)
    if against:
        raise Refused(against)
    now = clock.now()
    payment = Payment.objects.filter(bill=bill, state="pending").first()
    if payment is None:
        payment = Payment(
            bill=bill,
            out_trade_no=new_trade_number(),
            channel=rules.GATEWAY_CHANNEL,
            amount_fen=bill.total_fen,
            made_at=now,
        )
        payment.save(force_insert=True)
        current().note(bill=bill.number, order=payment.out_trade_no)
    return {
        "payment_id": payment.pk,
        "out_trade_no": payment.out_trade_no,
        "amount_fen": payment.amount_fen,
        "code_url": payment.code_url,
        "checkout_url": payment.checkout_url,
        "docket_number": bill.docket.number,
        "made_at": payment.made_at,
        "over": rules.order_over(payment.made_at, now),
    }


@act("payments.record_code")
def record_code(*, actor: Actor, payment_id: uuid.UUID, code_url: str, checkout_url: str = "") -> None:
    """Keep what the payer scans."""
    payment = locked_payment(payment_id)
    if payment.state == "pending":
        payment.code_url, payment.checkout_url = code_url, checkout_url
        payment.save(update_fields=["code_url", "checkout_url"])


# --- what became of it ------------------------------------------------------------------------------------------


def take_notification(*, headers: Mapping[str, str], body: bytes) -> str:
    """Take a call-back of the gateway exactly as it came; answers an `Outcome`.

    Raises SignatureRejected (answer 401) and PartnerRejected where it is not the gateway's or not readable: nothing
    was written then. Everything else is stored: answer 200 or 204.
    """
    status = payment_gateway().parse_notification(headers, body)
    outcome: Outcome = _note_notification(actor=GATEWAY, status=status)
    log.info("payment_told", outcome=outcome.value, order=status.out_trade_no)
    return outcome.value


@act("payments.take_notification")
def _note_notification(*, actor: Actor, status: PaymentStatus) -> Outcome:
    if not _is_new(status):
        return Outcome.REPEATED
    payment_id = Payment.objects.filter(out_trade_no=status.out_trade_no).values_list("pk", flat=True).first()
    return _apply(payment_id, status, actor) if payment_id else Outcome.UNKNOWN


def _is_new(status: PaymentStatus) -> bool:
    """Keep what was told. False where the same was told before; waits for an act that is just taking the same."""
    said = (status.out_trade_no, status.state.value, status.amount_fen, status.transaction_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_gatewaynotice (channel, notice_id, out_trade_no, state, amount_fen, received_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (channel, notice_id) DO NOTHING",
            [
                rules.GATEWAY_CHANNEL,
                hashlib.sha256(repr(said).encode()).hexdigest(),
                status.out_trade_no[:32],
                status.state.value,
                status.amount_fen,
                clock.now(),
            ],
        )
        return bool(cursor.rowcount)


def ask_again(*, actor: Actor, payment_id: uuid.UUID) -> str:
    """Ask the gateway what became of an order and settle by the answer; answers an `Outcome`. An order older than
    two hours that nobody paid is closed. Call it outside of acts; raises PartnerUnavailable."""
    _outside_of_acts()
    payment = Payment.objects.filter(pk=payment_id, channel=rules.GATEWAY_CHANNEL).first()
    if payment is None:
        raise Refused(rules.ORDER_GONE)
    status = _asked(payment)
    if status.state in (TradeState.UNPAID, TradeState.FAILED) and rules.order_over(
        payment.made_at, clock.now()
    ):
        return close_order(actor=actor, payment_id=payment_id)
    outcome: Outcome = _note_answer(actor=actor, payment_id=payment_id, status=status)
    return outcome.value


def close_order(*, actor: Actor, payment_id: uuid.UUID) -> str:
    """Make sure that nobody can pay this order any more; where it is paid meanwhile, settle by that. Answers an
    `Outcome`. Call it outside of acts; raises PartnerUnavailable."""
    _outside_of_acts()
    payment = Payment.objects.filter(pk=payment_id, channel=rules.GATEWAY_CHANNEL).first()
    if payment is None:
        raise Refused(rules.ORDER_GONE)
    try:
        payment_gateway().close(payment.out_trade_no)
        status = PaymentStatus(payment.out_trade_no, TradeState.CLOSED)
    except OrderUnknown:
        status = PaymentStatus(payment.out_trade_no, TradeState.CLOSED)  # it was never placed there
    except OrderAlreadyPaid:
        status = _asked(payment)
    outcome: Outcome = _note_answer(actor=actor, payment_id=payment_id, status=status)
    return outcome.value


def _asked(payment: Payment) -> PaymentStatus:
    try:
        return payment_gateway().query(payment.out_trade_no)
    except OrderUnknown:
        return PaymentStatus(payment.out_trade_no, TradeState.UNPAID)


@act("payments.note_answer")
def _note_answer(*, actor: Actor, payment_id: uuid.UUID, status: PaymentStatus) -> Outcome:
    return _apply(payment_id, status, actor)


def _apply(payment_id: uuid.UUID, status: PaymentStatus, actor: Actor) -> Outcome:
    payment = locked_payment(payment_id)
    bill = payment.bill
    verdict = rules.judge(
        bill_state=bill.state,
        total_fen=bill.total_fen,
        payment_state=payment.state,
        received_fen=payment.received_fen,
        told=status.state,
        told_fen=status.amount_fen,
        returned_fen=payment.returned_fen,
    )
    outcome = verdict.outcome
    if outcome in (Outcome.UNPAID, Outcome.REPEATED):
        return outcome
    current().note(order=payment.out_trade_no, outcome=outcome.value)
    payment.problem = verdict.problem
    if outcome in (Outcome.SETTLED, Outcome.REFUND_DUE) or payment.state in ("pending", "closed", "problem"):
        payment.received_fen = payment.received_fen if status.amount_fen is None else status.amount_fen
        payment.gateway_ref = status.transaction_id[:64] or payment.gateway_ref
        payment.settled_at = status.paid_at or payment.settled_at
    if outcome is Outcome.REFUND_DUE:
        send_back(payment, verdict.problem)
        return outcome
    payment.state = _STATE_AFTER.get(outcome, payment.state if payment.state == "paid" else "problem")
    payment.save()
    if outcome is Outcome.SETTLED:
        settle(bill, payment, actor)
    return outcome


_STATE_AFTER = {Outcome.CLOSED: "closed", Outcome.REFUNDED: "refunded", Outcome.SETTLED: "paid"}


# --- money back -------------------------------------------------------------------------------------------------


@act("payments.refund_problem", permission="fee.collect")
def refund_problem(*, actor: Actor, payment_id: uuid.UUID, reason: str) -> str:
    """Staff decide that money which did not fit its bill goes back. Answers the payment's new state."""
    payment = locked_payment(payment_id)
    if payment.state != "problem" or not payment.received_fen:
        raise Refused(rules.NOT_A_PROBLEM)
    send_back(payment, f"{payment.problem}；{reason}")
    return payment.state


def refund(*, actor: Actor, payment_id: uuid.UUID) -> str:
    """Send money that is due back through the gateway; answers the payment's state. Asking again is the same refund.
    What the provider cannot return is left to staff. Call it outside of acts; raises PartnerUnavailable."""
    _outside_of_acts()
    payment = Payment.objects.filter(pk=payment_id, channel=rules.GATEWAY_CHANNEL, state="refund_due").first()
    if payment is None or not payment.received_fen:
        return "" if payment is None else payment.state
    order = RefundOrder(
        out_trade_no=payment.out_trade_no,
        out_refund_no=rules.refund_number(payment.out_trade_no),
        refund_fen=payment.received_fen - payment.returned_fen,
        total_fen=payment.received_fen,
        reason="不动产登记费退回",
    )
    state = asked_to_return(order)
    if state is RefundState.PROCESSING:
        return payment.state
    done: str = _note_refund(actor=actor, payment_id=payment_id, done=state is RefundState.DONE)
    return done


def asked_to_return(order: RefundOrder) -> RefundState:
    """What the provider says to a refund; its no is a refund that a person must make another way."""
    _outside_of_acts()
    try:
        return payment_gateway().refund(order).state
    except PartnerRejected as error:
        log.warning("refund_rejected", order=order.out_trade_no, code=error.partner_code)
        return RefundState.ABNORMAL


@act("payments.note_refund")
def _note_refund(*, actor: Actor, payment_id: uuid.UUID, done: bool) -> str:
    payment = locked_payment(payment_id)
    if payment.state == "refund_due":
        payment.state = "refunded" if done else "problem"
        if not done:
            payment.problem = rules.REFUND_FAILED
        payment.save(update_fields=["state", "problem"])
        current().note(order=payment.out_trade_no, refund=payment.state)
    return payment.state
