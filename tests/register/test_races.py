"""Two entries on one home at the same moment: with the lock on the unit off, one falls whole into the other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError

from dengbu.core import counters
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Refusal, Refused
from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.register import actions, writer
from dengbu.register.effects import Grant
from dengbu.register.models import Entry, Holder, Restriction
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from tests.register.filing import COMPANY, SURVEY_OF_BUILDING, asking, by, surveyed
from tests.register.homes import (
    BANK,
    BUILDING,
    CLERK,
    LAND,
    LI,
    PARCEL,
    WANG,
    ZHAO,
    Town,
    granting,
    home,
    mortgage,
    put,
    sale,
    seizure,
)
from tests.support.estates import body
from tests.support.races import Overlap, at_once, in_between, take_away

# What PostgreSQL holds besides the lock. Without these nets one sees what the lock itself is for.
RESTRICTION_NET = "ALTER TABLE register_right DISABLE TRIGGER guard, DISABLE TRIGGER title_end_answers"
OWNER_NET = "DROP INDEX one_live_ownership_per_unit"
RANK_NET = "DROP INDEX one_live_rank_per_unit"

READ = (actions, "book_of")  # the book has been read; judging and writing come after


@pytest.fixture
def town(own_database: DatabaseUrls) -> Iterator[DatabaseUrls]:
    Town().build()
    yield own_database


@pytest.fixture
def lock_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_lock_units", lambda codes: writer.ids_of_units(set(codes)))


def owners_now() -> set[str]:
    live = Holder.objects.filter(
        right__unit__code=home(1), right__ended_by=None, right__kind="house_ownership"
    )
    return set(live.values_list("name", flat=True))


def seized() -> bool:
    return Restriction.objects.filter(unit__code=home(1), ended_by=None).exists()


def refused(overlap: Overlap) -> tuple[str, ...]:
    """The codes with which the one that was judged first, but comes second, is refused."""
    (failure,) = overlap.failures
    assert isinstance(failure, Refused), repr(failure)
    return failure.codes


# --- two transfers of one home ----------------------------------------------------------------------------------


def two_sales() -> Overlap:
    """Zhao buys while Wang's purchase has been judged and not yet entered."""
    return in_between(lambda: put(sale(home(1), LI, WANG)), lambda: put(sale(home(1), LI, ZHAO)), after=READ)


def test_without_lock_and_nets_one_home_is_sold_twice(
    town: DatabaseUrls, lock_off: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_away(town, OWNER_NET)
    # The title it was to end is ended already.
    monkeypatch.setattr(writer, "_all_ended", lambda wanted, ended: None)
    said = two_sales()
    assert not said.waited and not said.failures
    assert owners_now() == {WANG[0], ZHAO[0]}, "two owners, each for the whole"


def test_without_the_lock_the_second_buyer_is_told_yes_and_stopped_at_the_last_moment(
    town: DatabaseUrls, lock_off: None
) -> None:
    said = two_sales()
    assert not said.waited
    assert refused(said) == ("REG_ALREADY_ENDED",)
    assert owners_now() == {ZHAO[0]}


def test_with_the_lock_the_second_sale_waits_and_is_judged_on_what_the_first_made(town: DatabaseUrls) -> None:
    said = two_sales()
    assert said.waited and isinstance(said.second, Refused)
    assert refused(said) == ("NOT_THE_OWNER",)
    assert owners_now() == {WANG[0]}
    assert verify().ok


# --- a seizure and a sale of one home ----------------------------------------------------------------------------


def seizure_inside_sale() -> Overlap:
    """The court's seizure is entered while the sale has been judged and not yet entered."""
    return in_between(
        lambda: put(sale(home(1), LI, WANG)), lambda: put(seizure(home(1), debtor=LI)), after=READ
    )


def sale_inside_seizure() -> Overlap:
    """The sale is entered while the court's seizure has been judged and not yet entered."""
    return in_between(
        lambda: put(seizure(home(1), debtor=LI)), lambda: put(sale(home(1), LI, WANG)), after=READ
    )


def test_without_lock_and_nets_a_seized_home_is_sold(town: DatabaseUrls, lock_off: None) -> None:
    take_away(town, RESTRICTION_NET)
    said = seizure_inside_sale()
    assert not said.waited and not said.failures
    assert seized() and owners_now() == {WANG[0]}, "the court's debtor sold what was seized"


def test_without_the_lock_postgresql_alone_keeps_the_sale_of_a_seized_home_out(
    town: DatabaseUrls, lock_off: None
) -> None:
    said = seizure_inside_sale()
    assert not said.waited
    assert isinstance(said.first, IntegrityError) and "restriction in force" in str(said.first)
    assert seized() and owners_now() == {LI[0]}


def test_with_the_lock_a_seizure_waits_for_the_sale_and_finds_the_buyer(town: DatabaseUrls) -> None:
    said = seizure_inside_sale()
    assert said.waited and isinstance(said.second, Refused)
    assert refused(said) == ("NOT_THE_DEBTORS",)
    assert not seized() and owners_now() == {WANG[0]}
    assert verify().ok


def test_without_the_lock_a_seizure_lands_on_a_buyer_who_owes_nothing(
    town: DatabaseUrls, lock_off: None
) -> None:
    said = sale_inside_seizure()
    assert not said.waited and not said.failures
    assert seized() and owners_now() == {WANG[0]}, "no net catches this one"


def test_with_the_lock_a_sale_waits_for_the_seizure_and_is_refused(town: DatabaseUrls) -> None:
    said = sale_inside_seizure()
    assert said.waited and isinstance(said.second, Refused)
    assert refused(said) == ("RESTRICTED",)
    assert seized() and owners_now() == {LI[0]}
    assert verify().ok


# --- two mortgages, and numbers ----------------------------------------------------------------------------------


def two_mortgages() -> Overlap:
    return in_between(lambda: put(mortgage(home(1))), lambda: put(mortgage(home(1))), after=READ)


def test_without_lock_and_nets_two_banks_both_hold_the_first_rank(town: DatabaseUrls, lock_off: None) -> None:
    take_away(town, RANK_NET)
    assert not two_mortgages().failures
    book = unit_book(home(1))
    assert book and [m.rank for m in book.mortgages] == [1, 1]


def test_with_the_lock_the_bank_that_waits_takes_the_next_rank(town: DatabaseUrls) -> None:
    said = two_mortgages()
    assert said.waited and not said.failures
    book = unit_book(home(1))
    assert book and [m.rank for m in book.mortgages] == [1, 2]


# Two homes, so no lock on a unit keeps these entries apart: only the counter of the numbers does.


@act("test.thinks_better_of_it")
def thinks_better_of_it(*, actor: Actor) -> None:
    """An entry that has taken its number and is not made after all."""
    put(sale(home(1), LI, WANG))
    raise Refused(Refusal("TEST", "还是不登了。"))


def an_entry_beside_one_that_fails() -> Overlap:
    return in_between(
        lambda: thinks_better_of_it(actor=CLERK),
        lambda: put(sale(home(2), LI, ZHAO)),
        after=(counters, "take_with_keys"),
    )


def numbers() -> list[int]:
    return list(Entry.objects.order_by("number").values_list("number", flat=True))


def test_numbers_that_nobody_waits_for_have_gaps(town: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    before = numbers()
    on = itertools.count(before[-1] + 1)

    def unlocked(authority: str, kind: str, year: int, count: int, keys: Any) -> Any:
        drawn = [counters.next_serials(f"{m._meta.db_table}_id_seq", n) for m, n in keys.items()]
        return range(n := next(on), n + 1), drawn

    monkeypatch.setattr(counters, "take_with_keys", unlocked)
    said = an_entry_beside_one_that_fails()
    assert not said.waited
    assert numbers() == [*before, before[-1] + 2]


def test_the_number_of_an_entry_that_failed_goes_to_the_one_that_waited(town: DatabaseUrls) -> None:
    before = numbers()
    said = an_entry_beside_one_that_fails()
    assert said.waited and refused(said) == ("TEST",)
    assert numbers() == [*before, before[-1] + 1]
    assert verify().ok


def test_entries_made_at_once_have_numbers_without_gap(own_database: DatabaseUrls) -> None:
    Town(homes=6, owned=6).build()
    results = at_once(*(lambda n=n: put(sale(home(n), LI, WANG)) for n in range(1, 7)))
    assert not [r for r in results if isinstance(r, Exception)]
    assert numbers() == list(range(1, len(numbers()) + 1))
    assert verify().ok


# --- what is not in the book yet has no row to lock -----------------------------------------------------------------

FAR = "410106009001GB00099"
FAR_LAND, NEW_BUILDING = f"{FAR}W00000000", f"{PARCEL}F0009"


@pytest.fixture
def parcels_unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_lock_parcels", lambda parcels: None)


def two_openings(first: Any, second: Any) -> Overlap:
    """The second clerk enters while the first has been judged and has not entered yet."""
    return in_between(lambda: put(first), lambda: put(second), after=READ)


def new_land(owner: tuple[str, str] = COMPANY) -> Any:
    """The first registration of land that nobody knew."""
    survey = {
        FAR: {"location": "新路", "area_m2": "50"},
        FAR_LAND: {"location": "新路", "use": "other", "area_m2": "50"},
    }
    return asking("D01", FAR_LAND, by("land_user", owner), nature="allocated", source_no="划1", land_use="retail",
                  coownership="sole", surveyed=survey)  # fmt: skip


def new_house(number: int) -> Any:
    """A house of a building that nobody knew, on land that is registered."""
    unit = f"{NEW_BUILDING}{number:04d}"
    survey = surveyed(unit) | {NEW_BUILDING: SURVEY_OF_BUILDING}
    return asking("D05", unit, by("developer", COMPANY), units=[unit], project_name="新园", completed_on="2026-10-01",
                  common_parts="无", certificate="each", presold=False, surveyed=survey)  # fmt: skip


def parted(number: int) -> Any:
    """A home is split in two, one of which bears the number that another clerk gives as well."""
    new = [f"{BUILDING}0900", f"{BUILDING}09{number:02d}"]
    return asking(
        "P11",
        home(number),
        by("holder", LI),
        way="split",
        survey_no="CH-1",
        new_units=new,
        surveyed=surveyed(*new),
    )


def test_without_the_lock_on_the_parcel_who_opens_the_same_land_second_is_stopped_at_the_last_moment(
    town: DatabaseUrls, parcels_unlocked: None
) -> None:
    said = two_openings(new_land(), new_land(BANK))
    assert not said.waited and refused(said) == ("REG_OPENED_MEANWHILE",)


def test_who_opens_the_same_land_second_waits_and_is_told_that_it_has_its_title(town: DatabaseUrls) -> None:
    said = two_openings(new_land(), new_land(BANK))
    assert said.waited and refused(said) == ("B_HAS_TITLE",)
    book = unit_book(FAR_LAND)
    assert book is not None and book.land_use is not None and book.land_use.holders[0].name == COMPANY[0]
    assert verify().ok


def test_without_the_lock_on_the_parcel_two_homes_that_get_one_new_number_break(
    town: DatabaseUrls, parcels_unlocked: None
) -> None:
    said = two_openings(parted(1), parted(2))
    assert not said.waited
    assert [type(f) for f in said.failures] == [IntegrityError]


def test_of_two_homes_that_get_one_new_number_the_second_waits_and_is_refused(town: DatabaseUrls) -> None:
    said = two_openings(parted(1), parted(2))
    assert said.waited and refused(said) == ("B_CODE_TAKEN",)
    assert verify().ok


def test_the_second_house_of_a_building_that_was_opened_meanwhile_is_to_be_tried_again(
    town: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(granting(Grant("land_use", LAND, (body(COMPANY),), {})))
    said = two_openings(new_house(1), new_house(2))
    assert said.waited and refused(said) == ("REG_OPENED_MEANWHILE",)
    again = new_house(2)
    again.inner.filed = replace(again.inner.filed, in_book=frozenset({NEW_BUILDING}))  # as it is read anew
    put(again)
    assert {unit_book(f"{NEW_BUILDING}{n:04d}").title is not None for n in (1, 2)} == {True}
    assert verify().ok


def test_who_enters_on_what_the_book_knows_waits_for_no_opening_on_the_same_parcel(
    town: DatabaseUrls,
) -> None:
    said = two_openings(parted(1), sale(home(2), LI, WANG))
    assert not said.waited and not said.failures


def test_many_parcels_are_opened_under_one_lock_that_keeps_every_other_opening_out(
    town: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_MANY", 0)
    said = two_openings(new_land(), new_land(BANK))
    assert said.waited and refused(said) == ("B_HAS_TITLE",)
