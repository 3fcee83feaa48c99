"""The shape of the policy files: what an office may set by date without touching code.

Every file is TOML; a wrong key, a missing text or two versions for one day are told by `PolicyError` with file, key
and remedy. Days are working days unless a name says otherwise; money is integer 分.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from dengbu.core.vocabulary import CertificateKind, Client, RegistrationKind

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
When = Literal["required", "conditional", "optional"]
Source = Literal["upload", "shared", "generated", "original_surrendered"]
Partner = Literal[
    "",
    "housing",
    "tax",
    "register",
    "police",
    "civil_affairs",
    "market",
    "court",
    "planning",
    "survey",
    "notary",
]
ProvidedBy = Key  # a role of the type, "applicant" for whoever files, "office" for us
Channel = Literal["web", "mobile", "kiosk", "desk", "api"]


class PolicyError(ValueError):
    """A policy file is not as it should be: which file, which key, what to do."""

    def __init__(self, file: str, key: str, problem: str, remedy: str):
        self.file, self.key, self.problem, self.remedy = file, key, problem, remedy
        super().__init__(f"{file}：{key + '：' if key else ''}{problem}。{remedy}")


class PolicyMissing(PolicyError):
    """No version of a policy is in force on the day asked for."""


class Model(BaseModel):
    """Read-only and without unknown keys: a misspelt key is an error, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Model):
    """Something in force from a day (inclusive) until a day (inclusive, empty: open)."""

    valid_from: dt.date
    valid_until: dt.date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until 早于 valid_from")
        return self

    def covers(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


# --- materials and checklists -----------------------------------------------------------------------------------


class Material(Model):
    """A kind of paper, described once in `materials.toml` for all types."""

    name: Text
    source: Source
    shared_from: Partner = ""
    why: str = ""
    where: str = ""
    sample: str = ""
    originals: int = Field(default=1, ge=0, le=9)
    copies: int = Field(default=0, ge=0, le=9)
    min_pages: int = Field(default=1, ge=0, le=200)
    max_pages: int = Field(default=20, ge=1, le=500)


class ItemSetting(Model):
    """A line of a type's checklist as written in its file; what is left out comes from `materials.toml`."""

    code: Code
    when: When = "required"
    condition: Key | None = None
    provided_by: ProvidedBy = "applicant"
    name: Text | None = None
    why: Text | None = None
    where: Text | None = None
    sample: Text | None = None
    originals: int | None = Field(default=None, ge=0, le=9)
    copies: int | None = Field(default=None, ge=0, le=9)
    min_pages: int | None = Field(default=None, ge=0, le=200)
    max_pages: int | None = Field(default=None, ge=1, le=500)

    @model_validator(mode="after")
    def _conditional_has_condition(self) -> Self:
        if (self.when == "conditional") != (self.condition is not None):
            raise ValueError("when 为 conditional 时必须写 condition，其他情况不写")
        return self


class ChecklistItem(Model):
    """One thing to bring, in plain words. `why` says what it is and how to photograph it, `where` who gives it."""

    code: Code
    name: Text
    why: Text
    when: When
    condition: Key | None
    condition_label: str
    provided_by: ProvidedBy
    source: Source
    shared_from: Partner
    where: str
    sample: str
    originals: int
    copies: int
    min_pages: int
    max_pages: int

    @model_validator(mode="after")
    def _pages_in_order(self) -> Self:
        if self.min_pages > self.max_pages:
            raise ValueError("min_pages 大于 max_pages")
        return self

    @property
    def generated(self) -> bool:
        """We make it ourselves (申请书, 询问笔录): nothing to upload, only to sign."""
        return self.source == "generated"

    @property
    def can_be_exempt(self) -> bool:
        """Need not be brought when the partner has sent it (条例 24)."""
        return bool(self.shared_from)

    @property
    def surrendered(self) -> bool:
        """The original stays with the office when a new certificate is issued."""
        return self.source == "original_surrendered"

    def applies(self, conditions: frozenset[str] | set[str]) -> bool:
        """Whether the line stands on the list of a case in which these conditions hold."""
        return self.when != "conditional" or self.condition in conditions


class Question(Model):
    """A question of the 询问笔录, with the answers that may be given."""

    key: Key
    text: Text
    asked: ProvidedBy = "applicant"
    answers: tuple[Text, ...] = ()
    expected: Text | None = None
    condition: Key | None = None

    @model_validator(mode="after")
    def _expected_is_an_answer(self) -> Self:
        if self.expected and self.answers and self.expected not in self.answers:
            raise ValueError("expected 不在 answers 之内")
        return self

    def applies(self, conditions: frozenset[str] | set[str]) -> bool:
        return self.condition is None or self.condition in conditions


# What may ever be accepted on an undertaking: papers that are looked at beside those an entry rests on. Who somebody is,
# where a right comes from, what was agreed, who consents and the tax are never among them, whatever an office writes.
SECONDARY: Final = frozenset({"MARR", "PRELIC", "HSURVEY"})


class UndertakingRule(Dated):
    """容缺受理, 告知承诺: that a material of these types may follow acceptance, or be replaced by an undertaking.

    `later`: it is here within `days` working days and before the entry. `instead`: the fact is checked within `days`
    working days, after the entry. `statement` is what is undertaken. 国办发〔2020〕42号.
    """

    material: Code
    kind: Literal["later", "instead"]
    days: int = Field(ge=1, le=60)
    types: tuple[Code, ...] = Field(min_length=1)
    statement: Text

    @model_validator(mode="after")
    def _secondary(self) -> Self:
        if self.material not in SECONDARY:
            raise ValueError(f"{self.material} 是登簿所依据的材料，不能容缺或者以承诺代替")
        return self


# --- types ------------------------------------------------------------------------------------------------------


class Output(Model):
    """What comes out: a certificate or a proof, for whom."""

    kind: CertificateKind
    holder: Text


class FeeUse(Model):
    """A fee rule of `fees.toml` that the type is charged by; combined types have several."""

    rule: Code
    part: str = ""


class Texts(Model):
    """What the guide page says before anybody starts."""

    summary: Text
    needs: tuple[Text, ...] = Field(min_length=1)
    minutes: int = Field(ge=1, le=180)
    result: Text


class TypeFile(Dated):
    """One version of one type, as written."""

    code: Code
    version: Text
    name: Text
    client: Client
    kinds: tuple[RegistrationKind, ...] = Field(min_length=1)
    combines: tuple[Code, ...] = ()
    outputs: tuple[Output, ...] = ()
    fees: tuple[FeeUse, ...] = Field(min_length=1)
    promised_days: int = Field(ge=0, le=30)
    statutory_days: int | None = Field(default=None, ge=0, le=30)  # None: as time_limits.toml says
    public_notice_days: int = Field(default=0, ge=0, le=90)
    public_notice_when: str = (
        ""  # where only some cases of the type are published: which, as the guide says it
    )
    site_visit: Literal["none", "required", "if_destroyed", "officer_decides"] = "none"
    pass_valid_days: int | None = Field(default=None, ge=1, le=90)
    correction_days: int | None = Field(default=None, ge=1, le=60)
    reviews: int = Field(default=1, ge=1, le=2)  # officers who examine: the reviewer, and a second one (复审)
    sign_off: tuple[
        Key, ...
    ] = ()  # conditions under which the leader signs last (领导签批); "always": in each case
    visit_officers: int = Field(default=2, ge=1, le=2)  # who go together to whoever cannot come
    payment_due: Literal["before_issue", "before_entry"] = "before_issue"
    legal_basis: tuple[Text, ...] = Field(min_length=1)
    texts: Texts
    checklist: tuple[ItemSetting, ...] = Field(min_length=1)
    questions: tuple[Question, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        seen: set[tuple[str, str | None, str]] = set()
        for item in self.checklist:
            line = (item.code, item.condition, item.provided_by)
            if line in seen:
                raise ValueError(f"checklist 中 {item.code} 重复")
            seen.add(line)
        keys = [question.key for question in self.questions]
        if len(keys) != len(set(keys)):
            raise ValueError("questions 中 key 重复")
        return self


class Opening(Model):
    """From which day a channel takes the named types (empty: all types of the named clients)."""

    channel: Channel
    opens: dt.date
    closes: dt.date | None = None
    phase: Literal["trial", "full"] = "full"
    types: tuple[Code, ...] = ()
    clients: tuple[Client, ...] = ()

    def is_open(self, day: dt.date) -> bool:
        return self.opens <= day and (self.closes is None or day <= self.closes)


class TypePolicy(Dated):
    """One version of one type, ready to use: texts filled in from the materials list, openings of its channels."""

    code: Code
    version: Text
    name_cn: Text
    client: Client
    kinds: tuple[RegistrationKind, ...]
    combines: tuple[Code, ...]
    outputs: tuple[Output, ...]
    fees: tuple[FeeUse, ...]
    promised_days: int
    statutory_days: int
    public_notice_days: int
    public_notice_when: str
    site_visit: str
    pass_valid_days: int
    correction_days: int
    reviews: int
    sign_off: tuple[Key, ...]
    visit_officers: int
    payment_due: str
    legal_basis: tuple[str, ...]
    texts: Texts
    checklist: tuple[ChecklistItem, ...]
    questions: tuple[Question, ...]
    openings: tuple[Opening, ...]

    def checklist_for(self, conditions: frozenset[str] | set[str]) -> tuple[ChecklistItem, ...]:
        """The lines that stand on the list of a case in which these conditions hold."""
        return tuple(item for item in self.checklist if item.applies(conditions))

    def questions_for(self, conditions: frozenset[str] | set[str]) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.applies(conditions))

    def item(self, code: str) -> ChecklistItem | None:
        """The first line with this material code."""
        return next((item for item in self.checklist if item.code == code), None)

    def is_open(self, channel: str, day: dt.date) -> bool:
        """Whether the type may be filed through this channel on this day."""
        return any(opening.channel == channel and opening.is_open(day) for opening in self.openings)

    def opens_on(self, channel: str) -> dt.date | None:
        """The first day the channel takes the type, None when it never does."""
        return min((o.opens for o in self.openings if o.channel == channel), default=None)


# --- who applies ------------------------------------------------------------------------------------------------


class Licence(Dated):
    """What an organisation shows at its filing (备案), and what it may apply for with it (corrections 27).

    `as`: the clients as whom it applies, for every type of theirs. `types`: single types of the developers' besides.
    """

    key: Key
    kind: Literal["developer", "bank", "enterprise"]
    name: Text
    who: Text
    clients: tuple[Literal["developer", "bank"], ...] = Field(default=(), alias="as")
    types: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _files_something(self) -> Self:
        if not self.clients and not self.types:
            raise ValueError(f"证照 {self.key} 什么也不能申请")
        return self


# --- fees -------------------------------------------------------------------------------------------------------


class FeeRule(Model):
    """How one kind of registration is charged.

    `amount`: by the use of the unit, always non-residential, nothing but certificates, or nothing. `percent` of the
    amount, with other percents for a `detail` of the case. `counted_by`: one 件 per unit, per parcel, or per case.
    """

    amount: Literal["by_use", "non_residential", "residential", "certificates_only", "none"]
    payer: Literal["right_holder", "mortgagee", "applicant", "developer", "objector", "nobody"]
    percent: int = Field(default=100, ge=0, le=100)
    percents: dict[Key, int] = {}
    counted_by: Literal["unit", "parcel", "case"] = "unit"
    certificates: Literal["first_included", "each", "free"] = "first_included"
    item: Text = "不动产登记费"
    free_reason: str = ""


class Exemption(Model):
    """A reason not to pay. `waives` the registration fee, or the certificates as well; `rules` it holds for (empty: all).

    `claimed_by`: the applicant is asked, an officer finds it, or the register shows it. `given`: what an applicant
    who claims it gives: an undertaking that we print and they sign, or a paper to upload.
    """

    code: Code
    name: Text
    waives: Literal["fee", "all", "fee_keep_each_certificate"]
    proof: Text
    basis: Text
    rules: tuple[Code, ...] = ()
    claimed_by: Literal["applicant", "officer", "register"] = "register"
    given: Literal["", "undertaking", "paper"] = ""
    hint: str = ""

    @model_validator(mode="after")
    def _what_is_asked_for_is_given(self) -> Self:
        if (self.claimed_by == "applicant") != bool(self.given):
            raise ValueError(f"减免项 {self.code}：申请人提出的才写 given，并且必须写")
        return self

    def holds_for(self, rule: str) -> bool:
        return not self.rules or rule in self.rules


class FeeStandard(Dated):
    """The fee standard in force in a period, in 分."""

    version: Text
    basis: Text
    residential_fen: int = Field(ge=0)
    non_residential_fen: int = Field(ge=0)
    attached_space_fen: int = Field(ge=0)
    certificate_fen: int = Field(ge=0)
    mixed_parcel: Literal["highest", "each_use"] = "highest"
    small_mortgagor_exempts: bool = False
    rules: dict[Code, FeeRule]
    exemptions: tuple[Exemption, ...] = ()

    @model_validator(mode="after")
    def _exemptions_name_known_rules(self) -> Self:
        for exemption in self.exemptions:
            unknown = set(exemption.rules) - set(self.rules)
            if unknown:
                raise ValueError(f"减免项 {exemption.code} 提到不存在的规则 {min(unknown)}")
        return self


# --- days -------------------------------------------------------------------------------------------------------


class TimeLimit(Dated):
    """One legal period, by date."""

    key: Key
    name: Text
    amount: int = Field(ge=0)
    unit: Literal["working_days", "calendar_days", "months", "years", "minutes"]
    renewals: int | None = Field(
        default=None, ge=0
    )  # of a seizure: how often it may be renewed; None: no limit known
    basis: Text


class HolidayYear(Model):
    """The days off and make-up days of a year; weekends need not be written."""

    year: int = Field(ge=2019, le=2200)
    provisional: bool = False
    source: Text
    complete: bool = True
    days_off: tuple[dt.date, ...] = ()
    working: tuple[dt.date, ...] = ()

    @model_validator(mode="after")
    def _days_of_the_year(self) -> Self:
        for day in (*self.days_off, *self.working):
            if day.year != self.year:
                raise ValueError(f"{day} 不是 {self.year} 年的日期")
        return self
