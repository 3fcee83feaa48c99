"""What `after` says in memory is what the database holds once the same effects are entered."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dengbu.core import clock
from dengbu.core.models import Docket
from dengbu.core.refusals import Refusal, Refused
from dengbu.register import effects as fx
from dengbu.register.actions import Outcome
from dengbu.register.models import Entry, Right
from dengbu.register.queries import book_of
from dengbu.register.rules import Judgement, RightFact, UnitBook
from dengbu.register.successive import after
from dengbu.register.verify import verify
from tests.register.homes import (
    BANK,
    BUILDING,
    LAND,
    LI,
    PARCEL,
    WANG,
    ZHAO,
    Given,
    Town,
    facts,
    granting,
    holder,
    home,
    mortgage,
    put,
    sale,
    title,
)

HOMES = 3
NEW = home(9)
CODES = (LAND, *(home(n) for n in range(1, HOMES + 1)), NEW)
PEOPLE = (LI, WANG, ZHAO)
KINDS = ("seizure", "waiting_seizure", "objection", "freeze")
choices = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 99)), min_size=1, max_size=8)


class Step(Given):
    """One entry of an act, chosen by what the book says after those before it. It remembers what it made."""

    def __init__(self, what: int, number: int):
        self.made: list[fx.Effect] = []

        def make(books: Any) -> list[fx.Effect]:
            self.made = list(_step(books, what, number, clock.now()))
            return self.made

        super().__init__(CODES, make)


def _step(book: Mapping[str, UnitBook], what: int, number: int, at: dt.datetime) -> Iterator[fx.Effect]:
    open_units = [c for c in sorted(book) if not book[c].closed]
    unit = open_units[number % len(open_units)]
    here, person = book[unit], PEOPLE[number % 3]
    if what == 0 and here.ownership is None and unit != LAND:
        thirds = tuple(holder(p, 1) for p in PEOPLE)
        yield title(unit, holders=thirds, coownership="by_share", share_denominator=3)
    elif what in (1, 2) and here.ownership is not None:
        yield fx.End(unit, here.ownership.public_id, "transferred")
        yield title(unit, person, replaces=here.ownership.public_id, instrument=f"HT{number}")
    elif what == 3 and here.title is not None:
        terms = {"amount_fen": 1 + number, "debt_from": dt.date(2026, 1, 1), "mortgagors": ("李", "王")}
        yield fx.Grant("mortgage", unit, (holder(BANK),), terms, rank=here.next_rank)
    elif what == 4:
        yield fx.Grant("advance_notice", unit, (holder(person),), {"notice_kind": "sale", "linked": None})
    elif what == 5 and len(here.rights) > 0:
        gone = here.rights[number % len(here.rights)]
        if gone != here.title or not here.mortgages:  # a title does not end under its mortgage
            yield fx.End(unit, gone.public_id, "ended")
    elif what == 6:
        yield from _restrict(here, number, at)
    elif what == 7 and here.restrictions:
        yield fx.Lift(unit, here.restrictions[number % len(here.restrictions)].public_id, "解封")
    elif what == 8:
        yield fx.Amend(unit, facts(unit, use="office", inner_area_m2="80.1"))
    elif what == 9 and NEW not in book:
        yield fx.Open(NEW, PARCEL, BUILDING, facts(NEW, room="9"), (home(1),))
    elif what == 10:
        term = None if number % 2 else dt.date(2090, 1, number % 28 + 1)
        yield fx.AmendParcel(
            PARCEL,
            {"location": "试验路2号", "area_m2": "1000.5", "land_use": "commercial", "right_nature": "granted",
             "term_until": term},
        )  # fmt: skip
    elif what == 11:
        yield fx.Note(unit, "renamed", {"old": "李小明", "new": "李大明"})
    elif what == 9 and not here.rights and not here.restrictions and unit != LAND:
        yield fx.Close(unit, "demolished")


def _restrict(here: UnitBook, number: int, at: dt.datetime) -> Iterator[fx.Effect]:
    kind = KINDS[number % len(KINDS)]
    if kind == "seizure" and any(r.kind == "seizure" for r in here.restrictions):
        return
    place = 1 + max((r.position for r in here.restrictions), default=0)
    # Waits in line or over already: what is granted later in the same entry needs no answer to it.
    until = at - dt.timedelta(days=1, microseconds=7)
    yield fx.Restrict(kind, here.code, "某法院", f"（2026）{number}号", until, until, place, "李小明", "备注")


def as_kept(book: UnitBook) -> UnitBook:
    """A book without what memory cannot know: entry numbers and the ciphers of identity numbers."""

    def right(r: RightFact) -> RightFact:
        return replace(r, entry_number="", holders=tuple(replace(h, number_cipher="") for h in r.holders))

    return replace(
        book, rights=tuple(map(right, book.rights)), land_rights=tuple(map(right, book.land_rights))
    )


class _Undo(Exception):
    pass


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(choices)
def test_what_is_said_in_memory_is_what_is_written(steps: list[tuple[int, int]]) -> None:
    try:
        with transaction.atomic():
            Town(homes=HOMES, owned=2).build()
            said = book_of(CODES)
            acts = [Step(what, number) for what, number in steps]
            put(*acts)
            for one in acts:
                said = after(said, one.made, clock.now())
            written = book_of(CODES)
            assert {c: as_kept(b) for c, b in said.items()} == {c: as_kept(b) for c, b in written.items()}
            assert verify().ok
            raise _Undo
    except _Undo:
        pass


def dockets(count: int) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dengbu.actor', 'system:test', true)")
    made = [Docket(number=f"T{n}", authority="410106", created_at=clock.now()) for n in range(count)]
    Docket.objects.bulk_create(made)
    return [d.pk for d in made]


def sold_and_mortgaged(unit: str, docket: uuid.UUID, buyer: tuple[str, str] = WANG) -> list[Given]:
    """A sale and the buyer's mortgage: the mortgage is refused on the book as it was before the sale."""

    def rule(books: Any, _: dt.datetime) -> Judgement:
        owned = books[unit].ownership
        if owned is None or owned.holders[0].name != buyer[0]:
            return Judgement((Refusal("NOT_THE_MORTGAGORS", "房屋不在抵押人名下。"),))
        return Judgement()

    loan = mortgage(unit)
    loan.rule, loan.docket_id = rule, docket
    return [sale(unit, LI, buyer, docket_id=docket), loan]


@pytest.mark.django_db
def test_the_second_entry_of_an_act_finds_what_the_first_entered() -> None:
    Town().build()
    (docket,) = dockets(1)
    outcome = put(*sold_and_mortgaged(home(1), docket))
    assert [e.docket_id for e in outcome.entries] == [docket, docket]
    assert [len(e.granted) for e in outcome.entries] == [1, 1]
    book = book_of([home(1)])[home(1)]
    assert book.ownership is not None and book.ownership.holders[0].name == WANG[0] and book.mortgages
    assert verify(deep=True).ok


@pytest.mark.django_db
def test_a_docket_refused_in_one_part_stays_out_whole_and_leaves_no_trace_for_the_next() -> None:
    Town().build()
    one, two = dockets(2)
    bad = sold_and_mortgaged(home(1), one, ZHAO)
    bad[1].rule = lambda _b, _a: Judgement((Refusal("NO_MORTGAGE", "不能抵押。"),))
    outcome: Outcome = put(*bad, *sold_and_mortgaged(home(1), two), partial=True)
    assert [e.docket_id for e in outcome.entries] == [two, two]
    assert {r.code for r in outcome.refusals[one]} == {"NO_MORTGAGE"}
    assert not Entry.objects.filter(docket_id=one).exists()
    assert verify(deep=True).ok


@pytest.mark.django_db
def test_one_refused_part_refuses_everything_when_all_or_nothing_is_asked() -> None:
    Town().build()
    (docket,) = dockets(1)
    parts = sold_and_mortgaged(home(3), docket)  # nobody owns home 3
    before = Right.objects.count()
    with pytest.raises(Refused) as refused:
        put(*parts)
    assert refused.value.codes == ("NOT_THE_OWNER",)
    assert parts[1].judged == 0 and Right.objects.count() == before


@pytest.mark.django_db
def test_several_entries_a_home_cost_as_many_statements_as_one_home() -> None:
    Town(homes=8, owned=8).build()
    ids = dockets(8)

    def statements(first: int, homes: int) -> int:
        parts = [p for n in range(first, first + homes) for p in sold_and_mortgaged(home(n), ids[n - 1])]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            put(*parts)
        return len(seen)

    statements(1, 1)
    assert statements(2, 1) == statements(3, 6)


@pytest.mark.django_db
def test_registrations_that_share_no_unit_are_judged_on_the_book_itself() -> None:
    Town().build()
    seen: list[Any] = []

    def noting(unit: str) -> Given:
        def rule(books: Any, _: dt.datetime) -> Judgement:
            seen.append(books)
            return Judgement()

        one = granting(fx.Grant("residence", unit, (holder(ZHAO),), {"extent": "全部"}))
        one.rule = rule
        return one

    put(noting(home(1)), noting(home(2)))
    assert seen[0] is seen[1]
