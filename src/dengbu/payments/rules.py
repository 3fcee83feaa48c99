"""Decisions about fees and payments: what money that came in means, what a window may take. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dengbu.core.money import format_yuan
from dengbu.core.refusals import Refusal

from .ports import TradeState

ORDER_LIVES: Final = dt.timedelta(hours=2)
ASK_AFTER: Final = dt.timedelta(minutes=1)
NOTIFY_PATH: Final = "/api/v1/payments/wechat/notify"
WINDOW_CHANNELS: Final = {"cash": "现金", "pos": "刷卡"}
GATEWAY_CHANNEL: Final = "wechat"

BILL_UNKNOWN: Final = Refusal("FEE_BILL_UNKNOWN", "没有找到这张缴费通知。", "请从办件页面重新打开。")
BILL_PAID: Final = Refusal("FEE_BILL_PAID", "这笔费用已经缴清。", "不用再缴费，请刷新页面查看缴费凭证。")
BILL_FREE: Final = Refusal("FEE_BILL_FREE", "这件业务不收费。", "不用缴费，缴费凭证（0 元）已经开具。")
BILL_CANCELLED: Final = Refusal(
    "FEE_BILL_CANCELLED", "这张缴费通知已经撤销。", "请不要缴费；已经付款的，费用会退回原账户。"
)
ORDER_GONE: Final = Refusal("FEE_ORDER_GONE", "这个付款码已经失效。", "请返回缴费页面重新生成付款码。")
WINDOW_REFUND_ONLY: Final = Refusal(
    "FEE_REFUND_NOT_AT_WINDOW", "这笔钱不在窗口待退。", "线上支付的由支付平台退回原账户；请刷新待退清单。"
)
NOT_A_PROBLEM: Final = Refusal("FEE_NO_PROBLEM", "这笔付款没有待处理的问题。", "请刷新清单。")
NO_VOUCHER: Final = Refusal("FEE_NO_VOUCHER", "这笔费用还没有缴清，没有缴费凭证。", "请先缴费。")
PART_NOT_DUE: Final = Refusal("FEE_PART_NOT_DUE", "这笔部分退费不用在窗口退还。", "请刷新待退清单。")
REFUND_FAILED: Final = "原路退款没有成功，请联系缴款人另行退还"


class Outcome(StrEnum):
    """What an answer of the gateway meant."""

    SETTLED = "settled"  # the bill is paid by it
    REPEATED = "repeated"  # known already, nothing changed
    PROBLEM = "problem"  # money came that does not fit: staff look at it
    REFUND_DUE = "refund_due"  # money came that is not owed: it goes back
    REFUNDED = "refunded"  # the provider says the money went back
    CLOSED = "closed"  # nobody can pay this order any more
    UNPAID = "unpaid"  # still waiting
    UNKNOWN = "unknown"  # no order of ours


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, and in plain words what is the matter where something is."""

    outcome: Outcome
    problem: str = ""


def judge(
    *,
    bill_state: str,
    total_fen: int,
    payment_state: str,
    received_fen: int | None,
    told: TradeState,
    told_fen: int | None,
    returned_fen: int = 0,
) -> Verdict:
    """Decide by the order and the bill, not by the message, what the gateway's word about one order means.

    The bill is settled once, by exactly its total. What comes twice, late or for a withdrawn case goes back. A wrong
    amount settles nothing and is left to staff. The same word again changes nothing.
    """
    if told in (TradeState.UNPAID, TradeState.FAILED):
        return Verdict(Outcome.UNPAID)
    if told is TradeState.CLOSED:
        return Verdict(Outcome.CLOSED if payment_state == "pending" else Outcome.REPEATED)
    if told is TradeState.REFUNDED:
        return _refunded(payment_state, returned_fen)
    if payment_state in ("paid", "refund_due", "refunded"):
        return Verdict(Outcome.REPEATED)
    if payment_state == "problem" and told_fen == received_fen:
        return Verdict(Outcome.REPEATED)
    if bill_state == "cancelled":
        return Verdict(Outcome.REFUND_DUE, "缴费通知已撤销，款项应退回")
    if bill_state != "due":
        return Verdict(Outcome.REFUND_DUE, "重复缴费，款项应退回")
    if told_fen != total_fen:
        came = "支付平台没有说明金额" if told_fen is None else f"实收 {format_yuan(told_fen)} 元"
        return Verdict(Outcome.PROBLEM, f"金额不符：应收 {format_yuan(total_fen)} 元，{came}")
    return Verdict(Outcome.SETTLED)


def _refunded(payment_state: str, returned_fen: int) -> Verdict:
    # The provider says the same word of a part that we sent back.
    if payment_state == "refunded" or (payment_state == "paid" and returned_fen):
        return Verdict(Outcome.REPEATED)
    if payment_state == "refund_due":
        return Verdict(Outcome.REFUNDED)
    # Somebody sent it back at the provider, not through us: a person has to look at it.
    return Verdict(Outcome.PROBLEM, "支付平台显示这笔款项已退回，请核对")


def may_pay(bill_state: str) -> Refusal | None:
    """Whether money may still be asked for on a bill."""
    return {"due": None, "paid": BILL_PAID, "free": BILL_FREE, "cancelled": BILL_CANCELLED}[bill_state]


def may_collect(bill_state: str, total_fen: int, channel: str, amount_fen: int) -> list[Refusal]:
    """Whether the window may take this money: every reason against it."""
    found = [may_pay(bill_state)]
    if channel not in WINDOW_CHANNELS:
        found.append(
            Refusal(
                "FEE_CHANNEL",
                "请选择收款方式",
                f"可以选择：{'、'.join(WINDOW_CHANNELS.values())}。",
                field="channel",
            )
        )
    if bill_state == "due" and amount_fen != total_fen:
        found.append(
            Refusal(
                "FEE_AMOUNT_WRONG",
                f"应收 {format_yuan(total_fen)} 元，录入的是 {format_yuan(amount_fen)} 元。",
                "请按缴费通知收款，一次收清。",
                field="amount",
            )
        )
    return [refusal for refusal in found if refusal]


def may_reissue(bill_state: str, payer_now: str, payer: str, reason: str) -> list[Refusal]:
    """Whether a voucher may be made out anew on another payer: every reason against it. What was paid stays paid."""
    found: list[Refusal | None] = []
    if bill_state not in ("paid", "free"):
        found.append(NO_VOUCHER)
    name = payer.strip()
    if not 2 <= len(name) <= 200:
        found.append(
            Refusal("FEE_PAYER", "请填写正确的缴款人", "写2到200个字的姓名或单位全称。", "", "payer")
        )
    elif name == payer_now:
        found.append(Refusal("FEE_PAYER_SAME", "与原凭证的缴款人相同", "请核对要改成的名字。", "", "payer"))
    found.append(_reason(reason))
    return [refusal for refusal in found if refusal]


def may_take_back(bill_state: str, reason: str) -> list[Refusal]:
    """Whether money that was paid may go back while the fee stays owed (the wrong one paid): every reason against it."""
    paid = None if bill_state == "paid" else NO_VOUCHER if bill_state == "due" else may_pay(bill_state)
    return [refusal for refusal in (paid, _reason(reason)) if refusal]


def may_return_part(bill_state: str, left_fen: int, amount_fen: int, reason: str) -> list[Refusal]:
    """Whether a part of what was paid may go back, the fee being lower than was charged: every reason against it.

    `left_fen` is what was paid less what went back already; all of it may go back: nothing is owed then. 分.
    """
    paid = None if bill_state == "paid" else NO_VOUCHER if bill_state == "due" else may_pay(bill_state)
    too_much = None
    if bill_state == "paid" and not 0 < amount_fen <= left_fen:
        too_much = Refusal(
            "FEE_PART_TOO_MUCH",
            f"最多可以退 {format_yuan(left_fen)} 元，录入的是 {format_yuan(amount_fen)} 元。",
            "已经退过的不能再退，请核对金额。",
            field="amount",
        )
    return [refusal for refusal in (paid, too_much, _reason(reason)) if refusal]


def _reason(reason: str) -> Refusal | None:
    if 4 <= len(reason.strip()) <= 150:
        return None
    return Refusal(
        "FEE_REASON", "请写明原因", "写4到150个字，例如：付款人是中介，应由买方缴纳。", "", "reason"
    )


def order_over(made_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether an order at the gateway is too old to be paid."""
    return now >= made_at + ORDER_LIVES


def bill_number(day: dt.date, serial: int) -> str:
    """缴费通知编号, e.g. JF20261122-000001."""
    return f"JF{day:%Y%m%d}-{serial:06d}"


def voucher_number(day: dt.date, serial: int) -> str:
    """缴费凭证编号, e.g. PZ20261122-000001."""
    return f"PZ{day:%Y%m%d}-{serial:06d}"


def trade_number(day: dt.date, serial: int, code: str) -> str:
    """Our number of an order at the gateway: used once for ever. `code` is random, so that a restored or a test
    database never meets an order of another under the same number."""
    return f"DB{day:%Y%m%d}{serial:06d}{code}"


def refund_number(out_trade_no: str) -> str:
    """Our number of the one refund of an order: asking again is the same refund."""
    return f"R{out_trade_no}"


def part_number(out_trade_no: str, nth: int) -> str:
    """Our number of the nth part refund of an order."""
    return f"{refund_number(out_trade_no)}P{nth}"
