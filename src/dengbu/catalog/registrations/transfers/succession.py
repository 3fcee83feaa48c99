"""P03 继承、受遗赠: ownership passed at death (民法典 230); the heirs have it entered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client
from dengbu.register.rules import UnitBook

from ..asking import Ask, Choice, Kind
from ..base import Role
from ..checks import agents_may_act
from ..tables import SUCCESSION, Rule
from .parts import COOWNER, PartTransfer


class Inheritance(PartTransfer):
    """继承、受遗赠转移登记: all heirs and legatees apply; the owner is dead and does not. 民法典 230, 232, 1121-1163.

    With a notarised deed or a judgment nothing is examined again and no notice is published; without one the office
    examines kinship and will, asks two reviewers and publishes a notice (条例 14; 细则 14; 操作规范 1.8.6).
    """

    code, name = "P03", "继承、受遗赠转移登记"
    client = Client.PERSON
    roles = (
        Role("deceased", "被继承人（遗赠人）", "owner", "register"),
        Role("heir", "继承人", "taker", "typed", confirms=True, shares=True, required=False),
        Role("legatee", "受遗赠人", "taker", "typed", confirms=True, shares=True, required=False),
        Role("renouncer", "放弃继承的人", "other", "typed", confirms=True, required=False),
        COOWNER,
    )
    absent_roles = ("deceased",)
    # Inheritance is no disposal: a seizure, of the house or of the land under it, is for the officer (corrections 6, 22).
    answers_to = {**SUCCESSION, "R_LANDSEAL": Rule.MANUAL}
    filing_rule = Rule.MANUAL
    form = (
        Ask("died_on", "被继承人去世日期", Kind.DATE, "看死亡证明或户口注销证明。", basis="民法典1121"),
        Ask(
            "proof",
            "有没有证明继承权的公证书或法院文书",
            Kind.CHOICE,
            "没有也能办：登记机构会审查亲属关系和遗嘱，并公示一段时间。",
            choices=(
                Choice("notarised", "有继承（受遗赠）公证书", "inheritance_proved"),
                Choice("judgment", "有法院的判决书或调解书", "inheritance_proved"),
                Choice("none", "都没有，请登记机构审查", "inheritance_examined"),
            ),
            basis="实施细则14",
        ),
        Ask(
            "will",
            "去世的人有没有留下遗嘱或遗赠扶养协议",
            Kind.YES_NO,
            only_if=("proof", ("none",)),
            condition="will_made",
            basis="民法典1123",
        ),
        Ask(
            "all_heirs",
            "全部法定继承人都写进申请了吗",
            Kind.YES_NO,
            "配偶、父母、子女都算，放弃继承的也要写上。",
            only_if=("proof", ("none",)),
            basis="民法典1127；操作规范1.8.6",
        ),
        Ask(
            "divided",
            "继承人之间有没有签遗产分配协议",
            Kind.YES_NO,
            "约定只归其中几个人，或者各人份额不同的，要有协议。",
            condition="division_agreed",
            basis="民法典1132",
        ),
        Ask(
            "administrator",
            "有没有遗产管理人或遗嘱执行人",
            Kind.YES_NO,
            condition="administrator",
            basis="民法典1145",
        ),
    )
    legal_basis = "民法典230、232、1121-1163；不动产登记暂行条例14；实施细则14；操作规范1.8.6"

    @property
    def examined(self) -> bool:
        """Whether the office itself has to find out who inherits."""
        return self.filed.terms.get("proof") == "none"

    def publishes(self) -> bool:
        """The notice of the policy is published only where nobody has proved the inheritance (操作规范 1.8.6)."""
        return self.examined

    def second_review(self) -> bool:
        """The second reviewer is asked only where the office examined the inheritance (corrections §2, 8)."""
        return self.examined

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        # Who gives an inheritance up disposes of it: not by an agent on a slip of paper (corrections 13).
        yield from agents_may_act(self.filed, ("renouncer",), "放弃继承的人")
        if self.examined and self.filed.terms.get("all_heirs") is False:
            yield Refusal(
                "P_HEIRS_MISSING",
                "还有法定继承人没有写进申请。",
                "请把全部继承人都写上并一起到场；放弃继承的写成“放弃继承的人”。",
                "民法典1127；操作规范1.8.6",
                "parties",
            )
        if self.filed.indexes("renouncer") & self.filed.indexes(*self.taker_roles):
            yield Refusal(
                "P_RENOUNCER_TAKES",
                "同一个人既放弃继承又取得房屋。",
                "请核对：放弃继承的人不能同时写成继承人。",
                "民法典1124",
                "parties",
            )
        if self.filed.indexes("deceased") & self.filed.indexes(*self.taker_roles, "renouncer"):
            yield Refusal(
                "P_DECEASED_TAKES",
                "去世的人不能写成继承人或放弃继承的人。",
                "请核对姓名和证件号码。",
                "民法典1121",
                "parties",
            )
        if not self.filed.role("deceased"):
            yield Refusal(
                "P_DECEASED_MISSING",
                "还没有写明被继承人是登记簿上的哪一位。",
                "请在登记簿上的权利人中选择去世的人。",
                "民法典230",
                "parties",
            )

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        """A legatee pays deed tax; heirs by law bring the slip that says they are exempt (corrections 19)."""
        found = set(super().conditions(book, at))
        for role, condition in (
            ("heir", "by_inheritance"),
            ("legatee", "by_legacy"),
            ("renouncer", "somebody_renounces"),
        ):
            if self.filed.role(role):
                found.add(condition)
        return frozenset(found)
