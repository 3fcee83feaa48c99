"""受理核验岗, the ways out: acceptance behind an interruption page, and 不予受理 in writing."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.cases import rules
from dengbu.cases.actions import desk, papers
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case
from dengbu.cases.queries import counter
from dengbu.core.middleware import bind_case
from dengbu.core.refusals import Refusal, Refused

from ..pages import page
from .accept import parties_of
from .window import actor_of, case_or_404, count_of, form_key, see_other, show


@page(
    "desk/accept/<uuid:docket>/confirm/",
    name="desk.accept_confirm",
    surface="staff",
    needs="case.accept",
    sql=20,
    example="checked_case",
    methods=("GET", "POST"),
)
def accept_confirm(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """受理并转正式: says whose name will stand in the book before it is done; a restriction found meanwhile stops it."""
    actor = actor_of(request)
    if request.method == "GET":
        case = case_or_404(docket, purpose="受理并转正式")
        if case.state in counter.ACCEPTED_STATES:
            return see_other("desk.accept_print", docket)
        at = counter.at_counter(case, actor)
        why = ((at.barred,) if at.barred else ()) + at.why
        if why:
            return _stop(request, case, why)
        books = {at.book.code: at.book} if at.book else {}
        waits = [
            *(m.kind for m in at.state.all_matters if not m.outcome),
            *desk.asked_now(at.found, at.state, books),
        ]
        return show(
            request,
            "desk/accept_confirm.html",
            at="desk.accept",
            c=at,
            case=case,
            parties=parties_of(at),
            waits="、".join(rules.KIND_NAMES[k] for k in waits),
        )
    bind_case(str(docket))
    try:
        # Nothing of the case is shown when it goes well, so nothing is read of it here and no sight is noted.
        desk.accept(actor=actor, docket_id=docket, key=form_key(request))
    except Refused as refused:
        case = case_or_404(docket, purpose="受理并转正式")
        if case.state in counter.ACCEPTED_STATES and case.desk_id == actor.user_id:
            return see_other("desk.accept_print", docket)  # a second click of the same hand
        return _stop(request, case, refused.refusals, refused.status)
    return see_other("desk.accept_print", docket, done="accepted")


def _stop(request: HttpRequest, case: Case, refusals: tuple[Refusal, ...], status: int = 422) -> HttpResponse:
    found = any(r.code.startswith("R_") for r in refusals)
    return show(
        request,
        "desk/accept_stop.html",
        at="desk.accept",
        refusals=refusals,
        status=status,
        case=case,
        restricted=found,
        case_open=case.state == State.PREAPPROVED,
    )


@page(
    "desk/accept/<uuid:docket>/refuse/",
    name="desk.refuse",
    surface="staff",
    needs="case.accept",
    sql=20,
    example="preapproved_case",
    methods=("GET", "POST"),
)
def refuse(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """不予受理, in writing, with every reason at once; what is already known to be missing stands in the form."""
    case, actor = case_or_404(docket, purpose="不予受理"), actor_of(request)
    rows = _reason_rows(request, case)
    if request.method == "GET" or request.POST.get("do") == "add":
        if case.state == State.REFUSED:
            return see_other("desk.accept_print", docket)
        return _refuse_page(request, case, rows)
    try:
        desk.refuse(
            actor=actor,
            docket_id=docket,
            reasons=[r for r in rows if r["reason"].strip()],
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        return _refuse_page(request, case, rows, refused.refusals)
    papers.print_paper(actor=actor, docket_id=docket, kind="refusal")
    return see_other("desk.accept_print", docket, done="refused")


def _refuse_page(
    request: HttpRequest, case: Case, rows: list[dict[str, str]], refusals: Any = ()
) -> HttpResponse:
    return show(
        request,
        "desk/accept_refuse.html",
        at="desk.accept",
        refusals=refusals,
        case=case,
        rows=rows,
    )


def _reason_rows(request: HttpRequest, case: Case) -> list[dict[str, str]]:
    if request.method == "POST":
        count = min(count_of(request.POST.get("count", "0")), 20)
        rows = [
            {
                "reason": request.POST.get(f"reason-{n}", "")[:300],
                "clause": request.POST.get(f"clause-{n}", "")[:100],
                "remedy": request.POST.get(f"remedy-{n}", "")[:200],
            }
            for n in range(max(count, 1))
        ]
        return (
            [*rows, {"reason": "", "clause": "", "remedy": ""}] if request.POST.get("do") == "add" else rows
        )
    at = counter.at_counter(case, actor_of(request))
    rows = [
        {
            "reason": f"“{p.line.item.name}”{_differs(p)}：{p.verdict.note}",
            "clause": "《不动产登记暂行条例》第十七条",
            "remedy": f"请补齐或更换“{p.line.item.name}”后重新申请。",
        }
        for p in at.papers
        if p.verdict is not None and p.verdict.verdict != "ok"
    ]
    rows += [
        {"reason": r.message, "clause": r.basis, "remedy": r.remedy}
        for r in at.why
        if r.code.startswith("R_") and r.code not in ("R_NOT_ASKED", "R_STALE", "R_LOOKUP_FAILED")
    ]
    return rows or [{"reason": "", "clause": "《不动产登记暂行条例》第十七条", "remedy": ""}]


def _differs(paper: counter.Paper) -> str:
    checks = paper.verdict.checks if paper.verdict else {}
    return "、".join(w for k, w in desk.CHECKS.items() if not checks.get(k)) + "不符合"
