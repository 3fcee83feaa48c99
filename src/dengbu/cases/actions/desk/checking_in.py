"""At the counter: who is present, paper against images, restrictions again; then send back, or refuse."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused

from ...facts import facts_of
from ...lifecycle import State
from ...models import Case, CaseParty, RestrictionCheck, Verdict
from .. import checking
from ..moving import (
    locked,
    locked_many,
    move,
    not_own,
    workdays_from_now,
)

CHECKS = {"form": "规范性", "complete": "完整性", "valid": "有效性", "matches": "与影像一致"}


def at_desk(docket_id: uuid.UUID, actor: Actor) -> Case:
    """The case, locked, pre-approved, and in hands that may accept it. Raises Conflict or NotPermitted."""
    case = locked(docket_id)
    if case.state != State.PREAPPROVED:
        raise Conflict(
            Refusal("CASE_MOVED_ON", "这件申请现在不能在窗口受理。", "请刷新页面，看看办到了哪一步。")
        )
    separate(case, list(case.parties.all()), actor)
    return case


def at_desk_together(docket_ids: Sequence[uuid.UUID], actor: Actor) -> list[Case]:
    """The cases, locked, all pre-approved, in hands that may receive them."""
    if not docket_ids:
        raise Refused(Refusal("DESK_NOTHING", "没有待受理的申请。", "请刷新页面。"))
    cases = locked_many(docket_ids)
    if any(c.state != State.PREAPPROVED for c in cases):
        raise Conflict(
            Refusal("CASE_MOVED_ON", "其中有申请现在不能在窗口受理。", "请刷新页面，看看办到了哪一步。")
        )
    parties: dict[uuid.UUID, list[CaseParty]] = {c.docket_id: [] for c in cases}
    for party in CaseParty.objects.filter(case__in=cases):
        parties[party.case_id].append(party)
    for case in cases:
        separate(case, parties[case.docket_id], actor)
    return cases


def separate(case: Case, parties: Sequence[CaseParty], actor: Actor) -> None:
    """The desk clerk is not the online reviewer of the same case, nor a party, nor who filed it."""
    if case.reviewer_id == actor.user_id:
        raise NotPermitted(
            "case.reassign",
            Refusal(
                "CASE_SAME_HANDS",
                "您是这件申请的网上审核人，不能再受理。",
                "请由另一位受理核验岗同事受理。",
                "domain §9.1",
            ),
        )
    not_own(case, parties, actor)


@act("cases.check_in", permission="case.accept")
def check_in(*, actor: Actor, docket_id: uuid.UUID, party_id: uuid.UUID, how: str) -> None:
    """The identity of a person present was checked: by card reader, by eye against the document, or by agent."""
    case = at_desk(docket_id, actor)
    if how not in ("card", "eye", "agent", "representative"):
        raise Refused(Refusal("DESK_HOW", "请选择核验身份的方式。", "", "", "how"))
    done = CaseParty.objects.filter(case=case, pk=party_id).update(present_at=clock.now(), present_how=how)
    if not done:
        raise Refused(Refusal("DESK_PARTY", "这位当事人不在这件申请里。", "请刷新页面。"))


@act("cases.desk_verdict", permission="case.accept")
def desk_verdict(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    item: str,
    checks: Mapping[str, bool],
    originals: int,
    copies: int,
    note: str = "",
) -> None:
    """Four checks on one paper: 规范性, 完整性, 有效性, 与影像一致 (P2, F11). One that fails needs a note."""
    case = at_desk(docket_id, actor)
    failed = [CHECKS[k] for k in CHECKS if not checks.get(k)]
    if failed and len(note.strip()) < 2:
        raise Refused(Refusal("DESK_NOTE", f"{'、'.join(failed)}不符合，请写明原因。", "", "条例17", "note"))
    if originals < 0 or copies < 0:
        raise Refused(Refusal("DESK_COUNT", "请填写收到的份数", "", "", "originals"))
    Verdict.objects.update_or_create(
        docket_id=case.docket_id,
        stage="desk",
        item=item,
        defaults={
            "verdict": "differs" if failed else "ok",
            "checks": {k: bool(checks.get(k)) for k in CHECKS},
            "originals": originals,
            "copies": copies,
            "note": note.strip()[:200],
            "round": case.round,
            "by": actor.key,
            "at": clock.now(),
        },
    )


@act("cases.send_back", permission="case.accept")
def send_back(*, actor: Actor, docket_id: uuid.UUID, reason: str) -> str:
    """退回网上审核: paper and images differ in a way the reviewer has to see."""
    case = at_desk(docket_id, actor)
    if len(reason.strip()) < 5:
        raise Refused(Refusal("DESK_REASON", "请写明退回的原因。", "", "", "reason"))
    move(case, "send_back", actor, note=reason.strip()[:200], due_at=workdays_from_now(1))
    return case.state


@act("cases.refuse", permission="case.accept")
def refuse(*, actor: Actor, docket_id: uuid.UUID, reasons: Sequence[Mapping[str, str]]) -> str:
    """不予受理, in writing, with every reason at once (条例 17). Each: reason, clause, remedy. Originals go back
    afterwards, against signature (`returning`)."""
    case = at_desk(docket_id, actor)
    if not reasons or any(len(r.get("reason", "").strip()) < 5 for r in reasons):
        raise Refused(
            Refusal(
                "DESK_REFUSE_REASONS",
                "请写明不予受理的全部原因。",
                "每条原因都要写清楚缺什么、怎么补。",
                "条例17",
                "reasons",
            )
        )
    case.filed = {
        **case.filed,
        "refusal": {
            "reasons": [dict(r) for r in reasons],
            "by": actor.name,
            "on": str(clock.today()),
        },
    }
    move(case, "refuse", actor, note=f"共{len(reasons)}条原因")
    enqueue("cases.tell", docket_ids=[str(case.docket_id)], template="refused")
    return case.state


@act("cases.query_batch", permission="register.query")
def query_batch(*, actor: Actor, docket_ids: Sequence[uuid.UUID]) -> int:
    """Ask the restrictions of all cases of a batch at once; gives how many paths are open."""
    cases = locked_many(docket_ids)
    found = facts_of(cases)
    look = checking.look_up([u for c in cases for u in found[c.docket_id].registration.unit_codes])
    served = checking.held_now(found, look)
    checks = [
        checking.judged(c, found[c.docket_id], "desk", actor, look, served.get(c.docket_id, ()))[0]
        for c in cases
    ]
    RestrictionCheck.objects.bulk_create(checks)
    return sum(c.answered for c in checks)
