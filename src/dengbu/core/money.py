"""Money: integers of 分 inside, 元 as people write it outside, capitals (大写) to read back. Never a float."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from dengbu.core.identifiers import half_width
from dengbu.core.refusals import Refusal, Refused

_SCALES: Final = {"": Decimal(1), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
_WRITTEN: Final = re.compile(r"[¥￥]?(?P<number>-?[\d,.]+)(?P<scale>[万亿]?)元?整?")
_GROUPED: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")
MAX_FEN: Final = 10**15  # 十万亿元: far above any contract, far below what a bigint holds
_HUNDRED: Final = Decimal(100)


def yuan_to_fen(
    value: str | Decimal | int,
    *,
    field: str = "",
    empty: str = "请输入合同金额",
    not_positive: str = "金额应大于 0",
    allow_zero: bool = False,
) -> int:
    """Read an amount in 元 as people write it (1,200,000 / 120万 / 1200000.00) and give 分.

    `empty` and `not_positive` are the sentences of the form field. Raises Refused; TypeError for a float.
    """
    if isinstance(value, float):
        raise TypeError("money is never a float")
    amount = _read(half_width(value), field, empty) if isinstance(value, str) else Decimal(value)
    if amount < 0 or (amount == 0 and not allow_zero):
        raise Refused(Refusal("MONEY_NOT_POSITIVE", not_positive, field=field))
    fen = amount * _HUNDRED
    if fen != fen.to_integral_value():
        raise Refused(Refusal("MONEY_DECIMALS", "金额最多两位小数，请精确到分", field=field))
    if fen > MAX_FEN:
        raise Refused(Refusal("MONEY_LARGE", "金额过大，请核对单位是元还是万元", field=field))
    return int(fen)


def _read(text: str, field: str, empty: str) -> Decimal:
    text = re.sub(r"\s+", "", text)
    if not text:
        raise Refused(Refusal("MONEY_EMPTY", empty, field=field))
    match = _WRITTEN.fullmatch(text)
    number = match["number"] if match else ""
    if match and ("," not in number or _GROUPED.fullmatch(number)):
        try:
            return Decimal(number.replace(",", "")) * _SCALES[match["scale"]]
        except InvalidOperation:
            pass
    raise Refused(Refusal("MONEY_FORM", f"金额“{text[:30]}”看不懂，请写成 1200000 或 120万", field=field))


def fen_to_yuan(fen: int) -> Decimal:
    """元 with two decimals, exactly."""
    return (Decimal(fen) / _HUNDRED).quantize(Decimal("0.01"))


def format_yuan(fen: int) -> str:
    """For people: 1,200,000.00."""
    return f"{fen_to_yuan(fen):,.2f}"


_NUMERALS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_SECTIONS: Final = ("", "万", "亿", "万亿")


def _section(value: int) -> str:
    """Four digits in capitals, inner zeros joined to one 零, none at the end."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _NUMERALS[digit] + _PLACES[place]
        gap = False
    return text


def _whole(yuan: int) -> str:
    if yuan >= 10**16:
        raise ValueError("amount too large to write in capitals")
    text, gap = "", False
    for index in (3, 2, 1, 0):
        value = yuan // 10 ** (4 * index) % 10_000
        if value == 0:
            gap = bool(text)
            continue
        if text and (gap or value < 1000):
            text += "零"
        # 万亿 and 亿 in one number share the word 亿: 壹万贰仟亿, not 壹万亿贰仟亿
        unit = "万" if index == 3 and yuan // 10**8 % 10_000 else _SECTIONS[index]
        text += _section(value) + unit
        gap = False
    return text


def capital(fen: int) -> str:
    """人民币大写 as on contracts and receipts: 壹佰贰拾万元整, 壹元零伍分, 零元整."""
    if fen < 0:
        return "负" + capital(-fen)
    yuan, jiao, rest = fen // 100, fen // 10 % 10, fen % 10
    text = _whole(yuan) + "元" if yuan else ""
    if not jiao and not rest:
        return (text or "零元") + "整"
    if jiao:
        text += _NUMERALS[jiao] + "角"
    elif text:
        text += "零"
    if rest:
        text += _NUMERALS[rest] + "分"
    return text
