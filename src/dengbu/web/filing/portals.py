"""The three portals an application is filed from: the same views under three prefixes, each with its right."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from dengbu.core.acts import Actor
from dengbu.web.pages import page


@dataclass(frozen=True, slots=True)
class Portal:
    """One portal. `frame` is the template its pages extend, `partner` what `partner.html` calls it."""

    key: str
    permission: str
    frame: str
    partner: str
    client: str

    def url(self, name: str, *args: object) -> str:
        return reverse(f"web:{self.key}.{name}", args=args)

    @property
    def home(self) -> str:
        return "/desk/walkin/" if self.key == "desk" else f"/{self.key}/"

    @property
    def place(self) -> str:
        """What the page is called on which one's drafts and cases stand: `home`."""
        return {"my": "我的办件", "desk": "代为录入"}.get(self.key, "首页")

    def context(self, nav: str) -> dict[str, Any]:
        """What the frame of the portal's pages needs."""
        return {"frame": self.frame, "portal": self.partner, "nav_active": nav, "p": self}


MY = Portal("my", "portal.person", "citizen.html", "", "person")
BANK = Portal("bank", "portal.organisation", "partner.html", "bank", "bank")
DEV = Portal("dev", "portal.organisation", "partner.html", "developer", "developer")
PORTALS = (MY, BANK, DEV)
# The desk files for somebody who walked in: the same pages from the task list on; the draft is begun at /desk/walkin/.
DESK = Portal("desk", "case.file_for", "desk/filing.html", "", "person")

PortalView = Callable[..., HttpResponse]


def everywhere(
    route: str,
    *,
    name: str,
    sql: int,
    unlike: Mapping[str, int] | None = None,
    example: str = "",
    methods: tuple[str, ...] = ("GET",),
) -> Callable[[PortalView], PortalView]:
    """Register a view `(request, portal, …)` under every portal: `/my/<route>` as `my.<name>`, and so on.

    `sql`: statements of its GET; `unlike`: by portal, where what is applied for there needs another number.
    """
    numbers = unlike or {}

    def decorate(view: PortalView) -> PortalView:
        for portal in (*PORTALS, DESK) if name.startswith("apply") and name != "apply.start" else PORTALS:
            page(
                f"{portal.key}/{route}",
                name=f"{portal.key}.{name}",
                surface="staff" if portal is DESK else "web",
                needs=portal.permission,
                sql=numbers.get(portal.key, sql),
                example=example,
                methods=methods,
            )(_bound(view, portal))
        return view

    return decorate


def _bound(view: PortalView, portal: Portal) -> PortalView:
    @functools.wraps(view)
    def bound(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, portal, *args, **kwargs)

    return bound


def actor_of(request: HttpRequest) -> Actor:
    """Who is looking. `web.middleware.Viewer` has set it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def see_other(address: str) -> HttpResponse:
    """303: what was posted is done, look here."""
    return HttpResponseRedirect(address, status=303)


def form_key(request: HttpRequest) -> str:
    """The key of the form that was posted (one act per key), or a new one for a form about to be drawn."""
    return request.POST.get("key", "")[:40] or uuid.uuid4().hex


def uuid_or_none(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
