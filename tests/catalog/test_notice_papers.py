"""Papers, days and fees of notices and combined cases, against the domain's table of types."""

from __future__ import annotations

import datetime as dt

import pytest

from dengbu.catalog.policy import policy_for
from dengbu.catalog.registrations import TYPES
from tests.catalog.noticed import NOW, filed, standing

# domain-data.json: required, conditional or optional, promised working days, fee rules. B14 and C05 are not in it
# (corrections 5, 14): as B08 without the buyer's proof, and as D06 with the release.
DOMAIN = {
    "D06": ("APP ID PRESALE AGREEN", "POA GUARD ZM MARR PRELIC", 3, ["FEE_ZERO"]),
    "D07": ("APP ID ZM", "POA GUARD CHGDOC PRESALE JUDG", 3, ["FEE_ZERO"]),
    "D08": ("APP ID ZM", "POA GUARD JUDG PRESALE", 1, ["FEE_ZERO"]),
    "P20": ("APP ID SALE AGREEN CERT", "POA GUARD", 3, ["FEE_ZERO"]),
    "B08": ("APP ID PGCERT MAIN MTG AGREEN", "POA GUARD PRESALE", 3, ["FEE_ZERO"]),
    "B14": ("APP ID MAIN MTG AGREEN", "POA GUARD", 3, ["FEE_ZERO"]),
    "B09": ("APP ID ZM", "POA GUARD CERT MAIN MTG", 3, ["FEE_MTG"]),
    "B10": ("APP ID ZM PAYOFF", "POA GUARD", 1, ["FEE_ZERO"]),
    "C01": ("APP ID CERT SALE DEED TAX MAIN MTG INQ", "POA GUARD TXN", 5, ["FEE_TRANSFER", "FEE_MTG"]),
    "C02": ("APP ID CERT SALE DEED TAX MAIN MTG ZM INQ", "POA GUARD", 5, ["FEE_TRANSFER", "FEE_MTG"]),
    "C03": ("APP ID PRESALE AGREEN MAIN MTG", "POA GUARD", 3, ["FEE_ZERO"]),
    "C04": ("APP ID PRESALE DEED ZM", "POA GUARD", 3, ["FEE_TRANSFER", "FEE_MTG"]),
    "C05": ("APP ID ZM PAYOFF PRESALE AGREEN", "POA GUARD MAIN MTG", 3, ["FEE_ZERO"]),
}


@pytest.mark.parametrize("code", sorted(DOMAIN))
def test_what_is_brought_and_paid_is_what_the_domain_says(code: str) -> None:
    required, others, days, fees = DOMAIN[code]
    policy = policy_for(code, dt.date(2026, 11, 23))
    assert {i.code for i in policy.checklist if i.when == "required"} == set(required.split())
    assert {i.code for i in policy.checklist if i.when != "required"} >= set(others.split())
    assert policy.promised_days == days and [f.rule for f in policy.fees] == fees
    assert (policy.statutory_days, policy.public_notice_days, policy.site_visit) == (30, 0, "none")


@pytest.mark.parametrize("code", sorted(DOMAIN))
def test_every_line_is_brought_by_somebody_on_the_case(code: str) -> None:
    roles = {r.key for r in TYPES[code].roles} | {"applicant", "office"}
    by_somebody_else = {"D06": {"mortgagee"}, "D07": {"mortgagee"}}  # the bank that lends on it
    asked = policy_for(code, dt.date(2026, 11, 23))
    assert {i.provided_by for i in asked.checklist} <= roles | by_somebody_else.get(code, set())
    assert {q.asked for q in asked.questions} <= roles
    keys = [(i.code, i.provided_by) for i in asked.checklist if i.when != "conditional"]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("code", "terms", "papers"),
    [
        ("D07", {"reason": "name"}, {"CHGDOC"}),
        ("D07", {"reason": "contract"}, {"PRESALE"}),
        ("D07", {"reason": "judgment"}, {"JUDG"}),
        ("D07", {"reason": "inheritance"}, {"INHN"}),
        ("D08", {"reason": "judged"}, {"JUDG"}),
        ("D08", {"reason": "waived"}, set()),
        ("B09", {"changed": True}, {"MAIN", "MTG"}),
        ("B09", {"changed": False}, set()),
        ("C04", {"changed": True}, {"MAIN", "MTG"}),
        ("C05", {"with_loan": True}, {"MAIN", "MTG"}),
        ("C05", {"with_loan": False}, set()),
    ],
)
def test_an_answer_puts_its_papers_on_the_list(code: str, terms: dict[str, object], papers: set[str]) -> None:
    the_book, named = standing(code)
    found = filed(code, terms=named | terms).conditions(the_book, NOW)
    policy = policy_for(code, dt.date(2026, 11, 23))
    listed = {i.code for i in policy.checklist_for(found) if i.when == "conditional"}
    assert listed == papers
