"""The list of services: who it is for, where it can be filed today, and how people find it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dengbu.catalog.policy import TypePolicy, guide_book, types_open
from dengbu.catalog.policy.guides import LifeEvent
from dengbu.catalog.registrations import TYPES, RegistrationType

from ...filing.journeys import JOURNEYS
from . import who
from .fees import FeeTable, fee_table

CLIENTS = {
    "person": "个人和法人",
    "developer": "开发企业",
    "bank": "银行",
    "combined": "几项一起办",
    "staff": "机关嘱托、依职权",
}


@dataclass(frozen=True)
class Service:
    """One business as the public sees it today."""

    policy: TypePolicy
    today: dt.date

    @property
    def code(self) -> str:
        return self.policy.code

    @property
    def name(self) -> str:
        return self.policy.name_cn

    @property
    def kind(self) -> type[RegistrationType]:
        return TYPES[self.code]

    @property
    def client(self) -> str:
        return CLIENTS[self.policy.client]

    @property
    def online(self) -> bool:
        """Whether it can be filed on line today."""
        return self.policy.is_open("web", self.today) and self.code in JOURNEYS

    @property
    def opens(self) -> dt.date | None:
        """The day from which it can be, where that day is still to come."""
        opens = self.policy.opens_on("web")
        return opens if opens and opens > self.today else None

    @property
    def by_order(self) -> bool:
        """Whether organs or the office itself begin it: nobody applies."""
        return self.policy.client == "staff"

    @property
    def start_url(self) -> str:
        """Where whoever files begins: the portal of the organisation that applies, or one's own pages."""
        portal = {"developer": "dev", "bank": "bank"}.get(self.kind.fronts()[0].value, "my")
        return f"/{portal}/apply/{self.code.lower()}/start"

    @property
    def visits(self) -> int:
        return who.visits(self.kind)

    @cached_property
    def fees(self) -> FeeTable:
        return fee_table(self.kind, self.policy, self.today)

    @cached_property
    def events(self) -> tuple[LifeEvent, ...]:
        return guide_book().events_for(self.code)

    @property
    def promised(self) -> str:
        return f"{self.policy.promised_days} 个工作日" if self.policy.promised_days else "当场"

    def matches(self, words: Iterable[str]) -> bool:
        """Whether every word typed into the search stands in what is said of it."""
        said = " ".join(
            (
                self.code,
                self.name,
                self.client,
                self.policy.texts.summary,
                self.policy.texts.result,
                *self.policy.texts.needs,
                *(word for event in self.events for word in (event.name, *event.words)),
            )
        ).upper()
        return all(word.upper() in said for word in words)


def services(today: dt.date) -> list[Service]:
    """Every business the office takes today, at the window at least."""
    return [service(policy, today) for policy in types_open("desk", today) if policy.code in TYPES]


def service(policy: TypePolicy, today: dt.date) -> Service:
    return Service(policy, today)


def found_by(offered: Iterable[Service], who: str, what: str, text: str) -> list[Service]:
    """Those of a client, of a life event, and with all the words typed; what is empty does not narrow."""
    words = text.split()
    return [
        s
        for s in offered
        if (not who or s.policy.client == who)
        and (not what or any(e.key == what for e in s.events))
        and s.matches(words)
    ]


def front(offered: Iterable[Service]) -> dict[str, Any]:
    """What the front page shows: to people what they want to do, to organisations what they come for most, the
    promised days of what is asked most; and how many there are behind each door."""
    by_code = {one.code: one for one in offered}
    chosen = guide_book().front
    shown = {
        key: [by_code[code] for code in getattr(chosen, key) if code in by_code]
        for key in ("developer", "bank", "limits")
    }
    return shown | {
        "person": [event for event, _ in grouped(found_by(by_code.values(), "person", "", ""))],
        "counts": Counter(one.policy.client for one in by_code.values()),
    }


def grouped(found: Iterable[Service], what: str = "") -> list[tuple[LifeEvent, list[Service]]]:
    """Under life events, each business once: under the one asked for, else the first that names it."""
    groups: dict[str, tuple[LifeEvent, list[Service]]] = {
        event.key: (event, []) for event in guide_book().events
    }
    for one in found:
        if one.events:
            key = what if any(e.key == what for e in one.events) else one.events[0].key
            groups[key][1].append(one)
    for event, members in groups.values():
        members.sort(
            key=lambda one: event.types.index(one.code)
        )  # the commonest first, as the guide file has them
    return [group for group in groups.values() if group[1]]
