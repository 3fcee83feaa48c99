"""Numbers people and things are known by: normalise, judge, take apart, write and mask.

`normalise_*` makes one form of what was typed; `check_*` takes the normalised or the typed form and returns a Refusal
(with the sentence of the form rules) or None; `parse_*` returns the value or raises Refused. Nothing here logs.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import CertificateKind, DocumentKind

_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SEPARATORS: Final = re.compile(r"[\s\-‐-―−]+")
_BRACKETS: Final = str.maketrans("（〔【［[", "(((((") | str.maketrans("）〕】］]", ")))))")


def half_width(text: str) -> str:
    """Full-width digits, letters and signs become half-width; outer blanks go."""
    return text.translate(_HALF_WIDTH).strip()


def normalise_number(text: str) -> str:
    """One form of an identity, phone or code number: half-width, without blanks and hyphens, capital letters."""
    return _SEPARATORS.sub("", half_width(text)).upper()


def _position(text: str, allowed: str) -> int:
    """1-based position of the first character outside `allowed`, 0 when there is none."""
    return next((i for i, c in enumerate(text, 1) if c not in allowed), 0)


_DIGITS: Final = "0123456789"

# --- resident identity number, GB 11643 -------------------------------------------------------------------------

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK: Final = "10X98765432"
_PROVINCE_RANGES: Final = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
_PROVINCES: Final = frozenset(str(n) for low, high in _PROVINCE_RANGES for n in range(low, high + 1))


def resident_id_check_digit(first17: str) -> str:
    """The 18th character for the first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    return _ID_CHECK[sum(w * int(d) for w, d in zip(_ID_WEIGHTS, first17, strict=True)) % 11]


def birth_date_of(number: str) -> dt.date:
    """The birth date in an 18-character identity number. Raises ValueError when that day does not exist."""
    digits = normalise_number(number)[6:14]
    if len(digits) != 8 or not digits.isascii() or not digits.isdigit():
        raise ValueError("no birth date in this number")
    return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _check_18(number: str, today: dt.date, field: str) -> Refusal | None:
    if not number:
        return Refusal("ID_NUMBER_EMPTY", "请输入身份证号码", field=field)
    if len(number) != 18:
        return Refusal("ID_NUMBER_LENGTH", f"身份证号码应为 18 位，现在是 {len(number)} 位", field=field)
    at = _position(number[:17], _DIGITS) or (0 if number[17] in _DIGITS + "X" else 18)
    if at == 18:
        return Refusal("ID_NUMBER_CHARACTER", "第 18 位应为数字或字母 X", field=field)
    if at:
        return Refusal("ID_NUMBER_CHARACTER", f"第 {at} 位应为数字", field=field)
    shown = number[6:14]
    try:
        birth = birth_date_of(number)
    except ValueError:
        return Refusal("ID_NUMBER_BIRTH", f"出生日期“{shown}”不存在，请核对第 7—14 位", field=field)
    if birth > today:
        return Refusal("ID_NUMBER_FUTURE", f"出生日期“{shown}”晚于今天，请核对第 7—14 位", field=field)
    if resident_id_check_digit(number[:17]) != number[17]:
        return Refusal("ID_NUMBER_CHECK", "身份证号码与校验位不符，请对照证件再核对一遍", field=field)
    return None


def check_resident_id(text: str, *, today: dt.date, field: str = "") -> Refusal | None:
    """Judge a resident identity number or 港澳台居民居住证 number (GB 11643); born on or before `today`."""
    number = normalise_number(text)
    found = _check_18(number, today, field)
    if found is None and number[:2] not in _PROVINCES:
        return Refusal(
            "ID_NUMBER_REGION", "身份证号码前 2 位不是地区代码，请对照证件核对第 1—2 位", field=field
        )
    return found


def check_foreign_residence(text: str, *, today: dt.date, field: str = "") -> Refusal | None:
    """Judge the number of the 外国人永久居留身份证 (new form: 18 characters beginning with 9, same check character)."""
    number = normalise_number(text)
    found = _check_18(number, today, field)
    if found is None and not number.startswith("9"):
        return Refusal("ID_NUMBER_REGION", "外国人永久居留身份证号码应以 9 开头，请对照证件核对", field=field)
    return found


def check_document_number(
    kind: DocumentKind, text: str, *, today: dt.date, field: str = ""
) -> Refusal | None:
    """Judge a document number by its kind; kinds without a public rule need 4 to 30 letters or digits."""
    if kind in (DocumentKind.RESIDENT_ID, DocumentKind.HMT_RESIDENCE):
        return check_resident_id(text, today=today, field=field)
    if kind is DocumentKind.FOREIGN_RESIDENCE:
        return check_foreign_residence(text, today=today, field=field)
    if kind is DocumentKind.USCC:
        return check_uscc(text, field=field)
    number = normalise_number(text)
    if not number:
        return Refusal("DOCUMENT_NUMBER_EMPTY", "请输入证件号码", field=field)
    if not 4 <= len(number) <= 30:
        return Refusal(
            "DOCUMENT_NUMBER_LENGTH", f"证件号码应为 4—30 位，现在是 {len(number)} 位", field=field
        )
    return None


def age_on(birth: dt.date, day: dt.date) -> int:
    """Full years of age on a day; somebody born on 29 February comes of age on 1 March in other years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def is_minor(number: str, today: dt.date) -> bool:
    """Whether the holder of an identity number is under 18 and acts through a guardian (民法典 17-23)."""
    return age_on(birth_date_of(number), today) < 18


def make_resident_id(region6: str, birth: dt.date, seq: int) -> str:
    """A number with a correct check character, for demo data; `region6` should be one nobody lives in (419999)."""
    if not 0 <= seq <= 999 or len(region6) != 6 or not region6.isdigit():
        raise ValueError("region has 6 digits and the sequence lies between 0 and 999")
    first17 = f"{region6}{birth:%Y%m%d}{seq:03d}"
    return first17 + resident_id_check_digit(first17)


# --- unified social credit code, GB 32100 -----------------------------------------------------------------------

_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
_ORG_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc_check_character(first17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100)."""
    total = sum(w * _USCC_ALPHABET.index(c) for w, c in zip(_USCC_WEIGHTS, first17, strict=True))
    return _USCC_ALPHABET[(31 - total % 31) % 31]


def organisation_check_character(first8: str) -> str:
    """The 9th character of the body's own number inside the code (GB 11714)."""
    rest = 11 - sum(w * _ORG_ALPHABET.index(c) for w, c in zip(_ORG_WEIGHTS, first8, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def check_uscc(text: str, *, field: str = "") -> Refusal | None:
    """Judge a unified social credit code (GB 32100)."""
    code = normalise_number(text)
    if not code:
        return Refusal("USCC_EMPTY", "请输入统一社会信用代码", field=field)
    if len(code) != 18:
        return Refusal("USCC_LENGTH", f"统一社会信用代码应为 18 位，现在是 {len(code)} 位", field=field)
    if any(c in "IOSVZ" for c in code):
        return Refusal(
            "USCC_LETTER",
            "代码中不会出现字母 I、O、S、V、Z，请核对是否为数字 1、0、5、2",
            field=field,
        )
    at = _position(code, _USCC_ALPHABET)
    if at:
        return Refusal("USCC_CHARACTER", f"第 {at} 位应为数字或字母", field=field)
    if uscc_check_character(code[:17]) != code[17]:
        return Refusal("USCC_CHECK", "代码与校验位不符，请对照营业执照核对", field=field)
    return None


def make_uscc(region6: str, seq: int, *, department: str = "9", category: str = "1") -> str:
    """A code with both check characters correct, for demo data."""
    if not 0 <= seq <= 999_999 or len(region6) != 6 or not region6.isdigit():
        raise ValueError("region has 6 digits and the sequence lies between 0 and 999999")
    body = f"MA{seq:06d}"
    first17 = f"{department}{category}{region6}{body}{organisation_check_character(body)}"
    return first17 + uscc_check_character(first17)


# --- mobile phone -----------------------------------------------------------------------------------------------


def normalise_phone(text: str) -> str:
    """One form of a mobile number: digits only, without the country code."""
    return re.sub(r"^(?:\+|00)86", "", normalise_number(text))


def check_phone(text: str, *, field: str = "") -> Refusal | None:
    """Judge a mainland mobile number."""
    number = normalise_phone(text)
    if not number:
        return Refusal("PHONE_EMPTY", "请输入手机号码", field=field)
    if len(number) != 11:
        return Refusal("PHONE_LENGTH", f"手机号码应为 11 位，现在是 {len(number)} 位", field=field)
    at = _position(number, _DIGITS)
    if at:
        return Refusal("PHONE_CHARACTER", f"手机号码第 {at} 位应为数字", field=field)
    if number[0] != "1" or number[1] not in "3456789":
        return Refusal("PHONE_PREFIX", "手机号码应以 13—19 开头", field=field)
    return None


# --- names ------------------------------------------------------------------------------------------------------

_HAN: Final = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))


def _is_han(character: str) -> bool:
    return any(low <= ord(character) <= high for low, high in _HAN)


def _is_latin(character: str) -> bool:
    return character.isalpha() and unicodedata.name(character, "").startswith("LATIN")


def normalise_name(text: str) -> str:
    """One form of a person's name: the middle dot is always ·, blanks go from Chinese names; no character is lost."""
    name = re.sub(r"[•．・‧∙⋅●]", "·", text)
    name = half_width(unicodedata.normalize("NFC", name) if not any(map(_is_han, name)) else name)
    if any(map(_is_latin, name)) and not any(map(_is_han, name)):
        return re.sub(r"\s+", " ", name)
    name = re.sub(r"\s+", "", name)
    return re.sub(r"(?<=[^\x00-\x7f])\.(?=[^\x00-\x7f])", "·", name)


def check_person_name(text: str, *, field: str = "") -> Refusal | None:
    """Judge a natural person's name: 2 to 50 characters, Chinese (with rare characters), Latin, middle dot."""
    name = normalise_name(text)
    if not name:
        return Refusal("NAME_EMPTY", "请输入姓名", field=field)
    for character in name:
        if not (_is_han(character) or _is_latin(character) or character in "· -'’."):
            return Refusal("NAME_CHARACTER", f"姓名里有数字或符号“{character}”，请按身份证填写", field=field)
    if len(name) > 50:
        return Refusal("NAME_LONG", "姓名最多 50 个字", field=field)
    if len(name) < 2:
        return Refusal("NAME_SHORT", "姓名至少 2 个字，请按身份证填写全名", field=field)
    return None


def check_organisation_name(text: str, *, field: str = "") -> Refusal | None:
    """Judge an organisation's name: 2 to 100 characters."""
    name = half_width(text)
    if not name:
        return Refusal("ORGANISATION_NAME_EMPTY", "请输入营业执照上的单位全称", field=field)
    if not 2 <= len(name) <= 100:
        return Refusal("ORGANISATION_NAME_LENGTH", "单位名称应为 2—100 个字，请按营业执照填写", field=field)
    return None


# --- parcel, building and unit codes, GB/T 37346 ----------------------------------------------------------------

LAND_TAIL: Final = "W00000000"  # the land under a house is a unit of its own: parcel code and this
_SHAPE: Final = "d" * 12 + "tu" + "d" * 5 + "f" + "d" * 8
_LETTERS: Final = {"t": "GJZ", "u": "ABSXCDEFHGWYLN", "f": "WFLQ"}


def _check_code(code: str, length: int, what: str, prefix: str, area: str, field: str) -> Refusal | None:
    if not code:
        return Refusal(f"{prefix}_EMPTY", f"请输入{what}", field=field)
    if len(code) != length:
        return Refusal(f"{prefix}_LENGTH", f"{what}应为 {length} 位，现在是 {len(code)} 位", field=field)
    for at, (character, shape) in enumerate(zip(code, _SHAPE, strict=False), 1):
        if shape == "d":
            if character not in _DIGITS:
                return Refusal(f"{prefix}_CHARACTER", f"第 {at} 位应为数字", field=field)
        elif not (character.isascii() and character.isalpha()):
            return Refusal(f"{prefix}_CHARACTER", f"第 {at} 位应为字母", field=field)
        elif character not in _LETTERS[shape]:
            known = "、".join(_LETTERS[shape])
            return Refusal(f"{prefix}_CHARACTER", f"第 {at} 位应为字母 {known} 之一", field=field)
    if not code.startswith(area):
        return Refusal(
            f"{prefix}_AREA", f"不在本区范围内（前 6 位应为 {area}），请到不动产所在地办理", field=field
        )
    return None


def check_unit_code(text: str, *, area: str = "", field: str = "") -> Refusal | None:
    """Judge a 28-character unit code; `area` is the office's own 6 digits (empty: anywhere)."""
    return _check_code(normalise_number(text), 28, "不动产单元号", "UNIT_CODE", area, field)


def check_parcel_code(text: str, *, area: str = "", field: str = "") -> Refusal | None:
    """Judge a 19-character parcel code (宗地代码)."""
    return _check_code(normalise_number(text), 19, "宗地代码", "PARCEL_CODE", area, field)


def check_building_code(text: str, *, area: str = "", field: str = "") -> Refusal | None:
    """Judge a 24-character building code (自然幢号): parcel code, F, four digits."""
    code = normalise_number(text)
    found = _check_code(code, 24, "自然幢号", "BUILDING_CODE", area, field)
    if found is None and code[19] != "F":
        return Refusal("BUILDING_CODE_CHARACTER", "第 20 位应为字母 F", field=field)
    return found


def parcel_code_of(code: str) -> str:
    """The parcel code inside a building or unit code."""
    return normalise_number(code)[:19]


def land_unit(code: str) -> str:
    """The unit of the land on which a unit stands; of bare land itself."""
    return parcel_code_of(code) + LAND_TAIL


def reaches(unit_code: str, other: str) -> bool:
    """Whether what is ordered on a unit also concerns another: itself, or a house on that land (查封规定 21)."""
    return unit_code == other or (
        unit_code.endswith(LAND_TAIL) and parcel_code_of(unit_code) == parcel_code_of(other)
    )


def building_code_of(unit_code: str) -> str | None:
    """The building code inside a unit code, None for bare land and other things that are no building."""
    code = normalise_number(unit_code)
    return code[:24] if code[19] == "F" else None


def group_unit_code(unit_code: str) -> str:
    """The code as it is printed, in four groups: 410106 001001 GB00012 F00030015."""
    code = normalise_number(unit_code)
    return " ".join(part for part in (code[:6], code[6:12], code[12:19], code[19:]) if part)


# --- certificate numbers ----------------------------------------------------------------------------------------

_CERTIFICATE: Final = re.compile(
    r"(?P<province>[一-鿿])（(?P<year>\d{4})）(?P<area>[一-鿿]{2,20})不动产(?P<kind>权|证明)第(?P<seq>\d{7,9})号"
)


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """A certificate or proof number taken apart: 豫（2019）郑州市上街区不动产权第0000001号."""

    kind: CertificateKind
    year: int
    seq: int
    province: str
    area: str

    def __str__(self) -> str:
        return certificate_number(self.kind, self.year, self.seq, province=self.province, area=self.area)


def certificate_number(kind: CertificateKind, year: int, seq: int, *, province: str, area: str) -> str:
    """Write a certificate or proof number, e.g. province 豫, area 郑州市上街区; seven digits at least."""
    if seq < 1:
        raise ValueError("certificate numbers start at 1")
    word = "权" if kind is CertificateKind.CERTIFICATE else "证明"
    return f"{province}（{year}）{area}不动产{word}第{seq:07d}号"


def normalise_certificate_number(text: str) -> str:
    """The form a number is written and stored in: full-width brackets （2026）, half-width digits, no blanks."""
    compact = re.sub(r"\s+", "", half_width(text.translate(_BRACKETS)))
    return compact.replace("(", "（").replace(")", "）")


def check_certificate_number(text: str, *, field: str = "") -> Refusal | None:
    """Judge the form of a certificate or proof number of the present kind (since 2015)."""
    number = normalise_certificate_number(text)
    if not number:
        return Refusal("CERTIFICATE_NUMBER_EMPTY", "请输入不动产权证号", field=field)
    if not _CERTIFICATE.fullmatch(number):
        return Refusal(
            "CERTIFICATE_NUMBER_FORM",
            "请按证书首页完整填写，例如“豫（2026）上街区不动产权第0001234号”",
            field=field,
        )
    return None


def parse_certificate_number(text: str, *, field: str = "") -> CertificateNumber:
    """Take a certificate or proof number apart. Raises Refused."""
    match = _CERTIFICATE.fullmatch(normalise_certificate_number(text))
    if match is None:
        raise Refused(check_certificate_number(text, field=field) or ())
    kind = CertificateKind.CERTIFICATE if match["kind"] == "权" else CertificateKind.PROOF
    return CertificateNumber(kind, int(match["year"]), int(match["seq"]), match["province"], match["area"])


# --- dates ------------------------------------------------------------------------------------------------------

_DATE_FORMS: Final = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)


def parse_date(value: str | tuple[str, str, str], *, field: str = "", empty: str = "请输入日期") -> dt.date:
    """Read a date as people write it (2026-3-5, 2026/03/05, 20260305, 2026年3月5日, or three boxes). Raises Refused."""
    if isinstance(value, tuple):
        value = "-".join(half_width(part) for part in value) if any(part.strip() for part in value) else ""
    text = re.sub(r"\s+", "", half_width(value))
    if not text:
        raise Refused(Refusal("DATE_EMPTY", empty, field=field))
    for form in _DATE_FORMS:
        match = form.fullmatch(text)
        if match:
            year, month, day = (int(part) for part in match.groups())
            try:
                return dt.date(year, month, day)
            except ValueError:
                raise Refused(Refusal("DATE_UNREAL", f"日期“{text}”不存在，请核对", field=field)) from None
    raise Refused(Refusal("DATE_FORM", "请按“2026-03-05”或“2026年3月5日”的样子填写日期", field=field))


# --- masks ------------------------------------------------------------------------------------------------------


def mask_name(name: str) -> str:
    """张三 → 张*, 张小三 → 张*三, longer names keep the first and last character."""
    if len(name) <= 2:
        return name[:1] + "*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def mask_document_number(number: str) -> str:
    """First three and last four characters stay of a long number; of a short one the first and the last."""
    number = normalise_number(number)
    if len(number) < 10:
        return f"{number[:1]}{'*' * max(len(number) - 2, 3)}{number[-1:]}"
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def mask_resident_id(number: str) -> str:
    """410***********0013."""
    return mask_document_number(number)


def mask_phone(number: str) -> str:
    """138****1234."""
    number = normalise_phone(number)
    return f"{number[:3]}****{number[-4:]}" if len(number) == 11 else mask_document_number(number)
