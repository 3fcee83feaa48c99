"""All simulators in one real HTTP server on one port: /sms/, /identity/, /pay/.

It listens on the loopback only, keeps its state in memory and, where told, in one JSON file (0600), and refuses
to start where DENGBU_ENV=production.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import structlog

from dengbu.core.ports import SimulatorRefused, environment
from dengbu.exchange import config, keys
from dengbu.exchange.identity.simulator import IdentitySimulator, Population
from dengbu.exchange.payment.simulator import RETRY_AFTER, PaymentSimulator
from dengbu.exchange.simulation import Silence, SimRequest, SimResponse, Simulator, json_response
from dengbu.exchange.sms.simulator import SmsSimulator

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024
SAVE_EVERY = 1.0


class Simulators:
    """The server. `port` 0 takes a free one (see `.port`); `persist` keeps the state in `data_dir/simulators.json`
    across restarts, written at most once a second and on `stop()`."""

    def __init__(
        self,
        data_dir: str | Path,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        persist: bool = True,
        retry_after: tuple[float, ...] = RETRY_AFTER,
    ):
        if environment() == "production":
            raise SimulatorRefused("simulators do not run where DENGBU_ENV is production")
        folder = Path(data_dir)
        known = keys.read_keys(folder / config.KEYS)
        demo = config.demo_config(folder, port)
        self.payment = PaymentSimulator(**known["payment"], retry_after=retry_after)
        self.sms = SmsSimulator(**known["sms"], sdk_app_id=demo["sms"]["sdk_app_id"])
        self.identity = IdentitySimulator(
            **known["identity"], population=Population(folder / config.POPULATION)
        )
        self._mounted: dict[str, Simulator] = {s.name: s for s in (self.sms, self.identity, self.payment)}
        self._file = folder / config.STATE if persist else None
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._load()
        self._server = _Server((host, port), self)
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        """Serve in the background until `stop()`."""
        serve = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), daemon=True, name="simulators"
        )
        save = threading.Thread(target=self._save_now_and_then, daemon=True, name="simulators-save")
        self._threads = [serve, save]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Close the port, end the threads, save."""
        self._stopping.set()
        if self._threads:
            self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
        self._save()

    def answer(self, target: str, request: SimRequest) -> SimResponse:
        """The response of the simulator mounted at the first part of `target` (path without query)."""
        mount, _, rest = target.lstrip("/").partition("/")
        if mount == "healthz":
            return json_response(200, {"status": "ok"})
        simulator = self._mounted.get(mount)
        if simulator is None:
            return json_response(404, {"error": f"mounted: {', '.join(sorted(self._mounted))}"})
        inner = SimRequest(request.method, f"/{rest}", request.query, request.headers, request.body)
        return simulator.handle(inner)

    def _load(self) -> None:
        if self._file is None or not self._file.exists():
            return
        state = json.loads(self._file.read_text(encoding="utf-8"))
        for name, simulator in self._mounted.items():
            simulator.load(state.get(name, {}))

    def _save_now_and_then(self) -> None:
        while not self._stopping.wait(SAVE_EVERY):
            self._save()

    def _save(self) -> None:
        if self._file is None or not any(simulator.changed for simulator in self._mounted.values()):
            return
        for simulator in self._mounted.values():
            simulator.changed = False
        state: dict[str, Any] = {name: simulator.dump() for name, simulator in self._mounted.items()}
        draft = self._file.with_name(f".{self._file.name}.{secrets.token_hex(4)}")
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            json.dump(state, file, ensure_ascii=False)
        draft.replace(self._file)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulators: Simulators):
        self.simulators = simulators
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: query strings of the outbox hold phones."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self._send(json_response(413, {"error": "body too large or of unknown length"}))
            return
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = SimRequest(self.command, path, query, headers, self.rfile.read(int(length)))
        try:
            response = self.server.simulators.answer(path, request)
        except Silence:
            self.close_connection = True
            return
        except Exception:
            log.exception("simulator_failed", path=path)
            response = json_response(500, {"code": "SYSTEM_ERROR", "message": "模拟器内部出错"})
        self._send(response)

    def _send(self, response: SimResponse) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)
