"""房管推送 with problems: what the housing department sent that does not fit, for staff to settle."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from dengbu.contracts import actions, queries
from dengbu.contracts.models import InboundMessage
from dengbu.core import clock, sights
from dengbu.core.refusals import Refused
from dengbu.register import queries as register
from dengbu.register.rules import UnitBook

from ..desk.shell import navigation
from ..pages import page
from ..templatetags._text import cn_datetime, group_unit, money

SEE = "contract.see"
KINDS = {"contract_filing": "合同备案", "transaction_review": "交易审核"}
OUTCOMES = {"kept_with_problems": ("待核实", "warn"), "refused": ("未入库", "neutral")}
STATES = {
    "filed": "有效",
    "in_force": "有效",
    "held": "暂不能使用，待核实",
    "used": "已据以办理登记",
    "replaced": "已被替代",
    "withdrawn": "已撤销",
    "cancelled": "已注销",
}


@page("desk/contracts/", name="desk.contracts", surface="staff", needs=SEE, sql=4, example="lead")
def contracts(request: HttpRequest) -> HttpResponse:
    """The list: open problems first, settled ones on the second tab. Newest first, by key."""
    handled, after = request.GET.get("state") == "handled", request.GET.get("after", "")
    found, onward = queries.problems_page(handled=handled, after=after)
    kept = {"state": "handled"} if handled else {}
    return _show(
        request,
        rows=[_row(message) for message in found],
        columns=[
            "备案号或审核编号",
            "类型",
            "问题",
            {"text": "不动产单元号", "code": True},
            "收到时间",
            "状态",
        ],
        tabs=[
            {"text": "待处理", "url": reverse("web:desk.contracts"), "current": not handled},
            {"text": "已处理", "url": "?state=handled", "current": handled},
        ],
        first_url="?" + urlencode(kept) if after else "",
        next_url="?" + urlencode({**kept, "after": onward}) if onward else "",
        handled=handled,
        done="已记录处理情况。" if request.GET.get("done") else "",
    )


@page(
    "desk/contracts/<uuid:inbound_id>/",
    name="desk.contract",
    surface="staff",
    needs=SEE,
    sql=8,
    example="inbound",
    methods=("GET", "POST"),
)
def contract(request: HttpRequest, inbound_id: uuid.UUID) -> HttpResponse:
    """One problem beside what we hold and what the book says; POST records how it was settled."""
    refusals: tuple[Any, ...] = ()
    note = request.POST.get("note", "")
    if request.method == "POST":
        try:
            actions.handle_problem(actor=request.actor, inbound_id=inbound_id, note=note)  # type: ignore[attr-defined]
        except Refused as refused:
            if refused.codes != ("CONTRACT_NOTE_LENGTH",):
                raise
            refusals = refused.refusals
        else:
            return HttpResponseRedirect(reverse("web:desk.contracts") + "?done=1", status=303)
    message = queries.problem(inbound_id)
    if message is None:
        raise Http404("no such problem")
    held, book = queries.pushed_content(message), register.unit_book(message.unit_code)
    sights.saw("contract", message.subject or str(message.pk), purpose="核实房管推送")
    return _show(
        request,
        message=message,
        kind=KINDS.get(message.kind, message.kind),
        outcome=_outcome(message),
        title=_title(message),
        summary=_summary(message, held),
        compared=_compared(held, book) if held else [],
        columns=("房管推送", "登记簿"),
        note_field={
            "label": "处理情况",
            "name": "note",
            "value": note,
            "kind": "textarea",
            "rows": 3,
            "hint": "例如：已电话告知房管部门更正面积",
            "errors": [str(item) for item in refusals],
        },
        refusals=refusals,
    )


def _show(request: HttpRequest, **context: Any) -> HttpResponse:
    nav = navigation(request.actor, {}, "desk.contracts")  # type: ignore[attr-defined]
    status = 422 if context.get("refusals") else 200
    return render(request, "desk/contracts.html", {"staff_nav": nav, **context}, status=status)


def _row(message: InboundMessage) -> list[Any]:
    word, tone = _outcome(message)
    return [
        {
            "text": _title(message),
            "url": reverse("web:desk.contract", args=[message.pk]),
        },
        KINDS.get(message.kind, message.kind),
        "；".join(item["message"] for item in message.problems[:2])
        + ("…" if len(message.problems) > 2 else ""),
        group_unit(message.unit_code),
        cn_datetime(message.received_at),
        {"text": "已处理", "tone": "ok"} if message.handled_at else {"text": word, "tone": tone},
    ]


def _outcome(message: InboundMessage) -> tuple[str, str]:
    return ("格式有误，未入库", "warn") if message.excerpt else OUTCOMES[message.outcome]


def _title(message: InboundMessage) -> str:
    number = message.subject or "没有写明编号"
    return number if message.excerpt else f"{number} 第{message.version}版"


def _summary(message: InboundMessage, held: queries.PushedContent | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"key": "不动产单元号", "value": group_unit(message.unit_code), "code": True},
        {"key": "推送系统", "value": message.source},
        *([] if message.excerpt else [{"key": "推送版本", "value": f"第 {message.version} 版"}]),
        {"key": "收到时间", "value": cn_datetime(clock.local(message.received_at))},
    ]
    if held is not None:
        state = STATES.get(held.status, held.status)
        rows.append({"key": "目前状态", "value": f"第 {held.version} 版，{state}"})
        if held.status_reason:
            rows.append({"key": "状态原因", "value": held.status_reason})
        if held.price_fen is not None:
            rows.append({"key": "合同金额（元）", "value": money(held.price_fen)})
        buyers = [p.name for p in held.parties if p.role == "buyer"]
        rows.append({"key": "买受人", "value": buyers})
    return rows


def _compared(held: queries.PushedContent, book: UnitBook | None) -> list[dict[str, Any]]:
    """The pushed content beside the book; an empty right side means that the unit is not in the book."""
    sellers = "、".join(p.name for p in held.parties if p.role == "seller")
    owner = book.ownership if book else None
    owners = "、".join(h.name for h in owner.holders) if owner else None
    place = {"label": "坐落", "values": [held.address, book.location if book else None]}
    rows = [*([place] if held.address else []), {"label": "出卖人／权利人", "values": [sellers, owners]}]
    if held.area_m2 is not None:
        rows.append(
            {"label": "建筑面积（㎡）", "values": [str(held.area_m2), str(book.area_m2) if book else None]}
        )
    return rows
