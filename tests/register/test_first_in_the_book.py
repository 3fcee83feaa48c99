"""First registrations entered on PostgreSQL: land, a project of a thousand homes, a house built for oneself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dengbu.core import clock
from dengbu.core.refusals import Refused
from dengbu.register import effects as fx
from dengbu.register.models import BuildingFacts, Entry, EntryNote, ParcelFacts, RealEstateUnit, Right
from dengbu.register.queries import housed
from dengbu.register.verify import verify
from tests.register.filing import COMPANY, asking, by, land_of, project, surveyed, the_book
from tests.register.homes import BUILDING, LAND, LI, PARCEL, WANG, Given, Town, granting, holder, home, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground() -> Town:
    """A parcel with two planned homes; the land is the company's."""
    town = Town(homes=2, owned=0).build()
    put(land_of(COMPANY))
    return town


def test_land_in_the_book_gets_its_first_holder_and_its_term(ground: Town) -> None:
    land = the_book(LAND)
    assert land.land_use is not None and land.land_use.holders[0].name == COMPANY[0]
    assert land.parcel["term_until"] == "2090-01-01" and ParcelFacts.objects.count() == 2
    with pytest.raises(Refused) as refused:
        put(land_of(COMPANY))
    assert refused.value.codes == ("B_HAS_TITLE",)
    assert verify(deep=True).ok


def test_land_that_nobody_knew_is_opened_with_its_parcel() -> None:
    far, unit = "410106009001GB00099", "410106009001GB00099W00000000"
    survey = {
        far: {"location": "新路", "area_m2": "50"},
        unit: {"location": "新路", "use": "other", "area_m2": "50"},
    }
    put(asking("D01", unit, by("land_user", COMPANY), nature="allocated", source_no="划1", land_use="retail",
               coownership="sole", surveyed=survey))  # fmt: skip
    book = the_book(unit)
    assert book.land_use is not None and book.parcel["right_nature"] == "allocated"
    assert verify(deep=True).ok


def test_a_project_registers_planned_and_new_homes_and_its_common_parts(ground: Town) -> None:
    put(project(home(1), home(2), home(3)))
    for number in (1, 2, 3):
        book = the_book(home(number))
        assert book.ownership is not None and book.ownership.holders[0].name == COMPANY[0]
        assert book.ownership.terms["first_registered_on"] == clock.today().isoformat()
        assert book.ownership.terms["term_until"] == "2090-01-01"
        assert str(book.area_m2) == "88.80" and book.facts["surveyed"] is True
    assert BuildingFacts.objects.get(ended_by=None).completed_on == dt.date(2026, 10, 1)
    note = EntryNote.objects.select_related("unit").get()
    assert (note.unit.code, note.said["parts"][0]["name"]) == (LAND, "道路")
    assert the_book(LAND).land_use is not None
    assert verify(deep=True).ok


def test_a_works_mortgage_stays_on_its_home(ground: Town) -> None:
    """corrections 4."""
    terms = {"thing": "works_in_progress", "transfer_limited": False}
    put(granting(fx.Grant("mortgage", home(1), (holder(WANG),), terms, rank=1)))
    before = the_book(home(1)).mortgages[0].public_id
    put(project(home(1), home(2)))
    assert [m.public_id for m in the_book(home(1)).mortgages] == [before]
    assert verify().ok


def test_a_seizure_of_the_unregistered_home_stays_and_is_answered(ground: Town) -> None:
    put(Given((home(1),), lambda _: [fx.Restrict("seizure", home(1), "某法院", "一")]))
    seal = the_book(home(1)).restrictions[0]
    put(project(home(1), home(2)))
    assert [r.public_id for r in the_book(home(1)).restrictions] == [seal.public_id]
    assert Entry.objects.latest("pk").answers.filter(obstacle=seal.public_id, how="warn").exists()
    assert verify().ok


def test_a_preseizure_of_the_developer_is_a_seizure_from_the_first_registration_on(ground: Town) -> None:
    """corrections 3: its end date does not change; that of a buyer stays."""
    until = clock.now().replace(microsecond=0) + dt.timedelta(days=500)
    debtor, buyer = (fx.HolderIn(p[0], "uscc", p[1]) for p in (COMPANY, WANG))
    for unit, party in ((home(1), debtor), (home(2), buyer)):
        order = fx.Restrict("preseizure", unit, "某法院", "一", clock.now(), until, party=party)
        put(Given((unit,), lambda _, order=order: [order]))
    put(project(home(1), home(2)))
    (seizure,), (stays,) = the_book(home(1)).restrictions, the_book(home(2)).restrictions
    assert (seizure.kind, seizure.until_at, seizure.party_name) == ("seizure", until, COMPANY[0])
    assert (stays.kind, stays.party_name) == ("preseizure", WANG[0])
    said = Entry.objects.latest("pk").effects
    assert COMPANY[1] not in said and seizure.party_index not in said
    assert verify(deep=True).ok


def test_a_thousand_homes_are_one_entry_and_as_many_statements_as_ten() -> None:
    Town(homes=0, owned=0).build()
    put(land_of(COMPANY))
    put(project(home(1), in_book=[BUILDING]))  # whatever is prepared once is prepared

    def statements(first: int, count: int) -> int:
        units = [f"{BUILDING}{n:04d}" for n in range(first, first + count)]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            put(project(*units, in_book=[BUILDING]))
        return len(seen)

    before = Entry.objects.count()
    few, many = statements(1001, 60), statements(2001, 1000)
    assert many == few and Entry.objects.count() == before + 2
    assert Right.objects.filter(kind="house_ownership").count() == 1061
    assert RealEstateUnit.objects.filter(building__code=BUILDING).count() == 1061
    assert verify().ok


def test_two_projects_of_one_act_finish_the_same_building_one_after_the_other(ground: Town) -> None:
    put(project(home(1), home(3)), project(home(2), home(4)))
    assert BuildingFacts.objects.filter(ended_by=None).count() == 1 and BuildingFacts.objects.count() == 3
    assert verify(deep=True).ok


def test_a_house_of_ones_own_takes_the_place_of_the_land_page() -> None:
    Town(homes=1, owned=0).build()
    put(land_of(LI))
    put(asking("P21", home(1), by("builder", LI), completed_on="2026-10-01", coownership="sole",
               surveyed=surveyed(home(1))))  # fmt: skip
    assert the_book(LAND).land_use is None
    book = the_book(home(1))
    assert book.ownership is not None and book.ownership.terms["term_until"] == "2090-01-01"
    assert Right.objects.get(kind="land_use").ended_by_id == Entry.objects.latest("pk").pk
    assert book.parcel_code == PARCEL
    assert verify(deep=True).ok


def test_no_second_right_is_entered_on_the_land_of_a_registered_house() -> None:
    """After P21 the land has no page of its own: it must not look as if nobody had it (民法典 356, 357)."""
    Town(homes=1, owned=0).build()
    put(land_of(LI))
    put(asking("P21", home(1), by("builder", LI), completed_on="2026-10-01", coownership="sole",
               surveyed=surveyed(home(1))))  # fmt: skip
    with pytest.raises(Refused) as refused:
        put(land_of(COMPANY))
    assert refused.value.codes == ("B_LAND_UNDER_HOUSE",)
    assert the_book(LAND).land_use is None and the_book(LAND).housed


def test_land_that_an_old_book_left_out_is_known_by_the_registered_houses_on_it() -> None:
    Town(homes=2, owned=1).build()
    nowhere = "410106009001GB00099W00000000"
    assert housed([LAND, nowhere]) == {LAND}
    assert not the_book(home(1)).housed  # it is asked of land alone
    put(granting(fx.Grant("land_use", LAND, (holder(LI),), {})))
    assert the_book(LAND).title is not None and the_book(LAND).housed  # both stand after D05, and may
