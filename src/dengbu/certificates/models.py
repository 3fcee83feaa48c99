"""Certificates and proofs: gapless numbers, blank stock, printed bytes with digest, hand-out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dengbu.core.furniture import Mutable
from dengbu.core.ids import token, uuid7


class Mailing(Mutable):
    """邮寄: certificates of one case under way to their holder. Address and telephone are kept encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="mailings")
    tracking = models.CharField(max_length=20, unique=True)  # the carrier's number: one parcel is sent once
    receiver_name = models.CharField(max_length=100)
    address_cipher = models.CharField(max_length=1000)
    phone_cipher = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default="sent")  # sent | delivered | returned
    numbers = models.JSONField(default=list)  # the certificates in it, as printed on the slip
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, default="")
    signed_by = models.CharField(max_length=100, default="")  # who signed for it
    reason = models.CharField(max_length=200, default="")  # why it came back

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "id"], name="mailings_by_state")]


class Certificate(Mutable):
    """不动产权证书 or 不动产登记证明. Its number is allocated at entry, in the entry's transaction."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12)  # certificate | proof
    number = models.CharField(max_length=80, unique=True)
    year = models.IntegerField()
    serial = models.IntegerField()
    docket = models.ForeignKey("core.Docket", models.PROTECT, null=True, related_name="certificates")
    entry_id = models.BigIntegerField(db_index=True)
    right_id = models.UUIDField(
        db_index=True
    )  # public id of the right it proves; the first that stands of a list
    unit_code = models.CharField(max_length=28, db_index=True)
    holder_names = models.CharField(max_length=500)
    state = models.CharField(max_length=12, default="numbered")  # numbered | printed | mailed | issued | void
    void_reason = models.CharField(max_length=100, default="")
    voided_by_entry = models.BigIntegerField(null=True)
    blank_serial = models.CharField(max_length=30, default="")
    token = models.CharField(max_length=40, unique=True, default=token)
    document_key = models.CharField(max_length=100, default="")
    document_digest = models.CharField(max_length=64, default="")
    printed_at = models.DateTimeField(null=True)
    printed_by = models.CharField(max_length=80, default="")
    prints = models.IntegerField(default=0)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.CharField(max_length=80, default="")
    receiver_name = models.CharField(max_length=100, default="")
    receiver_document_kind = models.CharField(max_length=20, default="")
    receiver_number_cipher = models.CharField(max_length=200, default="")
    receiver_mandate = models.CharField(
        max_length=100, default=""
    )  # 代领依据, where the receiver is none of the case
    mailing = models.ForeignKey(Mailing, models.PROTECT, null=True, related_name="certificates")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["blank_serial"], condition=~Q(blank_serial=""), name="one_certificate_per_blank"
            ),
        ]


class ListedUnit(Mutable):
    """不动产单元清单: a right that a certificate or proof of several units covers, in the order of its annex.

    A paper of one unit has none. `ended_by_entry`: the entry by which the unit left the list; the others stay covered.
    """

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="listed")
    ordinal = models.IntegerField()
    right_id = models.UUIDField(db_index=True)
    unit_code = models.CharField(max_length=28, db_index=True)
    ended_by_entry = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("certificate", "ordinal", name="one_unit_per_line"),
            models.UniqueConstraint("certificate", "right_id", name="a_right_is_listed_once"),
        ]


class Blank(Mutable):
    """A pre-printed blank with its serial number (印制流水号): in stock, used, or spoiled with a reason."""

    serial = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=10, default="stock")  # stock | used | spoiled
    received_at = models.DateTimeField()
    certificate = models.ForeignKey(Certificate, models.PROTECT, null=True, related_name="blanks")
    changed_by = models.CharField(max_length=80, default="")
    changed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, default="")
