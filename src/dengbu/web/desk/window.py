"""What the pages of the windows share: the frame, the way on after an act, what is read of a form."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from dengbu.cases.models import Case
from dengbu.cases.queries.counter import case_with_docket
from dengbu.core import sights
from dengbu.core.acts import Actor
from dengbu.core.middleware import bind_case
from dengbu.core.refusals import Refusal

from .shell import desk


def actor_of(request: HttpRequest) -> Actor:
    """Who works here. `web.middleware.Viewer` has set it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def show(
    request: HttpRequest,
    template: str,
    *,
    at: str,
    refusals: Iterable[Refusal] = (),
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page of the workbench; with refusals it answers 422 unless told otherwise."""
    found = tuple(refusals)
    if found and status == 200:
        status = 422
    context |= {"refusals": found, "key": uuid.uuid4().hex}
    return desk(request, template, context, current=at, status=status)


def see_other(name: str, *arguments: Any, anchor: str = "", **query: str) -> HttpResponse:
    """303: it is done, look here."""
    text = f"?{urlencode(query)}" if query else ""
    mark = f"#{anchor}" if anchor else ""
    return HttpResponseRedirect(f"{reverse(f'web:{name}', args=arguments)}{text}{mark}", status=303)


def case_or_404(docket_id: uuid.UUID, *, purpose: str = "") -> Case:
    """The case, its number in the log of the request; with a purpose the sight of its personal data is noted."""
    case = case_with_docket(docket_id)
    if case is None:
        raise Http404
    bind_case(case.docket.number, case.pk)
    if purpose:
        sights.saw("case", case.docket.number, docket_id=case.pk, purpose=purpose)
    return case


def form_key(request: HttpRequest) -> str | None:
    """The key of the form that was posted: one act per key."""
    return request.POST.get("key", "")[:40] or None


def count_of(text: str) -> int:
    """How many were handed in; what is no number counts as -1, which the act refuses."""
    cleaned = text.strip()
    return int(cleaned) if cleaned.isdecimal() and len(cleaned) <= 4 else -1
