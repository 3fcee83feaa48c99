"""Homes of the demo district on which several registrations are applied for at once (合并办理): sold with their mortgage
on, bought with a loan before they are built, handed over with the loan's notice still standing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from .land import EACH
from .model import DemoContract, DemoMortgage, DemoNotice, DemoParcel, DemoUnit
from .people import ORGANISATIONS, DemoPerson

if TYPE_CHECKING:
    from .district import _Builder

_BY_KEY = {o.key: o for o in ORGANISATIONS}
CODE, STREET, PROJECT = "410106002002GB00031", "溪谷路21号", "溪谷云庭二期"
WORKS_LOAN = 9_000_000_00  # one loan on the works of a building, in 分


def several_at_once(make: _Builder, old_town: Sequence[DemoUnit]) -> DemoParcel:
    """C02 in the old town; on a parcel of their own C03 and C05 in a building that rises, C04 in one that is registered."""
    _sold_under_mortgage(make, old_town)
    rising, finished = (
        make.building(CODE, n, PROJECT, STREET, floors=2, per_floor=4, use="dwelling",
                      areas=("94.15", "119.80", "119.80", "94.15"), completed=completed)
        for n, completed in ((1, None), (2, dt.date(2026, 6, 15)))
    )  # fmt: skip
    _rising(make, rising.units)
    _finished(make, finished.units[:EACH])
    for unit in finished.units[EACH:]:
        unit.owners, unit.reason = (_BY_KEY["dev2"],), "首次登记"
    return DemoParcel(CODE, f"郑州市上街区{STREET}", Decimal("9480.20"), "urban_residential", dt.date(2024, 2, 1),
                      dt.date(2094, 1, 31), (_BY_KEY["dev2"],), (rising, finished))  # fmt: skip


def _sold_under_mortgage(make: _Builder, homes: Sequence[DemoUnit]) -> None:
    """Their owners sell before the loan is paid back (带押过户)."""
    free = [u for u in homes if not (u.role or u.mortgages or u.restrictions or u.contract)]
    own = [
        u for u in free if len(u.owners) == 1 and isinstance(u.owners[0], DemoPerson) and u.owners[0].phone
    ]
    for unit in own[:EACH]:
        unit.role = "C02"
        unit.mortgages.append(make.mortgage(unit, "bank1"))
        unit.contract = make.existing_sale(unit)


def _rising(make: _Builder, units: Sequence[DemoUnit]) -> None:
    """All sold on file; half of them bear the mortgage of the works."""
    loan = make.contract_no("ZJ")
    for place, unit in enumerate(units):
        unit.role = "C03" if place < EACH else "C05"
        unit.contract = _presale(make, unit)
        if unit.role == "C05":
            unit.mortgages.append(DemoMortgage("bank1", WORKS_LOAN, loan, works=True))


def _finished(make: _Builder, units: Sequence[DemoUnit]) -> None:
    """The developer's still; the notices of the buyer and of the bank that lent stand in the book."""
    developer, bank = _BY_KEY["dev2"], _BY_KEY["bank1"]
    for unit in units:
        unit.role, unit.owners, unit.reason = "C04", (developer,), "首次登记"
        unit.contract = sale = _presale(make, unit)
        loan, amount = make.contract_no("YD"), sale.price_fen * 6 // 10 // 1_000_000 * 1_000_000
        unit.notices += [
            DemoNotice("presale", sale.buyer, developer, sale.number, sale.price_fen),
            DemoNotice("presale_mortgage", bank, sale.buyer, loan, amount, rank=1),
        ]


def _presale(make: _Builder, unit: DemoUnit) -> DemoContract:
    unit.price_fen = make.price(unit.area, 8700)
    return DemoContract("presale", make.contract_no("YS"), _BY_KEY["dev2"], make.crowd.one(), unit.price_fen)
