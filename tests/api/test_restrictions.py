"""The restriction query of partners: four answers, and who asked what is always kept."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dengbu.contracts import auth
from dengbu.core import clock
from dengbu.core.models import Sight
from dengbu.exchange.housing.client import FILINGS
from dengbu.exchange.housing.config import demo_client

from .conftest import FREE, MISSING, MORTGAGED, NOBODYS, SEIZED, Office


def test_a_free_home_has_none_and_the_query_is_kept(office: Office):
    before = Sight.objects.count()
    answer = office.ask(FREE)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["answer"], told["found"], told["unit_code"]) == ("none", [], FREE)
    asked, until = (dt.datetime.fromisoformat(told[name]) for name in ("asked_at", "valid_until"))
    assert until - asked == dt.timedelta(minutes=30) and asked.tzinfo is not None
    kept = Sight.objects.order_by("-pk")[0]
    assert (kept.actor, kept.kind, kept.subject, kept.purpose) == (
        "partner:housing-demo", "restriction", FREE, "交易审核 SH-1"
    )  # fmt: skip
    assert Sight.objects.count() == before + 1


def test_a_seizure_and_a_mortgage_are_told_with_court_and_bank(office: Office):
    seized = office.ask(SEIZED).json()
    assert seized["answer"] == "some"
    assert [(f["code"], f["place"]) for f in seized["found"]] == [("R_SEAL", "house")]
    assert "某法院" in seized["found"][0]["text"]
    assert [f["code"] for f in office.ask(MORTGAGED).json()["found"]] == ["R_MTG"]


def test_a_home_without_first_registration_has_a_remark_and_no_restriction(office: Office):
    told = office.ask(NOBODYS).json()
    assert (told["answer"], [r["code"] for r in told["remarks"]]) == ("none", ["R_NOFIRST"])


def test_a_unit_that_is_not_in_the_book_is_never_free(office: Office):
    answer = office.ask(MISSING)
    assert answer.status_code == 404
    assert "answer" not in answer.json()
    assert answer.json()["problems"][0]["code"] == "UNIT_NOT_IN_BOOK"


def test_a_query_says_why_it_is_made(office: Office):
    answer = office.ask("123", "reference=张三")
    assert answer.status_code == 401  # signed over what was written, sent as percent signs
    answer = office.ask("123", "reference=a%20b")
    assert answer.status_code == 422
    assert [p["field"] for p in answer.json()["problems"]] == ["unit_code", "purpose", "reference"]


def test_an_unsigned_query_is_told_nothing_and_kept_nowhere(office: Office):
    before = Sight.objects.count()
    answer = office.ask(SEIZED, **{"X-Signature": "f" * 64})
    assert answer.status_code == 401 and "R_SEAL" not in answer.text
    assert Sight.objects.count() == before


@contextlib.contextmanager
def away(office: Office, table: str) -> Iterator[None]:
    with psycopg.connect(office.database.owner, autocommit=True) as owner:
        owner.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            yield
        finally:
            owner.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


@pytest.mark.parametrize("table", ["register_restriction", "core_sight", "core_clockoffset"])
def test_a_book_or_a_log_that_does_not_answer_is_failed_and_never_none(office: Office, table: str):
    with away(office, table):
        answer = office.ask(SEIZED)
    assert (answer.status_code, answer.json()["answer"]) == (503, "failed")
    assert "R_SEAL" not in answer.text and "Traceback" not in answer.text and table not in answer.text
    assert office.ask(SEIZED).json()["answer"] == "some"


def signed(client_id: str, secret: bytes, method: str, target: str, body: bytes = b"") -> dict[str, str]:
    return auth.signed_headers(
        client_id,
        secret,
        method=method,
        target=target,
        timestamp=clock.epoch_seconds(),
        nonce="n" * 20,
        body=body,
    )


def test_a_query_costs_one_statement_that_reads_and_keeps(office: Office, client: Client):
    target, partner = f"/api/v1/restrictions/{SEIZED}?purpose=court", demo_client()
    with CaptureQueriesContext(connection) as seen:
        assert (
            client.get(target, headers=signed(partner.client_id, partner.secret, "GET", target)).status_code
            == 200
        )
    sent = [q["sql"].split()[0] for q in seen.captured_queries if q["sql"] not in ("BEGIN", "COMMIT")]
    assert sent == ["WITH"]


def test_a_partner_that_only_asks_does_not_push(office: Office, client: Client, settings: Any):
    settings.PARTNER_CLIENTS = {"bank-1": ["new-key", "former-key"]}
    for key in (b"new-key", b"former-key"):
        target = f"/api/v1/restrictions/{FREE}?purpose=loan_review"
        assert client.get(target, headers=signed("bank-1", key, "GET", target)).json()["answer"] == "none"
    answer = client.post(
        FILINGS,
        b"{}",
        content_type="application/json",
        headers=signed("bank-1", b"new-key", "POST", FILINGS, b"{}"),
    )
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (403, "PARTNER_NOT_PERMITTED")
