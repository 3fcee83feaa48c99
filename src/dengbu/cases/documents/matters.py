"""公告, 实地查看记录, 暂缓办理通知书, 补充材料告知书 of a case as PDF."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.conf import settings

from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal, Refused
from dengbu.materials.queries import pages_of_item

from .. import prints, rules
from ..facts import CaseFacts
from ..models import ClockStop, PublicNotice, SiteInspection, Supplement
from . import words

QUESTIONS = {
    "place": "现场坐落、位置与申请和测绘成果一致",
    "state": "不动产的现状（已建成、在建、灭失）与申请一致",
    "bounds": "界址、四至、层数与测绘成果一致",
    "use": "实际用途与申请一致",
    "dispute": "现场没有人提出权属争议",
}
ANSWERS = {"yes": "是", "no": "否", "na": "不适用"}
PHOTOS = "SITE"  # the item of the evidence room the photographs lie under


def public_notice(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """公告: the text as it was published, to be hung out at the place."""
    notice = PublicNotice.objects.filter(docket_id=found.case.docket_id).order_by("-pk").first()
    if notice is None:
        raise Refused(Refusal("PRINT_NO_NOTICE", "这件办件没有公告。", "不需要公告的登记不打印公告。"))
    return prints.public_notice(
        prints.PublicNoticePaper(
            # Hung out in public: its code leads to the notice, never to the case.
            head=replace(
                words.head(found.case, notice.number, actor, reprint=reprint),
                qr=f"{settings.BASE_URL}/notices/{notice.pk}/",
                short_code=notice.number[-11:],
            ),
            title=notice.title,
            why=notice.content["why"],
            objections=notice.content["objections"],
            lines=tuple(prints.NoticeLine(label=k, value=v) for k, v in notice.content["rows"]),
            since=notice.from_on,
            until=notice.until_on,
            organ=settings.OFFICE["authority_name"],
        )
    )


def inspection_record(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """实地查看记录: once the second officer has confirmed it."""
    case = found.case
    record = SiteInspection.objects.filter(docket_id=case.docket_id).order_by("-pk").first()
    if record is None or record.second_at is None:
        raise Refused(
            Refusal("PRINT_NO_INSPECTION", "还没有两人确认的实地查看记录。", "请先完成实地查看。", "条例19")
        )
    return prints.inspection_record(
        prints.InspectionRecord(
            head=words.head(case, case.acceptance_no or case.docket.number, actor, reprint=reprint),
            registration=found.registration.name,
            applicants=case.applicant_names,
            location=case.location,
            unit_code=case.unit_code,
            visited_at=record.visited_at,
            accompanied_by=record.accompanied_by,
            findings=tuple(
                prints.Finding(question=text, found=ANSWERS[record.findings[key]])
                for key, text in QUESTIONS.items()
            ),
            remark=record.remark,
            result="符合登记要求" if record.passed else "不符合登记要求",
            photos=sum(p.page_count for p in pages_of_item(case.docket_id, PHOTOS)),
            first=record.first_name,
            first_badge=record.first_number,
            second=record.second_name,
            second_badge=record.second_number,
            confirmed_at=record.second_at,
        )
    )


def pause_notice(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """暂缓办理通知书: of the last time the case was put off."""
    case = found.case
    stop = (
        ClockStop.objects.filter(docket_id=case.docket_id, reason__in=list(rules.PAUSES))
        .order_by("-pk")
        .first()
    )
    if stop is None or case.accepted_at is None:
        raise Refused(Refusal("PRINT_NOT_PAUSED", "这件办件没有暂缓。", "请先办理暂缓。", "条例20"))
    return prints.pause_notice(
        prints.PauseNotice(
            head=words.head(case, case.acceptance_no or "", actor, reprint=reprint),
            applicants=tuple(p.name for p in found.applying),
            registration=found.registration.name,
            location=case.location,
            unit_code=case.unit_code,
            accepted_on=clock.local(case.accepted_at).date(),
            paused_on=stop.from_on,
            reason=rules.PAUSES[stop.reason],
            evidence=stop.evidence,
            officer=actor.name,
            officer_badge=actor.staff_number,
            phone=settings.OFFICE["phone"],
        )
    )


def supplement_notice(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """补充材料告知书: everything that is missing, at once."""
    return _supplement(found, actor, reprint, receipt=False)


def supplement_receipt(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """补充材料收件凭证: what came in so far of what was asked for."""
    return _supplement(found, actor, reprint, receipt=True)


def _supplement(found: CaseFacts, actor: Actor, reprint: int, *, receipt: bool) -> bytes:
    case = found.case
    asked = (
        Supplement.objects.select_related("matter").filter(docket_id=case.docket_id).order_by("-pk").first()
    )
    there = [x for x in asked.items if x.get("received_at")] if asked else []
    if asked is None or case.accepted_at is None or (receipt and not there):
        raise Refused(
            Refusal(
                "PRINT_NO_SUPPLEMENT",
                "还没有收到补充材料。" if asked else "这件办件没有要求补充材料。",
                "请先登记收到的材料。" if asked else "请先发出告知。",
                "条例17",
            )
        )
    return prints.supplement_paper(
        prints.SupplementPaper(
            head=words.head(case, case.acceptance_no or "", actor, reprint=reprint),
            applicants=tuple(p.name for p in found.applying),
            registration=found.registration.name,
            location=case.location,
            unit_code=case.unit_code,
            accepted_on=clock.local(case.accepted_at).date(),
            asked_on=clock.local(asked.asked_at).date(),
            due_on=asked.due_on,
            new_fact=asked.new_fact,
            lines=tuple(
                _line(x, found.pages.get(f"SUPP{asked.matter.round}-{n}", 0))
                for n, x in enumerate(asked.items, 1)
                if not receipt or x.get("received_at")
            ),
            receipt=receipt,
            missing=len(asked.items) - len(there),
            officer=actor.name,
            officer_badge=actor.staff_number,
            phone=settings.OFFICE["phone"],
        )
    )


def _line(item: dict[str, str | int], pages: int) -> prints.SupplementLine:
    at = item.get("received_at")
    when = f"{clock.local(dt.datetime.fromisoformat(str(at))):%Y-%m-%d %H:%M}" if at else ""
    return prints.SupplementLine(
        name=str(item["name"]),
        why=str(item["why"]),
        received=f"{when} {item.get('received_by', '')}".strip(),
        originals=int(item.get("originals", 0)),
        copies=int(item.get("copies", 0)),
        pages=pages,
    )
