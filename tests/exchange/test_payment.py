import datetime as dt
import json
import re

import pytest

from dengbu.core import clock
from dengbu.core.ports import PartnerRejected, PartnerUnavailable, SignatureRejected
from dengbu.exchange import keys
from dengbu.exchange.payment import wire
from dengbu.payments.ports import (
    OrderAlreadyPaid,
    OrderClosed,
    OrderUnknown,
    PaymentOrder,
    RefundOrder,
    RefundState,
    TradeState,
)

_numbers = iter(range(1, 10_000))


def order(door, **changes):
    given = {
        "out_trade_no": f"T{next(_numbers):08d}",
        "amount_fen": 9000,
        "description": "不动产登记费 演示案件",
        "notify_url": door.url,
        "expires_at": clock.now() + dt.timedelta(hours=2),
    }
    return PaymentOrder(**given | changes)


def test_a_fee_is_paid_told_by_call_back_and_told_again_when_asked(partners, door):
    pay, due = partners.adapter("payment"), order(door)
    code = pay.create(due)
    assert code.code_url.startswith("weixin://wxpay/bizpayurl?pr=")
    assert pay.query(due.out_trade_no).state is TradeState.UNPAID

    assert partners.pay("pay", out_trade_no=due.out_trade_no).json()["call_back_taken"] is True

    told = pay.parse_notification(*door.received[0])
    assert told == pay.query(due.out_trade_no)
    assert (told.state, told.amount_fen, told.out_trade_no) == (TradeState.PAID, 9000, due.out_trade_no)
    assert told.transaction_id and abs((told.paid_at - clock.now()).total_seconds()) < 60


def test_a_person_pays_on_the_checkout_page(partners, door):
    pay, due = partners.adapter("payment"), order(door, description="登记费 <b>80</b>")
    page = partners.http.get(pay.create(due).checkout_url)

    assert page.status_code == 200 and "¥90.00" in page.text and "模拟支付" in page.text
    assert "<b>80</b>" not in page.text
    for _double_click in range(2):
        done = partners.http.post(str(page.url))
        assert "支付成功" in done.text
    assert pay.query(due.out_trade_no).state is TradeState.PAID
    assert len(door.received) == 1


def test_an_unknown_code_has_a_page_that_says_so(partners):
    page = partners.http.get("/pay/checkout/nothing")
    assert page.status_code == 404 and "没有这个付款码" in page.text


def test_asking_for_the_same_money_twice_gives_the_same_code(partners, door):
    pay, due = partners.adapter("payment"), order(door)
    assert pay.create(due) == pay.create(due)
    with pytest.raises(PartnerRejected) as refused:
        pay.create(order(door, out_trade_no=due.out_trade_no, amount_fen=1))
    assert refused.value.partner_code == "INVALID_REQUEST"


def test_a_wrong_amount_is_told_as_it_was_paid(partners, door):
    pay, due = partners.adapter("payment"), order(door)
    pay.create(due)
    partners.pay("pay", out_trade_no=due.out_trade_no, amount_fen=8999)
    assert pay.parse_notification(*door.received[0]).amount_fen == 8999
    assert pay.query(due.out_trade_no).amount_fen == 8999


def test_a_call_back_may_come_late_and_twice(partners, door):
    pay, due = partners.adapter("payment"), order(door)
    pay.create(due)
    partners.pay("pay", out_trade_no=due.out_trade_no, notify="false")
    assert door.received == []
    assert pay.query(due.out_trade_no).state is TradeState.PAID

    for _twice in range(2):
        partners.pay("notify", out_trade_no=due.out_trade_no)
    first, second = (pay.parse_notification(*received) for received in door.received)
    assert first == second == pay.query(due.out_trade_no)


def test_a_call_back_that_is_not_taken_is_known_to_the_provider(partners, door):
    pay, due = partners.adapter("payment"), order(door)
    pay.create(due)
    door.status = 500
    assert partners.pay("pay", out_trade_no=due.out_trade_no).json()["call_back_taken"] is False
    door.status = 200
    assert partners.pay("notify", out_trade_no=due.out_trade_no).json()["notified"] == 1


def _notification(partners, door):
    due = order(door)
    pay = partners.adapter("payment")
    pay.create(due)
    partners.pay("pay", out_trade_no=due.out_trade_no)
    headers, body = door.received[-1]
    return pay, headers, body


@pytest.mark.parametrize(
    "spoil",
    [
        lambda headers, body: (headers, body + b" "),
        lambda headers, body: (headers, b"[]"),
        lambda headers, body: (headers | {"Wechatpay-Nonce": "other"}, body),
        lambda headers, body: (headers | {"Wechatpay-Serial": "PUB_KEY_ID_OTHER"}, body),
        lambda headers, body: (headers | {"Wechatpay-Timestamp": str(clock.epoch_seconds() - 301)}, body),
        lambda headers, body: (headers | {"Wechatpay-Timestamp": "²"}, body),
        lambda headers, body: (headers | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/AAAA"}, body),
        lambda headers, body: ({}, body),
    ],
)
def test_a_call_back_changed_on_the_way_is_not_believed(partners, door, spoil):
    pay, headers, body = _notification(partners, door)
    assert pay.parse_notification(headers, body).state is TradeState.PAID
    with pytest.raises(SignatureRejected) as refused:
        pay.parse_notification(*spoil(headers, body))
    assert refused.value.status == 401


def _signed_by_platform(partners, body, *, stamp=None):
    secret = keys.read_keys(partners.config["payment"]["keys_dir"])["payment"]
    return secret, wire.signed_headers(
        wire.private_key(secret["platform_private_key"]),
        serial=secret["platform_serial"],
        timestamp=str(stamp or clock.epoch_seconds()),
        nonce="n" * 32,
        body=body,
    )


def test_a_call_back_signed_an_hour_ago_is_not_believed_however_well_signed(partners, door):
    pay, _, body = _notification(partners, door)
    _, headers = _signed_by_platform(partners, body, stamp=clock.epoch_seconds() - 3600)
    with pytest.raises(SignatureRejected):
        pay.parse_notification(headers, body)


@pytest.mark.parametrize("change", [{"mchid": "1900000000"}, {"appid": "wx0"}])
def test_a_call_back_for_another_merchant_is_not_believed(partners, door, change):
    pay, _, _ = _notification(partners, door)
    secret = keys.read_keys(partners.config["payment"]["keys_dir"])["payment"]
    trade = {
        "mchid": secret["mchid"],
        "appid": secret["appid"],
        "out_trade_no": "T1",
        "trade_state": "SUCCESS",
    }
    for told, believed in ((trade, True), (trade | change, False)):
        resource = wire.encrypt(
            secret["api_v3_key"].encode(), told, nonce="abcdefabcdef", associated="transaction"
        )
        body = json.dumps({"resource": resource}).encode()
        _, headers = _signed_by_platform(partners, body)
        if believed:
            assert pay.parse_notification(headers, body).state is TradeState.PAID
        else:
            with pytest.raises(SignatureRejected):
                pay.parse_notification(headers, body)


def test_a_call_back_under_another_apiv3_key_is_not_believed(partners, door):
    _, headers, body = _notification(partners, door)
    with pytest.raises(SignatureRejected):
        partners.adapter("payment", api_v3_key="0" * 32).parse_notification(headers, body)


def test_a_closed_order_takes_no_money_and_a_paid_one_cannot_be_closed(partners, door):
    pay, closed, paid = partners.adapter("payment"), order(door), order(door)
    pay.create(closed)
    for _twice in range(2):
        pay.close(closed.out_trade_no)
    assert pay.query(closed.out_trade_no).state is TradeState.CLOSED
    assert partners.pay("pay", out_trade_no=closed.out_trade_no).status_code == 400
    with pytest.raises(OrderClosed):
        pay.create(closed)

    pay.create(paid)
    partners.pay("pay", out_trade_no=paid.out_trade_no)
    for act in (lambda: pay.close(paid.out_trade_no), lambda: pay.create(paid)):
        with pytest.raises(OrderAlreadyPaid):
            act()


def test_an_order_never_placed_is_unknown(partners):
    pay = partners.adapter("payment")
    for act in (pay.query, pay.close, pay.query_refund):
        with pytest.raises(OrderUnknown):
            act("T-NEVER-PLACED")


def test_money_goes_back_once_however_often_it_is_asked(partners, door):
    pay, due = partners.adapter("payment"), order(door)
    pay.create(due)
    partners.pay("pay", out_trade_no=due.out_trade_no)
    back = RefundOrder(due.out_trade_no, f"R{due.out_trade_no}", 3000, 9000, "撤回登记申请")

    first = pay.refund(back)
    assert (first.state, first.refund_fen) == (RefundState.DONE, 3000) and first.refunded_at
    assert pay.refund(back) == first == pay.query_refund(back.out_refund_no)
    assert pay.query(due.out_trade_no).state is TradeState.REFUNDED
    with pytest.raises(PartnerRejected) as refused:
        pay.refund(RefundOrder(due.out_trade_no, "R-TOO-MUCH", 6001, 9000, "x"))
    assert refused.value.partner_code == "NOT_ENOUGH"


def test_what_was_not_paid_cannot_be_given_back(partners, door):
    pay, due = partners.adapter("payment"), order(door)
    pay.create(due)
    with pytest.raises(PartnerRejected):
        pay.refund(RefundOrder(due.out_trade_no, "R-NOT-PAID", 1, 9000, "x"))


def test_an_order_that_has_expired_already_is_refused(partners, door):
    with pytest.raises(PartnerRejected) as refused:
        partners.adapter("payment").create(order(door, expires_at=clock.now() - dt.timedelta(seconds=5)))
    assert refused.value.partner_code == "PARAM_ERROR"


def test_a_moved_legal_clock_does_not_confuse_the_provider(partners, door):
    clock.set_offset(-86_400)
    try:
        pay, due = partners.adapter("payment"), order(door)
        pay.create(due)
        partners.pay("pay", out_trade_no=due.out_trade_no)
        paid_at = pay.query(due.out_trade_no).paid_at
        assert abs((paid_at - clock.now()).total_seconds()) < 60
        assert pay.parse_notification(*door.received[0]).paid_at is not None
    finally:
        clock.set_offset(0)


def test_a_request_with_a_strangers_key_is_refused(partners, door, tmp_path):
    stranger = (keys.make_keys(tmp_path) / "merchant_key.pem").read_text()
    with pytest.raises(PartnerRejected) as refused:
        partners.adapter("payment", merchant_private_key=stranger).create(order(door))
    assert refused.value.partner_code == "SIGN_ERROR"


def test_an_answer_signed_by_a_stranger_is_not_believed(partners, door, tmp_path):
    secret = keys.read_keys(partners.config["payment"]["keys_dir"])["payment"]
    stranger = (keys.make_keys(tmp_path) / "platform_pub.pem").read_text()
    adapter = partners.adapter("payment", platform_public_keys={secret["platform_serial"]: stranger})
    with pytest.raises(SignatureRejected):
        adapter.create(order(door))


def _signed_request(partners, target, *, late=0, body=b"", method="GET"):
    secret = keys.read_keys(partners.config["payment"]["keys_dir"])["payment"]
    stamp, nonce = str(clock.epoch_seconds() - late), "N" * 32
    text = wire.request_text(method, target, stamp, nonce, body)
    return secret, {
        "Authorization": wire.authorization(
            mchid=secret["mchid"],
            serial=secret["merchant_serial"],
            nonce=nonce,
            timestamp=stamp,
            signature=wire.sign(wire.private_key(secret["merchant_private_key"]), text),
        )
    }


@pytest.mark.parametrize(("late", "code"), [(299, "ORDER_NOT_EXIST"), (301, "SIGN_ERROR")])
def test_a_merchants_request_is_good_for_five_minutes(partners, late, code):
    mchid = keys.read_keys(partners.config["payment"]["keys_dir"])["payment"]["mchid"]
    target = f"{wire.BY_NUMBER}T-NONE?mchid={mchid}"
    _, headers = _signed_request(partners, target, late=late)
    assert partners.http.get("/pay" + target, headers=headers).json()["code"] == code
    assert partners.http.get("/pay" + target + "&x=1", headers=headers).json()["code"] == "SIGN_ERROR"


@pytest.mark.parametrize("mode", ["unavailable", "silent"])
def test_a_provider_that_is_down_is_asked_again_and_then_told_to_the_payer(partners, mode):
    partners.mode("pay", mode)
    pay, calls = partners.adapter("payment", retries=1), []
    pay._caller._client.event_hooks = {"request": [calls.append]}
    with pytest.raises(PartnerUnavailable) as refused:
        pay.query("T-ANY-NUMBER")
    assert len(calls) == 2
    assert refused.value.codes == ("PAY_UNAVAILABLE",)
    assert "请勿重复支付" in refused.value.refusals[0].remedy


@pytest.mark.parametrize("amount", [0, -1, 90.0, True])
def test_an_amount_is_a_positive_whole_number_of_fen(door, amount):
    with pytest.raises(ValueError, match="fen"):
        order(door, amount_fen=amount)


# The provider's own words, as an independent client library speaks them.


@pytest.fixture
def other_client(partners, monkeypatch):
    from wechatpayv3 import WeChatPay, WeChatPayType

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    secret = keys.read_keys(partners.config["payment"]["keys_dir"])["payment"]
    client = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=secret["mchid"],
        private_key=secret["merchant_private_key"],
        cert_serial_no=secret["merchant_serial"],
        apiv3_key=secret["api_v3_key"],
        appid=secret["appid"],
        public_key=secret["platform_public_keys"][secret["platform_serial"]],
        public_key_id=secret["platform_serial"],
    )
    client._core._gate_way = f"http://127.0.0.1:{partners.server.port}/pay"
    return client


def test_another_client_library_pays_queries_refunds_and_closes_at_the_simulator(
    partners, door, other_client
):
    status, said = other_client.pay(
        description="登记费", out_trade_no="SDK-0001", notify_url=door.url, amount={"total": 8000}
    )
    assert status == 200 and json.loads(said)["code_url"]
    partners.pay("pay", out_trade_no="SDK-0001")
    status, said = other_client.query(out_trade_no="SDK-0001")
    assert status == 200 and json.loads(said)["trade_state"] == "SUCCESS"
    told = other_client.callback(*door.received[0])
    assert told["event_type"] == "TRANSACTION.SUCCESS" and told["resource"]["amount"]["total"] == 8000
    status, said = other_client.refund(
        out_refund_no="SDK-R-0001",
        out_trade_no="SDK-0001",
        amount={"refund": 8000, "total": 8000, "currency": "CNY"},
    )
    assert status == 200 and json.loads(said)["status"] == "SUCCESS"
    other_client.pay(description="登记费", out_trade_no="SDK-0002", notify_url=door.url, amount={"total": 1})
    assert other_client.close(out_trade_no="SDK-0002")[0] == 204


def test_our_authorization_header_is_the_one_another_library_writes(partners):
    from wechatpayv3.utils import build_authorization, load_private_key

    secret = keys.read_keys(partners.config["payment"]["keys_dir"])["payment"]
    theirs = build_authorization(
        "/v3/x?y=1",
        "POST",
        secret["mchid"],
        secret["merchant_serial"],
        load_private_key(secret["merchant_private_key"]),
        data={"a": "不动产"},
        nonce_str="NONCE",
    )
    stamp = re.search(r'timestamp="(\d+)"', theirs).group(1)
    text = wire.request_text("POST", "/v3/x?y=1", stamp, "NONCE", json.dumps({"a": "不动产"}).encode())
    ours = wire.authorization(
        mchid=secret["mchid"],
        serial=secret["merchant_serial"],
        nonce="NONCE",
        timestamp=stamp,
        signature=wire.sign(wire.private_key(secret["merchant_private_key"]), text),
    )
    assert ours == theirs
    assert wire.parse_authorization(theirs)["nonce_str"] == "NONCE"
