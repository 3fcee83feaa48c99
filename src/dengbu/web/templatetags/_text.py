"""How the office writes names, numbers, money and time. Pure functions; the filters of `dengbu_ui` wrap them."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from decimal import Decimal, InvalidOperation

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from dengbu.core import clock

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_SMALL = ("", "拾", "佰", "仟")
_BIG = ("", "万", "亿", "万亿")


def mask_name(name: str | None) -> str:
    """A person's name with only the first character readable: 王海涛 becomes 王*."""
    text = (name or "").strip()
    return f"{text[0]}*" if text else ""


def mask_id(number: str | None) -> str:
    """An identity or credit code with the first and last four characters readable."""
    text = (number or "").strip()
    if len(text) < 9:
        return "*" * len(text)
    return f"{text[:4]}{'*' * (len(text) - 8)}{text[-4:]}"


def mask_phone(number: str | None) -> str:
    """A phone number with the middle hidden: 138****2134."""
    text = (number or "").strip()
    if len(text) < 8:
        return "*" * len(text)
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"


def money(fen: int | str | None) -> str:
    """An amount in 分 as 元 with thousands separators and two decimals; empty for no amount."""
    if fen is None or fen == "":
        return ""
    value = int(fen)
    sign = "-" if value < 0 else ""
    yuan, rest = divmod(abs(value), 100)
    return f"{sign}{yuan:,}.{rest:02d}"


def _section(value: int) -> str:
    """Four digits in capitals, inner zeros read once (1005 is 壹仟零伍)."""
    out, pending_zero = "", False
    for power in (3, 2, 1, 0):
        digit = value // 10**power % 10
        if digit == 0:
            pending_zero = bool(out)
        else:
            out += ("零" if pending_zero else "") + _DIGITS[digit] + _SMALL[power]
            pending_zero = False
    return out


def capital(fen: int | str | None) -> str:
    """An amount in 分 in Chinese capitals as contracts write it: 壹佰贰拾万元整."""
    if fen is None or fen == "":
        return ""
    value = int(fen)
    yuan, rest = divmod(abs(value), 100)
    jiao, cent = divmod(rest, 10)
    sections: list[int] = []
    number = yuan
    while number:
        number, part = divmod(number, 10000)
        sections.append(part)
    whole, gap = "", False
    for place in range(len(sections) - 1, -1, -1):
        part = sections[place]
        if part == 0:
            gap = bool(whole)
            continue
        if whole and (gap or part < 1000):
            whole += "零"
        whole += _section(part) + _BIG[place]
        gap = False
    text = ("负" if value < 0 else "") + (f"{whole}元" if whole else "")
    if not rest:
        return (text or "零元") + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif whole:
        text += "零"
    return text + (_DIGITS[cent] + "分" if cent else "整")


def fen_from_text(text: object) -> int | None:
    """What a person typed as money (1,200,000 or 120万, in 元) in 分; None when it cannot be read."""
    raw = str(text if text is not None else "").replace(",", "").replace("，", "").replace(" ", "").strip()
    times = Decimal(1)
    for unit, factor in (("亿", Decimal(100_000_000)), ("万", Decimal(10_000))):
        if raw.removesuffix("元").endswith(unit):
            raw, times = raw.removesuffix("元").removesuffix(unit), factor
            break
    try:
        fen = Decimal(raw.removesuffix("元")) * times * 100
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen == fen.to_integral_value() else None


def _as_moment(value: object) -> dt.date | dt.datetime | None:
    if isinstance(value, dt.datetime):
        return clock.local(value) if value.tzinfo else value
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str) and value:
        try:
            return _as_moment(dt.datetime.fromisoformat(value))
        except ValueError:
            return None
    return None


def cn_date(value: object) -> str:
    """A date as documents write it, 2026年3月5日 (Shanghai); text that is no date stays as it is."""
    moment = _as_moment(value)
    if moment is None:
        return str(value) if value else ""
    return f"{moment.year}年{moment.month}月{moment.day}日"


def cn_datetime(value: object) -> str:
    """A moment to the minute, 2026年3月5日 9:04 (Shanghai)."""
    moment = _as_moment(value)
    if not isinstance(moment, dt.datetime):
        return cn_date(value)
    return f"{cn_date(moment)} {moment.hour}:{moment.minute:02d}"


def iso(value: object) -> str:
    """The machine-readable form for <time datetime>; empty when the value is no date."""
    moment = _as_moment(value)
    return moment.isoformat(timespec="minutes") if isinstance(moment, dt.datetime) else str(moment or "")


def group_unit(number: str | None) -> str:
    """A 28-character unit number or 19-character parcel code in readable groups."""
    text = re.sub(r"\s+", "", number or "")
    if len(text) == 28:
        return f"{text[:6]} {text[6:12]} {text[12:19]} {text[19:]}"
    if len(text) == 19:
        return f"{text[:6]} {text[6:12]} {text[12:]}"
    return text


def _span(seconds: int) -> str:
    if seconds < 60:
        return "不到 1 分钟"
    if seconds < 3600:
        return f"{seconds // 60} 分钟"
    if seconds < 86400:
        return f"{seconds // 3600} 小时"
    return f"{seconds // 86400} 天"


def remaining(due: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """Time left before a deadline in words: 剩 3 小时, or 已超时 1 天. Whole units, never rounded up."""
    if due is None:
        return ""
    left = (due - (now or clock.now())).total_seconds()
    return f"剩 {_span(int(left))}" if left > 0 else f"已超时 {_span(int(-left))}"


def diff(text: object, other: object) -> SafeString:
    """`text` with every character that differs from `other` in <mark>; nothing marked when `other` is empty."""
    mine, theirs = str(text if text is not None else ""), str(other if other is not None else "")
    if not theirs or mine == theirs:
        return escape(mine)
    parts: list[str] = []
    for kind, start, end, _, _ in difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if start == end:
            continue
        piece = escape(mine[start:end])
        parts.append(piece if kind == "equal" else f"<mark>{piece}</mark>")
    return mark_safe("".join(parts))  # noqa: S308 - every piece is escaped above
