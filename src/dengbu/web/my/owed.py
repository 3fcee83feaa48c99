"""What somebody undertook to bring, on the page of a case: how far it is, and the card where it is their turn."""

from __future__ import annotations

from typing import Any

from dengbu.cases import hand_ins
from dengbu.cases.facts import CaseFacts
from dengbu.cases.labels import YOU
from dengbu.cases.models import HandIn, Undertaking
from dengbu.cases.undertakings import LATER, OUTCOME_NAMES
from dengbu.core import clock
from dengbu.core.acts import Actor

from ..filing.portals import Portal
from ..templatetags._text import cn_date


def undertaken(portal: Portal, found: CaseFacts, one: Undertaking, actor: Actor) -> dict[str, Any]:
    """What was undertaken: settled, to be checked by us, handed in and waiting, returned, or still to be handed in."""
    last: HandIn | None = next(iter(one.versions), None)  # type: ignore[attr-defined]
    open_now = not hand_ins.why_not_upload(one, last) and hand_ins.may_bring(found, one, actor)
    waits = last is not None and not last.outcome
    mine = not one.outcome and one.kind == LATER and hand_ins.may_bring(found, one, actor)
    return {
        "one": one,
        "follows": one.kind == LATER,
        "word": OUTCOME_NAMES.get(one.outcome, ""),
        "waits": waits,
        "last": last,
        "returned": last is not None and last.outcome == hand_ins.RETURNED,
        "open": open_now,
        "url": portal.url("case.paper", found.case.pk, hand_ins.key(one)) if mine else "",
    }


def to_hand_in(owed: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The card 现在轮到 where a paper that was undertaken is for the one who looks to hand in; None where none is."""
    first = next((u for u in owed if u["open"]), None)
    if first is None:
        return None
    one, due = first["one"], cn_date(first["one"].due_on)
    over = one.due_on is not None and one.due_on < clock.today()
    text = (
        f"退回的原因：{first['last'].said.rstrip('。')}。"
        if first["returned"]
        else "拍照上传，或者把原件交到登记窗口。"
    )
    return {
        "who": YOU,
        "tone": "fix",
        "title": f"“{one.name}”{due}已到期，请马上补交" if over else f"请在 {due} 前补交“{one.name}”",
        "text": f"{text}核验通过后登簿。",
        "url": first["url"],
        "action": "重新上传" if first["returned"] else "去上传",
        "fixes": [],
    }
