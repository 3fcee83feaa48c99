"""The pretended provider's own book: trades and refunds, and what may happen to them. No HTTP here."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


class Refuse(Exception):
    """The provider's no: HTTP status, its code, its message."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass
class Trade:
    """One order. `notified` counts call-backs that the merchant took (answered 2xx)."""

    out_trade_no: str
    appid: str
    mchid: str
    description: str
    notify_url: str
    total: int
    token: str
    created_at: str
    expires_at: str = ""
    state: str = "NOTPAY"
    paid_total: int = 0
    transaction_id: str = ""
    success_time: str = ""
    notified: int = 0
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)

    def expired(self, now: dt.datetime) -> bool:
        return bool(self.expires_at) and dt.datetime.fromisoformat(self.expires_at) <= now

    def told(self) -> dict[str, Any]:
        """The order as the provider tells it, in a query or a call-back."""
        said: dict[str, Any] = {
            "appid": self.appid,
            "mchid": self.mchid,
            "out_trade_no": self.out_trade_no,
            "trade_state": self.state,
            "trade_state_desc": {
                "SUCCESS": "支付成功",
                "NOTPAY": "订单未支付",
                "CLOSED": "订单已关闭",
                "REFUND": "转入退款",
            }[self.state],
            "attach": "",
            "payer": {},
            "amount": {"total": self.total, "currency": "CNY"},
        }
        if self.success_time:
            said |= {
                "transaction_id": self.transaction_id,
                "trade_type": "NATIVE",
                "bank_type": "OTHERS",
                "success_time": self.success_time,
                "payer": {"openid": "o" + self.token[:27]},
                "amount": {
                    "total": self.paid_total,
                    "payer_total": self.paid_total,
                    "currency": "CNY",
                    "payer_currency": "CNY",
                },
            }
        return said


class Book:
    """Trades by number and by the token in their code. The caller holds the lock."""

    def __init__(self, *, appid: str, mchid: str):
        self._appid, self._mchid = appid, mchid
        self.trades: dict[str, Trade] = {}

    def place(self, asked: Mapping[str, Any], now: dt.datetime) -> Trade:
        """A new order, or the same one again."""
        number, total = asked.get("out_trade_no"), _amount(asked).get("total")
        if (asked.get("appid"), asked.get("mchid")) != (self._appid, self._mchid):
            raise Refuse(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")
        if not (isinstance(number, str) and 6 <= len(number) <= 32):
            raise Refuse(400, "PARAM_ERROR", "out_trade_no 应为6至32个字符")
        if (
            type(total) is not int
            or total <= 0
            or not asked.get("description")
            or not asked.get("notify_url")
        ):
            raise Refuse(400, "PARAM_ERROR", "缺少 description、notify_url 或 amount.total")
        expires = str(asked.get("time_expire", ""))
        trade = self.trades.get(number)
        if trade is not None:
            return self._again(trade, asked, total)
        if expires and _instant(expires) <= now:
            raise Refuse(400, "PARAM_ERROR", "time_expire 已经过去")
        trade = Trade(
            out_trade_no=number,
            appid=self._appid,
            mchid=self._mchid,
            description=str(asked["description"]),
            notify_url=str(asked["notify_url"]),
            total=total,
            token=secrets.token_urlsafe(24),
            created_at=_said(now),
            expires_at=expires,
        )
        self.trades[number] = trade
        return trade

    def find(self, number: str) -> Trade:
        trade = self.trades.get(number)
        if trade is None:
            raise Refuse(404, "ORDER_NOT_EXIST", "订单不存在")
        return trade

    def by_token(self, token: str) -> Trade | None:
        return next((trade for trade in self.trades.values() if trade.token == token), None)

    def pay(self, number: str, now: dt.datetime, amount: int | None = None) -> Trade:
        """The payer pays; `amount` in fen where it differs from what was asked (a fault to be tried)."""
        trade = self.find(number)
        if trade.state != "NOTPAY":
            raise Refuse(400, "ORDERPAID" if trade.success_time else "ORDER_CLOSED", "订单已支付或已关闭")
        if trade.expired(now):
            raise Refuse(400, "ORDER_CLOSED", "付款码已过期")
        trade.state, trade.success_time = "SUCCESS", _said(now)
        trade.paid_total = trade.total if amount is None else amount
        trade.transaction_id = f"4200{secrets.randbelow(10**24):024d}"
        return trade

    def close(self, number: str) -> Trade:
        trade = self.find(number)
        if trade.success_time:
            raise Refuse(400, "ORDERPAID", "该订单已支付")
        trade.state = "CLOSED"
        return trade

    def refund(self, asked: Mapping[str, Any], now: dt.datetime) -> dict[str, Any]:
        trade = self.find(str(asked.get("out_trade_no", "")))
        amount, number = _amount(asked), str(asked.get("out_refund_no", ""))
        refund = amount.get("refund")
        if not number or type(refund) is not int or refund <= 0 or amount.get("total") != trade.paid_total:
            raise Refuse(400, "PARAM_ERROR", "退款单号或金额不符")
        known = trade.refunds.get(number)
        if known is not None:
            if known["amount"]["refund"] != refund:
                raise Refuse(400, "INVALID_REQUEST", "同一退款单号的参数不一致")
            return known
        if not trade.success_time:
            raise Refuse(400, "INVALID_REQUEST", "订单未支付，不能退款")
        if sum(made["amount"]["refund"] for made in trade.refunds.values()) + refund > trade.paid_total:
            raise Refuse(403, "NOT_ENOUGH", "退款金额超过可退金额")
        trade.state = "REFUND"
        trade.refunds[number] = {
            "refund_id": f"5030{secrets.randbelow(10**24):024d}",
            "out_refund_no": number,
            "transaction_id": trade.transaction_id,
            "out_trade_no": trade.out_trade_no,
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
            "create_time": _said(now),
            "success_time": _said(now),
            "status": "SUCCESS",
            "amount": {"refund": refund, "total": trade.paid_total, "currency": "CNY"},
        }
        return trade.refunds[number]

    def find_refund(self, number: str) -> dict[str, Any]:
        for trade in self.trades.values():
            if number in trade.refunds:
                return trade.refunds[number]
        raise Refuse(404, "RESOURCE_NOT_EXISTS", "退款单不存在")

    def dump(self) -> list[dict[str, Any]]:
        return [asdict(trade) for trade in self.trades.values()]

    def load(self, rows: list[dict[str, Any]]) -> None:
        self.trades = {row["out_trade_no"]: Trade(**row) for row in rows}

    def _again(self, trade: Trade, asked: Mapping[str, Any], total: int) -> Trade:
        if trade.success_time:
            raise Refuse(400, "ORDERPAID", "该订单已支付")
        if trade.state == "CLOSED":
            raise Refuse(400, "ORDER_CLOSED", "订单已关闭")
        if (trade.total, trade.description) != (total, asked["description"]):
            raise Refuse(400, "INVALID_REQUEST", "商户订单号重复，且请求参数与原订单不一致")
        return trade


def _said(instant: dt.datetime) -> str:
    return instant.replace(microsecond=0).isoformat()


def _amount(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    found = asked.get("amount")
    return found if isinstance(found, dict) else {}


def _instant(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = dt.datetime.min
    if found.tzinfo is None:
        raise Refuse(400, "PARAM_ERROR", "time_expire 应为带时区的 RFC 3339 时间")
    return found
