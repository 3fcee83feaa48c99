"""What a survey must be: cells of a table to parcels, buildings and units, or one fault per cell. Pure.

Areas are Decimal in ㎡ with two digits. 房产测量规范 GB/T 17986.1: 套内 + 分摊 = 建筑面积, the rows of a building add up
to it. Codes by GB/T 37346, uses and structures by the lists of the national database standard.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import (
    HouseNature,
    HouseUse,
    LandUse,
    Structure,
    SurveyKind,
    SurveyStatus,
    Vocabulary,
)

CENT = Decimal("0.01")
MOST_ROWS = 5000
MOST_FAULTS = 2000
EXAMPLE = "示例"  # a row that begins so is the template's own


# --- columns --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its heading, what an example row holds, and the list its values come from."""

    key: str
    heading: str
    example: str
    hint: str
    words: type[Vocabulary] | None = None
    required: bool = True


LAND_COLUMNS = (
    Column("code", "宗地代码", "410106001001GB00012", "19 位，按不动产单元代码规则"),
    Column("location", "坐落", "郑州市上街区中心路88号", "照地名主管部门的写法"),
    Column("area_m2", "宗地面积", "23880.40", "平方米，两位小数"),
    Column("land_use", "土地用途", "城镇住宅用地", "从下拉列表选，或填国标代码", LandUse),
)
UNIT_COLUMNS = (
    Column("code", "不动产单元号", "410106001001GB00012F00010001", "28 位"),
    Column("building", "幢名称", "1号楼", "同一幢各行填一样的"),
    Column("structure", "房屋结构", "钢筋混凝土结构", "从下拉列表选，同一幢各行一样", Structure),
    Column("floors", "总层数", "18", "整数，同一幢各行一样"),
    Column("building_area", "幢建筑面积", "8123.45", "这一幢的总建筑面积，同一幢各行一样"),
    Column("stair", "单元", "1单元", "没有分单元的不填", required=False),
    Column("floor", "所在层", "3", "地下填负数，例如 -1；跃层写 3-4"),
    Column("room", "房号", "301", "同一幢同一单元内不重复"),
    Column("location", "坐落", "郑州市上街区中心路88号1号楼1单元301号", "写到房号"),
    Column("use", "规划用途", "成套住宅", "从下拉列表选", HouseUse),
    Column("house_nature", "房屋性质", "市场化商品房", "不填的按市场化商品房", HouseNature, required=False),
    Column("area_m2", "建筑面积", "98.47", "平方米，两位小数；等于套内加分摊"),
    Column("inner_area_m2", "套内建筑面积", "78.77", "业主共有部分不填", required=False),
    Column("shared_area_m2", "分摊建筑面积", "19.70", "没有分摊的填 0；业主共有部分不填", required=False),
    Column("common", "业主共有部分", "否", "是或否；不填的按否", required=False),
)


def columns_of(kind: str) -> tuple[Column, ...]:
    """The columns of the table of a kind of survey."""
    return LAND_COLUMNS if kind == SurveyKind.LAND else UNIT_COLUMNS


# --- what is wrong --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: the row of the file (1 is the headings, 0 the file itself), the column, what stands there, why
    it is wrong, how to mend it. `code` is stable."""

    row: int
    column: str
    value: str
    why: str
    mend: str
    code: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ParcelRow:
    row: int
    code: str
    location: str
    area_m2: Decimal
    land_use: str


@dataclass(frozen=True, slots=True)
class BuildingRow:
    row: int
    code: str
    name: str
    structure: str
    floors: int
    area_m2: Decimal


@dataclass(frozen=True, slots=True)
class UnitRow:
    row: int
    code: str
    building_code: str
    stair: str
    floor: str
    level: int
    room: str
    location: str
    use: str
    house_nature: str
    structure: str
    floors: int
    area_m2: Decimal
    inner_area_m2: Decimal | None
    shared_area_m2: Decimal | None
    common: bool


@dataclass
class Table:
    """What a file says, and everything wrong with it. It is taken only when nothing is."""

    parcels: list[ParcelRow] = field(default_factory=list)
    buildings: list[BuildingRow] = field(default_factory=list)
    units: list[UnitRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows_read: int = 0

    @property
    def measured(self) -> list[ParcelRow | UnitRow]:
        """Its rows: the land, or what stands in the building table."""
        return [*self.parcels, *self.units]

    @property
    def area_m2(self) -> Decimal:
        """Of all its rows."""
        return sum((r.area_m2 for r in self.measured), Decimal(0))


# --- the head -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Head:
    """What is typed beside the file."""

    number: str
    kind: str
    surveyor: str
    surveyed_on: dt.date | None
    project_name: str = ""
    surveyor_licence: str = ""


def check_head(head: Head, today: dt.date) -> list[Refusal]:
    """What is wrong with what was typed beside the file, by field."""
    found = []
    if not re.fullmatch(r"[0-9A-Za-z一-鿿〔〕\[\]（）()._/-]{3,40}", head.number):
        found.append(
            Refusal(
                "SURVEY_NUMBER",
                "请输入测绘成果编号" if not head.number else "成果编号应为 3 到 40 个汉字、字母、数字或横线",
                "照测绘报告封面上的编号填写。",
                "",
                "number",
            )
        )
    if head.kind not in SurveyKind.values:
        found.append(Refusal("SURVEY_KIND", "请选择成果种类", "", "", "kind"))
    if not head.surveyor.strip():
        found.append(
            Refusal("SURVEY_SURVEYOR", "请输入测绘单位", "照测绘报告上盖章的单位写全称。", "", "surveyor")
        )
    if head.surveyed_on is None:
        found.append(Refusal("SURVEY_DAY", "请输入测绘完成日期", "例如 2026-10-01。", "", "surveyed_on"))
    elif head.surveyed_on > today:
        found.append(
            Refusal("SURVEY_DAY", "测绘完成日期不能晚于今天", "请照测绘报告填写。", "", "surveyed_on")
        )
    if head.kind == SurveyKind.BUILDING and not head.project_name.strip():
        found.append(
            Refusal("SURVEY_PROJECT", "请输入项目名称", "楼盘表要写明项目名称。", "", "project_name")
        )
    return found


# --- what a survey serves -------------------------------------------------------------------------------------------


def serves(status: str, used_by: uuid.UUID | None, docket_id: uuid.UUID) -> bool:
    """Whether a case may stand on a survey: it is checked in, or this very case was entered from it."""
    return status == SurveyStatus.CHECKED or (status == SurveyStatus.USED and used_by == docket_id)


UNUSABLE: Mapping[str, str] = {
    SurveyStatus.RECEIVED.value: "还没有核对入库",
    SurveyStatus.USED.value: "已经用于另一件登记",
    SurveyStatus.VOID.value: "已经作废",
}


def unusable(number: str, status: str | None) -> Refusal:
    """Why a survey cannot be used: of an unknown one `status` is None."""
    if status is None:
        return Refusal(
            "SURVEY_UNKNOWN",
            f"测绘成果库里没有编号“{number[:40]}”的成果。",
            "请核对测绘报告封面上的编号；还没有送来的请先送登记中心核对入库。",
            "实施细则8",
            "survey",
        )
    return Refusal(
        "SURVEY_UNUSABLE",
        f"测绘成果{number}{UNUSABLE[status]}，不能用来办理登记。",
        "请联系登记中心核对入库。" if status == SurveyStatus.RECEIVED else "请使用新的测绘成果。",
        "实施细则8",
        "survey",
    )


def may_check(received_by: str, actor_key: str) -> Iterable[Refusal]:
    """Whoever took a survey in does not check it (corrections §2, 2: a second person checks)."""
    if received_by == actor_key:
        yield Refusal(
            "SURVEY_OWN_CHECK",
            "这份成果是您导入的，不能由您核对。",
            "请由另一位工作人员核对入库。",
            "本登记机构规定",
        )
