"""大宗受理 at the receiving desk: a batch with its units. Fixed statements, however many units."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from dengbu.appointments.models import Booking
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal
from dengbu.register.queries import book_of

from ..actions import checking
from ..actions.desk import DeskState, desk_states, papers, why_not
from ..facts import CaseFacts, Line, facts_of
from ..lifecycle import State
from ..models import Batch, Case
from .counter import ACCEPTED_STATES, Paper, barred


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of a batch: its case, what stands in its way, how its restrictions stand."""

    found: CaseFacts
    state: DeskState
    papers: tuple[Paper, ...]
    restriction: str
    why: tuple[Refusal, ...]

    @property
    def case(self) -> Case:
        return self.found.case

    @property
    def open(self) -> bool:
        return self.case.state == State.PREAPPROVED

    @property
    def ready(self) -> bool:
        return self.open and not self.why

    @property
    def checked(self) -> bool:
        """All its papers have a verdict; what was accepted was checked before."""
        return self.case.state in ACCEPTED_STATES or (self.open and all(p.done for p in self.papers))

    @property
    def takers(self) -> str:
        roles = self.found.registration.taker_roles
        return "、".join(p.name for p in self.found.parties if p.role in roles)


@dataclass(frozen=True, slots=True)
class BatchAtCounter:
    """A batch with its units, and the papers all of them share."""

    batch: Batch
    rows: tuple[UnitRow, ...]
    shared: tuple[Line, ...]
    barred: Refusal | None
    booking: Booking | None
    shared_done: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> list[UnitRow]:
        return [r for r in self.rows if r.open]

    @property
    def checked(self) -> int:
        return sum(r.checked for r in self.rows)

    @property
    def ready(self) -> list[UnitRow]:
        return [r for r in self.rows if r.ready]

    @property
    def accepted(self) -> int:
        return sum(r.case.state in ACCEPTED_STATES for r in self.rows)


SHARED_BY = ("developer", "office")


def batch_at_counter(batch_id: uuid.UUID, actor: Actor) -> BatchAtCounter | None:
    """A batch with all its units, whatever their number in twelve statements. None when there is no such batch."""
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None:
        return None
    cases = list(Case.objects.select_related("docket").filter(batch_id=batch_id).order_by("docket_id"))
    found, now = facts_of(cases), clock.now()
    states = desk_states(found)
    books = book_of([c.unit_code for c in cases])
    rows: list[UnitRow] = []
    shared: dict[str, Line] = {}
    stop: Refusal | None = None
    for case in cases:
        one, state = found[case.pk], states[case.pk]
        book = books.get(case.unit_code)
        lines = papers(one, book)
        for line in lines if case.state == State.PREAPPROVED else ():
            if line.item.provided_by in SHARED_BY:
                shared.setdefault(line.key, line)
        why = why_not(one, actor, state, book) if case.state == State.PREAPPROVED else []
        stop = stop or barred(case, one.parties, actor)
        rows.append(
            UnitRow(
                one,
                state,
                tuple(
                    Paper(line, (), state.verdicts.get(line.key), line.key in state.promised)
                    for line in lines
                ),
                checking.result_of(state.check, now),
                tuple(why),
            )
        )
    booking = (
        Booking.objects.select_related("slot").filter(batch_id=batch_id, cancelled_at__isnull=True).first()
    )
    waiting = [r for r in rows if r.open]
    done = bool(shared) and all(key in r.state.verdicts for r in waiting for key in shared)
    return BatchAtCounter(batch, tuple(rows), tuple(shared.values()), stop, booking, done)
