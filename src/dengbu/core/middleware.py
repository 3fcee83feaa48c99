"""Around every request: a request id in the log, and pages that read run in a READ ONLY transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from . import acts, clock, sights
from .ids import uuid7

log = structlog.get_logger("dengbu.http")
READS = {"GET", "HEAD"}


def begin_request() -> str:
    """A request id, bound to every log line from here on."""
    request_id = uuid7().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id


def log_request(method: str, route: str, status: int, started: float) -> None:
    """The one line of a request; `started` by `clock.monotonic`."""
    took = round((clock.monotonic() - started) * 1000, 1)
    log.info("request", method=method, route=route, status=status, ms=took)


class RequestLog:
    """Bind a request id, log one line per request: method, route, status, milliseconds. No query strings, no names."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = begin_request()
        request.request_id = request_id  # type: ignore[attr-defined]
        started = clock.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        log_request(request.method or "", match.route if match else "", response.status_code, started)
        response["X-Request-Id"] = request_id
        return response


class ReadOnlyReads:
    """The view of a GET or HEAD runs in a READ ONLY transaction: a read that writes is an error.

    A view marked `may_write_on_get` (a provider's return address) is the named exception. Sights noted during any
    view are written by one INSERT before the answer is sent; if that fails, no data is shown.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sights.start()
        response = self.get_response(request)
        if response.status_code < 500:
            sights.write(getattr(request, "actor", acts.ANONYMOUS))
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method not in READS or getattr(view, "may_write_on_get", False):
            return None
        with transaction.atomic():
            acts.open_act(
                "",
                f"GET {request.resolver_match.view_name if request.resolver_match else ''}",
                read_only=True,
            )
            return view(request, *args, **kwargs)


def bind_case(number: str, docket_id: uuid.UUID | None = None) -> None:
    """Let the log lines of this request carry the case number."""
    structlog.contextvars.bind_contextvars(case=number)
