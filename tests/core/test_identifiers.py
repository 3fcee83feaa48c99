import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from dengbu.core import identifiers as ids
from dengbu.core.refusals import Refused
from dengbu.core.vocabulary import CertificateKind, DocumentKind

TODAY = dt.date(2026, 11, 22)


def said(refusal):
    return refusal and refusal.message


# --- resident identity numbers


@pytest.mark.parametrize(
    "number",
    [
        "410106198001010013",
        "41010619900520002X",
        "41010619900520002x",
        "11010519491231002X",
        " ４１０１０６ 19900520-002x ",
        ids.make_resident_id("419999", dt.date(1990, 1, 1), 7),
        ids.make_resident_id("810000", dt.date(1990, 1, 1), 7),
        ids.make_resident_id("830000", dt.date(1990, 1, 1), 8),
    ],
)
def test_a_right_identity_number_is_accepted_as_people_type_it(number):
    assert ids.check_resident_id(number, today=TODAY) is None


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("", "请输入身份证号码"),
        ("  ", "请输入身份证号码"),
        ("4101061980010100", "身份证号码应为 18 位，现在是 16 位"),
        ("41O106198001010013", "第 3 位应为数字"),
        ("410106198002300013", "出生日期“19800230”不存在，请核对第 7—14 位"),
        (
            ids.make_resident_id("410106", dt.date(2026, 11, 23), 1),
            "出生日期“20261123”晚于今天，请核对第 7—14 位",
        ),
        ("410106198001010014", "身份证号码与校验位不符，请对照证件再核对一遍"),
        (
            ids.make_resident_id("990106", dt.date(1980, 1, 1), 1),
            "身份证号码前 2 位不是地区代码，请对照证件核对第 1—2 位",
        ),
    ],
)
def test_a_wrong_identity_number_is_told_where(number, sentence):
    refusal = ids.check_resident_id(number, today=TODAY, field="id_number")
    assert said(refusal) == sentence
    assert refusal.field == "id_number"


@given(st.integers(0, 999), st.dates(dt.date(1900, 1, 1), TODAY))
def test_made_numbers_agree_with_an_independent_check(seq, birth):
    number = ids.make_resident_id("410106", birth, seq)
    assert ric.calc_check_digit(number) == number[-1]
    assert ids.check_resident_id(number, today=TODAY) is None
    assert ids.birth_date_of(number) == birth


@given(
    st.integers(0, 999),
    st.dates(dt.date(1900, 1, 1), TODAY),
    st.integers(0, 17),
    st.sampled_from("0123456789X"),
)
def test_any_single_changed_character_of_an_identity_number_is_caught(seq, birth, at, other):
    number = ids.make_resident_id("410106", birth, seq)
    assume(number[at] != other)
    assert ids.check_resident_id(number[:at] + other + number[at + 1 :], today=TODAY) is not None


def test_a_foreign_permanent_resident_has_a_number_beginning_with_nine():
    number = ids.make_resident_id("911156", dt.date(1981, 1, 1), 3)
    assert ids.check_foreign_residence(number, today=TODAY) is None
    assert ids.check_document_number(DocumentKind.FOREIGN_RESIDENCE, number, today=TODAY) is None
    assert ids.check_resident_id(number, today=TODAY) is not None


def test_somebody_is_of_age_on_the_eighteenth_birthday():
    number = ids.make_resident_id("410106", dt.date(2008, 11, 22), 1)
    assert not ids.is_minor(number, TODAY)
    assert ids.is_minor(number, TODAY - dt.timedelta(days=1))


# --- unified social credit codes


@pytest.mark.parametrize(
    "code", ["91410106MA3X000025", "124101064160123479", "91350100M000100Y43", "91110000600037341L"]
)
def test_a_right_credit_code_is_accepted(code):
    assert ids.check_uscc(code.lower()) is None


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "请输入统一社会信用代码"),
        ("91410106MA3X00002", "统一社会信用代码应为 18 位，现在是 17 位"),
        (
            "9141O106MA3X000025",
            "代码中不会出现字母 I、O、S、V、Z，请核对是否为数字 1、0、5、2",
        ),
        ("91410106MA3X000026", "代码与校验位不符，请对照营业执照核对"),
        ("91410106MA3X00.025", "第 15 位应为数字或字母"),
    ],
)
def test_a_wrong_credit_code_is_told_why(code, sentence):
    assert said(ids.check_uscc(code)) == sentence


@given(st.integers(0, 999_999))
def test_made_codes_agree_with_an_independent_check(seq):
    code = ids.make_uscc("419999", seq)
    assert uscc.calc_check_digit(code) == code[-1]
    assert uscc.is_valid(code)
    assert ids.organisation_check_character(code[8:16]) == code[16]


@given(st.integers(0, 999_999), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_any_single_changed_character_of_a_credit_code_is_caught(seq, at, other):
    code = ids.make_uscc("410106", seq)
    assume(code[at] != other)
    assert ids.check_uscc(code[:at] + other + code[at + 1 :]) is not None


# --- phones


@pytest.mark.parametrize("number", ["13800001234", "+86 138 0000 1234", "１３８-0000-1234", "19912345678"])
def test_a_mobile_number_is_accepted_as_people_type_it(number):
    assert ids.check_phone(number) is None


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("", "请输入手机号码"),
        ("1380000123", "手机号码应为 11 位，现在是 10 位"),
        ("12800001234", "手机号码应以 13—19 开头"),
        ("23800001234", "手机号码应以 13—19 开头"),
        ("138O0001234", "手机号码第 4 位应为数字"),
    ],
)
def test_a_wrong_mobile_number_is_told_why(number, sentence):
    assert said(ids.check_phone(number)) == sentence


# --- names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 张 三 ", "张三"),
        ("阿迪力•买买提", "阿迪力·买买提"),
        ("阿迪力．买买提", "阿迪力·买买提"),
        ("阿迪力.买买提", "阿迪力·买买提"),
        ("𬱖䶮", "𬱖䶮"),
        ("John  O'Neil-Smith Jr.", "John O'Neil-Smith Jr."),
    ],
)
def test_a_name_is_kept_with_every_character(typed, kept):
    assert ids.normalise_name(typed) == kept
    assert ids.check_person_name(typed) is None


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "请输入姓名"),
        ("张3", "姓名里有数字或符号“3”，请按身份证填写"),
        ("张三（小）", "姓名里有数字或符号“(”，请按身份证填写"),
        ("张" * 51, "姓名最多 50 个字"),
        ("张", "姓名至少 2 个字，请按身份证填写全名"),
    ],
)
def test_a_wrong_name_is_told_why(name, sentence):
    assert said(ids.check_person_name(name)) == sentence


# --- unit, parcel and building codes

UNIT = "410106001001GB00012F00030015"


@pytest.mark.parametrize(
    "code",
    ["410106001001GB00012W00000000", UNIT, "410106001001GB00012F99990001", "410106 001001 GB00012 f00030015"],
)
def test_a_unit_code_is_accepted_grouped_or_not(code):
    assert ids.check_unit_code(code, area="410106") is None


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "请输入不动产单元号"),
        (UNIT[:-1], "不动产单元号应为 28 位，现在是 27 位"),
        ("4101O6001001GB00012F00030015", "第 5 位应为数字"),
        ("4101060010011B00012F00030015", "第 13 位应为字母"),
        ("410106001001GB00012X00030015", "第 20 位应为字母 W、F、L、Q 之一"),
        ("410102001001GB00012F00030015", "不在本区范围内（前 6 位应为 410106），请到不动产所在地办理"),
    ],
)
def test_a_wrong_unit_code_is_told_where(code, sentence):
    assert said(ids.check_unit_code(code, area="410106")) == sentence


def test_a_unit_code_holds_the_codes_of_its_parcel_and_building():
    assert ids.parcel_code_of(UNIT) == "410106001001GB00012"
    assert ids.check_parcel_code(ids.parcel_code_of(UNIT)) is None
    assert ids.building_code_of(UNIT) == "410106001001GB00012F0003"
    assert ids.check_building_code("410106001001GB00012F0003", area="410106") is None
    assert said(ids.check_building_code("410106001001GB00012W0003")) == "第 20 位应为字母 F"
    assert ids.building_code_of("410106001001GB00012W00000000") is None
    assert ids.group_unit_code(UNIT) == "410106 001001 GB00012 F00030015"


# --- certificate numbers


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (CertificateKind.CERTIFICATE, "豫（2019）郑州市上街区不动产权第0000001号"),
        (CertificateKind.PROOF, "豫（2019）郑州市上街区不动产证明第0000001号"),
    ],
)
def test_a_certificate_number_is_written_and_read(kind, written):
    assert ids.certificate_number(kind, 2019, 1, province="豫", area="郑州市上街区") == written
    for typed in (
        written,
        written.replace("（", "(").replace("）", ")"),
        " " + written.replace("第", " 第 ").replace("（", "〔").replace("）", "〕"),
    ):
        parsed = ids.parse_certificate_number(typed)
        assert (parsed.kind, parsed.year, parsed.seq, str(parsed)) == (kind, 2019, 1, written)


def test_an_incomplete_certificate_number_gets_an_example():
    assert said(ids.check_certificate_number("")) == "请输入不动产权证号"
    with pytest.raises(Refused) as caught:
        ids.parse_certificate_number("豫2019郑州市0000001")
    assert (
        caught.value.refusals[0].message == "请按证书首页完整填写，例如“豫（2026）上街区不动产权第0001234号”"
    )


# --- dates


@pytest.mark.parametrize(
    "typed",
    [
        "2026-3-5",
        "2026/03/05",
        "20260305",
        "2026年3月5日",
        "2026.3.5",
        "２０２６－３－５",
        ("2026", "3", "5"),
    ],
)
def test_a_date_is_read_as_people_write_it(typed):
    assert ids.parse_date(typed) == dt.date(2026, 3, 5)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "DATE_EMPTY"),
        (("", " ", ""), "DATE_EMPTY"),
        ("2026-2-30", "DATE_UNREAL"),
        ("3月5日", "DATE_FORM"),
        (("2026", "", "5"), "DATE_FORM"),
    ],
)
def test_a_date_nobody_can_read_is_refused(typed, code):
    with pytest.raises(Refused) as caught:
        ids.parse_date(typed)
    assert caught.value.codes == (code,)


# --- masks


def test_masks_keep_what_people_recognise_themselves_by_and_no_more():
    assert ids.mask_name("张三") == "张*"
    assert ids.mask_name("张小三") == "张*三"
    assert ids.mask_resident_id("410106198001010013") == "410***********0013"
    assert ids.mask_phone("13800001234") == "138****1234"
    assert ids.mask_document_number("E1234567") == "E******7"


@given(st.text("0123456789X", min_size=1, max_size=30))
def test_a_masked_number_never_shows_its_middle(number):
    masked = ids.mask_document_number(number)
    assert masked != number
    assert sum(c != "*" for c in masked) <= 7
