"""Which days and times a request for slots means. Pure: no clock, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from dengbu.appointments.rules import BULK, WINDOW
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.workdays import Calendar, CalendarUnknown, is_workday

KINDS: Final = {WINDOW: "窗口办理（单件）", BULK: "大宗受理（整批）"}
HALVES: Final = {"morning": "上午 9:00—12:00", "afternoon": "下午 14:00—17:00"}
LENGTHS: Final = {"30": "半小时", "60": "1 小时", "180": "整个半天"}
_HOURS: Final = {"morning": (9, 12), "afternoon": (14, 17)}
LONGEST: Final = 62
LARGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """Working days, and the (start, end) times of each."""

    days: list[dt.date]
    times: list[tuple[dt.time, dt.time]]
    capacity: int


def plan(
    *,
    first: dt.date,
    last: dt.date,
    halves: Collection[str],
    minutes: str,
    capacity: str,
    today: dt.date,
    calendar: Calendar,
) -> Plan:
    """The slots between two days, both included; days off are left out. Raises Refused with every fault."""
    faults: list[Refusal] = []
    days: list[dt.date] = []
    if first < today:
        faults.append(Refusal("SLOTS_PAST", "开始日期已经过去", "请从今天或以后的日期开始。", field="first"))
    if last < first:
        faults.append(Refusal("SLOTS_ORDER", "结束日期早于开始日期", "请核对两个日期。", field="last"))
    elif (last - first).days >= LONGEST:
        faults.append(Refusal("SLOTS_LONG", f"一次最多开放 {LONGEST} 天", "请分几次开放。", field="last"))
    else:
        try:
            span = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
            days = [day for day in span if is_workday(day, calendar)]
        except CalendarUnknown as unknown:
            faults.append(Refusal("SLOTS_CALENDAR", str(unknown), field="last"))
        else:
            if not days:
                faults.append(
                    Refusal("SLOTS_DAYS_OFF", "这几天都不是工作日", "请选择有工作日的日期。", field="last")
                )
    if not set(halves) & set(_HOURS):
        faults.append(Refusal("SLOTS_HALVES", "请选择上午或下午", field="halves"))
    if minutes not in LENGTHS:
        faults.append(Refusal("SLOTS_LENGTH", "请选择每个时段的长度", field="minutes"))
    room = int(capacity) if capacity.isascii() and capacity.isdecimal() and len(capacity) < 6 else 0
    if not 1 <= room <= LARGEST:
        faults.append(
            Refusal("SLOTS_CAPACITY", f"名额应为 1—{LARGEST} 之间的整数", "例如 24。", field="capacity")
        )
    if faults:
        raise Refused(faults)
    return Plan(days, _times(halves, int(minutes)), room)


def _times(halves: Collection[str], minutes: int) -> list[tuple[dt.time, dt.time]]:
    found = []
    for half, (opens, closes) in _HOURS.items():
        if half in halves:
            for start in range(opens * 60, closes * 60, minutes):
                end = start + minutes
                found.append((dt.time(start // 60, start % 60), dt.time(end // 60, end % 60)))
    return found
