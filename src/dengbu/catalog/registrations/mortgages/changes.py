"""B04 抵押权变更登记, B05 抵押权转移登记, B07 最高额抵押权确定登记. The rank stays (民法典 409, 421, 423)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Any, ClassVar

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import RegistrationKind
from dengbu.register.effects import Effect, End
from dengbu.register.rules import SHANGHAI, Obstacle, RightFact, UnitBook

from ..asking import Ask, Choice, Kind
from ..base import Role, Rule
from ..checks import agents_may_act
from ..facts import holders, regranted
from ..shares import beside, mortgagors_apply, share_meets, whose_share
from ..tables import RELIEF, SOFT
from .about import AboutMortgage, claim_fen, is_open_maximum

MORTGAGOR = Role("mortgagor", "抵押人", "owner", "register", confirms=True, required=False)
MORTGAGEE = Role("mortgagee", "抵押权人", "taker", "us", many=False)
MORTGAGE_CODES = ("R_MTG", "R_MTG_LIMIT", "R_MTG_PRE2021", "R_MTG_UNCLEAR", "R_CIP", "R_NOTICE_MTG")
SEAL_CODES = ("R_SEAL", "R_SEAL_WAIT", "R_PRESEAL", "R_LANDSEAL")
CONTENT, RANK = ("change", ("content",)), ("change", ("rank",))
NEW_TERMS = {
    "new_amount_fen": "amount_fen",
    "new_debt_until": "debt_until",
    "new_scope": "scope",
    "new_limited": "transfer_limited",
    "new_debtor": "debtor",
}


class MortgageChange(AboutMortgage):
    """抵押权变更登记: amount, term, scope, limits or rank of a mortgage, or the name of somebody in it.

    Mortgagor and mortgagee apply; for a name the one concerned alone. A change that makes the burden heavier must not
    touch other mortgagees without their written consent (民法典 409), and is refused under a seizure; a lighter one and a
    name are only told (corrections 17). 民法典 409, 422; 细则 68, 72.
    """

    code, name = "B04", "抵押权变更登记"
    kind = RegistrationKind.CHANGE
    roles = (MORTGAGOR, MORTGAGEE)
    answers_to = SOFT
    form = (
        Ask(
            "change",
            "变更什么",
            Kind.CHOICE,
            choices=(
                Choice("name", "抵押权人或抵押人的姓名、名称变了", "name_changed"),
                Choice("content", "债权数额、期限、担保范围、限制转让的约定等变了"),
                Choice("rank", "与同一不动产上的另一抵押权交换顺位", "others_harmed"),
            ),
            empty="请选择变更的内容",
            basis="实施细则68、72",
        ),
        Ask(
            "whose",
            "谁的姓名、名称变了",
            Kind.CHOICE,
            choices=(Choice("mortgagee", "抵押权人"), Choice("mortgagor", "抵押人")),
            only_if=("change", ("name",)),
            basis="实施细则68",
        ),
        Ask(
            "new_mortgagor",
            "抵押人现在的姓名、名称",
            hint="有几位的，都写上，用顿号隔开。",
            max_length=100,
            only_if=("whose", ("mortgagor",)),
        ),
        Ask("new_amount_fen", "变更后的债权数额（最高债权额）", Kind.MONEY, "没有变化的不填。", required=False,
            only_if=CONTENT),
        Ask("new_debt_until", "变更后的债务履行（债权确定期间）结束日期", Kind.DATE, "没有变化的不填。",
            required=False, only_if=CONTENT),
        Ask("new_scope", "变更后的担保范围", Kind.LONG, "没有变化的不填。", required=False, max_length=300,
            only_if=CONTENT),
        Ask("new_limited", "变更后是否禁止或限制转让", Kind.YES_NO, "没有变化的不选。", required=False,
            only_if=CONTENT),
        Ask("new_debtor", "变更后的债务人", hint="没有变化的不填。", required=False, max_length=100,
            only_if=CONTENT),
        Ask("with_rank", "与第几顺位交换", Kind.NUMBER, "写登记簿上的顺位，例如 2。", only_if=RANK,
            basis="民法典409"),
    )  # fmt: skip
    titles = {"property": "选择要变更的抵押权", "reason": "变更的内容"}
    fee_rule = "FEE_MTG_CHANGE"
    legal_basis = "民法典409、422；实施细则68、72"

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        if terms.get("change") == "name":
            return ("mortgagee",)
        return ("mortgagor", "mortgagee")

    def __init__(self, filed: Any):
        super().__init__(filed)
        if filed.terms.get("change") == "name":
            self.confirming = ()  # type: ignore[misc]  # whoever is renamed applies alone (条例 14)

    # --- what changes

    def changed(self, right: RightFact) -> dict[str, Any]:
        """Terms that are not as they were."""
        said = {term: self.filed.terms.get(ask) for ask, term in NEW_TERMS.items()}
        return {k: v for k, v in said.items() if v not in (None, "") and v != right.terms.get(k)}

    def other(self, book: UnitBook) -> RightFact | None:
        """The mortgage with which ranks are exchanged."""
        rank = self.filed.terms.get("with_rank")
        return next((m for m in book.mortgages if m.rank == rank and m.public_id != self.target), None)

    def heavier(self, right: RightFact) -> bool:
        """Whether the burden grows: more, longer, a wider scope (corrections 17)."""
        if self.filed.terms.get("change") != "content":
            return False
        new = self.changed(right)
        return (
            int(new.get("amount_fen") or 0) > int(right.terms.get("amount_fen") or 0)
            or str(new.get("debt_until", "")) > str(right.terms.get("debt_until") or "9999")
            or "scope" in new
        )

    def harmed(self, right: RightFact, book: UnitBook) -> frozenset[uuid.UUID]:
        """Other mortgages, and notices of one, whose holders the change can touch: those ranked behind a heavier one,
        and those between two that change places."""
        rank, rest = right.rank or 0, [r for r in book.rights if r.kind in ("mortgage", "advance_notice")]
        if self.filed.terms.get("change") == "rank":
            other = self.other(book)
            low, high = sorted((rank, (other.rank if other else None) or rank))
            return frozenset(r.public_id for r in rest if low <= (r.rank or 0) <= high) - {right.public_id}
        if self.heavier(right):
            return frozenset(
                r.public_id for r in rest if (r.rank or 0) > rank and share_meets(r, right, book.title)
            )
        return frozenset()

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        right = self.the_right(book) if book else None
        if right is None or book is None:
            return super().rule_for(obstacle, book)
        whose = whose_share(right, book.title)
        if whose and beside(obstacle, book.title, whose):
            return Rule.INFO  # on another co-owner's share (corrections 7)
        if obstacle.code in MORTGAGE_CODES:
            return Rule.IF_HARM if obstacle.public_id in self.harmed(right, book) else Rule.INFO
        if obstacle.code in SEAL_CODES:
            return Rule.BLOCK if self.heavier(right) else Rule.WARN
        return super().rule_for(obstacle, book)

    # --- what stands against it

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        right, terms = self.the_right(book), self.filed.terms
        if right is None:
            return
        yield from self.bank_applies(right)
        if terms.get("change") != "name":
            yield from mortgagors_apply(self.filed, right, book.title, self.word("mortgagor"))
            yield from agents_may_act(self.filed, ("mortgagor",), self.word("mortgagor"))
        if terms.get("change") == "content":
            if not self.changed(right):
                yield Refusal(
                    "F_NOTHING_CHANGES",
                    "没有填写要变更的内容，或与登记簿上的一样。",
                    "请至少填写一项变更后的内容。",
                    "实施细则68",
                    "new_amount_fen",
                )
            until, since = terms.get("new_debt_until"), right.terms.get("debt_from")
            if until and since and until <= str(since):
                yield Refusal(
                    "F_DEBT_TERM",
                    "结束日期应晚于开始日期。",
                    "请按合同填写。",
                    "实施细则66",
                    "new_debt_until",
                )
        if terms.get("change") == "rank" and self.other(book) is None:
            yield Refusal(
                "F_RANK",
                "登记簿上没有这一顺位的抵押权。",
                "请照登记簿填写要交换的顺位。",
                "民法典409",
                "with_rank",
            )

    # --- what is entered

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, right = self.targeted(books)
        terms = dict(right.terms)
        more: dict[str, Any] = {}
        change = self.filed.terms["change"]
        if change == "name" and self.filed.terms.get("whose") == "mortgagor":
            terms["mortgagors"] = [n for n in str(self.filed.terms["new_mortgagor"]).split("、") if n]
        elif change == "name":
            more["holders"] = holders(self.filed.role("mortgagee"))
        elif change == "content":
            terms |= self.changed(right)
        other = self.other(book) if change == "rank" else None
        yield End(book.code, right.public_id, "changed")
        if other is not None:
            more["rank"] = other.rank
            yield End(book.code, other.public_id, "changed")
        yield regranted(right, self.filed, book.code, terms=terms, **more)
        if other is not None:
            yield regranted(other, self.filed, book.code, rank=right.rank)


class MortgageTransfer(AboutMortgage):
    """抵押权转移登记: the claim passes and the mortgage with it, with its rank; old and new mortgagee apply.

    A part of the claim takes its share of the mortgage. A maximum-amount mortgage whose claims are not fixed does not
    follow a part of them (民法典 421; 细则 74). 民法典 407, 547; 细则 69.
    """

    code, name = "B05", "抵押权转移登记"
    kind = RegistrationKind.TRANSFER
    roles = (
        Role("old_bank", "原抵押权人", "owner", "right", confirms=True, many=False),
        replace(MORTGAGEE, word="新抵押权人"),
    )
    answers_to = RELIEF | {"R_OBJ": Rule.WARN}
    form: ClassVar[tuple[Ask, ...]] = (
        Ask("claim_no", "债权转让合同编号", max_length=60, hint="没有编号的写合同名称。", basis="实施细则69"),
        Ask(
            "notified",
            "债权转让是否已通知债务人",
            Kind.YES_NO,
            choices=(Choice("yes", "已通知"), Choice("no", "还没有通知")),
            basis="民法典546",
        ),
        Ask(
            "part",
            "转让的是全部债权还是一部分",
            Kind.YES_NO,
            choices=(Choice("no", "全部债权"), Choice("yes", "一部分债权")),
            basis="民法典407、421",
        ),
        Ask("part_fen", "转让的债权数额", Kind.MONEY, only_if=("part", (True,)), basis="实施细则69"),
    )
    titles = {"property": "选择要转移的抵押权", "reason": "债权怎样转让", "reason_said": "债权转让"}
    fee_rule = "FEE_MTG"
    legal_basis = "民法典407、421、546、547；实施细则69、74"

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        right, terms = self.the_right(book), self.filed.terms
        if right is None:
            return
        yield from self.bank_applies(right, "old_bank")
        if self.filed.indexes("mortgagee") == right.holder_indexes:
            yield Refusal(
                "F_SAME_HOLDER",
                "新抵押权人就是登记簿上的抵押权人。",
                "名称变了的，请申请抵押权变更登记。",
                "实施细则69",
                "parties",
            )
        if terms.get("notified") is False:
            yield Refusal(
                "B_DEBTOR_NOT_TOLD",
                "债权转让还没有通知债务人，对债务人不发生效力。",
                "请先书面通知债务人，再上传通知材料。",
                "民法典546",
                "notified",
            )
        if not terms.get("part"):
            return
        if is_open_maximum(right):
            yield Refusal(
                "B_PART_OF_MAXIMUM",
                "最高额抵押的债权确定前，只转让部分债权的，最高额抵押权不随之转移。",
                "请先办理最高额抵押权确定登记；双方另有约定的，按约定分别申请变更登记或一般抵押权首次登记。",
                "民法典421；实施细则74",
                "part",
            )
        if int(terms.get("part_fen") or 0) >= claim_fen(right):
            yield Refusal(
                "F_PART_TOO_LARGE",
                "转让的债权数额不小于登记的债权数额。",
                "全部转让的，请选择“全部债权”。",
                "实施细则69",
                "part_fen",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, right = self.targeted(books)
        said = self.filed.terms
        portion = Fraction(int(said["part_fen"]), claim_fen(right)) if said.get("part") else Fraction(1)
        yield End(book.code, right.public_id, "transferred")
        anew = regranted(right, self.filed, book.code, **self._held(right, portion))
        # A combined case goes on with the new right and names it ahead.
        yield replace(anew, right=uuid.UUID(str(said["into"]))) if said.get("into") else anew

    def _held(self, right: RightFact, portion: Fraction) -> dict[str, Any]:
        """Old and new hold the mortgage by what each has of the claim (担保解释 39); of several that held it before each
        gives in proportion, in equal parts where the book names none (民法典 308). One alone holds it whole."""
        even, whole = Fraction(1, len(right.holders)), right.share_denominator
        shares = {
            h.number_index: (Fraction(h.share_numerator or 0, whole) if whole else even) * (1 - portion)
            for h in right.holders
        }
        new = self.filed.role("mortgagee")
        for p in new:
            shares[p.number_index] = shares.get(p.number_index, Fraction(0)) + portion / len(new)
        people = {p.number_index: p for p in (*self.filed.role("old_bank"), *new)}
        after = {people[index]: share for index, share in shares.items() if share}
        if len(after) == 1:
            return {
                "holders": tuple(replace(h, share_numerator=None) for h in holders(after)),
                "coownership": "sole",
                "share_denominator": None,
            }
        parts = lcm(*(share.denominator for share in after.values()))
        return {
            "holders": tuple(
                replace(h, share_numerator=int(share * parts))
                for h, share in zip(holders(after), after.values(), strict=True)
            ),
            "coownership": "by_share",
            "share_denominator": parts,
        }


class MaximumFixed(AboutMortgage):
    """最高额抵押权确定登记: the claims that the mortgage covers are fixed, and no new ones join them. 民法典 423; 细则 73."""

    code, name = "B07", "最高额抵押权确定登记"
    kind = RegistrationKind.CHANGE
    roles = (MORTGAGOR, MORTGAGEE)
    answers_to = RELIEF | dict.fromkeys(SEAL_CODES, Rule.WARN)
    form = (
        Ask(
            "ground",
            "债权为什么确定",
            Kind.CHOICE,
            choices=(
                Choice("period_over", "约定的债权确定期间届满"),
                Choice("two_years", "没有约定期间，设立满二年后请求确定"),
                Choice("no_more", "新的债权不可能发生"),
                Choice("seized", "抵押权人知道或应当知道抵押财产被查封、扣押"),
                Choice("bankrupt", "债务人、抵押人被宣告破产或者解散"),
                Choice("other", "法律规定的其他情形"),
            ),
            basis="民法典423",
        ),
        Ask("fixed_amount_fen", "确定的债权数额", Kind.MONEY, basis="实施细则73"),
        Ask("fixed_on", "债权确定的日期", Kind.DATE, "例如 2026-03-04", basis="实施细则73"),
    )
    titles = {"property": "选择要确定的最高额抵押权", "reason": "债权怎样确定", "reason_said": "债权确定"}
    fee_rule = "FEE_MTG_CHANGE"
    legal_basis = "民法典423；实施细则73"

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        return ("mortgagor", "mortgagee")

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        right, terms = self.the_right(book), self.filed.terms
        if right is None:
            return
        yield from self.bank_applies(right)
        yield from mortgagors_apply(self.filed, right, book.title, self.word("mortgagor"))
        if right.terms.get("mortgage_kind") != "maximum":
            yield Refusal(
                "B_NOT_MAXIMUM",
                "这是一般抵押权，债权本来就是确定的。",
                "请选择最高额抵押权；内容有变化的，请申请抵押权变更登记。",
                "民法典423",
                "right",
            )
        elif not is_open_maximum(right):
            yield Refusal(
                "B_FIXED_ALREADY",
                "这一最高额抵押权的债权已经确定。",
                "内容有变化的，请申请抵押权变更登记。",
                "民法典423",
                "right",
            )
        today = at.astimezone(SHANGHAI).date().isoformat()
        if terms.get("fixed_on") and str(terms["fixed_on"]) > today:
            yield Refusal("F_FIXED_ON", "债权确定的日期晚于今天。", "请按材料填写。", "民法典423", "fixed_on")
        if terms.get("ground") == "period_over" and str(right.terms.get("debt_until") or "") > today:
            yield Refusal(
                "B_PERIOD_RUNS",
                "登记簿记载的债权确定期间还没有届满。",
                "请核对确定的原因；提前结束期间的，请先申请抵押权变更登记。",
                "民法典423",
                "ground",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, right = self.targeted(books)
        said = self.filed.terms
        terms = {
            **right.terms,
            "fixed_amount_fen": said["fixed_amount_fen"],
            "fixed_on": said["fixed_on"],
            "fixed_ground": said["ground"],
        }
        yield End(book.code, right.public_id, "fixed")
        yield regranted(right, self.filed, book.code, terms=terms)
