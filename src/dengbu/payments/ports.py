"""What payments need from a payment provider. Money is integer fen (分) everywhere."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from dengbu.core import ports
from dengbu.core.ports import PartnerRejected, SignatureRejected

__all__ = [
    "OrderAlreadyPaid",
    "OrderClosed",
    "OrderUnknown",
    "PaymentCode",
    "PaymentGateway",
    "PaymentOrder",
    "PaymentStatus",
    "RefundOrder",
    "RefundState",
    "RefundStatus",
    "SignatureRejected",
    "TradeState",
    "payment_gateway",
]

_TRADE_NO = re.compile(r"[0-9A-Za-z_-]{6,32}")


class TradeState(StrEnum):
    UNPAID = "unpaid"
    PAID = "paid"
    CLOSED = "closed"
    REFUNDED = "refunded"  # was paid; part or all of it went back
    FAILED = "failed"


class RefundState(StrEnum):
    PROCESSING = "processing"
    DONE = "done"
    CLOSED = "closed"
    ABNORMAL = "abnormal"  # the payer's account takes no money: the office must send it another way


class OrderUnknown(PartnerRejected):
    """The provider has no order of this number: it was never placed there."""


class OrderAlreadyPaid(PartnerRejected):
    """The order is paid: query it instead of asking for money again."""


class OrderClosed(PartnerRejected):
    """The order is closed: place a new one under a new number."""


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """What somebody is asked to pay. `out_trade_no` is ours: 6–32 letters, digits, `_`, `-`, used once for ever.
    `description` is what the payer reads; it names the fee and the case number, never a person."""

    out_trade_no: str
    amount_fen: int
    description: str
    notify_url: str
    expires_at: dt.datetime

    def __post_init__(self) -> None:
        if not _TRADE_NO.fullmatch(self.out_trade_no):
            raise ValueError("out_trade_no must be 6-32 letters, digits, _ or -")
        if isinstance(self.amount_fen, bool) or not isinstance(self.amount_fen, int) or self.amount_fen <= 0:
            raise ValueError("amount_fen must be a positive whole number of fen")
        if self.expires_at.tzinfo is None:
            raise ValueError("expires_at must be aware")


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """What the payer scans. `code_url` goes into the QR code. `checkout_url` is a page on which the demo's payer
    pays with a button; it is empty with a real provider."""

    out_trade_no: str
    code_url: str
    expires_at: dt.datetime
    checkout_url: str = ""


@dataclass(frozen=True, slots=True)
class PaymentStatus:
    """What the provider says about an order. `amount_fen` is what was asked and (when paid) taken according to
    the provider: compare it with the bill; None where the provider did not say."""

    out_trade_no: str
    state: TradeState
    amount_fen: int | None = None
    transaction_id: str = ""
    paid_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """Money back to the account it came from. `out_refund_no` is ours; asking again under the same number is
    the same refund."""

    out_trade_no: str
    out_refund_no: str
    refund_fen: int
    total_fen: int
    reason: str

    def __post_init__(self) -> None:
        if not _TRADE_NO.fullmatch(self.out_refund_no):
            raise ValueError("out_refund_no must be 6-32 letters, digits, _ or -")
        if not 0 < self.refund_fen <= self.total_fen:
            raise ValueError("a refund is more than nothing and at most what was paid")


@dataclass(frozen=True, slots=True)
class RefundStatus:
    out_refund_no: str
    state: RefundState
    refund_fen: int
    refund_id: str
    refunded_at: dt.datetime | None = None


class PaymentGateway(Protocol):
    """Every method raises PartnerUnavailable when the provider does not answer, SignatureRejected when an answer
    is not the provider's, PartnerRejected (or one of its kinds above) when the provider says no."""

    def create(self, order: PaymentOrder) -> PaymentCode:
        """Place the order and get what the payer scans. The same order again gives a code again; the same number
        with other contents, or already paid or closed, is refused."""
        ...

    def query(self, out_trade_no: str) -> PaymentStatus:
        """Ask what became of an order. Raises OrderUnknown."""
        ...

    def close(self, out_trade_no: str) -> None:
        """Make sure that nobody can pay it any more; closing twice is fine. Raises OrderAlreadyPaid, OrderUnknown."""
        ...

    def refund(self, order: RefundOrder) -> RefundStatus:
        """Send money back. Idempotent by `out_refund_no`."""
        ...

    def query_refund(self, out_refund_no: str) -> RefundStatus:
        """Ask what became of a refund. Raises OrderUnknown."""
        ...

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> PaymentStatus:
        """Verify and read the provider's call-back: `headers` of the request in any letter case, `body` exactly as
        received. Raises SignatureRejected. The same payment may be told several times and late: the caller
        decides by the order, not by the message."""
        ...


def payment_gateway() -> PaymentGateway:
    """The provider that the settings choose (`EXCHANGE["payment"]`)."""
    gateway: PaymentGateway = ports.get("payment")
    return gateway
