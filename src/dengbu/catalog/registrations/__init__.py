"""WHAT CAN BE APPLIED FOR: one class per registration type, found by its code."""

from __future__ import annotations

from .base import RegistrationType, Role
from .changes import NameChange, ThingChange
from .combined import COMBINED
from .corrections import CorrectionExOfficio, CorrectionOnRequest
from .extinction import ExtinctionExOfficio, LandExtinction, OwnershipExtinction
from .facts import ContractFact, Filed, PartyFact
from .first import LandFirst
from .houses import ProjectFirst, SelfBuiltFirst
from .land_changes import LandChange
from .mortgage_notices import (
    ExistingMortgageNotice,
    MortgageNoticeCancellation,
    NoticeToMortgage,
    PresaleMortgageNotice,
)
from .mortgages import (
    DISCHARGE_REASONS,
    MaximumFixed,
    MaximumMortgage,
    MortgageChange,
    MortgageDischarge,
    MortgageFirst,
    MortgageTransfer,
    WorksConversion,
    WorksMortgage,
    WorksRelease,
)
from .notice_changes import NoticeCancellation, NoticeChange
from .notices import PresaleNotice, SaleNotice
from .partition import SplitMerge
from .reissue import CertificateReissue, CertificateRenewal, ProofReissue
from .residence import ResidenceCancellation, ResidenceFirst
from .restrictions import (
    Freeze,
    InternalLock,
    Objection,
    ObjectionCancellation,
    RestrictionLift,
    Seizure,
    Unsealing,
)
from .tables import Rule
from .transfers import (
    DivorceDivision,
    ExistingHomeSale,
    Gift,
    Inheritance,
    JudgmentTransfer,
    LandUseTransfer,
    NewHomeTransfer,
    OrderByRequest,
    OtherTransfer,
    SharesPass,
    SpouseNames,
)

_ALL: tuple[type[RegistrationType], ...] = (
    ExistingHomeSale, NewHomeTransfer, MortgageFirst, MortgageDischarge,
    LandFirst, LandChange, LandExtinction, ProjectFirst, SelfBuiltFirst,
    NameChange, ThingChange, SplitMerge, CorrectionOnRequest, CorrectionExOfficio,
    CertificateRenewal, CertificateReissue, ProofReissue, OwnershipExtinction, ExtinctionExOfficio,
    Gift, Inheritance, DivorceDivision, SpouseNames, SharesPass, OtherTransfer, JudgmentTransfer,
    LandUseTransfer, OrderByRequest,
    PresaleNotice, SaleNotice, NoticeChange, NoticeCancellation, PresaleMortgageNotice, ExistingMortgageNotice,
    NoticeToMortgage, MortgageNoticeCancellation,
    MaximumMortgage, WorksMortgage, MortgageChange, MortgageTransfer, MaximumFixed, WorksConversion, WorksRelease,
    ResidenceFirst, ResidenceCancellation, Objection, ObjectionCancellation,
    Seizure, Unsealing, Freeze, RestrictionLift, InternalLock, *COMBINED,
)  # fmt: skip
TYPES: dict[str, type[RegistrationType]] = {t.code: t for t in _ALL}

__all__ = [
    "DISCHARGE_REASONS",
    "TYPES",
    "ContractFact",
    "ExistingHomeSale",
    "Filed",
    "MortgageDischarge",
    "MortgageFirst",
    "NewHomeTransfer",
    "PartyFact",
    "RegistrationType",
    "Role",
    "Rule",
]
