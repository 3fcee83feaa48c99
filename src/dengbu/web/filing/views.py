"""All pages of filing. Importing this registers them."""

from . import evidence, finish, homes, parties, reasons, start

__all__ = ["evidence", "finish", "homes", "parties", "reasons", "start"]
