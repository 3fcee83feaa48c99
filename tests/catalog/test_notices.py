"""Advance notices: what stops them, what they keep, how they lapse, what becomes of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from dengbu.catalog.policy import policy_for
from dengbu.catalog.registrations import TYPES, Role, Rule
from dengbu.catalog.registrations.places import right_of
from dengbu.register.effects import End, Grant
from dengbu.register.rules import UnitBook
from tests.catalog.noticed import (
    BANK,
    BANK2,
    BUILDER,
    LI,
    LOAN,
    NOW,
    PRESALE,
    RESALE,
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
    standing,
    with_,
)

B, INFO, W, M, U = "block", "inform", "warn", "officer_decides", "undertaking"
C, R, CV, H = "consent", "released_first", "converted", "allowed_as_holder"
NEW_NOTICE = {
    "R_SEAL": B, "R_PRESEAL": B, "R_NOTICE": B, "R_OBJ": U, "R_CIP": R, "R_LANDMTG": W, "R_FREEZE": B, "R_INVALID": B,
}  # fmt: skip
# domain-data.json, `business_types.restrictions`, as corrected. R_FILED and R_PENDING are asked of the filing itself.
DOMAIN: dict[str, dict[str, str]] = {
    "D06": NEW_NOTICE,
    "P20": {**NEW_NOTICE, "R_MTG": INFO},
    "D07": {"R_SEAL": B, "R_SEAL_WAIT": W, "R_PRESEAL": B, "R_OBJ": W, "R_NOTICE": INFO, "R_MTG": INFO, "R_FREEZE": W, "R_INVALID": B},
    "D08": {"R_PRESEAL": "consent_of_authority", "R_NOTICE_MTG": R},
    "B08": {**NEW_NOTICE, "R_NOTICE": H},
    "B14": {**NEW_NOTICE, "R_NOTICE": H},  # corrections 14
    "B09": {
        "R_SEAL": M, "R_SEAL_WAIT": B, "R_PRESEAL": M, "R_OBJ": U, "R_NOTICE": H, "R_NOTICE_MTG": CV, "R_MTG_LIMIT": INFO,
        "R_MTG_PRE2021": INFO, "R_MTG": INFO, "R_RES": INFO, "R_EASE": INFO, "R_FREEZE": B, "R_DISPUTE": B, "R_POLICY": W,
        "R_NOFIRST": B, "R_INVALID": B, "R_ILLEGAL": B, "R_EXPIRED": W,
    },  # R_PRESEAL: corrections 17
    "B10": {"R_INVALID": B},
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(DOMAIN))
def test_a_type_answers_obstacles_as_the_domain_says(code: str) -> None:
    assert {k: TYPES[code].answers_to[k].value for k in DOMAIN[code]} == DOMAIN[code]


RESTRICTIONS = {
    "R_SEAL": "seizure", "R_SEAL_WAIT": "waiting_seizure", "R_PRESEAL": "preseizure", "R_OBJ": "objection",
    "R_FREEZE": "freeze", "R_DISPUTE": "dispute", "R_ILLEGAL": "illegal_building", "R_POLICY": "sale_limit",
}  # fmt: skip
OTHERS: dict[str, Any] = {
    "R_NOTICE": lambda: notice("presale", ZHAO),
    "R_NOTICE_MTG": lambda: notice("presale_mortgage", BANK2, rank=2),
    "R_MTG": lambda: right("mortgage", BANK2, rank=2, transfer_limited=False),
    "R_CIP": lambda: right("mortgage", BANK2, rank=2, thing="works_in_progress"),
    "R_RES": lambda: right("residence", ZHAO),
}
# Where the table is silent: what passes all the same.
UNSAID = {
    "D06": {"R_SEAL_WAIT": B, "R_DISPUTE": B, "R_ILLEGAL": B, "R_POLICY": W, "R_NOTICE_MTG": W, "R_MTG": INFO, "R_RES": INFO},
    "D07": {"R_DISPUTE": B, "R_ILLEGAL": B, "R_POLICY": INFO, "R_CIP": INFO, "R_RES": INFO, "R_NOTICE_MTG": C},
    "D08": {"R_SEAL": INFO, "R_SEAL_WAIT": INFO, "R_OBJ": INFO, "R_FREEZE": W, "R_DISPUTE": INFO, "R_NOTICE": INFO, "R_MTG": INFO},
    "B09": {"R_CIP": B},
    "B10": {"R_SEAL": INFO, "R_PRESEAL": INFO, "R_OBJ": INFO, "R_FREEZE": W, "R_NOTICE": INFO, "R_MTG": INFO, "R_CIP": INFO},
}  # fmt: skip
UNSAID["P20"] = UNSAID["B08"] = UNSAID["B14"] = UNSAID["D06"]
PASSES = {INFO, W}


@pytest.mark.parametrize("code", sorted(DOMAIN))
@pytest.mark.parametrize("obstacle", [*RESTRICTIONS, *OTHERS])
def test_what_stops_a_type_is_what_its_table_says(code: str, obstacle: str) -> None:
    rule = {**UNSAID[code], **DOMAIN[code]}.get(obstacle)
    if rule is None:
        rule = TYPES[code].answers_to[obstacle].value
    the_book, terms = standing(code)
    if obstacle in RESTRICTIONS:
        the_book = with_(the_book, restrictions=(restriction(RESTRICTIONS[obstacle]),))
    else:
        the_book = with_(the_book, OTHERS[obstacle]())
    if code == "B09" and obstacle == "R_NOTICE_MTG":
        rule = W  # another bank's notice is not converted
    expected = set() if rule in PASSES else {obstacle}
    assert refused(filed(code, terms=terms), the_book) == expected


@pytest.mark.parametrize("code", sorted(DOMAIN))
def test_what_is_lawful_is_not_refused_and_a_closed_unit_is(code: str) -> None:
    the_book, terms = standing(code)
    assert refused(filed(code, terms=terms), the_book) == set()
    assert refused(filed(code, terms=terms), with_(the_book, closed=True)) == {"R_INVALID"}


@pytest.mark.parametrize("code", sorted(DOMAIN))
def test_each_type_has_its_policy_and_the_papers_for_its_answers(code: str) -> None:
    policy = policy_for(code, dt.date(2026, 11, 23))
    kind = TYPES[code]
    assert policy.name_cn == kind.name and policy.client == kind.client
    assert [f.rule for f in policy.fees] == [kind.fee_rule]
    conditions = {i.condition for i in policy.checklist}
    asked = {c.condition for ask in kind.form for c in ask.choices} | {ask.condition for ask in kind.form}
    assert asked - {""} <= conditions
    if Rule.UNDERTAKING in kind.answers_to.values():
        assert "objection" in conditions


# --- the purchase


def test_a_presold_home_is_kept_for_its_buyer() -> None:
    (grant,) = made(filed("D06", terms={"sale_no": "YS1"}), presold())
    assert isinstance(grant, Grant) and grant.kind == "advance_notice" and grant.rank is None
    assert grant.terms == {
        "notice_kind": "presale", "contract_no": "YS1", "filing_no": "SJ1", "price_fen": 86_000_000, "obligor": "BUILDER",
    }  # fmt: skip
    assert [h.name for h in grant.holders] == ["WANG"] and grant.instrument == "YS1"


def test_an_existing_home_is_kept_with_the_day_the_contract_names() -> None:
    (grant,) = made(filed("P20", terms={"possible_from": "2027-03-01"}), owned())
    assert isinstance(grant, Grant)
    assert (grant.terms["notice_kind"], grant.terms["possible_from"]) == ("sale", "2027-03-01")


@pytest.mark.parametrize(
    ("code", "the_book", "more", "expected"),
    [
        ("D06", presold(land_rights=()), {}, {"B_NO_LAND"}),
        ("D06", owned(by=LI), {}, {"P_OWNER_MISSING", "P_NOT_OWNER"}),
        ("D06", presold(), {"contract": None}, {"B_NO_CONTRACT"}),
        ("D06", presold(), {"contract": contract(BUILDER, ZHAO)}, {"F_CONTRACT_PARTIES"}),
        ("D06", presold(), {"other_filing": RESALE, "contract": None}, {"B_NO_CONTRACT"}),
        ("D06", presold(), {"other_case": True}, {"R_PENDING"}),
        ("D06", presold(), {"terms": {"coownership": "joint"}}, {"F_SHARED_BY_ONE"}),
        ("P20", presold(), {}, {"R_NOFIRST"}),
        ("P20", owned(by=ZHAO), {}, {"P_OWNER_MISSING", "P_NOT_OWNER"}),
        ("B08", presold(), {}, {"B_NO_NOTICE"}),
        ("B08", presold(notice("presale", WANG)), {"terms": {"amount_fen": 0}}, {"F_AMOUNT"}),
        ("B08", presold(notice("presale", WANG)), {"terms": {"debt_until": "2026-11-23"}}, {"F_DEBT_TERM"}),
        ("B08", presold(notice("presale", WANG)), {"other_filing": contract(BUILDER, ZHAO)}, {"R_FILED"}),
        ("B08", presold(notice("presale", WANG)), {"other_filing": PRESALE}, set()),
        ("B14", owned(by=WANG), {}, {"P_OWNER_MISSING", "P_NOT_OWNER"}),
        ("B14", presold(), {}, {"R_NOFIRST"}),
    ],
)
def test_what_a_notice_needs(code: str, the_book: UnitBook, more: dict[str, Any], expected: set[str]) -> None:
    assert refused(filed(code, **more), the_book) == expected


def test_one_person_is_not_on_both_sides_of_a_notice() -> None:
    parties = (party("seller", LI), party("buyer", LI))
    assert "F_BUYS_FROM_SELF" in refused(filed("P20", *parties, contract=contract(LI, LI)), owned())


# --- the mortgage


def test_a_mortgage_notice_is_linked_to_the_buyers_and_takes_its_place_in_the_line() -> None:
    bought = notice("presale", WANG)
    (grant,) = made(filed("B08"), presold(bought, notice("presale_mortgage", BANK2, rank=1)))
    assert isinstance(grant, Grant)
    assert grant.rank == 2  # corrections 24
    assert grant.terms == {
        "notice_kind": "presale_mortgage", **LOAN, "filing_no": "", "obligor": "WANG", "linked": str(bought.public_id),
    }  # fmt: skip


def test_a_buyer_with_a_notice_may_give_a_mortgage_notice_on_the_sellers_home() -> None:
    """corrections 14, 15: notices may be entered ahead of a transfer with the mortgage on."""
    parties = (party("mortgagor", WANG), party("mortgagee", BANK))
    bought = notice("sale", WANG)
    (grant,) = made(filed("B14", *parties), owned(bought))
    assert isinstance(grant, Grant)
    assert (grant.terms["notice_kind"], grant.terms["linked"]) == ("mortgage", str(bought.public_id))


def test_a_mortgage_entered_after_a_notice_stands_behind_it() -> None:
    assert owned(notice("mortgage", BANK, rank=1)).next_rank == 2


def test_a_change_of_the_loan_goes_into_the_mortgage_but_never_above_the_notice() -> None:
    the_book, terms = standing("B09")
    changed = {"changed": True, "new_amount_fen": 40_000_000, "new_debt_until": "2040-01-01"}
    _, grant = made(filed("B09", terms=terms | changed), the_book)
    assert isinstance(grant, Grant)
    assert (grant.terms["amount_fen"], grant.terms["debt_until"]) == (40_000_000, "2040-01-01")
    more = terms | changed | {"new_amount_fen": 50_000_001}
    assert refused(filed("B09", terms=more), the_book) == {"F_AMOUNT_GROWS"}
    assert filed("B09", terms=terms | changed).conditions(the_book, NOW) == {"contract_changed"}


@pytest.mark.parametrize("kind", ["seizure", "preseizure"])
def test_the_officer_decides_whether_a_notice_passes_a_later_seizure(kind: str) -> None:
    """corrections 17: an earlier mortgage notice ranks (担保解释 52)."""
    the_book, terms = standing("B09")
    held = restriction(kind)
    the_book = with_(the_book, restrictions=(held,))
    code = {"seizure": "R_SEAL", "preseizure": "R_PRESEAL"}[kind]
    assert refused(filed("B09", terms=terms), the_book) == {code}
    reason = {str(held.public_id): "抵押预告登记在前"}
    judged = filed("B09", terms=terms, officer=reason).judge({UNIT: the_book}, NOW)
    assert not judged.refusals and [a.how for a in judged.answers] == [M]


def test_only_the_bank_of_the_notice_converts_or_cancels_it_and_only_once_the_home_is_the_mortgagors() -> (
    None
):
    the_book, terms = standing("B09")
    others = (party("mortgagor", WANG), party("mortgagee", BANK2))
    assert refused(filed("B09", *others, terms=terms), the_book) == {"P_NOT_MORTGAGEE"}
    assert refused(filed("B10", party("mortgagee", BANK2), terms=terms), the_book) == {"P_NOT_MORTGAGEE"}
    target = notice("presale_mortgage", BANK, rank=1, **LOAN)
    assert refused(filed("B09", terms=about(target)), owned(target, by=BUILDER)) == {
        "P_OWNER_MISSING",
        "P_NOT_OWNER",
    }
    assert refused(filed("B10", terms={"right": str(right("mortgage", BANK).public_id)}), the_book) == {
        "B_NO_RIGHT"
    }


def test_a_contract_that_authorised_the_bank_spares_the_borrower_the_confirmation() -> None:
    _, terms = standing("B09")
    assert filed("B09", terms=terms).confirming == ()
    assert filed("B09", terms=terms | {"authorised": False}).confirming == ("mortgagor",)


def test_a_bank_with_one_notice_on_the_home_need_not_name_it() -> None:
    the_book, _ = standing("B10")
    (end,) = made(filed("B10"), the_book)
    assert isinstance(end, End) and end.reason == "waived"


# --- what becomes of it


def changed(
    reason: str, *parties: Any, the_book: UnitBook | None = None, **terms: Any
) -> tuple[Any, UnitBook, Any]:
    target = notice("presale", WANG, price_fen=1, possible_from="2026-11-01")
    the_book = with_(the_book or presold(), target)
    officer = terms.pop("officer", {})
    one = filed("D07", *parties, terms=about(target, reason=reason, **terms), officer=officer)
    return one, the_book, target


HOLDER, OBLIGOR, TAKER = party("holder", WANG), party("obligor", BUILDER), party("taker", ZHAO)


@pytest.mark.parametrize(
    ("reason", "parties", "terms", "ended", "holds", "differs"),
    [
        ("name", (HOLDER, party("taker", WANG)), {}, "changed", ["WANG"], {}),
        ("contract", (HOLDER, OBLIGOR), {"price_fen": 7}, "changed", ["WANG"], {"price_fen": 7}),
        ("transfer", (HOLDER, OBLIGOR, TAKER), {}, "transferred", ["ZHAO"], {}),
        ("inheritance", (TAKER,), {}, "transferred", ["ZHAO"], {}),
        ("judgment", (TAKER,), {}, "transferred", ["ZHAO"], {}),
        (
            "start",
            (HOLDER,),
            {"possible_from": "2026-12-01", "officer": {"possible_from": "交房延期"}},
            "changed",
            ["WANG"],
            {"possible_from": "2026-12-01", "possible_reason": "交房延期"},
        ),
    ],
)
def test_a_notice_is_changed_or_passes(
    reason: str, parties: Any, terms: dict[str, Any], ended: str, holds: list[str], differs: dict[str, Any]
) -> None:
    one, the_book, target = changed(reason, *parties, **terms)
    end, grant = made(one, the_book)
    assert end == End(UNIT, target.public_id, ended)
    assert isinstance(grant, Grant) and grant.replaces == target.public_id
    assert [h.name for h in grant.holders] == holds
    assert grant.terms == {**target.terms, **differs}


@pytest.mark.parametrize(
    ("reason", "parties", "terms", "code"),
    [
        ("transfer", (OBLIGOR, TAKER), {}, "P_NOT_HOLDER"),
        ("transfer", (HOLDER, TAKER), {}, "P_OBLIGOR"),
        ("transfer", (HOLDER, party("obligor", LI), TAKER), {}, "P_OBLIGOR"),
        ("transfer", (HOLDER, OBLIGOR), {}, "F_NO_TAKER"),
        ("contract", (HOLDER, OBLIGOR), {}, "F_NOTHING_CHANGES"),
        ("start", (HOLDER,), {"possible_from": "2026-12-01"}, "B_START_REASON"),
        ("start", (HOLDER,), {"officer": {"possible_from": "x"}}, "F_POSSIBLE_FROM"),
    ],
)
def test_what_a_change_needs(reason: str, parties: Any, terms: dict[str, Any], code: str) -> None:
    one, the_book, _ = changed(reason, *parties, **terms)
    assert refused(one, the_book) == {code}


def test_what_is_said_to_change_must_not_be_as_it_was() -> None:
    one, the_book, _ = changed("contract", HOLDER, OBLIGOR, price_fen=1)
    assert refused(one, the_book) == {"F_NOTHING_CHANGES"}


@pytest.mark.parametrize(
    ("code", "terms", "confirming", "absent"),
    [
        ("D06", {"buyer_alone": False}, {"seller", "buyer"}, set()),
        ("D06", {"buyer_alone": True}, {"buyer"}, {"seller"}),
        ("D07", {"reason": "contract"}, {"holder", "obligor", "taker"}, set()),
        ("D07", {"reason": "transfer"}, {"holder", "obligor", "taker"}, set()),
        ("D07", {"reason": "name"}, {"holder", "taker"}, {"obligor"}),
        ("D07", {"reason": "start"}, {"holder", "taker"}, {"obligor"}),
        ("D07", {"reason": "inheritance"}, {"taker"}, {"holder", "obligor"}),
        ("D07", {"reason": "judgment"}, {"taker"}, {"holder", "obligor"}),
        ("D08", {"reason": "ended"}, {"holder", "obligor"}, set()),
        ("D08", {"reason": "waived"}, {"holder"}, {"obligor"}),
        ("D08", {"reason": "judged"}, set(), set()),
    ],
)
def test_the_reason_says_who_applies(
    code: str, terms: dict[str, Any], confirming: set[str], absent: set[str]
) -> None:
    one = filed(code, terms=terms)
    assert (set(one.confirming), set(one.absent_roles)) == (confirming, absent)


@pytest.mark.parametrize("who", ["holder", "obligor"])
def test_of_a_judgment_whoever_filed_applies_and_the_other_does_not(who: str) -> None:
    people = [replace(p, confirmed=p.role == who) for p in (HOLDER, OBLIGOR)]
    (absent,) = filed("D08", *people, terms={"reason": "judged"}).absent_roles
    assert absent != who


def test_of_a_loan_on_what_is_only_bought_its_buyer_is_bound() -> None:
    bought = notice("presale", WANG)
    lent = notice("presale_mortgage", BANK, rank=1, linked=str(bought.public_id), **LOAN)
    the_book, bank = presold(bought, lent), party("holder", BANK)

    def of(*people: Any) -> set[str]:
        terms = about(lent, reason="contract", amount_fen=1)
        return refused(filed("D07", *people, terms=terms), the_book)

    assert of(bank, party("obligor", WANG)) == set()
    assert of(bank, party("obligor", BUILDER)) == {"P_OBLIGOR"}


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("notice", WANG),
        ("right", BANK),
        ("bound", WANG),
        ("land", BUILDER),
        ("register", None),
        ("typed", None),
    ],
)
def test_where_in_the_book_the_people_of_a_role_stand(source: Any, holds: str | None) -> None:
    bought = notice("presale", WANG)
    lent = notice("presale_mortgage", BANK, rank=1, linked=str(bought.public_id), **LOAN)
    found = right_of(Role("x", "某人", "owner", source), presold(lent, bought), lent.public_id)
    assert (found.holder_indexes if found else None) == (frozenset({index(holds)}) if holds else None)


@pytest.mark.parametrize(
    ("code", "choosable"),
    [
        ("B11", {"works"}),
        ("B12", {"works"}),
        ("B09", {"lent"}),
        ("D08", {"bought"}),
        ("D07", {"bought", "lent"}),
    ],
)
def test_only_a_right_that_the_type_can_be_about_is_offered(code: str, choosable: set[str]) -> None:
    standing_now = {
        "works": right("mortgage", BANK, thing="works_in_progress"),
        "house": right("mortgage", BANK),
        "bought": notice("presale", WANG),
        "lent": notice("presale_mortgage", BANK, rank=1),
    }
    assert {k for k, one in standing_now.items() if TYPES[code].may_be_about(one)} == choosable


def test_who_lends_on_a_notice_agrees_before_it_passes_not_before_its_contract_changes() -> None:
    lent = presold(notice("presale_mortgage", BANK, rank=1))
    one, the_book, _ = changed("transfer", HOLDER, OBLIGOR, TAKER, the_book=lent)
    assert refused(one, the_book) == {"R_NOTICE_MTG"}
    one, the_book, _ = changed("contract", HOLDER, OBLIGOR, the_book=lent, price_fen=7)
    assert refused(one, the_book) == set()


@pytest.mark.parametrize(
    ("reason", "parties", "expected"),
    [
        ("waived", (HOLDER,), set()),
        ("waived", (OBLIGOR,), {"P_NOT_HOLDER"}),
        ("ended", (HOLDER, OBLIGOR), set()),
        ("ended", (HOLDER,), {"P_OBLIGOR"}),
        ("judged", (OBLIGOR,), set()),
        ("judged", (party("obligor", LI),), {"P_OBLIGOR"}),
        ("lapsed", (OBLIGOR,), {"B_NOT_LAPSED"}),
    ],
)
def test_who_cancels_a_notice(reason: str, parties: Any, expected: set[str]) -> None:
    the_book, terms = standing("D08")
    one = filed("D08", *parties, terms=terms | {"reason": reason})
    assert refused(one, the_book) == expected
    if not expected:
        (end,) = made(one, the_book)
        assert isinstance(end, End) and end.reason == reason


def test_the_mortgage_notice_that_rests_on_it_goes_first() -> None:
    the_book, terms = standing("D08")
    target = the_book.notices[0]
    resting = notice("presale_mortgage", BANK, rank=1, linked=str(target.public_id))
    one = filed("D08", terms=terms)
    (refusal,) = one.judge({UNIT: with_(the_book, resting)}, NOW).refusals
    assert refusal.code == "R_NOTICE_MTG" and "先由银行注销" in refusal.remedy
    other = notice("sale", ZHAO)
    elsewhere = notice("mortgage", BANK, rank=1, linked=str(other.public_id))
    assert refused(one, with_(the_book, other, elsewhere)) == set()
