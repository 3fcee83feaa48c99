"""The land, the houses and who holds what: the whole demo district as plain data.

Areas in ㎡, prices in 分. Codes follow GB/T 37346. `plan()` gives the same district each time.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from .land import EACH, division, surveys, vacant
from .model import (
    DemoBuilding,
    DemoContract,
    DemoMortgage,
    DemoNotice,
    DemoParcel,
    DemoRestriction,
    DemoSurvey,
    DemoUnit,
    District,
)
from .people import ORGANISATIONS, STAFF, Crowd, DemoOrganisation, DemoPerson, staff_number_of
from .presold import presold_town
from .several import several_at_once

SEED = 410106
ORGANISATION = {o.key: o for o in ORGANISATIONS}
TWO = Decimal("0.01")


@functools.cache
def plan() -> District:
    """The whole district. Pure; built once per process."""
    return _Builder().build()


class _Builder:
    def __init__(self) -> None:
        self.random = random.Random(SEED)
        self.crowd = Crowd(SEED)
        self.serial = 0

    def build(self) -> District:
        old = self._old_town()
        new = self._new_town()
        presale = self._presale_town()
        shops = self._shops()
        garage = self._garage([u for b in old.buildings for u in b.units])
        land = vacant(self.crowd.some(EACH))
        measured = (*surveys(land), *self._divided(shops))
        presold = presold_town(self)
        under_way = several_at_once(self, [u for b in old.buildings for u in b.units])
        parcels = (old, new, presale, shops, garage, *land, presold, under_way)
        return District(parcels, tuple(self.crowd.people), measured)

    def contract_no(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}410106{self.serial:06d}"

    def price(self, area: Decimal, per_m2_yuan: int) -> int:
        yuan = int(area * (per_m2_yuan + self.random.randrange(-300, 300)))
        return yuan // 1000 * 1000 * 100

    def building(
        self,
        parcel: str,
        number: int,
        project: str,
        street: str,
        *,
        floors: int,
        per_floor: int,
        use: str,
        areas: tuple[str, ...],
        completed: dt.date | None,
        name: Callable[[int], str] = lambda n: f"{n}号楼",
        underground: bool = False,
    ) -> DemoBuilding:
        code = f"{parcel}F{number:04d}"
        units = []
        for floor in range(1, floors + 1):
            for place in range(1, per_floor + 1):
                serial = (floor - 1) * per_floor + place
                level = -floor if underground else floor
                room = f"{abs(level)}{place:02d}" if not underground else f"B{floor}-{place:03d}"
                tail = f"{room}号" if not underground else f"{room}号车位"
                stair = f"{1 if place <= per_floor / 2 else 2}单元" if use == "dwelling" else ""
                units.append(
                    DemoUnit(
                        code=f"{code}{serial:04d}",
                        location=f"郑州市上街区{street}{project}{name(number)}{stair}{tail}",
                        use=use,
                        area=(Decimal(areas[(place - 1) % len(areas)]) + Decimal(floor) / 100).quantize(TWO),
                        floor=str(level),
                        floors=floors,
                        room=room,
                        surveyed=completed is not None,
                    )
                )
        return DemoBuilding(code, name(number), project, floors, completed, tuple(units))

    # --- 铝都花园: old homes of private owners ------------------------------------------------------------------

    def _old_town(self) -> DemoParcel:
        code = "410106001001GB00012"
        buildings = tuple(
            self.building(code, n, "铝都花园", "中心路88号", floors=18, per_floor=4, use="dwelling",
                          areas=("89.32", "118.60", "126.05", "89.32"), completed=dt.date(2016, 9, 30))
            for n in range(1, 5)
        )  # fmt: skip
        units = [u for b in buildings for u in b.units]
        for unit in units:
            unit.owners = (self.crowd.one(),)
            unit.price_fen = self.price(unit.area, 7600)
        # Spread over all buildings and floors, so that lists look like a town and not like a test.
        mixed = units[:]
        self.random.shuffle(mixed)
        for unit in mixed[:80]:
            unit.role = "P01"
            unit.contract = self.existing_sale(unit)
        for unit in mixed[80:160]:
            unit.role = "B01"
        for place, unit in enumerate(mixed[160:240]):
            unit.role = "B06"
            unit.mortgages.append(self.mortgage(unit, "bank1" if place % 3 else "bank2"))
        self._burdened(mixed[240:])
        return DemoParcel(code, "郑州市上街区中心路88号", Decimal("42160.55"), "urban_residential", dt.date(2013, 5, 20),
                          dt.date(2083, 5, 19), (ORGANISATION["dev1"],), buildings)  # fmt: skip

    def existing_sale(self, unit: DemoUnit, **changes: str) -> DemoContract:
        return DemoContract(
            "existing_sale",
            self.contract_no("CLF"),
            unit.owners[0],
            self.crowd.one(),
            unit.price_fen,
            **changes,
        )

    def mortgage(
        self, unit: DemoUnit, bank: str, limited: bool | None = False, rank: int = 1
    ) -> DemoMortgage:
        amount = unit.price_fen * 6 // 10 // 1_000_000 * 1_000_000 // rank
        return DemoMortgage(bank, amount, self.contract_no("DY"), limited, rank)

    def _burdened(self, units: list[DemoUnit]) -> None:
        """Homes with something in the way: what each restriction page and rule is shown with."""
        rest = iter(units)
        court = "郑州市上街区人民法院"

        for _ in range(8):
            unit = next(rest)
            unit.mortgages.append(self.mortgage(unit, "bank1", limited=True))
            unit.contract = self.existing_sale(unit)
        unit = next(rest)
        unit.mortgages.append(self.mortgage(unit, "bank2", limited=None))
        for _ in range(2):
            unit = next(rest)
            unit.mortgages += [self.mortgage(unit, "bank1"), self.mortgage(unit, "bank2", rank=2)]
        for place in range(6):
            unit = next(rest)
            unit.restrictions.append(
                DemoRestriction(
                    "seizure", court, f"（2026）豫0106执{101 + place}号", -200 + place, 895 + place
                )
            )
            if place == 0:
                unit.restrictions.append(
                    DemoRestriction(
                        "waiting_seizure", "河南省郑州市中级人民法院", "（2026）豫01执保77号", position=1
                    )
                )
            if place == 1:
                unit.contract = self.existing_sale(unit)
        unit = next(rest)  # a term that has run out stands in nobody's way
        unit.restrictions.append(DemoRestriction("seizure", court, "（2022）豫0106执9号", -1200, -105))
        for place in range(3):
            unit = next(rest)
            objector = self.crowd.one()
            unit.restrictions.append(
                DemoRestriction("objection", objector.name, f"异议（2026）{place + 1}号", -5, 10 + place,
                                note="主张对该房屋享有共有权")
            )  # fmt: skip
        for authority, document in (
            ("中共上街区纪律检查委员会监察委员会", "上监冻〔2026〕3号"),
            ("郑州市公安局上街分局", "上公冻〔2026〕12号"),
            ("国家税务总局郑州市上街区税务局", "上税保封〔2026〕1号"),
        ):
            unit = next(rest)
            unit.restrictions.append(
                DemoRestriction("freeze", authority, document, -30, 335, note="限制转移和抵押")
            )
        for place in range(6):  # couples: joint ownership
            unit = next(rest)
            unit.owners = (*unit.owners, self.crowd.one())
            if place < 2:
                unit.contract = self.existing_sale(unit)
        for _ in range(3):  # three heirs, a third each
            unit = next(rest)
            unit.owners = (*unit.owners, self.crowd.one(), self.crowd.one())
            unit.shares = (1, 1, 1)
            unit.reason = "继承"
        unit = next(rest)  # only one owner's share is seized
        unit.owners, unit.shares = (*unit.owners, self.crowd.one()), (1, 3)
        unit.restrictions.append(
            DemoRestriction(
                "seizure", court, "（2026）豫0106执150号", -60, 1035, share_of=unit.owners[0].name
            )
        )
        unit = next(rest)
        unit.contract = self.existing_sale(unit, status="withdrawn")
        unit = next(rest)
        unit.contract = self.existing_sale(unit, review="limited")
        unit = next(rest)  # a member of staff lives here: nobody handles their own case
        reviewer = STAFF[0]
        unit.owners = (DemoPerson(reviewer.name, staff_number_of(reviewer)),)
        # Mortgaged before the Civil Code: the mortgagee has to agree in writing to a sale.
        for place, since in enumerate((dt.date(2016, 9, 8), dt.date(2018, 5, 21), dt.date(2020, 12, 31))):
            unit = next(rest)
            unit.mortgages.append(replace(self.mortgage(unit, "bank2", limited=None), since=since))
            if place == 0:
                unit.contract = self.existing_sale(unit)

    # --- 五云山语: finished, first registration done, sold from the developer ------------------------------------

    def _new_town(self) -> DemoParcel:
        code, developer = "410106001002GB00005", ORGANISATION["dev1"]
        buildings = tuple(
            self.building(code, n, "五云山语", "五云路16号", floors=18, per_floor=4, use="dwelling",
                          areas=("98.47", "131.20", "131.20", "98.47"), completed=dt.date(2026, 6, 30))
            for n in (1, 2)
        )  # fmt: skip
        self._sold(buildings, developer, "new_sale", "XF", leave=6, notices=0)
        return DemoParcel(code, "郑州市上街区五云路16号", Decimal("23880.40"), "urban_residential", dt.date(2022, 3, 1),
                          dt.date(2092, 2, 29), (developer,), buildings)  # fmt: skip

    def _sold(
        self,
        buildings: tuple[DemoBuilding, ...],
        developer: DemoOrganisation,
        kind: str,
        prefix: str,
        *,
        leave: int,
        notices: int,
    ) -> None:
        """The developer owns every unit; all but `leave` of each building are sold to demo buyers, one buyer each.
        On the first `notices` of each building the buyer holds a presale notice."""
        for building in buildings:
            for place, unit in enumerate(building.units):
                unit.owners, unit.reason = (developer,), "首次登记"
                unit.price_fen = self.price(unit.area, 8900)
                if place >= len(building.units) - leave:
                    continue
                buyer = self.crowd.one()
                unit.role = "D09"
                unit.contract = DemoContract(kind, self.contract_no(prefix), developer, buyer, unit.price_fen)
                if place < notices:
                    unit.notices.append(
                        DemoNotice("presale", buyer, developer, unit.contract.number, unit.price_fen)
                    )

    # --- 汜水新城: two finished buildings, one still being built --------------------------------------------------

    def _presale_town(self) -> DemoParcel:
        code, developer, bank = "410106002001GB00021", ORGANISATION["dev2"], ORGANISATION["bank1"]
        finished = tuple(
            self.building(code, n, "汜水新城", "汜水路5号", floors=18, per_floor=4, use="dwelling",
                          areas=("104.11", "142.78", "142.78", "104.11"), completed=dt.date(2026, 3, 31))
            for n in (1, 2)
        )  # fmt: skip
        self._sold(finished, developer, "presale", "YS", leave=16, notices=20)
        rising = self.building(code, 3, "汜水新城", "汜水路5号", floors=6, per_floor=4, use="dwelling",
                               areas=("88.00", "110.00"), completed=None)  # fmt: skip
        for place, unit in enumerate(rising.units[:16]):
            price = self.price(unit.area, 8200)
            buyer = self.crowd.one()
            unit.contract = DemoContract("presale", self.contract_no("YS"), developer, buyer, price)
            if place < 12:
                unit.notices.append(DemoNotice("presale", buyer, developer, unit.contract.number, price))
            if place < 6:
                loan = self.contract_no("YD")
                unit.notices.append(DemoNotice("presale_mortgage", bank, buyer, loan, price * 6 // 10))
        return DemoParcel(code, "郑州市上街区汜水路5号", Decimal("31002.18"), "urban_residential", dt.date(2021, 8, 15),
                          dt.date(2091, 8, 14), (developer,), (*finished, rising))  # fmt: skip

    # --- shops and parking ------------------------------------------------------------------------------------------

    def _shops(self) -> DemoParcel:
        code = "410106002003GB00008"
        building = self.building(code, 1, "金华广场", "金华路30号", floors=3, per_floor=10, use="commercial",
                                 areas=("45.60", "62.15", "80.00"), completed=dt.date(2018, 12, 1),
                                 name=lambda _: "商业楼")  # fmt: skip
        firms = [o for o in ORGANISATIONS if o.kind == "enterprise"]
        for place, unit in enumerate(building.units):
            unit.owners = (firms[place % len(firms)] if place < 16 else self.crowd.one(),)
            unit.price_fen = self.price(unit.area, 12000)
            if place % 8 == 3:
                unit.mortgages.append(self.mortgage(unit, "bank2", limited=True))
        return DemoParcel(code, "郑州市上街区金华路30号", Decimal("6120.00"), "retail", dt.date(2015, 4, 1),
                          dt.date(2055, 3, 31), (ORGANISATION["dev1"],), (building,))  # fmt: skip

    def _garage(self, homes: list[DemoUnit]) -> DemoParcel:
        code = "410106001001GX00003"
        building = self.building(code, 1, "铝都花园", "中心路88号", floors=1, per_floor=60, use="parking",
                                 areas=("12.72", "13.25"), completed=dt.date(2016, 9, 30),
                                 name=lambda _: "地下车库", underground=True)  # fmt: skip
        for place, unit in enumerate(building.units):
            unit.owners = (homes[place * 4].owners[0] if place < 50 else ORGANISATION["dev1"],)
            unit.price_fen = self.price(unit.area, 6000)
        return DemoParcel(code, "郑州市上街区中心路88号地下", Decimal("2900.00"), "urban_residential",
                          dt.date(2013, 5, 20), dt.date(2083, 5, 19), (ORGANISATION["dev1"],), (building,))  # fmt: skip

    def _divided(self, shops: DemoParcel) -> list[DemoSurvey]:
        """Shops of private owners, measured as two each."""
        building = shops.buildings[0]
        own = [u for u in building.units if isinstance(u.owners[0], DemoPerson) and not u.mortgages][:EACH]
        whole = sum((u.area for u in building.units), Decimal())
        return [division(n, unit, building.name, whole) for n, unit in enumerate(own, start=1)]
