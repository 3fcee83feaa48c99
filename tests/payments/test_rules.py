import datetime as dt
import re

import pytest

from dengbu.payments import rules
from dengbu.payments.ports import TradeState
from dengbu.payments.rules import Outcome

PAID, UNPAID, CLOSED, FAILED, BACK = (
    TradeState.PAID,
    TradeState.UNPAID,
    TradeState.CLOSED,
    TradeState.FAILED,
    TradeState.REFUNDED,
)


@pytest.mark.parametrize(
    ("bill", "payment", "received", "told", "told_fen", "outcome"),
    [
        ("due", "pending", None, PAID, 9000, Outcome.SETTLED),
        ("due", "closed", None, PAID, 9000, Outcome.SETTLED),  # the payer was quicker than our closing
        ("due", "problem", 8999, PAID, 9000, Outcome.SETTLED),  # told wrongly first
        ("due", "problem", 8999, PAID, 8999, Outcome.REPEATED),
        ("due", "pending", None, PAID, 8999, Outcome.PROBLEM),
        ("due", "pending", None, PAID, 9001, Outcome.PROBLEM),
        ("due", "pending", None, PAID, None, Outcome.PROBLEM),
        ("due", "pending", None, UNPAID, None, Outcome.UNPAID),
        ("due", "pending", None, FAILED, 9000, Outcome.UNPAID),
        ("due", "pending", None, CLOSED, None, Outcome.CLOSED),
        ("due", "closed", None, CLOSED, None, Outcome.REPEATED),
        ("paid", "paid", 9000, PAID, 9000, Outcome.REPEATED),
        ("paid", "paid", 9000, CLOSED, None, Outcome.REPEATED),
        ("paid", "pending", None, PAID, 9000, Outcome.REFUND_DUE),
        ("paid", "closed", None, PAID, 9000, Outcome.REFUND_DUE),
        ("paid", "pending", None, PAID, 1, Outcome.REFUND_DUE),  # not owed, whatever its amount
        ("cancelled", "pending", None, PAID, 9000, Outcome.REFUND_DUE),
        ("cancelled", "refund_due", 9000, PAID, 9000, Outcome.REPEATED),
        ("cancelled", "refund_due", 9000, BACK, 9000, Outcome.REFUNDED),
        ("cancelled", "refunded", 9000, BACK, 9000, Outcome.REPEATED),
        ("cancelled", "refunded", 9000, PAID, 9000, Outcome.REPEATED),
        ("paid", "paid", 9000, BACK, 9000, Outcome.PROBLEM),
        ("due", "pending", None, BACK, 9000, Outcome.PROBLEM),
    ],
)
def test_what_the_gateway_says_is_judged_by_order_and_bill(bill, payment, received, told, told_fen, outcome):
    verdict = rules.judge(
        bill_state=bill,
        total_fen=9000,
        payment_state=payment,
        received_fen=received,
        told=told,
        told_fen=told_fen,
    )
    assert verdict.outcome is outcome
    assert bool(verdict.problem) == (outcome in (Outcome.PROBLEM, Outcome.REFUND_DUE))


def test_a_wrong_amount_is_said_in_yuan():
    verdict = rules.judge(
        bill_state="due",
        total_fen=9000,
        payment_state="pending",
        received_fen=None,
        told=PAID,
        told_fen=8999,
    )
    assert verdict.problem == "金额不符：应收 90.00 元，实收 89.99 元"


@pytest.mark.parametrize(
    ("state", "channel", "fen", "codes"),
    [
        ("due", "cash", 9000, []),
        ("due", "pos", 9000, []),
        ("due", "cheque", 9000, ["FEE_CHANNEL"]),
        ("due", "wechat", 8000, ["FEE_CHANNEL", "FEE_AMOUNT_WRONG"]),
        ("paid", "cash", 9000, ["FEE_BILL_PAID"]),
        ("free", "cash", 0, ["FEE_BILL_FREE"]),
        ("cancelled", "cash", 9000, ["FEE_BILL_CANCELLED"]),
    ],
)
def test_the_window_takes_the_whole_fee_or_none(state, channel, fen, codes):
    assert [r.code for r in rules.may_collect(state, 9000, channel, fen)] == codes


def test_an_order_lives_two_hours():
    made = dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)
    assert not rules.order_over(made, made + dt.timedelta(minutes=119))
    assert rules.order_over(made, made + dt.timedelta(hours=2))


def test_numbers_have_their_form():
    day = dt.date(2026, 11, 22)
    assert rules.bill_number(day, 1) == "JF20261122-000001"
    assert rules.voucher_number(day, 12) == "PZ20261122-000012"
    trade = rules.trade_number(day, 1234567, "7Q4MK2")
    assert re.fullmatch(r"[0-9A-Za-z_-]{6,32}", trade)
    assert len(rules.refund_number(trade)) <= 32
