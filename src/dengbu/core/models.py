"""What every room leans on: users, dockets, counters, idempotency, audit, history, sights, the clock's offset."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from .furniture import AppendOnly, Mutable
from .ids import uuid7


class UserManager(BaseUserManager["User"]):
    """Finds users by login name; making them is an act of `parties.actions`."""


class User(AbstractBaseUser, Mutable):
    """An account somebody logs in with: a person, an operator of an organisation, or staff."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    login = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)

    objects = UserManager()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    def __str__(self) -> str:
        return self.login


class Docket(Mutable):
    """A case's identity that any room may point at: uuid, number, authority. Numbers are never reused."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=40, unique=True)
    authority = models.CharField(max_length=6)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number


class Counter(models.Model):
    """Gapless numbers per authority, kind and year. Its row is the last lock an act takes."""

    authority = models.CharField(max_length=6)
    kind = models.CharField(max_length=20)
    year = models.IntegerField()
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("authority", "kind", "year", name="one_counter")]


class Idempotency(models.Model):
    """An act done under a key: doing it again gives the first result; another body under the key is a conflict."""

    actor = models.CharField(max_length=80)
    act = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    result = models.JSONField(null=True)
    done_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("actor", "act", "key", name="one_act_per_key")]


class AuditRecord(AppendOnly):
    """Who did which act, when, about which docket. Nobody can edit it (R1)."""

    act = models.CharField(max_length=80)
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=100, default="")
    docket_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    legal_at = models.DateTimeField()
    real_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["docket_id", "id"], name="audit_by_docket"),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
        ]


class Sight(AppendOnly):
    """Personal data or a restriction was seen: who, what, for which docket and purpose (查询记录)."""

    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=100, default="")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    docket_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=100, default="")
    seen_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject", "id"], name="sight_by_subject")]


class History(AppendOnly):
    """The row as it was before a change, with the actor of the change. Written by trigger only."""

    table_name = models.CharField(max_length=63)
    operation = models.CharField(max_length=6)
    row_before = models.JSONField()
    actor = models.CharField(max_length=80)
    act = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["table_name", "id"], name="history_by_table")]


class ClockOffset(models.Model):
    """Seconds by which demo, training and tests have moved legal time. Production refuses any but 0."""

    seconds = models.BigIntegerField(default=0)


def new_public_id() -> uuid.UUID:
    return uuid7()
