"""换发通知: corrections whose holders still have to be told in writing; the letter printed, mailed or handed over."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from dengbu.cases import renewals as law
from dengbu.cases.actions import papers as printing
from dengbu.cases.actions.renewing import RENEWAL, deliver_renewal
from dengbu.cases.models import Case
from dengbu.cases.queries import closing as queries
from dengbu.cases.queries import counter
from dengbu.catalog.registrations import TYPES
from dengbu.certificates.queries import certificates_of
from dengbu.core.refusals import Refused
from dengbu.core.vocabulary import RegistrationKind

from ..pages import page
from .window import actor_of, case_or_404, form_key, see_other, show

DONE = {"printed": "换发通知书已生成，请打印盖章。", "delivered": "送达已登记。"}


@page("desk/renewals/", name="desk.renewals", surface="staff", needs="case.issue", sql=6)
def renewals(request: HttpRequest) -> HttpResponse:
    """Corrections, oldest first, with how many certificates are still to be written about."""
    rows, following = queries.renewals_page(request.GET.get("after", "")[:40])
    return show(
        request,
        "desk/renewals.html",
        at="desk.renewals",
        rows=rows,
        next_url=f"?after={following}" if following else "",
    )


@page(
    "desk/renewals/<uuid:docket>/",
    name="desk.renewal",
    surface="staff",
    needs="case.issue",
    sql=8,
    example="corrected_case",
    methods=("GET", "POST"),
)
def renewal(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """One correction: print the letter, write down how it went out. POST `do`: print, deliver."""
    case = case_or_404(docket, purpose="换发通知")
    if TYPES[case.type_code].kind is not RegistrationKind.CORRECTION:
        raise Http404
    if request.method == "GET":
        return _page(request, case)
    common: dict[str, Any] = {"actor": actor_of(request), "docket_id": docket, "key": form_key(request)}
    try:
        if request.POST.get("do") == "print":
            printing.print_paper(**common, kind=RENEWAL)
            return see_other("desk.renewal", docket, done="printed")
        deliver_renewal(
            **common,
            number=request.POST.get("number", "")[:80],
            how=request.POST.get("how", ""),
            tracking=request.POST.get("tracking", "")[:40],
            receiver=request.POST.get("receiver", "")[:50],
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        return _page(request, case, refused.refusals)
    return see_other("desk.renewal", docket, done="delivered")


def _page(request: HttpRequest, case: Case, refusals: Any = ()) -> HttpResponse:
    made = list(certificates_of(case.pk))
    owed = law.owed(RegistrationKind.CORRECTION, [(c.number, c.state) for c in made], case.filed)
    return show(
        request,
        "desk/renewal.html",
        at="desk.renewals",
        refusals=refusals,
        case=case,
        papers=[d for d in counter.papers_made(case.pk) if d.kind == RENEWAL],
        owed=[c for c in made if c.number in owed],
        delivered=[
            {**d, "way": law.HOWS[d["how"]], "at": dt.datetime.fromisoformat(d["at"])}
            for d in law.delivered(case.filed)
        ],
        hows=tuple(law.HOWS.items()),
        typed={k: request.POST.get(k, "") for k in ("number", "how", "tracking", "receiver")},
        done=DONE.get(request.GET.get("done", "")),
    )
