"""时限: accepted cases against their days, and what runs out by itself."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from dengbu.cases import rules
from dengbu.cases.actions.watching import WATCHES
from dengbu.cases.lifecycle import STATE_NAMES, State
from dengbu.cases.queries import matters as queries
from dengbu.catalog.policy.policy import office_calendar
from dengbu.core import clock
from dengbu.core.identifiers import group_unit_code
from dengbu.notices.models import Deadline
from dengbu.notices.queries import deadlines_page as deadlines_of

from ..pages import page
from .matters import tabs_of, waiting_row
from .window import show

ABOUT = {
    "red": "承诺办结的日子已经过去。",
    "amber": "今天或下一个工作日到期。",
    "stopped": "公告、实地查看、等待其他机关或补充材料，不计入办理时限。",
    "green": "还没有临近到期。",
}


@page("desk/deadlines/", name="desk.deadlines", surface="staff", needs="case.settle", sql=5)
def deadlines(request: HttpRequest) -> HttpResponse:
    """时限: accepted cases against the promised and the statutory day; and 到期事项, what runs out by itself, by kind."""
    tab = request.GET.get("tab", "red")
    after = request.GET.get("after", "")
    context = _running_out(tab, after) if tab in WATCHES else _running_late(tab, after)
    return show(
        request,
        "desk/deadlines.html",
        at="desk.deadlines",
        tabs=tabs_of(queries.LIMITS, context["tab"]),
        watched=tabs_of({key: one.word for key, one in WATCHES.items()}, context["tab"]),
        first_url=f"?tab={context['tab']}" if after else "",
        **context,
    )


def _running_late(tab: str, after: str) -> dict[str, Any]:
    tab = tab if tab in queries.LIMITS else "red"
    today, calendar = clock.today(), office_calendar()
    cases, onward = queries.deadlines_page(tab, rules.amber_until(today, calendar), after)
    return {
        "tab": tab,
        "about": ABOUT[tab],
        "rows": [
            waiting_row(c, None, clock.now())
            | {
                "promised": c.promised_on,
                "statutory": c.statutory_on,
                "beyond_law": c.statutory_on is not None and c.statutory_on < today,
                "state": STATE_NAMES[State(c.state)],
                "desk": c.desk_name,
            }
            for c in cases
        ],
        "next_url": f"?{urlencode({'tab': tab, 'after': onward})}" if onward else "",
    }


RUNS_OUT = {
    "objection": "15日内没有起诉或申请仲裁的，异议登记失效；登记簿上显示已失效，申请注销后除去。",
    "notice": "能够登记之日起90日内没有申请的，预告登记失效；登记簿上显示已失效，申请注销后除去。",
    "seizure": "期满没有续封的，系统每小时登记失效，轮候在前的自动转为查封。限制和内部锁定到期即不再有效，还要继续的，请在到期前办理。",
    "pass": "到期没有到窗口的，申请过期，要重新申请。",
    "visit": "预约了没有签到，申请还在等待到窗口的。",
    "certificate": "证书制好以后一直没有领取的，每过一个提醒期再提醒一次。",
    "land": "住宅用地期满自动续期，不在此列（民法典359）。",
    "undertaking": "容缺受理、告知承诺的期限快到，还没有补交或者核查的，办理见“容缺与承诺”。",
    "undertaken": "期限已过的，补交仍可以收；不补交或者查明不实的，由工作人员认定没有兑现。",
}


def _running_out(kind: str, after: str) -> dict[str, Any]:
    found = deadlines_of(kind, _after(after), queries.PAGE_SIZE + 1)
    shown, today = found[: queries.PAGE_SIZE], clock.today()
    last = shown[-1] if len(found) > len(shown) else None
    tells = bool(WATCHES[kind].template)
    return {
        "tab": kind,
        "kind": WATCHES[kind].word,
        "columns": [
            "期限",
            "事项",
            "坐落",
            {"text": "不动产单元号", "code": True},
            "编号",
            *(["提醒"] if tells else []),
        ],
        "about": RUNS_OUT[kind],
        "due": [_due(d, today, tells) for d in shown],
        "next_url": f"?{urlencode({'tab': kind, 'after': f'{last.due_on}_{last.pk}'})}" if last else "",
    }


def _due(row: Deadline, today: dt.date, tells: bool) -> list[Any]:
    """Red when it is over, amber today and tomorrow."""
    day: Any = str(row.due_on)
    if row.due_on < today:
        day = {"text": f"{row.due_on} 已过", "tone": "fix"}
    elif row.due_on <= today + dt.timedelta(days=1):
        day = {"text": str(row.due_on), "tone": "warn"}
    unit: Any = "—"
    if row.unit_code:
        unit = {
            "text": group_unit_code(row.unit_code),
            "url": reverse("web:desk.register_unit", args=[row.unit_code]),
        }
    told = [f"{clock.local(row.told_at):%m-%d %H:%M}" if row.told_at else "—"] if tells else []
    return [day, row.about, row.location, unit, row.docket.number if row.docket else "—", *told]


def _after(text: str) -> tuple[dt.date, int] | None:
    day, _, key = text.partition("_")
    try:
        return dt.date.fromisoformat(day), int(key)
    except ValueError:
        return None
