"""网上审核岗: claim, ask for restrictions, a verdict on every item, then correction or pass."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from dengbu.catalog import reasons as reason_table
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.ids import short_code, token
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.register.queries import book_of

from ..facts import CaseFacts, Line, facts
from ..lifecycle import State
from ..models import Case, Correction, LedgerRow, PendingMatter, RestrictionCheck, Verdict
from . import checking
from .moving import locked, move, not_own, workdays_from_now

NEXT_TRIES = 20
VERDICTS = {"ok": "合格", "fix": "需补正", "not_applicable": "不适用"}


@act("cases.claim", permission="case.claim")
def claim(*, actor: Actor, docket_id: uuid.UUID) -> str:
    """认领: nobody else works on the case meanwhile. A resubmitted case goes back to its own reviewer.

    Raises Conflict naming the holder, NotPermitted for one's own case or another business line.
    """
    case = locked(docket_id)
    if case.state == State.REVIEW and case.reviewer_id == actor.user_id:
        return case.state
    if case.state == State.REVIEW:
        raise Conflict(
            Refusal(
                "CASE_TAKEN",
                f"这件申请已由{case.reviewer_name}认领。",
                "请领取下一件；需要接手时请科室负责人释放。",
            )
        )
    if actor.lines and case.line not in actor.lines:
        raise NotPermitted(
            "case.reassign",
            Refusal(
                "CASE_OTHER_LINE",
                "这件申请不属于您的业务分工。",
                "请领取自己业务线的申请。",
                "工作方案四（三）1",
            ),
        )
    not_own(case, list(case.parties.all()), actor)
    if case.round > 1 and case.reviewer_id and case.reviewer_id != actor.user_id:
        raise Conflict(
            Refusal(
                "CASE_SAME_REVIEWER",
                f"这件补正申请由原审核人{case.reviewer_name}继续审核。",
                "请领取下一件；原审核人请假时请科室负责人改派。",
            )
        )
    if case.reviewer_id is None or case.round == 1:
        case.reviewer_id, case.reviewer_name = actor.user_id, actor.name
    case.claimed_at = clock.now()
    move(case, "claim", actor, due_at=case.due_at)
    return case.state


@act("cases.claim_next", permission="case.claim")
def claim_next(*, actor: Actor) -> str | None:
    """领取下一件: the most urgent unclaimed case of the actor's lines; skips what others are just taking."""
    passed_over: list[uuid.UUID] = []
    while len(passed_over) < NEXT_TRIES:
        rows = Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(
            Q(round=1) | Q(reviewer_id=actor.user_id) | Q(reviewer_id__isnull=True),
            state=State.SUBMITTED.value,
        )
        if actor.lines:
            rows = rows.filter(line__in=actor.lines)
        rows = rows.exclude(filed_by=actor.user_id or 0).exclude(docket_id__in=passed_over)
        case = rows.order_by("due_at", "docket_id").first()
        if case is None:
            return None
        try:
            claim(actor=actor, docket_id=case.docket_id)
        except (NotPermitted, Conflict):  # one's own case: the next one
            passed_over.append(case.docket_id)
        else:
            return str(case.docket_id)
    return None


@act("cases.release")
def release(*, actor: Actor, docket_id: uuid.UUID, reason: str = "") -> str:
    """释放认领: the reviewer gives the case back, or the lead takes it from somebody on leave."""
    case = locked(docket_id)
    lead = actor.may("case.release_any")
    if case.state == State.REVIEW and case.reviewer_id != actor.user_id and not lead:
        raise NotPermitted("case.release_any")
    move(case, "release", actor, note=reason[:200], due_at=case.due_at, save=True)
    if case.round == 1 or lead:
        case.reviewer_id, case.reviewer_name = None, ""
        forget_verdicts(docket_id)
    case.claimed_at = None
    case.save()
    return case.state


def forget_verdicts(docket_id: uuid.UUID) -> None:
    """Another reviewer judges for themselves: the entry will stand under their name (F12)."""
    Verdict.objects.filter(docket_id=docket_id, stage="review").delete()


def mine(docket_id: uuid.UUID, actor: Actor) -> Case:
    """The case, locked, under review by this very reviewer. Raises Conflict or NotPermitted."""
    case = locked(docket_id)
    if case.state != State.REVIEW:
        raise Conflict(Refusal("CASE_MOVED_ON", "这件申请已不在审核中。", "请刷新页面，看看办到了哪一步。"))
    if case.reviewer_id != actor.user_id:
        raise Conflict(
            Refusal("CASE_TAKEN", f"这件申请由{case.reviewer_name}认领。", "您可以查看，不能办理。")
        )
    return case


@act("cases.give_verdict", permission="case.review")
def give_verdict(*, actor: Actor, docket_id: uuid.UUID, item: str, verdict: str, note: str = "") -> None:
    """A verdict on one checklist item: ok, fix, or not applicable."""
    case = mine(docket_id, actor)
    if verdict not in VERDICTS:
        raise Refused(Refusal("REVIEW_VERDICT", "请选择合格、需补正或不适用。", "", "", "verdict"))
    if item not in {line.key for line in _lines(case, facts(case)) if not line.item.generated}:
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
    PendingMatter.objects.update_or_create(
        docket_id=case.docket_id,
        kind=kind,
        defaults={
            "owner": actor.key,
            "settled_at": clock.now(),
            "settled_by": actor.name,
            "evidence": evidence.strip()[:200],
        },
    )


def undecided(case: Case, found: CaseFacts) -> list[str]:
    """Names of checklist items that still lack a verdict in this round."""
    judged = set(
        Verdict.objects.filter(docket_id=case.docket_id, stage="review").values_list("item", flat=True)
    )
    return [line.item.name for line in _lines(case, found) if line.needs_verdict and line.key not in judged]


def _lines(case: Case, found: CaseFacts) -> tuple[Line, ...]:
    return found.checklist(book_of([case.unit_code]).get(case.unit_code), clock.now())


def _all_judged(case: Case, found: CaseFacts) -> None:
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


@act("cases.request_correction", permission="case.review")
def request_correction(
    *, actor: Actor, docket_id: uuid.UUID, reasons: Sequence[Mapping[str, Any]], summary: str = ""
) -> str:
    """需要补正: every reason at once, each from the table and bound to what is to be changed (一次性告知, F7).

    A reason: `code`, `target` (material:<key>, property, parties, reason, delivery), `vars`, `note`, `page`, `region`.
    """
    case = mine(docket_id, actor)
    found = facts(case)
    _all_judged(case, found)
    if not reasons:
        raise Refused(
            Refusal("REVIEW_NO_REASON", "还没有选择补正原因。", "请至少选择一条原因。", "条例17", "reasons")
        )
    lines, wrong = [], _unexplained(case, found, {str(r.get("target", "")) for r in reasons})
    for reason in reasons:
        chosen = reason_table.reason(str(reason["code"]))
        faults = reason_table.check(chosen, str(reason.get("note", "")), **dict(reason.get("vars", {})))
        wrong.extend(faults)
        if not reason.get("target"):
            wrong.append(
                Refusal(
                    "REVIEW_NO_TARGET",
                    f"原因{chosen.code}没有指明要修改哪一项。",
                    "请选择材料或填写项。",
                    "",
                    "target",
                )
            )
        if faults:
            continue
        line = reason_table.render(chosen, str(reason.get("note", "")), **dict(reason.get("vars", {})))
        lines.append(
            {
                "code": line.code,
                "target": str(reason.get("target", "")),
                "text": line.text,
                "fix": line.how_to_fix,
                "note": line.note,
                "basis": line.basis,
                "severity": str(line.severity),
                "page": reason.get("page"),
                "region": reason.get("region"),
            }
        )
    if wrong:
        raise Refused(wrong)
    now, due = clock.now(), workdays_from_now(found.policy.correction_days)
    Correction.objects.create(
        docket_id=case.docket_id,
        round=case.round,
        reasons=lines,
        summary=summary[:200],
        before={"filed": case.filed, "pages": dict(found.pages), "parties": case.applicant_names},
        due_at=due,
        requested_by=actor.key,
        requested_by_name=actor.name,
        requested_at=now,
    )
    # What has to be done again is judged again; what was fine keeps its verdict.
    again = [str(line["target"]).removeprefix("material:") for line in lines]
    Verdict.objects.filter(
        Q(verdict="fix") | Q(item__in=again), docket_id=case.docket_id, stage="review"
    ).delete()
    move(case, "request_correction", actor, note=f"共{len(lines)}处", due_at=due)
    _ledger(case, actor, "correction")
    enqueue("cases.tell", docket_ids=[str(case.docket_id)], template="correction")
    return case.state


def _unexplained(case: Case, found: CaseFacts, targets: set[str]) -> list[Refusal]:
    """Items judged 需补正 for which no reason was chosen: the applicant would not learn what is wrong with them."""
    to_fix = Verdict.objects.filter(docket_id=case.docket_id, stage="review", verdict="fix")
    keys = set(to_fix.values_list("item", flat=True)) - {t.removeprefix("material:") for t in targets}
    if not keys:
        return []
    names = "、".join(line.item.name for line in _lines(case, found) if line.key in keys)
    return [
        Refusal(
            "REVIEW_FIX_UNEXPLAINED",
            f"{names}的结论是“需补正”，还没有选择原因。",
            "请为每一项选择原因。",
            "条例17",
            "reasons",
        )
    ]


@act("cases.pass", permission="case.review")
def pass_case(*, actor: Actor, docket_id: uuid.UUID) -> str:
    """预审通过: case file, ledger row, QR with an opaque token, notice to the applicant (F8).

    Needs a verdict on every item, none to be corrected, and a fresh restriction result that the rule answers.
    """
    case = mine(docket_id, actor)
    found = facts(case)
    _all_judged(case, found)
    refusals: list[Refusal] = []
    to_fix = Verdict.objects.filter(docket_id=case.docket_id, stage="review", verdict="fix").count()
    if to_fix:
        refusals.append(
            Refusal(
                "REVIEW_HAS_FIX",
                f"有{to_fix}项结论是“需补正”，不能通过。",
                "请发送补正通知，或改正结论。",
                "条例17",
                "verdicts",
            )
        )
    now = clock.now()
    check = RestrictionCheck.objects.filter(docket_id=case.docket_id, moment="review").order_by("-pk").first()
    refusals.extend(checking.refuse_unless_open(check, now))
    if refusals:
        raise Refused(refusals)
    judgement = found.registration.judge(book_of([case.unit_code]), now)
    if judgement.refusals:
        raise Refused(judgement.refusals)
    case.passed_at = now
    case.prereview_no = case.prereview_no or f"YS-{clock.local(now):%Y}-{short_code(5)}"
    case.token, case.short_code = token(), short_code(8)
    case.valid_until = workdays_from_now(found.policy.pass_valid_days)
    move(case, "pass", actor, due_at=case.valid_until)
    _ledger(case, actor, "passed")
    enqueue("cases.tell", docket_ids=[str(case.docket_id)], template="passed")
    return case.state


def _ledger(case: Case, actor: Actor, result: str) -> None:
    LedgerRow.objects.create(
        docket_id=case.docket_id,
        case_number=case.docket.number,
        prereview_no=case.prereview_no or "",
        type_code=case.type_code,
        client=case.client,
        unit_code=case.unit_code,
        location=case.location,
        applicant_names=case.applicant_names,
        result=result,
        round=case.round,
        reviewer=actor.name,
        submitted_at=case.submitted_at or case.created_at,
        decided_at=clock.now(),
    )
