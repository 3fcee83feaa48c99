"""Names and mistakes put right, mortgages that pass, and what the office begins by itself: filed without scripts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.filers import Filer, begin, candidate, hidden_value, party_fields, person, text_of

pytestmark = pytest.mark.usefixtures("module_demo_database")


def typed(filer: Filer, **card: str) -> Any:
    """Save the parties page with the first card filled in."""
    fields = party_fields(filer.get("parties/"))
    card = {"document_kind": "resident_id", **card}
    fields |= {f"buyer-0-{name}": value for name, value in card.items()}
    return filer.post("parties/", **fields, do="save")


# --- P09, P12 -----------------------------------------------------------------------------------------------------


def test_the_owner_who_files_a_new_name_finds_his_old_one_in_the_form() -> None:
    home = candidate("B01", 20)
    filer = begin(person(home.owner.number), "my", "p09")
    assert filer.post("property/", unit_code=home.unit_code).status_code == 303
    assert typed(filer, name="新名字", number=home.owner.number, phone="13800000000").status_code == 303
    assert hidden_value(filer.get("reason/"), "old_name") == home.owner.name


def test_a_stranger_is_not_told_whose_home_it_is_by_the_question_for_the_old_name() -> None:
    home, other = candidate("B01", 21), candidate("B01", 22)
    filer = begin(person(other.owner.number), "my", "p09")
    filer.post("property/", unit_code=home.unit_code)
    typed(filer, name="新名字", number=other.owner.number, phone="13800000000")
    assert home.owner.name not in text_of(filer.get("reason/"))


def test_the_owner_who_asks_for_a_correction_need_not_type_himself() -> None:
    home = candidate("B01", 21)
    filer = begin(person(home.owner.number), "my", "p12")
    filer.post("property/", unit_code=home.unit_code)
    drawn = text_of(filer.get("parties/"))
    assert home.owner.name in drawn and "来自您的实名账户" in drawn
