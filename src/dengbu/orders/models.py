"""COURT PAPERS: what a court or another organ served and when, on which units, and what the office wrote back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dengbu.core.furniture import AppendOnly, Mutable
from dengbu.core.ids import uuid7

OPEN = Q(settled_at__isnull=True)


class Service(AppendOnly):
    """协执收文: a paper served on the registry. Nothing of it ever changes: `served_at` decides who comes first.

    At the window `served_at` is the server's clock at receipt (`received_at`). The system of the courts, and the paper
    forms of an outage, bring their own earlier minute, with the reason.
    """

    docket = models.OneToOneField(
        "core.Docket", models.PROTECT, primary_key=True, related_name="service"
    )  # its papers and prints lie here
    number = models.CharField(max_length=30, unique=True)
    channel = models.CharField(max_length=10)  # window | network | outage
    authority_kind = models.CharField(max_length=20)
    authority = models.CharField(max_length=200)
    authority_number = models.CharField(max_length=18, default="")
    document_no = models.CharField(max_length=100)
    officers = models.JSONField(default=list)  # [{"name", "work_card", "duty_card"}]
    request_no = models.CharField(max_length=60, default="")  # of the courts' system
    served_at = models.DateTimeField()
    received_at = models.DateTimeField()
    late_reason = models.CharField(max_length=200, default="")
    received_by_id = models.BigIntegerField(null=True)
    received_by = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel="window", served_at=models.F("received_at"))
                | Q(channel__in=("network", "outage"), served_at__lte=models.F("received_at")),
                name="served_when_received",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-received_at"], name="services_newest")]


class Order(Mutable):
    """What one served paper asks for on one unit, until it is entered, answered without an entry, or taken back.

    While an order that `holds` is open, nothing that its entry would forbid is entered on the unit (查封规定 23).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="orders", db_index=False)
    unit_code = models.CharField(max_length=28)
    location = models.CharField(max_length=200, default="")
    type_code = models.CharField(max_length=10)
    holds = models.BooleanField()
    docket = models.OneToOneField(
        "core.Docket", models.PROTECT, null=True, related_name="order"
    )  # of the case
    opened_at = models.DateTimeField()
    opened_by_id = models.BigIntegerField(null=True)
    opened_by = models.CharField(max_length=80)
    # An end without an entry is one person's proposal and another's decision.
    proposed = models.CharField(max_length=12, default="")
    reason = models.CharField(max_length=300, default="")
    proposed_by_id = models.BigIntegerField(null=True)
    proposed_by = models.CharField(max_length=80, default="")
    outcome = models.CharField(max_length=12, default="")  # entered | passed | taken_back
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.BigIntegerField(null=True)
    settled_by = models.CharField(max_length=80, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["service", "unit_code", "type_code"],
                condition=~Q(outcome="taken_back"),
                name="one_order_per_unit",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, outcome="")
                | Q(settled_at__isnull=False, outcome__in=("entered", "passed", "taken_back")),
                name="an_order_ends_somehow",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=("passed", "taken_back"))
                | Q(proposed_by_id__isnull=False, settled_by_id__isnull=False)
                & ~Q(proposed_by_id=models.F("settled_by_id")),
                name="two_people_end_without_entry",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit_code"], condition=OPEN, name="open_orders_of_unit"),
            models.Index(fields=["opened_at", "id"], condition=OPEN, name="open_orders"),
        ]


class Letter(Mutable):
    """告知函: what the law has the office tell an organ in writing, and its answer. Open until the answer is there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=30, unique=True)
    serial = models.BigIntegerField()
    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="letters", db_index=False)
    kind = models.CharField(max_length=20)  # term_capped | renewals_over | converted
    authority = models.CharField(max_length=200)
    document_no = models.CharField(max_length=100)
    said = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    due_on = models.DateField()  # to be sent by; once sent, answered by
    sent_on = models.DateField(null=True)
    sent_how = models.CharField(max_length=100, default="")
    sent_by = models.CharField(max_length=80, default="")
    answered_on = models.DateField(null=True)
    answer = models.CharField(max_length=300, default="")
    answered_by = models.CharField(max_length=80, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["docket", "kind", "authority", "document_no"], name="one_letter_per_matter"
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(sent_on__isnull=False) & ~Q(answer=""),
                name="answered_after_it_was_sent",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_on", "id"], condition=Q(answered_on__isnull=True), name="letters_without_answer"
            ),
        ]
