from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengbu.core.money import capital, fen_to_yuan, format_yuan, yuan_to_fen
from dengbu.core.refusals import Refused


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("1,200,000", 120_000_000),
        ("120万", 120_000_000),
        ("120万元", 120_000_000),
        ("１２０．５万", 120_500_000),
        ("1200000.00", 120_000_000),
        (" ￥1 200 000 元 ", 120_000_000),
        ("1.2亿", 12_000_000_000),
        ("0.01", 1),
        (Decimal(80), 8000),
        (550, 55_000),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, fen):
    assert yuan_to_fen(typed) == fen


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        ("", "MONEY_EMPTY", "请输入合同金额"),
        ("0", "MONEY_NOT_POSITIVE", "金额应大于 0"),
        ("-5", "MONEY_NOT_POSITIVE", "金额应大于 0"),
        ("1.234", "MONEY_DECIMALS", "金额最多两位小数，请精确到分"),
        ("1,200,00", "MONEY_FORM", "金额“1,200,00”看不懂，请写成 1200000 或 120万"),
        ("一百万", "MONEY_FORM", "金额“一百万”看不懂，请写成 1200000 或 120万"),
        ("1.2.3", "MONEY_FORM", "金额“1.2.3”看不懂，请写成 1200000 或 120万"),
        ("99999999亿", "MONEY_LARGE", "金额过大，请核对单位是元还是万元"),
    ],
)
def test_an_amount_nobody_can_owe_is_refused_with_what_to_do(typed, code, sentence):
    with pytest.raises(Refused) as caught:
        yuan_to_fen(typed, field="price")
    refusal = caught.value.refusals[0]
    assert (refusal.code, refusal.message, refusal.field) == (code, sentence, "price")


def test_the_form_field_chooses_its_own_sentences():
    with pytest.raises(Refused) as caught:
        yuan_to_fen("0", not_positive="债权数额应大于 0，单位为元")
    assert caught.value.refusals[0].message == "债权数额应大于 0，单位为元"


def test_money_is_never_a_float():
    with pytest.raises(TypeError):
        yuan_to_fen(1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fen", "written"),
    [
        (0, "零元整"),
        (120_000_000, "壹佰贰拾万元整"),
        (105, "壹元零伍分"),
        (150, "壹元伍角"),
        (5, "伍分"),
        (1_000, "壹拾元整"),
        (10_005_000_00, "壹仟万伍仟元整"),
        (10_010_001_00, "壹仟零壹万零壹元整"),
        (100_000_000_00, "壹亿元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (1_234_567_89, "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
        (1_200_000_000_000_00, "壹万贰仟亿元整"),
        (1_000_000_000_000_00, "壹万亿元整"),
        (-8000, "负捌拾元整"),
    ],
)
def test_capitals_are_written_as_a_cashier_writes_them(fen, written):
    assert capital(fen) == written


def _read_back(text: str) -> int:
    """An independent reading of capitals, to judge the writing by."""
    total = section = digit = fen = 0
    for character in text:
        if character in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
        elif character in "拾佰仟":
            section += digit * {"拾": 10, "佰": 100, "仟": 1000}[character]
            digit = 0
        elif character == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        elif character == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif character == "元":
            total, section, digit = total + section + digit, 0, 0
        elif character == "角":
            fen, digit = fen + digit * 10, 0
        elif character == "分":
            fen, digit = fen + digit, 0
    return total * 100 + fen


@given(st.integers(min_value=0, max_value=10**15))
def test_capitals_read_back_to_the_same_amount(fen):
    written = capital(fen)
    assert _read_back(written) == fen
    assert "零零" not in written


@given(st.integers(min_value=1, max_value=10**15))
def test_what_is_shown_can_be_typed_again(fen):
    assert yuan_to_fen(format_yuan(fen)) == fen
    assert yuan_to_fen(fen_to_yuan(fen)) == fen
