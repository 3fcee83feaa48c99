"""协执窗口: a paper is received and stamped; what was received is listed until every order in it is settled."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.cases.actions import court
from dengbu.cases.documents.court import ORGANS, minute
from dengbu.cases.queries.court import day_began
from dengbu.catalog.registrations import TYPES
from dengbu.certificates.queries import live_units
from dengbu.core import clock
from dengbu.core.identifiers import check_uscc, half_width, normalise_number
from dengbu.core.refusals import Refusal, Refused
from dengbu.orders import queries
from dengbu.orders.rules import CHANNELS, Officer
from dengbu.register.queries import book_of
from dengbu.register.rules import UnitBook

from ..desk.register import UNIT_CODE
from ..desk.shell import type_name
from ..desk.window import actor_of, form_key, see_other, show
from ..filing.journeys import JOURNEYS
from ..pages import page

DESK = "desk.court"
OFFICERS = ("name", "work_card", "duty_card")
FIRST = {"channel": "window", "type": "S01"}  # what is most often the answer
MOST_NAMED = 60


@page(
    "desk/court/",
    name=DESK,
    surface="staff",
    needs="case.file_for",
    sql=6,
    example="accept",
    methods=("GET", "POST"),
)
def receive(request: HttpRequest) -> HttpResponse:
    """The form of a paper that two officers bring; POST stamps it. Beside it what is not settled, oldest service first."""
    if request.method == "GET":
        return _page(request)
    posted, typed_at, wrong = request.POST, None, []
    channel = posted.get("channel", "")
    if channel in ("network", "outage") and posted.get("served_at", "").strip():
        typed_at = read_minute(posted.get("served_at", ""))
        if typed_at is None:
            wrong.append(
                Refusal(
                    "SERVED_WHEN_FORM", "送达时间的写法不对。", "例如 2026-03-05 10:05。", "", "served_at"
                )
            )
    number = normalise_number(posted.get("authority_number", ""))
    if number and (bad := check_uscc(number, field="authority_number")):
        wrong.append(bad)
    if posted.get("authority_kind", "") not in ORGANS:
        wrong.append(Refusal("SERVED_KIND", "请选择机关种类。", "", "实施细则90", "authority_kind"))
    units, unknown = named_units(posted.get("units", ""))
    wrong += unknown
    try:
        if wrong:
            raise Refused(wrong)
        docket = court.receive(
            actor=actor_of(request),
            channel=channel,
            authority_kind=posted["authority_kind"],
            authority=posted.get("authority", ""),
            authority_number=number,
            document_no=posted.get("document_no", ""),
            officers=[
                Officer(**{k: posted.get(f"{k}-{n}", "").strip()[:60] for k in OFFICERS}) for n in (1, 2)
            ],
            request_no=posted.get("request_no", ""),
            served_at=typed_at,
            late_reason=posted.get("late_reason", ""),
            units=units,
            type_code=posted.get("type", ""),
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        return _page(request, refused.refusals)
    return see_other("desk.service", uuid.UUID(docket), done="received")


def units_at(asked: str) -> list[UnitBook]:
    """What a unit's code or a paper's number stands for; of a paper with a list of units, the first hundred of them."""
    code = normalise_number(asked)
    codes = [code] if UNIT_CODE.fullmatch(code) else [u.unit_code for u in live_units(asked, limit=100)]
    return list(book_of(codes).values()) if codes else []


def named_units(text: str) -> tuple[list[str], list[Refusal]]:
    """The units that a paper names, as typed: a unit code or a certificate's number on each line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()][:MOST_NAMED]
    found = {line: [book.code for book in units_at(line)] for line in lines}
    unknown = [
        Refusal(
            "FIND_NO_UNIT",
            f"登记簿上没有“{line[:40]}”。",
            "请核对28位不动产单元号或完整的证号；查不到的先不填，收文后再查。",
            "",
            "units",
        )
        for line, codes in found.items()
        if not codes
    ]
    return list(dict.fromkeys(code for codes in found.values() for code in codes)), unknown


def served_types() -> list[tuple[str, str]]:
    """What a served paper may ask for: code and name."""
    return [(code, TYPES[code].name) for code in sorted(JOURNEYS) if TYPES[code].served]


def read_minute(text: str) -> dt.datetime | None:
    """A time in the office as typed: 2026-03-05 10:05 or as a browser's field writes it."""
    try:
        at = dt.datetime.strptime(half_width(text).strip().replace("T", " ")[:16], "%Y-%m-%d %H:%M")
    except ValueError:
        return None
    return at.replace(tzinfo=clock.SHANGHAI)


def files_field(label: str, wrong: dict[str, str]) -> dict[str, Any]:
    """Where scans are chosen."""
    return {
        "name": "files",
        "label": label,
        "kind": "file",
        "multiple": True,
        "accept": "image/jpeg,image/png,application/pdf",
        "error": wrong.get("files", ""),
    }


def _page(request: HttpRequest, refusals: tuple[Refusal, ...] = ()) -> HttpResponse:
    after = request.GET.get("after", "")
    waiting = queries.open_page(_uuid(after))
    shown = waiting[: queries.PAGE_SIZE]
    return show(
        request,
        "court/desk.html",
        at=DESK,
        refusals=refusals,
        fields=_fields(request.POST, {r.field: r for r in refusals if r.field}),
        waiting=[
            {
                "order": o,
                "type": type_name(o.type_code),
                "served": minute(o.service.served_at),
                "url_id": o.service_id,
            }
            for o in shown
        ],
        next_url=f"?after={shown[-1].pk}" if len(waiting) > len(shown) else "",
        first_url="?" if after else "",
        today=[
            {"service": s, "served": f"{clock.local(s.served_at):%H:%M}"}
            for s in queries.services_of_day(day_began())
        ],
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _fields(typed: Any, wrong: dict[str, Refusal]) -> dict[str, Any]:
    """The form in its parts: how and by whom, the two officers, and by name what other ways of service need."""
    paper: list[dict[str, Any]] = [
        {"name": "channel", "label": "怎样送达", "kind": "radios", "choices": tuple(CHANNELS.items())},
        {
            "name": "authority_kind",
            "label": "机关种类",
            "kind": "radios",
            "choices": tuple(ORGANS.items()),
            "row": True,
        },
        {"name": "authority", "label": "送达机关", "hint": "写全称，照文书落款。", "maxlength": 200},
        {"name": "authority_number", "label": "机关的统一社会信用代码", "optional": True, "maxlength": 18},
        {"name": "document_no", "label": "文书文号", "hint": "例如（2026）豫0106执12号", "maxlength": 100},
    ]
    officers = [
        {"name": f"{key}-{n}", "label": f"第{n}人{word}", "maxlength": 60}
        for n in (1, 2)
        for key, word in (("name", "姓名"), ("work_card", "工作证号"), ("duty_card", "执行公务证号"))
    ]
    other: list[dict[str, Any]] = [
        {"name": "request_no", "label": "网络查控请求单号", "maxlength": 60},
        {
            "name": "served_at",
            "label": "送达时间",
            "hint": "网络查控写系统收到的时间，补录写纸质登记单上的时间，例如 2026-03-05 10:05",
            "maxlength": 16,
        },
        {"name": "late_reason", "label": "补录的原因", "maxlength": 200},
    ]
    named: list[dict[str, Any]] = [
        {
            "name": "units",
            "label": "文书写明的不动产",
            "kind": "textarea",
            "rows": 3,
            "optional": True,
            "hint": "单元号或证号，一行一个。填了的，从送达时间起就停住；只写姓名的不填，收文后再查。",
        },
        {
            "name": "type",
            "label": "文书要求办理什么",
            "kind": "select",
            "choices": tuple(served_types()),
            "hint": "填了不动产的才用。",
        },
    ]
    for field in (*paper, *officers, *other, *named):
        name = field["name"]
        field["value"] = typed.get(name, FIRST.get(name, ""))
        if name in wrong:
            field["error"] = f"{wrong[name].message}{wrong[name].remedy}"
    return {"paper": paper, "officers": officers, "named": named} | {f["name"]: f for f in other}
