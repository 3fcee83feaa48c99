"""What applicants read of their cases. Fixed statements; each says how many. Ownership is judged here."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from dengbu.appointments.models import Booking
from dengbu.catalog.registrations import TYPES, RegistrationType
from dengbu.certificates.models import Certificate
from dengbu.core.acts import Actor
from dengbu.core.models import Sight
from dengbu.core.refusals import NotPermitted, Refusal
from dengbu.payments.models import FeeBill

from ..applicants import ACTS_ONLINE, is_party
from ..facts import is_applicant
from ..lifecycle import FINAL, State
from ..models import (
    Batch,
    Case,
    CaseDocument,
    CaseParty,
    Claim,
    Correction,
    HandIn,
    PendingMatter,
    Transition,
    Undertaking,
)

PAGE_SIZE = 10
DELIVERY_PHONE = "cases.delivery.phone"  # purpose of `filed.delivery.phone_cipher`
NOT_YOURS = Refusal("CASE_NOT_YOURS", "这件申请不在您的名下。", "请用申请人本人的账号登录。")
OVER = (*(s.value for s in FINAL), State.ISSUED.value)
WAITING_FOR_APPLICANT = (State.CORRECTION.value, State.PREAPPROVED.value, State.DRAFT.value)


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case with its parties, as one of its applicants opens it."""

    case: Case
    parties: tuple[CaseParty, ...]

    @property
    def registration(self) -> type[RegistrationType]:
        return TYPES[self.case.type_code]

    def mine(self, actor: Actor) -> tuple[CaseParty, ...]:
        """The parties the actor speaks for."""
        return tuple(p for p in self.parties if is_party(p, actor))


def own_case(docket_id: uuid.UUID, actor: Actor) -> OwnCase | None:
    """A case of the actor, or None when there is no such case. Two statements. Raises NotPermitted when not theirs."""
    case = Case.objects.select_related("docket").filter(docket_id=docket_id).first()
    if case is None:
        return None
    parties = tuple(CaseParty.objects.filter(case_id=docket_id).order_by("role", "ordinal"))
    at_desk = case.filed_for_by_staff and actor.may("case.file_for")  # who walked in applies through the desk
    if not at_desk and not is_applicant(case, parties, actor):
        raise NotPermitted("application.file", NOT_YOURS)
    return OwnCase(case, parties)


def case_of_token(token: str) -> OwnCase | None:
    """The case a QR code points at. Two statements."""
    case = Case.objects.select_related("docket").filter(token=token).first()
    if case is None:
        return None
    return OwnCase(case, tuple(CaseParty.objects.filter(case_id=case.pk).order_by("role", "ordinal")))


def case_of_invitation(token: str) -> OwnCase | None:
    """The case an invitation is about. Three statements at most."""
    party = CaseParty.objects.filter(invite_token=token).first()
    if party is None:
        return None
    case = Case.objects.select_related("docket").get(pk=party.case_id)
    return OwnCase(case, tuple(CaseParty.objects.filter(case_id=case.pk).order_by("role", "ordinal")))


def of_actor(actor: Actor) -> QuerySet[Case]:
    """Cases in which the actor applies: filed for oneself or one's organisation, or as a party."""
    if actor.organisation_id is not None:
        ours = Exists(CaseParty.objects.filter(organisation_id=actor.organisation_id, case_id=OuterRef("pk")))
        return Case.objects.filter(
            Q(organisation_id=actor.organisation_id) | (Q(ours) & ~Q(state=State.DRAFT.value))
        )
    on_it = Q(person_id=actor.person_id) if actor.person_id else Q()
    if actor.identity_index:
        on_it |= Q(number_index=actor.identity_index)
        on_it |= Q(agent_index=actor.identity_index, agent_authority__in=ACTS_ONLINE)
    as_party = (
        Exists(CaseParty.objects.filter(on_it, case_id=OuterRef("pk"))) if on_it else Q(pk__isnull=True)
    )
    # A draft of somebody else is nobody's business until it is submitted.
    filed = Q(person_id=actor.person_id) if actor.person_id else Q(filed_by=actor.user_id or 0)
    return Case.objects.filter(filed | (Q(as_party) & ~Q(state=State.DRAFT.value)))


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in a list with what its label needs."""

    case: Case
    bill: FeeBill | None = None
    booking: Booking | None = None
    fixes: int = 0
    to_confirm: str = ""  # the actor's own open invitation
    confirmed: tuple[int, int] = (0, 0)


def listed(cases: Iterable[Case], actor: Actor) -> list[Listed]:
    """Cases with bills, bookings, corrections and invitations. Four statements, none for an empty list."""
    rows = list(cases)
    if not rows:
        return []
    ids = [c.pk for c in rows]
    bills = {b.docket_id: b for b in FeeBill.objects.filter(docket_id__in=ids)}
    bookings = {
        b.docket_id: b
        for b in Booking.objects.select_related("slot").filter(docket_id__in=ids, cancelled_at__isnull=True)
    }
    fixes = {
        c.docket_id: len(c.reasons)
        for c in Correction.objects.filter(docket_id__in=ids, answered_at__isnull=True).order_by("round")
    }
    parties: dict[uuid.UUID, list[CaseParty]] = {}
    for party in CaseParty.objects.filter(case_id__in=ids):
        parties.setdefault(party.case_id, []).append(party)
    return [
        Listed(
            case,
            bills.get(case.pk),
            bookings.get(case.pk),
            fixes.get(case.pk, 0),
            _own_invitation(case, parties.get(case.pk, []), actor),
            confirmations(case, parties.get(case.pk, [])),
        )
        for case in rows
    ]


def _own_invitation(case: Case, parties: Iterable[CaseParty], actor: Actor) -> str:
    if case.state != State.AWAITING:
        return ""
    return next((p.invite_token for p in parties if p.invite_token and is_party(p, actor)), "")


def confirmations(case: Case, parties: Iterable[CaseParty]) -> tuple[int, int]:
    """How many of those who must confirm have done so, and how many they are."""
    asked = [p for p in parties if p.role in TYPES[case.type_code].confirming]
    return sum(p.confirmed_at is not None for p in asked), len(asked)


def drafts_of(actor: Actor, now: dt.datetime, type_code: str = "") -> list[Case]:
    """Drafts the actor may go on with, newest first. One statement."""
    rows = of_actor(actor).select_related("docket").filter(state=State.DRAFT.value, draft_until__gt=now)
    if actor.organisation_id is None:
        rows = rows.filter(filed_for_by_staff=False)
    if type_code:
        rows = rows.filter(type_code=type_code, batch_id__isnull=True)
    return list(rows.order_by("-created_at")[:20])


def running(actor: Actor, limit: int = 20) -> list[Case]:
    """Submitted cases that are not over, newest first. One statement."""
    rows = of_actor(actor).select_related("docket").exclude(state__in=(*OVER, State.DRAFT.value))
    return list(rows.order_by("-created_at", "pk")[:limit])


def cases_page(actor: Actor, *, tab: str, after: str = "", q: str = "") -> tuple[list[Case], str]:
    """A page of the actor's cases, newest first, and the key of the next one. One statement.

    Tabs: todo (something to do for the applicant), running, done. `q` is a case number or part of a location.
    """
    rows = of_actor(actor).select_related("docket")
    if tab == "done":
        rows = rows.filter(state__in=OVER)
    elif tab == "todo":
        rows = rows.filter(state__in=(*WAITING_FOR_APPLICANT, State.AWAITING.value))
    else:
        rows = rows.exclude(state__in=OVER)
    if q:
        rows = rows.filter(Q(docket__number=q.upper()) | Q(prereview_no=q.upper()) | Q(location__contains=q))
    try:
        rows = rows.filter(pk__lt=uuid.UUID(after)) if after else rows
    except ValueError:
        pass
    found = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], str(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else ""


@dataclass(frozen=True, slots=True)
class Road:
    """What happened on a case, and what stands open."""

    transitions: tuple[Transition, ...]
    correction: Correction | None
    booking: Booking | None
    bill: FeeBill | None
    certificates: tuple[Certificate, ...] = field(default=())
    waits_for: tuple[PendingMatter, ...] = field(default=())
    undertaken: tuple[Undertaking, ...] = field(default=())


def road_of(case: Case) -> Road:
    """Timeline (newest first), open correction, booking, bill, certificates. Five statements; up to three more for what
    an accepted case waits for, what was undertaken in it and handed in since (`versions`, the newest first)."""
    return Road(
        tuple(Transition.objects.filter(docket_id=case.pk).order_by("-pk")[:60]),
        correction_of(case),
        booking_of(case.pk),
        FeeBill.objects.filter(docket_id=case.pk).first(),
        tuple(Certificate.objects.select_related("mailing").filter(docket_id=case.pk).order_by("number")),
        tuple(
            PendingMatter.objects.select_related("notice")
            .filter(docket_id=case.pk, settled_at__isnull=True)
            .order_by("pk")
        )
        if case.state == State.ACCEPTED
        else (),
        tuple(
            Undertaking.objects.prefetch_related(
                Prefetch("hand_ins", HandIn.objects.order_by("-version"), to_attr="versions")
            )
            .filter(docket_id=case.pk)
            .exclude(outcome="taken_back")
            .order_by("pk")
        )
        if case.accepted_at is not None
        else (),
    )


def correction_of(case: Case) -> Correction | None:
    """The correction that waits for the applicant. One statement; none unless the case is in that state."""
    if case.state != State.CORRECTION:
        return None
    return Correction.objects.filter(docket_id=case.pk).order_by("-round").first()


def booking_of(docket_id: uuid.UUID) -> Booking | None:
    """The visit booked for a case. One statement."""
    return (
        Booking.objects.select_related("slot").filter(docket_id=docket_id, cancelled_at__isnull=True).first()
    )


def live_case_on(unit_code: str, conflict_class: str) -> str:
    """The number of the case that holds a unit now, or nothing. One statement."""
    found = Claim.objects.select_related("docket").filter(
        unit_code=unit_code, conflict_class=conflict_class, released_at__isnull=True
    )
    claim = found.first()
    return claim.docket.number if claim else ""


def batch_of_token(token: str) -> Batch | None:
    """The batch a QR code points at. One statement."""
    return Batch.objects.filter(token=token).first()


def documents_of(docket_id: uuid.UUID) -> list[CaseDocument]:
    """The newest print of each paper of a case. One statement."""
    found: dict[str, CaseDocument] = {}
    for document in CaseDocument.objects.filter(docket_id=docket_id).order_by("kind", "print_no"):
        found[document.kind] = document
    return list(found.values())


def paper_of(docket_id: uuid.UUID, kind: str) -> CaseDocument | None:
    """The newest print of one paper. One statement."""
    return CaseDocument.objects.filter(docket_id=docket_id, kind=kind).order_by("-print_no").first()


def looks_at(unit_code: str, limit: int = 20) -> list[Sight]:
    """Who looked at a unit's page of the register, newest first. One statement."""
    return list(Sight.objects.filter(subject=unit_code).order_by("-pk")[:limit])
