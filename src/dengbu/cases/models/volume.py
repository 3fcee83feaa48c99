"""What lies in the volume: originals that went back, error reports, printed papers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dengbu.core.furniture import AppendOnly, Mutable


class OriginalsReturn(AppendOnly):
    """原件退还: which originals of a case that ended before its entry were handed back, to whom, by whom; copies stay."""

    docket = models.ForeignKey(
        "core.Docket", models.PROTECT, related_name="returned_originals", db_index=False
    )
    round = models.IntegerField()
    items = models.JSONField()  # [{"item": key, "name": …, "originals": n}]
    receiver = models.CharField(max_length=100)
    receiver_how = models.CharField(max_length=12)  # applicant | agent | mail
    note = models.CharField(max_length=200, default="")
    returned_by = models.CharField(max_length=80)
    returned_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("docket", "round", name="one_return_per_round")]


class ErrorReport(Mutable):
    """差错报告: of a case that corrects the book: what was entered wrong, by whom, how it was found, what was done."""

    docket = models.OneToOneField(
        "core.Docket", models.PROTECT, primary_key=True, related_name="error_report"
    )
    fault = models.CharField(max_length=12)  # a class of `faults.FAULTS`
    found_how = models.CharField(max_length=12)  # of `faults.FOUND`
    found_on = models.DateField()
    wrong_entry = models.CharField(max_length=12)  # 登簿顺序号, year and seven digits
    entered_on = models.DateField()
    entered_by = models.CharField(max_length=100)  # registrar of record of that entry
    description = models.CharField(max_length=500)
    harm = models.CharField(max_length=300, default="")  # who was harmed by it and how; empty: nobody
    measure = models.CharField(max_length=500)
    reported_by = models.CharField(max_length=80)
    reported_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(fault=""), name="a_fault_has_a_class")]
        indexes: ClassVar = [models.Index(fields=["fault", "-docket"], name="error_reports_by_fault")]


class CaseDocument(AppendOnly):
    """A document we made for a case: its kind, bytes by digest, how often printed."""

    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="documents", db_index=False)
    kind = models.CharField(max_length=30)
    print_no = models.IntegerField(default=1)
    storage_key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    pages = models.IntegerField(default=1)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("docket", "kind", "print_no", name="one_print")]
