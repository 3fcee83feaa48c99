"""A door for machines: the restriction query answered in front of the web framework (docs/decisions/0009).

Takes over what is plain in every respect, `GET /api/v1/restrictions/<code>` from a known host without a body, and
answers it by the same functions as the view. Everything else goes to the framework, unread.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpResponse
from django.http.request import split_domain_port, validate_host
from django.middleware.security import SecurityMiddleware

from dengbu.core import clock
from dengbu.core.middleware import begin_request, log_request
from dengbu.core.refusals import Refused

from . import auth, errors, restrictions

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

ROUTE = "api/v1/restrictions/<unit_code>"
_PATH = re.compile(r"/api/v1/restrictions/([0-9A-Za-z]{1,40})")
_LONGEST_QUERY = 500
_SIGNED = tuple((name, "HTTP_" + name.upper().replace("-", "_")) for name in auth.HEADERS)
_JSON = ("Content-Type", "application/json; charset=utf-8")
_NOT_STORED = ("Cache-Control", "no-store")


class Door:
    """WSGI: restriction queries here, all other requests to `house`."""

    def __init__(self, house: Wsgi):
        self._house = house
        self._always = _security_headers()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        code = _taken(environ)
        if code is None:
            return self._house(environ, start_response)
        request_id, started = begin_request(), clock.monotonic()
        try:
            status, line, headers, body = _answered(environ, code)
        finally:
            # As at the end of every request of the framework; a connection lent by the pool has gone back already.
            connection.close_if_unusable_or_obsolete()
        log_request("GET", ROUTE, status, started)
        start_response(
            line,
            [*headers, *self._always, ("Content-Length", str(len(body))), ("X-Request-Id", request_id)],
        )
        return [body]


def _taken(environ: dict[str, Any]) -> str | None:
    """The unit code of a plain query, else None: then the framework decides what the request is."""
    if environ["REQUEST_METHOD"] != "GET" or environ.get("SCRIPT_NAME"):
        return None
    path = _PATH.fullmatch(environ["PATH_INFO"])
    query = environ.get("QUERY_STRING", "")
    if path is None or not query.isascii() or len(query) > _LONGEST_QUERY:
        return None
    if environ.get("CONTENT_LENGTH") not in (None, "", "0") or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    domain, _ = split_domain_port(environ.get("HTTP_HOST", ""))
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return None
    if settings.SECURE_SSL_REDIRECT:
        header, secure = _tls_proof()
        if environ.get(header) != secure:
            return None
    return path[1]


def _tls_proof() -> tuple[str, str]:
    """The variable that says a request came over TLS, and what it says then."""
    header: tuple[str, str] | None = getattr(settings, "SECURE_PROXY_SSL_HEADER", None)
    return header or ("wsgi.url_scheme", "https")


_Answer = tuple[int, str, list[tuple[str, str]], bytes]


def _answered(environ: dict[str, Any], code: str) -> _Answer:
    """Never raises: what goes wrong is `failed`, and a question that cannot be kept is not answered."""
    try:
        query = environ.get("QUERY_STRING", "")
        asked = dict(parse_qsl(query, keep_blank_values=True))
        actor = auth.let_in(
            auth.ASK,
            method="GET",
            target=f"{environ['PATH_INFO']}?{query}" if query else environ["PATH_INFO"],
            headers={name: environ.get(key, "") for name, key in _SIGNED},
            body=b"",
        )
        said = restrictions.told(actor, code, asked.get("purpose", ""), asked.get("reference", ""))
        return 200, "200 OK", [_JSON, _NOT_STORED], json.dumps(said, ensure_ascii=False).encode()
    except Refused as refusal:
        return _as_sent(errors.refused(WSGIRequest(environ), refusal))
    except Exception as error:
        return _as_sent(errors.server_error(WSGIRequest(environ), error))


def _as_sent(response: HttpResponse) -> _Answer:
    line = f"{response.status_code} {response.reason_phrase}"
    return response.status_code, line, list(response.items()), response.content


def _security_headers() -> list[tuple[str, str]]:
    """What the framework's security middleware puts on every answer under these settings."""
    request = WSGIRequest(
        {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO()}
        | dict([_tls_proof()])
    )
    bare = HttpResponse()
    dressed: Any = SecurityMiddleware(CSPMiddleware(lambda _: bare))(request)
    return [(name, value) for name, value in dressed.items() if name != "Content-Type"]
