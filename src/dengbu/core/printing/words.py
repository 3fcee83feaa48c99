"""How figures are written on official papers: dates, money in capitals, counts. Pure functions."""

from __future__ import annotations

import datetime as dt

from dengbu.core import clock

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def cn_date(day: dt.date) -> str:
    """2026年12月1日. An instant is read in the office's own time zone."""
    if isinstance(day, dt.datetime):
        day = clock.local(day).date()
    return f"{day.year}年{day.month}月{day.day}日"


def cn_instant(instant: dt.datetime) -> str:
    """2026年12月1日 09:05 (Asia/Shanghai)."""
    return f"{cn_date(instant)} {clock.local(instant):%H:%M}"


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals and thousands separators: 1,234,560.00."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def _capital_group(number: int) -> str:
    """Up to four digits in capitals, inner zeros once: 1005 -> 壹仟零伍."""
    out, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            out += ("零" if gap and out else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return out


def yuan_capitals(fen: int) -> str:
    """Fen in capital Chinese figures, as vouchers require: 8000 -> 捌拾元整, 105 -> 壹元零伍分.

    Raises ValueError for a negative amount or one above 9999 万亿元.
    """
    if fen < 0 or fen >= 10**18:
        raise ValueError("an amount on a voucher is between zero and 9999 万亿元")
    whole, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    text = ""
    gap = False
    for index in range(3, -1, -1):
        group = whole // 10 ** (4 * index) % 10000
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _capital_group(group) + _GROUPS[index]
        gap = False
    if text:
        text += "元"
    if not rest:
        return (text or "零元") + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif text:
        text += "零"
    return text + (_DIGITS[cents] + "分" if cents else "整")
