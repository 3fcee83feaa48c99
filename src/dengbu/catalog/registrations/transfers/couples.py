"""Ownership passes between husband and wife: P04 离婚析产, P05 夫妻更名、加名、减名."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client
from dengbu.register.rules import UnitBook

from ..asking import Ask, Choice, Kind
from ..base import Role
from .parts import COOWNER, PartTransfer


class BetweenSpouses(PartTransfer):
    """What two people who are or were married hold passes between them; third co-owners keep their shares."""

    client = Client.PERSON
    fee_rule = "FEE_COUPLE"

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        couple = self.filed.role(*self.owner_roles, *self.taker_roles)
        owned = self.owned(book)
        indexes = {p.number_index for p in couple}
        if owned is not None:
            indexes |= owned.holder_indexes - self.filed.indexes(COOWNER.key)
        if len(indexes) > 2 or any(p.document_kind == "uscc" for p in couple):
            yield Refusal(
                "P_NOT_SPOUSES",
                "这项登记只在夫妻两人之间办理。",
                f"请核对双方；父母、子女等其他共有人请列为{COOWNER.word}，转给其他人的请选择赠与或买卖。",
                "民法典1062、1065、1087",
                "parties",
            )


class DivorceDivision(BetweenSpouses):
    """离婚析产、夫妻财产分割转移登记: by agreement both apply, by judgment whoever got the home alone. 民法典 1076, 1087."""

    code, name = "P04", "离婚析产、夫妻财产分割转移登记"
    roles = (
        Role("giver", "登记簿上的一方或双方", "owner", "register", confirms=True),
        Role("receiver", "分得房屋的一方", "taker", "typed", confirms=True, shares=True),
        COOWNER,
    )
    form = (
        Ask(
            "divided_by",
            "房屋归谁是怎样定的",
            Kind.CHOICE,
            "法院判决或调解的，分得房屋的一方可以自己来办。",
            choices=(
                Choice("agreement", "在婚姻登记机关备案的离婚协议", "both_apply"),
                Choice("court", "法院的离婚判决书或调解书", "divorce_by_court"),
            ),
            basis="民法典1076、1087",
        ),
        Ask(
            "divorced_on", "离婚日期", Kind.DATE, "看离婚证，或判决书、调解书的生效日期。", basis="民法典1080"
        ),
    )
    legal_basis = "民法典209、229、1076、1087；不动产登记暂行条例14；实施细则27；契税法11"

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        """Who got the home by judgment applies alone (条例 14; 民法典 229)."""
        return ("receiver",) if terms.get("divided_by") == "court" else super().required_roles(terms)

    def owner_may_be_absent(self) -> bool:
        return self.filed.terms.get("divided_by") == "court"


class SpouseNames(BetweenSpouses):
    """夫妻更名、加名、减名: in marriage the spouses change whose name the home stands in; both apply. 民法典 1065.

    The certificate alone is charged (财税〔2016〕79号). Joint or by shares only: that is a change of the right (P10).
    """

    code, name = "P05", "夫妻更名、加名、减名转移登记"
    roles = (
        Role("spouse_now", "登记簿上的一方或双方", "owner", "register", confirms=True),
        Role("spouse_after", "登记后的一方或双方", "taker", "typed", confirms=True, shares=True),
        COOWNER,
    )
    form = (
        Ask(
            "still_married",
            "两人现在是不是夫妻",
            Kind.YES_NO,
            "已经离婚的请选择“离婚析产”。",
            basis="民法典1065",
        ),
    )
    legal_basis = "民法典209、1065；实施细则27；财税〔2016〕79号；契税法11"

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from super().weigh(terms)
        if terms.get("still_married") is False:
            yield Refusal(
                "B_NOT_MARRIED",
                "夫妻更名、加名、减名只在婚姻关系存续期间办理。",
                "已经离婚的请申请离婚析产转移登记；没有结婚的请选择赠与或买卖。",
                "民法典1065",
                "still_married",
            )
