"""复审: a second person, neither the first reviewer nor the clerk, agrees or sends back with reasons (corrections §2, 8)."""

from __future__ import annotations

import uuid

from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import NotPermitted, Refusal

from ... import rules
from ...models import Case, PendingMatter
from ..desk import enter_if_last, open_matter, settle
from ..moving import workdays_from_now
from .shared import in_hand, long_enough, other_hands

Kind = rules.Kind


@act("cases.second_agree", permission="case.second_review")
def agree(*, actor: Actor, docket_id: uuid.UUID, opinion: str = "") -> str:
    """复审同意: the case is entered, if nothing else is open. Gives its state.

    Raises NotPermitted for the first reviewer, the clerk who accepted it, and for one's own case.
    """
    case = _seconding(docket_id, actor)
    settle(open_matter(docket_id, Kind.SECOND_REVIEW), actor, rules.AGREED, opinion or "同意登记")
    enter_if_last(case, actor)
    return case.state


@act("cases.second_send_back", permission="case.second_review")
def send_back(*, actor: Actor, docket_id: uuid.UUID, reasons: str) -> None:
    """复审退回, with reasons: the first reviewer answers, or declines the entry. Raises like `agree`."""
    case = _seconding(docket_id, actor)
    said = long_enough(
        reasons,
        10,
        Refusal(
            "SECOND_REASONS", "请写明退回的理由。", "不少于10个字，写清楚哪一项、为什么。", "", "reasons"
        ),
    )
    settle(open_matter(docket_id, Kind.SECOND_REVIEW), actor, rules.SENT_BACK, said)
    _open(case, Kind.ANSWER, rules.ANSWER_DAYS)


@act("cases.answer_second_review", permission="case.review")
def answer(*, actor: Actor, docket_id: uuid.UUID, explanation: str) -> None:
    """The first reviewer answers what was sent back; the second review begins anew. Raises NotPermitted for others."""
    case = in_hand(docket_id, actor)
    if case.reviewer_id != actor.user_id:
        raise NotPermitted(
            "case.review",
            Refusal(
                "CASE_OTHER_REVIEWER",
                f"这件办件由{case.reviewer_name}审核。",
                "复审意见由原审核人答复。",
                "domain §9.1",
            ),
        )
    said = long_enough(
        explanation,
        10,
        Refusal("SECOND_ANSWER", "请写明对复审意见的答复。", "不少于10个字。", "", "explanation"),
    )
    settle(open_matter(docket_id, Kind.ANSWER), actor, rules.DONE, said)
    _open(case, Kind.SECOND_REVIEW, rules.SECOND_REVIEW_DAYS)


def _seconding(docket_id: uuid.UUID, actor: Actor) -> Case:
    case = in_hand(docket_id, actor)
    other_hands(case, actor)
    return case


def _open(case: Case, kind: Kind, days: int) -> None:
    before = PendingMatter.objects.filter(docket_id=case.docket_id, kind=kind.value).count()
    PendingMatter.objects.create(
        docket_id=case.docket_id,
        kind=kind.value,
        round=before + 1,
        owner=rules.OWNERS[kind],
        opened_at=clock.now(),
        due_at=workdays_from_now(days),
    )
