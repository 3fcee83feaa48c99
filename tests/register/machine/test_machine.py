"""Random applications of all types, lawful and spoilt, by several clerks: entered or refused, and the book holds."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from dengbu.catalog.registrations import Filed
from dengbu.core.refusals import Refused
from dengbu.register.verify import verify
from tests.register.filing import by
from tests.register.homes import LAND, Town, home

from .entering import CLERKS, as_kept, broken, entered, parts, places, present, thought
from .plays import PLAYS
from .scene import PEOPLE, Pick, Scene, first

# `make test-all` looks longer.
LONG = os.environ.get("DENGBU_LONG_MACHINE") == "1"
EXAMPLES, STEPS = (60, 60) if LONG else (10, 25)


# --- what can be wrong with an application


def stranger(filed: Filed, pick: Pick) -> Filed:
    """Somebody else in the place of one of the parties."""
    if not filed.parties:
        return filed
    gone = pick(filed.parties)
    other = by(gone.role, pick(PEOPLE), share_numerator=gone.share_numerator)
    return replace(filed, parties=tuple(other if p is gone else p for p in filed.parties))


def nobody(filed: Filed, pick: Pick) -> Filed:
    """One of the parties does not apply."""
    gone = pick((None, *filed.parties))
    return replace(filed, parties=tuple(p for p in filed.parties if p is not gone))


def no_papers(filed: Filed, _: Pick) -> Filed:
    return replace(filed, evidence=frozenset(), officer={})


def unanswered(filed: Filed, pick: Pick) -> Filed:
    """A question is left open."""
    if not filed.terms:
        return filed
    open_ = pick(sorted(filed.terms))
    return replace(filed, terms={k: v for k, v in filed.terms.items() if k != open_})


def dead_target(filed: Filed, _: Pick) -> Filed:
    """About a right that is not in the book."""
    return replace(filed, terms={**filed.terms, "right": str(uuid.uuid4())})


def no_contract(filed: Filed, _: Pick) -> Filed:
    return replace(filed, contract=None)


def no_survey(filed: Filed, _: Pick) -> Filed:
    return replace(filed, surveyed={})


SPOILS = (stranger, nobody, no_papers, unanswered, dead_target, no_contract, no_survey)


class Office(RuleBasedStateMachine):
    """A small town with planned homes, titles of people and a developer, and whatever comes to the counter."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        Town(homes=4, owned=0).build()
        for code, unit in (("D01", LAND), ("D05", home(1)), ("D09", home(1)), ("D09", home(2))):
            # The last home stays a plan, for what is done with plans.
            books = {c: b for c, b in present().items() if c != home(4)}
            entered(parts(code, PLAYS[code].make(Scene(books, unit, first))))
        self.books = present()

    @rule(data=st.data())
    def file(self, data: st.DataObject) -> None:
        self._come(data, spoilt=False)

    @rule(data=st.data())
    def file_something_wrong(self, data: st.DataObject) -> None:
        self._come(data, spoilt=True)

    @rule(data=st.data())
    def two_at_one_counter(self, data: st.DataObject) -> None:
        """The second application rests on the book before the first: it is entered on what it finds, or refused."""
        unit = data.draw(st.sampled_from(places(self.books)))
        made = [self._filed(data, unit, spoilt=False) for _ in range(2)]
        for one in made:
            self._enter(data, one)

    def _come(self, data: st.DataObject, *, spoilt: bool) -> None:
        unit = data.draw(st.sampled_from(places(self.books)))
        self._enter(data, self._filed(data, unit, spoilt=spoilt))

    def _filed(self, data: st.DataObject, unit: str, *, spoilt: bool) -> tuple[str, str, Filed] | None:
        def pick(options: Sequence[Any]) -> Any:
            return options[data.draw(st.integers(0, len(options) - 1))]

        scene = Scene(self.books, unit, pick)
        possible = [code for code, play in PLAYS.items() if play.can(scene)]
        if not possible:
            return None
        code = data.draw(st.sampled_from(possible))
        filed = PLAYS[code].make(scene)
        return code, unit, pick(SPOILS)(filed, pick) if spoilt else filed

    def _enter(self, data: st.DataObject, said: tuple[str, str, Filed] | None) -> None:
        if said is None:
            return
        code, unit, filed = said
        before = self.books
        made = parts(code, filed)
        try:
            entered(made, data.draw(st.sampled_from(CLERKS)))
        except Refused:
            assert present() == before, "what was refused left a trace"
        else:
            self.books = present()
            written = {c: as_kept(b) for c, b in self.books.items()}
            assert thought(before, made) == written, (code, unit)
        assert broken() == {}, (code, unit)

    def teardown(self) -> None:
        try:
            report = verify(deep=True)
            assert report.ok, report.differences
        finally:
            connection.set_rollback(True)
            self.whole.__exit__(None, None, None)


@pytest.mark.django_db
def test_whatever_comes_to_the_counter_is_entered_or_refused_and_the_book_holds() -> None:
    run_state_machine_as_test(
        Office,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not LONG,
            database=None,
            phases=[
                Phase.generate
            ],  # a sequence of some steps on PostgreSQL is read as it fell; to shrink it takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
