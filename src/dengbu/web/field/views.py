"""On a phone at the place: what is to be done there, and 实地查看 with photographs, record and the second officer's word."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dengbu.cases.actions import matters
from dengbu.cases.documents.matters import ANSWERS, QUESTIONS
from dengbu.cases.models import Case
from dengbu.cases.queries import matters as queries
from dengbu.cases.queries import visits
from dengbu.core import clock
from dengbu.core.refusals import Refusal, Refused
from dengbu.materials import rules
from dengbu.materials.intake import Limits, intake

from ..desk.shell import masked, type_name
from ..desk.window import actor_of, case_or_404, form_key, see_other
from ..pages import page
from . import signing

__all__ = ["signing"]
MOST_AT_ONCE = 10
MOST_LISTED = 100
GROUPS = {"confirm": "等您确认", "sign": "待上门面签", "go": "待查看", "sent": "您已记录，等同事确认"}
DONE = {
    "photo": "照片已上传。",
    "removed": "照片已取出。",
    "recorded": "查看记录已保存，请一同查看的同事登录后确认。",
    "confirmed": "已确认，办结。",
    "returned": "已退回重写。",
    "written": "面签记录已保存，请一同上门的同事登录后确认。",
}


@page("field/", name="field.home", surface="field", needs="case.inspect", sql=5)
def home(request: HttpRequest) -> HttpResponse:
    """Where to go: to inspect or to have somebody sign; what waits for one's own word, and what for a colleague's."""
    actor = actor_of(request)
    found: dict[str, list[dict[str, Any]]] = {key: [] for key in GROUPS}
    inspections, more = queries.inspections(actor, MOST_LISTED)
    for one in inspections:
        found[queries.mine(one, actor)].append(
            {
                "url": reverse("web:field.inspection", args=[one.case.pk]),
                "type": type_name(one.case.type_code),
                "names": masked(one.case.applicant_names),
                "location": one.case.location,
                "due": one.matter.due_at,
                "late": one.matter.due_at is not None and one.matter.due_at < clock.now(),
                "first": one.record.first_name if one.record else "",
            }
        )
    for visit in visits.of_officer(actor):
        case, what = visit.docket.case, visits.mine(visit, actor)
        found["sign" if what == "go" else what].append(
            {
                "url": reverse("web:field.signing", args=[case.pk]),
                "type": f"上门面签　{type_name(case.type_code)}",
                "names": masked(case.applicant_names),
                "location": visit.place,
                "at": visit.planned_at,
            }
        )
    groups = [(name, found[key]) for key, name in GROUPS.items() if found[key]]
    return render(
        request,
        "field/home.html",
        {
            "groups": groups,
            "more": MOST_LISTED if more else 0,
            "done": DONE.get(request.GET.get("done", "")),
            "nav_active": "field",
        },
    )


@page(
    "field/<uuid:docket>/",
    name="field.inspection",
    surface="field",
    needs="case.inspect",
    sql=14,
    example="inspected_case",
    methods=("GET", "POST"),
)
def inspection(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """One inspection: photographs, what was seen, the conclusion; then the second officer confirms."""
    case = case_or_404(docket, purpose="实地查看")
    if request.method == "GET":
        return _page(request, case)
    do, _, target = request.POST.get("do", "").partition(":")
    act = ACTS.get(do)
    if act is None:
        return _page(request, case, [Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。")])
    try:
        done = act(request, docket, target)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _page(request, case, refused.refusals)
    if done in ("photo", "removed"):
        return see_other("field.inspection", docket, done=done)
    return see_other("field.home", done=done)


def _page(request: HttpRequest, case: Case, refusals: Any = ()) -> HttpResponse:
    file, actor = queries.waiting_file(case), actor_of(request)
    if not any(m.kind == "inspection" for m in file.matters):
        raise Http404
    waits = file.open("inspection")
    record, posted = file.inspection, request.POST if request.method == "POST" else {}
    if record is not None and waits is not None and record.matter_id != waits.pk:
        record = None  # of an inspection before this one
    mine = record is None or record.first_id == actor.user_id
    given: Any = posted or ((record.findings if record else {}) | _stored(record))
    visited = record.visited_at if record else clock.now()
    return render(
        request,
        "field/inspection.html",
        {
            "case": case,
            "file": file,
            "open": waits is not None,
            "record": record,
            "mine": mine,
            "fields": _fields(given, {r.field: r for r in refusals if r.field}),
            "seen": [(text, ANSWERS[record.findings[key]]) for key, text in QUESTIONS.items()]
            if record
            else [],
            "visited": given.get("visited_at") or f"{clock.local(visited):%Y-%m-%dT%H:%M}",
            "refusals": tuple(refusals),
            "wrong": {r.field: f"{r.message}{r.remedy}" for r in refusals if r.field},
            "type": type_name(case.type_code),
            "key": uuid.uuid4().hex,
            "left": max(matters.MAX_PHOTOS - len(file.photos), 0),
            "done": DONE.get(request.GET.get("done", "")),
            "nav_active": "field",
        },
        status=422 if refusals else 200,
    )


def _fields(given: Any, wrong: dict[str, Refusal]) -> list[dict[str, Any]]:
    """The questions of the record, as typed or as stored."""
    answers = tuple(ANSWERS.items())
    results = (("yes", "符合登记要求"), ("no", "不符合登记要求"))
    fields: list[dict[str, Any]] = [
        {"name": "accompanied_by", "label": "在场人员", "optional": True, "maxlength": 100},
        *(
            {"name": f"finding-{key}", "label": text, "kind": "radios", "choices": answers, "row": True}
            for key, text in QUESTIONS.items()
        ),
        {
            "name": "remark",
            "label": "现场情况",
            "kind": "textarea",
            "hint": "不符合的必须写明",
            "maxlength": 500,
        },
        {"name": "passed", "label": "查看结论", "kind": "radios", "choices": results},
    ]
    for field in fields:
        name = field["name"]
        field["value"] = given.get(name) or given.get(name.removeprefix("finding-"), "")
        if name in wrong:
            field["error"] = f"{wrong[name].message}{wrong[name].remedy}"
    return fields


def _stored(record: Any) -> dict[str, str]:
    if record is None:
        return {}
    return {
        "accompanied_by": record.accompanied_by,
        "remark": record.remark,
        "passed": "yes" if record.passed else "no",
    }


def _photo(request: HttpRequest, docket: uuid.UUID, _: str) -> str:
    files = request.FILES.getlist("files")[:MOST_AT_ONCE]
    if not files:
        raise Refused(rules.nothing_chosen("现场照片"))
    for file in files:
        name = str(file.name or "")
        taken = intake(file, declared_name=name, limits=Limits(max_pages=matters.MAX_PHOTOS))
        matters.add_photo(
            actor=actor_of(request),
            docket_id=docket,
            intake=taken,
            original_name=name,
            key=f"{form_key(request)}:{taken.received_digest[:24]}",
        )
    return "photo"


def _remove(request: HttpRequest, docket: uuid.UUID, target: str) -> str:
    try:
        page_id = uuid.UUID(target)
    except ValueError:
        raise Refused(Refusal("MATERIAL_PAGE_GONE", "没有找到这一页。", "请刷新页面再看。")) from None
    matters.remove_photo(actor=actor_of(request), docket_id=docket, page_id=page_id)
    return "removed"


def _record(request: HttpRequest, docket: uuid.UUID, _: str) -> str:
    try:
        visited = dt.datetime.fromisoformat(request.POST.get("visited_at", "")).replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        raise Refused(Refusal("SITE_WHEN", "请填写查看的日期和时间。", "", "条例19", "visited_at")) from None
    matters.record_inspection(
        actor=actor_of(request),
        docket_id=docket,
        visited_at=visited,
        findings={key: request.POST.get(f"finding-{key}", "") for key in QUESTIONS},
        passed={"yes": True, "no": False}.get(request.POST.get("passed", "")),
        remark=request.POST.get("remark", ""),
        accompanied_by=request.POST.get("accompanied_by", ""),
        key=form_key(request),
    )
    return "recorded"


def _confirm(request: HttpRequest, docket: uuid.UUID, _: str) -> str:
    matters.confirm_inspection(actor=actor_of(request), docket_id=docket, key=form_key(request))
    return "confirmed"


def _return(request: HttpRequest, docket: uuid.UUID, _: str) -> str:
    matters.confirm_inspection(actor=actor_of(request), docket_id=docket, agrees=False, key=form_key(request))
    return "returned"


ACTS: dict[str, Callable[[HttpRequest, uuid.UUID, str], str]] = {
    "photo": _photo,
    "remove": _remove,
    "record": _record,
    "confirm": _confirm,
    "return": _return,
}
