"""预约 for a case: only its applicants, only once the pre-review passed."""

from __future__ import annotations

import uuid

from dengbu.appointments import actions as calendar
from dengbu.appointments.queries import booking_of
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Conflict, Refusal

from ..lifecycle import STATE_NAMES, State
from .moving import as_applicant, locked

NOT_YET = "VISIT_NOT_YET"


@act("cases.book_visit")
def book_visit(*, actor: Actor, docket_id: uuid.UUID, slot_id: uuid.UUID) -> str:
    """Book a time at the desk for one's own passed case, or move the one booked. Gives the booking's id.

    Raises Conflict where the case is not waiting for a visit, Refused: SLOT_FULL, SLOT_PAST, BOOKING_LATE.
    """
    case = locked(docket_id)
    as_applicant(case, actor)
    if case.state != State.PREAPPROVED:
        raise Conflict(
            Refusal(
                NOT_YET,
                f"这件申请现在是“{STATE_NAMES[State(case.state)]}”，不用预约。",
                "网上审核通过后才需要预约到窗口。",
            )
        )
    booking: str = calendar.book(actor=actor, slot_id=slot_id, docket_id=docket_id, places=1)
    return booking


@act("cases.cancel_visit")
def cancel_visit(*, actor: Actor, docket_id: uuid.UUID) -> None:
    """Let the booked time go. Nothing booked: nothing to do. Raises Refused (BOOKING_LATE)."""
    case = locked(docket_id)
    as_applicant(case, actor)
    booking = booking_of(docket_id)
    current().note(had=booking is not None)
    if booking is not None:
        calendar.cancel(actor=actor, booking_id=booking.pk)
