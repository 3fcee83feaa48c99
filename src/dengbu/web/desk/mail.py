"""待邮寄: certificates that go by post, those under way, and what became of them (corrections §2.15)."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from dengbu.cases import documents as papers
from dengbu.cases.actions import closing
from dengbu.cases.models import Case
from dengbu.cases.queries import closing as queries
from dengbu.cases.queries.portal import DELIVERY_PHONE
from dengbu.certificates.queries import certificates_of, mailings_of, mailings_page
from dengbu.core import crypto
from dengbu.core.refusals import Refusal, Refused
from dengbu.payments.queries import bill_of

from ..pages import page
from .cert import KIND_WORDS
from .papers import pdf
from .window import actor_of, case_or_404, form_key, see_other, show

DONE = {
    "sent": "已登记寄出，已通知申请人。邮寄单可以打印。",
    "delivered": "已登记签收。",
    "returned": "已登记退回，已通知申请人。",
}


@page("desk/mail/", name="desk.mail", surface="staff", needs="case.issue", sql=6)
def mail(request: HttpRequest) -> HttpResponse:
    """What is to be sent, and what is under way, longest first."""
    rows, following = queries.queue_page("mail", request.GET.get("after", "")[:40])
    under_way, further = mailings_page(request.GET.get("sent", "")[:40])
    return show(
        request,
        "desk/mail.html",
        at="desk.mail",
        rows=rows,
        next_url=f"?after={following}" if following else "",
        under_way=under_way,
        further_url=f"?sent={further}" if further else "",
    )


@page(
    "desk/mail/<uuid:docket>/",
    name="desk.mail_case",
    surface="staff",
    needs="case.issue",
    sql=9,
    example="certified_case",
    methods=("GET", "POST"),
)
def mail_case(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """One case: send what is printed; POST `do`: send, deliver, return."""
    case = case_or_404(docket, purpose="邮寄证书")
    if request.method == "GET":
        return _mail_page(request, case)
    do = request.POST.get("do", "")
    try:
        if do == "send":
            closing.mail(
                actor=actor_of(request),
                docket_id=docket,
                certificate_ids=[_uuid(c) for c in request.POST.getlist("certificate")],
                receiver_name=request.POST.get("receiver_name", "")[:100],
                address=request.POST.get("address", "")[:400],
                phone=request.POST.get("phone", "")[:40],
                tracking=request.POST.get("tracking", "")[:40],
                key=form_key(request),
            )
        elif do == "deliver":
            closing.mail_delivered(
                actor=actor_of(request),
                docket_id=docket,
                mailing_id=_uuid(request.POST.get("mailing", "")),
                signed_by=request.POST.get("signed_by", "")[:100],
                key=form_key(request),
            )
        elif do == "return":
            closing.mail_returned(
                actor=actor_of(request),
                docket_id=docket,
                mailing_id=_uuid(request.POST.get("mailing", "")),
                reason=request.POST.get("reason", "")[:400],
                key=form_key(request),
            )
        else:
            raise Refused(Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。"))
    except Refused as refused:
        if refused.status == 403:
            raise
        return _mail_page(request, case, refused.refusals, refused.status)
    done = {"send": "sent", "deliver": "delivered", "return": "returned"}[do]
    return see_other("desk.mail_case", docket, done=done)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Refused(Refusal("MAIL_UNKNOWN", "没有找到这件邮件或证书。", "请刷新页面后重新选择。")) from None


def _mail_page(request: HttpRequest, case: Case, refusals: Any = (), status: int = 200) -> HttpResponse:
    asked = case.filed.get("delivery", {})
    typed = request.POST if request.POST.get("do") == "send" else None
    bill = bill_of(case.pk)
    mailings = mailings_of(case.pk)
    return show(
        request,
        "desk/mail_case.html",
        at="desk.mail",
        refusals=refusals,
        status=status,
        case=case,
        certificates=[(c, KIND_WORDS[c.kind]) for c in certificates_of(case.pk) if c.state == "printed"],
        chosen=typed.getlist("certificate") if typed else None,
        mailings=mailings,
        by_mail=closing.by_mail(case),
        paid=bill is not None and bill.state in ("paid", "free"),
        typed={
            "receiver_name": typed.get("receiver_name", "") if typed else asked.get("receiver", ""),
            "address": typed.get("address", "") if typed else asked.get("address", ""),
            "phone": typed.get("phone", "")
            if typed
            else crypto.decrypt(asked.get("phone_cipher", ""), DELIVERY_PHONE),
            "tracking": typed.get("tracking", "") if typed else "",
        },
        open_mailing=request.POST.get("mailing", ""),
        signed_by=request.POST.get("signed_by", ""),
        reason=request.POST.get("reason", ""),
        done=DONE.get(request.GET.get("done", "")),
    )


@page(
    "desk/mail/<uuid:docket>/<uuid:mailing>.pdf",
    name="desk.mail_slip",
    surface="staff",
    needs="case.issue",
    sql=7,
    example="mailing",
)
def mail_slip(request: HttpRequest, docket: uuid.UUID, mailing: uuid.UUID) -> HttpResponse:
    """邮寄单, for the carrier to sign."""
    case = case_or_404(docket, purpose="打印邮寄单")
    found = next((m for m in mailings_of(docket) if m.pk == mailing), None)
    if found is None:
        raise Http404
    return pdf(papers.mailing_slip(case, found, actor_of(request)), found.tracking)
