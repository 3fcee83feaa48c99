"""差错报告 as PDF."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dengbu.core.printing import PrintHead, render


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReportPaper:
    """`answers`: whether the office answers for the fault, in words; `corrected`: the entry that put it right, or that
    it is still to come; `harm`: in words, also where nobody was harmed."""

    head: PrintHead
    registration: str
    location: str
    unit_code: str
    fault: str
    answers: str
    wrong_entry: str
    entered_on: dt.date
    entered_by: str
    found_on: dt.date
    found_how: str
    description: str
    harm: str
    measure: str
    corrected: str
    reported_by: str
    reported_at: dt.datetime


def error_report(d: ErrorReportPaper) -> bytes:
    """The paper as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/error_report.typ", d)
