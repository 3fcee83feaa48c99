"""Papers of a case at the window: printed once or again, served as they were handed out; the fee over the counter."""

from __future__ import annotations

import uuid
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from dengbu.cases.actions import papers as acts
from dengbu.cases.documents import belongs, name_of
from dengbu.cases.facts import facts
from dengbu.cases.labels import paper_words
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case
from dengbu.cases.queries import counter
from dengbu.catalog.registrations import TYPES
from dengbu.certificates.queries import certificates_of
from dengbu.core import documents
from dengbu.core.identifiers import half_width
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import RegistrationKind
from dengbu.payments.actions import collect_at_window
from dengbu.payments.models import FeeBill
from dengbu.payments.queries import bill_of, voucher_of
from dengbu.register.queries import entries_of

from ..pages import page
from .window import actor_of, case_or_404, form_key, see_other, show

AFTER_ACCEPTANCE = ("receipt", "fee_notice", "fee_voucher", "application", "inquiry", "transfer_slip")
DONE = {
    "accepted": "已受理并转正式。请打印文书，交申请人签收。",
    "refused": "已记录不予受理，告知书已生成。",
    "printed": "文书已生成，可以打开打印。",
    "collected": "收费已登记，缴费凭证可以打印。",
}


@page(
    "desk/accept/<uuid:docket>/print/",
    name="desk.accept_print",
    surface="staff",
    needs="print.case",
    sql=16,
    example="accepted_case",
)
def accept_print(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """What was accepted or refused, each paper with its prints, and the fee."""
    case = case_or_404(docket, purpose="打印文书")
    if case.state == State.PREAPPROVED:
        return see_other("desk.accept_case", docket)
    return print_page(request, case)


def print_page(request: HttpRequest, case: Case, refusals: Any = (), status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    refused = case.state == State.REFUSED
    bill = bill_of(case.pk)
    voucher = voucher_of(case.pk) if bill is not None else None
    rows = _rows(case, refused, voucher is not None, bill)
    made = certificates_of(case.pk)
    return show(
        request,
        "desk/accept_print.html",
        at="desk.accept",
        refusals=refusals,
        status=status,
        case=case,
        refused=refused,
        papers=rows,
        unprinted=sum(not r["last"] and not r["not_yet"] for r in rows),
        bill=bill,
        voucher=voucher,
        certificates=[c.number for c in made],
        paper=paper_words(c.kind for c in made),
        entries=entries_of(case.pk) if case.entry_no else [],
        can_accept=actor.may("case.accept"),
        corrects=TYPES[case.type_code].kind is RegistrationKind.CORRECTION and actor.may("case.settle"),
        can_collect=actor.may("fee.collect"),
        channel=request.POST.get("channel", ""),
        amount=request.POST.get("amount", ""),
        done=DONE.get(request.GET.get("done", "")),
    )


def _rows(case: Case, refused: bool, paid: bool, bill: FeeBill | None = None) -> list[dict[str, Any]]:
    last: dict[str, Any] = {}
    for made in counter.papers_made(case.pk):
        last.setdefault(made.kind, made)
    kinds: tuple[str, ...] = ("refusal",)
    if not refused:
        found = facts(case)
        kinds = tuple(k for k in AFTER_ACCEPTANCE if belongs(k, found))
    kinds += tuple(
        k for k in ("public_notice", "inspection", "signing", "pause", "renewal", "approval") if k in last
    )
    return [
        {
            "kind": kind,
            "name": name_of(kind, bill),
            "last": last.get(kind),
            "again": last[kind].print_no - 1 if kind in last else 0,
            "not_yet": "缴费后打印" if kind == "fee_voucher" and not paid else "",
        }
        for kind in kinds
    ]


@page(
    "desk/accept/<uuid:docket>/paper/",
    name="desk.paper_print",
    surface="staff",
    needs="print.case",
    sql=0,
    example="accepted_case",
    methods=("POST",),
)
def paper_print(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """Print one paper (`kind`), or `all` that wait to be printed for the first time."""
    case, actor = case_or_404(docket, purpose="打印文书"), actor_of(request)
    kind, key = request.POST.get("kind", ""), form_key(request)
    if kind == "all":
        rows = _rows(case, case.state == State.REFUSED, voucher_of(docket) is not None)
        wanted = [r["kind"] for r in rows if not r["last"] and not r["not_yet"]]
        for each in wanted:
            acts.print_paper(actor=actor, docket_id=docket, kind=each, key=key and f"{key}-{each}"[:60])
        return see_other("desk.accept_print", docket, done="printed")
    try:
        number = acts.print_paper(actor=actor, docket_id=docket, kind=kind, key=key)
    except Refused as refused:
        if refused.status != 422 or case.state == State.PREAPPROVED:
            raise
        return print_page(request, case, refused.refusals, 422)
    return see_other("desk.paper", docket, kind, number)


@page(
    "desk/accept/<uuid:docket>/paper/<slug:kind>/<int:number>.pdf",
    name="desk.paper",
    surface="staff",
    needs="print.case",
    sql=4,
    example="printed_paper",
)
def paper(request: HttpRequest, docket: uuid.UUID, kind: str, number: int) -> HttpResponse:
    """The stored bytes of one print, checked against their digest."""
    found = counter.paper(docket, kind, number)
    if found is None:
        raise Http404
    return pdf(
        documents.read_verified(found.storage_key, found.digest), f"{found.docket.number}-{kind}-{number}"
    )


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF shown in the browser, never kept by caches."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@page(
    "desk/accept/<uuid:docket>/collect/",
    name="desk.collect",
    surface="staff",
    needs="fee.collect",
    sql=0,
    example="accepted_case",
    methods=("POST",),
)
def collect(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """窗口收费: cash or card, the whole bill at once; then the voucher can be printed."""
    case, bill = case_or_404(docket), bill_of(docket)
    if bill is None:
        raise Refused(Refusal("FEE_NO_BILL", "这件申请还没有缴费通知。", "受理后才生成缴费通知。"))
    try:
        collect_at_window(
            actor=actor_of(request),
            bill_id=bill.pk,
            channel=request.POST.get("channel", ""),
            amount_fen=_fen(request.POST.get("amount", "")),
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        return print_page(request, case, refused.refusals, 422)
    return see_other("desk.accept_print", docket, done="collected", anchor="fee")


def _fen(text: str) -> int:
    cleaned = half_width(text).replace(",", "").replace("元", "").strip()
    try:
        amount = Decimal(cleaned) * 100
    except InvalidOperation:
        amount = Decimal("0.5")
    if not amount.is_finite() or amount != amount.to_integral_value() or not 0 <= amount < 10**12:
        raise Refused(
            Refusal("FEE_AMOUNT", "请输入实收金额，例如80或80.00", "以元为单位，最多两位小数。", "", "amount")
        )
    return int(amount)
