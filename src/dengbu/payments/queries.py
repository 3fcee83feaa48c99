"""Reads of bills, payments and vouchers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Q

from dengbu.core import clock

from . import rules
from .models import FeeBill, PartRefund, Payment, Voucher


def bill_of(docket_id: uuid.UUID) -> FeeBill | None:
    """The bill of a docket, or None. One statement."""
    return FeeBill.objects.filter(docket_id=docket_id).first()


def bills_of(docket_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, FeeBill]:
    """Bills by docket; dockets without one are missing. One statement."""
    return {bill.docket_id: bill for bill in FeeBill.objects.filter(docket_id__in=list(docket_ids))}


def voucher_of(docket_id: uuid.UUID) -> Voucher | None:
    """The live voucher (缴费凭证) of a docket, with its bill. One statement."""
    return (
        Voucher.objects.select_related("bill", "payment")
        .filter(bill__docket_id=docket_id, cancelled_at__isnull=True, cancels__isnull=True)
        .first()
    )


def vouchers_of(docket_id: uuid.UUID) -> list[Voucher]:
    """Every voucher of a docket, with those that cancel others, the oldest first. One statement."""
    return list(
        Voucher.objects.select_related("bill", "payment", "cancels", "part_refund")
        .filter(bill__docket_id=docket_id)
        .order_by("pk")
    )


def is_settled(docket_id: uuid.UUID) -> bool:
    """Whether the docket's bill is paid or free. False where no bill was raised."""
    return FeeBill.objects.filter(docket_id=docket_id, state__in=("paid", "free")).exists()


def payments_of(bill_id: uuid.UUID) -> list[Payment]:
    """Every attempt to pay a bill, oldest first."""
    return list(Payment.objects.filter(bill_id=bill_id).order_by("made_at", "pk"))


def problem_payments(limit: int = 200) -> list[Payment]:
    """Money that needs a person: wrong amounts, refunds that failed, and cash or card money to hand back. Oldest
    first, with bill and docket. One statement."""
    return list(
        Payment.objects.select_related("bill__docket")
        .filter(
            Q(state="problem")
            | Q(state="refund_due", channel__in=list(rules.WINDOW_CHANNELS))
            | Q(state="paid") & ~Q(problem="")
        )
        .order_by("made_at", "pk")[:limit]
    )


def open_parts(limit: int = 200) -> list[PartRefund]:
    """Part refunds that need a person: cash or card money to hand back, and those the provider could not return.
    Oldest first, with payment, bill and docket. One statement."""
    return list(
        PartRefund.objects.select_related("payment__bill__docket")
        .filter(Q(state="problem") | Q(state="due", payment__channel__in=list(rules.WINDOW_CHANNELS)))
        .order_by("made_at", "pk")[:limit]
    )


def parts_to_ask(limit: int = 200) -> list[uuid.UUID]:
    """Part refunds through the gateway that are still to go back, oldest first."""
    return list(
        PartRefund.objects.filter(state="due", payment__channel=rules.GATEWAY_CHANNEL)
        .order_by("made_at")
        .values_list("pk", flat=True)[:limit]
    )


def orders_to_ask(limit: int = 200) -> list[uuid.UUID]:
    """Orders at the gateway that have been waiting for more than a minute, oldest first."""
    before = clock.now() - rules.ASK_AFTER
    return list(
        Payment.objects.filter(state="pending", made_at__lt=before)
        .order_by("made_at")
        .values_list("pk", flat=True)[:limit]
    )


def refunds_to_ask(limit: int = 200) -> list[uuid.UUID]:
    """Payments through the gateway whose money is still to go back, oldest first."""
    return list(
        Payment.objects.filter(state="refund_due", channel=rules.GATEWAY_CHANNEL)
        .order_by("made_at")
        .values_list("pk", flat=True)[:limit]
    )
