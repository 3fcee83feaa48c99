"""The line of seizures (查封、轮候): whose turn it is, when a term ends. Pure.

Seizures of the same thing stand in a line. The thing is the whole home or a named holder's share (corrections 7).
When the first is lifted or its term has run out, the next takes effect by itself (查封规定 26): from the instant the
place became free, with its own term. The book says so by an entry; no answer waits for that entry (corrections 8).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dengbu.register.effects import Effect, Lift
from dengbu.register.rules import RestrictionFact, UnitBook

from ..facts import Filed, restricted_anew
from ..periods import end_of_term

LINES = {"seizure": "waiting_seizure", "preseizure": "waiting_preseizure"}  # what holds: what waits for it
SEIZURES = (*LINES, *LINES.values())


def overlap(one: str, other: str) -> bool:
    """Whether two seizures concern the same thing: the whole, or the share of the same holder."""
    return not one or not other or one == other


@dataclass(frozen=True, slots=True)
class Line:
    """The seizures of a unit as they stand at an instant, and what has to be entered for the book to say so."""

    standing: tuple[RestrictionFact, ...]
    effects: tuple[Effect, ...]

    def ahead(self, held: str, share_of: str) -> bool:
        """Whether somebody comes before a new seizure of this thing."""
        kinds = (held, LINES[held])
        return any(r.kind in kinds and overlap(r.share_of, share_of) for r in self.standing)

    def last_place(self, held: str) -> int:
        return max((r.position for r in self.standing if r.kind == LINES[held]), default=0)


def settled(
    book: UnitBook,
    filed: Filed,
    at: dt.datetime,
    months: int,
    lifted: Mapping[uuid.UUID, str] | None = None,
) -> Line:
    """The line after those named are lifted (with the reason of each) and those whose term is over have lapsed.

    A waiting seizure whose turn came, and whose own term has passed since, lapses too and lets the next one in.
    `months`: the term of one whose own is not known.
    """
    gone = dict(lifted or {})
    effects: list[Effect] = [Lift(book.code, public_id, reason) for public_id, reason in gone.items()]
    standing: list[RestrictionFact] = []
    for held, waiting in LINES.items():
        ones = [r for r in book.restrictions if r.kind in (held, waiting)]
        freed = [(r.share_of, min(r.until_at or at, at)) for r in ones if r.public_id in gone]
        ones = [r for r in ones if r.public_id not in gone]
        while step := _lapsed(ones, held, at) or _turn(ones, held, waiting):
            ones.remove(step)
            if step.kind == held:
                effects.append(Lift(book.code, step.public_id, "lapsed"))
                freed.append((step.share_of, step.until_at or at))
                continue
            since = max((t for share, t in freed if overlap(share, step.share_of)), default=at)
            until = end_of_term(since, step.term_months or months)
            effects.append(Lift(book.code, step.public_id, "promoted"))
            if until is not None and until <= at:
                freed.append((step.share_of, until))
                continue
            anew = restricted_anew(
                step, filed, book.code, kind=held, from_at=since, until_at=until, position=0, term_months=None
            )
            effects.append(anew)
            ones.append(
                replace(
                    step,
                    public_id=anew.restriction,
                    kind=held,
                    from_at=since,
                    until_at=until,
                    position=0,
                    term_months=None,
                )
            )
        standing += ones
    return Line(tuple(standing), tuple(effects))


def _lapsed(ones: list[RestrictionFact], held: str, at: dt.datetime) -> RestrictionFact | None:
    over = [r for r in ones if r.kind == held and not r.in_force(at)]
    return min(over, key=lambda r: r.until_at or at, default=None)


def _turn(ones: list[RestrictionFact], held: str, waiting: str) -> RestrictionFact | None:
    """The first of those waiting before whom nobody stands any more."""
    line = sorted((r for r in ones if r.kind == waiting), key=lambda r: r.position)
    for place, r in enumerate(line):
        before = [x for x in ones if x.kind == held] + line[:place]
        if not any(overlap(x.share_of, r.share_of) for x in before):
            return r
    return None
