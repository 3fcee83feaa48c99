"""受理核验岗: the scan field, and one case with its seven steps."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.appointments import actions as visits
from dengbu.cases import exemptions, rules, undertakings
from dengbu.cases.actions import desk
from dengbu.cases.actions import undertakings as promises
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case
from dengbu.cases.originals import ENDED
from dengbu.cases.queries import counter
from dengbu.cases.queries.counter import AtCounter
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock, crypto
from dengbu.core.identifiers import mask_document_number
from dengbu.core.refusals import Refusal, Refused

from ..pages import page
from .accept_acts import ACTS
from .accept_manner import manners
from .review_panels import HOW
from .window import actor_of, case_or_404, see_other, show

NUMBER = "cases.party.number"
HOWS = (("card", "读卡器"), ("eye", "看证件原件"), ("agent", "代理人到场"), ("representative", "经办人到场"))
HOW_WORDS = dict(HOWS) | {"visit": "上门面签"}
MATTERS = {
    "face_signing": "面签",
    "inspection": "现场查看",
    "notice": "公告",
    "tax": "完税",
    "housing": "房管审核",
}
DONE = {
    "sent": "已退回网上审核。",
    "arrived": "已签到。",
    "identity": "身份已核验。",
    "asked": "限制信息已重新查询。",
    "paper": "这项材料已核验。",
    "answers": "询问笔录已保存，可以打印签字。",
    "matter": "待办事项已办结。",
    "exemption": "减免登记费的决定已保存。",
    "undertaken": "承诺已登记，请打印承诺书，签字后上传。",
    "signed": "签字的承诺书已存入案卷。",
    "taken_back": "承诺已撤销。",
    "manner": "签字方式已保存，会印在询问笔录上。",
}


@page(
    "desk/accept/", name="desk.accept", surface="staff", needs="case.accept", sql=7, methods=("GET", "POST")
)
def accept(request: HttpRequest) -> HttpResponse:
    """One large field takes whatever a scanner reads; today's visits; what was begun."""
    actor = actor_of(request)
    if request.method == "GET":
        return _home(request)
    if docket := request.POST.get("arrived", ""):
        return _arrived(request, docket)
    found = counter.scan(request.POST.get("code", "")[:300])
    if found.batch is not None:
        visits.mark_arrived(actor=actor, batch_id=found.batch.pk)
        return see_other("desk.accept_bulk", found.batch.pk)
    if found.case is None or found.problem is not None:
        problem = found.problem
        return _home(request, [problem] if problem else [], found.case)
    if found.case.batch_id is not None:
        return see_other(
            "desk.accept_bulk", found.case.batch_id, row=str(found.case.pk), anchor=f"u-{found.case.pk}"
        )
    _open(found.case, request)
    return see_other("desk.accept_case", found.case.pk)


def _open(case: Case, request: HttpRequest) -> None:
    """Who scans has the person before them: the visit counts as begun, restrictions are asked again at once."""
    actor = actor_of(request)
    visits.mark_arrived(actor=actor, docket_id=case.pk)
    check = desk.desk_states([case.pk])[case.pk].check
    if check is None or check.valid_until < clock.now():
        desk.query_batch(actor=actor, docket_ids=[case.pk])


def _arrived(request: HttpRequest, subject: str) -> HttpResponse:
    kind, _, text = subject.partition(":")
    try:
        wanted = uuid.UUID(text)
    except ValueError:
        return _home(request, [Refusal("SCAN_VISIT", "没有找到这个预约。", "请刷新页面。")])
    visits.mark_arrived(actor=actor_of(request), **{"batch_id" if kind == "batch" else "docket_id": wanted})
    return see_other("desk.accept", done="arrived")


def _home(
    request: HttpRequest, refusals: list[Refusal] | None = None, case: Case | None = None
) -> HttpResponse:
    today = counter.visits_of(clock.today())
    return show(
        request,
        "desk/accept.html",
        at="desk.accept",
        refusals=refusals or (),
        code=request.POST.get("code", "")[:60],
        visits=today,
        arrived=sum(v.booking.arrived_at is not None for v in today),
        begun=counter.begun(),
        batches=counter.waiting_batches(),
        case=case,
        case_accepted=case is not None and case.state in counter.ACCEPTED_STATES,
        case_open=case is not None and case.state == State.PREAPPROVED,
        case_ended=case is not None and case.state in ENDED,
        done=DONE.get(request.GET.get("done", "")),
    )


@page(
    "desk/accept/<uuid:docket>/",
    name="desk.accept_case",
    surface="staff",
    needs="case.accept",
    sql=21,
    example="preapproved_case",
    methods=("GET", "POST"),
)
def accept_case(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """Seven steps on one page. Every form of the page posts here with `do`; afterwards the page stands at its step."""
    case = case_or_404(docket, purpose="窗口受理核验")
    if case.state in counter.ACCEPTED_STATES or case.state == State.REFUSED:
        return see_other("desk.accept_print", docket)
    if request.method == "GET":
        return _case_page(request, case)
    do = request.POST.get("do", "")
    act = ACTS.get(do)
    if act is None:
        return _case_page(request, case, [Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。")])
    try:
        return act(request, docket)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _case_page(request, case, refused.refusals, typed=do)


def _case_page(request: HttpRequest, case: Case, refusals: Any = (), *, typed: str = "") -> HttpResponse:
    at = counter.at_counter(case, actor_of(request))
    item = request.POST.get("item") or request.GET.get("item", "")
    keys = [p.line.key for p in at.papers]
    if item not in keys:
        item = next((p.line.key for p in at.papers if not p.done), keys[0] if keys else "")
    current = next((p for p in at.papers if p.line.key == item), None)
    shown = request.GET.get("page", "1")
    number = min(max(int(shown) if shown.isdecimal() else 1, 1), max(len(current.pages), 1)) if current else 1
    return show(
        request,
        "desk/accept_case.html",
        at="desk.accept",
        refusals=refusals,
        status=200 if case.state == State.PREAPPROVED or refusals else 409,
        c=at,
        case=case,
        parties=parties_of(at),
        steps=_steps(at),
        current=current,
        page_number=number,
        image=current.pages[number - 1] if current and current.pages else None,
        four=_four(request, current, typed == "paper"),
        hows=HOWS,
        why=((at.barred,) if at.barred else ()) + at.why,
        matters=[(MATTERS.get(m.kind, m.kind), m) for m in at.state.matters.values()],
        visit_matter=rules.OWNERS[rules.Kind.FACE_SIGNING],
        visit_open=any(
            m.settled_at is None and m.kind == rules.Kind.FACE_SIGNING for m in at.state.all_matters
        ),
        done_matter=rules.DONE,
        signing=manners(request.POST if typed == "manner" else {}, at, refusals),
        questions=[
            (q, request.POST.get(f"answer-{q.key}") or case.filed.get("answers", {}).get(q.key, ""))
            for q in at.questions
        ],
        reason=request.POST.get("reason", "") if typed == "send_back" else "",
        exemption=_exemption(request, at, typed == "exemption"),
        undertaken=_undertaken(request, at, typed),
        restrictions=[
            {"kind": r["text"], "text": HOW.get(r.get("answered") or "", "")} for r in at.state.check.found
        ]
        if at.state.check
        else [],
        restriction_reason="；".join(f"{r['message']}{r['remedy']}" for r in at.state.check.refusals)
        if at.state.check
        else "",
        answer=_answer(at),
        checks=desk.CHECKS,
        made={d.kind: d for d in reversed(at.documents)},
        done=DONE.get(request.GET.get("done", "")),
    )


def _exemption(request: HttpRequest, at: AtCounter, typed: bool) -> dict[str, Any]:
    """减免登记费: what was claimed, what was decided, what may be granted, and the form as typed."""
    kind, filed = TYPES[at.case.type_code], at.case.filed
    known = exemptions.claimable(kind, clock.today(), exemptions.BY_OFFICER)
    claim = exemptions.claimed(filed, kind, clock.today())
    made = exemptions.decisions(filed)
    decided = made.get(claim.key) if claim else None
    chosen = claim.key if claim else next(iter(made), "")
    return {
        "claim": claim,
        "who": exemptions.who(claim, kind) if claim else "",
        "printed": claim is not None and claim.exemption.given == "undertaking",
        "decisions": [
            {
                **d,
                "who": exemptions.who(known[k], kind) if k in known else "",
                "at": dt.datetime.fromisoformat(d["at"]),
            }
            for k, d in made.items()
        ],
        "choices": [(k, f"{exemptions.who(c, kind)}：{c.exemption.name}") for k, c in known.items()],
        "chosen": request.POST.get("claim", "") if typed else chosen,
        "granted": request.POST.get("granted", "") if typed else "",
        "reason": request.POST.get("exemption_reason", "") if typed else "",
        "open": typed or (claim is not None and decided is None),
    }


def _undertaken(request: HttpRequest, at: AtCounter, typed: str) -> dict[str, Any]:
    """容缺与承诺: what was undertaken, what may be, by whom, and the form as typed."""
    offered = promises.choices(at.found, at.book)
    given = at.state.undertakings
    return {
        "given": [(u, undertakings.KIND_NAMES[u.kind]) for u in given],
        "choices": [
            (key, f"{name}（{undertakings.KIND_NAMES[kind]}）")
            for key, name, kind in offered
            if key not in at.state.promised
        ],
        "people": [
            (str(p.pk), f"{p.name}（{at.found.registration.word(p.role)}）") for p in at.found.applying
        ],
        "unsigned": any(u.signed_at is None for u in given),
        "open": typed == "undertake",
        "typed": {k: request.POST.get(k, "") for k in ("undertaking_item", "promisor", "undertaking_why")},
    }


def _answer(at: AtCounter) -> str:
    """The word of the restriction result: found but answered by the type's rule is its own word."""
    result = at.restriction
    if result == "some" and at.state.check is not None and at.state.check.answered:
        return "answered"
    return "failed" if result == "never" else result


def parties_of(at: AtCounter) -> list[dict[str, Any]]:
    absent = {p.pk for p in at.state.absent(at.found)}
    return [
        {
            "party": p,
            "role": at.found.registration.word(p.role),
            "number": mask_document_number(crypto.decrypt(p.number_cipher, NUMBER))
            if p.number_cipher
            else "",
            "needed": p.pk in absent,
            "how": HOW_WORDS.get(p.present_how, ""),
            "body": p.document_kind == "uscc",
        }
        for p in at.found.parties
    ]


def _steps(at: AtCounter) -> list[dict[str, Any]]:
    """The seven steps: done or not, and one line each."""
    absent = at.state.absent(at.found)
    done = [p for p in at.papers if p.done]
    open_matters = [m for m in at.state.matters.values() if m.settled_at is None]
    blocked = (
        at.state.check is not None and at.restriction in ("none", "some") and not at.state.check.answered
    )
    words = {
        "never": "还没有查询",
        "failed": "查询失败",
        "stale": "结果已过期",
        "none": "无限制",
        "some": "有限制" if blocked else "有限制，规则允许",
    }
    fee = at.bill
    rows = [
        ("身份", not absent, f"还差{len(absent)}人" if absent else "都已核验"),
        ("限制查询", at.restriction in ("none", "some") and not blocked, words[at.restriction]),
        (
            "纸图比对",
            len(done) == len(at.papers) and all(p.good for p in done),
            f"已核{len(done)}/{len(at.papers)}",
        ),
        ("面签与现场", not open_matters, f"待办{len(open_matters)}项" if open_matters else _signing(at)),
        (
            "申请书、笔录",
            not at.unanswered,
            f"还有{len(at.unanswered)}问" if at.unanswered else "可以打印签字",
        ),
        (
            "缴费",
            fee is not None and fee.state in ("paid", "free"),
            "受理时生成" if fee is None else "待缴费",
        ),
        ("打印", False, "受理后打印"),
    ]
    now = next((n for n, (_, ready, _) in enumerate(rows, 1) if not ready), 7)
    return [
        {"n": n, "name": name, "done": ready, "note": note, "now": n == now}
        for n, (name, ready, note) in enumerate(rows, 1)
    ]


def _signing(at: AtCounter) -> str:
    signed = at.state.matters.get("face_signing")
    return "已采用面签" if signed is not None and signed.outcome == rules.DONE else "无待办"


def _four(request: HttpRequest, paper: counter.Paper | None, typed: bool) -> dict[str, Any]:
    """The four checks of the paper before us: as typed, as stored, or as expected by the checklist."""
    if paper is None:
        return {}
    if typed:
        return {
            "checks": [(k, w, request.POST.get(f"check-{k}", "")) for k, w in desk.CHECKS.items()],
            "originals": request.POST.get("originals", ""),
            "copies": request.POST.get("copies", ""),
            "note": request.POST.get("note", ""),
        }
    stored = paper.verdict
    return {
        "checks": [
            (k, w, "" if stored is None else "yes" if stored.checks.get(k) else "no")
            for k, w in desk.CHECKS.items()
        ],
        "originals": paper.line.item.originals if stored is None else stored.originals,
        "copies": paper.line.item.copies if stored is None else stored.copies,
        "note": "" if stored is None else stored.note,
    }
