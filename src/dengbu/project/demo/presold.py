"""A project of the demo district that is sold and mortgaged before it is built: presale notices, loans of buyers, works in
progress, and the house of its first phase whose mortgages and notices wait to be converted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from .model import DemoBuilding, DemoContract, DemoMortgage, DemoNotice, DemoParcel, DemoUnit
from .people import ORGANISATIONS, DemoPerson

if TYPE_CHECKING:
    from .district import _Builder

_BY_KEY = {o.key: o for o in ORGANISATIONS}
CODE, STREET, PROJECT = "410106002002GB00030", "溪谷路19号", "溪谷云庭"
WORKS_LOAN = 18_000_000_00  # one loan on all works of a building, in 分


def presold_town(make: _Builder) -> DemoParcel:
    """1号楼 is sold before it is built, 2号楼 secures the developer's loan, 3号楼 is finished and registered."""
    developer = _BY_KEY["dev2"]
    sold, works, finished = (
        make.building(CODE, n, PROJECT, STREET, floors=floors, per_floor=4, use="dwelling",
                      areas=("92.40", "121.75", "121.75", "92.40"), completed=completed)
        for n, floors, completed in ((1, 5, None), (2, 6, None), (3, 6, dt.date(2026, 5, 31)))
    )  # fmt: skip
    _sold(make, sold)
    _works(make, works)
    _finished(make, finished)
    return DemoParcel(CODE, f"郑州市上街区{STREET}", Decimal("18930.70"), "urban_residential", dt.date(2024, 2, 1),
                      dt.date(2094, 1, 31), (developer,), (sold, works, finished))  # fmt: skip


def _units(building: DemoBuilding, **roles: int) -> Iterator[tuple[str, DemoUnit]]:
    """The building's units in order, so many for each role."""
    units = iter(building.units)
    for role, count in roles.items():
        for _ in range(count):
            yield role, next(units)


def _sold(make: _Builder, building: DemoBuilding) -> None:
    """Every home has its buyer and a contract on file; but for those of D06 the buyer's notice stands in the book."""
    developer = _BY_KEY["dev2"]
    for role, unit in _units(building, D06=6, B08=6, D07=4, D08=4):
        price, buyer = make.price(unit.area, 8600), make.crowd.one()
        unit.role = role
        unit.contract = DemoContract("presale", make.contract_no("YS"), developer, buyer, price)
        if role != "D06":
            unit.notices.append(DemoNotice("presale", buyer, developer, unit.contract.number, price))


def _works(make: _Builder, building: DemoBuilding) -> None:
    """Half of it is mortgaged as works in progress, the other half waits for it: two homes for one application."""
    loan = make.contract_no("ZJ")
    for place, (role, unit) in enumerate(_units(building, B03=12, B12=12)):
        if role == "B12":
            unit.role = role
            unit.mortgages.append(DemoMortgage("bank1", WORKS_LOAN, loan, works=True))
        elif place % 2 == 0:
            unit.role = role


def _finished(make: _Builder, building: DemoBuilding) -> None:
    """The developer's homes still bear the mortgage of the works; those handed over, the bank's notice or mortgage."""
    developer, loan = _BY_KEY["dev2"], make.contract_no("ZJ")
    for place, (role, unit) in enumerate(_units(building, B11=8, B09=8, B13=8)):
        unit.role, bank = role, "bank1" if place % 2 else "bank2"
        unit.price_fen = make.price(unit.area, 8800)
        if role == "B11":
            unit.owners, unit.reason = (developer,), "首次登记"
            unit.mortgages.append(DemoMortgage("bank1", WORKS_LOAN, loan, works=True))
            continue
        buyer: DemoPerson = make.crowd.one()
        unit.owners, unit.reason = (buyer,), "商品房买卖"
        if role == "B09":
            number, amount = make.contract_no("YD"), unit.price_fen * 6 // 10 // 1_000_000 * 1_000_000
            unit.notices.append(DemoNotice("presale_mortgage", _BY_KEY[bank], buyer, number, amount, rank=1))
        else:
            unit.mortgages.append(make.mortgage(unit, bank))
