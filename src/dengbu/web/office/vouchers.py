"""票据和退费 of one case: its vouchers with those that cancel others, a voucher on another payer, money back."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from dengbu.cases.actions import vouchers as acts
from dengbu.cases.documents import name_of
from dengbu.cases.models import Case
from dengbu.cases.queries.counter import papers_made
from dengbu.core.money import format_yuan, yuan_to_fen
from dengbu.core.refusals import Refused
from dengbu.payments import rules
from dengbu.payments.models import Voucher
from dengbu.payments.queries import bill_of, vouchers_of

from ..desk.window import actor_of, case_or_404, form_key, see_other, show
from ..pages import page

CHANNELS = {rules.GATEWAY_CHANNEL: "微信支付", **rules.WINDOW_CHANNELS}
STATES = {"due": "待缴费", "paid": "已缴清", "free": "不收费", "cancelled": "已撤销"}
DONE = {
    "reissued": "凭证已换开，原凭证已红冲。请打印两张凭证。",
    "returned": "凭证已红冲，费用原路退回；这笔费用重新待缴。",
    "part": "原凭证已红冲，应退的部分原路退回，其余已另开凭证。请打印两张凭证。",
}

AFTER = {"reissue": "reissued", "return_part": "part", "take_back": "returned"}
BACK = {
    "due": "待退",
    "refund_due": "待退",
    "done": "已退回",
    "refunded": "已退回",
    "problem": "原路退款没有成功",
}


@page(
    "desk/fees/<uuid:docket>/",
    name="office.fee",
    surface="staff",
    needs="fee.collect",
    sql=9,
    example="accepted_case",
    methods=("GET", "POST"),
)
def fee(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """The vouchers of a case; POST `do`: reissue, return_part, take_back."""
    case = case_or_404(docket, purpose="票据和退费")
    if request.method == "GET":
        return _page(request, case)
    do, reason = request.POST.get("do", ""), request.POST.get("reason", "").strip()[:200]
    given: dict[str, Any] = {"actor": actor_of(request), "docket_id": docket, "reason": reason}
    try:
        if do == "reissue":
            acts.reissue_voucher(
                **given, payer=request.POST.get("payer", "").strip()[:250], key=form_key(request)
            )
        elif do == "return_part":
            amount = yuan_to_fen(request.POST.get("amount", ""), field="amount", empty="请填写要退的金额")
            acts.return_part(**given, amount_fen=amount, key=form_key(request))
        elif do == "take_back":
            acts.return_fee(**given, key=form_key(request))
        else:
            raise Http404
    except Refused as refused:
        if refused.status == 403:
            raise
        return _page(request, case, refused.refusals, refused.status, do)
    return see_other("office.fee", docket, done=AFTER[do])


def _page(
    request: HttpRequest, case: Case, refusals: Any = (), status: int = 200, wrong: str = ""
) -> HttpResponse:
    bill = bill_of(case.pk)
    if bill is None:
        raise Http404
    made = {m.kind: m for m in reversed(papers_made(case.pk)) if m.kind in ("fee_voucher", "fee_reversal")}
    vouchers = vouchers_of(case.pk)
    actor = actor_of(request)
    return show(
        request,
        "office/fee.html",
        at="office.payments",
        refusals=refusals,
        status=status,
        case=case,
        bill=bill,
        state=STATES[bill.state],
        voucher_name=name_of("fee_voucher", bill),
        rows=[_row(v) for v in vouchers],
        can_reissue=bill.state in ("paid", "free"),
        can_return=bill.state == "paid",
        red=any(v.cancels_id for v in vouchers),
        may_print=actor.may("print.case"),
        made=made,
        wrong=wrong,
        bad={r.field for r in refusals},
        payer=request.POST.get("payer", ""),
        amount=request.POST.get("amount", ""),
        reason=request.POST.get("reason", ""),
        done=DONE.get(request.GET.get("done", "")),
    )


def _row(voucher: Voucher) -> dict[str, Any]:
    payment, part = voucher.payment, getattr(voucher, "part_refund", None)
    back = BACK.get(payment.state, "") if payment and payment.state != "problem" else ""
    if part:
        back = f"退还{format_yuan(part.amount_fen)}元（{BACK[part.state]}）"
    return {
        "number": voucher.number,
        "amount": voucher.amount_fen,
        "payer": voucher.payer or voucher.bill.payer,
        "channel": CHANNELS.get(payment.channel, payment.channel) if payment else "免缴",
        "back": back,
        "at": voucher.issued_at,
        "by": voucher.issued_by,
        "cancels": voucher.cancels.number if voucher.cancels else "",
        "void": voucher.cancelled_at is not None,
        "reason": voucher.cancel_reason,
    }
