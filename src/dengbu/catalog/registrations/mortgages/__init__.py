"""Mortgages: first registration, works in progress, change, transfer, fixing, discharge."""

from .about import AboutMortgage
from .changes import MaximumFixed, MortgageChange, MortgageTransfer
from .discharge import DISCHARGE_REASONS, MortgageDischarge
from .first import MORTGAGE_FORM, MaximumMortgage, MortgageFirst, debt_term_in_order
from .works import WorksConversion, WorksMortgage, WorksRelease

__all__ = [
    "DISCHARGE_REASONS",
    "MORTGAGE_FORM",
    "AboutMortgage",
    "MaximumFixed",
    "MaximumMortgage",
    "MortgageChange",
    "MortgageDischarge",
    "MortgageFirst",
    "MortgageTransfer",
    "WorksConversion",
    "WorksMortgage",
    "WorksRelease",
    "debt_term_in_order",
]
