"""Logging in: persons by phone and code, staff and operators by password; logging out; staying logged in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from dengbu.core import clock, crypto
from dengbu.core.identifiers import mask_phone, normalise_phone
from dengbu.core.refusals import Refused
from dengbu.parties.actions import VISITOR, log_in_by_password, login_by_code, send_code
from dengbu.parties.queries import home_of
from dengbu.parties.rules import BETWEEN_CODES

from ..pages import PUBLIC, page
from .forms import CodeForm, PasswordForm, PhoneForm, show
from .sessions import safe_next, sign_in, touch

# Phones wait in the session encrypted: session rows are readable to whoever reads the table.
PENDING = "web.pending_phone"


def pending(request: HttpRequest, name: str) -> dict[str, Any]:
    """What a log-in or registration under way has so far."""
    found = request.session.get(name)
    return dict(found) if isinstance(found, dict) else {}


def ask_for_code(request: HttpRequest, name: str, purpose: str, phone: str) -> None:
    """Send a code and remember the phone for the next step. Raises Refused."""
    send_code(actor=VISITOR, phone=phone, purpose=purpose)
    request.session[name] = {
        **pending(request, name),
        "phone": crypto.encrypt(normalise_phone(phone), PENDING),
        "sent": clock.epoch_seconds(),
    }


def phone_of(waiting: dict[str, Any]) -> str:
    return crypto.decrypt(str(waiting.get("phone", "")), PENDING)


def seconds_left(waiting: dict[str, Any]) -> int:
    """Seconds until another code may be asked for."""
    passed = clock.epoch_seconds() - int(waiting.get("sent", 0))
    return max(0, int(BETWEEN_CODES.total_seconds()) - passed)


def outbox_of(request: HttpRequest, phone: str) -> str:
    """Where a demo office shows the messages it sent to this phone; nothing where real phones ring."""
    if settings.ENV == "production" or not settings.SIM_PORT:
        return ""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    return f"http://{host}:{settings.SIM_PORT}/sms/outbox?{urlencode({'phone': phone})}"


def _target(request: HttpRequest) -> str:
    return safe_next(request, request.POST.get("next") or request.GET.get("next"))


@page("login/", name="public.login", surface="public", needs=PUBLIC, sql=1, methods=("GET", "POST"))
def login_page(request: HttpRequest) -> HttpResponse:
    """Step one: the phone. A code goes out whether or not the phone has an account, so nobody learns which do."""
    target = _target(request)
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        if actor.key:
            return redirect(target or home_of(actor))
        return show(request, "public/login.html", PhoneForm(), next=target, nav_active="")
    form = PhoneForm(request.POST)
    try:
        ask_for_code(request, "login", "login", form.text("phone"))
    except Refused as refused:
        form.refuse(refused)
        return show(request, "public/login.html", form, next=target)
    request.session["login"] = {**pending(request, "login"), "next": target}
    return HttpResponseRedirect("/login/code/", status=303)


@page("login/code/", name="public.login_code", surface="public", needs=PUBLIC, sql=2, methods=("GET", "POST"))
def login_code(request: HttpRequest) -> HttpResponse:
    """Step two: the code. With an account: in; a proven phone without one goes on to registration."""
    waiting = pending(request, "login")
    if not waiting.get("phone"):
        return redirect("/login/")
    phone = phone_of(waiting)
    context: dict[str, Any] = {
        "phone": mask_phone(phone),
        "back": "/login/",
        "step": "login",
        "outbox": outbox_of(request, phone),
    }
    if request.method == "GET":
        return show(request, "public/code.html", CodeForm(), wait=seconds_left(waiting), **context)
    form = CodeForm(request.POST)
    try:
        if "again" in request.POST:
            ask_for_code(request, "login", "login", phone)
            return HttpResponseRedirect("/login/code/", status=303)
        user_id, used = login_by_code(actor=VISITOR, phone=phone, code=form.text("code"))
    except Refused as refused:
        form.refuse(refused)
        return show(request, "public/code.html", form, wait=seconds_left(waiting), **context)
    target = str(waiting.get("next", ""))
    if user_id is None:
        request.session.pop("login", None)
        request.session["register"] = {
            "phone": waiting["phone"],
            "code": used,
            "from_login": True,
            "next": target,
        }
        return HttpResponseRedirect("/register/person/identity/", status=303)
    home = sign_in(request, user_id, "手机验证码")
    return HttpResponseRedirect(target or home, status=303)


@page("login/work/", name="public.login_work", surface="public", needs=PUBLIC, sql=1, methods=("GET", "POST"))
def login_work(request: HttpRequest) -> HttpResponse:
    """Staff and operators of organisations: user name and password."""
    target = _target(request)
    if request.method == "GET":
        return show(request, "public/login_work.html", PasswordForm(), next=target)
    form = PasswordForm(request.POST)
    try:
        user_id = log_in_by_password(
            actor=VISITOR, request=request, username=form.text("username"), password=form.text("password")
        )
    except Refused as refused:
        form.refuse(refused)
        return show(request, "public/login_work.html", form, next=target)
    home = sign_in(request, user_id, "密码")
    return HttpResponseRedirect(target or home, status=303)


@page("logout/", name="public.logout", surface="public", needs=PUBLIC, sql=1, methods=("GET", "POST"))
def logout(request: HttpRequest) -> HttpResponse:
    """POST ends the session; GET asks first, because reading a page changes nothing."""
    if request.method == "POST":
        end_session(request)
        return HttpResponseRedirect("/logout/", status=303)
    return show(request, "public/logout.html")


@page("keepalive", name="public.keepalive", surface="public", needs=PUBLIC, sql=0, methods=("POST",))
def keepalive(request: HttpRequest) -> HttpResponse:
    """The person is still there: 204, or 401 when the session is over."""
    if not request.actor.key:  # type: ignore[attr-defined]
        return HttpResponse(status=401)
    touch(request)
    return HttpResponse(status=204)
