"""What every page knows: the office, who is looking, the switches for elder mode and high contrast."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from dengbu.core import clock
from dengbu.core.acts import ANONYMOUS, Actor
from dengbu.parties.permissions import POSTS
from dengbu.parties.queries import home_of

PORTALS = ("/bank/", "/dev/")


def _home(request: HttpRequest, actor: Actor) -> str:
    """Where the viewer's own pages begin. A statement only for an organisation's operator outside of its portal."""
    for portal in PORTALS:
        if actor.organisation_id and request.path.startswith(portal):
            return portal
    return home_of(actor)


def shared(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", ANONYMOUS)
    kind = "visitor"
    if actor.is_staff:
        kind = "staff"
    elif actor.organisation_id:
        kind = "organisation"
    elif actor.person_id:
        kind = "person"
    return {
        "office": settings.OFFICE,
        "viewer": {
            "is_authenticated": bool(actor.key),
            "name": actor.name,
            "name_masked": actor.name[:1] + "*" if actor.name else "",
            "kind": kind,
            "staff_number": actor.staff_number,
            "home": SimpleLazyObject(lambda: _home(request, actor)),
            "posts": [POSTS[p].name for p in sorted(actor.posts) if p in POSTS],
            "permissions": actor.permissions,
        },
        "mode": "elder" if request.COOKIES.get("mode") == "elder" else "",
        "contrast": "high" if request.COOKIES.get("contrast") == "high" else "",
        "training": settings.ENV in ("demo", "training"),
        "env": settings.ENV,
        "now": clock.now(),
        "today": clock.today(),
    }
