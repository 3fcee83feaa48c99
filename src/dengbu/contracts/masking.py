"""What staff may keep of a message that could not be read: its shape and plain codes, no names, numbers or phones. Pure."""

from __future__ import annotations

import json
import re
from typing import Any, Final

LONGEST: Final = 4000  # characters kept of one message
_DEEPEST = 8
_MOST_ITEMS = 20
_LONGEST_VALUE = 60
# Fields whose values are codes, dates or amounts. All other text is shown by its length only.
_PLAIN = frozenset(
    {
        "wire", "source", "message_id", "sent_at", "version", "kind", "status", "status_at", "filing_no",
        "contract_no", "review_no", "replaced_by", "unit_code", "housing_code", "area_m2", "price_yuan",
        "payment_method", "filed_at", "reviewed_at", "result", "funds_supervision", "document_kind",
    }
)  # fmt: skip
# A whole identity number, phone or card number, wherever it was written by mistake.
_PERSONAL = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{11}|\d{15,19})(?![0-9A-Za-z])")
_LETTER = re.compile(r"[^\W\d_]", re.UNICODE)


def excerpt(body: bytes) -> str:
    """The message as it may be kept: indented JSON with masked values, or the punctuation of what is not JSON."""
    try:
        content = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return _shape(body[: LONGEST * 2].decode("utf-8", errors="replace"))[:LONGEST]
    return json.dumps(_masked(content, "", 0), ensure_ascii=False, indent=1)[:LONGEST]


def subject_of(body: bytes) -> str:
    """The filing or review number that the message names, '' where it cannot be read or is not of that form."""
    try:
        content = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return ""
    part = content.get("filing") or content.get("review") if isinstance(content, dict) else None
    number = (part.get("filing_no") or part.get("review_no")) if isinstance(part, dict) else None
    fits = isinstance(number, str) and re.fullmatch(r"[0-9A-Za-z一-鿿()（）\-]{1,60}", number)
    return number if fits and isinstance(number, str) and not _PERSONAL.search(number) else ""


def _masked(value: Any, key: str, depth: int) -> Any:
    if isinstance(value, dict):
        if depth >= _DEEPEST:
            return "…"
        return {
            _hidden(str(name)[:40]): _masked(one, str(name), depth + 1)
            for name, one in list(value.items())[:_MOST_ITEMS]
        }
    if isinstance(value, list):
        return ["…"] if depth >= _DEEPEST else [_masked(one, key, depth + 1) for one in value[:_MOST_ITEMS]]
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    if key in _PLAIN:
        return _hidden(text[:_LONGEST_VALUE])
    return f"（{len(text)}个字，不留存）" if text else ""


def _hidden(text: str) -> str:
    return _PERSONAL.sub("*", text)


def _shape(text: str) -> str:
    return _LETTER.sub("x", re.sub(r"\d", "0", text))
