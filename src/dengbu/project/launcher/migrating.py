"""Bring the database to the state the code expects, and skip it when nothing changed since the last start."""

import hashlib
import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import psycopg

from .datafolder import DataFolder, read_json, write_json
from .environment import DatabaseUrls, process_environment
from .problems import LauncherProblem

PACKAGE = Path(__file__).resolve().parents[2]

# Modules and folders that `migrate`, with the grants given after it, reads.
MIGRATE_READS = {"models", "migrations", "apps", "core", "settings"}


def has_command(name: str) -> bool:
    """Whether this copy has a management command of that name, without the second it takes to start Django."""
    return any(PACKAGE.glob(f"*/management/commands/{name}.py"))


def code_fingerprint() -> str:
    """Digest of everything `migrate` depends on: tables, migrations, grants, settings, versions of all packages."""
    digest = hashlib.sha256()
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.sql")]):
        inside = path.relative_to(PACKAGE)
        if inside.stem in MIGRATE_READS or MIGRATE_READS & set(inside.parts) or inside.suffix == ".sql":
            digest.update(f"{inside}\0".encode())
            digest.update(path.read_bytes())
    for line in sorted(f"{package.name}=={package.version}" for package in distributions()):
        digest.update(line.encode())
    return digest.hexdigest()


def database_fingerprint(urls: DatabaseUrls) -> str:
    """Digest of the migrations the database has seen; empty for a database that has seen none."""
    with psycopg.connect(urls.owner, connect_timeout=10) as connection:
        if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
            return ""
        rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def migrate(data: DataFolder, urls: DatabaseUrls) -> bool:
    """Run the migrations as the owner unless code and database are those of the last start. True when they ran."""
    code = code_fingerprint()
    kept = read_json(data.migrated_file)
    try:
        if kept and kept == {"code": code, "database": database_fingerprint(urls)}:
            return False
        run_manage(data, urls, "migrate", "--no-input", as_owner=True)
        write_json(data.migrated_file, {"code": code, "database": database_fingerprint(urls)})
    except psycopg.OperationalError as error:
        raise LauncherProblem(
            f"The database cannot be reached: {str(error).strip().splitlines()[0]}"
        ) from None
    return True


def run_manage(data: DataFolder, urls: DatabaseUrls, *arguments: str, as_owner: bool = False) -> str:
    """Run one management command to its end and give back what it printed; its log lies in `DATA/logs`."""
    log = data.logs / f"{arguments[0]}.log"
    with open(log, "w", encoding="utf-8") as errors:
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=process_environment(data, urls, as_owner=as_owner),
            start_new_session=True,
            check=False,
        )
    if done.returncode:
        said = log.read_text("utf-8", "replace").strip().splitlines()
        raise LauncherProblem(
            f"`manage {arguments[0]}` did not finish: {said[-1] if said else 'no message'} (log: {log})"
        )
    return done.stdout


def database_is_up(urls: DatabaseUrls) -> bool:
    """Whether the database answers now."""
    try:
        psycopg.connect(urls.app, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def is_demo() -> bool:
    """Whether this run is a demonstration, the default of a first start."""
    return (os.environ.get("DENGBU_ENV") or "demo") == "demo"
