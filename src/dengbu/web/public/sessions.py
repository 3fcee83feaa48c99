"""Sessions: 30 minutes from the last thing done, a fresh key at every log-in, and back to where one came from."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from dengbu.core import clock
from dengbu.core.models import User
from dengbu.parties.actions import log_in
from dengbu.parties.queries import actor_of, home_of

# A session is written again at most once a minute; that is how exact "30 minutes idle" is.
TOUCH_SECONDS = 60
SEEN = "seen"


def _begin(sender: Any, request: HttpRequest, **_: Any) -> None:
    request.session[SEEN] = clock.epoch_seconds()


user_logged_in.connect(_begin, dispatch_uid="dengbu.session_begins")


def touch(request: HttpRequest) -> None:
    """Something was done: the 30 minutes begin anew."""
    now = clock.epoch_seconds()
    if now - int(request.session.get(SEEN, 0)) >= TOUCH_SECONDS:
        request.session[SEEN] = now


def sign_in(request: HttpRequest, user_id: int, how: str) -> str:
    """Log an account in (audit, message to its owner, fresh session key). Returns where it begins."""
    actor = actor_of(user_id)
    if actor is None:
        return "/"
    log_in(actor=actor, user_id=user_id, how=how)
    for name in ("login", "register"):
        request.session.pop(name, None)
    login(request, User.objects.get(pk=user_id), backend="django.contrib.auth.backends.ModelBackend")
    return home_of(actor)


def safe_next(request: HttpRequest, target: str | None) -> str:
    """An address of this site to go on to, or ''."""
    if target and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return ""
