"""Fixtures every room's tests lean on: databases cloned from a template, a running office, a browser."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest
from django.db import connections

from dengbu.project.launcher.environment import DatabaseUrls
from tests.support import databases
from tests.support.processes import LiveServer, live_office

# A slow machine is no fault of the office: speed is measured in `benchmarks/`.
hypothesis.settings.register_profile("office", deadline=None)
hypothesis.settings.load_profile("office")

# Files of few tests that take minutes.
LONG_ROADS = ("tests/browser/", "tests/flows/", "tests/project/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin first, then those of many tests: else one process walks the last road alone."""
    tests = Counter(item.path for item in items)

    def later(item: pytest.Item) -> tuple[bool, int, Path]:
        return not item.nodeid.startswith(LONG_ROADS), -tests[item.path], item.path

    items.sort(key=later)


CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def django_connected_to(name: str) -> Iterator[DatabaseUrls]:
    """Point Django's default connection, of every thread, at a database of the session, as the application role."""
    urls = databases.urls(name)
    parts = urlsplit(urls.app)
    settings = connections.settings["default"]
    before = {key: settings[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    connections["default"].close()
    # In place: the connections of all threads share this dictionary.
    settings |= {
        "NAME": name,
        "USER": parts.username,
        "PASSWORD": parts.password,
        "HOST": parts.hostname,
        "PORT": str(parts.port),
    }
    try:
        yield urls
    finally:
        connections["default"].close()
        settings.update(before)


@pytest.fixture(scope="session")
def django_db_setup() -> Iterator[None]:
    """The clone this process's `django_db` tests work in, each in a transaction that is rolled back."""
    name = databases.clone()
    with django_connected_to(name):
        yield
    databases.drop(name)


@contextmanager
def _own(blocker: Any, *, demo: bool) -> Iterator[DatabaseUrls]:
    name = databases.clone(demo=demo)
    try:
        with blocker.unblock(), django_connected_to(name) as urls:
            yield urls
    finally:
        databases.drop(name)


@pytest.fixture
def own_database(django_db_blocker: Any) -> Iterator[DatabaseUrls]:
    """A fresh, migrated, empty database for one test, which really commits in it: races, threads, processes."""
    with _own(django_db_blocker, demo=False) as urls:
        yield urls


@pytest.fixture
def own_demo_database(django_db_blocker: Any) -> Iterator[DatabaseUrls]:
    """A fresh copy of the demo district for one test."""
    with _own(django_db_blocker, demo=True) as urls:
        yield urls


@pytest.fixture(scope="module")
def module_database(django_db_blocker: Any) -> Iterator[DatabaseUrls]:
    """A migrated, empty database for all tests of a file that only read."""
    with _own(django_db_blocker, demo=False) as urls:
        yield urls


@pytest.fixture(scope="module")
def module_demo_database(django_db_blocker: Any) -> Iterator[DatabaseUrls]:
    """A copy of the demo district for all tests of a file: for reading, and for long roads that keep out of each
    other's way."""
    with _own(django_db_blocker, demo=True) as urls:
        yield urls


@pytest.fixture
def live_server_process() -> Iterator[Callable[..., LiveServer]]:
    """Start a running office on a database: `live_server_process(own_demo_database).base_url`."""
    with ExitStack() as stack:

        def start(urls: DatabaseUrls, **options: Any) -> LiveServer:
            return stack.enter_context(live_office(urls.app, **options))

        yield start


@pytest.fixture(scope="module")
def live_demo_office(module_demo_database: DatabaseUrls) -> Iterator[LiveServer]:
    """A running office on a demo district of its own, for all tests of a file."""
    with live_office(module_demo_database.app) as office:
        yield office


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real Chromium (a playwright `Browser`); make a context of your own per test."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop on this thread; Django would refuse its ORM beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
