"""WeChat Pay API v3: signatures (RSA-SHA256), call-backs (AES-256-GCM) and the words of its messages. Pure."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEMA = "WECHATPAY2-SHA256-RSA2048"
WINDOW_SECONDS = 300
NATIVE = "/v3/pay/transactions/native"
BY_NUMBER = "/v3/pay/transactions/out-trade-no/"
REFUNDS = "/v3/refund/domestic/refunds"
TRANSACTION = "transaction"

_PAIR = re.compile(r'(\w+)="([^"]*)"')


class Untrusted(ValueError):
    """Signature, age, key number or encryption does not hold."""


def request_text(method: str, target: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What a merchant signs: `target` is path with query exactly as sent, `body` the exact bytes."""
    return b"\n".join((method.encode(), target.encode(), timestamp.encode(), nonce.encode(), body, b""))


def answer_text(timestamp: str, nonce: str, body: bytes) -> bytes:
    """What the platform signs, on answers and on call-backs."""
    return b"\n".join((timestamp.encode(), nonce.encode(), body, b""))


def sign(key: rsa.RSAPrivateKey, text: bytes) -> str:
    return base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()


def verify(key: rsa.RSAPublicKey, text: bytes, signature: str) -> None:
    """Raises Untrusted where `signature` (base64) is not the key's signature of `text`."""
    try:
        key.verify(base64.b64decode(signature, validate=True), text, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error) as error:
        raise Untrusted("signature") from error


def authorization(*, mchid: str, serial: str, nonce: str, timestamp: str, signature: str) -> str:
    """The `Authorization` header of a merchant's request."""
    return (
        f'{SCHEMA} mchid="{mchid}",nonce_str="{nonce}",signature="{signature}",'
        f'timestamp="{timestamp}",serial_no="{serial}"'
    )


def parse_authorization(header: str) -> dict[str, str] | None:
    """`mchid`, `nonce_str`, `signature`, `timestamp`, `serial_no`, or None where the header is not complete."""
    schema, _, rest = header.partition(" ")
    found = dict(_PAIR.findall(rest))
    wanted = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}
    return found if schema == SCHEMA and wanted <= found.keys() else None


def signed_headers(
    key: rsa.RSAPrivateKey, *, serial: str, timestamp: str, nonce: str, body: bytes
) -> dict[str, str]:
    """The platform's headers on an answer or a call-back."""
    return {
        "Wechatpay-Serial": serial,
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": sign(key, answer_text(timestamp, nonce, body)),
        "Wechatpay-Signature-Type": SCHEMA,
    }


def check_platform(
    keys: Mapping[str, rsa.RSAPublicKey], headers: Mapping[str, str], body: bytes, *, epoch: int
) -> None:
    """Raises Untrusted unless the platform signed exactly this body within five minutes of `epoch` (Unix seconds)."""
    found = {name.lower(): value for name, value in headers.items()}
    stamp, nonce = found.get("wechatpay-timestamp", ""), found.get("wechatpay-nonce", "")
    key = keys.get(found.get("wechatpay-serial", ""))
    if key is None:
        raise Untrusted("key number")
    if not (stamp.isascii() and stamp.isdigit()) or abs(epoch - int(stamp)) > WINDOW_SECONDS:
        raise Untrusted("timestamp")
    verify(key, answer_text(stamp, nonce, body), found.get("wechatpay-signature", ""))


def encrypt(api_v3_key: bytes, plain: Mapping[str, Any], *, nonce: str, associated: str) -> dict[str, str]:
    """The `resource` of a call-back. `nonce`: 12 ASCII signs, fresh every time."""
    text = json.dumps(plain, ensure_ascii=False).encode()
    sealed = AESGCM(api_v3_key).encrypt(nonce.encode(), text, associated.encode())
    return {
        "original_type": TRANSACTION,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated,
        "nonce": nonce,
    }


def decrypt(api_v3_key: bytes, resource: Mapping[str, Any]) -> dict[str, Any]:
    """The message inside a call-back's `resource`. Raises Untrusted."""
    try:
        if resource["algorithm"] != "AEAD_AES_256_GCM":
            raise Untrusted("algorithm")
        plain = AESGCM(api_v3_key).decrypt(
            str(resource["nonce"]).encode(),
            base64.b64decode(resource["ciphertext"], validate=True),
            str(resource.get("associated_data") or "").encode(),
        )
        found = json.loads(plain)
    except (InvalidTag, KeyError, TypeError, ValueError) as error:
        raise Untrusted("encryption") from error
    if not isinstance(found, dict):
        raise Untrusted("content")
    return found


def private_key(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("WeChat Pay keys are RSA keys")
    return key


def public_key(pem: str) -> rsa.RSAPublicKey:
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("WeChat Pay keys are RSA keys")
    return key
