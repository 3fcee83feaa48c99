"""First registrations of houses: D05 商品房首次登记 of a whole project, P21 a house that somebody built for himself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from dengbu.core.identifiers import half_width, land_unit
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client
from dengbu.register.effects import Amend, AmendBuilding, Effect, End, Note, Open, OpenBuilding
from dengbu.register.rules import RightFact, UnitBook

from .asking import Ask, Choice, Kind
from .base import PaperWay, Role
from .checks import shares_add_up
from .first import BUILDING_CODE, PARCEL_CODE, FirstRegistration, no_survey, on_land


class HousesFirst(FirstRegistration):
    """Finished houses on registered land, many units in one entry (细则 35, 36; 民法典 231, 352).

    The applicant holds the land use right. Each unit gets its surveyed facts: units that are not in the book are
    opened, planned ones amended. A mortgage of works in progress stays on its units and converts by B11 only
    (corrections 4).
    """

    @property
    def units(self) -> tuple[str, ...]:
        """The houses, in the order given."""
        return tuple(c for c in self.filed.unit_codes if not on_land(c))

    @property
    def opened(self) -> tuple[str, ...]:
        return self.units

    @property
    def charged(self) -> tuple[str, ...]:
        """The houses: nothing is entered on the land but an end or a note."""
        return self.units

    @property
    def unit_codes(self) -> tuple[str, ...]:
        """The houses and the land under them."""
        return tuple(dict.fromkeys((*self.units, *(land_unit(c) for c in self.units))))

    def land_right(self, books: Mapping[str, UnitBook], unit: str) -> RightFact | None:
        land = books.get(land_unit(unit))
        return land.land_use if land is not None else None

    def check_opening(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from self.checked(books)

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from self.checked(books)

    def checked(self, books: Mapping[str, UnitBook]) -> Iterable[Refusal]:
        filed = self.filed
        if not self.units:
            yield Refusal("F_UNITS", "还没有选定要登记的房屋。", "请从楼盘表中选择。", "实施细则35", "units")
            return
        applying = filed.indexes(*self.taker_roles)
        for land in dict.fromkeys(land_unit(u) for u in self.units):
            right = self.land_right(books, land)
            if right is None:
                yield Refusal(
                    "B_NO_LAND",
                    "登记簿上没有这宗土地的使用权登记。",
                    "请先办理国有建设用地使用权首次登记。",
                    "实施细则35",
                    "unit",
                )
            elif right.holder_indexes != applying:
                yield Refusal(
                    "P_NOT_LAND_HOLDER",
                    "申请人与登记簿上的土地使用权人不一致。",
                    "房屋首次登记由土地使用权人申请；请核对名称和证件号码，共有的应全部列出。",
                    "民法典352；实施细则35",
                    "parties",
                )
        yield from self.with_title(books, self.units)
        yield from no_survey(u for u in self.units if u not in filed.surveyed)
        known = self.known_buildings(books)
        buildings = dict.fromkeys(u[:BUILDING_CODE] for u in self.units if u not in books)
        yield from no_survey((b for b in buildings if b not in known and b not in filed.surveyed), "幢")
        yield from self.weigh(filed.terms)

    def known_buildings(self, books: Mapping[str, UnitBook]) -> frozenset[str]:
        """Buildings that the register has: of units it has, or as the application was told."""
        return self.filed.in_book | {b.building_code for b in books.values()}

    def houses(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterator[Effect]:
        """Buildings and units as surveyed, then titles."""
        filed = self.filed
        known = self.known_buildings(books)
        finished = {"completed_on": filed.terms.get("completed_on")}
        for building in dict.fromkeys(u[:BUILDING_CODE] for u in self.units):
            if building not in filed.surveyed:
                continue
            facts = {**filed.surveyed[building], **finished}
            if building in known:
                yield AmendBuilding(building, facts)
            else:
                yield OpenBuilding(building, building[:PARCEL_CODE], facts)
        for unit in self.units:
            facts = {**filed.surveyed[unit], "surveyed": True}
            if unit in books:
                yield Amend(unit, facts)
            else:
                yield Open(unit, unit[:PARCEL_CODE], unit[:BUILDING_CODE], facts)
        for unit in self.units:
            yield from self.converted(books.get(unit), at)
            yield self.title(unit, self.terms_of(books, unit), "house_ownership", at)

    def terms_of(self, books: Mapping[str, UnitBook], unit: str) -> dict[str, Any]:
        """Nature and term of the land, which go with the house (民法典 356, 357)."""
        land, right = books[land_unit(unit)], self.land_right(books, unit)
        assert right is not None  # B_NO_LAND has refused
        terms = {
            "nature": right.terms.get("nature") or land.parcel.get("right_nature"),
            "term_from": right.terms.get("term_from") or land.parcel.get("term_from"),
            "term_until": right.terms.get("term_until") or land.parcel.get("term_until"),
        }
        return {k: v for k, v in terms.items() if v}


def common_parts(text: str) -> tuple[list[dict[str, str]], str]:
    """业主共有部分: one a line, 名称，位置，面积. Gives the parts, and the first line that cannot be read ("" if none)."""
    parts: list[dict[str, str]] = []
    if text.strip() == "无":
        return parts, ""
    for line in filter(None, (half_width(x).strip() for x in text.splitlines())):
        cells = [c.strip() for c in line.replace("、", ",").replace("，", ",").split(",")]
        if len(cells) != 3 or not cells[0]:
            return parts, line
        try:
            area = Decimal(cells[2].removesuffix("㎡"))
        except InvalidOperation:
            return parts, line
        if not area.is_finite() or not 0 < area < 10**9:
            return parts, line
        parts.append({"name": cells[0], "place": cells[1], "area_m2": f"{area.quantize(Decimal('0.01')):f}"})
    return parts, ""


class ProjectFirst(HousesFirst):
    """商品房首次登记: the developer's title on every unit of one or several finished buildings, in one registration.

    The common parts of the owners are listed with it (FDCQ3) and belong to all owners together (民法典 274). The
    land use right stays; the 90 days of the buyers' notices begin on the day of entry (民法典 221; corrections 23).
    """

    code, name = "D05", "商品房首次登记"
    client = Client.DEVELOPER
    roles = (Role("developer", "开发企业", "taker", "us", many=False),)
    subject = "project"
    survey_kinds = ("building",)
    form = (
        Ask(
            "units",
            "登记哪些房屋",
            Kind.UNITS,
            "从楼盘表选择，或每行填一个不动产单元号。违法建设部分不要列入。",
            max_length=200_000,
            basis="实施细则35",
        ),
        Ask("project_name", "项目名称", max_length=100, basis="实施细则36"),
        Ask("completed_on", "竣工日期", Kind.DATE, "看竣工验收备案表。", basis="实施细则35"),
        Ask(
            "common_parts",
            "业主共有部分",
            Kind.LONG,
            "每行一处：名称，位置，面积。例如：物业服务用房，1号楼101，85.20。没有的写“无”。",
            max_length=20_000,
            basis="民法典274；实施细则36",
        ),
        Ask(
            "certificate",
            "证书怎样发",
            Kind.CHOICE,
            "卖给买房人时再给买房人发证；现在发不发、怎样发，登记簿上每套都一样记载。",
            (
                Choice(
                    "whole", "整个项目一本证书", hint="附不动产单元清单；卖出一套，清单上少一套。每宗地一本。"
                ),
                Choice("none", "不发证书，只登簿", hint="卖给买房人时，由买房人领自己的证书。"),
                Choice("each", "每套一本证书", hint="套数多时领证、交回都要逐本办，一般不选。"),
            ),
            basis="实施细则20、35；操作规范9.1",
        ),
        Ask("taxes_due", "土地价款和税费还有没交的吗", Kind.YES_NO, condition="taxes_due", required=False),
        Ask("presold", "这些房屋预售过吗", Kind.YES_NO, condition="presold", basis="城市房地产管理法45"),
    )
    fee_rule = "FEE_FIRST_BUILDING"
    legal_basis = "民法典231、274、352；实施细则35、36、77；操作规范9.1"

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        found = super().conditions(book, at)
        mortgaged = book is not None and any(
            m.terms.get("thing") == "works_in_progress" for m in book.mortgages
        )
        return found | {"works_mortgaged"} if mortgaged else found

    @classmethod
    def paper_way(cls, terms: Mapping[str, Any]) -> PaperWay:
        """As the developer asked: one certificate for the whole, none, or one of each unit (domain D05)."""
        ways: dict[Any, PaperWay] = {"whole": "listed", "none": "none"}
        return ways.get(terms.get("certificate"), "each")

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from super().weigh(terms)
        _, wrong = common_parts(str(terms.get("common_parts") or ""))
        if wrong:
            yield Refusal(
                "F_COMMON_PARTS",
                f"业主共有部分这一行看不明白：“{wrong[:40]}”。",
                "请每行写一处：名称，位置，面积，例如：物业服务用房，1号楼101，85.20。",
                "民法典274；实施细则36",
                "common_parts",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        yield from self.houses(books, at)
        parts, _ = common_parts(str(self.filed.terms.get("common_parts") or ""))
        said = {"project_name": self.filed.terms.get("project_name", ""), "parts": parts}
        for land in dict.fromkeys(land_unit(u) for u in self.units):
            yield Note(land, "common_parts", said)

    def terms_of(self, books: Mapping[str, UnitBook], unit: str) -> dict[str, Any]:
        return {
            **super().terms_of(books, unit),
            "project_name": self.filed.terms.get("project_name", ""),
        }


class SelfBuiltFirst(HousesFirst):
    """自建房屋首次登记: who built on his own land, lawfully. 民法典 231, 352; 细则 35.

    The land use right ends as a page of its own: ownership of the house replaces it and holds it. All houses that
    stand on the land are registered together.
    """

    code, name = "P21", "自建房屋首次登记"
    client = Client.PERSON
    roles = (Role("builder", "建房人", "taker", "land", shares=True),)
    subject = "survey"
    survey_kinds = ("house", "building")
    form = (
        Ask("completed_on", "竣工日期", Kind.DATE, "看竣工验收材料。", basis="实施细则35"),
        Ask(
            "units",
            "同一块地上还有哪些房屋一起登记",
            Kind.UNITS,
            "没有就不填。一块地上的房屋要一次登记。",
            required=False,
            max_length=2000,
        ),
    )
    fee_rule = "FEE_FIRST"
    legal_basis = "民法典231、352；实施细则35"

    def checked(self, books: Mapping[str, UnitBook]) -> Iterable[Refusal]:
        yield from super().checked(books)
        filed = self.filed
        builders = filed.role(*self.taker_roles)
        yield from shares_add_up(
            builders, filed.terms.get("coownership", "sole"), filed.terms.get("share_denominator")
        )
        # The land's page ends with this entry: what burdens the land would rest on nothing (民法典 395, 397).
        land = books.get(land_unit(self.units[0])) if self.units else None
        burdens = [r for r in land.rights if r != land.land_use] if land is not None else []
        if burdens:
            yield Refusal(
                "B_LAND_BURDENED",
                f"土地使用权上还有{len(burdens)}项抵押权、预告登记等权利，土地并入房屋登记后这些权利没有着落。",
                "请先与抵押权人等办理注销；房屋登记后再以房屋和土地一并设立。",
                "民法典397；实施细则35",
                "unit",
            )
        if len({land_unit(u) for u in self.units}) > 1:
            yield Refusal(
                "F_TWO_PARCELS",
                "这些房屋不在同一块地上。",
                "请按宗地分开申请。",
                "实施细则5",
                "units",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        land = land_unit(self.units[0])
        right = self.land_right(books, land)
        assert right is not None  # B_NO_LAND has refused
        yield from self.houses(books, at)
        yield End(land, right.public_id, "merged_in_house")
