"""缮证转卷岗: queues, the certificate before and after it is printed on a scanned blank, and its hand-out."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from dengbu.cases import documents as papers
from dengbu.cases.actions import closing
from dengbu.cases.facts import facts
from dengbu.cases.lifecycle import STATE_NAMES, State
from dengbu.cases.models import Case
from dengbu.cases.queries import closing as queries
from dengbu.certificates.models import Certificate
from dengbu.certificates.prints import ProofPage
from dengbu.certificates.queries import certificates_of, list_counts, next_blank, stock_count
from dengbu.core import documents
from dengbu.core.printing import preview
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import CertificateKind, DocumentKind
from dengbu.payments.queries import bill_of, voucher_of
from dengbu.register.queries import entries_of

from ..pages import page
from .papers import pdf
from .window import actor_of, case_or_404, form_key, see_other, show

KIND_WORDS = {"certificate": "不动产权证书", "proof": "不动产登记证明"}
STATE_WORDS = {
    "numbered": "待缮证",
    "printed": "已缮证，待发",
    "mailed": "已寄出，在途",
    "issued": "已发",
    "void": "已注销",
}
DONE = {
    "printed": "已缮证，请核对纸张上的内容。",
    "again": "已重新缮证，原空白证书已登记作废。",
    "finished": "已转待发证。",
    "issued": "已发证。",
    "archived": "已归档。",
}


def _queue(request: HttpRequest, queue: str, at: str, title: str, empty: str) -> HttpResponse:
    rows, following = queries.queue_page(queue, request.GET.get("after", "")[:40])
    stock = stock_count()
    return show(
        request,
        "desk/cert.html",
        at=at,
        queue=queue,
        title=title,
        empty=empty,
        rows=rows,
        next_url=f"?after={following}" if following else "",
        stock=[(KIND_WORDS.get(k.value, k.label), n) for k, n in stock.items()],
        low=any(n < 10 for n in stock.values()),
        done=DONE.get(request.GET.get("done", "")),
    )


@page("desk/cert/", name="desk.cert", surface="staff", needs="case.certify", sql=6)
def cert(request: HttpRequest) -> HttpResponse:
    """待缮证: entered in the book, certificate numbered, not printed yet."""
    return _queue(request, "print", "desk.cert", "待缮证", "已登簿的办件会自动出现在这里。")


@page("desk/issue/", name="desk.issue", surface="staff", needs="case.issue", sql=6)
def issue_queue(request: HttpRequest) -> HttpResponse:
    """待发证: printed, to be collected."""
    return _queue(request, "issue", "desk.issue", "待发证", "缮证完成的办件会自动出现在这里。")


@page("desk/archive/", name="desk.archive", surface="staff", needs="case.archive", sql=6)
def archive_queue(request: HttpRequest) -> HttpResponse:
    """待归档: handed out, or entered without a certificate to make."""
    return _queue(request, "archive", "desk.archive", "待归档", "发证以后的办件会自动出现在这里。")


# --- printing -----------------------------------------------------------------------------------------------------


@page(
    "desk/cert/<uuid:docket>/",
    name="desk.cert_case",
    surface="staff",
    needs="case.certify",
    sql=11,
    example="registered_case",
    methods=("GET", "POST"),
)
def cert_case(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """The page as it will be printed beside the blank's serial; POST `do`: print, reprint, finish."""
    case = case_or_404(docket, purpose="缮证")
    if request.method == "GET":
        return _cert_page(request, case)
    serial, do = request.POST.get("serial", "").strip()[:30], request.POST.get("do")
    again = do == "reprint"
    try:
        if do == "finish":
            closing.finish_printing(actor=actor_of(request), docket_id=docket, key=form_key(request))
            return see_other("desk.cert_case", docket, done="finished")
        certificate = _uuid(request.POST.get("certificate", ""))
        if again:
            closing.reprint_certificate(
                actor=actor_of(request),
                docket_id=docket,
                certificate_id=certificate,
                new_blank_serial=serial,
                reason=request.POST.get("reason", ""),
                key=form_key(request),
            )
        else:
            closing.print_certificate(
                actor=actor_of(request),
                docket_id=docket,
                certificate_id=certificate,
                blank_serial=serial,
                key=form_key(request),
            )
    except Refused as refused:
        if refused.status == 403:
            raise
        return _cert_page(request, case, refused.refusals, refused.status)
    return see_other("desk.cert_case", docket, done="again" if again else "printed")


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Refused(
            Refusal("CERT_NOT_OF_CASE", "这本证书不属于这件申请。", "请刷新页面后重新选择。")
        ) from None


def _cert_page(request: HttpRequest, case: Case, refusals: Any = (), status: int = 200) -> HttpResponse:
    certificates = certificates_of(case.pk)
    chosen = request.POST.get("certificate") or request.GET.get("certificate", "")
    first = sorted(certificates, key=lambda c: (c.state != "numbered", c.state == "void"))[:1]
    current = next((c for c in certificates if str(c.pk) == chosen), first[0] if first else None)
    stock = stock_count()
    left, all_ = list_counts([current.pk]).get(current.pk, (0, 0)) if current else (0, 0)
    leaves = 1 if current is not None and current.kind == "proof" else 2
    # How many sheets a list of units takes is known when it is laid out.
    sheets = len(_sheets(request, case, current, 8)) if current and left > 1 else leaves
    return show(
        request,
        "desk/cert_case.html",
        at="desk.cert",
        refusals=refusals,
        status=status,
        case=case,
        certificates=[(c, KIND_WORDS[c.kind], STATE_WORDS[c.state]) for c in certificates],
        current=current,
        entry_no=next(
            (n for pk, n, _ in entries_of(case.pk) if current and pk == current.entry_id), case.entry_no
        ),
        kind_word=KIND_WORDS[current.kind] if current else "",
        state_word=STATE_WORDS[current.state] if current else "",
        sheets=range(1, sheets + 1) if current else (),
        covers=(left, all_) if all_ else None,
        stock=stock.get(CertificateKind(current.kind), 0) if current else 0,
        offered=next_blank(CertificateKind(current.kind))
        if current and current.state in ("numbered", "printed")
        else "",
        serial=request.POST.get("serial", ""),
        reason=request.POST.get("reason", ""),
        state_name=STATE_NAMES[State(case.state)],
        can_issue=case.state == State.CERTIFIED,
        can_finish=case.state == State.REGISTERED
        and {c.state for c in certificates} & {"numbered", "printed"} == {"printed"},
        done=DONE.get(request.GET.get("done", "")),
    )


def _certificate(docket: uuid.UUID, certificate: uuid.UUID) -> Certificate:
    found = next((c for c in certificates_of(docket) if c.pk == certificate), None)
    if found is None:
        raise Http404
    return found


def _sheets(request: HttpRequest, case: Case, found: Certificate, ppi: float) -> list[bytes]:
    made = papers.certificate_page(facts(case), found, actor_of(request), found.blank_serial, as_printed=True)
    kind = "proof" if isinstance(made, ProofPage) else "certificate"
    return preview(f"certificates/prints/{kind}.typ", made, ppi)


@page(
    "desk/cert/<uuid:docket>/<uuid:certificate>/<int:sheet>.png",
    name="desk.cert_preview",
    surface="staff",
    needs="case.certify",
    sql=14,
    example="registered_certificate",
)
def cert_preview(request: HttpRequest, docket: uuid.UUID, certificate: uuid.UUID, sheet: int) -> HttpResponse:
    """A sheet of the certificate as a picture, from the live book."""
    case = case_or_404(docket, purpose="缮证预览")
    sheets = _sheets(request, case, _certificate(docket, certificate), 96)
    if not 1 <= sheet <= len(sheets):
        raise Http404
    response = HttpResponse(sheets[sheet - 1], content_type="image/png")
    response["Cache-Control"] = "no-store"
    return response


@page(
    "desk/cert/<uuid:docket>/<uuid:certificate>.pdf",
    name="desk.cert_pdf",
    surface="staff",
    needs="case.certify",
    sql=6,
    example="printed_certificate",
)
def cert_pdf(request: HttpRequest, docket: uuid.UUID, certificate: uuid.UUID) -> HttpResponse:
    """The certificate as it was printed: stored bytes, checked against their digest."""
    case = case_or_404(docket, purpose="打印证书")
    found = _certificate(docket, certificate)
    if not found.document_key:
        raise Http404
    return pdf(
        documents.read_verified(found.document_key, found.document_digest),
        f"{case.docket.number}-certificate",
    )


# --- hand-out -----------------------------------------------------------------------------------------------------


@page(
    "desk/issue/<uuid:docket>/",
    name="desk.issue_case",
    surface="staff",
    needs="case.issue",
    sql=9,
    example="certified_case",
    methods=("GET", "POST"),
)
def issue_case(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """发证 against receipt, voucher and identity; an unpaid fee stops it here and says where to pay."""
    case = case_or_404(docket, purpose="发证")
    if request.method == "GET":
        return _issue_page(request, case)
    checked = {k: request.POST.get(k) == "on" for k in ("receipt_shown", "voucher_shown", "identity_checked")}
    try:
        state = closing.issue(
            actor=actor_of(request),
            docket_id=docket,
            certificate_id=_uuid(request.POST.get("certificate", "")),
            receiver_name=request.POST.get("receiver_name", "")[:100],
            receiver_document_kind=request.POST.get("receiver_document_kind", "")[:20],
            receiver_number=request.POST.get("receiver_number", "")[:40],
            mandate=request.POST.get("mandate", "")[:200],
            key=form_key(request),
            **checked,
        )
    except Refused as refused:
        if refused.status == 403:
            raise
        return _issue_page(request, case, refused.refusals, refused.status)
    if state == State.ISSUED:
        return see_other("desk.archive_case", docket, done="issued")
    return see_other("desk.issue_case", docket, done="issued")


def _issue_page(request: HttpRequest, case: Case, refusals: Any = (), status: int = 200) -> HttpResponse:
    certificates = certificates_of(case.pk)
    bill = bill_of(case.pk)
    chosen = request.POST.get("certificate", "")
    waiting = [c for c in certificates if c.state == "printed"]
    return show(
        request,
        "desk/issue_case.html",
        at="desk.issue",
        refusals=refusals,
        status=status,
        case=case,
        certificates=[(c, KIND_WORDS[c.kind], STATE_WORDS[c.state]) for c in certificates],
        current=next((c for c in waiting if str(c.pk) == chosen), waiting[0] if waiting else None),
        by_mail=closing.by_mail(case),
        bill=bill,
        voucher=voucher_of(case.pk) if bill else None,
        paid=bill is not None and bill.state in ("paid", "free"),
        kinds=DocumentKind.choices,
        typed={
            "receiver_name": request.POST.get("receiver_name", ""),
            "receiver_document_kind": request.POST.get("receiver_document_kind", "resident_id"),
            "receiver_number": request.POST.get("receiver_number", ""),
            "mandate": request.POST.get("mandate", ""),
        },
        ticks=[
            ("receipt_shown", "已查验受理凭证", request.POST.get("receipt_shown")),
            (
                "voucher_shown",
                f"已查验{papers.name_of('fee_voucher', bill)}",
                request.POST.get("voucher_shown"),
            ),
            (
                "identity_checked",
                "已核对领证人身份证件；代领的已收授权委托书",
                request.POST.get("identity_checked"),
            ),
        ],
        done=DONE.get(request.GET.get("done", "")),
    )
