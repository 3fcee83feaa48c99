"""能不能办: a few questions before anybody begins, and what follows from the answers.

The questions are those that decide something: obstacles that the type's table does not let pass in silence, the type's
own questions whose answers put papers on the list, change who applies or are refused, and the remaining conditions of
the checklist. Nothing is kept; what is not answered stays open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dengbu.catalog.policy import TypePolicy
from dengbu.catalog.policy.schema import ChecklistItem
from dengbu.catalog.registrations import RegistrationType
from dengbu.catalog.registrations.asking import Ask, conditions, read
from dengbu.core.refusals import Refusal

from . import obstacles, who

#: what follows from 由谁申请 (`legacy`) answered with the developer: not asked a second time
DEVELOPER = "developer_applies"


@dataclass(frozen=True, slots=True)
class Question:
    """One question as the page draws it. `only_if`: the question and answers it belongs to."""

    name: str
    label: str
    hint: str
    options: tuple[tuple[str, str, str], ...]
    only_if: str = ""
    only_values: str = ""


@dataclass(slots=True)
class Result:
    """What follows. `stops` and `refused` must be put right first; `depends` turns on what the register says exactly;
    `open` was not answered."""

    stops: list[obstacles.Group] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    depends: list[obstacles.Group] = field(default_factory=list)
    items: tuple[ChecklistItem, ...] = ()
    open: list[str] = field(default_factory=list)
    applies: str = ""

    @property
    def stopped(self) -> bool:
        return bool(self.stops or self.refused)


def _refused(kind: type[RegistrationType], ask: Ask, value: Any) -> list[Refusal]:
    """What the type says of this one answer, apart from what is still missing."""
    before = {r.code for r in kind.weigh({})}
    said = kind.weigh({ask.key: value})
    return [r for r in said if r.field == ask.key and r.code not in before and not r.code.startswith("F_")]


def _decides(kind: type[RegistrationType], ask: Ask) -> bool:
    if ask.kind not in who.DECIDING:
        return False
    if ask.condition or any(c.condition for c in ask.choices):
        return True
    values = [who.typed(ask, value) for value, _ in ask.options()]
    if any(_refused(kind, ask, value) for value in values):
        return True
    return ask.only_if is None and len({who.applying(kind, {ask.key: value}) for value in values}) > 1


def asks(kind: type[RegistrationType]) -> tuple[Ask, ...]:
    """The type's own questions that decide something, with those they hang on."""
    wanted = {ask.key for ask in kind.form if _decides(kind, ask)}
    by_key = {ask.key: ask for ask in kind.form}
    for key in tuple(wanted):
        ask = by_key[key]
        while ask.only_if is not None:
            ask = by_key[ask.only_if[0]]
            wanted.add(ask.key)
    return tuple(ask for ask in kind.form if ask.key in wanted and ask.kind in who.DECIDING)


def questions(kind: type[RegistrationType]) -> list[Question]:
    """The type's own questions, as the page draws them."""
    found = []
    for ask in asks(kind):
        hints = {c.value: c.hint for c in ask.choices}
        options = [(value, label, hints.get(value, "")) for value, label in ask.options()]
        only, values = ask.only_if or ("", ())
        found.append(
            Question(ask.key, ask.label, ask.hint, tuple(options), only, " ".join(posted(v) for v in values))
        )
    return found


def posted(value: Any) -> str:
    """An answer as the form sends it."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def others(kind: type[RegistrationType], policy: TypePolicy) -> list[tuple[str, str]]:
    """Conditions of the checklist that nothing else covers, to tick: (key, words)."""
    covered = {c.condition for ask in asks(kind) for c in ask.choices} | {a.condition for a in asks(kind)}
    covered |= {o.condition for group in obstacles.groups(kind, policy) for o in group.outcomes}
    if any(ask.key == "legacy" for ask in asks(kind)):
        covered.add(DEVELOPER)
    left = {i.condition: i.condition_label for i in policy.checklist if i.condition}
    return [(key, label) for key, label in left.items() if key not in covered]


def judge(
    kind: type[RegistrationType],
    policy: TypePolicy,
    stands: Iterable[str],
    answers: Mapping[str, str],
    ticked: Iterable[str],
) -> Result:
    """What follows from what stands in the register (keys of obstacle groups), the answers to the type's questions and
    the conditions ticked. What is unknown counts as not said."""
    result = Result()
    found = set(ticked) & {key for key, _ in others(kind, policy)}
    stands = set(stands)
    for group in obstacles.groups(kind, policy):
        if group.key in stands:
            found |= {o.condition for o in group.outcomes if o.condition}
            (result.stops if group.certain else result.depends).append(group)
    own = asks(kind)
    terms, _ = read(own, {ask.key: answers.get(ask.key, "") for ask in own})
    found |= conditions(own, terms)
    if answers.get("legacy") == "no":
        found.add(DEVELOPER)
    for ask in own:
        if ask.key in terms:
            result.refused += _refused(kind, ask, terms[ask.key])
        elif ask.applies(terms):
            result.open.append(ask.label)
    result.items = policy.checklist_for(found)
    result.applies = who.applying(kind, terms)
    return result


__all__ = ["Question", "Result", "judge", "others", "posted", "questions"]
