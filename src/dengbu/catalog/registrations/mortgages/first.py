"""Mortgages made: B01 一般抵押权首次登记, B02 最高额抵押权首次登记."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, RegistrationKind
from dengbu.register.effects import Effect, Grant
from dengbu.register.rules import Obstacle, UnitBook

from ..asking import Ask, Choice, Kind
from ..base import RegistrationType, Role
from ..checks import agents_may_act, filed_to_others, one_mortgagee, owners_apply
from ..facts import holders
from ..shares import COVERS, SHARE, beside, share_filed, share_mortgaged
from ..tables import BURDEN, HOLDERS_CONSENT, PAPERS, Rule

MORTGAGE_FORM = (
    Ask("contract_no", "抵押合同编号", max_length=60, basis="实施细则66"),
    Ask(
        "amount_fen",
        "被担保的债权数额",
        Kind.MONEY,
        "按借款合同写，例如 800000 或 80万。",
        empty="请输入债权数额",
        code="F_AMOUNT",
        basis="实施细则66",
    ),
    Ask(
        "debt_from",
        "债务履行期限：开始",
        Kind.DATE,
        "例如 2026-03-05",
        empty="请输入债务履行起止日期",
        code="F_DEBT_TERM",
        basis="实施细则66",
    ),
    Ask(
        "debt_until",
        "债务履行期限：结束",
        Kind.DATE,
        "例如 2046-03-04",
        empty="请输入债务履行起止日期",
        code="F_DEBT_TERM",
        basis="实施细则66",
    ),
    Ask(
        "debtor",
        "债务人",
        hint="借款人姓名或单位名称。与抵押人相同也请填写。",
        max_length=100,
        prefill="owners",
    ),
    Ask(
        "scope",
        "担保范围",
        Kind.LONG,
        "按抵押合同写，登记簿要记载。",
        max_length=300,
        empty="请填写担保范围",
        basis="自然资发〔2021〕54号",
    ),
    Ask(
        "transfer_limited",
        "合同有没有约定抵押期间禁止或限制转让房屋",
        Kind.YES_NO,
        choices=(Choice("no", "没有约定"), Choice("yes", "有约定，登记簿记载“是”")),
        empty="请选择是否存在禁止或限制转让抵押不动产的约定",
        code="F_TRANSFER_LIMIT",
        basis="自然资发〔2021〕54号",
    ),
)


def debt_term_in_order(terms: Mapping[str, Any]) -> Iterable[Refusal]:
    """The term of the debt ends after it begins."""
    since, until = terms.get("debt_from"), terms.get("debt_until")
    if since and until and until <= since:
        yield Refusal(
            "F_DEBT_TERM", "结束日期应晚于开始日期。", "请按借款合同填写。", "实施细则66", "debt_until"
        )


class MortgageFirst(RegistrationType):
    """一般抵押权首次登记: mortgagor and mortgagee apply; the rank follows acceptance. 民法典 395, 402, 414; 细则 65-67.

    Of a home held by shares it may cover one co-owner's share (抵押范围): he alone is mortgagor, and what rests on the
    shares of others does not stop it (民法典 301, 305; corrections 7).
    """

    code, name = "B01", "一般抵押权首次登记"
    client = Client.BANK
    line = "mortgage"
    kind = RegistrationKind.FIRST
    roles = (
        Role("mortgagor", "抵押人", "owner", "register", confirms=True),
        Role("mortgagee", "抵押权人", "taker", "us", many=False),
    )
    produces = CertificateKind.PROOF
    may_cover_share = True
    stopped_by_filing = True
    answers_to = BURDEN
    papers = {**PAPERS, Rule.CONSENT: HOLDERS_CONSENT}  # whose notice stands on the home agrees (细则 85)
    form: ClassVar[tuple[Ask, ...]] = MORTGAGE_FORM
    mortgage_kind: ClassVar[str] = "ordinary"
    titles: ClassVar[Mapping[str, str]] = {
        "property": "确认抵押物",
        "parties": "抵押权人和抵押人",
        "reason": "债权和抵押合同",
    }
    fee_rule = "FEE_MTG"
    legal_basis = "民法典395、397、402；实施细则65-67；自然资发〔2021〕54号"

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        terms = self.filed.terms
        if self.of_share:
            yield from share_mortgaged(self.filed, book.title)
        else:
            yield from owners_apply(self.filed, book.title, self.owner_roles, "抵押人")
        yield from agents_may_act(self.filed, self.owner_roles, "抵押人")
        yield from filed_to_others(self.filed)
        yield from one_mortgagee(self.filed)
        yield from self.weigh(terms)

    @property
    def of_share(self) -> bool:
        """Whether it covers the mortgagor's own share and not the whole (民法典 301, 305; corrections 7)."""
        return self.may_cover_share and self.filed.terms.get(COVERS) == SHARE

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        """What rests on another co-owner's share does not touch the share that is mortgaged (corrections 7)."""
        whose = self.filed.indexes("mortgagor")
        if self.of_share and book is not None and beside(obstacle, book.title, whose):
            return Rule.INFO
        return super().rule_for(obstacle, book)

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        """Who disposes of his own share asks the other co-owners nothing (民法典 305)."""
        found = super().conditions(book, at)
        return found - {"co_owned"} if self.of_share else found

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from super().weigh(terms)
        yield from debt_term_in_order(terms)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, terms = books[self.filed.unit_code], self.filed.terms
        on_share = self.of_share and book.title is not None
        yield Grant(
            kind="mortgage",
            unit=book.code,
            holders=holders(self.filed.role("mortgagee")),
            share_of=book.title.public_id if on_share and book.title else None,
            terms={
                "mortgage_kind": self.mortgage_kind,
                "thing": "land_and_house" if book.ownership else "land",
                "amount_fen": terms["amount_fen"],
                "debt_from": terms["debt_from"],
                "debt_until": terms["debt_until"],
                "scope": terms["scope"],
                "transfer_limited": terms["transfer_limited"],
                "contract_no": terms.get("contract_no", ""),
                "debtor": terms.get("debtor", ""),
                "mortgagors": [p.name for p in self.filed.role("mortgagor")],
                **({"share": share_filed(self.filed)} if on_share else {}),
            },
            rank=book.next_rank,
            instrument=str(terms.get("contract_no") or "")[:60],
        )


class MaximumMortgage(MortgageFirst):
    """最高额抵押权首次登记: claims that follow one another in a period, up to a ceiling.

    `amount_fen` is the ceiling (最高债权额), the term of the debt the period in which claims are fixed (债权确定期间).
    Claims from before the period are covered where both agree in writing; one co-owner's share may be mortgaged as in
    B01. 民法典 420-424; 细则 71.
    """

    code, name = "B02", "最高额抵押权首次登记"
    mortgage_kind = "maximum"
    form = (
        *(
            {
                "amount_fen": replace(
                    ask,
                    label="最高债权额",
                    hint="按最高额抵押合同写。",
                    empty="请输入最高债权额",
                    basis="实施细则71",
                ),
                "debt_from": replace(
                    ask, label="债权确定期间：开始", empty="请输入债权确定期间", basis="民法典423"
                ),
                "debt_until": replace(
                    ask, label="债权确定期间：结束", empty="请输入债权确定期间", basis="民法典423"
                ),
            }.get(ask.key, ask)
            for ask in MORTGAGE_FORM
        ),
        Ask(
            "earlier_claims",
            "是否把设立前已有的债权也纳入担保",
            Kind.YES_NO,
            choices=(Choice("no", "不纳入"), Choice("yes", "经双方书面同意，纳入")),
            condition="earlier_claims",
            basis="民法典420；实施细则71",
        ),
    )
    titles: ClassVar[Mapping[str, str]] = {**MortgageFirst.titles, "reason": "最高债权额和抵押合同"}
    legal_basis = "民法典395、402、420-424；实施细则71；自然资发〔2021〕54号"

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        for effect in super().effects(books, at):
            assert isinstance(effect, Grant)
            yield replace(
                effect, terms={**effect.terms, "earlier_claims": self.filed.terms["earlier_claims"]}
            )
