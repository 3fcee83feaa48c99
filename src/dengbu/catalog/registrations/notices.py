"""Advance notices of a purchase (预告登记): D06 预购商品房, P20 存量房买卖; what types about a notice share.

A notice keeps the home for its holder: without the holder's consent nothing that disposes of it is entered (民法典 221;
细则 85). It lapses when its claim ends, or when registration became possible and nobody applied for 90 days; then it
is shown as lapsed and no longer blocks, but goes only by an act (domain 3): D08, or an entry past it for which the
officer recorded a reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, NoticeKind, RegistrationKind
from dengbu.register.effects import Effect, Grant, HolderIn
from dengbu.register.rules import RightFact, UnitBook, notice_lapsed

from ..policy.policy import office_calendar
from .asking import Ask, Choice, Kind
from .base import AboutRight, RegistrationType, Role, Rule
from .checks import agents_may_act, contract_agrees, owners_apply, shares_add_up
from .facts import Filed, PartyFact, holders
from .tables import NOTICE

PURCHASES = (NoticeKind.PRESALE.value, NoticeKind.SALE.value)
MORTGAGES = (NoticeKind.PRESALE_MORTGAGE.value, NoticeKind.MORTGAGE.value)

POSSIBLE_FROM = Ask(
    "possible_from",
    "合同约定从哪天起可以办理正式登记",
    Kind.DATE,
    "合同写明的填写，例如 2026-03-05；没有约定的不填。从这天起90日内没有申请正式登记，预告登记失效。",
    required=False,
    basis="民法典221",
)


def notice_kind(right: RightFact) -> str:
    return str(right.terms.get("notice_kind", ""))


def land_title(book: UnitBook) -> RightFact | None:
    """The land use right under a house that is not registered yet: whose right a presale disposes of."""
    return next((r for r in book.land_rights if r.kind == "land_use"), None)


def bound_by(notice: RightFact, book: UnitBook) -> RightFact | None:
    """The right that a notice is entered against: who holds it is bound. The owner's, or the developer's by its land; of
    a loan on what is only bought, the buyer's notice that it rests on."""
    bought = next((n for n in book.notices if str(n.public_id) == notice.terms.get("linked")), None)
    lent = notice_kind(notice) in MORTGAGES
    return (bought if lent else None) or book.title or land_title(book)


def hangs_on(mortgage_notice: RightFact, notice: RightFact, book: UnitBook) -> bool:
    """Whether a mortgage notice rests on this purchase notice: unless it names another that is still live."""
    linked = str(mortgage_notice.terms.get("linked") or "")
    others = {str(n.public_id) for n in book.notices} - {str(notice.public_id)}
    return notice_kind(mortgage_notice) in MORTGAGES and linked not in others


def kept_holders(right: RightFact, parties: tuple[PartyFact, ...]) -> tuple[HolderIn, ...]:
    """The right's own holders again, in their order and with their shares, with the numbers the parties carry."""
    by_index = {p.number_index: p for p in parties}
    found = [(by_index[h.number_index], h) for h in right.holders if h.number_index in by_index]
    return tuple(HolderIn(h.name, h.document_kind, p.number, h.share_numerator) for p, h in found)


def lapsed_now(right: RightFact, book: UnitBook, at: dt.datetime) -> bool:
    """`notice_lapsed` by the office's own calendar."""
    return notice_lapsed(right, book, at, office_calendar())


class PurchaseNotice(RegistrationType):
    """Who bought is noted against whoever has the thing: both sides apply (民法典 221; 细则 85)."""

    line = "other"
    kind = RegistrationKind.NOTICE
    produces = CertificateKind.PROOF
    answers_to = NOTICE
    needs_contract = True
    stopped_by_filing = True
    fee_rule = "FEE_ZERO"
    notice_kind: ClassVar[NoticeKind]

    def bound(self, book: UnitBook) -> RightFact | None:
        """The right that the notice is entered against."""
        return book.ownership

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        word, terms = self.word("seller"), self.filed.terms
        yield from owners_apply(self.filed, self.bound(book), ("seller",), word)
        yield from contract_agrees(self.filed, ("seller",), ("buyer",))
        buyers = self.filed.role("buyer")
        yield from shares_add_up(buyers, terms.get("coownership", "sole"), terms.get("share_denominator"))
        if self.filed.indexes("seller") & self.filed.indexes("buyer"):
            yield Refusal(
                "F_BUYS_FROM_SELF",
                f"同一个人不能既是{word}又是{self.word('buyer')}。",
                "请核对买卖双方。",
                "民法典595",
                "parties",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        terms, contract = self.filed.terms, self.filed.contract
        number = str(terms.get("sale_no", ""))
        made: dict[str, Any] = {
            "notice_kind": self.notice_kind.value,
            "contract_no": number,
            "filing_no": contract.filing_no if contract else "",
            "price_fen": contract.price_fen if contract else terms.get("price_fen"),
            "obligor": "、".join(p.name for p in self.filed.role("seller")),
        }
        if terms.get("possible_from"):
            made["possible_from"] = terms["possible_from"]
        yield Grant(
            kind="advance_notice",
            unit=self.filed.unit_code,
            holders=holders(self.filed.role("buyer")),
            terms=made,
            coownership=terms.get("coownership", "sole"),
            share_denominator=terms.get("share_denominator"),
            instrument=number[:60],
        )


class PresaleNotice(PurchaseNotice):
    """预购商品房预告登记: a home bought before it is built is kept for its buyer (notice kind 1).

    The developer and the buyer apply; the buyer alone where the developer does not keep the agreement to apply
    (细则 86). Refused on a unit under a works-in-progress mortgage: release it first, or file C05 (corrections 5).
    民法典 221; 细则 85, 86; 城市房地产管理法 45.
    """

    code, name = "D06", "预购商品房预告登记"
    client = Client.DEVELOPER
    filed_from = (Client.DEVELOPER, Client.PERSON)
    roles = (
        Role("seller", "开发企业", "owner", "land", confirms=True),
        Role("buyer", "买受人", "taker", "contract", confirms=True, shares=True),
    )
    form = (
        Ask(
            "sale_no",
            "商品房买卖合同编号",
            required=False,
            max_length=60,
            hint="合同首页右上角的编号。",
            prefill="contract_no",
        ),
        Ask(
            "buyer_alone",
            "由谁申请",
            Kind.YES_NO,
            "合同约定了办理预告登记，而开发企业不按约定申请的，买受人可以单方申请。",
            choices=(Choice("no", "双方共同申请"), Choice("yes", "开发企业未按约定申请，买受人单方申请")),
            required=False,
            basis="实施细则86",
        ),
    )
    notice_kind = NoticeKind.PRESALE
    legal_basis = "民法典221；实施细则85、86；城市房地产管理法45"

    def __init__(self, filed: Filed):
        super().__init__(filed)
        if filed.terms.get("buyer_alone") is True:
            self.confirming, self.absent_roles = ("buyer",), ("seller",)  # type: ignore[misc]

    def bound(self, book: UnitBook) -> RightFact | None:
        return book.ownership or land_title(book)

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        if self.bound(book) is None:
            yield Refusal(
                "B_NO_LAND",
                "这处房屋所在的土地还没有登记建设用地使用权。",
                "请开发企业先办理国有建设用地使用权首次登记。",
                "城市房地产管理法45",
                "unit",
            )
        yield from super().check(book)


class SaleNotice(PurchaseNotice):
    """存量房买卖预告登记: an existing home is kept for its buyer until the transfer (notice kind 2).

    Seller and buyer apply. The sale that follows (P01) converts the notice; its holder does not consent to himself
    (corrections 14). 民法典 221; 细则 87.
    """

    code, name = "P20", "存量房买卖预告登记"
    client = Client.PERSON
    roles = (
        Role("seller", "卖方", "owner", "register", confirms=True),
        Role("buyer", "买方", "taker", "contract", confirms=True, shares=True),
    )
    # An existing home is one that is registered; the domain table leaves it unsaid.
    answers_to = {**NOTICE, "R_NOFIRST": Rule.BLOCK}
    form = (
        Ask(
            "sale_no",
            "存量房买卖合同编号",
            required=False,
            max_length=60,
            hint="合同首页的编号。",
            prefill="contract_no",
        ),
        POSSIBLE_FROM,
    )
    notice_kind = NoticeKind.SALE
    legal_basis = "民法典221；实施细则85、87"

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from agents_may_act(self.filed, ("seller",), "卖方")
        yield from super().check(book)


class AboutNotice(AboutRight):
    """A type about one advance notice in the book, of the kinds it is for."""

    kind = RegistrationKind.NOTICE
    target_kinds = ("advance_notice",)
    reason_first = True
    notice_kinds: ClassVar[tuple[str, ...]] = PURCHASES + MORTGAGES
    missing_text = "登记簿上没有这项预告登记，或者已经注销。"
    fee_rule = "FEE_ZERO"

    @classmethod
    def may_be_about(cls, right: RightFact) -> bool:
        return super().may_be_about(right) and notice_kind(right) in cls.notice_kinds

    def the_right(self, book: UnitBook) -> RightFact | None:
        right = super().the_right(book)
        return right if right is not None and notice_kind(right) in self.notice_kinds else None

    def holders_apply(self, right: RightFact, role: str = "holder") -> Iterable[Refusal]:
        """All whom the notice names apply, and nobody else in their name."""
        if self.filed.indexes(role) != right.holder_indexes:
            yield Refusal(
                "P_NOT_HOLDER",
                "申请人与登记簿上的预告登记权利人不一致。",
                "请由登记簿上的全部预告登记权利人申请，并核对姓名和证件号码。",
                "不动产登记暂行条例14",
                "parties",
            )

    def obligor_applies(self, book: UnitBook, right: RightFact) -> Iterable[Refusal]:
        """Whom the notice binds applies (条例 14)."""
        title = bound_by(right, book)
        if not self.filed.indexes("obligor") or (
            title is not None and not self.filed.indexes("obligor") <= title.holder_indexes
        ):
            yield Refusal(
                "P_OBLIGOR",
                "义务人没有参加申请，或者不是登记簿上这处不动产的权利人。",
                "请把出卖方（开发企业或房屋所有权人）列为义务人，由其一起确认。",
                "不动产登记暂行条例14",
                "parties",
            )
