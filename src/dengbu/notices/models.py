"""What we tell people: in-site message and SMS, with its delivery."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

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


class Deadline(Mutable):
    """到期事项: something that runs out on a day, found by the office's watch; whether those concerned were told.

    One row for each thing and day. What is no longer so (answered, entered, collected, moved) is `gone`. No answer of the
    register rests on it: what is in force is computed when the book is read.
    """

    kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=40)  # public id of the right or restriction, or the docket
    due_on = models.DateField()
    docket = models.ForeignKey("core.Docket", models.PROTECT, null=True, related_name="deadlines")
    unit_code = models.CharField(max_length=28, default="")
    location = models.CharField(max_length=200, default="")
    about = models.CharField(max_length=200, default="")
    found_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # when those concerned were told beforehand
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject", "due_on"], name="one_deadline_per_thing_and_day"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "due_on", "id"], condition=Q(gone_at__isnull=True), name="deadlines_to_come"
            ),
        ]
