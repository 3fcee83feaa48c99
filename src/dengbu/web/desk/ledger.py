"""预审核台账: every pre-review result, newest first; filters, export. Nothing here can be changed."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from dengbu.cases.models import LedgerRow
from dengbu.cases.queries.desk import LedgerFilter, ledger, ledger_page
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.refusals import Refusal

from ..pages import page
from .shell import CHANNELS, desk, masked, short_place, type_name

RESULTS = {"passed": "通过", "correction": "需补正"}
EXPORT_ROWS = 20_000
HEAD = (
    "台账行号",
    "办件编号",
    "预审编号",
    "业务",
    "端口",
    "不动产单元号",
    "坐落",
    "申请人",
    "结果",
    "轮次",
    "审核人",
    "提交时间",
    "结论时间",
)


def _day(text: str, field: str, name: str, faults: list[Refusal]) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        faults.append(
            Refusal("LEDGER_DAY", f"{name}“{text[:20]}”不是日期。", "请按“2026-11-24”的格式填写。", "", field)
        )
        return None


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.SHANGHAI)


def _asked(request: HttpRequest) -> tuple[LedgerFilter, dict[str, str], list[Refusal]]:
    typed = {k: request.GET.get(k, "").strip() for k in ("since", "until", "type", "result", "reviewer")}
    faults: list[Refusal] = []
    since = _day(typed["since"], "since", "开始日期", faults)
    until = _day(typed["until"], "until", "结束日期", faults)
    if since and until and until < since:
        faults.append(Refusal("LEDGER_DAYS", "结束日期早于开始日期。", "请调换或修改日期。", "", "until"))
    return (
        LedgerFilter(
            since=_start(since) if since else None,
            before=_start(until + dt.timedelta(days=1)) if until else None,
            type_code=typed["type"] if typed["type"] in TYPES else "",
            result=typed["result"] if typed["result"] in RESULTS else "",
            reviewer=typed["reviewer"],
        ),
        {k: v for k, v in typed.items() if v},
        faults,
    )


@page("desk/ledger/", name="desk.ledger", surface="staff", needs="ledger.see", sql=5, example="reviewer")
def ledger_list(request: HttpRequest) -> HttpResponse:
    """The ledger, filtered, one page by key."""
    asked, typed, faults = _asked(request)
    rows, after = ([], "") if faults else ledger_page(asked, request.GET.get("after", ""))
    words = {"since": "从", "until": "到", "type": "业务", "result": "结果", "reviewer": "审核人"}
    shown = {"type": type_name(typed.get("type", "")), "result": RESULTS.get(typed.get("result", ""), "")}
    chips = [
        {
            "text": f"{words[k]}：{shown.get(k) or v}",
            "url": "?" + urlencode({x: y for x, y in typed.items() if x != k}),
        }
        for k, v in typed.items()
    ]
    return desk(
        request,
        "desk/ledger.html",
        {
            "rows": [_shown(r) for r in rows],
            "typed": typed,
            "chips": chips,
            "types": [(code, type_name(code)) for code in TYPES],
            "results": RESULTS.items(),
            "refusals": faults,
            "query": urlencode(typed),
            "next_url": "?" + urlencode({**typed, "after": after}) if after else "",
            "first_url": "?" + urlencode(typed) if request.GET.get("after") else "",
        },
        current="desk.ledger",
        status=422 if faults else 200,
    )


def _shown(row: LedgerRow) -> dict[str, Any]:
    return {
        "id": row.pk,
        "docket": row.docket_id,
        "number": row.case_number,
        "prereview": row.prereview_no,
        "type": type_name(row.type_code),
        "channel": CHANNELS.get(row.client, ""),
        "names": masked(row.applicant_names),
        "location": row.location,
        "place": short_place(row.location),
        "result": RESULTS[row.result],
        "passed": row.result == "passed",
        "round": row.round,
        "reviewer": row.reviewer,
        "submitted": clock.local(row.submitted_at),
        "decided": clock.local(row.decided_at),
    }


@page(
    "desk/ledger.csv", name="desk.ledger_csv", surface="staff", needs="ledger.see", sql=4, example="reviewer"
)
def ledger_csv(request: HttpRequest) -> HttpResponse:
    """The filtered ledger as CSV that spreadsheets open with the right characters (BOM). Names are masked."""
    asked, _typed, faults = _asked(request)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for row in () if faults else ledger(asked)[:EXPORT_ROWS]:
        writer.writerow(
            [
                row.pk,
                row.case_number,
                row.prereview_no,
                type_name(row.type_code),
                CHANNELS.get(row.client, ""),
                f"\t{row.unit_code}",  # a spreadsheet would round 28 digits
                _cell(row.location),
                _cell(masked(row.applicant_names)),
                RESULTS[row.result],
                row.round,
                _cell(row.reviewer),
                f"{clock.local(row.submitted_at):%Y-%m-%d %H:%M}",
                f"{clock.local(row.decided_at):%Y-%m-%d %H:%M}",
            ]
        )
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ledger-{clock.today():%Y%m%d}.csv"'
    return response


def _cell(text: str) -> str:
    """Text that a spreadsheet must not read as a formula."""
    return f"'{text}" if text[:1] in "=+-@\t" else text
