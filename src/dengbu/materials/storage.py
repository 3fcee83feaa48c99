"""Where material is kept: content-addressed objects behind Django's storage API (`STORAGES["materials"]`).

Objects are written before the transaction that points at them, so a row never points at nothing; what no row
points at is swept later. The same bytes have the same key, so writing twice is harmless.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

from dengbu.materials.intake import Page

_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
_KEY = re.compile(r"^(?P<a>[0-9a-f]{2})/(?P<b>[0-9a-f]{2})/(?P<digest>[0-9a-f]{64})\.(?:jpg|png|pdf)$")


class StoredFileDamaged(Exception):
    """The stored bytes are no longer those that were written, or are gone. The key names the object."""


class WholeFileStorage(FileSystemStorage):
    """A folder in which an object appears whole or not at all: written aside, synced, then renamed into
    place.

    Writing an object that exists replaces it, which is harmless: the key says what the bytes are.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=".writing-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, target)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        return name


def key_for(digest: str, mime: str) -> str:
    """`aa/bb/<sha256>.<ext>`: the key of an object with this digest (hex) and MIME type."""
    return f"{digest[:2]}/{digest[2:4]}/{digest}.{_EXTENSIONS[mime]}"


def put(content: bytes, mime: str, *, storage: Storage | None = None) -> str:
    """Write an object and answer its key. Call it before the transaction that stores the key."""
    store = storage or storages["materials"]
    key = key_for(hashlib.sha256(content).hexdigest(), mime)
    if not _is_whole(store, key, len(content)):
        written = store.save(key, ContentFile(content))
        if written != key:  # the storage does not overwrite, and another writer of the same bytes was first
            store.delete(written)
        if not _is_whole(store, key, len(content)):
            raise StoredFileDamaged(key)
    return key


def _is_whole(store: Storage, key: str, size: int) -> bool:
    return store.exists(key) and store.size(key) == size


def put_page(page: Page, *, storage: Storage | None = None) -> tuple[str, str]:
    """Write a page and its thumbnail; answers (key, thumbnail key)."""
    return (
        put(page.content, page.mime, storage=storage),
        put(page.thumbnail, page.thumbnail_mime, storage=storage),
    )


def open_stored(key: str, *, storage: Storage | None = None) -> File:
    """Open an object for reading. Raises `ValueError` for a key that is not ours, `StoredFileDamaged` if it
    is gone.
    """
    _digest_of(key)
    try:
        return (storage or storages["materials"]).open(key, "rb")
    except FileNotFoundError:
        raise StoredFileDamaged(key) from None


def read_verified(key: str, *, storage: Storage | None = None) -> bytes:
    """The whole object, checked against the digest in its key; raises `StoredFileDamaged` if they differ."""
    with open_stored(key, storage=storage) as file:
        content: bytes = file.read()
    if hashlib.sha256(content).hexdigest() != _digest_of(key):
        raise StoredFileDamaged(key)
    return content


def forget_stored(key: str, *, storage: Storage | None = None) -> None:
    """Delete an object that no row points at. Gone already, or not a key of ours: nothing to do."""
    if _KEY.match(key):
        (storage or storages["materials"]).delete(key)


def _digest_of(key: str) -> str:
    match = _KEY.match(key)
    if match is None or not match["digest"].startswith(match["a"] + match["b"]):
        raise ValueError("not a key of stored material")
    return match["digest"]
