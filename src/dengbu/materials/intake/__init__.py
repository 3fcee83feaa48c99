"""Taking in one uploaded file: what arrives is measured, recognised by content, and made safe to keep and
show.

Nothing of the received file is shown to anybody: images are encoded anew, PDFs are rewritten from their page
contents alone. The digest of what was received is kept beside the digest of what is stored.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Literal, cast

from dengbu.core.refusals import Refused
from dengbu.materials import rules
from dengbu.materials.intake import images, pdfs
from dengbu.materials.rules import Advice, Limits

__all__ = ["Intake", "Limits", "Page", "intake"]

_BLOCK = 64 * 1024
_MEMORY = 1024 * 1024
_COUNT_UP_TO = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """One stored object: an image (one page) or a whole PDF (`page_count` pages).

    `width` and `height` are pixels for an image and points of the first page for a PDF. The thumbnail is a
    JPEG.
    """

    content: bytes = field(repr=False)
    stored_digest: str
    mime: str
    width: int
    height: int
    thumbnail: bytes = field(repr=False)
    page_count: int = 1
    thumbnail_mime: str = "image/jpeg"

    @property
    def size(self) -> int:
        """Bytes stored."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Intake:
    """One uploaded file, made safe. Digests are SHA-256 in hex; `received_digest` is of the bytes as they
    came.
    """

    kind: Literal["jpeg", "png", "pdf"]
    received_kind: rules.Kind
    received_digest: str
    received_size: int
    pages: tuple[Page, ...]
    advice: tuple[Advice, ...] = ()

    @property
    def page_count(self) -> int:
        """Pages this file adds to its material."""
        return sum(page.page_count for page in self.pages)


def intake(stream: Any, *, declared_name: str, limits: Limits | None = None) -> Intake:
    """Take in one file from `stream` (anything with `chunks()` or `read(n)`).

    `declared_name` is used for wording only. Raises `Refused` with exactly one refusal, whose sentence is
    that of the upload page: empty, too large, wrong format, locked or broken PDF, broken image, too many
    pixels or pages, unsafe. Nothing is written anywhere; `storage.put` stores the pages.
    """
    limits = limits or Limits()
    with tempfile.SpooledTemporaryFile(max_size=_MEMORY) as spooled:
        digest, size = _receive(stream, spooled, limits)
        file = cast("IO[bytes]", spooled)
        file.seek(0)
        sniffed = rules.sniff(file.read(rules.HEAD_BYTES))
        if sniffed.two_in_one:
            raise Refused(rules.unsafe_file())
        if sniffed.kind is None:
            raise Refused(rules.wrong_format(sniffed, declared_name))
        if limits.pages_left < 1:
            raise Refused(rules.too_many_pages(limits))
        file.seek(0)
        if sniffed.kind == "pdf":
            document = pdfs.rewrite(file, limits)
            page = Page(
                content=document.content,
                stored_digest=_sha256(document.content),
                mime="application/pdf",
                width=document.width,
                height=document.height,
                thumbnail=document.thumbnail,
                page_count=document.page_count,
            )
            return Intake("pdf", "pdf", digest, size, (page,))
        picture = images.rewrite(file, sniffed.kind, limits)
        page = Page(
            content=picture.content,
            stored_digest=_sha256(picture.content),
            mime=f"image/{picture.kind}",
            width=picture.width,
            height=picture.height,
            thumbnail=picture.thumbnail,
        )
        advice = (rules.blurred(),) if picture.blurred else ()
        return Intake(picture.kind, sniffed.kind, digest, size, (page,), advice)


def _receive(stream: Any, file: Any, limits: Limits) -> tuple[str, int]:
    """Copy the stream block by block; past the limit nothing is written, only counted for the message."""
    hashed, size = hashlib.sha256(), 0
    for block in _blocks(stream):
        size += len(block)
        if size <= limits.max_bytes:
            hashed.update(block)
            file.write(block)
        elif size > _COUNT_UP_TO:
            break
    if size > limits.max_bytes:
        raise Refused(rules.too_large(size, limits))
    if size == 0:
        raise Refused(rules.empty_file())
    return hashed.hexdigest(), size


def _blocks(stream: Any) -> Iterator[bytes]:
    chunks = getattr(stream, "chunks", None)
    if chunks is not None:
        yield from chunks(_BLOCK)
        return
    while block := stream.read(_BLOCK):
        yield block


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
