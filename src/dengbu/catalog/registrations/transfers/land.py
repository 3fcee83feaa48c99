"""D03 国有建设用地使用权转移: the land use right on bare land passes, and the houses on it with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client, RightNature
from dengbu.register.effects import Effect
from dengbu.register.rules import RightFact, UnitBook

from ..asking import Ask, Choice, Kind
from ..base import Role
from .ownership import OwnershipTransfer


class LandUseTransfer(OwnershipTransfer):
    """国有建设用地使用权转移登记: transferor and transferee apply; buildings follow the land. 民法典 353-357; 细则 27, 38.

    Granted land on which nothing is finished passes only after a quarter of the investment (城市房地产管理法 39);
    allocated land with approval, or payment of the land income (corrections 25).
    """

    code, name = "D03", "国有建设用地使用权转移登记"
    client = Client.DEVELOPER
    subject = "land"
    target_kinds = ("land_use",)
    roles = (
        Role("transferor", "转让方", "owner", "land", confirms=True),
        Role("transferee", "受让方", "taker", "typed", confirms=True, shares=True),
    )
    form = (
        Ask(
            "how",
            "因为什么转移",
            Kind.CHOICE,
            choices=(
                Choice("sale", "买卖（转让合同）"),
                Choice("contribution", "作价出资（入股）", "company_papers"),
                Choice("merger", "企业合并、分立、改制", "company_papers"),
                Choice("judgment", "法院判决、裁定或仲裁裁决", "court_transfer"),
            ),
            basis="实施细则38",
        ),
        Ask(
            "price_fen",
            "转让价款或作价金额",
            Kind.MONEY,
            "例如 50000000 或 5000万。",
            only_if=("how", ("sale", "contribution")),
            basis="城市房地产管理法38",
        ),
        Ask(
            "stage",
            "地上建设到什么程度",
            Kind.CHOICE,
            "出让的土地，完成开发投资总额的四分之一以上才能转让。",
            choices=(
                Choice("bare", "没有建设，也不是房屋建设工程用地"),
                Choice("less", "投资不到总额的25%"),
                Choice("quarter", "没有建完，已完成开发投资总额的25%以上", "quarter_invested"),
                Choice("built", "房屋已经建成"),
            ),
            basis="城市房地产管理法39",
        ),
        Ask(
            "has_houses",
            "地上有没有已经登记的房屋",
            Kind.YES_NO,
            "房屋随土地一起转移。",
            basis="民法典356、357",
        ),
        Ask(
            "units",
            "一起转移的房屋的不动产单元号",
            Kind.UNITS,
            "每行一个 28 位单元号。",
            only_if=("has_houses", (True,)),
            basis="民法典356、357",
        ),
    )
    fee_rule = "FEE_NONRES_STD"
    legal_basis = "民法典353-357；城市房地产管理法38-40；实施细则27、38；契税法11"

    def owned(self, book: UnitBook) -> RightFact | None:
        """The land use right on the land; on a house that follows it, the ownership."""
        return book.title

    @property
    def by_judgment(self) -> bool:
        return self.filed.terms.get("how") == "judgment"

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        """By judgment the transferee applies alone (条例 14)."""
        return ("transferee",) if terms.get("how") == "judgment" else super().required_roles(terms)

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        return super().conditions(book, at) | (frozenset() if self.by_judgment else {"both_apply"})

    def owners(self, book: UnitBook) -> Iterable[Refusal]:
        if self.filed.role(*self.owner_roles) or not self.by_judgment:
            yield from super().owners(book)

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        if book.title is not None and book.title.kind != "land_use":
            yield Refusal(
                "B_NOT_LAND",
                "所选的是房屋，不是建设用地使用权宗地。",
                "请选择宗地的不动产单元（以 W00000000 结尾）；只转让房屋的请申请房屋转移登记。",
                "民法典357",
                "unit",
            )
        granted = book.parcel.get("right_nature", RightNature.GRANTED) == RightNature.GRANTED
        if granted and self.filed.terms.get("stage") == "less" and not self.by_judgment:
            yield Refusal(
                "B_LESS_THAN_QUARTER",
                "出让土地投资不到开发投资总额的25%，还不能办理转移登记。",
                "请先办理预告登记，完成25%以上投资后再申请转移登记。",
                "城市房地产管理法39",
                "stage",
            )
        left = self.filed.houses_of_owner - set(self.unit_codes)
        if left:
            yield Refusal(
                "B_HOUSES_STAY",
                f"转让方在这块土地上还有{len(left)}处已登记的房屋没有一起转移。",
                "房屋随土地一起转移：请在“地上有没有已经登记的房屋”选“有”，并填写这些房屋的单元号。",
                "民法典356、357",
                "units",
            )

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        for code in self.unit_codes[1:]:
            house = books.get(code)
            if house is None or house.title is None:
                continue  # R_INVALID or R_NOFIRST has refused
            if house.parcel_code != book.parcel_code:
                yield Refusal(
                    "B_OTHER_PARCEL",
                    f"房屋{code}不在这块土地上。",
                    "请只填写坐落在这块土地上的房屋。",
                    "民法典357",
                    "units",
                )
            elif book.title is None or house.title.holder_indexes != book.title.holder_indexes:
                yield Refusal(
                    "P_HOUSE_OF_OTHERS",
                    f"房屋{code}登记在别人名下，不能随土地一起转移。",
                    "请从清单中去掉这处房屋，由它的权利人另行申请。",
                    "民法典209、357",
                    "units",
                )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        for code in self.unit_codes:
            yield from self.passes(books[code], self.takers)
