"""A verdict on every item, the book asked for restrictions, and what the officer decides or adopts."""

from __future__ import annotations

import uuid

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Refusal, Refused
from dengbu.register.queries import book_of

from ... import rules
from ...facts import CaseFacts, Line, facts
from ...models import Case, PendingMatter, Verdict
from .. import checking
from ..moving import locked, workdays_from_now
from .claiming import mine

VERDICTS = {"ok": "合格", "fix": "需补正", "not_applicable": "不适用"}


@act("cases.give_verdict", permission="case.review")
def give_verdict(*, actor: Actor, docket_id: uuid.UUID, item: str, verdict: str, note: str = "") -> None:
    """A verdict on one checklist item: ok, fix, or not applicable."""
    case = mine(docket_id, actor)
    if verdict not in VERDICTS:
        raise Refused(Refusal("REVIEW_VERDICT", "请选择合格、需补正或不适用。", "", "", "verdict"))
    if item not in {line.key for line in lines_of(case, facts(case)) if not line.item.generated}:
        raise Refused(
            Refusal("REVIEW_ITEM", "这项材料不在这件申请的清单里。", "请刷新页面后重新选择。", "", "item")
        )
    Verdict.objects.update_or_create(
        docket_id=case.docket_id,
        stage="review",
        item=item,
        defaults={
            "verdict": verdict,
            "round": case.round,
            "note": note[:200],
            "by": actor.key,
            "at": clock.now(),
        },
    )


@act("cases.query_restrictions", permission="register.query")
def query_restrictions(*, actor: Actor, docket_id: uuid.UUID, moment: str = "review") -> int:
    """Ask the book for restrictions on house and land; the answer is kept with its time. Gives the check's id."""
    case = locked(docket_id)
    check, _ = checking.remember(case, facts(case), moment, actor)
    current().note(result=checking.result_of(check, clock.now()))
    return check.pk


@act("cases.decide_by_officer", permission="case.review")
def decide_by_officer(*, actor: Actor, docket_id: uuid.UUID, obstacle: str, reason: str) -> None:
    """Where the law leaves an obstacle to the officer (MANUAL): the decision and its reason are recorded."""
    case = mine(docket_id, actor)
    if len(reason.strip()) < 10:
        raise Refused(Refusal("REVIEW_REASON_SHORT", "请写明判断的理由（不少于10个字）。", "", "", "reason"))
    case.filed = {**case.filed, "officer": {**case.filed.get("officer", {}), obstacle: reason.strip()[:200]}}
    case.save()


@act("cases.record_face_signing", permission="case.review")
def record_face_signing(*, actor: Actor, docket_id: uuid.UUID, kind: str, evidence: str) -> None:
    """面签或查验现场 done online: the result is adopted with its evidence and never asked again (F9)."""
    case = mine(docket_id, actor)
    if kind not in ("face_signing", "inspection") or not evidence.strip():
        raise Refused(
            Refusal(
                "REVIEW_EVIDENCE", "请填写面签或查验的方式和证据编号。", "", "工作方案四（三）3", "evidence"
            )
        )
    if kind == rules.Kind.INSPECTION and kind in _asked(case):
        raise Refused(
            Refusal(
                "REVIEW_INSPECTION_TWO",
                "这件申请依法要由两名工作人员实地查看并作记录，不能只填一句话。",
                "请点“派发实地查看”，由两名同事查看、记录、确认。",
                "条例19；实施细则16",
                "evidence",
            )
        )
    before = PendingMatter.objects.filter(docket_id=docket_id, kind=kind).order_by("-round").first()
    visited = before is not None and before.owner == rules.OWNERS[rules.Kind.FACE_SIGNING]
    PendingMatter.objects.update_or_create(
        docket_id=case.docket_id,
        kind=kind,
        round=(before.round if before else 1) + visited,  # what was done at somebody's home stays as it is
        defaults={
            "owner": actor.key,
            "opened_at": clock.now(),
            "settled_at": clock.now(),
            "settled_by": actor.name[:80],
            "settled_by_id": actor.user_id,
            "outcome": rules.DONE,
            "evidence": evidence.strip()[:200],
        },
    )


def _asked(case: Case) -> tuple[rules.Kind, ...]:
    found, now = facts(case), clock.now()
    book = book_of([case.unit_code]).get(case.unit_code)
    return rules.asked(found.registration, found.policy, lambda: found.registration.conditions(book, now))


@act("cases.send_out_inspection", permission="case.review")
def send_out_inspection(*, actor: Actor, docket_id: uuid.UUID) -> None:
    """派发实地查看 during the review: its result is adopted at acceptance and never asked again (工作方案四（三）3)."""
    case = mine(docket_id, actor)
    if PendingMatter.objects.filter(docket_id=docket_id, kind=rules.Kind.INSPECTION.value).exists():
        raise Refused(Refusal("REVIEW_SENT_OUT", "这件申请的实地查看已经派发或办结。", "请刷新页面。"))
    if facts(case).policy.site_visit == "none":
        raise Refused(Refusal("REVIEW_NO_VISIT", "这类登记不需要实地查看。", "", "条例19"))
    PendingMatter.objects.create(
        docket_id=docket_id,
        kind=rules.Kind.INSPECTION.value,
        owner=rules.OWNERS[rules.Kind.INSPECTION],
        opened_at=clock.now(),
        due_at=workdays_from_now(rules.INSPECTION_DAYS),
    )


def undecided(case: Case, found: CaseFacts) -> list[str]:
    """Names of checklist items that still lack a verdict: what had to be corrected, and what was new, lost or never had one."""
    judged = set(
        Verdict.objects.filter(docket_id=case.docket_id, stage="review").values_list("item", flat=True)
    )
    return [line.item.name for line in lines_of(case, found) if line.needs_verdict and line.key not in judged]


def lines_of(case: Case, found: CaseFacts) -> tuple[Line, ...]:
    return found.checklist(book_of([case.unit_code]).get(case.unit_code), clock.now())


def all_judged(case: Case, found: CaseFacts) -> None:
    left = undecided(case, found)
    if left:
        raise Refused(
            Refusal(
                "REVIEW_UNDECIDED",
                f"还有{len(left)}项没有给出结论：{'、'.join(left)}。",
                "请逐项给出结论后再提交。",
                "条例17",
                "verdicts",
            )
        )
