"""A real simulator server on a free port, and a merchant's door that call-backs knock at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from dengbu.core import ports
from dengbu.exchange.config import demo_config
from dengbu.exchange.simulators import Simulators


class Door:
    """Takes what is posted to it, and answers `status`."""

    def __init__(self) -> None:
        self.status = 204
        self.received: list[tuple[dict[str, str], bytes]] = []
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                door.received.append((dict(self.headers.items()), body))
                self.send_response(door.status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/pay/notify"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def shut(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Partners:
    """The running simulators, the settings that lead to them, and a way to speak to them in person."""

    def __init__(self, data: Path):
        self.data = data
        self.server = Simulators(data, retry_after=())
        self.server.start()
        self.adapters: list[Any] = []
        self.config = demo_config(data, self.server.port)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.server.port}", trust_env=False)

    def adapter(self, port: str, **changes: Any) -> Any:
        adapter = ports.build(port, {**self.config[port], **changes}, environment="test")
        self.adapters.append(adapter)
        return adapter

    def mode(self, partner: str, mode: str) -> None:
        assert self.http.post(f"/{partner}/_control/mode", data={"mode": mode}).status_code == 200

    def pay(self, act: str, **form: Any) -> httpx.Response:
        return self.http.post(f"/pay/_control/{act}", data=form)

    def shut(self) -> None:
        self.http.close()
        self.server.stop()


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partners]:
    partners = Partners(tmp_path_factory.mktemp("partners"))
    yield partners
    partners.shut()


@pytest.fixture
def partners(_running: Partners) -> Iterator[Partners]:
    yield _running
    while _running.adapters:
        _running.adapters.pop().close_connections()
    for partner in ("sms", "identity", "pay"):
        _running.mode(partner, "ok")
    (_running.data / "population.json").unlink(missing_ok=True)


@pytest.fixture
def door() -> Iterator[Door]:
    found = Door()
    yield found
    found.shut()


@pytest.fixture
def nobody_listens() -> Iterator[str]:
    """The address of a port that takes connections and never answers."""
    import socket

    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        yield f"http://127.0.0.1:{deaf.getsockname()[1]}"
