"""实地查看: two officers go, one writes down what they saw, the other confirms it; photographs are evidence (条例 19)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.materials import actions as room
from dengbu.materials.intake import Intake
from dengbu.materials.queries import pages_of_item

from ... import rules
from ...documents.matters import ANSWERS, PHOTOS, QUESTIONS
from ...lifecycle import State
from ...models import Case, ClockStop, PendingMatter, SiteInspection
from ..desk import enter_if_last, open_matter, settle
from ..moving import locked, not_own, workdays_from_now
from .shared import in_hand

Kind = rules.Kind
MAX_PHOTOS = 20
BEFORE = (State.REVIEW, State.PREAPPROVED, State.ACCEPTED)


def add_photo(
    *, actor: Actor, docket_id: uuid.UUID, intake: Intake, original_name: str, key: str | None = None
) -> list[str]:
    """Add a photograph to the inspection; its bytes are kept first. Raises Refused once it is settled."""
    kept = room.keep(intake)
    ids: list[str] = _add_photo(
        actor=actor, docket_id=docket_id, kept=kept, original_name=original_name, key=key
    )
    return ids


@act("cases.add_site_photo", permission="case.inspect")
def _add_photo(*, actor: Actor, docket_id: uuid.UUID, kept: room.Kept, original_name: str) -> list[str]:
    case, matter = _inspecting(docket_id, actor)
    _not_somebody_elses(matter, actor)
    ids: list[str] = room.add_page(
        actor=actor,
        docket_id=docket_id,
        item=PHOTOS,
        kept=kept,
        original_name=original_name,
        max_pages=MAX_PHOTOS,
        round=case.round,
        names={PHOTOS: "现场照片"},
    )
    return ids


@act("cases.remove_site_photo", permission="case.inspect")
def remove_photo(*, actor: Actor, docket_id: uuid.UUID, page_id: uuid.UUID) -> None:
    """Take a photograph out before the inspection is confirmed. It stays, marked."""
    _, matter = _inspecting(docket_id, actor)
    _not_somebody_elses(matter, actor)
    room.remove_page(actor=actor, docket_id=docket_id, item=PHOTOS, page_id=page_id)


@act("cases.record_inspection", permission="case.inspect")
def record_inspection(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    visited_at: dt.datetime,
    findings: Mapping[str, str],
    passed: bool | None,
    remark: str = "",
    accompanied_by: str = "",
) -> None:
    """实地查看记录 by the first officer; until the second confirms it, he may write it anew. Raises with all faults."""
    case, matter = _inspecting(docket_id, actor)
    _not_somebody_elses(matter, actor)
    wrong = [
        Refusal("SITE_FINDING", f"还没有记录：{text}", "请选择是、否或不适用。", "条例19", f"finding-{key}")
        for key, text in QUESTIONS.items()
        if findings.get(key) not in ANSWERS
    ]
    if visited_at > clock.now() or visited_at < (matter.opened_at or visited_at) - dt.timedelta(days=1):
        wrong.append(
            Refusal(
                "SITE_WHEN", "查看的时间不对。", "请填写派发以后、现在以前的时间。", "条例19", "visited_at"
            )
        )
    if passed is None:
        wrong.append(Refusal("SITE_RESULT", "请选择查看结论。", "", "条例19", "passed"))
    noes = [QUESTIONS[k] for k in QUESTIONS if findings.get(k) == "no"]
    if passed and noes:
        wrong.append(
            Refusal(
                "SITE_CONTRADICTS",
                f"有{len(noes)}项记录为“否”，结论不能是符合：{'、'.join(noes)}。",
                "请核对记录，或把结论改为不符合。",
                "条例19",
                "passed",
            )
        )
    if (noes or passed is False) and len(remark.strip()) < 10:
        wrong.append(
            Refusal("SITE_REMARK", "不符合的，请写明现场情况。", "不少于10个字。", "条例19、22", "remark")
        )
    if not any(
        p.uploaded_at >= (matter.opened_at or p.uploaded_at) for p in pages_of_item(docket_id, PHOTOS)
    ):
        wrong.append(
            Refusal(
                "SITE_NO_PHOTO",
                "还没有现场照片。",
                "请至少拍一张能看出位置和现状的照片。",
                "条例19",
                "photos",
            )
        )
    if wrong:
        raise Refused(wrong)
    SiteInspection.objects.update_or_create(
        matter=matter,
        defaults={
            "docket_id": case.docket_id,
            "visited_at": visited_at,
            "accompanied_by": accompanied_by.strip()[:100],
            "findings": {k: findings[k] for k in QUESTIONS},
            "remark": remark.strip()[:500],
            "passed": bool(passed),
            "first_id": actor.user_id or 0,
            "first_name": actor.name[:50],
            "first_number": actor.staff_number,
            "first_at": clock.now(),
        },
    )


@act("cases.confirm_inspection", permission="case.inspect")
def confirm_inspection(*, actor: Actor, docket_id: uuid.UUID, agrees: bool = True) -> str:
    """The second officer, who was there, confirms the record: it is settled, and the case entered if nothing else is open.

    `agrees` False gives it back to the first officer to be written anew. Gives the case's state. Raises NotPermitted for
    the one who wrote it.
    """
    case, matter = _inspecting(docket_id, actor)
    record = SiteInspection.objects.filter(matter=matter).first()
    if record is None:
        raise Refused(
            Refusal("SITE_NO_RECORD", "还没有查看记录，不能确认。", "请先由一名同事填写查看记录。", "条例19")
        )
    if record.first_id == actor.user_id:
        raise NotPermitted(
            "case.inspect",
            Refusal(
                "SITE_SAME_OFFICER",
                "您填写了这份记录，不能自己确认。",
                "请由一同查看的另一名同事确认。",
                "条例19；操作规范",
            ),
        )
    if not agrees:
        record.delete()
        return case.state
    record.second_id, record.second_name = actor.user_id, actor.name[:50]
    record.second_number, record.second_at = actor.staff_number, clock.now()
    record.save()
    names = f"{record.first_name}、{record.second_name}实地查看"
    settle(
        matter,
        actor,
        rules.DONE if record.passed else rules.FAILED,
        f"{names}：{'符合' if record.passed else '不符合'}",
    )
    enter_if_last(case, actor)
    return case.state


@act("cases.inspect_again", permission="case.settle")
def inspect_again(*, actor: Actor, docket_id: uuid.UUID) -> None:
    """重新实地查看 after one that failed, when the reason is gone: a new matter; the clock stands still for it again."""
    in_hand(docket_id, actor)
    before = list(
        PendingMatter.objects.filter(docket_id=docket_id, kind=Kind.INSPECTION.value).order_by("pk")
    )
    if not before or before[-1].outcome != rules.FAILED:
        raise Refused(
            Refusal("SITE_NOT_FAILED", "没有不符合的实地查看，不用重新查看。", "请刷新页面。", "条例19")
        )
    PendingMatter.objects.create(
        docket_id=docket_id,
        kind=Kind.INSPECTION.value,
        round=before[-1].round + 1,
        owner=rules.OWNERS[Kind.INSPECTION],
        opened_at=clock.now(),
        due_at=workdays_from_now(rules.INSPECTION_DAYS),
    )
    ClockStop.objects.create(
        docket_id=docket_id, reason=Kind.INSPECTION.value, from_on=clock.today(), stopped_by=actor.name[:80]
    )


def _inspecting(docket_id: uuid.UUID, actor: Actor) -> tuple[Case, PendingMatter]:
    """The case, locked, with its open inspection: made during the review or after acceptance."""
    case = locked(docket_id)
    if case.state not in BEFORE:
        raise Conflict(
            Refusal("CASE_MOVED_ON", "这件办件现在不需要实地查看。", "请刷新页面，看看办到了哪一步。")
        )
    not_own(case, list(case.parties.all()), actor)
    return case, open_matter(docket_id, Kind.INSPECTION)


def _not_somebody_elses(matter: PendingMatter, actor: Actor) -> None:
    """A record that waits for its second officer is changed by its first only."""
    record = SiteInspection.objects.filter(matter=matter).first()
    if record is not None and record.first_id != actor.user_id:
        raise Conflict(
            Refusal(
                "SITE_OTHER_OFFICER",
                f"{record.first_name}已经填写了查看记录。",
                "您是一同查看的，请核对后确认；内容不对的，请退回重写。",
                "条例19",
            )
        )
