"""Messages and signatures of the police two-element check. Our own protocol: docs/exchange/identity.md. Pure.

HMAC-SM3 over the exact bytes sent; name and number inside are encrypted with SM4-GCM, so that no gateway on the
way, and no log of one, ever holds them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PATH = "/v1/two-element-check"
WINDOW_SECONDS = 300
ANSWERS = {"1": "一致", "2": "不一致", "3": "库中无此号"}
_IV, _TAG = 12, 16
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Person:
    name: str = field(repr=False)
    id_number: str = field(repr=False)


class Unreadable(ValueError):
    """The encrypted part was made with another key, for another request, or was changed."""


def signature(key: bytes, *, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SM3 (hex) of a request: method, path, timestamp, nonce, SHA-256 of the body, one a line."""
    return _hmac_sm3(key, "\n".join((method, path, timestamp, nonce, hashlib.sha256(body).hexdigest())))


def answer_signature(key: bytes, *, status: int, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SM3 (hex) of an answer. `nonce` is the request's: an answer cannot be given to another question."""
    return _hmac_sm3(key, "\n".join((str(status), timestamp, nonce, hashlib.sha256(body).hexdigest())))


def seal(key: bytes, person: Person, *, nonce: str, iv: bytes) -> str:
    """Name and number under SM4-GCM, base64 of iv + ciphertext + tag, bound to the request's nonce.

    `iv`: 12 fresh random bytes, never twice under one key.
    """
    plain = json.dumps({"name": person.name, "id_number": person.id_number}, ensure_ascii=False).encode()
    cipher = Cipher(algorithms.SM4(key), modes.GCM(iv)).encryptor()
    cipher.authenticate_additional_data(nonce.encode())
    sealed = cipher.update(plain) + cipher.finalize()
    return base64.b64encode(iv + sealed + cipher.tag).decode()


def unseal(key: bytes, sealed: str, *, nonce: str) -> Person:
    """The opposite of `seal`. Raises Unreadable."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        cipher = Cipher(algorithms.SM4(key), modes.GCM(raw[:_IV], raw[-_TAG:])).decryptor()
        cipher.authenticate_additional_data(nonce.encode())
        found = json.loads(cipher.update(raw[_IV:-_TAG]) + cipher.finalize())
        return Person(str(found["name"]), str(found["id_number"]))
    except (InvalidTag, ValueError, KeyError, TypeError) as error:
        raise Unreadable from error


def well_formed(id_number: str) -> bool:
    """Eighteen signs with the check digit of GB 11643 (ISO 7064 MOD 11-2)."""
    body, check = id_number[:17], id_number[17:]
    if len(id_number) != 18 or not (body.isascii() and body.isdigit()):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == check.upper()


def _hmac_sm3(key: bytes, text: str) -> str:
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(text.encode())
    return mac.finalize().hex()
