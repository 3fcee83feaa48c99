"""One filled-in example of every paper: made-up persons of an unassigned region code."""

from .applying import BUYERS, SELLER, application, inquiry, originals, receipt, refusal, slip, withdrawal
from .closing import catalogue, error_report, handover, renewal, transfer
from .court import court_letter, order_receipt, service_slip
from .fees import FEES, no_charge, notice, reversal, undertaking, voucher
from .shared import DAY, LINK, PLACE, TYPE, UNIT, UNIT_PRINTED, at, head
from .waiting import SIGNATURE, approval, inspection, pause, promise, public_notice, signing, supplement

__all__ = [
    "BUYERS",
    "DAY",
    "FEES",
    "LINK",
    "PLACE",
    "SELLER",
    "SIGNATURE",
    "TYPE",
    "UNIT",
    "UNIT_PRINTED",
    "application",
    "approval",
    "at",
    "catalogue",
    "court_letter",
    "error_report",
    "handover",
    "head",
    "inquiry",
    "inspection",
    "no_charge",
    "notice",
    "order_receipt",
    "originals",
    "pause",
    "promise",
    "public_notice",
    "receipt",
    "refusal",
    "renewal",
    "reversal",
    "service_slip",
    "signing",
    "slip",
    "supplement",
    "transfer",
    "undertaking",
    "voucher",
    "withdrawal",
]
