"""Background work of payments: ask the gateway what it did not tell, close what nobody paid, send money back."""

from __future__ import annotations

import uuid

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from dengbu.core import acts
from dengbu.core.ports import PartnerError, PartnerUnavailable

from . import actions, queries

log = structlog.get_logger("dengbu.payments")
LATER = RetryStrategy(max_attempts=8, exponential_wait=4, retry_exceptions=[PartnerError])
SYSTEM = acts.system("payment")


@app.task(name="payments.close_order", retry=LATER)
def close_order(payment_id: str) -> None:
    """Nobody should pay this order any more."""
    actions.close_order(actor=SYSTEM, payment_id=uuid.UUID(payment_id))


@app.task(name="payments.refund", retry=LATER)
def refund(payment_id: str) -> None:
    """Send back money that is not owed."""
    actions.refund(actor=SYSTEM, payment_id=uuid.UUID(payment_id))


@app.task(name="payments.refund_part", retry=LATER)
def refund_part(part_id: str) -> None:
    """Send back a part of a fee."""
    actions.refund_part(actor=SYSTEM, part_id=uuid.UUID(part_id))


@app.periodic(cron="* * * * *")
@app.task(name="payments.ask_pending", queueing_lock="payments.ask_pending", lock="payments.ask_pending")
def ask_pending(timestamp: int = 0) -> None:
    """Every minute: what became of orders that wait, and of refunds that were not confirmed."""
    try:
        for payment_id in queries.orders_to_ask():
            _one("ask", payment_id)
        for payment_id in queries.refunds_to_ask():
            _one("refund", payment_id)
        for part_id in queries.parts_to_ask():
            _one("part", part_id)
    except PartnerUnavailable:
        log.warning("payment_gateway_silent")  # the next minute asks again


def _one(what: str, asked: uuid.UUID) -> None:
    try:
        if what == "ask":
            actions.ask_again(actor=SYSTEM, payment_id=asked)
        elif what == "refund":
            actions.refund(actor=SYSTEM, payment_id=asked)
        else:
            actions.refund_part(actor=SYSTEM, part_id=asked)
    except PartnerUnavailable:
        raise
    except PartnerError as error:
        # One order the gateway speaks strangely about does not keep the others waiting.
        log.warning("payment_not_answered", payment=str(asked), codes=error.codes)
