"""A signature drawn on the screen: a PNG in a form field, taken in like any file; too little ink is no signature."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Final

from PIL import Image, UnidentifiedImageError

from dengbu.core.refusals import Refusal, Refused
from dengbu.materials.intake import Intake, intake

PREFIX: Final = "data:image/png;base64,"
MOST_SIGNS: Final = 1_500_000
MOST_PIXELS: Final = 4_000_000
LEAST: Final = 0.12  # of the pad's width: less is a dot or a slip of the finger
BROKEN = Refusal("SIGN_BROKEN", "签名没有传上来。", "请重新签名，或拍下签好的纸件上传。", "", "")
SHORT = Refusal("SIGN_SHORT", "签名太短，请写全名。", "请在框内重新签名。", "实施细则15", "")


def drawn(text: str, name: str) -> Intake | None:
    """What the pad sent, None where nothing was drawn. Raises Refused: broken, or too short to be a name."""
    if not text:
        return None
    if not text.startswith(PREFIX) or len(text) > MOST_SIGNS:
        raise Refused(BROKEN)
    try:
        content = base64.b64decode(text.removeprefix(PREFIX), validate=True)
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused(BROKEN)
            box = image.convert("L").point(lambda level: 255 * (level < 128)).getbbox()
            width = image.width
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError):
        raise Refused(BROKEN) from None
    if box is None or box[2] - box[0] < LEAST * width:
        raise Refused(SHORT)
    return intake(io.BytesIO(content), declared_name=name)
