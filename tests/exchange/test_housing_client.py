"""The housing department's client, against a server that checks what arrives."""

from __future__ import annotations

import datetime as dt
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from dengbu.contracts import auth, reading
from dengbu.contracts.wire import Answer, Context
from dengbu.core import clock
from dengbu.core.identifiers import make_resident_id
from dengbu.core.ports import PartnerUnavailable
from dengbu.exchange.housing.client import HousingDepartment, UnreadableAnswer, ended, party

KEY = b"shared-secret-of-the-department!"
SELLER = make_resident_id("419999", dt.date(1970, 5, 6), 11)
BUYER = make_resident_id("419999", dt.date(1991, 2, 3), 22)
FILING = {
    "filing_no": "SJ-1",
    "contract_no": "CLF-1",
    "version": 1,
    "kind": "existing_sale",
    "status": "filed",
    "unit_code": "410106001001GB00012F00030015",
    "address": "上街区洛宁路 88 号",
    "area_m2": "89.21",
    "price_yuan": "1200000.00",
    "sellers": [party("陈建国", SELLER)],
    "buyers": [party("李晓雨", BUYER)],
    "filed_at": "2025-11-23T09:30:00+08:00",
}


class Registry:
    """Verifies and reads what arrives; answers what it is told to."""

    def __init__(self):
        self.messages, self.nonces, self.failures, self.garbage = [], [], 0, False
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, content = registry.answer(self.path, dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        caller = auth.verify(
            method="POST",
            target=target,
            headers=headers,
            body=body,
            secrets_of=lambda _: [KEY],
            now_epoch=clock.epoch_seconds(),
        )
        self.nonces.append(caller.nonce)
        if self.failures:
            self.failures -= 1
            return 503, b""
        if self.garbage:
            return 200, b"<html>"
        self.messages.append(reading.read_filing(body, Context(clock.now(), "410106")))
        return 200, Answer(outcome="taken", subject="SJ-1", version=1).model_dump_json().encode()


@pytest.fixture
def registry():
    found = Registry()
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


@pytest.fixture
def department(registry):
    found = HousingDepartment(registry.url, client_id="housing", secret=KEY, timeout=5)
    yield found
    found.close()


def test_a_filing_arrives_signed_and_readable(department, registry):
    reply = department.push_filing(FILING)
    assert reply.accepted and reply.answer.outcome == "taken"
    assert registry.messages[0].message_id == reply.message_id
    assert registry.messages[0].filing.price_fen == 120_000_000


def test_a_push_that_failed_is_sent_again_as_the_same_message_signed_anew(department, registry):
    registry.failures = 1
    reply = department.push_filing(FILING, message_id="message-0001")
    assert [message.message_id for message in registry.messages] == [reply.message_id] == ["message-0001"]
    assert len(set(registry.nonces)) == 2


def test_a_platform_that_stays_away_is_said_so(department, registry):
    registry.failures = 9
    with pytest.raises(PartnerUnavailable):
        department.push_filing(FILING)
    assert registry.messages == []


def test_an_answer_of_something_else_is_not_taken_for_one(department, registry):
    registry.garbage = True
    with pytest.raises(UnreadableAnswer, match="HTTP 200"):
        department.push_filing(FILING)


def test_a_filing_is_withdrawn_with_its_next_version(department, registry):
    department.push_filing(FILING)
    filing = registry.messages[0].filing
    department.push_filing(ended(filing, status="withdrawn", reason="双方协商解除", at=clock.now()))
    last = registry.messages[1].filing
    assert (last.version, last.status, last.status_reason) == (2, "withdrawn", "双方协商解除")
