"""The housing department's client of the demo, of training and of the tests. No Django at import: the settings use it.

In production `DENGBU_EXCHANGE` names the clients (`housing_clients`), and nothing here is used.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

DEMO_CLIENT = "housing-demo"
DEMO_SOURCE = "HOUSING-410106"


@dataclass(frozen=True, slots=True)
class DemoClient:
    """With what `exchange.housing.client.HousingDepartment` signs."""

    client_id: str
    secret: bytes = field(repr=False)


def demo_clients(secret_key: str) -> dict[str, list[str]]:
    """`settings.HOUSING_CLIENTS` where nothing is configured: one client, its key derived from the installation's."""
    key = hmac.new(secret_key.encode(), b"dengbu.exchange.housing.demo", hashlib.sha256).hexdigest()
    return {DEMO_CLIENT: [key]}


def demo_client() -> DemoClient:
    """The demo's client as this installation knows it. Raises LookupError where it is not set up (production)."""
    from django.conf import settings

    secrets = settings.HOUSING_CLIENTS.get(DEMO_CLIENT)
    if settings.ENV == "production" or not secrets:
        raise LookupError(f"there is no client {DEMO_CLIENT!r} here")
    return DemoClient(DEMO_CLIENT, secrets[0].encode())
