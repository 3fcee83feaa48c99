"""D01, D05, P21: what a first registration needs, and what it enters."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from dengbu.catalog.policy import policy_for
from dengbu.catalog.registrations import RegistrationType
from dengbu.catalog.registrations.houses import common_parts
from dengbu.catalog.registrations.periods import end_of_day
from dengbu.register import effects as fx
from dengbu.register.rules import UnitBook
from tests.catalog.made_up import (
    BANK,
    BUILDER,
    BUILDING,
    LAND,
    LI,
    NOW,
    OTHER,
    PARCEL,
    PARCEL_FACTS,
    SECOND,
    SURVEYED,
    THIRD,
    UNIT,
    WANG,
    book,
    made,
    of,
    party,
    refused,
    registration,
    restriction,
    right,
)

SURVEY = dict.fromkeys((UNIT, SECOND, THIRD, LAND), SURVEYED) | {
    PARCEL: {"location": "试验路1号", "area_m2": "1000.00"},
    BUILDING: {"name": "1号楼", "structure": "mixed", "floors": 6},
}
GRANTED: dict[str, Any] = {
    "nature": "granted", "source_no": "合同1号", "land_use": "urban_residential", "term_from": "2026-01-01",
    "term_until": "2096-01-01", "price_fen": 100_00, "price_paid": True, "coownership": "sole",
}  # fmt: skip
PROJECT: dict[str, Any] = {
    "units": [UNIT, SECOND], "project_name": "试验花园", "completed_on": "2026-10-01", "presold": True,
    "common_parts": "物业服务用房，1号楼101，85.2\n道路，小区内，1200",
    "certificate": "whole",
}  # fmt: skip
OURS = book(LAND, title=BUILDER)


def land(**terms: Any) -> RegistrationType:
    return registration("D01", LAND, party("land_user", BUILDER), terms=GRANTED | terms, surveyed=SURVEY)


def project(*, surveyed: Any = SURVEY, who: str = BUILDER, **terms: Any) -> RegistrationType:
    return registration("D05", UNIT, party("developer", who), terms=PROJECT | terms, surveyed=surveyed)


def self_built(*builders: Any, **terms: Any) -> RegistrationType:
    terms = {"completed_on": "2026-10-01", "coownership": "sole", **terms}
    return registration("P21", UNIT, *(builders or (party("builder", LI),)), terms=terms, surveyed=SURVEY)


# --- D01 ----------------------------------------------------------------------------------------------------------


def test_land_that_is_not_in_the_book_is_opened_from_the_survey() -> None:
    effects = made(land())
    opened, unit, grant = effects
    assert isinstance(opened, fx.OpenParcel) and opened.facts["right_nature"] == "granted"
    assert (opened.facts["term_until"], opened.facts["area_m2"]) == ("2096-01-01", "1000.00")
    assert isinstance(unit, fx.Open) and (unit.unit, unit.parcel, unit.building) == (LAND, PARCEL, None)
    assert isinstance(grant, fx.Grant) and (grant.kind, grant.unit) == ("land_use", LAND)
    assert grant.terms["first_registered_on"] == "2026-11-23" and grant.terms["price_fen"] == 100_00


def test_land_that_is_in_the_book_without_title_is_amended() -> None:
    effects = made(land(), book(LAND, title=None))
    assert [type(e) for e in effects] == [fx.AmendParcel, fx.Amend, fx.Grant]
    assert effects[0].facts["location"] == PARCEL_FACTS["location"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"price_paid": False}, "B_PRICE_UNPAID"),
        ({"price_paid": None}, "F_PRICE_PAID"),
        ({"price_fen": None}, "F_PRICE_FEN"),
        ({"term_until": "2025-01-01"}, "F_TERM"),
        ({"term_until": None}, "F_TERM_UNTIL"),
        ({"source_no": ""}, "F_SOURCE_NO"),
        ({"coownership": "joint"}, "F_SHARED_BY_ONE"),
    ],
)
def test_what_land_needs(terms: dict[str, Any], code: str) -> None:
    assert refused(land(**terms)) == {code}


def test_allocated_land_has_neither_price_nor_term() -> None:
    given = {"term_from": None, "term_until": None, "price_fen": None, "price_paid": None}
    assert refused(land(nature="allocated", **given)) == set()
    assert "granted_land" in land().conditions(None, NOW)
    assert "granted_land" not in land(nature="allocated").conditions(None, NOW)


def test_land_needs_its_survey_and_has_one_first_registration() -> None:
    bare = registration("D01", LAND, party("land_user", BUILDER), terms=GRANTED)
    assert refused(bare) == {"B_NO_SURVEY"}
    assert refused(land(), OURS) == {"B_HAS_TITLE"}
    assert refused(land(), replace(OURS, rights=(), housed=True)) == {"B_LAND_UNDER_HOUSE"}
    unknown = land()
    unknown.filed = replace(unknown.filed, housed=True)
    assert refused(unknown) == {"B_LAND_UNDER_HOUSE"}
    on_a_home = registration("D01", UNIT, party("land_user", BUILDER), terms=GRANTED, surveyed=SURVEY)
    assert refused(on_a_home) == {"B_NOT_LAND"}


# --- D05 ----------------------------------------------------------------------------------------------------------


def test_a_project_opens_its_units_from_the_survey_and_lists_the_common_parts() -> None:
    effects = made(project(), OURS)
    assert [e.unit for e in of(effects, fx.Open)] == [UNIT, SECOND]
    (building,) = of(effects, fx.OpenBuilding)
    assert (building.code, building.parcel, building.facts["completed_on"]) == (
        BUILDING,
        PARCEL,
        "2026-10-01",
    )
    grants = of(effects, fx.Grant)
    assert [(g.unit, g.kind) for g in grants] == [(UNIT, "house_ownership"), (SECOND, "house_ownership")]
    assert [[h.number for h in g.holders] for g in grants] == [["n-builder"]] * 2
    assert len({h.salt for g in grants for h in g.holders}) == 2, "each commitment has a salt of its own"
    (note,) = of(effects, fx.Note)
    assert (note.unit, note.kind) == (LAND, "common_parts")
    assert note.said["parts"][0] == {"name": "物业服务用房", "place": "1号楼101", "area_m2": "85.20"}
    assert not of(effects, fx.End), "the land use right stays"


def test_a_project_amends_planned_units_to_what_was_measured() -> None:
    planned = book(UNIT, title=None, facts={**SURVEYED, "area_m2": "90.00", "surveyed": False})
    effects = made(project(units=[UNIT]), OURS, planned)
    (amended,) = of(effects, fx.Amend)
    assert (amended.facts["area_m2"], amended.facts["surveyed"]) == ("90.50", True)
    assert not of(effects, fx.Open) and not of(effects, fx.OpenBuilding)
    assert of(effects, fx.AmendBuilding)[0].facts["completed_on"] == "2026-10-01"


def test_new_homes_in_a_building_of_the_book_amend_the_building() -> None:
    one = project()
    one.filed = replace(one.filed, in_book=frozenset({BUILDING}))
    effects = made(one, OURS)
    assert not of(effects, fx.OpenBuilding) and [e.code for e in of(effects, fx.AmendBuilding)] == [BUILDING]
    ground = land()
    ground.filed = replace(ground.filed, in_book=frozenset({PARCEL}))
    assert [type(e) for e in made(ground)] == [fx.AmendParcel, fx.Open, fx.Grant]


def test_the_day_the_clocks_of_ninety_days_begin_and_the_term_of_the_land_stand_on_each_title() -> None:
    """corrections 23: the 90-day start is the first registration."""
    late = dt.datetime(2026, 11, 23, 17, 0, tzinfo=dt.UTC)  # already the 24th in Shanghai
    effects = list(project().effects({LAND: OURS}, late))
    assert {g.terms["first_registered_on"] for g in of(effects, fx.Grant)} == {"2026-11-24"}
    assert {g.terms["term_until"] for g in of(effects, fx.Grant)} == {"2090-01-01"}
    assert {g.terms["nature"] for g in of(effects, fx.Grant)} == {"granted"}


def test_a_mortgage_of_works_in_progress_stays_on_its_unit() -> None:
    """corrections 4: it converts by B11 only."""
    works = right("mortgage", BANK, thing="works_in_progress")
    planned = book(UNIT, works, title=None)
    one = project(units=[UNIT])
    effects = made(one, OURS, planned)
    assert not of(effects, fx.End) and [g.kind for g in of(effects, fx.Grant)] == ["house_ownership"]
    assert "works_mortgaged" in one.conditions(planned, NOW)
    assert "works_mortgaged" not in one.conditions(book(UNIT, title=None), NOW)


def presealed(**more: Any) -> UnitBook:
    until = NOW + dt.timedelta(days=400)
    order = restriction("preseizure", until, **({"party_index": BUILDER} | more))
    return book(UNIT, title=None, restrictions=(order,))


def test_a_preseizure_of_the_party_now_registered_becomes_a_seizure_with_the_same_end() -> None:
    """corrections 3."""
    mine = presealed()
    order = mine.restrictions[0]
    effects = made(project(units=[UNIT]), OURS, mine)
    (lift,), (put,) = of(effects, fx.Lift), of(effects, fx.Restrict)
    assert lift.restriction == order.public_id
    assert (put.kind, put.until_at, put.from_at) == ("seizure", order.until_at, order.from_at)
    assert (put.authority, put.document_no, put.position) == (order.authority, order.document_no, 0)
    assert put.party is not None and put.party.number == "n-builder"


@pytest.mark.parametrize("more", [{"party_index": WANG}, {"party_index": ""}])
def test_a_preseizure_of_a_buyer_stays_until_his_transfer(more: dict[str, str]) -> None:
    """corrections 3: on a buyer it stays until D09."""
    effects = made(project(units=[UNIT]), OURS, presealed(**more))
    assert not of(effects, fx.Lift) and not of(effects, fx.Restrict)


def test_a_preseizure_that_is_over_is_not_converted() -> None:
    effects = made(project(units=[UNIT]), OURS, presealed(until_at=NOW - dt.timedelta(minutes=1)))
    assert not of(effects, fx.Restrict)


def test_preseizures_in_line_become_a_seizure_and_those_who_wait() -> None:
    until = NOW + dt.timedelta(days=400)
    first = restriction("preseizure", until, party_index=BUILDER, document_no="一")
    waits = restriction(
        "waiting_preseizure", None, party_index=BUILDER, from_at=None, position=1, document_no="二"
    )
    mine = book(UNIT, title=None, restrictions=(waits, first))
    put = of(made(project(units=[UNIT]), OURS, mine), fx.Restrict)
    assert [(r.document_no, r.kind, r.position) for r in put] == [
        ("一", "seizure", 0),
        ("二", "waiting_seizure", 1),
    ]


def test_a_preseizure_that_waited_for_one_that_is_over_has_its_own_term_from_now_on() -> None:
    """A seizure without an end would stand for ever."""
    over = restriction("preseizure", NOW - dt.timedelta(days=1), party_index=BUILDER)
    waits = restriction(
        "waiting_preseizure", None, party_index=BUILDER, from_at=None, position=1, term_months=12
    )
    mine = book(UNIT, title=None, restrictions=(over, waits))
    (put,) = of(made(project(units=[UNIT]), OURS, mine), fx.Restrict)
    assert (put.kind, put.from_at, put.until_at) == ("seizure", NOW, end_of_day(dt.date(2027, 11, 23)))


def test_a_preseizure_queues_behind_a_seizure_that_stands() -> None:
    order = presealed().restrictions[0]
    mine = book(UNIT, title=None, restrictions=(restriction("seizure"), order))
    (put,) = of(made(project(units=[UNIT]), OURS, mine), fx.Restrict)
    assert (put.kind, put.position) == ("waiting_seizure", 1)


@pytest.mark.parametrize(
    ("change", "books", "code"),
    [
        ({}, (book(LAND, title=None),), "B_NO_LAND"),
        ({"who": OTHER}, (OURS,), "P_NOT_LAND_HOLDER"),
        ({}, (OURS, book(SECOND)), "B_HAS_TITLE"),
        ({"surveyed": {UNIT: SURVEYED, BUILDING: {}}}, (OURS,), "B_NO_SURVEY"),
        ({"surveyed": {UNIT: SURVEYED, SECOND: SURVEYED}}, (OURS,), "B_NO_SURVEY"),
        ({"common_parts": "物业用房 85"}, (OURS,), "F_COMMON_PARTS"),
        ({"common_parts": ""}, (OURS,), "F_COMMON_PARTS"),
        ({"project_name": ""}, (OURS,), "F_PROJECT_NAME"),
        ({"completed_on": None}, (OURS,), "F_COMPLETED_ON"),
    ],
)
def test_what_a_project_needs(change: dict[str, Any], books: tuple[UnitBook, ...], code: str) -> None:
    assert refused(project(**change), *books) == {code}


def test_a_project_on_land_that_is_not_in_the_book_is_told_to_register_the_land() -> None:
    assert "B_NO_LAND" in refused(project())


def test_one_refusal_names_all_units_that_were_registered_before() -> None:
    books = {b.code: b for b in (OURS, book(UNIT), book(SECOND))}
    found = project().judge(books, NOW).refusals
    assert (
        [r.code for r in found] == ["B_HAS_TITLE"] and UNIT in found[0].message and SECOND in found[0].message
    )


def test_an_expired_land_term_stops_a_project() -> None:
    over = replace(
        OURS, parcel={**PARCEL_FACTS, "term_until": "2020-01-01"}, rights=(right("land_use", BUILDER),)
    )
    assert refused(project(), over) == {"R_EXPIRED"}


@pytest.mark.parametrize(
    ("text", "names", "wrong"),
    [
        ("无", [], ""),
        ("道路，小区，12", ["道路"], ""),
        ("道路,小区,12\n\n绿地，小区，3.5㎡", ["道路", "绿地"], ""),
        ("道路，小区，许多", [], "道路,小区,许多"),
        ("道路，小区，-1", [], "道路,小区,-1"),
        ("道路，小区", [], "道路,小区"),
        ("道路，小区，NaN", [], "道路,小区,NaN"),
    ],
)
def test_common_parts_are_read_line_by_line(text: str, names: list[str], wrong: str) -> None:
    parts, line = common_parts(text)
    assert ([p["name"] for p in parts], line) == (names, wrong)


def test_a_project_is_seen_on_the_spot_by_two_reviewers() -> None:
    policy = policy_for("D05", NOW.date())
    assert (policy.site_visit, policy.reviews) == ("required", 2)
    assert {i.code for i in policy.checklist_for({"developer_applies"}) if i.when != "optional"} == {
        "APP", "ID", "CERT", "PLANPERM", "PLANOK", "COMPL", "HSURVEY", "COMMON",
    }  # fmt: skip
    assert {i.code for i in policy.checklist_for({"taxes_due", "presold", "works_mortgaged", "agent"})} >= {
        "LANDPAY", "PRELIC", "ZM", "POA",
    }  # fmt: skip


# --- P21 ----------------------------------------------------------------------------------------------------------


def test_the_land_page_ends_where_a_self_built_house_is_registered() -> None:
    ground = book(LAND, title=LI)
    effects = made(self_built(), ground)
    (end,), (grant,) = of(effects, fx.End), of(effects, fx.Grant)
    assert ground.land_use is not None
    assert (end.unit, end.right) == (LAND, ground.land_use.public_id)
    assert (grant.unit, grant.kind, grant.terms["term_until"]) == (UNIT, "house_ownership", "2090-01-01")
    assert set(self_built().unit_codes) == {UNIT, LAND}, "the land is locked too"


def test_a_land_page_that_is_burdened_does_not_end_under_its_mortgage() -> None:
    """Found by the state machine: the mortgage of the land would rest on nothing (民法典 397)."""
    ground = book(LAND, right("mortgage", BANK, transfer_limited=False), title=LI)
    assert refused(self_built(), ground) == {"B_LAND_BURDENED"}


def test_builders_who_hold_the_land_together_are_all_registered() -> None:
    ground = book(LAND, title=right("land_use", LI, WANG))
    assert refused(self_built(), ground) == {"P_NOT_LAND_HOLDER"}
    both = (party("builder", LI), party("builder", WANG))
    assert refused(self_built(*both, coownership="joint"), ground) == set()
    assert refused(self_built(*both, coownership="sole"), ground) == {"F_SOLE_OF_MANY"}


def test_houses_on_two_parcels_are_applied_for_apart() -> None:
    far = "410106009001GB00002F00010001"
    one = self_built(units=[far])
    survey = {**SURVEY, far: SURVEYED, far[:24]: SURVEY[BUILDING]}
    one.filed = replace(one.filed, surveyed=survey)
    ground, beyond = book(LAND, title=LI), book("410106009001GB00002W00000000", title=LI)
    assert refused(one, ground, beyond) == {"F_TWO_PARCELS"}


def test_all_houses_on_a_parcel_are_registered_together() -> None:
    effects = made(self_built(units=[SECOND]), book(LAND, title=LI))
    assert [g.unit for g in of(effects, fx.Grant)] == [UNIT, SECOND] and len(of(effects, fx.End)) == 1
