"""公告: it ends by itself; whoever objected before its end is heard and decided on before anything is entered (细则 17)."""

from __future__ import annotations

import datetime as dt
import uuid

from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Refusal, Refused

from ... import rules
from ...models import PHONE_PURPOSE, Objection, PendingMatter, PublicNotice
from ..desk import NONE, enter_if_last, open_matter, settle
from ..moving import workdays_from_now
from .shared import in_hand, long_enough, other_hands

Kind = rules.Kind
OBJECTION_DAYS = 5  # working days to decide in; the office's own
AT_ONCE = 200


def ended_notices() -> list[uuid.UUID]:
    """Dockets whose notice is over and not settled yet, oldest first."""
    over = PendingMatter.objects.filter(
        kind=Kind.NOTICE.value,
        settled_at__isnull=True,
        due_at__lt=clock.now(),
        docket__case__state="accepted",
    )
    return list(over.order_by("due_at", "docket_id").values_list("docket_id", flat=True)[:AT_ONCE])


@act("cases.end_notice", permission="case.settle")
def end_notice(*, actor: Actor, docket_id: uuid.UUID) -> str:
    """公告期满: settled by an officer after the last day, or by the job at noon of the working day after it.

    An objection of the period is a matter of its own and goes on waiting. Gives the case's state. Raises Refused while
    the notice runs.
    """
    case = in_hand(docket_id, actor)
    matter = open_matter(docket_id, Kind.NOTICE)
    notice = PublicNotice.objects.get(matter=matter)
    if clock.today() <= notice.until_on:
        raise Refused(
            Refusal(
                "NOTICE_RUNNING",
                f"公告还没有期满，最后一天是{notice.until_on:%Y年%-m月%-d日}。",
                "期满后会自动办结；这之前收到异议的，请登记异议。",
                "实施细则17",
                "matters",
            )
        )
    settle(matter, actor, rules.DONE, f"{notice.number} 公告期满", last_day=notice.until_on)
    enter_if_last(case, actor)
    return case.state


@act("cases.record_objection", permission="case.settle")
def record_objection(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    objector: str,
    grounds: str,
    phone: str = "",
    received_on: dt.date | None = None,
) -> int:
    """公告异议: somebody objected in writing during the notice. Nothing is entered until it is decided.

    It may be written down after the end, if it arrived before. Gives the number of the matter. Raises Refused.
    """
    in_hand(docket_id, actor)
    notice = PublicNotice.objects.filter(docket_id=docket_id).order_by("-pk").first()
    if notice is None:
        raise Refused(NONE)
    received = received_on or clock.today()
    wrong = []
    if not 2 <= len(objector.strip()) <= 100:
        wrong.append(Refusal("OBJECTION_WHO", "请填写异议人的姓名或名称。", "", "实施细则17", "objector"))
    if len(grounds.strip()) < 10:
        wrong.append(
            Refusal(
                "OBJECTION_GROUNDS", "请写明异议的内容和理由。", "不少于10个字。", "实施细则17", "grounds"
            )
        )
    if not notice.from_on <= received <= min(notice.until_on, clock.today()):
        wrong.append(
            Refusal(
                "OBJECTION_LATE",
                f"收到异议的日期不在公告期内（{notice.from_on:%Y-%m-%d}至{notice.until_on:%Y-%m-%d}）。",
                "请核对日期；公告期满后提出的，请告知其申请异议登记或提起诉讼。",
                "实施细则17；民法典220",
                "received_on",
            )
        )
    if wrong:
        raise Refused(wrong)
    before = PendingMatter.objects.filter(docket_id=docket_id, kind=Kind.OBJECTION.value).count()
    matter = PendingMatter.objects.create(
        docket_id=docket_id,
        kind=Kind.OBJECTION.value,
        round=before + 1,
        owner=rules.OWNERS[Kind.OBJECTION],
        opened_at=clock.now(),
        due_at=workdays_from_now(OBJECTION_DAYS),
    )
    Objection.objects.create(
        matter=matter,
        docket_id=docket_id,
        objector=objector.strip(),
        phone_cipher=crypto.encrypt(phone.strip()[:40], PHONE_PURPOSE) if phone.strip() else "",
        grounds=grounds.strip()[:500],
        received_on=received,
        recorded_by=actor.name[:80],
    )
    current().note(objection=before + 1)
    return matter.round


@act("cases.decide_objection", permission="case.second_review")
def decide_objection(*, actor: Actor, docket_id: uuid.UUID, number: int, upheld: bool, reason: str) -> str:
    """裁定公告异议: dismissed, the case goes on; upheld, it cannot be entered and is declined by its reviewer.

    By neither the first reviewer nor the clerk. Gives the case's state. Raises NotPermitted, Refused.
    """
    case = in_hand(docket_id, actor)
    other_hands(case, actor)
    matter = PendingMatter.objects.filter(
        docket_id=docket_id, kind=Kind.OBJECTION.value, round=number, settled_at__isnull=True
    ).first()
    if matter is None:
        raise Refused(NONE)
    said = long_enough(
        reason,
        10,
        Refusal("OBJECTION_DECISION", "请写明裁定的理由。", "不少于10个字。", "实施细则17", "decision"),
    )
    Objection.objects.filter(matter=matter).update(decision=said[:500])
    settle(matter, actor, rules.UPHELD if upheld else rules.DISMISSED, said)
    enter_if_last(case, actor)
    return case.state
