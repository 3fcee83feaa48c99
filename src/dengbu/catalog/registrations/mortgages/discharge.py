"""B06 抵押权注销登记."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client, RegistrationKind
from dengbu.register.effects import Effect, End
from dengbu.register.rules import RightFact, UnitBook

from ..asking import Ask, Choice, Kind
from ..base import RegistrationType, Role, Rule
from ..tables import RELIEF

DISCHARGE_REASONS = {"paid": "主债权已清偿", "realised": "抵押权已实现", "waived": "抵押权人放弃抵押权"}


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
