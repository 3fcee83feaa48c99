"""上门服务: whoever cannot come to the window asks for a visit, or the window for them; the office plans or declines it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.parties.queries import actor_of

from ... import home_visits, rules
from ...applicants import own
from ...facts import facts
from ...lifecycle import State
from ...models import Case, HomeVisit, PendingMatter, Signer
from ..desk import settle
from ..moving import VISIT_PLAN_DAYS, as_applicant, locked, not_own, workdays_from_now
from ..signatures import people, signs_for

KIND = rules.Kind.FACE_SIGNING
GONE = Refusal("VISIT_GONE", "没有等待办理的上门服务。", "请刷新页面。")


@act("cases.ask_visit")
def ask_visit(
    *, actor: Actor, docket_id: uuid.UUID, party_ids: Sequence[str], reason: str, remark: str, place: str
) -> None:
    """申请上门服务 by an applicant, from the submission on. Raises Refused with every fault, NotPermitted for whoever does not apply."""
    case = locked(docket_id)
    as_applicant(case, actor)
    _ask(case, actor, "applicant", party_ids, reason, remark, place)


@act("cases.ask_visit_at_window", permission="case.accept")
def ask_visit_at_window(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    party_ids: Sequence[str],
    reason: str,
    remark: str,
    place: str,
    how: str = "window",
) -> None:
    """The same, asked for by word at the `window` or by `phone`; by who typed the application too: it is part of filing
    for somebody, and handles nothing."""
    case = locked(docket_id)
    parties = list(case.parties.all())
    if own(parties, actor):
        not_own(case, parties, actor)
    _ask(case, actor, "phone" if how == "phone" else "window", party_ids, reason, remark, place)


def _ask(
    case: Case, actor: Actor, how: str, party_ids: Sequence[str], reason: str, remark: str, place: str
) -> None:
    found = facts(case)
    known = {str(p.pk): p for p in people(found)}
    before = (
        PendingMatter.objects.filter(docket_id=case.docket_id, kind=KIND.value).order_by("-round").first()
    )
    wrong = home_visits.ask(
        state=case.state,
        reason=reason,
        remark=remark,
        place=place,
        people=party_ids,
        known=known,
        present=[key for key, p in known.items() if p.present_at is not None],
        waiting=before is not None and before.settled_at is None,
    )
    if wrong:
        raise Refused(wrong)
    matter = PendingMatter.objects.create(
        docket_id=case.docket_id,
        kind=KIND.value,
        round=before.round + 1 if before else 1,
        owner=rules.OWNERS[KIND],
        opened_at=clock.now(),
        due_at=workdays_from_now(VISIT_PLAN_DAYS) if case.state == State.PREAPPROVED else None,
    )
    visit = HomeVisit.objects.create(
        matter=matter,
        docket_id=case.docket_id,
        reason=reason,
        remark=remark.strip()[:200],
        place=place.strip()[:200],
        asked_how=how,
        asked_by=actor.name[:80],
        asked_at=clock.now(),
    )
    Signer.objects.bulk_create(
        Signer(
            docket_id=case.docket_id,
            visit=visit,
            role=p.role,
            number_index=p.number_index,
            ordinal=n,
            name=signs_for(p)[0],
        )
        for n, p in enumerate((p for key, p in known.items() if key in set(party_ids)), 1)
    )
    current().note(asked=how, reason=reason, people=len(set(party_ids)))


@act("cases.cancel_visit_home")
def cancel_visit_home(*, actor: Actor, docket_id: uuid.UUID) -> None:
    """撤销上门服务 before it was made: by an applicant, or by the window where they came after all."""
    case = locked(docket_id)
    if not actor.may("case.accept"):
        as_applicant(case, actor)
    visit = open_visit(docket_id)
    if visit.written_at is not None:
        raise Conflict(
            Refusal("VISIT_WRITTEN", "面签记录已经填写，不能撤销。", "请由一同上门的同事确认或退回。")
        )
    settle(visit.matter, actor, rules.OVER, "撤销上门服务")


@act("cases.plan_visit", permission="case.settle")
def plan_visit(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    planned_at: dt.datetime | None,
    first: int | None,
    second: int | None,
    place: str = "",
) -> None:
    """The office says when and who, once the pre-review has passed; may be planned anew until the record is written.
    The applicants are told.

    `first` and `second` are accounts. Raises Refused with every fault.
    """
    case = locked(docket_id)
    not_own(case, list(case.parties.all()), actor)
    visit = open_visit(docket_id)
    if visit.written_at is not None:
        raise Conflict(Refusal("VISIT_WRITTEN", "面签记录已经填写，不能改期。", "请刷新页面。"))
    found = facts(case)
    officers = [_officer(first), _officer(second)]
    there = {(p.role, p.number_index) for p in people(found)}
    wrong = home_visits.plan(
        state=case.state,
        gone=[s.name for s in visit.signers.all() if (s.role, s.number_index) not in there],
        planned_at=planned_at,
        now=clock.now(),
        until=case.valid_until,
        first=officers[0].user_id if officers[0] else None,
        second=officers[1].user_id if officers[1] else None,
        officers=found.policy.visit_officers,
        own=[o.user_id for o in officers if o and o.user_id and _own(case, o)],
    )
    if wrong:
        raise Refused(wrong)
    visit.planned_at, visit.place = planned_at, place.strip()[:200] or visit.place
    for prefix, officer in zip(("first", "second"), officers, strict=True):
        setattr(visit, f"{prefix}_id", officer.user_id if officer else None)
        setattr(visit, f"{prefix}_name", officer.name[:50] if officer else "")
        setattr(visit, f"{prefix}_number", officer.staff_number if officer else "")
    visit.save()
    visit.matter.due_at = planned_at
    visit.matter.save()
    enqueue("cases.tell", docket_ids=[str(docket_id)], template="visit_planned")


def _officer(user_id: int | None) -> Actor | None:
    """Who goes: staff with the right to; anybody else is nobody."""
    found = actor_of(user_id) if user_id else None
    return found if found is not None and found.may(rules.OWNERS[KIND]) else None


def _own(case: Case, officer: Actor) -> bool:
    try:
        not_own(case, list(case.parties.all()), officer)
    except NotPermitted:
        return True
    return False


@act("cases.decline_visit", permission="case.settle")
def decline_visit(*, actor: Actor, docket_id: uuid.UUID, reason: str) -> None:
    """不予上门, with its reason, which the applicants are told. They may still come, or be represented."""
    case = locked(docket_id)
    not_own(case, list(case.parties.all()), actor)
    visit = open_visit(docket_id)
    if visit.written_at is not None:
        raise Conflict(Refusal("VISIT_WRITTEN", "面签记录已经填写。", "请刷新页面。"))
    if len(reason.strip()) < 5:
        raise Refused(
            Refusal(
                "VISIT_WHY_NOT",
                "请写明不能上门的原因和其他办法。",
                "例如：可以公证委托他人办理。不少于5个字。",
                home_visits.SERVICE,
                "decline",
            )
        )
    settle(visit.matter, actor, rules.TURNED_DOWN, reason)
    enqueue("cases.tell", docket_ids=[str(docket_id)], template="visit_declined")


def open_visit(docket_id: uuid.UUID) -> HomeVisit:
    """The visit that was asked for and is not over; the case's row is locked already. Raises Refused."""
    visit = (
        HomeVisit.objects.select_related("matter")
        .filter(docket_id=docket_id, matter__settled_at__isnull=True)
        .first()
    )
    if visit is None:
        raise Refused(GONE)
    return visit


def still_open(case: Case) -> None:
    """Raises Conflict where the case is not before its acceptance any more."""
    if case.state != State.PREAPPROVED:
        raise Conflict(Refusal("CASE_MOVED_ON", "这件申请现在不能面签。", "请刷新页面，看看办到了哪一步。"))
