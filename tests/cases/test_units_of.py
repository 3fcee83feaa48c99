"""Which units a case is about."""

from __future__ import annotations

from dengbu.cases.facts import units_of
from dengbu.cases.models import Case


def test_an_optional_question_for_more_units_left_empty_leaves_the_one_applied_for() -> None:
    assert units_of(Case(unit_code="A", filed={"terms": {"units": None}})) == ("A",)
    assert units_of(Case(unit_code="A", filed={"terms": {"units": ["A", "B"]}})) == ("A", "B")
