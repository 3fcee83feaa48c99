"""Works in progress: B03 在建建筑物抵押权首次登记, B11 转房屋抵押登记, B12 逐套解押. 实施细则 75-77; 担保解释 51."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client, RegistrationKind
from dengbu.register.effects import Effect, End, Grant
from dengbu.register.rules import RightFact, UnitBook

from ..asking import Ask, Choice, Kind
from ..base import PaperWay, RegistrationType, Role, Rule
from ..checks import agents_may_act, one_mortgagee, owners_apply
from ..facts import holders, regranted
from ..notices import land_title
from ..tables import BURDEN, RELIEF
from .about import AboutMortgage, is_works
from .changes import MORTGAGEE, MORTGAGOR
from .discharge import DISCHARGE_REASONS
from .first import MORTGAGE_FORM, MortgageFirst

LARGEST_LIST = 2000  # units of one application


class WorksMortgage(MortgageFirst):
    """在建建筑物抵押权首次登记: what of a building stands already, with its land, secures the developer's loan.

    Developer and mortgagee apply with the list of units (抵押清单). Units that are sold on file or kept by a notice stay
    out of the list; those built later are no part of it (担保解释 51). A right on every unit of the list, so that each
    can be released and converted by itself; one proof with the list (抵押清单). Inspection required (policy).
    民法典 395, 402; 细则 75.
    """

    code, name = "B03", "在建建筑物抵押权首次登记"
    roles = (
        Role("mortgagor", "抵押人（建设单位）", "owner", "land", confirms=True),
        Role("mortgagee", "抵押权人", "taker", "us", many=False),
    )
    answers_to = BURDEN | {
        "R_NOTICE": Rule.EXCLUDE,
        "R_CIP": Rule.INFO,
        "R_LANDMTG": Rule.INFO,
        "R_NOFIRST": Rule.INFO,
    }
    stopped_by_filing = True
    may_cover_share = False
    form = (
        Ask(
            "units",
            "同一份合同抵押的其他单元",
            Kind.UNITS,
            "抵押清单上的不动产单元号，一行一个；只有一个单元的不填。已经卖出（备案、预告）的不要列入。",
            required=False,
            basis="实施细则75",
        ),
        Ask("progress", "建设进度", hint="例如：主体结构完工至12层。", max_length=100, basis="实施细则75"),
        *MORTGAGE_FORM,
    )
    titles = {
        "property": "确认抵押的在建建筑物",
        "parties": "抵押权人和抵押人",
        "reason": "债权、合同和抵押清单",
    }
    legal_basis = "民法典395、402；实施细则75；担保解释51"

    @classmethod
    def paper_way(cls, terms: Mapping[str, Any]) -> PaperWay:
        return "listed"

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        codes = self.filed.unit_codes
        if len(codes) > LARGEST_LIST:
            yield Refusal(
                "F_LIST_TOO_LONG",
                f"抵押清单有{len(codes)}个单元，一次最多{LARGEST_LIST}个。",
                "请按幢分几次申请。",
                "实施细则75",
                "units",
            )
        elsewhere = [c for c in codes if c in books and books[c].parcel_code != book.parcel_code]
        if elsewhere:
            yield Refusal(
                "F_OTHER_PARCEL",
                f"清单里的{elsewhere[0]}等{len(elsewhere)}个单元不在同一宗地上。",
                "请按宗地分别申请。",
                "实施细则75",
                "units",
            )
        finished = [c for c in codes if c in books and books[c].ownership is not None]
        if finished:
            yield Refusal(
                "B_FINISHED",
                f"清单里的{finished[0]}等{len(finished)}个单元已经办理房屋首次登记，不再是在建建筑物。",
                "请从清单中去掉；已登记的房屋请申请一般抵押权首次登记。",
                "实施细则75、77",
                "units",
            )
        sold = sorted(self.filed.filed_units & set(codes))
        if sold:
            yield Refusal(
                "R_FILED",
                f"清单里的{sold[0]}等{len(sold)}个单元的买卖合同已备案给他人。",
                "请从抵押清单中去掉这些单元后再提交。",
                "实施细则75；担保解释51",
                "units",
            )

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        land = land_title(book)
        if land is None:
            yield Refusal(
                "B_NO_LAND",
                "在建建筑物所在的土地还没有登记建设用地使用权。",
                "请开发企业先办理国有建设用地使用权首次登记。",
                "实施细则75",
                "unit",
            )
        yield from owners_apply(self.filed, land, ("mortgagor",), self.word("mortgagor"))
        yield from agents_may_act(self.filed, ("mortgagor",), self.word("mortgagor"))
        yield from one_mortgagee(self.filed)
        yield from self.weigh(self.filed.terms)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        first = next(iter(super().effects(books, at)))
        assert isinstance(first, Grant)
        codes = self.filed.unit_codes
        terms = {
            **first.terms,
            "thing": "works_in_progress",
            "progress": self.filed.terms["progress"],
            "together": len(codes),  # units that secure this one debt
        }
        for code in codes:
            yield Grant(
                kind="mortgage",
                unit=code,
                holders=holders(self.filed.role("mortgagee")),
                terms=terms,
                rank=books[code].next_rank,
                instrument=first.instrument,
            )


class WorksConversion(AboutMortgage):
    """在建建筑物抵押转房屋抵押登记: the building is registered; its mortgage becomes one of the house, with its rank.

    Developer (or who owns the unit now) and bank apply, with D05 in one batch or later; D05 alone leaves the mortgage on
    the unit as it is (corrections 4). 细则 77.
    """

    code, name = "B11", "在建建筑物抵押转房屋抵押登记"
    kind = RegistrationKind.CHANGE
    roles = (MORTGAGOR, MORTGAGEE)
    form = (
        Ask(
            "agreed",
            "抵押合同内容有没有变化",
            Kind.YES_NO,
            "债权数额、期限等有变化的，转为房屋抵押后另行申请抵押权变更登记。",
            choices=(Choice("no", "没有变化"), Choice("yes", "有变化，另行申请变更登记")),
            basis="实施细则77",
        ),
    )
    titles = {"property": "选择要转的在建建筑物抵押权", "reason": "合同有没有变化", "reason_said": "合同"}
    fee_rule = "FEE_MTG_CHANGE"
    legal_basis = "实施细则77"

    @classmethod
    def may_be_about(cls, right: RightFact) -> bool:
        return super().may_be_about(right) and is_works(right)

    def the_right(self, book: UnitBook) -> RightFact | None:
        right = super().the_right(book)
        return right if right is not None and is_works(right) else None

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        right = self.the_right(book)
        if book.ownership is None:
            yield Refusal(
                "R_NOFIRST",
                "这处房屋还没有办理首次登记，还不能转为房屋抵押。",
                "请开发企业先办理商品房首次登记，可以与本申请一批提交。",
                "实施细则77",
                "unit",
            )
        if right is not None:
            yield from self.bank_applies(right)
            yield from owners_apply(self.filed, book.ownership, ("mortgagor",), self.word("mortgagor"))

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, right = self.targeted(books)
        yield End(book.code, right.public_id, "converted")
        yield regranted(right, self.filed, book.code, terms={**right.terms, "thing": "land_and_house"})


class WorksRelease(RegistrationType):
    """在建建筑物抵押逐套解押: the bank lets one unit go from its works-in-progress mortgage; the others stay (细则 76).

    The bank applies alone. Of the mortgage it names, or of all its mortgages of works on the unit.
    """

    code, name = "B12", "在建建筑物抵押变更/部分注销（逐套解押）"
    client = Client.BANK
    line = "mortgage"
    kind = RegistrationKind.CHANGE
    roles = (MORTGAGEE,)
    answers_to = RELIEF
    voids_certificate = True
    pending = Rule.WARN
    form: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "reason",
            "为什么解押",
            Kind.CHOICE,
            choices=tuple(Choice(value, label) for value, label in DISCHARGE_REASONS.items()),
            empty="请选择解押的原因",
            basis="实施细则76",
        ),
    )
    titles = {"property": "选择要解押的单元", "reason": "解押的原因", "delivery": "联系方式"}
    subject = "right"
    target_kinds = ("mortgage",)
    fee_rule = "FEE_ZERO"
    legal_basis = "实施细则76"

    @classmethod
    def may_be_about(cls, right: RightFact) -> bool:
        return super().may_be_about(right) and is_works(right)

    def works(self, book: UnitBook) -> tuple[RightFact, ...]:
        return tuple(m for m in book.mortgages if is_works(m) and self.target in (None, m.public_id))

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        standing, bank = self.works(book), self.filed.indexes("mortgagee")
        if not standing:
            yield Refusal(
                "B_NO_MORTGAGE",
                "这处房屋上没有在建建筑物抵押权，或者已经解押。",
                "请核对所选的单元和抵押权。",
                "实施细则76",
                "unit",
            )
        elif not any(m.holder_indexes == bank for m in standing):
            yield Refusal(
                "P_NOT_MORTGAGEE",
                "这处房屋的在建建筑物抵押权登记在其他机构名下。",
                "解押须由登记簿上的抵押权人申请。",
                "实施细则76",
                "parties",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        bank = self.filed.indexes("mortgagee")
        for mortgage in self.works(book):
            if mortgage.holder_indexes == bank:
                yield End(book.code, mortgage.public_id, str(self.filed.terms.get("reason", "released")))
