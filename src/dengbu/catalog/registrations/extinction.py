"""A title ends and nobody follows: P17 房屋所有权注销, D04 建设用地使用权注销, S04 依职权注销."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import ClassVar

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client, RegistrationKind
from dengbu.register.effects import Close, Effect, End, Lift
from dengbu.register.rules import UnitBook

from .asking import Ask, Choice, Kind
from .base import RegistrationType, Role, Rule
from .changes import holder_applies
from .tables import EXTINCTION, HOLDERS_CONSENT, ORDER, PAPERS

DESTROYED = "destroyed"


class Extinction(RegistrationType):
    """注销登记: the title ends, and with it what rests on it; where the thing is gone its unit closes for good.

    A mortgage cannot outlive the title it burdens: whoever has one agrees in writing to its end, the seizing organ to
    the end of the title (细则 28). Where the thing still stands restrictions stay on its unit.
    """

    line = "other"
    kind = RegistrationKind.CANCELLATION
    produces = None
    voids_certificate = True
    answers_to: ClassVar[Mapping[str, Rule]] = EXTINCTION
    papers: ClassVar[Mapping[Rule, tuple[str, str]]] = {**PAPERS, Rule.CONSENT: HOLDERS_CONSENT}
    fee_rule = "FEE_ZERO"

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        if "holder" in {r.key for r in self.roles}:
            yield from holder_applies(self.filed, book.title, "holder", self.word("holder"), all_=True)
        yield from super().check(book)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, reason = books[self.filed.unit_code], str(self.filed.terms["reason"])
        title = book.title
        assert title is not None  # R_NOFIRST has refused
        yield End(book.code, title.public_id, reason)
        for right in book.rights:
            if right is not title:
                yield End(book.code, right.public_id, "title_ended")
        if reason != DESTROYED:
            return
        for restriction in book.restrictions:
            yield Lift(book.code, restriction.public_id, reason)
        yield Close(book.code, reason)


class OwnershipExtinction(Extinction):
    """房屋所有权注销登记: destroyed, given up, expropriated or confiscated, or ended by judgment. 条例 14; 细则 28."""

    code, name = "P17", "房屋所有权注销登记"
    client = Client.PERSON
    roles = (Role("holder", "权利人", "taker", "register"),)
    form = (
        Ask(
            "reason",
            "为什么注销",
            Kind.CHOICE,
            choices=(
                Choice(DESTROYED, "房屋灭失（拆除、倒塌、烧毁）", "destroyed"),
                Choice("expropriated", "被依法征收、没收", "destroyed"),
                Choice("waived", "放弃房屋所有权", "waived"),
                Choice("judgment", "生效法律文书使权利消灭", "by_judgment"),
            ),
            basis="实施细则28",
        ),
    )
    legal_basis = "不动产登记暂行条例14；实施细则28"


class LandExtinction(Extinction):
    """国有建设用地使用权注销登记: the land ceases, is taken back, given up, or the right ends by judgment. 细则 28."""

    code, name = "D04", "国有建设用地使用权注销登记"
    client = Client.DEVELOPER
    roles = (Role("holder", "土地使用权人", "taker", "land"),)
    subject = "land"
    form = (
        Ask(
            "reason",
            "为什么注销",
            Kind.CHOICE,
            choices=(
                Choice(DESTROYED, "土地灭失", "land_taken"),
                Choice("taken_back", "被依法收回、征收、没收", "land_taken"),
                Choice("waived", "放弃土地使用权", "waived"),
                Choice("judgment", "生效法律文书使权利消灭", "by_judgment"),
            ),
            basis="实施细则28",
        ),
    )
    legal_basis = "民法典358、360；实施细则28"

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        if book.title is not None and book.land_use is None:
            yield Refusal(
                "B_NOT_LAND",
                "所选的不动产单元上没有单独的土地使用权登记。",
                "房屋与土地一并登记的，请申请房屋所有权注销登记。",
                "实施细则28",
                "unit",
            )
        yield from super().check(book)


class ExtinctionExOfficio(Extinction):
    """依职权注销登记: the thing is gone or taken and its holder does not apply; announced first. 细则 17, 28; 条例 14.

    Two reviews, notice of 15 working days (policy). Everything in the book ends with the thing; certificates are
    announced void.
    """

    code, name = "S04", "依职权注销登记"
    client = Client.STAFF
    answers_to = ORDER | {"R_NOFIRST": Rule.BLOCK}
    form = (
        Ask(
            "reason",
            "为什么注销",
            Kind.CHOICE,
            choices=(
                Choice(DESTROYED, "不动产灭失", "destroyed"),
                Choice("expropriated", "已被依法征收、收回、没收，补偿完毕", "destroyed"),
            ),
            basis="实施细则17、28",
        ),
        Ask("document_no", "依据文件", hint="征收决定、拆除证明等的名称和文号。", basis="实施细则17"),
    )
    legal_basis = "不动产登记暂行条例14；实施细则17、28"
