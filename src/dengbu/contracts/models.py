"""SALES ON FILE: contract filings and transaction reviews that the housing department pushes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dengbu.core.furniture import AppendOnly, Mutable
from dengbu.core.ids import uuid7

NUMBER_PURPOSE = "contracts.party.number"


class ContractFiling(Mutable):
    """合同备案: one row per filing number; a replacement raises `version`, a withdrawal ends it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=40)
    filing_no = models.CharField(max_length=60)
    contract_no = models.CharField(max_length=60)
    version = models.IntegerField(default=1)
    kind = models.CharField(max_length=20)  # existing_sale | presale | new_sale
    status = models.CharField(max_length=20, default="filed")  # filed | replaced | withdrawn | used
    status_reason = models.CharField(max_length=200, default="")
    unit_code = models.CharField(max_length=28, db_index=True)
    housing_code = models.CharField(max_length=60, default="")
    address = models.CharField(max_length=200, default="")
    area_m2 = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    price_fen = models.BigIntegerField()
    payment_method = models.CharField(max_length=20, default="")
    filed_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("source", "filing_no", name="one_row_per_filing")]


class ContractParty(Mutable):
    """A seller or buyer of a filing; the number encrypted and indexed."""

    filing = models.ForeignKey(ContractFiling, models.CASCADE, related_name="parties")
    role = models.CharField(max_length=10)  # seller | buyer
    ordinal = models.IntegerField()
    name = models.CharField(max_length=200)
    document_kind = models.CharField(max_length=20)
    number_cipher = models.CharField(max_length=200)
    number_index = models.CharField(max_length=64)


class TransactionReview(Mutable):
    """交易审核信息: the housing department's confirmation of a transaction."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=40)
    review_no = models.CharField(max_length=60)
    version = models.IntegerField(default=1)
    filing_no = models.CharField(max_length=60, default="", db_index=True)
    unit_code = models.CharField(max_length=28, db_index=True)
    result = models.CharField(max_length=20)  # passed | limited | failed
    funds_supervision = models.CharField(max_length=20, default="none")
    policy_limit = models.CharField(max_length=200, default="")
    status = models.CharField(max_length=20, default="in_force")
    reviewed_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("source", "review_no", name="one_row_per_review")]


class InboundMessage(AppendOnly):
    """Every message of a partner as received: digest, answer, problems; for replay and for staff to see."""

    app_may_update = ("handled_at", "handled_by", "handled_note")

    source = models.CharField(max_length=40)
    message_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    body_digest = models.CharField(max_length=64)
    outcome = models.CharField(max_length=20)  # taken | kept_with_problems
    problems = models.JSONField(default=list)
    subject = models.CharField(max_length=80, default="")
    unit_code = models.CharField(max_length=28, default="")
    answer = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handled_by = models.CharField(max_length=80, default="")
    handled_note = models.CharField(max_length=200, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("source", "message_id", name="one_inbound_message")]
        indexes: ClassVar = [
            models.Index(fields=["-id"], condition=~models.Q(outcome="taken"), name="inbound_problems")
        ]
