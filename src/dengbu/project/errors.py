"""What goes wrong before or outside a view: pages get a page, the API gets JSON."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dengbu.api import errors as api
from dengbu.web import errors as web


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return api.bad_request(request) if _to_api(request) else web.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return api.forbidden(request) if _to_api(request) else web.forbidden(request, exception)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return api.not_found(request) if _to_api(request) else web.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return api.server_error(request) if _to_api(request) else web.server_error(request)


def _to_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
