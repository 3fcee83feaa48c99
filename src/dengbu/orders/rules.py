"""What is asked of a paper that is served, which order comes first, and how long an answer may take. Pure."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dengbu.core.refusals import Refusal
from dengbu.core.workdays import Calendar, add_workdays

CHANNELS: Final = {
    "window": "两名工作人员当面送达",
    "network": "网络查控送达",
    "outage": "系统故障期间当面送达，事后补录",
}
OUTCOMES: Final = {
    "entered": "已登簿",
    "passed": "已出具回执，未登记",
    "taken_back": "录错，已撤回",
}
LETTERS: Final = {
    "term_capped": "查封期限超过法定最长期限",
    "renewals_over": "续封次数超过规定",
    "converted": "预查封转为查封",
}
ANSWERED: Final = frozenset({"term_capped", "renewals_over"})  # the others are only told
SEND_DAYS: Final = 1  # working days in which a letter leaves the house
AMBER_DAYS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """One of those who serve a paper: name, number of the work permit, number of the permit for official duty."""

    name: str
    work_card: str
    duty_card: str


def received(
    *,
    channel: str,
    authority: str,
    document_no: str,
    officers: Sequence[Officer],
    request_no: str,
    served_at: dt.datetime | None,
    late_reason: str,
    now: dt.datetime,
) -> list[Refusal]:
    """Everything that is missing of a paper before it is stamped (法发〔2004〕5号 1; 实施细则 90)."""
    no: list[Refusal] = []
    if channel not in CHANNELS:
        no.append(Refusal("SERVED_HOW", "请选择文书怎样送达。", "", "法发〔2004〕5号", "channel"))
    if len(authority.strip()) < 4:
        no.append(Refusal("SERVED_BY", "请输入送达机关的全称。", "照文书落款写。", "实施细则90", "authority"))
    if len(document_no.strip()) < 2:
        no.append(
            Refusal(
                "SERVED_NO", "请输入文书文号。", "例如（2026）豫0106执12号。", "实施细则90", "document_no"
            )
        )
    if channel == "network":
        if len(request_no.strip()) < 4:
            no.append(
                Refusal("SERVED_REQUEST", "请输入网络查控的请求单号。", "", "法发〔2004〕5号", "request_no")
            )
    else:
        no += _two(officers)
    if channel in ("network", "outage"):
        if served_at is None:
            no.append(
                Refusal(
                    "SERVED_WHEN",
                    "请输入送达的时间，写到分钟。",
                    "例如 2026-03-05 10:05。网络查控写系统收到的时间，系统故障写纸质登记单上的时间。",
                    "实施细则91",
                    "served_at",
                )
            )
        elif served_at > now:
            no.append(
                Refusal("SERVED_LATER", "送达时间晚于现在。", "请核对日期和时间。", "实施细则91", "served_at")
            )
    if channel == "outage" and len(late_reason.strip()) < 5:
        no.append(
            Refusal(
                "SERVED_WHY_LATE",
                "请写明为什么没有当时登记。",
                "例如：系统故障，纸质登记单第3号。不少于5个字。",
                "本登记机构规定",
                "late_reason",
            )
        )
    return no


def _two(officers: Sequence[Officer]) -> Iterable[Refusal]:
    """法发〔2004〕5号 1: two officers, each with work permit and permit for official duty."""
    words = {"name": "姓名", "work_card": "工作证号", "duty_card": "执行公务证号"}
    for n in range(2):
        one = officers[n] if n < len(officers) else Officer(name="", work_card="", duty_card="")
        for key, word in words.items():
            if not str(getattr(one, key)).strip():
                yield Refusal(
                    "SERVED_OFFICER",
                    f"请输入第{n + 1}名送达人员的{word}。",
                    "须由两名工作人员送达，并出示工作证和执行公务证。",
                    "法发〔2004〕5号",
                    f"{key}-{n + 1}",
                )
    if len(officers) > 1 and officers[0].work_card.strip() == officers[1].work_card.strip() != "":
        yield Refusal(
            "SERVED_SAME_OFFICER",
            "两名送达人员的工作证号相同。",
            "请核对两人的证件。",
            "法发〔2004〕5号",
            "work_card-2",
        )


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that is not settled, as the line sees it."""

    id: uuid.UUID
    unit_code: str
    case: uuid.UUID | None  # the docket of its case, once one is begun
    holds: bool
    served_at: dt.datetime
    number: str
    authority: str
    document_no: str
    type_code: str = "S01"  # what the paper asks for

    @property
    def place(self) -> tuple[dt.datetime, str]:
        """Who was served first comes first; within the same minute, who was stamped first (its number says it)."""
        return self.served_at.replace(second=0, microsecond=0), self.number


def earlier(orders: Iterable[OpenOrder], mine: OpenOrder) -> OpenOrder | None:
    """The order that has to be entered before mine: served earlier on the same unit, holding, still open."""
    before = [
        o
        for o in orders
        if o.holds and o.unit_code == mine.unit_code and o.case != mine.case and o.place < mine.place
    ]
    return min(before, key=lambda o: o.place, default=None)


def colour(today: dt.date, due_on: dt.date, calendar: Calendar) -> str:
    """Of a letter that waits: red past its day, amber two working days before it and on it, green before."""
    if today > due_on:
        return "red"
    return "amber" if due_on <= add_workdays(today, AMBER_DAYS, calendar) else "green"


def officers_line(officers: Iterable[Mapping[str, str]]) -> str:
    """Both officers with their papers, as the book's case keeps them."""
    return "；".join(f"{o['name']}，工作证{o['work_card']}，执行公务证{o['duty_card']}" for o in officers)
