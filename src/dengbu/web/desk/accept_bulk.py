"""大宗受理: a batch of units on one page; scan the next code, its row is lit; what fails stays out, the others go in."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from dengbu.cases import exemptions
from dengbu.cases.actions import desk, papers
from dengbu.cases.actions.batch_claims import decide_for_batch
from dengbu.cases.actions.papers import VerdictIn
from dengbu.cases.facts import Line
from dengbu.cases.queries import counter
from dengbu.cases.queries.batch_counter import BatchAtCounter, UnitRow, batch_at_counter
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock, sights
from dengbu.core.refusals import Refusal, Refused

from ..pages import page
from .window import actor_of, count_of, form_key, see_other, show

DONE = {
    "asked": "全部待受理的房屋已重新查询限制。",
    "here": "经办人身份已核验，对本批全部房屋有效。",
    "shared": "本批共用材料已核验。",
    "exemptions": "减免登记费的决定已保存。",
    "unit": "这套房屋的纸件已核验，请扫描下一份。",
}


@page("desk/accept/bulk/", name="desk.bulk", surface="staff", needs="case.accept", sql=5)
def bulk(request: HttpRequest) -> HttpResponse:
    """Batches with units that wait for acceptance."""
    return show(request, "desk/bulk_list.html", at="desk.bulk", batches=counter.waiting_batches(100))


@page(
    "desk/accept/bulk/<uuid:batch>/",
    name="desk.accept_bulk",
    surface="staff",
    needs="case.accept",
    sql=18,
    example="preapproved_batch",
    methods=("GET", "POST"),
)
def accept_bulk(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    """The table of units. POST with `do`: scan, here, query, shared, unit, exemptions, accept."""
    if request.method == "GET":
        return _page(request, _found(request, batch))
    act = ACTS.get(request.POST.get("do", "scan"))
    at = _found(request, batch)
    if act is None:
        return _page(request, at, [Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。")])
    try:
        return act(request, at)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _page(request, _found(request, batch), refused.refusals)


def _found(request: HttpRequest, batch: uuid.UUID) -> BatchAtCounter:
    at = batch_at_counter(batch, actor_of(request))
    if at is None:
        raise Http404
    sights.saw("batch", at.batch.number, purpose="大宗受理核验")
    return at


def _page(
    request: HttpRequest, at: BatchAtCounter, refusals: Any = (), *, outcome: dict[str, Any] | None = None
) -> HttpResponse:
    chosen = request.POST.get("row") or request.GET.get("row", "")
    row = next((r for r in at.rows if str(r.case.pk) == chosen), None)
    own = [p for p in row.papers if p.line.key not in {s.key for s in at.shared}] if row else []
    return show(
        request,
        "desk/bulk.html",
        at="desk.bulk",
        refusals=refusals,
        b=at,
        row=row,
        own=[_paper(request, p.line, p.verdict, row is not None) for p in own],
        shared=[_paper(request, line, _shared_verdict(at, line), False) for line in at.shared],
        checks=desk.CHECKS,
        outcome=outcome,
        next_row=next((r for r in at.rows if r.open and not r.checked), None),
        asked=all(r.restriction in ("none", "some") for r in at.open),
        claims=_claims(request, at),
        present=all(not r.state.absent(r.found) for r in at.open),
        done=DONE.get(request.GET.get("done", "")),
    )


def _shared_verdict(at: BatchAtCounter, line: Line) -> Any:
    """The verdict of a shared paper, where all waiting units have one."""
    found = [r.state.verdicts.get(line.key) for r in at.open]
    return found[0] if found and all(found) else None


def _paper(request: HttpRequest, line: Line, verdict: Any, typed: bool) -> dict[str, Any]:
    posted = f"{line.key}-originals" in request.POST
    if posted:
        values = {k: request.POST.get(f"{line.key}-{k}", "") for k in desk.CHECKS}
        return {
            "line": line,
            "values": [(k, w, values[k]) for k, w in desk.CHECKS.items()],
            "originals": request.POST.get(f"{line.key}-originals", ""),
            "copies": request.POST.get(f"{line.key}-copies", ""),
            "note": request.POST.get(f"{line.key}-note", ""),
            "done": False,
        }
    return {
        "line": line,
        "values": [
            (k, w, "" if verdict is None else "yes" if verdict.checks.get(k) else "no")
            for k, w in desk.CHECKS.items()
        ],
        "originals": line.item.originals if verdict is None else verdict.originals,
        "copies": line.item.copies if verdict is None else verdict.copies,
        "note": "" if verdict is None else verdict.note,
        "done": verdict is not None,
    }


def _read(request: HttpRequest, lines: list[Line]) -> list[VerdictIn]:
    """The verdicts of a form with several papers. Raises Refused for every check left open."""
    open_ = [
        f"{line.item.name}：{'、'.join(left)}"
        for line in lines
        if (
            left := [
                w for k, w in desk.CHECKS.items() if request.POST.get(f"{line.key}-{k}") not in ("yes", "no")
            ]
        )
    ]
    if open_:
        raise Refused(
            Refusal("DESK_LEFT_OPEN", f"请给出结论——{text}", "四项都要选。", "工作方案四（四）2")
            for text in open_
        )
    return [
        VerdictIn(
            item=line.key,
            checks={k: request.POST.get(f"{line.key}-{k}") == "yes" for k in desk.CHECKS},
            originals=count_of(request.POST.get(f"{line.key}-originals", "")),
            copies=count_of(request.POST.get(f"{line.key}-copies", "")),
            note=request.POST.get(f"{line.key}-note", ""),
        )
        for line in lines
    ]


def _waiting(at: BatchAtCounter) -> list[uuid.UUID]:
    return [r.case.pk for r in at.open]


def _scan(request: HttpRequest, at: BatchAtCounter) -> HttpResponse:
    found = counter.scan(request.POST.get("code", "")[:300])
    if found.case is not None and found.case.batch_id == at.batch.pk:
        return see_other("desk.accept_bulk", at.batch.pk, row=str(found.case.pk), anchor=f"u-{found.case.pk}")
    if found.case is not None:
        raise Refused(
            Refusal(
                "SCAN_OTHER_BATCH",
                "这份材料不属于这个批次。",
                "请放到一边，在窗口受理里单独打开。",
                "",
                "code",
            )
        )
    raise Refused(
        found.problem
        or Refusal("SCAN_THIS_BATCH", "这就是本批次的编号。", "请扫描下一套房屋的编号。", "", "code")
    )


def _here(request: HttpRequest, at: BatchAtCounter) -> HttpResponse:
    papers.check_in_batch(actor=actor_of(request), docket_ids=_waiting(at))
    return see_other("desk.accept_bulk", at.batch.pk, done="here")


def _query(request: HttpRequest, at: BatchAtCounter) -> HttpResponse:
    desk.query_batch(actor=actor_of(request), docket_ids=_waiting(at))
    return see_other("desk.accept_bulk", at.batch.pk, done="asked")


def _shared(request: HttpRequest, at: BatchAtCounter) -> HttpResponse:
    papers.desk_verdicts(
        actor=actor_of(request),
        docket_ids=_waiting(at),
        verdicts=_read(request, list(at.shared)),
        key=form_key(request),
    )
    return see_other("desk.accept_bulk", at.batch.pk, done="shared")


def _unit(request: HttpRequest, at: BatchAtCounter) -> HttpResponse:
    row: UnitRow | None = next((r for r in at.rows if str(r.case.pk) == request.POST.get("row")), None)
    if row is None:
        raise Refused(Refusal("DESK_OTHER_BATCH", "这套房屋不属于这个批次。", "请刷新页面后重新选择。"))
    shared = {line.key for line in at.shared}
    lines = [p.line for p in row.papers if p.line.key not in shared]
    papers.desk_verdicts(
        actor=actor_of(request),
        docket_ids=[row.case.pk],
        verdicts=_read(request, lines),
        key=form_key(request),
    )
    following = next((r for r in at.rows if r.open and not r.checked and r.case.pk != row.case.pk), None)
    query = {"done": "unit"} | ({"row": str(following.case.pk)} if following else {})
    return see_other(
        "desk.accept_bulk", at.batch.pk, anchor=f"u-{following.case.pk}" if following else "", **query
    )


def _claims(request: HttpRequest, at: BatchAtCounter) -> list[dict[str, Any]]:
    """What is claimed for the waiting units, by claim: each unit with what was decided, and the form as typed."""
    kind = TYPES[at.batch.type_code]
    found: dict[str, dict[str, Any]] = {}
    asked = request.POST.get("claim", "") if request.POST.get("do") == "exemptions" else ""
    ticked = set(request.POST.getlist("docket"))
    for row in at.open:
        claim = exemptions.claimed(row.case.filed, kind, clock.today())
        if claim is None:
            continue
        typed, made = asked == claim.key, exemptions.decisions(row.case.filed).get(claim.key)
        group = found.setdefault(
            claim.key,
            {
                "claim": claim,
                "who": exemptions.who(claim, kind),
                "rows": [],
                "granted": request.POST.get("granted", "") if typed else "",
                "reason": request.POST.get("exemption_reason", "") if typed else "",
            },
        )
        chosen = str(row.case.pk) in ticked if typed else made is None
        group["rows"].append({"row": row, "decided": made, "chosen": chosen})
    return list(found.values())


def _exemptions(request: HttpRequest, at: BatchAtCounter) -> HttpResponse:
    asked = set(request.POST.getlist("docket"))
    chosen = [r.case.pk for r in at.open if str(r.case.pk) in asked]
    if not chosen:
        raise Refused(Refusal("DESK_NO_UNIT", "还没有选择房屋。", "请勾选要决定的房屋。", "", "docket"))
    decide_for_batch(
        actor=actor_of(request),
        docket_ids=chosen,
        claim=request.POST.get("claim", ""),
        granted={"yes": True, "no": False}.get(request.POST.get("granted", "")),
        reason=request.POST.get("exemption_reason", ""),
        key=form_key(request),
    )
    return see_other("desk.accept_bulk", at.batch.pk, done="exemptions", anchor="exemptions")


def _accept(request: HttpRequest, at: BatchAtCounter) -> HttpResponse:
    """Accept what is checked. The answer is the page itself with what came of it; a replay gives the same."""
    asked = set(request.POST.getlist("docket"))
    chosen = (
        [r.case.pk for r in at.rows if str(r.case.pk) in asked] if asked else [r.case.pk for r in at.ready]
    )
    if not chosen:
        raise Refused(Refusal("DESK_NOTHING", "还没有核验完成的房屋，不能受理。", "请先核验纸件、查询限制。"))
    if request.POST.get("confirmed") != "yes":
        rows = [r for r in at.rows if r.case.pk in set(chosen)]
        return show(request, "desk/bulk_confirm.html", at="desk.bulk", b=at, rows=rows)
    result = desk.accept_batch(
        actor=actor_of(request), batch_id=at.batch.pk, docket_ids=chosen, key=form_key(request)
    )
    return _page(request, _found(request, at.batch.pk), outcome=_outcome(at, result))


def _outcome(at: BatchAtCounter, result: Any) -> dict[str, Any]:
    places = {str(r.case.pk): r.case.location for r in at.rows}
    return {
        "entered": len(result["entered"]),
        "waiting": len(result["waiting"]),
        "left_out": [(places.get(d, ""), reasons) for d, reasons in result["refused"].items()],
    }


ACTS = {
    "scan": _scan,
    "here": _here,
    "query": _query,
    "shared": _shared,
    "unit": _unit,
    "exemptions": _exemptions,
    "accept": _accept,
}
