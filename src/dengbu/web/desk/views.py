"""Pages of the workbench; importing this module registers them."""

from . import (
    correction,
    deadlines,
    decline,
    faults,
    home,
    lead,
    ledger,
    matters,
    register,
    review,
    review_acts,
)

__all__ = [
    "correction",
    "deadlines",
    "decline",
    "faults",
    "home",
    "lead",
    "ledger",
    "matters",
    "register",
    "review",
    "review_acts",
]
