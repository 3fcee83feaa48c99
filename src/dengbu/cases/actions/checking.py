"""限制查询: house and land, four answers (none, some, failed, stale), logged each time.

"Not found" is never "none": a look-up that failed is its own answer, and a result grows stale (ux §0.7).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import OperationalError, transaction

from dengbu.catalog.registrations import Rule
from dengbu.catalog.registrations.first import on_land
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal
from dengbu.register import queries as register
from dengbu.register.rules import (
    Judgement,
    Obstacle,
    RestrictionFact,
    UnitBook,
    obstacles,
)

from ..facts import CaseFacts
from ..models import Case, RestrictionCheck
from .moving import limit_days
from .served import Held, holding


class LookupFailed(Exception):
    """The book could not be read just now."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the book gave: the books by unit code, or a failure."""

    books: Mapping[str, UnitBook]
    failed: bool = False


def look_up(unit_codes: Sequence[str]) -> Look:
    """Read the live book of these units; a failure is an answer, not an exception."""
    try:
        with transaction.atomic():  # a savepoint: a failed look-up must not spoil the act
            return Look(register.book_of(unit_codes))
    except (OperationalError, LookupFailed):
        return Look({}, failed=True)


def held_now(found: Mapping[uuid.UUID, CaseFacts], look: Look) -> dict[uuid.UUID, tuple[Held, ...]]:
    """What papers say that lie at the office; nothing where the book could not be read. One statement."""
    return {} if look.failed else holding(found, look.books)


def remember(
    case: Case, found: CaseFacts, moment: str, actor: Actor, look: Look | None = None
) -> tuple[RestrictionCheck, Judgement]:
    """Ask, judge by the type's rule, and keep the answer with its time and until when it may be relied on."""
    look = look or look_up(found.registration.unit_codes)
    served = held_now({case.docket_id: found}, look).get(case.docket_id, ())
    check, judgement = judged(case, found, moment, actor, look, served)
    check.save(force_insert=True)
    return check, judgement


def judged(
    case: Case, found: CaseFacts, moment: str, actor: Actor, look: Look, served: Sequence[Held] = ()
) -> tuple[RestrictionCheck, Judgement]:
    """The answer for one case, not saved yet (a batch saves them set by set). `served`: what papers say against it
    that lie at the office and are not entered yet (`holding`)."""
    now = clock.now()
    registration = found.registration
    books = {c: look.books[c] for c in registration.unit_codes if c in look.books}
    beside = [b for c, b in books.items() if on_land(c) and c != case.unit_code]  # the land under the houses
    if look.failed:
        refusal = Refusal(
            "R_LOOKUP_FAILED",
            "限制信息查询失败。",
            "请稍后重新查询；查询失败不等于没有限制。",
            "ux §0.7",
            "unit",
        )
        judgement, found_list = Judgement((refusal,)), []
    else:
        judgement = registration.judge(look.books, now)
        judgement = replace(judgement, refusals=(*judgement.refusals, *(held.refusal for held in served)))
        # What a first registration opens is not in the book yet: nothing can stand on it.
        asked = [c for c in registration.unit_codes if c in books or c not in registration.opened]
        found_list = [
            {
                "code": o.code,
                "text": o.text,
                "id": str(o.public_id) if o.public_id else "",
                "answered": _how(o, judgement),
                "officer": any(
                    part.rule_now(o, books.get(c)) is Rule.MANUAL for part in registration.registrations()
                ),
            }
            for c in asked
            for o in obstacles(books.get(c), now)
        ]
        found_list += [
            {
                "code": held.refusal.code,
                "text": held.refusal.message,
                "id": str(held.order.id),
                "answered": "",
                "officer": held.officer,
            }
            for held in served
        ]
    check = RestrictionCheck(
        docket_id=case.docket_id,
        moment=moment,
        unit_code=case.unit_code,
        house="failed"
        if look.failed
        else _answer([r for b in books.values() if b not in beside for r in b.restrictions], now),
        land="failed"
        if look.failed
        else _answer(
            [*(r for b in books.values() for r in b.land), *(r for b in beside for r in b.restrictions)], now
        ),
        found=found_list,
        refusals=[
            {"code": r.code, "message": r.message, "remedy": r.remedy, "basis": r.basis}
            for r in judgement.refusals
        ],
        answered=not judgement.refusals,
        asked_by=actor.key,
        asked_at=now,
        valid_until=now + dt.timedelta(minutes=limit_days("restriction_query_fresh")),
    )
    return check, judgement


def _how(obstacle: Obstacle, judgement: Judgement) -> str:
    return next((a.how for a in judgement.answers if a.obstacle == obstacle.public_id), "")


def _answer(restrictions: Sequence[RestrictionFact], now: dt.datetime) -> str:
    return "some" if any(r.in_force(now) for r in restrictions) else "none"


def result_of(check: RestrictionCheck | None, now: dt.datetime) -> str:
    """One of never, failed, stale, some, none: the word the path is judged by."""
    if check is None:
        return "never"
    if "failed" in (check.house, check.land):
        return "failed"
    if check.valid_until < now:
        return "stale"
    return "some" if "some" in (check.house, check.land) or check.refusals else "none"


def path_open(check: RestrictionCheck | None, now: dt.datetime) -> bool:
    """The path is green only when the result is fresh and the type's rule answers every restriction found."""
    return result_of(check, now) in ("none", "some") and check is not None and check.answered


def refuse_unless_open(check: RestrictionCheck | None, now: dt.datetime) -> list[Refusal]:
    """Why the path is not open, in words."""
    result = result_of(check, now)
    if result == "never":
        return [
            Refusal(
                "R_NOT_ASKED",
                "还没有查询限制信息。",
                "请先查询房屋和土地的限制信息。",
                "工作方案四（三）2",
                "restrictions",
            )
        ]
    if result == "failed":
        return [
            Refusal(
                "R_LOOKUP_FAILED",
                "限制信息查询失败。",
                "请重新查询；查询失败不等于没有限制。",
                "ux §0.7",
                "restrictions",
            )
        ]
    if result == "stale":
        return [
            Refusal(
                "R_STALE", "限制信息的查询结果已过期。", "请重新查询。", "工作方案四（四）2", "restrictions"
            )
        ]
    if check is not None and not check.answered:
        return [
            Refusal(r["code"], r["message"], r["remedy"], r["basis"], "restrictions") for r in check.refusals
        ]
    return []
