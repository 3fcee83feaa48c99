"""Who is looking: the actor of the request, loaded once, outside the read-only transaction of the page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from dengbu.core.acts import ANONYMOUS, Actor
from dengbu.core.models import User
from dengbu.parties.queries import actor_and_password

from .public import sessions


class Viewer:
    """Set `request.actor`. Personal pages are never stored by caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = ANONYMOUS  # type: ignore[attr-defined]
        if not request.path.startswith(("/static/", "/healthz", "/readyz", "/api/")):
            request.actor = _actor(request)  # type: ignore[attr-defined]
            if request.actor.key:  # type: ignore[attr-defined]
                sessions.touch(request)
        response = self.get_response(request)
        if request.actor.key:  # type: ignore[attr-defined]
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _actor(request: HttpRequest) -> Actor:
    """The actor of the session. What `request.user` would ask by a statement of its own comes with the actor: that the
    account is open and its password still the one the session began with.
    """
    session = request.session
    number = str(session.get(SESSION_KEY, ""))
    if not number.isdecimal() or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return ANONYMOUS
    found = actor_and_password(int(number))
    if found is None:
        return ANONYMOUS
    actor, password = found
    if constant_time_compare(
        str(session.get(HASH_SESSION_KEY, "")), User(password=password).get_session_auth_hash()
    ):
        return actor
    # Another password, or an older secret key: Django's own road ends the session or renews its mark.
    return actor if request.user.is_authenticated else ANONYMOUS
