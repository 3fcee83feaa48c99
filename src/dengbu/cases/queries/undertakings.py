"""容缺受理、告知承诺 as pages read them: what is owed, handed in, overdue, the list of breaches, what to correct."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Exists, OuterRef, Q

from dengbu.core import clock

from ..models import HandIn, Undertaking
from ..undertakings import BREACHED, OPEN

PAGE_SIZE = 25
TABS = {
    "owed": "待补交、核查",
    "check": "网上补交待核验",
    "late": "已过期限",
    "correct": "待更正",
    "breaches": "没有兑现的名单",
}


def page(tab: str, after: str = "") -> tuple[list[Undertaking], str]:
    """Undertakings of a tab, each with its case and whether its paper waits to be checked (`handed_in`), and the key of
    the next page. What runs stands by its last day, the list of breaches and its tasks with the newest first. One
    statement."""
    waits = HandIn.objects.filter(undertaking=OuterRef("pk"), outcome="")
    found = Undertaking.objects.select_related("docket__case").annotate(handed_in=Exists(waits))
    if tab in ("owed", "check", "late"):
        found = found.filter(outcome="", due_on__isnull=False).order_by("due_on", "pk")
        found = found.filter(due_on__lt=clock.today()) if tab == "late" else found
        found = found.filter(handed_in=True) if tab == "check" else found
        if key := _key(after):
            found = found.filter(Q(due_on__gt=key[0]) | Q(due_on=key[0], pk__gt=key[1]))
    else:
        found = found.filter(correction=OPEN) if tab == "correct" else found.filter(outcome=BREACHED)
        found = found.order_by("-pk")
        if key := _key(after):
            found = found.filter(pk__lt=key[1])
    rows: list[Undertaking] = [*found[: PAGE_SIZE + 1]]
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    return rows[:PAGE_SIZE], f"{last.due_on}_{last.pk}" if last else ""


def _key(text: str) -> tuple[dt.date, uuid.UUID] | None:
    day, _, key = text.partition("_")
    try:
        return dt.date.fromisoformat(day), uuid.UUID(key)
    except ValueError:
        return None


def undertaking(undertaking_id: uuid.UUID) -> Undertaking | None:
    """One undertaking with its docket and case. One statement."""
    return Undertaking.objects.select_related("docket__case__docket").filter(pk=undertaking_id).first()


def hand_ins_of(undertaking_id: uuid.UUID) -> list[HandIn]:
    """The versions of its paper that were handed in on line, the newest first. One statement."""
    return list(HandIn.objects.filter(undertaking_id=undertaking_id).order_by("-version"))


def of_case(docket_id: uuid.UUID) -> list[Undertaking]:
    """Everything undertaken in a case, as it was given. One statement."""
    return list(Undertaking.objects.filter(docket_id=docket_id).order_by("pk"))
