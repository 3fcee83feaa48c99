"""Unusual orders of events, each on the book that the one before leaves: what an office meets once a year."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from dengbu.register.effects import End, Lift, Restrict
from dengbu.register.rules import UnitBook
from dengbu.register.successive import after
from tests.catalog import made_up, passing
from tests.catalog.noticed import (
    BANK,
    BANK2,
    BUILDER,
    LI,
    LOAN,
    NOW,
    UNIT,
    WANG,
    ZHAO,
    about,
    contract,
    filed,
    index,
    made,
    notice,
    owned,
    party,
    presold,
    refused,
    restriction,
    right,
)

DAY = dt.timedelta(days=1)


def entered(one: Any, the_book: UnitBook) -> UnitBook:
    """The book after this is entered, part by part."""
    books = {UNIT: the_book}
    for part in one.registrations():
        assert part.judge(books, NOW).refusals == ()
        books = after(books, part.effects(books, NOW), NOW)
    return books[UNIT]


def sale(seller: str, buyer: str, *more: Any, code: str = "P20", **said: Any) -> Any:
    people = (party("seller", seller), party("buyer", buyer), *more)
    return filed(code, *people, contract=contract(seller, buyer), **said)


def test_who_holds_the_notice_of_a_home_that_is_seized_afterwards_waits_like_everybody() -> None:
    """民法典 221 keeps out what the owner does, not what a court orders; a seizure that is over stops him no more."""
    noted = entered(sale(LI, WANG), owned())
    sealed = replace(noted, restrictions=(restriction("seizure"),))
    buys = sale(LI, WANG, party("mortgagee", BANK), code="C01", terms=LOAN)
    assert refused(buys, sealed) == {"R_SEAL"}
    over = replace(sealed, restrictions=(replace(sealed.restrictions[0], until_at=NOW),))
    bought = entered(buys, over)
    assert [h.name for h in bought.ownership.holders] == ["WANG"] and not bought.notices  # type: ignore[union-attr]


def test_a_preseized_buyer_gives_up_his_notice_only_with_the_court_and_the_next_one_is_kept_out() -> None:
    preseized = replace(restriction("preseizure"), party_index=index(WANG))
    the_book = presold(target := notice("presale", WANG), restrictions=(preseized,))
    gives_up = filed("D08", terms=about(target))
    assert refused(gives_up, the_book) == {"R_PRESEAL"}
    assert refused(sale(BUILDER, ZHAO, code="D06"), replace(the_book, rights=())) == {"R_PRESEAL"}
    with_court = filed("D08", terms=about(target), evidence=frozenset({"COURTCONS"}))
    assert [e.right for e in made(with_court, the_book) if isinstance(e, End)] == [target.public_id]


def test_an_old_mortgage_that_was_never_cancelled_stays_in_front_through_the_next_sale() -> None:
    """带押过户, 抵押分段 (corrections 15 ②), and nobody comes for the old one."""
    old = right("mortgage", BANK, **LOAN)
    staged = filed("C02", terms={**about(old), **LOAN, "mode": "staged"})
    of_wang = entered(staged, owned(old))
    assert [m.rank for m in of_wang.mortgages] == [1, 2]
    again = sale(WANG, ZHAO, party("mortgagee", BANK), code="C01", terms=LOAN)
    of_zhao = entered(again, of_wang)
    assert [(m.rank, m.holders[0].name) for m in of_zhao.mortgages] == [
        (1, "BANK"),
        (2, "BANK2"),
        (3, "BANK"),
    ]


def test_a_residence_right_and_an_easement_outlive_sale_and_mortgage() -> None:
    lives, passes = right("residence", ZHAO, part="整套住宅"), right("easement", BANK2, content="通行")
    bought = entered(sale(LI, WANG, party("mortgagee", BANK), code="C01", terms=LOAN), owned(lives, passes))
    assert {r.kind for r in bought.rights} == {"house_ownership", "mortgage", "residence", "easement"}
    assert bought.right(lives.public_id) == lives and bought.right(passes.public_id) == passes


def test_a_bank_that_noted_first_ranks_first_although_another_mortgage_was_entered_before() -> None:
    """担保解释 52; corrections 24: noted, then another mortgage entered, then converted."""
    noted = notice("presale_mortgage", BANK, rank=1, **LOAN)
    people = (party("seller", LI), party("buyer", WANG), party("mortgagee", BANK2))
    bought = entered(
        filed("C01", *people, terms=LOAN, contract=contract(LI), evidence=frozenset({"MTGEECONS"})),
        owned(noted),
    )
    assert [(m.rank, m.holders[0].name) for m in bought.mortgages] == [(2, "BANK2")]
    turned = entered(filed("B09", terms=about(noted)), bought)
    assert [(m.rank, m.holders[0].name) for m in turned.mortgages] == [(1, "BANK"), (2, "BANK2")]


@pytest.mark.parametrize(("share_of", "stops"), [("OTHER", set()), ("LI", {"R_SEAL"}), ("", {"R_SEAL"})])
def test_a_share_is_sold_beside_a_seized_one_and_never_the_seized_one(share_of: str, stops: set[str]) -> None:
    """corrections 7."""
    title = passing.shared((made_up.LI, 1), (made_up.OTHER, 2), of=3)
    the_book = passing.home(
        "P06", title=title, restrictions=(made_up.restriction("seizure", share_of=share_of),)
    )
    people = (
        made_up.party("transferor", made_up.LI),
        made_up.party("transferee", made_up.WANG, share_numerator=1),
        made_up.party("coowner", made_up.OTHER, share_numerator=2),
    )
    held = {"coownership": "by_share", "share_denominator": 3}
    assert made_up.refused(passing.filed("P06", *people, terms=held), the_book) == stops


def test_a_judicial_sale_with_three_courts_waiting_and_two_mortgages_is_one_entry() -> None:
    """corrections 18: its own seizure and all the order ends are gone, what it keeps stands, in order."""
    first = made_up.restriction("seizure", made_up.NOW + 90 * DAY)
    waiting = [
        made_up.restriction("waiting_seizure", None, authority=f"法院{n}", document_no=f"轮{n}", position=n,
                            term_months=12, from_at=None)
        for n in (1, 2, 3)
    ]  # fmt: skip
    loans = [made_up.right("mortgage", made_up.BANK, rank=n) for n in (1, 2)]
    the_book = passing.home("S05", *loans, restrictions=(first, *waiting))
    said = {"ends_mortgages": True, "keeps_mortgages": "2", "ends_waiting": True, "keeps_waiting": "轮2\n轮3"}
    effects = made_up.made(passing.filed("S05", terms=said), the_book)
    assert {e.right for e in effects if isinstance(e, End)} == {
        the_book.ownership.public_id,  # type: ignore[union-attr]
        loans[0].public_id,
    }
    lifted = {e.restriction: e.reason for e in effects if isinstance(e, Lift)}
    assert lifted.keys() == {r.public_id for r in (first, waiting[0], waiting[1])}
    (anew,) = (e for e in effects if isinstance(e, Restrict))
    assert (anew.kind, anew.document_no, lifted[waiting[1].public_id]) == ("seizure", "轮2", "promoted")


@pytest.mark.parametrize(("until", "told"), [(made_up.NOW + DAY, False), (made_up.NOW, True)])
def test_the_officer_is_told_where_the_selling_courts_own_seizure_was_over(
    until: dt.datetime, told: bool
) -> None:
    """Whoever waited is first by then (corrections 8); what the order says is entered all the same (corrections 2)."""
    line = (
        made_up.restriction("seizure", until),
        made_up.restriction("waiting_seizure", authority="别的法院"),
    )
    the_book = passing.home("S05", restrictions=line)
    judged = passing.filed("S05", terms={"ends_waiting": True}).judge({UNIT: the_book}, made_up.NOW)
    assert judged.refusals == () and ("O_OWN_SEIZURE_OVER" in {w.code for w in judged.warnings}) is told
