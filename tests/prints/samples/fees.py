"""Fees: notice, vouchers, exemption."""

from __future__ import annotations

from typing import Any

from dengbu.cases.prints import (
    FeeLine,
    FeeNotice,
    FeeReversal,
    FeeUndertaking,
    FeeVoucher,
    PartyLine,
)

from .shared import DAY, PLACE, TYPE, UNIT, at, head

FEES = (
    FeeLine(
        item="不动产登记费（住宅）",
        count=1,
        unit="件",
        standard_fen=8000,
        amount_fen=8000,
        basis="发改价格规〔2016〕2559号",
    ),
    FeeLine(
        item="证书工本费（第二本起）",
        count=1,
        unit="本",
        standard_fen=1000,
        amount_fen=1000,
        basis="发改价格规〔2016〕2559号",
    ),
)


def notice(**changes: Any) -> FeeNotice:
    given: dict[str, Any] = {
        "head": head(),
        "pay_code": "41010626 1201 000087",
        "registration": TYPE,
        "payer": "许文静",
        "location": PLACE,
        "unit_code": UNIT,
        "lines": FEES,
        "total_fen": 9000,
        "exemption": "",
        "issued_on": DAY,
        "due": "领证前缴清",
        "ways": ("手机扫右上方二维码，按页面提示支付。", "到大厅任一受理窗口，报缴款码支付。"),
        "officer": "孙倩",
        "phone": "0371-0000 1234",
    }
    return FeeNotice(**(given | changes))


def voucher(**changes: Any) -> FeeVoucher:
    given: dict[str, Any] = {
        "head": head(),
        "pay_code": "41010626 1201 000087",
        "registration": TYPE,
        "payer": "许文静",
        "location": PLACE,
        "lines": FEES[:1],
        "total_fen": 0,
        "exemption": "小微企业免收登记费（财税〔2019〕45号），申报编号 XW2026000031",
        "paid_at": at(11, 3),
        "channel": "微信支付",
        "transaction": "4200002026120111030001",
        "bill_number": "",
        "cashier": "孙倩",
    }
    return FeeVoucher(**(given | changes))


def no_charge(**changes: Any) -> FeeVoucher:
    """免收不动产登记费证明: a voucher over nothing."""
    line = FeeLine(
        item="不动产登记费", count=1, unit="件", standard_fen=0, amount_fen=0, basis="变更登记不收费"
    )
    return voucher(**({"lines": (line,), "total_fen": 0, "exemption": "变更登记不收费", "channel": "免缴",
                       "transaction": ""} | changes))  # fmt: skip


def reversal(**changes: Any) -> FeeReversal:
    given: dict[str, Any] = {
        "head": head(number="PZ20261201-000019"),
        "cancels": "PZ20261201-000012",
        "registration": TYPE,
        "payer": "许文静",
        "location": PLACE,
        "amount": "-80.00",
        "channel": "微信支付",
        "back": "原路退回（微信支付）",
        "reason": "付款人是中介，应由买方缴纳",
        "made_at": at(15, 5),
        "cashier": "孙倩",
    }
    return FeeReversal(**(given | changes))


def undertaking(**changes: Any) -> FeeUndertaking:
    given: dict[str, Any] = {
        "head": head(),
        "registration": TYPE,
        "payers": (PartyLine(role="买方", name="郑州市上街区小商铺经营部", identity="92410106********9X"),),
        "location": PLACE,
        "unit_code": UNIT,
        "exemption": "小微企业（含个体工商户）",
        "basis": "财税〔2016〕79号、财税〔2019〕45号",
    }
    return FeeUndertaking(**(given | changes))
