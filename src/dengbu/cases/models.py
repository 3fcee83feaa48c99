"""THE ROAD: a case with its parties, reviews, checks and transitions. Only `cases.actions` changes a state."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from dengbu.core.furniture import AppendOnly, Mutable
from dengbu.core.ids import uuid7

NUMBER_PURPOSE = "cases.party.number"
INTERPRETER_PURPOSE = "cases.signer.interpreter"
PHONE_PURPOSE = "cases.party.phone"
MATTER_KINDS = (
    *("face_signing", "tax", "housing"),
    *("notice", "objection", "inspection", "second_review", "answer", "pause", "supplement", "undertaking"),
)


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
    note = models.CharField(max_length=300, default="")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["docket", "id"], name="transitions_of_docket")]


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


class HomeVisit(Mutable):
    """上门服务: asked for, planned with two officers or declined; then the 面签 they made there, which the other confirms."""

    matter = models.OneToOneField(PendingMatter, models.PROTECT, primary_key=True, related_name="visit")
    docket = models.ForeignKey("core.Docket", models.PROTECT, related_name="home_visits")
    reason = models.CharField(max_length=20)  # age | disability | hospital | prison | other
    remark = models.CharField(max_length=200)
    place = models.CharField(max_length=200)  # where to go; where they went, once written down
    asked_how = models.CharField(max_length=12)  # applicant | window
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
