"""A running office with a small book, and a partner that signs what it sends."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from dengbu.contracts import auth
from dengbu.core import clock
from dengbu.exchange.housing.client import HousingDepartment
from dengbu.exchange.housing.config import demo_client
from dengbu.project.launcher.environment import DatabaseUrls
from tests.conftest import _own
from tests.contracts.messages import SELLER
from tests.register.homes import LI, PARCEL, granting, home, mortgage, opening, put, seizure, title
from tests.support.processes import live_office

CHEN = ("陈建国", SELLER)
FREE, SEIZED, MORTGAGED, NOBODYS = home(1), home(2), home(3), home(4)
MISSING = f"{PARCEL}F00019999"


@dataclass
class Office:
    """The office as a partner sees it."""

    url: str
    database: DatabaseUrls

    def send(self, method: str, target: str, body: bytes = b"", **changes: str) -> httpx.Response:
        """Signed as the demo's client; `changes` replaces headers after signing."""
        client = demo_client()
        headers = auth.signed_headers(
            client.client_id,
            client.secret,
            method=method,
            target=target,
            timestamp=clock.epoch_seconds(),
            nonce=secrets.token_hex(16),
            body=body,
        )
        with httpx.Client(trust_env=False) as http:
            return http.request(method, self.url + target, content=body, headers=headers | changes)

    def ask(self, unit: str, query: str = "purpose=transaction_review&reference=SH-1", **changes: str) -> Any:
        return self.send("GET", f"/api/v1/restrictions/{unit}?{query}", **changes)


@pytest.fixture(scope="module")
def office(django_db_blocker: Any) -> Iterator[Office]:
    with _own(django_db_blocker, demo=False) as urls:
        put(opening(4))
        put(*(granting(title(unit, CHEN)) for unit in (FREE, SEIZED)), granting(title(MORTGAGED, LI)))
        put(seizure(SEIZED), mortgage(MORTGAGED))
        with live_office(urls.app, worker=False) as running:
            yield Office(running.base_url, urls)


@pytest.fixture
def department(office: Office) -> Iterator[HousingDepartment]:
    client = demo_client()
    found = HousingDepartment(office.url, client_id=client.client_id, secret=client.secret, retries=0)
    yield found
    found.close()
