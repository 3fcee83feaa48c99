"""Moving a case along the one table. Every act on a case begins with `locked` and changes state by `move` only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from dengbu.appointments.actions import hold_visitor
from dengbu.appointments.actions import release as release_visit
from dengbu.catalog.policy.policy import office_calendar, time_limit
from dengbu.core import clock, rows
from dengbu.core.acts import Actor, current
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.core.workdays import deadline_after_workdays

from .. import rules
from ..applicants import own
from ..facts import is_applicant
from ..lifecycle import APPLICANT, FINAL, SYSTEM, State, step
from ..models import Case, CaseParty, ClockStop, HandIn, PendingMatter, Transition, Undertaking

VISIT_PLAN_DAYS = 3  # working days in which the office answers who asked for a home visit; its own

NOT_FOUND = Refusal("CASE_NOT_FOUND", "没有找到这件申请。", "请核对编号，或从“我的办件”重新打开。")


def locked(docket_id: uuid.UUID) -> Case:
    """The case, its row locked FOR NO KEY UPDATE until commit. Raises Refused when there is none."""
    return locked_many([docket_id])[0]


def locked_many(docket_ids: Sequence[uuid.UUID]) -> list[Case]:
    """Cases in the order of their dockets, all locked (lock order: dockets by id, then units, then counters)."""
    cases = rows.read_with(
        Case,
        "docket",
        "WHERE t.docket_id = ANY(%s) ORDER BY t.docket_id FOR NO KEY UPDATE OF t",
        [list(docket_ids)],
    )
    if len(cases) != len(set(docket_ids)):
        raise Refused(NOT_FOUND)
    current().about(*(c.docket_id for c in cases))
    return cases


def as_applicant(case: Case, actor: Actor) -> list[CaseParty]:
    """The parties, after making sure that the actor applies in this case. Raises NotPermitted."""
    parties = list(case.parties.order_by("role", "ordinal"))
    if not is_applicant(case, parties, actor):
        raise NotPermitted(
            "application.file",
            Refusal("CASE_NOT_YOURS", "这件申请不在您的名下。", "请用申请人本人的账号登录。"),
        )
    return parties


def not_own(case: Case, parties: Sequence[CaseParty], actor: Actor) -> None:
    """Nobody handles their own case, nor one they filed (三岗分离). Raises NotPermitted."""
    if (
        own(parties, actor)
        or actor.user_id == case.filed_by
        or actor.user_id in case.filed.get("typed_by", ())
    ):
        raise NotPermitted(
            "case.reassign",
            Refusal(
                "CASE_OWN",
                "您是这件申请的当事人或录入人，不能办理。",
                "请由其他同事办理，或请科室负责人改派。",
                "domain §9.1",
            ),
        )


def may_move(case: Case, event: str, actor: Actor, parties: Sequence[CaseParty] | None = None) -> State:
    """The next state, if this actor may take this step now. Raises Conflict or NotPermitted."""
    found = step(case.state, event)
    if actor.key.startswith("system:"):
        return found.target
    if any(who not in (APPLICANT, SYSTEM) and actor.may(who) for who in found.who):
        return found.target
    if APPLICANT in found.who:
        if parties is None:
            as_applicant(case, actor)
        elif not is_applicant(case, parties, actor):
            raise NotPermitted("application.file")
        return found.target
    raise NotPermitted(next((who for who in found.who if who != SYSTEM), found.who[0]))


def move(
    case: Case,
    event: str,
    actor: Actor,
    *,
    note: str = "",
    due_at: dt.datetime | None = None,
    parties: Sequence[CaseParty] | None = None,
    save: bool = True,
) -> Transition | None:
    """Take one step: state, due date, a row of the timeline; a finished case lets its units go.

    With `save=False` the caller writes cases and transitions set by set (a batch).
    """
    target = may_move(case, event, actor, parties)
    source, now = case.state, clock.now()
    case.state, case.state_since, case.due_at = target.value, now, due_at
    if target in FINAL:
        case.closed_at = now
    transition = Transition(
        docket_id=case.docket_id,
        event=event,
        from_state=source,
        to_state=target.value,
        actor=actor.key,
        actor_name=actor.name,
        organisation=actor.organisation[:200],
        note=note,
        at=now,
    )
    current().note(event=event)
    if not save:
        return transition
    case.save()
    transition.save(force_insert=True)
    if target in FINAL or target == State.DRAFT:
        release_claims([case.docket_id])
    if target in FINAL and target != State.ARCHIVED:
        _end_matters(case, actor)
    elif target == State.DRAFT:
        _end_matters(
            case, actor, "申请退回修改，重新提交后可以再申请"
        )  # who applies may change: a home visit
    if target in FINAL and target != State.ARCHIVED:
        release_visit(actor=actor, docket_id=case.docket_id)
        if case.batch_id is not None:
            _release_bulk_visit(case.batch_id, actor)
    return None


def _end_matters(case: Case, actor: Actor, said: str = "") -> None:
    """The case ended before its entry: nothing is left to be settled, and the clock has nothing to count."""
    PendingMatter.objects.filter(docket_id=case.docket_id, settled_at__isnull=True).update(
        settled_at=clock.now(),
        settled_by=actor.name[:80],
        settled_by_id=actor.user_id,
        outcome=rules.OVER,
        evidence=said,
    )
    ClockStop.objects.filter(docket_id=case.docket_id, until_on__isnull=True).update(until_on=clock.today())
    for left in (
        Undertaking.objects.filter(docket_id=case.docket_id, outcome=""),
        HandIn.objects.filter(undertaking__docket_id=case.docket_id, outcome=""),
    ):
        left.update(
            settled_at=clock.now(),
            settled_by=actor.name[:80],
            settled_by_id=actor.user_id,
            outcome=rules.OVER,
        )


def _release_bulk_visit(batch_id: uuid.UUID, actor: Actor) -> None:
    """The last case of a batch that needed the visit ended: the time is free for others.

    Held before it is looked at: of two last cases ended at once the second sees that the first is gone.
    """
    hold_visitor(None, batch_id)
    over = [s.value for s in (*FINAL, State.DRAFT)]
    if not Case.objects.filter(batch_id=batch_id).exclude(state__in=over).exists():
        release_visit(actor=actor, batch_id=batch_id)


def release_claims(docket_ids: Sequence[uuid.UUID]) -> None:
    """Let the units of these cases go."""
    rows.run(
        "UPDATE cases_claim SET released_at = %s WHERE docket_id = ANY(%s) AND released_at IS NULL",
        [clock.now(), list(docket_ids)],
    )


def check_version(case: Case, version: int | None) -> None:
    """A draft edited in another tab or on another device meanwhile is not overwritten. Raises Conflict."""
    if version is not None and version != case.version:
        raise Conflict(
            Refusal(
                "DRAFT_STALE",
                "这份草稿已在另一个窗口或设备上修改过，刚才的内容没有保存。",
                "请刷新页面核对后再填写；您刚才填的内容还在这个页面上。",
            )
        )


def workdays_from_now(days: int) -> dt.datetime:
    """The closing time of the office that many working days from today."""
    return deadline_after_workdays(clock.today(), days, office_calendar())


def limit_days(key: str) -> int:
    """Days of a time limit in force today (time_limits.toml)."""
    return time_limit(key, clock.today()).amount


def authority() -> str:
    return str(settings.AUTHORITY)


def audit(**detail: Any) -> None:
    current().note(**detail)
