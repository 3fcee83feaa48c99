"""科室负责人: who has which case, release and reassign."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from dengbu.cases.actions.leading import reassign
from dengbu.cases.actions.review import release
from dengbu.cases.lifecycle import STATE_NAMES, State
from dengbu.cases.queries.desk import held_page
from dengbu.core import clock
from dengbu.core.refusals import Refusal, Refused
from dengbu.parties.queries import staff_page

from ..pages import page
from ..templatetags._text import remaining
from .shell import desk, go_back_to, masked, see_other, short_place, type_name

TABS = {
    "review": ("审核中", (State.REVIEW.value,)),
    "resubmitted": ("补正后待审", (State.SUBMITTED.value,)),
    "correcting": ("等待补正", (State.CORRECTION.value,)),
}
POST = ("POST",)


@page("desk/lead/", name="desk.lead", surface="staff", needs="case.release_any", sql=6, example="lead")
def lead(request: HttpRequest) -> HttpResponse:
    """Cases in reviewers' hands, by deadline."""
    tab = request.GET.get("tab", "review")
    tab = tab if tab in TABS else "review"
    rows, after = held_page(TABS[tab][1], request.GET.get("after", ""))
    people, _more = staff_page()
    now = clock.now()
    return desk(
        request,
        "desk/lead.html",
        {
            "tabs": [
                {"text": name, "url": f"?tab={key}", "current": key == tab}
                for key, (name, _states) in TABS.items()
            ],
            "rows": [
                {
                    "id": c.pk,
                    "number": c.docket.number,
                    "type": type_name(c.type_code),
                    "names": masked(c.applicant_names),
                    "location": c.location,
                    "place": short_place(c.location),
                    "left": remaining(c.due_at, now),
                    "late": c.due_at is not None and c.due_at < now,
                    "reviewer": c.reviewer_name,
                    "since": c.claimed_at or c.state_since,
                    "state": STATE_NAMES[State(c.state)],
                    "release": c.state == State.REVIEW,
                    "others": [
                        p
                        for p in people
                        if "review" in p.posts
                        and p.active
                        and p.user_id != c.reviewer_id
                        and (not p.lines or c.line in p.lines)
                    ],
                }
                for c in rows
            ],
            "next_url": f"?{urlencode({'tab': tab, 'after': after})}" if after else "",
        },
        current="desk.lead",
    )


@page(
    "desk/lead/<uuid:case>/release/",
    name="desk.lead_release",
    surface="staff",
    needs="case.release_any",
    sql=0,
    methods=POST,
)
def lead_release(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Take a case from somebody on leave, back to the queue."""
    go_back_to(request, "desk.lead")
    release(actor=request.actor, docket_id=case, reason=request.POST.get("reason", "") or "科室负责人释放")  # type: ignore[attr-defined]
    return see_other("desk.lead")


@page(
    "desk/lead/<uuid:case>/reassign/",
    name="desk.lead_reassign",
    surface="staff",
    needs="case.reassign",
    sql=0,
    methods=POST,
)
def lead_reassign(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Give a case to another reviewer."""
    go_back_to(request, "desk.lead")
    chosen = request.POST.get("reviewer", "")
    if not chosen.isdigit():
        raise Refused(
            Refusal("LEAD_CHOOSE", "还没有选择接手的审核人。", "请从列表里选择一位同事。", "", "reviewer")
        )
    reassign(actor=request.actor, docket_id=case, reviewer_id=int(chosen))  # type: ignore[attr-defined]
    return see_other("desk.lead")
