"""Formal decisions handed to the parties: not accepted, not registered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from dengbu.core.printing import PrintHead, render


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReason:
    """One reason: what is wrong, the clause it rests on, and what the applicant can do."""

    reason: str
    clause: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedItem:
    """A material given back to the applicant, copies kept by the office."""

    name: str
    originals: int
    copies: int = 0
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalNotice:
    """不予受理告知书 (暂行条例 17) or, with `kind` "decline", 不予登记告知书 (暂行条例 22).

    Every reason stands in `reasons` at once (一次性告知). `review_organ` takes the administrative review within
    `review_days`, `court` the action within six months.
    """

    head: PrintHead
    applicants: tuple[str, ...]
    registration: str
    location: str
    unit_code: str
    applied_on: dt.date
    decided_on: dt.date
    reasons: tuple[NoticeReason, ...]
    returned: tuple[ReturnedItem, ...]
    review_organ: str
    review_days: int
    court: str
    officer: str
    officer_badge: str
    phone: str
    kind: Literal["refuse", "decline"] = "refuse"


def refusal_notice(d: RefusalNotice) -> bytes:
    """不予受理告知书 or 不予登记告知书 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/refusal_notice.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Somebody who applied, and how and when they agreed to the withdrawal; `how` empty: signs on this paper."""

    role: str
    name: str
    identity: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """不动产登记申请撤回书, to be signed by all who applied, or with `number` and `ended_on` the 撤回凭证 (暂行条例 15)."""

    head: PrintHead
    applicants: tuple[Signed, ...]
    registration: str
    location: str
    unit_code: str
    applied_on: dt.date
    acceptance_number: str
    reason: str
    fee: str
    originals: str
    officer: str
    officer_badge: str
    phone: str
    ended_on: dt.date | None = None


def withdrawal(d: Withdrawal) -> bytes:
    """撤回申请书 or 撤回凭证 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/withdrawal.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalLine:
    """One paper on the list: originals that came and went back, and what the office keeps."""

    name: str
    received: int
    returned: int
    kept: str
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """One hand-back: when, what, to whom, by whom."""

    at: dt.datetime
    what: str
    receiver: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalsList:
    """材料原件收取、退还清单 (暂行条例 15, 17: originals go back, copies stay)."""

    head: PrintHead
    registration: str
    applicants: str
    location: str
    unit_code: str
    ended: str
    items: tuple[OriginalLine, ...]
    returns: tuple[ReturnLine, ...]
    officer: str
    officer_badge: str


def originals_list(d: OriginalsList) -> bytes:
    """材料原件收取、退还清单 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/originals_list.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewedPaper:
    """One new certificate of a correction and whose it is."""

    holder: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalNotice:
    """不动产权属证书换发通知书: the holders hand in the old certificate for the new one (实施细则 80)."""

    head: PrintHead
    holders: str
    registration: str
    entered_on: dt.date
    written_on: dt.date
    location: str
    unit_code: str
    corrected: str
    previous: str
    papers: tuple[RenewedPaper, ...]
    place: str
    hours: str
    phone: str
    officer: str
    officer_badge: str


def renewal_notice(d: RenewalNotice) -> bytes:
    """换发通知书 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/renewal_notice.typ", d)
