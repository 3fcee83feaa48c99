"""受理并转正式: acceptance turns the pre-review into the formal review and the entry in the book, in one transaction (F12).

Reviewer and registrar of record are the online reviewer, the date is today's, the real actor and instant stand beside.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dengbu.catalog.fees import FeeAssessment, FeeFacts, FeeUnit, assess
from dengbu.catalog.policy.policy import fee_standards, office_calendar
from dengbu.certificates.actions import NumberRequest, number, void
from dengbu.contracts.actions import mark_used
from dengbu.core import clock, rows
from dengbu.core.acts import Actor, act, current
from dengbu.core.counters import next_serials
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import HouseNature, HouseUse
from dengbu.core.workdays import add_workdays
from dengbu.payments.actions import raise_bills
from dengbu.register.actions import Entered, OfRecord, Prepared, enter, hold, prepare
from dengbu.register.effects import Grant
from dengbu.register.rules import UnitBook

from ...facts import CaseFacts, facts, facts_of
from ...models import Case, Transition
from ..moving import (
    authority,
    locked,
    locked_many,
    may_move,
    move,
    release_claims,
)
from .checking_in import separate
from .standing import DeskState, desk_states, why_not


@dataclass
class Acceptance:
    """What came of an acceptance: accepted and entered, waiting for a matter, or left out with every reason."""

    entered: list[uuid.UUID] = field(default_factory=list)
    waiting: list[uuid.UUID] = field(default_factory=list)
    refused: dict[uuid.UUID, tuple[Refusal, ...]] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {
            "entered": [str(d) for d in self.entered],
            "waiting": [str(d) for d in self.waiting],
            "refused": {
                str(d): [[r.code, r.message, r.remedy] for r in rs] for d, rs in self.refused.items()
            },
        }


@act("cases.accept", permission="case.accept")
def accept(*, actor: Actor, docket_id: uuid.UUID) -> dict[str, object]:
    """受理并转正式: accept one case and enter it, in one transaction. Raises Refused with every reason."""
    cases = locked_many([docket_id])
    outcome = _accept(cases, actor, partial=False)
    return outcome.as_json()


@act("cases.accept_batch", permission="case.accept")
def accept_batch(*, actor: Actor, batch_id: uuid.UUID, docket_ids: Sequence[uuid.UUID]) -> dict[str, object]:
    """大宗受理: accept the checked units of a batch; those that fail stay out, with every reason, the others go in."""
    cases = locked_many(docket_ids)
    if any(c.batch_id != batch_id for c in cases):
        raise Refused(Refusal("DESK_OTHER_BATCH", "有申请不属于这个批次。", "请刷新批次页面后重新选择。"))
    return _accept(cases, actor, partial=True).as_json()


def _accept(cases: list[Case], actor: Actor, *, partial: bool) -> Acceptance:
    outcome = Acceptance()
    found = facts_of(cases)
    states = desk_states(found)
    # Locked here and read once: what is judged now is what the entry stands on.
    held = hold(code for c in cases for code in found[c.docket_id].registration.unit_codes)
    ready: list[Case] = []
    for case in cases:
        one = found[case.docket_id]
        separate(case, one.parties, actor)
        refusals = why_not(one, actor, states[case.docket_id], held.books.get(case.unit_code))
        if refusals:
            outcome.refused[case.docket_id] = tuple(refusals)
        else:
            ready.append(case)
    if outcome.refused and not partial:
        raise Refused(r for refusals in outcome.refused.values() for r in refusals)
    entering = [c for c in ready if not _waits(states[c.docket_id])]
    outcome.waiting = [c.docket_id for c in ready if _waits(states[c.docket_id])]
    prepared = prepare([found[c.docket_id].registration for c in entering], partial=partial, held=held)
    outcome.refused |= {d: refusals for d, refusals in prepared.outcome.refusals.items() if d is not None}
    entering = [c for c in entering if c.docket_id not in outcome.refused]
    accepted = [c for c in ready if c.docket_id not in outcome.refused]
    if not accepted:
        return outcome
    # Whoever enters waits for the counter of the numbers until this act has committed: all that needs no number is
    # written before it is taken, and what does is sent in one go.
    with rows.together():
        _write_before(accepted, entering, found, prepared, held.books, actor)
        entered = _enter(entering, found, actor, partial, prepared)
        _number(entered, found, actor)
        _write_cases(accepted, entered)
    outcome.entered = list(entered)
    current().note(accepted=len(accepted), entered=len(entered), left_out=len(outcome.refused))
    return outcome


def _waits(state: DeskState) -> bool:
    return any(m.settled_at is None for m in state.matters.values())


def _enter(
    cases: list[Case],
    found: Mapping[uuid.UUID, CaseFacts],
    actor: Actor,
    partial: bool,
    prepared: Prepared | None = None,
) -> dict[uuid.UUID, Entered]:
    """Into the book, under the online reviewer's name, with today's date (F12; 民法典 214)."""
    if not cases:
        return {}
    result = enter(
        actor=actor,
        registrations=[found[c.docket_id].registration for c in cases],
        authority=authority(),
        of_record={c.docket_id: OfRecord(c.reviewer_name, c.reviewer_name) for c in cases},
        partial=partial,
        prepared=prepared,
    )
    return {e.docket_id: e for e in result.entries if e.docket_id is not None}


def _write_before(
    cases: list[Case],
    entering: list[Case],
    found: Mapping[uuid.UUID, CaseFacts],
    prepared: Prepared,
    books: Mapping[str, UnitBook],
    actor: Actor,
) -> None:
    """What follows from acceptance and needs no entry number, set by set: timeline, bills, claims, filings, jobs."""
    now, today = clock.now(), clock.today()
    grants = prepared.grants()
    transitions: list[Transition | None] = []
    for case, serial in zip(cases, next_serials("dengbu_acceptance_no", len(cases)), strict=True):
        case.acceptance_no = f"{authority()}{today:%Y%m%d}{serial:06d}"
        case.accepted_at, case.desk_id, case.desk_name = now, actor.user_id, actor.name
        case.promised_on = add_workdays(today, found[case.docket_id].policy.promised_days, office_calendar())
        transitions.append(move(case, "accept", actor, save=False))
        if case.docket_id in grants:
            case.entered_at = now
            transitions.append(
                move(case, "enter", actor, save=False, note=f"审核人、登簿人：{case.reviewer_name}")
            )
    _use_filings([c.docket_id for c in entering], found, actor)
    raise_bills(
        actor=actor,
        bills=[
            _bill(
                c,
                found[c.docket_id],
                books.get(c.unit_code),
                _certificates(found[c.docket_id], grants.get(c.docket_id)),
            )
            for c in cases
        ],
        assessed_on=today,
    )
    rows.insert([t for t in transitions if t is not None], keys=False)
    if entering:
        release_claims([c.docket_id for c in entering])
    enqueue("cases.tell", docket_ids=[str(c.docket_id) for c in cases], template="accepted")


def _write_cases(cases: list[Case], entered: Mapping[uuid.UUID, Entered]) -> None:
    for case in cases:
        entry = entered.get(case.docket_id)
        if entry is not None:
            case.entry_id, case.entry_no = entry.entry_id, entry.number
    rows.update(
        cases,
        ("acceptance_no", "accepted_at", "desk_id", "desk_name", "promised_on", "state", "state_since", "due_at",
         "entry_id", "entry_no", "entered_at"),
    )  # fmt: skip


def _use_filings(entered: Iterable[uuid.UUID], found: Mapping[uuid.UUID, CaseFacts], actor: Actor) -> None:
    """The contracts on file that were entered on serve no other; one that changed since it was read stops the act."""
    read = {f.filing_no: f.version for d in entered if (f := found[d].filing) is not None}
    if read:
        mark_used(actor=actor, filing_nos=list(read), versions=read)


def _certificates(found: CaseFacts, granted: Sequence[Grant] | None) -> int:
    """How many certificates a case makes: one, or one per holder where they asked to hold separately. `granted` are
    the rights of its entry; None while it waits."""
    if found.registration.produces is None:
        return 0
    if granted is not None:
        return sum(len(_names(found, g)) for g in granted)
    takers = found.registration.filed.role(*found.registration.taker_roles)
    separately = found.case.filed.get("delivery", {}).get("separate")
    return len(takers) if separately and takers else 1


def _names(found: CaseFacts, grant: Grant) -> list[str]:
    holders = [h.name for h in grant.holders]
    if found.case.filed.get("delivery", {}).get("separate") and len(holders) > 1:
        return holders
    return ["、".join(holders)]


def _number(entered: Mapping[uuid.UUID, Entered], found: Mapping[uuid.UUID, CaseFacts], actor: Actor) -> None:
    """Old certificates die with their rights; new numbers are taken last (gapless counters)."""
    ended = [(right, e.entry_id) for e in entered.values() for right in e.ended]
    if ended:
        void(actor=actor, rights=ended, reason="权利已转移或注销")
    requests = []
    for docket_id, entry in entered.items():
        kind = found[docket_id].registration.produces
        if kind is None:
            continue
        requests += [
            NumberRequest(
                docket_id=docket_id,
                entry_id=entry.entry_id,
                right_id=grant.right,
                unit_code=grant.unit,
                holder_names=name,
                kind=kind,
            )
            for grant in entry.granted
            for name in _names(found[docket_id], grant)
        ]
    if requests:
        number(actor=actor, requests=requests, authority=authority(), on=_year_of(entered))


def _year_of(entered: Mapping[uuid.UUID, Entered]) -> dt.date:
    """A day of the year in which these entries stand: at midnight of 31 December the clock has gone on meanwhile."""
    return dt.date(int(next(iter(entered.values())).number.partition("-")[0]), 1, 1)


def fee_of(found: CaseFacts, book: UnitBook | None, certificates: int) -> FeeAssessment:
    """The fee by the dated standards, on today as the day of acceptance (财税〔2019〕45号)."""
    facts_ = book.facts if book else {}
    unit = FeeUnit(
        parcel=book.parcel_code if book else "",
        use=HouseUse(facts_["use"]) if facts_.get("use") in HouseUse.values else None,
        nature=HouseNature(facts_["house_nature"])
        if facts_.get("house_nature") in HouseNature.values
        else HouseNature.MARKET,
    )
    return assess(
        FeeFacts(
            rule=found.registration.fee_rule,
            accepted_on=clock.today(),
            units=(unit,),
            certificates=max(certificates, 1) if found.registration.produces else 0,
            claimed=frozenset(found.case.filed.get("exemptions", ())),
        ),
        fee_standards(),
    )


def _bill(case: Case, found: CaseFacts, book: UnitBook | None, certificates: int) -> dict[str, object]:
    bill = fee_of(found, book, certificates)
    takers = [p.name for p in found.parties if p.role in found.registration.taker_roles]
    return {
        "docket_id": case.docket_id,
        "lines": [
            {
                "item": x.item,
                "quantity": x.quantity,
                "each_fen": x.each_fen,
                "amount_fen": x.amount_fen,
                "note": x.note,
            }
            for x in bill.lines
        ],
        "total_fen": bill.total_fen,
        "payer": "、".join(takers)[:200],
        "exemption": bill.exemption_name or ("免收" if bill.is_free else ""),
        "basis": bill.exemption_basis or bill.basis,
    }


@act("cases.enter_accepted", permission="case.accept")
def enter_accepted(*, actor: Actor, docket_id: uuid.UUID) -> str:
    """Enter an accepted case whose last pending matter is settled. The entry bears its own real day (corrections 11)."""
    case = locked(docket_id)
    found = facts(case)
    separate(case, found.parties, actor)
    state = desk_states([docket_id])[docket_id]
    if _waits(state):
        raise Refused(
            Refusal(
                "MATTER_OPEN", "还有待办事项没有办结，不能登簿。", "请先办结待办事项。", "条例20", "matters"
            )
        )
    may_move(case, "enter", actor)
    entered = _enter([case], {docket_id: found}, actor, False)
    entry = entered[docket_id]
    case.entry_id, case.entry_no, case.entered_at = entry.entry_id, entry.number, clock.now()
    move(case, "enter", actor, note=f"审核人、登簿人：{case.reviewer_name}")
    release_claims([docket_id])
    _use_filings(entered, {docket_id: found}, actor)
    _number(entered, {docket_id: found}, actor)
    enqueue("cases.tell", docket_ids=[str(docket_id)], template="registered_in_book")
    return case.state
