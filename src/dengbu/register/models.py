"""THE BOOK. Every row is made by an entry and ended by an entry; nothing is changed or removed.

*Live* = `ended_by IS NULL`. The application's role may insert, read, and set `ended_by` once; triggers in
`migrations/0002_guards` hold the invariants whoever writes.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dengbu.core.furniture import AppendOnly
from dengbu.core.ids import uuid7

LIVE = Q(ended_by__isnull=True)


class Entry(AppendOnly):
    """登簿记载: one act of entering. `effects` is canonical JSON (RFC 8785); `digest` covers all of it."""

    public_id = models.UUIDField(default=uuid7, unique=True)
    authority = models.CharField(max_length=6)
    year = models.IntegerField()
    number = models.BigIntegerField()
    registration_type = models.CharField(max_length=10)
    docket = models.ForeignKey("core.Docket", models.PROTECT, null=True, related_name="+", db_index=True)
    legal_date = models.DateField()
    reviewer_of_record = models.CharField(max_length=100)
    registrar_of_record = models.CharField(max_length=100)
    acted_by = models.CharField(max_length=80)
    acted_by_name = models.CharField(max_length=100)
    instant = models.DateTimeField()
    effects = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("authority", "year", "number", name="one_entry_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.authority}-{self.year}-{self.number:07d}"


class Booked(AppendOnly):
    """A row of the book: made by an entry, ended by at most one other."""

    app_may_update = ("ended_by_id",)

    made_by = models.ForeignKey(Entry, models.PROTECT, related_name="+", db_index=False)
    ended_by = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Parcel(Booked):
    """宗地, by its 19-character code."""

    code = models.CharField(max_length=19, unique=True)


class ParcelFacts(Booked):
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="facts", db_index=False)
    location = models.CharField(max_length=200)
    area_m2 = models.DecimalField(max_digits=15, decimal_places=2)
    land_use = models.CharField(max_length=20)
    right_nature = models.CharField(max_length=20)
    term_from = models.DateField(null=True)
    term_until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parcel"], condition=LIVE, name="one_live_parcel_facts")
        ]


class Building(Booked):
    """自然幢, by its 24-character code."""

    code = models.CharField(max_length=24, unique=True)
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="buildings")


class BuildingFacts(Booked):
    building = models.ForeignKey(Building, models.PROTECT, related_name="facts", db_index=False)
    project_name = models.CharField(max_length=100, default="")
    name = models.CharField(max_length=100)
    structure = models.CharField(max_length=20)
    floors = models.IntegerField()
    completed_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["building"], condition=LIVE, name="one_live_building_facts")
        ]


class RealEstateUnit(Booked):
    """不动产单元, by its 28-character code, never reused."""

    code = models.CharField(max_length=28, unique=True)
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="units")
    building = models.ForeignKey(Building, models.PROTECT, null=True, related_name="units")

    def __str__(self) -> str:
        return self.code


class UnitFacts(Booked):
    """自然状况: one version of what a unit is like. Areas in ㎡."""

    unit = models.ForeignKey(RealEstateUnit, models.PROTECT, related_name="facts", db_index=False)
    location = models.CharField(max_length=200)
    use = models.CharField(max_length=20)
    area_m2 = models.DecimalField(max_digits=15, decimal_places=2)
    inner_area_m2 = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    shared_area_m2 = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    floor = models.CharField(max_length=20, default="")
    floors = models.IntegerField(null=True)
    room = models.CharField(max_length=20, default="")
    house_nature = models.CharField(max_length=20, default="")
    structure = models.CharField(max_length=20, default="")
    surveyed = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit"], condition=LIVE, name="one_live_unit_facts")
        ]


class Right(Booked):
    """权利: one right on one unit. `share_denominator` NULL = sole or joint, else holders' numerators add up to it."""

    public_id = models.UUIDField(default=uuid7, unique=True)
    unit = models.ForeignKey(RealEstateUnit, models.PROTECT, related_name="rights", db_index=False)
    kind = models.CharField(max_length=20)
    terms = models.JSONField(default=dict)
    rank = models.IntegerField(null=True)
    share_of = models.UUIDField(null=True)  # a right that covers a named holder's share only
    predecessor = models.UUIDField(null=True)
    instrument = models.CharField(max_length=60, default="")
    coownership = models.CharField(max_length=10, default="sole")
    share_denominator = models.IntegerField(null=True)
    holder_count = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=LIVE & Q(kind="house_ownership"),
                name="one_live_ownership_per_unit",
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=LIVE & Q(kind="land_use"), name="one_live_land_use_per_unit"
            ),
            models.UniqueConstraint(
                fields=["unit", "rank"], condition=LIVE & Q(kind="mortgage"), name="one_live_rank_per_unit"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit"], condition=LIVE, name="live_rights_of_unit"),
            models.Index(fields=["unit", "id"], name="rights_of_unit"),
            models.Index(
                fields=["instrument"], condition=LIVE & ~Q(instrument=""), name="live_by_instrument"
            ),
        ]


class Holder(AppendOnly):
    """权利人: a party's snapshot on a right, inserted only with it. The number stands here alone, encrypted."""

    right = models.ForeignKey(Right, models.PROTECT, related_name="holders", db_index=False)
    ordinal = models.IntegerField()
    name = models.CharField(max_length=200)
    document_kind = models.CharField(max_length=20)
    number_cipher = models.CharField(max_length=200)
    number_index = models.CharField(max_length=64)
    salt = models.CharField(max_length=32)
    commitment = models.CharField(max_length=64)
    share_numerator = models.IntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("right", "ordinal", name="one_holder_per_place"),
            models.CheckConstraint(
                condition=Q(share_numerator__isnull=True) | Q(share_numerator__gt=0),
                name="a_share_is_more_than_nothing",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["number_index", "right"], name="rights_of_holder")]


class Restriction(Booked):
    """限制: seizure, waiting seizure, objection, freeze … on a unit or a named holder's share, to the minute."""

    public_id = models.UUIDField(default=uuid7, unique=True)
    unit = models.ForeignKey(RealEstateUnit, models.PROTECT, related_name="restrictions", db_index=False)
    kind = models.CharField(max_length=20)
    authority = models.CharField(max_length=200)
    document_no = models.CharField(max_length=100)
    share_of = models.CharField(max_length=200, default="")
    from_at = models.DateTimeField(null=True)
    until_at = models.DateTimeField(null=True)
    position = models.IntegerField(default=0)
    note = models.CharField(max_length=500, default="")
    term_months = models.IntegerField(
        null=True
    )  # of one that waits: its own term, from the day its turn comes
    # Whom it names (the debtor of a pre-seizure, who objected). The number stands here alone, encrypted.
    party_name = models.CharField(max_length=200, default="", db_default="")
    party_document_kind = models.CharField(max_length=20, default="", db_default="")
    party_cipher = models.CharField(max_length=200, default="", db_default="")
    party_index = models.CharField(max_length=64, default="", db_default="")
    party_salt = models.CharField(max_length=32, default="", db_default="")
    party_commitment = models.CharField(max_length=64, default="", db_default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["unit"], condition=LIVE, name="live_restrictions_of_unit"),
            models.Index(fields=["until_at"], condition=LIVE, name="restrictions_running_out"),
            models.Index(fields=["unit"], condition=Q(kind="objection"), name="objections_of_unit"),
        ]
        constraints: ClassVar = [
            # Beside it a guard: a seizure of the whole suffers none of a share (corrections 7).
            models.UniqueConstraint(
                fields=["unit", "share_of"],
                condition=LIVE & Q(kind="seizure"),
                name="one_live_seizure_per_share",
            ),
            models.UniqueConstraint(
                fields=["unit", "position"],
                condition=LIVE & Q(kind="waiting_seizure"),
                name="one_place_in_line",
            ),
        ]


class EntryAnswer(AppendOnly):
    """How an entry passed a restriction or right that stood in its way, and with what evidence."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="answers", db_index=False)
    obstacle = models.UUIDField()  # public id of the restriction or right
    code = models.CharField(max_length=20)
    how = models.CharField(max_length=30)
    evidence = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("entry", "obstacle", name="one_answer_per_obstacle")]


class EntryNote(AppendOnly):
    """附记: what an entry says of a unit or right without changing a right: a correction's before and after, a new
    certificate, the common parts of a project."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="notes", db_index=False)
    unit = models.ForeignKey(RealEstateUnit, models.PROTECT, related_name="notes")
    right_id = models.UUIDField(null=True)  # public id of the right it is about
    kind = models.CharField(max_length=20)
    said = models.JSONField(default=dict)
