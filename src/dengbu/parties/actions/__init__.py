"""Everything that is written about people: codes, accounts, real names, organisations, agreements, posts."""

from .accounts import (
    add_operator,
    add_staff,
    change_password,
    log_in,
    log_in_by_password,
    set_operator_active,
    set_password,
    set_posts,
    set_staff_active,
)
from .codes import VISITOR, check_code, login_by_code, send_code
from .organisations import file_organisation, resume_agreement, sign_agreement, suspend_agreement
from .persons import Registered, register_person, verify_at_window, verify_identity

__all__ = [
    "VISITOR",
    "Registered",
    "add_operator",
    "add_staff",
    "change_password",
    "check_code",
    "file_organisation",
    "log_in",
    "log_in_by_password",
    "login_by_code",
    "register_person",
    "resume_agreement",
    "send_code",
    "set_operator_active",
    "set_password",
    "set_posts",
    "set_staff_active",
    "sign_agreement",
    "suspend_agreement",
    "verify_at_window",
    "verify_identity",
]
