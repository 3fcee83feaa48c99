"""上门服务 and 面签: who cannot come is visited, and signs there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from dengbu.core.furniture import Mutable

from .matters import PendingMatter

INTERPRETER_PURPOSE = "cases.signer.interpreter"


class HomeVisit(Mutable):
    """上门服务: asked for, planned with two officers or declined; then the 面签 they made there, which the other confirms."""

    matter = models.OneToOneField(PendingMatter, models.PROTECT, primary_key=True, related_name="visit")
    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="home_visits")
    reason = models.CharField(max_length=20)  # age | disability | hospital | prison | other
    remark = models.CharField(max_length=200)
    place = models.CharField(max_length=200)  # where to go; where they went, once written down
    asked_how = models.CharField(max_length=12)  # applicant | window | phone
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True)
    first_id = models.BigIntegerField(null=True)
    first_name = models.CharField(max_length=50, default="")
    first_number = models.CharField(max_length=20, default="")
    second_id = models.BigIntegerField(null=True)
    second_name = models.CharField(max_length=50, default="")
    second_number = models.CharField(max_length=20, default="")
    papers = models.JSONField(default=list)  # what was signed: [{"kind", "print_no", "digest"}]
    visited_at = models.DateTimeField(null=True)
    position = models.CharField(max_length=60, default="")  # latitude, longitude, where the phone gave them
    scene = models.CharField(max_length=500, default="")
    written_by_id = models.BigIntegerField(null=True)
    written_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(second_id__isnull=True) | ~Q(second_id=F("first_id")), name="two_officers_go"
            ),
            models.CheckConstraint(
                condition=Q(written_by_id__isnull=True, written_at__isnull=True)
                | Q(written_at__isnull=False, first_id__isnull=False, written_by_id=F("first_id"))
                | Q(written_at__isnull=False, second_id__isnull=False, written_by_id=F("second_id")),
                name="written_by_who_went",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(written_at__isnull=False), name="written_first"
            ),
        ]


class Signer(Mutable):
    """签字人: how one person of a case was identified and signed, at the window (no `visit`) or visited.

    Bound to the person by role and identity index: the list of parties is written anew by a correction.
    """

    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="signers", db_index=False)
    visit = models.ForeignKey(HomeVisit, models.PROTECT, null=True, related_name="signers")
    role = models.CharField(max_length=12)
    number_index = models.CharField(max_length=64)  # the party's
    ordinal = models.IntegerField()  # of the visit: its images lie under it
    name = models.CharField(max_length=200)  # who signs: the party, or the agent
    document_kind = models.CharField(max_length=20, default="")
    identified_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=12, default="")  # signature | fingerprint
    fingerprint_reason = models.CharField(max_length=20, default="")
    witness = models.CharField(max_length=50, default="")
    read_aloud = models.BooleanField(default=False)
    interpreter_name = models.CharField(max_length=50, default="")
    interpreter_kind = models.CharField(max_length=20, default="")
    interpreter_cipher = models.CharField(max_length=200, default="")
    language = models.CharField(max_length=20, default="")
    papers = models.JSONField(default=list)  # digests of what this person signed
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "docket", "visit", "role", "number_index", name="one_signer_per_person", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=~Q(how="fingerprint") | ~Q(fingerprint_reason="") & ~Q(witness=""),
                name="a_fingerprint_has_its_reason",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["docket"], name="signers_of_docket")]
