"""时限: the promised and the statutory last day of an accepted case, counted again when the clock goes on."""

from __future__ import annotations

import uuid

from dengbu.catalog.policy.policy import office_calendar, policy_version
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Refusal, Refused

from .. import rules
from ..lifecycle import State
from ..models import Case, ClockStop
from .moving import locked

BY_HAND = {
    "court": "等待人民法院或其他机关的结果",
    "correction": "等待补充材料",
    "survey": "等待权籍调查、测绘",
}


def count_again(docket_id: uuid.UUID) -> None:
    """Both last days anew, with all that did not count (条例 20). The case's row is locked already."""
    case = Case.objects.get(pk=docket_id)
    if case.accepted_at is None:
        return
    policy = policy_version(case.type_code, case.policy_version)
    stops = [
        rules.Stop(s.from_on, s.until_on)
        for s in ClockStop.objects.filter(docket_id=docket_id, until_on__isnull=False)
    ]
    since, calendar = clock.local(case.accepted_at).date(), office_calendar()
    Case.objects.filter(pk=docket_id).update(
        promised_on=rules.due_on(since, policy.promised_days, stops, calendar),
        statutory_on=rules.due_on(since, policy.statutory_days, stops, calendar),
    )


@act("cases.stop_clock", permission="case.settle")
def stop_clock(*, actor: Actor, docket_id: uuid.UUID, reason: str, evidence: str) -> None:
    """时限中止: from tomorrow the days do not count, for a reason that the law knows, with its evidence."""
    case = locked(docket_id)
    if case.state != State.ACCEPTED:
        raise Refused(
            Refusal(
                "CLOCK_NOT_RUNNING", "只有已受理、还没有登簿的办件才能中止计时。", "请刷新页面。", "条例20"
            )
        )
    if reason not in BY_HAND:
        raise Refused(Refusal("CLOCK_REASON", "请选择中止计时的原因。", "", "条例20", "reason"))
    if len(evidence.strip()) < 5:
        raise Refused(
            Refusal(
                "CLOCK_EVIDENCE",
                "请写明中止计时的依据，例如来文文号。",
                "不少于5个字。",
                "条例20",
                "evidence",
            )
        )
    if ClockStop.objects.filter(docket_id=docket_id, reason=reason, until_on__isnull=True).exists():
        raise Refused(
            Refusal("CLOCK_STOPPED", "已经因为这个原因中止计时。", "请刷新页面。", "条例20", "reason")
        )
    ClockStop.objects.create(
        docket_id=docket_id,
        reason=reason,
        from_on=clock.today(),
        evidence=evidence.strip()[:200],
        stopped_by=actor.name[:80],
    )


@act("cases.resume_clock", permission="case.settle")
def resume_clock(*, actor: Actor, docket_id: uuid.UUID, reason: str) -> None:
    """恢复计时: from tomorrow the days count again; both last days move by what was lost."""
    locked(docket_id)
    stopped = ClockStop.objects.filter(docket_id=docket_id, reason=reason, until_on__isnull=True)
    if reason not in BY_HAND or not stopped.update(until_on=clock.today()):
        raise Refused(
            Refusal(
                "CLOCK_RUNS", "没有因为这个原因中止计时，或已经恢复。", "请刷新页面。", "条例20", "reason"
            )
        )
    count_again(docket_id)
