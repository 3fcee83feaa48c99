"""Pages of the 协执窗口; importing this module registers them."""

from . import desk, letters, service

__all__ = ["desk", "letters", "service"]
