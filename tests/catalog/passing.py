"""Lawful transfers of a made-up home or parcel, to spoil one thing at a time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dengbu.catalog.policy import policy_for
from dengbu.catalog.registrations import ContractFact, RegistrationType
from dengbu.register.rules import RightFact, UnitBook
from tests.catalog.made_up import LAND, LI, NOW, OTHER, UNIT, WANG, book, holder, party, registration, right

TODAY = dt.date(2026, 11, 23)
COURT = "上街区人民法院"
ORDER = {
    "order_kind": "auction",
    "order_no": "（2026）豫0106执12号",
    "authority": COURT,
    "effective_on": "2026-11-01",
    "ends_mortgages": False,
    "ends_waiting": False,
    "ends_notices": False,
}
# A lawful application of each type on Li's home (or land), by what it says and who is on it.
GIVEN: dict[str, tuple[tuple[tuple[str, str], ...], dict[str, Any]]] = {
    "P01": ((("seller", LI), ("buyer", WANG)), {}),
    "P02": ((("donor", LI), ("donee", WANG)), {"relation": "other", "gift_by": "contract"}),
    "P03": (
        (("deceased", LI), ("heir", WANG)),
        {"died_on": "2026-01-01", "proof": "notarised", "divided": False, "administrator": False},
    ),
    "P04": ((("giver", LI), ("receiver", WANG)), {"divided_by": "agreement", "divorced_on": "2026-01-01"}),
    "P05": ((("spouse_now", LI), ("spouse_after", WANG)), {"still_married": True}),
    "P06": ((("transferor", LI), ("transferee", WANG)), {"how": "outside", "paid": False}),
    "P07": ((("transferor", LI), ("transferee", WANG)), {"how": "contribution", "state_assets": False}),
    "P08": ((("former", LI), ("winner", WANG)), {**ORDER, "assisted": True, "old_certificate": "returned"}),
    "D03": (
        (("transferor", LI), ("transferee", WANG)),
        {"how": "sale", "price_fen": 100, "stage": "quarter", "has_houses": False},
    ),
    "D09": ((("seller", LI), ("buyer", WANG)), {}),
    "S05": (
        (("requester", OTHER), ("former", LI), ("winner", WANG)),
        {**ORDER, "does": "transfer", "assistance_no": "1号", "bearers": "张一 1、张二 2"},
    ),
}
SALE = ContractFact("SJ1", UNIT, "filed", 86_000_000, "90.50", frozenset({LI}), frozenset({WANG}))


def filed(code: str, *parties: Any, **more: Any) -> RegistrationType:
    """The lawful application of a type, with what is said here instead. `terms` are added to its own."""
    people, terms = GIVEN[code]
    said = {"coownership": "sole", **terms, **more.pop("terms", {})}
    if code in ("P01", "D09"):
        more.setdefault("contract", SALE)
    unit = more.pop("unit", LAND if code == "D03" else UNIT)
    who = parties or tuple(party(role, index) for role, index in people)
    return registration(code, unit, *who, terms=said, **more)


def home(code: str, *rights: RightFact, **more: Any) -> UnitBook:
    return book(LAND if code == "D03" else UNIT, *rights, **more)


def listed(one: RegistrationType, the_book: UnitBook) -> set[str]:
    """Codes that must be brought for this application."""
    items = policy_for(one.code, TODAY).checklist_for(one.conditions(the_book, NOW))
    return {i.code for i in items if i.when != "optional"}


def shared(*who: tuple[str, int], of: int) -> RightFact:
    return right(
        "house_ownership",
        *(holder(index, share) for index, share in who),
        coownership="by_share",
        share_denominator=of,
        term_until="2090-01-01",
    )
