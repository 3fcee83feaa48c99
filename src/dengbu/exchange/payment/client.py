"""The payment port over WeChat Pay API v3 (Native: the payer scans a code)."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import structlog

from dengbu.core import clock
from dengbu.core.ports import Config, PartnerRejected, PortMisconfigured, SignatureRejected
from dengbu.core.refusals import Refusal
from dengbu.exchange.http import Caller, from_partner_time, needed, to_partner_time
from dengbu.exchange.keys import with_demo_keys
from dengbu.exchange.payment import wire
from dengbu.payments.ports import (
    OrderAlreadyPaid,
    OrderClosed,
    OrderUnknown,
    PaymentCode,
    PaymentOrder,
    PaymentStatus,
    RefundOrder,
    RefundState,
    RefundStatus,
    TradeState,
)

log = structlog.get_logger(__name__)

UNAVAILABLE = Refusal(
    "PAY_UNAVAILABLE",
    "支付平台暂时没有应答。",
    "请过几分钟再试；如已付款请勿重复支付，系统会自动查询结果。也可到窗口缴费。",
)
REFUSED = Refusal("PAY_REFUSED", "支付平台没有受理这次请求。", "请稍后再试，或到窗口缴费。")
UNKNOWN = Refusal("PAY_ORDER_UNKNOWN", "支付平台查不到这笔订单。", "请重新生成付款码。")
PAID = Refusal("PAY_ORDER_PAID", "这笔费用已经支付。", "请刷新本页查看缴费结果，不要重复支付。")
CLOSED = Refusal("PAY_ORDER_CLOSED", "这个付款码已经关闭。", "请重新生成付款码。")
UNTRUSTED = Refusal(
    "PAY_SIGNATURE_REJECTED", "支付平台消息的来源核对未通过，不能采用。", "请以主动查询的结果为准。"
)

_STATES = {
    "SUCCESS": TradeState.PAID,
    "REFUND": TradeState.REFUNDED,
    "NOTPAY": TradeState.UNPAID,
    "USERPAYING": TradeState.UNPAID,
    "ACCEPT": TradeState.UNPAID,
    "CLOSED": TradeState.CLOSED,
    "REVOKED": TradeState.CLOSED,
    "PAYERROR": TradeState.FAILED,
}
_REFUND_STATES = {
    "SUCCESS": RefundState.DONE,
    "PROCESSING": RefundState.PROCESSING,
    "CLOSED": RefundState.CLOSED,
    "ABNORMAL": RefundState.ABNORMAL,
}
_REASONS: dict[str, type[PartnerRejected]] = {
    "ORDER_NOT_EXIST": OrderUnknown,
    "ORDERNOTEXIST": OrderUnknown,
    "RESOURCE_NOT_EXISTS": OrderUnknown,
    "ORDERPAID": OrderAlreadyPaid,
    "ORDER_PAID": OrderAlreadyPaid,
    "ORDER_CLOSED": OrderClosed,
    "ORDERCLOSED": OrderClosed,
}
_SAID = {OrderUnknown: UNKNOWN, OrderAlreadyPaid: PAID, OrderClosed: CLOSED}


class WechatPay:
    """`PaymentGateway`. Config: base_url, appid, mchid, merchant_serial, merchant_private_key (PEM), api_v3_key
    (32 signs), platform_public_keys (key number → PEM), checkout_base (demo only), timeout, retries."""

    def __init__(
        self,
        *,
        base_url: str,
        appid: str,
        mchid: str,
        merchant_serial: str,
        merchant_private_key: str,
        api_v3_key: str,
        platform_public_keys: Mapping[str, str],
        checkout_base: str = "",
        timeout: float = 8.0,
        retries: int = 2,
    ):
        self._caller = Caller("payment", base_url, timeout=timeout, retries=retries, unavailable=UNAVAILABLE)
        self._appid, self._mchid, self._serial = appid, mchid, merchant_serial
        self._checkout_base = checkout_base
        self._api_v3_key = api_v3_key.encode()
        if len(self._api_v3_key) != 32:
            raise PortMisconfigured("EXCHANGE['payment']: api_v3_key must be 32 signs")
        try:
            self._key = wire.private_key(merchant_private_key)
            self._platform = {serial: wire.public_key(pem) for serial, pem in platform_public_keys.items()}
        except (ValueError, TypeError) as error:
            raise PortMisconfigured(f"EXCHANGE['payment']: a key cannot be read: {error}") from error

    @classmethod
    def from_config(cls, config: Config) -> WechatPay:
        full = with_demo_keys(config, "payment")
        names = (
            "base_url",
            "appid",
            "mchid",
            "merchant_serial",
            "merchant_private_key",
            "api_v3_key",
            "platform_public_keys",
        )
        values = dict(zip(names, needed(full, "payment", *names), strict=True))
        optional = {
            name: full[name] for name in ("checkout_base", "timeout", "retries") if full.get(name) is not None
        }
        return cls(**values, **optional)

    def create(self, order: PaymentOrder) -> PaymentCode:
        """See `PaymentGateway.create`."""
        said = self._ask(
            "POST",
            wire.NATIVE,
            {
                "appid": self._appid,
                "mchid": self._mchid,
                "description": _short(order.description, 127),
                "out_trade_no": order.out_trade_no,
                "time_expire": to_partner_time(order.expires_at).isoformat(),
                "notify_url": order.notify_url,
                "amount": {"total": order.amount_fen, "currency": "CNY"},
            },
        )
        code_url = _text(said, "code_url")
        token = parse_qs(urlsplit(code_url).query).get("pr", [""])[0]
        checkout = self._checkout_base + token if self._checkout_base and token else ""
        return PaymentCode(order.out_trade_no, code_url, order.expires_at, checkout)

    def query(self, out_trade_no: str) -> PaymentStatus:
        """See `PaymentGateway.query`."""
        target = f"{wire.BY_NUMBER}{quote(out_trade_no, safe='')}?mchid={self._mchid}"
        return self._status(self._ask("GET", target), asked=out_trade_no)

    def close(self, out_trade_no: str) -> None:
        """See `PaymentGateway.close`."""
        try:
            self._ask("POST", f"{wire.BY_NUMBER}{quote(out_trade_no, safe='')}/close", {"mchid": self._mchid})
        except OrderClosed:
            return

    def refund(self, order: RefundOrder) -> RefundStatus:
        """See `PaymentGateway.refund`."""
        said = self._ask(
            "POST",
            wire.REFUNDS,
            {
                "out_trade_no": order.out_trade_no,
                "out_refund_no": order.out_refund_no,
                "reason": _short(order.reason, 80),
                "amount": {"refund": order.refund_fen, "total": order.total_fen, "currency": "CNY"},
            },
        )
        return _refund_status(said, asked=order.out_refund_no)

    def query_refund(self, out_refund_no: str) -> RefundStatus:
        """See `PaymentGateway.query_refund`."""
        said = self._ask("GET", f"{wire.REFUNDS}/{quote(out_refund_no, safe='')}")
        return _refund_status(said, asked=out_refund_no)

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> PaymentStatus:
        """See `PaymentGateway.parse_notification`."""
        try:
            wire.check_platform(self._platform, headers, body, epoch=clock.epoch_seconds())
            resource = json.loads(body)["resource"]
            said = wire.decrypt(self._api_v3_key, resource)
        except (wire.Untrusted, ValueError, KeyError, TypeError) as error:
            log.warning("pay_notification_untrusted", why=str(error))
            raise SignatureRejected(UNTRUSTED) from error
        if resource.get("original_type") != wire.TRANSACTION:
            raise PartnerRejected(REFUSED, partner_code="NOT_A_TRANSACTION")
        if (said.get("mchid"), said.get("appid")) != (self._mchid, self._appid):
            log.warning("pay_notification_untrusted", why="another merchant")
            raise SignatureRejected(UNTRUSTED)
        return self._status(said)

    def close_connections(self) -> None:
        self._caller.close()

    def _ask(self, method: str, target: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        # Every call is keyed by our own number (order or refund), so asking twice is asking once.
        body = json.dumps(content, ensure_ascii=False).encode() if content is not None else b""
        answer = self._caller.call(
            method, target, prepare=lambda: (body, self._headers(method, target, body)), idempotent=True
        )
        if answer.status_code >= 300:
            raise self._refusal(answer)
        try:
            wire.check_platform(self._platform, answer.headers, answer.content, epoch=clock.epoch_seconds())
        except wire.Untrusted as error:
            log.warning("pay_answer_untrusted", why=str(error))
            raise SignatureRejected(UNTRUSTED) from error
        return _object(answer.content) if answer.content else {}

    def _headers(self, method: str, target: str, body: bytes) -> dict[str, str]:
        stamp, nonce = str(clock.epoch_seconds()), secrets.token_hex(16).upper()
        return {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "dengbu",
            "Wechatpay-Serial": next(iter(self._platform)),
            "Authorization": wire.authorization(
                mchid=self._mchid,
                serial=self._serial,
                nonce=nonce,
                timestamp=stamp,
                signature=wire.sign(self._key, wire.request_text(method, target, stamp, nonce, body)),
            ),
        }

    def _refusal(self, answer: httpx.Response) -> PartnerRejected:
        try:
            code = str(answer.json()["code"])
        except (ValueError, KeyError, TypeError):
            code = f"HTTP_{answer.status_code}"
        log.warning("pay_refused", code=code, request_id=answer.headers.get("Request-ID", ""))
        kind = _REASONS.get(code, PartnerRejected)
        return kind(_SAID.get(kind, REFUSED), partner_code=code)

    def _status(self, said: dict[str, Any], asked: str = "") -> PaymentStatus:
        try:
            number = str(said["out_trade_no"])
            paid_at = from_partner_time(said["success_time"]) if said.get("success_time") else None
            total = said.get("amount", {}).get("total")
            if (asked and number != asked) or (total is not None and type(total) is not int):
                raise ValueError("another order, or an amount that is no number")
            return PaymentStatus(
                out_trade_no=number,
                state=_STATES[said["trade_state"]],
                amount_fen=total,
                transaction_id=str(said.get("transaction_id", "")),
                paid_at=paid_at,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise PartnerRejected(REFUSED, partner_code="UNREADABLE_ANSWER") from error


def _refund_status(said: dict[str, Any], *, asked: str) -> RefundStatus:
    try:
        if said["out_refund_no"] != asked:
            raise ValueError("another refund")
        done: dt.datetime | None = (
            from_partner_time(said["success_time"]) if said.get("success_time") else None
        )
        return RefundStatus(
            out_refund_no=asked,
            state=_REFUND_STATES[said["status"]],
            refund_fen=int(said["amount"]["refund"]),
            refund_id=str(said["refund_id"]),
            refunded_at=done,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise PartnerRejected(REFUSED, partner_code="UNREADABLE_ANSWER") from error


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise PartnerRejected(REFUSED, partner_code="UNREADABLE_ANSWER")
    return found


def _text(said: Mapping[str, Any], name: str) -> str:
    if not isinstance(said.get(name), str) or not said[name]:
        raise PartnerRejected(REFUSED, partner_code="UNREADABLE_ANSWER")
    return str(said[name])


def _short(text: str, limit: int) -> str:
    """`text` cut so that it is at most `limit` bytes of UTF-8, never inside a character."""
    return text.encode()[:limit].decode("utf-8", "ignore")
