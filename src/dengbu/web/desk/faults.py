"""差错报告: the leader's list, and the report of one correction as its officer writes it."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from dengbu.cases.actions.faults import report_error
from dengbu.cases.facts import facts
from dengbu.cases.faults import FAULTS, FOUND, Said
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case
from dengbu.cases.queries import faults as queries
from dengbu.cases.queries.counter import papers_made
from dengbu.core.identifiers import half_width, parse_date
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import RegistrationKind
from dengbu.register.queries import corrected_by, unit_book

from ..pages import page
from .shell import short_place, type_name
from .window import actor_of, case_or_404, form_key, see_other, show

FIELDS = ("fault", "found_how", "found_on", "wrong_entry", "description", "harm", "measure")
DONE = {"saved": "差错报告已保存。"}


@page("desk/faults/", name="desk.faults", surface="staff", needs="fault.see", sql=5, example="lead")
def reports(request: HttpRequest) -> HttpResponse:
    """Every report, the newest first, by class."""
    fault = request.GET.get("fault", "")
    fault = fault if fault in FAULTS else ""
    after = request.GET.get("after", "")[:40]
    found, last = queries.reports_page(fault, after)
    return show(
        request,
        "desk/faults.html",
        at="desk.faults",
        classes=[(key, name) for key, (name, _) in FAULTS.items()],
        fault=fault,
        rows=[
            {
                "id": one.docket_id,
                "number": one.docket.number,
                "type": type_name(one.docket.case.type_code),
                "place": short_place(one.docket.case.location),
                "fault": FAULTS[one.fault][0],
                "ours": FAULTS[one.fault][1],
                "found": FOUND[one.found_how],
                "found_on": one.found_on,
                "entry": one.wrong_entry,
                "by": one.entered_by,
                "measure": one.measure,
            }
            for one in found
        ],
        next_url="?" + urlencode({"fault": fault, "after": last}) if last else "",
        first_url="?" + urlencode({"fault": fault}) if after else "",
    )


@page(
    "desk/faults/<uuid:docket>/",
    name="desk.fault",
    surface="staff",
    needs="case.settle",
    sql=12,
    example="correcting_case",
    methods=("GET", "POST"),
)
def report(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """One report: what is written, or the form to write it. What was typed stays when it is refused."""
    case = case_or_404(docket, purpose="差错报告")
    if request.method == "GET":
        return _page(request, case)
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    try:
        try:
            day = parse_date(typed["found_on"], field="found_on") if typed["found_on"] else None
        except Refused as wrong:
            return _page(request, case, wrong.refusals)
        report_error(
            actor=actor_of(request),
            docket_id=docket,
            said=Said(
                fault=typed["fault"],
                found_how=typed["found_how"],
                found_on=day,
                wrong_entry=half_width(typed["wrong_entry"]),
                description=typed["description"],
                harm=typed["harm"],
                measure=typed["measure"],
            ),
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status == 403:
            raise
        return _page(request, case, refused.refusals, refused.status)
    return see_other("desk.fault", docket, done="saved")


def _page(
    request: HttpRequest, case: Case, refusals: tuple[Refusal, ...] = (), status: int = 200
) -> HttpResponse:
    one, found = queries.report_of(case.pk), facts(case)
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    if request.method == "GET":
        typed = {name: str(getattr(one, name)) for name in FIELDS} if one else _first(case)
    made = next((m for m in papers_made(case.pk) if m.kind == "error_report"), None)
    return show(
        request,
        "desk/fault.html",
        at="desk.faults" if actor_of(request).may("fault.see") else "desk.matters",
        refusals=refusals,
        status=status,
        case=case,
        corrects=found.registration.kind is RegistrationKind.CORRECTION,
        closed=case.state == State.ARCHIVED,
        one=one,
        typed=typed,
        faults=[(key, name, ours) for key, (name, ours) in FAULTS.items()],
        found_ways=list(FOUND.items()),
        may_print=one is not None and actor_of(request).may("print.case"),
        made=made,
        done=DONE.get(request.GET.get("done", "")),
    )


def _first(case: Case) -> dict[str, Any]:
    """What stands in the form at first: the entry that the application names, else the one of the title now."""
    entry = str(case.filed.get("terms", {}).get("wrong_entry") or "")
    if not entry and case.entry_no:
        entry = corrected_by(case.pk)
    elif not entry:
        book = unit_book(case.unit_code)
        entry = book.title.entry_number if book is not None and book.title is not None else ""
    return dict.fromkeys(FIELDS, "") | {"wrong_entry": entry}
