"""First registrations of houses: D05 商品房首次登记 of a whole project, P21 a house that somebody built for himself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from dengbu.core.identifiers import half_width, land_unit
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client
from dengbu.register.effects import Amend, AmendBuilding, Effect, End, Grant, Note, Open, OpenBuilding
from dengbu.register.rules import RightFact, UnitBook

from .asking import LEGACY_BASIS, Ask, Choice, Kind
from .base import PaperWay, Role
from .checks import shares_add_up
from .facts import Filed
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


# What a body is that applies where there is no developer any more, in the order in which they are called.
STANDS_AS = {
    "successor": "承继单位",
    "superior": "上级主管单位",
    "named": "政府指定的单位",
}
B_WINDOW_ONLY_FOR_LEGACY = Refusal(
    "B_LEGACY_DEVELOPER",
    "开发企业还在的，不能由窗口代为申请；代为申请的，只能到窗口办理。",
    "请由开发企业在网上申请；它已注销或者下落不明的，由代为申请单位带政策文件到窗口。",
    "实施细则35；自然资发〔2021〕1号",
    "legacy",
)


class ProjectFirst(HousesFirst):
    """商品房首次登记: the developer's title on every unit of one or several finished buildings, in one registration.

    The common parts of the owners are listed with it (FDCQ3) and belong to all owners together (民法典 274). The
    land use right stays; the 90 days of the buyers' notices begin on the day of entry (民法典 221; corrections 23).

    历史遗留问题 (corrections §2, 4; 自然资发〔2021〕1号): where the developer was dissolved or cannot be found, the body that
    succeeds to it, its superior, or one that the government names applies in its place, at the window. Notice and the
    leader's signature of the policy come before the entry. The houses are entered on whoever has the land in the book,
    never on that body; the entry says so, and no certificate is issued: the buyers' D09 follows.
    """

    code, name = "D05", "商品房首次登记"
    client = Client.DEVELOPER
    roles = (
        Role("developer", "开发企业", "taker", "us", many=False, at_window="land"),
        Role(
            "designated", "代为申请单位", "other", "window", many=False, required=False,
            hint="承继单位、上级主管单位，或者政府文件指定的机构、组织。房屋不登记在它名下。", at_window="typed", body=True,
        ),
    )  # fmt: skip
    subject = "project"
    survey_kinds = ("building",)
    form = (
        Ask(
            "legacy",
            "由谁申请",
            Kind.YES_NO,
            "开发企业还在的，由它在网上申请；窗口只收它已经注销或者下落不明的。房屋仍登记在登记簿上的土地使用权人名下，不发证书。",
            choices=(
                Choice("no", "开发企业自己申请"),
                Choice("yes", "开发企业已注销/下落不明，按历史遗留政策由政府指定单位代为申请"),
            ),
            required=False,
            window=True,
            condition="legacy_first",
            basis="自然资发〔2021〕1号",
        ),
        LEGACY_BASIS,
        Ask(
            "stands_as",
            "代为申请的单位是",
            Kind.CHOICE,
            "有承继单位或者上级主管单位的，由它申请；都没有的，才由政府指定的机构或者组织申请。",
            tuple(Choice(*one) for one in STANDS_AS.items()),
            only_if=("legacy", (True,)),
            basis="自然资发〔2021〕1号",
        ),
        Ask(
            "body_head",
            "代为申请单位的负责人",
            hint="写姓名，与单位身份证明上的一致。",
            only_if=("legacy", (True,)),
            max_length=50,
            basis="条例16",
        ),
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
            only_if=("legacy", (None,)),
            basis="实施细则20、35；操作规范9.1",
        ),
        Ask("taxes_due", "土地价款和税费还有没交的吗", Kind.YES_NO, condition="taxes_due", required=False),
        Ask("presold", "这些房屋预售过吗", Kind.YES_NO, condition="presold", basis="城市房地产管理法45"),
    )
    fee_rule = "FEE_FIRST_BUILDING"
    legal_basis = "民法典231、274、352；实施细则35、36、77；操作规范9.1"

    def __init__(self, filed: Filed):
        super().__init__(filed)
        if self.legacy:
            self.absent_roles = ("developer",)  # type: ignore[misc]

    @property
    def legacy(self) -> bool:
        """Whether another body applies because there is no developer any more."""
        return self.filed.terms.get("legacy") is True

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        return ("designated",) if terms.get("legacy") is True else ("developer",)

    def publishes(self) -> bool:
        """The notice of the policy stands in for the developer who cannot be asked."""
        return self.legacy

    def checked(self, books: Mapping[str, UnitBook]) -> Iterable[Refusal]:
        yield from super().checked(books)
        yield from self.stood_in()

    def stood_in(self) -> Iterable[Refusal]:
        """Whether the developer applies itself on line, or the one body that stands in for it does at the window."""
        filed, there = self.filed, self.filed.role("designated")
        if self.legacy != filed.at_window or (there and not self.legacy):
            yield B_WINDOW_ONLY_FOR_LEGACY
        elif self.legacy and (len(there) != 1 or there[0].document_kind != "uscc"):
            yield Refusal(
                "F_DESIGNATED",
                "还没有填写代为申请的单位，或者填写的不是一个单位。",
                "请填写一个单位的名称和统一社会信用代码。",
                "自然资发〔2021〕1号；条例14",
                "parties",
            )
        elif self.legacy and not filed.indexes("designated").isdisjoint(filed.indexes("developer")):
            yield Refusal(
                "F_DESIGNATED_IS_HOLDER",
                "代为申请的单位就是登记簿上的土地使用权人。",
                "土地使用权人还在的，不用代为申请，请由它在网上申请。",
                "实施细则35",
                "parties",
            )

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        found = super().conditions(book, at)
        found = found if self.legacy else found | {"developer_applies"}
        mortgaged = book is not None and any(
            m.terms.get("thing") == "works_in_progress" for m in book.mortgages
        )
        return found | {"works_mortgaged"} if mortgaged else found

    @classmethod
    def paper_way(cls, terms: Mapping[str, Any]) -> PaperWay:
        """As the developer asked: one certificate for the whole, none, or one of each unit (domain D05). None where
        there is no developer to give it to."""
        if terms.get("legacy") is True:
            return "none"
        ways: dict[Any, PaperWay] = {"whole": "listed", "none": "none"}
        return ways.get(terms.get("certificate"), "each")

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from super().weigh(terms)
        if terms.get("legacy") is False:
            yield B_WINDOW_ONLY_FOR_LEGACY
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
            if self.legacy:
                yield Note(land, "holder_gone", self.instead)

    @property
    def instead(self) -> dict[str, str]:
        """权利主体灭失情况: who applied in the developer's place, as what, and on what paper."""
        terms, (body,) = self.filed.terms, self.filed.role("designated")
        return {
            "holder": "、".join(p.name for p in self.filed.role("developer")),
            "applied_by": body.name,
            "stands_as": STANDS_AS[terms["stands_as"]],
            "basis": terms["legacy_basis"],
        }

    def title(self, unit: str, terms: dict[str, Any], kind: str, at: dt.datetime) -> Grant:
        """Each title says that its holder did not apply itself."""
        made = super().title(unit, terms, kind, at)
        if not self.legacy:
            return made
        said = self.instead
        why = f"{self.name}（开发企业已注销或下落不明，由{said['stands_as']}{said['applied_by']}按历史遗留问题政策代为申请：{said['basis']}）"
        return replace(made, terms={**made.terms, "reason": why})

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
