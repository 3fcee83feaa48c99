"""Documents the office made, kept as bytes by their digest behind Django's storage API (`STORAGES["documents"]`).

Written before the transaction that points at them, so a row never points at nothing; the same bytes have the same
key, so writing twice is harmless. What no row points at is swept later.
"""

from __future__ import annotations

import hashlib
import re

from django.core.files.base import ContentFile
from django.core.files.storage import storages

_SUFFIX = re.compile(r"[a-z0-9]{1,8}")
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/(?P<digest>[0-9a-f]{64})\.[a-z0-9]{1,8}")


class DocumentDamaged(Exception):
    """The stored bytes are gone, or no longer those that were written. The key names the object."""


def store(content: bytes, suffix: str = "pdf") -> tuple[str, str]:
    """Keep a document; answers (key, SHA-256 in hex). `suffix` without the dot. Call it before the transaction."""
    if not _SUFFIX.fullmatch(suffix):
        raise ValueError("the suffix is a few small letters or digits, without a dot")
    digest = hashlib.sha256(content).hexdigest()
    key = f"{digest[:2]}/{digest[2:4]}/{digest}.{suffix}"
    storage = storages["documents"]
    if storage.exists(key) and storage.size(key) != len(content):
        storage.delete(key)  # left half-written by a process that was killed
    if not storage.exists(key):
        written = storage.save(key, ContentFile(content))
        if written != key:  # another writer of the same bytes was first
            storage.delete(written)
        if storage.size(key) != len(content):
            raise DocumentDamaged(key)
    return key, digest


def read_verified(key: str, digest: str) -> bytes:
    """The whole document, checked against the digest its row keeps. Raises DocumentDamaged."""
    match = _KEY.fullmatch(key)
    if match is None or match["digest"] != digest:
        raise DocumentDamaged(key)
    try:
        with storages["documents"].open(key, "rb") as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise DocumentDamaged(key) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise DocumentDamaged(key)
    return content
