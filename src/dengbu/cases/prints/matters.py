"""Papers between acceptance and entry: the public notice that is hung out, and the record of a site inspection."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dengbu.core.printing import PrintHead, render

from .slips import PartyLine


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One line of what a notice is about: 坐落, 权利人 (masked) …"""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicNoticePaper:
    """公告 to be hung out at the place (实施细则 17). `until` is its last day; no identity number stands in it."""

    head: PrintHead
    title: str
    why: str
    objections: str
    lines: tuple[NoticeLine, ...]
    since: dt.date
    until: dt.date
    organ: str


def public_notice(d: PublicNoticePaper) -> bytes:
    """公告 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/public_notice.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at, and what was found: 是, 否, 不适用."""

    question: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRecord:
    """不动产登记实地查看记录 by two officers (条例 19; 实施细则 16)."""

    head: PrintHead
    registration: str
    applicants: str
    location: str
    unit_code: str
    visited_at: dt.datetime
    accompanied_by: str
    findings: tuple[Finding, ...]
    remark: str
    result: str
    photos: int
    first: str
    first_badge: str
    second: str
    second_badge: str
    confirmed_at: dt.datetime


def inspection_record(d: InspectionRecord) -> bytes:
    """实地查看记录 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/inspection_record.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseNotice:
    """不动产登记暂缓办理通知书: why the case is put off, on what it rests, and that its days do not count (条例 20)."""

    head: PrintHead
    applicants: tuple[str, ...]
    registration: str
    location: str
    unit_code: str
    accepted_on: dt.date
    paused_on: dt.date
    reason: str
    evidence: str
    officer: str
    officer_badge: str
    phone: str


def pause_notice(d: PauseNotice) -> bytes:
    """暂缓办理通知书 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/pause_notice.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementLine:
    """One thing that was asked for: why, and once it is here when, how many, and by whom it was taken."""

    name: str
    why: str
    received: str = ""
    originals: int = 0
    copies: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementPaper:
    """补充材料告知书 (everything at once, 条例 17) or, with `receipt`, the 补充材料收件凭证."""

    head: PrintHead
    applicants: tuple[str, ...]
    registration: str
    location: str
    unit_code: str
    accepted_on: dt.date
    asked_on: dt.date
    due_on: dt.date
    new_fact: str
    lines: tuple[SupplementLine, ...]
    receipt: bool
    missing: int
    officer: str
    officer_badge: str
    phone: str


def supplement_paper(d: SupplementPaper) -> bytes:
    """补充材料告知书 or 收件凭证 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/supplement.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class UndertakingLine:
    """One thing undertaken: `follows` within `days` working days of acceptance, or else checked within them."""

    name: str
    follows: bool
    statement: str
    days: int
    due_on: dt.date | None
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndertakingPaper:
    """容缺受理告知承诺书 (国办发〔2020〕42号): told by the office, undertaken and signed by the applicant."""

    head: PrintHead
    registration: str
    location: str
    unit_code: str
    promisors: tuple[PartyLine, ...]
    lines: tuple[UndertakingLine, ...]
    bar_days: int
    officer: str
    officer_badge: str
    phone: str


def undertaking_paper(d: UndertakingPaper) -> bytes:
    """容缺受理告知承诺书 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/undertaking.typ", d)
