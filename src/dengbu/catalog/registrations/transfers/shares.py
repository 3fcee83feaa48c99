"""P06 共有物分割、份额转让: co-owners part, or one of them passes his share on."""

from __future__ import annotations

import datetime as dt

from dengbu.core.vocabulary import Client
from dengbu.register.rules import UnitBook

from ..asking import Ask, Choice, Kind
from ..base import Role
from .parts import COOWNER, PartTransfer


class SharesPass(PartTransfer):
    """共有物分割、份额转让转移登记: a share passes among co-owners or to an outsider. 民法典 301, 303-306.

    Only the share that passes is disposed of: the other co-owners keep theirs and what rests on theirs does not
    stand in the way (corrections 7). Sold to an outsider, the others give up their pre-emption first (民法典 305-306).
    """

    code, name = "P06", "共有物分割、份额转让转移登记"
    client = Client.PERSON
    roles = (
        Role("transferor", "转出份额的人", "owner", "register", confirms=True, shares=True),
        Role("transferee", "取得份额的人", "taker", "typed", confirms=True, shares=True),
        COOWNER,
    )
    form = (
        Ask(
            "how",
            "怎样分、怎样转",
            Kind.CHOICE,
            choices=(
                Choice("partition", "共有物分割：共有人之间分开"),
                Choice("among", "份额转给其他共有人"),
                Choice("outside", "份额转给共有人以外的人"),
            ),
            basis="民法典303、305",
        ),
        Ask(
            "paid",
            "有没有价款或补偿",
            Kind.YES_NO,
            "有价款的还要有个人所得税等完税（免税）信息。",
            condition="for_price",
            basis="契税法11",
        ),
        Ask(
            "price_fen",
            "价款或补偿金额",
            Kind.MONEY,
            "例如 300000 或 30万。",
            only_if=("paid", (True,)),
            basis="契税法11",
        ),
    )
    legal_basis = "民法典209、214、301、303-306；实施细则10、27；契税法11"

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        """Pre-emption is for a share sold to an outsider; a gift has no price another could match (民法典 305)."""
        found = set(super().conditions(book, at))
        owned = self.owned(book) if book is not None else None
        if (
            owned is not None
            and owned.share_denominator
            and self.staying
            and self.filed.terms.get("paid") is not False
            and not self.filed.indexes(*self.taker_roles) <= owned.holder_indexes
        ):
            found.add("share_sold")
        return frozenset(found)
