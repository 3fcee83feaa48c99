"""EVIDENCE: uploaded images page by page, with both digests (as received, as stored)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dengbu.core.furniture import Mutable
from dengbu.core.ids import uuid7


class MaterialPage(Mutable):
    """One page (image) or one PDF of a checklist item of a docket. Removed pages stay, marked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="material_pages", db_index=False)
    item = models.CharField(max_length=20)
    position = models.IntegerField()
    original_name = models.CharField(max_length=120)
    received_digest = models.CharField(max_length=64)
    stored_digest = models.CharField(max_length=64)
    mime = models.CharField(max_length=40)
    size = models.BigIntegerField()
    page_count = models.IntegerField(default=1)
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    storage_key = models.CharField(max_length=100)
    thumb_key = models.CharField(max_length=100)
    advice = models.CharField(max_length=100, default="")
    round = models.IntegerField(default=1)
    uploaded_by = models.CharField(max_length=80)
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["docket", "item", "position"], name="pages_of_docket")]
