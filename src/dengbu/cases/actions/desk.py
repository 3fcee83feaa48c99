"""受理核验岗: who is present, paper against images, restrictions again; then refuse, send back, or accept.

Acceptance turns the pre-review into the formal review and the entry in the book, in one transaction (F12): reviewer
and registrar of record are the online reviewer, the date is today's, the real actor and instant stand beside.
"""

from __future__ import annotations

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
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.core.vocabulary import HouseNature, HouseUse
from dengbu.core.workdays import add_workdays
from dengbu.payments.actions import raise_bills
from dengbu.register.actions import Entered, HeldBook, OfRecord, enter, hold
from dengbu.register.effects import Grant
from dengbu.register.rules import UnitBook

from ..facts import CaseFacts, Line, facts, facts_of
from ..lifecycle import State
from ..models import Case, CaseParty, PendingMatter, RestrictionCheck, Transition, Verdict
from . import checking
from .moving import (
    authority,
    locked,
    locked_many,
    may_move,
    move,
    not_own,
    release_claims,
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
def refuse(
    *, actor: Actor, docket_id: uuid.UUID, reasons: Sequence[Mapping[str, str]], returned: str = ""
) -> str:
    """不予受理, in writing, with every reason at once (条例 17). Each: reason, clause, remedy."""
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
            "returned": returned,
            "by": actor.name,
            "on": str(clock.today()),
        },
    }
    move(case, "refuse", actor, note=f"共{len(reasons)}条原因")
    enqueue("cases.tell", docket_ids=[str(case.docket_id)], template="refused")
    return case.state


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
    unchecked = [line.item.name for line in papers(found, book) if line.key not in state.verdicts]
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
    differing = [v.item for v in state.verdicts.values() if v.verdict != "ok"]
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
    refusals.extend(checking.refuse_unless_open(state.check, now))
    return refusals


def papers(found: CaseFacts, book: UnitBook | None) -> tuple[Line, ...]:
    """The lines whose paper the desk compares with the images: what was uploaded or is required."""
    return tuple(
        line
        for line in found.checklist(book, clock.now())
        if not line.item.generated
        and not line.exempt
        and (line.item.when != "optional" or found.pages.get(line.key))
    )


@dataclass(frozen=True, slots=True)
class DeskState:
    """What the desk has done so far on one case."""

    verdicts: Mapping[str, Verdict]
    check: RestrictionCheck | None
    matters: Mapping[str, PendingMatter]

    def absent(self, found: CaseFacts) -> list[CaseParty]:
        """Who still has to show their identity. A face-signing done online is adopted, never asked again (F9)."""
        signed = self.matters.get("face_signing")
        if signed is not None and signed.settled_at is not None:
            return []
        people = [p for p in found.parties if p.document_kind != "uscc"]
        bodies = [p for p in found.parties if p.document_kind == "uscc"]
        if found.case.client == "person":
            return [p for p in (*people, *bodies) if p.present_at is None]
        # Banks and developers come by their representative; persons confirmed online with real name.
        return [] if any(p.present_at for p in found.parties) else bodies[:1]


def desk_states(docket_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, DeskState]:
    """Desk states of cases, three statements whatever their number."""
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
    matters: dict[uuid.UUID, dict[str, PendingMatter]] = {d: {} for d in ids}
    for m in rows.read(PendingMatter, "WHERE t.docket_id = ANY(%s)", [ids]):
        matters[m.docket_id][m.kind] = m
    return {d: DeskState(verdicts[d], checks.get(d), matters[d]) for d in ids}


@act("cases.query_batch", permission="register.query")
def query_batch(*, actor: Actor, docket_ids: Sequence[uuid.UUID]) -> int:
    """Ask the restrictions of all cases of a batch at once; gives how many paths are open."""
    cases = locked_many(docket_ids)
    found = facts_of(cases)
    look = checking.look_up([c.unit_code for c in cases])
    checks = [checking.judged(c, found[c.docket_id], "desk", actor, look)[0] for c in cases]
    RestrictionCheck.objects.bulk_create(checks)
    return sum(c.answered for c in checks)


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
    now_entering = [c for c in ready if not _waits(states[c.docket_id])]
    outcome.waiting = [c.docket_id for c in ready if _waits(states[c.docket_id])]
    entered = _enter(now_entering, found, actor, partial, outcome, held)
    accepted = [c for c in ready if c.docket_id in entered or c.docket_id in outcome.waiting]
    if not accepted:
        return outcome
    _write(accepted, found, entered, held.books, actor)
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
    outcome: Acceptance,
    held: HeldBook | None = None,
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
        held=held,
    )
    for docket_id, refusals in result.refusals.items():
        if docket_id is not None:
            outcome.refused[docket_id] = refusals
    return {e.docket_id: e for e in result.entries if e.docket_id is not None}


def _write(
    cases: list[Case],
    found: Mapping[uuid.UUID, CaseFacts],
    entered: Mapping[uuid.UUID, Entered],
    books: Mapping[str, UnitBook],
    actor: Actor,
) -> None:
    """What follows from acceptance and entry, set by set: case rows, timeline, bills, certificate numbers, jobs."""
    now, today = clock.now(), clock.today()
    transitions: list[Transition | None] = []
    for case, serial in zip(cases, next_serials("dengbu_acceptance_no", len(cases)), strict=True):
        case.acceptance_no = f"{authority()}{today:%Y%m%d}{serial:06d}"
        case.accepted_at, case.desk_id, case.desk_name = now, actor.user_id, actor.name
        case.promised_on = add_workdays(today, found[case.docket_id].policy.promised_days, office_calendar())
        transitions.append(move(case, "accept", actor, save=False))
        entry = entered.get(case.docket_id)
        if entry is not None:
            case.entry_id, case.entry_no, case.entered_at = entry.entry_id, entry.number, now
            transitions.append(
                move(case, "enter", actor, save=False, note=f"审核人、登簿人：{case.reviewer_name}")
            )
    rows.update(
        cases,
        ("acceptance_no", "accepted_at", "desk_id", "desk_name", "promised_on", "state", "state_since", "due_at",
         "entry_id", "entry_no", "entered_at"),
    )  # fmt: skip
    rows.insert([t for t in transitions if t is not None])
    certificates = _certificates(cases, found, entered)
    raise_bills(
        actor=actor,
        bills=[
            _bill(c, found[c.docket_id], books.get(c.unit_code), certificates.get(c.docket_id, 0))
            for c in cases
        ],
        assessed_on=today,
    )
    if entered:
        release_claims(list(entered))
        _use_filings(entered, found, actor)
        _number(entered, found, actor)
    enqueue("cases.tell", docket_ids=[str(c.docket_id) for c in cases], template="accepted")


def _use_filings(entered: Iterable[uuid.UUID], found: Mapping[uuid.UUID, CaseFacts], actor: Actor) -> None:
    """The contracts on file that were entered on serve no other; one that changed since it was read stops the act."""
    read = {f.filing_no: f.version for d in entered if (f := found[d].filing) is not None}
    if read:
        mark_used(actor=actor, filing_nos=list(read), versions=read)


def _certificates(
    cases: Iterable[Case], found: Mapping[uuid.UUID, CaseFacts], entered: Mapping[uuid.UUID, Entered]
) -> dict[uuid.UUID, int]:
    """How many certificates each case makes: one, or one per holder where they asked to hold separately."""
    counts = {}
    for case in cases:
        entry = entered.get(case.docket_id)
        if found[case.docket_id].registration.produces is None:
            counts[case.docket_id] = 0
        elif entry is not None:
            counts[case.docket_id] = sum(len(_names(found[case.docket_id], g)) for g in entry.granted)
        else:
            takers = found[case.docket_id].registration.filed.role(
                *found[case.docket_id].registration.taker_roles
            )
            separate_ = found[case.docket_id].case.filed.get("delivery", {}).get("separate")
            counts[case.docket_id] = len(takers) if separate_ and takers else 1
    return counts


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
        number(actor=actor, requests=requests, authority=authority(), on=clock.today())


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


@act("cases.settle_matter", permission="case.accept")
def settle_matter(*, actor: Actor, docket_id: uuid.UUID, kind: str, evidence: str) -> None:
    """A pending matter is settled, with its evidence."""
    case = locked(docket_id)
    separate(case, list(case.parties.all()), actor)
    done = PendingMatter.objects.filter(docket_id=case.docket_id, kind=kind, settled_at__isnull=True).update(
        settled_at=clock.now(), settled_by=actor.name, evidence=evidence.strip()[:200]
    )
    if not done:
        raise Refused(Refusal("MATTER_NONE", "没有这项待办，或已经办结。", "请刷新页面。"))


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
    outcome = Acceptance()
    entered = _enter([case], {docket_id: found}, actor, False, outcome)
    entry = entered[docket_id]
    case.entry_id, case.entry_no, case.entered_at = entry.entry_id, entry.number, clock.now()
    move(case, "enter", actor, note=f"审核人、登簿人：{case.reviewer_name}")
    release_claims([docket_id])
    _use_filings(entered, {docket_id: found}, actor)
    _number(entered, {docket_id: found}, actor)
    enqueue("cases.tell", docket_ids=[str(docket_id)], template="registered_in_book")
    return case.state
