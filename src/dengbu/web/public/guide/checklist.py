"""The checklist as the guide and the printed list show it: the policy's items, every one, in its order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dengbu.catalog.policy import TypePolicy, guide_book
from dengbu.catalog.policy.guides import Paper
from dengbu.catalog.policy.schema import ChecklistItem
from dengbu.catalog.registrations import RegistrationType

WHOM = {"applicant": "申请人", "office": "登记机构", "mortgagee": "抵押权人", "developer": "开发企业"}


@dataclass(frozen=True, slots=True)
class Line:
    """One paper: who brings it, in which form, and when it is needed."""

    item: ChecklistItem
    paper: Paper
    who: str
    count: str

    @property
    def code(self) -> str:
        return self.item.code

    @property
    def when(self) -> str:
        """Why it is on the list, where it is not on everybody's."""
        if self.item.when == "conditional":
            return self.item.condition_label
        return "能提供的话" if self.item.when == "optional" else ""


def lines(kind: type[RegistrationType], items: Iterable[ChecklistItem]) -> list[Line]:
    papers = guide_book().papers
    return [Line(item, papers[item.code], _who(kind, item), _count(item)) for item in items]


def bring(kind: type[RegistrationType], policy: TypePolicy) -> list[Line]:
    """What everybody brings."""
    return [x for x in lines(kind, policy.checklist) if x.item.when == "required" and not _ours(x.item)]


def sometimes(kind: type[RegistrationType], policy: TypePolicy) -> list[Line]:
    """What is needed in some cases only, and what helps."""
    return [x for x in lines(kind, policy.checklist) if x.item.when != "required" and not _ours(x.item)]


def made(kind: type[RegistrationType], policy: TypePolicy) -> list[Line]:
    """What we make, or fetch, ourselves; the applicant signs it at most."""
    return [x for x in lines(kind, policy.checklist) if _ours(x.item)]


def _ours(item: ChecklistItem) -> bool:
    return item.provided_by == "office" or item.generated


def _who(kind: type[RegistrationType], item: ChecklistItem) -> str:
    role = kind.role(item.provided_by)
    return role.word if role else WHOM.get(item.provided_by, "申请人")


def _count(item: ChecklistItem) -> str:
    if item.surrendered:
        return f"原件 {item.originals} 份，办结时收回"
    parts = []
    if item.originals:
        parts.append(f"原件 {item.originals} 份")
    if item.copies:
        parts.append(f"复印件 {item.copies} 份")
    return "、".join(parts) or "不用带，由部门推送"
