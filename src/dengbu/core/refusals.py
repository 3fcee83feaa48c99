"""Refusals: what an office says when it cannot do what was asked.

A refusal always has a stable code (grep it to find the rule), a sentence in plain Chinese saying what is wrong,
a remedy saying what to do, and the legal basis where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why an act cannot be done.

    `code` is stable and greppable, `message` is what is wrong, `remedy` what the person can do about it,
    `basis` the article or clause, `field` the form field or material it is bound to (empty: the whole case).
    """

    code: str
    message: str
    remedy: str = ""
    basis: str = ""
    field: str = ""

    def __str__(self) -> str:
        return f"{self.message}{self.remedy and ' ' + self.remedy}"


class Refused(Exception):
    """The act was refused: nothing was written. Carries every reason at once (一次性告知, 条例 17)."""

    status = 422

    def __init__(self, *refusals: Refusal | Iterable[Refusal]):
        found: list[Refusal] = []
        for item in refusals:
            if isinstance(item, Refusal):
                found.append(item)
            else:
                found.extend(item)
        if not found:
            raise ValueError("a refusal needs a reason")
        self.refusals: tuple[Refusal, ...] = tuple(found)
        super().__init__("; ".join(f"{r.code}: {r.message}" for r in found))

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(r.code for r in self.refusals)


class NotPermitted(Refused):
    """The actor lacks the permission; pages answer 403 and name the post that may."""

    status = 403

    def __init__(self, permission: str, refusal: Refusal | None = None):
        self.permission = permission
        super().__init__(
            refusal or Refusal("ACT_NOT_PERMITTED", "您的岗位不能办理这一步。", "请联系有权限的岗位办理。")
        )


class Conflict(Refused):
    """Somebody else was first, or the same key came with another body; pages answer 409."""

    status = 409
