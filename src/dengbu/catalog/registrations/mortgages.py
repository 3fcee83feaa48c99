"""Mortgages: B01 一般抵押权首次登记, B06 抵押权注销登记."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, RegistrationKind
from dengbu.register.effects import Effect, End, Grant
from dengbu.register.rules import RightFact, UnitBook

from .base import RegistrationType, Role, Rule
from .checks import agents_may_act, filed_to_others, owners_apply
from .facts import holders
from .tables import BURDEN, RELIEF


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
        amount = terms.get("amount_fen")
        if not isinstance(amount, int) or amount <= 0:
            yield Refusal(
                "F_AMOUNT",
                "债权数额应大于0，单位为元。",
                "请按借款合同填写被担保的债权数额。",
                "实施细则66",
                "amount",
            )
        since, until = terms.get("debt_from"), terms.get("debt_until")
        if not since or not until:
            yield Refusal(
                "F_DEBT_TERM", "请输入债务履行起止日期。", "请按借款合同填写。", "实施细则66", "debt_from"
            )
        elif until <= since:
            yield Refusal(
                "F_DEBT_TERM", "结束日期应晚于开始日期。", "请按借款合同填写。", "实施细则66", "debt_until"
            )
        if terms.get("transfer_limited") not in (True, False):
            yield Refusal(
                "F_TRANSFER_LIMIT",
                "请选择是否存在禁止或限制转让抵押不动产的约定。",
                "请按抵押合同选择“有”或“没有”；登记簿要记载这一项。",
                "自然资发〔2021〕54号",
                "transfer_limited",
            )
        if not str(terms.get("scope", "")).strip():
            yield Refusal(
                "F_SCOPE",
                "请填写担保范围。",
                "请按抵押合同填写，例如“主债权及其利息、违约金”。",
                "自然资发〔2021〕54号",
                "scope",
            )

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
        if self.filed.terms.get("reason") not in DISCHARGE_REASONS:
            yield Refusal(
                "F_REASON",
                "请选择注销原因。",
                "请选择债务已清偿、抵押权已实现或放弃抵押权。",
                "民法典393",
                "reason",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        right = self._mortgage(book)
        assert right is not None  # B_NO_MORTGAGE has refused
        yield End(book.code, right.public_id, str(self.filed.terms["reason"]))


DISCHARGE_REASONS = {"paid": "主债权已清偿", "realised": "抵押权已实现", "waived": "抵押权人放弃抵押权"}
