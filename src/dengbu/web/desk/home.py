"""/desk/: what waits, by post."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dengbu.cases.queries.desk import find_case
from dengbu.core.acts import Actor
from dengbu.core.refusals import NotPermitted, Refusal
from dengbu.parties.permissions import POSTS

from ..pages import LOGIN, page
from .register import found_at
from .shell import desk, see_other

NOT_STAFF = Refusal("DESK_STAFF_ONLY", "登记工作台只供登记中心的工作人员使用。", "申请和查进度请从首页进入。")


@page("desk/", name="desk.home", surface="staff", needs=LOGIN, sql=4, example="staff")
def home(request: HttpRequest) -> HttpResponse:
    """The queues of one's posts, each with how many cases lie in it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.is_staff:
        raise NotPermitted("case.see", NOT_STAFF)
    posts = "、".join(POSTS[p].name for p in sorted(actor.posts) if p in POSTS)
    return desk(request, "desk/home.html", {"posts": posts})


@page("desk/search/", name="desk.search", surface="staff", needs="case.see", sql=4, example="staff")
def search(request: HttpRequest) -> HttpResponse:
    """The field at the top of every desk: a case by any of its numbers, or a unit of the book."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    typed = request.GET.get("q", "").strip()
    case = find_case(typed) if typed else None
    if case is not None:
        return see_other("desk.review_case", case)
    leads_to = found_at(typed) if typed and actor.may("register.query") else None
    if leads_to:
        return see_other(*leads_to)
    refusal = Refusal(
        "SEARCH_NOT_FOUND",
        f"没有找到“{typed[:40]}”。",
        "请核对完整的编号：办件编号、预审编号、短码、受理编号、不动产单元号或证号。",
        "",
        "q",
    )
    return desk(
        request,
        "desk/search.html",
        {"q": typed, "refusals": [refusal] if typed else []},
        status=422 if typed else 200,
    )
