"""部分退费: a part of a paid fee goes back the way it came, because the fee is lower than was charged."""

from __future__ import annotations

import uuid

from dengbu.core import clock, jobs
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Refused

from .. import rules
from ..models import PartRefund, Payment, Voucher
from ..ports import RefundOrder, RefundState
from .bills import cancel_voucher, issue_vouchers, live_voucher, locked_bill, locked_payment, send_back
from .online import asked_to_return

LINE = "退还已缴部分"


@act("payments.return_part", permission="fee.collect")
def return_part(*, actor: Actor, bill_id: uuid.UUID, amount_fen: int, reason: str) -> str:
    """退还一部分: an exemption found after payment, a certificate less, one 件 too many. Answers the new voucher's number.

    The bill says the lower fee from now on; its voucher is cancelled whole (红冲) and a new one stands over the rest;
    where nothing is left, the proof of no charge. Raises Refused: nothing paid, more than is left, no reason.
    corrections §2.14.
    """
    bill = locked_bill(bill_id)
    live = live_voucher(bill)
    paid = bill.payments.filter(state="paid")
    payment = paid.filter(pk=live.payment_id).first() if live and live.payment_id else None
    left = (payment.received_fen or 0) - payment.returned_fen if payment else 0
    reason = reason.strip()
    against = rules.may_return_part(bill.state, left, amount_fen, reason)
    if against or payment is None or live is None:
        raise Refused(against or rules.NO_VOUCHER)
    red = cancel_voucher(live, reason, actor)
    bill.lines = [
        *bill.lines,
        {"item": LINE, "quantity": 1, "each_fen": -amount_fen, "amount_fen": -amount_fen, "note": reason},
    ]
    bill.total_fen, bill.paid_fen = bill.total_fen - amount_fen, bill.paid_fen - amount_fen
    if not bill.total_fen:
        bill.state, bill.exemption = "free", bill.exemption or reason
    bill.save(update_fields=["lines", "total_fen", "paid_fen", "state", "exemption"])
    if amount_fen < left:
        _begin(payment, amount_fen, reason, red, actor)
        (new,) = issue_vouchers([(bill, payment)], actor, payer=live.payer)
    else:
        send_back(payment, f"费用全部退还：{reason}")
        (new,) = issue_vouchers([(bill, None)], actor, payer=live.payer)
    current().note(bill=bill.number, returned_fen=amount_fen, voucher=new.number, reason=reason)
    return new.number


def _begin(payment: Payment, amount_fen: int, reason: str, red: Voucher, actor: Actor) -> None:
    """The part is due back: through the gateway by a job, over the counter by a person."""
    part = PartRefund(
        payment=payment,
        reversal=red,
        out_refund_no=rules.part_number(payment.out_trade_no, payment.parts.count() + 1),
        amount_fen=amount_fen,
        reason=reason[:200],
        made_at=clock.now(),
        made_by=actor.name[:80],
    )
    part.save(force_insert=True)
    if payment.channel == rules.GATEWAY_CHANNEL:
        jobs.enqueue("payments.refund_part", queueing_lock=f"refund:{part.pk}", part_id=str(part.pk))


@act("payments.hand_back_part", permission="fee.collect")
def hand_back_part(*, actor: Actor, part_id: uuid.UUID) -> None:
    """窗口退还一部分: it was handed back, or sent another way where the provider could not. Twice is once.
    Raises Refused where it is not for a person to return."""
    part = _locked(part_id)
    if part.state == "done":
        return
    if part.state != "problem" and part.payment.channel not in rules.WINDOW_CHANNELS:
        raise Refused(rules.PART_NOT_DUE)
    _settle(part, "done")


def refund_part(*, actor: Actor, part_id: uuid.UUID) -> str:
    """Send a part through the gateway; answers its state. Asking again is the same refund. Call it outside of acts;
    raises PartnerUnavailable."""
    part = PartRefund.objects.select_related("payment").filter(pk=part_id, state="due").first()
    if part is None or part.payment.channel != rules.GATEWAY_CHANNEL or not part.payment.received_fen:
        return "" if part is None else part.state
    state = asked_to_return(
        RefundOrder(
            out_trade_no=part.payment.out_trade_no,
            out_refund_no=part.out_refund_no,
            refund_fen=part.amount_fen,
            total_fen=part.payment.received_fen,
            reason="不动产登记费部分退回",
        )
    )
    if state is RefundState.PROCESSING:
        return part.state
    said: str = _note_part(actor=actor, part_id=part_id, done=state is RefundState.DONE)
    return said


@act("payments.note_part")
def _note_part(*, actor: Actor, part_id: uuid.UUID, done: bool) -> str:
    part = _locked(part_id)
    if part.state == "due":
        _settle(part, "done" if done else "problem")
    return part.state


def _locked(part_id: uuid.UUID) -> PartRefund:
    payment_id = PartRefund.objects.filter(pk=part_id).values_list("payment_id", flat=True).first()
    if payment_id is None:
        raise Refused(rules.PART_NOT_DUE)
    payment = locked_payment(payment_id)
    part = PartRefund.objects.get(pk=part_id)
    part.payment = payment
    return part


def _settle(part: PartRefund, state: str) -> None:
    part.state, part.settled_at = state, clock.now()
    part.save(update_fields=["state", "settled_at"])
    current().note(refund=part.out_refund_no, state=state, refunded_fen=part.amount_fen)
