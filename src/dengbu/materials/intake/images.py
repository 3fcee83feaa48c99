"""Images: decoded within limits, turned upright, shrunk, and encoded anew without any metadata."""

from __future__ import annotations

import io
import struct
import threading
from dataclasses import dataclass, field
from typing import IO, Literal

import pillow_heif
from PIL import Image, ImageFilter, ImageOps, ImageStat

from dengbu.core.refusals import Refused
from dengbu.materials import rules
from dengbu.materials.rules import Kind, Limits

pillow_heif.register_heif_opener(thumbnails=False)

_FORMATS: dict[Kind, tuple[str, ...]] = {"jpeg": ("JPEG", "MPO"), "png": ("PNG",), "heic": ("HEIF",)}
# What decoders raise on bytes that are not what they say.
_DECODE_ERRORS = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError, RuntimeError,
    struct.error,
)  # fmt: skip
# A decoded photograph takes some 150 MB; two at once per process are enough, the others wait their turn.
_decoders = threading.BoundedSemaphore(2)
_LINE_ART_COLOURS = 256
_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
_BLUR_EDGE = 1000
_BLUR_THRESHOLD = 45.0


@dataclass(frozen=True, slots=True)
class Picture:
    """An image as it will be stored, with a JPEG thumbnail. Width and height in pixels."""

    kind: Literal["jpeg", "png"]
    content: bytes = field(repr=False)
    width: int
    height: int
    thumbnail: bytes = field(repr=False)
    blurred: bool


def rewrite(file: IO[bytes], kind: Kind, limits: Limits) -> Picture:
    """Decode and encode anew: upright, long edge within the limit, no EXIF, colour profile, comment or text.

    Raises `Refused` for an image that cannot be decoded whole and for one with more pixels than the limit.
    """
    with _decoders:
        image = _decode(file, kind, limits)
        line_art = kind == "png" and max(image.size) <= limits.long_edge and _few_colours(image)
        image = _on_white(image)
        if max(image.size) > limits.long_edge:
            image.thumbnail((limits.long_edge, limits.long_edge), Image.Resampling.LANCZOS)
        # A fresh image: encoders copy profile, comment and resolution from the old one's info.
        image.info.clear()
        content = _jpeg(image, limits)
        # Plans and screenshots are smaller and sharper as PNG; a grey photograph has few colours too, but is
        # not.
        drawn = _png(image) if line_art else content
        line_art, content = len(drawn) < len(content), min(drawn, content, key=len)
        width, height = image.size
        is_blurred = sharpness(image) < _BLUR_THRESHOLD
        image.thumbnail((limits.thumbnail_edge, limits.thumbnail_edge), Image.Resampling.LANCZOS)
        return Picture(
            kind="png" if line_art else "jpeg",
            content=content,
            width=width,
            height=height,
            thumbnail=_encode(image, "JPEG", quality=75, optimize=True),
            blurred=is_blurred,
        )


def _decode(file: IO[bytes], kind: Kind, limits: Limits) -> Image.Image:
    try:
        image: Image.Image = Image.open(file, formats=_FORMATS[kind])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(rules.too_many_pixels(*_size_without_guard(file, kind))) from None
    except _DECODE_ERRORS:
        raise Refused(rules.broken_image()) from None
    width, height = image.size
    if width * height > (limits.max_pixels_png if kind == "png" else limits.max_pixels):
        raise Refused(rules.too_many_pixels(width, height))
    try:
        if kind == "jpeg":
            # JPEG can be decoded at 1/2, 1/4, 1/8: never below the size wanted.
            shrink = max(1.0, max(width, height) / limits.long_edge)
            image.draft(None, (int(width / shrink), int(height / shrink)))
        image.load()
    except (*_DECODE_ERRORS, MemoryError):
        raise Refused(rules.broken_image()) from None
    try:
        return ImageOps.exif_transpose(image)
    except _DECODE_ERRORS:
        return image  # the orientation mark is damaged, the picture is not


def _size_without_guard(file: IO[bytes], kind: Kind) -> tuple[int, int]:
    """The size a PNG header states, for the message about a picture the decoder would not even open."""
    file.seek(0)
    head = file.read(24)
    if kind == "png" and len(head) == 24:
        return struct.unpack(">II", head[16:24])
    return 65535, 65535  # the largest a JPEG can state


def _few_colours(image: Image.Image) -> bool:
    return (
        image.mode in {"1", "L", "P", "RGB", "RGBA", "LA"} and image.getcolors(_LINE_ART_COLOURS) is not None
    )


def _on_white(image: Image.Image) -> Image.Image:
    """Grey or RGB on white paper, whatever the mode was."""
    if image.mode in {"1", "L"} and "transparency" not in image.info:
        return image.convert("L")
    if image.mode.startswith("I"):
        # 16 bits a pixel: keep the high byte.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        layered = image.convert("RGBA")
        paper = Image.new("RGB", layered.size, "white")
        paper.paste(layered, mask=layered.getchannel("A"))
        return paper
    return image.convert("RGB")


def _jpeg(image: Image.Image, limits: Limits) -> bytes:
    """JPEG at the wanted quality, or lower until it fits the target size (a noisy photograph may still
    exceed it).
    """
    content = b""
    for quality in (limits.quality, limits.quality - 10, limits.quality - 20, limits.quality - 30):
        content = _encode(image, "JPEG", quality=quality, optimize=True)
        if len(content) <= limits.target_bytes:
            break
    return content


def _png(image: Image.Image) -> bytes:
    return _encode(image, "PNG", optimize=True)


def _encode(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def sharpness(image: Image.Image) -> float:
    """Variance of the Laplacian in the sharpest of sixteen parts of the picture.

    The sharpest part counts, because a page may be mostly white paper. Below about 45 small print is lost.
    """
    grey = image.convert("L")
    grey.thumbnail((_BLUR_EDGE, _BLUR_EDGE), Image.Resampling.LANCZOS)
    if min(grey.size) < 16:
        return float("inf")
    edges = grey.filter(_LAPLACIAN)
    width, height = edges.size
    best = 0.0
    for row in range(4):
        for column in range(4):
            left, top = max(2, width * column // 4), max(2, height * row // 4)
            right, bottom = (
                min(width - 2, width * (column + 1) // 4),
                min(height - 2, height * (row + 1) // 4),
            )
            best = max(best, ImageStat.Stat(edges.crop((left, top, right, bottom))).var[0])
    return best
