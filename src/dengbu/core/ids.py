"""Public identifiers: UUIDv7 made in Python, and opaque tokens. Database keys never leave the house."""

from __future__ import annotations

import os
import secrets
import time
import uuid

# No 0/O, 1/I/L, U/V: read out over the telephone and typed at the window without doubt.
SHORT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562 version 7): new rows land at the end of the index."""
    millis = time.time_ns() // 1_000_000
    value = (millis & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value &= ~(0xF << 76)
    value |= 0x7 << 76
    value &= ~(0x3 << 62)
    value |= 0x2 << 62
    return uuid.UUID(int=value)


def token() -> str:
    """An opaque, unguessable token for QR codes and invitations: upper case letters and digits only, 32 signs
    (about 155 bits), so that keyboard scanners read it whatever the input method."""
    return "".join(secrets.choice(SHORT_ALPHABET) for _ in range(32))


def short_code(length: int = 8) -> str:
    """A code a person can read out: letters and digits without look-alikes."""
    return "".join(secrets.choice(SHORT_ALPHABET) for _ in range(length))
