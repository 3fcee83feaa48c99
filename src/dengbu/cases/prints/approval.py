"""不动产登记审批表 as PDF."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dengbu.core.printing import PrintHead, render


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """One step on the way to the entry: what it is called, how it ended, what was said, by whom and when."""

    step: str
    result: str
    opinion: str
    officer: str
    at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSheet:
    """`levels`: who examines this case, in order. `signers`: each with the name the system has, to sign beside it."""

    head: PrintHead
    registration: str
    applicants: str
    unit_code: str
    location: str
    reason: str
    levels: str
    steps: tuple[ApprovalStep, ...]
    signers: tuple[tuple[str, str], ...]


def approval_sheet(d: ApprovalSheet) -> bytes:
    """The paper as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/approval_sheet.typ", d)
