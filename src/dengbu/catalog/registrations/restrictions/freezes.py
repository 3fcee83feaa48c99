"""S06 限制（冻结）登记, S07 解除限制登记, S08 内部锁定. corrections 10; 实施细则 90-93."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from dengbu.catalog.policy.policy import time_limit
from dengbu.core.refusals import Refusal
from dengbu.register.effects import Effect, Lift, Restrict
from dengbu.register.rules import UnitBook

from ..asking import Ask, Choice, Kind
from ..periods import end_of_day
from .orders import (
    AUTHORITY_KIND,
    BEARERS,
    DOCUMENT_NO,
    OTHER_AUTHORITY,
    REQUESTER,
    SERVED_AT,
    AboutRestriction,
    ByPaper,
    day_of,
    served_at,
)

KINDS = (
    Choice("freeze", "限制处分（冻结）"),
    Choice("sale_limit", "限制转让（限售）"),
    Choice("illegal_building", "认定为违法建筑"),
    Choice("dispute", "权属争议正在处理"),
)
US = "本登记机构"  # who locks


def ends_after_it_begins(until: str | None, at: dt.datetime) -> Iterable[Refusal]:
    if until and end_of_day(dt.date.fromisoformat(until)) <= at:
        yield Refusal("F_UNTIL_PAST", "到期日已经过去。", "请核对文书写明的到期日。", "实施细则90", "until")


class Freeze(ByPaper):
    """限制（冻结）登记: supervision, police, prosecution, tax, expropriation or housing organs limit what may be done.

    On a decision or a notice of assistance, as the organ's law names its paper (corrections 10). 实施细则 90-93.
    """

    code, name = "S06", "限制（冻结）登记"
    served, holds = "must", True
    roles = (REQUESTER,)
    form = (
        Ask(
            "limit",
            "文书要求限制什么",
            Kind.CHOICE,
            choices=KINDS,
            empty="请选择限制的种类",
            basis="实施细则90",
        ),
        AUTHORITY_KIND,
        DOCUMENT_NO,
        SERVED_AT,
        BEARERS,
        Ask(
            "until",
            "文书写明的到期日",
            Kind.DATE,
            "例如 2027-03-04。没有写明的不填，限制到解除为止。",
            required=False,
            basis="实施细则90",
        ),
        Ask("reason", "限制的内容", Kind.LONG, "照文书写。", max_length=300, basis="实施细则90"),
    )
    legal_basis = "不动产登记暂行条例实施细则90-93"

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        yield from ends_after_it_begins(self.filed.terms.get("until"), at)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        terms = self.filed.terms
        until = terms.get("until")
        yield Restrict(
            kind=str(terms["limit"]),
            unit=self.filed.unit_code,
            authority=self.authority,
            document_no=str(terms["document_no"]),
            from_at=served_at(terms, at),
            until_at=end_of_day(dt.date.fromisoformat(until)) if until else None,
            note=str(terms.get("reason") or "")[:500],
        )


class RestrictionLift(AboutRestriction):
    """解除限制登记: who limited lifts it; an internal lock goes by the office's own act, two persons (policy).

    实施细则 92; corrections 10.
    """

    code, name = "S07", "解除限制（冻结）登记"
    served = "may"
    target_kinds = ("freeze", "sale_limit", "illegal_building", "dispute", "internal_lock")
    roles = (replace(REQUESTER, required=False),)
    form = (
        DOCUMENT_NO,
        replace(SERVED_AT, required=False),
        replace(BEARERS, required=False),
        OTHER_AUTHORITY,
    )
    legal_basis = "不动产登记暂行条例实施细则92"

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        found = self.the_restriction(book)
        if found is not None and found.kind != "internal_lock":
            yield from self.same_authority(found)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        found = self.targeted(book)
        yield Lift(book.code, found.public_id, str(self.filed.terms["document_no"]))


class InternalLock(ByPaper):
    """内部锁定: the registry stops all acts on a unit while it looks into something: a forged paper, a mistaken entry.

    Two persons, a reason, and an end: never longer than the policy allows (corrections 10, §2 item 19).
    """

    code, name = "S08", "内部锁定"
    form = (
        Ask(
            "why",
            "为什么锁定",
            Kind.CHOICE,
            choices=(
                Choice("forged", "材料可能是假的，或有人冒名"),
                Choice("mistaken", "登记簿可能记错"),
                Choice("data", "数据正在核对、整理"),
                Choice("other", "其他原因"),
            ),
            basis="本登记机构规定",
        ),
        Ask("reason", "说明", Kind.LONG, "写清楚发现了什么、谁在处理，至少10个字。", max_length=300),
        Ask("until", "锁定到哪一天", Kind.DATE, "到期自动失效；需要延长的，另办一次。"),
    )
    legal_basis = "本登记机构规定（操作规范1.4）"

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        until, reason = self.filed.terms.get("until"), str(self.filed.terms.get("reason") or "").strip()
        yield from ends_after_it_begins(until, at)
        longest = time_limit("internal_lock", day_of(at)).amount
        if until and dt.date.fromisoformat(until) > day_of(at) + dt.timedelta(days=longest):
            yield Refusal(
                "O_LOCK_TOO_LONG",
                f"内部锁定最长{longest}天。",
                "请把到期日提前；到期前仍未查清的，由两人再办一次。",
                "本登记机构规定",
                "until",
            )
        if reason and len(reason) < 10:
            yield Refusal(
                "F_LOCK_REASON",
                "说明至少写10个字。",
                "请写清楚发现了什么、谁在处理。",
                "本登记机构规定",
                "reason",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        terms = self.filed.terms
        yield Restrict(
            kind="internal_lock",
            unit=self.filed.unit_code,
            authority=US,
            document_no=f"内部锁定{day_of(at):%Y%m%d}",
            from_at=at,
            until_at=end_of_day(dt.date.fromisoformat(str(terms["until"]))),
            note=str(terms["reason"])[:500],
        )
