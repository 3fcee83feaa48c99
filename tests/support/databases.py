"""One PostgreSQL for the session, a migrated template, a demo template, and a clone of them for whoever asks.

`TEST_DATABASE_ADMIN_URL` (a superuser's URL) takes another server instead of the embedded one;
`TEST_POSTGRES_BINARIES` takes other programs (`make test-all`: Debian's PostgreSQL 15).
"""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
from psycopg import sql

from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.project.launcher.migrating import has_command
from dengbu.project.launcher.postgres import PostgresServer
from dengbu.project.launcher.roles import APP, OWNER, close_database, ensure_database, ensure_roles
from tests.support import session

# The session's data need not survive a power cut.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
}
# Fixed, so that two sessions on one server (TEST_DATABASE_ADMIN_URL) do not lock each other out.
PASSWORD = "only-for-tests"


def _state_file() -> Path:
    return session.folder() / "databases.json"


def _state() -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads(_state_file().read_text())
    except FileNotFoundError:
        return {}
    return kept


def _note(**facts: str) -> None:
    _state_file().write_text(json.dumps(_state() | facts))


def _admin_url() -> str:
    """Superuser's URL of the session's server, started on the first call. Call with the session locked."""
    state = _state()
    if "admin" not in state:
        url = os.environ.get("TEST_DATABASE_ADMIN_URL", "")
        if not url:
            cluster = session.folder() / "pg"
            server = PostgresServer(cluster, PASSWORD, binaries=session.postgres_binaries(), options=FAST)
            server.start()
            url = server.url()
        ensure_roles(url, owner_password=PASSWORD, app_password=PASSWORD)
        _note(admin=url, prefix=f"t{uuid.uuid4().hex[:8]}")
        state = _state()
    return state["admin"]


def admin_url() -> str:
    """Superuser's URL of the session's server: for tests about roles and for making databases."""
    with session.locked():
        return _admin_url()


def urls(name: str) -> DatabaseUrls:
    """URLs of one database of the session's server."""
    parts = psycopg.conninfo.conninfo_to_dict(admin_url())
    place = f"{parts.get('host', '127.0.0.1')}:{parts.get('port', '5432')}/{name}"
    return DatabaseUrls(
        app=f"postgresql://{APP}:{PASSWORD}@{place}", owner=f"postgresql://{OWNER}:{PASSWORD}@{place}"
    )


def template(*, demo: bool = False) -> str:
    """Name of the migrated template, or of the one with the demo district; made on the first call of the session."""
    key = "demo_template" if demo else "template"
    base = template() if demo else ""
    admin_url()
    with session.locked():
        state = _state()
        if key not in state:
            name = f"{state['prefix']}_{key}"
            if demo:
                _copy(base, name)
                if not has_command("load_demo"):
                    raise RuntimeError("there is no load_demo command to fill the demo template with")
                _manage(name, state["admin"], "load_demo")
            else:
                ensure_database(state["admin"], name)
                _manage(name, state["admin"], "migrate", "--no-input", "-v", "0", as_owner=True)
            _note(**{key: name})
        return _state()[key]


def _manage(name: str, admin: str, *arguments: str, as_owner: bool = False) -> None:
    parts = psycopg.conninfo.conninfo_to_dict(admin)
    place = f"{PASSWORD}@{parts.get('host', '127.0.0.1')}:{parts.get('port', '5432')}/{name}"
    environment = os.environ | session.environment()
    environment["DENGBU_TEST_URL"] = environment["DATABASE_URL"] = f"postgresql://{APP}:{place}"
    if as_owner:
        environment |= {"DENGBU_DB_ROLE": "owner", "MIGRATE_DATABASE_URL": f"postgresql://{OWNER}:{place}"}
    done = subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"manage {' '.join(arguments)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
        )


def _copy(source: str, name: str) -> None:
    with psycopg.connect(_state()["admin"], autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(source)
            )
        )
        close_database(connection, name)  # a copy takes over the tables' grants, but not the database's


def clone(*, demo: bool = False) -> str:
    """A fresh copy of a template: its name."""
    source = template(demo=demo)
    name = f"{_state()['prefix']}_{uuid.uuid4().hex[:12]}"
    with session.locked():  # a template cannot be copied twice at once
        _copy(source, name)
    return name


def drop(name: str) -> None:
    """Drop a clone, whoever is still connected to it."""
    with psycopg.connect(admin_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
