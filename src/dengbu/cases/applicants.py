"""Who speaks for the parties of an application, and when it holds the home against other applications. Pure.

An application is made by the parties themselves or by whoever may act for them (条例14、实施细则12). Until somebody
whose right it is has spoken, it is a stranger's word about another's home: it is kept and looked at, but it keeps the
owner from nothing (decision 12).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dengbu.catalog.registrations import RegistrationType
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal

from .models import Case, CaseParty

# Whose paper shows by itself that they may act: a guardian, an agent by notarised authority. One whose authority is
# signed before the officer has none yet (细则 12), and the party confirms in person.
ACTS_ONLINE: Final = ("guardian", "notarised")
# Where a role's people stand in the book.
IN_THE_BOOK: Final = frozenset({"register", "right", "notice", "bound", "land"})

NOT_APPLICANT = Refusal(
    "F_NOT_APPLICANT",
    "您不在申请人之列，不能替别人提交这项申请。",
    "请由权利人本人的账号申请；替未成年人或受托代办的，请在申请人一项里填写您的姓名、证件号码，并上传委托书。",
    "不动产登记暂行条例14；实施细则12",
    "parties",
)


def is_self(party: CaseParty, actor: Actor) -> bool:
    """Whether the actor is this party: oneself by checked identity, an operator for the organisation."""
    if actor.organisation_id is not None:
        return party.organisation_id == actor.organisation_id
    return bool(party.number_index) and party.number_index == actor.identity_index


def is_agent(party: CaseParty, actor: Actor) -> bool:
    """Whether the actor is named as this party's guardian or agent, whatever the authority."""
    own = actor.identity_index if actor.organisation_id is None else ""
    return bool(own) and party.agent_index == own


def own(parties: Iterable[CaseParty], actor: Actor) -> bool:
    """Whether the actor is one of the parties or acts for one: a case such an officer does not handle (三岗分离)."""
    return any(is_self(p, actor) or is_agent(p, actor) for p in parties)


def is_party(party: CaseParty, actor: Actor) -> bool:
    """Whether the actor's word counts as this party's: itself, or one who may act for it without having been seen."""
    return is_self(party, actor) or (is_agent(party, actor) and party.agent_authority in ACTS_ONLINE)


def may_file(registration: RegistrationType, parties: Iterable[CaseParty], actor: Actor) -> bool:
    """Whether the actor may submit: anybody where all who apply confirm it afterwards, else an applicant or their
    agent. What a stranger files is not an application (条例 14)."""
    applying = [p for p in parties if p.role not in registration.absent_roles]
    return bool(registration.confirming) or any(is_self(p, actor) or is_agent(p, actor) for p in applying)


def holds(case: Case, registration: RegistrationType, parties: Iterable[CaseParty]) -> bool:
    """Whether the application claims its units: somebody who stands in the book has filed or confirmed it in person
    or through its own operator; or the window took it in; or an organisation files on what is its own.

    An application where nobody of them applies (a judgment, an inheritance, an agent) claims when its papers have been
    looked at: with the pre-review.
    """
    if case.filed_for_by_staff:
        return True
    roles = registration.roles
    standing = {r.key for r in roles if r.source in IN_THE_BOOK} - set(registration.absent_roles)
    if any(p.role in standing and p.confirmed_at and (p.person_id or p.organisation_id) for p in parties):
        return True
    return not registration.confirming and any(r.source == "us" for r in roles)
