"""Pages that say what went wrong: what happened, what is safe, what to do, and a number for the help desk. No trace."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.core.ids import short_code
from dengbu.core.refusals import NotPermitted, Refusal, Refused
from dengbu.parties.permissions import posts_for


def _page(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    number = f"E-{short_code(6)}"
    response = render(request, f"errors/{template}.html", {"error_number": number, **context}, status=status)
    response["X-Error-Number"] = number
    return response


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """403 names the post that may; 409 says who was first; 422 gives every reason."""
    back = getattr(request, "return_url", "")  # a view says where its page is
    if isinstance(error, NotPermitted):
        posts = posts_for(error.permission)
        # Where the post is named, the general sentence says nothing more.
        said = [r for r in error.refusals if not posts or r.code != "ACT_NOT_PERMITTED"]
        return _page(request, "403", 403, needed_posts=posts, refusals=said, return_url=back)
    return _page(request, str(error.status), error.status, refusals=error.refusals, return_url=back)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "400", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "403", 403, needed_posts=[], refusals=())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "404", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, "500", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is too old or came from elsewhere: nothing was done, go back and send it again."""
    return _page(
        request,
        "403",
        403,
        needed_posts=[],
        heading="这次提交没有生效",
        refusals=(
            Refusal(
                "WEB_FORM_TOO_OLD",
                "这个页面停留得太久，这次提交没有生效。",
                "请返回上一页刷新后再提交，填写的内容还在。",
            ),
        ),
    )


def locked_out(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any
) -> HttpResponse:
    return _page(
        request,
        "422",
        429,
        heading="暂时不能登录",
        refusals=(
            Refusal(
                "WEB_LOGIN_LOCKED", "密码连续输错5次，账号已暂时锁定。", "请15分钟后再试，或联系系统管理员。"
            ),
        ),
    )


def method_not_allowed(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse:
    response = _page(request, "400", 405)
    response["Allow"] = ", ".join(methods)
    return response
