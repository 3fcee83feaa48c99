"""What we tell people: in-site message and SMS, with its delivery."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dengbu.core.furniture import Mutable
from dengbu.core.ids import uuid7


class Message(Mutable):
    """One message to one receiver about a docket. The phone number stands encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    docket = models.ForeignKey("core.Docket", models.PROTECT, null=True, related_name="messages")
    user_id = models.BigIntegerField(null=True, db_index=True)
    template = models.CharField(max_length=40)
    text = models.CharField(max_length=300)
    parameters = models.JSONField(default=list)
    phone_cipher = models.CharField(max_length=200, default="")
    state = models.CharField(max_length=20, default="queued")  # queued | sent | failed | in_site
    attempts = models.IntegerField(default=0)
    gateway_ref = models.CharField(max_length=80, default="")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user_id", "-id"], name="messages_of_user")]
