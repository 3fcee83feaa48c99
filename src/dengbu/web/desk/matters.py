"""待办事项: what accepted cases wait for, one case with all of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from dengbu.cases import rules
from dengbu.cases.actions import backfills, desk, matters, papers
from dengbu.cases.documents import approval
from dengbu.cases.documents.matters import ANSWERS, QUESTIONS
from dengbu.cases.facts import facts
from dengbu.cases.lifecycle import STATE_NAMES, State
from dengbu.cases.models import PHONE_PURPOSE, Case, PendingMatter
from dengbu.cases.queries import matters as queries
from dengbu.cases.queries.matters import WaitingFile
from dengbu.cases.undertakings import KIND_NAMES as UNDERTAKING_KINDS
from dengbu.cases.undertakings import OUTCOME_NAMES as UNDERTAKING_OUTCOMES
from dengbu.catalog.policy.policy import office_calendar
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock, crypto
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import RegistrationKind
from dengbu.materials.intake import Limits, intake

from ..pages import page
from ..templatetags._text import remaining
from .shell import masked, short_place, type_name
from .window import actor_of, case_or_404, count_of, form_key, see_other, show

MOST_AT_ONCE = 20
TABS = {
    "second_review": "待复审",
    "sign_off": "待签批",
    "answer": "待答复",
    "notice": "公告中",
    "objection": "公告异议",
    "inspection": "待查看",
    "pause": "暂缓",
    "supplement": "待补件",
    "undertaking": "容缺待补",
    "backfill": "等待补录",
    "stuck": "办结未登簿",
}
EMPTY = {
    "second_review": "没有等待复审的办件。",
    "sign_off": "没有等待领导签批的办件。",
    "answer": "没有等待答复的退回意见。",
    "notice": "没有正在公告的办件。",
    "objection": "没有等待裁定的公告异议。",
    "inspection": "没有等待实地查看的办件。",
    "pause": "没有暂缓的办件。",
    "supplement": "没有等待补充材料的办件。",
    "undertaking": "没有容缺受理后等待补交的办件。",
    "backfill": "没有等待单件补录的办件。",
    "stuck": "没有待办事项已办结、还没有登簿的办件。",
}
DONE = {
    "agreed": "复审同意已记录。",
    "sent_back": "已退回原审核人。",
    "signed": "领导签批已记录。",
    "answered": "答复已记录，已送回提出意见的一级。",
    "ended": "公告期满已记录。",
    "objected": "异议已登记，裁定前不会登簿。",
    "decided": "裁定已记录。",
    "paused": "已暂缓办理，恢复前不会登簿。",
    "resumed": "已恢复办理。",
    "backfill": "已送单件补录，补录核对后自动继续办理。",
    "went_on": "理由已记录，继续办理。",
    "asked": "补充材料告知书已生成，请打印交申请人签收。补齐前不计入办理时限。",
    "supplied": "补充材料已收到，请打印收件凭证。",
    "again": "已重新派发实地查看。",
    "entered": "已登簿。",
    "declined": "已作出不予登记的决定。",
}


@page("desk/matters/", name="desk.matters", surface="staff", needs="case.settle", sql=7)
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits, by kind and due date; it opens on the first kind of which something waits."""
    counts, tab = queries.open_by_kind(), request.GET.get("tab", "")
    if tab not in TABS:
        tab = next((key for key in TABS if counts.get(key)), "second_review")
    after, signs = request.GET.get("after", ""), actor_of(request).may("case.sign_off")
    now = clock.now()
    if tab == "stuck":
        cases, last = queries.stuck_page(after)
        rows = [waiting_row(c, None, now) for c in cases]
    else:
        found, last = queries.waiting_page(tab, after)
        rows = [waiting_row(m.docket.case, m, now) for m in found]
    return show(
        request,
        "desk/matters.html",
        at="desk.matters?tab=sign_off" if tab == "sign_off" and signs else "desk.matters",
        tabs=tabs_of(TABS, tab, counts),
        rows=rows,
        empty=EMPTY[tab],
        tab=tab,
        next_url=f"?{urlencode({'tab': tab, 'after': last})}" if last else "",
        first_url=f"?tab={tab}" if after else "",
    )


def tabs_of(
    words: dict[str, str], current: str, counts: Mapping[str, int] | None = None
) -> list[dict[str, Any]]:
    """Tabs of a list, by the key each has in the address, with how many rows wait where that is counted."""
    return [
        {
            "text": name,
            "url": f"?tab={key}",
            "current": key == current,
            "count": None if counts is None else counts.get(key, 0),
        }
        for key, name in words.items()
    ]


def waiting_row(case: Case, matter: PendingMatter | None, now: dt.datetime) -> dict[str, Any]:
    due_at = matter.due_at if matter else None
    refused = case.filed.get("entry_refused") or ()
    return {
        "id": case.pk,
        "number": case.docket.number,
        "type": type_name(case.type_code),
        "names": masked(case.applicant_names),
        "location": case.location,
        "place": short_place(case.location),
        "left": remaining(due_at, now),
        "late": due_at is not None and due_at < now,
        "due": due_at,
        "reviewer": case.reviewer_name,
        "accepted": case.accepted_at,
        "why": "；".join(r[1] for r in refused),
    }


@page(
    "desk/matters/<uuid:docket>/",
    name="desk.matter",
    surface="staff",
    needs="case.settle",
    sql=20,
    example="waiting_case",
    methods=("GET", "POST"),
)
def matter(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """One case with everything it waits for. Every form of the page posts here with `do`."""
    case = case_or_404(docket, purpose="办理待办事项")
    if request.method == "GET":
        return _page(request, case)
    act = ACTS.get(request.POST.get("do", ""))
    if act is None:
        return _page(request, case, [Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。")])
    try:
        done = act(request, docket)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _page(request, case, refused.refusals)
    after = Case.objects.get(pk=docket)
    if done != "declined" and after.state == State.REGISTERED and case.state == State.ACCEPTED:
        done = "entered"
    return see_other("desk.matter", docket, done=done)


def _page(request: HttpRequest, case: Case, refusals: Any = ()) -> HttpResponse:
    actor, file = actor_of(request), queries.waiting_file(case)
    accepted = case.state == State.ACCEPTED
    first, clerk = case.reviewer_id == actor.user_id, case.desk_id == actor.user_id
    other = accepted and actor.may("case.second_review") and not first and not clerk
    seconded = any(m.kind == "second_review" and m.settled_by_id == actor.user_id for m in file.matters)
    levels = approval.levels(facts(case))
    typed = request.POST
    prints: dict[str, Any] = {}
    for made in file.documents:
        prints.setdefault(made.kind, made)
    return show(
        request,
        "desk/matter.html",
        at="desk.matters",
        refusals=refusals,
        case=case,
        corrects=TYPES[case.type_code].kind is RegistrationKind.CORRECTION,
        file=file,
        accepted=accepted,
        state=STATE_NAMES[State(case.state)],
        matters=[
            (rules.KIND_NAMES[m.kind], m, rules.OUTCOME_NAMES.get(m.outcome, "待办"), _tone(m.outcome))
            for m in file.matters
        ],
        notice=file.notice,
        notice_over=file.notice is not None and file.notice.until_on < clock.today(),
        notice_open=file.open("notice"),
        second=file.open("second_review") if accepted else None,
        answer=file.open("answer") if accepted else None,
        leader=file.open("sign_off") if accepted else None,
        may_sign=accepted and actor.may("case.sign_off") and not first and not clerk and not seconded,
        levels=levels,
        first=first,
        may_second=other,
        may_object=accepted and file.notice is not None,
        objections=[
            (o, crypto.decrypt(o.phone_cipher, PHONE_PURPOSE) if o.phone_cipher else "")
            for o in file.objections
        ],
        findings=_findings(file),
        stuck=accepted and not rules.is_open(file.matters),
        against=rules.against(file.matters),
        entry_refused=case.filed.get("entry_refused", ()),
        may_enter=actor.may("case.accept") and not first,
        may_decline=accepted and first and actor.may("case.review"),
        may_file=actor.may("case.accept"),
        withdrawal=case.filed.get("withdrawal") if accepted else None,
        may_print=actor.may("print.case"),
        limits=_limits(file),
        pause=file.open("pause"),
        awaited=file.open("backfill"),
        pauses=rules.PAUSES.items(),
        supplement=_supplement(file),
        undertaken=[
            (u, UNDERTAKING_KINDS[u.kind], UNDERTAKING_OUTCOMES.get(u.outcome, "")) for u in file.undertakings
        ],
        may_ask=accepted and file.open("supplement") is None,
        again=accepted and not file.open("inspection") and _failed(file),
        stops=[(_reason(s.reason), s) for s in file.stops],
        prints=prints,
        typed={k: typed.get(k, "") for k in _TYPED},
        done=DONE.get(request.GET.get("done", "")),
    )


_TYPED = (
    *("opinion", "reasons", "explanation", "objector", "phone", "grounds", "received_on"),
    *("decision", "reason", "evidence", "result", "items", "days", "new_fact", "what"),
)


def _supplement(file: WaitingFile) -> dict[str, Any]:
    """补充材料: what was asked for, what came in with its scans."""
    asked = file.supplement
    if asked is None:
        return {}
    return {
        "asked": asked,
        "open": asked.matter.settled_at is None,
        "late": asked.matter.settled_at is None and asked.due_on < clock.today(),
        "any": any(x.get("received_at") for x in asked.items),
        "rows": [
            (n, x, file.scans.get(matters.material(asked.matter.round, n), []))
            for n, x in enumerate(asked.items, 1)
        ],
    }


def _failed(file: WaitingFile) -> bool:
    """Whether the last inspection failed."""
    return [m.outcome for m in file.matters if m.kind == rules.Kind.INSPECTION][-1:] == [rules.FAILED]


def _tone(outcome: str) -> str:
    if not outcome:
        return "info"
    return "fix" if outcome in (rules.FAILED, rules.SENT_BACK, rules.UPHELD, rules.BREACHED) else "ok"


def _reason(reason: str) -> str:
    return rules.PAUSES.get(reason) or rules.KIND_NAMES.get(reason, reason)


def _findings(file: WaitingFile) -> list[tuple[str, str]]:
    record = file.inspection
    return [(text, ANSWERS[record.findings[key]]) for key, text in QUESTIONS.items()] if record else []


def _limits(file: WaitingFile) -> dict[str, Any]:
    case = file.case
    if case.promised_on is None:
        return {}
    colour = rules.colour(clock.today(), case.promised_on, file.stopped, office_calendar())
    return {"colour": colour.value, "word": queries.LIMITS[colour.value]}


def _object(request: HttpRequest, docket: uuid.UUID) -> str:
    text = request.POST.get("received_on", "").strip()
    try:
        received = dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(
            Refusal("OBJECTION_DAY", "请填写收到异议的日期。", "例如2026-12-01。", "", "received_on")
        ) from None
    matters.record_objection(
        actor=actor_of(request),
        docket_id=docket,
        objector=request.POST.get("objector", ""),
        phone=request.POST.get("phone", ""),
        grounds=request.POST.get("grounds", ""),
        received_on=received,
        key=form_key(request),
    )
    return "objected"


def _decide(request: HttpRequest, docket: uuid.UUID) -> str:
    number, verdict = request.POST.get("number", ""), request.POST.get("verdict", "")
    if verdict not in ("dismissed", "upheld"):
        raise Refused(Refusal("OBJECTION_VERDICT", "请选择异议成立或不成立。", "", "实施细则17", "verdict"))
    matters.decide_objection(
        actor=actor_of(request),
        docket_id=docket,
        number=int(number) if number.isdecimal() and len(number) < 6 else 0,
        upheld=verdict == "upheld",
        reason=request.POST.get("decision", ""),
        key=form_key(request),
    )
    return "decided"


def _plainly(act: Callable[..., Any], done: str, *fields: str) -> Callable[[HttpRequest, uuid.UUID], str]:
    """An act whose form is only its text fields, each under the act's own name for it."""

    def posted(request: HttpRequest, docket: uuid.UUID) -> str:
        said = {name: request.POST.get(name, "") for name in fields}
        act(actor=actor_of(request), docket_id=docket, key=form_key(request), **said)
        return done

    return posted


def _ask(request: HttpRequest, docket: uuid.UUID) -> str:
    """Each line of the form is one thing: its name, a colon, why it is needed."""
    wanted = []
    for line in request.POST.get("items", "").splitlines():
        if line.strip():
            name, _, why = line.replace(":", "：", 1).partition("：")
            wanted.append(matters.Wanted(name.strip(), why.strip()))
    matters.ask_supplement(
        actor=actor_of(request),
        docket_id=docket,
        items=wanted,
        days=count_of(request.POST.get("days", "")),
        new_fact=request.POST.get("new_fact", ""),
        key=form_key(request),
    )
    papers.print_paper(actor=actor_of(request), docket_id=docket, kind="supplement")
    return "asked"


def _supplied(request: HttpRequest, docket: uuid.UUID) -> str:
    number = max(count_of(request.POST.get("number", "")), 0)
    scans = []
    for file in request.FILES.getlist("files")[:MOST_AT_ONCE]:
        name = str(file.name or "")
        scans.append((intake(file, declared_name=name, limits=Limits(max_pages=50, pages_left=50)), name))
    matters.receive_supplement(
        actor=actor_of(request),
        docket_id=docket,
        number=number,
        originals=count_of(request.POST.get("originals", "") or "0"),
        copies=count_of(request.POST.get("copies", "") or "0"),
        scans=scans,
        key=form_key(request),
    )
    papers.print_paper(actor=actor_of(request), docket_id=docket, kind="supplement_receipt")
    return "supplied"


ACTS: dict[str, Callable[[HttpRequest, uuid.UUID], str]] = {
    "agree": _plainly(matters.agree, "agreed", "opinion"),
    "send_back": _plainly(matters.send_back, "sent_back", "reasons"),
    "sign_off": _plainly(matters.sign_off, "signed", "opinion"),
    "leader_send_back": _plainly(matters.leader_send_back, "sent_back", "reasons"),
    "answer": _plainly(matters.answer, "answered", "explanation"),
    "end_notice": _plainly(matters.end_notice, "ended"),
    "object": _object,
    "decide": _decide,
    "enter": _plainly(desk.enter_accepted, "entered"),
    "pause": _plainly(matters.pause, "paused", "reason", "evidence"),
    "resume": _plainly(matters.resume, "resumed", "result"),
    "backfill": _plainly(backfills.pause_for_backfill, "backfill", "what"),
    "go_on": _plainly(backfills.go_on, "went_on", "reason"),
    "ask": _ask,
    "supplied": _supplied,
    "inspect_again": _plainly(matters.inspect_again, "again"),
}
