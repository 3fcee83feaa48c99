"""撤回登记申请, before the entry, by all who applied (条例 15; 实施细则 13): asked by one, agreed to by the others on
their portal or signed at the desk; then the case is over, what was paid goes back, originals are returned."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Refusal, Refused
from dengbu.payments.actions import cancel_bill

from .. import withdrawal
from ..applicants import is_party
from ..facts import answered
from ..lifecycle import step
from ..models import Case, CaseParty
from .filing.drafting import own_case
from .filing.submitting import tell_later
from .moving import locked, move, not_own

EACH_SIGNS = Refusal(
    "WITHDRAW_EACH_SIGNS",
    "这件申请已经受理，撤回要由全部申请人签字。",
    "请在“撤回申请”页面逐人登记签字。",
    "条例15；实施细则13",
)
NO_REQUEST = Refusal(
    "WITHDRAW_NOT_ASKED", "现在没有人申请撤回。", "请刷新页面，看看办到了哪一步。", "实施细则13"
)


@act("cases.withdraw")
def withdraw(*, actor: Actor, docket_id: uuid.UUID, reason: str = "") -> str:
    """One who applied wants the application withdrawn, or agrees with another who does. Gives the case's state.

    The last of them ends it. What is not accepted yet is ended by who filed it alone; the others are told. Raises
    NotPermitted, Conflict (entered, or over already), Refused (a walk-in accepted: each signs at the desk).
    """
    case, parties = own_case(docket_id, actor, as_party=True)
    step(case.state, "withdraw")
    kind = answered(case)
    if withdrawal.alone(case, filed_it=_filed_it(case, actor)):
        _over(case, actor, parties, reason)
        return case.state
    mine = [k for k, p in withdrawal.applicants(kind, parties).items() if _is(p, actor)]
    if not mine:
        raise Refused(EACH_SIGNS)
    how = {"how": "portal", "by": actor.name}
    _agree(case, actor, mine, how, reason)
    if not withdrawal.missing(kind, parties, case.filed):
        _over(case, actor, parties, reason)
    elif len(withdrawal.agreed(case.filed)) == len(mine):
        tell_later(case, "withdrawal_asked")
    return case.state


@act("cases.sign_withdrawal", permission="case.accept")
def sign_withdrawal(
    *, actor: Actor, docket_id: uuid.UUID, party_id: uuid.UUID | None, reason: str = ""
) -> str:
    """窗口签字: an applicant who is here signed the withdrawal; the clerk checked who they are. The last one ends it.

    `party_id` None where nobody on the case applies (an organ's paper): the organ takes it back in writing, `reason`
    names its letter. Raises Refused, Conflict, NotPermitted for one's own case.
    """
    case = locked(docket_id)
    step(case.state, "withdraw")
    parties = list(case.parties.order_by("role", "ordinal"))
    not_own(case, parties, actor)
    kind = answered(case)
    of = withdrawal.applicants(kind, parties)
    key = next((k for k, p in of.items() if p.pk == party_id), None)
    if of and key is None:
        raise Refused(Refusal("WITHDRAW_PARTY", "请选择签字的申请人。", "", "实施细则13", "party"))
    if key in withdrawal.agreed(case.filed):
        return case.state  # a second click
    if not case.filed.get("withdrawal") and len(reason.strip()) < 2:
        raise Refused(Refusal("WITHDRAW_REASON", "请写明撤回的原因。", "", "条例15", "reason"))
    _agree(case, actor, [key] if key else [], {"how": "desk", "by": actor.name}, reason)
    if not withdrawal.missing(kind, parties, case.filed):
        _over(case, actor, parties, "")
    return case.state


@act("cases.keep_application")
def keep_application(*, actor: Actor, docket_id: uuid.UUID) -> str:
    """不同意撤回: one who applied wants it to go on; the request is over and the others are told. Raises Refused."""
    case, parties = own_case(docket_id, actor, as_party=True)
    if not case.filed.get("withdrawal"):
        raise Refused(NO_REQUEST)
    if not any(_is(p, actor) for p in withdrawal.applicants(answered(case), parties).values()):
        raise Refused(EACH_SIGNS)
    case.filed = {k: v for k, v in case.filed.items() if k != "withdrawal"}
    case.save()
    current().note(kept_by=actor.name)
    tell_later(case, "withdrawal_refused")
    return case.state


def _filed_it(case: Case, actor: Actor) -> bool:
    if case.filed_for_by_staff:
        return actor.may("case.file_for")
    if case.organisation_id:
        return actor.organisation_id == case.organisation_id
    return actor.user_id == case.filed_by


def _is(party: CaseParty, actor: Actor) -> bool:
    return is_party(party, actor) or bool(party.person_id and party.person_id == actor.person_id)


def _agree(case: Case, actor: Actor, keys: Sequence[str], how: Mapping[str, Any], reason: str) -> None:
    now = clock.now().isoformat()
    asked = case.filed.get("withdrawal") or {
        "by": actor.key,
        "by_name": actor.name,
        "at": now,
        "reason": reason.strip()[:200],
        "agreed": {},
    }
    signed = {**asked["agreed"], **{k: {**how, "at": now} for k in keys}}
    case.filed = {**case.filed, "withdrawal": {**asked, "agreed": signed}}
    case.save()
    current().note(agreed=len(signed))


def _over(case: Case, actor: Actor, parties: Sequence[CaseParty], reason: str) -> None:
    asked = case.filed.get("withdrawal") or {
        "by": actor.key,
        "by_name": actor.name,
        "at": clock.now().isoformat(),
        "reason": reason.strip()[:200],
        "agreed": {},
    }
    case.filed = {**case.filed, "withdrawal": {**asked, "on": str(clock.today())}}
    move(case, "withdraw", actor, note=asked["reason"], parties=parties)
    if case.accepted_at is not None:
        cancel_bill(actor=actor, docket_id=case.docket_id, reason="撤回申请")
    tell_later(case, "withdrawn")
