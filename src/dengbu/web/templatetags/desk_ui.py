"""Small words and marks of the desks: the bead of a step, masked applicants, the name of a type, the use of a house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from dengbu.cases.lifecycle import STATE_NAMES, State
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import HouseUse
from dengbu.parties.permissions import posts_for
from dengbu.register.rules import UnitBook
from dengbu.web.desk.shell import masked, short_name, type_name
from dengbu.web.templatetags.dengbu_ui import icon

register = template.Library()
register.filter("mask_names", masked)
register.filter("type_name", type_name)
register.filter("short_name", short_name)


@register.simple_tag
def bead(step: Mapping[str, Any]) -> SafeString:
    """The bead before a step: ticked when done, filled when it is the one to do now, else its number."""
    if step["done"]:
        return format_html('<span class="bead done">{}</span>', icon("check", "已完成"))
    return format_html('<span class="bead{}">{}</span>', mark_safe(" now") if step["now"] else "", step["n"])


@register.filter
def house_use(book: UnitBook) -> str:
    """住宅, 商业 …: the use of a unit as the book says it."""
    return str(HouseUse(book.use).label) if book.use in HouseUse.values else "—"


@register.filter
def posts(permission: str) -> str:
    """Who may act: names of the posts with a permission."""
    return "、".join(posts_for(permission))


@register.filter
def state_name(state: str) -> str:
    """The name of a stored state."""
    return STATE_NAMES[State(state)]


SHORT = {
    "DESK_ABSENT": "经办人身份未核验",
    "DESK_UNCHECKED": "纸件未核完",
    "R_NOT_ASKED": "限制未查询",
    "R_STALE": "限制结果已过期",
}


@register.filter
def short_reason(refusal: Refusal) -> str:
    """What is left to do on a unit, in few words; a rule's own sentence stays whole."""
    return SHORT.get(refusal.code, refusal.message)
