"""Submitting: judged whole, claimed, confirmed by the others, submitted again after a correction, withdrawn."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction

from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.ids import token
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.materials.queries import pages_of
from dengbu.register.queries import book_of, unit_book
from dengbu.register.rules import UnitBook

from ...applicants import NOT_APPLICANT, holds, is_agent, is_party, may_file
from ...facts import CaseFacts, Line, facts
from ...lifecycle import State, step
from ...models import Case, CaseParty, Claim
from .. import checking
from ..moving import check_version, limit_days, move, workdays_from_now
from ..served import Held, holding
from ..signatures import void_visits
from .drafting import correction_targets, own_case, typed_by_desk
from .starting import draft_term, organisation_for

DECLARATION = Refusal("F_DECLARATION", "请阅读并勾选承诺书", "", "条例16", "declaration")


def missing(
    found: CaseFacts,
    at: dt.datetime,
    books: Mapping[str, UnitBook] | None = None,
    actor: Actor | None = None,
    served: Sequence[Held] | None = None,
) -> list[Refusal]:
    """Everything still missing or wrong before an application can be submitted, at once (一次性告知).

    `books`: of the units of a batch, read once for all of them. `actor`: who would submit it; none for a batch, which
    its organisation files. `served`: what papers say against this one that lie at the office and are not entered
    (`holding`), asked once for all.
    """
    case = found.case
    refusals: list[Refusal] = []
    if books is None:
        books = book_of(found.registration.unit_codes) if case.unit_code else {}
    if not case.unit_code:
        refusals.append(Refusal("F_NO_UNIT", "请选择不动产坐落", "请先确认是哪一处不动产。", "", "property"))
    else:
        refusals.extend(found.registration.judge(books, at).refusals)
        if served is None:
            served = holding({case.docket_id: found}, books).get(case.docket_id, ())
        refusals.extend(held.refusal for held in served)
    if actor and not case.filed_for_by_staff and not may_file(found.registration, found.parties, actor):
        refusals.append(NOT_APPLICANT)
    for line in found.checklist(books.get(case.unit_code), at):
        if found.owing(line):
            refusals.append(not_there(line))
    if not case.filed.get("delivery"):
        refusals.append(Refusal("F_DELIVERY", "请选择领证方式", "", "", "delivery"))
    return refusals


def not_there(line: Line) -> Refusal:
    """A paper that has to be uploaded and is not."""
    return Refusal("M01", f"请上传“{line.item.name}”", line.item.why, "条例16", f"material:{line.key}")


@act("cases.submit")
def submit(*, actor: Actor, docket_id: uuid.UUID, declared: bool, version: int | None = None) -> str:
    """Submit the application: judge it whole, claim the unit, then to the reviewers or first to the other parties.

    Gives the new state. Raises Refused with every reason, Conflict for a stale tab or what is submitted already; with a key a replay gives the
    first answer and makes nothing new.
    """
    case, parties = own_case(docket_id, actor)
    if case.state == State.CORRECTION:
        return _resubmit(case, parties, actor, declared)
    step(case.state, "submit")
    check_version(case, version)
    if not declared:
        raise Refused(DECLARATION)
    if case.organisation_id:
        organisation_for(actor, case.client, TYPES[case.type_code])
    found = facts(case)
    at = clock.now()
    refusals = missing(found, at, actor=actor)
    if refusals:
        raise Refused(refusals)
    typed_by_desk(case, actor)
    case.filed = {**case.filed, "declared": {"at": at.isoformat(), "by": actor.key}}
    checking.remember(case, found, "filing", actor)
    _go_on(case, "submit", actor, parties, found)
    return case.state


def _go_on(case: Case, event: str, actor: Actor, parties: list[CaseParty], found: CaseFacts) -> None:
    """To the reviewers, or first to those who have not confirmed what is filed now (条例 14)."""
    waiting: list[CaseParty] = []
    if not case.filed_for_by_staff:
        for party in parties:
            if party.confirmed_at is None and _speaks_for(actor, party, case):
                _confirm(party, actor)
        waiting = awaiting(found, parties)
    if holds(case, found.registration, parties):
        (claim if event == "submit" else hold)(case, found)  # a draft holds nothing yet
    if waiting:
        move(case, "invite", actor, parties=parties, due_at=workdays_from_now(limit_days("correction")))
        _invite(case, waiting, actor)
    else:
        _submitted(case, event, actor, parties)


def _speaks_for(actor: Actor, party: CaseParty, case: Case) -> bool:
    """Whether who submits is this party, or the operator of this party where it is the organisation that files."""
    ours = party.organisation_id is not None and party.organisation_id == case.organisation_id
    return ours or is_party(party, actor)


def awaiting(found: CaseFacts, parties: Sequence[CaseParty]) -> list[CaseParty]:
    """The parties who still have to confirm what another filed."""
    roles = found.registration.confirming
    return [p for p in parties if p.role in roles and p.confirmed_at is None]


def hold(case: Case, found: CaseFacts) -> None:
    """Claim the units unless this case has them already. Raises Refused as `claim`."""
    if not case.docket.claims.filter(released_at__isnull=True).exists():
        claim(case, found)


def claim(case: Case, found: CaseFacts) -> None:
    """Claim the units for this case. Raises Refused when another unfinished case holds one of them."""
    now, kind = clock.now(), found.registration.claim_class()
    try:
        with transaction.atomic():
            Claim.objects.bulk_create(
                Claim(docket_id=case.docket_id, unit_code=unit, conflict_class=kind, made_at=now)
                for unit in sorted(found.registration.unit_codes)
            )
    except IntegrityError:
        raise Refused(
            Refusal(
                "R_PENDING",
                "这处不动产另有一件申请正在办理。",
                "请等那件办结或撤回后再申请；如有疑问请致电登记中心。",
                "操作规范1.4",
                "unit",
            )
        ) from None


def _submitted(case: Case, event: str, actor: Actor, parties: Sequence[CaseParty] | None) -> None:
    case.submitted_at = clock.now()
    due = workdays_from_now(REVIEW_DAYS)
    move(case, event, actor, due_at=due, parties=parties)
    tell_later(case, "submitted")


REVIEW_DAYS = 1  # an online application is looked at within one working day


NOT_ASKED = Refusal("CASE_NOT_IN_CORRECTION", "这件申请现在不需要补正。", "请从办件页查看进度。")
NO_ACCOUNT = "{who}还没有本平台的机构账号，不能网上确认。"


def _invite(case: Case, waiting: Sequence[CaseParty], actor: Actor) -> None:
    """Whoever has to confirm is invited. Raises Refused where an organisation has no account to confirm with."""
    if unknown := [p for p in waiting if p.document_kind == "uscc" and p.organisation_id is None]:
        raise Refused(
            Refusal(
                "CONFIRM_NO_ACCOUNT",
                NO_ACCOUNT.format(who=p.name),
                "请其先到登记中心备案开户；或各方一起到登记窗口申请。",
                "条例14；工作方案四（一）",
                "parties",
            )
            for p in unknown
        )
    for party in waiting:
        party.invite_token, party.invited_at = token(), clock.now()
        party.save()
    tell_later(case, "invited")


def tell_later(case: Case, template: str) -> None:
    """Let everybody concerned be told, after commit, by the queue."""
    enqueue("cases.tell", docket_ids=[str(case.docket_id)], template=template)


def _confirm(party: CaseParty, actor: Actor) -> None:
    party.confirmed_at, party.confirmed_by = clock.now(), actor.user_id
    if is_agent(party, actor):
        party.agent_person_id = actor.person_id
    else:
        party.person_id = party.person_id or actor.person_id
    party.invite_token = None
    party.save()


def _invited(docket_id: uuid.UUID, actor: Actor) -> tuple[Case, list[CaseParty], list[CaseParty]]:
    case, parties = own_case(docket_id, actor, as_party=True)
    mine = [p for p in parties if is_party(p, actor)]
    if not mine:
        raise NotPermitted(
            "application.confirm",
            Refusal(
                "CONFIRM_NOT_YOU",
                "这份确认不是发给您的。",
                "请用被邀请人本人的实名账号，或被邀请机构经办人的账号登录。",
                "条例14",
            ),
        )
    return case, parties, mine


def own_lines(found: CaseFacts, actor: Actor) -> list[Line]:
    """The papers that a party who did not file brings itself, because they are its own. One statement."""
    lines = found.checklist(unit_book(found.case.unit_code), clock.now())
    return [line for line in lines if any(is_party(p, actor) for p in found.brought_by(line))]


@act("cases.confirm", permission="application.confirm")
def confirm(*, actor: Actor, docket_id: uuid.UUID, declared: bool, version: int | None = None) -> str:
    """The other party read what was filed and agrees. When the last one does, the application is submitted; with the
    first who stands in the book it holds the home. Raises Refused (R_PENDING) where another one does meanwhile.

    Raises Refused with M01 for each of its own papers that is not there.
    `version` is the one they read: raises Conflict where it was changed meanwhile (somebody else disagreed).
    """
    case, parties, mine = _invited(docket_id, actor)
    if not declared:
        raise Refused(DECLARATION)
    if version is not None and version != case.version:
        raise Conflict(
            Refusal(
                "CONFIRM_CHANGED",
                "申请内容在您打开页面后有改动，这次确认没有生效。",
                "请从“我的办件”重新打开，核对后再确认。",
                "条例14",
            )
        )
    if case.state != State.AWAITING:
        if all(p.confirmed_at for p in mine):
            return case.state  # a second click
        move(case, "confirm", actor, parties=parties)
    found = facts(case)
    if lacking := [
        line for line in own_lines(found, actor) if line.to_upload and not found.pages.get(line.key)
    ]:
        raise Refused(not_there(line) for line in lacking)
    for party in mine:
        _confirm(party, actor)
    if holds(case, found.registration, parties):
        hold(case, found)
    if not awaiting(found, parties):
        _submitted(case, "confirm", actor, parties)
    return case.state


@act("cases.disagree", permission="application.confirm")
def disagree(*, actor: Actor, docket_id: uuid.UUID, reason: str) -> str:
    """The other party does not agree: the draft goes back to who filed it, with the reason; the unit is let go."""
    case, parties, mine = _invited(docket_id, actor)
    if not reason.strip():
        raise Refused(Refusal("CONFIRM_NO_REASON", "请写明不同意的原因。", "", "", "reason"))
    for party in mine:
        party.declined_at, party.decline_reason = clock.now(), reason.strip()[:200]
        party.save()
    case.parties.update(confirmed_at=None, confirmed_by=None, invite_token=None)
    case.version = case.version + 1
    # Its term ran out while the others were asked, or soon will: it begins anew.
    case.draft_until, case.draft_told_at = draft_term(), None
    case.filed = {**case.filed, "disagreed": {"who": mine[0].name, "why": reason.strip()[:200]}}
    move(case, "disagree", actor, note=reason.strip()[:200], parties=parties)
    tell_later(case, "confirmation_declined")
    return State.DRAFT.value


def _resubmit(case: Case, parties: list[CaseParty], actor: Actor, declared: bool) -> str:
    """补正后重新提交: back to the same reviewer, with the difference kept; first to those who have to confirm it."""
    if not declared:
        raise Refused(DECLARATION)
    found = facts(case)
    refusals = missing(found, clock.now(), actor=actor)
    if refusals:
        raise Refused(refusals)
    correction = case.docket.corrections.order_by("-round").first()
    if correction is not None:
        type(correction).objects.filter(pk=correction.pk).update(answered_at=clock.now())
    case.round = case.round + 1
    void_visits(case, actor)
    typed_by_desk(case, actor)
    case.filed = {**case.filed, "declared": {"at": clock.now().isoformat(), "by": actor.key}}
    _go_on(case, "resubmit", actor, parties, found)
    return case.state


@act("cases.papers_mended")
def papers_mended(*, actor: Actor, docket_id: uuid.UUID) -> int:
    """A party put right those of its own papers that the correction asks for: who filed is told to send the case back.

    Gives how many papers. Raises Refused where one of them has not been changed since.
    """
    case, _ = own_case(docket_id, actor, as_party=True)
    correction = case.docket.corrections.order_by("-round").first()
    if case.state != State.CORRECTION or correction is None:
        raise Conflict(NOT_ASKED)
    targets = correction_targets(case)
    lines = [x for x in own_lines(facts(case), actor) if f"material:{x.key}" in targets]
    pages = pages_of(docket_id)
    left = [
        x for x in lines if not any(p.uploaded_at > correction.requested_at for p in pages.get(x.key, ()))
    ]
    if left:
        raise Refused(not_there(x) for x in left)
    if lines:
        tell_later(case, "papers_mended")
    current().note(papers=[x.key for x in lines])
    return len(lines)
