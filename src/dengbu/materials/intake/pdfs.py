"""PDFs: rewritten from what their pages draw, and nothing else.

Only page contents and the resources they use are copied. Scripts, actions, attachments, forms, links,
metadata and anything appended to the file have no way into the new one. What annotations and form fields
*show* (an electronic invoice's seal is often one) is drawn into the page before they are left out.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO, Any

import pylopdf_fonts_zh_cn
from PIL import Image, ImageDraw, ImageFont
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, StreamObject

from dengbu.core.refusals import Refused
from dengbu.materials import rules
from dengbu.materials.rules import Limits

# The reader reports every oddity of foreign files; none of them is news for the office.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

_PAGE_KEYS = {
    "/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Contents", "/Group", "/UserUnit",
}  # fmt: skip
_FORM_KEYS = {
    "/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/Resources", "/Group", "/Filter", "/DecodeParms",
    "/Length",
}  # fmt: skip
# Keys of a stream that point outside the file or carry something beside the drawing.
_STREAM_EXTRAS = ("/F", "/FFilter", "/FDecodeParms", "/AF", "/OPI", "/Ref", "/Metadata", "/PieceInfo", "/PS")
_HIDDEN_OR_NOVIEW = 2 | 32
_NOT_A_PDF = (
    PyPdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    OSError,
    AssertionError,
)


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF as it will be stored. Width and height of the first page in points; the thumbnail is a JPEG."""

    content: bytes = field(repr=False)
    page_count: int
    width: int
    height: int
    thumbnail: bytes = field(repr=False)


def rewrite(file: IO[bytes], limits: Limits) -> Document:
    """Copy the pages into a new PDF. Raises `Refused`: locked, broken, too many pages, or built to exhaust a
    reader.
    """
    try:
        reader = PdfReader(file, strict=False)
        # Read from the trailer: a file locked against printing only opens without a password, but is locked
        # too.
        if reader.is_encrypted:
            raise Refused(rules.encrypted_pdf())
        pages = list(reader.pages)
        if len(pages) > limits.pages_left:
            raise Refused(rules.too_many_pages(limits))
        if not pages:
            raise Refused(rules.broken_pdf())
        writer = PdfWriter()
        for page in pages:
            _copy_page(writer, page)
        _strip_streams(writer)
        writer.metadata = None
        out = io.BytesIO()
        writer.write(out)
        first = writer.pages[0].cropbox
        width, height = round(float(first.width)), round(float(first.height))
        if (writer.pages[0].rotation // 90) % 2:
            width, height = height, width
    except (LimitReachedError, RecursionError, MemoryError):
        raise Refused(rules.unsafe_file()) from None
    except _NOT_A_PDF:
        raise Refused(rules.broken_pdf()) from None
    return Document(out.getvalue(), len(pages), width, height, page_icon(len(pages), limits.thumbnail_edge))


def _copy_page(writer: PdfWriter, page: PageObject) -> None:
    seen = _appearances(page)
    for key in [key for key in page if key not in _PAGE_KEYS]:
        del page[key]
    copy = writer.add_page(page)
    if seen:
        _draw(writer, copy, seen)


def _appearances(page: PageObject) -> list[tuple[StreamObject, tuple[float, ...]]]:
    """What each visible annotation draws, with the matrix that places it (ISO 32000-1, 12.5.5)."""
    found = []
    annotations = page.get("/Annots")
    for reference in annotations.get_object() if annotations is not None else ():
        annotation = reference.get_object()
        if not isinstance(annotation, DictionaryObject) or int(annotation.get("/F", 0)) & _HIDDEN_OR_NOVIEW:
            continue
        stream = _normal_appearance(annotation)
        if stream is None or annotation.get("/Subtype") == "/Popup" or "/Rect" not in annotation:
            continue
        rect: Any = annotation["/Rect"]
        placed = _placement(stream, [float(value) for value in rect])
        if placed is not None:
            found.append((stream, placed))
    return found


def _normal_appearance(annotation: DictionaryObject) -> StreamObject | None:
    look: Any = annotation.get("/AP")
    look = look.get_object().get("/N") if look is not None else None
    look = look.get_object() if look is not None else None
    if isinstance(look, DictionaryObject) and not isinstance(look, StreamObject):
        look = look.get(annotation.get("/AS", "/Off"))  # a tick box has one appearance for each state
        look = look.get_object() if look is not None else None
    return look if isinstance(look, StreamObject) else None


def _placement(stream: StreamObject, rect: list[float]) -> tuple[float, ...] | None:
    box = [float(value) for value in stream.get("/BBox", ArrayObject()).get_object()]
    a, b, c, d, e, f = (float(value) for value in stream.get("/Matrix", (1, 0, 0, 1, 0, 0)))
    if len(box) != 4 or len(rect) != 4:
        return None
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    low, high = min(y for _, y in corners), max(y for _, y in corners)
    if right <= left or high <= low:
        return None
    x0, x1 = sorted((rect[0], rect[2]))
    y0, y1 = sorted((rect[1], rect[3]))
    sx, sy = (x1 - x0) / (right - left), (y1 - y0) / (high - low)
    return sx, 0.0, 0.0, sy, x0 - left * sx, y0 - low * sy


def _draw(writer: PdfWriter, page: PageObject, seen: list[tuple[StreamObject, tuple[float, ...]]]) -> None:
    """Append the appearances to the page's drawing, on resources of its own (they may be shared)."""
    resources = DictionaryObject(page.get("/Resources", DictionaryObject()).get_object())
    drawings = DictionaryObject(resources.get("/XObject", DictionaryObject()).get_object())
    commands = []
    for number, (stream, matrix) in enumerate(seen, start=1):
        name = f"/DengbuShown{number}"
        for key in [key for key in stream if key not in _FORM_KEYS]:
            del stream[key]
        stream[NameObject("/Subtype")] = NameObject("/Form")
        form = stream.clone(writer)
        drawings[NameObject(name)] = form.indirect_reference or writer._add_object(form)
        commands.append(f"q {' '.join(f'{value:.5f}' for value in matrix)} cm {name} Do Q")
    resources[NameObject("/XObject")] = drawings
    page[NameObject("/Resources")] = resources
    before, after = DecodedStreamObject(), DecodedStreamObject()
    before.set_data(b"q\n")
    after.set_data(("\nQ\n" + "\n".join(commands) + "\n").encode("ascii"))
    raw = page.get("/Contents")
    held = raw.get_object() if raw is not None else ArrayObject()
    parts = list(held) if isinstance(held, ArrayObject) else [page.raw_get("/Contents")]
    page[NameObject("/Contents")] = ArrayObject(
        [writer._add_object(before), *parts, writer._add_object(after)]
    )


def _strip_streams(writer: PdfWriter) -> None:
    for item in writer._objects:
        if isinstance(item, StreamObject):
            for key in _STREAM_EXTRAS:
                item.pop(key, None)


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(pylopdf_fonts_zh_cn.sans_path()), 44)


@lru_cache(maxsize=64)
def page_icon(page_count: int, edge: int) -> bytes:
    """A neutral thumbnail of a PDF: a sheet with a folded corner and its number of pages. JPEG, `edge` px
    high.
    """
    sheet = Image.new("RGB", (226, 320), "#eef1f5")
    draw = ImageDraw.Draw(sheet)
    draw.polygon(
        [(16, 12), (158, 12), (210, 64), (210, 308), (16, 308)], fill="white", outline="#8a97a8", width=2
    )
    draw.polygon([(158, 12), (158, 64), (210, 64)], fill="#d7dee8", outline="#8a97a8", width=2)
    for top in (92, 112, 132):
        draw.line([(40, top), (186, top)], fill="#d7dee8", width=6)
    draw.text((113, 190), "PDF", fill="#b3261e", font=_font(), anchor="mm")
    draw.text((113, 252), f"{page_count} 页", fill="#1f2d3d", font=_font(), anchor="mm")
    sheet.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
