"""What becomes of an advance notice: D07 变更、转移, D08 注销."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client
from dengbu.register.effects import Effect, End, Grant
from dengbu.register.rules import Obstacle, RightFact, UnitBook

from .asking import Ask, Choice, Kind
from .base import Role, Rule
from .checks import agents_may_act, shares_add_up
from .facts import Filed, holders
from .notices import PURCHASES, AboutNotice, hangs_on, kept_holders, lapsed_now, notice_kind
from .tables import RELIEF, Table

D07_TABLE: Table = {
    **RELIEF,
    "R_SEAL": Rule.BLOCK,
    "R_SEAL_WAIT": Rule.WARN,
    "R_PRESEAL": Rule.BLOCK,
    # A seizure of the land reaches the house (corrections 6): as R_SEAL, for the officer where owners differ.
    "R_LANDSEAL": Rule.BLOCK,
    "R_OBJ": Rule.WARN,
    "R_FREEZE": Rule.WARN,
    # Common to all types (domain 3.5).
    "R_DISPUTE": Rule.BLOCK,
    "R_ILLEGAL": Rule.BLOCK,
}
D07_REASONS = (
    Choice("name", "权利人姓名、名称或证件号码变了", "name_changed"),
    Choice("contract", "合同内容变了（价款、债权数额、期限等）", "contract_changed"),
    Choice("transfer", "预告登记的权利转让给别人"),
    Choice("inheritance", "权利人去世，由继承人、受遗赠人取得", "inheritance_proved"),
    Choice("judgment", "法院判决、仲裁裁决确定由别人取得", "by_judgment"),
    Choice("start", "重新认定能够办理正式登记的日期（由审核人员写明理由）"),
)
# Either side begins: who sold, who bought, the bank of a loan.
BY_EITHER = (Client.DEVELOPER, Client.PERSON, Client.BANK)
PASSES = ("transfer", "inheritance", "judgment")


class NoticeChange(AboutNotice):
    """预告登记变更/转移: the notice gets other contents or another holder; rank and links stay.

    The holder applies for a change of name; holder and obligor for a change of contract or an assignment; who takes by
    inheritance or judgment applies alone. An officer may set another start of the 90 days, with a reason (corrections
    23). 民法典 221, 547; 条例 14; 操作规范 14.
    """

    code, name = "D07", "预告登记变更/转移"
    client = Client.DEVELOPER
    filed_from = BY_EITHER
    line = "other"
    roles = (
        Role("holder", "预告登记权利人", "owner", "right", confirms=True, required=False),
        Role("obligor", "义务人", "other", "bound", confirms=True, required=False),
        Role("taker", "变更（转移）后的权利人", "taker", "typed", confirms=True, shares=True, required=False),
    )
    heirs_apply = True
    answers_to = D07_TABLE
    produces = CertificateKind.PROOF
    voids_certificate = True
    form = (
        Ask("reason", "为什么变更或转移", Kind.CHOICE, choices=D07_REASONS, empty="请选择变更或转移的原因"),
        Ask("price_fen", "变更后的成交价格", Kind.MONEY, required=False, only_if=("reason", ("contract",))),
        Ask("amount_fen", "变更后的债权数额", Kind.MONEY, "抵押预告登记填写。", required=False,
            only_if=("reason", ("contract",))),
        Ask("debt_until", "变更后的债务履行结束日期", Kind.DATE, "抵押预告登记填写，例如 2046-03-04。",
            required=False, only_if=("reason", ("contract",))),
        Ask("possible_from", "从哪天起能够办理正式登记", Kind.DATE, "例如 2026-03-05",
            only_if=("reason", ("start",)), basis="民法典221"),
    )  # fmt: skip
    titles = {"property": "选择要变更的预告登记", "parties": "当事人", "reason": "变更（转移）的原因和内容"}
    legal_basis = "民法典221、547；不动产登记暂行条例14；操作规范14"

    def __init__(self, filed: Filed):
        super().__init__(filed)
        reason = filed.terms.get("reason")
        if reason in ("inheritance", "judgment"):  # who takes applies alone (条例 14)
            self.confirming, self.absent_roles = ("taker",), ("holder", "obligor")  # type: ignore[misc]
        elif reason in ("name", "start"):  # and the holder whom nothing else concerns
            self.confirming, self.absent_roles = ("holder", "taker"), ("obligor",)  # type: ignore[misc]

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        """Who lends on the notice agrees before it passes to somebody else (民法典 221; 实施细则 85)."""
        if obstacle.code == "R_NOTICE_MTG" and self.filed.terms.get("reason") == "transfer" and book:
            right = self.the_right(book)
            lent = book.right(obstacle.public_id) if obstacle.public_id else None
            if right and lent and notice_kind(right) in PURCHASES and hangs_on(lent, right, book):
                return Rule.CONSENT
        return super().rule_for(obstacle, book)

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        right, reason = self.the_right(book), self.filed.terms.get("reason")
        if right is None or reason is None:
            return
        if reason not in ("inheritance", "judgment"):
            yield from self.holders_apply(right)
            yield from agents_may_act(self.filed, ("holder",), self.word("holder"))
        if reason in ("contract", "transfer"):
            yield from self.obligor_applies(book, right)
        if reason == "contract" and not self._changed(right):
            yield Refusal(
                "F_NOTHING_CHANGES",
                "没有填写要变更的内容，或与登记簿上的一样。",
                "请至少填写一项变更后的内容。",
                "操作规范14",
                "price_fen",
            )
        if reason == "start" and not self.filed.officer.get("possible_from"):
            yield Refusal(
                "B_START_REASON",
                "重新认定能够登记的日期，须由审核人员写明理由。",
                "请联系登记中心；审核人员核实后会记录理由。",
                "民法典221",
                "possible_from",
            )
        if reason in (*PASSES, "name"):
            terms = self.filed.terms
            yield from shares_add_up(
                self.filed.role("taker"), terms.get("coownership", "sole"), terms.get("share_denominator")
            )

    def _changed(self, right: RightFact) -> dict[str, Any]:
        said = {k: self.filed.terms.get(k) for k in ("price_fen", "amount_fen", "debt_until")}
        return {k: v for k, v in said.items() if v and v != right.terms.get(k)}

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, right = self.targeted(books)
        filed, reason = self.filed, self.filed.terms["reason"]
        terms = dict(right.terms)
        if reason == "contract":
            terms |= self._changed(right)
        if reason == "start":
            terms |= {
                "possible_from": filed.terms["possible_from"],
                "possible_reason": filed.officer["possible_from"],
            }
        new = reason in (*PASSES, "name")
        yield End(book.code, right.public_id, "transferred" if reason in PASSES else "changed")
        yield Grant(
            kind=right.kind,
            unit=book.code,
            holders=holders(filed.role("taker")) if new else kept_holders(right, filed.role("holder")),
            terms=terms,
            coownership=filed.terms.get("coownership", "sole") if new else right.coownership,
            share_denominator=filed.terms.get("share_denominator") if new else right.share_denominator,
            rank=right.rank,
            replaces=right.public_id,
            instrument=right.instrument,
            share_of=right.share_of,
        )


D08_REASONS = (
    Choice("waived", "权利人放弃预告登记"),
    Choice("ended", "买卖合同解除，或债权已经消灭"),
    Choice("judged", "法院判决、仲裁裁决确认合同无效、被撤销或解除", "by_judgment"),
    Choice("lapsed", "能够办理正式登记后90日内没有申请，预告登记已失效"),
)


class NoticeCancellation(AboutNotice):
    """预告登记注销: the notice of a purchase goes.

    The holder alone gives it up; both sides where the contract ended; either side by judgment, or where it lapsed
    (then by count, or as an officer confirmed with a reason). A mortgage notice that rests on it goes first.
    民法典 221; 细则 89.
    """

    code, name = "D08", "预告登记注销"
    client = Client.DEVELOPER
    filed_from = BY_EITHER
    line = "other"
    roles = (
        Role("holder", "预告登记权利人", "owner", "right", confirms=True, required=False),
        Role("obligor", "义务人", "other", "bound", confirms=True, required=False),
    )
    notice_kinds = PURCHASES
    # Nothing else in the book stands in the way of a burden that goes; the domain names these two.
    answers_to = {**RELIEF, "R_PRESEAL": Rule.CONSENT_COURT, "R_NOTICE_MTG": Rule.RELEASE_FIRST}
    voids_certificate = True
    form = (Ask("reason", "为什么注销", Kind.CHOICE, choices=D08_REASONS, empty="请选择注销原因"),)
    titles = {"property": "选择要注销的预告登记", "parties": "当事人", "reason": "注销的原因"}
    legal_basis = "民法典221；实施细则89"

    def __init__(self, filed: Filed):
        super().__init__(filed)
        reason = filed.terms.get("reason")
        if reason == "waived":
            self.confirming, self.absent_roles = ("holder",), ("obligor",)  # type: ignore[misc]
        elif reason in ("judged", "lapsed"):  # either side applies alone: who files has confirmed
            self.confirming = ()  # type: ignore[misc]
            silent = (r for r in ("holder", "obligor") if not any(p.confirmed for p in filed.role(r)))
            self.absent_roles = tuple(silent) if any(p.confirmed for p in filed.parties) else ()  # type: ignore[misc]

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        rule = super().rule_for(obstacle, book)
        if rule is Rule.RELEASE_FIRST and book and obstacle.public_id:
            right, lent = self.the_right(book), book.right(obstacle.public_id)
            if right and lent and not hangs_on(lent, right, book):
                return Rule.INFO  # it rests on another notice
        return rule

    def _refusal(self, obstacle: Obstacle, rule: Rule) -> Refusal:
        if rule is Rule.RELEASE_FIRST:
            return Refusal(
                obstacle.code,
                obstacle.text,
                "请先由银行注销抵押预告登记，再注销预告登记。",
                "实施细则89",
                "unit",
            )
        return super()._refusal(obstacle, rule)

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        right, reason = self.the_right(book), self.filed.terms.get("reason")
        if right is None or reason is None:
            return
        if reason in ("waived", "ended") or self.filed.role("holder"):
            yield from self.holders_apply(right)
        if reason == "ended" or not self.filed.role("holder"):
            yield from self.obligor_applies(book, right)
        confirmed = self.filed.officer.get(str(right.public_id))
        if reason == "lapsed" and not confirmed and not lapsed_now(right, book, at):
            yield Refusal(
                "B_NOT_LAPSED",
                "按登记簿推算，这项预告登记还没有失效。",
                "请由预告登记权利人申请注销；有其他失效情形的，请到窗口说明，由审核人员核实并记录。",
                "民法典221",
                "reason",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, right = self.targeted(books)
        yield End(book.code, right.public_id, str(self.filed.terms["reason"]))
