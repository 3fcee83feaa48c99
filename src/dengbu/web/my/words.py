"""Words of the timeline and of roles, as applicants read them."""

from __future__ import annotations

from typing import Any

from dengbu.cases.models import Transition
from dengbu.core.acts import Actor

_EVENTS = {
    "invite": "提交了申请，等待其他当事人确认",
    "confirm": "已确认",
    "disagree": "不同意，退回修改",
    "submit": "提交了申请",
    "resubmit": "补正后重新提交",
    "claim": "开始审核",
    "request_correction": "需要补正",
    "pass": "网上审核通过",
    "send_back": "窗口退回网上审核",
    "refuse": "不予受理",
    "accept": "窗口受理",
    "enter": "登簿",
    "decline": "不予登记",
    "print": "{paper}已制好",
    "issue": "{paper}已领取",
    "archive": "已归档，办结",
    "withdraw": "撤回申请",
    "expire": "已过期",
}
_BY_APPLICANT = {"invite", "submit", "confirm", "disagree", "resubmit", "withdraw"}


def event_words(transition: Transition, paper: str, viewer: Actor) -> dict[str, Any] | None:
    """One line of the timeline; None for what is the office's own business (a released claim). `paper`: what comes out
    of the case. An organisation is named for what its operator did; the office and its own people read who that was.
    """
    words = _EVENTS.get(transition.event)
    if words is None:
        return None
    who = _who(transition, viewer) if transition.event in _BY_APPLICANT else ""
    text = (
        transition.note
        if transition.event in ("disagree", "withdraw", "request_correction", "refuse", "decline")
        else ""
    )
    return {"at": transition.at, "title": f"{who}{words.format(paper=paper or '证书')}", "text": text}


def _who(transition: Transition, viewer: Actor) -> str:
    of = transition.organisation
    if not of:
        return transition.actor_name
    within = viewer.is_staff or viewer.organisation == of
    return f"{of}（经办人{transition.actor_name}）" if within else of
