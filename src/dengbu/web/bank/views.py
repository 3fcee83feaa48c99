"""The bank's first page and its list of own mortgages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from dengbu.cases.actions.discharges import start_discharge
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case
from dengbu.cases.queries.organisation import OwnMortgage, mortgages_of, queues_of
from dengbu.catalog.registrations import TYPES
from dengbu.core.refusals import NotPermitted, Refusal, Refused

from ..filing.portals import BANK, form_key, see_other, uuid_or_none
from ..filing.start import services_at
from ..pages import page
from . import frame
from .frame import Standing, show, standing, status_of, to_confirm

# What an operator does next with a case in a queue.
NEXT = {
    State.CORRECTION: ("case.fix", "去补正"),
    State.PREAPPROVED: ("case.pass", "看预审凭证"),
    State.DRAFT: ("apply", "继续填写"),
}


def case_row(case: Case) -> dict[str, Any]:
    """A case as a line of a queue: where, number, state, what to do next."""
    name, words = NEXT.get(State(case.state), ("case", "查看"))
    return {
        "case": case,
        "name": TYPES[case.type_code].name,
        "url": BANK.url(name, case.pk),
        "action": words,
        **status_of(case.state),
    }


@page("bank/", name="bank.home", surface="web", needs="portal.organisation", sql=12)
def home(request: HttpRequest) -> HttpResponse:
    """Queues, and the way to a new mortgage."""
    who = standing(request, BANK)
    queues = [{"queue": q, "rows": [case_row(c) for c in q.cases]} for q in queues_of(who.actor)]
    new = reverse("web:bank.apply.start", args=["b01"])
    return show(
        request,
        who,
        "bank/home.html",
        "home",
        {
            "queues": queues,
            "to_confirm": to_confirm(who),
            "busy": any(q["rows"] for q in queues),
            "new_url": new,
            "services": services_at(BANK, who.organisation) if who.may_file else [],
        },
    )


@page(
    "bank/discharge/",
    name="bank.discharge",
    surface="web",
    needs="portal.organisation",
    sql=6,
    methods=("GET", "POST"),
)
def discharge(request: HttpRequest) -> HttpResponse:
    """Own live mortgages; 申请注销 makes a draft with home and mortgage filled in."""
    who = standing(request, BANK)
    if request.method == "GET":
        return _mortgages(request, who)
    who.insist()
    right = uuid_or_none(request.POST.get("right", ""))
    try:
        if right is None:
            raise Refused(Refusal("F_NO_RIGHT", "请选择要注销的抵押权", "", "", "right"))
        docket = start_discharge(
            actor=who.actor,
            unit_code=request.POST.get("unit_code", "")[:28],
            right=right,
            key=form_key(request),
        )
    except NotPermitted:
        raise
    except Refused as refused:
        return _mortgages(request, who, refused)
    return see_other(BANK.url("apply", docket))


def _mortgages(request: HttpRequest, who: Standing, refused: Refused | None = None) -> HttpResponse:
    q, after = request.GET.get("q", "").strip()[:80], request.GET.get("after", "")[:40]
    rows, following = mortgages_of(who.organisation, after=after, q=q)
    here = reverse("web:bank.discharge")
    next_url = f"{here}?{urlencode({'after': following, **({'q': q} if q else {})})}" if following else ""
    context = {
        "rows": [_mortgage(m) for m in rows],
        "q": q,
        "first_url": here if after else "",
        "next_url": next_url,
        "refusals": list(refused.refusals) if refused else [],
    }
    return show(
        request, who, "bank/discharge.html", "discharge", context, status=refused.status if refused else 200
    )


def _mortgage(m: OwnMortgage) -> dict[str, Any]:
    running = m.docket_id is not None
    return {
        "m": m,
        "mortgagors": m.terms.get("mortgagors", []),
        "amount_fen": m.terms.get("amount_fen"),
        "debt_until": m.terms.get("debt_until", ""),
        "case_url": BANK.url("apply" if m.case_state == State.DRAFT else "case", m.docket_id)
        if running
        else "",
        "status": status_of(m.case_state) if running else None,
    }


__all__ = ["frame"]
