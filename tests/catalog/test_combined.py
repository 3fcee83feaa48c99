"""Combined cases: one acceptance, an entry a part, each judged on the book as the one before leaves it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dengbu.catalog.policy import policy_for
from dengbu.catalog.registrations import TYPES
from dengbu.catalog.registrations.base import Combined
from dengbu.register.effects import Effect, End, Grant
from dengbu.register.rules import UnitBook
from dengbu.register.successive import after
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
    filed,
    index,
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

CODES = ("C01", "C02", "C03", "C04", "C05")
B, INFO, W, U, C = "block", "inform", "warn", "undertaking", "consent"
H, J = "allowed_as_holder", "joint_application"
SALE = {
    "R_SEAL": B, "R_SEAL_WAIT": B, "R_PRESEAL": B, "R_OBJ": U, "R_NOTICE": H, "R_NOTICE_MTG": H, "R_MTG_LIMIT": J,
    "R_MTG_PRE2021": C, "R_MTG": INFO, "R_RES": INFO, "R_EASE": INFO, "R_FREEZE": B, "R_DISPUTE": B, "R_POLICY": B,
    "R_NOFIRST": B, "R_INVALID": B, "R_ILLEGAL": B, "R_EXPIRED": W,
}  # fmt: skip
NOTICES = {
    "R_SEAL": B, "R_PRESEAL": B, "R_NOTICE": B, "R_OBJ": U, "R_CIP": "released_first", "R_LANDMTG": W, "R_FREEZE": B,
    "R_INVALID": B,
}  # fmt: skip
# domain-data.json as corrected: 14 (a notice's holder who takes part does not consent to himself), 3 (pre-seizure of
# the buyer), 6 (land mortgage), 5 (C05).
DOMAIN = {
    "C01": SALE,
    "C02": {**SALE, "R_MTG": "handled_within"},
    "C03": NOTICES,
    "C04": {**SALE, "R_NOTICE_MTG": "converted", "R_PRESEAL": "converted_debtor_is_taker", "R_LANDMTG": C},
    "C05": {**NOTICES, "R_CIP": "handled_within"},
}


@pytest.mark.parametrize("code", CODES)
def test_a_combined_type_answers_obstacles_as_the_domain_says(code: str) -> None:
    assert {k: TYPES[code].answers_to[k].value for k in DOMAIN[code]} == DOMAIN[code]


def parts(one: Any, the_book: UnitBook) -> list[tuple[str, list[Effect]]]:
    """What is entered, part by part, each on the book it finds."""
    books = {UNIT: the_book}
    assert one.judge(books, NOW).refusals == ()
    entered = []
    for part in one.registrations():
        assert part.judge(books, NOW).refusals == ()
        effects = list(part.effects(books, NOW))
        entered.append((part.registration_type, effects))
        books = after(books, effects, NOW)
    return entered


def left(entered: list[tuple[str, list[Effect]]], the_book: UnitBook) -> UnitBook:
    books = {UNIT: the_book}
    for _, effects in entered:
        books = after(books, effects, NOW)
    return books[UNIT]


def lawful(code: str, **terms: Any) -> tuple[Any, UnitBook]:
    the_book, named = standing(code)
    return filed(code, terms=named | terms), the_book


@pytest.mark.parametrize(
    ("code", "entries"),
    [
        ("C01", ["P01", "B01"]),
        ("C02", ["P01", "B06", "B01"]),
        ("C03", ["D06", "B08"]),
        ("C04", ["D09", "B09"]),
        ("C05", ["B12", "D06", "B08"]),
    ],
)
def test_each_part_is_an_entry_of_its_own_under_one_docket(code: str, entries: list[str]) -> None:
    one, the_book = lawful(code)
    assert [number for number, _ in parts(one, the_book)] == entries
    assert {p.docket_id for p in one.registrations()} == {one.docket_id}
    said = [type(e) for e in one.effects({UNIT: the_book}, NOW)]
    assert said == [type(e) for _, effects in parts(one, the_book) for e in effects]


def test_the_buyer_mortgages_the_home_that_the_sale_gives_him() -> None:
    one, the_book = lawful("C01")
    book = left(parts(one, the_book), the_book)
    assert book.ownership is not None and book.ownership.held_by(index(WANG))
    (mortgage,) = book.mortgages
    assert mortgage.held_by(index(BANK)) and mortgage.rank == 1
    assert mortgage.terms["mortgagors"] == ["WANG"]


def test_notices_entered_ahead_are_converted_with_their_rank() -> None:
    """corrections 14, 15: neither the buyer nor the bank consents to himself."""
    bought, lent = notice("sale", WANG), notice("mortgage", BANK, rank=1)
    the_book = owned(bought, lent)
    entered = parts(filed("C01"), the_book)
    ended = [e.right for _, effects in entered for e in effects if isinstance(e, End)]
    assert bought.public_id in ended and lent.public_id in ended
    (mortgage,) = left(entered, the_book).mortgages
    assert mortgage.rank == 1
    assert refused(filed("C01"), owned(notice("mortgage", BANK2, rank=1))) == {"R_NOTICE_MTG"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount_fen": 0}, "F_AMOUNT"),
        ({"scope": " "}, "F_SCOPE"),
        ({"coownership": "joint"}, "F_SHARED_BY_ONE"),
    ],
)
def test_a_part_that_is_refused_refuses_the_case(change: dict[str, Any], code: str) -> None:
    one, the_book = lawful("C01", **change)
    assert refused(one, the_book) == {code}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", ["seizure", "preseizure", "freeze", "objection"])
def test_a_restriction_stops_a_combined_case_once(code: str, kind: str) -> None:
    one, the_book = lawful(code)
    found = one.judge({UNIT: with_(the_book, restrictions=(restriction(kind),))}, NOW).refusals
    expected = {"seizure": "R_SEAL", "preseizure": "R_PRESEAL", "freeze": "R_FREEZE", "objection": "R_OBJ"}[
        kind
    ]
    assert [r.code for r in found] == [expected]


@pytest.mark.parametrize("code", CODES)
def test_an_objection_puts_the_undertaking_on_the_list_of_whatever_part_asks_it(code: str) -> None:
    one, the_book = lawful(code)
    objected = with_(the_book, restrictions=(restriction("objection"),))
    assert "objection" in one.conditions(objected, NOW)
    assert "objection" not in one.conditions(the_book, NOW)


# --- 带押过户 in its three modes (corrections 15)


def test_old_and_new_mortgage_change_places_at_once() -> None:
    """corrections 15 ①: combined."""
    one, the_book = lawful("C02", mode="combined")
    book = left(parts(one, the_book), the_book)
    (mortgage,) = book.mortgages
    assert mortgage.held_by(index(BANK2)) and mortgage.rank == 1
    assert book.ownership is not None and book.ownership.held_by(index(WANG))


def test_the_old_mortgage_stays_in_front_until_its_own_discharge() -> None:
    """corrections 15 ②: staged."""
    one, the_book = lawful("C02", mode="staged")
    entered = parts(one, the_book)
    assert [n for n, _ in entered] == ["P01", "B01"]
    assert [(m.rank, m.holders[0].name) for m in left(entered, the_book).mortgages] == [
        (1, "BANK"),
        (2, "BANK2"),
    ]


def test_the_mortgage_goes_with_the_home_and_the_buyer_answers_for_it() -> None:
    """corrections 15 ③: changed, the bank stays."""
    the_book, named = standing("C02")
    people = (party("seller", LI), party("buyer", WANG), party("old_bank", BANK))
    one = filed(
        "C02", *people, terms=named | {"mode": "changed", "debtor": "王丽", "new_amount_fen": 30_000_000}
    )
    entered = parts(one, the_book)
    assert [n for n, _ in entered] == ["P01", "B04"]
    (mortgage,) = left(entered, the_book).mortgages
    assert (mortgage.rank, mortgage.holders[0].name) == (1, "BANK")
    assert mortgage.terms["mortgagors"] == ["WANG"] and mortgage.terms["debtor"] == "王丽"
    assert mortgage.terms["amount_fen"] == 30_000_000 and mortgage.terms["debt_until"] == LOAN["debt_until"]


def test_the_mortgage_passes_to_the_buyers_bank_and_is_changed_there() -> None:
    """corrections 15 ③: changed, with another bank: transfer of the mortgage, then its change."""
    one, the_book = lawful("C02", mode="changed", debtor="王丽")
    entered = parts(one, the_book)
    assert [n for n, _ in entered] == ["P01", "B05", "B04"]
    passed = next(e for e in entered[1][1] if isinstance(e, Grant))
    assert [e.right for e in entered[2][1] if isinstance(e, End)] == [passed.right]
    (mortgage,) = left(entered, the_book).mortgages
    assert (mortgage.rank, mortgage.holders[0].name) == (1, "BANK2") and mortgage.terms["mortgagors"] == [
        "WANG"
    ]


@pytest.mark.parametrize(("until", "rank", "asked"), [
    ("2056-01-01", 2, True), ("2056-01-01", 0, False), (LOAN["debt_until"], 2, False), ("2030-01-01", 2, False),
])  # fmt: skip
def test_a_longer_term_for_the_buyer_needs_the_consent_of_who_is_behind(
    until: str, rank: int, asked: bool
) -> None:
    """民法典 409: what B04 asks of a heavier burden is asked of the change within C02 too."""
    old = right("mortgage", BANK, **LOAN)
    other = right("mortgage", BANK2, rank=rank, transfer_limited=False)
    people = (party("seller", LI), party("buyer", WANG), party("old_bank", BANK))
    said = about(old) | {"mode": "changed", "debtor": "王丽", "new_debt_until": until}
    one, the_book = filed("C02", *people, terms=said), owned(old, other)
    assert refused(one, the_book) == ({"R_MTG"} if asked else set())
    assert ("others_harmed" in one.conditions(the_book, NOW)) is asked
    assert refused(filed("C02", *people, terms=said, evidence=frozenset({"OTHMTG"})), the_book) == set()


@pytest.mark.parametrize("limited", [True, False, None])
def test_the_old_bank_at_the_table_is_its_consent_whatever_the_book_says_of_limits(
    limited: bool | None,
) -> None:
    old = right("mortgage", BANK, transfer_limited=limited, amount_fen=1)
    assert refused(filed("C02", terms=about(old)), owned(old)) == set()
    stranger = right("mortgage", BANK2, rank=2, transfer_limited=limited)
    people = (party("seller", LI), party("buyer", WANG), party("old_bank", BANK), party("mortgagee", BANK))
    stops = {True: {"R_MTG_LIMIT"}, None: {"R_MTG_UNCLEAR"}, False: set()}[limited]
    assert refused(filed("C02", *people, terms=about(old)), owned(old, stranger)) == stops


@pytest.mark.parametrize(
    ("people", "terms", "code"),
    [
        (("seller", "buyer", "old_bank"), {"mode": "staged"}, "F_ONE_MORTGAGEE"),
        (("seller", "buyer", "mortgagee"), {"mode": "combined"}, "B_NO_MORTGAGE"),
        (("seller", "buyer", "old_bank", "mortgagee"), {"right": ""}, "B_NO_MORTGAGE"),
        (
            ("seller", "buyer", "old_bank"),
            {"mode": "changed", "new_amount_fen": 50_000_001},
            "F_AMOUNT_GROWS",
        ),
    ],
)
def test_what_a_transfer_under_mortgage_needs(
    people: tuple[str, ...], terms: dict[str, Any], code: str
) -> None:
    who = {"seller": LI, "buyer": WANG, "old_bank": BANK, "mortgagee": BANK2}
    the_book, named = standing("C02")
    assert code in refused(filed("C02", *(party(r, who[r]) for r in people), terms=named | terms), the_book)


def test_what_is_asked_follows_the_mode() -> None:
    kind = TYPES["C02"]
    asked = {r.code for r in kind.weigh({"mode": "changed", "debtor": "王丽"})}
    assert asked == set()
    assert {r.code for r in kind.weigh({"mode": "staged", "debtor": "王丽"})} >= {"F_AMOUNT", "F_SCOPE"}
    assert {r.code for r in kind.weigh({})} == {"F_MODE", "F_DEBTOR"}
    assert "mortgagee" not in kind.required_roles({"mode": "changed"})
    assert "mortgagee" in kind.required_roles({"mode": "staged"})


# --- presold homes


def test_purchase_and_loan_are_noted_together_and_linked() -> None:
    one, the_book = lawful("C03")
    book = left(parts(one, the_book), the_book)
    bought, lent = book.notices
    assert lent.terms["linked"] == str(bought.public_id) and lent.rank == 1
    assert lent.terms["obligor"] == "WANG" and bought.terms["obligor"] == "BUILDER"


def test_the_first_transfer_converts_both_notices_and_keeps_the_rank() -> None:
    the_book, named = standing("C04")
    later = right("mortgage", BANK2, rank=2, transfer_limited=False)
    the_book = with_(the_book, later)
    book = left(parts(filed("C04", terms=named), the_book), the_book)
    assert book.notices == () and book.ownership is not None and book.ownership.held_by(index(WANG))
    assert [(m.rank, m.holders[0].name) for m in book.mortgages] == [(1, "BANK"), (2, "BANK2")]


def test_the_ninety_days_of_a_mortgage_notice_are_not_begun_anew_by_the_transfer() -> None:
    """corrections 23: the start is the first registration, also after the home is the buyer's."""
    lent = notice("presale_mortgage", BANK, rank=1, entered=dt.date(2025, 1, 1), **LOAN)
    the_book = owned(lent, by=BUILDER, first=dt.date(2026, 1, 1))
    assert refused(filed("C04", terms=about(lent)), the_book) == {"B_NOTICE_LAPSED"}


def test_a_unit_leaves_the_works_mortgage_and_is_kept_for_its_buyer_at_once() -> None:
    """corrections 5: C05 = B12 + D06 (+ B08); D06 alone on a mortgaged unit is blocked."""
    one, the_book = lawful("C05")
    assert refused(filed("D06"), the_book) == {"R_CIP"}
    book = left(parts(one, the_book), the_book)
    assert book.mortgages == () and [n.rank for n in book.notices] == [None, 1]
    without, _ = lawful("C05", with_loan=False)
    assert [n for n, _ in parts(without, the_book)] == ["B12", "D06"]


@pytest.mark.parametrize(
    ("the_book", "code"),
    [
        (presold(), "B_NO_MORTGAGE"),
        (presold(right("mortgage", ZHAO, thing="works_in_progress")), "P_NOT_MORTGAGEE"),
    ],
)
def test_only_the_bank_of_the_works_mortgage_lets_a_unit_go(the_book: UnitBook, code: str) -> None:
    assert refused(filed("C05"), the_book) == {code}


# Answered within the case itself: other words for a line that is there, or what only the part alone needs.
WITHIN = {
    "C02": {"court_declared", "name_changed"},
    "C03": {"works_mortgaged", "not_shared"},
    "C04": {"batch_seal", "developer_applies", "legacy_scheme", "mortgage_notice"},
    "C05": {"works_mortgaged", "not_shared"},
}


@pytest.mark.parametrize("code", CODES)
def test_whatever_a_part_may_ask_for_can_be_brought_in_the_combined_case(code: str) -> None:
    def lines(of: str) -> set[tuple[str, str | None]]:
        return {(i.code, i.condition) for i in policy_for(of, NOW.date()).checklist if i.condition}

    kind = TYPES[code]
    assert issubclass(kind, Combined)
    missing = set().union(*(lines(part.code) for part in kind.parts)) - lines(code)
    assert {condition for _, condition in missing} == WITHIN.get(code, set())


@pytest.mark.parametrize("code", CODES)
def test_a_combined_type_declares_its_parts_roles_and_policy(code: str) -> None:
    kind = TYPES[code]
    assert issubclass(kind, Combined)
    policy = policy_for(code, dt.date(2026, 11, 23))
    assert policy.name_cn == kind.name and policy.client == kind.client
    assert {f.rule for f in policy.fees} >= {kind.fee_rule}
    assert set(policy.combines) == {p.code for p in kind.parts}
    roles = {r.key for r in kind.roles}
    assert {i.provided_by for i in policy.checklist} <= roles | {"applicant", "office"}
    one, _ = lawful(code)
    for part in one.registrations():
        assert {p.role for p in part.filed.parties} <= {r.key for r in part.roles} | {"old_bank", "mortgagee"}
    assert all(len(r.key) <= 12 and r.key.isascii() for r in kind.roles)
