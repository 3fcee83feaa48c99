"""A case that ends before its entry, at the window: 撤回 signed by all who applied, and the originals that go back."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.cases import originals, withdrawal
from dengbu.cases.actions.returning import return_originals
from dengbu.cases.actions.withdrawing import sign_withdrawal
from dengbu.cases.documents.ending import HOW
from dengbu.cases.facts import answered, facts
from dengbu.cases.lifecycle import BEFORE_ENTRY, STATE_NAMES, State
from dengbu.cases.models import Case, CaseParty
from dengbu.cases.queries.counter import papers_made
from dengbu.core import crypto
from dengbu.core.identifiers import mask_document_number
from dengbu.core.refusals import Refusal, Refused
from dengbu.payments.queries import bill_of
from dengbu.register.queries import unit_book

from ..pages import page
from .accept import NUMBER
from .window import actor_of, case_or_404, count_of, form_key, see_other, show

DONE = {
    "signed": "签字已登记。",
    "withdrawn": "申请已撤回。请打印撤回凭证，退还原件。",
    "returned": "退还已登记，请打印清单交领取人签字。",
}


@page(
    "desk/withdraw/<uuid:docket>/",
    name="desk.withdraw",
    surface="staff",
    needs="case.accept",
    sql=9,
    example="accepted_case",
    methods=("GET", "POST"),
)
def withdraw_page(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """撤回: everybody who applied, who agreed so far and how; each who is here signs. The last one ends it."""
    case = case_or_404(docket, purpose="撤回申请")
    if request.method == "GET":
        return _withdraw_page(request, case)
    text = request.POST.get("party", "")
    try:
        party = uuid.UUID(text) if text else None
    except ValueError:
        return _withdraw_page(
            request, case, [Refusal("WITHDRAW_PARTY", "请选择签字的申请人。", "请刷新页面。")]
        )
    try:
        state = sign_withdrawal(
            actor=actor_of(request),
            docket_id=docket,
            party_id=party,
            reason=request.POST.get("reason", ""),
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        return _withdraw_page(request, case, refused.refusals)
    return see_other("desk.withdraw", docket, done="withdrawn" if state == State.WITHDRAWN else "signed")


def _withdraw_page(request: HttpRequest, case: Case, refusals: Any = ()) -> HttpResponse:
    kind = answered(case)
    parties = CaseParty.objects.filter(case=case).order_by("role", "ordinal")
    there = withdrawal.agreed(case.filed)
    bill = bill_of(case.pk)
    return show(
        request,
        "desk/withdraw.html",
        at="desk.accept",
        refusals=refusals,
        case=case,
        asked=case.filed.get("withdrawal", {}),
        state=STATE_NAMES[State(case.state)],
        possible=case.state in BEFORE_ENTRY,
        over=case.state == State.WITHDRAWN,
        applicants=[
            {
                "id": p.pk,
                "name": p.name,
                "role": kind.word(p.role),
                "number": mask_document_number(crypto.decrypt(p.number_cipher, NUMBER))
                if p.number_cipher
                else "",
                "how": HOW.get(there.get(key, {}).get("how", ""), ""),
            }
            for key, p in withdrawal.applicants(kind, parties).items()
        ],
        bill=bill,
        made={d.kind: d for d in reversed(papers_made(case.pk))},
        reason=request.POST.get("reason", ""),
        done=DONE.get(request.GET.get("done", "")),
    )


@page(
    "desk/originals/<uuid:docket>/",
    name="desk.originals",
    surface="staff",
    needs="case.accept",
    sql=15,
    example="accepted_case",
    methods=("GET", "POST"),
)
def originals_page(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """原件: what the desk took in, what went back to whom; what is still here goes back once the case is over."""
    case = case_or_404(docket, purpose="退还原件")
    if request.method == "GET":
        return _originals_page(request, case)
    giving = {
        name.removeprefix("give-"): count_of(str(value) or "0")
        for name, value in request.POST.items()
        if name.startswith("give-") and str(value).strip() not in ("", "0")
    }
    try:
        return_originals(
            actor=actor_of(request),
            docket_id=docket,
            giving=giving,
            receiver=request.POST.get("receiver", ""),
            receiver_how=request.POST.get("receiver_how", ""),
            note=request.POST.get("note", ""),
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        return _originals_page(request, case, refused.refusals)
    return see_other("desk.originals", docket, done="returned")


def _originals_page(request: HttpRequest, case: Case, refusals: Any = ()) -> HttpResponse:
    rows, returns = originals.originals(facts(case), unit_book(case.unit_code))
    typed = request.POST if request.method == "POST" else None
    ended = State(case.state) in originals.ENDED
    return show(
        request,
        "desk/originals.html",
        at="desk.accept",
        refusals=refusals,
        case=case,
        state=STATE_NAMES[State(case.state)],
        ended=ended,
        rows=[(r, typed.get(f"give-{r.key}", "") if typed else str(r.here)) for r in rows],
        returns=[(r, originals.RECEIVERS[r.receiver_how]) for r in returns],
        open=ended and any(r.here for r in rows),
        receivers=originals.RECEIVERS.items(),
        typed={k: typed.get(k, "") if typed else "" for k in ("receiver", "receiver_how", "note")},
        made={d.kind: d for d in reversed(papers_made(case.pk))},
        done=DONE.get(request.GET.get("done", "")),
    )
