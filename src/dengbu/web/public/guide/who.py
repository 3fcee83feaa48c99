"""Who applies, in which way, and who has to come: read from the roles of the type and what it requires by answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dengbu.catalog.registrations import RegistrationType, Role
from dengbu.catalog.registrations.asking import Ask, Kind

IN_PERSON = "本人（单位派经办人），或持委托书的代理人"
DECIDING = (Kind.CHOICE, Kind.YES_NO)


@dataclass(frozen=True, slots=True)
class Mode:
    """One way of applying. `when`: the answers for which it holds; empty where there is only one way."""

    when: tuple[str, ...]
    words: str


def typed(ask: Ask, value: str) -> Any:
    """The value of an option as the case keeps it."""
    return value == "yes" if ask.kind is Kind.YES_NO else value


def applicants(kind: type[RegistrationType]) -> tuple[Role, ...]:
    """Everybody who can have a part in applying: those who are only spoken of have none."""
    named = tuple(r for r in kind.roles if r.key not in kind.absent_roles)
    sides = any(r.side in ("owner", "taker") for r in named)
    return tuple(r for r in named if r.key == "requester" or not (sides and _only_written(r)))


def _only_written(role: Role) -> bool:
    """Somebody whose data are typed in and who does nothing: the holder under his new name, the debtor."""
    return role.side == "other" and role.source == "typed" and not role.confirms


def modes(kind: type[RegistrationType]) -> tuple[Mode, ...]:
    """The ways of applying: one, or one for each group of answers that asks for other people."""
    for ask in kind.form:
        if ask.kind not in DECIDING or ask.only_if is not None:
            continue
        found: dict[str, list[str]] = {}
        for value, label in ask.options():
            found.setdefault(applying(kind, {ask.key: typed(ask, value)}), []).append(label)
        if len(found) > 1:
            return tuple(Mode(tuple(labels), words) for words, labels in found.items())
    return (Mode((), applying(kind, {})),)


def applying(kind: type[RegistrationType], terms: Mapping[str, Any]) -> str:
    """Who applies under these answers, in words."""
    needed = [r for r in applicants(kind) if r.key in kind.required_roles(terms)]
    if any(r.key == "requester" for r in needed):
        return "有权机关嘱托，由两名工作人员送达文书"
    if kind.client == "staff":
        ordered = not terms and any(r.key == "requester" for r in kind.roles)
        return "原机关嘱托，或登记机构依职权办理" if ordered else "登记机构依职权办理"
    words = list(dict.fromkeys(r.word for r in needed))
    if len(words) > 1:
        return f"{'、'.join(words)}共同申请"
    if words:
        return f"{words[0]}申请" if kind.client == "combined" else f"{words[0]}单方申请"
    parts = [r for r in applicants(kind) if r.side in ("owner", "taker")]
    if len(parts) < 2:
        parts = [r for r in applicants(kind) if r.source in ("register", "right", "typed")]
    return f"{'、'.join(dict.fromkeys(r.word for r in parts))}，按办理的情形由一方或者一起申请"


def coming(kind: type[RegistrationType]) -> Iterator[tuple[str, str]]:
    """Who comes to the window and how: (word, how). Nobody where the office acts by itself."""
    if kind.client == "staff":
        if any(r.key == "requester" for r in kind.roles):
            yield "嘱托机关", "两名工作人员，持工作证"
        return
    needed = {key for terms in _answers(kind) for key in kind.required_roles(terms)}
    for role in applicants(kind):
        if role.side == "other" and not (role.confirms or role.source == "typed") and role.key not in needed:
            continue  # a co-owner whose share stays does not apply
        if role.source == "us":
            how = "经办人，持授权委托书和身份证"
        elif role.key in needed:
            how = IN_PERSON
        else:
            how = f"有这样的人才来；{IN_PERSON}"
        yield role.word, how


def _answers(kind: type[RegistrationType]) -> Iterator[dict[str, Any]]:
    yield {}
    for ask in kind.form:
        if ask.kind in DECIDING:
            for value, _ in ask.options():
                yield {ask.key: typed(ask, value)}


def visits(kind: type[RegistrationType]) -> int:
    """How often somebody from outside comes to the window: once, with the originals; never where the office acts."""
    return 1 if any(coming(kind)) else 0
