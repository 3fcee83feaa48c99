"""SALES ON FILE: contract filings and transaction reviews that the housing department pushes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dengbu.core.furniture import AppendOnly, Mutable
from dengbu.core.ids import uuid7

NUMBER_PURPOSE = "contracts.party.number"
PHONE_PURPOSE = "contracts.party.phone"

FILED, HELD, USED = "filed", "held", "used"
IN_FORCE = "in_force"


class Pushed(Mutable):
    """What every pushed thing has: its sender, its place in the sequence, and what is on the unit.

    `pushed_status` is what the housing department says; `status` what that means here: a filing in force that does
    not fit the book is `held`, one that a registration was made on stays `used`. '' = the same as `status`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=40)
    version = models.IntegerField(default=1)
    pushed_status = models.CharField(max_length=20, default="")
    status_reason = models.CharField(max_length=200, default="")
    status_at = models.DateTimeField(null=True)
    content_digest = models.CharField(max_length=64, default="")
    unit_code = models.CharField(max_length=28, db_index=True)
    housing_code = models.CharField(max_length=60, default="")
    received_at = models.DateTimeField()

    class Meta:
        abstract = True


class ContractFiling(Pushed):
    """合同备案: one row per filing number; a replacement raises `version`, a withdrawal ends it."""

    filing_no = models.CharField(max_length=60)
    contract_no = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)  # existing_sale | presale | new_sale
    status = models.CharField(
        max_length=20, default=FILED
    )  # filed | held | used | replaced | withdrawn | cancelled
    replaced_by = models.CharField(max_length=60, default="")
    address = models.CharField(max_length=200, default="")
    area_m2 = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    price_fen = models.BigIntegerField()
    payment_method = models.CharField(max_length=20, default="")
    filed_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("source", "filing_no", name="one_row_per_filing")]
        indexes: ClassVar = [models.Index(fields=["filing_no"], name="filing_by_number")]


class PushedParty(Mutable):
    """A seller or buyer; number and phone encrypted, the number indexed for comparing."""

    role = models.CharField(max_length=10)  # seller | buyer
    ordinal = models.IntegerField()
    name = models.CharField(max_length=200)
    document_kind = models.CharField(max_length=20)
    number_cipher = models.CharField(max_length=200)
    number_index = models.CharField(max_length=64)
    phone_cipher = models.CharField(max_length=200, default="")

    class Meta:
        abstract = True


class ContractParty(PushedParty):
    filing = models.ForeignKey(ContractFiling, models.CASCADE, related_name="parties")


class TransactionReview(Pushed):
    """交易审核信息: the housing department's confirmation of a transaction."""

    review_no = models.CharField(max_length=60)
    filing_no = models.CharField(max_length=60, default="", db_index=True)
    result = models.CharField(max_length=20)  # passed | limited | failed
    funds_supervision = models.CharField(max_length=20, default="none")
    policy_limit = models.CharField(max_length=200, default="")
    status = models.CharField(max_length=20, default=IN_FORCE)  # in_force | held | withdrawn | cancelled
    reviewed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("source", "review_no", name="one_row_per_review")]


class ReviewParty(PushedParty):
    review = models.ForeignKey(TransactionReview, models.CASCADE, related_name="parties")


class InboundMessage(AppendOnly):
    """Every message of a partner as received: digest, answer, problems; for replay and for staff to see."""

    app_may_update = ("handled_at", "handled_by", "handled_note")
    PROBLEMS: ClassVar = ("kept_with_problems", "refused")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=40)
    message_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)  # contract_filing | transaction_review
    content_digest = models.CharField(max_length=64)
    outcome = models.CharField(
        max_length=20
    )  # taken | already_taken | superseded | kept_with_problems | refused
    problems = models.JSONField(default=list)
    subject = models.CharField(max_length=80, default="")
    version = models.IntegerField(default=1)
    unit_code = models.CharField(max_length=28, default="")
    answer = models.JSONField(default=dict)
    excerpt = models.TextField(default="")  # of a message that could not be read, masked (`masking`)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handled_by = models.CharField(max_length=80, default="")
    handled_note = models.CharField(max_length=200, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("source", "message_id", name="one_inbound_message")]
        indexes: ClassVar = [
            models.Index(
                fields=["id"],
                condition=Q(outcome__in=("kept_with_problems", "refused"), handled_at__isnull=True),
                name="inbound_problems_open",
            ),
            models.Index(
                fields=["source", "subject"],
                condition=Q(outcome__in=("kept_with_problems", "refused")),
                name="inbound_problems_subject",
            ),
        ]
