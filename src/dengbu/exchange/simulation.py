"""What every simulator is made of: a request, a response, a mode in which it is broken."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs

MODES = ("ok", "unavailable", "silent")


@dataclass(frozen=True, slots=True)
class SimRequest:
    """A request as a simulator sees it: `path` below its mount, `target` is path and query exactly as sent (what
    WeChat Pay signs), header names in lower case, `body` the raw bytes that signatures cover."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    def first(self, name: str, default: str = "") -> str:
        return parse_qs(self.query).get(name, [default])[0]

    def form(self) -> dict[str, str]:
        """Body fields, from a form or a JSON object; empty when it is neither."""
        if "json" in self.headers.get("content-type", ""):
            return {key: str(value) for key, value in read_object(self.body).items()}
        return {key: values[0] for key, values in parse_qs(self.body.decode("utf-8", "replace")).items()}


@dataclass(frozen=True, slots=True)
class SimResponse:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Silence(Exception):
    """Raised by a simulator to break the connection without an answer."""


class Simulator(Protocol):
    """Pretends to be one partner. `changed` is set when its state differs from what was last saved."""

    name: str
    changed: bool

    def handle(self, request: SimRequest) -> SimResponse: ...

    def dump(self) -> dict[str, Any]: ...

    def load(self, state: dict[str, Any]) -> None: ...


class Breakable:
    """A simulator's mode: ok, unavailable (503), or silent (connection broken without an answer)."""

    def __init__(self) -> None:
        self.mode = "ok"
        self.lock = threading.RLock()
        self.changed = False

    def break_if_told(self) -> SimResponse | None:
        if self.mode == "silent":
            raise Silence
        return (
            json_response(503, {"code": "SYSTEM_ERROR", "message": "系统繁忙"})
            if self.mode == "unavailable"
            else None
        )

    def set_mode(self, request: SimRequest) -> SimResponse:
        mode = request.form().get("mode", "")
        if mode not in MODES:
            return json_response(400, {"error": f"mode is one of {', '.join(MODES)}"})
        self.mode = mode
        return json_response(200, {"mode": mode})


def json_response(status: int, content: Any, headers: Mapping[str, str] | None = None) -> SimResponse:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return SimResponse(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, or an empty one when it holds anything else."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def same(one: str, other: str) -> bool:
    """Equal, compared in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
