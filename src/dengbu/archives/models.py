"""Archived volumes and the lists with which they go to the archive room."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dengbu.core.furniture import AppendOnly, Mutable
from dengbu.core.ids import uuid7


class HandOver(Mutable):
    """移交清单: volumes handed to the archive room together; both sides sign."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=40, unique=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    received_by = models.CharField(max_length=100, default="")
    received_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)  # the archive room did not take it; its volumes wait again
    return_reason = models.CharField(max_length=200, default="")
    document_key = models.CharField(max_length=100, default="")
    document_digest = models.CharField(max_length=64, default="")


class Volume(AppendOnly):
    """卷宗: the archived file of one docket with its page catalogue. Archived once, kept for ever."""

    app_may_update = ("hand_over_id",)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    docket = models.OneToOneField("core.Docket", models.PROTECT, related_name="volume")
    number = models.CharField(max_length=40, unique=True)
    catalogue = models.JSONField()
    pages = models.IntegerField()
    paper_pages = models.IntegerField()
    difference_note = models.CharField(max_length=200, default="")
    archived_by = models.CharField(max_length=80)
    archived_at = models.DateTimeField()
    document_key = models.CharField(max_length=100, default="")
    document_digest = models.CharField(max_length=64, default="")
    hand_over = models.ForeignKey(HandOver, models.PROTECT, null=True, related_name="volumes")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=models.Q(hand_over__isnull=True), name="volumes_to_hand_over"
            )
        ]
