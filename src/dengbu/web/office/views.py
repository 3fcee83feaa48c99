"""All office pages. Importing this module registers them."""

from . import payments, slots, stock, vouchers

__all__ = ["payments", "slots", "stock", "vouchers"]
