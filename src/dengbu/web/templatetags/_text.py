"""How the office writes names, numbers, money and time. Pure functions; the filters of `dengbu_ui` wrap them."""

from __future__ import annotations

import datetime as dt
import difflib
import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from dengbu.core import clock, identifiers
from dengbu.core import money as core_money
from dengbu.core.refusals import Refused


def mask_name(name: str | None) -> str:
    """A person's name as strangers may read it: 张*, 张*三."""
    return identifiers.mask_name(name) if name else ""


def mask_id(number: str | None) -> str:
    """An identity or credit code with its middle hidden."""
    return identifiers.mask_document_number(number) if number else ""


def mask_phone(number: str | None) -> str:
    """A phone number with its middle hidden: 138****2134."""
    return identifiers.mask_phone(number) if number else ""


def money(fen: int | str | None) -> str:
    """An amount in 分 as 元 with thousands separators and two decimals; empty for no amount."""
    return "" if fen is None or fen == "" else core_money.format_yuan(int(fen))


def capital(fen: int | str | None) -> str:
    """An amount in 分 in Chinese capitals as contracts write it: 壹佰贰拾万元整; empty for no amount."""
    return "" if fen is None or fen == "" else core_money.capital(int(fen))


def fen_from_text(text: object) -> int | None:
    """What a person typed as money (1,200,000 or 120万, in 元) in 分; None when it cannot be read."""
    try:
        return core_money.yuan_to_fen(str(text if text is not None else ""))
    except Refused:
        return None


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
        return identifiers.group_unit_code(text)
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
