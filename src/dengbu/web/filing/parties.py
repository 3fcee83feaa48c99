"""申请人和共有人: owners from the register, takers from the contract, the account, or typed one by one."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from dengbu.cases.actions.filing import PartyIn, save_parties
from dengbu.cases.models import NUMBER_PURPOSE, PHONE_PURPOSE, CaseParty
from dengbu.catalog.registrations import Role
from dengbu.contracts.queries import Filing, filing_by_no, filings
from dengbu.core import crypto, sights
from dengbu.core.identifiers import mask_document_number
from dengbu.core.refusals import Refused
from dengbu.parties.queries import account_of, organisation_of
from dengbu.register.effects import NUMBER_PURPOSE as HOLDER_NUMBER
from dengbu.register.rules import HolderFact, RightFact, UnitBook

from .drafts import Draft, elsewhere, open_draft, show, version_of
from .forms import OwnerForm, Placed, ShareForm, TakerForm, percent, read_share
from .homes import filing_party
from .portals import Portal, everywhere, see_other, uuid_or_none
from .presenters import holder_name, is_organisation, share_words

MOST = 20


@dataclass
class Group:
    """People who stand in one place of the register: only their phones are asked, and who is which where it matters."""

    roles: tuple[Role, ...]
    holders: tuple[HolderFact, ...]
    forms: list[OwnerForm]


@dataclass
class Page:
    """The forms of the page, and what they were filled from."""

    draft: Draft
    groups: list[Group]
    takers: list[TakerForm]
    shares: ShareForm | None
    filing: Filing | None

    def leave_out_the_blank(self) -> None:
        """Nobody need stand in a role that is not required: a card left empty is nobody."""
        if self.draft.journey.nobody_required:
            self.takers = [t for t in self.takers if not t.blank]

    def all_valid(self) -> bool:
        judged = [form.is_valid() for form in self.forms]  # every form is judged, none is skipped
        return all(judged)

    @property
    def forms(self) -> list[Any]:
        return [
            *(f for g in self.groups for f in g.forms),
            *self.takers,
            *([self.shares] if self.shares else []),
        ]


@everywhere(
    "apply/<uuid:docket_id>/parties/",
    name="apply.parties",
    sql=9,
    unlike={"bank": 7},
    example="draft",
    methods=("GET", "POST"),
)
def parties(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """One page of cards: owners (only a phone is asked), takers, and for several of them how they own."""
    draft = open_draft(request, portal, docket_id)
    if away := elsewhere(request, draft, "parties"):
        return away
    if not draft.case.unit_code or book_of(draft) is None:
        return see_other(draft.url("apply.property"))
    sights.saw("parties", draft.case.docket.number, docket_id=draft.case.pk, purpose="申请登记")
    filing = contract_of(draft)
    if request.method == "GET":
        typed = draft.typed("parties")
        page = posted(draft, filing, typed) if typed else stored(draft, filing)
        return _show(request, page, restored=bool(typed))
    do = request.POST.get("do", "save")
    page = posted(draft, filing, _with(request.POST, do))
    if do != "save":
        return _show(request, page, focus=len(page.takers) - 1 if do == "add" else None)
    refused: Refused | None = None
    errors: list[dict[str, str]] = []
    page.leave_out_the_blank()
    if page.all_valid():
        try:
            errors = _save(request, page)
            if not errors:
                return see_other(draft.after(request))
        except Refused as caught:
            refused = caught
    return _show(request, page, refused=refused, errors=errors, status=422)


def contract_of(draft: Draft) -> Filing | None:
    """The contract on file, when it was named in the application or the viewer is one of its parties."""
    number = draft.case.filed.get("contract", {}).get("filing_no", "")
    if number:
        found = filing_by_no(number)
        return found if found and found.unit_code == draft.case.unit_code else None
    if not draft.journey.kind.needs_contract:
        return None
    ours = {draft.actor.identity_index} - {""}
    organisation = organisation_of(draft.actor)
    if organisation is not None:
        ours.add(crypto.index(organisation.uscc))
    for filing in filings(unit_codes=[draft.case.unit_code]):
        if ours & (filing.indexes("seller") | filing.indexes("buyer")):
            return filing
    return None


# --- from what is stored ----------------------------------------------------------------------------------------


def stored(draft: Draft, filing: Filing | None) -> Page:
    """The page as it is first drawn: from the case, else from register, contract and account."""
    return Page(
        draft, _groups(draft, filing, None), _stored_takers(draft, filing), _shares(draft, None), filing
    )


def book_of(draft: Draft) -> UnitBook | None:
    """Where the people of the register stand: of a house that is not in the book yet, the land under it."""
    if draft.book is None and draft.journey.on_survey:
        return draft.land
    return draft.book


def holders_of(draft: Draft, role: Role) -> tuple[RightFact | None, tuple[HolderFact, ...]]:
    """The right a role's people hold in the register, and who they are."""
    book = book_of(draft)
    if book is None:
        return None, ()
    if role.source == "land":
        right = next((r for r in book.land_rights if r.kind == "land_use"), None) or book.land_use
    elif role.source == "right":
        target = uuid_or_none(str(draft.case.filed.get("terms", {}).get("right", "")))
        right = book.right(target) if target else None
    else:
        right = book.title
    return right, right.holders if right else ()


def _groups(draft: Draft, filing: Filing | None, data: QueryDict | None) -> list[Group]:
    groups = []
    for n, roles in enumerate(draft.journey.from_book):
        right, holders = holders_of(draft, roles[0])
        prefix = "owner" if n == 0 else roles[0].key
        asked = len(roles) > 1 or any(r.confirms or (r.shares and r.source != "land") for r in roles)
        forms = _known(draft, filing, data, roles, right, prefix) if asked and right else []
        groups.append(Group(roles, holders, forms))
    return groups


def _known(
    draft: Draft,
    filing: Filing | None,
    data: QueryDict | None,
    roles: tuple[Role, ...],
    right: RightFact,
    prefix: str,
) -> list[OwnerForm]:
    keys = {r.key for r in roles}
    saved = {p.number_index: p for p in draft.own.parties if p.role in keys}
    denominator = draft.case.filed.get("terms", {}).get("share_denominator")
    seen = frozenset({draft.actor.identity_index} - {""})
    if draft.actor.identity_index in right.holder_indexes or filing is not None:
        seen |= right.holder_indexes
    forms = []
    for n, holder in enumerate(right.holders):
        me = bool(holder.number_index) and holder.number_index == draft.actor.identity_index
        party = saved.get(holder.number_index)
        phone = crypto.decrypt(party.phone_cipher, PHONE_PURPOSE) if party else ""
        if not phone and me and draft.actor.person_id:
            phone = account_of(draft.actor.person_id).phone
        number = crypto.decrypt(holder.number_cipher, HOLDER_NUMBER)
        shown = is_organisation(holder.document_kind) or holder.number_index in seen
        forms.append(
            OwnerForm(
                data,
                prefix=f"{prefix}-{n}",
                initial={
                    "phone": phone,
                    "role": party.role if party else (roles[0].key if len(right.holders) == 1 else ""),
                    "share": _percent(party.share_numerator if party else None, denominator),
                },
                roles=roles,
                asks_phone=any(r.confirms for r in roles),
                asks_share=any(r.shares for r in roles),
                holder={
                    "name": holder_name(holder, seen),
                    "number": mask_document_number(number) if shown else "已隐藏",
                    "share": share_words(right, holder),
                    "me": me,
                    "fact": holder,
                },
            )
        )
    return forms


def _stored_takers(draft: Draft, filing: Filing | None) -> list[TakerForm]:
    if not draft.journey.asked:
        return []
    keys = {r.key for r in draft.journey.asked}
    saved = [p for p in draft.own.parties if p.role in keys]
    if saved:
        denominator = draft.case.filed.get("terms", {}).get("share_denominator")
        return [_saved_taker(draft, n, p, denominator) for n, p in enumerate(saved)]
    if filing is not None and any(r.source == "contract" for r in draft.journey.asked):
        return [
            _taker(
                draft, filing, n, {"origin": f"housing:{n}", "phone": _own_phone(draft, buyer.number_index)}
            )
            for n, buyer in enumerate(filing.role("buyer"))
        ]
    owned = draft.book.title if draft.book else None
    if (
        draft.actor.person_id
        and not draft.journey.nobody_required
        and not (owned and owned.held_by(draft.actor.identity_index))
    ):
        account = account_of(draft.actor.person_id)
        return [_taker(draft, filing, 0, {"origin": "account", "phone": account.phone})]
    return [_taker(draft, filing, 0, {"origin": "typed"})]


def _own_phone(draft: Draft, index: str) -> str:
    if index and index == draft.actor.identity_index and draft.actor.person_id:
        return account_of(draft.actor.person_id).phone
    return ""


def _saved_taker(draft: Draft, n: int, party: CaseParty, denominator: int | None) -> TakerForm:
    initial: dict[str, Any] = {
        "origin": f"saved:{party.role}.{party.ordinal}" if party.source != "typed" else "typed",
        "role": party.role,
        "phone": crypto.decrypt(party.phone_cipher, PHONE_PURPOSE),
        "share": _percent(party.share_numerator, denominator),
        "agent_authority": party.agent_authority,
        "agent_name": party.agent_name,
        "agent_number": crypto.decrypt(party.agent_number_cipher, NUMBER_PURPOSE),
    }
    if party.source == "typed":
        initial |= {
            "name": party.name,
            "document_kind": party.document_kind,
            "number": crypto.decrypt(party.number_cipher, NUMBER_PURPOSE),
        }
    return _taker(draft, None, n, initial)


def _taker(
    draft: Draft, filing: Filing | None, n: int, initial: Mapping[str, Any], data: QueryDict | None = None
) -> TakerForm:
    return TakerForm(
        data,
        prefix=f"buyer-{n}",
        initial=dict(initial),
        known=known_taker(draft, filing, str(initial["origin"])),
        roles=draft.journey.asked,
    )


def _percent(numerator: int | None, denominator: int | None) -> str:
    return f"{percent(Fraction(numerator, denominator))}%" if numerator and denominator else ""


def known_taker(draft: Draft, filing: Filing | None, origin: str) -> dict[str, Any] | None:
    """Name and number of a taker that were taken over, looked up again at each post; None when they were typed."""
    kind, _, place = origin.partition(":")
    at = int(place) if place.isascii() and place.isdigit() else -1
    if kind == "housing" and filing is not None:
        buyers = filing.role("buyer")
        if 0 <= at < len(buyers):
            b = buyers[at]
            return {
                "name": b.name,
                "document_kind": b.document_kind,
                "number": b.number,
                "source": "housing",
                "word": "来自房管部门备案合同",
            }
    if kind == "saved":
        party = next((p for p in draft.own.parties if f"{p.role}.{p.ordinal}" == place), None)
        if party is not None:
            word = {"housing": "来自房管部门备案合同", "account": "来自您的实名账户"}.get(party.source, "")
            number = crypto.decrypt(party.number_cipher, NUMBER_PURPOSE)
            return {
                "name": party.name,
                "document_kind": party.document_kind,
                "number": number,
                "source": party.source,
                "word": word,
            }
    if kind == "account" and draft.actor.person_id:
        a = account_of(draft.actor.person_id)
        return {
            "name": a.name,
            "document_kind": a.document_kind,
            "number": a.id_number,
            "source": "account",
            "word": "来自您的实名账户",
        }
    return None


def _shares(draft: Draft, data: QueryDict | None) -> ShareForm | None:
    if not draft.journey.shares:
        return None
    return ShareForm(data, initial={"coownership": draft.case.filed.get("terms", {}).get("coownership", "")})


# --- from what was posted ---------------------------------------------------------------------------------------


def _with(post: QueryDict, do: str) -> QueryDict:
    """What was posted, with a buyer added or taken away; places close up."""
    data = post.copy()
    count = _count(post)
    if do == "add" and count < MOST:
        data[f"buyer-{count}-origin"] = "typed"
        data["buyers"] = str(count + 1)
    elif do.startswith("remove-") and count > 1:
        gone = int(do[7:]) if do[7:].isdigit() else -1
        places = [n for n in range(count) if n != gone]
        for name in [k for k in data if k.startswith("buyer-")]:
            del data[name]
        for new, old in enumerate(places):
            for name, value in post.items():
                if name.startswith(f"buyer-{old}-"):
                    data[f"buyer-{new}-{name.removeprefix(f'buyer-{old}-')}"] = str(value)
        data["buyers"] = str(len(places))
    return data


def _count(data: QueryDict) -> int:
    text = data.get("buyers", "1")
    return max(1, min(int(text), MOST)) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def posted(draft: Draft, filing: Filing | None, data: QueryDict) -> Page:
    """The page as it was posted. Nothing is judged until asked."""
    takers = []
    if draft.journey.asked:
        takers = [
            _taker(draft, filing, n, {"origin": data.get(f"buyer-{n}-origin", "typed")}, data)
            for n in range(_count(data))
        ]
    return Page(draft, _groups(draft, filing, data), takers, _shares(draft, data), filing)


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
    organisation = organisation_of(draft.actor)
    if draft.journey.us is not None and organisation is not None:
        people.append(filing_party(draft.journey.us.key, organisation))
    people += [_taker_party(form, numerator(form)) for form in page.takers]
    if draft.journey.as_land:
        right, _ = holders_of(draft, draft.journey.as_land)
        coownership, denominator = (right.coownership, right.share_denominator) if right else ("", None)
    coownership = coownership or ("sole" if len(page.takers) < 2 else "joint")
    save_parties(
        actor=draft.actor,
        docket_id=draft.case.pk,
        parties=people,
        coownership=coownership,
        share_denominator=denominator,
        version=version_of(request),
    )
    return []


def _from_book(page: Page, numerator: Callable[[Placed], int | None]) -> list[PartyIn]:
    draft = page.draft
    organisation = organisation_of(draft.actor)
    own = crypto.index(organisation.uscc) if organisation is not None else ""
    found = []
    for group in page.groups:
        for n, holder in enumerate(group.holders):
            form = group.forms[n] if group.forms else None
            role = (form.role if form else None) or group.roles[0]
            as_land = role is draft.journey.as_land
            found.append(
                PartyIn(
                    role=role.key,
                    name=holder.name,
                    document_kind=holder.document_kind,
                    number=crypto.decrypt(holder.number_cipher, HOLDER_NUMBER),
                    phone=form.cleaned_data.get("phone", "") if form else "",
                    share_numerator=holder.share_numerator if as_land else numerator(form) if form else None,
                    organisation_id=organisation.pk if organisation and holder.number_index == own else None,
                    source="register",
                )
            )
    return found


def _taker_party(form: TakerForm, share: int | None) -> PartyIn:
    data, known = form.cleaned_data, form.known
    authority = data.get("agent_authority") or ""
    return PartyIn(
        role=form.role.key if form.role else "",
        name=known["name"] if known else data["name"],
        document_kind=known["document_kind"] if known else data["document_kind"],
        number=known["number"] if known else data["number"],
        phone=data["phone"],
        share_numerator=share,
        source=known["source"] if known else "typed",
        agent_name=data["agent_name"] if authority else "",
        agent_number=data["agent_number"] if authority else "",
        agent_authority=authority,
    )


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
        "shares": page.shares,
        # Who takes alone still names a share where an owner may keep the rest.
        "asks_share": page.shares is not None
        and (len(page.takers) > 1 or any(r.shares for g in page.groups for r in g.roles)),
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
