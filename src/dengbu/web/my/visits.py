"""After the pre-review: the QR code and what to bring, the visit, the fee."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.appointments.queries import days_with_room, slots_of_day
from dengbu.appointments.rules import SLOT_UNKNOWN, change_until
from dengbu.cases.actions.visits import book_visit, cancel_visit
from dengbu.cases.facts import facts
from dengbu.cases.lifecycle import State
from dengbu.cases.queries.portal import OwnCase, booking_of
from dengbu.core import clock, sights
from dengbu.core.ports import PartnerUnavailable
from dengbu.core.qr import qr_svg
from dengbu.core.refusals import Refusal, Refused
from dengbu.payments.actions import ask_again, pay_online
from dengbu.payments.models import FeeBill
from dengbu.payments.queries import bill_of, payments_of, voucher_of
from dengbu.register.queries import unit_book

from ..filing.portals import Portal, actor_of, everywhere, form_key, see_other, uuid_or_none
from .cases import CASE, open_case

DAYS = 14
WEEKDAYS = "一二三四五六日"
GATEWAY_SILENT = Refusal(
    "PAY_GATEWAY_SILENT", "支付平台暂时没有回应，还没有扣款。", "请稍后再试，或到窗口缴费。"
)


def _weekday(day: dt.date) -> str:
    return f"周{WEEKDAYS[day.weekday()]}"


def days_of(chosen: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dt.date | None]:
    """The days of a fortnight with room in words, the times of the chosen one (else the first with room)."""
    days = days_with_room("window", clock.today(), DAYS)
    try:
        wanted = dt.date.fromisoformat(chosen)
    except ValueError:
        wanted = None
    day = next((d.day for d in days if d.day == wanted), None) or next(
        (d.day for d in days if d.slots_free), None
    )
    rows = [
        {
            "day": d.day,
            "weekday": _weekday(d.day),
            "room": f"余 {d.places_left} 个号" if d.places_left else "已约满",
            "full": not d.places_left,
            "current": d.day == day,
        }
        for d in days
    ]
    slots = [
        {
            "slot": s,
            "at": clock.local(s.starts_at),
            "weekday": _weekday(clock.local(s.starts_at).date()),
            "left": s.capacity - s.booked,
        }
        for s in (slots_of_day("window", day) if day else [])
    ]
    return rows, slots, day


def papers_of(own: OwnCase) -> list[dict[str, str]]:
    """The originals to bring, one line each."""
    book = unit_book(own.case.unit_code)
    found = facts(own.case)
    papers = []
    for line in found.checklist(book, clock.now()):
        if (
            line.item.generated
            or line.exempt
            or (line.item.when == "optional" and not found.pages.get(line.key))
        ):
            continue
        pages = found.pages.get(line.key, 0)
        amount = "，".join(
            part
            for part in (
                f"原件 {line.item.originals} 份" if line.item.originals else "有原件的带上",
                f"共 {pages} 页" if pages else "",
            )
            if part
        )
        note = "窗口收回" if line.item.surrendered else "与网上提交的一致"
        papers.append({"name": line.item.name, "text": f"{amount}，{note}"})
    return papers


@everywhere(f"{CASE}pass/", name="case.pass", sql=15, unlike={"bank": 14}, example="passed")
def passed(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """QR code, short code, until when; a time; what to bring."""
    own = open_case(request, portal, docket_id)
    if own.case.state != State.PREAPPROVED or not own.case.token:
        return see_other(portal.url("case", docket_id))
    booking = booking_of(docket_id)
    _, slots, _ = days_of("") if booking is None else ([], [], None)
    sights.saw("case", own.case.docket.number, docket_id=docket_id, purpose="出示二维码")
    code = own.case.short_code or ""
    context = {
        **portal.context("cases"),
        "own": own,
        "case": own.case,
        "name": own.registration.name,
        "qr": qr_svg(f"{settings.BASE_URL}/q/{own.case.token}", 328),
        "short_code": f"{code[:4]}-{code[4:]}",
        "booking": booking,
        "slots": [s for s in slots if s["left"] > 0][:4],
        "papers": papers_of(own),
        "people": [p.name for p in own.parties if p.role in own.registration.confirming],
        "key": uuid.uuid4().hex,
        "appoint_url": portal.url("appoint", docket_id),
        "visit_url": portal.url("visit", docket_id),
        "back_url": portal.url("case", docket_id),
    }
    return render(request, "my/pass.html", context)


@everywhere("appoint/<uuid:docket_id>/", name="appoint", sql=8, example="passed", methods=("GET", "POST"))
def appoint(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """Choose a day, then a time; move or cancel what is booked."""
    refusals: tuple[Refusal, ...] = ()
    if request.method == "POST":
        try:
            _change(request, docket_id)
            return see_other(portal.url("case.pass", docket_id))
        except Refused as refused:
            refusals = refused.refusals
    own = open_case(request, portal, docket_id)
    if own.case.state != State.PREAPPROVED:
        return see_other(portal.url("case", docket_id))
    days, slots, day = days_of(request.GET.get("day", ""))
    booking = booking_of(docket_id)
    context = {
        **portal.context("cases"),
        "case": own.case,
        "name": own.registration.name,
        "days": days,
        "slots": slots,
        "day": day,
        "weekday": _weekday(day) if day else "",
        "booking": booking,
        "visit_url": portal.url("visit", docket_id),
        "change_until": change_until(booking.slot.starts_at) if booking else None,
        "refusals": refusals,
        "key": uuid.uuid4().hex,
        "back_url": portal.url("case.pass", docket_id),
    }
    return render(request, "my/appoint.html", context, status=422 if refusals else 200)


def _change(request: HttpRequest, docket_id: uuid.UUID) -> None:
    actor, key = actor_of(request), form_key(request)
    if request.POST.get("do") == "cancel":
        cancel_visit(actor=actor, docket_id=docket_id, key=key)
        return
    slot = uuid_or_none(request.POST.get("slot", ""))
    if slot is None:
        raise Refused(SLOT_UNKNOWN)
    book_visit(actor=actor, docket_id=docket_id, slot_id=slot, key=key)


# --- the fee ----------------------------------------------------------------------------------------------------


def _bill(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> tuple[OwnCase, FeeBill | None]:
    own = open_case(request, portal, docket_id)
    return own, bill_of(docket_id)


@everywhere("pay/<uuid:docket_id>/", name="pay", sql=7, example="billed", methods=("GET", "POST"))
def pay(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """The bill with its lines and basis; one order at the gateway however often it is pressed."""
    own, bill = _bill(request, portal, docket_id)
    if bill is None:
        return see_other(portal.url("case", docket_id))
    refusals: tuple[Refusal, ...] = ()
    if request.method == "POST":
        try:
            pay_online(actor=actor_of(request), bill_id=bill.pk, key=form_key(request))
            return see_other(portal.url("pay.result", docket_id))
        except Refused as refused:
            refusals = refused.refusals
        except PartnerUnavailable:
            refusals = (GATEWAY_SILENT,)
    sights.saw("bill", own.case.docket.number, docket_id=docket_id, purpose="缴费")  # it names who pays
    context = {
        **portal.context("cases"),
        "case": own.case,
        "name": own.registration.name,
        "bill": bill,
        "refusals": refusals,
        "key": uuid.uuid4().hex,
        "result_url": portal.url("pay.result", docket_id),
        "back_url": portal.url("case", docket_id),
    }
    return render(request, "my/pay.html", context, status=422 if refusals else 200)


@everywhere(
    "pay/<uuid:docket_id>/result/", name="pay.result", sql=7, example="billed", methods=("GET", "POST")
)
def pay_result(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """Paid, or waiting: “正在确认，不要重复缴费”. A POST asks the gateway again."""
    own, bill = _bill(request, portal, docket_id)
    if bill is None:
        return see_other(portal.url("case", docket_id))
    silent = False
    order = next((p for p in reversed(payments_of(bill.pk)) if p.channel not in ("cash", "pos")), None)
    if request.method == "POST" and order is not None and bill.state == "due":
        try:
            ask_again(actor=actor_of(request), payment_id=order.pk)
            return see_other(portal.url("pay.result", docket_id))
        except PartnerUnavailable:
            silent = True
    context = {
        **portal.context("cases"),
        "case": own.case,
        "bill": bill,
        "order": order if order is not None and order.state == "pending" else None,
        "voucher": voucher_of(docket_id) if bill.state in ("paid", "free") else None,
        "silent": silent,
        "pay_url": portal.url("pay", docket_id),
        "back_url": portal.url("case", docket_id),
    }
    return render(request, "my/pay_result.html", context, status=503 if silent else 200)
