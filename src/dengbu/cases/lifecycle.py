"""The road of a case as ONE table: state, event, next state, who may. Pages, API, docs and tests read it.

Stored states are these only; the labels people see are computed from facts (`labels.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dengbu.core.refusals import Conflict, Refusal


class State(StrEnum):
    DRAFT = "draft"
    AWAITING = "awaiting_parties"
    SUBMITTED = "submitted"
    REVIEW = "under_review"
    CORRECTION = "correction_requested"
    PREAPPROVED = "preapproved"
    ACCEPTED = "accepted"
    REGISTERED = "registered"
    CERTIFIED = "certified"
    ISSUED = "issued"
    ARCHIVED = "archived"
    REFUSED = "refused"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


FINAL = frozenset({State.ARCHIVED, State.REFUSED, State.DECLINED, State.WITHDRAWN, State.EXPIRED})
BEFORE_ENTRY = (
    State.AWAITING,
    State.SUBMITTED,
    State.REVIEW,
    State.CORRECTION,
    State.PREAPPROVED,
    State.ACCEPTED,
)

# Who may: an applicant of the case (the rules decide which), the system, or whoever has a permission; "case.file_for"
# holds for cases filed at the desk only (`filing.own_case`).
APPLICANT, SYSTEM = "applicant", "system"


@dataclass(frozen=True, slots=True)
class Step:
    """One legal step. `who` is APPLICANT, SYSTEM, or permissions (any of them)."""

    source: State
    event: str
    target: State
    who: tuple[str, ...]
    name: str


S = State
STEPS: tuple[Step, ...] = (
    Step(S.DRAFT, "invite", S.AWAITING, (APPLICANT,), "提交，等待他人确认"),
    Step(S.DRAFT, "submit", S.SUBMITTED, (APPLICANT, "case.file_for"), "提交申请"),
    Step(S.DRAFT, "expire", S.EXPIRED, (SYSTEM,), "草稿到期关闭"),
    Step(S.AWAITING, "confirm", S.SUBMITTED, (APPLICANT,), "各方已确认，提交申请"),
    Step(S.AWAITING, "disagree", S.DRAFT, (APPLICANT,), "有人不同意，退回修改"),
    Step(S.AWAITING, "expire", S.EXPIRED, (SYSTEM,), "逾期没有确认"),
    Step(S.SUBMITTED, "claim", S.REVIEW, ("case.claim",), "认领，开始审核"),
    Step(S.REVIEW, "release", S.SUBMITTED, ("case.claim", "case.release_any"), "释放认领"),
    Step(S.REVIEW, "request_correction", S.CORRECTION, ("case.review",), "需要补正"),
    Step(S.CORRECTION, "resubmit", S.SUBMITTED, (APPLICANT, "case.file_for"), "补正后重新提交"),
    Step(S.CORRECTION, "invite", S.AWAITING, (APPLICANT,), "补正改了申请内容，等待他人重新确认"),
    Step(S.CORRECTION, "expire", S.EXPIRED, (SYSTEM,), "逾期未补正"),
    Step(S.REVIEW, "pass", S.PREAPPROVED, ("case.review",), "网上审核通过"),
    Step(S.PREAPPROVED, "send_back", S.REVIEW, ("case.accept",), "退回网上审核"),
    Step(S.PREAPPROVED, "expire", S.EXPIRED, (SYSTEM,), "预审结果过期"),
    Step(S.PREAPPROVED, "refuse", S.REFUSED, ("case.accept",), "不予受理"),
    Step(S.PREAPPROVED, "accept", S.ACCEPTED, ("case.accept",), "受理"),
    # by whoever settles the last pending matter
    Step(S.ACCEPTED, "enter", S.REGISTERED, ("case.accept", "case.settle", SYSTEM), "登簿"),
    Step(S.ACCEPTED, "decline", S.DECLINED, ("case.review",), "不予登记"),
    Step(S.REGISTERED, "print", S.CERTIFIED, ("case.certify",), "缮证"),
    Step(S.CERTIFIED, "issue", S.ISSUED, ("case.issue",), "发证"),
    Step(S.ISSUED, "archive", S.ARCHIVED, ("case.archive",), "归档"),
    Step(S.REGISTERED, "archive", S.ARCHIVED, ("case.archive",), "归档（无需缮证）"),
    # all who applied have to agree (`withdrawing`); "case.accept": their signatures are taken at the desk
    *(
        Step(s, "withdraw", S.WITHDRAWN, (APPLICANT, "case.file_for", "case.accept"), "撤回申请")
        for s in BEFORE_ENTRY
    ),
)
BY_EDGE = {(s.source, s.event): s for s in STEPS}
EVENTS = tuple(dict.fromkeys(s.event for s in STEPS))

STATE_NAMES: dict[State, str] = {
    S.DRAFT: "草稿",
    S.AWAITING: "等待他人确认",
    S.SUBMITTED: "待审核",
    S.REVIEW: "审核中",
    S.CORRECTION: "需要补正",
    S.PREAPPROVED: "网上审核通过，待到窗口",
    S.ACCEPTED: "已受理",
    S.REGISTERED: "已登簿",
    S.CERTIFIED: "已制证",
    S.ISSUED: "已发证",
    S.ARCHIVED: "已办结",
    S.REFUSED: "不予受理",
    S.DECLINED: "不予登记",
    S.WITHDRAWN: "已撤回",
    S.EXPIRED: "已过期",
}


def step(state: str, event: str) -> Step:
    """The legal step from a state by an event. Raises Conflict where the case has moved on meanwhile."""
    found = BY_EDGE.get((State(state), event))
    if found is None:
        raise Conflict(
            Refusal(
                "CASE_MOVED_ON",
                f"这件申请现在是“{STATE_NAMES[State(state)]}”，不能做这一步。",
                "请刷新页面，看看办到了哪一步。",
            )
        )
    return found


def mermaid() -> str:
    """The diagram of the docs, generated from the table (ARCHITECTURE.md)."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    lines += [f"    {s.source.value} --> {s.target.value}: {s.event}" for s in STEPS]
    lines += [f"    {s.value} --> [*]" for s in sorted(FINAL, key=lambda s: s.value)]
    return "\n".join(lines)
