"""Decisions about certificates, proofs and their blanks: what may be printed, reprinted, handed out. Pure."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from dengbu.core.identifiers import check_document_number, check_person_name, check_phone
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, DocumentKind

MAIL_ADDRESS_PURPOSE: Final = "certificates.mailing.address"
MAIL_PHONE_PURPOSE: Final = "certificates.mailing.phone"
RECEIVER_PURPOSE: Final = "certificates.certificate.receiver_number"
LARGEST_DELIVERY: Final = 10_000

CERT_UNKNOWN: Final = Refusal("CERT_UNKNOWN", "没有找到这本证书。", "请从办件页面重新打开。")
SERIAL_EMPTY: Final = Refusal("BLANK_SERIAL_EMPTY", "请扫描证书印刷序列号", field="blank_serial")
REASON_EMPTY: Final = Refusal("BLANK_REASON_EMPTY", "请写明作废原因", field="reason")
FEE_UNPAID: Final = Refusal(
    "CERT_FEE_UNPAID", "还有费用未缴，缴清后才能发证。", "请先缴费，或到窗口收费后再发证。", "domain §5"
)
MANDATE_LENGTH: Final = (4, 100)
RECEIVER_UNKNOWN: Final = Refusal(
    "CERT_RECEIVER_NOT_ENTITLED",
    "领证人不是这件申请的权利人，也不是申请时写明的代理人或经办人。",
    "请由权利人本人领取。代领的，收下授权委托书，在“代领依据”里写明委托书或公证书的编号。",
    "实施细则12",
    "receiver_number",
)
MANDATE_WRONG: Final = Refusal(
    "CERT_MANDATE_LENGTH",
    "代领依据要写4到100个字。",
    "例如：授权委托书1份；（2026）豫郑证字第12号公证书。",
    "",
    "mandate",
)
_STATES: Final = {
    "numbered": "待缮证",
    "printed": "已缮证",
    "mailed": "已寄出",
    "issued": "已发证",
    "void": "已注销",
}
_SERIAL: Final = re.compile(r"(?P<prefix>[一-鿿A-Z0-9]*?)(?P<digits>\d{4,})")


class Listed(NamedTuple):
    """One line of a list of units: the right (public id) and its unit."""

    right_id: uuid.UUID
    unit_code: str


def several(listed: Sequence[Listed]) -> tuple[Listed, ...]:
    """A list of units as a paper has it: none where there is one unit only, which stands on the paper itself."""
    return tuple(listed) if len(listed) > 1 else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRequest:
    """A certificate or proof to be numbered: for which right (public id) on which unit, made by which entry."""

    docket_id: uuid.UUID | None
    entry_id: int
    right_id: uuid.UUID
    unit_code: str
    holder_names: str
    kind: CertificateKind
    listed: tuple[
        Listed, ...
    ] = ()  # all it covers where that is more than one unit, in the order of the annex


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """A certificate or proof of an older register, by the number it bears. `ours`: of the series our counters go on
    with. Forms before 2015 (房产证, 土地证) have no year and serial that we could read: 0."""

    number: str
    kind: CertificateKind
    entry_id: int
    right_id: uuid.UUID
    unit_code: str
    holder_names: str
    live: bool
    issued_at: dt.datetime | None
    year: int = 0
    serial: int = 0
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankFact:
    """What is known of a scanned blank. `used_for` is the certificate number printed on it."""

    serial: str
    kind: str
    state: str
    used_for: str = ""
    reason: str = ""


def normalise_serial(text: str) -> str:
    """One form of a blank's serial number: half-width, capitals, no blanks."""
    wide = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    return re.sub(r"\s+", "", wide).upper()


def serial_run(first: str, count: int) -> list[str] | Refusal:
    """The serial numbers of a delivery: `count` of them from `first` on, e.g. 豫41000001; digits keep their width."""
    serial = normalise_serial(first)
    match = _SERIAL.fullmatch(serial)
    if match is None or len(serial) > 30:
        return Refusal(
            "BLANK_SERIAL_FORM",
            "印刷序列号应为字母、汉字加至少 4 位数字",
            "请照封面上第一本的序列号填写，例如“豫41000001”。",
            field="first_serial",
        )
    if not 1 <= count <= LARGEST_DELIVERY:
        return Refusal("BLANK_COUNT", f"本数应在 1—{LARGEST_DELIVERY} 之间", field="count")
    digits = match["digits"]
    start, width = int(digits), len(digits)
    if start + count - 1 >= 10**width:
        return Refusal("BLANK_COUNT_RANGE", "序列号超出了这一段的最大号码，请分段登记", field="count")
    return [f"{match['prefix']}{n:0{width}d}" for n in range(start, start + count)]


def may_use(
    serial: str, blank: BlankFact | None, kind: CertificateKind, stock: tuple[str, str] | None
) -> Refusal | None:
    """Whether a scanned blank may be printed on. `stock` is the first and last serial of the kind still in stock."""
    if not serial:
        return SERIAL_EMPTY
    if blank is None:
        range_ = f"不在本批领用范围 {stock[0]}—{stock[1]}" if stock else "没有登记领用，库存里也没有空白证书"
        return Refusal(
            "BLANK_UNKNOWN",
            f"该序列号{range_}",
            "请核对序列号，或请科室负责人先登记领用。",
            field="blank_serial",
        )
    if blank.kind != kind.value:
        return Refusal(
            "BLANK_KIND",
            f"该序列号是{CertificateKind(blank.kind).label}的空白证书，现在要打印的是{kind.label}",
            "请换一本再扫描。",
            field="blank_serial",
        )
    if blank.state == "used":
        return Refusal(
            "BLANK_USED",
            f"该序列号已使用于 {blank.used_for}",
            "请换一本空白证书再扫描。",
            field="blank_serial",
        )
    if blank.state == "spoiled":
        return Refusal(
            "BLANK_SPOILED",
            f"该序列号已登记作废（{blank.reason}）",
            "请换一本空白证书再扫描。",
            field="blank_serial",
        )
    return None


def may_print(state: str) -> Refusal | None:
    """Whether a certificate is still to be printed for the first time."""
    if state == "numbered":
        return None
    return Refusal(
        "CERT_NOT_TO_PRINT",
        f"这本证书现在是“{_STATES[state]}”，不能缮证。",
        "打印有误的，请登记作废后重打。" if state == "printed" else "请刷新页面查看。",
    )


def may_reprint(state: str) -> Refusal | None:
    """Whether a misprint may be mended: after printing and before the hand-out."""
    if state == "printed":
        return None
    return Refusal(
        "CERT_NOT_TO_REPRINT",
        f"这本证书现在是“{_STATES[state]}”，不能重打。",
        "已经发出的证书损坏或有误的，请申请换证或更正登记。" if state == "issued" else "请刷新页面查看。",
    )


def may_issue(
    *,
    state: str,
    fee_settled: bool,
    receipt_shown: bool,
    voucher_shown: bool,
    identity_checked: bool,
    receiver_name: str,
    receiver_document_kind: str,
    receiver_number: str,
    receiver_entitled: bool,
    mandate: str,
    today: dt.date,
) -> list[Refusal]:
    """Every reason why a certificate cannot be handed out: not printed, fee unpaid, receipt, voucher, identity.

    `receiver_entitled`: the receiver is the right holder, or the agent or operator the case names; anybody else needs
    a `mandate`, the proof of being sent.
    """
    found: list[Refusal | None] = []
    if state != "printed":
        found.append(
            Refusal(
                "CERT_NOT_PRINTED",
                f"这本证书现在是“{_STATES[state]}”，不能发证。",
                "请先缮证。" if state == "numbered" else "请刷新页面查看。",
            )
        )
    if not fee_settled:
        found.append(FEE_UNPAID)
    if not receipt_shown:
        found.append(
            Refusal(
                "CERT_RECEIPT_MISSING",
                "请核对受理凭证",
                "收回受理凭证后勾选；遗失的，请领证人写明情况。",
                field="receipt_shown",
            )
        )
    if not voucher_shown:
        found.append(
            Refusal(
                "CERT_VOUCHER_MISSING",
                "请核对缴费凭证",
                "不收费的业务有 0 元凭证，可当场补打。",
                field="voucher_shown",
            )
        )
    if not identity_checked:
        found.append(
            Refusal(
                "CERT_IDENTITY_UNCHECKED",
                "请核对领证人身份证件",
                "人证一致后勾选。",
                field="identity_checked",
            )
        )
    found.append(check_person_name(receiver_name, field="receiver_name"))
    if receiver_document_kind not in DocumentKind.values:
        found.append(Refusal("DOCUMENT_KIND_EMPTY", "请选择证件类型", field="receiver_document_kind"))
    else:
        kind = DocumentKind(receiver_document_kind)
        found.append(check_document_number(kind, receiver_number, today=today, field="receiver_number"))
    if mandate and not MANDATE_LENGTH[0] <= len(mandate) <= MANDATE_LENGTH[1]:
        found.append(MANDATE_WRONG)
    elif not receiver_entitled and not mandate:
        found.append(RECEIVER_UNKNOWN)
    return [refusal for refusal in found if refusal]


def normalise_tracking(text: str) -> str:
    """One form of a carrier's number: half-width, capitals, no blanks or hyphens."""
    return normalise_serial(text).replace("-", "")


def tracking_refusal(tracking: str) -> Refusal | None:
    """Whether this can be a carrier's number: thirteen digits (domestic EMS), or two letters, nine digits of which the
    last is the check digit, and a country (UPU S10)."""
    if not tracking:
        return Refusal(
            "MAIL_TRACKING_EMPTY", "请扫描或填写邮件号", "在邮件详情单的条码下面。", field="tracking"
        )
    matched = re.fullmatch(r"[A-Z]{2}(\d{8})(\d)[A-Z]{2}", tracking)
    if matched is None:
        if re.fullmatch(r"\d{13}", tracking):
            return None
        return Refusal(
            "MAIL_TRACKING_FORM",
            "邮件号应为13位：全是数字，或两个字母、9个数字、两个字母",
            "请照邮件详情单的条码填写，例如“EA123456785CN”。",
            "",
            "tracking",
        )
    total = sum(int(d) * w for d, w in zip(matched[1], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    if check == int(matched[2]):
        return None
    return Refusal(
        "MAIL_TRACKING_CHECK", "邮件号的校验位不对", "请核对有没有抄错数字。", "UPU S10", "tracking"
    )


def may_mail(
    *,
    states: Sequence[str],
    fee_settled: bool,
    asked_for: bool,
    receiver_name: str,
    receiver_entitled: bool,
    address: str,
    phone: str,
    tracking: str,
) -> list[Refusal]:
    """Every reason why certificates cannot be sent by post: nothing printed, fee unpaid, not asked for in the
    application, sent to somebody who is not entitled, no address, no telephone, a number that is none.

    Raises nothing. corrections §2.15.
    """
    found: list[Refusal | None] = []
    if not states or any(s != "printed" for s in states):
        found.append(
            Refusal(
                "MAIL_NOTHING_PRINTED", "选中的证书没有缮制，或已经寄出、已经发放。", "请刷新页面后重新选择。"
            )
        )
    if not fee_settled:
        found.append(FEE_UNPAID)
    if not asked_for:
        found.append(
            Refusal("MAIL_NOT_ASKED", "申请人没有选邮寄。", "请按窗口领取发证。", "corrections §2.15")
        )
    found.append(check_person_name(receiver_name, field="receiver_name"))
    if receiver_name.strip() and not receiver_entitled:
        found.append(
            Refusal(
                "MAIL_RECEIVER_NOT_ENTITLED",
                "收件人不是权利人，也不是申请时写明的代理人或经办人。",
                "证书只寄给他们本人，请与申请人核实收件人。",
                "实施细则12",
                "receiver_name",
            )
        )
    if not 5 <= len(address.strip()) <= 120:
        found.append(Refusal("MAIL_ADDRESS", "邮寄地址要写5到120个字", "请写到门牌号。", "", "address"))
    found.append(check_phone(phone, field="phone"))
    found.append(tracking_refusal(normalise_tracking(tracking)))
    return [refusal for refusal in found if refusal]


def may_end_mailing(state: str) -> Refusal | None:
    """Whether a mailing is still under way."""
    if state == "sent":
        return None
    words = "已签收" if state == "delivered" else "已退回"
    return Refusal("MAIL_ENDED", f"这件邮件已登记为“{words}”。", "请刷新页面查看。")


def may_spoil(serial: str, blank: BlankFact | None, reason: str) -> list[Refusal]:
    """Whether a blank may be taken out of stock as spoiled. One that carries a certificate goes by a reprint."""
    found: list[Refusal] = []
    if not serial:
        found.append(SERIAL_EMPTY)
    elif blank is None:
        found.append(Refusal("BLANK_UNKNOWN", "该序列号没有登记领用", "请核对序列号。", field="blank_serial"))
    elif blank.state == "used":
        found.append(
            Refusal(
                "BLANK_USED",
                f"该序列号已使用于 {blank.used_for}",
                "打印有误的，请在该证书页面登记作废后重打。",
                field="blank_serial",
            )
        )
    elif blank.state == "spoiled":
        found.append(
            Refusal(
                "BLANK_SPOILED", f"该序列号已登记作废（{blank.reason}）", "不用再登记。", field="blank_serial"
            )
        )
    if not reason.strip():
        found.append(REASON_EMPTY)
    return found
