"""归档 and 移交: the catalogue against the counted paper; lists that go to the archive room and what it signs."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from dengbu.archives import actions as archives
from dengbu.archives.queries import volume_of, volumes_on
from dengbu.archives.rules import pages_of
from dengbu.cases import documents as papers
from dengbu.cases.actions import closing
from dengbu.cases.facts import facts
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case
from dengbu.cases.queries import closing as queries
from dengbu.catalog.registrations import TYPES
from dengbu.core import documents
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import RegistrationKind
from dengbu.payments.queries import bill_of

from ..pages import page
from .papers import pdf
from .window import actor_of, case_or_404, count_of, form_key, see_other, show

DONE = {
    "issued": "已发证，可以归档。",
    "archived": "已归档，卷宗等待移交档案室。",
    "made": "移交清单已生成，请打印后双方签字。",
    "received": "档案室已签收，卷宗移交完成。",
    "returned": "清单已退回，卷宗重新等待移交。",
}


@page(
    "desk/archive/<uuid:docket>/",
    name="desk.archive_case",
    surface="staff",
    needs="case.archive",
    sql=18,
    example="issued_case",
    methods=("GET", "POST"),
)
def archive_case(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """The catalogue made from what lies in the file, the pages counted on paper, and why they differ."""
    case = case_or_404(docket, purpose="归档")
    if request.method == "GET":
        return _page(request, case)
    try:
        closing.archive(
            actor=actor_of(request),
            docket_id=docket,
            paper_pages=count_of(request.POST.get("paper_pages", "")),
            difference_note=request.POST.get("difference_note", ""),
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status == 403:
            raise
        return _page(request, case, refused.refusals, refused.status)
    return see_other("desk.archive_case", docket, done="archived")


def _page(request: HttpRequest, case: Case, refusals: Any = (), status: int = 200) -> HttpResponse:
    volume, bill = volume_of(case.pk), bill_of(case.pk)
    lines = volume.catalogue if volume else papers.catalogue(facts(case))
    kinds = {line["kind"] for line in lines}
    rows, first = [], 1
    for line in lines:
        last = first + max(int(line["pages"]), 1) - 1
        rows.append((line["title"], line["pages"], f"{first}—{last}" if last > first else str(first)))
        first = last + 1
    return show(
        request,
        "desk/archive_case.html",
        at="desk.archive",
        refusals=refusals,
        status=status,
        case=case,
        volume=volume,
        rows=rows,
        total=pages_of(lines),
        paid=bill is not None and bill.state in ("paid", "free"),
        zero_unproven=bill is not None and bill.state == "free" and "fee_voucher" not in kinds,
        corrects=TYPES[case.type_code].kind is RegistrationKind.CORRECTION,
        may_report=actor_of(request).may("case.settle"),
        can_archive=case.state in (State.REGISTERED, State.CERTIFIED, State.ISSUED),
        paper_pages=request.POST.get("paper_pages", ""),
        difference_note=request.POST.get("difference_note", ""),
        done=DONE.get(request.GET.get("done", "")),
    )


@page(
    "desk/archive/<uuid:docket>/catalogue.pdf",
    name="desk.archive_pdf",
    surface="staff",
    needs="case.archive",
    sql=6,
    example="archived_case",
)
def archive_pdf(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """卷内目录 as it was archived."""
    case, volume = case_or_404(docket, purpose="打印卷内目录"), volume_of(docket)
    if volume is None or not volume.document_key:
        raise Http404
    return pdf(
        documents.read_verified(volume.document_key, volume.document_digest), f"{case.docket.number}-volume"
    )


@page(
    "desk/handover/",
    name="desk.handover",
    surface="staff",
    needs="archive.hand_over",
    sql=7,
    methods=("GET", "POST"),
)
def handover(request: HttpRequest) -> HttpResponse:
    """What waits, and the lists. POST `do`: make (volumes chosen, none: all), receive, return."""
    if request.method == "GET":
        return _shelf(request)
    act = {"make": _make, "receive": _receive, "return": _return}.get(request.POST.get("do", ""))
    try:
        if act is None:
            raise Refused(Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。"))
        return see_other("desk.handover", done=act(request))
    except Refused as refused:
        if refused.status == 403:
            raise
        return _shelf(request, refused.refusals, refused.status)


def _shelf(request: HttpRequest, refusals: Any = (), status: int = 200) -> HttpResponse:
    found = queries.shelf()
    return show(
        request,
        "desk/archive_handover.html",
        at="desk.handover",
        refusals=refusals,
        status=status,
        shelf=found,
        received_by=request.POST.get("received_by", ""),
        done=DONE.get(request.GET.get("done", "")),
    )


def _ids(texts: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError:
        raise Refused(
            Refusal("HAND_OVER_UNKNOWN", "没有找到选中的卷宗或清单。", "请刷新页面后重新选择。")
        ) from None


def _make(request: HttpRequest) -> str:
    chosen = _ids(request.POST.getlist("volume"))
    closing.hand_over(actor=actor_of(request), volume_ids=chosen or None, key=form_key(request))
    return "made"


def _receive(request: HttpRequest) -> str:
    archives.receive_hand_over(
        actor=actor_of(request),
        hand_over_id=_ids([request.POST.get("hand_over", "")])[0],
        received_by=request.POST.get("received_by", ""),
    )
    return "received"


def _return(request: HttpRequest) -> str:
    archives.return_hand_over(
        actor=actor_of(request),
        hand_over_id=_ids([request.POST.get("hand_over", "")])[0],
        reason=request.POST.get("reason", ""),
    )
    return "returned"


@page(
    "desk/handover/<uuid:made>/",
    name="desk.handover_list",
    surface="staff",
    needs="archive.hand_over",
    sql=7,
    example="hand_over",
)
def handover_list(request: HttpRequest, made: uuid.UUID) -> HttpResponse:
    """One list with its volumes."""
    found = queries.hand_over(made)
    if found is None:
        raise Http404
    volumes = volumes_on(made)
    cases = queries.cases_of([v.docket_id for v in volumes])
    return show(
        request,
        "desk/archive_list.html",
        at="desk.handover",
        made=found,
        rows=[(v, cases.get(v.docket_id)) for v in volumes],
    )


@page(
    "desk/handover/<uuid:made>.pdf",
    name="desk.handover_pdf",
    surface="staff",
    needs="archive.hand_over",
    sql=4,
    example="hand_over",
)
def handover_pdf(request: HttpRequest, made: uuid.UUID) -> HttpResponse:
    """移交清单 as both sides sign it."""
    found = queries.hand_over(made)
    if found is None or not found.document_key:
        raise Http404
    return pdf(documents.read_verified(found.document_key, found.document_digest), found.number)
