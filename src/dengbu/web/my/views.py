"""All pages of one's own cases. Importing this registers them."""

from . import cases, fixing, others, visits, withdrawing

__all__ = ["cases", "fixing", "others", "visits", "withdrawing"]
