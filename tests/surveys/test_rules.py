"""What a survey must be: each cell that is wrong is told with its row, its column, why, and how to mend it."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengbu.core.vocabulary import HouseUse, SurveyKind
from dengbu.surveys import rules
from dengbu.surveys.reading import read
from dengbu.surveys.rules import Fault, check_head, columns_of, serves

from .made_up import BUILDING, PARCEL, head, row, table

AREA = "410106"


def faults(*rows: list[str], kind: str = SurveyKind.BUILDING) -> list[Fault]:
    return read(kind, [[c.heading for c in columns_of(kind)], *rows], area=AREA).faults


def test_a_right_table_is_read_whole() -> None:
    found = read(SurveyKind.BUILDING, table(4), area=AREA)
    assert found.faults == [] and (len(found.units), len(found.buildings)) == (4, 1)
    first = found.units[0]
    assert (first.code, first.building_code, first.level) == (f"{BUILDING}0001", BUILDING, 1)
    assert (first.use, first.house_nature, first.structure) == ("dwelling", "market", "mixed")
    assert (first.area_m2, first.inner_area_m2, first.shared_area_m2) == (
        Decimal("90.00"),
        Decimal("72.50"),
        Decimal("17.50"),
    )
    assert found.area_m2 == Decimal("360.00")


def test_a_parcel_is_read() -> None:
    found = read(SurveyKind.LAND, table(kind=SurveyKind.LAND), area=AREA)
    assert found.faults == [] and [(p.code, p.land_use) for p in found.parcels] == [
        (PARCEL, "urban_residential")
    ]


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"code": ""}, "不动产单元号", "S_UNIT_CODE_EMPTY"),
        ({"code": "41010600900"}, "不动产单元号", "S_UNIT_CODE_LENGTH"),
        ({"code": "410107009001GB00001F00010001"}, "不动产单元号", "S_UNIT_CODE_AREA"),
        ({"code": f"{PARCEL}W00000000"}, "不动产单元号", "S_NO_HOUSE"),
        ({"building": ""}, "幢名称", "S_MISSING"),
        ({"structure": "木头"}, "房屋结构", "S_WORD"),
        ({"floors": "0"}, "总层数", "S_NUMBER"),
        ({"floors": "六"}, "总层数", "S_NUMBER"),
        ({"floor": "0"}, "所在层", "S_FLOOR"),
        ({"floor": "31"}, "所在层", "S_FLOOR"),
        ({"floor": "4-3"}, "所在层", "S_FLOOR"),
        ({"room": ""}, "房号", "S_MISSING"),
        ({"location": "路" * 201}, "坐落", "S_LONG"),
        ({"use": "80"}, "规划用途", "S_WORD"),
        ({"house_nature": "好房子"}, "房屋性质", "S_WORD"),
        ({"area_m2": "九十"}, "建筑面积", "S_NUMBER"),
        ({"area_m2": "NaN"}, "建筑面积", "S_RANGE"),
        ({"area_m2": "-90"}, "建筑面积", "S_RANGE"),
        ({"area_m2": "90.001"}, "建筑面积", "S_DIGITS"),
        ({"inner_area_m2": ""}, "套内建筑面积", "S_MISSING"),
        ({"shared_area_m2": "17.49"}, "建筑面积", "S_AREA_SUM"),
        ({"common": "也许"}, "业主共有部分", "S_YES_NO"),
        ({"common": "是"}, "套内建筑面积", "S_COMMON_AREA"),
    ],
)
def test_what_is_wrong_with_a_cell_is_told(changes: dict[str, str], column: str, code: str) -> None:
    found = faults(row(1), row(2, **changes))
    assert (column, code) in {(f.column, f.code) for f in found if f.row == 3}
    assert all(f.why and f.mend for f in found)


@pytest.mark.parametrize(
    ("text", "use"),
    [("成套住宅", "dwelling"), ("11", "dwelling"), ("parking", "parking"), ("车位", "parking")],
)
def test_words_of_the_standard_are_known_by_name_and_code(text: str, use: str) -> None:
    units = read(SurveyKind.BUILDING, [table()[0], row(use=text)], area=AREA).units
    assert [u.use for u in units] == [use] and use in HouseUse.values


def test_a_floor_below_ground_and_a_maisonette_are_floors() -> None:
    cells = [table()[0], row(1, floor="-1", building_area="180"), row(2, floor="3-4", building_area="180")]
    assert [(u.floor, u.level) for u in read(SurveyKind.BUILDING, cells, area=AREA).units] == [
        ("-1", -1),
        ("3-4", 3),
    ]


def test_a_common_part_has_no_areas_of_its_own_owner_and_counts_in_the_building() -> None:
    cells = [table()[0], row(1, building_area="120"),
             row(2, building_area="120", common="是", area_m2="30", inner_area_m2="", shared_area_m2="",
                 use="物管用房")]  # fmt: skip
    found = read(SurveyKind.BUILDING, cells, area=AREA)
    assert found.faults == [] and [(u.common, u.inner_area_m2) for u in found.units] == [
        (False, Decimal("72.50")),
        (True, None),
    ]


def test_the_same_unit_and_the_same_room_stand_once() -> None:
    found = faults(row(1, building_area="180"), row(1, building_area="180"))
    assert {(f.row, f.column, f.code) for f in found} == {
        (3, "不动产单元号", "S_DUPLICATE"),
        (3, "房号", "S_DUPLICATE"),
    }
    other_stair = faults(row(1, building_area="180", room="101", stair="1单元"),
                         row(2, building_area="180", room="101", stair="2单元"))  # fmt: skip
    assert other_stair == []


def test_all_rows_of_a_building_say_the_same_of_it() -> None:
    found = faults(row(1, building_area="180"), row(2, building_area="180", floors="31", structure="钢结构"))
    assert {f.column for f in found if f.code == "S_BUILDING_DIFFERS"} == {"总层数", "房屋结构"}


@pytest.mark.parametrize(
    ("kind", "total", "wrong"),
    [
        ("building", "180.00", False),
        ("building", "180.02", False),  # each row may be rounded
        ("building", "180.03", True),
        ("building", "179.97", True),
        ("house", "4000.00", False),  # only some rows of the building
        ("house", "179.97", True),
    ],
)
def test_the_rows_add_up_to_the_building(kind: str, total: str, wrong: bool) -> None:
    found = faults(row(1, building_area=total), row(2, building_area=total), kind=kind)
    assert [f.code for f in found] == ["S_BUILDING_SUM"] * wrong


def test_headings_may_stand_in_any_order_and_a_missing_one_is_named() -> None:
    cells = [list(reversed(r)) for r in table()]
    assert read(SurveyKind.BUILDING, cells, area=AREA).faults == []
    without = [[c for n, c in enumerate(r) if n != 2] for r in table()]
    (fault,) = read(SurveyKind.BUILDING, without, area=AREA).faults
    assert (fault.row, fault.column, fault.code) == (1, "房屋结构", "S_NO_COLUMN")


def test_the_example_row_and_empty_rows_are_passed_over() -> None:
    cells = table(2)
    cells[1:1] = [["示例（导入时跳过这一行）", *cells[1][1:]], [""] * 15]
    found = read(SurveyKind.BUILDING, cells, area=AREA)
    assert (found.faults, found.rows_read) == ([], 2)
    assert [f.code for f in read(SurveyKind.BUILDING, cells[:1], area=AREA).faults] == ["S_EMPTY"]


@given(
    st.decimals(min_value="0.01", max_value="9999", places=2),
    st.decimals(min_value="0", max_value="999", places=2),
)
def test_inner_and_shared_area_always_add_up_to_the_area_taken(inner: Decimal, shared: Decimal) -> None:
    good = f"{inner + shared:f}"
    said = {"inner_area_m2": f"{inner:f}", "shared_area_m2": f"{shared:f}", "building_area": good}
    assert faults(row(1, area_m2=good, **said)) == []
    assert "S_AREA_SUM" in {
        f.code for f in faults(row(1, area_m2=f"{inner + shared + rules.CENT:f}", **said))
    }


@given(st.lists(st.lists(st.text(max_size=12), max_size=16), max_size=6))
def test_whatever_stands_in_a_file_is_read_or_told_and_never_breaks(cells: list[list[str]]) -> None:
    for kind in SurveyKind.values:
        found = read(kind, [[c.heading for c in columns_of(kind)], *cells], area=AREA)
        assert found.faults or found.units or found.parcels


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "a b"}, "number"),
        ({"kind": "x"}, "kind"),
        ({"surveyor": " "}, "surveyor"),
        ({"surveyed_on": None}, "surveyed_on"),
        ({"surveyed_on": dt.date(2027, 1, 1)}, "surveyed_on"),
        ({"project_name": ""}, "project_name"),
    ],
)
def test_what_is_typed_beside_the_file_is_judged_by_field(change: dict[str, object], field: str) -> None:
    today = dt.date(2026, 11, 28)
    assert check_head(head(), today) == []
    assert [r.field for r in check_head(head(**change), today)] == [field]  # type: ignore[arg-type]


def test_a_survey_serves_a_case_when_it_is_checked_in_or_was_used_by_that_very_case() -> None:
    mine, other = uuid.uuid4(), uuid.uuid4()
    told = {(status, used): serves(status, used, mine)
            for status in ("received", "checked", "used", "void") for used in (None, mine, other)}  # fmt: skip
    assert {k for k, v in told.items() if v} == {
        ("checked", None), ("checked", mine), ("checked", other), ("used", mine),
    }  # fmt: skip
