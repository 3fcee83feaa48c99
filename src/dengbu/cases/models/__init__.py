"""A case on its road, with all that belongs to it. Only `cases.actions` changes a state."""

from .matters import (
    MATTER_KINDS,
    ClockStop,
    HandIn,
    Objection,
    PendingMatter,
    PublicNotice,
    SiteInspection,
    Supplement,
    Undertaking,
)
from .review import Correction, LedgerRow, RestrictionCheck, Verdict
from .road import NUMBER_PURPOSE, PHONE_PURPOSE, Batch, Case, CaseParty, Claim, Transition
from .visits import INTERPRETER_PURPOSE, HomeVisit, Signer
from .volume import CaseDocument, ErrorReport, OriginalsReturn

__all__ = [
    "INTERPRETER_PURPOSE",
    "MATTER_KINDS",
    "NUMBER_PURPOSE",
    "PHONE_PURPOSE",
    "Batch",
    "Case",
    "CaseDocument",
    "CaseParty",
    "Claim",
    "ClockStop",
    "Correction",
    "ErrorReport",
    "HandIn",
    "HomeVisit",
    "LedgerRow",
    "Objection",
    "OriginalsReturn",
    "PendingMatter",
    "PublicNotice",
    "RestrictionCheck",
    "Signer",
    "SiteInspection",
    "Supplement",
    "Transition",
    "Undertaking",
    "Verdict",
]
