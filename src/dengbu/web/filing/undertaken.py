"""网上补交: the paper that was undertaken at acceptance, uploaded and handed in from the case's own page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from dengbu.cases import hand_ins as law
from dengbu.cases.actions import hand_ins as acts
from dengbu.cases.actions.materials import NOT_YOUR_PAPER
from dengbu.cases.models import HandIn, Undertaking
from dengbu.core import clock
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused

from ..templatetags._text import cn_date
from .drafts import Draft
from .evidence import handle, refused_page
from .portals import form_key, see_other

SETTLED = Refusal("HAND_IN_SETTLED", "这项承诺已经办结，不用再交。", "请从“我的办件”看办理结果。")


def undertaken_paper(request: HttpRequest, draft: Draft, item: str) -> HttpResponse:
    """The page of an undertaken paper, for who may hand it in: its pages as of any paper, what became of the versions
    before, and the button that hands this one in or takes it back. Raises Http404 for everybody else."""
    one = law.owed(draft.case.pk, item)
    if one is None and request.method == "POST":
        raise Conflict(SETTLED)
    if one is None:
        return see_other(draft.url("case"))  # it is settled: the case says how
    line = law.line(draft.facts, one)
    if line is None or not law.may_bring(draft.facts, one, draft.actor):
        if request.method == "POST":
            raise NotPermitted("application.file", NOT_YOUR_PAPER)
        raise Http404
    last = law.newest(one)
    around = _around(draft, one, last)
    do = request.POST.get("do", "")
    try:
        if do == "hand_in":
            acts.hand_in(
                actor=draft.actor, docket_id=draft.case.pk, undertaking_id=one.pk, key=form_key(request)
            )
            return see_other(draft.url("case"))
        if do == "take_back" and last is not None:
            acts.take_back(
                actor=draft.actor,
                docket_id=draft.case.pk,
                undertaking_id=one.pk,
                version=last.version,
                key=form_key(request),
            )
            return see_other(request.path)
    except Conflict:
        return see_other(request.path)  # decided meanwhile: the page says what became of it
    except Refused as refused:
        return refused_page(request, draft, line, around, refused)
    return handle(request, draft, line, around)


def _around(draft: Draft, one: Undertaking, last: HandIn | None) -> dict[str, Any]:
    waits = last is not None and not last.outcome
    until = cn_date(one.due_on)
    over = one.due_on is not None and one.due_on < clock.today()
    return {
        "open": not law.why_not_upload(one, last),
        "back_url": draft.url("case"),
        "back_words": "办件",
        "on_url": draft.url("case"),
        "on_words": "返回办件",
        "closed": "已经交来，登记机构正在核验，结果会发短信告诉您。",
        "hand_in": {
            "until": until,
            "over": over,
            "waits": waits,
            "title": f"第 {last.version} 版，待核验" if last else "",
            "last": last,
            "returned": last is not None and last.outcome == law.RETURNED,
        },
    }
