"""Papers of the 协执窗口: the slip with the minute of service, the receipt, the letters to the organ."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dengbu.core.printing import PrintHead, render

from .matters import NoticeLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSlip:
    """协助执行文书收文单: who served what, and the minute. `served` is the time as people read it."""

    head: PrintHead
    authority: str
    authority_kind: str
    document_no: str
    served: str
    received: str
    how: str
    officers: tuple[NoticeLine, ...]
    late_reason: str
    received_by: str
    received_badge: str
    phone: str


def service_slip(d: ServiceSlip) -> bytes:
    """收文单 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/service_slip.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReceipt:
    """协助执行回执: what was done on the unit, or to whom and when it had passed (查封规定 23; corrections 1)."""

    head: PrintHead
    authority: str
    document_no: str
    served: str
    location: str
    unit_code: str
    result: str
    lines: tuple[NoticeLine, ...]
    told: tuple[str, ...]
    registrar: str
    reviewer: str
    organ: str
    answered_on: dt.date
    phone: str


def order_receipt(d: OrderReceipt) -> bytes:
    """协助执行回执 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/order_receipt.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtLetter:
    """告知函: what the law has the office tell an organ in writing; `asks` what it is asked to answer."""

    head: PrintHead
    authority: str
    subject: str
    body: tuple[str, ...]
    units: tuple[NoticeLine, ...]
    asks: str
    basis: str
    organ: str
    written_on: dt.date
    phone: str


def court_letter(d: CourtLetter) -> bytes:
    """告知函 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/court_letter.typ", d)
