"""The forms of the parties page, filled from the register, the contract, the account, or what was posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.http import QueryDict

from dengbu.cases.models import NUMBER_PURPOSE, PHONE_PURPOSE, CaseParty
from dengbu.catalog.licences import lending
from dengbu.catalog.registrations import Role
from dengbu.catalog.registrations.places import holders_in, right_of
from dengbu.catalog.registrations.shares import COVERS, SHARE, WHOLE
from dengbu.contracts.queries import Filing, filing_by_no, filings
from dengbu.core import clock, crypto
from dengbu.core.identifiers import is_minor
from dengbu.core.vocabulary import Client
from dengbu.parties.models import Organisation
from dengbu.parties.queries import account_of, lenders_in_force, organisation_of, with_accounts
from dengbu.register.effects import NUMBER_PURPOSE as HOLDER_NUMBER
from dengbu.register.rules import HolderFact, RightFact

from .drafts import Draft
from .knowing import holder_name, holder_number, is_organisation, names_open, own_indexes
from .party_forms import CoversForm, OwnerForm, PartnerForm, ShareForm, TakerForm, percent
from .portals import uuid_or_none
from .presenters import share_words

MOST = 20


@dataclass
class Group:
    """People who stand in one place of the register: only their phones are asked, and who is which where it matters."""

    roles: tuple[Role, ...]
    holders: tuple[HolderFact, ...]
    forms: list[OwnerForm]
    only: int | None = None  # of a mortgage on one share: whose; the others are no party

    @property
    def applying(self) -> list[tuple[HolderFact, OwnerForm | None]]:
        """Those who are on the application, each with the form that stands for them, if any."""
        places = range(len(self.holders)) if self.only is None else (self.only,)
        return [(self.holders[n], self.forms[n] if self.forms else None) for n in places]


@dataclass
class Page:
    """The forms of the page, and what they were filled from."""

    draft: Draft
    groups: list[Group]
    takers: list[TakerForm]
    partners: list[PartnerForm]
    shares: ShareForm | None
    filing: Filing | None
    covers: CoversForm | None = None

    def leave_out_the_blank(self) -> None:
        """Nobody need stand in a role that is not required: a card left empty is nobody."""
        if self.draft.journey.nobody_required:
            self.takers = [t for t in self.takers if not t.blank]
            if not self.takers:
                self.shares = None  # nor is it asked how nobody holds it

    def only_whose_share(self) -> None:
        """Of a mortgage on one co-owner's share the others are no party: their cards are not judged."""
        if self.covers is None or not self.covers.is_valid() or self.covers.cleaned_data["covers"] == WHOLE:
            return
        group = self.groups[0]
        group.only = int(self.covers.cleaned_data["covers"])
        for n, form in enumerate(group.forms):
            if n != group.only:
                form.not_judged()

    def all_valid(self) -> bool:
        judged = [form.is_valid() for form in self.forms]  # every form is judged, none is skipped
        return all(judged)

    def ask_nobody_how_they_hold(self) -> None:
        """Where nobody gets or keeps the right (a court has it cancelled), there is no way of holding it to ask for."""
        people = [*self.takers, *(f for g in self.groups for f in g.forms)]
        if not any(p.role is None or p.role.shares for p in people):
            self.shares = None

    @property
    def forms(self) -> list[Any]:
        return [
            *([self.covers] if self.covers else []),
            *(f for g in self.groups for _, f in g.applying if f is not None),
            *self.takers,
            *self.partners,
            *([self.shares] if self.shares else []),
        ]


def contract_of(draft: Draft) -> Filing | None:
    """The contract on file, when it was named in the application or the viewer is one of its parties."""
    number = draft.case.filed.get("contract", {}).get("filing_no", "")
    if number:
        found = filing_by_no(number)
        return found if found and found.unit_code == draft.case.unit_code else None
    if not draft.journey.kind.needs_contract:
        return None
    ours = {draft.actor.identity_index} - {""}
    if draft.organisation is not None:
        ours.add(crypto.index(draft.organisation.uscc))
    for filing in filings(unit_codes=[draft.case.unit_code]):
        if ours & (filing.indexes("seller") | filing.indexes("buyer")):
            return filing
    return None


# --- from what is stored ----------------------------------------------------------------------------------------


def stored(draft: Draft, filing: Filing | None) -> Page:
    """The page as it is first drawn: from the case, else from register, contract and account."""
    return Page(
        draft,
        _groups(draft, filing, None),
        _stored_takers(draft, filing),
        _partners(draft, None),
        _shares(draft, None),
        filing,
        _covers(draft, None),
    )


def holders_of(draft: Draft, role: Role) -> tuple[RightFact | None, tuple[HolderFact, ...]]:
    """The right a role's people hold in the register, and who they are."""
    book = draft.people_book
    if book is None:
        return None, ()
    target = uuid_or_none(str(draft.case.filed.get("terms", {}).get("right", "")))
    return right_of(role, book, target), holders_in(role, book, target)


def _groups(draft: Draft, filing: Filing | None, data: QueryDict | None) -> list[Group]:
    groups = []
    confirming = draft.answered.confirming
    places = [(roles, *holders_of(draft, roles[0])) for roles in draft.journey.from_book]
    accounts = with_accounts(
        h.number_index
        for roles, _, holders in places
        for h in holders
        if any(r.key in confirming for r in roles) and is_organisation(h.document_kind)
    )
    for n, (roles, right, holders) in enumerate(places):
        prefix = "owner" if n == 0 else roles[0].key
        asked = (
            len(roles) > 1
            or any(r.key in confirming or (r.shares and r.source != "land") for r in roles)
            or _by_agent(draft, roles)
        )
        forms = (
            _known(draft, filing, data, roles, right, holders, prefix, accounts) if asked and right else []
        )
        groups.append(Group(roles, holders, forms))
    return groups


def _by_agent(draft: Draft, roles: tuple[Role, ...]) -> bool:
    """Whether those who stand in the register may be acted for: people apply, not an organisation or the office."""
    applies = any(r.key not in draft.answered.absent_roles for r in roles)
    return applies and not draft.case.organisation_id and not draft.journey.by_staff


def _known(
    draft: Draft,
    filing: Filing | None,
    data: QueryDict | None,
    roles: tuple[Role, ...],
    right: RightFact,
    holders: tuple[HolderFact, ...],
    prefix: str,
    accounts: Mapping[str, Organisation],
) -> list[OwnerForm]:
    keys = {r.key for r in roles}
    saved = {p.number_index: p for p in draft.own.parties if p.role in keys}
    denominator = draft.case.filed.get("terms", {}).get("share_denominator")
    book = draft.people_book
    seen = own_indexes(draft.actor, draft.own, draft.organisation)
    seen |= names_open(book, seen) if book else frozenset()
    if filing is not None:  # the contract on file was shown already, with who sells
        seen |= right.holder_indexes
    forms = []
    for n, holder in enumerate(holders):
        me = bool(holder.number_index) and holder.number_index == draft.actor.identity_index
        party = saved.get(holder.number_index)
        phone = crypto.decrypt(party.phone_cipher, PHONE_PURPOSE) if party else ""
        if not phone and me and draft.actor.person_id:
            phone = account_of(draft.actor.person_id).phone
        number = crypto.decrypt(holder.number_cipher, HOLDER_NUMBER)
        account = accounts.get(holder.number_index)
        us = account is not None and account.pk == draft.case.organisation_id
        forms.append(
            OwnerForm(
                data,
                prefix=f"{prefix}-{n}",
                initial={
                    "phone": phone,
                    "role": party.role if party else (roles[0].key if len(holders) == 1 else ""),
                    "share": _percent(party.share_numerator if party else None, denominator),
                    **_agent_of(party),
                },
                roles=roles,
                asks_agent=_by_agent(draft, roles) and account is None,
                asks_phone=any(r.key in draft.answered.confirming for r in roles) and account is None,
                asks_share=any(r.shares and r.source != "land" for r in roles),
                holder={
                    "name": holder_name(holder, seen),
                    "number": holder_number(holder, seen),
                    "share": share_words(right, holder),
                    "me": me,
                    "us": us,
                    "account": account is not None and not us,
                    "body": is_organisation(holder.document_kind),
                    "child": holder.document_kind == "resident_id" and is_minor(number, clock.today()),
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
    listed = draft.journey.from_book and owned and owned.held_by(draft.actor.identity_index)
    # The first card is for the role that cannot be left out.
    first = next((r.key for r in draft.journey.asked if r.required), "")
    if draft.actor.person_id and not draft.journey.nobody_required and not listed:
        account = account_of(draft.actor.person_id)
        return [_taker(draft, filing, 0, {"origin": "account", "phone": account.phone, "role": first})]
    return [_taker(draft, filing, 0, {"origin": "typed", "role": first})]


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
        **_agent_of(party),
    }
    if party.source == "typed":
        initial |= {
            "name": party.name,
            "document_kind": party.document_kind,
            "number": crypto.decrypt(party.number_cipher, NUMBER_PURPOSE),
        }
    return _taker(draft, None, n, initial)


def _agent_of(party: CaseParty | None) -> dict[str, str]:
    if party is None or not party.agent_authority:
        return {}
    return {
        "agent_authority": party.agent_authority,
        "agent_name": party.agent_name,
        "agent_number": crypto.decrypt(party.agent_number_cipher, NUMBER_PURPOSE),
    }


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


def _partners(draft: Draft, data: QueryDict | None) -> list[PartnerForm]:
    """The banks to be chosen; the one that files is chosen already, unless the right it is about is its own."""
    if not draft.journey.partners:
        return []
    ours = organisation_of(draft.actor) if draft.case.client == Client.BANK else None
    known = {
        b.pk: b.name
        for b in (*lenders_in_force(clock.today(), lending(clock.today())), *([ours] if ours else []))
    }
    saved = {p.role: p.organisation_id for p in draft.own.parties}
    known_already = [h for roles in draft.journey.from_book for h in holders_of(draft, roles[0])[1]]
    if ours and any(h.number_index == ours.uscc_index for h in known_already):
        ours = None
    forms = []
    for role in draft.journey.partners:
        chosen = saved.get(role.key) or (ours.pk if ours and not draft.own.parties else "")
        forms.append(
            PartnerForm(
                data,
                prefix=role.key,
                role=role,
                banks=[(str(pk), name) for pk, name in known.items()],
                initial={"organisation": str(chosen)},
            )
        )
    return forms


def _shares(draft: Draft, data: QueryDict | None) -> ShareForm | None:
    if not draft.journey.shares:
        return None
    return ShareForm(data, initial={"coownership": draft.case.filed.get("terms", {}).get("coownership", "")})


def _covers(draft: Draft, data: QueryDict | None) -> CoversForm | None:
    """What the mortgage covers is asked where the home is held by shares: jointly nobody has one to mortgage."""
    title = draft.book.title if draft.book and draft.journey.kind.may_cover_share else None
    if title is None or title.share_denominator is None or len(title.holders) < 2:
        return None
    seen = own_indexes(draft.actor, draft.own, draft.organisation)
    seen |= names_open(draft.book, seen) if draft.book else frozenset()
    said = draft.case.filed.get("terms", {}).get(COVERS, "")
    if said == SHARE:  # whose it is stands in the list of parties
        whose = {p.number_index for p in draft.own.parties if p.role in draft.journey.kind.owner_roles}
        said = next((str(n) for n, h in enumerate(title.holders) if h.number_index in whose), "")
    shares = [
        f"只抵押{holder_name(h, seen)}的{h.share_numerator}/{title.share_denominator}份额（抵押人 {n}）"
        for n, h in enumerate(title.holders, 1)
    ]
    return CoversForm(data, shares=shares, initial={"covers": said})


# --- from what was posted ---------------------------------------------------------------------------------------


def with_change(post: QueryDict, do: str) -> QueryDict:
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
    return Page(
        draft,
        _groups(draft, filing, data),
        takers,
        _partners(draft, data),
        _shares(draft, data),
        filing,
        _covers(draft, data),
    )
