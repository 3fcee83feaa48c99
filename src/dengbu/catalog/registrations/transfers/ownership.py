"""Ownership passes whole, by contract of both sides: the family's base, P01 存量房买卖, D09 商品房首次转移."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, HouseNature, RegistrationKind, RightNature
from dengbu.register.effects import Effect, End, Grant
from dengbu.register.rules import Obstacle, RightFact, UnitBook

from ..asking import LEGACY_BASIS, Ask, Choice, Kind
from ..base import RegistrationType, Role
from ..checks import agents_may_act, contract_agrees, filed_to_others, owners_apply, shares_add_up
from ..facts import Filed, PartyFact, holders, preseizures_converted
from ..tables import DISPOSAL, HOLDERS_CONSENT, PAPERS, Rule


class OwnershipTransfer(RegistrationType):
    """Ownership passes from those in the book to the takers; both sides apply (条例 14; 民法典 209, 214).

    What the two sides are called comes from `roles`. `filing_rule`: what a sale on file to somebody else means.
    """

    line = "transfer"
    kind = RegistrationKind.TRANSFER
    produces = CertificateKind.CERTIFICATE
    voids_certificate = True
    # Whoever takes the home does not consent to himself as holder of a notice: what corrections 14 says of P01 and
    # P02 holds by its reason for all transfers, so R_NOTICE is ALLOW_IF_HOLDER where the domain data says CONSENT.
    answers_to = DISPOSAL
    # Former public housing comes to market with the housing department's approval (corrections 25).
    papers = {**PAPERS, Rule.APPROVAL: ("AFFORD", "sale_limited")}
    stopped_by_filing = True
    filing_rule: ClassVar[Rule] = Rule.BLOCK
    may_take_own: ClassVar[bool] = False  # whether one person may stand on both sides (spouses, partition)
    fee_rule = "FEE_TRANSFER"

    def owned(self, book: UnitBook) -> RightFact | None:
        """The title that passes."""
        return book.ownership

    @property
    def owner_word(self) -> str:
        return self.word(self.owner_roles[0])

    @property
    def taker_word(self) -> str:
        return self.word(self.taker_roles[0])

    @property
    def takers(self) -> tuple[PartyFact, ...]:
        return self.filed.role(*self.taker_roles)

    @property
    def coownership(self) -> str:
        return str(self.filed.terms.get("coownership", "sole"))

    @property
    def share_denominator(self) -> int | None:
        """What the shares are parts of; None where they hold it alone or jointly."""
        return self.filed.terms.get("share_denominator") if self.coownership == "by_share" else None

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        yield from self.owners(book)
        for role in self.roles:
            if role.side == "owner" and role.key not in self.absent_roles:
                yield from agents_may_act(self.filed, (role.key,), role.word)
        yield from self.sold(book)
        yield from self.shares(book)
        owners, takers = self.filed.indexes(*self.owner_roles), self.filed.indexes(*self.taker_roles)
        if owners & takers and not self.may_take_own:
            yield Refusal(
                "F_BUYS_FROM_SELF",
                f"同一个人不能既是{self.owner_word}又是{self.taker_word}。",
                "请核对双方；共有人之间转让份额请选择“共有物分割、份额转让”，夫妻之间请选择“夫妻更名、加名、减名”。",
                "民法典595",
                "parties",
            )

    def owners(self, book: UnitBook) -> Iterable[Refusal]:
        """Those who dispose are those in the book."""
        yield from owners_apply(self.filed, self.owned(book), self.owner_roles, self.owner_word)

    def sold(self, book: UnitBook) -> Iterable[Refusal]:
        """What the contracts on file say of this application."""
        if self.needs_contract:
            yield from contract_agrees(self.filed, self.owner_roles, self.taker_roles)
        elif self.filing_rule is not Rule.MANUAL or not self.filed.officer.get("R_FILED"):
            yield from filed_to_others(self.filed)

    def shares(self, book: UnitBook) -> Iterable[Refusal]:
        """How the takers hold it."""
        yield from shares_add_up(self.takers, self.coownership, self.filed.terms.get("share_denominator"))

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        rule = super().rule_for(obstacle, book)
        limited = obstacle.code == "R_POLICY" and rule is Rule.BLOCK
        return Rule.APPROVAL if limited and book is not None and is_policy_housing(book) else rule

    def paper_for(self, obstacle: Obstacle, rule: Rule) -> tuple[str, str] | None:
        """A bank's consent does not speak for the holder of a notice of purchase (民法典 221; 细则 85)."""
        if rule is Rule.CONSENT and obstacle.code == "R_NOTICE":
            return HOLDERS_CONSENT
        return super().paper_for(obstacle, rule)

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        """Allocated land and former public housing ask for a paper, they never stop a transfer (corrections 25)."""
        found = set(super().conditions(book, at))
        if book is not None:
            if book.parcel.get("right_nature") == RightNature.ALLOCATED:
                found.add("allocated_land")
            if is_policy_housing(book):
                found.add("policy_housing")
        return frozenset(found)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        yield from self.passes(book, self.result(book))

    def result(self, book: UnitBook) -> tuple[PartyFact, ...]:
        """Who holds it afterwards."""
        return self.takers

    def passes(self, book: UnitBook, to: tuple[PartyFact, ...]) -> Iterable[Effect]:
        """The title ends and the same title is made for `to`, held together as the answers say."""
        owned = self.owned(book)
        assert owned is not None  # R_NOFIRST has refused
        yield End(book.code, owned.public_id, "transferred")
        yield from self.converted(book)
        yield Grant(
            kind=owned.kind,
            unit=book.code,
            holders=holders(to),
            terms=self.terms_after(owned),
            coownership=self.coownership,
            share_denominator=self.share_denominator,
            replaces=owned.public_id,
        )

    def terms_after(self, owned: RightFact) -> dict[str, Any]:
        """The title's terms with the new price and reason; land term and nature stay as they were. The day on which an
        imported book says the former owner was registered is not the new one's (民法典 214; corrections 11)."""
        price = self.filed.contract.price_fen if self.filed.contract else self.filed.terms.get("price_fen")
        stay = {key: value for key, value in owned.terms.items() if key != "registered_on"}
        return {**stay, "price_fen": price, "reason": self.name}

    def converted(self, book: UnitBook) -> Iterable[Effect]:
        """Advance notices whose holders are the takers have done their work (民法典 221; corrections 14)."""
        takers = self.filed.indexes(*self.taker_roles)
        for notice in book.notices:
            if notice.terms.get("notice_kind") in ("presale", "sale") and notice.holder_indexes <= takers:
                yield End(book.code, notice.public_id, "converted")


def is_policy_housing(book: UnitBook) -> bool:
    """Whether the home comes to market only with the housing department's word (经济适用住房, 房改房 …)."""
    nature = book.facts.get("house_nature")
    return nature in HouseNature.values and HouseNature(nature).is_policy_housing


class ExistingHomeSale(OwnershipTransfer):
    """存量房买卖转移登记: ownership of an existing home passes from seller to buyer. 民法典 209, 214, 406.

    A mortgage without a transfer limit stays on the home (民法典 406); with one the mortgagee applies jointly.
    """

    code, name = "P01", "存量房买卖转移登记"
    titles = {"parties": "申请人和共有人"}
    client = Client.PERSON
    roles = (
        Role("seller", "卖方", "owner", "register", confirms=True),
        Role("buyer", "买方", "taker", "contract", confirms=True, shares=True),
    )
    needs_contract = True
    legal_basis = "民法典209、214、406；实施细则27、38；契税法11"


class NewHomeTransfer(OwnershipTransfer):
    """商品房首次转移登记: the developer's title on a unit passes to the buyer; the buyer's notice is converted.

    The developer files under the service agreement with the buyers' authority. A pre-seizure of the buyer becomes a
    seizure of what he now has (法发〔2004〕5号; corrections 3); his mortgage notice waits for its own type.

    历史遗留问题 (corrections §2, 4): where the developer was dissolved or cannot be found, the buyer applies alone under a
    scheme of the government, which the application names; its paper is on the list, and the notice and the second
    review of the policy come before the entry. 实施细则 27, 38, 85; 民法典 221; 契税法 11; 自然资发〔2021〕1号.
    """

    code, name = "D09", "商品房首次转移登记"
    titles = {"parties": "申请人和共有人"}
    client = Client.DEVELOPER
    filed_from = (Client.DEVELOPER, Client.PERSON)
    roles = (
        Role("seller", "开发企业", "owner", "register", confirms=True),
        Role("buyer", "买受人", "taker", "contract", shares=True),
    )
    form = (
        Ask(
            "legacy",
            "由谁申请",
            Kind.YES_NO,
            "开发企业已经注销或者下落不明、当地政府有历史遗留问题处理政策的，买受人可以单方申请，公告后登记。",
            choices=(
                Choice("no", "开发企业和买受人共同申请"),
                Choice("yes", "开发企业已注销或下落不明，按历史遗留问题政策单方申请"),
            ),
            required=False,
            condition="legacy_scheme",
            basis="自然资发〔2021〕1号",
        ),
        LEGACY_BASIS,
    )
    needs_contract = True
    answers_to = {
        **DISPOSAL,
        "R_NOTICE_MTG": Rule.INFO,
        "R_LANDMTG": Rule.CONSENT,
        "R_PRESEAL": Rule.IF_DEBTOR,
    }
    legal_basis = "实施细则27、38、85；民法典221；契税法11"

    def __init__(self, filed: Filed):
        super().__init__(filed)
        if self.legacy:
            self.confirming, self.absent_roles = ("buyer",), ("seller",)  # type: ignore[misc]

    @property
    def legacy(self) -> bool:
        """Whether the buyer applies alone because there is no developer any more."""
        return self.filed.terms.get("legacy") is True

    def publishes(self) -> bool:
        """The notice of the policy stands in for the developer who cannot be asked."""
        return self.legacy

    def second_review(self) -> bool:
        """A second officer signs off what one side alone applied for (corrections §2, 4, 8)."""
        return self.legacy

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        if self.legacy and any(p.confirmed for p in self.filed.role("seller")):
            yield Refusal(
                "B_LEGACY_DEVELOPER",
                "开发企业自己参加了申请，不适用历史遗留问题政策的单方申请。",
                "请选择由开发企业和买受人共同申请。",
                "条例14",
                "legacy",
            )

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        found = super().conditions(book, at)
        return found if self.legacy else found | {"developer_applies"}

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        yield from preseizures_converted(books[self.filed.unit_code], self.filed, self.taker_roles, at)
        yield from super().effects(books, at)

    def terms_after(self, owned: RightFact) -> dict[str, Any]:
        """With the day of the house's first registration: the 90 days of a mortgage notice on it began then
        (corrections 23), not when the buyer got his title."""
        first = owned.terms.get("first_registered_on") or owned.registered_on.isoformat()
        terms = {**super().terms_after(owned), "first_registered_on": first}
        if self.legacy:
            terms["reason"] = f"{self.name}（按历史遗留问题政策单方申请：{self.filed.terms['legacy_basis']}）"
        return terms
