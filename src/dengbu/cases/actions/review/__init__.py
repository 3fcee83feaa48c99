"""网上审核岗: claim, ask for restrictions, a verdict on every item, then correction or pass."""

from .claiming import claim, claim_next, forget_verdicts, mine, release
from .judging import (
    VERDICTS,
    decide_by_officer,
    give_verdict,
    query_restrictions,
    record_face_signing,
    send_out_inspection,
    undecided,
)
from .outcomes import correctable, pass_case, request_correction

__all__ = [
    "VERDICTS",
    "claim",
    "claim_next",
    "correctable",
    "decide_by_officer",
    "forget_verdicts",
    "give_verdict",
    "mine",
    "pass_case",
    "query_restrictions",
    "record_face_signing",
    "release",
    "request_correction",
    "send_out_inspection",
    "undecided",
]
