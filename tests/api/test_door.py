"""The door for machines in front of the framework: the same answers, and nothing else let through."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import psycopg
import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from dengbu.api import door, restrictions
from dengbu.contracts import auth
from dengbu.core import clock
from dengbu.core.models import Sight
from dengbu.exchange.housing.config import demo_client
from dengbu.project.wsgi import application, framework

from .conftest import FREE, MISSING, MORTGAGED, NOBODYS, SEIZED, Office
from .test_restrictions import away

FINE = "purpose=transaction_review&reference=SH-1"
VARIES = {"x-request-id", "x-error-number"}


def environ(target: str, method: str = "GET", **changes: str) -> dict[str, Any]:
    """A request as the web server hands it over, signed as the demo's client; `changes` come after signing."""
    path, _, query = target.partition("?")
    client = demo_client()
    signed = auth.signed_headers(
        client.client_id,
        client.secret,
        method=method,
        target=target,
        timestamp=clock.epoch_seconds(),
        nonce=secrets.token_hex(16),
        body=b"",
    )
    made = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    }
    sent = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in signed.items()}
    return made | sent | changes


def sent(
    server: Callable[..., Iterable[bytes]], request: dict[str, Any]
) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Status line, headers and document, without what differs from request to request."""
    told: list[Any] = []
    answer = server(dict(request), lambda line, headers, *rest: told.extend([line, headers]))
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    headers = {name.lower(): value for name, value in told[1]}
    assert headers["content-length"] == str(len(body)) or request["REQUEST_METHOD"] == "HEAD"
    document = json.loads(body) if body else {}
    for name in ("asked_at", "valid_until"):
        document.pop(name, None)
    for problem in document.get("problems", ()):
        if number := headers.get("x-error-number"):
            problem["remedy"] = problem["remedy"].replace(number, "")
    return told[0], {k: "" if k in VARIES else v for k, v in headers.items()}, document


def no_house(*_: Any) -> Iterable[bytes]:
    raise AssertionError("went to the framework")


def path(unit: str, query: str = FINE) -> str:
    return f"/api/v1/restrictions/{unit}?{query}"


AT_THE_DOOR = {
    "none": (200, path(FREE), {}),
    "some": (200, path(SEIZED), {}),
    "a bank": (200, path(MORTGAGED), {}),
    "a remark": (200, path(NOBODYS), {}),
    "small letters": (200, path(FREE.lower()), {}),
    "the last purpose counts": (200, path(FREE, "purpose=bad&purpose=court"), {}),
    "written as percent": (200, path(FREE, "purpose=c%6Furt&reference=a%2Fb"), {}),
    "not in the book": (404, path(MISSING), {}),
    "another signature": (401, path(SEIZED), {"HTTP_X_SIGNATURE": "f" * 64}),
    "another unit than signed": (401, path(FREE), {"PATH_INFO": f"/api/v1/restrictions/{SEIZED}"}),
    "another query than signed": (401, path(FREE), {"QUERY_STRING": "purpose=court"}),
    "a stranger": (401, path(FREE), {"HTTP_X_CLIENT_ID": "nobody"}),
    "an old signature": (401, path(FREE), {"HTTP_X_TIMESTAMP": "1"}),
    "unsigned": (401, path(FREE), {"HTTP_X_SIGNATURE": ""}),
    "nothing said": (422, "/api/v1/restrictions/123", {}),
    "three faults": (422, path("123", "reference=a%20b"), {}),
    "an empty body": (200, path(FREE), {"CONTENT_LENGTH": "0"}),
}


@pytest.mark.parametrize("name", AT_THE_DOOR)
def test_the_door_answers_as_the_framework_does(office: Office, name: str):
    status, target, changes = AT_THE_DOOR[name]
    request = environ(target, **changes)
    here, there = sent(door.Door(no_house), request), sent(framework, request)
    assert here == there
    assert here[0].startswith(f"{status} ")
    assert here[1]["cache-control"] == "no-store" and here[1]["x-content-type-options"] == "nosniff"


def test_a_partner_without_the_right_is_told_so_by_both(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dengbu.api.auth.actor_of", lambda client: door.auth.Actor(key="partner:x", name="x"))
    before = Sight.objects.count()
    here, there = (sent(server, environ(path(SEIZED))) for server in (door.Door(no_house), framework))
    assert here == there and here[0] == "403 Forbidden"
    assert here[2]["problems"][0]["code"] == "PARTNER_NOT_PERMITTED"
    assert Sight.objects.count() == before


@pytest.mark.parametrize("table", ["register_restriction", "core_sight", "core_clockoffset"])
def test_both_say_failed_when_the_book_or_the_log_does_not_answer(office: Office, table: str):
    with away(office, table):
        here, there = (sent(server, environ(path(SEIZED))) for server in (door.Door(no_house), framework))
    assert here == there
    assert (here[0], here[2]["answer"]) == ("503 Service Unavailable", "failed")
    assert here[1]["retry-after"] == "5" and "x-error-number" in here[1]


@pytest.mark.parametrize("server", [door.Door(no_house), framework])
def test_a_question_that_fails_when_it_is_committed_is_failed(office: Office, server: Any):
    """The log has to be on disk: the rows of the answer have come already when the commit goes wrong."""
    with psycopg.connect(office.database.owner, autocommit=True) as owner:
        owner.execute(
            "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'full'; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER no_space AFTER INSERT ON core_sight DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION no_space()"
        )
        try:
            line, _, told = sent(server, environ(path(SEIZED)))
        finally:
            owner.execute("DROP TRIGGER no_space ON core_sight")
            owner.execute("DROP FUNCTION no_space")
    assert (line[:3], told["answer"]) == ("503", "failed") and "found" not in told


def test_an_error_of_ours_in_judging_is_failed_too(office: Office, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: Any) -> Any:
        raise KeyError("a kind nobody knows")

    monkeypatch.setattr(restrictions, "obstacles", broken)
    here, there = (sent(server, environ(path(SEIZED))) for server in (door.Door(no_house), framework))
    assert here == there and (here[0][:3], here[2]["answer"]) == ("503", "failed")


def test_each_question_is_kept_once_at_legal_time(office: Office):
    with psycopg.connect(office.database.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO core_clockoffset (id, seconds) VALUES (1, 864000)"
            " ON CONFLICT (id) DO UPDATE SET seconds = 864000"
        )
        try:
            for unit, status in ((FREE, "200"), (MISSING, "404"), ("123", "422")):
                before = Sight.objects.count()
                assert sent(door.Door(no_house), environ(path(unit)))[0].startswith(status)
                assert Sight.objects.count() - before == (status != "422")
        finally:
            owner.execute("UPDATE core_clockoffset SET seconds = 0 WHERE id = 1")
    kept = Sight.objects.order_by("-pk")[0]
    assert (kept.actor, kept.actor_name, kept.kind, kept.subject, kept.purpose) == (
        "partner:housing-demo", "接入单位 housing-demo", "restriction", MISSING, "交易审核 SH-1"
    )  # fmt: skip
    assert 863_990 < (kept.seen_at - clock.machine()).total_seconds() <= 864_000


def test_a_request_leaves_one_line_with_the_number_of_its_answer(office: Office, capsys: Any):
    told: list[Any] = []
    door.Door(no_house)(environ(path(FREE)), lambda line, headers: told.extend(headers))
    (line,) = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert (line["event"], line["method"], line["route"], line["status"]) == (
        "request",
        "GET",
        door.ROUTE,
        200,
    )
    assert line["request_id"] == dict(told)["X-Request-Id"]
    assert FREE not in json.dumps(line)


# Signed when they are sent: a signature is good for minutes, the suite takes longer.
PASSED_ON: dict[str, tuple[int, Callable[[], dict[str, Any]]]] = {
    "posted": (405, lambda: environ(path(FREE), "POST")),
    "head": (405, lambda: environ(path(FREE), "HEAD")),
    "a page": (200, lambda: environ("/healthz")),
    "another address": (404, lambda: environ("/api/v1/restrictions/a/b")),
    "a stranger's host": (400, lambda: environ(path(FREE), HTTP_HOST="evil.example")),
    "no host": (0, lambda: environ(path(FREE), HTTP_HOST="")),
    "a body": (401, lambda: environ(path(FREE), CONTENT_LENGTH="2") | {"wsgi.input": io.BytesIO(b"{}")}),
    "a code in percent": (422, lambda: environ("/api/v1/restrictions/%E5%BC%A0?" + FINE)),
}


@pytest.mark.parametrize("name", PASSED_ON)
def test_whatever_is_not_plain_goes_to_the_framework(office: Office, name: str):
    status, asked = PASSED_ON[name]
    request = asked()
    seen: list[Any] = []
    assert door.Door(lambda *given: seen.append(given) or [])(request, lambda *_: None) == []
    assert len(seen) == 1
    if status:
        lines: list[str] = []
        b"".join(application(request, lambda line, *_: lines.append(line)))
        assert lines[0].startswith(f"{status} ")


def test_production_takes_questions_over_tls_only(settings: Any):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 31536000
    request = environ("/api/v1/restrictions/123")
    assert door._taken(request) is None
    assert door._taken(request | {"HTTP_X_FORWARDED_PROTO": "https"}) == "123"
    assert ("Strict-Transport-Security", "max-age=31536000") in door._security_headers()


def test_a_connection_lent_by_the_pool_serves_and_goes_back(office: Office, monkeypatch: pytest.MonkeyPatch):
    connection.close()
    with ConnectionPool(office.database.app, min_size=1, max_size=1, timeout=5) as pool:
        monkeypatch.setattr(type(connection._connections[connection._alias]), "pool", pool)  # type: ignore[attr-defined]
        asked = door.Door(no_house)
        assert sent(asked, environ(path(SEIZED)))[2]["answer"] == "some"
        with away(office, "core_sight"):
            line, _, told = sent(asked, environ(path(SEIZED)))
        assert (line[:3], told["problems"][0]["code"]) == ("503", "REGISTRY_UNAVAILABLE")
        # The only connection of this pool: it would not answer if it had been kept, or left in a transaction.
        assert sent(asked, environ(path(FREE)))[2]["answer"] == "none"
        monkeypatch.undo()
    kept = Sight.objects.order_by("-pk")[0]
    assert (kept.subject, kept.kind) == (FREE, "restriction")
