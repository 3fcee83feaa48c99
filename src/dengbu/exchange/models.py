"""Imports of an existing register: how far one came, what it kept of the old rows, what it left out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

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


class QuarantinedGroup(AppendOnly):
    """A parcel or unit that stayed out, with the codes of what is wrong and its rows, encrypted."""

    source = models.ForeignKey(RegisterImport, models.PROTECT, related_name="+", db_index=False)
    place = models.CharField(max_length=60)
    codes = models.JSONField()
    cipher = models.TextField()

    objects: ClassVar[models.Manager[QuarantinedGroup]] = models.Manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("source", "place", name="one_quarantine_per_place")]
