"""What a registration type is: declarations that can be said as a table, methods that reason on facts.

A type says who applies, what it asks, which obstacles in the book block it and how each may be answered, which effects
it has and which certificate comes out. The portal, the checks, the desk, the guide page and the docs read the same
class. Pure: it is given what was filed and what the book says, and asks nothing else.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, RegistrationKind
from dengbu.register.effects import Effect
from dengbu.register.rules import Answer, Judgement, Obstacle, RightFact, UnitBook
from dengbu.register.rules import obstacles as standing
from dengbu.register.successive import after

from ..policy.policy import office_calendar
from . import asking
from .asking import Ask
from .facts import Filed
from .tables import ALWAYS_BLOCK, HOLDERS_CONSENT, PAPERS, REMEDIES, Rule, Table

Side = Literal["owner", "taker", "other"]
Source = Literal[
    "register", "right", "notice", "bound", "contract", "typed", "us", "land", "partner", "window"
]
PaperWay = Literal["each", "listed", "none"]
Subject = Literal["home", "land", "right", "restriction", "project", "survey", "unit"]


@dataclass(frozen=True, slots=True)
class Role:
    """One side of an application: its key on the case, its word on paper, and where its people come from.

    `source`: register (owners in the book), right (holders of the right it is about), notice (who bought what is not
    theirs yet, by the notice of the purchase), bound (whom the notice it is about binds), land (holder of the land use
    right), contract (the contract on file, else typed), typed, us (the organisation that files), partner (a bank with an account at the office: chosen, where
    it does not file itself), window (nobody on line, only where the window files it).

    `at_window`: the source where the window files it and an organisation usually does.
    """

    key: str
    word: str
    side: Side
    source: Source = "typed"
    confirms: bool = False
    many: bool = True
    shares: bool = False  # how they hold it together is asked
    required: bool = True
    hint: str = ""  # said above the cards of those who are typed
    at_window: Source | None = None
    body: bool = False  # an organisation, never a person


def obstacles(book: UnitBook | None, at: dt.datetime) -> tuple[Obstacle, ...]:
    """What stands in the book, with the office's own calendar for the 90 days of a notice (corrections 23)."""
    return standing(book, at, office_calendar())


# A notice that lapsed blocks no longer, but goes only by an act: whoever enters past it says why (domain 3).
_HINDERS = (Rule.BLOCK, Rule.CONSENT, Rule.ALLOW_IF_HOLDER, Rule.RELEASE_FIRST, Rule.EXCLUDE)


class RegistrationType:
    """Base of all types. Subclasses declare, and reason in `check` and `effects`."""

    code: ClassVar[str]
    name: ClassVar[str]
    client: ClassVar[Client]
    # Whose portals it is filed from, where several sides may begin; None: its client's.
    filed_from: ClassVar[tuple[Client, ...] | None] = None
    line: ClassVar[str]
    kind: ClassVar[RegistrationKind]
    roles: ClassVar[tuple[Role, ...]] = ()
    owner_roles: ClassVar[tuple[str, ...]] = ()  # whose right is disposed of (义务人); from `roles`
    taker_roles: ClassVar[tuple[str, ...]] = ()  # who gets or keeps the right (权利人); from `roles`
    absent_roles: ClassVar[tuple[str, ...]] = ()  # who does not apply: the dead, those a judgment speaks of
    confirming: ClassVar[tuple[str, ...]] = ()  # who must confirm what another filed; from `roles`
    subject: ClassVar[Subject] = "home"
    target_kinds: ClassVar[tuple[str, ...]] = ()  # of the right or restriction it is about
    chooses_right: ClassVar[bool] = (
        False  # besides its home, a right on it is chosen (带押过户: the old mortgage)
    )
    # After a death whoever takes the right applies alone and is not in the book: they name the right's dead holder.
    heirs_apply: ClassVar[bool] = False
    form: ClassVar[tuple[Ask, ...]] = ()
    reason_first: ClassVar[bool] = False  # the reason says who applies: it is asked before the parties
    # Of the filing tasks, where the usual words do not fit; `reason_said` heads the card of what was answered there.
    titles: ClassVar[Mapping[str, str]] = {}
    produces: ClassVar[CertificateKind | None] = None
    voids_certificate: ClassVar[bool] = False
    answers_to: ClassVar[Mapping[str, Rule]] = ALWAYS_BLOCK
    papers: ClassVar[Mapping[Rule, tuple[str, str]]] = PAPERS
    conflict_class: ClassVar[str] = "disposal"
    # Whose own advance notice does not stand in their way (corrections 14); None: those who take.
    own_notice_roles: ClassVar[tuple[str, ...] | None] = None
    pending: ClassVar[Rule] = Rule.BLOCK  # another unfinished case on the unit (R_PENDING)
    # Entered on a paper that a court or another organ serves at the 协执窗口: `may` also on a ground of the office's own.
    served: ClassVar[Literal["", "may", "must"]] = ""
    holds: ClassVar[bool] = False  # once it is served, nothing that it would forbid is entered (查封规定 23)
    needs_contract: ClassVar[bool] = False
    survey_kinds: ClassVar[tuple[str, ...]] = ()  # of the survey it is filed on
    # Whether one co-owner's share may be burdened instead of the whole: asked where the home is held by shares.
    may_cover_share: ClassVar[bool] = False
    stopped_by_filing: ClassVar[bool] = False  # a sale on file to somebody else stops it (R_FILED)
    fee_rule: ClassVar[str]
    legal_basis: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "roles" in cls.__dict__:
            cls.owner_roles = tuple(r.key for r in cls.roles if r.side == "owner")
            cls.taker_roles = tuple(r.key for r in cls.roles if r.side == "taker")
            cls.confirming = tuple(r.key for r in cls.roles if r.confirms)

    def __init__(self, filed: Filed):
        self.filed = filed

    @property
    def registration_type(self) -> str:
        return self.code

    @property
    def docket_id(self) -> uuid.UUID | None:
        return self.filed.docket_id

    @property
    def unit_codes(self) -> tuple[str, ...]:
        return self.filed.unit_codes

    @property
    def opened(self) -> tuple[str, ...]:
        """Units that it opens in the book itself, from the survey: they may not be there yet, or only as a plan."""
        return ()

    @property
    def charged(self) -> tuple[str, ...]:
        """The units that the fee counts."""
        return self.unit_codes

    @property
    def target(self) -> uuid.UUID | None:
        """The right or restriction it is about, by public id."""
        value = self.filed.terms.get("right")
        return uuid.UUID(str(value)) if value else None

    @classmethod
    def fronts(cls) -> tuple[Client, ...]:
        """Whose portals it is filed from; what walks in is filed at the desk."""
        return cls.filed_from or (cls.client,)

    @classmethod
    def walks_in(cls) -> bool:
        """Whether the window files it for somebody although only an organisation's portal does otherwise."""
        return any(r.at_window for r in cls.roles)

    @classmethod
    def about_right(cls) -> bool:
        """Whether a right or a restriction in the book is chosen, not only a property."""
        return cls.subject in ("right", "restriction") or cls.chooses_right

    @classmethod
    def may_be_about(cls, right: RightFact) -> bool:
        """Whether a right in the book is of the kind that is chosen."""
        return right.kind in cls.target_kinds

    @classmethod
    def role(cls, key: str) -> Role | None:
        return next((r for r in cls.roles if r.key == key), None)

    @classmethod
    def word(cls, key: str) -> str:
        """What a role is called on paper."""
        found = cls.role(key)
        return found.word if found else key

    @classmethod
    def paper_way(cls, terms: Mapping[str, Any]) -> PaperWay:
        """What papers its rights get, given the answers: one each, one for all with a list of their units, or none."""
        return "each" if cls.produces else "none"

    @classmethod
    def makes(cls, terms: Mapping[str, Any]) -> tuple[CertificateKind, ...]:
        """Which kinds of paper come out, given the answers; none where nothing is handed out."""
        return (cls.produces,) if cls.produces and cls.paper_way(terms) != "none" else ()

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        """Roles that must have somebody, given the answers: a judgment lets one side apply alone (条例 14)."""
        return tuple(r.key for r in cls.roles if r.required)

    def publishes(self) -> bool:
        """Whether the public notice that the policy sets is published in this case."""
        return True

    def second_review(self) -> bool:
        """Whether the second reviewer that the policy sets is asked in this case."""
        return True

    def registrations(self) -> tuple[RegistrationType, ...]:
        """What is entered for one acceptance, in order: one entry each. Combined types have several."""
        return (self,)

    def claim_class(self) -> str:
        """Two pending cases with the same class on one unit exclude each other."""
        return f"right:{self.target}" if self.subject in ("right", "restriction") else self.conflict_class

    def parts_named(self) -> tuple[str, ...]:
        """What is entered, in words and in order, where it is more than one thing; empty for one."""
        parts = self.registrations()
        return tuple(part.name for part in parts) if len(parts) > 1 else ()

    def judge(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Judgement:
        """Everything that stands against the registration, and how what can be answered was answered.

        One function for three moments: filing, pre-review, entry (register.md).
        """
        refusals: list[Refusal] = []
        answers: dict[uuid.UUID, Answer] = {}
        warnings: list[Refusal] = []
        opened = frozenset(self.opened)
        for code in self.unit_codes:
            book = books.get(code)
            if book is None and code in opened:
                continue
            for obstacle in obstacles(book, at):
                rule = self.rule_now(obstacle, book)
                answer = self._answer(obstacle, rule)
                if answer is None:
                    refusals.append(self._refusal(obstacle, rule))
                elif obstacle.public_id is not None and not self.is_target(obstacle.public_id):
                    answers[obstacle.public_id] = Answer(
                        obstacle.public_id, obstacle.code, answer[0], answer[1]
                    )
                if answer is not None and rule in (Rule.WARN, Rule.MANUAL, Rule.UNDERTAKING):
                    warnings.append(self._refusal(obstacle, rule))
        book = books.get(self.filed.unit_code)
        if book is None and self.filed.unit_code in opened:
            refusals.extend(self.check_opening(books, at))
        elif book is not None and not book.closed:
            refusals.extend(self.check_all(book, books, at))
        if self.filed.other_case:
            (warnings if self.pending is Rule.WARN else refusals).append(
                Refusal(
                    "R_PENDING",
                    "这处不动产另有一件申请正在办理。",
                    "请等那件办结或撤回后再申请；如有疑问请致电登记中心。",
                    "操作规范1.4",
                    "unit",
                )
            )
        return Judgement(
            tuple(dict.fromkeys(refusals)), tuple(answers.values()), tuple(dict.fromkeys(warnings))
        )

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        """How this registration answers an obstacle: its table, unless the case itself makes a difference."""
        rule = self.answers_to.get(obstacle.code, Rule.BLOCK)
        if (
            obstacle.code == "R_LANDSEAL"
            and rule is Rule.BLOCK
            and book is not None
            and not book.owner_has_land
        ):
            return (
                Rule.MANUAL
            )  # a seizure of land reaches the house unless owners differ (查封规定21; corrections 6)
        return rule

    def rule_now(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        """`rule_for`, where a notice that lapsed is for the officer to confirm instead of its holder (民法典 221)."""
        rule = self.rule_for(obstacle, book)
        if obstacle.lapsed and rule in _HINDERS and not self._holds(obstacle):
            return Rule.MANUAL
        return rule

    def _holds(self, obstacle: Obstacle) -> bool:
        """Whether those whose own notice is no obstacle hold this one."""
        roles = self.taker_roles if self.own_notice_roles is None else self.own_notice_roles
        return bool(obstacle.holders) and obstacle.holders <= self.filed.indexes(*roles)

    def is_target(self, public_id: uuid.UUID) -> bool:
        """Whether a right or restriction is what this registration itself is about (a mortgage to be discharged)."""
        return self.about_right() and public_id == self.target

    def check_opening(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        """What the type's own law asks where the unit applied for is not in the book yet."""
        return self.weigh(self.filed.terms)

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        """What the type's own law asks besides obstacles, given all its units."""
        return self.check(book)

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        """What the type's own law asks besides obstacles."""
        return self.weigh(self.filed.terms)

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        """What can be said of the answers alone. The filing page says it at once, field by field."""
        return asking.unanswered(cls.form, terms)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        raise NotImplementedError(f"{self.code} has no effects")

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        """Conditions that put conditional items on the checklist."""
        found = asking.conditions(self.form, self.filed.terms)
        if book is None:
            return frozenset(found)
        owned = book.ownership
        if owned and (len(owned.holders) > 1):
            found.add("co_owned")
        for obstacle in obstacles(book, at):
            if obstacle.public_id is not None and self.is_target(obstacle.public_id):
                continue
            rule = self.rule_now(obstacle, book)
            if rule is Rule.ALLOW_IF_HOLDER and not self._holds(obstacle):
                rule = Rule.CONSENT
            paper = self.paper_for(obstacle, rule)
            if paper is not None:
                found.add(paper[1])
        return frozenset(found)

    def paper_for(self, obstacle: Obstacle, rule: Rule) -> tuple[str, str] | None:
        """The paper that answers an obstacle under a rule, and the condition that asks for it."""
        return self.papers.get(rule)

    def _answer(self, obstacle: Obstacle, rule: Rule) -> tuple[str, str] | None:
        filed = self.filed
        if rule in (Rule.INFO, Rule.WARN):
            return rule.value, "已告知申请人"
        if rule in (Rule.CONVERT, Rule.HANDLED):
            return rule.value, "随本次登记一并处理"
        paper = self.paper_for(obstacle, rule)
        if paper is not None:
            return (rule.value, paper[0]) if paper[0] in filed.evidence else None
        if rule is Rule.ALLOW_IF_HOLDER:
            if self._holds(obstacle):
                return rule.value, "预告登记权利人即本次申请人"
            return self._answer(obstacle, Rule.CONSENT)
        if rule is Rule.IF_DEBTOR:
            if obstacle.holders and obstacle.holders <= filed.indexes(*self.taker_roles):
                return rule.value, "被预查封人即本次取得人，预查封转为查封"
            return None
        if rule is Rule.MANUAL:
            reason = filed.officer.get(str(obstacle.public_id))
            return (rule.value, reason) if reason else None
        return None

    def _refusal(self, obstacle: Obstacle, rule: Rule) -> Refusal:
        remedy, basis = REMEDIES.get(obstacle.code, ("请到登记窗口咨询。", "条例22"))
        if rule is Rule.CONSENT_COURT:
            remedy = "须查封或限制机关书面同意，或先办理解除。"
        elif obstacle.lapsed and rule is Rule.MANUAL:
            remedy, basis = (
                "请先注销这项预告登记；或由审核人员核实其自能够登记之日起90日内未申请登记，写明理由后继续办理。",
                "民法典221",
            )
        elif rule is Rule.EXCLUDE:
            remedy = "请把这一单元从抵押清单中去掉后再提交。"
        return Refusal(obstacle.code, obstacle.text, remedy, basis, "unit")


class AboutRight(RegistrationType):
    """A type that is about one right in the book: it names it, and the right must be live and of the right kind."""

    subject = "right"
    missing_text: ClassVar[str] = "登记簿上没有这一权利，或者已经注销。"

    def the_right(self, book: UnitBook) -> RightFact | None:
        right = book.right(self.target) if self.target else None
        return right if right is not None and right.kind in self.target_kinds else None

    def targeted(self, books: Mapping[str, UnitBook]) -> tuple[UnitBook, RightFact]:
        """The unit's book and the right, for `effects`: `check` has refused what is not there."""
        book = books[self.filed.unit_code]
        right = self.the_right(book)
        assert right is not None
        return book, right

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        if self.the_right(book) is None:
            yield Refusal(
                "B_NO_RIGHT", self.missing_text, "请重新选择，或到窗口查询登记簿。", "条例10", "right"
            )
        yield from super().check(book)


class Combined(RegistrationType):
    """合并办理: one acceptance, several entries in one transaction, each judged on the book as the one before leaves it."""

    parts: ClassVar[tuple[type[RegistrationType], ...]]
    # For each part: which roles of the case it sees under which names.
    part_roles: ClassVar[tuple[Mapping[str, str], ...]] = ()

    def registrations(self) -> tuple[RegistrationType, ...]:
        return tuple(self.part(n) for n in range(len(self.parts)))

    @classmethod
    def makes(cls, terms: Mapping[str, Any]) -> tuple[CertificateKind, ...]:
        return tuple(dict.fromkeys(kind for part in cls.parts for kind in part.makes(terms)))

    def part(self, n: int) -> RegistrationType:
        return self.parts[n](self.filed.seen_as(self.part_roles[n]) if self.part_roles else self.filed)

    def judge(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Judgement:
        refusals: list[Refusal] = []
        answers: list[Answer] = []
        warnings: list[Refusal] = []
        for registration in self.registrations():
            one = registration.judge(books, at)
            refusals += one.refusals
            warnings += one.warnings
            answers += one.answers
            if one.refusals:
                break  # what follows rests on what this one enters
            books = after(books, registration.effects(books, at), at)
        return Judgement(tuple(refusals), tuple(answers), tuple(dict.fromkeys(warnings)))

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        """What each part asks for on the book it finds; past a part that is still refused, what the answers ask."""
        found = asking.conditions(self.form, self.filed.terms)
        for registration in self.registrations():
            found |= (
                registration.conditions(book, at)
                if book is not None
                else asking.conditions(registration.form, registration.filed.terms)
            )
            if book is not None:
                books = {book.code: book}
                if registration.judge(books, at).refusals:
                    book = None
                else:
                    book = after(books, registration.effects(books, at), at)[book.code]
        return frozenset(found)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        """All effects in order, for a preview; `enter` is given the parts."""
        for registration in self.registrations():
            made = tuple(registration.effects(books, at))
            yield from made
            books = after(books, made, at)

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        for part in cls.parts:
            yield from part.weigh(terms)


__all__ = [
    "HOLDERS_CONSENT",
    "AboutRight",
    "Ask",
    "Combined",
    "PaperWay",
    "RegistrationType",
    "Role",
    "Rule",
    "Table",
]
