"""我的办件: home, list, and the one page that answers where a case stands, whose turn it is, and what to do."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.appointments.queries import missed_by
from dengbu.cases import home_visits
from dengbu.cases.documents import KINDS, name_of
from dengbu.cases.facts import Line, facts, makes, writes
from dengbu.cases.labels import Label, label, paper_words, road_words
from dengbu.cases.lifecycle import BEFORE_ENTRY, State
from dengbu.cases.models import Case
from dengbu.cases.queries.portal import (
    Listed,
    OwnCase,
    Road,
    cases_page,
    confirmations,
    documents_of,
    drafts_of,
    listed,
    own_case,
    paper_of,
    road_of,
    running,
)
from dengbu.cases.rules import KIND_NAMES, Kind
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock, sights
from dengbu.core.acts import Actor
from dengbu.core.documents import read_verified
from dengbu.core.identifiers import mask_name
from dengbu.core.middleware import bind_case
from dengbu.core.money import format_yuan
from dengbu.core.vocabulary import CertificateKind
from dengbu.notices.queries import unread_count
from dengbu.register.queries import book_of, unit_book, units_of_holder
from dengbu.register.rules import UnitBook
from dengbu.web.pages import page

from ..filing.knowing import names_open, own_indexes, reads
from ..filing.portals import MY, Portal, actor_of, everywhere, see_other
from ..filing.start import services_at
from ..templatetags._text import cn_date, cn_datetime
from .owed import to_hand_in, undertaken
from .words import event_words

CASE = "cases/<uuid:docket_id>/"
# Papers that are the applicants' own; the transfer slip and the approval sheet are the office's.
PAPERS = frozenset(KINDS) - {"transfer_slip", "approval"}


def open_case(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> OwnCase:
    """A case of one's own. Raises Http404, NotPermitted."""
    own = own_case(docket_id, actor_of(request))
    if own is None:
        raise Http404
    bind_case(own.case.docket.number)
    return own


def label_of(row: Listed) -> Label:
    """The label of a listed case for the one who looks."""
    return label(
        row.case.state,
        fixes=row.fixes,
        booked_at=row.booking.slot.starts_at if row.booking and not row.booking.missed_at else None,
        confirmed=row.confirmed,
        fee_due=row.bill is not None and row.bill.state == "due",
        paper=paper_words(makes(row.case)),
        to_confirm=bool(row.to_confirm),
    )


def entry_of(portal: Portal, row: Listed) -> dict[str, Any]:
    """A case as a row of a list: name, place, label, where its link leads."""
    case, words = row.case, label_of(row)
    if case.state == State.DRAFT:
        url = portal.url("apply", case.pk)
    elif row.to_confirm:
        url = portal.url("confirm", row.to_confirm)
    else:
        url = portal.url("case", case.pk)
    return {
        "url": url,
        "name": TYPES[case.type_code].name,
        "number": case.docket.number,
        "location": case.location or "还没有选不动产",
        "label": words,
        "due": case.due_at if words.yours else None,
        "case": case,
    }


@page("my/", name="my.home", surface="web", needs="portal.person", sql=12, example="")
def home(request: HttpRequest) -> HttpResponse:
    """What needs you first; then what is running; then drafts; then my properties."""
    actor = actor_of(request)
    rows = [entry_of(MY, r) for r in listed(running(actor), actor)]
    drafts = drafts_of(actor, clock.now())
    codes = units_of_holder(actor.identity_index, limit=5) if actor.identity_index else []
    books = book_of(codes) if codes else {}
    context = {
        **MY.context("cases"),
        "todo": [r for r in rows if r["label"].yours],
        "running": [r for r in rows if not r["label"].yours],
        "drafts": [entry_of(MY, Listed(d)) for d in drafts],
        "properties": [books[c] for c in codes if c in books],
        "unread": unread_count(actor.user_id) if actor.user_id else 0,
        "verified": bool(actor.identity_index),
        "services": services_at(MY, None),
    }
    return render(request, "my/home.html", context)


TABS = (("todo", "待我处理"), ("running", "进行中"), ("done", "已办结"))


@everywhere("cases/", name="cases", sql=8)
def cases(request: HttpRequest, portal: Portal) -> HttpResponse:
    """All my cases under three tabs, newest first; search by number or place."""
    actor = actor_of(request)
    tab = request.GET.get("tab", "running")
    tab = tab if tab in dict(TABS) else "running"
    q = request.GET.get("q", "").strip()[:60]
    found, after = cases_page(actor, tab=tab, after=request.GET.get("after", ""), q=q)
    entries = [entry_of(portal, r) for r in listed(found, actor)]
    if tab == "todo":
        entries = [e for e in entries if e["label"].yours]
    tail = f"&q={q}" if q else ""
    context = {
        **portal.context("cases"),
        "entries": entries,
        "tabs": [{"text": words, "url": f"?tab={key}{tail}", "current": key == tab} for key, words in TABS],
        "tab": tab,
        "q": q,
        "next_url": f"?tab={tab}&after={after}{tail}" if after else "",
        "first_url": f"?tab={tab}{tail}" if request.GET.get("after") else "",
    }
    return render(request, "my/cases.html", context)


@everywhere(CASE, name="case", sql=17, unlike={"bank": 16}, example="submitted")
def case(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """Status now, who must act, by when, what to do (one button), timeline, documents."""
    own = open_case(request, portal, docket_id)
    if own.case.state == State.DRAFT:
        return see_other(portal.url("apply", docket_id))
    actor = actor_of(request)
    road = road_of(own.case)
    words = _label(own, road, actor)
    found = facts(own.case)
    book = unit_book(own.case.unit_code)
    paper = paper_words([c.kind for c in road.certificates] or makes(own.case))
    sights.saw("case", own.case.docket.number, docket_id=docket_id, purpose="本人查看办件")
    owed = [undertaken(portal, found, u, actor) for u in road.undertaken]
    context = {
        **portal.context("cases"),
        "own": own,
        "case": own.case,
        "name": own.registration.name,
        "label": words,
        "steps": road_words(paper),
        "turn": to_hand_in(owed) or turn(portal, own, road, words, actor),
        "road": road,
        "papers_word": "、".join(dict.fromkeys(CertificateKind(c.kind).label for c in road.certificates)),
        "events": [e for e in (event_words(t, paper, actor) for t in road.transitions) if e],
        "lines": [
            _line(line, found.pages.get(line.key, 0), portal.url("case.paper", docket_id, line.key), own.case)
            for line in found.checklist(book, clock.now())
        ],
        "people": _people(own, actor, book),
        "undertaken": owed,
        "documents": [
            {
                "name": name_of(d.kind, road.bill),
                "url": portal.url("case.document", docket_id, d.kind),
                "at": d.made_at,
            }
            for d in documents_of(docket_id)
            if d.kind in PAPERS
        ],
        "may_ask_visit": home_visits.askable(own.case.state, own.parties),
        "may_withdraw": own.case.state in BEFORE_ENTRY,
        "withdrawal": own.case.state in BEFORE_ENTRY and bool(own.case.filed.get("withdrawal")),
        "pass_url": portal.url("case.pass", docket_id) if own.case.token else "",
        "qr": own.case.state == State.PREAPPROVED,
    }
    return render(request, "my/case.html", context)


def _label(own: OwnCase, road: Road, actor: Actor) -> Label:
    return label_of(
        Listed(
            own.case,
            road.bill,
            road.booking,
            len(road.correction.reasons) if road.correction else 0,
            _invitation(own, actor),
            confirmations(own.case, own.parties),
        )
    )


def _invitation(own: OwnCase, actor: Actor) -> str:
    if own.case.state != State.AWAITING:
        return ""
    return next((p.invite_token for p in own.mine(actor) if p.invite_token), "")


def turn(portal: Portal, own: OwnCase, road: Road, words: Label, actor: Actor) -> dict[str, Any]:
    """The card 现在轮到: who, what by when, and one button."""
    c, link = own.case, portal.url
    paper = paper_words([x.kind for x in road.certificates] or makes(own.case))
    card: dict[str, Any] = {
        "who": words.turn,
        "tone": "",
        "title": words.word,
        "text": "",
        "url": "",
        "action": "",
        "fixes": [],
    }
    due = c.due_at
    if words.turn == "您":
        card["tone"] = "fix" if c.state == State.CORRECTION else "ok"
    if c.state == State.AWAITING:
        token = _invitation(own, actor)
        if token:
            return card | {
                "title": f"请在 {cn_date(due)} 前核对并确认",
                "url": link("confirm", token),
                "action": "去核对确认",
            }
        waiting = [p for p in own.parties if p.role in own.registration.confirming and p.confirmed_at is None]
        return card | {
            "title": f"还等 {len(waiting)} 位当事人确认",
            "text": f"短信已发给他们，请提醒在 {cn_date(due)} 前登录确认。",
        }
    if c.filed.get("backfill") and c.state in (State.SUBMITTED, State.REVIEW, State.ACCEPTED):
        return card | {
            "title": "等待补录旧登记，您不用做什么",
            "text": f"这处不动产有一项旧的登记还没有录入现在的登记簿（{c.filed['backfill']['what']}），登记中心正在从纸质档案"
            "补录。补录核对后自动继续办理，等待的日子不计入办理期限。",
        }
    if c.state in (State.SUBMITTED, State.REVIEW):
        return card | {
            "title": f"预计 {cn_datetime(due)} 前完成网上审核" if due else "正在审核",
            "text": "需要修改时会发短信告诉您。",
        }
    if c.state == State.CORRECTION and road.correction is not None:
        reasons = road.correction.reasons
        if not writes(c, actor):
            return card | {
                "who": "提交申请的人",
                "title": f"请对方在 {cn_date(road.correction.due_at)} 前修改并提交",
                "text": "其中有您自己的材料的，请您上传。",
                "url": link("case.fix", c.pk),
                "action": "看要补正什么",
                "tone": "",
            }
        return card | {
            "title": f"请在 {cn_date(road.correction.due_at)} 前修改并提交",
            "text": f"只改下面 {len(reasons)} 处，其余内容不用重填。",
            "url": link("case.fix", c.pk),
            "action": f"去修改（{len(reasons)} 处）",
            "fixes": reasons,
        }
    if c.state == State.PREAPPROVED:
        if road.booking is not None and road.booking.missed_at is not None:
            times = missed_by(c.pk)
            again = f"，已有 {times} 次未到，不能来的请提前取消" if times > 1 else ""
            return card | {
                "title": "预约的时间没有来，请重新预约",
                "text": f"原来约在 {cn_datetime(road.booking.slot.starts_at)}{again}。预审结果有效期至 {cn_date(c.valid_until)}。",
                "url": link("appoint", c.pk),
                "action": "重新预约",
            }
        if road.booking is not None:
            return card | {
                "title": f"{cn_datetime(road.booking.slot.starts_at)} 到窗口办理",
                "text": "请带齐清单上的原件，出示二维码。",
                "url": link("case.pass", c.pk),
                "action": "看二维码和清单",
            }
        return card | {
            "title": "约个时间，带原件到窗口",
            "text": f"预审结果有效期至 {cn_date(c.valid_until)}。",
            "url": link("case.pass", c.pk),
            "action": "预约到窗口",
        }
    if (
        road.bill is not None
        and road.bill.state == "due"
        and c.state in (State.ACCEPTED, State.REGISTERED, State.CERTIFIED)
    ):
        return card | {
            "title": f"请缴登记费 {format_yuan(road.bill.total_fen)} 元",
            "text": f"缴费后才能领取{paper or '办理结果'}，不影响登簿。{_waits_for(road)}",
            "url": link("pay", c.pk),
            "action": "去缴费",
        }
    if c.state == State.ACCEPTED and road.waits_for:
        return card | {"title": "已受理，还没有登簿", "text": _waits_for(road)}
    if c.state == State.ACCEPTED:
        return card | {
            "title": "已受理，正在登簿",
            "text": f"承诺 {cn_date(c.promised_on)} 前办结。" if c.promised_on else "",
        }
    if c.state == State.REGISTERED:
        return card | {
            "title": f"已于 {cn_date(c.entered_at)} 登簿",
            "text": f"正在制作{paper}，好了会发短信。" if paper else "这项登记不发证书，正在归档。",
        }
    if c.state == State.CERTIFIED:
        return card | {"title": f"{paper}已制好，可以领取", "text": "请带身份证和受理凭证到窗口。"}
    return card | {"who": "", "text": f"{cn_date(c.closed_at or c.state_since)}"}


def _waits_for(road: Road) -> str:
    """What is still to be settled before the entry, in words; nothing where nothing waits."""
    if not road.waits_for:
        return ""
    ends = next((m.notice.until_on for m in road.waits_for if m.kind == Kind.NOTICE), None)
    notice = f"，公告到 {cn_date(ends)} 期满，公告期不计入办理时限" if ends else ""
    names = "、".join(dict.fromkeys(KIND_NAMES[m.kind] for m in road.waits_for))
    return f"正在办理{names}{notice}。办完后登簿，会发短信告诉您。"


def _line(line: Line, count: int, url: str, case: Case) -> dict[str, Any]:
    if line.item.generated:
        to_sign = "" if case.accepted_at else "到窗口签字"  # at acceptance it was signed
        return {"name": line.item.name, "text": to_sign, "word": "自动生成", "tone": "plain"}
    if line.exempt:
        return {"name": line.item.name, "text": line.exempt, "word": "可免交", "tone": "plain"}
    word = "已上传" if count else ("选交" if line.item.when == "optional" else "未上传")
    return {
        "name": line.item.name,
        "text": f"{count} 页" if count else "",
        "url": url if count else "",
        "word": word,
        "tone": "plain" if count else "neutral",
    }


def _people(own: OwnCase, actor: Actor, book: UnitBook | None) -> list[dict[str, Any]]:
    """Parties by role: who applies together knows each other's names."""
    mine = own_indexes(actor, own)
    seen = names_open(book, mine) if book else mine
    found: dict[str, list[str]] = {}
    for party in own.parties:
        name = party.name if reads(own, actor, party, seen) else mask_name(party.name)
        found.setdefault(own.registration.word(party.role), []).append(name)
    return [{"key": role, "value": "、".join(names)} for role, names in found.items()]


@everywhere(f"{CASE}documents/<str:kind>", name="case.document", sql=7, example="submitted_document")
def document(request: HttpRequest, portal: Portal, docket_id: uuid.UUID, kind: str) -> HttpResponse:
    """The newest print of one of the case's papers, for its applicants."""
    own = open_case(request, portal, docket_id)
    found = paper_of(docket_id, kind) if kind in PAPERS else None
    if found is None:
        raise Http404
    sights.saw("document", own.case.docket.number, docket_id=docket_id, purpose=kind)
    response = HttpResponse(read_verified(found.storage_key, found.digest), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{own.case.docket.number}-{kind}.pdf"'
    return response
