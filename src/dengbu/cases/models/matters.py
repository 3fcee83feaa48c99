"""What must be settled before the entry or after it, each with the record of its own procedure."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from dengbu.core.furniture import AppendOnly, Mutable
from dengbu.core.ids import uuid7

MATTER_KINDS = (
    *("face_signing", "tax", "housing"),
    *("notice", "objection", "inspection", "second_review", "answer", "pause", "supplement", "undertaking"),
    *("sign_off", "backfill"),
)


class PendingMatter(Mutable):
    """待办事项: what must be settled before entry: notice, inspection, second review, objection … not a state.

    A settled one stays, with who settled it and how. Of a kind one is open at a time (of objections any number);
    `round` counts them. `owner` is the permission, or the account, that has to act.
    """

    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="pending_matters", db_index=False)
    kind = models.CharField(max_length=20)
    round = models.IntegerField(default=1)
    owner = models.CharField(max_length=80, default="")
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, default="")
    settled_by_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=12, default="")
    evidence = models.CharField(max_length=200, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("docket", "kind", "round", name="one_matter_per_round"),
            models.UniqueConstraint(
                fields=["docket", "kind"],
                condition=Q(settled_at__isnull=True) & ~Q(kind="objection"),
                name="one_open_matter_per_kind",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, outcome="")
                | Q(settled_at__isnull=False) & ~Q(outcome=""),
                name="settled_with_an_outcome",
            ),
            models.CheckConstraint(condition=Q(kind__in=MATTER_KINDS), name="a_known_kind_of_matter"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "due_at", "docket"], condition=Q(settled_at__isnull=True), name="open_matters"
            ),
        ]


class PublicNotice(AppendOnly):
    """公告: the text as it was published, with the days it runs. Nobody edits it; it ends with its last day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    matter = models.OneToOneField(PendingMatter, models.PROTECT, related_name="notice")
    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="public_notices")
    number = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=30)
    title = models.CharField(max_length=60)
    content = models.JSONField()  # {"why": …, "objections": …, "rows": [[label, value]]}; names masked
    days = models.IntegerField()  # working days
    from_on = models.DateField()
    until_on = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="a_notice_runs"),
        ]
        indexes: ClassVar = [models.Index(fields=["until_on", "-id"], name="notices_by_end")]


class Objection(Mutable):
    """公告异议: who objected to a notice and why, written down by an officer, and what was decided."""

    matter = models.OneToOneField(PendingMatter, models.PROTECT, primary_key=True, related_name="objection")
    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="objections")
    objector = models.CharField(max_length=100)
    phone_cipher = models.CharField(max_length=200, default="")
    grounds = models.CharField(max_length=500)
    received_on = models.DateField()
    recorded_by = models.CharField(max_length=80)
    decision = models.CharField(max_length=500, default="")


class SiteInspection(Mutable):
    """实地查看: what two officers saw. The second one confirms what the first wrote down; after that it is settled."""

    matter = models.OneToOneField(PendingMatter, models.PROTECT, primary_key=True, related_name="inspection")
    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="inspections")
    visited_at = models.DateTimeField()
    accompanied_by = models.CharField(max_length=100, default="")
    findings = models.JSONField(default=dict)  # question -> yes | no | not_applicable
    remark = models.CharField(max_length=500, default="")
    passed = models.BooleanField()
    first_id = models.BigIntegerField()
    first_name = models.CharField(max_length=50)
    first_number = models.CharField(max_length=20, default="")
    first_at = models.DateTimeField()
    second_id = models.BigIntegerField(null=True)
    second_name = models.CharField(max_length=50, default="")
    second_number = models.CharField(max_length=20, default="")
    second_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(second_id__isnull=True) | ~Q(second_id=F("first_id")), name="two_officers"
            ),
            models.CheckConstraint(
                condition=Q(second_id__isnull=True, second_at__isnull=True)
                | Q(second_id__isnull=False, second_at__isnull=False),
                name="confirmed_by_somebody",
            ),
        ]


class Supplement(Mutable):
    """受理后补件: what was found missing after acceptance, told in one written notice, and what came in of it."""

    matter = models.OneToOneField(PendingMatter, models.PROTECT, primary_key=True, related_name="supplement")
    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="supplements")
    items = models.JSONField()  # [{"name", "why", "originals", "copies", "received_at", "received_by"}]
    due_on = models.DateField()
    new_fact = models.CharField(max_length=300, default="")  # why a second notice was needed
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()


class Undertaking(Mutable):
    """容缺受理、告知承诺: a paper that was not there at acceptance, who undertook what until when, and whether it was kept.

    A broken one stands on the list of breaches: who gave it may give no other until `barred_until`, unless an officer
    lifts that. Where it bore on what is in the book already, `correction` is an officer's open task; the book stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="undertakings", db_index=False)
    item = models.CharField(max_length=20)  # of the checklist
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8)  # later | instead
    statement = models.CharField(max_length=300)
    why = models.CharField(max_length=200)
    days = models.IntegerField()  # working days after acceptance
    promisor = models.CharField(max_length=200)
    number_index = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    signed_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)  # set at acceptance
    outcome = models.CharField(max_length=12, default="")  # kept | breached | taken_back | over
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, default="")
    settled_by_id = models.BigIntegerField(null=True)
    evidence = models.CharField(max_length=300, default="")
    originals = models.IntegerField(default=0)
    copies = models.IntegerField(default=0)
    barred_until = models.DateField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=80, default="")
    lifted_why = models.CharField(max_length=300, default="")
    correction = models.CharField(max_length=12, default="")  # open | corrected | no_change
    corrected_at = models.DateTimeField(null=True)
    corrected_by = models.CharField(max_length=80, default="")
    corrected_how = models.CharField(max_length=300, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["docket", "item"], condition=Q(outcome=""), name="one_live_undertaking_per_item"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, outcome="")
                | Q(settled_at__isnull=False) & ~Q(outcome=""),
                name="an_undertaking_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(outcome="breached", barred_until__isnull=False)
                | ~Q(outcome="breached")
                & Q(barred_until__isnull=True, lifted_at__isnull=True, correction=""),
                name="only_a_breach_bars",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["docket", "id"], name="undertakings_of_docket"),
            models.Index(fields=["due_on", "id"], condition=Q(outcome=""), name="undertakings_by_due"),
            models.Index(fields=["-id"], condition=Q(outcome="breached"), name="breaches_newest"),
            models.Index(fields=["number_index"], condition=Q(outcome="breached"), name="breaches_of_person"),
            models.Index(fields=["id"], condition=Q(correction="open"), name="breaches_to_correct"),
        ]


class HandIn(Mutable):
    """网上补交: one version of an undertaken paper as it was handed in on line, and what an officer said of that version.

    Its pages lie under a key of their own until it is accepted; until then it stands on no list and in no volume.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    undertaking = models.ForeignKey(Undertaking, models.PROTECT, related_name="hand_ins", db_index=False)
    version = models.IntegerField()
    pages = models.JSONField()  # page id -> digest of what was handed in
    handed_in_at = models.DateTimeField()
    handed_in_by = models.CharField(max_length=80)
    outcome = models.CharField(max_length=12, default="")  # accepted | returned | taken_back | over
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, default="")
    settled_by_id = models.BigIntegerField(null=True)
    said = models.CharField(max_length=300, default="")  # how it was checked, or why it was returned

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("undertaking", "version", name="one_hand_in_per_version"),
            models.UniqueConstraint(
                fields=["undertaking"], condition=Q(outcome=""), name="one_open_hand_in_per_undertaking"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, outcome="")
                | Q(settled_at__isnull=False) & ~Q(outcome=""),
                name="a_hand_in_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="returned") | ~Q(said=""), name="returned_with_a_reason"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["handed_in_at", "id"], condition=Q(outcome=""), name="hand_ins_to_check"),
        ]


class ClockStop(Mutable):
    """时限中止: days that do not count into the time limit of an accepted case, and why (条例 20; 细则 17)."""

    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="clock_stops", db_index=False)
    reason = models.CharField(max_length=20)
    from_on = models.DateField()  # the day after is the first that does not count
    until_on = models.DateField(null=True)  # the last that does not count; empty while it stands still
    evidence = models.CharField(max_length=200, default="")
    stopped_by = models.CharField(max_length=80, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["docket", "reason"],
                condition=Q(until_on__isnull=True),
                name="one_open_stop_per_reason",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="a_stop_ends_later"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["docket"], name="stops_of_docket")]
