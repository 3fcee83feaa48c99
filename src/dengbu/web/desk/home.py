"""/desk/: what waits, by post."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dengbu.core.acts import Actor
from dengbu.core.refusals import NotPermitted, Refusal
from dengbu.parties.permissions import POSTS

from ..pages import LOGIN, page
from .shell import desk

NOT_STAFF = Refusal("DESK_STAFF_ONLY", "登记工作台只供登记中心的工作人员使用。", "申请和查进度请从首页进入。")


@page("desk/", name="desk.home", surface="staff", needs=LOGIN, sql=5, example="staff")
def home(request: HttpRequest) -> HttpResponse:
    """The queues of one's posts, each with how many cases lie in it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.is_staff:
        raise NotPermitted("case.see", NOT_STAFF)
    posts = "、".join(POSTS[p].name for p in sorted(actor.posts) if p in POSTS)
    return desk(request, "desk/home.html", {"posts": posts})
