"""The right to live in another's home: where it may stand, who applies, when it ends."""

from __future__ import annotations

from typing import Any

import pytest

from dengbu.catalog.registrations import RegistrationType
from dengbu.core.vocabulary import HouseUse
from dengbu.register.effects import End, Grant
from tests.catalog.made_up import (
    BANK,
    LI,
    OTHER,
    UNIT,
    WANG,
    book,
    made,
    party,
    refused,
    registration,
    restriction,
    right,
)

CONTRACT = {
    "basis": "contract", "term": "until", "until": "2046-11-23", "part": "整套住宅", "paid": False, "may_let": False,
}  # fmt: skip


def residence(*people: Any, evidence: tuple[str, ...] = (), **terms: Any) -> RegistrationType:
    who = people or (party("owner", LI), party("resident", WANG))
    said = {k: v for k, v in (CONTRACT | terms).items() if v is not None}
    return registration("P18", UNIT, *who, terms=said, evidence=frozenset(evidence))


def test_a_residence_right_says_who_lives_where_and_until_when() -> None:
    (one,) = made(residence(), book())
    assert isinstance(one, Grant) and one.kind == "residence" and [h.name for h in one.holders] == ["WANG"]
    assert one.terms == {**CONTRACT, "owners": ["LI"]} and one.coownership == "sole"
    (for_life,) = made(residence(term="life", until=None), book())
    assert isinstance(for_life, Grant) and "until" not in for_life.terms
    two = residence(party("owner", LI), party("resident", WANG), party("resident", OTHER))
    (together,) = made(two, book())
    assert isinstance(together, Grant) and (together.coownership, len(together.holders)) == ("joint", 2)


DWELLINGS = {"dwelling", "villa", "apartment", "dwelling_other", "residential"}


@pytest.mark.parametrize("use", HouseUse.values)
def test_only_dwellings_are_lived_in(use: str) -> None:
    expected = set() if use in DWELLINGS else {"B_NOT_DWELLING"}
    assert refused(residence(), book(use=use)) == expected


def test_by_contract_the_owner_applies_by_will_and_judgment_the_resident_alone() -> None:
    alone = (party("resident", WANG),)
    assert refused(residence(*alone), book()) == {"P_OWNER_MISSING"}
    assert refused(residence(*alone, basis="will"), book()) == set()
    assert refused(residence(*alone, basis="judgment"), book()) == set()
    kind = type(residence())
    assert kind.required_roles({"basis": "contract"}) == ("owner", "resident")
    assert kind.required_roles({"basis": "will"}) == ("resident",)


def test_all_owners_grant_it_and_nobody_grants_it_to_himself() -> None:
    two = book(title=right("house_ownership", LI, OTHER, coownership="joint"))
    assert refused(residence(), two) == {"P_OWNER_MISSING"}
    assert refused(residence(party("owner", LI), party("resident", LI)), book()) == {"P_RESIDES_IN_OWN"}
    # Found by the state machine: a right that nobody holds.
    assert refused(residence(party("owner", LI)), book()) == {"P_RESIDENT_MISSING"}
    firm = party("resident", BANK, document_kind="uscc")
    assert refused(residence(party("owner", LI), firm), book()) == {"P_RESIDENT_PERSON"}
    assert refused(residence(until="2026-11-23"), book()) == {"F_UNTIL_PAST"}


STOPS = {
    "seizure": "R_SEAL", "waiting_seizure": "R_SEAL_WAIT", "preseizure": "R_PRESEAL", "freeze": "R_FREEZE",
    "dispute": "R_DISPUTE", "illegal_building": "R_ILLEGAL",
}  # fmt: skip


@pytest.mark.parametrize("kind", STOPS)
def test_what_stops_a_residence_right(kind: str) -> None:
    every = ("HOLDCONS", "COMMIT_OBJ", "MTGEECONS", "COURTCONS")
    assert refused(residence(evidence=every), book(restrictions=(restriction(kind),))) == {STOPS[kind]}


def test_what_lets_a_residence_right_pass() -> None:
    objected = book(restrictions=(restriction("objection"),))
    assert refused(residence(), objected) == {"R_OBJ"}
    assert refused(residence(evidence=("COMMIT_OBJ",)), objected) == set()
    noticed = book(UNIT, right("advance_notice", OTHER, notice_kind="sale"))
    assert refused(residence(), noticed) == {"R_NOTICE"}
    assert refused(residence(evidence=("HOLDCONS",)), noticed) == set()
    burdened = book(
        UNIT,
        right("mortgage", BANK, transfer_limited=False),
        right("advance_notice", BANK, notice_kind="mortgage", rank=2),
        right("residence", OTHER),
        restrictions=(restriction("sale_limit"),),
    )
    assert refused(residence(), burdened) == set()
    assert refused(residence(), book(title=None)) == {"R_NOFIRST"}


# --- P19

LIVES = right("residence", WANG, basis="contract", term="until", until="2026-11-22", part="整套住宅")
FOR_LIFE = right("residence", WANG, basis="contract", term="life", part="整套住宅")


@pytest.mark.parametrize(
    ("reason", "who", "stops"),
    [
        ("over", (("resident", WANG),), set()),
        ("over", (("owner", LI),), set()),
        ("died", (("owner", LI),), set()),
        ("waived", (("resident", WANG),), set()),
        ("waived", (("owner", LI),), {"P_RESIDENT_MISSING"}),
        ("agreed", (("resident", WANG), ("owner", LI)), set()),
        ("agreed", (("resident", WANG),), {"P_OWNER_MISSING"}),
        ("judged", (("owner", LI),), set()),
        ("over", (), {"P_NOBODY_APPLIES"}),
        ("over", (("owner", OTHER),), {"P_NOT_HOLDER"}),
        ("waived", (("resident", OTHER),), {"P_NOT_HOLDER", "P_RESIDENT_MISSING"}),
    ],
)
def test_who_may_have_a_residence_right_taken_off(
    reason: str, who: tuple[tuple[str, str], ...], stops: set[str]
) -> None:
    people = [party(role, index) for role, index in who]
    one = registration("P19", UNIT, *people, terms={"reason": reason, "right": str(LIVES.public_id)})
    the_book = book(UNIT, LIVES, restrictions=(restriction("seizure"),))
    assert refused(one, the_book) == stops
    if not stops:
        assert made(one, the_book) == [End(UNIT, LIVES.public_id, reason)]


def test_a_term_that_runs_on_or_has_no_end_is_not_over() -> None:
    one = registration(
        "P19", UNIT, party("owner", LI), terms={"reason": "over", "right": str(FOR_LIFE.public_id)}
    )
    assert refused(one, book(UNIT, FOR_LIFE)) == {"B_TERM_RUNS"}
    assert refused(one, book()) == {"B_NO_RIGHT"}
