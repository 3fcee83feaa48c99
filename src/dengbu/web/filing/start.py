"""Beginning: what is needed, going on with a draft, the task list, autosave."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.cases.actions.filing import drop_draft, start
from dengbu.cases.actions.materials import keep_typed
from dengbu.cases.lifecycle import State
from dengbu.cases.queries.portal import drafts_of
from dengbu.catalog.licences import fronts_of, licence_of, not_with_it
from dengbu.catalog.policy.guides import LifeEvent
from dengbu.catalog.policy.policy import policy_for
from dengbu.catalog.registrations import TYPES, RegistrationType
from dengbu.core import clock
from dengbu.core.refusals import Refusal, Refused
from dengbu.parties.models import Organisation
from dengbu.parties.queries import account_of, agreement_state, organisation_of

from ..public.guide import grouped, service
from ..templatetags._text import cn_date
from .drafts import open_draft
from .journeys import JOURNEYS, Journey, journey_of
from .portals import MY, Portal, actor_of, everywhere, form_key, see_other
from .presenters import days_left, material_counts, tasks


def front_at(portal: Portal, kind: type[RegistrationType], organisation: Organisation | None) -> str:
    """As whose application a type is begun at a portal; empty where it is not begun there. Who lends and is no bank
    files at the portal of the enterprises (corrections 27)."""
    if organisation is None:
        return portal.client if portal.client in {c.value for c in kind.fronts()} else ""
    if organisation.kind in ("bank", "developer") and organisation.kind != portal.client:
        return ""
    licence = licence_of(organisation.kind, organisation.licence_kind, clock.today())
    fronts = fronts_of(licence, kind)
    return portal.client if portal.client in fronts else next(iter(fronts), "")


def services_at(
    portal: Portal, organisation: Organisation | None
) -> list[tuple[LifeEvent, list[dict[str, str]]]]:
    """What may be begun at a portal, under what people want to do, with the address where it begins. Asks the
    database nothing."""
    today = clock.today()
    begun = [
        service(policy_for(code, today), today)
        for code in JOURNEYS
        if front_at(portal, TYPES[code], organisation)
    ]
    return [
        (event, [{"name": s.name, "url": portal.url("apply.start", s.code.lower())} for s in members])
        for event, members in grouped(s for s in begun if s.online)
    ]


def _not_now(request: HttpRequest, portal: Portal, journey: Journey) -> list[Refusal]:
    """Why this account cannot begin this type today; empty when it can."""
    kind, today = TYPES[journey.code], clock.today()
    actor = actor_of(request)
    organisation = organisation_of(actor) if portal is not MY else None
    here = portal.client in {c.value for c in kind.fronts()}
    if organisation is not None and not front_at(portal, kind, organisation) and here:
        licence = licence_of(organisation.kind, organisation.licence_kind, today)
        return [not_with_it(licence, kind, today)]
    if not front_at(portal, kind, organisation):
        who = "或".join(c.label for c in kind.fronts())
        return [
            Refusal(
                "START_OTHER_PORTAL",
                f"{kind.name}由{who}申请，不能在这里办理。",
                "请从“我要办”里选择适合您的事项。",
            )
        ]
    policy = policy_for(journey.code, today)
    if not policy.is_open("web", today):
        opens = policy.opens_on("web")
        when = f"{cn_date(opens)}起可以网上办理" if opens and opens > today else "目前不能网上办理"
        return [Refusal("CASE_NOT_OPEN", f"{kind.name}{when}。", "目前请到登记窗口办理。", "工作方案五")]
    if portal is MY:
        if actor.person_id and not account_of(actor.person_id).verified:
            return [
                Refusal(
                    "REAL_NAME_NEEDED",
                    "您还没有完成实名认证。",
                    "请先完成实名认证（“我的办件”页上方有入口），再来申请。",
                    "条例16",
                )
            ]
        return []
    if organisation is None:
        return [Refusal("ORG_UNKNOWN", "您的账号没有关联机构。", "请联系本机构管理员或登记中心。")]
    state = agreement_state(organisation, today)
    return (
        []
        if state.in_force
        else [Refusal("ORG_NO_AGREEMENT", state.words, "已经提交的申请不受影响。", "工作方案四（一）")]
    )


@everywhere(
    "apply/<slug:slug>/start",
    name="apply.start",
    sql=6,
    unlike={"my": 5},
    example="type_slug",
    methods=("GET", "POST"),
)
def begin(request: HttpRequest, portal: Portal, slug: str) -> HttpResponse:
    """The start page: what you need, how long it takes, 继续上次 or 重新开始."""
    journey = journey_of(slug)
    actor = actor_of(request)
    refusals = _not_now(request, portal, journey)
    drafts = drafts_of(actor, clock.now(), journey.code)
    if request.method == "POST" and not refusals:
        try:
            key = form_key(request)
            if request.POST.get("do") == "renew":
                for draft in drafts:
                    drop_draft(actor=actor, docket_id=draft.pk, key=f"{key}-{draft.pk.hex[:8]}")
            front = front_at(portal, journey.kind, organisation_of(actor) if portal is not MY else None)
            docket = start(actor=actor, type_code=journey.code, channel="web", front=front, key=key)
            return see_other(portal.url("apply", uuid.UUID(docket)))
        except Refused as refused:
            refusals = list(refused.refusals)
    context: dict[str, Any] = {
        **portal.context("apply"),
        "journey": journey,
        "policy": policy_for(journey.code, clock.today()),
        "drafts": [{"case": d, "url": portal.url("apply", d.pk)} for d in drafts],
        "refusals": refusals,
        "key": uuid.uuid4().hex,
    }
    return render(
        request, "filing/start.html", context, status=422 if refusals and request.method == "POST" else 200
    )


@everywhere("apply/<uuid:docket_id>/", name="apply", sql=11, unlike={"bank": 10}, example="draft")
def task_list(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """The task list, shown at the start and at each return."""
    draft = open_draft(request, portal, docket_id)
    if draft.case.state != State.DRAFT:
        return see_other(draft.url("case.fix" if draft.in_correction else "case"))
    rows = tasks(draft)
    finished = sum(row["finished"] for row in rows)
    there, needed = material_counts(draft) if draft.case.unit_code else (0, 0)
    lines = draft.facts.checklist(draft.book, clock.now()) if draft.case.unit_code else ()
    context = {
        **portal.context("apply"),
        "draft": draft,
        "case": draft.case,
        "journey": draft.journey,
        "name": draft.own.registration.name,
        "tasks": rows,
        "finished": finished,
        "next_task": next((r for r in rows if r.get("next")), None),
        "days": days_left(draft.case.draft_until, clock.now()),
        "missing": [
            {"line": line, "url": draft.url("apply.material", line.key)}
            for line in lines
            if line.to_upload and not draft.facts.pages.get(line.key)
        ],
        "needed": needed,
        "there": there,
        "disagreed": draft.case.filed.get("disagreed"),
    }
    return render(request, "filing/tasks.html", context)


@everywhere("apply/<uuid:docket_id>/autosave/<str:section>", name="apply.autosave", sql=0, methods=("POST",))
def autosave(request: HttpRequest, portal: Portal, docket_id: uuid.UUID, section: str) -> HttpResponse:
    """Keep what was typed. Never judges, never changes what is on the page."""
    draft = open_draft(request, portal, docket_id)
    if section not in ("parties", "reason", "delivery") or not draft.editable(section):
        return HttpResponse(status=409)
    typed = {
        name: value
        for name, value in request.POST.items()
        if isinstance(value, str) and name not in ("csrfmiddlewaretoken", "version", "do", "key", "next")
    }
    keep_typed(actor=draft.actor, docket_id=docket_id, section=section, typed=typed)
    now = clock.local(clock.now())
    response = HttpResponse(status=200)
    response["X-Saved-At"] = f"{now:%H:%M}"
    return response
