"""QR codes: opaque links only, readable by telephones and by the scanners at the windows."""

from __future__ import annotations

import io

import segno

QUIET_ZONE = 4  # modules, ISO/IEC 18004


def _code(text: str) -> segno.QRCode:
    # Chinese would be written in another encoding that common readers return as an empty string.
    if not text or not text.isascii():
        raise ValueError("a QR code carries an ASCII link or token")
    return segno.make(text, error="m", micro=False, boost_error=False)


def _scale(code: segno.QRCode, size_px: int) -> int:
    """Whole pixels per module, so that edges stay sharp; the picture is at least `size_px` wide."""
    if size_px < 240:
        raise ValueError("a QR code is shown at 240 pixels or more")
    modules = code.symbol_size(scale=1, border=QUIET_ZONE)[0]
    return -(-size_px // int(modules))


def qr_svg(text: str, size_px: int = 240) -> str:
    """The code as an SVG of at least `size_px` square, quiet zone included, error level M.

    Raises ValueError where the text is not ASCII or the size below 240.
    """
    code = _code(text)
    out = io.BytesIO()
    code.save(
        out, kind="svg", scale=_scale(code, size_px), border=QUIET_ZONE, light="#fff", xmldecl=False, nl=False
    )
    return out.getvalue().decode("ascii")


def qr_png(text: str, size_px: int = 240) -> bytes:
    """The code as a PNG of at least `size_px` square. Raises ValueError like `qr_svg`."""
    code = _code(text)
    out = io.BytesIO()
    code.save(out, kind="png", scale=_scale(code, size_px), border=QUIET_ZONE)
    return out.getvalue()
