"""What runs out by itself and is entered by the office: seizures past their term, with the line moving up."""

from __future__ import annotations

import uuid

from dengbu.catalog.registrations import TYPES, Filed, RegistrationType
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.orders.queries import open_orders
from dengbu.register.actions import OfRecord, enter
from dengbu.register.queries import seizures_past_their_term

from .moving import authority

AT_ONCE = 200  # units in one transaction


def _lapse(unit: str, seizure: uuid.UUID) -> RegistrationType:
    """S02 because the term is over: nobody applied, so there is no docket."""
    return TYPES["S02"](Filed(None, unit, (), terms={"reason": "lapsed", "right": str(seizure)}))


@act("cases.enter_lapses", permission="register.enter")
def enter_lapses(*, actor: Actor) -> int:
    """期满失效、轮候转查封: enter for up to 200 units that a seizure ran out, and who comes next (查封规定 26, 27).

    No answer waited for it: what ran out is no obstacle (corrections 8). Where a paper lies that is not entered yet it
    may be the renewal, served in time: those units wait for it. Gives how many units were entered.
    """
    over = seizures_past_their_term(clock.now(), AT_ONCE)
    served = {o.unit_code for o in open_orders(unit for unit, _ in over) if o.holds} if over else set()
    found = [(unit, seizure) for unit, seizure in over if unit not in served]
    if not found:
        return 0
    outcome = enter(
        actor=actor,
        registrations=[_lapse(unit, seizure) for unit, seizure in found],
        authority=authority(),
        of_record=OfRecord(actor.name, actor.name),
        partial=True,  # a unit that somebody settled meanwhile stops no other
    )
    current().note(lapsed=len(outcome.entries))
    return len(outcome.entries)
