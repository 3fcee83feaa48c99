"""WHO: persons, organisations with their service agreements and operators, staff with posts and business lines."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dengbu.core.furniture import Mutable
from dengbu.core.ids import uuid7

ID_PURPOSE = "parties.person.id_number"
PHONE_PURPOSE = "parties.phone"


class Person(Mutable):
    """A natural person with an account; real-name checked or not yet."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField("core.User", models.PROTECT, related_name="person")
    name = models.CharField(max_length=50, default="")
    document_kind = models.CharField(max_length=20, default="resident_id")
    id_cipher = models.CharField(max_length=200, default="")
    id_index = models.CharField(max_length=64, default="")
    phone_cipher = models.CharField(max_length=200)
    phone_index = models.CharField(max_length=64, unique=True)
    verified_at = models.DateTimeField(null=True)
    verification_ref = models.CharField(max_length=80, default="")
    address = models.CharField(max_length=200, default="")

    class Meta:
        constraints: ClassVar = [
            # One real-name account per identity; an empty index is an account not yet checked.
            models.UniqueConstraint(
                fields=["id_index"], condition=~models.Q(id_index=""), name="one_account_per_identity"
            )
        ]


class Organisation(Mutable):
    """A developer, bank or other enterprise that filed with the registry (备案, F2)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20)  # developer | bank | enterprise
    name = models.CharField(max_length=100)
    uscc = models.CharField(max_length=18, unique=True)
    uscc_index = models.CharField(max_length=64, db_index=True)
    licence_kind = models.CharField(max_length=40, default="")
    licence_no = models.CharField(max_length=60, default="")
    legal_representative = models.CharField(max_length=50, default="")
    address = models.CharField(max_length=200, default="")
    contact_phone_cipher = models.CharField(max_length=200, default="")
    small_enterprise = models.BooleanField(default=False)


class ServiceAgreement(Mutable):
    """《“互联网+不动产登记”服务协议》: version, dates, suspension. Filing needs one in force today."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="agreements")
    version = models.CharField(max_length=20)
    signed_on = models.DateField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    suspended_at = models.DateTimeField(null=True)
    suspension_reason = models.CharField(max_length=200, default="")


class Operator(Mutable):
    """经办人: an account of an organisation. Rights: fill, submit, view."""

    user = models.OneToOneField("core.User", models.PROTECT, related_name="operator")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="operators")
    name = models.CharField(max_length=50)
    id_cipher = models.CharField(max_length=200, default="")
    id_index = models.CharField(max_length=64, default="")
    phone_cipher = models.CharField(max_length=200, default="")
    phone_index = models.CharField(max_length=64, default="")
    may_submit = models.BooleanField(default=True)
    active = models.BooleanField(default=True)


class Staff(Mutable):
    """A member of the registry's staff: posts say what they may do, lines which business they get."""

    user = models.OneToOneField("core.User", models.PROTECT, related_name="staff")
    number = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=50)
    id_index = models.CharField(max_length=64, default="")  # so that nobody handles their own case
    posts = models.JSONField(default=list)
    lines = models.JSONField(default=list)
    window = models.CharField(max_length=20, default="")
    active = models.BooleanField(default=True)


class SmsCode(Mutable):
    """A one-time code sent to a phone: six digits, five minutes, five tries; only its hash is kept."""

    phone_index = models.CharField(max_length=64)
    purpose = models.CharField(max_length=20)
    salt = models.CharField(max_length=32)
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["phone_index", "purpose", "-id"], name="codes_of_phone")]
