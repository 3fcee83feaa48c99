"""容缺与承诺: what is owed, what is overdue, the list of breaches; one undertaking with all that can be done about it."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from dengbu.cases import hand_ins
from dengbu.cases import undertakings as law
from dengbu.cases.actions import hand_ins as online
from dengbu.cases.actions import undertakings as acts
from dengbu.cases.lifecycle import STATE_NAMES, State
from dengbu.cases.models import Undertaking
from dengbu.cases.queries import undertakings as queries
from dengbu.core import clock, sights
from dengbu.core.refusals import Refusal, Refused
from dengbu.materials.intake import Intake, Limits, intake
from dengbu.materials.queries import pages_of

from ..pages import page
from .matters import tabs_of
from .shell import masked, type_name
from .window import actor_of, count_of, form_key, see_other, show

MOST_AT_ONCE = 20
SCANS = "image/jpeg,image/png,application/pdf"
ABOUT = {
    "owed": "受理时没有收到、承诺补交或者登簿后核查的材料，按期限排序。",
    "check": "在网上交来、等待核验的材料，按期限排序。合格的收下，不合格的退回，期限不变。",
    "late": "期限已过，还没有补交或者核查。补交仍可以收；不兑现的，写明事实后认定。",
    "correct": "承诺不实，涉及已登簿的权利：由工作人员依申请或者依职权更正，登簿以后在这里办结。",
    "breaches": "没有兑现承诺的人，限制期内不再适用容缺受理和告知承诺。",
}
EMPTY = {
    "owed": "没有等待补交、核查的承诺。",
    "check": "没有等待核验的网上补交。",
    "late": "没有过期的承诺。",
    "correct": "没有等待更正的事项。",
    "breaches": "名单上没有人。",
}
DONE = {
    "brought": "补交的材料已收到。",
    "accepted": "网上补交的材料已核验通过，入卷。",
    "returned": "已退回，并通知当事人。",
    "confirmed": "核查结果已登记。",
    "breached": "已认定没有兑现，列入名单，并通知当事人。",
    "lifted": "限制已解除，记录保留。",
    "closed": "更正事项已办结。",
}


@page("desk/undertakings/", name="desk.undertakings", surface="staff", needs="case.settle", sql=5)
def waiting(request: HttpRequest) -> HttpResponse:
    """容缺与承诺 by tab: owed and overdue by the last day, the tasks and the list of breaches with the newest first."""
    tab, after = request.GET.get("tab", "owed"), request.GET.get("after", "")
    tab = tab if tab in queries.TABS else "owed"
    rows, last = queries.page(tab, after)
    listed = tab in ("correct", "breaches")
    return show(
        request,
        "desk/undertakings.html",
        at="desk.undertakings?tab=check" if tab == "check" else "desk.undertakings",
        tabs=tabs_of(queries.TABS, tab),
        about=ABOUT[tab],
        columns=[
            "材料",
            "承诺人",
            {"text": "办法", "tight": True},
            *(["认定", "限制"] if listed else [{"text": "期限", "tight": True}]),
            "业务",
            "坐落",
            {"text": "办件编号", "code": True},
        ],
        rows=[_cells(u, listed) for u in rows],
        empty=EMPTY[tab],
        next_url=f"?{urlencode({'tab': tab, 'after': last})}" if last else "",
        first_url=f"?tab={tab}" if after else "",
    )


def _cells(one: Undertaking, listed: bool) -> list[Any]:
    case = one.docket.case
    named: list[Any] = [
        {"text": one.name, "url": reverse("web:desk.undertaking", args=[one.pk])},
        masked(one.promisor),
        law.KIND_NAMES[one.kind],
    ]
    if listed:
        named += [f"{clock.local(one.settled_at):%Y-%m-%d} {one.settled_by}" if one.settled_at else "—"]
        named += [_bar(one)]
    else:
        named += [_due(one)]
    return [*named, type_name(case.type_code), case.location, one.docket.number]


def _due(one: Undertaking) -> Any:
    if getattr(one, "handed_in", False):
        return {"text": f"{one.due_on} 待核验", "tone": "info"}
    if one.due_on is not None and one.due_on < clock.today():
        return {"text": f"{one.due_on} 已过", "tone": "fix"}
    return str(one.due_on or "受理后起算")


def _bar(one: Undertaking) -> Any:
    if one.lifted_at is not None:
        return "已解除"
    if one.barred_until is not None and one.barred_until >= clock.today():
        return {"text": f"到{one.barred_until}", "tone": "fix"}
    return "已满"


@page(
    "desk/undertakings/<uuid:undertaking>/",
    name="desk.undertaking",
    surface="staff",
    needs="case.settle",
    sql=8,
    example="undertaking",
    methods=("GET", "POST"),
)
def one(request: HttpRequest, undertaking: uuid.UUID) -> HttpResponse:
    """One undertaking: who gave it, until when, what became of it. Every form of the page posts here with `do`."""
    found = queries.undertaking(undertaking)
    if found is None:
        raise Http404
    sights.saw("undertaking", found.docket.number, docket_id=found.docket_id, purpose="核查承诺")
    if request.method == "GET":
        return _page(request, found)
    act = ACTS.get(request.POST.get("do", ""))
    try:
        if act is None:
            raise Refused(Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。"))
        done = act(request, found)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _page(request, found, refused.refusals)
    return see_other("desk.undertaking", undertaking, done=done)


def _page(request: HttpRequest, found: Undertaking, refusals: tuple[Refusal, ...] = ()) -> HttpResponse:
    actor, case = actor_of(request), found.docket.case
    pages = pages_of(found.docket_id)
    versions = queries.hand_ins_of(found.pk)
    waiting = next((v for v in versions if not v.outcome), None)
    running = not law.running(found)
    wrong = {r.field: f"{r.message}{r.remedy}" for r in refusals if r.field}

    def field(name: str, label: str, **more: Any) -> dict[str, Any]:
        typed = request.POST.get(name, more.pop("first", ""))
        return {"name": name, "label": label, "value": typed, "error": wrong.get(name, ""), **more}

    return show(
        request,
        "desk/undertaking.html",
        at="desk.undertakings",
        refusals=refusals,
        u=found,
        case=case,
        kind=law.KIND_NAMES[found.kind],
        state=STATE_NAMES[State(case.state)],
        outcome=law.OUTCOME_NAMES.get(found.outcome, ""),
        due=_due(found),
        late=running and found.due_on is not None and found.due_on < clock.today(),
        running=running,
        follows=running and found.kind == law.LATER,
        checked=running and found.kind == law.INSTEAD,
        may_breach=running
        and not law.why_not_breach(found, clock.today(), "·" * 10, under_check=waiting is not None),
        bar=_bar(found) if found.outcome == law.BREACHED else "",
        may_lift=found.outcome == law.BREACHED
        and found.lifted_at is None
        and actor.may("undertaking.lift")
        and found.settled_by_id != actor.user_id,
        task=law.CORRECTION_NAMES.get(found.correction, ""),
        task_open=found.correction == law.OPEN,
        may_file=actor.may("case.file_for"),
        signed=pages.get(law.PAPER, ()),
        scans=pages.get(found.item, ()) if found.outcome == law.KEPT else (),
        waiting=waiting,
        handed_in=[p for p in pages.get(hand_ins.key(found), ()) if waiting and str(p.pk) in waiting.pages],
        versions=[(v, hand_ins.OUTCOME_NAMES[v.outcome]) for v in versions],
        accept_said=field("said", "怎样核验的", hint="例如：与民政部门数据核对一致，影像完整。"),
        return_reason=field("reason", "退回的原因、要怎样改", hint="当事人会看到这句话。"),
        counts=[
            field("originals", "原件（份）", first="1", width="xs", inputmode="numeric"),
            field("copies", "复印件（份）", first="0", width="xs", inputmode="numeric"),
        ],
        files={
            "name": "files",
            "label": "影像（可以多选）",
            "kind": "file",
            "multiple": True,
            "accept": SCANS,
            "error": wrong.get("files", ""),
        },
        evidence=field("evidence", "怎样核查、查到什么"),
        reason=field("reason", "认定没有兑现的事实和依据", hint="写明怎样催告、怎样核查，不少于10个字。"),
        lift_reason=field("reason", "解除限制的理由和依据", hint="不少于10个字。"),
        how=field(
            "how",
            "处理结果",
            kind="radios",
            choices=[(k, law.CORRECTION_NAMES[k]) for k in (law.CORRECTED, law.NO_CHANGE)],
        ),
        number=field("number", "更正（注销）登记的办件编号", hint="登记簿无须更正的不填。"),
        said=field("said", "处理的经过和依据"),
        done=DONE.get(request.GET.get("done", "")),
    )


def scans_of(request: HttpRequest, name: str) -> list[tuple[Intake, str]]:
    """The files of a form, taken in, with their names."""
    found = []
    for file in request.FILES.getlist(name)[:MOST_AT_ONCE]:
        called = str(file.name or "")
        limits = Limits(max_pages=acts.MAX_PAGES, pages_left=acts.MAX_PAGES)
        found.append((intake(file, declared_name=called, limits=limits), called))
    return found


def _about(request: HttpRequest, one: Undertaking) -> dict[str, Any]:
    return {
        "actor": actor_of(request),
        "docket_id": one.docket_id,
        "undertaking_id": one.pk,
        "key": form_key(request),
    }


def _bring(request: HttpRequest, one: Undertaking) -> str:
    acts.bring(
        **_about(request, one),
        originals=count_of(request.POST.get("originals", "") or "0"),
        copies=count_of(request.POST.get("copies", "") or "0"),
        scans=scans_of(request, "files"),
    )
    return "brought"


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _accept(request: HttpRequest, one: Undertaking) -> str:
    online.accept(**_about(request, one), version=_version(request), said=request.POST.get("said", ""))
    return "accepted"


def _return(request: HttpRequest, one: Undertaking) -> str:
    online.send_back(**_about(request, one), version=_version(request), reason=request.POST.get("reason", ""))
    return "returned"


def _confirm(request: HttpRequest, one: Undertaking) -> str:
    acts.confirm(**_about(request, one), evidence=request.POST.get("evidence", ""))
    return "confirmed"


def _breach(request: HttpRequest, one: Undertaking) -> str:
    acts.breach(**_about(request, one), reason=request.POST.get("reason", ""))
    return "breached"


def _lift(request: HttpRequest, one: Undertaking) -> str:
    acts.lift(**_about(request, one), reason=request.POST.get("reason", ""))
    return "lifted"


def _close(request: HttpRequest, one: Undertaking) -> str:
    said = {name: request.POST.get(name, "") for name in ("how", "number", "said")}
    acts.close_task(**_about(request, one), **said)
    return "closed"


ACTS = {
    "bring": _bring,
    "accept": _accept,
    "return": _return,
    "confirm": _confirm,
    "breach": _breach,
    "lift": _lift,
    "close": _close,
}
