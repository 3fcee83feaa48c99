"""不予登记: an accepted case that the law does not allow to be entered (条例 22)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import NotPermitted, Refusal, Refused
from dengbu.payments.actions import cancel_bill

from .moving import locked, move


@act("cases.decline", permission="case.review")
def decline(*, actor: Actor, docket_id: uuid.UUID, reasons: Sequence[Mapping[str, str]]) -> str:
    """Decline to enter an accepted case, in writing, with every reason; what was paid goes back. Only its reviewer."""
    case = locked(docket_id)
    if case.reviewer_id != actor.user_id:
        raise NotPermitted(
            "case.reassign",
            Refusal(
                "CASE_OTHER_REVIEWER",
                f"这件申请由{case.reviewer_name}审核。",
                "不予登记由原审核人决定。",
                "条例22",
            ),
        )
    if not reasons or any(len(r.get("reason", "").strip()) < 5 for r in reasons):
        raise Refused(
            Refusal(
                "DECLINE_REASONS",
                "请写明不予登记的全部原因。",
                "每条原因都要写清楚依据。",
                "条例22",
                "reasons",
            )
        )
    case.filed = {
        **case.filed,
        "refusal": {
            "kind": "decline",
            "reasons": [dict(r) for r in reasons],
            "by": actor.name,
            "on": str(clock.today()),
        },
    }
    move(case, "decline", actor, note=f"共{len(reasons)}条原因")
    cancel_bill(actor=actor, docket_id=docket_id, reason="不予登记")
    enqueue("cases.tell", docket_ids=[str(docket_id)], template="refused")
    return case.state
