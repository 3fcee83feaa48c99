"""认领: who works on a case, and giving it back."""

from __future__ import annotations

import uuid

from django.db.models import Q

from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Conflict, NotPermitted, Refusal

from ...lifecycle import State
from ...models import Case, Verdict
from ..moving import locked, move, not_own

NEXT_TRIES = 20


@act("cases.claim", permission="case.claim")
def claim(*, actor: Actor, docket_id: uuid.UUID) -> str:
    """认领: nobody else works on the case meanwhile. A resubmitted case goes back to its own reviewer.

    Raises Conflict naming the holder, NotPermitted for one's own case or another business line.
    """
    case = locked(docket_id)
    if case.state == State.REVIEW and case.reviewer_id == actor.user_id:
        return case.state
    if case.state == State.REVIEW:
        raise Conflict(
            Refusal(
                "CASE_TAKEN",
                f"这件申请已由{case.reviewer_name}认领。",
                "请领取下一件；需要接手时请科室负责人释放。",
            )
        )
    if actor.lines and case.line not in actor.lines:
        raise NotPermitted(
            "case.reassign",
            Refusal(
                "CASE_OTHER_LINE",
                "这件申请不属于您的业务分工。",
                "请领取自己业务线的申请。",
                "工作方案四（三）1",
            ),
        )
    not_own(case, list(case.parties.all()), actor)
    if case.round > 1 and case.reviewer_id and case.reviewer_id != actor.user_id:
        raise Conflict(
            Refusal(
                "CASE_SAME_REVIEWER",
                f"这件补正申请由原审核人{case.reviewer_name}继续审核。",
                "请领取下一件；原审核人请假时请科室负责人改派。",
            )
        )
    if case.reviewer_id is None or case.round == 1:
        case.reviewer_id, case.reviewer_name = actor.user_id, actor.name
    case.claimed_at = clock.now()
    move(case, "claim", actor, due_at=case.due_at)
    return case.state


@act("cases.claim_next", permission="case.claim")
def claim_next(*, actor: Actor) -> str | None:
    """领取下一件: the most urgent unclaimed case of the actor's lines; skips what others are just taking."""
    passed_over: list[uuid.UUID] = []
    while len(passed_over) < NEXT_TRIES:
        rows = Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(
            Q(round=1) | Q(reviewer_id=actor.user_id) | Q(reviewer_id__isnull=True),
            state=State.SUBMITTED.value,
        )
        if actor.lines:
            rows = rows.filter(line__in=actor.lines)
        rows = rows.exclude(filed_by=actor.user_id or 0).exclude(docket_id__in=passed_over)
        case = rows.order_by("due_at", "docket_id").first()
        if case is None:
            return None
        try:
            claim(actor=actor, docket_id=case.docket_id)
        except (NotPermitted, Conflict):  # one's own case: the next one
            passed_over.append(case.docket_id)
        else:
            return str(case.docket_id)
    return None


@act("cases.release")
def release(*, actor: Actor, docket_id: uuid.UUID, reason: str = "") -> str:
    """释放认领: the reviewer gives the case back, or the lead takes it from somebody on leave."""
    case = locked(docket_id)
    lead = actor.may("case.release_any")
    if case.state == State.REVIEW and case.reviewer_id != actor.user_id and not lead:
        raise NotPermitted("case.release_any")
    move(case, "release", actor, note=reason[:200], due_at=case.due_at, save=True)
    if case.round == 1 or lead:
        case.reviewer_id, case.reviewer_name = None, ""
        forget_verdicts(docket_id)
    case.claimed_at = None
    case.save()
    return case.state


def forget_verdicts(docket_id: uuid.UUID) -> None:
    """Another reviewer judges for themselves: the entry will stand under their name (F12)."""
    Verdict.objects.filter(docket_id=docket_id, stage="review").delete()


def mine(docket_id: uuid.UUID, actor: Actor) -> Case:
    """The case, locked, under review by this very reviewer. Raises Conflict or NotPermitted."""
    case = locked(docket_id)
    if case.state != State.REVIEW:
        raise Conflict(Refusal("CASE_MOVED_ON", "这件申请已不在审核中。", "请刷新页面，看看办到了哪一步。"))
    if case.reviewer_id != actor.user_id:
        raise Conflict(
            Refusal("CASE_TAKEN", f"这件申请由{case.reviewer_name}认领。", "您可以查看，不能办理。")
        )
    return case
