"""确认不动产: found in the register by certificate, unit code or among one's own; and, where the type is about a right or a restriction, which one."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from dengbu.cases.actions.filing import PartyIn, save_parties, save_property
from dengbu.cases.queries.portal import live_case_on
from dengbu.certificates.queries import live_for_rights, live_units
from dengbu.core import crypto, sights
from dengbu.core.identifiers import check_certificate_number, check_unit_code, normalise_number
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import RestrictionKind
from dengbu.parties.models import Organisation
from dengbu.register.queries import book_of, unit_book, units_of_holder
from dengbu.register.rules import RightFact, UnitBook

from .drafts import Draft, elsewhere, open_draft, show, version_of
from .knowing import concerns, own_indexes
from .portals import Portal, everywhere, see_other, uuid_or_none
from .presenters import book_summary, label, right_words
from .surveyed import choose_survey

NOT_FOUND = "没有查到这个证号，请核对年份和编号；2015 年前的旧证请到窗口办理"
NOT_ON_LIST = "没有查到这个证号，或者这本证现在不包括这个不动产单元，请核对后再查"
_UNIT = re.compile(r"\d{12}[A-Z]{2}\d{5}[A-Z]\d{8}")
UNIT_UNKNOWN = "登记簿上没有这个不动产单元号，请核对后再查"


def find(text: str, unit: str = "") -> tuple[str, uuid.UUID | None]:
    """What a certificate number or a unit code stands for: the unit, and the right that the certificate proves. One with
    a list of units needs the unit's code behind its number, or `unit`. Raises Refused with the field's sentence."""
    head, _, tail = text.rpartition(" ")
    if head and _UNIT.fullmatch(normalise_number(tail)):
        text, unit = head, normalise_number(tail)
    number = normalise_number(text)
    if not number:
        raise Refused(Refusal("FIND_EMPTY", "请输入不动产权证号或不动产单元号", "", "", "q"))
    if any("一" <= c <= "鿿" for c in text):  # a certificate number; a unit number has no Chinese
        refusal = check_certificate_number(text, field="q")
        if refusal:
            raise Refused(refusal)
        listed = live_units(text, unit)
        if len(listed) > 1:
            raise Refused(
                Refusal(
                    "FIND_SEVERAL_UNITS",
                    f"这本证附有清单，不止一个不动产单元，例如{listed[0].unit_code}、{listed[1].unit_code}",
                    "请在证号后面空一格，写上要办理的不动产单元号再查。",
                    "",
                    "q",
                )
            )
        if not listed:
            raise Refused(Refusal("FIND_NO_CERTIFICATE", NOT_ON_LIST if unit else NOT_FOUND, "", "", "q"))
        return listed[0].unit_code, listed[0].right_id
    refusal = check_unit_code(number, area=settings.AUTHORITY, field="q")
    if refusal:
        raise Refused(refusal)
    return number, None


@everywhere(
    "apply/<uuid:docket_id>/property/",
    name="apply.property",
    sql=11,
    unlike={"my": 9, "desk": 9},
    example="draft",
    methods=("GET", "POST"),
)
def choose(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """Find, look at the four blocks, confirm."""
    draft = open_draft(request, portal, docket_id)
    if away := elsewhere(request, draft, "property"):
        return away
    organisation = draft.organisation
    if draft.journey.on_survey:
        return choose_survey(request, draft, organisation)
    refused: Refused | None = None
    said = request.POST if request.method == "POST" else request.GET
    text, proved = said.get("q", "").strip()[:80], None
    holder = said.get("holder", "").strip()[:100] if draft.journey.by_heirs else ""
    unit = normalise_number(said.get("unit_code" if request.method == "POST" else "unit", ""))[:28]
    if text or (request.method == "GET" and "q" in request.GET):
        try:
            found, proved = find(text, unit)
            unit = unit or found
        except Refused as caught:
            refused = caught
    if request.method == "POST" and refused is None:
        try:
            _save(request, draft, unit, organisation, proved, holder)
            return see_other(draft.after(request))
        except Refused as caught:
            refused = caught
    return _page(
        request,
        draft,
        organisation,
        unit=unit or ("" if refused or "again" in request.GET else draft.case.unit_code),
        q=text,
        refused=refused,
        proved=proved,
        holder=holder,
    )


def _page(
    request: HttpRequest,
    draft: Draft,
    organisation: Organisation | None,
    *,
    unit: str,
    q: str = "",
    refused: Refused | None = None,
    proved: uuid.UUID | None = None,
    holder: str = "",
) -> HttpResponse:
    book = unit_book(unit) if unit else None
    if unit and book is None and refused is None:
        refused = Refused(Refusal("FIND_NO_UNIT", UNIT_UNKNOWN, "", "", "q"))
    context: dict[str, Any] = {
        "q": q,
        "holder": holder,
        "book": book,
        "found": None,
        "mine": [],
        "choices": [],
    }
    if book is not None:
        own = own_indexes(draft.actor, draft.own, organisation)
        rights = [r.public_id for r in book.rights]
        context["found"] = book_summary(book, live_for_rights(rights), own=own)
        context["choices"] = choices(draft, book, own, proved, holder)
        context["busy"] = _busy(draft, book)
        sights.saw("register", book.code, docket_id=draft.case.pk, purpose="申请登记")
    else:
        context["mine"] = _mine(draft, organisation)
    context["about_right"] = draft.journey.about_right
    context["by_heirs"] = draft.journey.by_heirs
    context["by_proof"] = draft.journey.by_proof
    return show(request, draft, "property", "property", context, refused=refused)


def choices(
    draft: Draft,
    book: UnitBook,
    own: frozenset[str],
    proved: uuid.UUID | None = None,
    holder: str = "",
) -> list[dict[str, str]]:
    """The rights or restrictions of the type's kinds that this viewer may act on: held by them, or on their own.

    `proved`: the right whose certificate number they brought. It opens that one right, and only where its holder
    confirms what they file (`Journey.by_proof`): nobody looks through the mortgages of another. `holder`: the name of
    the deceased, whole, as an heir gives it (`Journey.by_heirs`): it opens the right that stands in that name.
    """
    kind = draft.journey.kind

    def theirs(right: RightFact | None) -> bool:
        return bool(right and right.holder_indexes & own)

    by_desk = draft.case.filed_for_by_staff
    kept = draft.case.filed.get("terms", {}).get("right") if draft.case.unit_code == book.code else None
    brought = {str(proved), kept} if draft.journey.by_proof else set()
    found = []
    if kind.subject != "restriction":
        for right in book.rights:
            named = bool(holder) and holder in {h.name for h in right.holders}
            ours = concerns(right, book, own) or by_desk
            # Where its holder is on the case too, whoever begins names it, without what is nobody's business.
            known = named or kind.chooses_right or str(right.public_id) in brought
            if kind.may_be_about(right) and (ours or known):
                found.append({"id": str(right.public_id), "text": right_words(right, amount=ours)})
    else:
        for one in book.restrictions:
            mine = bool(one.party_index) and one.party_index in own
            if one.kind in kind.target_kinds and (mine or theirs(book.title) or by_desk):
                text = f"{label(RestrictionKind, one.kind)}，{one.document_no}"
                found.append({"id": str(one.public_id), "text": text})
    return found


def _busy(draft: Draft, book: UnitBook) -> str:
    """The number of another running case on the same unit: the draft can be kept, but not submitted yet."""
    if draft.journey.kind.subject in ("right", "restriction"):
        return ""
    number = live_case_on(book.code, draft.own.registration.conflict_class)
    return "" if number == draft.case.docket.number else number


def _mine(draft: Draft, organisation: Organisation | None) -> list[dict[str, Any]]:
    """我名下的不动产: where the viewer has a right of the kinds the type is about (first twenty)."""
    kind = draft.journey.kind
    index = crypto.index(organisation.uscc) if organisation is not None else draft.actor.identity_index
    kinds = {"right": kind.target_kinds, "land": ("land_use",)}.get(kind.subject, ("house_ownership",))
    if not index or (organisation is not None and kind.subject not in ("right", "land")):
        return []
    codes = units_of_holder(index, kinds, limit=20)
    books = book_of(codes) if codes else {}
    return [{"code": c, "book": books[c]} for c in codes if c in books]


def _save(
    request: HttpRequest,
    draft: Draft,
    unit: str,
    organisation: Organisation | None,
    proved: uuid.UUID | None,
    holder: str = "",
) -> None:
    right = uuid_or_none(request.POST.get("right", ""))
    if draft.journey.about_right:
        book = unit_book(unit)
        offered = (
            choices(draft, book, own_indexes(draft.actor, draft.own, organisation), proved, holder)
            if book
            else []
        )
        if right is None or (book and str(right) not in {c["id"] for c in offered}):
            raise Refused(Refusal("F_NO_RIGHT", f"请{draft.journey.titles['property']}", "", "", "right"))
    save_property(
        actor=draft.actor,
        docket_id=draft.case.pk,
        unit_code=unit,
        version=version_of(request),
        right=str(right) if right else "",
    )
    if not draft.journey.has_parties and organisation is not None:
        us = draft.journey.us
        parties = [filing_party(us.key, organisation)] if us else []
        save_parties(actor=draft.actor, docket_id=draft.case.pk, parties=parties)


def filing_party(role: str, organisation: Organisation) -> PartyIn:
    """The organisation that files, in its role."""
    return PartyIn(
        role=role,
        name=organisation.name,
        document_kind="uscc",
        number=organisation.uscc,
        address=organisation.address,
        organisation_id=organisation.pk,
        source="account",
    )
