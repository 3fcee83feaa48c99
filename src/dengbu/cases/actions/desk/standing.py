"""How a case stands at the desk: what was done, what is still in the way. Reads and rules; writes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dengbu.catalog.policy.schema import Question
from dengbu.core import clock, rows
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal
from dengbu.register.rules import UnitBook

from ... import exemptions, rules, undertakings
from ...facts import CaseFacts, Line
from ...lifecycle import State
from ...models import CaseParty, PendingMatter, RestrictionCheck, Undertaking, Verdict
from .. import checking

VISIT = rules.OWNERS[
    rules.Kind.FACE_SIGNING
]  # the matter of a home visit; one adopted from the review has another


@dataclass(frozen=True, slots=True)
class DeskState:
    """What the desk has done so far on one case."""

    verdicts: Mapping[str, Verdict]
    check: RestrictionCheck | None
    all_matters: tuple[PendingMatter, ...]  # in the order in which they were opened
    undertakings: tuple[Undertaking, ...] = ()  # those that are still to be kept
    barred: frozenset[str] = frozenset()  # of who gave them: identities on the list of breaches today

    @property
    def matters(self) -> dict[str, PendingMatter]:
        """Of each kind the newest."""
        return {m.kind: m for m in self.all_matters}

    @property
    def promised(self) -> frozenset[str]:
        """Items that are not here and whose place an undertaking takes."""
        return frozenset(u.item for u in self.undertakings)

    def absent(self, found: CaseFacts) -> list[CaseParty]:
        """Who still has to show their identity. A face-signing done online is adopted, never asked again (F9); one at
        somebody's home made those present who signed there."""
        signed = self.matters.get("face_signing")
        if signed is not None and signed.settled_at is not None and signed.owner != VISIT:
            return []
        people = [p for p in found.applying if p.document_kind != "uscc"]
        bodies = [p for p in found.applying if p.document_kind == "uscc"]
        if found.case.client == "person":
            return [p for p in (*people, *bodies) if p.present_at is None]
        # Banks and developers come by their representative; persons confirmed online with real name.
        return [] if any(p.present_at for p in found.parties) else bodies[:1]


def desk_states(docket_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, DeskState]:
    """Desk states of cases, four statements whatever their number; one more where something was undertaken."""
    ids = list(docket_ids)
    verdicts: dict[uuid.UUID, dict[str, Verdict]] = {d: {} for d in ids}
    # Papers compared before a correction were compared with other images: they are compared again.
    compared = rows.read(
        Verdict,
        "JOIN cases_case c ON c.docket_id = t.docket_id AND c.round = t.round"
        " WHERE t.docket_id = ANY(%s) AND t.stage = 'desk'",
        [ids],
    )
    for v in compared:
        verdicts[v.docket_id][v.item] = v
    checks: dict[uuid.UUID, RestrictionCheck] = {}
    asked = rows.read(
        RestrictionCheck, "WHERE t.docket_id = ANY(%s) AND t.moment = 'desk' ORDER BY t.id", [ids]
    )
    for c in asked:
        checks[c.docket_id] = c  # the newest stays
    matters: dict[uuid.UUID, list[PendingMatter]] = {d: [] for d in ids}
    for m in rows.read(PendingMatter, "WHERE t.docket_id = ANY(%s) ORDER BY t.id", [ids]):
        matters[m.docket_id].append(m)
    live: dict[uuid.UUID, list[Undertaking]] = {d: [] for d in ids}
    given = rows.read(Undertaking, "WHERE t.docket_id = ANY(%s) AND t.outcome = '' ORDER BY t.id", [ids])
    for u in given:
        live[u.docket_id].append(u)
    barred = undertakings.barred_now({u.number_index for u in given}) if given else {}
    return {
        d: DeskState(verdicts[d], checks.get(d), tuple(matters[d]), tuple(live[d]), frozenset(barred))
        for d in ids
    }


def papers(found: CaseFacts, book: UnitBook | None) -> tuple[Line, ...]:
    """The lines whose paper the desk compares with the images: what was uploaded or is required."""
    return tuple(
        line
        for line in found.checklist(book, clock.now())
        if not line.item.generated
        and not line.exempt
        and (line.item.when != "optional" or found.pages.get(line.key))
    )


def why_not(found: CaseFacts, actor: Actor, state: DeskState, book: UnitBook | None) -> list[Refusal]:
    """Everything that keeps a case from being accepted at this desk now: the bar's words and the act's rule."""
    case, now = found.case, clock.now()
    refusals: list[Refusal] = []
    if case.state != State.PREAPPROVED:
        return [Refusal("CASE_MOVED_ON", "这件申请现在不能在窗口受理。", "请刷新页面，看看办到了哪一步。")]
    if case.valid_until is not None and case.valid_until < now:
        refusals.append(
            Refusal("DESK_EXPIRED", "网上审核结果已过有效期。", "请退回网上审核重新确认。", "本登记机构规定")
        )
    absent = [p.name for p in state.absent(found)]
    if absent:
        refusals.append(
            Refusal(
                "DESK_ABSENT",
                f"还没有核验{'、'.join(n[:1] + '*' for n in absent)}的身份。",
                "请逐人核验身份证件。",
                "实施细则9",
                "identity",
            )
        )
    if any(m.settled_at is None and m.owner == VISIT for m in state.all_matters):
        refusals.append(
            Refusal(
                "DESK_VISIT_OPEN",
                "已申请上门服务，还没有办结面签。",
                "请等待面签办结；本人已到窗口的，请先撤销上门服务。",
                "实施细则15",
                "visit",
            )
        )
    unchecked = [
        line.item.name
        for line in papers(found, book)
        if line.key not in state.verdicts and line.key not in state.promised
    ]
    if unchecked:
        refusals.append(
            Refusal(
                "DESK_UNCHECKED",
                f"还有{len(unchecked)}项材料没有核验：{'、'.join(unchecked)}。",
                "请逐项核验四个方面。",
                "工作方案四（四）2",
                "papers",
            )
        )
    differing = [
        v.item for v in state.verdicts.values() if v.verdict != "ok" and v.item not in state.promised
    ]
    if differing:
        refusals.append(
            Refusal(
                "DESK_DIFFERS",
                f"有{len(differing)}项材料核验不符合。",
                "请当场更正、退回网上审核，或不予受理。",
                "条例17",
                "papers",
            )
        )
    refusals.extend(
        Refusal(
            "DESK_UNANSWERED",
            f"询问笔录还没有回答：{question.text}",
            "请当面询问并如实记录。",
            "实施细则15",
            f"answer-{question.key}",
        )
        for question in unanswered(found, book)
    )
    claim = exemptions.claimed(case.filed, type(found.registration), clock.today())
    if claim is not None and claim.key not in exemptions.decisions(case.filed):
        refusals.append(
            Refusal(
                "DESK_EXEMPTION",
                f"申请人提出减免登记费（{claim.exemption.name}），还没有决定。",
                "请核对凭据，给予减免或写明不予减免的理由。",
                claim.exemption.basis,
                "exemption",
            )
        )
    refusals.extend(undertakings.against(state.undertakings, state.barred))
    refusals.extend(checking.refuse_unless_open(state.check, now))
    refusals.extend(rules.against(state.all_matters))
    return refusals


def unanswered(found: CaseFacts, book: UnitBook | None) -> list[Question]:
    """Questions of the record (询问笔录) that apply to this case and were not answered yet.

    None for a unit of a batch: its developer's representative answers once, in the paper record of the batch.
    """
    if found.case.batch_id is not None:
        return []
    conditions = set(found.registration.conditions(book, clock.now()))
    answers = found.case.filed.get("answers", {})
    return [q for q in found.policy.questions_for(conditions) if not answers.get(q.key)]
