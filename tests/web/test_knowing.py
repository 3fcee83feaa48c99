"""Who reads which name and amount while applying: one rule, whatever the page."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from dengbu.cases.models import Case, CaseParty
from dengbu.cases.queries.portal import OwnCase
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.register.rules import RightFact, UnitBook
from dengbu.web.filing.knowing import concerns, holder_name, names_open, own_indexes, reads
from tests.catalog.noticed import BANK, BANK2, BUILDER, LI, WANG, ZHAO, index, notice, owned, presold, right

WORKS = right("mortgage", BANK, thing="works_in_progress", amount_fen=100)
LOAN = right("mortgage", BANK, amount_fen=100)
PRESALE = notice("presale", LI)
LENT = notice("presale_mortgage", BANK, linked=str(PRESALE.public_id))
UNBUILT, HOME = presold(WORKS, PRESALE, LENT), owned(LOAN)


@pytest.mark.parametrize(
    ("book", "one", "who", "knows"),
    [
        (UNBUILT, WORKS, BUILDER, True),  # the developer's own works: by its land, for nobody owns the house
        (UNBUILT, WORKS, BANK, True),
        (UNBUILT, WORKS, LI, False),
        (UNBUILT, PRESALE, BUILDER, True),
        (UNBUILT, PRESALE, WANG, False),
        (UNBUILT, LENT, LI, True),  # the loan rests on the buyer's notice
        (UNBUILT, LENT, BUILDER, False),
        (HOME, LOAN, LI, True),
        (HOME, LOAN, BANK2, False),
        (HOME, LOAN, BUILDER, False),  # who only has the land under sold homes
    ],
)
def test_who_stands_on_either_side_of_a_right_reads_it(
    book: UnitBook, one: RightFact, who: str, knows: bool
) -> None:
    assert concerns(one, book, frozenset({index(who)})) is knows


@pytest.mark.parametrize(
    ("book", "who", "names"),
    [
        (UNBUILT, BUILDER, {LI, BANK, BUILDER}),  # the developer reads whose notice binds it
        (UNBUILT, WANG, {WANG}),
        (HOME, BANK, {BANK, LI}),
        (HOME, BUILDER, {BUILDER}),  # whom it sold to last is no longer its business
        (owned(right("easement", ZHAO)), ZHAO, {ZHAO, LI}),
    ],
)
def test_names_are_open_to_who_stands_beside_them(book: UnitBook, who: str, names: set[str]) -> None:
    assert names_open(book, frozenset({index(who)})) == {index(n) for n in names}


def test_a_masked_name_is_masked_on_every_page_until_all_have_confirmed() -> None:
    owner = HOME.title.holders[0] if HOME.title else None
    assert owner is not None and holder_name(owner, frozenset()) != owner.name
    party = CaseParty(
        role="owner", name="LI", document_kind="resident_id", number_index="li", source="register"
    )

    def seen(state: str, seen: frozenset[str] = frozenset(), **said: str) -> bool:
        case = Case(state=state, organisation_id=None, **said)
        return reads(OwnCase(case, (party,)), Actor(key="user:1", name="许文静"), party, seen)

    assert not seen("draft") and not seen("awaiting_parties")
    assert seen("submitted") and seen("draft", frozenset({"li"}))
    party.source = "typed"
    assert seen("draft"), "who typed the name knows it"


def test_who_calls_themselves_guardian_in_a_draft_reads_nothing_of_the_childs_home() -> None:
    child = CaseParty(role="owner", number_index="li", agent_index="me", agent_authority="guardian")
    me = Actor(key="user:1", name="许文静", identity_index="me")

    def stands(state: str) -> frozenset[str]:
        return own_indexes(me, OwnCase(Case(state=state), (child,)))

    assert stands("draft") == stands("awaiting_parties") == {"me"}
    assert stands("submitted") == {"me", "li"}


@pytest.mark.parametrize(
    ("looks", "of", "knows"),
    [
        ("wang", {}, False),  # who filed reads no masked name of the register before all have confirmed
        ("wang", {"confirmed_at": clock.now()}, True),
        ("wang", {"document_kind": "uscc"}, True),  # organisations are named to everybody
        ("li", {}, True),  # who is invited is to say whether they apply with these people
        ("zhao", {}, False),
    ],
)
def test_who_is_invited_reads_all_and_who_filed_waits_for_them(
    looks: str, of: dict[str, Any], knows: bool
) -> None:
    people = {name: uuid.uuid4() for name in ("li", "wang", "zhao")}
    owner = CaseParty(role="owner", source="register", **{"document_kind": "resident_id"} | of)
    buyer = CaseParty(role="buyer", source="typed", document_kind="resident_id")
    owner.number_index, owner.person_id = "li", people["li"]
    buyer.number_index, buyer.person_id = "wang", people["wang"]
    case = Case(state="awaiting_parties", person_id=people["wang"])
    actor = Actor(key="user:1", name="许文静", person_id=people[looks], identity_index=looks)
    assert reads(OwnCase(case, (owner, buyer)), actor, owner, frozenset()) is knows


def test_what_the_window_filed_is_read_by_all_who_are_on_it() -> None:
    """They came together, each with their document."""
    owner = CaseParty(role="owner", name="LI", source="register", document_kind="resident_id")
    case = Case(state="draft", filed_for_by_staff=True)
    assert reads(OwnCase(case, (owner,)), Actor(key="user:1", name="许文静"), owner, frozenset())
