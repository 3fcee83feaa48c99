"""Imports of an existing register: how far one came, what it kept of the old rows, what it left out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from dengbu.core.furniture import AppendOnly, Mutable


class RegisterImport(Mutable):
    """历史登记簿导入: one folder, known by its digest. `position`: the last parcel or unit entered; an import that was
    broken off goes on after it."""

    digest = models.CharField(max_length=64, unique=True)
    folder = models.CharField(max_length=300)
    state = models.CharField(max_length=10, default="running")  # running | done
    position = models.CharField(max_length=28, default="")
    places = models.IntegerField(default=0)
    entries = models.IntegerField(default=0)
    papers = models.IntegerField(default=0)
    quarantined = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    # Said for the type checker: the settings import this package, and it gives no manager to models in such a cycle.
    objects: ClassVar[models.Manager[RegisterImport]] = models.Manager()


class KeptRow(AppendOnly):
    """A row of the old register with its right holders as it stood, encrypted whole: evidence, and what the export
    gives back of fields that the book has no place for. `thing`: parcel:…, building:…, unit:…, right:…, restriction:…"""

    source = models.ForeignKey(RegisterImport, models.PROTECT, related_name="+", db_index=False)
    thing = models.CharField(max_length=60, unique=True)
    table_name = models.CharField(max_length=10)
    line = models.IntegerField()
    cipher = models.TextField()

    objects: ClassVar[models.Manager[KeptRow]] = models.Manager()


class OldCertificate(Mutable):
    """单件补录: an old 房产证 or 土地证 that is not in the book, typed from the paper archive by one, checked by another.

    What was typed is encrypted whole (it holds identity numbers); only when it is checked is it in the book.
    """

    docket = models.OneToOneField(
        "core.Docket", models.PROTECT, primary_key=True, related_name="old_certificate"
    )
    unit_code = models.CharField(max_length=28)
    location = models.CharField(max_length=200)
    number = models.CharField(max_length=200)
    archive_no = models.CharField(max_length=60)
    cipher = models.TextField()
    state = models.CharField(max_length=10, default="typed")  # typed | sent_back | entered | dropped
    version = models.IntegerField(default=1)
    typed_by_id = models.BigIntegerField()
    typed_by = models.CharField(max_length=80)
    typed_at = models.DateTimeField()
    checked_by_id = models.BigIntegerField(null=True)
    checked_by = models.CharField(max_length=80, default="")
    checked_at = models.DateTimeField(null=True)
    remark = models.CharField(max_length=300, default="")
    entry_no = models.CharField(max_length=20, default="")
    # the draft at the desk that waits for this home to be in the book
    waiting_case = models.ForeignKey(
        "core.Docket", models.PROTECT, null=True, related_name="awaited_certificates"
    )

    objects: ClassVar[models.Manager[OldCertificate]] = models.Manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(checked_by_id__isnull=True) | ~Q(checked_by_id=F("typed_by_id")),
                name="typed_and_checked_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="entered") | Q(checked_by_id__isnull=False), name="entered_when_checked"
            ),
            models.UniqueConstraint(
                fields=["unit_code"], condition=Q(state__in=("typed", "sent_back")), name="one_typed_per_unit"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "-typed_at"], name="old_certificates_by_state")]


class QuarantinedGroup(AppendOnly):
    """A parcel or unit that stayed out, with the codes of what is wrong and its rows, encrypted."""

    source = models.ForeignKey(RegisterImport, models.PROTECT, related_name="+", db_index=False)
    place = models.CharField(max_length=60)
    codes = models.JSONField()
    cipher = models.TextField()

    objects: ClassVar[models.Manager[QuarantinedGroup]] = models.Manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("source", "place", name="one_quarantine_per_place")]
