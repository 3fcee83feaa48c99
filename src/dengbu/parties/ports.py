"""What parties need from the police population service: is this name the name of this identity number?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from dengbu.core import ports


class IdentityOutcome(StrEnum):
    """The three answers of the two-element check (姓名 + 公民身份号码)."""

    MATCH = "match"  # 一致
    MISMATCH = "mismatch"  # 不一致
    NOT_FOUND = "not_found"  # 库中无此号


@dataclass(frozen=True, slots=True)
class IdentityQuery:
    """One question. `purpose` says why we ask (`real_name`), `reference` is our own trace (a user's or case's
    public id): the police keep both, because every look-up of a person must have a reason."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    purpose: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class IdentityAnswer:
    """The answer. `request_id` is the number under which the police service keeps it: store it as evidence."""

    outcome: IdentityOutcome
    request_id: str
    answered_at: dt.datetime


class IdentityVerifier(Protocol):
    def verify(self, query: IdentityQuery) -> IdentityAnswer:
        """Ask whether name and number belong together. A read: may be asked again.

        Raises PartnerUnavailable, PartnerRejected (malformed number, access withdrawn), SignatureRejected
        (the answer is not the police service's: believe nothing).
        """
        ...


def identity_verifier() -> IdentityVerifier:
    """The population service that the settings choose (`EXCHANGE["identity"]`)."""
    verifier: IdentityVerifier = ports.get("identity")
    return verifier
