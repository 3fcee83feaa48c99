"""Pages of the administrator; importing this module registers them."""

from . import organisations, staff

__all__ = ["organisations", "staff"]
