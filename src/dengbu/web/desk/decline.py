"""不予登记: the refusal to enter an accepted case, with its reasons."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.cases import rules
from dengbu.cases.actions.deciding import decline
from dengbu.cases.models import Case, PendingMatter
from dengbu.core.refusals import Refused

from ..pages import page
from .window import actor_of, case_or_404, form_key, see_other, show


@page(
    "desk/matters/<uuid:docket>/decline/",
    name="desk.decline",
    surface="staff",
    needs="case.review",
    sql=7,
    example="waiting_case",
    methods=("GET", "POST"),
)
def decline_page(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """不予登记 (条例 22), by the case's reviewer; what was settled against it stands in the form already."""
    case = case_or_404(docket, purpose="不予登记")
    if request.method == "GET":
        bad = {m.kind: m for m in PendingMatter.objects.filter(docket_id=docket).order_by("pk")}
        reasons = [
            f"{rules.KIND_NAMES[m.kind]}，{rules.OUTCOME_NAMES[m.outcome]}：{m.evidence}"
            for m in bad.values()
            if m.outcome in (rules.FAILED, rules.UPHELD, rules.BREACHED)
        ]
        return _decline_page(request, case, "\n".join(reasons))
    typed = request.POST.get("reasons", "")
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    clause = request.POST.get("clause", "").strip() or "《不动产登记暂行条例》第二十二条"
    try:
        decline(
            actor=actor_of(request),
            docket_id=docket,
            reasons=[{"reason": line, "clause": clause, "remedy": ""} for line in lines],
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        return _decline_page(request, case, typed, refused.refusals)
    return see_other("desk.matter", docket, done="declined")


def _decline_page(request: HttpRequest, case: Case, reasons: str, refusals: Any = ()) -> HttpResponse:
    return show(
        request,
        "desk/decline.html",
        at="desk.matters",
        refusals=refusals,
        case=case,
        reasons=reasons,
        clause=request.POST.get("clause", "《不动产登记暂行条例》第二十二条"),
    )
