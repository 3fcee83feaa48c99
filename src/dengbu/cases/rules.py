"""待办事项和时限: what must be settled before an accepted case is entered, and the days it may take. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from dengbu.core.refusals import Refusal
from dengbu.core.workdays import (
    Calendar,
    add_workdays,
    end_of_office_hours,
    is_workday,
    workdays_between,
)


class Kind(StrEnum):
    """Kinds of pending matters."""

    FACE_SIGNING = "face_signing"
    TAX = "tax"
    HOUSING = "housing"
    NOTICE = "notice"
    OBJECTION = "objection"
    INSPECTION = "inspection"
    SECOND_REVIEW = "second_review"
    SIGN_OFF = "sign_off"
    ANSWER = "answer"
    PAUSE = "pause"
    SUPPLEMENT = "supplement"
    UNDERTAKING = "undertaking"
    BACKFILL = "backfill"


KIND_NAMES: Final[dict[str, str]] = {
    Kind.FACE_SIGNING: "面签",
    Kind.TAX: "完税",
    Kind.HOUSING: "房管审核",
    Kind.NOTICE: "公告",
    Kind.OBJECTION: "公告异议",
    Kind.INSPECTION: "实地查看",
    Kind.SECOND_REVIEW: "复审",
    Kind.SIGN_OFF: "领导签批",
    Kind.ANSWER: "答复退回意见",
    Kind.PAUSE: "暂缓办理",
    Kind.SUPPLEMENT: "补充材料",
    Kind.UNDERTAKING: "容缺补交",
    Kind.BACKFILL: "单件补录",
}

# Those that an officer settles by writing down the evidence; the others have a procedure of their own.
BY_EVIDENCE: Final = frozenset({Kind.FACE_SIGNING, Kind.TAX, Kind.HOUSING})

# Outcomes. A bad one forbids the entry until something later of the same kind is good; `over`: the case ended first.
DONE, FAILED, AGREED, SENT_BACK, DISMISSED, UPHELD, BREACHED, OVER, TURNED_DOWN, NOT_FOUND = (
    "done",
    "failed",
    "agreed",
    "sent_back",
    "dismissed",
    "upheld",
    "breached",
    "over",
    "turned_down",
    "not_found",
)
OUTCOME_NAMES: Final = {
    DONE: "已办结",
    FAILED: "查看不符合",
    AGREED: "同意登记",
    SENT_BACK: "退回",
    DISMISSED: "异议不成立",
    UPHELD: "异议成立",
    BREACHED: "承诺没有兑现",
    OVER: "办件已结束",
    TURNED_DOWN: "不予上门",
    NOT_FOUND: "不能补录",
}

# Who has to act, as a permission.
OWNERS: Final[dict[str, str]] = {
    Kind.NOTICE: "case.settle",
    Kind.OBJECTION: "case.second_review",
    Kind.INSPECTION: "case.inspect",
    Kind.FACE_SIGNING: "case.face_sign",
    Kind.SECOND_REVIEW: "case.second_review",
    Kind.SIGN_OFF: "case.sign_off",
    Kind.ANSWER: "case.review",
    Kind.PAUSE: "case.settle",
    Kind.SUPPLEMENT: "case.settle",
    Kind.UNDERTAKING: "case.settle",
    Kind.BACKFILL: "register.backfill",
}
# Why a case may be put off by hand: its days do not count, and it is not entered before the reason is gone.
PAUSES: Final = {
    "court": "等待人民法院或其他机关的结果",
    "correction": "等待补充材料",
    "survey": "等待权籍调查、测绘",
}
INSPECTION_DAYS: Final = 5  # working days an inspection is to be made in; the office's own
SECOND_REVIEW_DAYS: Final = 1
SIGN_OFF_DAYS: Final = 1
ANSWER_DAYS: Final = 1
BACKFILL_DAYS: Final = 5  # working days in which the old right is entered from the archive; the office's own


class _Registration(Protocol):
    def publishes(self) -> bool: ...
    def second_review(self) -> bool: ...


class _Policy(Protocol):
    @property
    def public_notice_days(self) -> int: ...
    @property
    def site_visit(self) -> str: ...
    @property
    def reviews(self) -> int: ...
    @property
    def sign_off(self) -> tuple[str, ...]: ...


class _Matter(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def outcome(self) -> str: ...


def asked(
    registration: _Registration, policy: _Policy, conditions: Callable[[], Iterable[str]]
) -> tuple[Kind, ...]:
    """What the law asks between acceptance and entry in this case: the policy says how much of the type, the type
    whether in this case (条例 19; 细则 16, 17; corrections §2, 8). `conditions` are asked only where they matter."""
    found: list[Kind] = []
    if policy.public_notice_days and registration.publishes():
        found.append(Kind.NOTICE)
    if policy.site_visit == "required" or (
        policy.site_visit == "if_destroyed" and "destroyed" in set(conditions())
    ):
        found.append(Kind.INSPECTION)
    if policy.reviews > 1 and registration.second_review():
        found.append(Kind.SECOND_REVIEW)
    if leader_signs(policy, conditions):
        found.append(Kind.SIGN_OFF)
    return tuple(found)


def leader_signs(policy: _Policy, conditions: Callable[[], Iterable[str]]) -> bool:
    """Whether the leader signs this case off (领导签批): where the policy names the type or a circumstance of the case
    (corrections §2, 4 and 8)."""
    return bool(policy.sign_off) and not {"always", *conditions()}.isdisjoint(policy.sign_off)


def now_due(asked: tuple[Kind, ...], waiting: bool) -> tuple[Kind, ...]:
    """Of what is asked, what is opened now: the leader signs last, with everything else on the table."""
    rest = tuple(k for k in asked if k is not Kind.SIGN_OFF)
    return rest if rest or waiting else asked


def signed_off(matters: Iterable[_Matter]) -> bool:
    """Whether the leader has signed."""
    return any(m.kind == Kind.SIGN_OFF and m.outcome == AGREED for m in matters)


BACKFILL_OPEN: Final = Refusal(
    "MATTER_BACKFILL_OPEN",
    "正在等待单件补录，补录核对后自动继续办理。",
    "补录没有办结以前不能通过、不能受理。",
    "实施细则125",
    "matters",
)


def backfill_against(matters: Iterable[_Matter]) -> list[Refusal]:
    """Why a case is not passed before the old right it rests on is in the book. Given its matters as `against` is."""
    ours = [m for m in matters if m.kind == Kind.BACKFILL]
    if ours and not ours[-1].outcome:
        return [BACKFILL_OPEN]
    return against(ours)


def is_open(matters: Iterable[_Matter]) -> bool:
    """Whether anything is still to be settled."""
    return any(not m.outcome for m in matters)


_AGAINST: Final[Mapping[tuple[str, str], Refusal]] = {
    (Kind.INSPECTION, FAILED): Refusal(
        "MATTER_INSPECTION_FAILED",
        "实地查看的结论是不符合，不能登簿。",
        "请作出不予登记的决定，或重新安排实地查看。",
        "条例19、22",
        "matters",
    ),
    (Kind.OBJECTION, UPHELD): Refusal(
        "MATTER_OBJECTION_UPHELD",
        "公告期间的异议成立，不能登簿。",
        "请作出不予登记的决定。",
        "实施细则17；条例22",
        "matters",
    ),
    (Kind.BACKFILL, NOT_FOUND): Refusal(
        "MATTER_NOT_BACKFILLED",
        "登记簿上缺少的旧登记不能补录，还没有说明可以继续办理。",
        "请写明不补录也可以继续办理的理由，或者要求补正、不予登记。",
        "实施细则125；条例22",
        "matters",
    ),
    (Kind.UNDERTAKING, BREACHED): Refusal(
        "MATTER_UNDERTAKING_BROKEN",
        "承诺补交或者核查的事项没有兑现，不能登簿。",
        "请作出不予登记的决定。",
        "国办发〔2020〕42号；条例22",
        "matters",
    ),
    (Kind.SECOND_REVIEW, SENT_BACK): Refusal(
        "MATTER_SENT_BACK",
        "复审退回，还没有同意登记。",
        "请原审核人答复复审意见后再送复审，或作出不予登记的决定。",
        "domain §9.1",
        "matters",
    ),
    (Kind.SIGN_OFF, SENT_BACK): Refusal(
        "MATTER_LEADER_SENT_BACK",
        "领导签批退回，还没有同意登记。",
        "请原审核人答复后再送签批，或作出不予登记的决定。",
        "domain §9.1",
        "matters",
    ),
}


def against(matters: Iterable[_Matter]) -> list[Refusal]:
    """What was settled against the entry. Given all of a case in the order in which they were opened: a later
    inspection or review takes the place of the one before; each objection counts for itself."""
    newest: dict[str, str] = {}
    found: list[Refusal] = []
    for matter in matters:
        if matter.kind == Kind.OBJECTION:
            if (refusal := _AGAINST.get((matter.kind, matter.outcome))) is not None:
                found.append(refusal)
        elif matter.outcome:
            newest[matter.kind] = matter.outcome
    found += [r for pair in newest.items() if (r := _AGAINST.get(pair)) is not None]
    return list(dict.fromkeys(found))


# --- time limits --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    """Days that do not count: those after `from_on` up to and with `until_on` (None: it still stands still)."""

    from_on: dt.date
    until_on: dt.date | None = None


def due_on(start: dt.date, days: int, stops: Iterable[Stop], calendar: Calendar) -> dt.date:
    """The last day of a limit of `days` working days after `start`, without the days on which the clock stood still.

    Overlapping stops take a day away once. Stops without an end are left out: the day is known when they end.
    Raises CalendarUnknown past the known years.
    """
    ended = [(s.from_on, s.until_on) for s in stops if s.until_on is not None]
    day, left = start, days
    while left:
        day += dt.timedelta(days=1)
        if is_workday(day, calendar) and not any(since < day <= until for since, until in ended):
            left -= 1
    return day


def notice_settled_at(last_day: dt.date, calendar: Calendar) -> dt.datetime:
    """When a notice settles by itself: at noon of the working day after its last, so that an objection which reached
    the counter on that last day is written down before anything is entered."""
    return end_of_office_hours(add_workdays(last_day, 1, calendar), dt.time(12))


class Colour(StrEnum):
    """How a case stands against its time limit."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    STOPPED = "stopped"


AMBER_DAYS: Final = 1  # working days before the promised day from which a case is watched


def colour(today: dt.date, promised: dt.date, stopped: bool, calendar: Calendar) -> Colour:
    """Red past the promised day, amber one working day before it and on it, green before; stopped days do not run."""
    if stopped:
        return Colour.STOPPED
    if today > promised:
        return Colour.RED
    return Colour.AMBER if workdays_between(today, promised, calendar) <= AMBER_DAYS else Colour.GREEN


def amber_until(today: dt.date, calendar: Calendar) -> dt.date:
    """The last promised day that is amber today: for a query, beside `colour`."""
    return add_workdays(today, AMBER_DAYS, calendar)
