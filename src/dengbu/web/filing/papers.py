"""One paper of an application, as its other parties see it: their own to add and replace, the others' to look at."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from dengbu.cases import hand_ins
from dengbu.cases.actions.materials import NOT_YOUR_PAPER, may_change
from dengbu.cases.facts import Line
from dengbu.cases.lifecycle import State
from dengbu.core import clock
from dengbu.core.refusals import NotPermitted

from .drafts import Draft, open_draft
from .evidence import handle
from .portals import Portal, everywhere
from .undertaken import undertaken_paper

CLOSED = "这项材料现在只能查看。"


@everywhere(
    "cases/<uuid:docket_id>/papers/<str:item>/",
    name="case.paper",
    sql=13,
    unlike={"dev": 12},
    example="invited_item",
    methods=("GET", "POST"),
)
def paper(request: HttpRequest, portal: Portal, docket_id: uuid.UUID, item: str) -> HttpResponse:
    """A paper of a case: its pages; and for a party whose own paper it is the way to add and replace them, before it
    confirms and when a correction asks for it. A stranger finds no such page."""
    try:
        draft = open_draft(request, portal, docket_id)
    except NotPermitted:
        raise Http404 from None
    if draft.case.state == State.DRAFT:
        raise Http404
    if item.startswith(hand_ins.PREFIX):
        return undertaken_paper(request, draft, item)
    lines = draft.facts.checklist(draft.book, clock.now())
    line = next((x for x in lines if x.key == item and not x.item.generated), None)
    if line is None:
        raise Http404
    may = may_change(draft.facts, line, draft.actor)
    if request.method == "POST" and not may:
        raise NotPermitted("application.file", NOT_YOUR_PAPER)
    back, words = _back(draft)
    around = {
        "open": may,
        "back_url": back,
        "back_words": words,
        "on_url": back,
        "on_words": f"返回{words}",
        "closed": CLOSED,
    }
    return handle(request, draft, line, around)


def _back(draft: Draft) -> tuple[str, str]:
    """Where the page was opened from: the confirmation, the corrections, or the case."""
    token = next((p.invite_token for p in draft.own.mine(draft.actor) if p.invite_token), None)
    if draft.case.state == State.AWAITING and token:
        return draft.portal.url("confirm", token), "核对确认"
    if draft.in_correction:
        return draft.url("case.fix"), "补正列表"
    return draft.url("case"), "办件"


def paper_rows(draft: Draft) -> list[dict[str, Any]]:
    """The papers of a case as one of its parties sees them: own ones first, with what is still to be uploaded."""
    rows = [
        _row(draft, line)
        for line in draft.facts.checklist(draft.book, clock.now())
        if not line.item.generated
    ]
    return sorted(rows, key=lambda row: not row["open"])


def _row(draft: Draft, line: Line) -> dict[str, Any]:
    count = draft.facts.pages.get(line.key, 0)
    mine = may_change(draft.facts, line, draft.actor)
    state: Mapping[str, str] = {"state": f"已上传 {count} 页", "tone": "plain"}
    if line.exempt and not count:
        state = {"state": "可免交", "tone": "plain"}
    elif not count and not line.to_upload:
        state = {"state": "选交", "tone": "neutral"}
    elif not count:
        state = {"state": "请您上传" if mine else "未上传", "tone": "fix" if mine else "neutral"}
    return {
        "item": line.item,
        "open": mine,
        "url": draft.url("case.paper", line.key) if count or (mine and not line.exempt) else "",
        "text": line.exempt or (line.item.why if mine else ""),
        **state,
    }
