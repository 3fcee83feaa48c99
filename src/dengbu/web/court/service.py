"""One served paper: its stamp, its scans, the debtor's property, and what is done on each unit until the receipt."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from dengbu.cases.actions import court
from dengbu.cases.actions.court.receiving import PAPERS
from dengbu.cases.actions.filing import PartyIn
from dengbu.cases.documents.court import ORGANS, RECEIPT, SLIP, minute
from dengbu.cases.facts import units_of
from dengbu.cases.lifecycle import STATE_NAMES, State
from dengbu.cases.models import Case
from dengbu.cases.queries import court as queries
from dengbu.cases.queries.counter import ACCEPTED_STATES
from dengbu.core import clock, crypto, sights
from dengbu.core.identifiers import (
    LAND_TAIL,
    check_resident_id,
    check_uscc,
    normalise_name,
    normalise_number,
    reaches,
)
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import RestrictionKind
from dengbu.materials.intake import intake
from dengbu.materials.models import MaterialPage
from dengbu.materials.queries import pages_of
from dengbu.orders.models import Order, Service
from dengbu.orders.queries import orders_of, service_of
from dengbu.orders.rules import CHANNELS, OUTCOMES
from dengbu.register.rules import UnitBook

from ..desk.shell import masked, type_name
from ..desk.window import actor_of, form_key, see_other, show
from ..pages import page
from .desk import DESK, MOST_NAMED, files_field, served_types, units_at

MOST_AT_ONCE = 20
DONE = {
    "received": "已收文，送达时间已记录。请打印收文单，再上传文书和证件的影像。",
    "kept": "影像已保存。",
    "named": "已按送达时间停住，请逐处录入。",
    "stopped": "已受理的在办件已停办，当事人由系统通知。",
    "told": "还没有受理的在办件不能再往下办，当事人由系统通知。",
    "nothing": "这处不动产上没有需要停办的在办件。",
    "proposed": "已提出，请另一位同事复核。",
    "passed": "已复核，回执已生成，可以打印。",
    "taken_back": "已复核，这一项已撤回。",
    "not_agreed": "已退回，这一项继续办理。",
}


@page(
    "desk/court/<uuid:service>/",
    name="desk.service",
    surface="staff",
    needs="case.settle",
    sql=14,
    example="service",
    methods=("GET", "POST"),
)
def served(request: HttpRequest, service: uuid.UUID) -> HttpResponse:
    """Everything of one served paper. Every form of the page posts here with `do`; the search does so too, that no
    identity number stands in an address."""
    paper = service_of(service)
    if paper is None:
        raise Http404
    sights.saw("service", paper.number, docket_id=paper.pk, purpose="协助执行")
    if request.method == "GET":
        return _page(request, paper)
    do = request.POST.get("do", "")
    try:
        if do == "find":
            return _page(request, paper, found=_find(request))
        if do == "begin":
            return see_other("desk.apply", uuid.UUID(_begin(request, paper)))
        act = ACTS.get(do)
        if act is None:
            raise Refused(Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。"))
        done = act(request, paper)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _page(request, paper, refused.refusals)
    return see_other("desk.service", service, done=done)


# --- what is posted ------------------------------------------------------------------------------------------------


def _find(request: HttpRequest) -> list[dict[str, Any]]:
    """Property by name with identity number, or by unit or certificate number. Each look is kept."""
    name = normalise_name(request.POST.get("name", ""))
    number = normalise_number(request.POST.get("number", ""))
    asked = request.POST.get("q", "").strip()[:80]
    if asked:
        books = units_at(asked)
        if not books:
            raise Refused(
                Refusal(
                    "FIND_NO_UNIT",
                    f"登记簿上没有“{asked[:40]}”。",
                    "请核对28位不动产单元号或完整的证号。没有找到不等于没有登记。",
                    "",
                    "q",
                )
            )
        for book in books:
            sights.saw("register", book.code, purpose="协助执行")
        return [_unit(book, None) for book in books]
    wrong = []
    if not name:
        wrong.append(
            Refusal("FIND_NAME", "请输入被执行人的姓名（名称）。", "或者输入不动产单元号。", "", "name")
        )
    if not number:
        wrong.append(
            Refusal(
                "FIND_NUMBER",
                "请输入被执行人的证件号码。",
                "只有姓名的不能查询，防止错封他人的房屋。",
                "",
                "number",
            )
        )
    if wrong:
        raise Refused(wrong)
    found = queries.property_of(name, crypto.index(number))
    if not found:
        raise Refused(
            Refusal(
                "FIND_NOTHING",
                "登记簿上没有查到这个证件号码名下的不动产。",
                "请核对证件号码，或按不动产单元号查询；没有查到的，可以在回执中如实说明。",
                "",
                "number",
            )
        )
    for one in found:
        sights.saw("register", one.book.code, purpose="协助执行")
    return [_unit(one.book, one) for one in found]


def _unit(book: UnitBook, owned: queries.Owned | None) -> dict[str, Any]:
    now = clock.now()
    seized = [
        f"{RestrictionKind(r.kind).label}：{r.authority}"
        for r in book.restrictions
        if r.in_force(now) and "seizure" in r.kind
    ]
    owners = "、".join(h.name for h in book.title.holders) if book.title else "没有登记"
    said = ""
    if owned is not None and owned.right is None:
        said = "已经转移到他人名下"
    elif owned is not None and not owned.named:
        said = "证件号码相同，姓名与登记簿不一致，请核对"
    elif owned is not None and owned.right is not None and owned.right.kind == "advance_notice":
        said = "预告登记，房屋还没有登记到其名下"
    return {
        "code": book.code,
        "location": book.location,
        "owners": owners,
        "seized": "；".join(seized),
        "said": said,
    }


def _begin(request: HttpRequest, paper: Service) -> str:
    post = request.POST
    name, number = normalise_name(post.get("name", "")), normalise_number(post.get("number", ""))
    debtor = None
    if name and number:
        debtor = PartyIn(role="debtor", name=name, document_kind=_kind_of(number), number=number)
    docket: str = court.begin(
        actor=actor_of(request),
        service_id=paper.pk,
        unit_code=post.get("unit_code", "")[:28],
        type_code=post.get("type", "")[:10],
        debtor=debtor,
        key=form_key(request),
    )
    return docket


def _kind_of(number: str) -> str:
    if check_resident_id(number, today=clock.today()) is None:
        return "resident_id"
    return "uscc" if check_uscc(number) is None else "other"


def _keep(request: HttpRequest, paper: Service) -> str:
    files = request.FILES.getlist("files")[:MOST_AT_ONCE]
    if not files:
        raise Refused(Refusal("SERVICE_NO_FILE", "请选择要上传的影像。", "", "", "files"))
    for file in files:
        taken = intake(file, declared_name=str(file.name or ""))
        court.keep_paper(
            actor=actor_of(request),
            service_id=paper.pk,
            item=request.POST.get("item", ""),
            intake=taken,
            name=str(file.name or ""),
            key=f"{form_key(request)}:{taken.received_digest[:24]}",
        )
    return "kept"


def _order_id(request: HttpRequest, paper: Service) -> uuid.UUID:
    try:
        found = uuid.UUID(request.POST.get("order", ""))
    except ValueError:
        found = uuid.UUID(int=0)
    if not any(o.pk == found for o in orders_of(paper.pk)):
        raise Refused(Refusal("ORDER_UNKNOWN", "没有找到这一项。", "请刷新页面。"))
    return found


def _stop(request: HttpRequest, paper: Service) -> str:
    done = court.stop_running(
        actor=actor_of(request), order_id=_order_id(request, paper), key=form_key(request)
    )
    return "stopped" if done["stopped"] else "told" if done["told"] else "nothing"


def _name(request: HttpRequest, paper: Service) -> str:
    court.name_units(
        actor=actor_of(request),
        service_id=paper.pk,
        units=[u[:28] for u in request.POST.getlist("units")[:MOST_NAMED]],
        type_code=request.POST.get("type", "")[:10],
        key=form_key(request),
    )
    return "named"


def _propose(request: HttpRequest, paper: Service) -> str:
    court.propose_end(
        actor=actor_of(request),
        order_id=_order_id(request, paper),
        outcome=request.POST.get("outcome", ""),
        reason=request.POST.get("reason", ""),
        key=form_key(request),
    )
    return "proposed"


def _decide(request: HttpRequest, paper: Service) -> str:
    outcome = court.decide_end(
        actor=actor_of(request),
        order_id=_order_id(request, paper),
        agrees=request.POST.get("agrees") == "yes",
        key=form_key(request),
    )
    return outcome or "not_agreed"


ACTS: dict[str, Callable[[HttpRequest, Service], str]] = {
    "keep": _keep,
    "name": _name,
    "stop": _stop,
    "propose": _propose,
    "decide": _decide,
}


# --- the page ------------------------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    paper: Service,
    refusals: tuple[Refusal, ...] = (),
    found: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    orders = orders_of(paper.pk)
    cases = queries.cases_by_id([o.docket_id for o in orders if o.docket_id])
    prints = queries.prints_of([paper.pk, *cases])
    under_way = [c for c in queries.running([o.unit_code for o in orders]) if c.pk not in cases]
    put_off = queries.put_off_now([c.pk for c in under_way])
    pages = pages_of(paper.pk)
    waiting = [o for o in orders if o.settled_at is None]
    passed = queries.passed_to(waiting)
    wrong = {r.field: f"{r.message}{r.remedy}" for r in refusals if r.field}
    return show(
        request,
        "court/service.html",
        at=DESK,
        refusals=refusals,
        paper=paper,
        organ=ORGANS.get(paper.authority_kind, "其他机关"),
        how=CHANNELS[paper.channel],
        served=minute(paper.served_at),
        received=minute(paper.received_at),
        slip=next((p for p in prints.get(paper.pk, ()) if p.kind == SLIP), None),
        papers=[(key, name, pages.get(key, [])) for key, name in PAPERS.items()],
        papers_complete=_complete(paper, pages),
        orders=[
            _order(o, paper.number, cases, prints, under_way, put_off)
            | {"passed": passed.get(o.pk), "mine": o.proposed_by_id == actor.user_id}
            for o in orders
        ],
        found=found,
        types=served_types(),
        files=files_field("影像（可以多选）", wrong),
        may_file=actor.may("case.file_for"),
        may_print=actor.may("print.case"),
        fields=[
            {
                "name": name,
                "label": label,
                "value": request.POST.get(name, ""),
                "error": wrong.get(name, ""),
                **more,
            }
            for name, label, more in (
                ("name", "被执行人姓名（名称）", {}),
                ("number", "证件号码", {"hint": "身份证号或统一社会信用代码"}),
                ("q", "或者：不动产单元号、证号", {"hint": "文书写明了不动产的，按单元号查"}),
            )
        ],
        name=request.POST.get("name", ""),
        number=request.POST.get("number", ""),
        done=DONE.get(request.GET.get("done", "")),
    )


def _complete(paper: Service, pages: Mapping[str, list[MaterialPage]]) -> bool:
    """Whether the paper, and the credentials of those who came in person, are scanned."""
    return "ASSIST" in pages and (paper.channel == "network" or "CREDS" in pages)


def _order(
    order: Order,
    paper_no: str,
    cases: dict[uuid.UUID, Case],
    prints: dict[uuid.UUID, list[Any]],
    under_way: list[Case],
    put_off: set[uuid.UUID],
) -> dict[str, Any]:
    case = cases.get(order.docket_id) if order.docket_id else None
    open_now = order.settled_at is None
    here = [c for c in under_way if _on(c, order.unit_code)]
    own = prints.get(order.docket_id, []) if order.docket_id else []
    receipts = [p for p in own if p.kind == RECEIPT or p.kind.startswith("letter-")]
    receipts += [p for p in prints.get(order.service_id, ()) if p.kind == f"{RECEIPT}-{order.pk.hex[-6:]}"]
    state = STATE_NAMES[State(case.state)] if case is not None else "已停住，还没有录入"
    return {
        "order": order,
        "type": type_name(order.type_code),
        "word": OUTCOMES.get(order.outcome, state),
        "open": open_now,
        "case": case,
        "draft": case is not None and case.state == State.DRAFT,
        "unfiled": case is None or case.state == State.DRAFT,
        "land": order.unit_code.endswith(LAND_TAIL),
        "accepted": case is not None and case.state in ACCEPTED_STATES,
        "running": [
            {
                "case": c,
                "type": type_name(c.type_code),
                "names": masked(c.applicant_names),
                "state": "已停办" if c.pk in put_off else STATE_NAMES[State(c.state)],
                "stopped": c.pk in put_off,
                "accepted": c.state == State.ACCEPTED,
                "told": paper_no in c.filed.get("told_of", ()),
                "place": c.location if c.unit_code != order.unit_code else "",
            }
            for c in here
        ],
        "to_stop": any(
            c.pk not in put_off if c.state == State.ACCEPTED else paper_no not in c.filed.get("told_of", ())
            for c in here
        ),
        "prints": [(p, "协助执行回执" if p.kind.startswith(RECEIPT) else "告知函") for p in receipts],
    }


def _on(case: Case, unit_code: str) -> bool:
    return any(reaches(unit_code, u) for u in units_of(case))
