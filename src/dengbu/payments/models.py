"""Fee bills, payment attempts through gateways, vouchers. Money is integer 分."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from dengbu.core.furniture import AppendOnly, Mutable
from dengbu.core.ids import uuid7


class FeeBill(Mutable):
    """缴费通知: what is due for one docket, by rule and on the acceptance date."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    docket = models.OneToOneField("core.Docket", models.PROTECT, related_name="fee_bill")
    number = models.CharField(max_length=40, unique=True)
    lines = models.JSONField(default=list)
    total_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(default=0)
    payer = models.CharField(max_length=200)
    exemption = models.CharField(max_length=200, default="")
    basis = models.CharField(max_length=300, default="")
    state = models.CharField(max_length=20, default="due")  # due | paid | free | cancelled
    assessed_on = models.DateField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(total_fen__gte=0, paid_fen__gte=0), name="fees_not_negative")
        ]


class Payment(Mutable):
    """One attempt to pay a bill: an order at the gateway, or money over the counter."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bill = models.ForeignKey(FeeBill, models.PROTECT, related_name="payments")
    out_trade_no = models.CharField(max_length=32, unique=True)
    channel = models.CharField(max_length=20)  # wechat | cash | pos
    amount_fen = models.BigIntegerField()
    state = models.CharField(
        max_length=20, default="pending"
    )  # pending | paid | closed | problem | refund_due | refunded
    code_url = models.CharField(max_length=300, default="")
    checkout_url = models.CharField(max_length=300, default="")  # the demo's payer only
    gateway_ref = models.CharField(max_length=64, default="")
    received_fen = models.BigIntegerField(null=True)
    returned_fen = models.BigIntegerField(default=0)  # the sum of its part refunds, kept by a trigger
    problem = models.CharField(max_length=200, default="")
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["made_at"], condition=Q(state="pending"), name="pending_payments"),
            models.Index(
                fields=["made_at"],
                condition=Q(state__in=("problem", "refund_due")),
                name="payments_to_look_after",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bill"], condition=Q(state="pending"), name="one_pending_order"),
            models.CheckConstraint(
                condition=Q(returned_fen=0)
                | Q(received_fen__isnull=False, returned_fen__gt=0, returned_fen__lte=F("received_fen")),
                name="returned_at_most_what_came",
            ),
        ]


class Voucher(AppendOnly):
    """缴费凭证: proof that a bill was settled (also for a fee of 0). One live per bill.

    A wrong one is never taken away: a second one of its own number, over the same amount below zero, cancels it (红冲).
    """

    app_may_update = ("cancelled_at", "cancel_reason")

    bill = models.ForeignKey(FeeBill, models.PROTECT, related_name="vouchers")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="vouchers")
    number = models.CharField(max_length=40, unique=True)
    amount_fen = models.BigIntegerField()
    payer = models.CharField(max_length=200, default="")  # on whom it is made out; empty: the bill's payer
    cancels = models.OneToOneField("self", models.PROTECT, null=True, related_name="cancelled_with")
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bill"],
                condition=Q(cancelled_at__isnull=True, cancels__isnull=True),
                name="one_live_voucher",
            ),
            models.CheckConstraint(
                condition=Q(cancels__isnull=True, amount_fen__gte=0)
                | Q(cancels__isnull=False, amount_fen__lte=0),
                name="below_zero_where_it_cancels",
            ),
        ]


class PartRefund(AppendOnly):
    """部分退费: a part of a payment that goes back; `reversal` is the voucher that cancelled the one over the whole.

    PostgreSQL adds each to its payment's `returned_fen`, so the parts never come to more than what was paid.
    """

    app_may_update = ("state", "settled_at")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="parts")
    reversal = models.OneToOneField(Voucher, models.PROTECT, related_name="part_refund")
    out_refund_no = models.CharField(max_length=32, unique=True)
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=20, default="due")  # due | done | problem
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["made_at"], condition=~Q(state="done"), name="part_refunds_open")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_part_is_more_than_nothing")
        ]


class GatewayNotice(AppendOnly):
    """A call-back of a gateway as it came (verified); the same one twice is one row."""

    channel = models.CharField(max_length=20)
    notice_id = models.CharField(max_length=64)
    out_trade_no = models.CharField(max_length=32)
    state = models.CharField(max_length=20)
    amount_fen = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("channel", "notice_id", name="one_gateway_notice")]
