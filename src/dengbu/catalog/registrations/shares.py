"""A mortgage on one co-owner's share: whose it is, who applies, what rests beside it (民法典 301, 305; corrections 7). Pure.

A co-owner by shares (按份共有) disposes of his own share alone; joint owners (共同共有) have none that one of them could.
The right says which title it is a share of (`share_of`) and whose (its mortgagor); `share` is the fraction as entered.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from dengbu.core.refusals import Refusal
from dengbu.register.rules import Obstacle, RightFact, UnitBook

from .checks import holders_named, owners_apply
from .facts import Filed

COVERS, WHOLE, SHARE = "covers", "whole", "share"  # a term of the application: what the mortgage covers


def share_in(title: RightFact, index: str) -> Fraction:
    """A holder's share in a title held by shares; nothing in one held jointly, all in one held alone."""
    for holder in title.holders:
        if holder.number_index == index:
            if title.share_denominator and holder.share_numerator:
                return Fraction(holder.share_numerator, title.share_denominator)
            return Fraction(1 if len(title.holders) == 1 else 0)
    return Fraction(0)


def share_filed(filed: Filed) -> str:
    """The mortgagor's share as it was filed and confirmed: 1/2. Empty where none was written."""
    whose, denominator = filed.role("mortgagor"), filed.terms.get("share_denominator")
    return f"{whose[0].share_numerator}/{denominator}" if whose and whose[0].share_numerator else ""


def share_mortgaged(filed: Filed, title: RightFact | None) -> Iterable[Refusal]:
    """The one co-owner whose share it is applies, with the share that the book has for him."""
    if title is None:
        return  # R_NOFIRST refuses
    if title.share_denominator is None or len(title.holders) < 2:
        held = "单独所有" if len(title.holders) < 2 else "共同共有"
        yield Refusal(
            "F_NO_SHARE",
            f"登记簿上这处不动产是{held}，没有可以单独抵押的份额。",
            "请在抵押范围里选择整处不动产，由登记簿上的全体权利人作抵押人；"
            "共同共有人要抵押各自份额的，请先申请变更登记，改为按份共有。",
            "民法典299、301",
            "parties",
        )
        return
    whose = filed.role("mortgagor")
    if len(whose) != 1:
        yield Refusal(
            "F_ONE_SHARE",
            "只抵押一位共有人的份额时，抵押人应是这位共有人一人。",
            "请重新选择抵押范围；几位共有人都抵押份额的，请分别申请。",
            "民法典301、305",
            "parties",
        )
        return
    (one,) = whose
    if not title.held_by(one.number_index):
        yield Refusal(
            "P_NOT_OWNER",
            "有抵押人不是登记簿上的权利人。",
            "请核对姓名和证件号码；只有登记簿记载的权利人才能处分这处不动产。",
            "民法典209、214",
            "parties",
        )
    elif holders_named(title, (one.name,)) is None:
        yield Refusal(
            "F_SHARE_SAME_NAME",
            "登记簿上的共有人里没有唯一的同名权利人，抵押登记写不清是谁的份额。",
            "请核对抵押人姓名；两位共有人同名的，请抵押整处不动产。",
            "民法典301",
            "parties",
        )
    elif Fraction(share_filed(filed) or 0) != share_in(title, one.number_index):
        yield Refusal(
            "F_SHARE_CHANGED",
            f"申请里{one.name[:1]}*的份额与登记簿不同。",
            "请重新打开抵押人一页，核对抵押范围后保存。",
            "民法典298",
            "parties",
        )


def beside(obstacle: Obstacle, title: RightFact | None, whose: frozenset[str]) -> bool:
    """Whether an obstacle is confined to shares of others than these holders."""
    named = holders_named(title, obstacle.share_of) if obstacle.share_of else None
    return named is not None and not named & whose


def whose_share(right: RightFact, title: RightFact | None) -> frozenset[str]:
    """Whose share a right in the book is on, by index; empty where it is on the whole, or where the book no longer
    says whose it is: then all owners answer for it."""
    if right.share_of is None:
        return frozenset()
    return holders_named(title, right.terms.get("mortgagors") or ()) or frozenset()


def share_meets(one: RightFact, other: RightFact, title: RightFact | None) -> bool:
    """Whether two mortgages are on the same thing: the whole, or the share of the same holder."""
    a, b = whose_share(one, title), whose_share(other, title)
    return not a or not b or bool(a & b)


def rank_words(book: UnitBook, right: RightFact) -> str:
    """抵押顺位 as a proof says it: the place in the unit's line, and the place on its own share where some of those before
    it rest on other co-owners' shares alone (民法典 301, 414)."""
    if not right.rank:
        return ""
    beside_it = sum(
        (m.rank or 0) < right.rank and not share_meets(m, right, book.title) for m in book.mortgages
    )
    place = f"抵押顺位：第{right.rank}顺位"
    if not beside_it:
        return f"{place}。"
    return f"{place}；其中{beside_it}个在先的抵押权只在其他共有人的份额上，在本抵押范围内为第{right.rank - beside_it}顺位。"


def mortgagors_apply(filed: Filed, right: RightFact, title: RightFact | None, word: str) -> Iterable[Refusal]:
    """Who answers for a mortgage in the book applies: all owners, or the one whose share it is on."""
    whose = whose_share(right, title)
    if not whose:
        yield from owners_apply(filed, title, ("mortgagor",), word)
    elif filed.indexes("mortgagor") != whose:
        yield Refusal(
            "P_SHARE_OWNER",
            f"这一抵押权只在{right.share_words}上，{word}应是这位共有人一人。",
            f"请重新打开{word}一页，核对后保存，由这位共有人本人确认。",
            "民法典305；不动产登记暂行条例14",
            "parties",
        )
