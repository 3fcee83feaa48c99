"""Papers handed to applicants: acceptance receipt, fee notice, fee voucher, pre-review pass slip.

The caller decides how much of an identity number is shown: on these papers it passes masked numbers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dengbu.core.printing import PrintHead, render


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLine:
    """A party as named on a slip: role (转让方), name, masked identity number."""

    role: str
    name: str
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedItem:
    """One received material: how many originals and copies, pages of one set, and what becomes of it."""

    name: str
    originals: int
    copies: int
    pages: int
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceReceipt:
    """不动产登记受理凭证 (暂行条例 17: written acceptance).

    `promised_on` is the promised finish date, `promised_days` working days; `fee` is a sentence on the fee.
    """

    head: PrintHead
    registration: str
    pre_review_number: str
    parties: tuple[PartyLine, ...]
    unit_code: str
    location: str
    accepted_at: dt.datetime
    promised_days: int
    promised_on: dt.date
    items: tuple[ReceivedItem, ...]
    fee: str
    collection: str
    collector_notes: tuple[str, ...]
    query_address: str
    acceptor: str
    acceptor_badge: str
    window: str
    phone: str


def acceptance_receipt(d: AcceptanceReceipt) -> bytes:
    """受理凭证 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/acceptance_receipt.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    """One line of a fee bill: item (登记费), count of 件 or 本, standard and amount in fen."""

    item: str
    count: int
    unit: str
    standard_fen: int
    amount_fen: int
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeNotice:
    """缴费通知书. Amounts in fen; a free case prints 0 with `exemption` (code and reason)."""

    head: PrintHead
    pay_code: str
    registration: str
    payer: str
    location: str
    unit_code: str
    lines: tuple[FeeLine, ...]
    total_fen: int
    exemption: str
    issued_on: dt.date
    due: str
    ways: tuple[str, ...]
    officer: str
    phone: str


def fee_notice(d: FeeNotice) -> bytes:
    """缴费通知书 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/fee_notice.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeUndertaking:
    """减免登记费承诺书: the payer declares that an exemption applies to them, and signs (财税〔2019〕45号)."""

    head: PrintHead
    registration: str
    payers: tuple[PartyLine, ...]
    location: str
    unit_code: str
    exemption: str
    basis: str


def fee_undertaking(d: FeeUndertaking) -> bytes:
    """减免登记费承诺书 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/fee_undertaking.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeVoucher:
    """缴费凭证: what was paid, when, how. `bill_number` is that of the fiscal e-bill, where there is one."""

    head: PrintHead
    pay_code: str
    registration: str
    payer: str
    location: str
    lines: tuple[FeeLine, ...]
    total_fen: int
    exemption: str
    paid_at: dt.datetime
    channel: str
    transaction: str
    bill_number: str
    cashier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeReversal:
    """红字缴费凭证: which voucher it cancels and why, and where the money goes. `amount` in 元, below zero, in words."""

    head: PrintHead
    cancels: str
    registration: str
    payer: str
    location: str
    amount: str
    channel: str
    back: str
    reason: str
    made_at: dt.datetime
    cashier: str


def fee_reversal(d: FeeReversal) -> bytes:
    """红字缴费凭证 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/fee_reversal.typ", d)


def fee_voucher(d: FeeVoucher) -> bytes:
    """缴费凭证 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/fee_voucher.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassSlip:
    """预审结果: the slip with the code that the desk scans. Holds no name and no identity number."""

    head: PrintHead
    registration: str
    passed_on: dt.date
    valid_until: dt.date
    bring: tuple[str, ...]
    place: str
    hours: str
    phone: str
    booking: str = ""


def pass_slip(d: PassSlip) -> bytes:
    """预审结果二维码 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/pass_slip.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedItem:
    """One certificate or proof in a mailing, with the serial of the blank it is printed on."""

    kind: str
    number: str
    blank: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingSlip:
    """邮寄单: what goes by post, to whom, under which number. Signed by the carrier."""

    head: PrintHead
    tracking: str
    receiver: str
    phone: str
    address: str
    sender: str
    sent_by: str
    sent_on: dt.date
    items: tuple[MailedItem, ...]


def mailing_slip(d: MailingSlip) -> bytes:
    """邮寄单 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/mailing_slip.typ", d)
