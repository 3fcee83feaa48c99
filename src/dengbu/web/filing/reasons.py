"""登记原因: the contract on file, and what the type itself asks. One page for all types."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.cases.actions.filing import save_reason
from dengbu.catalog.registrations.asking import Kind
from dengbu.certificates.queries import live_for_rights
from dengbu.contracts.queries import Filing, filing_by_no
from dengbu.core import sights
from dengbu.core.identifiers import mask_name
from dengbu.core.refusals import Refused
from dengbu.parties.queries import organisation_of
from dengbu.register.rules import UnitBook

from .drafts import Draft, elsewhere, open_draft, show, version_of
from .forms import ReasonForm
from .knowing import is_organisation
from .people import contract_of
from .portals import Portal, everywhere, see_other
from .presenters import money_words, right_words

NOT_FOUND = "没有找到该合同备案号，请核对；刚备案的约 30 分钟后可查"
OTHER_HOME = "该合同的房屋与所选不动产不一致"
ENDED = "该合同的备案已经注销、被替换或已用于登记，请向房管部门确认"


@everywhere(
    "apply/<uuid:docket_id>/reason/",
    name="apply.reason",
    sql=8,
    unlike={"bank": 5},
    example="draft",
    methods=("GET", "POST"),
)
def reason(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """The contract where the type rests on one, then the type's questions."""
    draft = open_draft(request, portal, docket_id)
    if away := elsewhere(request, draft, "reason"):
        return away
    if not draft.case.unit_code:
        return see_other(draft.url("apply.property"))
    kind = draft.journey.kind
    if request.method == "GET":
        return _first(request, draft)
    form = ReasonForm(request.POST, asks=draft.asks, contract=kind.needs_contract, rights=_rights(draft))
    filing = None
    if kind.needs_contract:
        form.is_valid()
        number = form.cleaned_data.get("filing_no", "")
        filing = filing_by_no(number) if number else None
        problem = _problem(draft, filing) if number else ""
        if problem:
            form.add_error("filing_no", problem)
            filing = None
        if request.POST.get("do") == "look":
            if "filing_no" not in form.errors:
                form.not_judged()
            return _show(request, draft, form, filing)
    if not form.is_valid() or _weighed(form, draft):
        return _show(request, draft, form, filing)
    terms = form.cleaned_data["terms"]
    if filing is not None:
        terms = {"price_fen": filing.price_fen, "reason": "sale", **terms}
    try:
        save_reason(
            actor=draft.actor,
            docket_id=draft.case.pk,
            terms={**{ask.key: None for ask in draft.asks if ask.key not in terms}, **terms},
            filing_no=filing.filing_no if filing else "",
            version=version_of(request),
        )
    except Refused as refused:
        return _show(request, draft, form, filing, refused)
    return see_other(draft.after(request))


def _weighed(form: ReasonForm, draft: Draft) -> bool:
    """What the type says of the answers alone, under the fields it is about. Whether it said anything."""
    said = list(draft.journey.kind.weigh({**draft.case.filed.get("terms", {}), **form.cleaned_data["terms"]}))
    for refusal in said:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message.rstrip("。"))
    return bool(said)


def _first(request: HttpRequest, draft: Draft) -> HttpResponse:
    kind = draft.journey.kind
    typed, filing = draft.typed("reason"), None
    initial = {ask.key: ask.written(_stored(draft, ask.key, ask.prefill)) for ask in draft.asks}
    if kind.needs_contract:
        filing = contract_of(draft)
        kept = draft.case.filed.get("contract", {}).get("filing_no")
        initial["filing_no"] = kept or (filing.filing_no if filing else "")
        if filing is not None:
            asked = (ask.key for ask in kind.form if ask.prefill == "contract_no")
            initial |= {key: initial[key] or filing.contract_no for key in asked}
    if typed:
        initial = {key: str(value) for key, value in typed.items()}
        if filing is not None and initial.get("filing_no") != filing.filing_no:
            filing = None
    form = ReasonForm(initial=initial, asks=draft.asks, contract=kind.needs_contract, rights=_rights(draft))
    return _show(request, draft, form, filing, restored=bool(typed))


def _rights(draft: Draft) -> list[tuple[str, str]]:
    """The rights beside the title, for the office's own types that ask for one; nobody else looks through them."""
    asked = any(ask.kind is Kind.RIGHT for ask in draft.journey.kind.form)
    if not asked or not draft.case.filed_for_by_staff or draft.book is None:
        return []
    return [(str(r.public_id), right_words(r)) for r in draft.book.rights if r is not draft.book.title]


def _stored(draft: Draft, key: str, prefill: str) -> Any:
    """What was answered before, else what the book says where the question is filled from it."""
    terms = draft.case.filed.get("terms", {})
    if terms.get(key) is not None or not prefill or draft.book is None:
        return terms.get(key)
    if draft.journey.kind.role(prefill):
        return "、".join(p.name for p in draft.own.parties if p.role == prefill)
    owners = draft.book.title.holders if draft.book.title else ()
    if prefill == "owners":
        return "、".join(p.name for p in draft.own.parties if p.role in draft.journey.kind.owner_roles)
    if prefill == "own_name":  # of several owners whoever fills it in
        mine = [h.name for h in owners if h.number_index and h.number_index == draft.actor.identity_index]
        return mine[0] if mine else ""
    if prefill in ("title_on", "title_entry"):
        title = draft.book.title
        on, entry = (title.registered_on.isoformat(), title.entry_number) if title else ("", "")
        return on if prefill == "title_on" else entry
    if prefill == "certificate":
        return _certificate(draft, draft.book)
    return draft.book.facts.get(prefill) or ""


def _certificate(draft: Draft, book: UnitBook) -> str:
    """The number of the paper of the right it is about, for whoever holds the right: nobody else is told it."""
    target = draft.answered.target
    right = book.right(target) if target else book.title
    organisation = organisation_of(draft.actor)
    us = organisation.uscc_index if organisation else draft.actor.identity_index
    if right is None or not us or us not in right.holder_indexes:
        return ""
    return live_for_rights([right.public_id]).get(right.public_id, "")


def _show(
    request: HttpRequest,
    draft: Draft,
    form: ReasonForm,
    filing: Filing | None,
    refused: Refused | None = None,
    restored: bool = False,
) -> HttpResponse:
    bad = form.is_bound and bool(form.errors) and request.method == "POST"
    context = {
        "form": form,
        "served": draft.case.filed.get("service"),
        "restored": restored,
        "filing": _card(draft, filing),
        "asks_contract": draft.journey.kind.needs_contract,
    }
    return show(request, draft, "reason", "reason", context, refused=refused, status=422 if bad else 200)


def _problem(draft: Draft, filing: Filing | None) -> str:
    if filing is None:
        return NOT_FOUND
    if filing.unit_code != draft.case.unit_code:
        return OTHER_HOME
    return "" if filing.status == "filed" else ENDED


def _card(draft: Draft, filing: Filing | None) -> list[dict[str, Any]]:
    """The contract as the housing department has it on file; names are shown to its parties only."""
    if filing is None:
        return []
    sights.saw("contract", filing.filing_no[:80], docket_id=draft.case.pk, purpose="申请登记")
    ours = draft.actor.identity_index in (filing.indexes("seller") | filing.indexes("buyer"))

    def names(role: str) -> str:
        found = filing.role(role)
        return "、".join(
            p.name if ours or is_organisation(p.document_kind) else mask_name(p.name) for p in found
        )

    return [
        {"key": "合同备案号", "value": filing.filing_no, "code": True},
        {"key": "合同编号", "value": filing.contract_no, "code": True},
        {"key": "卖方", "value": names("seller")},
        {"key": "买方", "value": names("buyer")},
        {"key": "建筑面积", "value": f"{filing.area_m2} ㎡" if filing.area_m2 else ""},
        {"key": "成交价格", "value": money_words(filing.price_fen)},
    ]
