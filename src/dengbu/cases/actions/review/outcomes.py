"""The two ways out of a review: everything to be corrected at once, or passed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from dengbu.catalog import reasons as reason_table
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.ids import short_code, token
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Refusal, Refused
from dengbu.register.queries import book_of

from ... import rules
from ...facts import CaseFacts, facts
from ...models import Case, Correction, LedgerRow, PendingMatter, RestrictionCheck, Verdict
from .. import checking
from ..filing.submitting import hold
from ..moving import VISIT_PLAN_DAYS, move, workdays_from_now
from ..served import holding
from .claiming import mine
from .judging import all_judged, lines_of

SECTIONS = ("property", "parties", "reason", "delivery")  # of the application, as they are filled in
WHOLE = "case"


@act("cases.request_correction", permission="case.review")
def request_correction(
    *, actor: Actor, docket_id: uuid.UUID, reasons: Sequence[Mapping[str, Any]], summary: str = ""
) -> str:
    """需要补正: every reason at once, each from the table and bound to what is to be changed (一次性告知, F7).

    A reason: `code`, `target` (one of `correctable`), `vars`, `note`, `page`, `region`. Raises Refused with every fault
    of the reasons, REVIEW_TARGET_UNKNOWN for a target that this case does not have.
    """
    case = mine(docket_id, actor)
    found = facts(case)
    all_judged(case, found)
    if not reasons:
        raise Refused(
            Refusal("REVIEW_NO_REASON", "还没有选择补正原因。", "请至少选择一条原因。", "条例17", "reasons")
        )
    lines, wrong = [], _unexplained(case, found, {str(r.get("target", "")) for r in reasons})
    known = correctable(case, found)
    for reason in reasons:
        chosen = reason_table.reason(str(reason["code"]))
        faults = reason_table.check(chosen, str(reason.get("note", "")), **dict(reason.get("vars", {})))
        wrong.extend(faults)
        if (stray := _stray(chosen.code, str(reason.get("target", "")), known)) is not None:
            wrong.append(stray)
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
    case.filing_changed_at = None  # judged with what the filing says now
    move(case, "request_correction", actor, note=f"共{len(lines)}处", due_at=due)
    _ledger(case, actor, "correction")
    enqueue("cases.tell", docket_ids=[str(case.docket_id)], template="correction")
    return case.state


def correctable(case: Case, found: CaseFacts) -> frozenset[str]:
    """What a reason may be bound to: each item on this case's list that somebody hands in, each section, or the case."""
    items = (f"material:{line.key}" for line in lines_of(case, found) if not line.item.generated)
    return frozenset((*SECTIONS, WHOLE, *items))


def _stray(code: str, target: str, known: frozenset[str]) -> Refusal | None:
    """A target that nobody could correct: none at all, or something this case does not have."""
    if not target:
        return Refusal(
            "REVIEW_NO_TARGET", f"原因{code}没有指明要修改哪一项。", "请选择材料或填写项。", "", "target"
        )
    if target not in known:
        return Refusal(
            "REVIEW_TARGET_UNKNOWN",
            f"原因{code}指向的内容不在这件申请里，申请人无法修改。",
            "请从这件申请的材料清单或填写项中重新选择。",
            "条例17",
            "target",
        )
    return None


def _unexplained(case: Case, found: CaseFacts, targets: set[str]) -> list[Refusal]:
    """Items judged 需补正 for which no reason was chosen: the applicant would not learn what is wrong with them."""
    to_fix = Verdict.objects.filter(docket_id=case.docket_id, stage="review", verdict="fix")
    keys = set(to_fix.values_list("item", flat=True)) - {t.removeprefix("material:") for t in targets}
    if not keys:
        return []
    names = "、".join(line.item.name for line in lines_of(case, found) if line.key in keys)
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

    Needs a verdict on every item, none to be corrected, and a fresh restriction result that the rule answers. Raises
    Refused, R_PENDING where another application holds the home by now.
    """
    case = mine(docket_id, actor)
    found = facts(case)
    all_judged(case, found)
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
    refusals.extend(
        rules.backfill_against(PendingMatter.objects.filter(docket_id=case.docket_id).order_by("pk"))
    )
    if refusals:
        raise Refused(refusals)
    books = book_of(found.registration.unit_codes)
    against = found.registration.judge(books, now).refusals
    if against := (
        *against,
        *(held.refusal for held in holding({docket_id: found}, books).get(docket_id, ())),
    ):
        raise Refused(against)
    hold(case, found)  # where nobody who stands in the book applied: its papers have been looked at now
    case.passed_at, case.filing_changed_at = now, None
    case.prereview_no = case.prereview_no or f"YS-{clock.local(now):%Y}-{short_code(5)}"
    case.token, case.short_code = token(), short_code(8)
    case.valid_until = workdays_from_now(found.policy.pass_valid_days)
    move(case, "pass", actor, due_at=case.valid_until)
    # A home visit that was asked for before can be planned from now on.
    PendingMatter.objects.filter(
        docket_id=case.docket_id, visit__planned_at__isnull=True, visit__isnull=False, settled_at__isnull=True
    ).update(due_at=workdays_from_now(VISIT_PLAN_DAYS))
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
