"""受理并转正式: acceptance turns the pre-review into the formal review and the entry in the book, in one transaction (F12).

Reviewer and registrar of record are the online reviewer, the date is today's, the real actor and instant stand beside.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dengbu.catalog.policy.policy import office_calendar
from dengbu.catalog.registrations import RegistrationType
from dengbu.certificates.actions import NumberRequest, number, void
from dengbu.certificates.queries import listed_beside
from dengbu.certificates.rules import Listed, several
from dengbu.contracts.actions import mark_used
from dengbu.core import clock, rows
from dengbu.core.acts import Actor, act, current
from dengbu.core.counters import next_serials
from dengbu.core.identifiers import parcel_code_of
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.workdays import add_workdays
from dengbu.payments.actions import raise_bills
from dengbu.register.actions import Entered, OfRecord, Prepared, enter, hold, prepare
from dengbu.register.effects import HolderIn
from dengbu.register.rules import HolderFact, UnitBook
from dengbu.surveys import actions as surveys

from ... import rules
from ...facts import CaseFacts, facts_of
from ...models import Case, Transition
from ..moving import authority, locked_many, move, release_claims
from ..served import after_entry, against_served
from .checking_in import separate
from .fees import OBJECTION, bill_for, names_on, paper_of, paper_way
from .opening import asked_now, count_days, judged, open_matters
from .standing import desk_states, why_not


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
    registrations = [found[c.docket_id].registration for c in cases]
    held = hold((u for r in registrations for u in r.unit_codes), houses=any(r.holds for r in registrations))
    served = against_served(cases, found, held.books)
    ready: list[Case] = []
    for case in cases:
        one = found[case.docket_id]
        separate(case, one.parties, actor)
        refusals = why_not(one, actor, states[case.docket_id], held.books.get(case.unit_code))
        refusals += served.get(case.docket_id, ())
        if refusals:
            outcome.refused[case.docket_id] = tuple(refusals)
        else:
            ready.append(case)
    if outcome.refused and not partial:
        raise Refused(r for refusals in outcome.refused.values() for r in refusals)
    asked = {c.docket_id: asked_now(found[c.docket_id], states[c.docket_id], held.books) for c in ready}
    waits = {d for d, kinds in asked.items() if kinds or rules.is_open(states[d].all_matters)}
    entering = [c for c in ready if c.docket_id not in waits]
    for case in ready:
        # What waits is judged today as well: nobody is kept waiting for an entry that is forbidden already.
        if case.docket_id in waits and (no := judged(found[case.docket_id], held.books)):
            outcome.refused[case.docket_id] = no
    if outcome.refused and not partial:
        raise Refused(r for refusals in outcome.refused.values() for r in refusals)
    outcome.waiting = [c.docket_id for c in ready if c.docket_id in waits.difference(outcome.refused)]
    prepared = prepare(registrations_of(entering, found), partial=partial, held=held)
    outcome.refused |= {d: refusals for d, refusals in prepared.outcome.refusals.items() if d is not None}
    entering = [c for c in entering if c.docket_id not in outcome.refused]
    accepted = [c for c in ready if c.docket_id not in outcome.refused]
    if not accepted:
        return outcome
    # Whoever enters waits for the counter of the numbers until this act has committed: all that needs no number is
    # written before it is taken, and what does is sent in one go.
    with rows.together():
        _write_before(accepted, entering, found, prepared, held.books, actor)
        entered = into_the_book(entering, found, actor, partial, prepared)
        number_papers(entered, found, held.books, actor)
        _write_cases(accepted, entered)
    after_entry(entered, found, held.books, actor)
    undertaken = {c.docket_id: states[c.docket_id].undertakings for c in accepted}
    if given := [u for one in undertaken.values() for u in one]:
        count_days(given)
    waiting = [c for c in accepted if c.docket_id in waits]
    open_matters(waiting, asked, found, held.books, actor, undertaken)
    outcome.entered = list(entered)
    current().note(accepted=len(accepted), entered=len(entered), left_out=len(outcome.refused))
    return outcome


def registrations_of(cases: Iterable[Case], found: Mapping[uuid.UUID, CaseFacts]) -> list[RegistrationType]:
    """What is entered for these cases, in order: one entry each, several where a case combines them (合并办理)."""
    return [r for c in cases for r in found[c.docket_id].registration.registrations()]


def into_the_book(
    cases: list[Case],
    found: Mapping[uuid.UUID, CaseFacts],
    actor: Actor,
    partial: bool,
    prepared: Prepared | None = None,
) -> dict[uuid.UUID, list[Entered]]:
    """Into the book, under the online reviewer's name, with today's date (F12; 民法典 214)."""
    if not cases:
        return {}
    result = enter(
        actor=actor,
        registrations=registrations_of(cases, found),
        authority=authority(),
        of_record={c.docket_id: OfRecord(c.reviewer_name, c.reviewer_name) for c in cases},
        partial=partial,
        prepared=prepared,
    )
    entered: dict[uuid.UUID, list[Entered]] = {}
    for entry in result.entries:
        if entry.docket_id is not None:
            entered.setdefault(entry.docket_id, []).append(entry)
    return entered


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
    grants, enters = prepared.grants(), {c.docket_id for c in entering}
    transitions: list[Transition | None] = []
    for case, serial in zip(cases, next_serials("dengbu_acceptance_no", len(cases)), strict=True):
        case.acceptance_no = f"{authority()}{today:%Y%m%d}{serial:06d}"
        case.accepted_at, case.desk_id, case.desk_name = now, actor.user_id, actor.name
        policy = found[case.docket_id].policy
        case.promised_on = add_workdays(today, policy.promised_days, office_calendar())
        case.statutory_on = add_workdays(today, policy.statutory_days, office_calendar())
        transitions.append(move(case, "accept", actor, save=False))
        if case.docket_id in enters:
            case.entered_at = now
            transitions.append(
                move(case, "enter", actor, save=False, note=f"审核人、登簿人：{case.reviewer_name}")
            )
    use_filings([c.docket_id for c in entering], found, actor)
    use_surveys([c.docket_id for c in entering], found, actor)
    raise_bills(
        actor=actor,
        bills=[bill_for(found[c.docket_id], books, grants.get(c.docket_id)) for c in cases],
        assessed_on=today,
    )
    rows.insert([t for t in transitions if t is not None], keys=False)
    if entering:
        release_claims([c.docket_id for c in entering])
    enqueue("cases.tell", docket_ids=[str(c.docket_id) for c in cases], template="accepted")


def _write_cases(cases: list[Case], entered: Mapping[uuid.UUID, Sequence[Entered]]) -> None:
    for case in cases:
        if entries := entered.get(case.docket_id):
            case.entry_id, case.entry_no = (
                entries[0].entry_id,
                entries[0].number,
            )  # the others bear the docket too
    rows.update(
        cases,
        ("acceptance_no", "accepted_at", "desk_id", "desk_name", "promised_on", "statutory_on", "state",
         "state_since", "due_at", "entry_id", "entry_no", "entered_at"),
    )  # fmt: skip


def use_filings(entered: Iterable[uuid.UUID], found: Mapping[uuid.UUID, CaseFacts], actor: Actor) -> None:
    """The contracts on file that were entered on serve no other; one that changed since it was read stops the act."""
    read = {f.filing_no: f.version for d in entered if (f := found[d].filing) is not None}
    if read:
        mark_used(actor=actor, filing_nos=list(read), versions=read)


def use_surveys(entered: Iterable[uuid.UUID], found: Mapping[uuid.UUID, CaseFacts], actor: Actor) -> None:
    """The surveys that were entered from serve no other registration; one that is void meanwhile stops the act."""
    used = [(one.survey.pk, d) for d in entered if (one := found[d].survey) is not None]
    if used:
        surveys.mark_used(actor=actor, used=used)


def number_papers(
    entered: Mapping[uuid.UUID, Sequence[Entered]],
    found: Mapping[uuid.UUID, CaseFacts],
    books: Mapping[str, UnitBook],
    actor: Actor,
) -> None:
    """Old certificates die with their rights; new numbers are taken last (gapless counters)."""
    every = [entry for entries in entered.values() for entry in entries]
    ended = [(right, e.entry_id) for e in every for right in (*e.ended, *e.lifted)]
    renewed = [(n.right, e.entry_id) for e in every for n in e.noted if n.new_paper and n.right is not None]
    lists = listed_beside(right for right, _ in renewed) if renewed else {}
    if ended or renewed:
        void(actor=actor, rights=ended, reason="权利已转移、注销或换发证书", replaced=renewed)
    requests = []
    for docket_id, entries in entered.items():
        if paper_way(found[docket_id]) == "none":
            continue
        gone = {right for entry in entries for right in entry.ended}  # a part may end what another made
        for entry in entries:
            requests += _requests(docket_id, entry, found[docket_id], books, gone, lists)
    if requests:
        number(actor=actor, requests=requests, authority=authority(), on=_year_of(every))


def _requests(
    docket_id: uuid.UUID,
    entry: Entered,
    found: CaseFacts,
    books: Mapping[str, UnitBook],
    gone: set[uuid.UUID],
    lists: Mapping[uuid.UUID, tuple[Listed, ...]],
) -> list[NumberRequest]:
    """The papers that one entry asks for: of the rights it made, and of those that stay and get a new paper. What is
    renewed with a list of units has the list as it stands (`lists`)."""
    rights: list[tuple[uuid.UUID, str, str, Sequence[HolderIn | HolderFact]]] = [
        (g.right, g.unit, g.kind, g.holders) for g in entry.granted if g.right not in gone
    ]
    rights += [
        (r.restriction, r.unit, r.kind, (r.party,))
        for r in entry.restricted
        if r.kind == OBJECTION and r.party
    ]
    for note in entry.noted:
        book = books.get(note.unit)
        stays = book.right(note.right) if book and note.new_paper and note.right else None
        if stays is not None:
            rights.append((stays.public_id, note.unit, stays.kind, stays.holders))
    together: dict[object, list[Listed]] = {}
    if paper_way(found) == "listed":
        for made, unit, kind, holders in rights:
            names = tuple(h.name for h in holders)
            together.setdefault((kind, names, parcel_code_of(unit)), []).append(Listed(made, unit))
        lists = {units[0].right_id: tuple(units) for units in together.values()}
        rights = [one for one in rights if one[0] in lists]
    return [
        NumberRequest(
            docket_id=docket_id,
            entry_id=entry.entry_id,
            right_id=listed[0].right_id if listed else right,
            unit_code=listed[0].unit_code if listed else unit,
            holder_names=name,
            kind=paper_of(kind),
            listed=listed,
        )
        for right, unit, kind, holders in rights
        for listed in (several(lists.get(right, ())),)
        for name in names_on(found, holders)
    ]


def _year_of(entered: Sequence[Entered]) -> dt.date:
    """A day of the year in which these entries stand: at midnight of 31 December the clock has gone on meanwhile."""
    return dt.date(int(entered[0].number.partition("-")[0]), 1, 1)
