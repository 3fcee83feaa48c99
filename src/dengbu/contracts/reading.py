"""From the bytes received to a message of `contracts.wire`, or every fault at once, each with its JSON path. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import ValidationError

from dengbu.contracts import wording
from dengbu.contracts.wire import Context, FilingPush, ReviewPush
from dengbu.core.refusals import Refusal, Refused

MAX_BODY_BYTES = 256 * 1024

P = TypeVar("P", FilingPush, ReviewPush)


def read_filing(body: bytes, context: Context) -> FilingPush:
    """The filing in `body`. Raises Refused with every fault, each with its JSON path."""
    return _read(FilingPush, body, context)


def read_review(body: bytes, context: Context) -> ReviewPush:
    """The transaction review in `body`. Raises Refused with every fault, each with its JSON path."""
    return _read(ReviewPush, body, context)


def _read(model: type[P], body: bytes, context: Context) -> P:
    if len(body) > MAX_BODY_BYTES:
        raise Refused(
            Refusal(
                "BODY_TOO_LARGE",
                f"消息超过 {MAX_BODY_BYTES // 1024} KB",
                "请每条消息只推送一份备案。",
                field="$",
            )
        )
    try:
        content = json.loads(
            body.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_no_duplicates,
        )
    except UnicodeDecodeError:
        raise Refused(
            Refusal("BODY_NOT_UTF8", "消息不是 UTF-8 编码", "请用 UTF-8 编码后重新签名发送。", field="$")
        ) from None
    except (ValueError, RecursionError) as error:
        shown = (
            f"（第 {error.lineno} 行第 {error.colno} 列）" if isinstance(error, json.JSONDecodeError) else ""
        )
        doubled = str(error) if isinstance(error, _Doubled) else ""
        message = f"字段“{doubled}”出现了两次" if doubled else f"消息不是完整的 JSON{shown}"
        raise Refused(Refusal("BODY_NOT_JSON", message, "请核对后重新签名发送。", field="$")) from None
    try:
        return model.model_validate(content, context=context)
    except ValidationError as error:
        # The input is left out: it holds names and numbers.
        found = error.errors(include_url=False, include_input=False)
        raise Refused(wording.refusals_of(model, [dict(item) for item in found])) from None


def content_digest(message: FilingPush | ReviewPush) -> str:
    """SHA-256 (hex) of what the message says, without its envelope: equal for the same content sent twice,
    whatever the order of keys, the time zone or the way a number was written."""
    content = message.filing if isinstance(message, FilingPush) else message.review
    plain = content.model_dump(mode="python")
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, default=_plainly)
    return hashlib.sha256(text.encode()).hexdigest()


def _plainly(value: Any) -> str:
    return value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else str(value)


class _Doubled(ValueError):
    pass


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Doubled(name[:40])
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


Reader = Callable[[bytes, Context], FilingPush | ReviewPush]
READERS: dict[str, Reader] = {"contract_filing": read_filing, "transaction_review": read_review}
"""By the kind under which an inbound message is kept."""
