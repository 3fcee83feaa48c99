"""审批表: who examined a case, level by level, and what each of them said."""

from __future__ import annotations

from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal, Refused
from dengbu.register.queries import unit_book

from .. import prints, rules
from ..facts import CaseFacts
from ..models import PendingMatter
from . import words

Kind = rules.Kind
STEPS = (Kind.NOTICE, Kind.OBJECTION, Kind.INSPECTION, Kind.SECOND_REVIEW, Kind.ANSWER, Kind.SIGN_OFF)


def approval_sheet(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """The sheet as things stand: reviewer, acceptance, every step since, the entry. Raises Refused before acceptance."""
    case = found.case
    if case.accepted_at is None:
        raise Refused(
            Refusal("PRINT_NOT_ACCEPTED", "这件申请还没有受理，不能打印审批表。", "请先受理。", "条例17")
        )
    matters = list(PendingMatter.objects.filter(docket_id=case.docket_id, kind__in=STEPS).order_by("pk"))
    signs = {m.kind: m.settled_by for m in matters if m.outcome == rules.AGREED}
    return prints.approval_sheet(
        prints.ApprovalSheet(
            head=words.head(case, case.acceptance_no or "", actor, reprint=reprint),
            registration=words.registered(found),
            applicants=case.applicant_names,
            unit_code=case.unit_code,
            location=case.location,
            reason=_reason(found),
            levels="、".join(levels(found)),
            steps=(
                prints.ApprovalStep("初审", "通过", "网上审核通过", case.reviewer_name, case.passed_at),
                prints.ApprovalStep("受理", "受理", "材料核验相符", case.desk_name, case.accepted_at),
                *(
                    prints.ApprovalStep(
                        rules.KIND_NAMES[m.kind] + (f"（第{m.round}次）" if m.round > 1 else ""),
                        rules.OUTCOME_NAMES.get(m.outcome, "待办"),
                        m.evidence,
                        m.settled_by,
                        m.settled_at,
                    )
                    for m in matters
                ),
                *(
                    (
                        prints.ApprovalStep(
                            "登簿", "已登簿", f"登簿号{case.entry_no}", case.reviewer_name, case.entered_at
                        ),
                    )
                    if case.entry_no
                    else ()
                ),
            ),
            signers=(
                ("审核人", case.reviewer_name),
                *(
                    (word, signs.get(kind, ""))
                    for word, kind in _SIGNERS
                    if kind in {m.kind for m in matters}
                ),
            ),
        )
    )


_SIGNERS = (("复审人", Kind.SECOND_REVIEW), ("签批人", Kind.SIGN_OFF))


def levels(found: CaseFacts) -> tuple[str, ...]:
    """The levels this case is examined at, in order, in words: 初审, 复审, 领导签批. One statement."""
    book = unit_book(found.case.unit_code)
    asked = rules.asked(
        found.registration, found.policy, lambda: found.registration.conditions(book, clock.now())
    )
    return ("初审", *(rules.KIND_NAMES[k] for k in asked if k in (Kind.SECOND_REVIEW, Kind.SIGN_OFF)))


def _reason(found: CaseFacts) -> str:
    basis = str(found.case.filed.get("terms", {}).get("legacy_basis") or "")
    said = words.cause(found.case, words.registered(found))
    how = "代为申请" if found.registration.walks_in() else "单方申请"
    return f"{said}（按历史遗留问题政策{how}：{basis}）" if basis else said
