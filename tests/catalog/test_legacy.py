"""历史遗留问题: the developer is gone and the buyer applies alone under a scheme (corrections §2, 4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dengbu.cases import rules
from dengbu.catalog.policy import policy_for
from dengbu.register.effects import Grant
from tests.catalog.made_up import LI, NOW, UNIT, WANG, party
from tests.catalog.passing import TODAY, filed, home, listed

ALONE = {"legacy": True, "legacy_basis": "上街区政府会议纪要〔2026〕3号"}


@pytest.mark.parametrize(
    ("terms", "confirming", "absent"),
    [({}, ("seller",), ()), ({"legacy": False}, ("seller",), ()), (ALONE, ("buyer",), ("seller",))],
)
def test_who_applies(terms: dict[str, Any], confirming: tuple[str, ...], absent: tuple[str, ...]) -> None:
    one = filed("D09", terms=terms)
    assert (one.confirming, one.absent_roles) == (confirming, absent)


@pytest.mark.parametrize(
    ("terms", "asked"),
    [
        ({}, ()),
        ({"legacy": False}, ()),
        (ALONE, (rules.Kind.NOTICE, rules.Kind.SECOND_REVIEW, rules.Kind.SIGN_OFF)),
    ],
)
def test_a_notice_a_second_review_and_the_leader_come_before_the_entry_of_the_buyer_alone(
    terms: dict[str, Any], asked: tuple[rules.Kind, ...]
) -> None:
    policy, one = policy_for("D09", TODAY), filed("D09", terms=terms)
    assert rules.asked(one, policy, lambda: one.conditions(home("D09"), NOW)) == asked
    assert policy.public_notice_days == 15


@pytest.mark.parametrize(("terms", "codes"), [({}, set()), (ALONE, {"LEGACY", "GONE"})])
def test_the_scheme_and_the_proof_that_nobody_is_there_are_on_the_list(
    terms: dict[str, Any], codes: set[str]
) -> None:
    one, the_book = filed("D09", terms=terms), home("D09")
    assert listed(one, the_book) & {"LEGACY", "GONE"} == codes
    items = policy_for("D09", TODAY).checklist_for(one.conditions(the_book, NOW))
    assert ("developer" in {i.provided_by for i in items if i.code == "ID"}) is not bool(codes)


@pytest.mark.parametrize(
    ("terms", "confirmed", "codes"),
    [
        (ALONE, False, set()),
        ({"legacy": True}, False, {"F_LEGACY_BASIS"}),
        (ALONE, True, {"B_LEGACY_DEVELOPER"}),
        ({}, True, set()),
    ],
)
def test_what_the_buyer_alone_is_refused_for(terms: dict[str, Any], confirmed: bool, codes: set[str]) -> None:
    people = (replace(party("seller", LI), confirmed=confirmed), party("buyer", WANG))
    one = filed("D09", *people, terms=terms)
    assert {r.code for r in one.judge({UNIT: home("D09")}, NOW).refusals} == codes


def test_the_book_says_under_which_scheme() -> None:
    effects = filed("D09", terms=ALONE).effects({UNIT: home("D09")}, NOW)
    (grant,) = (e for e in effects if isinstance(e, Grant))
    assert ALONE["legacy_basis"] in grant.terms["reason"]
