"""Pages for everybody: home, guides, how to file as a partner, help, and the switches of the display."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from dengbu.catalog.policy import PolicyMissing, policy_for
from dengbu.core import clock

from ..pages import PUBLIC, page
from . import guide, login, notices, registration
from .help import TOPICS
from .sessions import safe_next

__all__ = ["login", "notices", "registration"]

YEAR = 365 * 24 * 3600
SWITCHES = {"mode": "elder", "contrast": "high"}


@page("", name="public.home", surface="public", needs=PUBLIC, sql=1)
def home(request: HttpRequest) -> HttpResponse:
    """Three doors and four tasks."""
    offered = guide.services(clock.today())
    doors = {
        client: [s for s in offered if s.policy.client == client]
        for client in ("person", "developer", "bank")
    }
    return render(request, "public/home.html", {"nav_active": "home", "doors": doors, "offered": offered})


@page("services/", name="public.services", surface="public", needs=PUBLIC, sql=1)
def services(request: HttpRequest) -> HttpResponse:
    """Every business with visits, time, cost and whether it can be done on line today; filter `who`."""
    who = request.GET.get("who", "")
    who = who if who in guide.CLIENTS else ""
    offered = guide.services(clock.today())
    tabs = [{"text": "全部", "url": "/services/", "current": not who, "count": len(offered)}]
    for client, words in guide.CLIENTS.items():
        count = sum(s.policy.client == client for s in offered)
        if count:
            tabs.append({"text": words, "url": f"?who={client}", "current": who == client, "count": count})
    shown = [s for s in offered if not who or s.policy.client == who]
    return render(
        request, "public/services.html", {"nav_active": "services", "services": shown, "tabs": tabs}
    )


@page("services/<str:code>/", name="public.service", surface="public", needs=PUBLIC, sql=1, example="P01")
def service(request: HttpRequest, code: str) -> HttpResponse:
    """The guide of one business (办事指南)."""
    today = clock.today()
    try:
        policy = policy_for(code.upper(), today)
    except PolicyMissing:
        raise Http404("no such business") from None
    if policy.client not in guide.CLIENTS:
        raise Http404("not a business for applicants")
    required = [item for item in policy.checklist if item.when == "required" and item.provided_by != "office"]
    context = {
        "nav_active": "services",
        "service": guide.service(policy, today),
        "policy": policy,
        "bring": required,
        "sometimes": [item for item in policy.checklist if item.when == "conditional"],
        "made": [item for item in policy.checklist if item.generated],
        "fees": guide.fee_rows(policy, today),
        "fee_basis": guide.fee_basis(today),
    }
    return render(request, "public/service.html", context)


@page("register/partner/", name="public.register_partner", surface="public", needs=PUBLIC, sql=1)
def register_partner(request: HttpRequest) -> HttpResponse:
    """How a developer or bank files and signs the service agreement (备案)."""
    return render(request, "public/register_partner.html", {})


@page("help/", name="public.help", surface="public", needs=PUBLIC, sql=1)
def help_list(request: HttpRequest) -> HttpResponse:
    """All help topics; serves as the site map as well."""
    return render(request, "public/help.html", {"topics": TOPICS, "offered": guide.services(clock.today())})


@page("help/<slug:topic>/", name="public.help_topic", surface="public", needs=PUBLIC, sql=1, example="agent")
def help_topic(request: HttpRequest, topic: str) -> HttpResponse:
    """One help topic."""
    if topic == "sitemap":
        return help_list(request)
    if topic not in TOPICS:
        raise Http404("no such topic")
    return render(request, "public/help_topic.html", {"topic": TOPICS[topic]})


@page("preferences/", name="public.preferences", surface="public", needs=PUBLIC, sql=0, methods=("POST",))
def preferences(request: HttpRequest) -> HttpResponse:
    """Elder mode and high contrast, kept in a cookie; back to where it was switched."""
    response = HttpResponseRedirect(safe_next(request, request.POST.get("next")) or "/", status=303)
    for name, value in SWITCHES.items():
        wanted = request.POST.get(name)
        if wanted == value:
            response.set_cookie(
                name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
            )
        elif wanted:
            response.delete_cookie(name, samesite="Lax")
    return response
