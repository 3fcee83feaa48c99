"""Staff of a small office at their browsers without scripts: what the suites of the windows share."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dengbu.core.acts import system
from dengbu.core.models import User
from dengbu.parties.actions import add_staff
from dengbu.web.pages import PAGES

CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")
NAMES = {
    "accept": ("suqian", "孙倩", "071"),
    "certify": ("zhaoshu", "赵书", "072"),
    "review": ("wangmin", "王敏", "073"),
    "lead": ("fengke", "冯科", "074"),
}


def at_work(post: str, *more: str) -> Client:
    """The browser of somebody with a post."""
    login, name, number = NAMES[post]
    if not User.objects.filter(login=login).exists():
        add_staff(
            actor=system("test"), login=login, password="a-long-password-1", number=number, name=name,
            posts=(post, *more),
        )  # fmt: skip
    client = Client()
    client.force_login(User.objects.get(login=login), backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def hidden(response: Any, name: str, n: int = 0) -> str:
    found = re.findall(rf'name="{name}" value="([^"]*)"', text_of(response))
    return found[n] if found else ""


def statements(client: Client, address: str) -> int:
    """SQL statements of a GET that worked, transaction control apart."""
    with CaptureQueriesContext(connection) as caught:
        response = client.get(address)
    assert response.status_code == 200, text_of(response)
    return sum(not q["sql"].startswith(CONTROL) for q in caught.captured_queries)


def budget(name: str) -> int:
    """What a page may ask of the database: its own, and what every staff page asks (session, account, sights)."""
    return next(p.sql for p in PAGES if p.name == name)


def case_url(docket: uuid.UUID, rest: str = "") -> str:
    return f"/desk/accept/{docket}/{rest}"


__all__ = ["at_work", "budget", "case_url", "hidden", "statements", "text_of"]
