"""Pretends to be WeChat Pay: API v3 Native, signed both ways, with call-backs, and a page on which to pay."""

from __future__ import annotations

import contextlib
import html
import json
import secrets
import threading
import uuid
from pathlib import Path
from string import Template
from typing import Any

import httpx

from dengbu.core import clock
from dengbu.exchange.payment import wire
from dengbu.exchange.payment.book import Book, Refuse, Trade
from dengbu.exchange.simulation import Breakable, SimRequest, SimResponse, json_response, read_object, same

# As the provider does it, only sooner given up: seconds until the next attempt of a call-back that was not taken.
RETRY_AFTER = (2.0, 15.0, 15.0, 30.0, 180.0)
PAGE = Template((Path(__file__).parent / "checkout.html").read_text(encoding="utf-8"))


class PaymentSimulator(Breakable):
    """Mounted at /pay/. The v3 paths of `payment.wire`; `GET|POST /checkout/<token>` for people;
    `POST /_control/{pay,close,notify,mode}` and `GET /_control/trade?out_trade_no=` for demo and tests."""

    name = "pay"

    def __init__(
        self,
        *,
        appid: str,
        mchid: str,
        merchant_serial: str,
        merchant_public_key: str,
        platform_serial: str,
        platform_private_key: str,
        api_v3_key: str,
        retry_after: tuple[float, ...] = RETRY_AFTER,
        **_unused: Any,
    ):
        super().__init__()
        self._mchid, self._merchant_serial, self._serial = mchid, merchant_serial, platform_serial
        self._merchant = wire.public_key(merchant_public_key)
        self._key = wire.private_key(platform_private_key)
        self._api_v3_key = api_v3_key.encode()
        self._retry_after = retry_after
        self._book = Book(appid=appid, mchid=mchid)

    def handle(self, request: SimRequest) -> SimResponse:
        try:
            if request.path.startswith("/checkout/"):
                return self._checkout(request)
            if request.path.startswith("/_control/"):
                return self._control(request)
            return self.break_if_told() or self._signed(*self._answer(request))
        except Refuse as no:
            return self._signed(no.status, {"code": no.code, "message": no.message})

    def dump(self) -> dict[str, Any]:
        with self.lock:
            return {"trades": self._book.dump()}

    def load(self, state: dict[str, Any]) -> None:
        with self.lock:
            self._book.load(state.get("trades", []))

    # The provider's API

    def _answer(self, request: SimRequest) -> tuple[int, Any]:
        self._check_merchant(request)
        asked, method, path, now = (
            read_object(request.body),
            request.method,
            request.path,
            clock.local(clock.now()),
        )
        with self.lock:
            self.changed = self.changed or method == "POST"
            if (method, path) == ("POST", wire.NATIVE):
                return 200, {"code_url": f"weixin://wxpay/bizpayurl?pr={self._book.place(asked, now).token}"}
            if (method, path) == ("POST", wire.REFUNDS):
                return 200, self._book.refund(asked, now)
            if method == "GET" and path.startswith(wire.REFUNDS + "/"):
                return 200, self._book.find_refund(path.removeprefix(wire.REFUNDS + "/"))
            number = path.removeprefix(wire.BY_NUMBER) if path.startswith(wire.BY_NUMBER) else ""
            if method == "POST" and number.endswith("/close"):
                self._check_mchid(str(asked.get("mchid", "")))
                self._book.close(number.removesuffix("/close"))
                return 204, None
            if method == "GET" and number:
                self._check_mchid(request.first("mchid"))
                trade = self._book.find(number)
                if trade.state == "NOTPAY" and trade.expired(now):
                    trade.state, self.changed = "CLOSED", True
                return 200, trade.told()
        raise Refuse(404, "RESOURCE_NOT_EXISTS", "没有这个接口")

    def _check_merchant(self, request: SimRequest) -> None:
        parts = wire.parse_authorization(request.headers.get("authorization", ""))
        if parts is None or not parts["timestamp"].isdigit():
            raise Refuse(401, "SIGN_ERROR", "Http头Authorization值格式错误")
        if parts["mchid"] != self._mchid or not same(parts["serial_no"], self._merchant_serial):
            raise Refuse(401, "SIGN_ERROR", "商户号或商户证书序列号有误")
        if abs(clock.epoch_seconds() - int(parts["timestamp"])) > wire.WINDOW_SECONDS:
            raise Refuse(401, "SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
        text = wire.request_text(
            request.method, request.target, parts["timestamp"], parts["nonce_str"], request.body
        )
        try:
            wire.verify(self._merchant, text, parts["signature"])
        except wire.Untrusted as error:
            raise Refuse(401, "SIGN_ERROR", "错误的签名，验签失败") from error

    def _check_mchid(self, mchid: str) -> None:
        if mchid != self._mchid:
            raise Refuse(400, "PARAM_ERROR", "mchid 有误")

    def _signed(self, status: int, content: Any) -> SimResponse:
        plain = SimResponse(status) if content is None else json_response(status, content)
        return SimResponse(
            status,
            plain.body,
            {**plain.headers, **self._signature(plain.body), "Request-ID": uuid.uuid4().hex},
        )

    def _signature(self, body: bytes) -> dict[str, str]:
        return wire.signed_headers(
            self._key,
            serial=self._serial,
            timestamp=str(clock.epoch_seconds()),
            nonce=secrets.token_hex(16),
            body=body,
        )

    # Call-backs

    def notification(self, trade: Trade) -> tuple[dict[str, str], bytes]:
        """Headers and body of a freshly signed call-back about `trade` as it is now."""
        event = {
            "id": str(uuid.uuid4()),
            "create_time": clock.local(clock.now()).replace(microsecond=0).isoformat(),
            "resource_type": "encrypt-resource",
            "event_type": "TRANSACTION.SUCCESS",
            "summary": "支付成功",
            "resource": wire.encrypt(
                self._api_v3_key, trade.told(), nonce=secrets.token_hex(6), associated=wire.TRANSACTION
            ),
        }
        body = json.dumps(event, ensure_ascii=False).encode()
        return {"Content-Type": "application/json", **self._signature(body)}, body

    def _notify(self, trade: Trade, attempt: int = 0) -> bool:
        """Call back once; where it was not taken, again later, until the list of delays is used up."""
        headers, body = self.notification(trade)
        try:
            with httpx.Client(timeout=10, trust_env=False) as client:
                taken = client.post(trade.notify_url, content=body, headers=headers).status_code in (
                    200,
                    202,
                    204,
                )
        except (httpx.HTTPError, httpx.InvalidURL):
            taken = False
        with self.lock:
            trade.notified += taken
            self.changed = True
        if not taken and attempt < len(self._retry_after):
            later = threading.Timer(self._retry_after[attempt], self._notify, (trade, attempt + 1))
            later.daemon = True
            later.start()
        return taken

    # For demo and tests

    def _control(self, request: SimRequest) -> SimResponse:
        act, form = request.path.removeprefix("/_control/"), request.form()
        if (request.method, act) == ("GET", "trade"):
            with self.lock:
                return json_response(200, self._shown(self._book.find(request.first("out_trade_no"))))
        if request.method != "POST":
            return json_response(405, {"error": "POST"})
        if act == "mode":
            return self.set_mode(request)
        number, taken = form.get("out_trade_no", ""), None
        amount = form.get("amount_fen", "")
        if amount and not amount.isdigit():
            return json_response(400, {"error": "amount_fen is whole fen"})
        with self.lock:
            self.changed = True
            if act == "pay":
                trade = self._book.pay(number, clock.local(clock.now()), int(amount) if amount else None)
            elif act == "close":
                trade = self._book.close(number)
            elif act == "notify":
                trade = self._book.find(number)
            else:
                return json_response(404, {"error": "pay, close, notify or mode"})
        if act == "notify" or (
            act == "pay" and form.get("notify", "true").lower() not in ("false", "0", "no")
        ):
            taken = self._notify(trade)
        return json_response(200, {**self._shown(trade), "call_back_taken": taken})

    def _shown(self, trade: Trade) -> dict[str, Any]:
        return {
            **trade.told(),
            "token": trade.token,
            "notified": trade.notified,
            "description": trade.description,
        }

    def _checkout(self, request: SimRequest) -> SimResponse:
        with self.lock:
            trade = self._book.by_token(request.path.removeprefix("/checkout/"))
        if trade is None:
            return _page(404, "没有这个付款码", "", "<p>请回到缴费页面重新生成付款码。</p>")
        amount = f"{trade.total // 100}.{trade.total % 100:02d}"
        if request.method == "POST" and trade.state == "NOTPAY":
            # Where somebody else paid or closed it at this moment, or it has expired, the page below says so.
            with contextlib.suppress(Refuse):
                with self.lock:
                    self.changed = True
                    self._book.pay(trade.out_trade_no, clock.local(clock.now()))
                self._notify(trade)
        if trade.success_time:
            return _page(
                200,
                "支付成功",
                trade.description,
                f'<p class="amount">¥{amount}</p><p>请回到缴费页面查看结果。</p>',
            )
        if trade.state == "CLOSED" or trade.expired(clock.now()):
            return _page(200, "付款码已关闭", trade.description, "<p>请回到缴费页面重新生成付款码。</p>")
        button = f'<p class="amount">¥{amount}</p><form method="post"><button>支付</button></form>'
        return _page(200, "确认支付", trade.description, button)


def _page(status: int, title: str, description: str, content: str) -> SimResponse:
    text = PAGE.substitute(title=html.escape(title), description=html.escape(description), content=content)
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    return SimResponse(
        status,
        text.encode(),
        {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
        },
    )
