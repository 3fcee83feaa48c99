"""Tencent Cloud API 3.0 signing (TC3-HMAC-SHA256) and the messages of SendSms 2021-01-11. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re

ACTION = "SendSms"
VERSION = "2021-01-11"
SERVICE = "sms"
CONTENT_TYPE = "application/json; charset=utf-8"
ALGORITHM = "TC3-HMAC-SHA256"
SIGNED_HEADERS = "content-type;host;x-tc-action"
WINDOW_SECONDS = 300

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/,\s]+)/(?P<date>\d{4}-\d\d-\d\d)/(?P<service>[a-z]+)/tc3_request, ?"
    r"SignedHeaders=(?P<signed>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


def authorization(
    *,
    secret_id: str,
    secret_key: str,
    service: str,
    host: str,
    action: str,
    timestamp: int,
    body: bytes,
    content_type: str = CONTENT_TYPE,
) -> str:
    """The `Authorization` header for a POST of `body`. The canonical URI of API 3.0 is always `/`."""
    canonical = canonical_request(host=host, action=action, body=body, content_type=content_type)
    date = dt.datetime.fromtimestamp(timestamp, dt.UTC).date().isoformat()
    scope = f"{date}/{service}/tc3_request"
    text = "\n".join((ALGORITHM, str(timestamp), scope, hashlib.sha256(canonical.encode()).hexdigest()))
    signature = sign(secret_key=secret_key, date=date, service=service, text=text)
    return (
        f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={SIGNED_HEADERS}, Signature={signature}"
    )


def canonical_request(*, host: str, action: str, body: bytes, content_type: str) -> str:
    """What is hashed into the string to sign: method, path, query, signed headers, their names, body digest."""
    headers = f"content-type:{content_type.lower()}\nhost:{host.lower()}\nx-tc-action:{action.lower()}\n"
    return "\n".join(("POST", "/", "", headers, SIGNED_HEADERS, hashlib.sha256(body).hexdigest()))


def sign(*, secret_key: str, date: str, service: str, text: str) -> str:
    """The signature of the string `text` under the key derived for `date` (YYYY-MM-DD, UTC) and `service`."""
    key = _mac(_mac(_mac(b"TC3" + secret_key.encode(), date), service), "tc3_request")
    return _mac(key, text).hex()


def parse_authorization(header: str) -> dict[str, str] | None:
    """The parts of an `Authorization` header (`id`, `date`, `service`, `signed`, `signature`), or None."""
    found = _AUTHORIZATION.fullmatch(header)
    return found.groupdict() if found else None


def to_e164(phone: str) -> str:
    """A mainland phone as the carrier wants it (`+8613…`)."""
    return phone if phone.startswith("+") else f"+86{phone}"


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
