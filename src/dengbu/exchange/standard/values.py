"""Values of the standard's fields: read and judged. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache

from dengbu.core.identifiers import (
    check_building_code,
    check_document_number,
    check_parcel_code,
    check_unit_code,
    normalise_number,
)
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import DocumentKind

from .findings import QUARANTINE, WARN, Finding, shown
from .tables import CODES, LISTS, TABLES, Field

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_TIME = re.compile(r"(.+?)[T ](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Unreadable(ValueError):
    """A value that its field cannot hold: code, why, how to mend."""

    def __init__(self, code: str, why: str, mend: str):
        self.code, self.why, self.mend = code, why, mend
        super().__init__(why)


def day(text: str) -> dt.date | None:
    """A date, None where nothing stands. Raises Unreadable."""
    if not text:
        return None
    plain = _TIME.fullmatch(text)
    match = _DAY.fullmatch(plain[1] if plain else text)
    try:
        return dt.date(*(int(part) for part in match.groups())) if match else _no_date(text)
    except ValueError as wrong:
        if isinstance(wrong, Unreadable):
            raise
        raise Unreadable("DATE_UNREAL", f"日期“{text}”不存在", "对照档案改正年月日") from None


def _no_date(text: str) -> dt.date:
    raise Unreadable("DATE_FORM", f"“{text[:30]}”不是日期", "写成 2019-03-01 或 2019-03-01 09:30:00")


def moment(text: str) -> dt.datetime | None:
    """A time in Shanghai, None where nothing stands; a day alone is its first minute. Raises Unreadable."""
    on = day(text)
    if on is None:
        return None
    match = _TIME.fullmatch(text)
    hour, minute, second = (int(match[n] or 0) for n in (2, 3, 4)) if match else (0, 0, 0)
    try:
        return dt.datetime.combine(on, dt.time(hour, minute, second), SHANGHAI)
    except ValueError:
        raise Unreadable("DATE_UNREAL", f"时间“{text}”不存在", "对照档案改正时分秒") from None


def number(text: str, places: int = 8) -> Decimal | None:
    """A decimal number of at most so many places, None where nothing stands. Raises Unreadable."""
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise Unreadable("NUMBER_FORM", f"“{text[:30]}”不是数字", "只写数字和小数点，不写单位和千分位")
    try:
        value = Decimal(text)
    except InvalidOperation:  # pragma: no cover - the pattern has seen to it
        raise Unreadable("NUMBER_FORM", f"“{text[:30]}”不是数字", "只写数字和小数点") from None
    if value < 0:
        raise Unreadable("NUMBER_NEGATIVE", f"“{text[:30]}”小于 0", "改成正数")
    if value >= Decimal(10) ** 13:
        raise Unreadable("NUMBER_LARGE", f"“{text[:30]}”过大", "核对单位")
    if value != value.quantize(Decimal(1).scaleb(-places)):
        raise Unreadable(
            "NUMBER_DECIMALS", f"“{text[:30]}”超过 {places} 位小数", f"四舍五入到 {places} 位小数"
        )
    return value


def area(text: str) -> Decimal | None:
    """㎡ with two decimals. Raises Unreadable."""
    value = number(text, 2)
    return None if value is None else value.quantize(Decimal("0.01"))


def fen(text: str) -> int | None:
    """万元 as 分. Raises Unreadable."""
    value = number(text, 6)
    return None if value is None else int(value * 1_000_000)


def whole(text: str) -> int | None:
    """A whole number that fits the book. Raises Unreadable."""
    value = number(text, 0)
    if value is not None and value > 2_000_000_000:
        raise Unreadable("NUMBER_LARGE", f"“{text[:30]}”过大", "核对数字")
    return None if value is None else int(value)


def word(list_name: str, code: str) -> str:
    """Our word for a code of the standard, '' where nothing stands. Raises Unreadable naming the list."""
    if not code:
        return ""
    words = _words(list_name)
    if code in words:
        return words[code]
    known = "、".join(f"{c} {w}" for c, w in list(known_codes(list_name).items())[:12])
    raise Unreadable("CODE_UNKNOWN", f"{list_name} 没有代码“{code[:20]}”", f"改成字典里的代码：{known}")


@cache
def _words(list_name: str) -> dict[str, str]:
    if list_name in LISTS:
        return {m.code: m.value for m in reversed(list(LISTS[list_name])) if m.code}
    return {code: code for code in CODES[list_name]}


def known_codes(list_name: str) -> dict[str, str]:
    """Codes of a list and what they say."""
    if list_name in LISTS:
        return {m.code: m.label for m in reversed(list(LISTS[list_name])) if m.code}
    return CODES[list_name]


def _refused(refusal: Refusal | None, mend: str) -> None:
    if refusal is not None:
        raise Unreadable(refusal.code, refusal.message, mend)


def judge(field: Field, text: str, area_code: str) -> None:
    """Whether a field can hold this value. Raises Unreadable."""
    if not text:
        if field.required:
            raise Unreadable("FIELD_EMPTY", f"{field.name} 不能为空", "对照档案补填")
        return
    if _CONTROL.search(text):
        raise Unreadable("TEXT_CONTROL", "有看不见的控制字符", "重新录入这一格")
    match field.kind:
        case "text":
            if len(text) > field.length:
                raise Unreadable("TEXT_LONG", f"超过 {field.length} 个字", "缩短，全文留在档案里")
        case "parcel":
            _refused(check_parcel_code(text, area=area_code), "按 GB/T 37346 改成 19 位宗地代码")
        case "building":
            _refused(check_building_code(text, area=area_code), "按 GB/T 37346 改成 24 位自然幢号")
        case "unit":
            _refused(check_unit_code(text, area=area_code), "按 GB/T 37346 改成 28 位不动产单元号")
        case "date":
            day(text)
        case "time":
            moment(text)
        case "area":
            area(text)
        case "wan":
            fen(text)
        case "int":
            whole(text)
        case "number":
            number(text)
        case _:
            word(field.kind, text)


def check_row(
    table: str, line: int, row: dict[str, str], place: str, area_code: str, today: dt.date
) -> list[Finding]:
    """Every fault of one row by itself: fields, codes, dates, decimals, check digits. `row` holds filled fields only."""
    found = []

    def say(grade: str, code: str, field: str, why: str, mend: str) -> None:
        value = shown(field, row.get(field, ""))
        found.append(Finding(grade, code, f"{table}.csv", line, field, value, why, mend, place))

    for field in TABLES[table]:
        try:
            judge(field, row.get(field.name, ""), area_code)
        except Unreadable as wrong:
            say(QUARANTINE, wrong.code, field.name, wrong.why, wrong.mend)
    if table == "QLR" and not any(f.field in ("ZJZL", "ZJH") for f in found):
        _check_document(row, say, today)
    return found


def _check_document(
    row: dict[str, str], tell: Callable[[str, str, str, str, str], None], today: dt.date
) -> None:
    kind, text = DocumentKind(word("ZJZL", row["ZJZL"])), row.get("ZJH", "")
    if not text:
        tell(WARN, "DOCUMENT_NUMBER_EMPTY", "ZJH", "没有证件号", "导入后按证件号查不到此人，办业务时更正")
        return
    if kind is DocumentKind.RESIDENT_ID and len(normalise_number(text)) == 15:
        tell(WARN, "ID_NUMBER_15", "ZJH", "是 15 位的旧身份证号", "照原样导入，办业务时更正为 18 位")
        return
    refusal = check_document_number(kind, text, today=today)
    if refusal is not None:
        tell(QUARANTINE, refusal.code, "ZJH", refusal.message, "对照证件复印件改正证件号或证件种类")
