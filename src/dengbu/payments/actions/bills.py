"""Bills: raised, settled, cancelled, paid at the window. Every change of a bill or its payments holds the bill's row."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from dengbu.core import clock, counters, jobs, rows
from dengbu.core.acts import Actor, act, current
from dengbu.core.ids import short_code
from dengbu.core.refusals import Conflict, Refusal, Refused

from .. import rules
from ..models import FeeBill, Payment, Voucher


def locked_bill(bill_id: uuid.UUID) -> FeeBill:
    """The bill, its row locked FOR NO KEY UPDATE until commit. Raises Refused when there is none."""
    bill = FeeBill.objects.select_for_update(no_key=True).filter(pk=bill_id).first()
    if bill is None:
        raise Refused(rules.BILL_UNKNOWN)
    current().about(bill.docket_id)
    return bill


@act("payments.raise_bill", permission="fee.collect")
def raise_bill(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    lines: list[dict[str, Any]],
    total_fen: int,
    payer: str,
    exemption: str = "",
    basis: str = "",
    assessed_on: dt.date,
) -> FeeBill:
    """缴费通知: what a docket owes by the standards of `assessed_on` (the day of acceptance), in 分.

    Nothing to pay: the bill is `free` and its voucher over 0 元 stands at once. Raises Conflict where the docket
    has a bill. 发改价格规〔2016〕2559号.
    """
    bill = {
        "docket_id": docket_id,
        "lines": lines,
        "total_fen": total_fen,
        "payer": payer,
        "exemption": exemption,
        "basis": basis,
    }
    return raise_bills(actor=actor, bills=[bill], assessed_on=assessed_on)[0]


@act("payments.raise_bills", permission="fee.collect")
def raise_bills(*, actor: Actor, bills: Sequence[Mapping[str, Any]], assessed_on: dt.date) -> list[FeeBill]:
    """Bills of a batch, in a fixed number of statements. Each mapping has the arguments of `raise_bill`."""
    if not bills:
        return []
    if any(asked["total_fen"] < 0 for asked in bills):
        raise ValueError("a fee is never negative")
    serials = _serials_unless_billed([asked["docket_id"] for asked in bills])
    if serials is None:
        raise Conflict(Refusal("FEE_BILL_EXISTS", "这件业务已经开过缴费通知。", "请刷新页面查看。"))
    now, day = clock.now(), clock.today()
    made = [
        FeeBill(
            docket_id=asked["docket_id"],
            number=rules.bill_number(day, serial),
            lines=asked["lines"],
            total_fen=asked["total_fen"],
            payer=asked["payer"][:200],
            exemption=asked.get("exemption", "")[:200],
            basis=asked.get("basis", "")[:300],
            state="due" if asked["total_fen"] else "free",
            assessed_on=assessed_on,
            settled_at=None if asked["total_fen"] else now,
        )
        for asked, serial in zip(bills, serials, strict=True)
    ]
    rows.insert(made)
    current().about(*(bill.docket_id for bill in made))
    current().note(bills=[bill.number for bill in made], total_fen=sum(bill.total_fen for bill in made))
    issue_vouchers([(bill, None) for bill in made if bill.state == "free"], actor)
    return made


def _serials_unless_billed(docket_ids: list[uuid.UUID]) -> list[int] | None:
    """A serial for the bill of each docket, in one statement; None where one of them has a bill."""
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM payments_feebill WHERE docket_id = ANY(%s)),"
            " ARRAY(SELECT nextval('dengbu_bill_no') FROM generate_series(1, %s))",
            [docket_ids, len(docket_ids)],
        )
        billed, serials = cursor.fetchone()
    return None if billed else list(serials)


@act("payments.cancel_bill", permission="fee.collect")
def cancel_bill(*, actor: Actor, docket_id: uuid.UUID, reason: str) -> FeeBill | None:
    """撤销缴费通知 on withdrawal, refusal or decline: nothing is owed any more and what was paid goes back.

    Answers the bill, or None where there was none. Doing it twice is doing it once.
    """
    found = FeeBill.objects.filter(docket_id=docket_id).values_list("pk", flat=True).first()
    if found is None:
        return None
    bill = locked_bill(found)
    if bill.state == "cancelled":
        return bill
    bill.state = "cancelled"
    bill.save(update_fields=["state"])
    reverse(bill, reason, actor)
    current().note(bill=bill.number, reason=reason)
    for payment in Payment.objects.filter(bill=bill, state="paid"):
        send_back(payment, f"缴费通知已撤销：{reason}")
    _close_pending(bill)
    return bill


@act("payments.collect_at_window", permission="fee.collect")
def collect_at_window(*, actor: Actor, bill_id: uuid.UUID, channel: str, amount_fen: int) -> str:
    """窗口收费: cash or card over the counter, the whole bill at once. Answers the voucher's number.

    Raises Refused with every reason: already paid, free or cancelled, another amount, unknown channel.
    """
    bill = locked_bill(bill_id)
    against = rules.may_collect(bill.state, bill.total_fen, channel, amount_fen)
    if against:
        raise Refused(against)
    now = clock.now()
    payment = Payment(
        bill=bill,
        out_trade_no=new_trade_number(),
        channel=channel,
        amount_fen=amount_fen,
        state="paid",
        received_fen=amount_fen,
        made_at=now,
        settled_at=now,
    )
    payment.save(force_insert=True)
    voucher = settle(bill, payment, actor)
    _close_pending(bill)
    return voucher.number


@act("payments.reissue_voucher", permission="fee.collect")
def reissue_voucher(*, actor: Actor, bill_id: uuid.UUID, payer: str, reason: str) -> str:
    """换开凭证: it was made out on the wrong payer. The old voucher is cancelled by one below zero (红冲), a new one is
    made out in the right name; the money stays. Answers the new number. Raises Refused. corrections §2.14.
    """
    bill = locked_bill(bill_id)
    live = live_voucher(bill)
    now_on = (live.payer or bill.payer) if live else ""
    against = rules.may_reissue(bill.state, now_on, payer, reason)
    if against or live is None:
        raise Refused(against or rules.NO_VOUCHER)
    reverse(bill, reason.strip(), actor)
    (made,) = issue_vouchers([(bill, live.payment)], actor, payer=payer.strip())
    current().note(bill=bill.number, cancelled=live.number, voucher=made.number, reason=reason.strip())
    return made.number


@act("payments.take_back", permission="fee.collect")
def take_back(*, actor: Actor, bill_id: uuid.UUID, reason: str) -> str:
    """退费重收: the wrong one paid. The voucher is cancelled (红冲), the money goes back the way it came, the fee is owed
    again. Answers the number of the voucher that cancels. Raises Refused. corrections §2.14.
    """
    bill = locked_bill(bill_id)
    against = rules.may_take_back(bill.state, reason)
    if against:
        raise Refused(against)
    red = reverse(bill, reason.strip(), actor)
    bill.state, bill.paid_fen, bill.settled_at = "due", 0, None
    bill.save(update_fields=["state", "paid_fen", "settled_at"])
    current().note(bill=bill.number, reason=reason.strip())
    for payment in Payment.objects.filter(bill=bill, state="paid"):
        send_back(payment, f"退费重收：{reason.strip()}")
    return red.number if red else ""


@act("payments.refund_at_window", permission="fee.collect")
def refund_at_window(*, actor: Actor, payment_id: uuid.UUID) -> str:
    """窗口退费: cash or card money that is due back was handed back. Answers the new state."""
    payment = locked_payment(payment_id)
    if payment.state == "refunded" and payment.channel in rules.WINDOW_CHANNELS:
        return payment.state
    if payment.state != "refund_due" or payment.channel not in rules.WINDOW_CHANNELS:
        raise Refused(rules.WINDOW_REFUND_ONLY)
    payment.state = "refunded"
    payment.save(update_fields=["state"])
    current().note(
        payment=payment.out_trade_no, refunded_fen=(payment.received_fen or 0) - payment.returned_fen
    )
    return payment.state


# --- pieces of acts, for this folder ----------------------------------------------------------------------------


def locked_payment(payment_id: uuid.UUID) -> Payment:
    """A payment as it is now, its bill locked. Raises Refused when there is none."""
    bill_id = Payment.objects.filter(pk=payment_id).values_list("bill_id", flat=True).first()
    if bill_id is None:
        raise Refused(rules.ORDER_GONE)
    bill = locked_bill(bill_id)
    payment = Payment.objects.get(pk=payment_id)
    payment.bill = bill
    return payment


def new_trade_number() -> str:
    return rules.trade_number(clock.today(), counters.next_serial("dengbu_trade_no"), short_code(6))


def settle(bill: FeeBill, payment: Payment, actor: Actor) -> Voucher:
    """The bill is paid by this payment: voucher, and the case is told by a job. The bill's row is locked."""
    bill.state, bill.paid_fen, bill.settled_at = "paid", bill.total_fen, clock.now()
    bill.save(update_fields=["state", "paid_fen", "settled_at"])
    (voucher,) = issue_vouchers([(bill, payment)], actor)
    current().note(bill=bill.number, channel=payment.channel, paid_fen=bill.paid_fen, voucher=voucher.number)
    jobs.enqueue("cases.fee_settled", docket_id=str(bill.docket_id))
    return voucher


def send_back(payment: Payment, why: str) -> None:
    """This money is due back: through the gateway by a job, over the counter by a person."""
    payment.state, payment.problem = "refund_due", why[:200]
    payment.save(update_fields=["state", "problem", "received_fen", "gateway_ref", "settled_at"])
    current().note(refund_due=payment.out_trade_no, why=why)
    if payment.channel == rules.GATEWAY_CHANNEL:
        jobs.enqueue("payments.refund", queueing_lock=f"refund:{payment.pk}", payment_id=str(payment.pk))


def _close_pending(bill: FeeBill) -> None:
    """Nobody should pay an order of this bill any more: a job tells the gateway."""
    for payment_id in Payment.objects.filter(bill=bill, state="pending").values_list("pk", flat=True):
        jobs.enqueue("payments.close_order", queueing_lock=f"close:{payment_id}", payment_id=str(payment_id))


def live_voucher(bill: FeeBill) -> Voucher | None:
    return (
        Voucher.objects.select_related("payment")
        .filter(bill=bill, cancelled_at__isnull=True, cancels__isnull=True)
        .first()
    )


def reverse(bill: FeeBill, reason: str, actor: Actor) -> Voucher | None:
    """红冲 of the live voucher: one of its own number over the same amount below zero. None where none is live."""
    live = live_voucher(bill)
    return cancel_voucher(live, reason, actor) if live else None


def cancel_voucher(live: Voucher, reason: str, actor: Actor) -> Voucher:
    now = clock.now()
    Voucher.objects.filter(pk=live.pk).update(cancelled_at=now, cancel_reason=reason[:200])
    red = Voucher(
        bill_id=live.bill_id,
        payment=live.payment,
        number=rules.voucher_number(clock.today(), counters.next_serial("dengbu_voucher_no")),
        amount_fen=-live.amount_fen,
        payer=live.payer,
        cancels=live,
        cancel_reason=reason[:200],
        issued_at=now,
        issued_by=actor.name[:80],
    )
    red.save(force_insert=True)
    return red


def issue_vouchers(
    settled: Sequence[tuple[FeeBill, Payment | None]], actor: Actor, payer: str = ""
) -> list[Voucher]:
    if not settled:
        return []
    now, day = clock.now(), clock.today()
    return Voucher.objects.bulk_create(
        [
            Voucher(
                bill=bill,
                payment=payment,
                number=rules.voucher_number(day, serial),
                amount_fen=bill.total_fen,
                payer=payer or bill.payer,
                issued_at=now,
                issued_by=actor.name[:80],
            )
            for (bill, payment), serial in zip(
                settled, counters.next_serials("dengbu_voucher_no", len(settled)), strict=True
            )
        ]
    )
