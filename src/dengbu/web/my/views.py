"""All pages of one's own cases. Importing this registers them."""

from . import cases, fixing, home_visit, others, visits, withdrawing

__all__ = ["cases", "fixing", "home_visit", "others", "visits", "withdrawing"]
