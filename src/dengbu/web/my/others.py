"""The other party's confirmation, one's properties, messages, and the page behind a QR code."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.cases.actions.filing import confirm, disagree
from dengbu.cases.facts import is_applicant, registration_of
from dengbu.cases.lifecycle import State
from dengbu.cases.models import NUMBER_PURPOSE, PHONE_PURPOSE
from dengbu.cases.queries.portal import (
    OwnCase,
    batch_of_token,
    case_of_invitation,
    case_of_token,
    looks_at,
)
from dengbu.certificates.queries import live_for_rights
from dengbu.core import clock, sights
from dengbu.core.identifiers import group_unit_code, normalise_number
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.notices.actions import mark_read
from dengbu.notices.queries import messages_of, title_of
from dengbu.register.queries import book_of, unit_book, units_of_holder
from dengbu.web.pages import PUBLIC, page

from ..filing.drafts import Draft, version_of
from ..filing.finish import delivery_rows, undeclared
from ..filing.journeys import journey_of
from ..filing.papers import paper_rows
from ..filing.portals import BANK, DEV, MY, Portal, actor_of, everywhere, form_key, see_other, uuid_or_none
from ..filing.presenters import book_summary, party_rows, target_rows, term_rows

NOT_YOU = Refusal(
    "CONFIRM_NOT_YOU",
    "这份确认不是发给您的。",
    "请用被邀请人本人的实名账号，或被邀请机构经办人的账号登录。",
    "条例14",
)


@everywhere("confirm/<str:token>/", name="confirm", sql=13, example="invitation", methods=("GET", "POST"))
def confirming(request: HttpRequest, portal: Portal, token: str) -> HttpResponse:
    """What another filed, to read; agree or not: a person, or an operator for a bank or developer that takes part.
    Used and expired links say so."""
    if request.method == "POST":
        return _answer(request, portal, token)
    own = case_of_invitation(token[:40])
    if own is None or own.case.state != State.AWAITING:
        return render(request, "my/confirm_gone.html", portal.context("cases"), status=410)
    return _confirm(request, portal, own, token, None)


def _confirm(
    request: HttpRequest, portal: Portal, own: OwnCase, token: str, refused: Refused | None
) -> HttpResponse:
    actor = actor_of(request)
    if not any(p.invite_token == token for p in own.mine(actor)):
        raise NotPermitted("application.confirm", NOT_YOU)
    draft = Draft(portal, own, actor, journey_of(own.case.type_code))
    book, papers = draft.book, paper_rows(draft)
    sights.saw("parties", own.case.docket.number, docket_id=own.case.pk, purpose="确认申请")
    context = {
        **portal.context("cases"),
        "case": own.case,
        "name": own.registration.name,
        "mine": own.mine(actor),
        "home": [
            {"key": "坐落", "value": own.case.location, "source": "来自登记簿"},
            {"key": "不动产单元号", "value": group_unit_code(own.case.unit_code), "code": True},
            {"key": "建筑面积", "value": f"{book.area_m2} ㎡" if book else ""},
            *target_rows(draft),
        ],
        "parts": registration_of(own.case, own.parties).parts_named(),
        "parties": party_rows(draft, NUMBER_PURPOSE, PHONE_PURPOSE),
        "terms": term_rows(draft),
        "delivery": delivery_rows(draft)[:1],
        "cards": draft.journey.cards,
        "papers": papers,
        "mine_open": any(row["open"] for row in papers),
        "errors": [_located(draft, r) for r in refused.refusals] if refused else [],
        "has_errors": refused is not None,
        "undeclared": undeclared(refused.refusals) if refused else "",
        "reason": request.POST.get("reason", ""),
        "declared": request.POST.get("declared") == "on",
        "disagreeing": request.POST.get("do") == "disagree",
        "key": uuid.uuid4().hex,
    }
    return render(request, "my/confirm.html", context, status=refused.status if refused else 200)


def _located(draft: Draft, refusal: Refusal) -> dict[str, str]:
    """A refusal with the place where it is put right: one's own paper, or a field of this page."""
    key = refusal.field.removeprefix("material:")
    href = draft.url("case.paper", key) if key != refusal.field else f"#id_{refusal.field}"
    return {"text": refusal.message, "href": href if refusal.field else ""}


def _answer(request: HttpRequest, portal: Portal, token: str) -> HttpResponse:
    """The case stands in the form: after the answer the link is used up, and a second click must still find it."""
    docket_id = uuid_or_none(request.POST.get("docket", ""))
    own = case_of_invitation(token[:40])
    if own is not None:
        docket_id = own.case.pk
    if docket_id is None:
        return render(request, "my/confirm_gone.html", portal.context("cases"), status=410)
    actor, key = actor_of(request), form_key(request)
    try:
        if request.POST.get("do") == "disagree":
            disagree(actor=actor, docket_id=docket_id, reason=request.POST.get("reason", ""), key=key)
            return render(request, "my/disagreed.html", portal.context("cases"))
        confirm(
            actor=actor,
            docket_id=docket_id,
            declared=request.POST.get("declared") == "on",
            version=version_of(request),
            key=key,
        )
    except (NotPermitted, Conflict):
        raise
    except Refused as refused:
        if own is None:
            raise
        return _confirm(request, portal, own, token, refused)
    return see_other(portal.url("case", docket_id))


# --- my properties ----------------------------------------------------------------------------------------------


@page("my/properties/", name="my.properties", surface="web", needs="portal.person", sql=5, example="")
def properties(request: HttpRequest) -> HttpResponse:
    """What stands in the register under one's name."""
    actor = actor_of(request)
    codes = units_of_holder(actor.identity_index, limit=50) if actor.identity_index else []
    books = book_of(codes) if codes else {}
    context = {
        **MY.context("properties"),
        "books": [books[c] for c in codes if c in books],
        "verified": bool(actor.identity_index),
    }
    return render(request, "my/properties.html", context)


@page(
    "my/properties/<str:unit>/",
    name="my.property",
    surface="web",
    needs="portal.person",
    sql=7,
    example="own_unit",
)
def property_(request: HttpRequest, unit: str) -> HttpResponse:
    """One's own home in four blocks, and who looked at it."""
    actor = actor_of(request)
    code = normalise_number(unit)[:28]
    book = unit_book(code)
    index = actor.identity_index
    if book is None or not index or not any(r.held_by(index) for r in book.rights):
        raise Http404
    since = min(r.entered_on for r in book.rights if r.held_by(index))
    sights.saw("register", book.code, purpose="权利人本人查询")
    context = {
        **MY.context("properties"),
        "book": book,
        "summary": book_summary(
            book, live_for_rights([r.public_id for r in book.rights]), own=frozenset({index})
        ),
        # who looked before the right was one's own is no business of the new holder
        "looks": [x for x in looks_at(book.code) if clock.local(x.seen_at).date() >= since],
    }
    return render(request, "my/property.html", context)


# --- messages ---------------------------------------------------------------------------------------------------


@page(
    "my/messages/",
    name="my.messages",
    surface="web",
    needs="portal.person",
    sql=4,
    example="",
    methods=("GET", "POST"),
)
def messages(request: HttpRequest) -> HttpResponse:
    """The inbox; 全部标为已读 is a button, for reading a page writes nothing."""
    actor = actor_of(request)
    if request.method == "POST":
        mark_read(actor=actor)
        return see_other("/my/messages/")
    found, after = messages_of(actor.user_id or 0, after=request.GET.get("after", ""))
    rows: list[dict[str, Any]] = [
        {"message": m, "title": title_of(m), "url": MY.url("case", m.docket_id) if m.docket_id else ""}
        for m in found
    ]
    context = {
        **MY.context("messages"),
        "rows": rows,
        "unread": any(m.read_at is None for m in found),
        "next_url": f"?after={after}" if after else "",
        "first_url": "?" if request.GET.get("after") else "",
    }
    return render(request, "my/messages.html", context)


# --- behind a QR code -------------------------------------------------------------------------------------------


def portal_of(own: OwnCase, organisation_id: uuid.UUID | None) -> Portal:
    if organisation_id is None:
        return MY
    return DEV if own.case.client == "developer" else BANK


@page("q/<str:token>", name="case.qr", surface="public", needs=PUBLIC, sql=3, example="token")
def behind_qr(request: HttpRequest, token: str) -> HttpResponse:
    """Who scans decides: applicant → the case, desk → acceptance, anybody else → a page without names."""
    actor = actor_of(request)
    code = token.upper()[:40]
    own = case_of_token(code)
    if own is None:
        return _batch(request, code)
    if actor.may("case.accept"):
        return see_other(f"/desk/accept/{own.case.pk}/")
    if actor.key and is_applicant(own.case, own.parties, actor):
        portal = portal_of(own, actor.organisation_id)
        name = "case.pass" if own.case.state == State.PREAPPROVED else "case"
        return see_other(portal.url(name, own.case.pk))
    return render(request, "my/qr.html", {"nav_active": "", "ended": own.case.entered_at is not None})


def _batch(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_of(request)
    batch = batch_of_token(code)
    if batch is None:
        return render(request, "my/qr.html", {"nav_active": "", "unknown": True}, status=404)
    if actor.may("case.accept"):
        return see_other(f"/desk/accept/bulk/{batch.pk}/")
    if actor.organisation_id == batch.organisation_id:
        return see_other(f"/dev/batches/{batch.pk}/")
    return render(request, "my/qr.html", {"nav_active": ""})
