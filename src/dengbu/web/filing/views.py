"""All pages of filing. Importing this registers them."""

from . import evidence, finish, homes, papers, parties, reasons, start

__all__ = ["evidence", "finish", "homes", "papers", "parties", "reasons", "start"]
