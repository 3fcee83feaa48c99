"""办事指南: the list of everything the office registers, one guide for each, the short check, the printed checklist."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.catalog.fees import standard_on
from dengbu.catalog.policy import (
    PolicyMissing,
    TypePolicy,
    fee_standards,
    guide_book,
    policy_for,
    time_limit,
)
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock

from ..pages import PUBLIC, page
from . import guide
from .guide import check, checklist, obstacles, papers, who
from .guide.fees import yuan


@page("services/", name="public.services", surface="public", needs=PUBLIC, sql=1)
def services(request: HttpRequest) -> HttpResponse:
    """Every business, under what people want to do. Narrowed by `who` (a client), `what` (a life event), `q` (words)."""
    asked = {
        "who": request.GET.get("who", ""),
        "what": request.GET.get("what", ""),
        "q": request.GET.get("q", "").strip()[:60],
    }
    events = {event.key: event for event in guide_book().events}
    if asked["who"] not in guide.CLIENTS:
        asked["who"] = ""
    if asked["what"] not in events:
        asked["what"] = ""
    offered = guide.services(clock.today())
    matching = guide.found_by(offered, "", asked["what"], asked["q"])
    found = guide.found_by(matching, asked["who"], "", "")

    def address(**change: str) -> str:
        query = request.GET.copy()
        query.clear()
        for key, value in {**asked, **change}.items():
            if value:
                query[key] = value
        return f"?{query.urlencode()}" if query else "/services/"

    tabs = [{"text": "全部", "url": address(who=""), "current": not asked["who"], "count": len(matching)}]
    for client, words in guide.CLIENTS.items():
        count = sum(s.policy.client == client for s in matching)
        if count or asked["who"] == client:
            tabs.append(
                {"text": words, "url": address(who=client), "current": asked["who"] == client, "count": count}
            )
    there = {e.key for s in guide.found_by(offered, asked["who"], "", "") for e in s.events}
    context = {
        "nav_active": "services",
        "tabs": tabs,
        "groups": guide.grouped(found, asked["what"]),
        "found": len(found),
        "events": [
            {"name": "全部", "url": address(what=""), "current": not asked["what"]},
            *(
                {"name": e.name, "url": address(what=e.key), "current": asked["what"] == e.key}
                for e in events.values()
                if e.key in there
            ),
        ],
        "asked": asked,
    }
    return render(request, "public/services.html", context)


def _policy(code: str, today: dt.date) -> TypePolicy:
    """The policy in force; 404 for what this office does not register."""
    try:
        policy = policy_for(code.upper(), today)
    except PolicyMissing:
        raise Http404("no such business") from None
    if policy.code not in TYPES:
        raise Http404("not a business of this office")
    return policy


@page("services/<str:code>/", name="public.service", surface="public", needs=PUBLIC, sql=1, example="P01")
def service(request: HttpRequest, code: str) -> HttpResponse:
    """The guide of one business."""
    today = clock.today()
    policy = _policy(code, today)
    one = guide.service(policy, today)
    kind = one.kind
    context = {
        "nav_active": "services",
        "service": one,
        "policy": policy,
        "modes": who.modes(kind),
        "coming": list(who.coming(kind)),
        "confirming": [kind.word(key) for key in kind.confirming],
        "bring": checklist.bring(kind, policy),
        "sometimes": checklist.sometimes(kind, policy),
        "made": checklist.made(kind, policy),
        "stops": [g for g in obstacles.groups(kind, policy) if any(o.stops for o in g.outcomes)],
        "outputs": [(o.kind.label, _holder(one, o.holder)) for o in policy.outputs],
        "faqs": [
            (faq.question, faq.answer_with(_values(policy, today)))
            for faq in guide_book().faqs_for(policy.code, everybody=not one.by_order)
        ],
    }
    return render(request, "public/service.html", context)


def _holder(one: guide.Service, key: str) -> str:
    role = one.kind.role(key)
    return role.word if role else "权利人"


def _values(policy: TypePolicy, today: dt.date) -> dict[str, str]:
    """What answers to questions may name, from policy."""

    def days(key: str) -> str:
        return str(time_limit(key, today).amount)

    return {
        "promised_words": f"{policy.promised_days}个工作日内" if policy.promised_days else "当场",
        "statutory": str(policy.statutory_days),
        "correction_days": str(policy.correction_days),
        "pass_valid_days": str(policy.pass_valid_days),
        "notice_days": str(policy.public_notice_days),
        "objection_lapse": days("objection_lapse"),
        "notice_lapse": days("notice_lapse"),
        "lock": days("internal_lock"),
        "appeal": days("review_appeal"),
        "certificate_fee": yuan(standard_on(fee_standards(), today).certificate_fen).replace(" ", ""),
    }


@page(
    "services/<str:code>/check/",
    name="public.service_check",
    surface="public",
    needs=PUBLIC,
    sql=1,
    example="P01",
)
def service_check(request: HttpRequest, code: str) -> HttpResponse:
    """能不能办: the questions, or with `go` what follows from the answers. Nothing is kept."""
    today = clock.today()
    policy = _policy(code, today)
    one = guide.service(policy, today)
    if one.by_order:
        raise Http404("nobody applies for this")
    kind, asked = one.kind, check.questions(one.kind)
    answers = {q.name: request.GET.get(q.name, "") for q in asked}
    ticked, stands = request.GET.getlist("also"), request.GET.getlist("book")
    context: dict[str, Any] = {
        "nav_active": "services",
        "service": one,
        "policy": policy,
        "questions": [
            {
                "only_if": q.only_if,
                "only_values": q.only_values,
                "field": {
                    "kind": "radios",
                    "name": q.name,
                    "label": q.label,
                    "hint": q.hint,
                    "choices": q.options,
                    "value": answers[q.name],
                },
            }
            for q in asked
        ],
        "book": {
            "kind": "checkboxes",
            "name": "book",
            "label": "房屋或土地有没有下面的情况",
            "hint": "有的请打钩。不清楚的，可以凭身份证到窗口查询登记簿。",
            "choices": [(g.key, g.words) for g in obstacles.groups(kind, policy)],
            "value": stands,
        },
        "also": {
            "kind": "checkboxes",
            "name": "also",
            "label": "还有没有下面的情况",
            "hint": "有的请打钩，没有的不用管。",
            "choices": check.others(kind, policy),
            "value": ticked,
        },
    }
    if "go" in request.GET:
        result = check.judge(kind, policy, stands, answers, ticked)
        query = request.GET.copy()
        query.pop("go")
        context |= {
            "result": result,
            "lines": [x for x in checklist.lines(kind, result.items) if x.item.provided_by != "office"],
            "change": f"?{query.urlencode()}",
        }
    return render(request, "public/service_check.html", context)


@page(
    "services/<str:code>/materials/",
    name="public.service_materials",
    surface="public",
    needs=PUBLIC,
    sql=1,
    example="P01",
)
def service_materials(request: HttpRequest, code: str) -> HttpResponse:
    """The checklist to print, with an empty form and an example of every paper."""
    today = clock.today()
    policy = _policy(code, today)
    one = guide.service(policy, today)
    parts = (
        ("都要准备的", checklist.bring(one.kind, policy)),
        ("有下面情况的，还要准备", checklist.sometimes(one.kind, policy)),
        ("由登记机构生成或查询的", checklist.made(one.kind, policy)),
    )
    context = {
        "nav_active": "services",
        "service": one,
        "policy": policy,
        "parts": [p for p in parts if p[1]],
    }
    return render(request, "public/service_materials.html", context)


@page(
    "services/<str:code>/materials.zip",
    name="public.service_bundle",
    surface="public",
    needs=PUBLIC,
    sql=1,
    example="P01",
)
def service_bundle(request: HttpRequest, code: str) -> HttpResponse:
    """All empty forms and examples of a business in one file."""
    today = clock.today()
    policy = _policy(code, today)
    response = HttpResponse(papers.bundle(policy.code, today), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{policy.code}.zip"'
    return response


@page(
    "services/<str:code>/materials/<str:item>/<str:form>.pdf",
    name="public.service_paper",
    surface="public",
    needs=PUBLIC,
    sql=1,
    example="service_paper",
)
def service_paper(request: HttpRequest, code: str, item: str, form: str) -> HttpResponse:
    """One paper of a checklist as PDF, empty (`blank`) or as an example (`sample`)."""
    today = clock.today()
    policy = _policy(code, today)
    if form not in papers.NAMES:
        raise Http404("no such paper")
    made = papers.paper_pdf(policy.code, item, form, today)  # type: ignore[arg-type]
    if made is None:
        raise Http404("no such paper, or others give it out and there is no empty form")
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{policy.code}-{item}-{form}.pdf"'
    return response
