"""Parts of combined cases that differ from the types they are entered as, because the others are at the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import RegistrationKind
from dengbu.register.effects import Effect, End, Grant
from dengbu.register.rules import Obstacle, RightFact, UnitBook

from .base import Role, Rule
from .facts import Filed
from .mortgage_notices import NoticeToMortgage
from .mortgages import AboutMortgage, MortgageFirst, MortgageTransfer, WorksRelease
from .notices import MORTGAGES, kept_holders, notice_kind
from .tables import DISPOSAL
from .transfers import ExistingHomeSale

MORTGAGE_CODES = ("R_MTG", "R_MTG_LIMIT", "R_MTG_PRE2021", "R_MTG_UNCLEAR")


def own_mortgage_notice(filed: Filed, book: UnitBook) -> RightFact | None:
    """The notice that the lending bank had entered ahead on the home."""
    bank = filed.indexes("mortgagee")
    return next(
        (n for n in book.notices if notice_kind(n) in MORTGAGES and bank and n.holder_indexes == bank), None
    )


class SaleToBorrower(ExistingHomeSale):
    """P01 where the buyer's bank applies too: neither consents to himself (corrections 14)."""

    answers_to = {**DISPOSAL, "R_NOTICE_MTG": Rule.ALLOW_IF_HOLDER}
    own_notice_roles = ("buyer", "mortgagee")


class LoanOfBuyer(MortgageFirst):
    """B01 by the buyer who has just got the home. A notice of this bank becomes the mortgage, with its rank."""

    may_cover_share = False

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        own = own_mortgage_notice(self.filed, book) if book else None
        if own is not None and own.public_id == obstacle.public_id:
            return Rule.CONVERT
        return super().rule_for(obstacle, book)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        notice = own_mortgage_notice(self.filed, book)
        for effect in super().effects(books, at):
            if notice is not None and isinstance(effect, Grant):
                yield End(book.code, notice.public_id, "converted")
                rank = NoticeToMortgage.rank(book, notice) or book.next_rank
                yield replace(effect, rank=rank, replaces=notice.public_id)
            else:
                yield effect


class SaleWithMortgage(SaleToBorrower):
    """P01 with the mortgage on: the mortgagee applies too, so its mortgage is handled within (民法典 406)."""

    answers_to = {**SaleToBorrower.answers_to, "R_MTG": Rule.HANDLED}

    def old(self, book: UnitBook) -> RightFact | None:
        """The mortgage that the case is about: it must be the old bank's."""
        right = book.right(self.target) if self.target else None
        held = right is not None and right.holder_indexes == self.filed.indexes("old_bank")
        return right if held and right is not None and right.kind == "mortgage" else None

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        if obstacle.code in MORTGAGE_CODES and book is not None:
            old = self.old(book)
            if old is not None and old.public_id == obstacle.public_id:
                return Rule.HANDLED
            return DISPOSAL[obstacle.code]  # another mortgage, whose holder is not here
        return super().rule_for(obstacle, book)

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        if self.old(book) is None:
            yield Refusal(
                "B_NO_MORTGAGE",
                "登记簿上没有原抵押权人的这一抵押权，或者已经注销。",
                "请重新选择原抵押权；原抵押权人须与登记簿一致并参加申请。",
                "民法典406；自然资发〔2023〕29号",
                "right",
            )
        mode = self.filed.terms.get("mode")
        if mode in ("combined", "staged") and not self.filed.role("mortgagee"):
            yield Refusal(
                "F_ONE_MORTGAGEE",
                "设立新抵押须有新抵押权人参加申请。",
                "请填写新抵押权人，由其上传借款合同和抵押合同。",
                "实施细则66",
                "parties",
            )
        yield from super().check(book)


class MortgageToNewBank(MortgageTransfer):
    """B05 within C02: the whole claim, as the case itself says; the buyer, its debtor, is on the case."""

    form = ()


class MortgageOfBuyer(AboutMortgage):
    """B04 within C02: the buyer is mortgagor and debtor now; amount and term as agreed, not above before (民法典 409)."""

    code, name = "B04", "抵押权变更登记"
    kind = RegistrationKind.CHANGE
    roles = (
        Role("buyer", "买方", "other", "typed"),
        Role("mortgagee", "抵押权人", "taker", "us", many=False),
    )
    fee_rule = "FEE_MTG_CHANGE"
    legal_basis = "民法典406、409；实施细则68；自然资发〔2023〕29号"

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        """A longer term touches the mortgages behind it: their holders agree in writing, as in B04 (民法典 409)."""
        right = self.the_right(book) if book else None
        behind = book.right(obstacle.public_id) if book and obstacle.public_id else None
        until = str(self.filed.terms.get("new_debt_until") or "")
        if (
            right is not None
            and behind is not None
            and obstacle.code in (*MORTGAGE_CODES, "R_CIP", "R_NOTICE_MTG")
            and (behind.rank or 0) > (right.rank or 0)
            and until > str(right.terms.get("debt_until") or "9999")
        ):
            return Rule.IF_HARM
        return super().rule_for(obstacle, book)

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        right, amount = self.the_right(book), self.filed.terms.get("new_amount_fen")
        if right is not None and amount and amount > int(right.terms.get("amount_fen") or 0):
            yield Refusal(
                "F_AMOUNT_GROWS",
                "变更后的债权数额超过了原抵押的数额。",
                "超过的部分请选择“抵押分段”方式，另设新抵押。",
                "民法典409；实施细则68",
                "new_amount_fen",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, right = self.targeted(books)
        filed = self.filed
        terms = {**right.terms, "mortgagors": [p.name for p in filed.role("buyer")]}
        terms["debtor"] = filed.terms.get("debtor") or "、".join(terms["mortgagors"])
        for term, asked in (("amount_fen", "new_amount_fen"), ("debt_until", "new_debt_until")):
            if filed.terms.get(asked):
                terms[term] = filed.terms[asked]
        yield End(book.code, right.public_id, "changed")
        yield Grant(
            kind=right.kind,
            unit=book.code,
            holders=kept_holders(right, filed.role("mortgagee")),
            terms=terms,
            rank=right.rank,
            replaces=right.public_id,
            instrument=right.instrument,
            share_of=right.share_of,
        )


class ReleaseWithin(WorksRelease):
    """B12 within C05: the case itself says why."""

    form = ()
