"""What may be uploaded, and the sentence for each thing that may not.

Pure functions. Every fault has its own refusal, so that one bad file never costs the applicant anything
else; the sentences are those of the upload page, word for word. Sizes are bytes, lengths are pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import filetype

from dengbu.core.refusals import Refusal

MEGABYTE = 1024 * 1024
HEAD_BYTES = 8192
"""How much of a file's beginning `sniff` wants to see."""

Kind = Literal["jpeg", "png", "heic", "pdf"]

_IMAGE_KINDS: dict[str, Kind] = {"image/jpeg": "jpeg", "image/png": "png", "image/heic": "heic"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one upload. `pages_left` is what the item still has room for (at most `max_pages`)."""

    max_bytes: int = 10 * MEGABYTE
    max_pages: int = 20
    pages_left: int = 20
    long_edge: int = 2600
    quality: int = 82
    target_bytes: int = MEGABYTE * 3 // 2
    max_pixels: int = 64_000_000
    max_pixels_png: int = 40_000_000
    """A PNG is decoded whole, a JPEG at a fraction; 40 million is an A4 page at 600 dpi with room to spare.
    """
    thumbnail_edge: int = 320


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to look at again that does not stop the upload."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What the bytes are, whatever the file was called. `kind` is None when we do not take it."""

    kind: Kind | None
    extension: str
    two_in_one: bool = False


def sniff(head: bytes) -> Sniffed:
    """Tell from the first bytes (`HEAD_BYTES` of them) what a file is; its declared name plays no part."""
    if _looks_like_pdf(head):
        return Sniffed("pdf", "pdf")
    # A file that is an image at the front and a PDF a little further on was made to be read in two ways.
    two_in_one = b"%PDF-" in head[:1024]
    guess = filetype.guess(head)
    mime = guess.mime if guess else ""
    kind = _IMAGE_KINDS.get(mime)
    if kind is None and _is_heic(head):
        kind = "heic"
    return Sniffed(kind, kind or (guess.extension if guess else ""), two_in_one)


def _looks_like_pdf(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t \x00").startswith(b"%PDF-")


def _is_heic(head: bytes) -> bool:
    """HEIC by its brands: phones write several that the sniffing library does not know."""
    if len(head) < 16 or head[4:8] != b"ftyp":
        return False
    box = head[8 : min(int.from_bytes(head[:4], "big"), 256)]
    brands = {box[i : i + 4] for i in range(0, len(box) - 3, 4) if i != 4}
    return bool(brands & _HEIC_BRANDS) and box[:4] != b"avif"


def nothing_chosen(material: str) -> Refusal:
    """`material` is the name of the checklist item."""
    return Refusal("MATERIAL_MISSING", f"请选择要上传的“{material}”")


def wrong_format(sniffed: Sniffed, declared_name: str) -> Refusal:
    """Names what the file really is; falls back to its declared extension when the content is unknown."""
    declared = declared_name.rpartition(".")[2].strip().upper() if "." in declared_name else ""
    shown = sniffed.extension.upper()
    if not shown and declared in {"", "JPG", "JPEG", "PNG", "PDF", "HEIC", "HEIF"}:
        shown = "其他格式的文件"
    return Refusal(
        "MATERIAL_FORMAT",
        f"只能上传 JPG、PNG、PDF 格式，您选择的是 {(shown or declared)[:20]}",
        "请换一个文件。",
    )


def too_large(size: int, limits: Limits) -> Refusal:
    """`size` in bytes; shown in MB rounded up, so that it never reads as the limit itself."""
    tenths = -(-size * 10 // MEGABYTE)
    shown = f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"
    return Refusal(
        "MATERIAL_TOO_LARGE",
        f"文件有 {shown} MB，超过 {limits.max_bytes // MEGABYTE} MB，请重新拍照或压缩后再传",
    )


def empty_file() -> Refusal:
    return Refusal("MATERIAL_EMPTY", "文件是空的，请重新选择")


def encrypted_pdf() -> Refusal:
    return Refusal("MATERIAL_PDF_LOCKED", "PDF 设有密码，请取消密码后再传")


def unsafe_file() -> Refusal:
    return Refusal("MATERIAL_UNSAFE", "文件未通过安全检查，请换一个文件")


def interrupted(percent: int) -> Refusal:
    """`percent` of the file that has arrived and is kept."""
    return Refusal("MATERIAL_INTERRUPTED", f"上传中断，已保留 {percent}%，点“继续上传”")


def too_many_pages(limits: Limits) -> Refusal:
    return Refusal(
        "MATERIAL_TOO_MANY_PAGES", f"最多 {limits.max_pages} 页，还可以传 {max(0, limits.pages_left)} 页"
    )


def broken_image() -> Refusal:
    return Refusal("MATERIAL_IMAGE_BROKEN", "这张图片打不开，请换一张或重新拍照")


def broken_pdf() -> Refusal:
    return Refusal("MATERIAL_PDF_BROKEN", "这份 PDF 打不开，请重新导出或拍照后再传")


def too_many_pixels(width: int, height: int) -> Refusal:
    return Refusal(
        "MATERIAL_TOO_MANY_PIXELS",
        f"这张图片有 {width}×{height} 像素，尺寸过大，请调低分辨率或重新拍照后再传",
    )


def blurred() -> Advice:
    return Advice("MATERIAL_BLURRED", "照片有些模糊，可能看不清文字，建议重拍")


def duplicate(other: str) -> Advice:
    """`other` names the page that has the same received digest (“身份证 第 1 页”)."""
    return Advice("MATERIAL_DUPLICATE", f"该图片与“{other}”完全相同，请确认是否传错")
