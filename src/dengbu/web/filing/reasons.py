"""登记原因和合同: the contract on file, the terms of a mortgage, the reason of a discharge."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.cases.actions.filing import save_reason
from dengbu.catalog.registrations import DISCHARGE_REASONS
from dengbu.contracts.queries import Filing, filing_by_no
from dengbu.core import sights
from dengbu.core.identifiers import mask_name
from dengbu.core.money import fen_to_yuan
from dengbu.core.refusals import Refused

from .drafts import Draft, elsewhere, open_draft, show, version_of
from .forms import ContractForm, DischargeForm, MortgageForm, Plain
from .parties import contract_of
from .portals import Portal, everywhere, see_other
from .presenters import is_organisation, money_words

NOT_FOUND = "没有找到该合同备案号，请核对；刚备案的约 30 分钟后可查"
OTHER_HOME = "该合同的房屋与所选不动产不一致"
ENDED = "该合同的备案已经注销、被替换或已用于登记，请向房管部门确认"


@everywhere(
    "apply/<uuid:docket_id>/reason/",
    name="apply.reason",
    sql=8,
    unlike={"bank": 6},
    example="draft",
    methods=("GET", "POST"),
)
def reason(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """One form by type of journey."""
    draft = open_draft(request, portal, docket_id)
    if away := elsewhere(request, draft, "reason"):
        return away
    if not draft.case.unit_code:
        return see_other(draft.url("apply.property"))
    view = {"contract": _contract, "mortgage": _mortgage, "discharge": _discharge}[draft.journey.reason]
    return view(request, draft)


def _show(
    request: HttpRequest,
    draft: Draft,
    form: Plain,
    refused: Refused | None = None,
    restored: bool = False,
    **context: Any,
) -> HttpResponse:
    bad = form.is_bound and bool(form.errors) and request.method == "POST"
    return show(
        request,
        draft,
        f"reason_{draft.journey.reason}",
        "reason",
        {"form": form, "restored": restored, **context},
        refused=refused,
        status=422 if bad else 200,
    )


def _initial(draft: Draft, stored: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    typed = draft.typed("reason")
    return (dict(typed.items()), True) if typed else (stored, False)


# --- contract ---------------------------------------------------------------------------------------------------


def _contract(request: HttpRequest, draft: Draft) -> HttpResponse:
    if request.method == "GET":
        filing = contract_of(draft)
        number = draft.case.filed.get("contract", {}).get("filing_no") or (filing.filing_no if filing else "")
        initial, restored = _initial(draft, {"filing_no": number})
        if filing is not None and initial.get("filing_no") != filing.filing_no:
            filing = None
        return _show(
            request, draft, ContractForm(initial=initial), restored=restored, filing=_card(draft, filing)
        )
    form = ContractForm(request.POST)
    filing = None
    if form.is_valid():
        filing = filing_by_no(form.cleaned_data["filing_no"])
        problem = _problem(draft, filing)
        if problem:
            form.add_error("filing_no", problem)
            filing = None
    if filing is None or request.POST.get("do") == "look":
        return _show(request, draft, form, filing=_card(draft, filing))
    try:
        save_reason(
            actor=draft.actor,
            docket_id=draft.case.pk,
            terms={"price_fen": filing.price_fen, "reason": "sale"},
            filing_no=filing.filing_no,
            version=version_of(request),
        )
    except Refused as refused:
        return _show(request, draft, form, refused, filing=_card(draft, filing))
    return see_other(draft.after(request))


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


# --- mortgage ---------------------------------------------------------------------------------------------------


def _mortgage(request: HttpRequest, draft: Draft) -> HttpResponse:
    if request.method == "GET":
        initial, restored = _initial(draft, _mortgage_stored(draft))
        return _show(request, draft, MortgageForm(initial=initial), restored=restored)
    form = MortgageForm(request.POST)
    if not form.is_valid():
        return _show(request, draft, form)
    data = form.cleaned_data
    terms = {
        "contract_no": data["contract_no"],
        "amount_fen": data["amount"],
        "debt_from": data["debt_from"].isoformat(),
        "debt_until": data["debt_until"].isoformat(),
        "debtor": data["debtor"],
        "scope": data["scope"],
        "transfer_limited": data["transfer_limited"],
    }
    return _save(request, draft, form, terms)


def _mortgage_stored(draft: Draft) -> dict[str, Any]:
    terms = draft.case.filed.get("terms", {})
    owners = draft.book.ownership.holders if draft.book and draft.book.ownership else ()
    stored = {k: terms.get(k, "") for k in ("contract_no", "debt_from", "debt_until", "debtor", "scope")}
    stored["amount"] = f"{fen_to_yuan(terms['amount_fen']):f}" if terms.get("amount_fen") else ""
    stored["transfer_limited"] = {True: "yes", False: "no"}.get(terms.get("transfer_limited"), "")
    if not stored["debtor"] and any(p.role == draft.journey.owner for p in draft.own.parties):
        stored["debtor"] = "、".join(h.name for h in owners)
    return stored


# --- discharge --------------------------------------------------------------------------------------------------


def _discharge(request: HttpRequest, draft: Draft) -> HttpResponse:
    stored = {"reason": draft.case.filed.get("terms", {}).get("reason", "")}
    if request.method == "GET":
        initial, restored = _initial(draft, stored)
        return _show(
            request, draft, DischargeForm(initial=initial, reasons=DISCHARGE_REASONS), restored=restored
        )
    form = DischargeForm(request.POST, reasons=DISCHARGE_REASONS)
    if not form.is_valid():
        return _show(request, draft, form)
    return _save(request, draft, form, {"reason": form.cleaned_data["reason"]})


def _save(request: HttpRequest, draft: Draft, form: Plain, terms: dict[str, Any]) -> HttpResponse:
    try:
        save_reason(actor=draft.actor, docket_id=draft.case.pk, terms=terms, version=version_of(request))
    except Refused as refused:
        return _show(request, draft, form, refused)
    return see_other(draft.after(request))
