"""撤回登记申请: who has to want it, and who does so far. Pure (条例 15; 实施细则 13: all who applied, before the entry).

The request lies in `filed["withdrawal"]`: {by, by_name, at, reason, agreed: {key: {name, how, by, at}}}; a key is one
person or organisation, however many places they have on the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dengbu.catalog.registrations import RegistrationType

from .lifecycle import State
from .models import Case, CaseParty

# Before acceptance there is no application in law yet, only what one of them prepared: who filed it takes it back.
BEFORE_ACCEPTANCE = frozenset(
    {State.AWAITING, State.SUBMITTED, State.REVIEW, State.CORRECTION, State.PREAPPROVED}
)


def key_of(party: CaseParty) -> str:
    return party.number_index or str(party.pk)


def applicants(kind: RegistrationType, parties: Iterable[CaseParty]) -> dict[str, CaseParty]:
    """Those who applied, each once: not the dead, not those a judgment speaks of, not a debtor who is only named."""
    named = {r.key for r in kind.roles if r.side == "other" and not r.confirms and r.source != "window"}
    found: dict[str, CaseParty] = {}
    for party in parties:
        if party.role not in kind.absent_roles and party.role not in named:
            found.setdefault(key_of(party), party)
    return found


def agreed(filed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who signed so far, by key."""
    found: Mapping[str, Any] = filed.get("withdrawal", {}).get("agreed", {})
    return found


def missing(
    kind: RegistrationType, parties: Sequence[CaseParty], filed: Mapping[str, Any]
) -> list[CaseParty]:
    """Those who applied and have not agreed to the withdrawal yet."""
    there = agreed(filed)
    return [p for key, p in applicants(kind, parties).items() if key not in there]


def alone(case: Case, *, filed_it: bool) -> bool:
    """Whether whoever filed it may end it without the others: only while it has not been accepted."""
    return filed_it and State(case.state) in BEFORE_ACCEPTANCE
