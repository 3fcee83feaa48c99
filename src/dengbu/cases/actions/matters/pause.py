"""暂缓: an accepted case is put off for a reason the law knows; its days do not count and it is not entered meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Refusal, Refused

from ... import rules
from ...models import ClockStop, PendingMatter
from ..desk import enter_if_last, open_matter, settle
from ..due import count_again
from .shared import in_hand, long_enough

Kind = rules.Kind


@act("cases.pause", permission="case.settle")
def pause(*, actor: Actor, docket_id: uuid.UUID, reason: str, evidence: str) -> None:
    """暂缓办理: from tomorrow the days do not count (条例 20), and nothing is entered until it goes on.

    `reason` is one of `rules.PAUSES`, `evidence` the paper it rests on. Raises Refused, Conflict.
    """
    in_hand(docket_id, actor)
    if reason not in rules.PAUSES:
        raise Refused(Refusal("PAUSE_REASON", "请选择暂缓的原因。", "", "条例20", "reason"))
    said = long_enough(
        evidence,
        5,
        Refusal("PAUSE_EVIDENCE", "请写明暂缓的依据，例如来文文号。", "不少于5个字。", "条例20", "evidence"),
    )
    if not put_off(docket_id, reason, said, actor):
        raise Refused(Refusal("PAUSE_ALREADY", "这件办件已经暂缓。", "请先恢复办理。", "条例20", "reason"))


def put_off(docket_id: uuid.UUID, reason: str, evidence: str, actor: Actor) -> bool:
    """`put_off_all` of one case. False where it was put off before."""
    return bool(put_off_all([docket_id], reason, evidence, actor))


def put_off_all(docket_ids: Sequence[uuid.UUID], reason: str, evidence: str, actor: Actor) -> list[uuid.UUID]:
    """The matter that stops each of these accepted cases, and the clock that stands still; the cases are locked. Gives
    those that were not put off before. Three statements whatever their number."""
    rounds = dict.fromkeys(docket_ids, 1)
    open_now = set()
    before = PendingMatter.objects.filter(docket_id__in=list(docket_ids), kind=Kind.PAUSE.value)
    for docket_id, settled_at in before.values_list("docket_id", "settled_at"):
        rounds[docket_id] += 1
        if settled_at is None:
            open_now.add(docket_id)
    stopped = [d for d in rounds if d not in open_now]
    PendingMatter.objects.bulk_create(
        PendingMatter(
            docket_id=docket_id,
            kind=Kind.PAUSE.value,
            round=rounds[docket_id],
            owner=rules.OWNERS[Kind.PAUSE],
            opened_at=clock.now(),
        )
        for docket_id in stopped
    )
    ClockStop.objects.bulk_create(
        ClockStop(
            docket_id=docket_id,
            reason=reason,
            from_on=clock.today(),
            evidence=evidence[:200],
            stopped_by=actor.name[:80],
        )
        for docket_id in stopped
    )
    return stopped


@act("cases.resume", permission="case.settle")
def resume(*, actor: Actor, docket_id: uuid.UUID, result: str) -> str:
    """恢复办理: from tomorrow the days count again, both last days move by what was lost; entered if nothing else is
    open. `result` says what came of it. Gives the case's state. Raises Refused, Conflict."""
    case = in_hand(docket_id, actor)
    matter = open_matter(docket_id, Kind.PAUSE)
    said = long_enough(
        result,
        5,
        Refusal("PAUSE_RESULT", "请写明暂缓的原因怎样消除。", "不少于5个字。", "条例20", "result"),
    )
    stopped = ClockStop.objects.filter(
        docket_id=docket_id, reason__in=list(rules.PAUSES), until_on__isnull=True
    )
    stopped.update(until_on=clock.today())
    count_again(docket_id)
    settle(matter, actor, rules.DONE, said)
    enter_if_last(case, actor)
    return case.state
