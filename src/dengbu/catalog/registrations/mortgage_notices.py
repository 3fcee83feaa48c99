"""Advance notices of a mortgage: B08 预购商品房抵押预告, B14 其它不动产抵押权预告, B09 转抵押权首次登记, B10 注销.

A mortgage notice takes its place in the line of mortgages on the day it is accepted; the mortgage it becomes has that
rank (担保解释 52; corrections 24).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, NoticeKind, RegistrationKind
from dengbu.register.effects import Effect, End, Grant
from dengbu.register.rules import Obstacle, RightFact, UnitBook, names

from .asking import Ask, Choice, Kind
from .base import RegistrationType, Role, Rule
from .checks import agents_may_act, one_mortgagee, owners_apply
from .facts import Filed, holders
from .mortgages import DISCHARGE_REASONS, MORTGAGE_FORM, debt_term_in_order
from .notices import MORTGAGES, POSSIBLE_FROM, AboutNotice, lapsed_now, notice_kind
from .tables import BURDEN, NOTICE, RELIEF

KEPT = ("amount_fen", "debt_from", "debt_until", "scope", "transfer_limited", "contract_no", "debtor")


def sold_to_strangers(filed: Filed, roles: tuple[str, ...]) -> Iterable[Refusal]:
    """A live filing of the unit in favour of somebody who is not on this side of the application (R_FILED)."""
    other = filed.other_filing or filed.contract
    if other is not None and other.status == "filed" and not other.buyers <= filed.indexes(*roles):
        yield Refusal(
            "R_FILED",
            "这处房屋的买卖合同已备案给其他人。",
            "请先到房管部门注销原备案，或核对所选的不动产。",
            "城市房地产管理法38；实施细则38",
            "unit",
        )


class MortgageNotice(RegistrationType):
    """A mortgage that cannot be registered yet is noted; mortgagor and mortgagee apply (细则 85, 88)."""

    client = Client.BANK
    line = "mortgage"
    kind = RegistrationKind.NOTICE
    produces = CertificateKind.PROOF
    answers_to = {**NOTICE, "R_NOTICE": Rule.ALLOW_IF_HOLDER}
    own_notice_roles = ("mortgagor", "mortgagee")  # the buyer does not consent to himself (corrections 14)
    stopped_by_filing = True
    form: ClassVar[tuple[Ask, ...]] = MORTGAGE_FORM
    titles = {"property": "确认抵押物", "parties": "抵押权人和抵押人", "reason": "债权和抵押合同"}
    fee_rule = "FEE_ZERO"
    notice_kind: ClassVar[NoticeKind]
    rests_on: ClassVar[str]  # the kind of purchase notice of the mortgagor

    def purchase(self, book: UnitBook) -> RightFact | None:
        """The mortgagor's own notice of the purchase, which this one rests on."""
        who = self.filed.indexes("mortgagor")
        return next(
            (n for n in book.notices if notice_kind(n) == self.rests_on and n.holder_indexes == who), None
        )

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        yield from self.mortgagor(book)
        yield from agents_may_act(self.filed, ("mortgagor",), self.word("mortgagor"))
        yield from one_mortgagee(self.filed)
        yield from sold_to_strangers(self.filed, ("mortgagor",))

    def mortgagor(self, book: UnitBook) -> Iterable[Refusal]:
        raise NotImplementedError

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from super().weigh(terms)
        yield from debt_term_in_order(terms)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, terms = books[self.filed.unit_code], self.filed.terms
        bought = self.purchase(book)
        made: dict[str, Any] = {
            "notice_kind": self.notice_kind.value,
            **{key: terms.get(key, "") for key in KEPT},
            "filing_no": self.filed.contract.filing_no if self.filed.contract else "",
            "obligor": "、".join(p.name for p in self.filed.role("mortgagor")),
            "linked": str(bought.public_id) if bought else None,
        }
        if terms.get("possible_from"):
            made["possible_from"] = terms["possible_from"]
        yield Grant(
            kind="advance_notice",
            unit=book.code,
            holders=holders(self.filed.role("mortgagee")),
            terms=made,
            rank=book.next_rank,
            instrument=str(terms.get("contract_no", ""))[:60],
        )


class PresaleMortgageNotice(MortgageNotice):
    """预购商品房抵押预告登记: the loan on a home bought before it is built (notice kind 3), linked to the buyer's notice.

    Buyer and bank apply; the buyer's own notice comes first or in the same case (C03, C05). 细则 78, 85, 88; 担保解释 52.
    """

    code, name = "B08", "预购商品房抵押预告登记"
    roles = (
        Role("mortgagor", "抵押人（买受人）", "owner", "notice", confirms=True),
        Role("mortgagee", "抵押权人", "taker", "us", many=False),
    )
    notice_kind = NoticeKind.PRESALE_MORTGAGE
    rests_on = "presale"
    legal_basis = "民法典221；实施细则78、85、88；担保解释52"

    def mortgagor(self, book: UnitBook) -> Iterable[Refusal]:
        if self.purchase(book) is None:
            yield Refusal(
                "B_NO_NOTICE",
                "抵押人在这处房屋上还没有预购商品房预告登记，或者申请人与预告登记权利人不一致。",
                "请先办理预购商品房预告登记，或选择“预告登记和抵押预告登记一并办理”；并把全部预购人列为抵押人。",
                "实施细则88",
                "parties",
            )


class ExistingMortgageNotice(MortgageNotice):
    """其它不动产抵押权预告登记: a mortgage on an existing home, noted ahead (notice kind 4; corrections 14, 15).

    The owner and the bank apply; or whoever bought with a notice (P20) and the bank, ahead of a transfer with the
    mortgage on. 民法典 221; 细则 85, 88; 自然资发〔2023〕29号.
    """

    code, name = "B14", "其它不动产抵押权预告登记"
    roles = (
        Role("mortgagor", "抵押人", "owner", "register", confirms=True),
        Role("mortgagee", "抵押权人", "taker", "us", many=False),
    )
    # Not in the domain table: as P20, an existing home is one that is registered.
    answers_to = {**NOTICE, "R_NOTICE": Rule.ALLOW_IF_HOLDER, "R_NOFIRST": Rule.BLOCK}
    form = (*MORTGAGE_FORM, POSSIBLE_FROM)
    notice_kind = NoticeKind.MORTGAGE
    rests_on = "sale"
    legal_basis = "民法典221；实施细则85、88；自然资发〔2023〕29号"

    def mortgagor(self, book: UnitBook) -> Iterable[Refusal]:
        if self.purchase(book) is None:
            yield from owners_apply(self.filed, book.ownership, ("mortgagor",), "抵押人")


class AboutMortgageNotice(AboutNotice):
    """A type about a mortgage notice: named, or the only one of this bank on the home."""

    client = Client.BANK
    line = "mortgage"
    notice_kinds = MORTGAGES

    def the_right(self, book: UnitBook) -> RightFact | None:
        if self.target is not None:
            return super().the_right(book)
        bank = self.filed.indexes("mortgagee")
        own = [n for n in book.notices if notice_kind(n) in MORTGAGES and n.holder_indexes == bank]
        return own[0] if len(own) == 1 else None

    def bank_applies(self, right: RightFact) -> Iterable[Refusal]:
        if self.filed.indexes("mortgagee") != right.holder_indexes:
            yield Refusal(
                "P_NOT_MORTGAGEE",
                "这项抵押预告登记在其他机构名下。",
                "须由登记簿上的抵押预告登记权利人申请。",
                "实施细则89",
                "right",
            )


class NoticeToMortgage(AboutMortgageNotice):
    """预购商品房抵押预告转抵押权首次登记: the notice becomes the mortgage, with the rank of the notice.

    Owner and bank apply, the bank alone where the contract authorised it. Possible once the home is the mortgagor's
    (D09). Under a seizure or pre-seizure that came later the officer decides: an earlier mortgage notice ranks before
    it (担保解释 52; corrections 17). A notice that lapsed needs the officer's recorded reason, for example that it was
    applied for in time. 民法典 221, 402; 细则 78.
    """

    code, name = "B09", "预购商品房抵押预告转抵押权首次登记"
    kind = RegistrationKind.FIRST
    roles = (
        Role("mortgagor", "抵押人", "owner", "register", confirms=True),
        Role("mortgagee", "抵押权人", "taker", "us", many=False),
    )
    produces = CertificateKind.PROOF
    voids_certificate = True  # the proof of the notice
    answers_to = {
        **BURDEN,
        "R_SEAL": Rule.MANUAL,
        "R_PRESEAL": Rule.MANUAL,  # corrections 17 over the table's BLOCK
        "R_NOTICE_MTG": Rule.CONVERT,
    }
    own_notice_roles = ("mortgagor", "mortgagee")
    stopped_by_filing = True
    titles = {
        "property": "选择要转的抵押预告登记",
        "parties": "抵押权人和抵押人",
        "reason": "授权和合同有没有变更",
        "reason_said": "授权和合同",
    }
    form = (
        Ask(
            "authorised",
            "借款人是否已在合同中授权银行单方申请转抵押登记",
            Kind.YES_NO,
            choices=(Choice("yes", "已授权，由银行单方申请"), Choice("no", "没有授权，由抵押人一起确认")),
            basis="实施细则78",
        ),
        Ask(
            "changed",
            "主债权或抵押合同在预告登记后有没有变更",
            Kind.YES_NO,
            choices=(Choice("no", "没有变更"), Choice("yes", "有变更")),
            condition="contract_changed",
        ),
        Ask("new_amount_fen", "变更后的债权数额", Kind.MONEY, only_if=("changed", (True,)),
            hint="不能超过预告登记的数额；超过的部分须另办抵押权首次登记。"),
        Ask("new_debt_until", "变更后的债务履行结束日期", Kind.DATE, "例如 2046-03-04",
            only_if=("changed", (True,))),
    )  # fmt: skip
    fee_rule = "FEE_MTG"
    legal_basis = "民法典221、402；实施细则78；担保解释52"

    def __init__(self, filed: Filed):
        super().__init__(filed)
        if filed.terms.get("authorised") is True:
            self.confirming = ()  # type: ignore[misc]  # nobody is asked again what the contract gave

    def is_target(self, public_id: Any) -> bool:
        return self.target is not None and public_id == self.target

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        """Only its own notice is converted; another bank's keeps its place in the line."""
        rule = super().rule_for(obstacle, book)
        if rule is Rule.CONVERT and book is not None:
            right = self.the_right(book)
            if right is None or right.public_id != obstacle.public_id:
                return Rule.WARN
        return rule

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        yield from owners_apply(self.filed, book.ownership, ("mortgagor",), "抵押人")
        yield from one_mortgagee(self.filed)
        yield from sold_to_strangers(self.filed, ("mortgagor",))
        right = self.the_right(book)
        if right is None:
            return
        yield from self.bank_applies(right)
        if lapsed_now(right, book, at) and not self.filed.officer.get(str(right.public_id)):
            yield Refusal(
                "B_NOTICE_LAPSED",
                "自能够登记之日起已超过90日，按登记簿推算这项抵押预告登记已失效。",
                "在期限内已经申请，或有其他情形的，由审核人员核实并写明理由；否则请办理一般抵押权首次登记。",
                "民法典221；担保解释52",
                "right",
            )
        amount = self.filed.terms.get("new_amount_fen")
        if amount and amount > int(right.terms.get("amount_fen") or 0):
            yield Refusal(
                "F_AMOUNT_GROWS",
                "变更后的债权数额超过了预告登记的数额。",
                "超过的部分不能沿用预告登记的顺位，请另行申请抵押权首次登记。",
                "担保解释52；实施细则67",
                "new_amount_fen",
            )
        if self.rank(book, right) is None:
            yield Refusal(
                "B_RANK_TAKEN",
                f"预告登记的顺位已被后登记的抵押权占用：{'、'.join(names(m) for m in book.mortgages)}。",
                "请先办理抵押权变更登记，调整顺位后再转抵押登记。",
                "民法典414；实施细则67",
                "right",
            )

    @staticmethod
    def rank(book: UnitBook, right: RightFact) -> int | None:
        """The notice's own place; of a notice without one (brought in from before), the first free place before every
        mortgage that was entered after it. None where there is no such place.
        """
        taken = {m.rank or 0 for m in book.mortgages}
        if right.rank is not None:
            return None if right.rank in taken else right.rank
        later = [m.rank or 0 for m in book.mortgages if m.entered_on > right.entered_on]
        before = max((m.rank or 0 for m in book.mortgages if m.entered_on <= right.entered_on), default=0)
        place = before + 1
        return None if place in taken or any(rank <= place for rank in later) else place

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, right = self.targeted(books)
        terms = self.filed.terms
        kept = {key: right.terms.get(key) for key in KEPT}
        if terms.get("changed"):
            kept |= {"amount_fen": terms["new_amount_fen"], "debt_until": terms["new_debt_until"]}
        yield End(book.code, right.public_id, "converted")
        yield Grant(
            kind="mortgage",
            unit=book.code,
            holders=holders(self.filed.role("mortgagee")),
            terms={
                "mortgage_kind": "ordinary",
                "thing": "land_and_house",
                **kept,
                "mortgagors": [p.name for p in self.filed.role("mortgagor")],
            },
            rank=self.rank(book, right),
            replaces=right.public_id,
            instrument=right.instrument,
        )


class MortgageNoticeCancellation(AboutMortgageNotice):
    """抵押预告登记注销: the bank gives the notice up, or its debt is gone. Nothing in the book stands in the way. 细则 89."""

    code, name = "B10", "抵押预告登记注销"
    roles = (Role("mortgagee", "抵押权人", "taker", "us", many=False),)
    answers_to = RELIEF
    voids_certificate = True
    pending = Rule.WARN
    form = (
        Ask(
            "reason",
            "为什么注销",
            Kind.CHOICE,
            choices=tuple(
                Choice(value, label) for value, label in DISCHARGE_REASONS.items() if value != "realised"
            ),
            empty="请选择注销原因",
            basis="实施细则89",
        ),
    )
    legal_basis = "民法典221、393；实施细则89"

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        right = self.the_right(book)
        if right is not None:
            yield from self.bank_applies(right)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, right = self.targeted(books)
        yield End(book.code, right.public_id, str(self.filed.terms["reason"]))
