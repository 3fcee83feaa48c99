"""复审, 领导签批: a second person, then where the policy asks it the leader, agree or send back with reasons. Each is
another person, neither the first reviewer nor the clerk (corrections §2, 4 and 8)."""

from __future__ import annotations

import uuid

from dengbu.core.acts import Actor, act
from dengbu.core.refusals import NotPermitted, Refusal, Refused

from ... import rules
from ...models import Case, PendingMatter
from ..desk import enter_if_last, open_matter, open_one, settle
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
    settle(open_matter(docket_id, Kind.SECOND_REVIEW), actor, rules.SENT_BACK, _reasons(reasons))
    open_one(case, Kind.ANSWER, rules.ANSWER_DAYS)


@act("cases.sign_off", permission="case.sign_off")
def sign_off(*, actor: Actor, docket_id: uuid.UUID, opinion: str = "") -> str:
    """领导签批 of a case with everything else settled: it is entered. Gives its state.

    Raises Refused while anything else is open; NotPermitted for whoever reviewed it, first or second, who accepted it,
    and for one's own case.
    """
    case = _signing_off(docket_id, actor)
    settle(open_matter(docket_id, Kind.SIGN_OFF), actor, rules.AGREED, opinion or "同意登记")
    enter_if_last(case, actor)
    return case.state


@act("cases.leader_send_back", permission="case.sign_off")
def leader_send_back(*, actor: Actor, docket_id: uuid.UUID, reasons: str) -> None:
    """签批退回, with reasons: the first reviewer answers, or declines the entry. Raises like `sign_off`."""
    case = _signing_off(docket_id, actor)
    settle(open_matter(docket_id, Kind.SIGN_OFF), actor, rules.SENT_BACK, _reasons(reasons))
    open_one(case, Kind.ANSWER, rules.ANSWER_DAYS)


@act("cases.answer_second_review", permission="case.review")
def answer(*, actor: Actor, docket_id: uuid.UUID, explanation: str) -> None:
    """The first reviewer answers what was sent back; it goes again to the level that sent it. Raises NotPermitted for
    others."""
    case = in_hand(docket_id, actor)
    if case.reviewer_id != actor.user_id:
        raise NotPermitted(
            "case.review",
            Refusal(
                "CASE_OTHER_REVIEWER",
                f"这件办件由{case.reviewer_name}审核。",
                "退回意见由原审核人答复。",
                "domain §9.1",
            ),
        )
    said = long_enough(
        explanation,
        10,
        Refusal("SECOND_ANSWER", "请写明对退回意见的答复。", "不少于10个字。", "", "explanation"),
    )
    settle(open_matter(docket_id, Kind.ANSWER), actor, rules.DONE, said)
    sent = PendingMatter.objects.filter(docket_id=docket_id, outcome=rules.SENT_BACK).order_by(
        "-settled_at", "-pk"
    )
    level = Kind(sent[0].kind)
    open_one(case, level, rules.SIGN_OFF_DAYS if level is Kind.SIGN_OFF else rules.SECOND_REVIEW_DAYS)


def _reasons(text: str) -> str:
    return long_enough(
        text,
        10,
        Refusal(
            "SECOND_REASONS", "请写明退回的理由。", "不少于10个字，写清楚哪一项、为什么。", "", "reasons"
        ),
    )


def _seconding(docket_id: uuid.UUID, actor: Actor) -> Case:
    case = in_hand(docket_id, actor)
    other_hands(case, actor)
    return case


def _signing_off(docket_id: uuid.UUID, actor: Actor) -> Case:
    case = _seconding(docket_id, actor)
    matters = list(PendingMatter.objects.filter(docket_id=docket_id))
    if any(m.kind == Kind.SECOND_REVIEW and m.settled_by_id == actor.user_id for m in matters):
        raise NotPermitted(
            "case.sign_off",
            Refusal(
                "CASE_SAME_LEVELS",
                "您是这件办件的复审人，不能再作签批。",
                "请由另一位有签批权限的负责人签批。",
                "domain §9.1",
            ),
        )
    others = [rules.KIND_NAMES[m.kind] for m in matters if not m.outcome and m.kind != Kind.SIGN_OFF]
    if others:
        raise Refused(
            Refusal(
                "MATTER_SIGN_OFF_LAST",
                f"{'、'.join(others)}还没有办结，不能签批。",
                "签批是登簿前的最后一步，请先办结其他待办事项。",
                "本登记机构审核层级规定",
                "matters",
            )
        )
    return case
