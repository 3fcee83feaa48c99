"""What every act on a pending matter begins with."""

from __future__ import annotations

import uuid

from dengbu.core.acts import Actor
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused

from ...lifecycle import State
from ...models import Case
from ..moving import locked, not_own


def in_hand(docket_id: uuid.UUID, actor: Actor) -> Case:
    """The case, locked, accepted and not entered, and not the actor's own. Raises Conflict or NotPermitted."""
    case = locked(docket_id)
    if case.state != State.ACCEPTED:
        raise Conflict(
            Refusal("CASE_MOVED_ON", "这件办件现在没有待办事项可以办理。", "请刷新页面，看看办到了哪一步。")
        )
    if not actor.key.startswith("system:"):
        not_own(case, list(case.parties.all()), actor)
    return case


def other_hands(case: Case, actor: Actor) -> None:
    """Neither its first reviewer nor the clerk who accepted it (corrections §2, 8). Raises NotPermitted."""
    if actor.user_id is not None and actor.user_id in (case.reviewer_id, case.desk_id):
        raise NotPermitted(
            "case.second_review",
            Refusal(
                "CASE_SAME_HANDS",
                "您是这件办件的审核人或受理人，不能再作复审或裁定。",
                "请由另一位同事或科室负责人办理。",
                "domain §9.1",
            ),
        )


def long_enough(text: str, least: int, refusal: Refusal) -> str:
    """The text without blanks around it. Raises Refused where it says too little."""
    cleaned = text.strip()
    if len(cleaned) < least:
        raise Refused(refusal)
    return cleaned
