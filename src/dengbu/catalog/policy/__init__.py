"""Policy: checklists, fees, periods, texts and opening dates as dated data (TOML), checked against a schema."""

from dengbu.catalog.policy.policy import (
    POLICY_DIR,
    PolicyBook,
    check_all,
    fee_standards,
    forget,
    guide_book,
    office_calendar,
    policy_for,
    policy_version,
    time_limit,
    types_open,
    undertakings_for,
)
from dengbu.catalog.policy.schema import (
    ChecklistItem,
    FeeStandard,
    PolicyError,
    PolicyMissing,
    Question,
    TimeLimit,
    TypePolicy,
    UndertakingRule,
)

__all__ = [
    "POLICY_DIR",
    "ChecklistItem",
    "FeeStandard",
    "PolicyBook",
    "PolicyError",
    "PolicyMissing",
    "Question",
    "TimeLimit",
    "TypePolicy",
    "UndertakingRule",
    "check_all",
    "fee_standards",
    "forget",
    "guide_book",
    "office_calendar",
    "policy_for",
    "policy_version",
    "time_limit",
    "types_open",
    "undertakings_for",
]
