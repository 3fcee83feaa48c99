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
from .parts import hand_back_part, refund_part, return_part

__all__ = [
    "ask_again",
    "cancel_bill",
    "close_order",
    "collect_at_window",
    "hand_back_part",
    "open_order",
    "pay_online",
    "raise_bill",
    "raise_bills",
    "record_code",
    "refund",
    "refund_at_window",
    "refund_part",
    "refund_problem",
    "reissue_voucher",
    "return_part",
    "take_back",
    "take_notification",
]
