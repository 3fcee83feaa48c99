"""Pretends to be the police population service."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dengbu.core import clock
from dengbu.exchange.identity import wire
from dengbu.exchange.simulation import Breakable, SimRequest, SimResponse, json_response, read_object, same


def save_population(path: Path, people: Iterable[tuple[str, str]]) -> None:
    """Write the simulator's population, pairs of name and number, as one whole file readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    content = json.dumps([{"name": name, "id_number": number} for name, number in people], ensure_ascii=False)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(content)
    draft.replace(path)


class Population:
    """Who lives here: `population.json`, a list of {name, id_number}, read again whenever the file changes.

    Without the file every well-formed pair is known, except that names beginning with 不符 do not fit.
    """

    def __init__(self, path: Path):
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._names: dict[str, str] = {}
        self._lock = threading.Lock()

    def answer(self, person: wire.Person) -> str:
        """`1` fits, `2` does not fit, `3` no such number."""
        with self._lock:
            known = self._load()
        name = person.name.strip()
        if known is None:
            return "2" if name.startswith("不符") else "1"
        number = person.id_number.upper()
        if number not in known:
            return "3"
        return "1" if known[number] == name else "2"

    def _load(self) -> dict[str, str] | None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return None
        if self._seen != (stat.st_mtime_ns, stat.st_size):
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            self._names = {str(row["id_number"]).upper(): str(row["name"]).strip() for row in rows}
            self._seen = (stat.st_mtime_ns, stat.st_size)
        return self._names


class IdentitySimulator(Breakable):
    """Mounted at /identity/. `POST /v1/two-element-check` · `POST /_control/mode`."""

    name = "identity"

    def __init__(self, *, app_id: str, sign_key: str, cipher_key: str, population: Population):
        super().__init__()
        self._app_id = app_id
        self._sign_key, self._cipher_key = bytes.fromhex(sign_key), bytes.fromhex(cipher_key)
        self._population = population
        self._nonces: dict[str, int] = {}

    def handle(self, request: SimRequest) -> SimResponse:
        if (request.method, request.path) == ("POST", "/_control/mode"):
            return self.set_mode(request)
        if (request.method, request.path) != ("POST", wire.PATH):
            return json_response(404, {"error": "no such page"})
        broken = self.break_if_told()
        if broken:
            return broken
        status, content = self._check(request)
        return self._signed(request, status, {"request_id": f"GA{secrets.token_hex(12).upper()}", **content})

    def dump(self) -> dict[str, Any]:
        with self.lock:
            return {"nonces": dict(self._nonces)}

    def load(self, state: dict[str, Any]) -> None:
        with self.lock:
            self._nonces = dict(state.get("nonces", {}))

    def _check(self, request: SimRequest) -> tuple[int, dict[str, str]]:
        headers = request.headers
        stamp, nonce = headers.get("x-timestamp", ""), headers.get("x-nonce", "")
        if not same(headers.get("x-app-id", ""), self._app_id):
            return 401, {"code": "APP_UNKNOWN", "message": "应用标识不存在"}
        if not stamp.isdigit() or abs(clock.epoch_seconds() - int(stamp)) > wire.WINDOW_SECONDS:
            return 401, {"code": "TIMESTAMP_OUT_OF_WINDOW", "message": "时间戳相差超过五分钟"}
        expected = wire.signature(
            self._sign_key,
            method=request.method,
            path=request.target,
            timestamp=stamp,
            nonce=nonce,
            body=request.body,
        )
        if len(nonce) < 16 or not same(expected, headers.get("x-signature", "")):
            return 401, {"code": "SIGNATURE_WRONG", "message": "签名不符"}
        if not self._first_time(nonce, int(stamp)):
            return 409, {"code": "NONCE_REPLAYED", "message": "该请求已经处理过"}
        asked = read_object(request.body)
        if not asked.get("purpose"):
            return 400, {"code": "PURPOSE_MISSING", "message": "未写明核验用途"}
        try:
            person = wire.unseal(self._cipher_key, str(asked.get("sealed", "")), nonce=nonce)
        except wire.Unreadable:
            return 400, {"code": "SEAL_UNREADABLE", "message": "加密内容无法解开"}
        if not wire.well_formed(person.id_number):
            return 400, {"code": "ID_MALFORMED", "message": "公民身份号码格式不符"}
        result = self._population.answer(person)
        answered = clock.local(clock.now()).replace(microsecond=0).isoformat()
        return 200, {"result": result, "text": wire.ANSWERS[result], "answered_at": answered}

    def _first_time(self, nonce: str, stamp: int) -> bool:
        with self.lock:
            oldest = clock.epoch_seconds() - wire.WINDOW_SECONDS
            self._nonces = {seen: when for seen, when in self._nonces.items() if when >= oldest}
            if nonce in self._nonces:
                return False
            self._nonces[nonce] = stamp
            self.changed = True
            return True

    def _signed(self, request: SimRequest, status: int, content: dict[str, str]) -> SimResponse:
        plain = json_response(status, content)
        stamp = str(clock.epoch_seconds())
        signed = wire.answer_signature(
            self._sign_key,
            status=status,
            timestamp=stamp,
            nonce=request.headers.get("x-nonce", ""),
            body=plain.body,
        )
        return SimResponse(status, plain.body, {**plain.headers, "X-Timestamp": stamp, "X-Signature": signed})
