"""Who reads which name and which amount of the register while applying: one rule for every page (资料查询办法 21).

Who stands in the book on either side of a right reads who stands on the other, and its amount. Organisations are named
to everybody. Everybody else is masked until all of them have confirmed that they apply together.
"""

from __future__ import annotations

from dengbu.cases.applicants import is_self
from dengbu.cases.facts import filed
from dengbu.cases.lifecycle import State
from dengbu.cases.models import CaseParty
from dengbu.cases.queries.portal import OwnCase
from dengbu.catalog.registrations.notices import bound_by, land_title
from dengbu.core import crypto
from dengbu.core.acts import Actor
from dengbu.core.identifiers import mask_document_number, mask_name
from dengbu.core.vocabulary import DocumentKind
from dengbu.parties.models import Organisation
from dengbu.register.effects import NUMBER_PURPOSE as HOLDER_NUMBER
from dengbu.register.rules import HolderFact, RightFact, UnitBook

ALONE = (State.DRAFT, State.AWAITING)


def is_organisation(kind: str) -> bool:
    return kind in (DocumentKind.USCC, DocumentKind.ORGANISATION_CODE)


def own_indexes(
    actor: Actor, case: OwnCase | None, organisation: Organisation | None = None
) -> frozenset[str]:
    """Under which indexes the viewer stands in the book: their own, their organisation's, the parties they speak for.
    Whoever calls themselves guardian or agent in a draft has shown nobody the authority: they count once it is handed in.
    """
    mine = case.mine(actor) if case else ()
    if case and case.case.state in ALONE:
        mine = tuple(p for p in mine if is_self(p, actor))
    found = {actor.identity_index, *(p.number_index for p in mine)}
    if organisation is not None:
        found.add(crypto.index(organisation.uscc))
    return frozenset(found - {""})


def other_side(right: RightFact, book: UnitBook) -> RightFact | None:
    """The right that another stands against: who holds it is bound by a notice, has mortgaged, has granted."""
    if right.kind == "advance_notice":
        return bound_by(right, book)
    against = book.title or land_title(book)
    return against if against is not right else None


def concerns(right: RightFact, book: UnitBook, own: frozenset[str]) -> bool:
    """Whether the viewer stands on either side of a right: then its amount, its term and its number are theirs to read."""
    other = other_side(right, book)
    return bool(own & (right.holder_indexes | (other.holder_indexes if other else frozenset())))


def names_open(book: UnitBook, own: frozenset[str]) -> frozenset[str]:
    """Whose names and numbers in this book the viewer may read."""
    found = set(own)
    for land in book.land_rights:  # who holds it together; the homes on it are other people's
        found |= land.holder_indexes if own & land.holder_indexes else frozenset()
    for right in book.rights:
        if concerns(right, book, own):
            other = other_side(right, book)
            found |= right.holder_indexes | (other.holder_indexes if other else frozenset())
    return frozenset(found)


def holder_name(holder: HolderFact, seen: frozenset[str]) -> str:
    """Whole for whom the viewer may read and for organisations; masked for all others."""
    if is_organisation(holder.document_kind) or holder.number_index in seen:
        return holder.name
    return mask_name(holder.name)


def holder_number(holder: HolderFact, seen: frozenset[str]) -> str:
    if holder.number_index not in seen and not is_organisation(holder.document_kind):
        return "已隐藏"
    return mask_document_number(crypto.decrypt(holder.number_cipher, HOLDER_NUMBER))


def reads(case: OwnCase, actor: Actor, party: CaseParty, seen: frozenset[str]) -> bool:
    """Whether the viewer reads a party's name: who was taken over from the register only by `seen`, until all confirmed.

    Who is invited reads all of them: they are to say whether they apply with these people.
    """
    if party.source != "register" or is_organisation(party.document_kind) or party.number_index in seen:
        return True
    if case.case.state not in ALONE or party.confirmed_at is not None or filed(case.case, party):
        return True
    invited = any(not filed(case.case, p) for p in case.mine(actor))
    return invited or case.case.filed_for_by_staff
