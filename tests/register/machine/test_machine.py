"""Random applications of all types, lawful and spoilt, by several clerks: entered or refused, and the book holds."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace
from random import Random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, note, settings
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


# What is chosen depends on the book, which hypothesis does not see: it gives the seed of each choice.
seeds = st.integers(0, 2**32 - 1)
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

    @rule(seed=seeds)
    def file(self, seed: int) -> None:
        chance = Random(seed)
        self._enter(chance, self._filed(chance, chance.choice(places(self.books)), spoilt=False))

    @rule(seed=seeds)
    def file_something_wrong(self, seed: int) -> None:
        chance = Random(seed)
        self._enter(chance, self._filed(chance, chance.choice(places(self.books)), spoilt=True))

    @rule(seed=seeds)
    def two_at_one_counter(self, seed: int) -> None:
        """The second application rests on the book before the first: it is entered on what it finds, or refused."""
        chance = Random(seed)
        unit = chance.choice(places(self.books))
        for one in [self._filed(chance, unit, spoilt=False) for _ in range(2)]:
            self._enter(chance, one)

    def _filed(self, chance: Random, unit: str, *, spoilt: bool) -> tuple[str, str, Filed] | None:
        scene = Scene(self.books, unit, chance.choice)
        possible = [code for code, play in PLAYS.items() if play.can(scene)]
        if not possible:
            return None
        code = chance.choice(possible)
        filed = PLAYS[code].make(scene)
        return code, unit, chance.choice(SPOILS)(filed, chance.choice) if spoilt else filed

    def _enter(self, chance: Random, said: tuple[str, str, Filed] | None) -> None:
        if said is None:
            return
        code, unit, filed = said
        before = self.books
        made = parts(code, filed)
        try:
            entered(made, chance.choice(CLERKS))
        except Refused as refused:
            note(f"{code} on {unit}: {refused.codes}")
            assert present() == before, "what was refused left a trace"
        else:
            note(f"{code} on {unit}: entered")
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
