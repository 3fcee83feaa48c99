"""A mortgage on one co-owner's share (corrections 7; 民法典 298-305)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dengbu.catalog.registrations import TYPES, RegistrationType
from dengbu.catalog.registrations.places import holders_in
from dengbu.catalog.registrations.shares import rank_words
from dengbu.register.effects import End, Grant
from dengbu.register.rules import RightFact, UnitBook
from tests.catalog.made_up import (
    BANK,
    LI,
    NOW,
    OTHER,
    UNIT,
    WANG,
    book,
    holder,
    made,
    party,
    refused,
    registration,
    restriction,
    right,
)
from tests.catalog.passing import filed, shared
from tests.catalog.test_mortgages import LOAN, about, mortgage

HALVES = shared((LI, 1), (WANG, 1), of=2)
MORTGAGEE = party("mortgagee", BANK)


def on_share(*people: Any, code: str = "B01", **terms: Any) -> RegistrationType:
    """Li mortgages his half."""
    who = people or (party("mortgagor", LI, share_numerator=1), MORTGAGEE)
    said = {**LOAN, "earlier_claims": False, "covers": "share", "share_denominator": 2, **terms}
    return registration(code, UNIT, *who, terms=said)


def home(*rights: RightFact, title: RightFact = HALVES, **more: Any) -> UnitBook:
    return book(UNIT, *rights, title=title, **more)


def of(name: str, by: str = BANK, **more: Any) -> RightFact:
    """A mortgage in the book on the half of one of the two."""
    return mortgage(by, share_of=HALVES.public_id, mortgagors=[name], share="1/2", **more)


@pytest.mark.parametrize("code", ["B01", "B02"])
def test_a_co_owner_mortgages_his_own_share_alone(code: str) -> None:
    (one,) = made(on_share(code=code), home())
    assert isinstance(one, Grant)
    assert (one.share_of, one.terms["mortgagors"], one.terms["share"]) == (HALVES.public_id, ["LI"], "1/2")
    (whole,) = made(
        registration("B01", UNIT, party("mortgagor", LI), party("mortgagor", WANG), MORTGAGEE, terms=LOAN),
        home(),
    )
    assert isinstance(whole, Grant) and whole.share_of is None and "share" not in whole.terms


def test_nobody_else_is_asked_when_a_co_owner_mortgages_his_share() -> None:
    assert "co_owned" not in on_share().conditions(home(), NOW)
    assert "co_owned" in on_share(covers="whole").conditions(home(), NOW)


@pytest.mark.parametrize(
    ("title", "people", "code"),
    [
        (right("house_ownership", LI, WANG, coownership="joint"), (), "F_NO_SHARE"),
        (right("house_ownership", LI), (), "F_NO_SHARE"),
        (HALVES, ((LI, 1), (WANG, 1)), "F_ONE_SHARE"),
        (HALVES, ((OTHER, 1),), "P_NOT_OWNER"),
        (shared((LI, 1), (WANG, 2), of=3), (), "F_SHARE_CHANGED"),
        (HALVES, ((LI, None),), "F_SHARE_CHANGED"),
        (
            right(
                "house_ownership", holder(LI, 1, "LI"), holder(WANG, 1, "LI"),
                coownership="by_share", share_denominator=2,
            ),
            (),
            "F_SHARE_SAME_NAME",
        ),
    ],
)  # fmt: skip
def test_only_a_share_of_ones_own_that_the_book_has_is_mortgaged(
    title: RightFact, people: tuple[tuple[str, int | None], ...], code: str
) -> None:
    who = [party("mortgagor", p, share_numerator=n) for p, n in people]
    assert refused(on_share(*who, *([MORTGAGEE] if who else ())), home(title=title)) == {code}


def test_without_saying_so_a_co_owner_alone_mortgages_nothing() -> None:
    assert refused(on_share(covers=None), home()) == {"P_OWNER_MISSING"}
    loan_within = TYPES["B03"]
    assert not loan_within.may_cover_share


@pytest.mark.parametrize(
    "kind", ["seizure", "waiting_seizure", "preseizure", "freeze", "objection", "dispute"]
)
@pytest.mark.parametrize(("share_of", "stops"), [("WANG", False), ("LI", True), ("", True), ("ZHAO", True)])
def test_what_rests_on_the_other_share_does_not_stop_it_what_touches_this_one_does(
    kind: str, share_of: str, stops: bool
) -> None:
    """corrections 7; of a name that is nobody's nobody can say whose share is meant"""
    judgement = on_share().judge({UNIT: home(restrictions=(restriction(kind, share_of=share_of),))}, NOW)
    assert bool(judgement.refusals) is stops
    if not stops:
        assert [a.how for a in judgement.answers] == ["inform"]


def test_mortgages_of_both_shares_stand_in_one_line_of_ranks() -> None:
    (one,) = made(on_share(), home(of("WANG", OTHER)))
    assert isinstance(one, Grant) and one.rank == 2


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ((), "抵押顺位：第3顺位。"),
        ((of("LI", OTHER),), "抵押顺位：第3顺位。"),
        ((mortgage(OTHER),), "抵押顺位：第3顺位。"),
        ((of("WANG", OTHER),), "抵押顺位：第3顺位；其中1个在先的抵押权只在其他共有人的份额上，在本抵押范围内为第2顺位。"),
        (
            (of("WANG", OTHER), of("WANG", OTHER, rank=2)),
            "抵押顺位：第3顺位；其中2个在先的抵押权只在其他共有人的份额上，在本抵押范围内为第1顺位。",
        ),
        ((of("WANG", OTHER, rank=4),), "抵押顺位：第3顺位。"),
    ],
)  # fmt: skip
def test_a_proof_says_which_earlier_mortgages_do_not_touch_its_share(
    before: tuple[RightFact, ...], said: str
) -> None:
    mine = of("LI", rank=3)
    assert rank_words(home(*before, mine), mine) == said


def test_the_other_share_passes_beside_the_mortgaged_one() -> None:
    """What is entered here is judged as an imported one is: P06 of Wang's half leaves Li's mortgage alone."""
    (one,) = made(on_share(transfer_limited=True), home())
    assert isinstance(one, Grant)
    entered = right("mortgage", BANK, share_of=one.share_of, **one.terms)
    people = party("transferee", OTHER, share_numerator=1)
    said = {"coownership": "by_share", "share_denominator": 2}
    wangs = filed(
        "P06", party("transferor", WANG), people, party("coowner", LI, share_numerator=1), terms=said
    )
    lis = filed("P06", party("transferor", LI), people, party("coowner", WANG, share_numerator=1), terms=said)
    assert refused(wangs, home(entered)) == set()
    assert refused(lis, home(entered)) == {"R_MTG_LIMIT"}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("B04", {"change": "content", "new_amount_fen": 90_000_000}),
        ("B07", {"ground": "no_more", "fixed_amount_fen": 1_000, "fixed_on": "2026-11-01"}),
    ],
)
def test_who_answers_for_a_mortgaged_share_is_its_owner_alone(code: str, said: dict[str, Any]) -> None:
    old = of("LI", mortgage_kind="maximum", earlier_claims=False)
    his = about(code, old, party("mortgagor", LI), MORTGAGEE, **said)
    end, anew = made(his, home(old))
    assert isinstance(end, End) and isinstance(anew, Grant)
    assert (anew.share_of, anew.terms["mortgagors"], anew.terms["share"]) == (HALVES.public_id, ["LI"], "1/2")
    for people in ((LI, WANG), (WANG,), ()):
        others = about(code, old, *(party("mortgagor", p) for p in people), MORTGAGEE, **said)
        assert refused(others, home(old)) == {"P_SHARE_OWNER"}
    role = TYPES[code].role("mortgagor")
    assert role and [h.number_index for h in holders_in(role, home(old), old.public_id)] == [LI]
    whole = mortgage()
    assert len(holders_in(role, home(whole), whole.public_id)) == 2


def test_where_the_book_no_longer_says_whose_share_it_is_all_owners_answer() -> None:
    old = of("ZHAO")
    his = about("B04", old, party("mortgagor", LI), MORTGAGEE, change="content", new_amount_fen=90_000_000)
    assert refused(his, home(old)) == {"P_OWNER_MISSING"}


def test_a_heavier_mortgage_on_one_share_harms_nobody_on_the_other() -> None:
    old, behind = of("LI"), of("WANG", OTHER, rank=2)
    sealed = restriction("seizure", share_of="WANG")
    grown = about("B04", old, party("mortgagor", LI), MORTGAGEE, change="content", new_amount_fen=90_000_000)
    assert refused(grown, home(old, behind, restrictions=(sealed,))) == set()
    assert refused(grown, home(old, of("LI", OTHER, rank=2))) != set()
    assert refused(grown, home(old, mortgage(OTHER, rank=2))) != set()
    assert refused(grown, home(old, restrictions=(replace(sealed, share_of="LI"),))) == {"R_SEAL"}


def test_a_mortgage_on_a_share_is_passed_on_and_given_up_as_any_other() -> None:
    old = of("LI")
    _end, anew = made(
        about(
            "B05",
            old,
            party("old_bank", BANK),
            party("mortgagee", OTHER),
            claim_no="1",
            notified=True,
            part=False,
        ),
        home(old),
    )
    assert isinstance(anew, Grant) and (anew.share_of, anew.terms["share"]) == (HALVES.public_id, "1/2")
    (gone,) = made(about("B06", old, MORTGAGEE, reason="paid"), home(old))
    assert gone == End(UNIT, old.public_id, "paid")


def test_the_book_says_what_a_mortgage_covers() -> None:
    assert of("LI").share_words == "LI的1/2份额"
    assert mortgage().share_words == ""
