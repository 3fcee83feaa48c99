"""Restrictions come and go: seizures in their line, freezes and locks, objections."""

from .freezes import Freeze, InternalLock, RestrictionLift
from .objections import Objection, ObjectionCancellation
from .seizures import Seizure, Unsealing

__all__ = [
    "Freeze",
    "InternalLock",
    "Objection",
    "ObjectionCancellation",
    "RestrictionLift",
    "Seizure",
    "Unsealing",
]
