"""P18 居住权首次登记, P19 居住权注销登记. 民法典 366-371."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, HouseUse, RegistrationKind
from dengbu.register.effects import Effect, End, Grant
from dengbu.register.rules import SHANGHAI, RightFact, UnitBook

from .asking import Ask, Choice, Kind
from .base import AboutRight, RegistrationType, Role, Rule
from .checks import agents_may_act, filed_to_others, owners_apply
from .facts import holders
from .tables import BURDEN, HOLDERS_CONSENT, PAPERS, RELIEF

DWELLINGS = frozenset(
    {HouseUse.DWELLING, HouseUse.VILLA, HouseUse.APARTMENT, HouseUse.DWELLING_OTHER, HouseUse.RESIDENTIAL}
)
BY_CONTRACT = ("basis", ("contract",))
UNTIL = ("term", ("until",))


class ResidenceFirst(RegistrationType):
    """居住权首次登记: somebody may live in a home that is another's, as contract, will or judgment says.

    Owner and resident apply; the resident alone by will or judgment. Dwellings only. It is not passed on and not
    inherited (民法典 369). 民法典 366-368, 371.
    """

    code, name = "P18", "居住权首次登记"
    client = Client.PERSON
    line = "other"
    kind = RegistrationKind.FIRST
    roles = (
        Role("owner", "住宅所有权人", "owner", "register", confirms=True, required=False),
        Role("resident", "居住权人", "taker", "typed", confirms=True),
    )
    produces = CertificateKind.PROOF
    stopped_by_filing = True
    answers_to = BURDEN | {"R_MTG": Rule.WARN, "R_NOTICE": Rule.CONSENT}
    papers = {**PAPERS, Rule.CONSENT: HOLDERS_CONSENT}
    form = (
        Ask(
            "basis",
            "居住权从哪里来",
            Kind.CHOICE,
            choices=(
                Choice("contract", "双方订立的居住权合同"),
                Choice("will", "遗嘱"),
                Choice("judgment", "法院判决、调解", "by_judgment"),
            ),
            basis="民法典367、371",
        ),
        Ask("contract_no", "合同编号", required=False, only_if=BY_CONTRACT, max_length=60, hint="没有编号的不填。"),
        Ask(
            "term",
            "住到什么时候",
            Kind.CHOICE,
            choices=(Choice("life", "住到居住权人去世"), Choice("until", "住到约定的日子")),
            basis="民法典367、370",
        ),
        Ask("until", "住到哪一天", Kind.DATE, "例如 2046-03-04", only_if=UNTIL, basis="民法典367"),
        Ask(
            "part",
            "住哪些房间",
            hint="整套住的写“整套住宅”。",
            max_length=200,
            basis="民法典367",
        ),
        Ask("conditions", "居住的条件和要求", Kind.LONG, "照合同或遗嘱写；没有的不填。", required=False,
            max_length=300, basis="民法典367"),
        Ask(
            "paid",
            "居住权是有偿还是无偿",
            Kind.YES_NO,
            choices=(Choice("no", "无偿"), Choice("yes", "有偿，合同有约定")),
            basis="民法典368",
        ),
        Ask(
            "may_let",
            "有没有约定居住权人可以出租",
            Kind.YES_NO,
            choices=(Choice("no", "没有约定，不能出租"), Choice("yes", "约定可以出租")),
            basis="民法典369",
        ),
    )  # fmt: skip
    titles = {"reason": "居住权的内容"}
    fee_rule = "FEE_RESIDENCE"
    legal_basis = "民法典366-371"

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        """By contract both apply; by will or judgment the resident alone (条例 14)."""
        return ("owner", "resident") if terms.get("basis") == "contract" else ("resident",)

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        until = self.filed.terms.get("until")
        if until and dt.date.fromisoformat(str(until)) <= at.astimezone(SHANGHAI).date():
            yield Refusal(
                "F_UNTIL_PAST", "居住期限已经届满。", "请核对合同写明的期限。", "民法典370", "until"
            )

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        if book.use not in DWELLINGS:
            yield Refusal(
                "B_NOT_DWELLING",
                "居住权只能设在住宅上，这处房屋登记的用途不是住宅。",
                "请核对所选的房屋；用途登记有误的，请先申请更正登记。",
                "民法典366",
                "unit",
            )
        if self.filed.terms.get("basis") == "contract":
            yield from owners_apply(self.filed, book.ownership, ("owner",), self.word("owner"))
            yield from agents_may_act(self.filed, ("owner",), self.word("owner"))
        yield from filed_to_others(self.filed)
        residents = self.filed.role("resident")
        if not residents:
            yield Refusal(
                "P_RESIDENT_MISSING",
                "还没有填写居住权人。",
                "请添加实际居住的人，由其确认。",
                "民法典366；不动产登记暂行条例14",
                "parties",
            )
        if any(p.document_kind == "uscc" for p in residents):
            yield Refusal(
                "P_RESIDENT_PERSON",
                "居住权人只能是自然人。",
                "请填写实际居住的人。",
                "民法典366",
                "parties",
            )
        owned = book.ownership
        if owned and owned.holder_indexes & self.filed.indexes("resident") and len(owned.holders) == 1:
            yield Refusal(
                "P_RESIDES_IN_OWN",
                "所有权人不能在自己的住宅上为自己设立居住权。",
                "请核对居住权人。",
                "民法典366",
                "parties",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, terms = books[self.filed.unit_code], self.filed.terms
        residents = self.filed.role("resident")
        said = ("basis", "term", "until", "part", "conditions", "paid", "may_let", "contract_no")
        yield Grant(
            kind="residence",
            unit=book.code,
            holders=holders(residents),
            terms={
                **{key: terms[key] for key in said if terms.get(key) not in (None, "")},
                "owners": [h.name for h in book.ownership.holders] if book.ownership else [],
            },
            coownership="sole" if len(residents) == 1 else "joint",
            instrument=str(terms.get("contract_no") or "")[:60],
        )


class ResidenceCancellation(AboutRight):
    """居住权注销登记: the term is over, the resident died, gave it up, or both ended it; or a judgment did. 民法典 370.

    The resident gives up alone; the owner applies alone after the term or a death; both where they agreed.
    """

    code, name = "P19", "居住权注销登记"
    client = Client.PERSON
    line = "other"
    kind = RegistrationKind.CANCELLATION
    target_kinds = ("residence",)
    missing_text = "登记簿上没有这项居住权，或者已经注销。"
    roles = (
        Role("resident", "居住权人", "taker", "right", confirms=True, required=False),
        Role("owner", "住宅所有权人", "other", "register", confirms=True, required=False),
    )
    voids_certificate = True
    answers_to = RELIEF
    pending = Rule.WARN
    form = (
        Ask(
            "reason",
            "为什么注销",
            Kind.CHOICE,
            choices=(
                Choice("over", "居住期限届满"),
                Choice("died", "居住权人去世", "resident_died"),
                Choice("waived", "居住权人放弃居住权"),
                Choice("agreed", "双方约定解除"),
                Choice("judged", "法院判决、调解使居住权消灭", "by_judgment"),
            ),
            empty="请选择注销原因",
            basis="民法典370",
        ),
    )
    titles = {"property": "选择要注销的居住权", "reason": "注销原因"}
    fee_rule = "FEE_ZERO"
    legal_basis = "民法典370"

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        return {"waived": ("resident",), "agreed": ("resident", "owner"), "died": ("owner",)}.get(
            str(terms.get("reason")), ()
        )

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        right, reason = self.the_right(book), self.filed.terms.get("reason")
        if right is None or reason is None:
            return
        yield from self._who(book, right, str(reason))
        until = right.terms.get("until")
        if reason == "over" and not (
            until and dt.date.fromisoformat(str(until)) < at.astimezone(SHANGHAI).date()
        ):
            yield Refusal(
                "B_TERM_RUNS",
                "登记簿记载的居住期限还没有届满。",
                "请等期限届满；双方同意提前结束的，请选择“双方约定解除”。",
                "民法典370",
                "reason",
            )

    def _who(self, book: UnitBook, right: RightFact, reason: str) -> Iterable[Refusal]:
        residents, owners = self.filed.indexes("resident"), self.filed.indexes("owner")
        owned = book.ownership.holder_indexes if book.ownership else frozenset()
        if residents and not residents <= right.holder_indexes:
            yield self._stranger("居住权人")
        if owners and not owners <= owned:
            yield self._stranger("住宅所有权人")
        if not residents and not owners:
            yield Refusal(
                "P_NOBODY_APPLIES",
                "还没有申请人。",
                "请由居住权人或住宅所有权人申请。",
                "不动产登记暂行条例14",
                "parties",
            )
        if reason in ("waived", "agreed") and residents != right.holder_indexes:
            yield Refusal(
                "P_RESIDENT_MISSING",
                "登记簿上的居住权人没有全部参加申请。",
                "放弃或解除居住权，须由登记簿上的全部居住权人申请。",
                "不动产登记暂行条例14",
                "parties",
            )
        if reason == "agreed" and not owners:
            yield Refusal(
                "P_OWNER_MISSING",
                "双方约定解除的，住宅所有权人也要参加申请。",
                "请添加住宅所有权人，由其确认。",
                "不动产登记暂行条例14",
                "parties",
            )

    @staticmethod
    def _stranger(word: str) -> Refusal:
        return Refusal(
            "P_NOT_HOLDER",
            f"有申请人不是登记簿上的{word}。",
            "请核对姓名和证件号码。",
            "不动产登记暂行条例14",
            "parties",
        )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, right = self.targeted(books)
        yield End(book.code, right.public_id, str(self.filed.terms["reason"]))
