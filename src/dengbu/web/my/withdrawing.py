"""撤回申请 on the portal: the interruption page, who agreed so far, and 不同意撤回."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.cases import withdrawal
from dengbu.cases.actions.withdrawing import keep_application, withdraw
from dengbu.cases.facts import answered
from dengbu.cases.lifecycle import BEFORE_ENTRY
from dengbu.cases.queries.portal import OwnCase
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refused

from ..filing.portals import Portal, actor_of, everywhere, form_key, see_other
from .cases import CASE, open_case


@everywhere(f"{CASE}withdraw/", name="case.withdraw", sql=5, example="submitted", methods=("GET", "POST"))
def withdraw_case(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """Before a case is withdrawn: what it means, who has to agree, who does; and the way to say no."""
    refusals: tuple[Any, ...] = ()
    actor = actor_of(request)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "keep":
                keep_application(actor=actor, docket_id=docket_id, key=form_key(request))
            else:
                withdraw(
                    actor=actor,
                    docket_id=docket_id,
                    reason=request.POST.get("reason", "")[:200],
                    key=form_key(request),
                )
            return see_other(portal.url("case", docket_id))
        except Refused as refused:
            refusals = refused.refusals
    own = open_case(request, portal, docket_id)
    context = {
        **portal.context("cases"),
        "case": own.case,
        "name": own.registration.name,
        "refusals": refusals,
        "reason": request.POST.get("reason", ""),
        "key": uuid.uuid4().hex,
        "back_url": portal.url("case", docket_id),
        "possible": own.case.state in BEFORE_ENTRY,
        **_who(own, actor),
    }
    return render(request, "my/withdraw.html", context, status=422 if refusals else 200)


def _who(own: OwnCase, actor: Actor) -> dict[str, Any]:
    there = withdrawal.agreed(own.case.filed)
    of = withdrawal.applicants(answered(own.case), own.parties)
    mine = {p.pk for p in own.mine(actor)} | {
        p.pk for p in own.parties if p.organisation_id and p.organisation_id == actor.organisation_id
    }
    filed_it = actor.user_id == own.case.filed_by or bool(
        own.case.organisation_id and own.case.organisation_id == actor.organisation_id
    )
    return {
        "asked": own.case.filed.get("withdrawal") or {},
        "alone": withdrawal.alone(own.case, filed_it=filed_it),
        "several": len(of) > 1,
        "i_agreed": any(key in there for key, p in of.items() if p.pk in mine),
        "applicants": [
            {
                "name": p.name,
                "role": own.registration.word(p.role),
                "agreed": key in there,
                "me": p.pk in mine,
            }
            for key, p in of.items()
        ],
    }
