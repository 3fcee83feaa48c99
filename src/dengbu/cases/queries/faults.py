"""Reads of error reports (差错报告)."""

from __future__ import annotations

import uuid

from ..models import ErrorReport

PAGE_SIZE = 30


def report_of(docket_id: uuid.UUID) -> ErrorReport | None:
    """The report of a case. One statement."""
    return ErrorReport.objects.filter(docket_id=docket_id).first()


def reports_page(fault: str = "", after: str = "") -> tuple[list[ErrorReport], str]:
    """A page of the reports, the newest case first, of one class or of all, and the key of the next page. One
    statement."""
    rows = ErrorReport.objects.select_related("docket__case").order_by("-docket_id")
    if fault:
        rows = rows.filter(fault=fault)
    try:
        rows = rows.filter(docket_id__lt=uuid.UUID(after)) if after else rows
    except ValueError:
        pass
    found = list(rows[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], str(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else ""
