"""Who sent it: signed requests of other departments."""

from __future__ import annotations

from pathlib import Path

import pytest

from dengbu.contracts import auth

KEY, OLD_KEY = b"k" * 32, b"o" * 32
NOW = 1_795_000_000
NONCE = "abcdef0123456789"
BODY = '{"备案":1}'.encode()
SENT = {"method": "POST", "target": "/api/v1/housing/contract-filings?x=1", "body": BODY}


def headers(key: bytes = KEY, at: int = NOW, client: str = "housing", nonce: str = NONCE) -> dict[str, str]:
    return auth.signed_headers(client, key, timestamp=at, nonce=nonce, **SENT)


def verify(given: dict[str, str], **changes) -> auth.Caller:
    keys = {"housing": [KEY, OLD_KEY]}
    return auth.verify(
        headers=given, secrets_of=lambda c: keys.get(c, []), now_epoch=NOW, **{**SENT, **changes}
    )


def refused(given: dict[str, str], **changes) -> str:
    with pytest.raises(auth.NotAuthenticated) as caught:
        verify(given, **changes)
    assert caught.value.status == 401
    return caught.value.codes[0]


def test_a_signed_request_tells_its_client_whatever_the_case_of_header_names():
    assert verify({name.upper(): value for name, value in headers().items()}).client_id == "housing"


def test_the_old_key_is_good_while_keys_are_being_changed():
    assert verify(headers(OLD_KEY)).client_id == "housing"


@pytest.mark.parametrize(
    "changes", [{"body": BODY + b" "}, {"target": "/api/v1/housing/contract-filings?x=2"}, {"method": "PUT"}]
)
def test_whatever_was_changed_on_the_way_is_noticed(changes):
    assert refused(headers(), **changes) == "AUTH_SIGNATURE"


@pytest.mark.parametrize("name", [auth.TIMESTAMP, auth.NONCE, auth.CLIENT_ID])
def test_a_changed_header_is_noticed(name):
    other = {auth.TIMESTAMP: str(NOW + 1), auth.NONCE: NONCE + "0", auth.CLIENT_ID: "tax"}[name]
    assert refused({**headers(), name: other}) == "AUTH_SIGNATURE"


def test_a_stranger_and_a_wrong_key_get_the_same_answer():
    assert refused(headers(client="nobody")) == refused(headers(key=b"x" * 32)) == "AUTH_SIGNATURE"


def test_a_stranger_who_signs_with_zeros_is_still_a_stranger():
    assert refused(headers(key=b"\0" * 32, client="nobody")) == "AUTH_SIGNATURE"


@pytest.mark.parametrize("off", [-301, 301])
def test_a_recorded_request_cannot_be_played_again_later(off):
    assert refused(headers(at=NOW + off)) == "AUTH_TIMESTAMP_WINDOW"
    assert verify(headers(at=NOW + off // 301 * 300)).timestamp == NOW + off // 301 * 300


@pytest.mark.parametrize("name", [auth.CLIENT_ID, auth.TIMESTAMP, auth.NONCE, auth.SIGNATURE])
def test_a_missing_header_is_named(name):
    given = {key: value for key, value in headers().items() if key != name}
    with pytest.raises(auth.NotAuthenticated, match="AUTH_HEADERS_MISSING") as caught:
        verify(given)
    assert caught.value.refusals[0].field == name


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        (auth.TIMESTAMP, "2026-11-23", "AUTH_TIMESTAMP_FORM"),
        (auth.TIMESTAMP, "１７９５", "AUTH_TIMESTAMP_FORM"),
        (auth.NONCE, "short", "AUTH_NONCE_FORM"),
        (auth.SIGNATURE, "签名", "AUTH_SIGNATURE"),
    ],
)
def test_headers_of_the_wrong_form_are_refused(name, value, code):
    assert refused({**headers(), name: value}) == code


def test_the_reference_signature_of_the_guide_holds():
    guide = (Path(__file__).parents[2] / "docs/exchange/housing.md").read_text()
    made = auth.signature(
        b"0123456789abcdef0123456789abcdef",
        method="POST",
        target="/api/v1/housing/contract-filings",
        timestamp=1795000000,
        nonce="abcdef0123456789",
        body=b"{}",
    )
    assert f"`{made}`" in guide
