"""Notices and combined cases entered for good: what the book says afterwards, and that its entries rebuild it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dengbu.catalog.registrations import TYPES, ContractFact, Filed, PartyFact
from dengbu.core import clock, crypto
from dengbu.core.models import Docket
from dengbu.core.refusals import Refused
from dengbu.register import effects as fx
from dengbu.register.actions import Entered
from dengbu.register.models import Entry, Right
from dengbu.register.queries import unit_book
from dengbu.register.rules import RightFact, UnitBook
from dengbu.register.verify import verify
from tests.register.homes import (
    BANK,
    LAND,
    LI,
    WANG,
    ZHAO,
    Given,
    Town,
    granting,
    holder,
    home,
    mortgage,
    put,
    title,
)

BUILDER, BANK2 = ("演示置业", "91419999MA000002X8"), ("第二银行", "91419999MA000003X5")
PRESOLD, HOME = home(3), home(1)
LOAN: dict[str, Any] = {
    "contract_no": "DY1", "amount_fen": 5_000_000, "debt_from": "2026-01-01", "debt_until": "2046-01-01",
    "debtor": WANG[0], "scope": "主债权", "transfer_limited": False,
}  # fmt: skip


def by(role: str, person: tuple[str, str]) -> PartyFact:
    kind = "uscc" if person[1].startswith("91") else "resident_id"
    return PartyFact(role, person[0], kind, person[1], crypto.index(person[1]))


def sold(unit: str, seller: tuple[str, str], buyer: tuple[str, str] = WANG) -> ContractFact:
    sides = frozenset({crypto.index(seller[1])}), frozenset({crypto.index(buyer[1])})
    return ContractFact("SJ1", unit, "filed", 86_000_000, "90.50", *sides)


def docket() -> uuid.UUID:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dengbu.actor', 'system:test', true)")
    made = Docket(number=f"T{Docket.objects.count()}", authority="410106", created_at=clock.now())
    Docket.objects.bulk_create([made])
    return made.pk


def enter(
    code: str, unit: str, *parties: PartyFact, contract: ContractFact | None = None, **terms: Any
) -> list[Entered]:
    """Enter a case as the desk does: its parts, in order, under one docket."""
    said = {"coownership": "sole", **terms}
    case = TYPES[code](Filed(docket(), unit, parties, said, contract=contract))
    return put(*case.registrations()).entries


def the_book(unit: str) -> UnitBook:
    found = unit_book(unit)
    assert found is not None
    return found


def the_notices(unit: str) -> list[RightFact]:
    return list(the_book(unit).notices)


@pytest.fixture
def town(db: None) -> Town:
    """Li's two homes; a third that is being built by the developer, who has the land."""
    built = Town().build()
    put(granting(fx.Grant("land_use", LAND, (holder(BUILDER),), {"nature": "granted"})))
    return built


def kinds(entries: list[Entered]) -> list[str]:
    found = dict(Entry.objects.values_list("pk", "registration_type"))
    return [found[e.entry_id] for e in entries]


SELLERS = (by("seller", BUILDER), by("buyer", WANG))


def test_from_the_purchase_of_a_plan_to_the_title_and_its_mortgage(town: Town) -> None:
    """D06 and B08 in one case, the first registration, D09 and B09 in one case: the rank is the notice's."""
    enter("C03", PRESOLD, *SELLERS, by("mortgagee", BANK), contract=sold(PRESOLD, BUILDER), **LOAN)
    bought, lent = the_notices(PRESOLD)
    assert lent.terms["linked"] == str(bought.public_id) and lent.rank == 1
    put(granting(title(PRESOLD, BUILDER)))
    put(mortgage(PRESOLD))  # somebody lent to the developer after the notice
    entries = enter(
        "C04", PRESOLD, *SELLERS, by("mortgagee", BANK), contract=sold(PRESOLD, BUILDER),
        changed=False, right=str(lent.public_id),
    )  # fmt: skip
    assert kinds(entries) == ["D09", "B09"]
    book = the_book(PRESOLD)
    assert book.notices == () and book.ownership is not None
    assert book.ownership.held_by(crypto.index(WANG[1]))
    assert [(m.rank, m.terms.get("mortgagors")) for m in book.mortgages] == [(1, [WANG[0]]), (2, None)]
    assert verify(deep=True).ok


def test_a_notice_passes_and_goes(town: Town) -> None:
    enter("D06", PRESOLD, *SELLERS, contract=sold(PRESOLD, BUILDER))
    (bought,) = the_notices(PRESOLD)
    people = (by("holder", WANG), by("obligor", BUILDER), by("taker", ZHAO))
    enter("D07", PRESOLD, *people, reason="transfer", right=str(bought.public_id))
    (passed,) = the_notices(PRESOLD)
    assert passed.held_by(crypto.index(ZHAO[1])) and passed.terms == bought.terms
    enter("D08", PRESOLD, by("holder", ZHAO), reason="waived", right=str(passed.public_id))
    assert the_notices(PRESOLD) == []
    assert verify(deep=True).ok


def test_a_home_under_a_notice_goes_to_its_holder_and_to_nobody_else(town: Town) -> None:
    """corrections 14: P20 then P01; whoever holds the notice does not consent to himself."""
    enter("P20", HOME, by("seller", LI), by("buyer", WANG), contract=sold(HOME, LI))
    with pytest.raises(Refused) as refused:
        enter("P01", HOME, by("seller", LI), by("buyer", ZHAO), contract=sold(HOME, LI, ZHAO))
    assert refused.value.codes == ("R_NOTICE",)
    enter("P01", HOME, by("seller", LI), by("buyer", WANG), contract=sold(HOME, LI))
    assert the_notices(HOME) == [] and verify(deep=True).ok


def test_a_mortgage_notice_on_a_home_keeps_its_place_and_is_cancelled(town: Town) -> None:
    enter("B14", HOME, by("mortgagor", LI), by("mortgagee", BANK), **LOAN)
    enter("B01", HOME, by("mortgagor", LI), by("mortgagee", BANK2), **LOAN)
    assert [m.rank for m in the_book(HOME).mortgages] == [2]  # corrections 24
    enter("B09", HOME, by("mortgagor", LI), by("mortgagee", BANK), authorised=True, changed=False)
    assert [m.rank for m in the_book(HOME).mortgages] == [1, 2]
    enter("B14", home(2), by("mortgagor", LI), by("mortgagee", BANK), **LOAN)
    enter("B10", home(2), by("mortgagee", BANK), reason="waived")
    assert the_notices(home(2)) == [] and verify(deep=True).ok


def test_a_home_is_bought_with_a_loan_in_one_case(town: Town) -> None:
    people = (by("seller", LI), by("buyer", WANG), by("mortgagee", BANK))
    entries = enter("C01", HOME, *people, contract=sold(HOME, LI), **LOAN)
    assert kinds(entries) == ["P01", "B01"]
    assert len({e.docket_id for e in entries}) == 1
    assert verify(deep=True).ok


MODES = [
    ("combined", True, ["P01", "B06", "B01"], [(1, BANK2[0])]),
    ("staged", True, ["P01", "B01"], [(1, BANK[0]), (2, BANK2[0])]),
    ("changed", True, ["P01", "B05", "B04"], [(1, BANK2[0])]),
    ("changed", False, ["P01", "B04"], [(1, BANK[0])]),
]


def moved(unit: str, mode: str, *, new_bank: bool) -> list[Entered]:
    put(granting(fx.Grant("mortgage", unit, (holder(BANK),), {**LOAN, "transfer_limited": True}, rank=1)))
    old = the_book(unit).mortgages[0]
    people = [by("seller", LI), by("buyer", WANG), by("old_bank", BANK)]
    if new_bank:
        people.append(by("mortgagee", BANK2))
    terms = {**LOAN, "mode": mode, "right": str(old.public_id)}
    return enter("C02", unit, *people, contract=sold(unit, LI), **terms)


@pytest.mark.parametrize(("mode", "new_bank", "entered", "mortgages"), MODES)
def test_a_home_passes_with_its_mortgage_on(
    town: Town, mode: str, new_bank: bool, entered: list[str], mortgages: list[tuple[int, str]]
) -> None:
    """corrections 15, each mode; where the bank changes the mortgage is made and ended in one act."""
    entries = moved(HOME, mode, new_bank=new_bank)
    assert kinds(entries) == entered
    book = the_book(HOME)
    assert book.ownership is not None and book.ownership.held_by(crypto.index(WANG[1]))
    assert [(m.rank, m.holders[0].name) for m in book.mortgages] == mortgages
    if mode == "changed":
        assert book.mortgages[0].terms["mortgagors"] == [WANG[0]]
    report = verify(deep=True)
    assert report.ok, report.differences


def test_a_mortgage_made_and_ended_in_one_act_is_kept_as_history(town: Town) -> None:
    entries = moved(HOME, "changed", new_bank=True)
    passed = Right.objects.get(public_id=entries[1].granted[0].right)
    assert (passed.made_by_id, passed.ended_by_id) == (entries[1].entry_id, entries[2].entry_id)


def test_the_waves_of_one_act_grow_with_the_parts_not_with_the_homes(town: Town) -> None:
    """Two mortgages that pass and change in one act are written as one is."""

    def statements(*units: str) -> int:
        cases = []
        for unit in units:
            put(granting(fx.Grant("mortgage", unit, (holder(BANK),), dict(LOAN), rank=1)))
            terms = {**LOAN, "mode": "changed", "right": str(the_book(unit).mortgages[0].public_id)}
            people = (by("seller", LI), by("buyer", WANG), by("old_bank", BANK), by("mortgagee", BANK2))
            said = Filed(docket(), unit, people, {"coownership": "sole", **terms}, contract=sold(unit, LI))
            cases += TYPES["C02"](said).registrations()
        with CaptureQueriesContext(connection) as seen:
            put(*cases)
        return len(seen)

    put(granting(title(PRESOLD, LI)))
    one = statements(PRESOLD)
    assert statements(HOME, home(2)) == one
    assert verify().ok


def test_a_unit_leaves_the_works_mortgage_and_is_kept_for_its_buyer(town: Town) -> None:
    """corrections 5."""
    works = {"thing": "works_in_progress", "amount_fen": 1, "transfer_limited": False}
    put(granting(fx.Grant("mortgage", PRESOLD, (holder(BANK),), works, rank=1)))
    with pytest.raises(Refused) as refused:
        enter("D06", PRESOLD, *SELLERS, contract=sold(PRESOLD, BUILDER))
    assert refused.value.codes == ("R_CIP",)
    people = (by("works_bank", BANK), *SELLERS, by("mortgagee", BANK2))
    entries = enter("C05", PRESOLD, *people, contract=sold(PRESOLD, BUILDER), with_loan=True, **LOAN)
    assert kinds(entries) == ["B12", "D06", "B08"]
    assert the_book(PRESOLD).mortgages == () and len(the_notices(PRESOLD)) == 2
    assert verify(deep=True).ok


# --- a pre-seizure of the buyer (corrections 3)


def preseized(unit: str, *orders: tuple[str, tuple[str, str]]) -> dt.datetime:
    """Orders against the debtors named, in line. Gives the end of their term."""
    until = clock.now().replace(microsecond=0) + dt.timedelta(days=500)
    for position, (kind, debtor) in enumerate(orders):
        order = fx.Restrict(
            kind, unit, f"第{position}法院", "一", clock.now(), until, position, party=holder(debtor)
        )
        put(Given((unit,), lambda _, order=order: [order]))
    return until


@pytest.fixture
def finished(town: Town) -> Town:
    """The third home is the developer's."""
    put(granting(title(PRESOLD, BUILDER)))
    return town


def test_the_buyers_preseizure_is_a_seizure_of_the_home_he_now_has(finished: Town) -> None:
    """corrections 3: on a buyer it stays until D09; its end does not change; those in line follow in their order."""
    until = preseized(PRESOLD, ("preseizure", WANG), ("waiting_preseizure", WANG))
    enter("D09", PRESOLD, *SELLERS, contract=sold(PRESOLD, BUILDER))
    book = the_book(PRESOLD)
    assert book.ownership is not None and book.ownership.holders[0].name == WANG[0]
    found = sorted((r.kind, r.authority, r.position, r.until_at, r.party_name) for r in book.restrictions)
    assert found == [
        ("seizure", "第0法院", 0, until, WANG[0]),
        ("waiting_seizure", "第1法院", 1, until, WANG[0]),
    ]
    assert verify(deep=True).ok
    with pytest.raises(Refused) as refused:
        enter("P02", PRESOLD, by("donor", WANG), by("donee", ZHAO))
    assert "R_SEAL" in refused.value.codes


def test_a_preseizure_of_somebody_else_stops_the_transfer_and_stays(finished: Town) -> None:
    preseized(PRESOLD, ("preseizure", ZHAO))
    with pytest.raises(Refused) as refused:
        enter("D09", PRESOLD, *SELLERS, contract=sold(PRESOLD, BUILDER))
    assert refused.value.codes == ("R_PRESEAL",)
    assert [r.kind for r in the_book(PRESOLD).restrictions] == ["preseizure"]


def test_no_mortgage_is_entered_in_the_case_that_makes_the_seizure(town: Town) -> None:
    """corrections 17: B09 on a seized home is for an officer to decide, who decides on a seizure that stands."""
    enter("C03", PRESOLD, *SELLERS, by("mortgagee", BANK), contract=sold(PRESOLD, BUILDER), **LOAN)
    lent = the_notices(PRESOLD)[1]
    put(granting(title(PRESOLD, BUILDER)))
    preseized(PRESOLD, ("preseizure", WANG))
    with pytest.raises(Refused) as refused:
        enter(
            "C04", PRESOLD, *SELLERS, by("mortgagee", BANK), contract=sold(PRESOLD, BUILDER),
            changed=False, right=str(lent.public_id),
        )  # fmt: skip
    assert "R_SEAL" in refused.value.codes
    assert the_book(PRESOLD).ownership.holders[0].name == BUILDER[0]  # type: ignore[union-attr]
