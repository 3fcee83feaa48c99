"""The typesetter: a template and data in, the bytes of a PDF out.

Templates are typst files inside this package and are our own; data reach them as one JSON string and are never
formatted into source, so nothing a person typed is ever read as markup. The same data give the same bytes: the
only time in the file is the print time that the data carry.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast

import typst

import dengbu
from dengbu.core.money import capital, format_yuan
from dengbu.core.printing import words
from dengbu.core.printing.fonts import font_folder, unprintable
from dengbu.core.qr import qr_svg
from dengbu.core.refusals import Refusal, Refused

_OVERFULL = "PRINT_DOES_NOT_FIT"  # the word a template panics with

ROOT = Path(dengbu.__file__).parent


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PrintHead:
    """What every print bears: who issues it, its number, and who printed it when.

    `qr` is an opaque ASCII link, `short_code` the same thing for people who type; `reprint` counts prints after
    the first; `sample` lays the training watermark over each page, `example` that of a filled-in example (样例).
    """

    office: str
    number: str
    printed_at: dt.datetime
    printed_by: str
    qr: str
    short_code: str
    reprint: int = 0
    sample: bool = False
    example: bool = False


class _Press:
    """One compiled template. A compiler holds state between runs, so one thread uses it at a time."""

    def __init__(self, path: Path):
        self._lock = threading.Lock()
        self._compiler = typst.Compiler(path, root=ROOT, font_paths=_fonts())

    def run(
        self, payload: str, timestamp: dt.datetime, kind: Literal["pdf", "png"], ppi: float
    ) -> bytes | list[bytes]:
        try:
            with self._lock:
                result = self._compiler.compile(
                    format=kind,
                    ppi=ppi,
                    sys_inputs={"data": payload},
                    pdf_standards=["a-2a"] if kind == "pdf" else [],
                    timestamp=int(timestamp.timestamp()),
                )
        except typst.TypstError as fault:
            if _OVERFULL not in fault.message:
                raise
            raise Refused(
                Refusal(
                    _OVERFULL,
                    "内容超出证书版面，未生成。",
                    "请把较长的内容移到附记或者附页；共有人较多的，可以分别持证或者另附清单。",
                )
            ) from fault
        return cast("bytes | list[bytes]", result)  # no output path is given, so there is a result


@functools.cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_folder())]
    )


_presses: dict[str, _Press] = {}
_presses_lock = threading.Lock()


def _press(template: str) -> _Press:
    with _presses_lock:
        if template not in _presses:
            path = (ROOT / template).resolve()
            if not path.is_relative_to(ROOT) or path.suffix != ".typ" or not path.is_file():
                raise ValueError(f"no print template {template!r}")
            _presses[template] = _Press(path)
        return _presses[template]


def plain(value: Any) -> Any:
    """A document's dataclass as JSON values, in the words of paper.

    Dates become 年月日, instants 年月日 时:分, a field `x_fen` is joined by `x_yuan` and `x_capitals`, and a
    `PrintHead` by the picture of its QR code.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        out: dict[str, Any] = {}
        for field in dataclasses.fields(value):
            held = getattr(value, field.name)
            out[field.name] = plain(held)
            if field.name.endswith("_fen") and held is not None:
                stem = field.name.removesuffix("_fen")
                out[f"{stem}_yuan"] = format_yuan(held)
                out[f"{stem}_capitals"] = capital(held)
        if isinstance(value, PrintHead):
            out["qr_svg"] = qr_svg(value.qr)
        return out
    match value:
        case dt.datetime():
            return words.cn_instant(value)
        case dt.date():
            return words.cn_date(value)
        case Decimal():
            return str(value)
        case str() | int() | bool() | None:
            return value
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case Iterable():
            return [plain(item) for item in value]
        case _:
            raise TypeError(f"a print cannot carry {type(value).__name__}")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _printed_at(document: Any) -> dt.datetime:
    head = document["head"] if isinstance(document, Mapping) else document.head
    if not isinstance(head, PrintHead):
        raise TypeError("a print needs its PrintHead")
    return head.printed_at


def _checked(document: Any) -> str:
    """The data as JSON, refused where a character cannot be drawn."""
    values = plain(document)
    missing = sorted(set().union(*(unprintable(text) for text in _strings(values))))
    if missing:
        shown = "、".join(f"“{char}”（U+{ord(char):04X}）" for char in missing)
        raise Refused(
            Refusal(
                "PRINT_GLYPH_MISSING",
                f"打印字库中没有这些字：{shown}，未生成单据。",
                "请核对是否录错；确为生僻字的，请联系管理员补充字库后再打印。",
            )
        )
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def render(template: str, document: Any) -> bytes:
    """Set a template (its path inside the package, `cases/prints/….typ`) with data; returns a PDF/A-2a.

    `document` is a dataclass or a mapping with a `head` (`PrintHead`), whose print time becomes the file's date.
    Raises Refused: PRINT_GLYPH_MISSING where a character cannot be drawn, PRINT_DOES_NOT_FIT where a certificate
    leaf cannot hold the text even in the smallest type; ValueError for an unknown template.
    """
    result = _press(template).run(_checked(document), _printed_at(document), "pdf", 144)
    return cast(bytes, result)  # a PDF is one file


def preview(template: str, document: Any, ppi: float = 144) -> list[bytes]:
    """The same pages as PNG pictures, one a page, for the screen. Raises like `render`."""
    result = _press(template).run(_checked(document), _printed_at(document), "png", ppi)
    return [result] if isinstance(result, bytes) else result
