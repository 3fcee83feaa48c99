"""领证方式, 核对并提交, and the page after it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.cases import exemptions, home_visits
from dengbu.cases.actions.filing import missing, save_delivery, submit
from dengbu.cases.facts import makes_paper
from dengbu.cases.lifecycle import State
from dengbu.cases.models import NUMBER_PURPOSE, PHONE_PURPOSE
from dengbu.cases.queries.portal import DELIVERY_PHONE
from dengbu.catalog.fees import standard_on
from dengbu.catalog.policy import fee_standards
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock, crypto, sights
from dengbu.core.identifiers import group_unit_code, mask_phone
from dengbu.core.money import format_yuan
from dengbu.core.refusals import Conflict, Refusal, Refused
from dengbu.core.vocabulary import CertificateKind
from dengbu.parties.queries import account_of

from .drafts import Draft, elsewhere, open_draft, show, version_of
from .evidence import lines_of, row_of
from .forms import DeliveryForm
from .portals import Portal, everywhere, form_key, see_other
from .presenters import NO_CERTIFICATE_WAYS, WAYS, done, party_rows, target_rows, tasks, term_rows


def ways_of(draft: Draft) -> list[tuple[str, str, str]]:
    """How the result may be collected: (value, words, hint)."""
    return list((WAYS if makes_paper(draft.case) else NO_CERTIFICATE_WAYS).values())


def holding_of(draft: Draft) -> list[tuple[str, str, str]]:
    """One certificate for all, or one each: asked where several may get a title (实施细则 20)."""
    kind = TYPES[draft.journey.code]
    takers = [r for r in kind.roles if r.side == "taker" and r.key != "mortgagee"]
    there = sum(p.role in {r.key for r in takers} for p in draft.own.parties)
    if kind.produces != CertificateKind.CERTIFICATE or not any(r.many for r in takers) or there == 1:
        return []
    price = format_yuan(standard_on(fee_standards(), clock.today()).certificate_fen)
    return [
        ("", "共用一本", ""),
        ("each", "每人一本", f"登记费含第一本，第二本起每本收工本费 {price} 元。"),
    ]


def claims_of(draft: Draft) -> list[tuple[str, str, str]]:
    """The reasons not to pay that an applicant may have; empty where this registration costs nothing anyway."""
    kind = TYPES[draft.journey.code]
    known = exemptions.claimable(kind, clock.today(), exemptions.BY_APPLICANT)
    rows = [
        (key, f"{exemptions.who(c, kind)}符合：{c.exemption.name}", c.exemption.hint)
        for key, c in known.items()
    ]
    return [("", "没有", ""), *rows] if rows else []


@everywhere(
    "apply/<uuid:docket_id>/delivery/", name="apply.delivery", sql=5, example="draft", methods=("GET", "POST")
)
def delivery(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """How to collect the certificate, and where to reach the applicant."""
    draft = open_draft(request, portal, docket_id)
    if away := elsewhere(request, draft, "delivery"):
        return away
    ways, holding, claims = ways_of(draft), holding_of(draft), claims_of(draft)
    context = {"ways": ways, "holding": holding, "claims": claims}
    if request.method == "GET":
        typed = draft.typed("delivery")
        initial = dict(typed.items()) if typed else _stored(draft)
        form = DeliveryForm(initial=initial, **context)
        return show(request, draft, "delivery", "delivery", context | {"form": form, "restored": bool(typed)})
    form = DeliveryForm(request.POST, **context)
    refused: Refused | None = None
    if form.is_valid():
        data = form.cleaned_data
        mail = data["way"] == "mail"
        try:
            save_delivery(
                actor=draft.actor,
                docket_id=docket_id,
                delivery={
                    "way": data["way"],
                    "receiver": data["receiver"] if mail else "",
                    "address": data["address"] if mail else "",
                    "phone_cipher": crypto.encrypt(data["phone"], DELIVERY_PHONE),
                    "separate": data.get("separate") == "each",
                    "fee_claim": data.get("fee_claim", ""),
                },
                version=version_of(request),
            )
            return see_other(draft.after(request))
        except Refused as caught:
            refused = caught
    return show(request, draft, "delivery", "delivery", context | {"form": form}, refused=refused, status=422)


def _stored(draft: Draft) -> dict[str, Any]:
    kept = dict(draft.case.filed.get("delivery", {}))
    if kept:
        kept["separate"] = "each" if kept.get("separate") else ""
        return kept | {"phone": crypto.decrypt(kept.get("phone_cipher", ""), DELIVERY_PHONE)}
    phone = account_of(draft.actor.person_id).phone if draft.actor.person_id else ""
    return {"way": "" if makes_paper(draft.case) else "electronic", "phone": phone}


def delivery_rows(draft: Draft) -> list[dict[str, Any]]:
    kept = draft.case.filed.get("delivery", {})
    way = kept.get("way", "")
    words = {w[0]: w[1] for w in ways_of(draft)}
    rows = [{"key": "怎样领取", "value": words.get(way, WAYS.get(way, ("", ""))[1])}]
    if way == "mail":
        rows += [
            {"key": "收件人", "value": kept.get("receiver", "")},
            {"key": "邮寄地址", "value": kept.get("address", "")},
        ]
    if holding_of(draft):
        rows.append({"key": "共有人持证", "value": "每人一本" if kept.get("separate") else "共用一本"})
    phone = crypto.decrypt(kept.get("phone_cipher", ""), DELIVERY_PHONE)
    rows.append({"key": "联系电话", "value": mask_phone(phone) if phone else ""})
    claims = {key: label for key, label, _ in claims_of(draft)}
    return [*rows, {"key": "减免登记费", "value": claims[kept.get("fee_claim", "")]}] if claims else rows


@everywhere(
    "apply/<uuid:docket_id>/check/",
    name="apply.check",
    sql=14,
    unlike={"bank": 13},
    example="draft",
    methods=("GET", "POST"),
)
def check(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """Everything once more, with 修改 at each answer; declaration; submit exactly once."""
    draft = open_draft(request, portal, docket_id)
    if request.method == "POST":
        declared = request.POST.get("declared") == "on"
        try:
            submit(
                actor=draft.actor,
                docket_id=docket_id,
                declared=declared,
                version=version_of(request),
                key=form_key(request),
            )
            return see_other(draft.url("apply.submitted"))
        except Refused as refused:
            now = open_draft(request, portal, docket_id)
            if now.case.state not in (State.DRAFT, State.CORRECTION):
                return see_other(
                    now.url("apply.submitted")
                )  # another tab was faster: the same one application
            return _check(request, now, refused)
    if draft.case.state == State.CORRECTION:
        return see_other(draft.url("case.fix"))
    if draft.case.state != State.DRAFT:
        return see_other(draft.url("case"))
    return _check(request, draft, None)


def _check(request: HttpRequest, draft: Draft, refused: Refused | None) -> HttpResponse:
    sights.saw("parties", draft.case.docket.number, docket_id=draft.case.pk, purpose="申请登记")
    problems = list(refused.refusals) if refused else missing(draft.facts, clock.now(), actor=draft.actor)
    if not done(draft, "reason"):
        # Before a contract is named, the one on file is not yet "somebody else's".
        problems = [r for r in problems if r.code != "R_FILED"]
    edit = {s: f"{draft.url(f'apply.{s}')}?next=check" for s in draft.journey.sections}
    context = {
        "home": _home_rows(draft),
        "parts": draft.facts.registration.parts_named(),
        "parties": party_rows(draft, NUMBER_PURPOSE, PHONE_PURPOSE),
        "terms": term_rows(draft),
        "delivery": delivery_rows(draft),
        "lines": [row_of(draft, line) for line in lines_of(draft)],
        "edit": edit,
        "errors": [located(draft, r) for r in problems],
        "undeclared": undeclared(problems) if refused else "",
        "ready": all(t["finished"] for t in tasks(draft)[:-1]),
        "key": request.POST.get("key", "")[:40]
        if refused and not isinstance(refused, Conflict)
        else uuid.uuid4().hex,
        "has_errors": refused is not None,
        "judged": refused is not None,
        "confirming": draft.own.registration.confirming,
        "title": "核对并提交",
        "refusals": [],
    }
    return show(request, draft, "check", "check", context, refused=refused)


def _home_rows(draft: Draft) -> list[dict[str, Any]]:
    book = draft.book
    if book is None:
        survey = draft.case.filed.get("survey", {})
        source = "来自测绘成果库" if survey else ""
        rows: list[dict[str, Any]] = [{"key": "坐落", "value": draft.case.location, "source": source}]
        return [*rows, {"key": "测绘成果编号", "value": survey["number"], "code": True}] if survey else rows
    return [
        {"key": "坐落", "value": book.location, "source": "来自登记簿"},
        {"key": "不动产单元号", "value": group_unit_code(book.code), "code": True},
        {"key": "建筑面积", "value": f"{book.area_m2} ㎡"},
        *target_rows(draft),
    ]


def undeclared(refusals: Sequence[Refusal]) -> str:
    """The sentence that belongs under the box of the declaration; empty where it was ticked."""
    return next((r.message for r in refusals if r.field == "declaration"), "")


FIELD_SECTIONS = {
    "property": "property", "unit": "property", "right": "property", "unit_code": "property", "parties": "parties",
    "shares": "parties", "coownership": "parties", "contract": "reason", "price": "reason", "delivery": "delivery",
}  # fmt: skip


def _section_of(draft: Draft, field: str) -> str:
    """The task on which a field stands; empty where it stands on none."""
    if field in {ask.key for ask in draft.journey.kind.form}:
        return "reason"
    return FIELD_SECTIONS.get(field, "")


def located(draft: Draft, refusal: Refusal) -> dict[str, str]:
    """A refusal with the address of the page where it can be put right."""
    href = ""
    if refusal.field.startswith("material:"):
        href = draft.url("apply.material", refusal.field.removeprefix("material:"))
    elif refusal.field == "declaration":
        href = "#id_declared"
    elif section := _section_of(draft, refusal.field):
        href = f"{draft.url(f'apply.{section}')}?next=check" if section in draft.journey.sections else ""
    return {"text": refusal.message, "href": href, "remedy": refusal.remedy}


@everywhere("apply/<uuid:docket_id>/submitted/", name="apply.submitted", sql=5, example="submitted")
def submitted(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """Number, what comes next, when. The same whenever it is opened again."""
    draft = open_draft(request, portal, docket_id)
    if draft.case.state == State.DRAFT:
        return see_other(draft.url("apply"))
    waiting = [
        p for p in draft.own.parties if p.role in draft.own.registration.confirming and p.confirmed_at is None
    ]
    phone = crypto.decrypt(draft.case.filed.get("delivery", {}).get("phone_cipher", ""), DELIVERY_PHONE)
    context = {
        "waiting": waiting if draft.case.state == State.AWAITING else [],
        "phone": mask_phone(phone) if phone else "",
        "may_ask_visit": home_visits.askable(draft.case.state, draft.own.parties),
        "name": draft.own.registration.name,
        "submitted_at": draft.case.submitted_at or draft.case.state_since,
    }
    return show(request, draft, "submitted", "check", context)
