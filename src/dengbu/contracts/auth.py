"""Signed requests between departments: HMAC-SHA256 over exactly what is sent. Pure; no settings, no clock.

A request carries four headers; the signature covers, one a line: method, target (path and query as sent),
timestamp, nonce, and the SHA-256 of the body in hex. The key never travels. A repeated request is harmless,
because messages are idempotent by their id; the time window bounds how long a recorded one could be played
again at all.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dengbu.core.refusals import Refusal, Refused

CLIENT_ID = "X-Client-Id"
TIMESTAMP = "X-Timestamp"
NONCE = "X-Nonce"
SIGNATURE = "X-Signature"
WINDOW_SECONDS = 300

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


class NotAuthenticated(Refused):
    """The request does not prove who sent it; the API answers 401 and keeps nothing."""

    status = 401


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed the request. `nonce` lets the caller refuse a second use where that matters."""

    client_id: str
    nonce: str
    timestamp: int


def signature(
    secret: bytes, *, method: str, target: str, timestamp: int | str, nonce: str, body: bytes
) -> str:
    """The signature in lower-case hex. `target` is path and query exactly as sent."""
    lines = (method.upper(), target, str(timestamp), nonce, hashlib.sha256(body).hexdigest())
    return hmac.new(secret, "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def signed_headers(
    client_id: str, secret: bytes, *, method: str, target: str, timestamp: int, nonce: str, body: bytes
) -> dict[str, str]:
    """The four headers a client sends. `nonce`: 16 to 64 fresh random letters and digits for every attempt."""
    sealed = signature(secret, method=method, target=target, timestamp=timestamp, nonce=nonce, body=body)
    return {CLIENT_ID: client_id, TIMESTAMP: str(timestamp), NONCE: nonce, SIGNATURE: sealed}


def verify(
    *,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    secrets_of: Callable[[str], Sequence[bytes]],
    now_epoch: int,
) -> Caller:
    """Who signed this request. `headers` is looked up without regard to case; `secrets_of` gives the
    client's valid keys (two while a key is being changed, none for a stranger); `now_epoch` is
    `clock.epoch_seconds()`.

    Raises NotAuthenticated. A stranger and a wrong key get the same answer.
    """
    given = {name.lower(): value.strip() for name, value in headers.items()}
    missing = [name for name in (CLIENT_ID, TIMESTAMP, NONCE, SIGNATURE) if not given.get(name.lower())]
    if missing:
        raise NotAuthenticated(
            Refusal(
                "AUTH_HEADERS_MISSING",
                f"请求头缺少 {'、'.join(missing)}",
                "请按接口说明为每个请求签名。",
                field=missing[0],
            )
        )
    client_id, stamp = given[CLIENT_ID.lower()], given[TIMESTAMP.lower()]
    nonce, sealed = given[NONCE.lower()], given[SIGNATURE.lower()]
    if not (stamp.isascii() and stamp.isdigit()) or len(stamp) > 12:
        raise NotAuthenticated(
            Refusal(
                "AUTH_TIMESTAMP_FORM",
                "时间戳应为十进制的 Unix 秒数",
                "请使用秒，不要使用毫秒或日期。",
                field=TIMESTAMP,
            )
        )
    if not _NONCE.fullmatch(nonce):
        raise NotAuthenticated(
            Refusal(
                "AUTH_NONCE_FORM",
                "随机串应为 16—64 位字母、数字、“-”或“_”",
                "请为每个请求生成新的随机串。",
                field=NONCE,
            )
        )
    expected = [
        signature(secret, method=method, target=target, timestamp=stamp, nonce=nonce, body=body)
        for secret in (list(secrets_of(client_id)) or [b"\0" * 32])
    ]
    known = bool(secrets_of(client_id))
    fits = any([hmac.compare_digest(one, sealed) for one in expected] if _SIGNATURE.fullmatch(sealed) else [])
    if not (known and fits):
        raise NotAuthenticated(
            Refusal(
                "AUTH_SIGNATURE",
                "接入编号未登记，或签名与请求内容不符",
                "请核对接入编号和密钥，并对实际发送的请求体原文签名。",
                field=SIGNATURE,
            )
        )
    off = int(stamp) - now_epoch
    if abs(off) > WINDOW_SECONDS:
        raise NotAuthenticated(
            Refusal(
                "AUTH_TIMESTAMP_WINDOW",
                f"时间戳与本系统时间相差 {abs(off)} 秒，超过 {WINDOW_SECONDS} 秒",
                "请校准服务器时间后重新签名发送。",
                field=TIMESTAMP,
            )
        )
    return Caller(client_id, nonce, int(stamp))
