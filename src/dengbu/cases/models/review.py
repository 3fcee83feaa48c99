"""What the review and the desk found: verdicts, corrections asked for, restrictions looked up, the ledger."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from dengbu.core.furniture import AppendOnly, Mutable


class Verdict(Mutable):
    """A verdict on one checklist item: at review (ok / fix / not_applicable), at the desk (four checks)."""

    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="verdicts", db_index=False)
    stage = models.CharField(max_length=8)  # review | desk
    item = models.CharField(max_length=20)
    round = models.IntegerField(default=1)
    verdict = models.CharField(max_length=20)  # ok | fix | not_applicable | differs
    checks = models.JSONField(default=dict)  # desk: 规范性 完整性 有效性 与影像一致
    originals = models.IntegerField(default=0)
    copies = models.IntegerField(default=0)
    note = models.CharField(max_length=200, default="")
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("docket", "stage", "item", name="one_verdict_per_item")
        ]


class Correction(AppendOnly):
    """补正: one request with all its reasons bound to items (一次性告知), its deadline, and what came back."""

    app_may_update = ("answered_at",)

    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="corrections", db_index=False)
    round = models.IntegerField()
    reasons = models.JSONField()  # [{code, target_kind, target, text, fix, page, region, note}]
    summary = models.CharField(max_length=200, default="")
    before = models.JSONField(default=dict)  # what was filed, to show the difference
    due_at = models.DateTimeField()
    requested_by = models.CharField(max_length=80)
    requested_by_name = models.CharField(max_length=50)
    requested_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("docket", "round", name="one_correction_per_round")]


class RestrictionCheck(AppendOnly):
    """限制查询: asked when, of which unit, by whom, with which of the answers none / some / failed; stale by time."""

    docket = models.ForeignKey(
        "core.Docket", models.PROTECT, related_name="restriction_checks", db_index=False
    )
    moment = models.CharField(max_length=8)  # filing | review | desk
    unit_code = models.CharField(max_length=28)
    house = models.CharField(max_length=8)  # none | some | failed
    land = models.CharField(max_length=8)
    found = models.JSONField(default=list)
    refusals = models.JSONField(default=list)  # what the type's rule does not answer
    answered = models.BooleanField(default=False)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["docket", "-id"], name="checks_of_docket")]


class LedgerRow(AppendOnly):
    """预审核台账: one row per pre-review result. Immutable."""

    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="+")
    case_number = models.CharField(max_length=40)
    prereview_no = models.CharField(max_length=20, default="")
    type_code = models.CharField(max_length=10)
    client = models.CharField(max_length=20)
    unit_code = models.CharField(max_length=28)
    location = models.CharField(max_length=200)
    applicant_names = models.CharField(max_length=300)
    result = models.CharField(max_length=12)  # passed | correction
    round = models.IntegerField()
    reviewer = models.CharField(max_length=50)
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-id"], name="ledger_newest")]
