"""Changes, partitions, corrections, new papers and ends entered on PostgreSQL; the chain of title stays readable."""

from __future__ import annotations

from typing import Any

import pytest

from dengbu.core.refusals import Refused
from dengbu.register import effects as fx
from dengbu.register.history import history_of, notes_of
from dengbu.register.models import Entry, EntryNote, Holder, RealEstateUnit, Right
from dengbu.register.verify import verify
from tests.register.filing import COMPANY, asking, by, land_of, project, surveyed, the_book
from tests.register.homes import BANK, LAND, LI, Given, Town, granting, home, mortgage, put, seizure, title

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return Town(homes=4, owned=2).build()


def owners(unit: str) -> list[str]:
    owned = the_book(unit).ownership
    return [h.name for h in owned.holders] if owned else []


def test_a_new_name_follows_the_old_and_the_number_is_kept_encrypted(town: Town) -> None:
    put(mortgage(home(1)))
    put(asking("P09", home(1), by("holder", LI), by("renamed", LI, "李新名"), old_name=LI[0]))
    assert owners(home(1)) == ["李新名"]
    (was,) = history_of(home(1))
    assert (was.holders, was.public_id, was.ended_as) == (((LI[0], None),), town.titles[home(1)], "P09")
    right = Right.objects.get(unit__code=home(1), kind="house_ownership", ended_by=None)
    assert right.predecessor == town.titles[home(1)]
    assert LI[1] not in Entry.objects.latest("pk").effects
    assert Holder.objects.get(right=right).number_index == by("x", LI).number_index
    assert len(the_book(home(1)).mortgages) == 1
    assert verify(deep=True).ok


def test_a_new_address_under_seizure_is_entered_and_the_court_only_told(town: Town) -> None:
    """corrections 22."""
    put(seizure(home(1)))
    put(asking("P10", home(1), by("holder", LI), change="location", new_location="新路2号"))
    book = the_book(home(1))
    assert book.location == "新路2号" and book.restrictions and owners(home(1)) == [LI[0]]
    with pytest.raises(Refused) as refused:
        put(asking("P10", home(1), by("holder", LI), change="use", new_use="office"))
    assert refused.value.codes == ("R_SEAL",)
    assert verify(deep=True).ok


def test_the_term_of_land_is_longer_for_the_parcel_and_the_title() -> None:
    Town(homes=1, owned=0).build()
    put(land_of(COMPANY))
    put(asking("D02", LAND, by("holder", COMPANY), change="term", new_term_until="2120-01-01"))
    land = the_book(LAND)
    assert land.land_use is not None and land.land_use.terms["term_until"] == "2120-01-01"
    assert the_book(home(1)).parcel["term_until"] == "2120-01-01"
    put(asking("D02", LAND, by("holder", COMPANY), change="location", new_location="新路9号"))
    assert the_book(LAND).location == "新路9号" == the_book(home(1)).parcel["location"]
    assert verify(deep=True).ok


NEW = {
    "way": "split",
    "survey_no": "CH1",
    "new_units": [home(11), home(12)],
    "surveyed": surveyed(home(11), home(12)),
}


def test_a_split_carries_title_and_mortgages_to_new_units(town: Town) -> None:
    put(mortgage(home(1)))
    put(mortgage(home(1)))
    put(asking("P11", home(1), by("holder", LI), papers=("HOLDCONS",), **NEW))
    for unit in (home(11), home(12)):
        book = the_book(unit)
        assert owners(unit) == [LI[0]] and [m.rank for m in book.mortgages] == [1, 2]
        assert {m.holders[0].name for m in book.mortgages} == {BANK[0]}
    assert the_book(home(1)).closed and RealEstateUnit.objects.get(code=home(1)).ended_by_id
    with pytest.raises(Refused) as refused:
        put(asking("P11", home(2), by("holder", LI), **NEW))
    assert "B_CODE_TAKEN" in refused.value.codes
    assert verify(deep=True).ok


def test_a_merge_makes_one_unit_of_two(town: Town) -> None:
    put(asking("P11", home(1), by("holder", LI), way="merge", survey_no="CH1", units=[home(2)], new_units=[home(13)],
               surveyed=surveyed(home(13))))  # fmt: skip
    assert owners(home(13)) == [LI[0]] and the_book(home(1)).closed and the_book(home(2)).closed
    said = Entry.objects.latest("pk").effects
    assert f'"from_units":["{home(1)}","{home(2)}"]' in said
    assert verify(deep=True).ok


def test_a_correction_is_read_in_the_history_of_the_home(town: Town) -> None:
    given = {"what": "area", "right_area": "95.00", "proof": "测绘报告9号", "applies_as": "holder"}
    put(asking("P12", home(1), by("applicant", LI), **given))
    assert str(the_book(home(1)).area_m2) == "95.00"
    (note,) = notes_of(home(1))
    assert (note.kind, note.entered_as) == ("corrected", "P12")
    assert (note.said["what"], note.said["was"], note.said["now"]) == ("建筑面积", "90.50 ㎡", "95.00 ㎡")
    assert note.said["proof"] == "测绘报告9号"
    owned = the_book(home(1)).ownership
    assert owned is not None and note.right_id == owned.public_id
    assert [(e.public_id, e.ended_as) for e in history_of(home(1))] == [(town.titles[home(1)], "P12")]
    assert verify(deep=True).ok


def test_an_ex_officio_correction_keeps_the_owners_number_though_nobody_applies(town: Town) -> None:
    given: dict[str, Any] = {"what": "floor", "right_text": "6", "proof": "档案", "notified_on": "2020-01-02"}
    entry = the_book(home(1)).ownership
    assert entry is not None
    put(asking("S03", home(1), **given, wrong_on="2099-01-01", wrong_entry=entry.entry_number))
    owned = the_book(home(1)).ownership
    assert owned is not None and owned.held_by(by("x", LI).number_index)
    assert verify(deep=True).ok


def test_a_new_paper_rests_on_a_note_and_the_title_stays(town: Town) -> None:
    put(seizure(home(1)))
    given = {"old_certificate": "证1号", "declared": True}
    entered = put(asking("P16", home(1), by("holder", LI), **given)).entries[0]
    assert [(n.right, n.new_paper) for n in entered.noted] == [(town.titles[home(1)], True)]
    assert entered.ended == () and entered.granted == ()
    put(asking("P15", home(1), by("holder", LI), **given, reason="damaged"))
    put(mortgage(home(2)))
    loan = the_book(home(2)).mortgages[0]
    put(asking("B13", home(2), by("holder", BANK), **given, right=str(loan.public_id)))
    assert EntryNote.objects.filter(right_id=loan.public_id, kind="reissued").count() == 1
    assert [n.kind for n in notes_of(home(1))] == ["renewed", "reissued"]
    assert history_of(home(1)) == [] and verify(deep=True).ok


def test_a_demolished_home_closes_with_everything_on_it(town: Town) -> None:
    put(mortgage(home(1)))
    put(Given((home(1),), lambda _: [fx.Restrict("seizure", home(1), "某法院", "一")]))
    put(asking("P17", home(1), by("holder", LI), papers=("HOLDCONS", "COURTCONS"), reason="destroyed"))
    book = the_book(home(1))
    assert book.closed and not book.rights and not book.restrictions
    assert {e.ended_as for e in history_of(home(1))} == {"P17"}
    assert verify(deep=True).ok


def test_the_registry_ends_a_title_by_itself_and_the_land_follows_by_application() -> None:
    Town(homes=2, owned=0).build()
    put(land_of(COMPANY))
    put(granting(title(home(2), LI)))
    put(asking("S04", home(2), reason="expropriated", document_no="征1"))
    assert owners(home(2)) == [] and not the_book(home(2)).closed
    put(asking("D04", LAND, by("holder", COMPANY), reason="taken_back"))
    assert the_book(LAND).land_use is None and verify(deep=True).ok


def test_a_home_of_a_project_is_changed_with_the_land_it_got() -> None:
    Town(homes=4, owned=0).build()
    put(land_of(COMPANY))
    put(project(home(3), home(4)))
    one = asking("P10", home(3), by("holder", COMPANY), change="term", new_term_until="2120-01-01")
    put(one)
    owned = the_book(home(3)).ownership
    assert owned is not None
    assert owned.terms["term_until"] == "2120-01-01" and "first_registered_on" in owned.terms
    assert verify().ok
