"""A filing beside what we hold and beside the book."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from dengbu.contracts.rules import Held, PartyKey, RegisterFacts, Step, compare_with_register, decide

from .messages import UNIT

OWNER = PartyKey("陈建国", "resident_id", "index-1")
WIFE = PartyKey("王秀兰", "resident_id", "index-2")
BOOK = RegisterFacts(exists=True, area_m2=Decimal("89.21"), housing_code="H1", owners=(OWNER,))
HELD = Held(version=2, status="filed", digest="same", unit_code=UNIT)


def step(held: Held | None = HELD, **changes):
    given = {
        "version": 3,
        "status": "filed",
        "digest": "new",
        "unit_code": UNIT,
        "path": "$.filing",
        **changes,
    }
    return decide(held, **given)


def test_the_first_message_of_a_number_and_a_newer_version_are_taken():
    assert step(None, version=1).step is Step.TAKE
    assert step(None, version=7).step is Step.TAKE
    assert step(version=3).step is Step.TAKE


def test_the_same_version_again_is_known_and_changes_nothing():
    assert step(version=2, digest="same").step is Step.KNOWN


def test_the_same_version_with_other_content_is_refused():
    found = step(version=2, digest="other")
    assert found.step is Step.REFUSE
    assert (found.refusal.code, found.refusal.field) == ("VERSION_REUSED", "$.filing.version")


def test_a_version_that_was_overtaken_changes_nothing():
    assert step(version=1).step is Step.SUPERSEDED


@pytest.mark.parametrize("ended", ["replaced", "withdrawn", "cancelled"])
def test_a_filing_that_ended_is_not_filed_again_under_its_number(ended):
    gone = dataclasses.replace(HELD, status=ended)
    assert step(gone).refusal.code == "FILING_ENDED"
    assert step(gone, status="cancelled").step is Step.TAKE


def test_a_filing_never_moves_to_another_home():
    found = step(unit_code=UNIT[:-1] + "9")
    assert (found.step, found.refusal.field) == (Step.REFUSE, "$.filing.unit_code")


@pytest.mark.parametrize("status", ["filed", "withdrawn"])
def test_a_change_after_the_register_used_the_filing_is_held_for_staff(status):
    found = step(dataclasses.replace(HELD, used=True), status=status)
    assert (found.step, found.refusal.code) == (Step.HOLD, "FILING_ALREADY_USED")


def compare(facts: RegisterFacts = BOOK, **changes):
    given = {
        "kind": "existing_sale",
        "unit_code": UNIT,
        "area_m2": Decimal("89.21"),
        "sellers": (OWNER,),
        "housing_code": "H1",
        **changes,
    }
    return compare_with_register(facts=facts, **given)


def codes(found):
    return [(item.refusal.code, item.refusal.field, item.stops) for item in found]


def test_a_filing_that_fits_the_book_has_no_differences():
    assert compare() == []


def test_an_unknown_unit_is_the_only_thing_said():
    (found,) = compare(RegisterFacts(exists=False), area_m2=Decimal(1))
    assert found.stops
    assert found.refusal.message == f"登记簿中没有不动产单元号 {UNIT}"
    assert found.refusal.field == "$.filing.unit_code"


def test_a_unit_that_was_split_or_merged_away_stops_the_filing():
    assert codes(compare(dataclasses.replace(BOOK, live=False))) == [
        ("FILING_UNIT_ENDED", "$.filing.unit_code", True)
    ]


def test_another_house_under_the_unit_code_stops_the_filing():
    assert codes(compare(housing_code="H2")) == [("FILING_HOUSING_CODE", "$.filing.housing_code", True)]
    assert compare(housing_code="") == []


def test_a_different_area_is_shown_with_both_figures():
    (found,) = compare(area_m2=Decimal("89.12"))
    assert found.refusal.message == "备案面积 89.12㎡ 与登记簿面积 89.21㎡ 不同"
    assert not found.stops


def test_a_presale_area_is_expected_to_differ_from_the_survey():
    (found,) = compare(kind="presale", area_m2=Decimal("89.12"))
    assert "与实测面积" in found.refusal.message and "结清" in found.refusal.remedy
    (found,) = compare(dataclasses.replace(BOOK, surveyed=False), kind="presale", area_m2=Decimal("89.12"))
    assert "与预测面积" in found.refusal.message


def test_a_seller_who_is_not_the_owner_stops_the_filing_and_is_named_by_place():
    stranger = PartyKey("赵某", "resident_id", "index-9")
    found = compare(sellers=(OWNER, stranger))
    assert codes(found) == [("FILING_SELLER_NOT_OWNER", "$.filing.sellers[1].number", True)]
    assert found[0].refusal.message.startswith("第 2 位出卖人")


def test_a_name_that_differs_is_shown_without_telling_the_registered_one():
    (found,) = compare(sellers=(dataclasses.replace(OWNER, name="陈建囯"),))
    assert (found.refusal.code, found.stops) == ("FILING_SELLER_NAME", False)
    assert "陈建国" not in str(found.refusal)


def test_a_co_owner_who_does_not_sell_is_pointed_out():
    assert codes(compare(dataclasses.replace(BOOK, owners=(OWNER, WIFE)))) == [
        ("FILING_OWNER_MISSING", "$.filing.sellers", False)
    ]


@pytest.mark.parametrize("kind", ["existing_sale", "new_sale"])
def test_a_house_without_first_registration_is_only_presold(kind):
    bare = dataclasses.replace(BOOK, house_registered=False)
    assert codes(compare(bare, kind=kind)) == [("FILING_NO_FIRST_REGISTRATION", "$.filing.kind", True)]
    assert compare(bare, kind="presale") == []


def test_another_filing_in_force_on_the_home_is_named():
    (found,) = compare(dataclasses.replace(BOOK, other_filings=("SJ-1", "SJ-2")))
    assert "SJ-1、SJ-2" in found.refusal.message and not found.stops


def test_a_review_is_compared_under_its_own_paths():
    found = compare(kind="", area_m2=None, sellers=(WIFE,), path="$.review")
    assert codes(found) == [("FILING_SELLER_NOT_OWNER", "$.review.sellers[0].number", True)]
