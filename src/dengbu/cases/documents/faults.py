"""差错报告 of a correction."""

from __future__ import annotations

from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal, Refused

from .. import prints
from ..facts import CaseFacts
from ..faults import FAULTS, FOUND
from ..models import ErrorReport
from . import words


def error_report(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """The report as it stands. Raises Refused where none is written."""
    case = found.case
    one = ErrorReport.objects.filter(docket_id=case.docket_id).first()
    if one is None:
        raise Refused(
            Refusal("PRINT_NO_ERROR_REPORT", "差错报告还没有填写，不能打印。", "请先填写差错报告。")
        )
    name, ours = FAULTS[one.fault]
    return prints.error_report(
        prints.ErrorReportPaper(
            head=words.head(case, case.docket.number, actor, reprint=reprint),
            registration=words.registered(found),
            location=case.location,
            unit_code=case.unit_code,
            fault=name,
            answers="登记机构" if ours else "不是登记机构",
            wrong_entry=one.wrong_entry,
            entered_on=one.entered_on,
            entered_by=one.entered_by,
            found_on=one.found_on,
            found_how=FOUND[one.found_how],
            description=one.description,
            harm=one.harm or "没有发现造成损害",
            measure=one.measure,
            corrected=f"登簿顺序号{case.entry_no}" if case.entry_no else "还没有登簿",
            reported_by=one.reported_by,
            reported_at=one.reported_at,
        )
    )
