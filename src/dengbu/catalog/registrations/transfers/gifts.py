"""Ownership passes without a price, or for something other than money: P02 赠与, P07 互换、作价出资、合并分立."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client
from dengbu.register.effects import Effect, End, Grant
from dengbu.register.rules import UnitBook

from ..asking import Ask, Choice, Kind
from ..base import Role
from ..facts import kept
from .ownership import OwnershipTransfer


class Gift(OwnershipTransfer):
    """存量房赠与转移登记: the owner gives the home away; donor and donee apply together. 民法典 657, 658; 细则 27, 38.

    A mortgage, a residence right and an easement stay on the home. A co-owner gives his share by P06.
    """

    code, name = "P02", "存量房赠与转移登记"
    client = Client.PERSON
    roles = (
        Role("donor", "赠与人", "owner", "register", confirms=True),
        Role("donee", "受赠人", "taker", "typed", confirms=True, shares=True),
    )
    form = (
        Ask(
            "relation",
            "受赠人是赠与人的什么人",
            Kind.CHOICE,
            "税务部门按这个关系判断能否减免税。",
            choices=(
                Choice("spouse", "配偶", "kinship_relief"),
                Choice("parent_child", "父母或子女", "kinship_relief"),
                Choice("near", "祖父母、外祖父母、孙子女、外孙子女或兄弟姐妹", "kinship_relief"),
                Choice("supporter", "承担直接抚养或赡养义务的人", "kinship_relief"),
                Choice("other", "其他人或单位"),
            ),
            basis="财税〔2009〕78号",
        ),
        Ask(
            "gift_by",
            "赠与用什么文件",
            Kind.CHOICE,
            choices=(Choice("contract", "赠与合同"), Choice("notarised", "经公证的赠与合同或赠与书")),
            basis="民法典658",
        ),
        Ask(
            "obligation",
            "赠与附有义务的，写明义务",
            Kind.LONG,
            "例如由受赠人负责照料赠与人。没有的不填。",
            required=False,
            max_length=300,
            basis="民法典661",
        ),
    )
    legal_basis = "民法典209、214、406、657、658；实施细则27、38；契税法11"


class OtherTransfer(OwnershipTransfer):
    """互换、作价出资、合并分立等其他转移登记: both sides apply. 细则 27, 38.

    Homes that are exchanged and are both in this register pass to each other in one entry.
    """

    code, name = "P07", "互换、作价出资、合并分立等其他转移登记"
    client = Client.PERSON
    roles = (
        Role("transferor", "转让方", "owner", "register", confirms=True),
        Role("transferee", "受让方", "taker", "typed", confirms=True, shares=True),
    )
    form = (
        Ask(
            "how",
            "因为什么转移",
            Kind.CHOICE,
            choices=(
                Choice("exchange", "互换房屋", "exchange"),
                Choice("contribution", "作价出资（入股）", "company_papers"),
                Choice("merger", "单位合并", "company_papers"),
                Choice("division", "单位分立", "company_papers"),
                Choice("restructuring", "企业改制重组", "company_papers"),
            ),
            basis="实施细则27",
        ),
        Ask(
            "units",
            "换来的房屋的不动产单元号",
            Kind.UNITS,
            "看对方不动产权证书上的 28 位单元号，填一处。换来的房屋不在本区登记的不填。",
            required=False,
            only_if=("how", ("exchange",)),
            basis="实施细则27",
        ),
        Ask(
            "price_fen",
            "作价金额或者差价",
            Kind.MONEY,
            "作价出资填作价金额；互换有差价的填差价。没有的不填。",
            required=False,
        ),
        Ask(
            "state_assets",
            "房屋是不是国有资产",
            Kind.YES_NO,
            "国有企业、行政事业单位的房屋填“是”，须有批准文件。",
            condition="state_assets",
            basis="企业国有资产法53",
        ),
    )
    legal_basis = "民法典209、214、406、647；实施细则27、38；契税法11"

    @property
    def exchanged(self) -> str:
        """The other home of an exchange, where it is in this register."""
        others = [code for code in self.unit_codes if code != self.filed.unit_code]
        return others[0] if others else ""

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        if len(self.unit_codes) > 2 or (self.exchanged and self.filed.terms.get("how") != "exchange"):
            yield Refusal(
                "B_ONE_FOR_ONE",
                "一次只能互换两处房屋。",
                "请只填写换来的一处房屋；有多处的请分开申请。",
                "实施细则27",
                "units",
            )

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        other = books.get(self.exchanged)
        title = self.owned(other) if other is not None else None
        if title is not None and title.holder_indexes != self.filed.indexes(*self.taker_roles):
            yield Refusal(
                "P_OTHER_OWNER",
                f"换来的房屋的权利人与{self.taker_word}不一致。",
                f"请核对单元号；换来的房屋的全部权利人都要列为{self.taker_word}。",
                "民法典209、301",
                "units",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        yield from super().effects(books, at)
        if not self.exchanged:
            return
        given, got = self.owned(books[self.filed.unit_code]), self.owned(books[self.exchanged])
        assert given is not None and got is not None  # R_NOFIRST has refused
        yield End(self.exchanged, got.public_id, "transferred")
        yield Grant(
            kind=got.kind,
            unit=self.exchanged,
            holders=kept(given, self.filed),  # they hold what they got as they held what they gave
            terms=self.terms_after(got),
            coownership=given.coownership,
            share_denominator=given.share_denominator,
            replaces=got.public_id,
        )
