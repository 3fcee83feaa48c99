"""网上补交: a paper undertaken at acceptance (容缺受理), handed in from the applicant's own page in versions.

Each version is checked as it was handed in: accepted (the undertaking is kept) or returned with a reason, and the last
day does not move. Until one is accepted its pages stand on no list. 国办发〔2020〕42号.
"""

from __future__ import annotations

import uuid
from typing import Final, Protocol

from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal

from . import undertakings as law
from .facts import CaseFacts, Line, is_party, writes
from .models import HandIn, Undertaking

PREFIX: Final = "U-"  # before the item of the paper: the key its pages lie under until they are accepted
ACCEPTED, RETURNED, TAKEN_BACK, OVER = "accepted", "returned", "taken_back", "over"
OUTCOME_NAMES: Final = {
    "": "待核验",
    ACCEPTED: "核验通过",
    RETURNED: "已退回",
    TAKEN_BACK: "交的人撤回",
    OVER: "未再核验",
}


class _Settled(Protocol):
    @property
    def outcome(self) -> str: ...


def key(one: Undertaking) -> str:
    """What the pages of an undertaken paper lie under until they are accepted."""
    return f"{PREFIX}{one.item}"


def owed(docket_id: uuid.UUID, item: str) -> Undertaking | None:
    """The undertaking whose paper a key means, as long as nothing came of it. One statement, none for another key."""
    if not item.startswith(PREFIX):
        return None
    found = Undertaking.objects.filter(docket_id=docket_id, item=item.removeprefix(PREFIX), outcome="")
    return found.first()


def line(found: CaseFacts, one: Undertaking) -> Line | None:
    """The paper as a line to upload; None where the policy does not know it."""
    item = found.policy.item(one.item.split("-")[0])
    return Line(key(one), item.model_copy(update={"name": one.name})) if item is not None else None


def newest(one: Undertaking) -> HandIn | None:
    """The version handed in last. One statement."""
    return HandIn.objects.filter(undertaking=one).order_by("-version").first()


def may_bring(found: CaseFacts, one: Undertaking, actor: Actor) -> bool:
    """Whether somebody may hand it in on line: who undertook it, or their agent, and who filed. Staff receive it at
    the window."""
    if actor.is_staff:
        return False
    if not found.case.filed_for_by_staff and writes(found.case, actor):
        return True
    return any(p.number_index == one.number_index and is_party(p, actor) for p in found.parties)


def why_not_upload(one: Undertaking, last: _Settled | None) -> list[Refusal]:
    """Everything against changing its pages now: before and after its last day they may be, not while they are checked."""
    if wrong := law.running(one):
        return wrong
    if one.kind != law.LATER:
        return [Refusal("HAND_IN_NOTHING", "这项承诺由登记机构核查，不用再交材料。", "请等待核查结果。")]
    if last is not None and not last.outcome:
        return [
            Refusal(
                "HAND_IN_UNDER_CHECK",
                f"“{one.name}”已经交来，正在核验，现在不能改。",
                "要换一版的，请先撤回，改好后再交。",
                "",
                "hand_in",
            )
        ]
    return []


def why_not_hand_in(one: Undertaking, last: HandIn | None, pages: dict[str, str]) -> list[Refusal]:
    """Everything against handing in these pages: there are some, and not those that were returned."""
    if wrong := why_not_upload(one, last):
        return wrong
    if not pages:
        return [
            Refusal("HAND_IN_EMPTY", f"还没有上传“{one.name}”。", "请先上传，再交来核验。", "", "hand_in")
        ]
    if last is not None and last.outcome == RETURNED and last.pages == pages:
        return [
            Refusal(
                "HAND_IN_SAME",
                "这些影像和退回的那一版一样。",
                "请按退回的原因重新上传，再交来核验。",
                "",
                "hand_in",
            )
        ]
    return []


def why_not_decide(last: HandIn | None, version: int) -> list[Refusal]:
    """Everything against deciding on a version: it is the one that waits, not one that came before or since."""
    if last is None or last.outcome or last.version != version:
        return [
            Refusal(
                "HAND_IN_OTHER_VERSION",
                f"第{version}版已经撤回、换了新的一版，或者已经核验。",
                "请刷新页面，看现在的一版再办理。",
            )
        ]
    return []
