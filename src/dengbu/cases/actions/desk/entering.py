"""登簿 of a case that had to wait: in the act that settles its last pending matter, or afterwards by hand."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Refusal, Refused
from dengbu.register.actions import hold, prepare
from dengbu.register.queries import book_of

from ... import rules
from ...facts import CaseFacts, facts, makes
from ...lifecycle import State
from ...models import Case, ClockStop, PendingMatter
from ..due import count_again
from ..moving import locked, may_move, move, release_claims, workdays_from_now
from ..served import after_entry, against_served
from .accepting import into_the_book, number_papers, registrations_of, use_filings, use_surveys
from .checking_in import separate
from .standing import VISIT

UNSIGNED = Refusal(
    "MATTER_UNSIGNED",
    "这件办件还要领导签批，不能登簿。",
    "请领导在“待办事项”里签批。",
    "本登记机构审核层级规定",
    "matters",
)
OPEN = Refusal("MATTER_OPEN", "还有待办事项没有办结，不能登簿。", "请先办结待办事项。", "条例20", "matters")
NONE = Refusal("MATTER_NONE", "没有这项待办，或已经办结。", "请刷新页面，看看办到了哪一步。")


@act("cases.enter_accepted", permission="case.accept")
def enter_accepted(*, actor: Actor, docket_id: uuid.UUID) -> str:
    """Enter an accepted case whose matters are all settled and whose entry was refused when the last one was.

    The entry bears its own real day (corrections 11). Raises Refused with everything that still stands against it.
    """
    case = locked(docket_id)
    found = facts(case)
    separate(case, found.parties, actor)
    if rules.is_open(_matters(docket_id)):
        raise Refused(OPEN)
    _enter(case, found, actor)
    return case.state


@act("cases.settle_matter", permission="case.accept")
def settle_matter(*, actor: Actor, docket_id: uuid.UUID, kind: str, evidence: str) -> str:
    """A matter without a procedure of its own (face-signing, tax …) is settled by its evidence. Gives the case's state."""
    case = locked(docket_id)
    separate(case, list(case.parties.all()), actor)
    matter = open_matter(docket_id, kind) if kind in rules.BY_EVIDENCE else None
    if matter is None or matter.owner == VISIT:
        raise Refused(
            Refusal(
                "MATTER_HAS_PROCEDURE",
                f"{rules.KIND_NAMES.get(kind, '这项待办')}不能在这里直接办结。",
                "请到“待办事项”里按程序办理。",
                "条例19",
                "kind",
            )
        )
    settle(matter, actor, rules.DONE, evidence)
    enter_if_last(case, actor)
    return case.state


def open_matter(docket_id: uuid.UUID, kind: str) -> PendingMatter:
    """The open matter of a kind; the case's row is locked already. Raises Refused when there is none."""
    matter = PendingMatter.objects.filter(docket_id=docket_id, kind=kind, settled_at__isnull=True).first()
    if matter is None:
        raise Refused(NONE)
    return matter


def settle(
    matter: PendingMatter, actor: Actor, outcome: str, evidence: str = "", *, last_day: dt.date | None = None
) -> None:
    """Write down who settled a matter and how; the clock that stood still for it goes on, since `last_day` if it was
    over before today."""
    matter.settled_at, matter.outcome = clock.now(), outcome
    matter.settled_by, matter.settled_by_id = actor.name[:80], actor.user_id
    matter.evidence = evidence.strip()[:200]
    matter.save()
    open_stop = ClockStop.objects.filter(
        docket_id=matter.docket_id, reason=matter.kind, until_on__isnull=True
    )
    if open_stop.update(until_on=min(clock.today(), last_day or clock.today())):
        count_again(matter.docket_id)
    current().note(matter=matter.kind, outcome=outcome, round=matter.round)


def enter_if_last(case: Case, actor: Actor) -> tuple[Refusal, ...]:
    """登簿, if the case is accepted and nothing of it is open: the end of every act that settles a matter.

    The book is asked again. What stands against the entry now is kept on the case and given back; what was settled
    stays settled, and nothing is in the book.
    """
    matters = _matters(case.docket_id)
    if case.state != State.ACCEPTED or rules.is_open(matters):
        return ()
    found = facts(case)
    if _leader_signs(found) and not rules.signed_off(matters) and not rules.against(matters):
        open_one(case, rules.Kind.SIGN_OFF, rules.SIGN_OFF_DAYS)  # the last level: all else is settled
        return ()
    case.refresh_from_db(fields=["promised_on", "statutory_on"])  # counted anew when the clock went on
    try:
        with transaction.atomic():  # a savepoint: a refused entry must not undo what was settled
            _enter(case, found, actor)
    except Refused as refused:
        case.refresh_from_db()
        case.filed = {
            **case.filed,
            "entry_refused": [[r.code, r.message, r.remedy, r.basis] for r in refused.refusals],
        }
        case.save()
        current().note(entry_refused=list(refused.codes))
        return refused.refusals
    return ()


def _matters(docket_id: uuid.UUID) -> list[PendingMatter]:
    return list(PendingMatter.objects.filter(docket_id=docket_id).order_by("pk"))


def open_one(case: Case, kind: rules.Kind, days: int) -> None:
    """Open a matter of a kind, once more if it was there before; it is to be settled in so many working days."""
    before = PendingMatter.objects.filter(docket_id=case.docket_id, kind=kind.value).count()
    PendingMatter.objects.create(
        docket_id=case.docket_id,
        kind=kind.value,
        round=before + 1,
        owner=rules.OWNERS[kind],
        opened_at=clock.now(),
        due_at=workdays_from_now(days),
    )


def _leader_signs(found: CaseFacts) -> bool:
    def conditions() -> frozenset[str]:
        code = found.case.unit_code
        return found.registration.conditions(book_of([code]).get(code), clock.now())

    return rules.leader_signs(found.policy, conditions)


def _enter(case: Case, found: CaseFacts, actor: Actor) -> None:
    docket_id = case.docket_id
    may_move(case, "enter", actor)
    matters = _matters(docket_id)
    if no := rules.against(matters):
        raise Refused(no)
    if _leader_signs(found) and not rules.signed_off(matters):
        raise Refused(UNSIGNED)
    held = hold(found.registration.unit_codes, houses=found.registration.holds)
    if refused := against_served([case], {docket_id: found}, held.books).get(docket_id):
        raise Refused(refused)
    prepared = prepare(registrations_of([case], {docket_id: found}), held=held)
    entered = into_the_book([case], {docket_id: found}, actor, False, prepared)
    entry = entered[docket_id][0]
    case.entry_id, case.entry_no, case.entered_at = entry.entry_id, entry.number, clock.now()
    case.filed = {k: v for k, v in case.filed.items() if k != "entry_refused"}
    move(case, "enter", actor, note=f"审核人、登簿人：{case.reviewer_name}{_others(matters)}")
    release_claims([docket_id])
    use_filings(entered, {docket_id: found}, actor)
    use_surveys(entered, {docket_id: found}, actor)
    number_papers(entered, {docket_id: found}, held.books, actor)
    after_entry(entered, {docket_id: found}, held.books, actor)
    told = "registered_in_book" if makes(case) else "registered_only"
    enqueue("cases.tell", docket_ids=[str(docket_id)], template=told)


def _others(matters: Sequence[PendingMatter]) -> str:
    """Who agreed after the reviewer, level by level."""
    agreed = {m.kind: m.settled_by for m in matters if m.outcome == rules.AGREED}
    words = ((rules.Kind.SECOND_REVIEW, "复审人"), (rules.Kind.SIGN_OFF, "签批人"))
    return "".join(f"；{word}：{agreed[kind]}" for kind, word in words if kind in agreed)
