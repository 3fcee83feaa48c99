"""Papers printed at the desk, kept as they were handed out; and what the desk writes down for several papers at once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import NotPermitted, Refusal, Refused

from ..applicants import own
from ..documents import make
from ..facts import facts
from ..models import Case, CaseDocument, CaseParty, Verdict
from .desk import CHECKS, at_desk, at_desk_together
from .keeping import keep_document
from .moving import locked


@act("cases.print_paper", permission="print.case")
def print_paper(*, actor: Actor, docket_id: uuid.UUID, kind: str) -> int:
    """Make one paper of a case and keep its bytes. Gives the number of the print: 1 first, then 补打 1, 2 …

    Raises Refused where it is not time for this paper, or a character cannot be printed; NotPermitted for one's own
    case (三岗分离).
    """
    case = locked(docket_id)
    found = facts(case)
    if own(found.parties, actor):
        raise NotPermitted(
            "case.reassign",
            Refusal(
                "CASE_OWN", "您是这件申请的当事人，不能打印它的文书。", "请由其他同事办理。", "domain §9.1"
            ),
        )
    before = CaseDocument.objects.filter(docket_id=docket_id, kind=kind).count()
    content = make(kind, found, actor, before)
    number = keep_document(docket_id, kind, content, actor)
    current().note(paper=kind, print_no=number)
    return number


@act("cases.take_answers", permission="case.accept")
def take_answers(*, actor: Actor, docket_id: uuid.UUID, answers: Mapping[str, str]) -> None:
    """询问: write down what the persons at the desk answered. Raises Refused for a question without an answer."""
    write_answers(at_desk(docket_id, actor), answers)


def write_answers(case: Case, answers: Mapping[str, str]) -> None:
    """The answers into the locked case. Raises Refused for a question without an answer."""
    found = facts(case)
    asked = {q.key: q for q in found.policy.questions}
    given = {k: v.strip()[:200] for k, v in answers.items() if k in asked and v.strip()}
    empty = [asked[k] for k in answers if k in asked and k not in given]
    if empty:
        raise Refused(
            Refusal(
                "DESK_ANSWER",
                f"请填写回答：{q.text}",
                "请当面询问并如实记录。",
                "实施细则15",
                f"answer-{q.key}",
            )
            for q in empty
        )
    case.filed = {**case.filed, "answers": {**case.filed.get("answers", {}), **given}}
    case.save()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictIn:
    """Four checks on one paper, with what was handed in."""

    item: str
    checks: Mapping[str, bool]
    originals: int
    copies: int
    note: str = ""


@act("cases.desk_verdicts", permission="case.accept")
def desk_verdicts(*, actor: Actor, docket_ids: Sequence[uuid.UUID], verdicts: Sequence[VerdictIn]) -> int:
    """Four checks on several papers of one unit, or on the papers that all units of a batch share (大宗受理).

    The same rule as for one paper: a check that fails needs its reason. Gives how many verdicts stand now.
    """
    cases = at_desk_together(docket_ids, actor)
    refusals = []
    for verdict in verdicts:
        failed = [CHECKS[k] for k in CHECKS if not verdict.checks.get(k)]
        if failed and len(verdict.note.strip()) < 2:
            refusals.append(
                Refusal(
                    "DESK_NOTE",
                    f"{'、'.join(failed)}不符合，请写明原因。",
                    "",
                    "条例17",
                    f"{verdict.item}-note",
                )
            )
        if verdict.originals < 0 or verdict.copies < 0:
            refusals.append(Refusal("DESK_COUNT", "请填写收到的份数", "", "", f"{verdict.item}-originals"))
    if refusals:
        raise Refused(refusals)
    now = clock.now()
    rows = [
        Verdict(
            docket_id=case.docket_id,
            stage="desk",
            item=v.item,
            round=case.round,
            verdict="ok" if all(v.checks.get(k) for k in CHECKS) else "differs",
            checks={k: bool(v.checks.get(k)) for k in CHECKS},
            originals=v.originals,
            copies=v.copies,
            note=v.note.strip()[:200],
            by=actor.key,
            at=now,
        )
        for case in cases
        for v in verdicts
    ]
    Verdict.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["docket", "stage", "item"],
        update_fields=["round", "verdict", "checks", "originals", "copies", "note", "by", "at"],
    )
    return len(rows)


@act("cases.check_in_batch", permission="case.accept")
def check_in_batch(*, actor: Actor, docket_ids: Sequence[uuid.UUID]) -> int:
    """The representative of the organisation is here, identity checked, for all units of its batch. Gives how many."""
    cases = at_desk_together(docket_ids, actor)
    return CaseParty.objects.filter(case__in=cases, document_kind="uscc", present_at__isnull=True).update(
        present_at=clock.now(), present_how="representative"
    )
