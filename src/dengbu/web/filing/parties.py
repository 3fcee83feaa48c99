"""申请人和共有人: owners from the register, takers from the contract, the account, or typed one by one."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.cases.actions.filing import PartyIn, save_parties
from dengbu.catalog.registrations.shares import SHARE, WHOLE
from dengbu.core import crypto, sights
from dengbu.core.refusals import Refused
from dengbu.parties.queries import organisations
from dengbu.register.effects import NUMBER_PURPOSE as HOLDER_NUMBER

from .drafts import elsewhere, open_draft, show, version_of
from .homes import filing_party
from .party_forms import Placed, TakerForm, percent, read_share
from .people import MOST, Page, contract_of, holders_of, posted, stored, with_change
from .portals import Portal, everywhere, see_other


@everywhere(
    "apply/<uuid:docket_id>/parties/",
    name="apply.parties",
    sql=9,
    unlike={"bank": 9, "dev": 12},
    example="draft",
    methods=("GET", "POST"),
)
def parties(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """One page of cards: owners (only a phone is asked), takers, and for several of them how they own."""
    draft = open_draft(request, portal, docket_id)
    if away := elsewhere(request, draft, "parties"):
        return away
    if not draft.case.unit_code or draft.people_book is None:
        return see_other(draft.url("apply.property"))
    sights.saw("parties", draft.case.docket.number, docket_id=draft.case.pk, purpose="申请登记")
    filing = contract_of(draft)
    if request.method == "GET":
        typed = draft.typed("parties")
        page = posted(draft, filing, typed) if typed else stored(draft, filing)
        return _show(request, page, restored=bool(typed))
    do = request.POST.get("do", "save")
    page = posted(draft, filing, with_change(request.POST, do))
    if do != "save":
        return _show(request, page, focus=len(page.takers) - 1 if do == "add" else None)
    refused: Refused | None = None
    errors: list[dict[str, str]] = []
    page.leave_out_the_blank()
    page.ask_nobody_how_they_hold()
    page.only_whose_share()
    if page.all_valid():
        try:
            errors = _save(request, page)
            if not errors:
                return see_other(draft.after(request))
        except Refused as caught:
            refused = caught
    return _show(request, page, refused=refused, errors=errors, status=422)


def _save(request: HttpRequest, page: Page) -> list[dict[str, str]]:
    """Write the parties down. Gives what is wrong between the cards (shares, the same person twice)."""
    draft = page.draft
    coownership = page.shares.cleaned_data["coownership"] if page.shares else ""
    errors = _between(page, coownership)
    shares: dict[int, Fraction] = {}
    if coownership == "by_share" and not errors:
        shares, errors = _read_shares(page)
    if errors:
        return errors
    denominator = math.lcm(*(f.denominator for f in shares.values())) if shares else None

    def numerator(form: Placed) -> int | None:
        share = shares.get(id(form))
        return int(share * denominator) if share and denominator else None

    people = _from_book(page, numerator)
    organisation = draft.organisation
    if draft.journey.us is not None and organisation is not None:
        people.append(filing_party(draft.journey.us.key, organisation))
    people += [_taker_party(form, numerator(form)) for form in page.takers]
    people += _partners(page)
    if draft.journey.as_land:
        right, _ = holders_of(draft, draft.journey.as_land)
        coownership, denominator = (right.coownership, right.share_denominator) if right else ("", None)
    coownership = coownership or ("sole" if len(page.takers) < 2 else "joint")
    covers = ""
    if page.covers is not None:
        covers = WHOLE if page.groups[0].only is None else SHARE
    if covers == SHARE and draft.book and draft.book.title:
        denominator = (
            draft.book.title.share_denominator
        )  # the share that is confirmed is written down with it
    save_parties(
        actor=draft.actor,
        docket_id=draft.case.pk,
        parties=people,
        coownership=coownership,
        share_denominator=denominator,
        covers=covers,
        version=version_of(request),
    )
    return []


def _from_book(page: Page, numerator: Callable[[Placed], int | None]) -> list[PartyIn]:
    draft = page.draft
    organisation = draft.organisation
    own = crypto.index(organisation.uscc) if organisation is not None else ""
    found = []
    for group in page.groups:
        for holder, form in group.applying:
            role = (form.role if form else None) or group.roles[0]
            as_held = role is draft.journey.as_land or group.only is not None
            found.append(
                PartyIn(
                    role=role.key,
                    name=holder.name,
                    document_kind=holder.document_kind,
                    number=crypto.decrypt(holder.number_cipher, HOLDER_NUMBER),
                    phone=form.cleaned_data.get("phone", "") if form else "",
                    share_numerator=holder.share_numerator if as_held else numerator(form) if form else None,
                    organisation_id=organisation.pk if organisation and holder.number_index == own else None,
                    source="register",
                    **_agent(form.cleaned_data if form else {}),
                )
            )
    return found


def _partners(page: Page) -> list[PartyIn]:
    chosen = {form.role.key: form.cleaned_data["organisation"] for form in page.partners}
    banks = {str(b.pk): b for b in organisations({v for v in chosen.values() if v})}
    return [filing_party(role, banks[pk]) for role, pk in chosen.items() if pk]


def _taker_party(form: TakerForm, share: int | None) -> PartyIn:
    data, known = form.cleaned_data, form.known
    return PartyIn(
        role=form.role.key if form.role else "",
        name=known["name"] if known else data["name"],
        document_kind=known["document_kind"] if known else data["document_kind"],
        number=known["number"] if known else data["number"],
        phone=data["phone"],
        share_numerator=share,
        source=known["source"] if known else "typed",
        **_agent(data),
    )


def _agent(data: Mapping[str, Any]) -> dict[str, Any]:
    """Who acts for a party, if anybody does."""
    named = ("agent_authority", "agent_name", "agent_number")
    return {k: data[k] for k in named} if data.get("agent_authority") else {}


def _between(page: Page, coownership: str) -> list[dict[str, str]]:
    """What is wrong between the cards: somebody twice, one owner where there are several, several where there is one."""
    errors: list[dict[str, str]] = []
    seen: dict[tuple[str, str], int] = {}
    for n, form in enumerate(page.takers):
        number = form.known["number"] if form.known else form.cleaned_data["number"]
        who = (number, form.role.key if form.role else "")
        if who in seen:
            errors.append(
                {"text": f"该证件号码已添加过（第 {seen[who] + 1} 位），请勿重复添加", "href": f"#buyer-{n}"}
            )
        seen.setdefault(who, n)
    if any(r.shares for g in page.groups for r in g.roles):
        return errors  # who keeps a share is an owner too: the type says how it must add up
    word = page.draft.journey.asked_word
    holding = [f for f in page.takers if f.role is None or f.role.shares]
    if coownership == "sole" and len(holding) > 1:
        text = f"有 {len(holding)} 位{word}，请选择共同共有或按份共有"
        errors.append({"text": text, "href": "#id_coownership"})
    if coownership not in ("", "sole") and len(holding) == 1:
        text = f"只有 1 位{word}，请选择单独所有，或添加共有人"
        errors.append({"text": text, "href": "#id_coownership"})
    return errors


def _read_shares(page: Page) -> tuple[dict[int, Fraction], list[dict[str, str]]]:
    """Shares by form. Those who get the right name theirs; owners who keep one may."""
    found: dict[int, Fraction] = {}
    errors: list[dict[str, str]] = []
    known = [f for g in page.groups for f in g.forms if "share" in f.fields]
    holding = [f for f in page.takers if f.role is None or f.role.shares]
    for form in (*known, *holding):
        text = str(form.cleaned_data.get("share") or "")
        if not text.strip() and form in known:
            continue
        try:
            found[id(form)] = read_share(text)
        except Refused as refused:
            form.add_error("share", refused.refusals[0].message)
            errors.append({"text": refused.refusals[0].message, "href": f"#{form['share'].auto_id}"})
    if not errors and sum(found.values()) != 1:
        text = f"份额合计为 {percent(sum(found.values(), Fraction()))}%，应为 100%"
        first = (holding or known)[0]
        errors.append({"text": text, "href": f"#{first['share'].auto_id}"})
    return found, errors


def _show(
    request: HttpRequest,
    page: Page,
    *,
    refused: Refused | None = None,
    errors: list[dict[str, str]] | None = None,
    status: int = 200,
    restored: bool = False,
    focus: int | None = None,
) -> HttpResponse:
    judged = status == 422 and refused is None
    forms = page.forms
    if not judged:
        for form in forms:
            if form.is_bound:
                form.not_judged()
    shown = {str(e["href"]) for e in errors or []}
    summary = [] if shown else forms
    context = {
        "groups": page.groups,
        "takers": page.takers,
        "partners": page.partners,
        "shares": page.shares,
        "covers": page.covers,
        # Who takes alone still names a share where an owner may keep the rest.
        "asks_share": page.shares is not None
        and (len(page.takers) > 1 or any(r.shares for g in page.groups for r in g.roles)),
        "asks_phone": any("phone" in form.fields for form in forms),
        "filing": page.filing,
        "count": len(page.takers),
        "forms": summary,
        "errors": errors or [],
        "has_errors": judged,
        "restored": restored,
        "focus": focus,
        "more": len(page.takers) < MOST,
    }
    return show(request, page.draft, "parties", "parties", context, refused=refused, status=status)
