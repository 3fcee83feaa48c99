"""Messages of the housing department, version 1: contract filings (合同备案) and transaction reviews (交易审核).

The models only; `contracts.reading` turns bytes into them. Amounts on the wire are decimal strings in 元, inside
they are 分; areas are ㎡. Pure: the legal instant and the area code of the office are given by the caller (`Context`).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from dengbu.core import clock, identifiers
from dengbu.core.money import yuan_to_fen
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import DocumentKind

VERSION = "v1"
MAX_BODY_BYTES = 256 * 1024
MAX_PARTIES = 20
_SKEW = dt.timedelta(minutes=5)
_DECIMAL = re.compile(r"(?:0|[1-9]\d{0,12})(?:\.\d{1,2})?")

FilingStatus = Literal["filed", "replaced", "withdrawn", "cancelled"]
SaleKind = Literal["presale", "new_sale", "existing_sale"]
PaymentMethod = Literal["full", "instalment", "loan", "provident_fund", "combined_loan", "other"]
ReviewStatus = Literal["in_force", "withdrawn", "cancelled"]
ReviewResult = Literal["passed", "limited", "failed"]
FundsSupervision = Literal["none", "waived", "supervised", "released"]
PolicyLimitKind = Literal["sale_limit", "purchase_limit", "policy_housing", "other"]


@dataclass(frozen=True, slots=True)
class Context:
    """What judging a message needs from outside: the legal instant (aware) and the office's six digits ('' =
    any).
    """

    now: dt.datetime
    area_code: str = ""


def _fault(found: Refusal) -> PydanticCustomError:
    """A refusal carried through pydantic, so that every fault keeps its path and its own sentence."""
    carried = {"code": found.code, "message": found.message, "remedy": found.remedy, "at": found.field}
    return PydanticCustomError("refusal", "refused", carried)


def _say(code: str, message: str, remedy: str = "", *, at: str = "") -> PydanticCustomError:
    """`at`: the field below the place that is being judged."""
    return _fault(Refusal(code, message, remedy, field=at))


def _instant(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value
    try:
        instant = dt.datetime.fromisoformat(value) if isinstance(value, str) and len(value) > 10 else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise _say("TIME_FORM", "时间应写明日期、时刻和时区", "例如 2026-11-22T09:30:00+08:00。")
    return instant


def _past(value: dt.datetime, info: ValidationInfo) -> dt.datetime:
    if value > _context(info).now + _SKEW:
        raise _say("TIME_FUTURE", "时间晚于现在", "请核对日期和时区，并校准服务器时间。")
    return value


def _decimal(value: Any) -> Decimal:
    text = value if isinstance(value, str) else str(value) if isinstance(value, Decimal | int) else ""
    if isinstance(value, bool) or not _DECIMAL.fullmatch(text):
        raise _say("DECIMAL_FORM", "应为最多两位小数的数字，不带单位和千分号", '例如 "1200000.00"。')
    if Decimal(text) == 0:
        raise _say("DECIMAL_ZERO", "应大于 0", "请核对后重新推送。")
    return Decimal(text).quantize(Decimal("0.01"))


def _context(info: ValidationInfo) -> Context:
    if not isinstance(info.context, Context):
        raise TypeError("messages are read with a Context")
    return info.context


Instant = Annotated[
    dt.datetime, BeforeValidator(_instant), PlainSerializer(lambda value: value.isoformat(), when_used="json")
]
Amount = Annotated[Decimal, BeforeValidator(_decimal), PlainSerializer(str, when_used="json")]
Version = Annotated[int, Field(strict=True, ge=1, le=100_000)]
Number = Annotated[str, BeforeValidator(lambda v: identifiers.half_width(v) if isinstance(v, str) else v)]


class _Message(BaseModel):
    # hide_input: a message that fails must not put identity numbers into a traceback or a log.
    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True
    )


class Party(_Message):
    """A seller or buyer. Numbers are normalised: half-width, no blanks, capital X."""

    name: str = Field(title="姓名或名称", min_length=2, max_length=100)
    document_kind: DocumentKind = Field(title="证件种类")
    number: str = Field(title="证件号码", max_length=40, repr=False)
    phone: str = Field(default="", title="手机号码", max_length=30, repr=False)

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        return identifiers.normalise_name(value)

    @field_validator("number")
    @classmethod
    def _number(cls, value: str, info: ValidationInfo) -> str:
        kind = info.data.get("document_kind")  # missing where the kind itself is at fault
        if kind is not None:
            found = identifiers.check_document_number(
                kind, value, today=clock.local(_context(info).now).date()
            )
            if found is not None:
                raise _fault(found)
        return identifiers.normalise_number(value)

    @field_validator("phone")
    @classmethod
    def _phone(cls, value: str) -> str:
        # Landlines of companies are kept as they come; only a mobile number has a form to be judged by.
        number = identifiers.normalise_phone(value)
        if number.startswith("1") and (found := identifiers.check_phone(value)) is not None:
            raise _fault(found)
        return number


Parties = Annotated[tuple[Party, ...], Field(min_length=1, max_length=MAX_PARTIES)]


class _OnUnit(_Message):
    """What both messages say about the home."""

    unit_code: str = Field(title="不动产单元号", max_length=60)
    housing_code: str = Field(default="", title="房屋编码", max_length=60)

    @field_validator("unit_code")
    @classmethod
    def _unit_code(cls, value: str, info: ValidationInfo) -> str:
        found = identifiers.check_unit_code(value, area=_context(info).area_code)
        if found is not None:
            raise _fault(found)
        code = identifiers.normalise_number(value)
        if code[19] != "F":
            raise _say(
                "UNIT_CODE_NOT_A_HOUSE",
                "不动产单元号第 20 位应为 F（房屋）",
                "请推送房屋的单元号，而不是宗地的。",
            )
        return code


class Filing(_OnUnit):
    """One contract on file, as of `version`. A change comes as a higher version of the same filing number."""

    filing_no: Number = Field(title="备案号", min_length=1, max_length=60)
    contract_no: Number = Field(title="合同编号", min_length=1, max_length=60)
    version: Version = Field(title="备案版本")
    kind: SaleKind = Field(title="买卖类型")
    status: FilingStatus = Field(title="备案状态")
    status_reason: str = Field(default="", title="状态原因", max_length=200)
    status_at: Instant | None = Field(default=None, title="状态变化时间")
    replaced_by: Number = Field(default="", title="替代的备案号", max_length=60)
    address: str = Field(title="坐落", min_length=2, max_length=200)
    area_m2: Amount = Field(title="建筑面积")
    price_yuan: Amount = Field(title="合同金额")
    payment_method: PaymentMethod = Field(default="other", title="付款方式")
    sellers: Parties = Field(title="出卖人")
    buyers: Parties = Field(title="买受人")
    filed_at: Instant = Field(title="备案时间")

    _filed_before_now = field_validator("filed_at")(_past)

    @property
    def price_fen(self) -> int:
        """The price in 分."""
        return yuan_to_fen(self.price_yuan)

    @field_validator("buyers")
    @classmethod
    def _own_buyer(cls, value: tuple[Party, ...], info: ValidationInfo) -> tuple[Party, ...]:
        sellers: tuple[Party, ...] = info.data.get("sellers", ())
        both = {_key(p) for p in sellers}
        for place, party in enumerate(value, 1):
            if _key(party) in both:
                raise _say(
                    "PARTY_ON_BOTH_SIDES", f"第 {place} 位买受人同时是出卖人", "请核对双方的证件号码。"
                )
        return value

    @field_validator("sellers", "buyers")
    @classmethod
    def _once(cls, value: tuple[Party, ...]) -> tuple[Party, ...]:
        seen: dict[tuple[str, str], int] = {}
        for place, party in enumerate(value, 1):
            first = seen.setdefault(_key(party), place)
            if first != place:
                raise _say(
                    "PARTY_TWICE", f"第 {place} 位与第 {first} 位的证件号码相同", "每位当事人只写一次。"
                )
        return value

    @model_validator(mode="after")
    def _ended_with_reason(self) -> Filing:
        _check_end(self.status, "filed", self.status_reason, self.status_at)
        if self.status == "replaced" and self.replaced_by in ("", self.filing_no):
            raise _say(
                "REPLACED_BY_MISSING",
                "备案已被替代，但没有写明替代它的备案号",
                "请在 replaced_by 写明新的备案号。",
                at="replaced_by",
            )
        if self.status != "replaced" and self.replaced_by:
            raise _say(
                "REPLACED_BY_UNUSED",
                "只有状态为 replaced 时才填写 replaced_by",
                "请去掉该字段或改正状态。",
                at="replaced_by",
            )
        return self


class PolicyLimit(_Message):
    """限售, 限购, 政策性住房: why the home may not be sold or bought freely, and until when."""

    kind: PolicyLimitKind = Field(title="限制种类")
    text: str = Field(title="限制说明", min_length=2, max_length=100)
    until: dt.date | None = Field(default=None, title="限制截止日期")


class Review(_OnUnit):
    """One transaction review, as of `version`."""

    review_no: Number = Field(title="审核编号", min_length=1, max_length=60)
    version: Version = Field(title="审核版本")
    status: ReviewStatus = Field(title="审核状态")
    status_reason: str = Field(default="", title="状态原因", max_length=200)
    status_at: Instant | None = Field(default=None, title="状态变化时间")
    filing_no: Number = Field(default="", title="备案号", max_length=60)
    sellers: Parties = Field(title="出卖人")
    buyers: Parties = Field(title="买受人")
    result: ReviewResult = Field(title="审核结果")
    funds_supervision: FundsSupervision = Field(title="资金监管状态")
    policy_limits: tuple[PolicyLimit, ...] = Field(default=(), title="政策限制", max_length=10)
    reviewed_at: Instant = Field(title="审核时间")

    _reviewed_before_now = field_validator("reviewed_at")(_past)

    @property
    def policy_limit(self) -> str:
        """All limits as one line for people, at most 200 characters."""
        return "；".join(
            limit.text + (f"（至 {limit.until.isoformat()}）" if limit.until else "")
            for limit in self.policy_limits
        )[:200]

    @model_validator(mode="after")
    def _consistent(self) -> Review:
        _check_end(self.status, "in_force", self.status_reason, self.status_at)
        if self.result == "limited" and not self.policy_limits:
            raise _say(
                "LIMIT_MISSING",
                "审核结果为“有限制”，但没有写明限制",
                "请在 policy_limits 写明种类和说明。",
                at="policy_limits",
            )
        return self


class _Push(_Message):
    wire: Literal["v1"] = Field(title="接口版本")
    source: str = Field(title="来源系统编号", pattern=r"^[A-Za-z0-9_-]{2,40}$")
    message_id: str = Field(title="消息编号", pattern=r"^[A-Za-z0-9_.:-]{8,80}$")
    sent_at: Instant = Field(title="发送时间")


class FilingPush(_Push):
    """POST /api/v1/housing/contract-filings"""

    filing: Filing = Field(title="合同备案")


class ReviewPush(_Push):
    """POST /api/v1/housing/transaction-reviews"""

    review: Review = Field(title="交易审核")


class Problem(_Message):
    """A refusal on the wire. `field` is the JSON path, '$' for the whole message."""

    code: str
    field: str = "$"
    message: str
    remedy: str = ""

    @classmethod
    def of(cls, found: Refusal) -> Problem:
        return cls(code=found.code, field=found.field or "$", message=found.message, remedy=found.remedy)


class Answer(_Message):
    """What the sender gets back. `taken`: in force here; `already_taken`: the same again; `superseded`: a
    newer version is held; `kept_with_problems`: kept for staff to see, not in use until the problems are
    settled."""

    outcome: Literal["taken", "already_taken", "superseded", "kept_with_problems", "refused"]
    subject: str = ""
    version: int | None = None
    problems: tuple[Problem, ...] = ()


def _key(party: Party) -> tuple[str, str]:
    return party.document_kind.value, party.number


def _check_end(status: str, live: str, reason: str, at: dt.datetime | None) -> None:
    """A filing or review that is no longer in force says why and since when; one in force says neither."""
    if status != live and (not reason or at is None):
        at_fault = "status_at" if reason else "status_reason"
        raise _say(
            "STATUS_REASON_MISSING",
            f"状态为 {status} 时应写明原因和时间",
            "请填写 status_reason 和 status_at。",
            at=at_fault,
        )
    if status == live and at is not None:
        raise _say(
            "STATUS_AT_UNUSED",
            f"状态为 {live} 时不填写 status_at",
            "请去掉该字段或改正状态。",
            at="status_at",
        )
