"""WHAT WAS MEASURED: surveys (测绘成果) and building tables (楼盘表), from which first registrations open the book.

What a survey says is written once, at its import, and never changes: who measures again makes a new version. Only
its status moves on (`migrations/0001_initial` holds the order). Areas in ㎡.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from dengbu.core.furniture import AppendOnly, Mutable
from dengbu.core.ids import uuid7
from dengbu.core.vocabulary import SurveyKind, SurveyStatus

LIVE = (SurveyStatus.RECEIVED.value, SurveyStatus.CHECKED.value)


class Survey(Mutable):
    """测绘成果: one version of one number. `docket` is the one registration that was entered from it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=40)
    version = models.IntegerField(default=1)
    kind = models.CharField(max_length=10)
    project_name = models.CharField(max_length=100, default="")
    surveyor = models.CharField(max_length=200)
    surveyor_licence = models.CharField(max_length=60, default="")
    surveyed_on = models.DateField()
    status = models.CharField(max_length=10, default=SurveyStatus.RECEIVED.value)
    organisation_id = models.UUIDField(null=True)  # who handed it in from a portal
    buildings = models.IntegerField(default=0)
    units = models.IntegerField(default=0)
    area_m2 = models.DecimalField(max_digits=15, decimal_places=2)  # of the land, or of all rows of the table
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=80)
    received_by_name = models.CharField(max_length=100)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.CharField(max_length=80, default="")
    checked_by_name = models.CharField(max_length=100, default="")
    voided_at = models.DateTimeField(null=True)
    voided_by_name = models.CharField(max_length=100, default="")
    void_reason = models.CharField(max_length=200, default="")
    used_at = models.DateTimeField(null=True)
    docket = models.OneToOneField("core.Docket", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("number", "version", name="one_survey_per_version"),
            models.UniqueConstraint(
                fields=["number"], condition=Q(status__in=LIVE), name="one_live_survey_per_number"
            ),
            models.CheckConstraint(condition=Q(kind__in=SurveyKind.values), name="survey_of_a_kind"),
            models.CheckConstraint(
                condition=Q(status__in=SurveyStatus.values), name="survey_of_a_known_status"
            ),
            models.CheckConstraint(
                condition=Q(status="used", docket__isnull=False, used_at__isnull=False)
                | (~Q(status="used") & Q(docket__isnull=True, used_at__isnull=True)),
                name="survey_used_by_a_docket",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("checked", "used")) | Q(checked_at__isnull=False),
                name="survey_checked_before_use",
            ),
            models.CheckConstraint(
                condition=Q(checked_by="") | ~Q(checked_by=F("received_by")),
                name="survey_checked_by_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "-id"], name="surveys_by_status"),
            models.Index(fields=["organisation_id", "-id"], name="surveys_of_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.number} v{self.version}"


class SurveyedParcel(AppendOnly):
    """宗地 as measured."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="parcels", db_index=False)
    code = models.CharField(max_length=19)
    location = models.CharField(max_length=200)
    area_m2 = models.DecimalField(max_digits=15, decimal_places=2)
    land_use = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("survey", "code", name="one_parcel_per_survey"),
            models.CheckConstraint(condition=Q(area_m2__gt=0), name="parcel_has_area"),
        ]
        indexes: ClassVar = [models.Index(fields=["code"], name="surveyed_parcels_by_code")]


class SurveyedBuilding(AppendOnly):
    """自然幢 as measured; `area_m2` is the building's own total."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="houses", db_index=False)
    code = models.CharField(max_length=24)
    name = models.CharField(max_length=100)
    structure = models.CharField(max_length=20)
    floors = models.IntegerField()
    area_m2 = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("survey", "code", name="one_building_per_survey"),
            models.CheckConstraint(condition=Q(area_m2__gt=0, floors__gt=0), name="building_has_area"),
        ]


class SurveyedUnit(AppendOnly):
    """A row of the building table (户): a unit to be registered, or a common part of the owners, which has no owner
    of its own (民法典 274)."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="rows", db_index=False)
    code = models.CharField(max_length=28)
    building_code = models.CharField(max_length=24)
    stair = models.CharField(max_length=20, default="")  # 单元 of a building: stairway
    floor = models.CharField(max_length=10)
    level = models.IntegerField()  # the lowest floor it is on, for the grid; below ground negative
    room = models.CharField(max_length=20)
    location = models.CharField(max_length=200)
    use = models.CharField(max_length=20)
    house_nature = models.CharField(max_length=20)
    structure = models.CharField(max_length=20)
    floors = models.IntegerField()
    area_m2 = models.DecimalField(max_digits=15, decimal_places=2)
    inner_area_m2 = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    shared_area_m2 = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    common = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("survey", "code", name="one_row_per_unit"),
            models.UniqueConstraint("survey", "building_code", "stair", "room", name="one_row_per_room"),
            models.CheckConstraint(condition=Q(area_m2__gt=0), name="unit_has_area"),
            models.CheckConstraint(
                condition=Q(code__startswith=F("building_code")), name="unit_in_its_building"
            ),
            models.CheckConstraint(
                condition=Q(common=True, shared_area_m2__isnull=True)
                | Q(
                    common=False,
                    inner_area_m2__gt=0,
                    shared_area_m2__gte=0,
                    area_m2=F("inner_area_m2") + F("shared_area_m2"),
                ),
                name="unit_areas_add_up",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["code"], name="surveyed_units_by_code")]


class SurveyImport(AppendOnly):
    """导入记录: one file handed in, taken or refused as a whole. A refused one keeps its cells and every fault, so that
    it can be mended and handed in again; of a taken one the rows stand in the tables."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, null=True, related_name="imports")
    organisation_id = models.UUIDField(null=True)
    head = models.JSONField(default=dict)  # what was typed: number, kind, surveyor, day
    cells = models.JSONField(default=list)  # of a refused file: its rows as text, the headings first
    faults = models.JSONField(default=list)
    rows_read = models.IntegerField(default=0)
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    made_by_name = models.CharField(max_length=100)
