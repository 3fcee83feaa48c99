"""Reads of surveys. Fixed numbers of statements, whatever the number of units."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from dengbu.core import rows
from dengbu.core.identifiers import LAND_TAIL

from .models import LIVE, Survey, SurveyedBuilding, SurveyedParcel, SurveyedUnit, SurveyImport

PAGE_SIZE = 30


@dataclass
class Measured:
    """A survey as other rooms see it: `facts` by code of parcels, their land units, buildings and units, ready to
    stand in the book. Common parts are no units to be registered: they are told apart."""

    survey: Survey
    facts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    common: list[SurveyedUnit] = field(default_factory=list)

    @property
    def units(self) -> tuple[str, ...]:
        """Codes of what can be registered: houses, or the land."""
        return tuple(c for c in self.facts if len(c) == 28)

    @property
    def location(self) -> str:
        """Where it is, in short: the land, the project, or the only house."""
        if self.survey.project_name:
            return self.survey.project_name
        return str(self.facts[self.units[0]]["location"]) if self.units else ""


def measured(survey_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Measured]:
    """Surveys with what they say. Four statements, none without ids."""
    ids = list(set(survey_ids))
    if not ids:
        return {}
    found = {s.pk: Measured(s) for s in rows.read(Survey, "WHERE t.id = ANY(%s)", [ids])}
    for p in rows.read(SurveyedParcel, "WHERE t.survey_id = ANY(%s) ORDER BY t.code", [ids]):
        facts = found[p.survey_id].facts
        facts[p.code] = {"location": p.location, "area_m2": p.area_m2}
        facts[f"{p.code}{LAND_TAIL}"] = {"location": p.location, "use": p.land_use, "area_m2": p.area_m2}
    for b in rows.read(SurveyedBuilding, "WHERE t.survey_id = ANY(%s) ORDER BY t.code", [ids]):
        one = found[b.survey_id]
        one.facts[b.code] = {
            "project_name": one.survey.project_name,
            "name": b.name,
            "structure": b.structure,
            "floors": b.floors,
        }
    for u in rows.read(SurveyedUnit, "WHERE t.survey_id = ANY(%s) ORDER BY t.code", [ids]):
        one = found[u.survey_id]
        if u.common:
            one.common.append(u)
        else:
            one.facts[u.code] = {name: getattr(u, name) for name in _UNIT_FACTS}
    return found


_UNIT_FACTS = ("location", "use", "area_m2", "inner_area_m2", "shared_area_m2", "floor", "floors", "room",
               "house_nature", "structure")  # fmt: skip


def survey_by_number(number: str) -> Survey | None:
    """The newest version of a number: the live one before one that is used, void ones last. One statement."""
    found = list(Survey.objects.filter(number=number).order_by("-version"))
    order = {"checked": 0, "received": 1, "used": 2, "void": 3}
    return min(found, key=lambda s: (order[s.status], -s.version), default=None)


def surveys_of(
    *, text: str = "", status: str = "", organisation_id: uuid.UUID | None = None, after: str = ""
) -> tuple[list[Survey], str]:
    """A page of surveys, newest first, and the key of the next page ('' at the end). One statement.

    `text`: part of a number, project, or surveyor, or a whole code of a parcel, building or unit.
    """
    asked: QuerySet[Survey] = Survey.objects.order_by("-pk")
    if organisation_id is not None:
        asked = asked.filter(organisation_id=organisation_id)
    if status:
        asked = asked.filter(status=status)
    if text:
        said = Q(number__icontains=text) | Q(project_name__icontains=text) | Q(surveyor__icontains=text)
        code = text.replace(" ", "").upper()
        if len(code) == 28:
            said |= (
                Q(rows__code=code) | Q(parcels__code=code[:19])
                if code.endswith(LAND_TAIL)
                else Q(rows__code=code)
            )
        elif len(code) == 19:
            said |= Q(parcels__code=code)
        elif len(code) == 24:
            said |= Q(houses__code=code)
        asked = asked.filter(said)
    if key := _uuid(after):
        asked = asked.filter(pk__lt=key)
    found = list(asked[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], str(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else ""


def survey_with(survey_id: uuid.UUID) -> Survey | None:
    """One survey. One statement."""
    return Survey.objects.select_related("docket").filter(pk=survey_id).first()


def versions_of(number: str) -> list[Survey]:
    """All versions of a number, newest first. One statement."""
    return list(Survey.objects.filter(number=number).order_by("-version"))


@dataclass(frozen=True, slots=True)
class BuildingTable:
    """楼盘表 of one building: its rows by floor, the highest first, and by stairway and room."""

    building: SurveyedBuilding
    floors: tuple[tuple[str, tuple[SurveyedUnit, ...]], ...]

    @property
    def width(self) -> int:
        return max((len(units) for _, units in self.floors), default=0)


def tables_of(survey_id: uuid.UUID) -> tuple[list[SurveyedParcel], list[BuildingTable]]:
    """Parcels and building tables of a survey. Three statements."""
    parcels = list(SurveyedParcel.objects.filter(survey_id=survey_id).order_by("code"))
    by_building: dict[str, dict[int, list[SurveyedUnit]]] = defaultdict(lambda: defaultdict(list))
    for unit in SurveyedUnit.objects.filter(survey_id=survey_id).order_by("stair", "room", "code"):
        by_building[unit.building_code][unit.level].append(unit)
    buildings = SurveyedBuilding.objects.filter(survey_id=survey_id).order_by("code")
    return parcels, [
        BuildingTable(
            building,
            tuple(
                (str(level), tuple(units))
                for level, units in sorted(by_building[building.code].items(), reverse=True)
            ),
        )
        for building in buildings
    ]


def elsewhere(codes: Iterable[str], number: str) -> dict[str, str]:
    """Of these codes of parcels and units those that a live survey of another number measures: code to its number.
    Two statements."""
    wanted = list(codes)
    found: dict[str, str] = {}
    for model in (SurveyedParcel, SurveyedUnit):
        live = model._default_manager.filter(code__in=wanted, survey__status__in=LIVE)
        found |= dict(live.exclude(survey__number=number).values_list("code", "survey__number"))
    return found


def import_with(import_id: uuid.UUID) -> SurveyImport | None:
    """One import. One statement."""
    return SurveyImport.objects.select_related("survey").filter(pk=import_id).first()


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
