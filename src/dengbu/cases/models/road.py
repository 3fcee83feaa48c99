"""THE ROAD: a case with its parties and transitions, the units it claims, the batch it was filed in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dengbu.core.furniture import AppendOnly, Mutable
from dengbu.core.ids import uuid7

NUMBER_PURPOSE = "cases.party.number"
PHONE_PURPOSE = "cases.party.phone"


class Batch(Mutable):
    """Cases filed together by one organisation, one case per unit (大宗受理)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=40, unique=True)
    type_code = models.CharField(max_length=10)
    organisation_id = models.UUIDField(db_index=True)
    building_code = models.CharField(max_length=24, default="")
    filed_by = models.BigIntegerField()
    filed_at = models.DateTimeField()
    token = models.CharField(max_length=40, unique=True)
    short_code = models.CharField(max_length=12, unique=True)


class Case(Mutable):
    """办件: one application on its road. `filed` holds what was applied for, without identity numbers."""

    docket = models.OneToOneField("core.Docket", models.PROTECT, primary_key=True, related_name="case")
    type_code = models.CharField(max_length=10)
    line = models.CharField(max_length=20)
    client = models.CharField(max_length=20)
    policy_version = models.CharField(max_length=40)
    state = models.CharField(max_length=24, default="draft")
    state_since = models.DateTimeField()
    unit_code = models.CharField(max_length=28, default="", blank=True)
    location = models.CharField(max_length=200, default="", blank=True)
    filed = models.JSONField(default=dict)
    version = models.IntegerField(default=1)  # raised by each saved change of a draft: a stale tab is noticed
    round = models.IntegerField(default=1)  # rounds of correction
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="cases")

    filed_by = models.BigIntegerField(db_index=False)  # user
    filed_for_by_staff = models.BooleanField(default=False)
    person_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    applicant_names = models.CharField(max_length=300, default="")
    created_at = models.DateTimeField()
    draft_until = models.DateTimeField(null=True)
    draft_told_at = models.DateTimeField(null=True)  # when the filer was told that the draft's term is ending
    submitted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # of the present step, on working days

    reviewer_id = models.BigIntegerField(null=True)  # the online reviewer, kept through corrections
    reviewer_name = models.CharField(max_length=50, default="")
    claimed_at = models.DateTimeField(null=True)
    # The contract filing was altered or ended by the housing department since the case was judged.
    filing_changed_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)
    prereview_no = models.CharField(max_length=20, null=True, unique=True)
    token = models.CharField(max_length=40, null=True, unique=True)
    short_code = models.CharField(max_length=12, null=True, unique=True)
    valid_until = models.DateTimeField(null=True)

    desk_id = models.BigIntegerField(null=True)
    desk_name = models.CharField(max_length=50, default="")
    acceptance_no = models.CharField(max_length=40, null=True, unique=True)
    accepted_at = models.DateTimeField(null=True)
    # The promised and the statutory last day, on working days, without the days on which the clock stood still.
    promised_on = models.DateField(null=True)
    statutory_on = models.DateField(null=True)
    entry_id = models.BigIntegerField(null=True)
    entry_no = models.CharField(max_length=20, default="")
    entered_at = models.DateTimeField(null=True)
    certifier_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            # the reviewer's queue: by line, in order of deadline
            models.Index(
                fields=["line", "due_at", "docket"], condition=Q(state="submitted"), name="queue_submitted"
            ),
            models.Index(
                fields=["reviewer_id", "due_at"], condition=Q(state="under_review"), name="queue_mine"
            ),
            models.Index(
                fields=["reviewer_id", "state", "due_at", "docket"],
                condition=Q(closed_at__isnull=True),
                name="queue_of_reviewer",
            ),
            models.Index(fields=["draft_until", "docket"], condition=Q(state="draft"), name="drafts_by_term"),
            models.Index(fields=["state", "due_at", "docket"], name="cases_by_state"),
            models.Index(fields=["person_id", "-created_at"], name="cases_of_person"),
            models.Index(fields=["organisation_id", "state", "-created_at"], name="cases_of_organisation"),
            models.Index(fields=["unit_code"], name="cases_of_unit"),
            # what runs against its time limit
            models.Index(
                fields=["promised_on", "docket"],
                condition=Q(state__in=("accepted", "registered")),
                name="cases_by_promise",
            ),
        ]


class CaseParty(Mutable):
    """A party of a case: who, in which role, with which share, confirmed or not. Numbers encrypted and indexed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="parties", db_index=False)
    role = models.CharField(max_length=12)  # seller | buyer | mortgagee | mortgagor | debtor
    ordinal = models.IntegerField()
    name = models.CharField(max_length=200)
    document_kind = models.CharField(max_length=20)
    number_cipher = models.CharField(max_length=200, default="")
    number_index = models.CharField(max_length=64, default="")
    phone_cipher = models.CharField(max_length=200, default="")
    phone_index = models.CharField(max_length=64, default="")
    address = models.CharField(max_length=200, default="")
    share_numerator = models.IntegerField(null=True)
    person_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    source = models.CharField(max_length=20, default="typed")  # register | housing | account | typed
    agent_name = models.CharField(max_length=50, default="")
    agent_number_cipher = models.CharField(max_length=200, default="")
    agent_authority = models.CharField(
        max_length=20, default=""
    )  # notarised | on_site | guardian | organisation
    agent_index = models.CharField(max_length=64, default="")
    agent_person_id = models.UUIDField(null=True)  # the agent's account, once they filed or confirmed with it
    invite_token = models.CharField(max_length=40, null=True, unique=True)
    invited_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.BigIntegerField(null=True)
    declined_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=200, default="")
    present_at = models.DateTimeField(null=True)  # identity of the person present, checked at the desk
    present_how = models.CharField(max_length=20, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("case", "role", "ordinal", name="one_party_per_place")
        ]
        indexes: ClassVar = [
            models.Index(fields=["person_id"], name="cases_a_person_is_on"),
            models.Index(fields=["number_index"], name="cases_an_identity_is_on"),
            models.Index(fields=["organisation_id"], name="cases_an_organisation_is_on"),
            models.Index(fields=["agent_index"], condition=~Q(agent_index=""), name="cases_an_agent_is_on"),
        ]


class Claim(Mutable):
    """A pending case's hold on a unit: one live claim per unit and conflict class, in every channel alike."""

    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="claims")
    unit_code = models.CharField(max_length=28)
    conflict_class = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit_code", "conflict_class"],
                condition=Q(released_at__isnull=True),
                name="one_live_claim",
            )
        ]


class Transition(AppendOnly):
    """A step on the road: event, from, to, who, when. The applicant's timeline is made of these."""

    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="transitions", db_index=False)
    event = models.CharField(max_length=24)
    from_state = models.CharField(max_length=24)
    to_state = models.CharField(max_length=24)
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=100)
    organisation = models.CharField(
        max_length=200, default=""
    )  # for which bank or developer, as it was called
    note = models.CharField(max_length=300, default="")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["docket", "id"], name="transitions_of_docket")]
