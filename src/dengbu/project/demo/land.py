"""Bare land and surveys of the demo district: what is registered for the first time, changed, passed on, given up.

The land is in the book as everything else; of the surveys nothing is, they are checked in and wait to be filed on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from dengbu.core.vocabulary import SurveyKind
from dengbu.surveys.rules import columns_of

from .model import DemoParcel, DemoSurvey, DemoUnit
from .people import ORGANISATIONS, DemoPerson

_BY_KEY = {o.key: o for o in ORGANISATIONS}
SURVEYOR = "河南省中州测绘院"
SURVEYED_ON = dt.date(2026, 8, 20)
EACH = 4  # of every kind


def vacant(builders: list[DemoPerson]) -> tuple[DemoParcel, ...]:
    """Land of the developers, to be built on, changed, passed on or given up; and of people who built for themselves."""
    land = [
        _land(f"410106002004GB{14 + n:05d}", f"汜水路{7 + 2 * n}号", f"{18420 + n}.66", "urban_residential", "dev2", "D05")
        for n in range(1, EACH + 1)
    ]  # fmt: skip
    for place, role in enumerate(("D02", "D03", "D04"), start=2):
        land += [
            _land(f"41010600300{place}GB{n:05d}", f"峡窝镇工业{'一二三四'[n - 1]}路{place}号", f"{8600 + 100 * n}.00",
                  "industrial", "dev1", role)
            for n in range(1, EACH + 1)
        ]  # fmt: skip
    land += [
        replace(_land(f"410106003005GB{n:05d}", f"聂寨村{n}号", f"{198 + n}.50", "urban_residential", "dev1", "P21"),
                holders=(builder,))
        for n, builder in enumerate(builders, start=1)
    ]  # fmt: skip
    return tuple(land)


def _land(code: str, street: str, area: str, use: str, holder: str, role: str) -> DemoParcel:
    since = dt.date(2023, 6, 1)
    until = dt.date(2093 if use == "urban_residential" else 2073, 5, 31)
    return DemoParcel(
        code, f"郑州市上街区{street}", Decimal(area), use, since, until, (_BY_KEY[holder],), role=role
    )


def surveys(land: tuple[DemoParcel, ...]) -> Iterator[DemoSurvey]:
    """Projects to be registered from their building tables, land from the state, houses built by their owners."""
    for n, own in enumerate((one for one in land if one.role == "D05"), start=1):
        project = f"汜水新城{'二三四五'[n - 1]}期"
        rows = _table(own, project)
        yield DemoSurvey(f"CH-2026-{n:03d}", SurveyKind.BUILDING, project, _cells(SurveyKind.BUILDING, rows), "D05",
                         own.holders[0], rows[0]["code"], project)  # fmt: skip
    for n in range(1, EACH + 1):
        code, location = f"410106003001GB{n:05d}", f"郑州市上街区新安路{n}号"
        row = {"code": code, "location": location, "area_m2": f"{12600 + n}.30", "land_use": "城镇住宅用地"}
        yield DemoSurvey(f"ZD-2026-{n:03d}", SurveyKind.LAND, "", _cells(SurveyKind.LAND, [row]), "D01",
                         _BY_KEY["dev1"], f"{code}W00000000", location)  # fmt: skip
    for n, own in enumerate((one for one in land if one.role == "P21"), start=1):
        house = {
            "code": f"{own.code}F00010001", "building": "自建房", "structure": "混合结构", "floors": "2",
            "building_area": "236.40", "floor": "1-2", "room": "1", "location": own.location, "use": "非成套住宅",
            "house_nature": "其它", "area_m2": "236.40", "inner_area_m2": "236.40", "shared_area_m2": "0",
        }  # fmt: skip
        yield DemoSurvey(f"FW-2026-{n:03d}", SurveyKind.HOUSE, "", _cells(SurveyKind.HOUSE, [house]), "P21", own.holders[0],
                         house["code"], own.location)  # fmt: skip


def division(n: int, shop: DemoUnit, building: str, whole: Decimal) -> DemoSurvey:
    """A shop measured as two: `whole` is the area of its building."""
    half = (shop.area / 2).quantize(Decimal("0.01"))
    rows = [
        {
            "code": f"{shop.code[:24]}{5000 + 10 * n + part:04d}", "building": building, "structure": "钢筋混凝土结构",
            "floors": str(shop.floors), "building_area": str(whole), "floor": shop.floor, "room": f"{shop.room}-{part}",
            "location": f"{shop.location}之{'一二'[part - 1]}", "use": "商业服务", "area_m2": str(size),
            "inner_area_m2": str(size), "shared_area_m2": "0",
        }
        for part, size in enumerate((half, shop.area - half), start=1)
    ]  # fmt: skip
    return DemoSurvey(f"FG-2026-{n:03d}", SurveyKind.HOUSE, "", _cells(SurveyKind.HOUSE, rows), "P11", shop.owners[0],
                      shop.code, shop.location)  # fmt: skip


def _table(land: DemoParcel, project: str) -> list[dict[str, str]]:
    """Two floors of four homes, and the owners' common room."""
    building, floors = f"{land.code}F0001", 2
    sizes = (Decimal("96.32"), Decimal("128.05"), Decimal("128.05"), Decimal("96.32"))
    common = Decimal("42.60")
    of_all = {"building": "1号楼", "structure": "钢筋混凝土结构", "floors": str(floors),
              "building_area": str(sum(sizes) * floors + common)}  # fmt: skip
    rows = []
    for floor in range(1, floors + 1):
        for place, size in enumerate(sizes, start=1):
            stair, shared = f"{1 if place < 3 else 2}单元", (size / 5).quantize(Decimal("0.01"))
            room = f"{floor}{place:02d}"
            rows.append(
                of_all
                | {
                    "code": f"{building}{(floor - 1) * 4 + place:04d}", "stair": stair, "floor": str(floor),
                    "room": room, "location": f"{land.location}{project}1号楼{stair}{room}号",
                    "use": "成套住宅", "area_m2": str(size), "inner_area_m2": str(size - shared),
                    "shared_area_m2": str(shared),
                }
            )  # fmt: skip
    shared_room = {"code": f"{building}0009", "floor": "1", "room": "物业用房", "use": "物管用房", "area_m2": str(common),
            "location": f"{land.location}{project}1号楼物业用房", "common": "是"}  # fmt: skip
    return [*rows, of_all | shared_room]


def _cells(kind: str, rows: list[dict[str, str]]) -> tuple[tuple[str, ...], ...]:
    columns = columns_of(kind)

    def line(row: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(row.get(c.key, "") for c in columns)

    return (tuple(c.heading for c in columns), *map(line, rows))
