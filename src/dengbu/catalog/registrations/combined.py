"""Combined cases (合并办理): one acceptance, one transaction, one entry a part, each on the book the one before leaves.

C01 转移+抵押, C02 带押过户 (three modes), C03 预告+抵押预告, C04 首次转移+抵押预告转抵押, C05 逐套解押+预告(+抵押预告).
国办发〔2019〕8号; 自然资发〔2023〕29号.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dengbu.core.ids import uuid7
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, RegistrationKind
from dengbu.register.rules import RightFact

from . import asking
from .asking import Ask, Choice, Kind
from .base import Combined, RegistrationType, Role, Rule
from .combined_parts import (
    LoanOfBuyer,
    MortgageOfBuyer,
    MortgageToNewBank,
    ReleaseWithin,
    SaleToBorrower,
    SaleWithMortgage,
)
from .facts import Filed
from .mortgage_notices import NoticeToMortgage, PresaleMortgageNotice
from .mortgages import MORTGAGE_FORM, MortgageDischarge, debt_term_in_order
from .mortgages.about import is_works
from .notices import PresaleNotice
from .tables import NOTICE
from .transfers import NewHomeTransfer

# All apply, so all confirm: whoever files has said so already.
SELLER = Role("seller", "卖方", "owner", "register", confirms=True)
BUYER = Role("buyer", "买方", "taker", "contract", confirms=True, shares=True)
BANK = Role("mortgagee", "抵押权人", "taker", "partner", confirms=True, many=False)
DEVELOPER = Role("seller", "开发企业", "owner", "register", confirms=True)
PURCHASER = Role("buyer", "买受人", "taker", "contract", confirms=True, shares=True)
BY_PEOPLE = (
    Client.PERSON,
    Client.BANK,
)  # a home of people: who sells, who buys or the bank that lends begins
BY_BUILDER = (Client.DEVELOPER, Client.BANK)  # a home bought from its developer
LOAN_FORM = tuple(replace(ask, prefill="buyer") if ask.key == "debtor" else ask for ask in MORTGAGE_FORM)
SALE = {"seller": "seller", "buyer": "buyer"}
LOAN = {"buyer": "mortgagor", "mortgagee": "mortgagee"}


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a case: its type, which roles it sees under which names, and what it is told besides."""

    kind: type[RegistrationType]
    roles: Mapping[str, str]
    told: Mapping[str, Any] = field(default_factory=dict)


class CombinedCase(Combined):
    """A case whose parts may follow from the answers."""

    client = Client.COMBINED
    needs_contract = True
    stopped_by_filing = True

    def steps(self) -> tuple[Step, ...]:
        return tuple(Step(kind, roles) for kind, roles in zip(self.parts, self.part_roles, strict=True))

    def registrations(self) -> tuple[RegistrationType, ...]:
        made = []
        for step in self.steps():
            seen = self.filed.seen_as(step.roles)
            made.append(step.kind(replace(seen, terms={**seen.terms, **step.told})))
        return tuple(made)

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from asking.unanswered(cls.form, terms)
        yield from debt_term_in_order(terms)


class SaleAndMortgage(CombinedCase):
    """转移登记+抵押权首次登记: a home is bought with a loan; P01 then B01. 民法典 209, 402; 国办发〔2019〕8号.

    Seller, buyer and bank apply. A notice of the buyer or of the bank entered ahead is converted (corrections 14, 15).
    """

    code, name = "C01", "转移登记+抵押权首次登记（合并办理）"
    line = "transfer"
    kind = RegistrationKind.TRANSFER
    roles = (SELLER, BUYER, BANK)
    filed_from = BY_PEOPLE
    parts = (SaleToBorrower, LoanOfBuyer)
    part_roles = ({**SALE, "mortgagee": "mortgagee"}, LOAN)
    form = LOAN_FORM
    answers_to = SaleToBorrower.answers_to
    produces = CertificateKind.CERTIFICATE
    voids_certificate = True
    fee_rule = "FEE_TRANSFER"
    legal_basis = "民法典209、402；实施细则27、38、66；国办发〔2019〕8号"


MODES = (
    Choice("combined", "新旧抵押组合：过户、还清旧贷并注销原抵押、设立新抵押，一次办完",
           hint="买方贷款、卖方还贷同时完成。"),
    Choice("staged", "抵押分段：先过户并设立新抵押，原抵押还清后再注销",
           hint="原抵押权仍在前一顺位，还清贷款后由原抵押权人申请注销。"),
    Choice("changed", "抵押变更：抵押权随房屋转给买方，由买方继续承担",
           hint="换银行的，抵押权一并转移给新银行。"),
)  # fmt: skip
NEW_LOAN = ("mode", ("combined", "staged"))


class TransferUnderMortgage(CombinedCase):
    """带押过户: a home passes with its mortgage on (民法典 406; 自然资发〔2023〕29号; corrections 15).

    combined: transfer, the old mortgage cancelled, the new one made, at once. staged: transfer and new mortgage, the
    old one cancelled later by its own case. changed: transfer; the mortgage passes to another bank, if the bank
    changes; its debtor and mortgagor change. The old bank applies with them: that is its consent. Which mortgage it is
    about stands in `right`.
    """

    code, name = "C02", "带押过户"
    line = "transfer"
    kind = RegistrationKind.TRANSFER
    roles = (
        SELLER,
        BUYER,
        Role("old_bank", "原抵押权人", "other", "right", confirms=True, many=False),
        replace(BANK, word="新抵押权人", required=False),
    )
    parts = (SaleWithMortgage, MortgageDischarge, LoanOfBuyer, MortgageToNewBank, MortgageOfBuyer)
    filed_from = BY_PEOPLE
    chooses_right = True
    target_kinds = ("mortgage",)
    titles = {"property": "确认不动产，选择原抵押权"}
    form = (
        Ask("mode", "办理方式", Kind.CHOICE, choices=MODES, empty="请选择带押过户的办理方式",
            basis="自然资发〔2023〕29号"),
        *(replace(ask, only_if=NEW_LOAN) for ask in LOAN_FORM if ask.key != "debtor"),
        *(ask for ask in LOAN_FORM if ask.key == "debtor"),
        Ask("new_amount_fen", "变更后的债权数额", Kind.MONEY, "没有变化的不填；不能超过原数额。", required=False,
            only_if=("mode", ("changed",))),
        Ask("new_debt_until", "变更后的债务履行结束日期", Kind.DATE, "没有变化的不填。", required=False,
            only_if=("mode", ("changed",))),
    )  # fmt: skip
    # The old bank is at the table: its mortgage is handled within. Others as in a sale.
    answers_to = SaleWithMortgage.answers_to
    produces = CertificateKind.CERTIFICATE
    voids_certificate = True
    fee_rule = "FEE_TRANSFER"
    legal_basis = "民法典406、407、409；自然资发〔2023〕29号"

    def __init__(self, filed: Filed):
        super().__init__(filed)
        self.moved = uuid7()  # the mortgage as the new bank has it, before it is changed

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        """A new loan needs its bank; a mortgage that only changes may stay with the old one."""
        named = tuple(r.key for r in cls.roles if r.required)
        return (*named, "mortgagee") if terms.get("mode") in NEW_LOAN[1] else named

    def steps(self) -> tuple[Step, ...]:
        mode, right = self.filed.terms.get("mode"), self.filed.terms.get("right")
        everybody = {**SALE, "old_bank": "old_bank", "mortgagee": "mortgagee"}
        sale, loan = Step(SaleWithMortgage, everybody), Step(LoanOfBuyer, LOAN)
        if mode == "staged":
            return sale, loan
        if mode == "changed":
            if self.filed.indexes("mortgagee") <= self.filed.indexes("old_bank"):
                return sale, Step(MortgageOfBuyer, {"buyer": "buyer", "old_bank": "mortgagee"})
            banks = {"old_bank": "old_bank", "mortgagee": "mortgagee"}
            return (
                sale,
                Step(MortgageToNewBank, banks, {"into": str(self.moved)}),
                Step(
                    MortgageOfBuyer,
                    {"buyer": "buyer", "mortgagee": "mortgagee"},
                    {"right": str(self.moved)},
                ),
            )
        # The old one goes before the new one is made, so that the new one stands first in its place: one transaction.
        paid = Step(MortgageDischarge, {"old_bank": "mortgagee"}, {"right": right, "reason": "paid"})
        return sale, paid, loan


class PurchaseAndLoanNotices(CombinedCase):
    """预购商品房预告+抵押预告: the home bought and the loan on it are noted together; D06 then B08.

    Developer, buyer and bank apply. 民法典 221; 细则 85-88.
    """

    code, name = "C03", "预购商品房预告登记+抵押预告登记（合并办理）"
    line = "other"
    kind = RegistrationKind.NOTICE
    roles = (replace(DEVELOPER, source="land"), PURCHASER, BANK)
    filed_from = BY_BUILDER
    parts = (PresaleNotice, PresaleMortgageNotice)
    part_roles = (SALE, LOAN)
    form = (*(ask for ask in PresaleNotice.form if ask.key == "sale_no"), *LOAN_FORM)
    answers_to = NOTICE
    produces = CertificateKind.PROOF
    fee_rule = "FEE_ZERO"
    legal_basis = "民法典221；实施细则85-88"


class FirstTransferAndMortgage(CombinedCase):
    """首次转移+抵押预告转抵押: the buyer gets the title and the bank its mortgage, with the rank of its notice.

    D09 then B09; developer, buyer and bank apply (交房即交证). 民法典 221; 细则 27, 78; 契税法 11.
    """

    code, name = "C04", "首次转移登记+抵押预告转抵押权登记（合并办理）"
    line = "transfer"
    kind = RegistrationKind.TRANSFER
    roles = (DEVELOPER, PURCHASER, replace(BANK, source="right"))
    filed_from = BY_BUILDER
    chooses_right = True
    target_kinds = ("advance_notice",)
    titles = {"property": "确认不动产，选择抵押预告登记"}
    parts = (NewHomeTransfer, NoticeToMortgage)
    part_roles = (SALE, LOAN)
    form = tuple(ask for ask in NoticeToMortgage.form if ask.key != "authorised")
    answers_to = {**NewHomeTransfer.answers_to, "R_NOTICE_MTG": Rule.CONVERT}
    produces = CertificateKind.CERTIFICATE
    fee_rule = "FEE_TRANSFER"
    legal_basis = "民法典221；实施细则27、78、85；契税法11"

    @classmethod
    def may_be_about(cls, right: RightFact) -> bool:
        return NoticeToMortgage.may_be_about(right)

    def registrations(self) -> tuple[RegistrationType, ...]:
        """The buyer is on the case himself: no separate authority for the bank is asked for."""
        sale, loan = super().registrations()
        loan.filed = replace(loan.filed, terms={"authorised": False, **loan.filed.terms})
        return sale, loan


class ReleaseAndNotice(CombinedCase):
    """逐套解押+预购商品房预告(+抵押预告): the unit leaves the works-in-progress mortgage and is kept for its buyer.

    B12, then D06, and B08 where the buyer takes a loan; filed together by the lending bank, developer, buyer and the
    buyer's bank, one transaction (corrections 5). 民法典 221; 细则 76, 85-88.
    """

    code, name = "C05", "在建建筑物抵押逐套解押+预购商品房预告登记（合并办理）"
    line = "other"
    kind = RegistrationKind.NOTICE
    roles = (
        Role("works_bank", "在建建筑物抵押权人", "other", "right", confirms=True, many=False),
        replace(DEVELOPER, source="land"),
        PURCHASER,
        replace(BANK, required=False),
    )
    filed_from = BY_BUILDER
    chooses_right = True
    target_kinds = ("mortgage",)
    titles = {"property": "确认不动产，选择在建建筑物抵押权"}
    parts = (ReleaseWithin, PresaleNotice, PresaleMortgageNotice)
    form = (
        *(ask for ask in PresaleNotice.form if ask.key == "sale_no"),
        Ask("with_loan", "买受人是否贷款购房、同时办理抵押预告登记", Kind.YES_NO, condition="bought_on_loan"),
        *(replace(ask, only_if=("with_loan", (True,))) for ask in LOAN_FORM),
    )
    # D06 meets the works mortgage with RELEASE_FIRST: here it is released within the case.
    answers_to = {**NOTICE, "R_CIP": Rule.HANDLED}
    produces = CertificateKind.PROOF
    fee_rule = "FEE_ZERO"
    legal_basis = "民法典221；实施细则76、85-88"

    @classmethod
    def may_be_about(cls, right: RightFact) -> bool:
        return is_works(right)

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        named = tuple(r.key for r in cls.roles if r.required)
        return (*named, "mortgagee") if terms.get("with_loan") is True else named

    def steps(self) -> tuple[Step, ...]:
        release, notice = Step(ReleaseWithin, {"works_bank": "mortgagee"}), Step(PresaleNotice, SALE)
        if self.filed.terms.get("with_loan") is True:
            return release, notice, Step(PresaleMortgageNotice, LOAN)
        return release, notice


COMBINED: tuple[type[RegistrationType], ...] = (
    SaleAndMortgage,
    TransferUnderMortgage,
    PurchaseAndLoanNotices,
    FirstTransferAndMortgage,
    ReleaseAndNotice,
)
