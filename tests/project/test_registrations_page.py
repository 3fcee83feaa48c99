"""docs/registrations.md says of every type what its class and its newest policy say."""

from __future__ import annotations

from pathlib import Path

import pytest

from dengbu.catalog.policy.policy import policy_for
from dengbu.catalog.registrations import TYPES
from dengbu.project.registrations_page import NEWEST, page

PAGE = Path(__file__).parents[2] / "docs/registrations.md"


def test_the_page_is_in_step_with_the_catalogue() -> None:
    assert PAGE.read_text() == page(), (
        "write it anew: dengbu manage registrations_page > docs/registrations.md"
    )


@pytest.mark.parametrize("code", sorted(TYPES))
def test_the_page_tells_of_each_type_its_basis_its_papers_and_every_obstacle(code: str) -> None:
    kind = TYPES[code]
    told = PAGE.read_text().split(f'<a id="{code.lower()}">')[1].split("\n## ")[0]
    assert kind.name in told and kind.legal_basis in told and kind.__doc__
    assert all(f"{item.code} {item.name}" in told for item in policy_for(code, NEWEST).checklist)
    assert all(obstacle in told for obstacle in kind.answers_to)
