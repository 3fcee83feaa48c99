"""Sights: personal data shown and restrictions asked are noted during a view and written before the answer leaves."""

from __future__ import annotations

import contextvars
import uuid
from dataclasses import dataclass

from . import clock, rows
from .acts import Actor


@dataclass(frozen=True, slots=True)
class Seen:
    kind: str
    subject: str
    docket_id: uuid.UUID | None
    purpose: str


_seen: contextvars.ContextVar[list[Seen] | None] = contextvars.ContextVar("sights", default=None)


def start() -> None:
    _seen.set([])


def saw(kind: str, subject: str, *, docket_id: uuid.UUID | None = None, purpose: str = "") -> None:
    """Note that personal data of `subject` (a unit code, a docket number …) is about to be shown."""
    seen = _seen.get()
    if seen is not None:
        item = Seen(kind, subject, docket_id, purpose)
        if item not in seen:
            seen.append(item)


def write(actor: Actor) -> None:
    """Write what was noted, in one statement. If this fails the answer must not be sent."""
    seen, moment = _seen.get() or [], clock.now()
    _seen.set(None)
    if not seen:
        return
    with rows.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_sight (actor, actor_name, kind, subject, docket_id, purpose, seen_at)"
            " SELECT %s, %s, k, s, d, p, %s FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::text[]) AS t(k, s, d, p)",
            [
                actor.key or "visitor",
                actor.name,
                moment,
                [s.kind for s in seen],
                [s.subject for s in seen],
                [s.docket_id for s in seen],
                [s.purpose for s in seen],
            ],
        )
