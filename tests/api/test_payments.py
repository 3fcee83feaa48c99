"""The payment provider's call-back: believed by its signature only."""

from __future__ import annotations

import pytest
from django.test import Client

from dengbu.core.ports import PartnerRejected, SignatureRejected
from dengbu.core.refusals import Refusal
from dengbu.payments import actions

ADDRESS = "/api/v1/payments/wechat/notify"
BODY = b'{"id": "\xe4\xb8\x80"}'


@pytest.fixture
def told(monkeypatch):
    """What arrives at payments, which answers as it is told to."""
    seen = []

    def take(*, headers, body):
        seen.append((headers["Wechatpay-Serial"], body))
        if take.refuses:
            raise take.refuses
        return "repeated"

    take.refuses = None
    monkeypatch.setattr(actions, "take_notification", take)

    def post():
        return Client(enforce_csrf_checks=True).post(
            ADDRESS, BODY, content_type="application/json", headers={"Wechatpay-Serial": "S1"}
        )

    return seen, take, post


def test_a_stored_call_back_is_answered_204_with_the_raw_bytes_handed_on(told):
    seen, _, post = told
    answer = post()
    assert (answer.status_code, answer.content) == (204, b"")
    assert seen == [("S1", BODY)]


@pytest.mark.parametrize(("refused", "status"), [(SignatureRejected, 401), (PartnerRejected, 400)])
def test_a_call_back_that_cannot_be_believed_or_read_is_refused_in_the_providers_form(told, refused, status):
    _, take, post = told
    take.refuses = refused(Refusal("PAY_SIGNATURE", "签名不符"))
    answer = post()
    assert (answer.status_code, answer.json()) == (status, {"code": "FAIL", "message": "签名不符"})


def test_a_fault_of_ours_asks_the_provider_to_tell_again(told):
    _, take, post = told
    take.refuses = RuntimeError("broken inside")
    answer = post()
    assert answer.status_code == 500
    assert "broken inside" not in answer.content.decode()
    assert answer.json()["problems"][0]["code"] == "REGISTRY_FAULT"
