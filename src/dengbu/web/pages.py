"""The register of pages: every URL with its surface, the right it needs, its SQL budget and an example object.

The rights, query-count and accessibility suites run over `PAGES`; a view without an entry fails a test.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from dengbu.core.refusals import Conflict, NotPermitted, Refused

from . import errors

View = Callable[..., HttpResponse]
PUBLIC, LOGIN = "public", "login"


@dataclass(frozen=True, slots=True)
class Page:
    """One registered URL. `needs` is `public`, `login`, or a permission; `example` names a fixture that yields the
    URL's arguments; `sql` is the number of statements of the GET of that example, exactly (0: it answers POST only)."""

    route: str
    name: str
    surface: str
    needs: str
    sql: int
    example: str
    view: View
    methods: tuple[str, ...]


PAGES: list[Page] = []


def page(
    route: str,
    *,
    name: str,
    surface: str,
    needs: str,
    sql: int,
    example: str = "",
    methods: tuple[str, ...] = ("GET",),
    own_transaction: bool = False,
) -> Callable[[View], View]:
    """Register a view. Wraps it with the login, the permission and the answers to refusals.

    `own_transaction`: the GET does not run in the READ ONLY transaction (health, a provider's return address).
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            asked = "GET" if request.method == "HEAD" else request.method
            if asked not in methods:
                return errors.method_not_allowed(request, methods)
            actor = request.actor  # type: ignore[attr-defined]
            if needs != PUBLIC and not actor.key:
                return to_login(request)
            if needs not in (PUBLIC, LOGIN) and not actor.may(needs):
                return errors.refused(request, NotPermitted(needs))
            try:
                return view(request, *args, **kwargs)
            except (NotPermitted, Conflict, Refused) as refusal:
                return errors.refused(request, refusal)

        guarded.may_write_on_get = own_transaction  # type: ignore[attr-defined]
        PAGES.append(Page(route, name, surface, needs, sql, example, guarded, methods))
        return guarded

    return decorate


def to_login(request: HttpRequest) -> HttpResponse:
    """To the login page and back; a fragment request is sent there as a whole."""
    target = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "/")
    address = f"/login/?{urlencode({'next': target})}"
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)


def urlpatterns() -> list[URLPattern]:
    return [path(p.route, p.view, name=p.name) for p in PAGES]
