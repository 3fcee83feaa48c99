"""单件补录 at the counter: the list, what one types from the paper archive, what another checks against it."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse

from dengbu.cases.models import Case
from dengbu.cases.queries.counter import cases_without_home
from dengbu.cases.queries.matters import waiting_page
from dengbu.core import clock, sights
from dengbu.core.identifiers import mask_document_number
from dengbu.core.middleware import bind_case
from dengbu.core.models import Docket
from dengbu.core.refusals import Refusal, Refused
from dengbu.exchange.actions import backfill
from dengbu.exchange.models import OldCertificate
from dengbu.exchange.queries import typed_page
from dengbu.exchange.standard import single
from dengbu.materials.intake import Limits, intake
from dengbu.materials.queries import pages_of_item

from ..pages import page
from .shell import type_name
from .window import actor_of, count_of, form_key, see_other, show

STATES = {
    "typed": ("待核对", "info"),
    "sent_back": ("已退回", "fix"),
    "entered": ("已登簿", "ok"),
    "dropped": ("已撤销", "neutral"),
}
TABS = {"wanted": "等待录入的办件", "typed": "待核对", "sent_back": "已退回", "entered": "已登簿"}
DONE = {
    "typed": "已录入，等待另一名同事核对。核对通过后才登簿。",
    "entered": "核对通过，已登簿。现在可以为这处不动产办理业务。",
    "sent_back": "已退回录入人。",
    "dropped": "已撤销。",
    "cannot": "已退回办件的经办人，附上您写的原因。",
}
TITLES = {
    "H": "房屋",
    "FDCQ2": "权证",
    "ZDJBXX": "宗地（登记簿没有的，对照土地档案填写）",
    "ZRZ": "楼幢（登记簿没有的，对照房屋档案填写）",
}
LOADS = (single.MORTGAGE, single.SEIZURE, single.BANK)
LIST = "desk.backfills"
GYFS = {"0": "单独所有", "1": "共同共有", "2": "按份共有"}


@page("desk/backfill/", name=LIST, surface="staff", needs=backfill.PERMISSION, sql=5, methods=("GET", "POST"))
def backfills(request: HttpRequest) -> HttpResponse:
    """What waits to be checked, what was sent back, what is in the book; which filed cases wait. POST `case`, `reason`:
    不能补录, the case goes back to its officer."""
    if request.method == "GET":
        return _list(request, request.GET.get("tab", "typed"), after=request.GET.get("after", "")[:90])
    case = _case(request.POST.get("case", ""))
    try:
        if case is None:
            raise Refused(Refusal("DESK_UNKNOWN", "没有这件办件。", "请刷新页面后重新选择。"))
        backfill.cannot(
            actor=actor_of(request),
            waiting_case=case,
            reason=request.POST.get("reason", ""),
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        return _list(request, "wanted", refused.refusals)
    return see_other(LIST, tab="wanted", done="cannot")


def _list(request: HttpRequest, tab: str, refusals: Any = (), after: str = "") -> HttpResponse:
    tab = tab if tab in TABS else "typed"
    first_url = f"?tab={tab}" if after else ""
    if tab == "wanted":
        waiting, onward = waiting_page("backfill", after)
        return show(
            request,
            "desk/backfills.html",
            at=LIST,
            refusals=refusals,
            tabs=_tabs(tab),
            wanted=[
                (m, m.docket.case, type_name(m.docket.case.type_code), _said(m.docket.case)) for m in waiting
            ],
            typed={k: request.POST.get(k, "") for k in ("case", "reason")},
            done=DONE.get(request.GET.get("done", "")),
            first_url=first_url,
            next_url=_next(tab, onward),
        )
    rows, onward = typed_page(tab, after)
    return show(
        request,
        "desk/backfills.html",
        at=LIST,
        tabs=_tabs(tab),
        rows=[(r, STATES[r.state], r.typed_by_id == actor_of(request).user_id) for r in rows],
        done=DONE.get(request.GET.get("done", "")),
        first_url=first_url,
        next_url=_next(tab, onward),
    )


def _next(tab: str, onward: str) -> str:
    return f"?{urlencode({'tab': tab, 'after': onward})}" if onward else ""


def _tabs(tab: str) -> list[dict[str, Any]]:
    return [{"text": w, "url": f"?tab={k}", "current": k == tab} for k, w in TABS.items()]


def _said(case: Case) -> str:
    return str(case.filed.get("backfill", {}).get("what", ""))


@page(
    "desk/backfill/new/",
    name="desk.backfill_new",
    surface="staff",
    needs=backfill.PERMISSION,
    sql=5,
    methods=("GET", "POST"),
)
def new(request: HttpRequest) -> HttpResponse:
    """录入: the fields of the old certificate, as the archive has them."""
    if request.method == "GET":
        onto = request.GET.get("unit", "")[:28]
        return _form(request, {"beside": "yes", "H-BDCDYH": onto} if onto else {}, None)
    return _typed(request, None)


def _typed(request: HttpRequest, one: OldCertificate | None) -> HttpResponse:
    said = {name: str(value)[:500] for name, value in request.POST.items() if _is_field(name)}
    try:
        scans = []
        for file in request.FILES.getlist("files")[:20]:
            name = str(file.name or "")
            limits = Limits(max_pages=backfill.MAX_PAGES, pages_left=backfill.MAX_PAGES)
            scans.append((intake(file, declared_name=name, limits=limits), name))
        docket = backfill.type_old_certificate(
            actor=actor_of(request),
            said=said,
            archive_no=request.POST.get("archive_no", ""),
            scans=scans,
            docket_id=one.pk if one else None,
            waiting_case=_case(request.POST.get("waiting_case", "")),
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        return _form(request, said, one, refused.refusals)
    return see_other("desk.backfill", docket, done="typed")


def _case(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _is_field(name: str) -> bool:
    return name in ("GYFS", "clear", "beside") or name.partition("-")[0] in (
        *TITLES,
        *(f"QLR{n}" for n in range(1, single.MOST_OWNERS + 1)),
        *(f"{p}{n}" for p in LOADS for n in range(1, single.MOST_LOADS + 1)),
    )


def _loads(said: dict[str, str], refusals: Any) -> list[dict[str, Any]]:
    """The cards of the mortgages and seizures that may stand on the old page."""
    cards = []
    for table, word in ((single.MORTGAGE, "抵押"), (single.SEIZURE, "查封")):
        there = single.loads(said, table)
        for n in range(1, single.MOST_LOADS + 1):
            bank = table == single.MORTGAGE
            cards.append(
                {
                    "title": f"第{n}个{word}",
                    "fields": _fields(table, f"{table}{n}", said, refusals),
                    "bank": _fields("QLR", f"{single.BANK}{n}", said, refusals)[:3] if bank else (),
                    "open": n in there,
                }
            )
    return cards


def _form(
    request: HttpRequest, said: dict[str, str], one: OldCertificate | None, refusals: Any = ()
) -> HttpResponse:
    onto = single.beside(said)
    known = backfill.known_around(said) if single.place(said) else None
    return show(
        request,
        "desk/backfill_form.html",
        at=LIST,
        refusals=refusals,
        one=one,
        onto=onto,
        unit=single.place(said),
        standing=known.standing if known else None,
        sections=[]
        if onto
        else [
            {
                "title": title,
                "fields": _fields(table, table, said, refusals),
                "in_book": known is not None
                and (known.parcel if table == "ZDJBXX" else table == "ZRZ" and bool(known.buildings)),
            }
            for table, title in TITLES.items()
        ],
        owners=[
            (n, _fields("QLR", f"QLR{n}", said, refusals), n == 1 or n in single.owners(said))
            for n in range(1, single.MOST_OWNERS + 1)
        ],
        loads=_loads(said, refusals),
        most_loads=single.MOST_LOADS,
        waiting=[]
        if onto
        else [(str(c.pk), f"{type_name(c.type_code)}　{c.docket.number}") for c in cases_without_home()],
        waiting_case=request.POST.get("waiting_case")
        or request.GET.get("case", "")
        or str((one and one.waiting_case_id) or ""),
        sharing=[(k, w, said.get("GYFS", "0") == k) for k, w in GYFS.items()],
        clear=said.get("clear") == "yes",
        archive_no=request.POST.get("archive_no", one.archive_no if one else ""),
        scans=pages_of_item(one.pk, backfill.SCANS) if one else (),
    )


def _fields(table: str, prefix: str, said: dict[str, str], refusals: Any) -> list[dict[str, Any]]:
    wrong = {r.field: f"{r.message}{r.remedy}" for r in refusals}
    return [
        {
            "name": f"{prefix}-{name}",
            "label": label,
            "required": name in single.REQUIRED[table],
            "value": said.get(f"{prefix}-{name}", ""),
            "choices": single.choices(table, name).items(),
            "error": wrong.get(f"{prefix}-{name}", ""),
        }
        for name, label in single.ASKED[table]
    ]


@page(
    "desk/backfill/<uuid:docket>/",
    name="desk.backfill",
    surface="staff",
    needs=backfill.PERMISSION,
    sql=11,
    example="typed_certificate",
    methods=("GET", "POST"),
)
def backfilled(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """One of them: mended by whoever typed it once sent back; checked beside its scans by another person."""
    one = OldCertificate.objects.select_related("docket", "waiting_case").filter(pk=docket).first()
    if one is None:
        raise Http404
    bind_case(one.docket.number, one.pk)
    mine = one.typed_by_id == actor_of(request).user_id
    do = request.POST.get("do", "")
    if request.method == "POST" and do == "save":
        return _typed(request, one)
    if request.method == "POST":
        try:
            return see_other("desk.backfill", docket, done=_act(request, docket, do))
        except Refused as refused:
            if refused.status != 422:
                raise
            return _one(request, one, mine, refused.refusals)
    if mine and one.state == "sent_back":
        _saw(one.docket, docket)
        return _form(request, backfill.said_of(one), one)
    return _one(request, one, mine)


def _act(request: HttpRequest, docket: uuid.UUID, do: str) -> str:
    common: dict[str, Any] = {"actor": actor_of(request), "docket_id": docket, "key": form_key(request)}
    version = count_of(request.POST.get("version", ""))
    if do == "check":
        number, area = request.POST.get("number", "")[:200], request.POST.get("area", "")[:20]
        again = {k: str(v)[:200] for k, v in request.POST.items() if _is_field(k)}
        backfill.check_old_certificate(**common, version=version, number=number, area=area, again=again)
        return "entered"
    if do == "send_back":
        backfill.send_back(**common, version=version, remark=request.POST.get("remark", ""))
        return "sent_back"
    if do == "drop":
        backfill.drop(**common)
        return "dropped"
    raise Refused(Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。"))


def _saw(docket: Docket, docket_id: uuid.UUID) -> None:
    sights.saw("old_certificate", docket.number, docket_id=docket_id, purpose="单件补录")


def _one(request: HttpRequest, one: OldCertificate, mine: bool, refusals: Any = ()) -> HttpResponse:
    said = backfill.said_of(one)
    _saw(one.docket, one.pk)
    checking, onto = one.state == "typed" and not mine, single.beside(said)
    # Whoever checks reads number and area off the paper, not off this page.
    hidden = {"FDCQ2-BDCQZH", "H-SCJZMJ", *single.again(said)} if checking else set()
    known = backfill.known_around(said)
    judged = single.judge(said, known, clock.now(), one.docket.authority) if one.state == "typed" else None
    return show(
        request,
        "desk/backfill.html",
        at=LIST,
        refusals=refusals,
        one=one,
        state=STATES[one.state],
        mine=mine,
        onto=onto,
        checking=checking,
        sections=[(title.partition("（")[0], _rows(t, t, said, hidden)) for t, title in TITLES.items()],
        owners=[(n, _rows("QLR", f"QLR{n}", said, hidden, in_full=checking)) for n in single.owners(said)],
        loads=[
            (
                f"第{n}个{word}",
                _rows(table, f"{table}{n}", said, hidden)
                + [
                    (f"抵押权人{k}", v)
                    for k, v in _rows("QLR", f"{single.BANK}{n}", said, hidden, in_full=checking)
                    if table == single.MORTGAGE
                ],
            )
            for table, word in ((single.MORTGAGE, "抵押"), (single.SEIZURE, "查封"))
            for n in single.loads(said, table)
        ],
        again=[
            (name, f"档案上的{backfill.label_of(name)}", request.POST.get(name, ""))
            for name in (single.again(said) if checking else ())
        ],
        waiting_case=one.waiting_case,
        sharing=GYFS.get(said.get("GYFS", ""), ""),
        warnings=judged.warnings if judged else (),
        scans=pages_of_item(one.pk, backfill.SCANS),
        typed={k: request.POST.get(k, "") for k in ("number", "area", "remark")},
        done=DONE.get(request.GET.get("done", "")),
    )


def _rows(
    table: str, prefix: str, said: dict[str, str], hidden: set[str], *, in_full: bool = False
) -> list[tuple[str, str]]:
    """Label and value. `in_full`: identity numbers too, for whoever compares them with the paper."""
    found = []
    for name, label in single.ASKED[table]:
        key = f"{prefix}-{name}"
        if value := said.get(key):
            shown = "请对照档案输入" if key in hidden else single.choices(table, name).get(value, value)
            found.append((label, shown if in_full or name != "ZJH" else mask_document_number(shown)))
    return found
