import json

import httpx
import pytest

from dengbu.core import clock
from dengbu.core.ports import PartnerRejected, PartnerUnavailable, PortMisconfigured
from dengbu.exchange import keys
from dengbu.exchange.sms import wire
from dengbu.notices.ports import SmsMessage

CODE = SmsMessage("13900000001", "login_code", ("482913", "5"), reference="t-1")


def outbox(partners, phone):
    return partners.http.get("/sms/outbox", params={"phone": phone}).json()["messages"]


def test_the_signature_agrees_with_the_carriers_published_example():
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    canonical = wire.canonical_request(
        host="cvm.tencentcloudapi.com", action="DescribeInstances", body=body, content_type=wire.CONTENT_TYPE
    )
    import hashlib

    assert (
        hashlib.sha256(canonical.encode()).hexdigest()
        == "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
    )
    text = (
        "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n"
        "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
    )
    found = wire.sign(
        secret_key="Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", date="2019-02-25", service="cvm", text=text
    )
    assert found == "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"


def test_a_code_sent_can_be_read_from_the_outbox_of_that_phone_only(partners):
    receipt = partners.adapter("sms").send(CODE)

    assert receipt.accepted and receipt.serial_no
    newest = outbox(partners, "13900000001")[0]
    assert newest["params"] == ["482913", "5"] and newest["reference"] == "t-1"
    assert newest["text"] == "【上街不动产登记】482913是您的验证码，5分钟内有效。请不要告诉别人。"
    assert outbox(partners, "13900000002") == []


def test_a_phone_that_is_none_is_not_accepted_and_says_so(partners):
    receipt = partners.adapter("sms").send(SmsMessage("12345", "login_code", ("1", "5")))

    assert not receipt.accepted
    assert receipt.code == "InvalidParameterValue.IncorrectPhoneNumber"
    assert not receipt.try_later


def test_a_wrong_secret_is_refused_and_nothing_is_sent(partners):
    phone = "13900000003"
    with pytest.raises(PartnerRejected) as refused:
        partners.adapter("sms", secret_key="guessed").send(SmsMessage(phone, "login_code", ("1", "5")))

    assert refused.value.partner_code == "AuthFailure.SignatureFailure"
    assert outbox(partners, phone) == []


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, "Ok"),
        ({"late": 299}, "Ok"),
        ({"late": 301}, "AuthFailure.SignatureExpire"),
        ({"body": b" "}, "AuthFailure.SignatureFailure"),
    ],
)
def test_only_the_very_bytes_that_were_signed_within_five_minutes_are_taken(partners, change, answer):
    secret = keys.read_keys(partners.config["sms"]["keys_dir"])["sms"]
    body = json.dumps(
        {
            "PhoneNumberSet": ["+8613900000004"],
            "SmsSdkAppId": "1400000001",
            "SignName": "x",
            "TemplateId": "1",
            "TemplateParamSet": [],
        }
    ).encode()
    stamp = clock.epoch_seconds() - change.get("late", 0)
    host = f"127.0.0.1:{partners.server.port}"
    signed = wire.authorization(
        **secret, service="sms", host=host, action=wire.ACTION, timestamp=stamp, body=body
    )
    said = partners.http.post(
        "/sms/",
        content=body + change.get("body", b""),
        headers={
            "Content-Type": wire.CONTENT_TYPE,
            "X-TC-Action": wire.ACTION,
            "X-TC-Version": wire.VERSION,
            "X-TC-Timestamp": str(stamp),
            "Authorization": signed,
        },
    ).json()["Response"]

    assert (said["SendStatusSet"][0]["Code"] if answer == "Ok" else said["Error"]["Code"]) == answer


@pytest.mark.parametrize("mode", ["unavailable", "silent"])
def test_a_carrier_that_does_not_answer_is_told_in_plain_words_and_asked_only_once(partners, mode):
    partners.mode("sms", mode)
    calls = []
    adapter = partners.adapter("sms")
    adapter._caller._client.event_hooks = {"request": [calls.append]}

    with pytest.raises(PartnerUnavailable) as refused:
        adapter.send(CODE)

    assert refused.value.status == 503
    assert refused.value.codes == ("SMS_UNAVAILABLE",)
    assert len(calls) == 1  # a second call could be a second message


def test_a_carrier_out_of_reach_is_unavailable(partners):
    with pytest.raises(PartnerUnavailable):
        partners.adapter("sms", base_url="http://127.0.0.1:9/sms/").send(CODE)


def test_a_carrier_that_takes_the_call_and_keeps_silent_is_unavailable(partners, nobody_listens):
    with pytest.raises(PartnerUnavailable) as refused:
        partners.adapter("sms", base_url=nobody_listens, timeout=0.05).send(CODE)
    assert isinstance(refused.value.__cause__, httpx.ReadTimeout)


def test_a_template_without_an_approved_number_is_the_operators_fault(partners):
    adapter = partners.adapter("sms", templates={"login_code": "100"})
    with pytest.raises(PortMisconfigured, match="case_moved"):
        adapter.send(SmsMessage("13900000001", "case_moved"))


def test_a_message_shown_in_a_log_holds_no_phone_and_no_code():
    assert "139" not in repr(CODE) and "4829" not in repr(CODE)
