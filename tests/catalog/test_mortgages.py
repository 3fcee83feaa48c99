"""Mortgages that are more than an ordinary first one: maximum amount, works in progress, change, transfer, fixing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dengbu.catalog.registrations import RegistrationType
from dengbu.register.effects import End, Grant
from dengbu.register.rules import RightFact, UnitBook
from tests.catalog.made_up import (
    BANK,
    BUILDER,
    LAND,
    LI,
    NOW,
    OTHER,
    SECOND,
    UNIT,
    WANG,
    book,
    holder,
    made,
    of,
    party,
    refused,
    registration,
    restriction,
    right,
)

LOAN: dict[str, Any] = {
    "contract_no": "DY1", "amount_fen": 50_000_000, "debt_from": "2026-11-23", "debt_until": "2046-11-23",
    "debtor": "LI", "scope": "主债权及利息", "transfer_limited": False,
}  # fmt: skip
BANK2 = "bank2"
MORTGAGOR, MORTGAGEE = party("mortgagor", LI), party("mortgagee", BANK)


def mortgage(by: str = BANK, **more: Any) -> RightFact:
    return right("mortgage", by, **{**LOAN, "mortgage_kind": "ordinary", "thing": "land_and_house", **more})


def maximum(**more: Any) -> RightFact:
    return mortgage(mortgage_kind="maximum", debt_until="2026-11-20", earlier_claims=False, **more)


def about(
    code: str, target: RightFact, *people: Any, papers: tuple[str, ...] = (), **terms: Any
) -> RegistrationType:
    who = people or (MORTGAGOR, MORTGAGEE)
    said = {"right": str(target.public_id), **terms}
    return registration(code, UNIT, *who, terms=said, evidence=frozenset(papers))


# --- B02


def ceiling(*people: Any, **more: Any) -> RegistrationType:
    evidence = frozenset(more.pop("papers", ()))
    terms = {**LOAN, "earlier_claims": False, **more}
    return registration("B02", UNIT, *(people or (MORTGAGOR, MORTGAGEE)), terms=terms, evidence=evidence)


def test_a_maximum_mortgage_has_a_ceiling_and_a_period_in_which_claims_are_fixed() -> None:
    (one,) = made(ceiling(earlier_claims=True), book(UNIT, mortgage(OTHER)))
    assert isinstance(one, Grant) and one.rank == 2
    said = one.terms
    assert (said["mortgage_kind"], said["amount_fen"], said["earlier_claims"]) == (
        "maximum",
        50_000_000,
        True,
    )
    assert (said["debt_from"], said["debt_until"], said["thing"]) == (
        "2026-11-23",
        "2046-11-23",
        "land_and_house",
    )


def test_earlier_claims_bring_their_papers() -> None:
    assert "earlier_claims" in ceiling(earlier_claims=True).conditions(book(), NOW)
    assert "earlier_claims" not in ceiling().conditions(book(), NOW)


def test_all_owners_mortgage_and_the_land_alone_is_mortgaged_by_who_holds_it() -> None:
    two = book(title=right("house_ownership", LI, WANG, coownership="joint"))
    assert refused(ceiling(), two) == {"P_OWNER_MISSING"}
    bare = book(LAND, title=BUILDER)
    for code in ("B01", "B02"):
        terms = {**LOAN, "earlier_claims": False}
        of_a_stranger = registration(code, LAND, MORTGAGOR, MORTGAGEE, terms=terms)
        assert refused(of_a_stranger, bare) == {"P_OWNER_MISSING", "P_NOT_OWNER"}
        his = registration(code, LAND, party("mortgagor", BUILDER), MORTGAGEE, terms=terms)
        (one,) = made(his, bare)
        assert isinstance(one, Grant) and one.terms["thing"] == "land"


# --- B03


def works(*units: str, **more: Any) -> RegistrationType:
    terms = {**LOAN, "progress": "主体完工至12层", "units": list(units), **more.pop("terms", {})}
    who = more.pop("people", (party("mortgagor", BUILDER), MORTGAGEE))
    return registration("B03", UNIT, *who, terms=terms, **more)


def planned(code: str = UNIT, *rights: RightFact, **more: Any) -> UnitBook:
    return book(code, *rights, title=None, land_rights=(right("land_use", BUILDER),), **more)


def test_a_works_mortgage_stands_on_every_unit_of_its_list_with_the_rank_of_each() -> None:
    grants = of(
        made(works(SECOND), planned(), planned(SECOND, mortgage(OTHER, thing="works_in_progress"))), Grant
    )
    assert [(g.unit, g.rank, g.terms["thing"], g.terms["together"]) for g in grants] == [
        (UNIT, 1, "works_in_progress", 2), (SECOND, 2, "works_in_progress", 2),
    ]  # fmt: skip
    assert {g.instrument for g in grants} == {"DY1"}


def test_what_is_sold_kept_by_a_notice_or_finished_stays_out_of_the_list() -> None:
    kept = planned(SECOND, right("advance_notice", WANG, notice_kind="presale"))
    assert refused(works(SECOND), planned(), kept) == {"R_NOTICE"}
    sold = works(SECOND, filed_units=frozenset({SECOND}))
    assert refused(sold, planned(), planned(SECOND)) == {"R_FILED"}
    assert refused(works(SECOND), planned(), book(SECOND)) == {"B_FINISHED"}
    far = replace(planned(SECOND), parcel_code="410106009001GB00002")
    assert refused(works(SECOND), planned(), far) == {"F_OTHER_PARCEL"}


def test_who_holds_the_land_mortgages_what_stands_on_it() -> None:
    assert refused(works(people=(MORTGAGOR, MORTGAGEE)), planned()) == {"P_OWNER_MISSING", "P_NOT_OWNER"}
    assert refused(works(), book(title=None)) == {"B_NO_LAND"}


# --- B11, B12

WORKS = mortgage(thing="works_in_progress", rank=2, together=300)


def test_corrections_4_a_works_mortgage_becomes_one_of_the_house_only_by_b11_with_its_rank() -> None:
    the_book = book(UNIT, WORKS)
    end, grant = made(about("B11", WORKS, agreed=True), the_book)
    assert end == End(UNIT, WORKS.public_id, "converted")
    assert isinstance(grant, Grant) and (grant.rank, grant.replaces) == (2, WORKS.public_id)
    assert grant.terms == {**WORKS.terms, "thing": "land_and_house"}
    assert refused(about("B11", WORKS, agreed=True), planned(UNIT, WORKS)) >= {"R_NOFIRST"}
    ordinary = mortgage()
    assert refused(about("B11", ordinary, agreed=True), book(UNIT, ordinary)) == {"B_NO_RIGHT"}
    stranger = about("B11", WORKS, MORTGAGOR, party("mortgagee", BANK2), agreed=True)
    assert refused(stranger, the_book) == {"P_NOT_MORTGAGEE"}


def test_the_bank_releases_one_unit_alone() -> None:
    mine = about("B12", WORKS, MORTGAGEE, reason="waived")
    assert made(mine, planned(UNIT, WORKS)) == [End(UNIT, WORKS.public_id, "waived")]
    ordinary = mortgage()
    assert refused(about("B12", ordinary, MORTGAGEE, reason="paid"), book(UNIT, ordinary)) == {
        "B_NO_MORTGAGE"
    }
    theirs = about("B12", WORKS, party("mortgagee", BANK2), reason="paid")
    assert refused(theirs, planned(UNIT, WORKS)) == {"P_NOT_MORTGAGEE"}


# --- B04


def test_a_mortgage_is_changed_and_keeps_its_rank() -> None:
    target = mortgage(rank=2)
    end, grant = made(about("B04", target, change="content", new_amount_fen=40_000_000), book(UNIT, target))
    assert end == End(UNIT, target.public_id, "changed")
    assert isinstance(grant, Grant) and (grant.rank, grant.replaces) == (2, target.public_id)
    assert grant.terms == {**target.terms, "amount_fen": 40_000_000} and grant.holders[0].name == "BANK"


HEAVIER = ({"new_amount_fen": 50_000_001}, {"new_debt_until": "2046-11-24"}, {"new_scope": "主债权、违约金"})
LIGHTER = (
    {"new_amount_fen": 49_000_000},
    {"new_debt_until": "2040-11-23"},
    {"new_limited": True},
    {"new_debtor": "WANG"},
)


@pytest.mark.parametrize("terms", HEAVIER, ids=str)
def test_corrections_17_a_heavier_burden_is_refused_under_a_seizure(terms: dict[str, Any]) -> None:
    target = mortgage()
    one = about("B04", target, change="content", papers=("COURTCONS",), **terms)
    for kind, code in (
        ("seizure", "R_SEAL"),
        ("waiting_seizure", "R_SEAL_WAIT"),
        ("preseizure", "R_PRESEAL"),
    ):
        assert refused(one, book(UNIT, target, restrictions=(restriction(kind),))) == {code}
    assert refused(one, book(UNIT, target)) == set()


@pytest.mark.parametrize("terms", LIGHTER, ids=str)
def test_corrections_17_a_lighter_one_and_a_name_are_only_told(terms: dict[str, Any]) -> None:
    target = mortgage()
    the_book = book(UNIT, target, restrictions=(restriction("seizure"),))
    for one in (
        about("B04", target, change="content", **terms),
        about("B04", target, MORTGAGEE, change="name", whose="mortgagee"),
    ):
        judged = one.judge({UNIT: the_book}, NOW)
        assert judged.refusals == () and [w.code for w in judged.warnings] == ["R_SEAL"]


@pytest.mark.parametrize("terms", HEAVIER, ids=str)
def test_a_heavier_burden_needs_the_consent_of_those_behind_it(terms: dict[str, Any]) -> None:
    before, target, behind = mortgage(OTHER), mortgage(rank=2), mortgage(BANK2, rank=3)
    the_book = book(UNIT, before, target, behind)
    one = about("B04", target, change="content", **terms)
    assert refused(one, the_book) == {"R_MTG"} and "others_harmed" in one.conditions(the_book, NOW)
    agreed = about("B04", target, change="content", papers=("OTHMTG",), **terms)
    assert [a.obstacle for a in agreed.judge({UNIT: the_book}, NOW).answers if a.evidence == "OTHMTG"] == [
        behind.public_id
    ]
    assert refused(one, book(UNIT, before, target)) == set(), "who stands before it is not touched"


def test_two_mortgages_change_places_and_those_between_agree() -> None:
    first, between, last = mortgage(), mortgage(OTHER, rank=2), mortgage(BANK2, rank=3)
    the_book = book(UNIT, first, between, last)
    assert refused(about("B04", first, change="rank", with_rank=3), the_book) == {"R_MTG"}
    swap = about("B04", first, change="rank", with_rank=3, papers=("OTHMTG",))
    effects = made(swap, the_book)
    assert [(g.replaces, g.rank) for g in of(effects, Grant)] == [(first.public_id, 3), (last.public_id, 1)]
    forward = about("B04", last, change="rank", with_rank=1, papers=("OTHMTG",))
    agreed = [a.obstacle for a in forward.judge({UNIT: the_book}, NOW).answers if a.evidence == "OTHMTG"]
    assert {first.public_id, between.public_id} <= set(agreed), "whoever gives the place up agrees too"
    assert refused(about("B04", first, change="rank", with_rank=7, papers=("OTHMTG",)), the_book) == {
        "F_RANK"
    }


def test_a_name_changes_on_the_application_of_the_one_concerned() -> None:
    target = mortgage(mortgagors=["LI"])
    renamed = party("mortgagee", BANK, name="新名银行")
    _end, grant = made(about("B04", target, renamed, change="name", whose="mortgagee"), book(UNIT, target))
    assert isinstance(grant, Grant) and [h.name for h in grant.holders] == ["新名银行"]
    other = about("B04", target, MORTGAGEE, change="name", whose="mortgagor", new_mortgagor="李新、王丽")
    assert other.confirming == ()
    (grant,) = of(made(other, book(UNIT, target)), Grant)
    assert grant.terms["mortgagors"] == ["李新", "王丽"]


def test_a_change_that_changes_nothing_and_one_by_a_stranger_are_refused() -> None:
    target = mortgage()
    the_book = book(UNIT, target)
    assert refused(about("B04", target, change="content"), the_book) == {"F_NOTHING_CHANGES"}
    same = about("B04", target, change="content", new_amount_fen=50_000_000)
    assert refused(same, the_book) == {"F_NOTHING_CHANGES"}
    backwards = about("B04", target, change="content", new_debt_until="2020-01-01")
    assert refused(backwards, the_book) == {"F_DEBT_TERM"}
    stranger = about("B04", target, MORTGAGOR, party("mortgagee", BANK2), change="content", new_amount_fen=1)
    assert refused(stranger, the_book) == {"P_NOT_MORTGAGEE"}
    alone = about("B04", target, MORTGAGEE, change="content", new_amount_fen=1)
    assert refused(alone, the_book) == {"P_OWNER_MISSING"}


# --- B05

SOLD: dict[str, Any] = {"claim_no": "ZR1", "notified": True, "part": False}
BANKS = (party("old_bank", BANK), party("mortgagee", BANK2))


def test_the_mortgage_follows_the_claim_with_its_rank() -> None:
    target = mortgage(rank=3)
    end, grant = made(
        about("B05", target, *BANKS, **SOLD), book(UNIT, target, restrictions=(restriction("seizure"),))
    )
    assert end == End(UNIT, target.public_id, "transferred")
    assert isinstance(grant, Grant) and [h.name for h in grant.holders] == ["BANK2"]
    assert (grant.rank, grant.terms) == (3, target.terms)


def test_part_of_a_claim_takes_its_share_of_the_mortgage() -> None:
    target = mortgage()
    (grant,) = of(
        made(
            about("B05", target, *BANKS, **SOLD | {"part": True, "part_fen": 20_000_000}), book(UNIT, target)
        ),
        Grant,
    )
    assert (grant.coownership, grant.share_denominator) == ("by_share", 5)
    assert [(h.name, h.share_numerator) for h in grant.holders] == [("BANK", 3), ("BANK2", 2)]
    too_much = about("B05", target, *BANKS, **SOLD | {"part": True, "part_fen": 50_000_000})
    assert refused(too_much, book(UNIT, target)) == {"F_PART_TOO_LARGE"}


@pytest.mark.parametrize(
    ("new", "said", "after"),
    [
        (BANK2, {}, (None, [("BANK2", None)])),  # the other of the two takes over the whole
        (OTHER, {}, (None, [("OTHER", None)])),
        (BANK2, {"part": True, "part_fen": 25_000_000}, (10, [("BANK", 3), ("BANK2", 7)])),
        (OTHER, {"part": True, "part_fen": 25_000_000}, (10, [("BANK", 3), ("BANK2", 2), ("OTHER", 5)])),
    ],
)
def test_a_mortgage_that_two_banks_share_passes_whole_or_in_proportion(
    new: str, said: dict[str, Any], after: tuple[int | None, list[tuple[str, int | None]]]
) -> None:
    shares = (holder(BANK, 3), holder(BANK2, 2))
    shared = replace(mortgage(), holders=shares, coownership="by_share", share_denominator=5)
    sold = about(
        "B05",
        shared,
        party("old_bank", BANK),
        party("old_bank", BANK2),
        party("mortgagee", new),
        **SOLD | said,
    )
    assert refused(sold, book(UNIT, shared)) == set()
    (grant,) = of(made(sold, book(UNIT, shared)), Grant)
    assert (grant.share_denominator, [(h.name, h.share_numerator) for h in grant.holders]) == after
    assert grant.coownership == ("by_share" if after[0] else "sole")


def test_a_maximum_mortgage_follows_the_whole_claim_or_none_before_it_is_fixed() -> None:
    part = SOLD | {"part": True, "part_fen": 1}
    running, fixed = maximum(), maximum(fixed_amount_fen=30_000_000)
    assert refused(about("B05", running, *BANKS, **part), book(UNIT, running)) == {"B_PART_OF_MAXIMUM"}
    assert refused(about("B05", running, *BANKS, **SOLD), book(UNIT, running)) == set()
    assert refused(about("B05", fixed, *BANKS, **part), book(UNIT, fixed)) == set()


def test_of_a_fixed_maximum_mortgage_the_sum_that_was_fixed_is_shared_not_the_ceiling() -> None:
    fixed = maximum(fixed_amount_fen=30_000_000)
    assert fixed.terms["amount_fen"] > 30_000_000
    half = about("B05", fixed, *BANKS, **SOLD | {"part": True, "part_fen": 15_000_000})
    (grant,) = of(made(half, book(UNIT, fixed)), Grant)
    assert [(h.share_numerator, grant.share_denominator) for h in grant.holders] == [(1, 2), (1, 2)]
    whole = about("B05", fixed, *BANKS, **SOLD | {"part": True, "part_fen": 30_000_000})
    assert refused(whole, book(UNIT, fixed)) == {"F_PART_TOO_LARGE"}


def test_who_sells_a_claim_has_it_and_the_debtor_knows() -> None:
    target = mortgage()
    the_book = book(UNIT, target)
    strangers = (party("old_bank", OTHER), party("mortgagee", BANK2))
    assert refused(about("B05", target, *strangers, **SOLD), the_book) == {"P_NOT_MORTGAGEE"}
    assert refused(about("B05", target, *BANKS, **SOLD | {"notified": False}), the_book) == {
        "B_DEBTOR_NOT_TOLD"
    }
    to_itself = (party("old_bank", BANK), MORTGAGEE)
    assert refused(about("B05", target, *to_itself, **SOLD), the_book) == {"F_SAME_HOLDER"}


# --- B07

FIXED: dict[str, Any] = {"ground": "period_over", "fixed_amount_fen": 30_000_000, "fixed_on": "2026-11-21"}


def test_the_claims_of_a_maximum_mortgage_are_fixed_once() -> None:
    target = maximum(rank=2)
    end, grant = made(
        about("B07", target, **FIXED), book(UNIT, target, restrictions=(restriction("seizure"),))
    )
    assert end == End(UNIT, target.public_id, "fixed") and isinstance(grant, Grant) and grant.rank == 2
    assert grant.terms["amount_fen"] == 50_000_000, "the ceiling stays"
    assert (grant.terms["fixed_amount_fen"], grant.terms["fixed_on"]) == (30_000_000, "2026-11-21")
    again = maximum(fixed_amount_fen=1)
    assert refused(about("B07", again, **FIXED), book(UNIT, again)) == {"B_FIXED_ALREADY"}


def test_what_cannot_be_fixed() -> None:
    ordinary, running = mortgage(), replace(maximum(), terms={**maximum().terms, "debt_until": "2030-01-01"})
    assert refused(about("B07", ordinary, **FIXED | {"ground": "no_more"}), book(UNIT, ordinary)) == {
        "B_NOT_MAXIMUM"
    }
    assert refused(about("B07", running, **FIXED), book(UNIT, running)) == {"B_PERIOD_RUNS"}
    assert refused(about("B07", running, **FIXED | {"ground": "no_more"}), book(UNIT, running)) == set()
    ahead = about("B07", running, **FIXED | {"ground": "no_more", "fixed_on": "2026-11-24"})
    assert refused(ahead, book(UNIT, running)) == {"F_FIXED_ON"}
