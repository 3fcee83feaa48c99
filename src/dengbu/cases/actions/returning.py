"""退还原件: the originals of a case that ended before its entry go back against signature; copies stay in the file."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Refused
from dengbu.register.queries import unit_book

from .. import originals as rules
from ..facts import facts
from ..models import OriginalsReturn
from .moving import locked, not_own


@act("cases.return_originals", permission="case.accept")
def return_originals(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    giving: Mapping[str, int],
    receiver: str,
    receiver_how: str,
    note: str = "",
) -> int:
    """退还原件: hand back so many originals of each item; the list is printed and signed. Gives the round.

    In parts, until nothing is here any more; never more than came, never what no copy was kept of. Raises Refused
    with every reason, NotPermitted for one's own case.
    """
    case = locked(docket_id)
    not_own(case, list(case.parties.all()), actor)
    rows, before = rules.originals(facts(case), unit_book(case.unit_code))
    wrong = rules.why_not(case.state, rows, giving, receiver, receiver_how)
    if wrong:
        raise Refused(wrong)
    items = [
        {"item": r.key, "name": r.name, "originals": giving[r.key]} for r in rows if giving.get(r.key, 0) > 0
    ]
    OriginalsReturn.objects.create(
        docket_id=docket_id,
        round=len(before) + 1,
        items=items,
        receiver=receiver.strip(),
        receiver_how=receiver_how,
        note=note.strip()[:200],
        returned_by=actor.name[:80],
        returned_at=clock.now(),
    )
    current().note(returned={x["item"]: x["originals"] for x in items})
    return len(before) + 1
