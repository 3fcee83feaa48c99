"""Transfers entered on PostgreSQL: the guards of the book let them pass, and the book agrees with its entries."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dengbu.core import clock
from dengbu.core.refusals import Refused
from dengbu.register import effects as fx
from dengbu.register.models import EntryAnswer, Restriction, Right
from dengbu.register.verify import verify
from tests.register.filing import COMPANY, asking, by, land_of, the_book
from tests.register.homes import (
    BANK,
    LAND,
    LI,
    WANG,
    ZHAO,
    Town,
    granting,
    holder,
    home,
    mortgage,
    put,
    seizure,
    title,
)

pytestmark = pytest.mark.django_db

COURT = "某法院"
ORDER: dict[str, Any] = {
    "order_kind": "auction",
    "order_no": "（2026）执2号",
    "authority": COURT,
    "effective_on": "2026-11-01",
    "ends_mortgages": True,
    "ends_waiting": True,
    "ends_notices": False,
    "coownership": "sole",
}
HALVES = {"coownership": "by_share", "share_denominator": 2}


@pytest.fixture
def town() -> Town:
    return Town(homes=4, owned=2).build()


def owners(unit: str) -> list[tuple[str, int | None]]:
    owned = the_book(unit).ownership
    return [(h.name, h.share_numerator) for h in owned.holders] if owned else []


def in_halves(unit: str) -> None:
    halves = (holder(LI, 1), holder(WANG, 1))
    put(granting(title(unit, holders=halves, coownership="by_share", share_denominator=2)))


def test_a_gift_passes_the_home_and_the_mortgage_goes_with_it(town: Town) -> None:
    put(mortgage(home(1)))
    given = put(
        asking(
            "P02", home(1), by("donor", LI), by("donee", WANG),
            relation="parent_child", gift_by="contract", coownership="sole",
        )
    )  # fmt: skip
    assert owners(home(1)) == [(WANG[0], None)] and len(the_book(home(1)).mortgages) == 1
    assert given.entries[0].ended == (town.titles[home(1)],)
    assert Right.objects.get(public_id=given.entries[0].granted[0].right).predecessor == town.titles[home(1)]
    assert verify(deep=True).ok


def test_heirs_hold_by_shares_what_the_dead_owner_held(town: Town) -> None:
    put(
        asking(
            "P03", home(1), by("deceased", LI), by("heir", WANG, share_numerator=1),
            by("legatee", ZHAO, share_numerator=1),
            died_on="2026-01-01", proof="notarised", divided=True, administrator=False, **HALVES,
        )
    )  # fmt: skip
    assert owners(home(1)) == [(WANG[0], 1), (ZHAO[0], 1)]
    assert verify(deep=True).ok


def test_a_share_passes_beside_the_seized_share_of_another(town: Town) -> None:
    """corrections 7: the seizure stays where it was, the entry says that it was known."""
    in_halves(home(3))
    put(seizure(home(3), share_of=WANG[0]))
    sold = asking(
        "P06", home(3), by("transferor", LI), by("transferee", ZHAO, share_numerator=1),
        by("coowner", WANG, share_numerator=1),
        how="outside", paid=False, **HALVES,
    )  # fmt: skip
    put(sold)
    assert owners(home(3)) == [(WANG[0], 1), (ZHAO[0], 1)]
    assert [r.share_of for r in the_book(home(3)).restrictions] == [WANG[0]]
    assert EntryAnswer.objects.get(code="R_SEAL").how == "inform"
    assert verify(deep=True).ok


def test_the_seized_share_itself_does_not_pass(town: Town) -> None:
    in_halves(home(3))
    put(seizure(home(3), share_of=LI[0]))
    with pytest.raises(Refused) as refused:
        put(
            asking(
                "P06", home(3), by("transferor", LI), by("transferee", ZHAO, share_numerator=1),
                by("coowner", WANG, share_numerator=1),
                how="outside", paid=False, **HALVES,
            )
        )  # fmt: skip
    assert refused.value.codes == ("R_SEAL",)
    assert owners(home(3)) == [(LI[0], 1), (WANG[0], 1)]


def test_a_wife_is_added_and_a_divorce_gives_her_the_home(town: Town) -> None:
    put(
        asking(
            "P05", home(1), by("spouse_now", LI), by("spouse_after", LI), by("spouse_after", WANG),
            still_married=True, coownership="joint",
        )
    )  # fmt: skip
    assert owners(home(1)) == [(LI[0], None), (WANG[0], None)]
    alone = asking(
        "P04", home(1), by("receiver", WANG),
        divided_by="court", divorced_on="2026-11-01", coownership="sole",
    )  # fmt: skip
    put(alone)
    assert owners(home(1)) == [(WANG[0], None)]
    assert verify(deep=True).ok


def test_homes_of_two_owners_change_hands_in_one_entry(town: Town) -> None:
    put(granting(title(home(3), WANG)))
    outcome = put(
        asking(
            "P07", home(1), by("transferor", LI), by("transferee", WANG),
            how="exchange", units=[home(3)], state_assets=False, coownership="sole",
        )
    )  # fmt: skip
    assert len(outcome.entries) == 1 and len(outcome.entries[0].granted) == 2
    assert (owners(home(1)), owners(home(3))) == ([(WANG[0], None)], [(LI[0], None)])
    assert verify(deep=True).ok


def test_a_judicial_sale_clears_the_home_in_one_entry(town: Town) -> None:
    """corrections 18: own seizure, waiting seizure and mortgage end with the entry that makes the new title."""
    now = clock.now()
    put(mortgage(home(1)))
    put(seizure(home(1), from_at=now, until_at=now + dt.timedelta(days=1000)))
    put(seizure(home(1), kind="waiting_seizure", authority="另一法院", position=1))
    sold = put(
        asking(
            "P08", home(1), by("former", LI), by("winner", ZHAO),
            assisted=True, old_certificate="not_returned", price_fen=50_000_000, **ORDER,
        )
    ).entries[0]  # fmt: skip
    book = the_book(home(1))
    assert owners(home(1)) == [(ZHAO[0], None)] and book.restrictions == () and book.mortgages == ()
    assert len(sold.ended) == 2
    assert set(Restriction.objects.values_list("ended_by_id", flat=True)) == {sold.entry_id}
    assert verify(deep=True).ok


def test_what_a_judicial_sale_keeps_goes_on_against_the_new_owner_from_the_same_entry(town: Town) -> None:
    """corrections 18: the order names the waiting seizure that goes on, and the mortgage that stays."""
    now = clock.now()
    for _ in range(2):
        put(mortgage(home(1)))
    put(seizure(home(1), from_at=now, until_at=now + dt.timedelta(days=1000)))
    put(seizure(home(1), kind="waiting_seizure", authority="甲法院", document_no="甲1号", position=1))
    put(seizure(home(1), kind="waiting_seizure", authority="乙法院", document_no="乙2号", position=2))
    kept = {"keeps_waiting": "乙2号", "keeps_mortgages": "2"}
    sold = put(
        asking(
            "P08", home(1), by("former", LI), by("winner", ZHAO),
            assisted=True, old_certificate="not_returned", price_fen=50_000_000, **ORDER | kept,
        )
    ).entries[0]  # fmt: skip
    book = the_book(home(1))
    assert owners(home(1)) == [(ZHAO[0], None)] and [m.rank for m in book.mortgages] == [2]
    (left,) = book.restrictions
    assert (left.kind, left.authority, left.document_no) == ("seizure", "乙法院", "乙2号")
    assert set(Restriction.objects.filter(ended_by=None).values_list("made_by_id", flat=True)) == {
        sold.entry_id
    }
    assert verify(deep=True).ok


def test_a_title_is_cancelled_at_a_courts_request(town: Town) -> None:
    put(mortgage(home(2)))
    put(
        asking(
            "S05", home(2), by("requester", (COURT, "91419999MA000003X6")),
            does="cancel_title", assistance_no="1号", bearers="张一、张二", **ORDER,
        )
    )  # fmt: skip
    book = the_book(home(2))
    assert book.ownership is None and book.mortgages == ()
    assert verify(deep=True).ok


def test_land_passes_with_the_house_on_it() -> None:
    Town(homes=1, owned=0).build()
    put(land_of(COMPANY))
    put(granting(title(home(1), holders=(fx.HolderIn(COMPANY[0], "uscc", COMPANY[1]),))))
    put(
        asking(
            "D03", LAND, by("transferor", COMPANY), by("transferee", BANK),
            how="sale", price_fen=900, stage="built", has_houses=True, units=[home(1)], coownership="sole",
        )
    )  # fmt: skip
    land = the_book(LAND).land_use
    assert land is not None and [h.name for h in land.holders] == [BANK[0]] and land.terms["price_fen"] == 900
    assert owners(home(1)) == [(BANK[0], None)]
    assert verify(deep=True).ok
