"""P06: a share passes, the others keep theirs (corrections 7, 26; 民法典 301-306)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dengbu.catalog.registrations import RegistrationType
from dengbu.register.effects import End, Grant
from tests.catalog.made_up import (
    BANK,
    LI,
    NOW,
    OTHER,
    UNIT,
    WANG,
    holder,
    made,
    of,
    party,
    refused,
    restriction,
    right,
)
from tests.catalog.passing import filed, home, listed, shared

HALVES = shared((LI, 1), (OTHER, 1), of=2)
BY_HALVES = {"coownership": "by_share", "share_denominator": 2}


def passed_on(*parties: Any, **more: Any) -> RegistrationType:
    """Li passes his half to Wang, the other half stays with Other."""
    who = parties or (
        party("transferor", LI),
        party("transferee", WANG, share_numerator=1),
        party("coowner", OTHER, share_numerator=1),
    )
    return filed("P06", *who, terms=BY_HALVES | more.pop("terms", {}), **more)


def test_only_the_share_that_passes_changes_hands() -> None:
    end, grant = made(passed_on(), home("P06", title=HALVES))
    assert end == End(UNIT, HALVES.public_id, "transferred")
    assert isinstance(grant, Grant) and grant.replaces == HALVES.public_id
    assert [(h.name, h.share_numerator) for h in grant.holders] == [("OTHER", 1), ("WANG", 1)]
    assert (grant.coownership, grant.share_denominator) == ("by_share", 2)
    assert grant.terms == {"term_until": "2090-01-01", "price_fen": None, "reason": SHARES}


SHARES = "共有物分割、份额转让转移登记"


@pytest.mark.parametrize("kind", ["seizure", "waiting_seizure", "freeze", "objection"])
def test_what_rests_on_another_co_owners_share_does_not_stop_ones_own(kind: str) -> None:
    """corrections 7"""
    of_other = home("P06", title=HALVES, restrictions=(restriction(kind, share_of="OTHER"),))
    of_li = home("P06", title=HALVES, restrictions=(restriction(kind, share_of="LI"),))
    judgement = passed_on().judge({UNIT: of_other}, NOW)
    assert judgement.refusals == () and [a.how for a in judgement.answers] == ["inform"]
    assert len(refused(passed_on(), of_li)) == 1


def test_a_mortgage_on_another_co_owners_share_does_not_stop_ones_own() -> None:
    """corrections 7"""
    limited = right("mortgage", BANK, transfer_limited=True, mortgagors=["OTHER"], share_of=HALVES.public_id)
    on_li = replace(limited, terms={**limited.terms, "mortgagors": ["LI"]})
    assert refused(passed_on(), home("P06", limited, title=HALVES)) == set()
    assert refused(passed_on(), home("P06", on_li, title=HALVES)) == {"R_MTG_LIMIT"}


def test_of_two_co_owners_of_one_name_nobody_says_whose_share_is_seized() -> None:
    """corrections 7"""
    same = right(
        "house_ownership", holder(OTHER, 1, "张伟"), holder(LI, 1, "张伟"),
        coownership="by_share", share_denominator=2,
    )  # fmt: skip
    the_book = home("P06", title=same, restrictions=(restriction("seizure", share_of="张伟"),))
    assert refused(passed_on(), the_book) == {"R_SEAL"}


def test_what_rests_on_the_whole_home_stops_a_share_too() -> None:
    assert refused(passed_on(), home("P06", title=HALVES, restrictions=(restriction("seizure"),))) == {
        "R_SEAL"
    }


@pytest.mark.parametrize(
    ("parties", "code"),
    [
        ((party("transferor", LI), party("transferee", WANG, share_numerator=2)), "P_OWNER_MISSING"),
        (
            (party("transferor", LI), party("transferee", WANG, share_numerator=1), party("coowner", BANK, share_numerator=1)),
            "P_NOT_OWNER",
        ),
        (
            (party("transferor", LI), party("transferee", WANG, share_numerator=1), party("coowner", OTHER, share_numerator=2)),
            "F04",
        ),
        (
            (party("transferor", LI), party("coowner", LI, share_numerator=1), party("transferee", OTHER, share_numerator=1)),
            "F_PASSES_AND_STAYS",
        ),
        (
            (party("transferor", LI, share_numerator=1), party("transferee", OTHER, share_numerator=1)),
            "F_SHARE_KEPT",
        ),
        ((party("transferor", LI), party("coowner", OTHER, share_numerator=1)), "F_NO_TAKER"),
        ((party("transferee", LI, share_numerator=1), party("transferee", OTHER, share_numerator=1)), "F_NO_CHANGE"),
    ],
)  # fmt: skip
def test_shares_that_do_not_fit_the_book_are_refused(parties: tuple[Any, ...], code: str) -> None:
    assert code in refused(passed_on(*parties), home("P06", title=HALVES))


def test_a_share_that_stays_is_the_share_in_the_book() -> None:
    terms = {"coownership": "by_share", "share_denominator": 10}
    who = (
        party("transferor", LI),
        party("transferee", WANG, share_numerator=4),
        party("coowner", OTHER, share_numerator=6),
    )
    assert refused(passed_on(*who, terms=terms), home("P06", title=HALVES)) == {"F_SHARE_CHANGED"}


def test_a_co_owner_who_takes_does_not_end_with_less() -> None:
    terms = {"coownership": "by_share", "share_denominator": 10}
    who = (
        party("transferor", LI),
        party("transferee", WANG, share_numerator=6),
        party("transferee", OTHER, share_numerator=4),
    )
    assert refused(passed_on(*who, terms=terms), home("P06", title=HALVES)) == {"F_SHARE_LESS"}


def test_a_share_beside_a_share_is_not_held_alone() -> None:
    who = (party("transferor", LI), party("transferee", WANG), party("coowner", OTHER))
    one = passed_on(*who, terms={"coownership": "joint"})
    assert refused(one, home("P06", title=HALVES)) == {"F_SHARES_NEEDED"}


def test_part_of_a_share_can_be_kept() -> None:
    terms = {"coownership": "by_share", "share_denominator": 4}
    who = (
        party("transferor", LI, share_numerator=1),
        party("transferee", WANG, share_numerator=1),
        party("coowner", OTHER, share_numerator=2),
    )
    (grant,) = of(made(passed_on(*who, terms=terms), home("P06", title=HALVES)), Grant)
    assert [(h.name, h.share_numerator) for h in grant.holders] == [("LI", 1), ("OTHER", 2), ("WANG", 1)]


def test_pre_emption_is_for_a_share_sold_to_an_outsider() -> None:
    """民法典 305-306: not among co-owners, not for a gift, not on a home of one's own."""
    the_book = home("P06", title=HALVES)
    sold = {"paid": True, "price_fen": 100}
    among = (party("transferor", LI), party("transferee", OTHER))
    assert "PREEMP" in listed(passed_on(terms=sold), the_book)
    assert "PREEMP" not in listed(passed_on(), the_book)
    assert "PREEMP" not in listed(passed_on(*among, terms={**sold, "coownership": "sole"}), the_book)
    assert "PREEMP" not in listed(filed("P06", terms=sold), home("P06"))
    all_sell = (party("transferor", LI), party("transferor", OTHER), party("transferee", WANG))
    assert "PREEMP" not in listed(passed_on(*all_sell, terms={**sold, "coownership": "sole"}), the_book)
    thirds = home("P06", title=shared((LI, 1), (OTHER, 1), (BANK, 1), of=3))
    to_other = (
        party("transferor", LI),
        party("transferee", OTHER, share_numerator=2),
        party("coowner", BANK, share_numerator=1),
    )
    assert "PREEMP" not in listed(passed_on(*to_other, terms={**sold, "share_denominator": 3}), thirds)


def test_joint_owners_who_stay_consent_to_what_the_others_pass() -> None:
    joint = home("P06", title=right("house_ownership", LI, OTHER, coownership="joint"))
    who = (party("transferor", LI), party("transferee", WANG), party("coowner", OTHER))
    assert "COOWN" in listed(filed("P06", *who, terms={"coownership": "joint"}), joint)
    assert "COOWN" not in listed(passed_on(), home("P06", title=HALVES))


def test_co_owners_part_and_one_of_them_keeps_the_home() -> None:
    joint = right("house_ownership", LI, OTHER, coownership="joint")
    who = (party("transferor", LI), party("transferor", OTHER), party("transferee", OTHER))
    terms = {"how": "partition", "paid": True, "price_fen": 40_000_000}
    (grant,) = of(made(filed("P06", *who, terms=terms), home("P06", title=joint)), Grant)
    assert [h.name for h in grant.holders] == ["OTHER"] and grant.coownership == "sole"
    assert grant.terms["price_fen"] == 40_000_000
