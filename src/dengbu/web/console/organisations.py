"""Organisations: filing (备案), service agreements, operators."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from dengbu.core import clock
from dengbu.core.refusals import Refused
from dengbu.parties import actions, queries, rules
from dengbu.parties.models import Organisation

from ..pages import page
from .forms import AgreementForm, OperatorForm, OrganisationForm, SuspendForm
from .frame import DONE, ORGANISATIONS, next_url, render, see_other


@page("console/", name="console.organisations", surface="staff", needs=ORGANISATIONS, sql=5, example="admin")
def organisations(request: HttpRequest) -> HttpResponse:
    """Filed organisations with the state of their agreement today; search by name or credit code."""
    q, after = request.GET.get("q", "").strip()[:100], request.GET.get("after", "")
    found, onward = queries.organisations_page(q=q, after=after)
    today = clock.today()
    rows = []
    for organisation in found:
        state = queries.agreement_state(organisation, today)
        rows.append(
            [
                {
                    "text": organisation.name,
                    "url": reverse("web:console.organisation", args=[organisation.pk]),
                },
                rules.ORGANISATION_KINDS.get(organisation.kind, organisation.kind),
                organisation.uscc,
                {
                    "text": "可以申请" if state.in_force else "不能申请",
                    "tone": "ok" if state.in_force else "warn",
                },
                state.words,
            ]
        )
    return render(
        request,
        "console/organisations.html",
        at="organisations",
        rows=rows,
        columns=["单位", "类型", {"text": "统一社会信用代码", "code": True}, "状态", "服务协议"],
        q=q,
        first_url="?" + urlencode({"q": q}) if after else "",
        next_url=next_url(request, onward, q),
    )


@page(
    "console/organisations/new/",
    name="console.organisation_new",
    surface="staff",
    needs=ORGANISATIONS,
    sql=3,
    example="admin",
    methods=("GET", "POST"),
)
def organisation_new(request: HttpRequest) -> HttpResponse:
    """File an organisation (备案)."""
    if request.method == "GET":
        return render(request, "console/organisation_new.html", OrganisationForm(), at="organisations")
    form = OrganisationForm(request.POST)
    typed = {name: form.text(name) for name in form.fields if name not in ("small_enterprise", "licence")}
    chosen = form.licences.get(form.text("licence"))
    try:
        made = actions.file_organisation(
            actor=request.actor,  # type: ignore[attr-defined]
            **typed,
            kind=chosen.kind if chosen else "",
            licence_kind=chosen.name if chosen else "",
            small_enterprise=bool(form.cleaned_data.get("small_enterprise")),
        )
    except Refused as refused:
        form.refuse(refused)
        return render(request, "console/organisation_new.html", form, at="organisations")
    return see_other("console.organisation", made, done="filed")


def _organisation(organisation_id: uuid.UUID) -> Organisation:
    found = queries.organisation_with(organisation_id)
    if found is None:
        raise Http404("no such organisation")
    return found


def _organisation_page(request: HttpRequest, organisation_id: uuid.UUID, **forms: Any) -> HttpResponse:
    organisation = _organisation(organisation_id)
    today = clock.today()
    state = queries.agreement_state(organisation, today)
    wrong = next((form for form in forms.values() if form.errors), None)
    return render(
        request,
        "console/organisation.html",
        wrong,
        at="organisations",
        organisation=organisation,
        kind=rules.ORGANISATION_KINDS.get(organisation.kind, organisation.kind),
        state=state,
        agreements=sorted(organisation.agreements.all(), key=lambda a: a.valid_from, reverse=True),
        operators=sorted(organisation.operators.all(), key=lambda o: o.pk),
        today=today,
        done=DONE.get(request.GET.get("done", ""), ""),
        **{
            "agreement_form": AgreementForm(),
            "operator_form": OperatorForm(prefix="op"),
            "suspend_form": SuspendForm(),
            **forms,
        },
    )


@page(
    "console/organisations/<uuid:organisation_id>/",
    name="console.organisation",
    surface="staff",
    needs=ORGANISATIONS,
    sql=7,
    example="organisation",
)
def organisation(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """One organisation: its filing, agreements and operators."""
    return _organisation_page(request, organisation_id)


@page(
    "console/organisations/<uuid:organisation_id>/agreements/",
    name="console.agreement_sign",
    surface="staff",
    needs=ORGANISATIONS,
    sql=0,
    methods=("POST",),
)
def agreement_sign(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Record a signed agreement."""
    _organisation(organisation_id)
    form = AgreementForm(request.POST)
    try:
        actions.sign_agreement(
            actor=request.actor,  # type: ignore[attr-defined]
            organisation_id=organisation_id,
            version=form.text("version"),
            **form.dates(),
        )
    except Refused as refused:
        form.refuse(refused)
        return _organisation_page(request, organisation_id, agreement_form=form)
    return see_other("console.organisation", organisation_id, done="signed")


@page(
    "console/organisations/<uuid:organisation_id>/agreements/<int:agreement_id>/",
    name="console.agreement_change",
    surface="staff",
    needs="agreement.suspend",
    sql=0,
    methods=("POST",),
)
def agreement_change(request: HttpRequest, organisation_id: uuid.UUID, agreement_id: int) -> HttpResponse:
    """Suspend an agreement with a reason, or resume it."""
    if all(a.pk != agreement_id for a in _organisation(organisation_id).agreements.all()):
        raise Http404("no such agreement")
    actor = request.actor  # type: ignore[attr-defined]
    if "resume" in request.POST:
        actions.resume_agreement(actor=actor, agreement_id=agreement_id)
        return see_other("console.organisation", organisation_id, done="resumed")
    form = SuspendForm(request.POST)
    try:
        actions.suspend_agreement(actor=actor, agreement_id=agreement_id, reason=form.text("reason"))
    except Refused as refused:
        form.refuse(refused)
        return _organisation_page(request, organisation_id, suspend_form=form)
    return see_other("console.organisation", organisation_id, done="suspended")


@page(
    "console/organisations/<uuid:organisation_id>/operators/",
    name="console.operator_add",
    surface="staff",
    needs=ORGANISATIONS,
    sql=0,
    methods=("POST",),
)
def operator_add(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """Open an operator's account."""
    _organisation(organisation_id)
    form = OperatorForm(request.POST, prefix="op")
    try:
        actions.add_operator(
            actor=request.actor,  # type: ignore[attr-defined]
            organisation_id=organisation_id,
            **{name: form.text(name) for name in ("login", "name", "password", "phone")},
            may_submit=bool(form.cleaned_data.get("may_submit")),
        )
    except Refused as refused:
        form.refuse(refused)
        return _organisation_page(request, organisation_id, operator_form=form)
    return see_other("console.organisation", organisation_id, done="operator")


@page(
    "console/organisations/<uuid:organisation_id>/operators/<int:operator_id>/",
    name="console.operator_change",
    surface="staff",
    needs=ORGANISATIONS,
    sql=0,
    methods=("POST",),
)
def operator_change(request: HttpRequest, organisation_id: uuid.UUID, operator_id: int) -> HttpResponse:
    """Close or reopen an operator's account."""
    if all(o.pk != operator_id for o in _organisation(organisation_id).operators.all()):
        raise Http404("no such operator")
    actions.set_operator_active(
        actor=request.actor,  # type: ignore[attr-defined]
        operator_id=operator_id,
        active=request.POST.get("active") == "1",
    )
    return see_other("console.organisation", organisation_id, done="active")
