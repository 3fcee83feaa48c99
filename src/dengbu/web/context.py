"""What every page knows: the office, who is looking, the switches for elder mode and high contrast."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from dengbu.core import clock
from dengbu.core.acts import ANONYMOUS


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
            "posts": sorted(actor.posts),
            "permissions": actor.permissions,
        },
        "mode": "elder" if request.COOKIES.get("mode") == "elder" else "",
        "contrast": "high" if request.COOKIES.get("contrast") == "high" else "",
        "training": settings.ENV in ("demo", "training"),
        "env": settings.ENV,
        "now": clock.now(),
        "today": clock.today(),
    }
