"""Acts of the exchange floor: an existing register comes in or goes out; one old certificate comes in (`backfill`)."""

from .importing import KEPT_PURPOSE, begin_import, end_import, export_register, import_batch

__all__ = ["KEPT_PURPOSE", "begin_import", "end_import", "export_register", "import_batch"]
