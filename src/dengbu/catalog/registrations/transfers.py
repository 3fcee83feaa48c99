"""Transfers of ownership: P01 存量房买卖, D09 商品房首次转移."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, RegistrationKind
from dengbu.register.effects import Effect, End, Grant
from dengbu.register.rules import RightFact, UnitBook

from .base import RegistrationType, Role, Rule
from .checks import agents_may_act, contract_agrees, owners_apply, shares_add_up
from .facts import holders
from .tables import DISPOSAL


class OwnershipTransfer(RegistrationType):
    """Ownership passes by contract from those in the book to the takers; both sides apply (条例 14; 民法典 209, 214)."""

    line = "transfer"
    kind = RegistrationKind.TRANSFER
    roles = (
        Role("seller", "卖方", "owner", "register", confirms=True),
        Role("buyer", "买方", "taker", "contract", confirms=True, shares=True),
    )
    produces = CertificateKind.CERTIFICATE
    voids_certificate = True
    answers_to = DISPOSAL
    needs_contract = True
    stopped_by_filing = True
    fee_rule = "FEE_TRANSFER"

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        terms = self.filed.terms
        yield from owners_apply(self.filed, book.ownership, self.owner_roles, "卖方")
        yield from agents_may_act(self.filed, self.owner_roles, "卖方")
        yield from contract_agrees(self.filed, self.owner_roles, self.taker_roles)
        buyers = self.filed.role(*self.taker_roles)
        yield from shares_add_up(buyers, terms.get("coownership", "sole"), terms.get("share_denominator"))
        if self.filed.indexes("seller") & self.filed.indexes("buyer"):
            yield Refusal(
                "F_BUYS_FROM_SELF",
                "同一个人不能既是卖方又是买方。",
                "请核对买卖双方；共有人之间转让份额请选择“共有物分割、份额转让”。",
                "民法典595",
                "parties",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        owned = book.ownership
        assert owned is not None  # R_NOFIRST has refused
        yield End(book.code, owned.public_id, "transferred")
        yield from self.converted(book)
        yield Grant(
            kind=owned.kind,
            unit=book.code,
            holders=holders(self.filed.role(*self.taker_roles)),
            terms=self.terms_after(owned),
            coownership=self.filed.terms.get("coownership", "sole"),
            share_denominator=self.filed.terms.get("share_denominator"),
            replaces=owned.public_id,
        )

    def terms_after(self, owned: RightFact) -> dict[str, Any]:
        """The title's terms with the new price and reason; land term and nature stay as they were."""
        price = self.filed.contract.price_fen if self.filed.contract else self.filed.terms.get("price_fen")
        return {**owned.terms, "price_fen": price, "reason": self.name}

    def converted(self, book: UnitBook) -> Iterable[Effect]:
        """Advance notices whose holders are the takers have done their work (民法典 221)."""
        takers = self.filed.indexes(*self.taker_roles)
        for notice in book.notices:
            if notice.terms.get("notice_kind") in ("presale", "sale") and notice.holder_indexes <= takers:
                yield End(book.code, notice.public_id, "converted")


class ExistingHomeSale(OwnershipTransfer):
    """存量房买卖转移登记: ownership of an existing home passes from seller to buyer. 民法典 209, 214, 406.

    A mortgage without a transfer limit stays on the home (民法典 406); with one the mortgagee applies jointly.
    """

    code, name = "P01", "存量房买卖转移登记"
    titles = {"parties": "申请人和共有人"}
    client = Client.PERSON
    legal_basis = "民法典209、214、406；实施细则27、38；契税法11"


class NewHomeTransfer(OwnershipTransfer):
    """商品房首次转移登记: the developer's title on a unit passes to the buyer; the buyer's notice is converted.

    The developer files under the service agreement with the buyers' authority; pre-seizures and mortgage notices of
    the buyer stay for their own types. 实施细则 27, 38, 85; 民法典 221; 契税法 11.
    """

    code, name = "D09", "商品房首次转移登记"
    titles = {"parties": "申请人和共有人"}
    client = Client.DEVELOPER
    roles = (
        Role("seller", "开发企业", "owner", "register"),
        Role("buyer", "买受人", "taker", "contract", shares=True),
    )
    answers_to = {
        **DISPOSAL,
        "R_NOTICE_MTG": Rule.INFO,
        "R_LANDMTG": Rule.CONSENT,
        "R_PRESEAL": Rule.IF_DEBTOR,
    }
    legal_basis = "实施细则27、38、85；民法典221；契税法11"
