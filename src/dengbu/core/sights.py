"""Sights: personal data shown and restrictions asked are noted during a view and written before the answer leaves."""

from __future__ import annotations

import contextvars
import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from . import clock, rows
from .acts import Actor, take_over_offset


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


def write_and_read(
    query: str, values: Sequence[Any], *, actor: Actor, kind: str, subject: str, purpose: str
) -> tuple[dt.datetime, list[tuple[Any, ...]]]:
    """Keep one sight and read what it is about, in one statement: the legal instant of both, and the rows of `query`.

    `query` is a SELECT of ours whose first column is never null. Outside a transaction the statement is one by itself,
    and PostgreSQL reports it done only when the sight is on disk; if it cannot be written nothing is read.
    """
    moment = clock.machine()
    with rows.lone_statement() as cursor:
        cursor.execute(
            _with_sight(query),
            [actor.key or "visitor", actor.name, kind, subject, purpose, moment, *values],
        )
        found = cursor.fetchall()
    take_over_offset(found[0][0])
    at = moment + dt.timedelta(seconds=found[0][0])
    return at, [row[1:] for row in found if row[1] is not None]


@cache
def _with_sight(query: str) -> str:
    # A WITH that writes runs to its end once, whether or not `query` finds a row.
    return (
        "WITH legal AS (SELECT coalesce((SELECT seconds FROM core_clockoffset WHERE id = 1), 0) AS seconds), kept AS ("  # noqa: S608
        "INSERT INTO core_sight (actor, actor_name, kind, subject, purpose, seen_at)"
        " SELECT %s::text, %s::text, %s::text, %s::text, %s::text, %s::timestamptz + make_interval(secs => seconds)"
        f" FROM legal) SELECT legal.seconds, q.* FROM legal LEFT JOIN ({query}) q ON true"
    )
