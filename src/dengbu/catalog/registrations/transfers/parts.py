"""Only part of a title passes, or its holders pass it among themselves: the new title says who holds what from then on.

A co-owner whose share stays is on the case in the role `coowner`; an owner who keeps part of his share has the share
he keeps written beside his name. Everybody in the book must be accounted for: nobody loses a share by not being named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction

from dengbu.core.refusals import Refusal
from dengbu.register.rules import Obstacle, RightFact, UnitBook

from ..base import Role
from ..checks import holders_named, shares_add_up
from ..facts import PartyFact
from ..shares import share_in
from ..tables import Rule
from .ownership import OwnershipTransfer

COOWNER = Role("coowner", "份额不变的共有人", "other", "register", shares=True, required=False)


class PartTransfer(OwnershipTransfer):
    """A transfer that may leave part of the title where it was (民法典 298, 301, 303, 305)."""

    may_take_own = True

    @property
    def keeping(self) -> tuple[PartyFact, ...]:
        """Owners who keep part of what they had."""
        takers = self.filed.indexes(*self.taker_roles)
        owners = self.filed.role(*self.owner_roles)
        return tuple(p for p in owners if p.share_numerator and p.number_index not in takers)

    @property
    def staying(self) -> tuple[PartyFact, ...]:
        """Co-owners whose shares stay as they are."""
        return self.filed.role(COOWNER.key)

    def owner_may_be_absent(self) -> bool:
        """Whether an owner whose right passes need not be named (a judgment stands for him)."""
        return False

    def owners(self, book: UnitBook) -> Iterable[Refusal]:
        owned = self.owned(book)
        if owned is None:
            return
        named = self.filed.indexes(*self.owner_roles, COOWNER.key)
        accounted = named | self.filed.indexes(*self.taker_roles)
        missing = [h for h in owned.holders if h.number_index not in accounted]
        if missing and not (self.owner_may_be_absent() and len(missing) == 1):
            who = "、".join(h.name[:1] + "*" for h in missing)
            yield Refusal(
                "P_OWNER_MISSING",
                f"登记簿上的权利人{who}没有写进申请。",
                f"请把权利发生变化的人列为{self.owner_word}，把份额不变的人列为{COOWNER.word}。",
                "民法典301；不动产登记暂行条例14",
                "parties",
            )
        if not named <= owned.holder_indexes:
            yield Refusal(
                "P_NOT_OWNER",
                f"有{self.owner_word}或{COOWNER.word}不是登记簿上的权利人。",
                "请核对姓名和证件号码；只有登记簿记载的权利人才能处分这处不动产。",
                "民法典209、214",
                "parties",
            )
        if self.filed.indexes(*self.owner_roles) & self.filed.indexes(COOWNER.key):
            yield Refusal(
                "F_PASSES_AND_STAYS",
                f"同一个人既写成了{self.owner_word}，又写成了{COOWNER.word}。",
                "份额有变化的写成前者，份额没有变化的写成后者。",
                "",
                "parties",
            )

    def shares(self, book: UnitBook) -> Iterable[Refusal]:
        owned, denominator = self.owned(book), self.share_denominator
        if not self.takers:
            yield from shares_add_up((), self.coownership, denominator)
            return
        to = self.result(book)
        yield from shares_add_up(to, self.coownership, self.filed.terms.get("share_denominator"))
        if owned is not None and owned.share_denominator:
            if denominator:
                yield from self.moved(owned, denominator)
            elif self.staying:
                yield Refusal(
                    "F_SHARES_NEEDED",
                    "还有份额不变的共有人，登记后仍应按份共有。",
                    "请选择按份共有，并写明登记后每个人的份额。",
                    "民法典298",
                    "coownership",
                )
        yield from self.changes(owned, to)

    def moved(self, owned: RightFact, denominator: int) -> Iterable[Refusal]:
        """Shares that stay are as they were; who keeps part keeps less than before; who takes does not lose."""
        for p in self.staying:
            if Fraction(p.share_numerator or 0, denominator) != share_in(owned, p.number_index):
                yield Refusal(
                    "F_SHARE_CHANGED",
                    f"{p.name[:1]}*的份额与登记簿不同，但写成了份额不变的共有人。",
                    f"请按登记簿填写；份额有变化的请列为{self.owner_word}或{self.taker_word}。",
                    "民法典298",
                    "shares",
                )
        for p in self.keeping:
            if Fraction(p.share_numerator or 0, denominator) >= share_in(owned, p.number_index):
                yield Refusal(
                    "F_SHARE_KEPT",
                    f"{self.owner_word}{p.name[:1]}*保留的份额不少于原有份额。",
                    "请填写转出后还剩的份额；全部转出的不填。",
                    "民法典305",
                    "shares",
                )
        owners = self.filed.indexes(*self.owner_roles)
        for p in self.takers:
            had = share_in(owned, p.number_index)
            if p.number_index not in owners and Fraction(p.share_numerator or 0, denominator) < had:
                yield Refusal(
                    "F_SHARE_LESS",
                    f"{self.taker_word}{p.name[:1]}*登记后的份额比原来还少。",
                    f"请填写登记后总共占的份额（含原有份额）；份额减少的请列为{self.owner_word}。",
                    "民法典305",
                    "shares",
                )

    def changes(self, owned: RightFact | None, to: tuple[PartyFact, ...]) -> Iterable[Refusal]:
        """Something must pass. Who only change how they hold it together change the right (变更), they do not pass it."""
        if owned is None or {p.number_index for p in to} != owned.holder_indexes:
            return
        denominator = self.share_denominator
        if not (owned.share_denominator and denominator) or all(
            Fraction(p.share_numerator or 0, denominator) == share_in(owned, p.number_index) for p in to
        ):
            yield Refusal(
                "F_NO_CHANGE",
                "登记后的权利人与登记簿上一样，没有发生转移。",
                "只改变共同共有、按份共有方式的，请申请变更登记。",
                "实施细则26、27",
                "parties",
            )

    def result(self, book: UnitBook) -> tuple[PartyFact, ...]:
        """Holders afterwards: those of the book in their order, then those who are new."""
        owned = self.owned(book)
        place = {h.number_index: n for n, h in enumerate(owned.holders)} if owned else {}
        to = (*self.staying, *self.keeping, *self.takers)
        return tuple(sorted(to, key=lambda p: place.get(p.number_index, len(place))))

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        """What rests on the share of a co-owner whose share stays does not stop another's share (corrections 7)."""
        if obstacle.share_of and book is not None and self.stays(obstacle.share_of, book):
            return Rule.INFO
        return super().rule_for(obstacle, book)

    def stays(self, names: frozenset[str], book: UnitBook) -> bool:
        """Whether all these holders keep their shares: held jointly nobody has one that could be left alone."""
        whose = holders_named(self.owned(book), names)
        return whose is not None and whose <= self.filed.indexes(COOWNER.key)

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        """Joint owners who stay agree to what the others pass (民法典 301)."""
        found = set(super().conditions(book, at))
        owned = self.owned(book) if book is not None else None
        if owned is not None and owned.coownership == "joint" and self.staying:
            found.add("jointly_owned")
        return frozenset(found)
