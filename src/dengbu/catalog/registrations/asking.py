"""What a type asks the applicant, declared once: the filing page, the checks and the reviewer's sheet read it.

An `Ask` is one question with its kind; `read` turns what was typed into terms (money in 分, days as ISO text, yes/no
as bool) or into one sentence per field; `unanswered` refuses what is missing. Pure.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from dengbu.core.clock import SHANGHAI
from dengbu.core.identifiers import check_unit_code, half_width, parse_date
from dengbu.core.money import fen_to_yuan, format_yuan, yuan_to_fen
from dengbu.core.refusals import Refusal, Refused

_MINUTE = re.compile(r"(?P<day>.+?)[\sT]*(?<=[\s日T])(?P<hour>\d{1,2})[:时](?P<minute>\d{1,2})分?")


class Kind(StrEnum):
    TEXT = "text"
    LONG = "long"
    MONEY = "money"  # typed in 元, kept in 分
    DATE = "date"
    MINUTE = "minute"  # a day and a time of day in Shanghai, kept as ISO text with its offset
    AREA = "area"  # ㎡, two decimals, kept as text
    NUMBER = "number"
    CHOICE = "choice"
    YES_NO = "yes_no"  # kept as bool
    UNITS = "units"  # unit codes, one a line
    UNIT = "unit"
    RIGHT = "right"  # one of the rights in the book of the unit, kept by its public id


SURVEY_NO = "survey_no"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be given; `condition` puts conditional items on the checklist."""

    value: str
    label: str
    condition: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of a type. `only_if`: asked only where another answer is one of these values."""

    key: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    required: bool = True
    empty: str = ""
    only_if: tuple[str, tuple[Any, ...]] | None = None
    max_length: int = 200
    prefill: str = ""  # what stands in the field at first: a fact of the book, `owners`, or those in a role
    condition: str = ""  # of a yes/no question: what "yes" puts on the checklist
    basis: str = ""
    code: str = ""  # of the refusal when it is missing; F_ and the key unless named
    window: bool = False  # asked only where the window files it, and then it must be answered

    def applies(self, terms: Mapping[str, Any]) -> bool:
        return self.only_if is None or terms.get(self.only_if[0]) in self.only_if[1]

    @property
    def missing(self) -> str:
        verb = "请选择" if self.kind in (Kind.CHOICE, Kind.YES_NO, Kind.RIGHT) else "请输入"
        return self.empty or f"{verb}{self.label}"

    def answered(self, value: Any) -> bool:
        """Whether a term answers the question: money is a whole amount above nothing, yes/no is said."""
        if self.kind is Kind.MONEY:
            return isinstance(value, int) and value > 0
        if self.kind is Kind.YES_NO:
            return isinstance(value, bool)
        return bool(str(value).strip()) if isinstance(value, str) else value not in (None, [], ())

    def options(self) -> tuple[tuple[str, str], ...]:
        """Values and labels for a radio list."""
        if self.kind is Kind.YES_NO:
            return (
                (("yes", "是"), ("no", "否"))
                if not self.choices
                else tuple((c.value, c.label) for c in self.choices)
            )
        return tuple((c.value, c.label) for c in self.choices)

    def read(self, typed: str) -> Any:
        """The term from what was typed, None where nothing was. Raises Refused with a sentence for the field."""
        text = typed.strip()
        if not text:
            return None
        if self.kind is Kind.MONEY:
            return yuan_to_fen(
                text, field=self.key, empty=self.missing, not_positive=f"{self.label}应大于 0，单位为元"
            )
        if self.kind is Kind.DATE:
            return parse_date(text, field=self.key, empty=self.missing).isoformat()
        if self.kind is Kind.MINUTE:
            return self._minute(half_width(text))
        if self.kind is Kind.AREA:
            return self._area(half_width(text))
        if self.kind is Kind.NUMBER:
            digits = half_width(text)
            if not re.fullmatch(r"\d{1,9}", digits):
                raise Refused(Refusal("F_NUMBER", f"{self.label}应是整数", field=self.key))
            return int(digits)
        if self.kind is Kind.YES_NO:
            return text == "yes"
        if self.kind is Kind.CHOICE:
            if text not in {c.value for c in self.choices}:
                raise Refused(Refusal("F_CHOICE", self.missing, field=self.key))
            return text
        if self.kind is Kind.RIGHT and not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
            raise Refused(Refusal("F_CHOICE", self.missing, field=self.key))
        if self.kind in (Kind.UNIT, Kind.UNITS):
            return self._units(text)
        if len(text) > self.max_length:
            raise Refused(Refusal("F_LONG", f"{self.label}最多 {self.max_length} 字", field=self.key))
        return text if self.kind is Kind.LONG else half_width(text)

    def _minute(self, text: str) -> str:
        day, time = _MINUTE.fullmatch(text), None
        if day:
            hour, minute = int(day["hour"]), int(day["minute"])
            time = dt.time(hour, minute, tzinfo=SHANGHAI) if hour < 24 and minute < 60 else None
        if day is None or time is None:
            raise Refused(
                Refusal("F_MINUTE", f"{self.label}请写到分钟，例如 2026-03-05 10:05", field=self.key)
            )
        found = dt.datetime.combine(parse_date(day["day"], field=self.key), time)
        return found.isoformat(timespec="minutes")

    def _area(self, text: str) -> str:
        try:
            area = Decimal(text.removesuffix("㎡").removesuffix("平方米").strip())
        except InvalidOperation:
            raise Refused(Refusal("F_AREA", f"{self.label}应是数字，单位为平方米", field=self.key)) from None
        if not 0 < area < 10**9 or area != area.quantize(Decimal("0.01")):
            raise Refused(Refusal("F_AREA", f"{self.label}应大于 0，最多两位小数", field=self.key))
        return f"{area.quantize(Decimal('0.01')):f}"

    def _units(self, text: str) -> Any:
        codes = [re.sub(r"[\s-]", "", half_width(part)).upper() for part in re.split(r"[\n,，;；、]+", text)]
        codes = [code for code in codes if code]
        for code in codes:
            refusal = check_unit_code(code, field=self.key)
            if refusal:
                raise Refused(refusal)
        return codes[0] if self.kind is Kind.UNIT else list(dict.fromkeys(codes))

    def written(self, value: Any) -> str:
        """A term as it stands in the form field again."""
        if value is None or value == "":
            return ""
        if self.kind is Kind.MONEY:
            return f"{fen_to_yuan(int(value)):f}"
        if self.kind is Kind.YES_NO:
            return "yes" if value else "no"
        if self.kind is Kind.MINUTE:
            return str(value)[:16].replace("T", " ")
        return "\n".join(value) if isinstance(value, list) else str(value)

    def shown(self, value: Any) -> str:
        """A term as people read it on the sheet."""
        if value is None or value == "":
            return ""
        if self.kind is Kind.MONEY:
            return f"{format_yuan(int(value))} 元"
        if self.kind in (Kind.CHOICE, Kind.YES_NO):
            return dict(self.options()).get(self.written(value), str(value))
        if self.kind is Kind.AREA:
            return f"{value} ㎡"
        if self.kind is Kind.MINUTE:
            return self.written(value)
        return "、".join(value) if isinstance(value, list) else str(value)


def survey_ask(only_if: tuple[str, tuple[Any, ...]] | None = None) -> Ask:
    """Asks for the survey that a change rests on: its number is looked up when the answer is kept."""
    return Ask(
        SURVEY_NO,
        "测绘成果编号",
        Kind.TEXT,
        "看测绘报告封面；成果须先送登记中心核对入库。",
        max_length=40,
        only_if=only_if,
        basis="实施细则37",
    )


Asks = Sequence[Ask]


def read(asks: Asks, typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Terms and, by field, the sentence of what is wrong. Questions that do not apply leave no term behind."""
    terms: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for ask in asks:
        if not ask.applies(terms):
            continue
        try:
            value = ask.read(typed.get(ask.key, ""))
        except Refused as refused:
            errors[ask.key] = refused.refusals[0].message
            continue
        if value is None:
            if ask.required:
                errors[ask.key] = ask.missing
        else:
            terms[ask.key] = value
    return terms, errors


def unanswered(asks: Asks, terms: Mapping[str, Any]) -> Iterable[Refusal]:
    """Questions that had to be answered and were not."""
    for ask in asks:
        value = terms.get(ask.key)
        if ask.applies(terms) and not ask.answered(value) and (ask.required or value not in (None, "", [])):
            code = ask.code or f"F_{ask.key.upper()}"
            yield Refusal(code, f"{ask.missing}。", "请回到填写登记原因的一页补上。", ask.basis, ask.key)


def conditions(asks: Asks, terms: Mapping[str, Any]) -> set[str]:
    """Conditions that answers put on the checklist."""
    found = set()
    for ask in asks:
        if not ask.applies(terms):
            continue
        value = terms.get(ask.key)
        found |= {c.condition for c in ask.choices if c.condition and c.value == ask.written(value)}
        if ask.condition and value is True:
            found.add(ask.condition)
    return found


# Asked wherever a developer who is gone is stood in for (D05, D09; corrections §2.4).
LEGACY_BASIS = Ask(
    "legacy_basis",
    "历史遗留问题处理政策的文件名称和文号",
    hint="例如：某某区人民政府会议纪要〔2026〕3号",
    only_if=("legacy", (True,)),
    max_length=100,
    basis="自然资发〔2021〕1号",
)
