"""Who is looking: the actor of the request, loaded once, outside the read-only transaction of the page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from dengbu.core.acts import ANONYMOUS
from dengbu.parties.queries import actor_of

from .public import sessions


class Viewer:
    """Set `request.actor`. Personal pages are never stored by caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = ANONYMOUS  # type: ignore[attr-defined]
        if (
            not request.path.startswith(("/static/", "/healthz", "/readyz", "/api/"))
            and request.user.is_authenticated
        ):
            request.actor = actor_of(request.user.pk) or ANONYMOUS  # type: ignore[attr-defined]
            if request.actor.key:  # type: ignore[attr-defined]
                sessions.touch(request)
        response = self.get_response(request)
        if request.actor.key:  # type: ignore[attr-defined]
            response.headers.setdefault("Cache-Control", "no-store")
        return response
