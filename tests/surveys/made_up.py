"""Surveys of made-up land and houses, as files and in the database."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from dengbu.core.acts import Actor
from dengbu.core.vocabulary import SurveyKind
from dengbu.parties.permissions import OPERATOR
from dengbu.surveys import actions
from dengbu.surveys.models import Survey
from dengbu.surveys.rules import Head, columns_of
from tests.support.office import staff

PARCEL = "410106009001GB00001"
BUILDING = f"{PARCEL}F0001"
DEVELOPER = uuid.UUID(int=0xDE)


def operator(organisation: uuid.UUID = DEVELOPER) -> Actor:
    return Actor(
        key="user:9005", name="开发经办", user_id=9005, permissions=OPERATOR, organisation_id=organisation
    )


def taker() -> Actor:
    return staff("accept", 21, "李受理")


def checker() -> Actor:
    return staff("review", 11, "王审核")


def head(kind: str = SurveyKind.BUILDING, number: str = "CH-2026-001", **more: Any) -> Head:
    said: dict[str, Any] = {
        "surveyor": "河南测绘院",
        "surveyed_on": dt.date(2026, 10, 1),
        "project_name": "试验花园",
    }
    return Head(number=number, kind=kind, **(said | more))


def row(n: int = 1, *, kind: str = SurveyKind.BUILDING, **changes: str) -> list[str]:
    """A right row: home `n`, three on a floor, 90 ㎡ each."""
    if kind == SurveyKind.LAND:
        said = {"code": PARCEL, "location": "试验路1号", "area_m2": "1000.00", "land_use": "城镇住宅用地"}
    else:
        floor = (n - 1) // 3 + 1
        said = {
            "code": f"{BUILDING}{n:04d}", "building": "1号楼", "structure": "混合结构", "floors": "30",
            "building_area": "90.00", "floor": str(min(floor, 30)), "room": f"{floor}{n:04d}",
            "location": f"试验路1号1号楼{n}号", "use": "成套住宅", "area_m2": "90.00", "inner_area_m2": "72.50",
            "shared_area_m2": "17.50",
        }  # fmt: skip
    return [(said | changes).get(c.key, "") for c in columns_of(kind)]


def table(
    count: int = 3, *, kind: str = SurveyKind.BUILDING, first: int = 1, building: str = BUILDING
) -> list[list[str]]:
    """A right table of `count` homes of one building."""
    headings = [c.heading for c in columns_of(kind)]
    if kind == SurveyKind.LAND:
        return [headings, row(kind=kind)]
    total = f"{Decimal('90.00') * count:f}"
    homes = range(first, first + count)
    return [headings, *(row(n, building_area=total, code=f"{building}{n:04d}") for n in homes)]


def taken(
    cells: list[list[str]] | None = None, *, by: Actor | None = None, replaces: bool = False, **more: Any
) -> dict[str, Any]:
    of = head(**more)
    found: dict[str, Any] = actions.take(
        actor=by or taker(),
        head=of,
        cells=cells or table(kind=of.kind),
        file_name="a.xlsx",
        replaces=replaces,
    )
    return found


def checked(cells: list[list[str]] | None = None, **more: Any) -> Survey:
    """A survey that is checked in."""
    survey = taken(cells, **more)["survey"]
    assert survey is not None
    actions.check(actor=checker(), survey_id=uuid.UUID(survey))
    return Survey.objects.get(pk=survey)
