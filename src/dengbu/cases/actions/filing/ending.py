"""Drafts that nobody submits: their filer is told before and after, then they are closed and their files removed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Final

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import NotPermitted
from dengbu.materials.actions import discard

from ...lifecycle import State
from ...models import Case
from ..moving import move

TOLD_DAYS_BEFORE: Final = 7  # the draft's page promises it
AT_ONCE: Final = 200


@act("cases.tell_of_ending_drafts")
def tell_of_ending_drafts(*, actor: Actor) -> int:
    """Tell those whose draft ends within seven days, once for each draft (once for all units of a batch).

    Gives how many drafts were marked as told. Raises NotPermitted for anybody but the system.
    """
    _system_only(actor)
    now = clock.now()
    rows = Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(
        state=State.DRAFT.value,
        draft_told_at__isnull=True,
        draft_until__gt=now,
        draft_until__lte=now + dt.timedelta(days=TOLD_DAYS_BEFORE),
    )
    ending = list(rows.order_by("docket_id")[:AT_ONCE])
    for case in ending:
        case.draft_told_at = now
    Case.objects.bulk_update(ending, ["draft_told_at"])
    _tell(ending, "draft_ending")
    return len(ending)


@act("cases.close_old_drafts")
def close_old_drafts(*, actor: Actor) -> int:
    """Close drafts past their term: state expired, uploaded files removed, their filer told. Gives how many.

    The number is not used again; what was typed stays with the closed case, as with a draft that was dropped.
    Raises NotPermitted for anybody but the system.
    """
    rows = Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(
        state=State.DRAFT.value, draft_until__lte=clock.now()
    )
    over = list(rows.order_by("docket_id")[:AT_ONCE])
    for case in over:
        move(case, "expire", actor, note="草稿到期")
    if over:
        current().about(*(case.docket_id for case in over))
        discard(actor=actor, docket_ids=[case.docket_id for case in over])
        _tell(over, "draft_ended")
    return len(over)


def _tell(cases: Iterable[Case], template: str) -> None:
    """Only who filed themselves: of a batch one message, of a draft begun at the desk none."""
    seen: set[uuid.UUID] = set()
    told: list[str] = []
    for case in cases:
        if case.filed_for_by_staff or case.batch_id in seen:
            continue
        if case.batch_id is not None:
            seen.add(case.batch_id)
        told.append(str(case.docket_id))
    if told:
        enqueue("cases.tell", docket_ids=told, template=template)


def _system_only(actor: Actor) -> None:
    if not actor.key.startswith("system:"):
        raise NotPermitted("application.file")
