"""科室负责人: another reviewer takes over a case."""

from __future__ import annotations

import uuid

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Conflict, Refusal, Refused
from dengbu.parties.queries import actor_of

from ..applicants import own
from ..lifecycle import State
from .moving import locked
from .review import forget_verdicts

OPEN = (State.SUBMITTED, State.REVIEW, State.CORRECTION)


@act("cases.reassign", permission="case.reassign")
def reassign(*, actor: Actor, docket_id: uuid.UUID, reviewer_id: int) -> str:
    """改派: the case goes to another reviewer of its business line, who is no party of it and did not file it.

    The state stays as it is; a case nobody holds is kept for the new reviewer only from the second round on.
    Raises Conflict once the review is over, Refused where that person cannot review it.
    """
    case = locked(docket_id)
    if case.state not in OPEN:
        raise Conflict(
            Refusal("CASE_MOVED_ON", "这件申请已不在网上审核环节。", "请刷新页面，看看办到了哪一步。")
        )
    taker = actor_of(reviewer_id)
    if taker is None or not taker.may("case.review"):
        raise Refused(
            Refusal(
                "LEAD_NOT_REVIEWER", "所选人员不在网上审核岗。", "请改选网上审核岗的同事。", "", "reviewer"
            )
        )
    if taker.lines and case.line not in taker.lines:
        raise Refused(
            Refusal(
                "CASE_OTHER_LINE",
                f"这件申请不属于{taker.name}的业务分工。",
                "请改选办理这类业务的同事。",
                "工作方案四（三）1",
                "reviewer",
            )
        )
    if (
        own(case.parties.all(), taker)
        or taker.user_id == case.filed_by
        or taker.user_id in case.filed.get("typed_by", ())
    ):
        raise Refused(
            Refusal(
                "LEAD_OWN_CASE",
                f"{taker.name}是这件申请的当事人或录入人，不能审核。",
                "请改选其他同事。",
                "domain §9.1",
                "reviewer",
            )
        )
    current().note(before=case.reviewer_id, after=taker.user_id)
    if case.reviewer_id != taker.user_id:
        forget_verdicts(docket_id)
    case.reviewer_id, case.reviewer_name = taker.user_id, taker.name
    if case.state == State.REVIEW:
        case.claimed_at = clock.now()
    case.save()
    return case.state
