"""预约时段: open slots for days to come, and see how much room is left."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from dengbu.appointments import queries
from dengbu.appointments.actions import open_slots
from dengbu.catalog.policy import office_calendar
from dengbu.core import clock
from dengbu.core.identifiers import parse_date
from dengbu.core.refusals import Refusal, Refused

from ..desk.shell import desk, see_other
from ..pages import page
from ..public.forms import TypedForm
from .calendar import HALVES, KINDS, LENGTHS, Plan, plan

PAGE = "office.slots"
DAYS_SHOWN = 30
_WEEKDAYS = "一二三四五六日"


class SlotsForm(TypedForm):
    kind = forms.ChoiceField(label="业务", choices=list(KINDS.items()), widget=forms.RadioSelect)
    first = forms.CharField(label="开始日期", help_text="例如 2026-12-01", max_length=20)
    last = forms.CharField(label="结束日期", help_text="含当天；周末和节假日自动跳过", max_length=20)
    halves = forms.MultipleChoiceField(
        label="开放时间", choices=list(HALVES.items()), widget=forms.CheckboxSelectMultiple
    )
    minutes = forms.ChoiceField(
        label="每个时段的长度", choices=list(LENGTHS.items()), widget=forms.RadioSelect
    )
    capacity = forms.CharField(
        label="每个时段的名额", help_text="窗口办理按件计，大宗受理按单元计", max_length=10
    )

    def plan(self) -> Plan:
        """What is asked for. Raises Refused with every fault."""
        days: dict[str, dt.date] = {}
        faults: list[Refusal] = []
        if self.text("kind") not in KINDS:
            faults.append(Refusal("SLOTS_KIND", "请选择业务", field="kind"))
        for name in ("first", "last"):
            try:
                days[name] = parse_date(self.text(name), field=name, empty=f"请输入{self.fields[name].label}")
            except Refused as refused:
                faults.extend(refused.refusals)
        try:
            made = plan(
                first=days.get("first", clock.today()),
                last=days.get("last", days.get("first", clock.today())),
                halves=self.cleaned_data.get("halves") or [],
                minutes=self.text("minutes"),
                capacity=self.text("capacity"),
                today=clock.today(),
                calendar=office_calendar(),
            )
        except Refused as refused:
            said = {fault.field for fault in faults}
            raise Refused([*faults, *(r for r in refused.refusals if r.field not in said)]) from None
        if faults:
            raise Refused(faults)
        return made


@page(
    "console/slots/",
    name=PAGE,
    surface="staff",
    needs="appointment.manage",
    sql=6,
    example="lead",
    methods=("GET", "POST"),
)
def slots(request: HttpRequest) -> HttpResponse:
    """The days to come with their room; POST opens slots. Slots that exist stay as they are."""
    form = SlotsForm(
        request.POST or None,
        initial={"kind": "window", "halves": list(HALVES), "minutes": "60", "capacity": "24"},
    )
    if request.method == "POST":
        try:
            asked = form.plan()
            open_slots(
                actor=request.actor,  # type: ignore[attr-defined]
                days=asked.days,
                kind=form.text("kind"),
                capacity=asked.capacity,
                times=asked.times,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            return see_other(PAGE, query=f"?done={len(asked.days)}")
    days = request.GET.get("done", "")
    done = (
        f"{days} 个工作日的时段已开放。原来就有的时段保持不变。" if days.isdecimal() and len(days) < 4 else ""
    )
    return desk(
        request,
        "office/slots.html",
        {"form": form, "rows": _coming(), "columns": _COLUMNS, "shown": DAYS_SHOWN, "done": done},
        current=PAGE,
        status=422 if form.errors else 200,
    )


_COLUMNS = ["日期", *KINDS.values()]


def _coming() -> list[list[Any]]:
    """A row for each day, with the room of each kind."""
    today = clock.today()
    found = {
        kind: {room.day: room for room in queries.days_with_room(kind, today, DAYS_SHOWN)} for kind in KINDS
    }
    days = sorted({day for rooms in found.values() for day in rooms})
    return [
        [
            f"{day:%Y-%m-%d} 周{_WEEKDAYS[day.weekday()]}",
            *(_room(found[kind].get(day), unit) for kind, unit in (("window", "件"), ("bulk", "个单元"))),
        ]
        for day in days
    ]


def _room(room: queries.DayRoom | None, unit: str) -> Any:
    if room is None:
        return "没有开放"
    if not room.places_left:
        return {"text": f"{room.slots} 个时段都已约满", "tone": "warn"}
    return f"{room.slots} 个时段，还可约 {room.places_left} {unit}"
