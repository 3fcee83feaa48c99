"""Identity and phone numbers at rest: encrypted with a key id, found by a keyed index, masked for people.

The cipher text is `k1:` + base64(nonce + AES-256-GCM); the purpose is bound as associated data, so a value cannot
be moved to another column. The index is HMAC-SHA-256 under its own key: equal numbers have equal indexes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class CannotDecrypt(Exception):
    """The key of a stored value is missing, or the value was moved or altered."""


@lru_cache(maxsize=8)
def _cipher(key_id: str) -> AESGCM:
    try:
        return AESGCM(base64.b64decode(settings.FIELD_KEYS[key_id]))
    except KeyError:
        raise CannotDecrypt(f"field key {key_id!r} is not configured") from None


def encrypt(plain: str, purpose: str) -> str:
    """Encrypt one value for one purpose (table.column) under the current key."""
    if not plain:
        return ""
    nonce = os.urandom(12)
    key_id = settings.FIELD_KEY_CURRENT
    sealed = _cipher(key_id).encrypt(nonce, plain.encode(), purpose.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, purpose: str) -> str:
    """The plain value. Raises CannotDecrypt where key or purpose do not fit."""
    if not stored:
        return ""
    key_id, _, body = stored.partition(":")
    raw = base64.b64decode(body)
    try:
        return _cipher(key_id).decrypt(raw[:12], raw[12:], purpose.encode()).decode()
    except InvalidTag:
        raise CannotDecrypt(f"value for {purpose} cannot be read") from None


def index(plain: str) -> str:
    """Keyed index of a number, for equality search only."""
    if not plain:
        return ""
    return hmac.new(base64.b64decode(settings.INDEX_KEY), plain.encode(), hashlib.sha256).hexdigest()


def commitment(salt: str, *parts: str) -> str:
    """A salted commitment to a number, fit to stand in the public book: SHA-256(salt, parts), hex."""
    return hashlib.sha256("\x1f".join((salt, *parts)).encode()).hexdigest()


def new_salt() -> str:
    return os.urandom(16).hex()
