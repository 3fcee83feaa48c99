"""Acts on fee bills and payments."""

from .bills import (
    cancel_bill,
    collect_at_window,
    raise_bill,
    raise_bills,
    refund_at_window,
    reissue_voucher,
    take_back,
)
from .online import (
    ask_again,
    close_order,
    open_order,
    pay_online,
    record_code,
    refund,
    refund_problem,
    take_notification,
)

__all__ = [
    "ask_again",
    "cancel_bill",
    "close_order",
    "collect_at_window",
    "open_order",
    "pay_online",
    "raise_bill",
    "raise_bills",
    "record_code",
    "refund",
    "refund_at_window",
    "refund_problem",
    "reissue_voucher",
    "take_back",
    "take_notification",
]
