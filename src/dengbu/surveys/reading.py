"""Reading a survey's table: cells to parcels, buildings and units, or one fault per cell. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from dengbu.core.identifiers import (
    check_parcel_code,
    check_unit_code,
    half_width,
    normalise_number,
)
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import (
    HouseNature,
    SurveyKind,
    Vocabulary,
)

from .rules import (
    CENT,
    EXAMPLE,
    LAND_COLUMNS,
    MOST_ROWS,
    BuildingRow,
    Column,
    Fault,
    ParcelRow,
    Table,
    UnitRow,
    columns_of,
)


def read(kind: str, cells: Sequence[Sequence[str]], *, area: str) -> Table:
    """Cells of the file (headings first) to rows; every fault at once. `area`: the office's own six digits."""
    table = Table()
    columns = columns_of(kind)
    places = _places(columns, cells[0] if cells else (), table.faults)
    rows = [
        (n, row)
        for n, row in enumerate(cells[1:], 2)
        if any(c.strip() for c in row) and not row[0].strip().startswith(EXAMPLE)
    ]
    table.rows_read = len(rows)
    if table.faults:
        return table
    if not rows:
        table.faults.append(Fault(0, "", "", "表里没有数据", "请从第 2 行起，每行填一处。", "S_EMPTY"))
    if len(rows) > MOST_ROWS:
        table.faults.append(
            Fault(0, "", str(len(rows)), f"一次最多导入 {MOST_ROWS} 行", "请按幢分成几份成果。", "S_TOO_MANY")
        )
        return table
    for n, row in rows:
        reader = _Row(
            n, {c.key: row[at].strip() if at < len(row) else "" for c, at in places.items()}, columns
        )
        (_read_parcel if kind == SurveyKind.LAND else _read_unit)(reader, table, area)
        table.faults += reader.faults
    _unique(table)
    if kind != SurveyKind.LAND:
        _buildings_whole(table, kind)
    table.faults.sort(key=lambda f: (f.row, f.column))
    return table


def _places(columns: Sequence[Column], headings: Sequence[str], faults: list[Fault]) -> dict[Column, int]:
    """Where each column stands; the order is free, unknown columns are passed over."""
    said = [re.sub(r"[\s*＊]|[（(][^）)]*[）)]", "", half_width(h)) for h in headings]
    places: dict[Column, int] = {}
    for column in columns:
        at = [n for n, heading in enumerate(said) if heading == column.heading]
        if len(at) == 1:
            places[column] = at[0]
        elif at:
            faults.append(
                Fault(
                    1,
                    column.heading,
                    column.heading,
                    "这一列出现了两次",
                    "请删去多余的一列。",
                    "S_TWICE_COLUMN",
                )
            )
        elif column.required:
            faults.append(
                Fault(
                    1,
                    column.heading,
                    "",
                    "缺少这一列",
                    "请用下载的模板填写，不要改动第 1 行。",
                    "S_NO_COLUMN",
                )
            )
    return places


class _Row:
    """One row while it is read: each reading method gives the value or notes the fault and gives None."""

    def __init__(self, row: int, values: Mapping[str, str], columns: Sequence[Column]):
        self.row, self.values = row, values
        self.columns = {c.key: c for c in columns}
        self.faults: list[Fault] = []

    def fault(self, key: str, code: str, why: str, mend: str) -> None:
        column = self.columns[key]
        self.faults.append(Fault(self.row, column.heading, self.values.get(key, "")[:60], why, mend, code))

    def missing(self, key: str, more: str = "") -> None:
        """Nothing stands there, though on the screen it may: below a merged cell, or under a formula never reckoned."""
        mend = f"请填写{self.columns[key].heading}{more}。表里看得见的，拆开合并的单元格，把公式粘贴成数值。"
        self.fault(key, "S_MISSING", "没有填", mend)

    def text(self, key: str, most: int) -> str | None:
        value = half_width(self.values.get(key, "")).strip()
        if not value and self.columns[key].required:
            self.missing(key)
            return None
        if len(value) > most:
            self.fault(key, "S_LONG", f"超过 {most} 字", "请写得简短些。")
            return None
        return value

    def word(self, key: str, default: str = "") -> str | None:
        """A value of the column's list: by its label, its standard code where only one has it, or our word."""
        words = self.columns[key].words
        assert words is not None
        value = half_width(self.values.get(key, "")).strip()
        if not value and default:
            return default
        if not value:
            self.missing(key)
            return None
        members: list[Vocabulary] = list(words)
        found = [m for m in members if value in (m.label, m.value)] or [
            m for m in members if m.code and m.code == value
        ]
        if len(found) == 1:
            return str(found[0].value)
        if found:
            names = "、".join(m.label for m in found)
            self.fault(key, "S_WORD", "这个代码有几个用途", f"请写名称：{names}。")
        else:
            names = "、".join(m.label for m in members[:6])
            more = "等" if len(members) > 6 else ""
            self.fault(key, "S_WORD", "不在标准列表里", f"请从下拉列表选：{names}{more}。")
        return None

    def area(self, key: str, *, zero: bool = False) -> Decimal | None:
        text = half_width(self.values.get(key, "")).replace(",", "").removesuffix("㎡").strip()
        if not text:
            self.missing(key, "，单位平方米")
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            self.fault(key, "S_NUMBER", "不是数字", "请只填数字，单位平方米。")
            return None
        if not value.is_finite() or value < 0 or (value == 0 and not zero) or value >= 10**9:
            self.fault(key, "S_RANGE", "应不小于 0" if zero else "应大于 0", "请照测绘报告填写。")
            return None
        if value != value.quantize(CENT):
            self.fault(key, "S_DIGITS", "超过两位小数", "请四舍五入到两位小数。")
            return None
        return value.quantize(CENT)

    def whole(self, key: str, most: int) -> int | None:
        text = re.sub(r"\.0+$", "", half_width(self.values.get(key, "")).strip())
        if not re.fullmatch(r"\d{1,4}", text) or not 0 < int(text) <= most:
            self.fault(key, "S_NUMBER", f"应是 1 到 {most} 的整数", "请照测绘报告填写。")
            return None
        return int(text)

    def code(self, refusal: Refusal | None) -> str | None:
        if refusal is not None:
            self.fault("code", f"S_{refusal.code}", refusal.message, "请照权籍调查表填写。")
            return None
        return normalise_number(self.values["code"])


def _read_parcel(row: _Row, table: Table, area: str) -> None:
    code = row.code(check_parcel_code(row.values.get("code", ""), area=area))
    location, size, use = row.text("location", 200), row.area("area_m2"), row.word("land_use")
    if code and location and size and use:
        table.parcels.append(ParcelRow(row.row, code, location, size, use))


def _floor(row: _Row, floors: int | None) -> tuple[str, int] | None:
    """所在层: a floor, or two of a maisonette; below ground negative."""
    text = re.sub(r"\.0+$", "", half_width(row.values.get("floor", "")).replace("层", "").strip())
    found = re.fullmatch(r"(-?\d{1,3})(?:[-~](\d{1,3}))?", text)
    levels = [int(x) for x in found.groups() if x] if found else []
    if not levels or 0 in levels or levels != sorted(set(levels)):
        row.fault("floor", "S_FLOOR", "不是楼层", "请填整数，地下填负数，跃层写 3-4。")
        return None
    if floors is not None and levels[-1] > floors:
        row.fault("floor", "S_FLOOR", f"高于总层数 {floors}", "请核对所在层和总层数。")
        return None
    return text.replace("~", "-"), levels[0]


def _read_unit(row: _Row, table: Table, area: str) -> None:
    code = row.code(check_unit_code(row.values.get("code", ""), area=area))
    if code and code[19] != "F":
        row.fault("code", "S_NO_HOUSE", "不是房屋的单元号", "第 20 位应为 F；土地请用宗地模板。")
        code = None
    name, structure, floors = row.text("building", 100), row.word("structure"), row.whole("floors", 200)
    total = row.area("building_area")
    stair, room, location = row.text("stair", 20), row.text("room", 20), row.text("location", 200)
    floor, use = _floor(row, floors), row.word("use")
    nature = row.word("house_nature", HouseNature.MARKET.value)
    common = _common(row)
    size = row.area("area_m2")
    inner, shared = _parts(row, bool(common), size)
    if code and name and structure and floors and total:
        table.buildings.append(BuildingRow(row.row, code[:24], name, structure, floors, total))
    if row.faults:
        return
    assert code and structure and floors and floor and room and location and use and nature and size
    table.units.append(
        UnitRow(row.row, code, code[:24], stair or "", floor[0], floor[1], room, location, use, nature, structure,
                floors, size, inner, shared, bool(common))
    )  # fmt: skip


def _common(row: _Row) -> bool | None:
    text = row.values.get("common", "").strip()
    if text not in ("", "是", "否"):
        row.fault("common", "S_YES_NO", "应填是或否", "业主共有的物业用房、道路等填“是”。")
        return None
    return text == "是"


def _parts(row: _Row, common: bool, size: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """套内 and 分摊. A common part has neither: nobody owns it alone, and it takes no share of another."""
    if common:
        for key in ("inner_area_m2", "shared_area_m2"):
            if row.values.get(key, "").strip():
                row.fault(key, "S_COMMON_AREA", "业主共有部分没有套内和分摊面积", "请清空，只填建筑面积。")
        return None, None
    inner, shared = row.area("inner_area_m2"), row.area("shared_area_m2", zero=True)
    if size is not None and inner is not None and shared is not None and inner + shared != size:
        row.fault(
            "area_m2",
            "S_AREA_SUM",
            f"套内 {inner} 加分摊 {shared} 等于 {inner + shared}，不等于建筑面积",
            "请核对三个面积。",
        )
    return inner, shared


def _unique(table: Table) -> None:
    """A code, and a room of a stairway, stand once."""
    seen: dict[tuple[str, ...], int] = {}
    for parcel in table.parcels:
        _once(table, seen, (parcel.code,), parcel.row, LAND_COLUMNS[0].heading, parcel.code)
    for unit in table.units:
        _once(table, seen, (unit.code,), unit.row, "不动产单元号", unit.code)
        place = (unit.building_code, unit.stair, unit.room)
        _once(table, seen, place, unit.row, "房号", unit.room)


def _once(
    table: Table, seen: dict[tuple[str, ...], int], key: tuple[str, ...], row: int, column: str, value: str
) -> None:
    first = seen.setdefault(key, row)
    if first != row:
        table.faults.append(
            Fault(row, column, value, f"与第 {first} 行重复", "请核对，重复的行请删去。", "S_DUPLICATE")
        )


def _buildings_whole(table: Table, kind: str) -> None:
    """What is said of a building is the same on all its rows; its rows add up to it, within a rounding of each row.
    A survey of single houses has only some of its rows."""
    first: dict[str, BuildingRow] = {}
    differ = ("name", "幢名称"), ("structure", "房屋结构"), ("floors", "总层数"), ("area_m2", "幢建筑面积")
    for row in table.buildings:
        known = first.setdefault(row.code, row)
        for attribute, heading in differ:
            if getattr(row, attribute) != getattr(known, attribute):
                said = str(getattr(row, attribute))
                table.faults.append(
                    Fault(row.row, heading, said, f"与第 {known.row} 行同一幢的不一样", "同一幢各行应填一样的。",
                          "S_BUILDING_DIFFERS")
                )  # fmt: skip
    table.buildings = list(first.values())
    if table.faults:
        return  # with a row missing no sum is right
    for building in table.buildings:
        areas = [u.area_m2 for u in table.units if u.building_code == building.code]
        total, slack = sum(areas, Decimal(0)), CENT * len(areas)
        short = building.area_m2 - total > slack and kind == SurveyKind.BUILDING
        if short or total - building.area_m2 > slack:
            table.faults.append(
                Fault(
                    building.row,
                    "幢建筑面积",
                    str(building.area_m2),
                    f"{building.name}各行建筑面积合计 {total}，与幢建筑面积不符",
                    "请核对有没有漏行；不分摊的共有部分也要各占一行。",
                    "S_BUILDING_SUM",
                )
            )


def measured_twice(table: Table, others: Mapping[str, str]) -> list[Fault]:
    """Codes that another survey, not used yet, measures too: `others`, code to its number."""
    heading = "宗地代码" if table.parcels else "不动产单元号"
    return [
        Fault(r.row, heading, r.code, f"成果 {others[r.code]} 里也有它，还没有用于登记",
              "请先作废那份成果，或作为它的新版本导入。", "S_OTHER_SURVEY")
        for r in table.measured
        if r.code in others
    ]  # fmt: skip
