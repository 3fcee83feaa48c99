"""What a caller of the API is told when something does not work: one envelope, every problem with field and remedy.

`{"outcome": "refused", "problems": [{"code", "field", "message", "remedy"}]}`; never a trace, never a name or number.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterable
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from dengbu.contracts.wire import Answer, Problem
from dengbu.core.ids import short_code
from dengbu.core.refusals import Refusal, Refused

log = structlog.get_logger("dengbu.api")

_TOO_LARGE = Refusal("BODY_TOO_LARGE", "消息过大", "请每条消息只推送一份，不超过 256 KB。", field="$")
_STATUS = {"BODY_TOO_LARGE": 413}


def answer(problems: Iterable[Refusal], status: int) -> HttpResponse:
    """The envelope."""
    said = Answer(outcome="refused", problems=tuple(Problem.of(item) for item in problems))
    return raw(said.model_dump_json(), status)


def raw(content: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(content, status=status, content_type="application/json; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def document(content: dict[str, Any], status: int = 200) -> HttpResponse:
    return raw(json.dumps(content, ensure_ascii=False), status)


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Every reason at once, under the status of the refusal."""
    statuses = [_STATUS.get(item.code, error.status) for item in error.refusals]
    return answer(error.refusals, statuses[0])


def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return answer([_TOO_LARGE], 413)


def bad_parameters(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A parameter that is missing or has another form than the interface says."""
    names = sorted({str(item["loc"][-1])[:40] for item in error.errors})
    found = [
        Refusal("PARAMETER_FORM", f"参数 {name} 缺少或写法不符", "请核对接口说明后重新请求。", field=name)
        for name in names
    ]
    return answer(found, 422)


def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    found = Refusal("REQUEST_NOT_TAKEN", "这次请求不能受理", "请核对接口说明后重新请求。", field="$")
    return answer([found], error.status_code)


def bad_request(request: HttpRequest) -> HttpResponse:
    found = Refusal("REQUEST_FORM", "请求的写法不符合 HTTP 约定", "请核对请求头和地址后重新请求。", field="$")
    return answer([found], 400)


def forbidden(request: HttpRequest) -> HttpResponse:
    found = Refusal("ACCESS_FORBIDDEN", "贵单位没有使用这个接口的权限", "请与登记中心联系开通。", field="$")
    return answer([found], 403)


def not_found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    found = Refusal("ADDRESS_UNKNOWN", "没有这个接口地址", "接口清单见 /api/v1/openapi.json。", field="$")
    return answer([found], 404)


def not_allowed(response: HttpResponse) -> HttpResponse:
    """405 in our envelope, with the methods that are allowed."""
    allowed = response["Allow"]
    found = Refusal("METHOD_NOT_ALLOWED", f"这个地址只接受 {allowed}", "请核对接口说明。", field="$")
    told = answer([found], 405)
    told["Allow"] = allowed
    return told


def server_error(request: HttpRequest, error: BaseException | None = None) -> HttpResponse:
    """Something of ours failed: nothing was kept. 503 where the database did not answer (ask again), else 500."""
    error = error or sys.exc_info()[1]
    number = f"E-{short_code(6)}"
    # The class and the place only: messages of the database may quote what was sent.
    frames = traceback.extract_tb(error.__traceback__) if error else []
    where = [f"{frame.filename}:{frame.lineno}" for frame in frames[-4:]]
    log.error("api_fault", error=type(error).__name__, where=where, error_number=number)
    unreachable = isinstance(error, DatabaseError)
    found = Refusal(
        "REGISTRY_UNAVAILABLE" if unreachable else "REGISTRY_FAULT",
        "登记平台暂时不能处理这次请求，没有保存任何内容",
        f"请稍后重新请求；仍不能办理的，请联系登记中心并提供编号 {number}。",
        field="$",
    )
    status = 503 if unreachable else 500
    if "/restrictions/" in request.path:
        # Never mistaken for "none": a caller who cannot see the book knows nothing of restrictions.
        problem = Problem.of(found).model_dump()
        response = document({"answer": "failed", "outcome": "refused", "problems": [problem]}, 503)
    else:
        response = answer([found], status)
    if status == 503:
        response["Retry-After"] = "5"
    response["X-Error-Number"] = number
    return response
