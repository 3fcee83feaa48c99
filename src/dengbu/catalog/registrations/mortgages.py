"""Mortgages: B01 一般抵押权首次登记, B06 抵押权注销登记."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, RegistrationKind
from dengbu.register.effects import Effect, End, Grant
from dengbu.register.rules import RightFact, UnitBook

from .asking import Ask, Choice, Kind
from .base import RegistrationType, Role, Rule
from .checks import agents_may_act, filed_to_others, owners_apply
from .facts import holders
from .tables import BURDEN, RELIEF

DISCHARGE_REASONS = {"paid": "主债权已清偿", "realised": "抵押权已实现", "waived": "抵押权人放弃抵押权"}

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
    """一般抵押权首次登记: mortgagor and mortgagee apply; the rank follows acceptance. 民法典 395, 402, 414; 细则 65-67."""

    code, name = "B01", "一般抵押权首次登记"
    client = Client.BANK
    line = "mortgage"
    kind = RegistrationKind.FIRST
    roles = (
        Role("mortgagor", "抵押人", "owner", "register", confirms=True),
        Role("mortgagee", "抵押权人", "taker", "us", many=False),
    )
    produces = CertificateKind.PROOF
    stopped_by_filing = True
    answers_to = BURDEN
    form = MORTGAGE_FORM
    titles = {"property": "确认抵押物", "parties": "抵押权人和抵押人", "reason": "债权和抵押合同"}
    fee_rule = "FEE_MTG"
    legal_basis = "民法典395、397、402；实施细则65-67；自然资发〔2021〕54号"

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        terms = self.filed.terms
        yield from owners_apply(self.filed, book.ownership, self.owner_roles, "抵押人")
        yield from agents_may_act(self.filed, self.owner_roles, "抵押人")
        yield from filed_to_others(self.filed)
        if len(self.filed.role("mortgagee")) != 1:
            yield Refusal(
                "F_ONE_MORTGAGEE", "抵押权人应为本机构一家。", "请重新打开申请。", "实施细则66", "parties"
            )
        yield from self.weigh(terms)

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from super().weigh(terms)
        yield from debt_term_in_order(terms)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, terms = books[self.filed.unit_code], self.filed.terms
        yield Grant(
            kind="mortgage",
            unit=book.code,
            holders=holders(self.filed.role("mortgagee")),
            terms={
                "mortgage_kind": "ordinary",
                "amount_fen": terms["amount_fen"],
                "debt_from": terms["debt_from"],
                "debt_until": terms["debt_until"],
                "scope": terms["scope"],
                "transfer_limited": terms["transfer_limited"],
                "contract_no": terms.get("contract_no", ""),
                "debtor": terms.get("debtor", ""),
                "mortgagors": [p.name for p in self.filed.role("mortgagor")],
            },
            rank=book.next_rank,
            instrument=str(terms.get("contract_no", ""))[:60],
        )


class MortgageDischarge(RegistrationType):
    """抵押权注销登记: the mortgagee gives the mortgage up, or its debt is gone. 民法典 393; 细则 70.

    Restrictions on the home do not stand in the way: the owner's burden only grows lighter.
    """

    code, name = "B06", "抵押权注销登记"
    client = Client.BANK
    line = "mortgage"
    kind = RegistrationKind.CANCELLATION
    roles = (Role("mortgagee", "抵押权人", "taker", "us", many=False),)
    subject = "right"
    target_kinds = ("mortgage",)
    produces = None
    voids_certificate = True
    answers_to = RELIEF
    form = (
        Ask(
            "reason",
            "为什么注销",
            Kind.CHOICE,
            choices=tuple(Choice(value, label) for value, label in DISCHARGE_REASONS.items()),
            empty="请选择注销原因",
            basis="民法典393",
        ),
    )
    titles = {"property": "选择要注销的抵押权", "reason": "注销原因", "delivery": "联系方式"}
    pending = Rule.WARN
    fee_rule = "FEE_ZERO"
    legal_basis = "民法典393；实施细则70"

    def _mortgage(self, book: UnitBook) -> RightFact | None:
        right = book.right(self.target) if self.target else None
        return right if right is not None and right.kind == "mortgage" else None

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        right = self._mortgage(book)
        if right is None:
            yield Refusal(
                "B_NO_MORTGAGE",
                "登记簿上没有这一抵押权，或者已经注销。",
                "请在“本机构的抵押权”里重新选择。",
                "实施细则70",
                "right",
            )
        elif not right.holder_indexes <= self.filed.indexes("mortgagee"):
            yield Refusal(
                "P_NOT_MORTGAGEE",
                "这一抵押权登记在其他机构名下。",
                "注销须由登记簿上的抵押权人申请。",
                "实施细则70",
                "right",
            )
        yield from self.weigh(self.filed.terms)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        right = self._mortgage(book)
        assert right is not None  # B_NO_MORTGAGE has refused
        yield End(book.code, right.public_id, str(self.filed.terms["reason"]))
