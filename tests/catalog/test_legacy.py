"""历史遗留问题: the developer is gone and the buyer applies alone under a scheme (corrections §2, 4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dengbu.cases import rules
from dengbu.catalog.policy import policy_for
from dengbu.catalog.registrations import RegistrationType
from dengbu.register.effects import Grant, Note
from tests.catalog.made_up import BUILDER, LAND, LI, NOW, OTHER, UNIT, WANG, made, of, party, refused
from tests.catalog.passing import TODAY, filed, home, listed
from tests.catalog.test_first import OURS, project

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


# --- D05: nobody registered the houses, and the developer is gone ---------------------------------------------------

INSTEAD = {
    **ALONE,
    "stands_as": "named",
    "body_head": "郑主任",
    "certificate": None,
}
BODY = party("designated", OTHER, name="上街区住房保障中心", document_kind="uscc")


def first(*others: Any, at_window: bool = True, who: str = BUILDER, **terms: Any) -> RegistrationType:
    """A first registration that somebody files in the developer's place, or the developer itself."""
    own = project(who=who, units=[UNIT], **terms)
    parties = (*own.filed.parties, *others)
    return type(own)(replace(own.filed, parties=parties, at_window=at_window))


STANDS_IN = first(BODY, **INSTEAD)
ITSELF = first(at_window=False)


@pytest.mark.parametrize(
    ("one", "absent", "asked"),
    [
        (ITSELF, (), (rules.Kind.INSPECTION, rules.Kind.SECOND_REVIEW)),
        (STANDS_IN, ("developer",),
         (rules.Kind.NOTICE, rules.Kind.INSPECTION, rules.Kind.SECOND_REVIEW, rules.Kind.SIGN_OFF)),
    ],
)  # fmt: skip
def test_whoever_stands_in_for_the_developer_is_published_and_signed_off_by_the_leader(
    one: RegistrationType, absent: tuple[str, ...], asked: tuple[rules.Kind, ...]
) -> None:
    policy = policy_for("D05", TODAY)
    assert one.absent_roles == absent
    assert rules.asked(one, policy, lambda: one.conditions(None, NOW)) == asked


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (ITSELF, None),
        (STANDS_IN, None),
        (first(at_window=True), "B_LEGACY_DEVELOPER"),  # the developer itself comes to the window
        (first(at_window=True, legacy=False), "B_LEGACY_DEVELOPER"),
        (first(BODY, at_window=False, **INSTEAD), "B_LEGACY_DEVELOPER"),  # nobody says so on line
        (first(BODY, at_window=False), "B_LEGACY_DEVELOPER"),
        (first(**INSTEAD), "F_DESIGNATED"),
        (first(BODY, replace(BODY, number_index=LI), **INSTEAD), "F_DESIGNATED"),
        (first(replace(BODY, document_kind="resident_id"), **INSTEAD), "F_DESIGNATED"),
        (first(replace(BODY, number_index=BUILDER), **INSTEAD), "F_DESIGNATED_IS_HOLDER"),
        (first(BODY, **INSTEAD | {"legacy_basis": ""}), "F_LEGACY_BASIS"),
        (first(BODY, **INSTEAD | {"stands_as": None}), "F_STANDS_AS"),
        (first(BODY, **INSTEAD | {"body_head": " "}), "F_BODY_HEAD"),
        (first(BODY, who=OTHER, **INSTEAD), "P_NOT_LAND_HOLDER"),  # never on the body itself
    ],
)
def test_who_may_apply_for_the_houses_of_a_developer(one: RegistrationType, code: str | None) -> None:
    assert refused(one, OURS) >= ({code} if code else set())
    assert bool(refused(one, OURS)) is (code is not None)


def test_the_houses_are_the_land_users_and_the_book_says_who_applied_for_them() -> None:
    effects = made(STANDS_IN, OURS)
    grants, notes = of(effects, Grant), {n.kind: n for n in of(effects, Note)}
    assert [[h.number for h in g.holders] for g in grants] == [[f"n-{BUILDER}"]]
    assert "由政府指定的单位上街区住房保障中心" in grants[0].terms["reason"]
    assert ALONE["legacy_basis"] in grants[0].terms["reason"] and grants[0].terms["first_registered_on"]
    assert notes["holder_gone"].unit == LAND
    assert notes["holder_gone"].said == {
        "holder": BUILDER.upper(),
        "applied_by": "上街区住房保障中心",
        "stands_as": "政府指定的单位",
        "basis": ALONE["legacy_basis"],
    }
    assert {n.kind for n in of(made(ITSELF, OURS), Note)} == {"common_parts"}


def test_no_certificate_is_issued_to_a_developer_who_is_gone() -> None:
    assert STANDS_IN.makes({**INSTEAD, "certificate": "each"}) == ()
    assert STANDS_IN.makes({"certificate": "each"}) != ()


@pytest.mark.parametrize(
    ("one", "who", "codes"), [(ITSELF, "developer", {"CERT"}), (STANDS_IN, "designated", {"LEGACY", "GONE"})]
)
def test_the_papers_are_those_of_who_applies(one: RegistrationType, who: str, codes: set[str]) -> None:
    items = policy_for("D05", TODAY).checklist_for(one.conditions(None, NOW))
    assert [i.provided_by for i in items if i.code == "ID"] == [who]
    assert {i.code for i in items} & {"CERT", "LEGACY", "GONE"} == codes
