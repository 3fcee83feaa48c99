"""WHAT CAN BE APPLIED FOR: one class per registration type, found by its code."""

from __future__ import annotations

from .base import RegistrationType, Role
from .facts import ContractFact, Filed, PartyFact
from .mortgages import DISCHARGE_REASONS, MortgageDischarge, MortgageFirst
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

TYPES: dict[str, type[RegistrationType]] = {
    t.code: t for t in (ExistingHomeSale, NewHomeTransfer, MortgageFirst, MortgageDischarge)
}

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
