"""Changes of a title that stays with its holders: P09 names, P10 the thing itself. Land is in `land_changes`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, HouseUse, RegistrationKind
from dengbu.register.effects import Amend, Effect, End, HolderIn, Note
from dengbu.register.rules import HolderFact, Obstacle, RightFact, UnitBook

from .asking import Ask, Choice, Kind, survey_ask
from .base import RegistrationType, Role, Rule
from .checks import shares_add_up
from .facts import Filed, kept, regranted
from .tables import CHANGE, HOLDERS_CONSENT, PAPERS, SOFT

SEIZURES = ("R_SEAL", "R_SEAL_WAIT", "R_PRESEAL", "R_LANDSEAL")
MORTGAGES = ("R_MTG", "R_MTG_LIMIT", "R_MTG_PRE2021", "R_MTG_UNCLEAR", "R_CIP", "R_LANDMTG", "R_NOTICE_MTG")


def holder_applies(
    filed: Filed, title: RightFact | None, role: str, word: str, *, all_: bool
) -> Iterable[Refusal]:
    """Applicants must stand in the book; with `all_` everybody who does must apply (民法典 301; 细则 26)."""
    if title is None:
        return
    applying = filed.indexes(role)
    if not applying or not applying <= title.holder_indexes:
        yield Refusal(
            "P_NOT_OWNER",
            f"申请人不是登记簿上的{word}。",
            "请核对姓名和证件号码；变更登记由登记簿上的权利人申请。",
            "不动产登记暂行条例14；实施细则26",
            "parties",
        )
    elif all_ and applying != title.holder_indexes:
        missing = "、".join(h.name[:1] + "*" for h in title.holders if h.number_index not in applying)
        yield Refusal(
            "P_OWNER_MISSING",
            f"共有人{missing}没有参加申请。",
            "这项变更须全体共有人共同申请，请把他们都列为申请人。",
            "民法典301；实施细则26",
            "parties",
        )


class TitleChange(RegistrationType):
    """变更登记: the same holders, another content. The old row ends and a new one follows it (细则 26).

    The form's `change` says what changes; `SOFT_CHANGES` touch nobody else, `ANY_HOLDER` one co-owner may apply for.
    """

    line = "other"
    kind = RegistrationKind.CHANGE
    produces = CertificateKind.CERTIFICATE
    voids_certificate = True
    answers_to = CHANGE
    papers: ClassVar[Mapping[Rule, tuple[str, str]]] = {**PAPERS, Rule.CONSENT: HOLDERS_CONSENT}
    fee_rule = "FEE_CHANGE"
    holder_role: ClassVar[str] = "holder"
    soft_changes: ClassVar[tuple[str, ...]] = ()
    any_holder: ClassVar[tuple[str, ...]] = ("name", "location")

    @property
    def change(self) -> str:
        return str(self.filed.terms.get("change", ""))

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        """A new address touches neither creditors nor courts: they are told, not asked (corrections 22); a new name
        touches nobody (as P09)."""
        rule = super().rule_for(obstacle, book)
        if self.change == "location" and obstacle.code in (*SEIZURES, *MORTGAGES):
            return Rule.INFO
        if self.change in self.soft_changes and obstacle.code != "R_NOFIRST":
            return SOFT.get(obstacle.code, Rule.BLOCK)
        return rule

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        word = self.word(self.holder_role)
        all_ = self.change not in self.any_holder
        yield from holder_applies(self.filed, book.title, self.holder_role, word, all_=all_)
        yield from self.weigh(self.filed.terms)
        if self.change == "name":
            yield from renaming(self.filed, book.title)
        if self.change == "area" and self.filed.unit_code not in self.filed.surveyed:
            yield Refusal(
                "B_NO_SURVEY",
                "测绘成果库里没有这处不动产变更后的测绘成果。",
                "请先把测绘成果送登记中心核对入库，再提交申请。",
                "实施细则37",
                "unit",
            )
        if self.change and not self.differs(book):
            yield Refusal(
                "B_NOTHING_CHANGES",
                "填写的内容与登记簿上记载的一样。",
                "请核对要变更的内容。",
                "实施细则26",
                "change",
            )

    def differs(self, book: UnitBook) -> bool:
        """Whether what was asked for is not already what the book says."""
        return (
            self.change in ("name", "split", "area")
            or self.facts_after(book) is not None
            or self.title_after(book) != self.title_now(book)
        )

    def title_now(self, book: UnitBook) -> dict[str, Any]:
        title = book.title
        if title is None:
            return {}
        return {"terms": dict(title.terms), "coownership": title.coownership}

    def title_after(self, book: UnitBook) -> dict[str, Any]:
        """Terms and co-ownership of the title after the change."""
        return self.title_now(book)

    def facts_after(self, book: UnitBook) -> dict[str, Any] | None:
        """The unit's facts after the change; None where they stay."""
        return None

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        title = book.title
        assert title is not None  # R_NOFIRST has refused
        facts = self.facts_after(book)
        if facts is not None:
            yield Amend(book.code, facts)
        yield End(book.code, title.public_id, "changed")
        yield regranted(title, self.filed, book.code, **self.title_after(book))


# --- P09: the holder's name or document ---------------------------------------------------------------------------

OLD_NAME = Ask(
    "old_name",
    "登记簿上原来的姓名（名称）",
    hint="照旧证书上写。只改证件号码的，也写登记簿上的姓名。",
    max_length=200,
    prefill="own_name",
    basis="实施细则26",
)


def renamed_holder(filed: Filed, title: RightFact | None) -> HolderFact | None:
    """Which holder changes: the one with the old name; of several, the one whose number stays."""
    if title is None:
        return None
    of_name = [h for h in title.holders if h.name == filed.terms.get("old_name")]
    if len(of_name) > 1:
        of_name = [h for h in of_name if h.number_index in filed.indexes("renamed")]
    return of_name[0] if len(of_name) == 1 else None


def renaming(filed: Filed, title: RightFact | None) -> Iterable[Refusal]:
    """One new identity, of one holder of the book, that differs from the old (细则 26)."""
    renamed = filed.role("renamed")
    holder = renamed_holder(filed, title)
    if len(renamed) != 1:
        yield Refusal(
            "F_ONE_RENAMED",
            "请填写一位权利人变更后的姓名（名称）和证件。",
            "几位共有人都有变更的，请分别申请。",
            "实施细则26",
            "parties",
        )
    if filed.terms.get("old_name") and holder is None:
        yield Refusal(
            "B_NO_SUCH_HOLDER",
            "登记簿上没有这个姓名（名称）的权利人，或有两位同名而无法分清。",
            "请照证书填写原姓名；同名的请到窗口办理。",
            "实施细则26",
            "old_name",
        )
    if holder is None or len(renamed) != 1:
        return
    new = renamed[0]
    if (new.name, new.number_index) == (holder.name, holder.number_index):
        yield Refusal(
            "B_NOTHING_CHANGES",
            "变更后的姓名（名称）和证件号码与登记簿上的一样。",
            "请核对变更后的内容。",
            "实施细则26",
            "parties",
        )
    elif title is not None and any(
        h.number_index == new.number_index and h is not holder for h in title.holders
    ):
        yield Refusal(
            "F_TWICE", "变更后的证件号码是另一位共有人的。", "请核对证件号码。", "实施细则26", "parties"
        )


def after_renaming(filed: Filed, title: RightFact) -> tuple[HolderIn, ...]:
    """All holders, the renamed one under the new identity with the old share."""
    holder = renamed_holder(filed, title)
    assert holder is not None  # B_NO_SUCH_HOLDER has refused
    (new,) = filed.role("renamed")
    return tuple(
        HolderIn(new.name, new.document_kind, new.number, fact.share_numerator) if fact is holder else same
        for fact, same in zip(title.holders, kept(title, filed), strict=True)
    )


def renamed_in_others(filed: Filed, book: UnitBook) -> Iterator[Effect]:
    """Mortgages that name the holder as mortgagor keep their page and certificate; the book notes the new name."""
    if not filed.role("renamed"):
        return
    old, new = filed.terms.get("old_name"), filed.role("renamed")[0].name
    for mortgage in book.mortgages:
        if old != new and old in mortgage.terms.get("mortgagors", ()):
            yield Note(
                book.code,
                "renamed",
                {"what": "抵押人姓名（名称）", "was": old, "now": new},
                mortgage.public_id,
            )


class NameChange(TitleChange):
    """权利人姓名、名称、证件变更登记: the same person under another name or document. 条例 14; 细则 26.

    One holder applies. Seizure, notice and mortgage stay as they are; nobody is asked.
    """

    code, name = "P09", "权利人姓名、名称、证件变更登记"
    client = Client.PERSON
    roles = (
        Role("holder", "权利人", "taker", "register"),
        Role(
            "renamed",
            "变更后的权利人",
            "other",
            "typed",
            many=False,
            hint="照现在的证件填写；证件号码没有变的，仍填原来的号码。",
        ),
    )
    titles = {"parties": "变更后的姓名（名称）和证件", "reason": "登记簿上原来的姓名（名称）"}
    answers_to = SOFT
    form = (OLD_NAME,)
    legal_basis = "不动产登记暂行条例14；实施细则26"

    @property
    def change(self) -> str:
        return "name"

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        # Where nothing was registered there is no name to change.
        return Rule.BLOCK if obstacle.code == "R_NOFIRST" else super().rule_for(obstacle, book)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        title = book.title
        assert title is not None
        yield End(book.code, title.public_id, "changed")
        yield regranted(title, self.filed, book.code, holders=after_renaming(self.filed, title))
        yield from renamed_in_others(self.filed, book)


# --- P10, D02: the thing and the terms ----------------------------------------------------------------------------


def only_for(change: str, *more: str) -> tuple[str, tuple[str, ...]]:
    """Asked only where this is what changes."""
    return "change", (change, *more)


NEW_LOCATION = Ask(
    "new_location",
    "变更后的坐落",
    hint="照公安机关或地名主管部门出具的门牌证明写。",
    only_if=only_for("location"),
    basis="实施细则26",
)
NEW_TERM = Ask(
    "new_term_until",
    "变更后的土地使用期限：结束",
    Kind.DATE,
    "按补充协议或批准文件写，例如 2096-03-04",
    only_if=only_for("term"),
    basis="民法典359；实施细则26",
)


class ThingChange(TitleChange):
    """坐落、用途、面积、期限、共有性质变更登记: the holders apply, all of them but for an address. 细则 26, 37.

    Seizure stops it and mortgagees consent, except for an address: there both are only told (corrections 22).
    """

    code, name = "P10", "坐落、用途、面积、期限、共有性质等变更登记"
    client = Client.PERSON
    roles = (Role("holder", "权利人", "taker", "register", shares=True),)
    survey_kinds = ("house", "building")
    form = (
        Ask(
            "change",
            "变更什么",
            Kind.CHOICE,
            "一次办一项；有几项的请分别申请。",
            (
                Choice("location", "坐落（门牌、地名）"),
                Choice("use", "用途", "use_changed"),
                Choice("area", "面积", "area_changed"),
                Choice("term", "土地使用期限", "term_changed"),
                Choice("coownership", "共有性质（单独、共同、按份）", "coownership_changed"),
            ),
            basis="实施细则26",
        ),
        NEW_LOCATION,
        Ask(
            "new_use",
            "变更后的用途",
            Kind.CHOICE,
            "以规划部门批准的为准。",
            tuple(Choice(u.value, u.label) for u in HouseUse),
            only_if=only_for("use"),
            basis="民法典350；实施细则26",
        ),
        NEW_TERM,
        survey_ask(only_for("area")),
        Ask(
            "couple",
            "共有人是夫妻吗",
            Kind.YES_NO,
            condition="couple",
            only_if=only_for("coownership"),
            required=False,
        ),
    )
    legal_basis = "不动产登记暂行条例14；实施细则26、37"

    def facts_after(self, book: UnitBook) -> dict[str, Any] | None:
        terms, facts = self.filed.terms, dict(book.facts)
        if self.change == "location":
            new = {"location": terms.get("new_location")}
        elif self.change == "use":
            new = {"use": terms.get("new_use")}
        elif self.change == "area":
            return {**facts, **areas_measured(self.filed, book.code)}
        else:
            return None
        return {**facts, **new} if any(facts.get(k) != v for k, v in new.items()) else None

    def title_after(self, book: UnitBook) -> dict[str, Any]:
        now, terms = self.title_now(book), self.filed.terms
        if self.change == "term" and terms.get("new_term_until") and now:
            return {**now, "terms": {**now["terms"], "term_until": terms["new_term_until"]}}
        if self.change == "coownership" and book.title is not None:
            return {
                **now,
                "coownership": terms.get("coownership", "sole"),
                "share_denominator": terms.get("share_denominator"),
                "holders": self._with_new_shares(book.title),
            }
        return now

    def differs(self, book: UnitBook) -> bool:
        title = book.title
        if self.change != "coownership" or title is None:
            return super().differs(book)
        terms = self.filed.terms
        before = {h.number_index: h.share_numerator for h in title.holders}
        new = {p.number_index: p.share_numerator for p in self.filed.role("holder")}
        return (before, title.coownership, title.share_denominator) != (
            new,
            terms.get("coownership", "sole"),
            terms.get("share_denominator"),
        )

    def _with_new_shares(self, title: RightFact) -> tuple[HolderIn, ...]:
        shares = {p.number_index: p.share_numerator for p in self.filed.role("holder")}
        return tuple(
            HolderIn(one.name, one.document_kind, one.number, shares.get(fact.number_index))
            for fact, one in zip(title.holders, kept(title, self.filed), strict=True)
        )

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        if self.change == "coownership":
            terms = self.filed.terms
            yield from shares_add_up(
                self.filed.role("holder"), terms.get("coownership", "sole"), terms.get("share_denominator")
            )
        if self.change == "term":
            yield from later_term(self.filed, book)


def areas_measured(filed: Filed, unit: str) -> dict[str, Any]:
    """The areas of a unit as surveyed: what else a survey says of it is not what was applied for."""
    measured = filed.surveyed.get(unit, {})
    return {k: v for k, v in measured.items() if k.endswith("area_m2")}


def later_term(filed: Filed, book: UnitBook) -> Iterable[Refusal]:
    """A term that changes begins where the land's begins and ends after its begin."""
    new = filed.terms.get("new_term_until")
    title = book.title
    since = (title.terms.get("term_from") if title else None) or book.parcel.get("term_from")
    if new and since and new <= since:
        yield Refusal(
            "F_TERM",
            "结束日期应晚于土地使用期限的开始日期。",
            "请按补充协议填写。",
            "民法典359",
            "new_term_until",
        )
