"""D02, P09, P10, P11: the holders stay, the content changes."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from dengbu.catalog.policy import policy_for
from dengbu.catalog.registrations import RegistrationType
from dengbu.register import effects as fx
from dengbu.register.rules import UnitBook
from tests.catalog.made_up import (
    BANK,
    BUILDING,
    LAND,
    LI,
    NOW,
    OTHER,
    PARCEL_FACTS,
    SECOND,
    SURVEYED,
    THIRD,
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

FOURTH = f"{BUILDING}0004"
TWO = right("house_ownership", holder(LI, 3), holder(WANG, 1), coownership="by_share", share_denominator=4)
JOINT = right("house_ownership", LI, WANG)


def changed(
    code: str, *parties: Any, unit: str = UNIT, surveyed: Any = None, **terms: Any
) -> RegistrationType:
    parties = parties or (party("holder", LI),)
    return registration(code, unit, *parties, terms=terms, surveyed=surveyed or {})


def shares(grant: fx.Grant) -> list[tuple[str, str, int | None]]:
    return [(h.name, h.number, h.share_numerator) for h in grant.holders]


# --- P09 ----------------------------------------------------------------------------------------------------------


def renamed(title: Any = LI, *rest: Any, old: str = "LI", new: Any = None, who: Any = None) -> Any:
    new = new or party("renamed", LI, name="李新名")
    return changed("P09", who or party("holder", LI), new, old_name=old), book(UNIT, *rest, title=title)


def test_a_new_name_stands_in_a_new_row_that_replaces_the_old() -> None:
    one, mine = renamed()
    end, grant = made(one, mine)
    assert mine.title is not None and isinstance(end, fx.End) and isinstance(grant, fx.Grant)
    assert (end.right, grant.replaces) == (mine.title.public_id, mine.title.public_id)
    assert shares(grant) == [("李新名", "n-li", None)] and grant.terms == mine.title.terms


def test_a_co_owner_changes_her_number_and_the_other_stays_with_his_share() -> None:
    one, mine = renamed(
        TWO, old="WANG", new=party("renamed", "wang-new", name="WANG"), who=party("holder", WANG)
    )
    (grant,) = of(made(one, mine), fx.Grant)
    assert shares(grant) == [("LI", "n-li", 3), ("WANG", "n-wang-new", 1)]
    assert (grant.coownership, grant.share_denominator) == ("by_share", 4)


def test_of_two_with_one_name_the_number_that_stays_tells_who_changes() -> None:
    twins = right("house_ownership", holder("a", name="张伟"), holder("b", name="张伟"))
    one, mine = renamed(twins, old="张伟", new=party("renamed", "b", name="张新"), who=party("holder", "a"))
    (grant,) = of(made(one, mine), fx.Grant)
    assert shares(grant) == [("张伟", "n-a", None), ("张新", "n-b", None)]


def test_a_mortgage_keeps_its_page_and_the_book_notes_the_mortgagors_new_name() -> None:
    mortgage = right("mortgage", BANK, transfer_limited=False, mortgagors=["LI"])
    one, mine = renamed(
        LI, mortgage, right("mortgage", OTHER, rank=2, transfer_limited=False, mortgagors=["X"])
    )
    effects = made(one, mine)
    (note,) = of(effects, fx.Note)
    assert (note.right, note.kind, note.new_paper) == (mortgage.public_id, "renamed", False)
    assert note.said == {"what": "抵押人姓名（名称）", "was": "LI", "now": "李新名"}
    assert [e.right for e in of(effects, fx.End)] == [mine.title.public_id], "no mortgage ends"


def test_a_new_number_under_the_same_name_is_nothing_to_a_mortgage() -> None:
    mortgage = right("mortgage", BANK, transfer_limited=False, mortgagors=["LI"])
    one, mine = renamed(LI, mortgage, new=party("renamed", "li-new", name="LI"))
    assert not of(made(one, mine), fx.Note)


def test_in_a_book_that_an_entry_of_the_same_act_left_the_applicants_bring_their_numbers() -> None:
    bare = right("house_ownership", replace(holder(LI), number_cipher=""))
    (grant,) = of(made(changed("P10", change="use", new_use="office"), book(title=bare)), fx.Grant)
    assert shares(grant) == [("LI", "n-li", None)]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (renamed(old="WANG"), "B_NO_SUCH_HOLDER"),
        (renamed(new=party("renamed", LI, name="LI")), "B_NOTHING_CHANGES"),
        (renamed(who=party("holder", OTHER)), "P_NOT_OWNER"),
        (renamed(TWO, new=party("renamed", WANG)), "F_TWICE"),
        ((changed("P09", party("holder", LI), old_name="LI"), book()), "F_ONE_RENAMED"),
    ],
)
def test_what_a_new_name_needs(given: tuple[RegistrationType, UnitBook], code: str) -> None:
    assert refused(*given) == {code}


def test_one_co_owner_alone_may_have_a_name_changed() -> None:
    one, mine = renamed(JOINT)
    assert refused(one, mine) == set()


# --- P10 ----------------------------------------------------------------------------------------------------------


def test_a_new_address_amends_the_unit_and_makes_a_new_row() -> None:
    amend, end, grant = made(changed("P10", change="location", new_location="新路2号"), mine := book())
    assert isinstance(amend, fx.Amend) and amend.facts == {**SURVEYED, "location": "新路2号"}
    assert isinstance(end, fx.End) and isinstance(grant, fx.Grant) and mine.title is not None
    assert (grant.replaces, grant.terms) == (end.right, mine.title.terms)


def test_an_address_under_seizure_and_mortgage_is_only_told() -> None:
    """corrections 22."""
    mine = book(UNIT, right("mortgage", BANK, transfer_limited=True), restrictions=(restriction("seizure"),))
    one = changed("P10", change="location", new_location="新路2号")
    judged = one.judge({UNIT: mine}, NOW)
    assert not judged.refusals and {a.how for a in judged.answers} == {"inform"}
    assert refused(changed("P10", change="use", new_use="office"), mine) == {"R_SEAL", "R_MTG_LIMIT"}


def test_a_new_use_a_measured_area_and_a_longer_term() -> None:
    (use,) = of(made(changed("P10", change="use", new_use="office"), book()), fx.Amend)
    assert use.facts["use"] == "office"
    survey = {UNIT: {**SURVEYED, "area_m2": "91.20"}}
    (area,) = of(made(changed("P10", change="area", survey_no="CH1", surveyed=survey), book()), fx.Amend)
    assert area.facts["area_m2"] == "91.20"
    term = made(changed("P10", change="term", new_term_until="2120-01-01"), book())
    assert of(term, fx.Grant)[0].terms["term_until"] == "2120-01-01" and not of(term, fx.Amend)


def test_joint_owners_become_owners_by_share() -> None:
    both = (party("holder", LI, share_numerator=1), party("holder", WANG, share_numerator=2))
    terms = {"change": "coownership", "coownership": "by_share", "share_denominator": 3}
    (grant,) = of(made(changed("P10", *both, **terms), book(UNIT, title=JOINT)), fx.Grant)
    assert (grant.coownership, grant.share_denominator) == ("by_share", 3)
    assert shares(grant) == [("LI", "n-li", 1), ("WANG", "n-wang", 2)]


BOTH = (party("holder", LI), party("holder", WANG))


@pytest.mark.parametrize(
    ("one", "title", "code"),
    [
        (changed("P10", change="location", new_location=SURVEYED["location"]), LI, "B_NOTHING_CHANGES"),
        (changed("P10", change="use", new_use="dwelling"), LI, "B_NOTHING_CHANGES"),
        (changed("P10", change="term", new_term_until="2090-01-01"), LI, "B_NOTHING_CHANGES"),
        (changed("P10", *BOTH, change="coownership", coownership="joint"), JOINT, "B_NOTHING_CHANGES"),
        (changed("P10", change="area", survey_no="CH1"), LI, "B_NO_SURVEY"),
        (changed("P10", change="use", new_use="office"), JOINT, "P_OWNER_MISSING"),
        (changed("P10", party("holder", OTHER), change="use", new_use="office"), LI, "P_NOT_OWNER"),
        (changed("P10", change="term", new_term_until="2019-01-01"), LI, "F_TERM"),
        (changed("P10", new_use="office"), LI, "F_CHANGE"),
    ],
)
def test_what_a_change_needs(one: RegistrationType, title: Any, code: str) -> None:
    assert refused(one, book(UNIT, title=title)) == {code}


def test_an_address_may_be_applied_for_by_one_co_owner() -> None:
    one = changed("P10", change="location", new_location="新路2号")
    (grant,) = of(made(one, book(UNIT, title=JOINT)), fx.Grant)
    assert shares(grant) == [("LI", "n-li", None), ("WANG", "n-wang", None)], (
        "the other is kept from the book"
    )


@pytest.mark.parametrize(
    ("change", "papers"),
    [
        ("location", set()),
        ("use", {"SUPPLY"}),
        ("term", {"SUPPLY"}),
        ("area", {"HSURVEY"}),
        ("coownership", {"COOWN"}),
    ],
)
def test_the_list_has_only_what_the_change_needs(change: str, papers: set[str]) -> None:
    one = changed("P10", change=change)
    asked = policy_for("P10", NOW.date()).checklist_for(one.conditions(book(), NOW))
    assert {i.code for i in asked} == {"APP", "ID", "CERT", "NATDOC"} | papers


# --- D02 ----------------------------------------------------------------------------------------------------------


def land(change: str, *parties: Any, **terms: Any) -> RegistrationType:
    return changed("D02", *parties, unit=LAND, change=change, surveyed=terms.pop("surveyed", None), **terms)


GROUND = book(LAND, location="试验路1号")


@pytest.mark.parametrize(
    ("terms", "facts", "of_title"),
    [
        ({"change": "location", "new_location": "新路2号"}, {"location": "新路2号"}, {}),
        ({"change": "use", "new_land_use": "retail"}, {"land_use": "retail"}, {}),
        ({"change": "term", "new_term_until": "2120-01-01"}, {"term_until": "2120-01-01"},
         {"term_until": "2120-01-01"}),
        ({"change": "price", "new_price_fen": 500}, {}, {"price_fen": 500}),
        ({"change": "area", "survey_no": "CH1", "surveyed": {LAND: {**SURVEYED, "area_m2": "990.00"}}}, {"area_m2": "990.00"}, {}),
    ],
)  # fmt: skip
def test_land_changes_on_the_parcel_and_on_the_title(terms: Any, facts: Any, of_title: Any) -> None:
    effects = made(land(**terms), GROUND)
    amended = of(effects, fx.AmendParcel)
    assert [e.facts for e in amended] == ([{**PARCEL_FACTS, **facts}] if facts else [])
    (grant,) = of(effects, fx.Grant)
    assert GROUND.title is not None
    assert (grant.kind, grant.terms) == ("land_use", {**GROUND.title.terms, **of_title})


def test_a_company_with_land_changes_its_name() -> None:
    one = land("name", party("holder", LI), party("renamed", LI, name="新名公司"), old_name="LI")
    (grant,) = of(made(one, GROUND), fx.Grant)
    assert shares(grant) == [("新名公司", "n-li", None)]


def test_land_that_stays_as_it_is_needs_no_registration() -> None:
    assert refused(land("use", new_land_use="urban_residential"), GROUND) == {"B_NOTHING_CHANGES"}
    assert refused(land("price"), GROUND) == {"F_NEW_PRICE_FEN"}


@pytest.mark.parametrize(
    "price", [{"change": "price", "new_price_fen": 5}, {"change": "term", "new_term_until": "2120-01-01"}]
)
def test_what_has_no_title_is_told_so_and_nothing_breaks(price: dict[str, Any]) -> None:
    """Found by the state machine: D02 on land whose right had ended."""
    assert "R_NOFIRST" in refused(land(**price), book(LAND, title=None))
    assert "R_NOFIRST" in refused(changed("P10", **price), book(title=None))


# --- P11 ----------------------------------------------------------------------------------------------------------

SURVEY = {c: {**SURVEYED, "area_m2": "45.25"} for c in (THIRD, FOURTH)}


def split(**more: Any) -> RegistrationType:
    terms = {"way": "split", "new_units": [THIRD, FOURTH], "survey_no": "CH1"} | more.pop("terms", {})
    given = {"terms": terms, "surveyed": SURVEY, "evidence": frozenset({"HOLDCONS"})} | more
    return registration("P11", UNIT, party("holder", LI), **given)


def merge(**more: Any) -> RegistrationType:
    terms = {"way": "merge", "units": [SECOND], "new_units": [THIRD], "survey_no": "CH1"} | more.pop(
        "terms", {}
    )
    given = {"terms": terms, "surveyed": SURVEY, "evidence": frozenset({"HOLDCONS"})} | more
    return registration("P11", UNIT, party("holder", LI), **given)


def test_a_split_closes_the_unit_and_carries_its_rights_to_each_new_one() -> None:
    second = right("mortgage", OTHER, rank=2, instrument="抵2号", transfer_limited=False)
    first = right("mortgage", BANK, rank=1, instrument="抵1号", transfer_limited=False)
    mine = book(UNIT, first, second)
    effects = made(split(), mine)
    assert [(e.unit, e.from_units) for e in of(effects, fx.Open)] == [(THIRD, (UNIT,)), (FOURTH, (UNIT,))]
    assert {e.right for e in of(effects, fx.End)} == {r.public_id for r in mine.rights}
    (close,) = of(effects, fx.Close)
    assert (close.unit, close.into) == (UNIT, (THIRD, FOURTH)) and effects[-1] is close
    for unit in (THIRD, FOURTH):
        grants = [g for g in of(effects, fx.Grant) if g.unit == unit]
        assert [(g.kind, g.rank, g.instrument) for g in grants] == [
            ("house_ownership", None, ""), ("mortgage", 1, "抵1号"), ("mortgage", 2, "抵2号"),
        ]  # fmt: skip
        assert [g.replaces for g in grants] == [r.public_id for r in mine.rights]
        assert grants[1].holders[0].number == "n-bank", "the bank's number comes from the book"


def test_rights_that_name_each_other_do_so_on_the_new_units_too() -> None:
    sale = right("advance_notice", WANG, notice_kind="sale")
    loan = right("advance_notice", BANK, notice_kind="mortgage", linked=str(sale.public_id))
    title = right("house_ownership", LI)
    part = right("mortgage", OTHER, rank=1, share_of=title.public_id, transfer_limited=False)
    grants = of(made(split(), book(UNIT, sale, loan, part, title=title)), fx.Grant)
    for unit in (THIRD, FOURTH):
        by_old = {g.replaces: g for g in grants if g.unit == unit}
        assert by_old[loan.public_id].terms["linked"] == str(by_old[sale.public_id].right)
        assert by_old[part.public_id].share_of == by_old[title.public_id].right
    assert loan.terms["linked"] == str(sale.public_id), "the old row is not touched"


def test_what_is_only_told_goes_on_on_the_new_units() -> None:
    objection = restriction("objection")
    over = restriction("objection", NOW.replace(year=2025), document_no="过期")
    effects = made(split(), book(restrictions=(objection, over)))
    assert [e.restriction for e in of(effects, fx.Lift)] == [objection.public_id, over.public_id]
    assert [(e.unit, e.document_no) for e in of(effects, fx.Restrict)] == [
        (THIRD, objection.document_no), (FOURTH, objection.document_no),
    ]  # fmt: skip


def loan(rank: int = 1, bank: str = BANK, instrument: str = "抵1号") -> Any:
    return right("mortgage", bank, rank=rank, instrument=instrument, transfer_limited=False)


def test_two_units_under_the_same_mortgage_become_one() -> None:
    effects = made(merge(), book(UNIT, loan()), book(SECOND, loan()))
    assert [e.unit for e in of(effects, fx.Close)] == [UNIT, SECOND]
    assert [(g.unit, g.kind) for g in of(effects, fx.Grant)] == [
        (THIRD, "house_ownership"),
        (THIRD, "mortgage"),
    ]
    assert len(of(effects, fx.End)) == 4


@pytest.mark.parametrize(
    ("one", "books", "code"),
    [
        (merge(), (book(UNIT, loan()), book(SECOND)), "B_MERGE_BURDENS"),
        (merge(), (book(UNIT, loan()), book(SECOND, loan(rank=2))), "B_MERGE_BURDENS"),
        (merge(), (book(UNIT, loan()), book(SECOND, loan(bank=OTHER))), "B_MERGE_BURDENS"),
        (merge(terms={"units": []}), (book(),), "F_UNITS"),
        (merge(terms={"new_units": [THIRD, FOURTH]}), (book(), book(SECOND)), "F_NEW_UNITS"),
        (split(terms={"new_units": [THIRD]}), (book(),), "F_NEW_UNITS"),
        (split(surveyed={THIRD: SURVEYED}), (book(),), "B_NO_SURVEY"),
        (split(), (book(), book(THIRD)), "B_CODE_TAKEN"),
        (split(), (book(), book(THIRD, closed=True)), "B_CODE_TAKEN"),
        (split(), (book(UNIT, title=JOINT),), "P_OWNER_MISSING"),
    ],
)
def test_what_a_split_or_merge_needs(one: RegistrationType, books: tuple[UnitBook, ...], code: str) -> None:
    assert code in refused(one, *books)


def test_units_of_different_owners_cannot_be_merged() -> None:
    both = registration(
        "P11", UNIT, party("holder", LI), party("holder", WANG), surveyed=SURVEY,
        terms={"way": "merge", "units": [SECOND], "new_units": [THIRD], "survey_no": "CH1"},
    )  # fmt: skip
    assert "P_OTHER_HOLDERS" in refused(both, book(UNIT, title=JOINT), book(SECOND, title=LI))


def test_houses_of_two_buildings_are_not_one_unit() -> None:
    far = f"{UNIT[:19]}F00020001"
    survey = {**SURVEY, far: SURVEYED}
    assert "F_OTHER_PLACE" in refused(split(terms={"new_units": [THIRD, far]}, surveyed=survey), book())


def test_one_mortgagees_paper_lets_a_split_pass_and_a_seizure_does_not() -> None:
    mine = book(UNIT, loan())
    assert refused(split(evidence=frozenset()), mine) == {"R_MTG"}
    sealed = replace(mine, restrictions=(restriction("seizure"),))
    assert refused(split(), sealed) == {"R_SEAL"}


def test_no_two_rights_of_a_split_have_one_name() -> None:
    grants = of(made(split(), book(UNIT, loan())), fx.Grant)
    assert len({g.right for g in grants}) == len(grants) == 4
    assert all(isinstance(g.right, uuid.UUID) for g in grants)
