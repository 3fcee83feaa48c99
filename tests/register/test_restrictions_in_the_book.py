"""Seizures, objections, limits and residence rights entered for good, and what they stop."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dengbu.core import clock
from dengbu.core.refusals import Refused
from dengbu.register.models import EntryNote, Restriction
from dengbu.register.rules import RestrictionFact
from dengbu.register.verify import verify
from tests.register.filing import asking, by, the_book
from tests.register.homes import BANK, LI, WANG, Town, home, mortgage, put, sale

HOME, PLANNED = home(1), home(3)
COURT, OTHER_COURT = ("上街区人民法院", "91419999MA000004X2"), ("中原区人民法院", "91419999MA000005XX")


@pytest.fixture(autouse=True)
def town(db: None) -> Town:
    return Town().build()


@pytest.fixture(autouse=True)
def _the_book_is_its_entries(town: Town) -> Any:
    yield
    report = verify(deep=True)
    assert report.ok, report


def minute(ago: dt.timedelta = dt.timedelta()) -> str:
    return clock.local(clock.now() - ago).isoformat(timespec="minutes")


def seizure(
    unit: str,
    court: tuple[str, str] = COURT,
    debtor: tuple[str, str] = LI,
    number: str = "执1号",
    **terms: Any,
) -> Any:
    said = {
        "measure": "seizure", "authority_kind": "court", "document_no": number, "ruling": True,
        "served_at": minute(dt.timedelta(minutes=3)), "bearers": "甲 01，乙 02", **terms,
    }  # fmt: skip
    return asking("S01", unit, by("requester", court), by("debtor", debtor), **said)


def unsealing(unit: str, target: RestrictionFact, court: tuple[str, str] = COURT) -> Any:
    return asking(
        "S02", unit, by("requester", court), reason="ordered", document_no="解1号", served_at=minute(),
        bearers="甲 01，乙 02", right=str(target.public_id),
    )  # fmt: skip


def seized(unit: str = HOME) -> list[tuple[str, str, int]]:
    return [(r.kind, r.document_no, r.position) for r in the_book(unit).restrictions]


def test_three_courts_stand_in_line_and_move_up_as_the_first_lets_go() -> None:
    put(seizure(HOME))
    put(seizure(HOME, OTHER_COURT, number="执2号", term_months=24))
    put(seizure(HOME, number="执3号"))
    assert seized() == [
        ("seizure", "执1号", 0),
        ("waiting_seizure", "执2号", 1),
        ("waiting_seizure", "执3号", 2),
    ]
    put(unsealing(HOME, the_book(HOME).restrictions[0]))
    book = the_book(HOME)
    assert sorted(seized()) == [("seizure", "执2号", 0), ("waiting_seizure", "执3号", 2)]
    first = next(r for r in book.restrictions if r.kind == "seizure")
    assert first.from_at is not None and first.until_at is not None and first.until_at > first.from_at
    put(unsealing(HOME, first, OTHER_COURT))
    put(unsealing(HOME, the_book(HOME).restrictions[0]))
    assert seized() == []
    assert Restriction.objects.count() == 5, "what moved up was ended and made anew: nothing is lost"


def test_nothing_is_sold_or_mortgaged_under_a_seizure_and_all_is_again_after_it() -> None:
    put(seizure(HOME))
    loan = asking(
        "B01", HOME, by("mortgagor", LI), by("mortgagee", BANK), contract_no="DY1", amount_fen=1,
        debt_from="2026-01-01", debt_until="2036-01-01", scope="主债权", transfer_limited=False, debtor=LI[0],
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        put(loan)
    assert [r.code for r in refused.value.refusals] == ["R_SEAL"]
    put(unsealing(HOME, the_book(HOME).restrictions[0]))
    put(loan)
    assert len(the_book(HOME).mortgages) == 1


def test_corrections_1_a_sale_that_was_entered_first_leaves_nothing_for_the_court() -> None:
    late = seizure(HOME)
    put(sale(HOME, LI, WANG))
    with pytest.raises(Refused) as refused:
        put(late)
    (refusal,) = refused.value.refusals
    assert refusal.code == "O_HOME_PASSED" and WANG[0] in refusal.message
    assert seized() == [] and the_book(HOME).ownership.holders[0].name == WANG[0]  # type: ignore[union-attr]


def test_a_planned_home_is_preseized_and_the_next_one_waits() -> None:
    put(seizure(PLANNED, debtor=WANG))
    put(seizure(PLANNED, OTHER_COURT, debtor=WANG, number="执2号"))
    assert seized(PLANNED) == [("preseizure", "执1号", 0), ("waiting_preseizure", "执2号", 1)]
    assert the_book(PLANNED).restrictions[0].party_name == WANG[0]


def test_corrections_2_the_shorter_term_leaves_a_note_that_the_court_is_to_be_told() -> None:
    put(seizure(HOME, term_months=60))
    note = EntryNote.objects.get(kind="term_capped")
    assert note.said["asked"] == "60个月" and note.said["authority"] == COURT[0]


def test_corrections_8_a_seizure_that_ran_out_stops_nobody_although_no_entry_says_so_yet() -> None:
    past = clock.local(clock.now() - dt.timedelta(days=2)).date().isoformat()
    put(seizure(HOME, until=past))
    put(sale(HOME, LI, WANG))
    put(asking("S02", HOME, reason="lapsed", right=str(the_book(HOME).restrictions[0].public_id)))
    assert seized() == []


def test_a_late_renewal_goes_to_the_end_of_the_line() -> None:
    past = clock.local(clock.now() - dt.timedelta(days=2)).date().isoformat()
    put(seizure(HOME, until=past))
    put(asking("S01", HOME, by("requester", COURT), measure="renewal", earlier_no="执1号", authority_kind="court",
               document_no="续1号", ruling=True, served_at=minute(), bearers="甲 01"))  # fmt: skip
    assert seized() == [("seizure", "续1号", 0)], "nobody waits: it is the first again, under its new number"


# --- objections, limits, residence


def objection(who: tuple[str, str] = WANG, **terms: Any) -> Any:
    said = {"stage": "new", "matter": "holder", "grounds": "房屋是我出资买的", "refused": True, **terms}
    return asking("P13", HOME, by("objector", who), **said)


def test_an_objection_is_kept_in_mind_after_it_is_gone() -> None:
    put(objection())
    assert the_book(HOME).restrictions[0].party_name == WANG[0]
    put(asking("P14", HOME, by("applicant", WANG), reason="withdrawn",
               right=str(the_book(HOME).restrictions[0].public_id)))  # fmt: skip
    assert the_book(HOME).restrictions == () and len(the_book(HOME).objected) == 1
    with pytest.raises(Refused) as refused:
        put(objection())
    assert [r.code for r in refused.value.refusals] == ["B_OBJECTION_AGAIN"]
    put(objection(matter="mortgage"))


def test_who_sued_keeps_his_objection_with_the_number_of_his_suit() -> None:
    put(objection())
    put(objection(stage="sued", suit_no="民初1号"))
    (one,) = the_book(HOME).restrictions
    assert (one.until_at, one.document_no, one.party_name) == (None, "民初1号", WANG[0])


def test_a_lock_of_the_office_stops_everything_until_it_is_lifted() -> None:
    until = clock.local(clock.now() + dt.timedelta(days=30)).date().isoformat()
    put(asking("S08", HOME, why="forged", reason="身份证与公安数据不一致，正在核查", until=until))
    residence = asking("P18", HOME, by("owner", LI), by("resident", WANG), basis="contract", term="life",
                       part="整套住宅", paid=False, may_let=False)  # fmt: skip
    with pytest.raises(Refused) as refused:
        put(residence)
    assert [r.code for r in refused.value.refusals] == ["R_FREEZE"]
    put(asking("S07", HOME, document_no="查清1号", right=str(the_book(HOME).restrictions[0].public_id)))
    put(residence)
    (right,) = (r for r in the_book(HOME).rights if r.kind == "residence")
    put(asking("P19", HOME, by("resident", WANG), reason="waived", right=str(right.public_id)))
    assert [r.kind for r in the_book(HOME).rights] == ["house_ownership"]


# --- mortgages that change


def test_two_mortgages_change_places_in_one_entry() -> None:
    put(mortgage(HOME), mortgage(HOME))
    first, second = the_book(HOME).mortgages
    swap = asking("B04", HOME, by("mortgagor", LI), by("mortgagee", BANK), papers=("OTHMTG",), change="rank",
                  with_rank=2, right=str(first.public_id))  # fmt: skip
    put(swap)
    assert [m.rank for m in the_book(HOME).mortgages] == [1, 2]
    swapped = {r.public_id for r in the_book(HOME).mortgages}
    assert not swapped & {first.public_id, second.public_id}


def test_a_works_mortgage_of_many_units_is_one_entry_and_each_unit_is_released_alone() -> None:
    for built in (home(1), home(2)):  # of the old houses nothing stands any more
        put(asking("S04", built, reason="expropriated", document_no="征1"))
    put(asking("D01", the_book(PLANNED).parcel_code + "W00000000", by("land_user", LI), nature="granted", source_no="合1",
               land_use="urban_residential", term_from="2020-01-01", term_until="2090-01-01", price_fen=100,
               price_paid=True, coownership="sole"))  # fmt: skip
    loan = {
        "contract_no": "DY1", "amount_fen": 5_000_000, "debt_from": "2026-01-01", "debt_until": "2036-01-01",
        "scope": "主债权", "transfer_limited": False, "debtor": LI[0], "progress": "主体完工", "units": [],
    }  # fmt: skip
    (entry,) = put(asking("B03", PLANNED, by("mortgagor", LI), by("mortgagee", BANK), **loan)).entries
    assert [g.terms["thing"] for g in entry.granted] == ["works_in_progress"]
    put(asking("B12", PLANNED, by("mortgagee", BANK), reason="waived"))
    assert the_book(PLANNED).mortgages == ()
