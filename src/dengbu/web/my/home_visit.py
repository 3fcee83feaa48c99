"""申请上门服务 on the portal: for whoever cannot come to the window."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.cases import home_visits
from dengbu.cases.actions import matters
from dengbu.cases.facts import facts
from dengbu.cases.lifecycle import State
from dengbu.cases.queries import visits as queries
from dengbu.core import sights
from dengbu.core.refusals import Refused

from ..desk.visits import ask_fields, asked, state_of
from ..filing.portals import Portal, actor_of, everywhere, form_key, see_other
from .cases import open_case


@everywhere(
    "visit/<uuid:docket_id>/",
    name="visit",
    sql=12,
    unlike={"bank": 11},
    example="passed",
    methods=("GET", "POST"),
)
def home_visit(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """Ask for a visit, see when it is or why not, or take it back."""
    refusals: tuple[Any, ...] = ()
    if request.method == "POST":
        try:
            common: dict[str, Any] = {
                "actor": actor_of(request),
                "docket_id": docket_id,
                "key": form_key(request),
            }
            if request.POST.get("do") == "cancel":
                matters.cancel_visit_home(**common)
            else:
                matters.ask_visit(**common, **asked(request))
            return see_other(portal.url("visit", docket_id))
        except Refused as refused:
            refusals = refused.refusals
    own = open_case(request, portal, docket_id)
    sights.saw("case", own.case.docket.number, docket_id=docket_id, purpose="上门服务")
    one = queries.latest(docket_id)
    open_now = one is not None and one.matter.settled_at is None
    wrong = {r.field: f"{r.message}{r.remedy}" for r in refusals if r.field}
    may_ask = not open_now and State(own.case.state) in home_visits.ASKABLE
    context = {
        **portal.context("cases"),
        "case": own.case,
        "name": own.registration.name,
        "visit": one,
        "state": state_of(one) if one else None,
        "reason": home_visits.REASONS[one.reason] if one else "",
        "signers": list(one.signers.order_by("ordinal")) if one else (),
        "may_ask": may_ask,
        "passed": own.case.state == State.PREAPPROVED,
        "may_cancel": one is not None and open_now and one.written_at is None,
        "fields": ask_fields(facts(own.case), request.POST, wrong) if may_ask else (),
        "refusals": refusals,
        "key": uuid.uuid4().hex,
        "back_url": portal.url("case.pass" if own.case.state == State.PREAPPROVED else "case", docket_id),
    }
    return render(request, "my/home_visit.html", context, status=422 if refusals else 200)
