"""The identity port over the police two-element check."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from typing import Any

import httpx
import structlog

from dengbu.core import clock
from dengbu.core.ports import Config, PartnerRejected, PortMisconfigured, SignatureRejected
from dengbu.core.refusals import Refusal
from dengbu.exchange.http import Caller, from_partner_time, needed
from dengbu.exchange.identity import wire
from dengbu.exchange.keys import with_demo_keys
from dengbu.parties.ports import IdentityAnswer, IdentityOutcome, IdentityQuery

log = structlog.get_logger(__name__)

UNAVAILABLE = Refusal(
    "IDENTITY_UNAVAILABLE",
    "公安身份核验服务暂时没有应答。",
    "请过几分钟再试；也可以带身份证到登记窗口，由工作人员现场核验。",
)
REFUSED = Refusal(
    "IDENTITY_REFUSED", "公安身份核验服务没有受理这次核验。", "请稍后再试，或带身份证到登记窗口核验。"
)
MALFORMED = Refusal(
    "IDENTITY_NUMBER_MALFORMED",
    "身份证号码不对：位数或最后一位校验码有误。",
    "请对照身份证重新填写。",
    field="id_number",
)
UNTRUSTED = Refusal(
    "IDENTITY_ANSWER_UNTRUSTED",
    "公安身份核验的应答未通过来源核对，不能采用。",
    "请稍后再试，或带身份证到登记窗口核验。",
)
OUTCOMES = {"1": IdentityOutcome.MATCH, "2": IdentityOutcome.MISMATCH, "3": IdentityOutcome.NOT_FOUND}


class PoliceIdentity:
    """`IdentityVerifier`. Config: base_url, app_id, sign_key (hex), cipher_key (hex, 16 bytes), timeout, retries."""

    def __init__(
        self,
        *,
        base_url: str,
        app_id: str,
        sign_key: str,
        cipher_key: str,
        timeout: float = 5.0,
        retries: int = 2,
    ):
        self._caller = Caller("identity", base_url, timeout=timeout, retries=retries, unavailable=UNAVAILABLE)
        self._app_id = app_id
        try:
            self._sign_key, self._cipher_key = bytes.fromhex(sign_key), bytes.fromhex(cipher_key)
        except ValueError as error:
            raise PortMisconfigured(
                "EXCHANGE['identity']: sign_key and cipher_key are written in hex"
            ) from error
        if len(self._cipher_key) != 16:
            raise PortMisconfigured("EXCHANGE['identity']: cipher_key must be 16 bytes")

    @classmethod
    def from_config(cls, config: Config) -> PoliceIdentity:
        full = with_demo_keys(config, "identity")
        names = ("base_url", "app_id", "sign_key", "cipher_key")
        values = dict(zip(names, needed(full, "identity", *names), strict=True))
        optional = {name: full[name] for name in ("timeout", "retries") if full.get(name) is not None}
        return cls(**values, **optional)

    def verify(self, query: IdentityQuery) -> IdentityAnswer:
        """See `IdentityVerifier.verify`. The number is checked here first: a slip of the pen is not sent."""
        number = query.id_number.strip().upper()
        if not wire.well_formed(number):
            raise PartnerRejected(MALFORMED, partner_code="ID_MALFORMED")
        nonces: list[str] = []

        def prepare() -> tuple[bytes, dict[str, str]]:
            # Sealed and signed anew for each attempt: under the old nonce a second attempt would be refused as a
            # replay where the first one arrived and only its answer was lost.
            nonces.append(secrets.token_hex(16))
            body = self._body(query, number, nonces[-1])
            return body, self._headers(body, nonces[-1])

        answer = self._caller.call("POST", wire.PATH, prepare=prepare, idempotent=True)
        return self._read(answer, nonces[-1])

    def close_connections(self) -> None:
        self._caller.close()

    def _body(self, query: IdentityQuery, number: str, nonce: str) -> bytes:
        person = wire.Person(query.name.strip(), number)
        sealed = wire.seal(self._cipher_key, person, nonce=nonce, iv=os.urandom(12))
        return json.dumps(
            {"purpose": query.purpose, "reference": query.reference, "sealed": sealed}, ensure_ascii=False
        ).encode()

    def _headers(self, body: bytes, nonce: str) -> dict[str, str]:
        stamp = str(clock.epoch_seconds())
        signed = wire.signature(
            self._sign_key, method="POST", path=wire.PATH, timestamp=stamp, nonce=nonce, body=body
        )
        return {
            "Content-Type": "application/json; charset=utf-8",
            "X-App-Id": self._app_id,
            "X-Timestamp": stamp,
            "X-Nonce": nonce,
            "X-Signature": signed,
        }

    def _read(self, answer: httpx.Response, nonce: str) -> IdentityAnswer:
        self._trust(answer, nonce)
        try:
            said: dict[str, Any] = answer.json()
            if answer.status_code == 200:
                return IdentityAnswer(
                    outcome=OUTCOMES[said["result"]],
                    request_id=str(said["request_id"]),
                    answered_at=from_partner_time(said["answered_at"]),
                )
            code = str(said["code"])
        except (ValueError, KeyError, TypeError) as error:
            raise PartnerRejected(REFUSED, partner_code="UNREADABLE_ANSWER") from error
        log.warning("identity_refused", code=code, request_id=said.get("request_id"))
        raise PartnerRejected(MALFORMED if code == "ID_MALFORMED" else REFUSED, partner_code=code)

    def _trust(self, answer: httpx.Response, nonce: str) -> None:
        stamp = answer.headers.get("X-Timestamp", "")
        expected = wire.answer_signature(
            self._sign_key, status=answer.status_code, timestamp=stamp, nonce=nonce, body=answer.content
        )
        fresh = stamp.isdigit() and abs(clock.epoch_seconds() - int(stamp)) <= wire.WINDOW_SECONDS
        if not fresh or not hmac.compare_digest(
            expected.encode(), answer.headers.get("X-Signature", "").encode()
        ):
            # An access key that the service does not know is answered without our signature.
            log.warning("identity_answer_untrusted", status=answer.status_code)
            raise SignatureRejected(UNTRUSTED)
