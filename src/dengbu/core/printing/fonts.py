"""The two typefaces every print is set in, and which characters they can draw.

A rare character in a name must never come out as an empty box on a legal paper, so what the fonts hold is read
from their own character maps (OpenType `cmap`) and asked before anything is set.
"""

from __future__ import annotations

import functools
import struct
from pathlib import Path

import pylopdf_fonts_zh_cn

# Laid out as code points 0x10000 apart in one bytearray: a set of 30,000 ints would be ten times the memory.
_PLANES = 0x110000


def font_folder() -> Path:
    """The folder of the font package, handed to the typesetter (no system font is ever used)."""
    return pylopdf_fonts_zh_cn.serif_path().parent


def _table(font: bytes, tag: bytes) -> bytes:
    """One table of an OpenType file by its four-letter tag."""
    count = struct.unpack_from(">H", font, 4)[0]
    for index in range(count):
        name, _, offset, length = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if name == tag:
            return font[offset : offset + length]
    raise ValueError(f"the font has no {tag!r} table")


def _read_segments(cmap: bytes, at: int, marks: bytearray) -> None:
    """cmap format 4: the basic plane, in segments."""
    doubled = struct.unpack_from(">H", cmap, at + 6)[0]
    ends, starts = at + 14, at + 16 + doubled
    deltas, ranges = starts + doubled, starts + 2 * doubled
    for step in range(0, doubled, 2):
        end = struct.unpack_from(">H", cmap, ends + step)[0]
        start = struct.unpack_from(">H", cmap, starts + step)[0]
        delta = struct.unpack_from(">H", cmap, deltas + step)[0]
        reach = struct.unpack_from(">H", cmap, ranges + step)[0]
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code + delta
            if reach:
                glyph = struct.unpack_from(">H", cmap, ranges + step + reach + 2 * (code - start))[0]
            if glyph & 0xFFFF:
                marks[code] = 1


def _read_groups(cmap: bytes, at: int, marks: bytearray) -> None:
    """cmap format 12: all planes, in groups."""
    groups = struct.unpack_from(">I", cmap, at + 12)[0]
    for index in range(groups):
        start, end, _ = struct.unpack_from(">III", cmap, at + 16 + 12 * index)
        marks[start : end + 1] = b"\x01" * (end + 1 - start)


@functools.cache
def _covered() -> bytes:
    """One byte per code point: 1 where one of our fonts has a glyph."""
    marks = bytearray(_PLANES)
    for path in (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path()):
        cmap = _table(path.read_bytes(), b"cmap")
        for index in range(struct.unpack_from(">H", cmap, 2)[0]):
            platform, encoding, at = struct.unpack_from(">HHI", cmap, 4 + 8 * index)
            if platform not in (0, 3) or (platform, encoding) == (0, 5):
                continue  # not Unicode, or variation sequences
            form = struct.unpack_from(">H", cmap, at)[0]
            if form == 4:
                _read_segments(cmap, at, marks)
            elif form == 12:
                _read_groups(cmap, at, marks)
    return bytes(marks)


def unprintable(text: str) -> set[str]:
    """The characters of `text` that our fonts cannot draw (line ends are fine). Empty: the text can be printed."""
    covered = _covered()
    return {char for char in set(text) if char != "\n" and not covered[ord(char)]}
