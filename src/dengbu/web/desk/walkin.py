"""代为录入: a person came without an online application; the desk files for them, then the case takes the same road."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse

from dengbu.cases.actions.filing import front_at_window, start_walk_in
from dengbu.cases.lifecycle import State
from dengbu.cases.queries.counter import ACCEPTED_STATES, walk_in_drafts
from dengbu.catalog.policy.policy import types_open
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.refusals import Refusal, Refused

from ..filing.journeys import JOURNEYS
from ..pages import page
from ..public.guide import found_by, grouped, service
from .window import actor_of, case_or_404, form_key, see_other, show


@page(
    "desk/walkin/",
    name="desk.walkin",
    surface="staff",
    needs="case.file_for",
    sql=5,
    methods=("GET", "POST"),
)
def walkin(request: HttpRequest) -> HttpResponse:
    """Choose what they apply for, under what people want to do, or go on with a draft begun here. GET `q` narrows the
    list by words; POST `type`, `key`."""
    if request.method == "GET":
        return _page(request)
    code = request.POST.get("type", "").upper()[:10]
    try:
        if not code:
            raise Refused(Refusal("WALKIN_TYPE", "请选择办理的事项", "", "", "type"))
        docket = start_walk_in(actor=actor_of(request), type_code=code, key=form_key(request))
    except Refused as refused:
        if refused.status != 422:
            raise
        return _page(request, refused.refusals)
    return see_other("desk.apply", uuid.UUID(docket))


def _page(request: HttpRequest, refusals: tuple[Refusal, ...] = ()) -> HttpResponse:
    today, text = clock.today(), request.GET.get("q", "").strip()[:60]
    offered = [
        service(p, today)
        for p in types_open("desk", today)
        if p.code in JOURNEYS and front_at_window(TYPES[p.code]) and TYPES[p.code].served != "must"
    ]
    return show(
        request,
        "desk/walkin.html",
        at="desk.walkin",
        refusals=refusals,
        groups=grouped(found_by(offered, "", "", text)),
        q=text,
        chosen=request.POST.get("type", ""),
        done="已提交网上审核，审核通过后由其他同事在窗口受理。" if request.GET.get("done") == "filed" else "",
        drafts=walk_in_drafts(actor_of(request)),
    )


@page(
    "desk/cases/<uuid:docket>/",
    name="desk.case",
    surface="staff",
    needs="case.file_for",
    sql=4,
    example="accepted_case",
)
def case(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """Where a case filed at the desk leads: on with the draft, to the window, to its papers, or back to the list."""
    found = case_or_404(docket)
    if found.state == State.DRAFT:
        return see_other("desk.apply", docket)
    if found.state == State.PREAPPROVED:
        return see_other("desk.accept_case", docket)
    if found.state in ACCEPTED_STATES:
        return see_other("desk.accept_print", docket)
    return see_other("desk.walkin", done="filed")


@page(
    "desk/cases/<uuid:docket>/fix/",
    name="desk.case.fix",
    surface="staff",
    needs="case.file_for",
    sql=4,
    example="accepted_case",
)
def fix(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """A correction of a case filed at the desk: the pages to put right are those of the application."""
    return see_other("desk.case", case_or_404(docket).pk)
