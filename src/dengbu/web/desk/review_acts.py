"""What a reviewer does on a case: each is one POST that leads back to the page it came from."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dengbu.cases import sheet
from dengbu.cases.actions import backfills
from dengbu.cases.actions import review as acts
from dengbu.cases.lifecycle import State
from dengbu.cases.models import LedgerRow
from dengbu.cases.queries import desk as queries
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.ids import token
from dengbu.core.qr import qr_svg
from dengbu.core.refusals import Conflict, Refusal
from dengbu.notices.queries import messages_about

from ..pages import page
from .review import identity, saw
from .shell import go_back_to, nowhere, see_other

POST = ("POST",)
NOTICE_STATES = {
    "queued": ("等待发送", "info"),
    "sent": ("短信已送达", "ok"),
    "failed": ("通知未送达，请电话告知申请人", "warn"),
    "in_site": ("已发站内消息", "ok"),
}


def _back(request: HttpRequest, case: uuid.UUID, anchor: str = "", item: str = "") -> HttpResponse:
    return see_other("desk.review_case", case, query=f"?item={quote(item)}" if item else "", anchor=anchor)


@page("desk/review/next/", name="desk.review_next", surface="staff", needs="case.claim", sql=0, methods=POST)
def claim_next(request: HttpRequest) -> HttpResponse:
    """领取下一件: the most urgent one of one's lines, no choosing."""
    go_back_to(request, "desk.review")
    case = acts.claim_next(actor=request.actor)  # type: ignore[attr-defined]
    return (
        _back(request, uuid.UUID(case)) if case else see_other("desk.review", query="?queue=waiting&none=1")
    )


@page(
    "desk/review/<uuid:case>/claim/",
    name="desk.review_claim",
    surface="staff",
    needs="case.claim",
    sql=0,
    methods=POST,
)
def claim(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    go_back_to(request, "desk.review_case", case)
    acts.claim(actor=request.actor, docket_id=case)  # type: ignore[attr-defined]
    return _back(request, case)


@page(
    "desk/review/<uuid:case>/release/",
    name="desk.review_release",
    surface="staff",
    needs="case.claim",
    sql=0,
    methods=POST,
)
def release(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Give the case back to the queue; what was judged so far stays."""
    go_back_to(request, "desk.review_case", case)
    acts.release(actor=request.actor, docket_id=case, reason=request.POST.get("reason", ""))  # type: ignore[attr-defined]
    return see_other("desk.review", query="?queue=waiting")


@page(
    "desk/review/<uuid:case>/verdict/",
    name="desk.review_verdict",
    surface="staff",
    needs="case.review",
    sql=0,
    methods=POST,
)
def verdict(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """A verdict on one item; then the next one without a verdict."""
    item = request.POST.get("item", "")
    request.return_url = reverse("web:desk.review_case", args=[case]) + f"?item={quote(item)}"  # type: ignore[attr-defined]
    acts.give_verdict(
        actor=request.actor,  # type: ignore[attr-defined]
        docket_id=case,
        item=item,
        verdict=request.POST.get("verdict", ""),
        note=request.POST.get("note", "").strip(),
    )
    file = queries.review_file(case, clock.now())
    left = [line.key for line in file.undecided] if file else []
    order = [line.key for line in file.lines] if file else []
    after = order[order.index(item) + 1 :] if item in order else []
    return _back(request, case, "judge", next((k for k in [*after, *left] if k in left), item))


@page(
    "desk/review/<uuid:case>/restrictions/",
    name="desk.review_restrictions",
    surface="staff",
    needs="register.query",
    sql=0,
    methods=POST,
)
def restrictions(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Ask the book for restrictions on house and land, now."""
    go_back_to(request, "desk.review_case", case)
    acts.query_restrictions(actor=request.actor, docket_id=case)  # type: ignore[attr-defined]
    return _back(request, case, "p3", request.POST.get("item", ""))


@page(
    "desk/review/<uuid:case>/decide/",
    name="desk.review_decide",
    surface="staff",
    needs="case.review",
    sql=0,
    methods=POST,
)
def decide(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Decide what the law leaves to the officer; the book is asked again at once, under the decision."""
    go_back_to(request, "desk.review_case", case)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    acts.decide_by_officer(
        actor=actor,
        docket_id=case,
        obstacle=request.POST.get("obstacle", ""),
        reason=request.POST.get("reason", ""),
    )
    acts.query_restrictions(actor=actor, docket_id=case)
    return _back(request, case, "p3")


@page(
    "desk/review/<uuid:case>/signing/",
    name="desk.review_signing",
    surface="staff",
    needs="case.review",
    sql=0,
    methods=POST,
)
def signing(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Adopt a face-signing or an inspection that was done online, or send two officers out."""
    go_back_to(request, "desk.review_case", case)
    if request.POST.get("kind") == "send_out":
        acts.send_out_inspection(actor=request.actor, docket_id=case)  # type: ignore[attr-defined]
        return _back(request, case, "p4")
    acts.record_face_signing(
        actor=request.actor,  # type: ignore[attr-defined]
        docket_id=case,
        kind=request.POST.get("kind", ""),
        evidence=request.POST.get("evidence", ""),
    )
    return _back(request, case, "p4")


@page(
    "desk/review/<uuid:case>/backfill/",
    name="desk.review_backfill",
    surface="staff",
    needs="case.review",
    sql=0,
    methods=POST,
)
def backfill(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Wait for an old right that is not in the book (`what`), or go on without it after 不能补录 (`reason`)."""
    go_back_to(request, "desk.review_case", case)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if "reason" in request.POST:
        backfills.go_on(actor=actor, docket_id=case, reason=request.POST["reason"])
    else:
        backfills.wait_for_backfill(actor=actor, docket_id=case, what=request.POST.get("what", ""))
    return _back(request, case, "p3")


@page(
    "desk/review/<uuid:case>/pass/",
    name="desk.review_pass",
    surface="staff",
    needs="case.review",
    sql=17,
    example="under_review",
    methods=("GET", "POST"),
)
def pass_page(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Before passing: what happens then. POST passes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    go_back_to(request, "desk.review_case", case)
    if request.method == "POST":
        acts.pass_case(actor=actor, docket_id=case, key=request.POST.get("key") or token())
        return see_other("desk.review_passed", case)
    now = clock.now()
    file = held(request, case)
    return render(
        request,
        "desk/review_pass.html",
        {
            **identity(file, now),
            "hindrances": nowhere(sheet.hinders_pass(file, sheet.judge(file, now), now)),
            "valid_days": file.facts.policy.pass_valid_days,
            "file": file,
            "key": token(),
        },
    )


def held(request: HttpRequest, case: uuid.UUID) -> queries.ReviewFile:
    """The file of a case in one's own hands. Raises Conflict where it is not, naming the holder."""
    file = queries.review_file(case, clock.now())
    if file is None:
        raise Http404
    saw(file)
    if file.case.state != State.REVIEW:
        raise Conflict(Refusal("CASE_MOVED_ON", "这件申请已不在审核中。", "请刷新页面，看看办到了哪一步。"))
    if file.case.reviewer_id != request.actor.user_id:  # type: ignore[attr-defined]
        raise Conflict(
            Refusal("CASE_TAKEN", f"这件申请由{file.case.reviewer_name}认领。", "您可以查看，不能办理。")
        )
    return file


@page(
    "desk/review/<uuid:case>/passed/",
    name="desk.review_passed",
    surface="staff",
    needs="case.see",
    sql=19,
    example="preapproved",
)
def passed(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """After passing: QR code, short code, the row of the ledger, and whether the applicant was told."""
    now = clock.now()
    file = queries.review_file(case, now)
    if file is None or not file.case.token:
        raise Http404
    saw(file)
    row = LedgerRow.objects.filter(docket_id=case, result="passed").order_by("-pk").first()
    told = [
        {
            "text": m.text,
            "at": m.sent_at or m.made_at,
            "word": NOTICE_STATES[m.state][0],
            "tone": NOTICE_STATES[m.state][1],
        }
        for m in messages_about(case)
        if m.template == "passed"
    ]
    address = f"{settings.BASE_URL}/q/{file.case.token}"
    return render(
        request,
        "desk/review_passed.html",
        {
            **identity(file, now),
            "qr": qr_svg(address, 264),
            "address": address,
            "row": row,
            "told": told,
            "file": file,
        },
    )
