"""Pages for everybody: home, how to file as a partner, help, and the switches of the display."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from dengbu.core import clock

from ..pages import PUBLIC, page
from . import guide, guides, login, notices, registration
from .help import TOPICS
from .sessions import safe_next

__all__ = ["guides", "login", "notices", "registration"]

YEAR = 365 * 24 * 3600
SWITCHES = {"mode": "elder", "contrast": "high"}


@page("", name="public.home", surface="public", needs=PUBLIC, sql=1)
def home(request: HttpRequest) -> HttpResponse:
    """Three doors and four tasks."""
    offered = guide.services(clock.today())
    return render(request, "public/home.html", {"nav_active": "home", **guide.front(offered)})


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
