"""TRANSFERS: how ownership and land use rights change hands."""

from .couples import DivorceDivision, SpouseNames
from .gifts import Gift, OtherTransfer
from .land import LandUseTransfer
from .orders import ByOrder, JudgmentTransfer, OrderByRequest
from .ownership import ExistingHomeSale, NewHomeTransfer, OwnershipTransfer
from .parts import COOWNER, PartTransfer
from .shares import SharesPass
from .succession import Inheritance

__all__ = [
    "COOWNER",
    "ByOrder",
    "DivorceDivision",
    "ExistingHomeSale",
    "Gift",
    "Inheritance",
    "JudgmentTransfer",
    "LandUseTransfer",
    "NewHomeTransfer",
    "OrderByRequest",
    "OtherTransfer",
    "OwnershipTransfer",
    "PartTransfer",
    "SharesPass",
    "SpouseNames",
]
