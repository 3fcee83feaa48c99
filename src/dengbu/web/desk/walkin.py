"""代为录入: a person came without an online application; the desk files for them, then the case takes the same road."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from dengbu.cases.actions.filing import start_walk_in
from dengbu.cases.queries.counter import walk_in_drafts
from dengbu.catalog.policy.policy import types_open
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.refusals import Refusal, Refused

from ..filing.journeys import JOURNEYS
from ..pages import page
from .window import actor_of, form_key, show


@page(
    "desk/walkin/",
    name="desk.walkin",
    surface="staff",
    needs="case.file_for",
    sql=404,
    methods=("GET", "POST"),
)
def walkin(request: HttpRequest) -> HttpResponse:
    """Choose what they apply for, or go on with a draft begun here. POST `type`, `key`."""
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
    response = HttpResponse(status=303)
    response["Location"] = reverse("web:desk.apply", args=[uuid.UUID(docket)])
    return response


def _page(request: HttpRequest, refusals: tuple[Refusal, ...] = ()) -> HttpResponse:
    open_now = types_open("desk", clock.today())
    return show(
        request,
        "desk/walkin.html",
        at="desk.walkin",
        refusals=refusals,
        types=[
            (p.code, p.name_cn, TYPES[p.code].client.label)
            for p in open_now
            if p.code in TYPES and p.code in JOURNEYS and TYPES[p.code].client.value == "person"
        ],
        chosen=request.POST.get("type", ""),
        drafts=walk_in_drafts(actor_of(request)),
    )
