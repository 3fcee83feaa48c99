"""受理后补件: what is missing is asked for once, in writing, with a deadline; the clock stands still until it is here."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Conflict, Refusal, Refused
from dengbu.materials import actions as room
from dengbu.materials.intake import Intake

from ... import rules
from ...models import ClockStop, PendingMatter, Supplement
from ..desk import enter_if_last, open_matter, settle
from ..moving import workdays_from_now
from .shared import in_hand

Kind = rules.Kind
DAYS = (1, 30)  # working days that may be given
MAX_ITEMS = 20
MAX_PAGES = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that is missing, and why it is needed."""

    name: str
    why: str


def material(round: int, number: int) -> str:
    """The item of the evidence room that the pages of one supplement lie under."""
    return f"SUPP{round}-{number}"


@act("cases.ask_supplement", permission="case.settle")
def ask_supplement(
    *, actor: Actor, docket_id: uuid.UUID, items: Sequence[Wanted], days: int, new_fact: str = ""
) -> int:
    """补充材料告知: everything that is missing at once (条例 17), to be brought within `days` working days.

    From tomorrow the days do not count, and nothing is entered before all of it is here. A second notice needs a new
    fact and somebody who may review (domain §4). Gives the round. Raises Refused with all faults, Conflict.
    """
    in_hand(docket_id, actor)
    before = list(PendingMatter.objects.filter(docket_id=docket_id, kind=Kind.SUPPLEMENT.value))
    if any(m.settled_at is None for m in before):
        raise Refused(
            Refusal(
                "SUPPLEMENT_OPEN", "已经发出补充材料告知书，还没有补齐。", "请等待补齐。", "条例17", "items"
            )
        )
    wrong = []
    if not items:
        wrong.append(
            Refusal("SUPPLEMENT_NONE", "请写明要补充的材料。", "一次写全，每行一项。", "条例17", "items")
        )
    if len(items) > MAX_ITEMS:
        wrong.append(Refusal("SUPPLEMENT_MANY", f"一次最多{MAX_ITEMS}项。", "", "条例17", "items"))
    wrong += [
        Refusal(
            "SUPPLEMENT_WHY",
            f"请写明“{x.name or '（没有名称）'}”为什么要补。",
            "每行写“材料名称：原因”，原因不少于5个字。",
            "条例17",
            "items",
        )
        for x in items
        if not 2 <= len(x.name) <= 60 or not 5 <= len(x.why) <= 200
    ]
    if not DAYS[0] <= days <= DAYS[1]:
        wrong.append(Refusal("SUPPLEMENT_DAYS", f"补交期限为{DAYS[0]}到{DAYS[1]}个工作日。", "", "", "days"))
    if before and (len(new_fact.strip()) < 10 or not actor.may("case.second_review")):
        wrong.append(
            Refusal(
                "SUPPLEMENT_AGAIN",
                "补充材料只告知一次，已经告知过。",
                "出现新情况确需再补的，由复审人员写明新情况（不少于10个字）后发出。",
                "条例17",
                "new_fact",
            )
        )
    if wrong:
        raise Refused(wrong)
    due = workdays_from_now(days)
    matter = PendingMatter.objects.create(
        docket_id=docket_id,
        kind=Kind.SUPPLEMENT.value,
        round=len(before) + 1,
        owner=rules.OWNERS[Kind.SUPPLEMENT],
        opened_at=clock.now(),
        due_at=due,
    )
    Supplement.objects.create(
        matter=matter,
        docket_id=docket_id,
        items=[{"name": x.name, "why": x.why} for x in items],
        due_on=clock.local(due).date(),
        new_fact=new_fact.strip()[:300],
        asked_by=actor.name[:80],
        asked_at=clock.now(),
    )
    ClockStop.objects.create(
        docket_id=docket_id,
        reason=Kind.SUPPLEMENT.value,
        from_on=clock.today(),
        stopped_by=actor.name[:80],
    )
    current().note(items=[x.name for x in items], due=str(clock.local(due).date()))
    enqueue("cases.tell", docket_ids=[str(docket_id)], template="supplement")
    return matter.round


def receive_supplement(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    number: int,
    originals: int,
    copies: int,
    scans: Sequence[tuple[Intake, str]],
    key: str | None = None,
) -> str:
    """收到补充材料: one item came in, with its scans; their bytes are kept first. The last one starts the clock again and
    enters the case if nothing else is open. Gives the case's state. Raises Refused, Conflict."""
    kept = [(room.keep(intake), name) for intake, name in scans]
    state: str = _receive(
        actor=actor,
        docket_id=docket_id,
        number=number,
        originals=originals,
        copies=copies,
        kept=kept,
        key=key,
    )
    return state


@act("cases.receive_supplement", permission="case.settle")
def _receive(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    number: int,
    originals: int,
    copies: int,
    kept: Sequence[tuple[room.Kept, str]],
) -> str:
    case = in_hand(docket_id, actor)
    matter = open_matter(docket_id, Kind.SUPPLEMENT)
    asked = Supplement.objects.select_for_update().get(matter=matter)
    if not 1 <= number <= len(asked.items):
        raise Refused(Refusal("SUPPLEMENT_ITEM", "请选择收到的材料。", "请刷新页面。", "", "number"))
    if asked.items[number - 1].get("received_at"):
        raise Conflict(Refusal("SUPPLEMENT_THERE", "这项材料已经收到。", "请刷新页面。"))
    wrong = []
    if originals < 0 or copies < 0 or originals + copies == 0:
        wrong.append(
            Refusal("SUPPLEMENT_COUNT", "请填写收到的原件和复印件份数。", "", "", f"originals-{number}")
        )
    if not kept:
        wrong.append(
            Refusal(
                "SUPPLEMENT_SCAN", "请上传这项材料的影像。", "至少一页，存入案卷。", "", f"files-{number}"
            )
        )
    if wrong:
        raise Refused(wrong)
    item = material(matter.round, number)
    for one, name in kept:
        room.add_page(
            actor=actor,
            docket_id=docket_id,
            item=item,
            kept=one,
            original_name=name,
            max_pages=MAX_PAGES,
            round=case.round,
            names={item: asked.items[number - 1]["name"]},
        )
    asked.items[number - 1] |= {
        "originals": originals,
        "copies": copies,
        "received_at": clock.now().isoformat(),
        "received_by": actor.name,
    }
    asked.save()
    current().note(received=asked.items[number - 1]["name"])
    if all(x.get("received_at") for x in asked.items):
        settle(matter, actor, rules.DONE, f"已补齐{len(asked.items)}项")
        enter_if_last(case, actor)
    return case.state
