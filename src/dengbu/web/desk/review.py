"""网上审核: the queues and the case page. Acts stand in `review_acts`, 补正 in `correction`."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from dengbu.cases import rules, sheet
from dengbu.cases.lifecycle import STATE_NAMES, State
from dengbu.cases.queries import desk as queries
from dengbu.cases.queries.desk import QUEUES, QueueRow, ReviewFile
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock, sights
from dengbu.core.acts import Actor
from dengbu.core.identifiers import mask_document_number
from dengbu.core.ids import token
from dengbu.core.middleware import bind_case

from ..pages import page
from ..templatetags._text import cn_datetime, group_unit, remaining
from .review_panels import changes, restriction
from .shell import CHANNELS, desk, image_url, masked, short_name, short_place, type_name

EMPTY = {
    "waiting": "没有待审核的申请。",
    "mine": "您没有正在审核的申请。可以到“待审核”领取下一件。",
    "resubmitted": "没有补正后重新提交给您的申请。",
    "correcting": "没有等待申请人补正的申请。",
    "passed": "没有已通过、等申请人到窗口的申请。",
}
ABOUT = {
    "waiting": "按剩余时限从近到远排列，只列出您业务条线的申请。领取后由您一人办理。",
    "mine": "您领取后还没有提交结论的申请。",
    "resubmitted": "申请人补正后重新提交，仍由您审核；打开后可以看到改了什么。",
    "correcting": "已发补正通知，期限内申请人没有补正的，申请自动过期。",
    "passed": "网上审核通过，等申请人带原件到窗口。",
}
NOTHING_CAME = (rules.OVER, rules.TURNED_DOWN)  # of a visit: nothing to adopt
VERDICT_WORDS = {
    "ok": ("合格", "t-ok", "ok"),
    "fix": ("需补正", "t-bad", "no"),
    "not_applicable": ("不适用", "", "check"),
}


@page("desk/review/", name="desk.review", surface="staff", needs="case.claim", sql=6, example="reviewer")
def queue(request: HttpRequest) -> HttpResponse:
    """A queue by deadline, one page of it by key."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    name = request.GET.get("queue", "waiting")
    name = name if name in QUEUES else "waiting"
    rows, after = queries.queue_page(actor, name, request.GET.get("after", ""))
    now = clock.now()
    return desk(
        request,
        "desk/queue.html",
        {
            "queue": name,
            "title": QUEUES[name],
            "about": ABOUT[name],
            "empty": EMPTY[name],
            "rows": [_listed(row, actor, now) for row in rows],
            "next_url": f"?{urlencode({'queue': name, 'after': after})}" if after else "",
            "first_url": f"?queue={name}" if request.GET.get("after") else "",
            "step": queries.newest_step() if name == "waiting" else 0,
            "key": token(),
        },
        current=f"desk.review?queue={name}",
    )


def _listed(row: QueueRow, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """A row as it is drawn: plain values only, so that a long page stays cheap."""
    marks = []
    if row.round > 1:
        marks.append(("flag", "", f"补正第{row.round - 1}次"))
    if row.sent_back and row.state == State.REVIEW:
        marks.append(("left", "warn", "窗口退回"))
    if row.filing_changed_at:
        marks.append(("alert", "warn", "合同备案有变动"))
    if row.restricted:
        marks.append(("alert", "warn", "有限制"))
    left = (row.due_at - now).total_seconds() if row.due_at else None
    mine = row.reviewer_id == actor.user_id
    own = row.round == 1 or row.reviewer_id is None or mine
    return {
        "url": f"/desk/review/{row.docket_id}/",
        "number": row.number,
        "type": type_name(row.type_code),
        "names": masked(row.applicant_names),
        "location": row.location,
        "place": short_place(row.location),
        "channel": "窗口代录" if row.by_staff else CHANNELS.get(row.client, ""),
        "submitted": f"{clock.local(row.submitted_at):%m-%d %H:%M}" if row.submitted_at else "",
        "left": remaining(row.due_at, now),
        "tone": "" if left is None or left > 3600 else "t-warn" if left > 0 else "t-bad",
        "marks": marks,
        "holder": f"{row.reviewer_name}（我）" if mine else row.reviewer_name,
        "mine": mine,
        "claim": row.state == State.SUBMITTED and own,
    }


@page(
    "desk/review/count",
    name="desk.review_count",
    surface="staff",
    needs="case.claim",
    sql=4,
    example="reviewer",
)
def count(request: HttpRequest) -> HttpResponse:
    """How many cases were submitted since the list on screen was taken."""
    step = request.GET.get("after", "")
    return JsonResponse({"new": queries.arrived_since(request.actor, int(step)) if step.isdigit() else 0})  # type: ignore[attr-defined]


@page(
    "desk/review/<uuid:case>/",
    name="desk.review_case",
    surface="staff",
    needs="case.see",
    sql=17,
    example="under_review",
)
def case_page(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """The case page: images beside data, checks, restrictions, face-signing and the verdicts."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = clock.now()
    file = queries.review_file(case, now)
    if file is None:
        raise Http404
    saw(file)
    judgement = sheet.judge(file, now)
    mine = file.case.state == State.REVIEW and file.case.reviewer_id == actor.user_id
    line = _current(file, request.GET.get("item", ""))
    no_pass = sheet.hinders_pass(file, judgement, now)
    to_judge = [x for x in file.lines if x.needs_verdict]
    return render(
        request,
        "desk/review.html",
        {
            **identity(file, now),
            "file": file,
            "mine": mine,
            "claimable": file.case.state == State.SUBMITTED and actor.may("case.claim"),
            "standing": _standing(file),
            "key": token(),
            "tabs": [_tab(file, x, line) for x in file.lines],
            "images": _viewer(file, line, request.GET.get("page", "1")),
            **_compared(file, whole=mine),
            "checks": [
                {"result": c.result, "name": c.name, "evidence": c.evidence, "basis": c.basis, "at": now}
                for c in sheet.checks(file, judgement)
            ],
            "restriction": restriction(file, now),
            "signing": [
                {
                    "kind": kind,
                    "name": name,
                    "matter": matter if matter and matter.outcome not in NOTHING_CAME else None,
                }
                for kind, name in (("face_signing", "面签"), ("inspection", "现场查看"))
                for matter in (file.matters.get(kind),)
            ],
            "may_send_out": file.facts.policy.site_visit != "none" and "inspection" not in file.matters,
            "changes": changes(file),
            "no_correction": sheet.hinders_correction(file),
            "no_pass": no_pass,
            "blocking": [r for r in no_pass if r.code != "REVIEW_UNDECIDED"],
            "next_item": next(
                ({"key": x.key, "name": short_name(x.item.name)} for x in file.undecided), None
            ),
            "decided": len([x for x in to_judge if x.key in file.verdicts]),
            "to_judge": len(to_judge),
        },
    )


def saw(file: ReviewFile) -> None:
    """Note that the personal data of the case is shown, and let the log carry its number."""
    number = file.case.docket.number
    sights.saw("case", number, docket_id=file.case.pk, purpose="网上审核")
    bind_case(number, file.case.pk)


def identity(file: ReviewFile, now: dt.datetime) -> dict[str, Any]:
    """What the identity bar says of a case."""
    case, registration = file.case, file.facts.registration
    owners = "、".join(p.name for p in registration.filed.role(*registration.owner_roles))
    takers = "、".join(p.name for p in registration.filed.role(*registration.taker_roles))
    return {
        "case": case,
        "number": case.docket.number,
        "type_name": TYPES[case.type_code].name,
        "facts": [
            {"key": "当事人", "value": f"{owners} → {takers}" if owners and takers else owners or takers},
            {"key": "坐落", "value": short_place(case.location)},
            {"key": "不动产单元号", "value": group_unit(case.unit_code), "code": True},
            {"key": "剩余时限", "value": remaining(case.due_at, now) or "—"},
        ],
        "case_url": reverse("web:desk.review_case", args=[case.pk]),
        "queue_url": reverse("web:desk.review")
        + "?queue="
        + ("mine" if case.state == State.REVIEW else "waiting"),
    }


def _standing(file: ReviewFile) -> str:
    """In words, why this page only shows, for whom it is not theirs."""
    case = file.case
    if case.state == State.REVIEW:
        return f"这件申请由{case.reviewer_name}认领（{cn_datetime(case.claimed_at)}），您可以查看，不能办理。"
    if case.state == State.SUBMITTED:
        again = f"，原审核人{case.reviewer_name}" if case.round > 1 and case.reviewer_name else ""
        return f"这件申请还没有人认领{again}。领取后才能给出结论。"
    return f"这件申请现在是“{STATE_NAMES[State(case.state)]}”，这里只供查看。"


def _current(file: ReviewFile, item: str) -> Any:
    """The checklist line shown: asked for, else the first without a verdict, else the first with pages."""
    asked = next((x for x in file.lines if x.key == item), None)
    return asked or next(iter(file.undecided), None) or next(iter(file.lines), None)


def _tab(file: ReviewFile, line: Any, current: Any) -> dict[str, Any]:
    verdict = file.verdicts.get(line.key)
    word, cls, icon = VERDICT_WORDS[verdict.verdict] if verdict else ("没有给出结论", "", "dot")
    pages = file.facts.pages.get(line.key, 0)
    return {
        "key": line.key,
        "name": short_name(line.item.name),
        "word": word,
        "cls": cls,
        "icon": icon,
        "verdict": verdict.verdict if verdict else "",
        "note": verdict.note if verdict else "",
        "pages": pages,
        "exempt": line.exempt,
        "why": line.item.why,
        "current": current is not None and line.key == current.key,
    }


def _viewer(file: ReviewFile, line: Any, number: str) -> dict[str, Any]:
    """The images of one item. Pages are plain links too; a PDF is shown by the browser."""
    if line is None:
        return {"pages": [], "name": "", "key": ""}
    rows = file.pages.get(line.key, [])
    at = min(max(int(number) if number.isdigit() else 1, 1), max(len(rows), 1))
    return {
        "key": line.key,
        "name": short_name(line.item.name),
        "exempt": line.exempt,
        "at": at,
        "pages": [
            {
                "n": n,
                "url": image_url(file.case.pk, row.pk),
                "thumb": image_url(file.case.pk, row.pk, "thumb"),
                "pdf": row.mime == "application/pdf",
                "label": f"{line.item.name}第{n}页",
                "width": row.width or 1240,
                "height": row.height or 1754,
                "current": n == at,
            }
            for n, row in enumerate(rows, 1)
        ],
        "previous": at - 1 if at > 1 else 0,
        "next": at + 1 if at < len(rows) else 0,
    }


def _without_numbers(row: sheet.Row) -> tuple[str | None, ...]:
    if not row.label.endswith("证件号"):
        return row.values
    return tuple(v and mask_document_number(v) for v in row.values)


def _compared(file: ReviewFile, *, whole: bool) -> dict[str, Any]:
    """The comparison as a table. Identity numbers stand in it `whole` for the reviewer who holds them against the
    images, and masked for whoever else looks at the case; what differs is said either way."""
    rows = []
    keys = {code: key for key in file.pages for code in (key.split("-")[0],)}
    for row in sheet.comparison(file):
        item = keys.get(row.item, "")
        url = f"?{urlencode({'item': item})}#viewer" if item else ""
        rows.append(
            {
                "label": row.label,
                "values": row.values if whole else _without_numbers(row),
                "verdict": row.verdict,
                "url": url,
                "reference": _reference(row),
            }
        )
    differing = [r for r in rows if r["verdict"] == "differ"]
    filing = file.facts.filing
    missing = file.facts.registration.needs_contract and filing is None
    return {
        "columns": sheet.COLUMNS,
        "differing": differing,
        "matching": [r for r in rows if r["verdict"] != "differ"],
        "same_count": sum(r["verdict"] == "same" for r in rows),
        "housing_missing": missing,
        "filing": filing,
    }


def _reference(row: sheet.Row) -> int:
    """The source the others are held against: the housing push, else the book."""
    return (
        max(i for i, v in enumerate(row.values) if v is not None)
        if any(v is not None for v in row.values)
        else 0
    )
