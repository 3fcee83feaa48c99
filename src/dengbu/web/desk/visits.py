"""上门服务 at the window: asked for by word, planned with two officers, or declined with its reason."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from dengbu.cases import home_visits, rules
from dengbu.cases.actions import matters, signatures
from dengbu.cases.facts import facts
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case, HomeVisit
from dengbu.cases.queries import visits as queries
from dengbu.core import clock
from dengbu.core.refusals import Refusal, Refused

from ..pages import page
from .matters import tabs_of
from .shell import masked, type_name
from .window import actor_of, case_or_404, form_key, see_other, show

TABS = {"asked": "待安排", "early": "等网上审核", "planned": "已安排", "over": "已办结"}
EMPTY = {
    "asked": "没有等待安排的上门服务。",
    "early": "没有网上审核以前提出的上门服务。",
    "planned": "没有已安排的上门服务。",
    "over": "还没有办结的上门服务。",
}
DONE = {
    "asked": "已登记上门服务申请；网上审核通过后，在“上门服务”里安排时间和人员。",
    "planned": "已安排，申请人会收到通知；上门人员在“外勤任务”里办理。",
    "declined": "已记录不能上门的原因，申请人会收到通知。",
    "cancelled": "已撤销上门服务。",
}


@page("desk/visits/", name="desk.visits", surface="staff", needs="case.settle", sql=5)
def visits(request: HttpRequest) -> HttpResponse:
    """Home visits: to be planned, asked for before the pre-review has passed, planned, over. `number` opens a case by
    its number, to write down what is asked for by telephone."""
    number = request.GET.get("number", "").strip().upper()[:40]
    called = Case.objects.filter(docket__number=number).first() if number else None
    if called is not None:
        return see_other("desk.visit", called.pk)
    tab = request.GET.get("tab", "asked")
    tab = tab if tab in TABS else "asked"
    after = request.GET.get("after", "")
    found, last = queries.page_of(tab, after)
    return show(
        request,
        "desk/visits.html",
        at="desk.visits",
        tabs=tabs_of(TABS, tab),
        tab=tab,
        empty=EMPTY[tab],
        number={
            "name": "number",
            "label": "登记电话申请：办件编号",
            "hint": "打电话来的，问清编号或者先代为录入申请，再登记。",
            "value": number,
            "error": "没有这个编号的办件，请核对。" if number else "",
            "width": "m",
        },
        rows=[_row(v) for v in found],
        next_url=f"?{urlencode({'tab': tab, 'after': last})}" if last else "",
        first_url=f"?tab={tab}" if after else "",
    )


def _row(visit: HomeVisit) -> dict[str, Any]:
    case = visit.docket.case
    return {
        "id": case.pk,
        "number": case.docket.number,
        "type": type_name(case.type_code),
        "names": masked(case.applicant_names),
        "place": visit.place,
        "reason": home_visits.REASONS[visit.reason],
        "visit": visit,
        "state": state_of(visit),
    }


def state_of(visit: HomeVisit) -> tuple[str, str]:
    """A visit's state in words, and its tone."""
    if visit.matter.settled_at is not None:
        return rules.OUTCOME_NAMES[
            visit.matter.outcome
        ], "ok" if visit.matter.outcome == rules.DONE else "neutral"
    if visit.written_at is not None:
        return "等第二人确认", "info"
    if visit.planned_at is not None:
        return "已安排", "info"
    passed = visit.docket.case.state == State.PREAPPROVED
    return ("待安排", "warn") if passed else ("等网上审核", "neutral")


@page(
    "desk/visits/<uuid:docket>/",
    name="desk.visit",
    surface="staff",
    needs="case.settle",
    sql=14,
    example="visited_case",
    methods=("GET", "POST"),
)
def visit(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """One case: ask for a visit, plan it, decline it, take it back."""
    case = case_or_404(docket, purpose="上门服务")
    if request.method == "GET":
        return _page(request, case)
    do = request.POST.get("do", "")
    if do not in ACTS:
        return _page(request, case, [Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。")])
    try:
        done = ACTS[do](request, docket)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _page(request, case, refused.refusals)
    return see_other("desk.visit", docket, done=done)


def _page(request: HttpRequest, case: Case, refusals: Any = ()) -> HttpResponse:
    one, found, actor = queries.latest(case.pk), facts(case), actor_of(request)
    open_now = one is not None and one.matter.settled_at is None
    post = request.POST
    wrong = {r.field: f"{r.message}{r.remedy}" for r in refusals if r.field}
    staff = queries.officers()
    return show(
        request,
        "desk/visit.html",
        at="desk.visits",
        refusals=refusals,
        case=case,
        visit=one,
        state=state_of(one) if one else None,
        reason=home_visits.REASONS[one.reason] if one else "",
        how=home_visits.ASKED_HOW.get(one.asked_how, "") if one else "",
        signers=list(one.signers.order_by("ordinal")) if one else (),
        passed=case.state == State.PREAPPROVED,
        may_ask=not open_now and State(case.state) in home_visits.ASKABLE and actor.may("case.accept"),
        may_settle=one is not None and open_now and one.written_at is None,
        ask=[_how_field(post), *ask_fields(found, post, wrong)],
        plan=_plan_fields(one, staff, post, wrong, found.policy.visit_officers),
        decline=post.get("decline", ""),
        done=DONE.get(request.GET.get("done", "")),
    )


def _how_field(post: Any) -> dict[str, Any]:
    return {
        "name": "how",
        "label": "怎样提出的",
        "kind": "radios",
        "choices": (("phone", "打电话"), ("window", "在窗口，由家属等代为提出")),
        "value": post.get("how", "phone"),
    }


def ask_fields(found: Any, post: Any, wrong: dict[str, str]) -> list[dict[str, Any]]:
    """The questions of the application for a visit: at the window and on the applicant's page alike."""
    waiting = [p for p in signatures.people(found) if p.present_at is None]
    chosen = post.getlist("people") if hasattr(post, "getlist") else []
    fields: list[dict[str, Any]] = [
        {
            "name": "people",
            "label": "谁来不了窗口",
            "kind": "checkboxes",
            "choices": tuple(
                (str(p.pk), f"{signatures.signs_for(p)[0]}（{found.registration.word(p.role)}）")
                for p in waiting
            ),
            "value": chosen,
        },
        {
            "name": "reason",
            "label": "原因",
            "kind": "radios",
            "choices": tuple(home_visits.REASONS.items()),
            "value": post.get("reason", ""),
        },
        {
            "name": "remark",
            "label": "具体情况",
            "kind": "textarea",
            "rows": 3,
            "hint": "例如住哪家医院、能不能写字、要不要手语或其他翻译",
            "maxlength": 200,
            "value": post.get("remark", ""),
        },
        {
            "name": "place",
            "label": "上门的地址",
            "hint": "写到门牌号、病房号",
            "maxlength": 200,
            "value": post.get("place", ""),
        },
    ]
    for f in fields:
        f["error"] = wrong.get(f["name"], "")
    return fields


def _plan_fields(
    one: HomeVisit | None, staff: list[tuple[int, str]], post: Any, wrong: dict[str, str], officers: int
) -> list[dict[str, Any]]:
    planned = f"{clock.local(one.planned_at):%Y-%m-%dT%H:%M}" if one and one.planned_at else ""
    choices = (("", "请选择"), *((str(k), w) for k, w in staff))
    stored = {"first": one.first_id, "second": one.second_id, "place": one.place} if one else {}
    fields: list[dict[str, Any]] = [
        {"name": "place", "label": "上门地址", "maxlength": 200},
        {"name": "first", "label": "上门人员", "kind": "select", "choices": choices},
        {
            "name": "second",
            "label": "一同上门的人员",
            "kind": "select",
            "choices": choices,
            "optional": officers < 2,
        },
    ]
    for f in fields:
        f["value"] = post.get(f["name"], str(stored.get(f["name"]) or ""))
        f["error"] = wrong.get(f["name"], "")
    return [
        {
            "name": "planned_at",
            "value": post.get("planned_at", planned),
            "error": wrong.get("planned_at", ""),
        },
        *fields,
    ]


def _when(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        return None


def _account(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _ask(request: HttpRequest, docket: uuid.UUID) -> str:
    matters.ask_visit_at_window(
        actor=actor_of(request),
        docket_id=docket,
        how=request.POST.get("how", ""),
        **asked(request),
        key=form_key(request),
    )
    return "asked"


def asked(request: HttpRequest) -> dict[str, Any]:
    """What the form about a visit says."""
    return {
        "party_ids": request.POST.getlist("people")[:20],
        "reason": request.POST.get("reason", ""),
        "remark": request.POST.get("remark", ""),
        "place": request.POST.get("place", ""),
    }


def _plan(request: HttpRequest, docket: uuid.UUID) -> str:
    matters.plan_visit(
        actor=actor_of(request),
        docket_id=docket,
        planned_at=_when(request.POST.get("planned_at", "")),
        first=_account(request.POST.get("first", "")),
        second=_account(request.POST.get("second", "")),
        place=request.POST.get("place", ""),
        key=form_key(request),
    )
    return "planned"


def _decline(request: HttpRequest, docket: uuid.UUID) -> str:
    matters.decline_visit(
        actor=actor_of(request),
        docket_id=docket,
        reason=request.POST.get("decline", ""),
        key=form_key(request),
    )
    return "declined"


def _cancel(request: HttpRequest, docket: uuid.UUID) -> str:
    matters.cancel_visit_home(actor=actor_of(request), docket_id=docket, key=form_key(request))
    return "cancelled"


ACTS = {"ask": _ask, "plan": _plan, "decline": _decline, "cancel": _cancel}
