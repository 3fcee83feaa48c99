"""The API, version 1: routers, errors, and its description at /api/v1/openapi.json (no page of it: it would need a CDN)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from pydantic.json_schema import models_json_schema

from dengbu.contracts.wire import FilingPush, ReviewPush
from dengbu.core.refusals import Refused

from . import errors, housing, payments, restrictions


class Api(NinjaAPI):
    """Ninja, with the pushed messages among the schemas: they are read from raw bytes, so Ninja does not see them."""

    _described: OpenAPISchema | None = None

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        if self._described is None:
            schema = super().get_openapi_schema(**options)
            _, found = models_json_schema(
                [(FilingPush, "validation"), (ReviewPush, "validation")],
                ref_template="#/components/schemas/{model}",
            )
            schema["components"]["schemas"].update(found["$defs"])
            self._described = schema
        return self._described


api = Api(
    title="不动产登记平台接口",
    version="1.0.0",
    description="房管部门推送、限制查询、支付通知。签名规则见 docs/exchange/housing.md。",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api:v1",
)
api.add_router("/housing/", housing.router)
api.add_router("/restrictions/", restrictions.router)
api.add_router("/payments/", payments.router)
_HANDLERS: dict[type[Exception], Callable[..., HttpResponse]] = {
    Refused: errors.refused,
    RequestDataTooBig: errors.too_large,
    ValidationError: errors.bad_parameters,
    HttpError: errors.http_error,
    Http404: errors.not_found,
    Exception: errors.server_error,
}
for kind, handler in _HANDLERS.items():
    api.add_exception_handler(kind, handler)


def urlpatterns() -> list[URLPattern | URLResolver]:
    """Ninja's, with our envelope where a method is not allowed."""
    found = api.urls[0]
    for pattern in found:
        if isinstance(pattern, URLPattern) and pattern.name != "openapi-json":
            pattern.callback = _enveloped(pattern.callback)
            if pattern.name == "restrictions":
                # Its one statement reads the book and keeps the question; there is no second to write the log with.
                pattern.callback.may_write_on_get = True  # type: ignore[attr-defined]
    return found


def _enveloped(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        return errors.not_allowed(response) if response.status_code == 405 else response

    return answered
