"""待处理款项: money that needs a person, and the two things a person may do with it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.core.refusals import Refusal, Refused
from dengbu.payments import queries, rules
from dengbu.payments.actions import bills, online, parts
from dengbu.payments.models import PartRefund, Payment

from ..desk.shell import desk, go_back_to, see_other
from ..pages import page

COLLECT = "fee.collect"
PAGE = "office.payments"
CHANNELS = {rules.GATEWAY_CHANNEL: "微信支付", **rules.WINDOW_CHANNELS}
HAND_BACK = ("web:office.payment_handed_back", "web:office.part_handed_back")
DONE = {"refunding": "已交支付平台退款，到账后自动记录。", "handed": "已记录退费。"}
REASON_EMPTY = Refusal(
    "FEE_REFUND_REASON", "还没有写退款原因", "请写一句话，例如“已电话告知缴款人重新缴费”。", field="reason"
)
NOT_SURE = Refusal("FEE_HANDED_BACK", "还没有确认已经退给缴款人", "请先退款，再勾选。", field="confirmed")


@page("desk/payments/", name=PAGE, surface="staff", needs=COLLECT, sql=6, example="accept")
def payments(request: HttpRequest) -> HttpResponse:
    """The list, oldest first."""
    return _show(request)


@page(
    "desk/payments/<uuid:payment>/refund/",
    name="office.payment_refund",
    surface="staff",
    needs=COLLECT,
    sql=0,
    methods=("POST",),
)
def refund(request: HttpRequest, payment: uuid.UUID) -> HttpResponse:
    """Money through the gateway that did not fit goes back the way it came."""
    go_back_to(request, PAGE)
    reason = request.POST.get("reason", "").strip()[:80]
    if not reason:
        return _show(request, wrong=payment, refusals=(REASON_EMPTY,))
    online.refund_problem(actor=request.actor, payment_id=payment, reason=reason)  # type: ignore[attr-defined]
    return see_other(PAGE, query="?done=refunding")


@page(
    "desk/payments/<uuid:payment>/handed-back/",
    name="office.payment_handed_back",
    surface="staff",
    needs=COLLECT,
    sql=0,
    methods=("POST",),
)
def handed_back(request: HttpRequest, payment: uuid.UUID) -> HttpResponse:
    """Cash or card money was handed back at the window. Raises Refused where it is not due."""
    go_back_to(request, PAGE)
    if "confirmed" not in request.POST:
        return _show(request, wrong=payment, refusals=(NOT_SURE,))
    bills.refund_at_window(actor=request.actor, payment_id=payment)  # type: ignore[attr-defined]
    return see_other(PAGE, query="?done=handed")


@page(
    "desk/payments/parts/<uuid:part>/handed-back/",
    name="office.part_handed_back",
    surface="staff",
    needs=COLLECT,
    sql=0,
    methods=("POST",),
)
def part_handed_back(request: HttpRequest, part: uuid.UUID) -> HttpResponse:
    """A part was handed back at the window, or sent another way where the provider could not. Raises Refused."""
    go_back_to(request, PAGE)
    if "confirmed" not in request.POST:
        return _show(request, wrong=part, refusals=(NOT_SURE,))
    parts.hand_back_part(actor=request.actor, part_id=part)  # type: ignore[attr-defined]
    return see_other(PAGE, query="?done=handed")


def _show(
    request: HttpRequest, *, wrong: uuid.UUID | None = None, refusals: tuple[Refusal, ...] = ()
) -> HttpResponse:
    found = [_row(payment, wrong) for payment in queries.problem_payments()]
    found += [_part_row(part, wrong) for part in queries.open_parts()]
    if wrong and not any(row["wrong"] for row in found):
        raise Refused(rules.NOT_A_PROBLEM)
    return desk(
        request,
        "office/payments.html",
        {"rows": found, "refusals": refusals, "done": DONE.get(request.GET.get("done", ""), "")},
        current=PAGE,
        status=422 if refusals else 200,
    )


def _row(payment: Payment, wrong: uuid.UUID | None) -> dict[str, Any]:
    at_window = payment.channel in rules.WINDOW_CHANNELS
    return {
        "id": payment.pk,
        "number": payment.bill.docket.number or payment.bill.number,
        "bill": payment.bill.number,
        "payer": payment.bill.payer,
        "channel": CHANNELS.get(payment.channel, payment.channel),
        "due_fen": payment.bill.total_fen,
        "received_fen": payment.received_fen,
        "back_fen": (payment.received_fen or 0) - payment.returned_fen,
        "problem": payment.problem,
        "at": payment.settled_at or payment.made_at,
        "refund": payment.state == "problem" and bool(payment.received_fen),
        "hand_back": HAND_BACK[0] if payment.state == "refund_due" and at_window else "",
        "wrong": payment.pk == wrong,
    }


def _part_row(part: PartRefund, wrong: uuid.UUID | None) -> dict[str, Any]:
    failed = f"{rules.REFUND_FAILED}：" if part.state == "problem" else "部分退费："
    return _row(part.payment, wrong) | {
        "id": part.pk,
        "problem": failed + part.reason,
        "back_fen": part.amount_fen,
        "at": part.made_at,
        "refund": False,
        "hand_back": HAND_BACK[1],
        "wrong": part.pk == wrong,
    }
