"""Obstacles against the types of first registration, change, correction, new papers and extinction.

The table says what the domain data say, as corrected: what stops, what must be answered and with which paper, what is
only told. What is not named is told (INFO) or warned of.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from dengbu.catalog.registrations import TYPES, RegistrationType, Rule
from dengbu.register.rules import UnitBook, obstacles
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
    book,
    party,
    registration,
    restriction,
    right,
)

MORTGAGE = {"transfer_limited": False}
# What may stand on a unit, by the code of the obstacle it makes.
STANDING: dict[str, dict[str, Any]] = {
    "R_SEAL": {"restrictions": (restriction("seizure"),)},
    "R_SEAL_WAIT": {"restrictions": (restriction("waiting_seizure"),)},
    "R_PRESEAL": {"restrictions": (restriction("preseizure"),)},
    "R_OBJ": {"restrictions": (restriction("objection"),)},
    "R_FREEZE": {"restrictions": (restriction("freeze"),)},
    "R_DISPUTE": {"restrictions": (restriction("dispute"),)},
    "R_ILLEGAL": {"restrictions": (restriction("illegal_building"),)},
    "R_POLICY": {"restrictions": (restriction("sale_limit"),)},
    "R_MTG": {"more": (right("mortgage", BANK, **MORTGAGE),)},
    "R_MTG_LIMIT": {"more": (right("mortgage", BANK, transfer_limited=True),)},
    "R_MTG_PRE2021": {"more": (right("mortgage", BANK, entered=dt.date(2020, 1, 1)),)},
    "R_CIP": {"more": (right("mortgage", BANK, thing="works_in_progress"),)},
    "R_NOTICE": {"more": (right("advance_notice", OTHER, notice_kind="sale"),)},
    "R_NOTICE_MTG": {"more": (right("advance_notice", OTHER, notice_kind="mortgage"),)},
    "R_RES": {"more": (right("residence", OTHER),)},
    "R_EASE": {"more": (right("easement", OTHER),)},
    "R_LANDMTG": {"land_rights": (right("mortgage", BANK, **MORTGAGE),)},
    "R_EXPIRED": {"parcel": {**PARCEL_FACTS, "term_until": "2026-01-01"}},
}
B, C, T, U, W, I = "BLOCK", "CONSENT", "CONSENT_COURT", "UNDERTAKING", "WARN", "INFO"  # noqa: E741
FIRST = {
    "R_SEAL": W, "R_DISPUTE": B, "R_ILLEGAL": B, "R_FREEZE": B, "R_EXPIRED": B, "R_LANDMTG": I,
    # corrections 4: domain says CONVERT; the works-in-progress mortgage stays and converts by B11 only.
    "R_CIP": I,
    # corrections 3: converted only where the party now registered is the debtor; here the order names nobody.
    "R_PRESEAL": I,
}  # fmt: skip
CHANGE = {
    "R_SEAL": B, "R_SEAL_WAIT": B, "R_PRESEAL": B, "R_OBJ": W, "R_NOTICE": C, "R_MTG": C, "R_FREEZE": W,
    "R_MTG_LIMIT": C, "R_EASE": C, "R_RES": C, "R_DISPUTE": B,
}  # fmt: skip
ADDRESS = CHANGE | {
    "R_SEAL": I,
    "R_SEAL_WAIT": I,
    "R_PRESEAL": I,
    "R_MTG": I,
    "R_MTG_LIMIT": I,
}  # corrections 22
SOFT = {"R_SEAL": W, "R_SEAL_WAIT": W, "R_PRESEAL": W, "R_OBJ": W, "R_NOTICE": I, "R_MTG": I, "R_FREEZE": W}
END = {
    "R_SEAL": T, "R_PRESEAL": T, "R_OBJ": U, "R_NOTICE": C, "R_NOTICE_MTG": C, "R_MTG": C, "R_MTG_LIMIT": C,
    "R_EASE": C, "R_RES": C,
}  # fmt: skip
TOLD = dict.fromkeys(("R_SEAL", "R_SEAL_WAIT", "R_PRESEAL", "R_OBJ", "R_FREEZE", "R_MTG", "R_NOTICE"), I)
# A case of each type -> the domain's table for it, as corrected.
EXPECTED: dict[str, dict[str, str]] = {
    "D01": FIRST, "D05": FIRST, "P21": FIRST,
    "D02 use": CHANGE, "D02 location": ADDRESS, "D02 name": SOFT,
    "P09": SOFT, "P10 use": CHANGE, "P10 location": ADDRESS, "P11": CHANGE, "P12": SOFT,
    "P15": {"R_SEAL": W}, "P16": {"R_SEAL": W}, "B13": {"R_SEAL": W},
    "D04": END, "P17": END, "S03": TOLD, "S04": TOLD,
}  # fmt: skip
RULES = {
    B: Rule.BLOCK,
    C: Rule.CONSENT,
    T: Rule.CONSENT_COURT,
    U: Rule.UNDERTAKING,
    W: Rule.WARN,
    I: Rule.INFO,
}
PROOF = right("mortgage", BANK, **MORTGAGE)


def case(name: str, **more: Any) -> tuple[RegistrationType, UnitBook, tuple[UnitBook, ...]]:
    """A case to which nothing stands opposed, the book of its unit, and the books beside it."""
    code, _, change = name.partition(" ")
    li = party("holder", LI)
    land = book(LAND, title=BUILDER)
    survey = dict.fromkeys((UNIT, SECOND, THIRD, BUILDING, LAND, PARCEL), SURVEYED)
    correction = {"what": "floor", "right_text": "2", "proof": "测绘报告"}
    changes = {
        "change": change, "new_location": "新路2号", "new_use": "office", "new_land_use": "retail", "old_name": "LI",
    }  # fmt: skip
    lost = {"old_certificate": "证1号", "declared": True, "reason": "damaged"}
    terms: dict[str, dict[str, Any]] = {
        "D01": {"nature": "allocated", "source_no": "划1", "land_use": "retail", "coownership": "sole"},
        "D05": {"units": [UNIT], "project_name": "花园", "completed_on": "2026-10-01", "common_parts": "无", "certificate": "whole",
                "presold": True},
        "P21": {"completed_on": "2026-10-01"},
        "D02": changes, "P09": changes, "P10": changes,
        "P11": {"way": "split", "new_units": [SECOND, THIRD], "survey_no": "CH1"},
        "P12": correction | {"applies_as": "holder"},
        "S03": correction | {"wrong_on": "2026-11-23", "wrong_entry": "2026-0000001", "notified_on": "2026-09-01"},
        "P15": lost, "P16": lost, "B13": lost | {"right": str(PROOF.public_id)},
        "P17": {"reason": "destroyed"}, "D04": {"reason": "destroyed"},
        "S04": {"reason": "destroyed", "document_no": "征1"},
    }  # fmt: skip
    renamed = party("renamed", LI, name="李新名")
    parties = {
        "D01": (party("land_user", BUILDER),), "D05": (party("developer", BUILDER),),
        "P21": (party("builder", BUILDER),), "P12": (party("applicant", LI),), "B13": (party("holder", BANK),),
        "P09": (li, renamed), "D02": (li, renamed) if change == "name" else (li,), "S03": (), "S04": (),
    }.get(code, (li,))  # fmt: skip
    unit = LAND if code in ("D01", "D02", "D04") else UNIT
    mine = book(
        unit, *((PROOF,) if code == "B13" else ()), title=None if code in ("D01", "D05", "P21") else LI
    )
    beside = (land,) if unit == UNIT else ()
    return registration(code, unit, *parties, terms=terms[code], surveyed=survey, **more), mine, beside


def with_(mine: UnitBook, standing: dict[str, Any]) -> UnitBook:
    changed = {k: v for k, v in standing.items() if k != "more"}
    if "parcel" in changed:  # an expired term: nothing on the title says otherwise
        changed["rights"] = tuple(replace(r, terms={}) for r in mine.rights)
    rights = (*changed.pop("rights", mine.rights), *standing.get("more", ()))
    return replace(mine, rights=rights, **changed)


def asked(one: RegistrationType, *books: UnitBook) -> set[str]:
    return {r.code for r in one.judge({b.code: b for b in books}, NOW).refusals}


@pytest.mark.parametrize("name", list(EXPECTED))
def test_nothing_stands_against_the_plain_case(name: str) -> None:
    one, mine, beside = case(name)
    assert asked(one, mine, *beside) == set()


@pytest.mark.parametrize(
    ("name", "code"), [(name, code) for name in EXPECTED for code in EXPECTED[name]], ids=lambda v: str(v)
)
def test_a_type_answers_an_obstacle_as_the_domain_says(name: str, code: str) -> None:
    one, mine, _ = case(name)
    theirs = with_(mine, STANDING[code])
    found = [o for o in obstacles(theirs, NOW) if o.code == code]
    assert {one.rule_for(o, theirs) for o in found} == {RULES[EXPECTED[name][code]]}


PAPER = {C: "HOLDCONS", T: "COURTCONS", U: "COMMIT_OBJ"}
ANSWERED = [(name, code) for name in EXPECTED for code, word in EXPECTED[name].items()]


@pytest.mark.parametrize(("name", "code"), ANSWERED, ids=lambda v: str(v))
def test_what_stops_a_case_and_the_paper_that_lets_it_pass(name: str, code: str) -> None:
    word = EXPECTED[name][code]
    one, mine, beside = case(name)
    theirs = with_(mine, STANDING[code])
    stops = {code} if word in (B, C, T, U) else set()
    assert {c for c in asked(one, theirs, *beside) if c.startswith("R_")} == stops
    if word in PAPER:
        passing, _, _ = case(name, evidence=frozenset({PAPER[word]}))
        assert not {c for c in asked(passing, theirs, *beside) if c.startswith("R_")}
        assert PAPERS_ASKED[word] in one.conditions(theirs, NOW)
    if word == B:
        every = frozenset({"HOLDCONS", "COURTCONS", "COMMIT_OBJ", "MTGEECONS", "JOINTAPP"})
        assert code in asked(case(name, evidence=every)[0], theirs, *beside), "no paper opens the way"


PAPERS_ASKED = {C: "holder_consent", T: "authority_consent", U: "objection"}


@pytest.mark.parametrize("name", list(EXPECTED))
def test_no_other_case_may_run_on_the_unit(name: str) -> None:
    one, mine, beside = case(name, other_case=True)
    assert asked(one, mine, *beside) == {"R_PENDING"}


@pytest.mark.parametrize("name", list(EXPECTED))
def test_a_closed_unit_accepts_nothing(name: str) -> None:
    one, mine, beside = case(name)
    assert "R_INVALID" in asked(one, replace(mine, closed=True), *beside)


CHANGED = ("D02 use", "D02 location", "D02 name", "D04", "P09", "P10 use", "P11", "P17", "S03", "S04")


@pytest.mark.parametrize("name", CHANGED)
def test_what_was_never_registered_cannot_be_changed_or_ended(name: str) -> None:
    one, mine, beside = case(name)
    found = asked(one, replace(mine, rights=()), *beside)
    assert found & {"R_NOFIRST", "B_NO_TITLE"}


def test_every_type_of_the_table_is_one_of_the_office() -> None:
    mine = {name.split()[0] for name in EXPECTED}
    assert mine <= set(TYPES) and len(mine) == 15
