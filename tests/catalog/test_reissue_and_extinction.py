"""P15, P16, B13: new papers. P17, D04, S04: a title ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dengbu.catalog.policy import policy_for
from dengbu.catalog.registrations import TYPES, RegistrationType
from dengbu.core.vocabulary import CertificateKind
from dengbu.register import effects as fx
from tests.catalog.made_up import (
    BANK,
    LAND,
    LI,
    NOW,
    OTHER,
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

LOST = {"old_certificate": "豫（2024）郑州市不动产权第0012345号", "declared": True}
LOAN = right("mortgage", BANK, transfer_limited=False)
JOINT = right("house_ownership", LI, WANG)


def paper(code: str, who: str = LI, **terms: Any) -> RegistrationType:
    given = {"P15": {**LOST, "reason": "damaged"}, "B13": {**LOST, "right": str(LOAN.public_id)}}.get(
        code, LOST
    )
    return registration(code, UNIT, party("holder", who), terms=given | terms)


@pytest.mark.parametrize(
    ("code", "who", "kind", "reason"),
    [("P15", LI, "renewed", "damaged"), ("P16", LI, "reissued", "lost"), ("B13", BANK, "reissued", "lost")],
)
def test_a_new_paper_touches_no_right(code: str, who: str, kind: str, reason: str) -> None:
    """corrections 21 for B13: lost proofs too."""
    mine = book(UNIT, LOAN)
    (note,) = made(paper(code, who), mine)
    assert isinstance(note, fx.Note) and note.new_paper
    about = LOAN if code == "B13" else mine.title
    assert about is not None and (note.right, note.kind) == (about.public_id, kind)
    assert note.said == {"certificate": LOST["old_certificate"], "reason": reason}


def test_which_paper_comes_out_and_what_it_costs() -> None:
    assert {c: TYPES[c].produces for c in ("P15", "P16", "B13")} == {
        "P15": CertificateKind.CERTIFICATE, "P16": CertificateKind.CERTIFICATE, "B13": CertificateKind.PROOF,
    }  # fmt: skip
    assert TYPES["B13"].fee_rule == "FEE_ZERO" and TYPES["P16"].fee_rule == "FEE_CERT10"


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (paper("P15", OTHER), "P_NOT_HOLDER"),
        (paper("P16", OTHER), "P_NOT_HOLDER"),
        (paper("B13", OTHER), "P_NOT_HOLDER"),
        (paper("B13", BANK, right=str(JOINT.public_id)), "B_NO_TITLE"),
        (paper("P16", declared=False), "B_NOT_LOST"),
        (paper("B13", BANK, declared=False), "B_NOT_LOST"),
        (paper("P16", declared=None), "F_DECLARED"),
        (paper("P15", reason=""), "F_REASON"),
        (paper("P16", old_certificate=""), "F_OLD_CERTIFICATE"),
    ],
)
def test_what_a_new_paper_needs(one: RegistrationType, code: str) -> None:
    assert refused(one, book(UNIT, LOAN)) == {code}


def test_a_title_has_a_certificate_not_a_proof() -> None:
    mine = book(UNIT, LOAN)
    assert mine.title is not None
    assert refused(paper("B13", LI, right=str(mine.title.public_id)), mine) == {"B_NO_TITLE"}


def test_one_of_two_owners_may_ask_for_a_new_paper_and_nobody_without_a_title() -> None:
    assert refused(paper("P16"), book(title=JOINT)) == set()
    assert refused(paper("P16"), book(title=None)) == {"B_NO_TITLE"}


def test_a_lost_certificate_is_made_again_at_once_after_the_declaration() -> None:
    assert policy_for("P16", NOW.date()).public_notice_days == 0


# --- the end of a title -------------------------------------------------------------------------------------------


def end(code: str, reason: str, *who: str, **more: Any) -> RegistrationType:
    parties = () if code == "S04" else tuple(party("holder", w) for w in who or (LI,))
    terms = {"reason": reason, "document_no": "征1"}
    return registration(code, LAND if code == "D04" else UNIT, *parties, terms=terms, **more)


CONSENT = {"evidence": frozenset({"HOLDCONS", "COURTCONS"})}


@pytest.mark.parametrize("code", ["P17", "D04", "S04"])
def test_where_the_thing_is_gone_everything_ends_and_the_unit_closes(code: str) -> None:
    seal = restriction("seizure")
    mine = book(LAND if code == "D04" else UNIT, LOAN, restrictions=(seal,))
    effects = made(end(code, "destroyed", **CONSENT), mine)
    assert mine.title is not None
    assert [(e.right, e.reason) for e in of(effects, fx.End)] == [
        (mine.title.public_id, "destroyed"), (LOAN.public_id, "title_ended"),
    ]  # fmt: skip
    assert [e.restriction for e in of(effects, fx.Lift)] == [seal.public_id]
    assert isinstance(effects[-1], fx.Close) and effects[-1].unit == mine.code


@pytest.mark.parametrize(
    ("code", "reason"), [("P17", "waived"), ("D04", "taken_back"), ("S04", "expropriated")]
)
def test_where_the_thing_stands_its_unit_stays_with_what_restricts_it(code: str, reason: str) -> None:
    mine = book(LAND if code == "D04" else UNIT, LOAN, restrictions=(restriction("freeze"),))
    effects = made(end(code, reason, **CONSENT), mine)
    assert len(of(effects, fx.End)) == 2 == len(effects), "no mortgage without an owner"


def test_all_owners_give_up_a_home_together() -> None:
    assert refused(end("P17", "waived", LI), book(title=JOINT)) == {"P_OWNER_MISSING"}
    assert refused(end("P17", "waived", LI, WANG), book(title=JOINT)) == set()
    assert refused(end("P17", "waived", OTHER), book()) == {"P_NOT_OWNER"}


def test_land_under_a_registered_house_has_no_page_of_its_own_to_end() -> None:
    house = right("house_ownership", LI)
    assert refused(end("D04", "waived"), book(LAND, title=house)) == {"B_NOT_LAND"}


def test_a_reason_is_one_of_the_laws() -> None:
    assert refused(end("P17", ""), book()) == {"F_REASON"}


@pytest.mark.parametrize(
    ("code", "reason", "papers"),
    [
        ("P17", "destroyed", {"EXTINCT"}), ("P17", "expropriated", {"EXTINCT"}), ("P17", "waived", {"WAIVER"}),
        ("P17", "judgment", {"JUDG"}), ("D04", "taken_back", {"EXTINCT"}), ("D04", "waived", {"WAIVER"}),
    ],
)  # fmt: skip
def test_the_list_has_the_paper_of_the_reason(code: str, reason: str, papers: set[str]) -> None:
    mine = book(LAND if code == "D04" else UNIT)
    asked = policy_for(code, NOW.date()).checklist_for(end(code, reason).conditions(mine, NOW))
    assert {i.code for i in asked} == {"APP", "ID", "CERT"} | papers


def test_who_rests_on_the_title_and_who_seized_it_agree_in_writing() -> None:
    mine = book(UNIT, LOAN, restrictions=(restriction("seizure"),))
    one = end("P17", "destroyed")
    assert refused(one, mine) == {"R_MTG", "R_SEAL"}
    assert {"holder_consent", "authority_consent"} <= one.conditions(mine, NOW)
    assert refused(end("P17", "destroyed", evidence=frozenset({"HOLDCONS"})), mine) == {"R_SEAL"}


def test_an_ex_officio_end_is_announced_and_reviewed_twice() -> None:
    policy = policy_for("S04", NOW.date())
    assert (policy.public_notice_days, policy.reviews, policy.outputs) == (15, 2, ())
    assert TYPES["S04"].roles == () and TYPES["S04"].produces is None
    assert refused(end("S04", "destroyed"), replace(book(), rights=())) == {"R_NOFIRST"}
