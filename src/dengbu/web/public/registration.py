"""Real-name registration of a person: phone, code, name and document, consent, done. Each step is kept."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from dengbu.core import clock, crypto, sights
from dengbu.core.identifiers import mask_document_number, mask_name, mask_phone
from dengbu.core.refusals import Refused
from dengbu.core.vocabulary import DocumentKind
from dengbu.parties import rules
from dengbu.parties.actions import VISITOR, check_code, register_person, verify_identity
from dengbu.parties.queries import account_of

from ..pages import PUBLIC, page
from .forms import CodeForm, ConsentForm, IdentityForm, PhoneForm, show
from .login import ask_for_code, outbox_of, pending, phone_of, seconds_left
from .sessions import safe_next, sign_in

IDENTITY = "web.pending_identity"
STEPS = ("手机号码", "姓名和证件", "确认同意", "完成")


def _identity(waiting: dict[str, Any]) -> dict[str, str]:
    kept = crypto.decrypt(str(waiting.get("identity", "")), IDENTITY)
    return json.loads(kept) if kept else {}


@page(
    "register/person/",
    name="public.register_person",
    surface="public",
    needs=PUBLIC,
    sql=1,
    methods=("GET", "POST"),
)
def phone(request: HttpRequest) -> HttpResponse:
    """Step one: the phone."""
    context: dict[str, Any] = {"steps": STEPS, "current": 1, "expired": "again" in request.GET}
    if request.method == "GET":
        actor = request.actor  # type: ignore[attr-defined]
        if actor.person_id:
            return redirect("/register/person/done/")
        return show(request, "public/register_phone.html", PhoneForm(), **context)
    form = PhoneForm(request.POST)
    try:
        ask_for_code(request, "register", "register", form.text("phone"))
    except Refused as refused:
        form.refuse(refused)
        return show(request, "public/register_phone.html", form, **context)
    target = safe_next(request, request.POST.get("next") or request.GET.get("next"))
    kept = {
        key: value for key, value in pending(request, "register").items() if key not in ("code", "from_login")
    }
    request.session["register"] = {**kept, "next": target or kept.get("next", "")}
    return HttpResponseRedirect("/register/person/code/", status=303)


@page(
    "register/person/code/",
    name="public.register_code",
    surface="public",
    needs=PUBLIC,
    sql=2,
    methods=("GET", "POST"),
)
def code(request: HttpRequest) -> HttpResponse:
    """Step one, second half: the code."""
    waiting = pending(request, "register")
    if not waiting.get("phone"):
        return redirect("/register/person/")
    number = phone_of(waiting)
    context: dict[str, Any] = {
        "phone": mask_phone(number),
        "back": "/register/person/",
        "step": "register",
        "outbox": outbox_of(request, number),
    }
    if request.method == "GET":
        return show(
            request,
            "public/code.html",
            CodeForm(),
            wait=seconds_left(waiting),
            steps=STEPS,
            current=1,
            **context,
        )
    form = CodeForm(request.POST)
    try:
        if "again" in request.POST:
            ask_for_code(request, "register", "register", number)
            return HttpResponseRedirect("/register/person/code/", status=303)
        used = check_code(actor=VISITOR, phone=number, purpose="register", code=form.text("code"))
    except Refused as refused:
        form.refuse(refused)
        return show(
            request, "public/code.html", form, wait=seconds_left(waiting), steps=STEPS, current=1, **context
        )
    request.session["register"] = {**waiting, "code": used}
    return HttpResponseRedirect("/register/person/identity/", status=303)


@page(
    "register/person/identity/",
    name="public.register_identity",
    surface="public",
    needs=PUBLIC,
    sql=2,
    methods=("GET", "POST"),
)
def identity(request: HttpRequest) -> HttpResponse:
    """Step two: name and document, judged by their form here and by the police after the consent."""
    waiting = pending(request, "register")
    if not waiting.get("code"):
        return redirect("/register/person/")
    context: dict[str, Any] = {
        "steps": STEPS,
        "current": 2,
        "from_login": waiting.get("from_login"),
        "back": "/register/person/",
    }
    if request.method == "GET":
        initial = _identity(waiting) or {"document_kind": DocumentKind.RESIDENT_ID.value}
        return show(request, "public/register_identity.html", IdentityForm(initial=initial), **context)
    form = IdentityForm(request.POST)
    typed = {name: form.text(name) for name in ("name", "document_kind", "id_number")}
    faults = rules.check_identity(**typed, today=clock.today())
    if faults:
        form.refuse(faults)
        return show(request, "public/register_identity.html", form, **context)
    sealed = crypto.encrypt(json.dumps(typed, ensure_ascii=False), IDENTITY)
    request.session["register"] = {**waiting, "identity": sealed}
    return HttpResponseRedirect("/register/person/consent/", status=303)


def _kind_words(kind: str) -> str:
    return next((known.label for known in rules.PERSON_KINDS if known == kind), "")


@page(
    "register/person/consent/",
    name="public.register_consent",
    surface="public",
    needs=PUBLIC,
    sql=2,
    methods=("GET", "POST"),
)
def consent(request: HttpRequest) -> HttpResponse:
    """Step three: read it once more, agree; then the real-name check, and the account is made."""
    waiting = pending(request, "register")
    typed = _identity(waiting)
    if not waiting.get("code") or not typed:
        return redirect("/register/person/")
    number = phone_of(waiting)
    context: dict[str, Any] = {
        "steps": STEPS,
        "current": 3,
        "back": "/register/person/identity/",
        "rows": [
            {"key": "手机号码", "value": mask_phone(number), "url": "/register/person/"},
            {"key": "姓名", "value": typed["name"], "url": "/register/person/identity/"},
            {"key": "证件类型", "value": _kind_words(typed["document_kind"])},
            {
                "key": "证件号码",
                "value": mask_document_number(typed["id_number"]),
                "url": "/register/person/identity/",
            },
        ],
    }
    if request.method == "GET":
        return show(request, "public/register_consent.html", ConsentForm(), **context)
    form = ConsentForm(request.POST)
    faults = form.faults()
    if faults:
        form.refuse(faults)
        return show(request, "public/register_consent.html", form, **context)
    try:
        made = register_person(actor=VISITOR, phone=number, code_id=int(waiting["code"]), **typed)
    except Refused as refused:
        if "CODE_EXPIRED" in refused.codes:
            return HttpResponseRedirect("/register/person/?again=1", status=303)
        again = IdentityForm(typed)
        again.refuse(refused)
        return show(
            request,
            "public/register_identity.html",
            again,
            **{**context, "current": 2, "back": "/register/person/"},
        )
    sign_in(request, made.user_id, "手机验证码")
    target = str(waiting.get("next") or "")
    if target:
        request.session["after_register"] = target
    return HttpResponseRedirect("/register/person/done/", status=303)


@page(
    "register/person/done/",
    name="public.register_done",
    surface="public",
    needs="portal.person",
    sql=4,
    example="person",
)
def done(request: HttpRequest) -> HttpResponse:
    """What came of it: checked, or kept and to be checked again."""
    account = account_of(request.actor.person_id)  # type: ignore[attr-defined]
    onward = safe_next(request, request.session.get("after_register")) or "/my/"
    return show(
        request,
        "public/register_done.html",
        account=account,
        name=mask_name(account.name),
        onward=onward,
        pending_words=rules.CHECK_PENDING
        if account.document_kind == DocumentKind.RESIDENT_ID
        else rules.WINDOW_CHECK,
        steps=STEPS,
        current=5,
    )


@page(
    "register/person/verify/",
    name="public.register_verify",
    surface="public",
    needs="portal.person",
    sql=5,
    example="person",
    methods=("GET", "POST"),
)
def verify(request: HttpRequest) -> HttpResponse:
    """An account whose name is not checked yet: ask again, or put right what was mistyped."""
    if request.method == "GET":
        account = account_of(request.actor.person_id)  # type: ignore[attr-defined]
        if account.verified:
            return redirect("/register/person/done/")
        sights.saw("account", str(account.person_id), purpose="本人重新核验")
        initial = {
            "name": account.name,
            "document_kind": account.document_kind,
            "id_number": account.id_number,
        }
        return show(request, "public/register_verify.html", IdentityForm(initial=initial))
    form = IdentityForm(request.POST)
    try:
        verify_identity(
            actor=request.actor,  # type: ignore[attr-defined]
            **{name: form.text(name) for name in ("name", "document_kind", "id_number")},
        )
    except Refused as refused:
        form.refuse(refused)
        return show(request, "public/register_verify.html", form)
    return HttpResponseRedirect("/register/person/done/", status=303)
