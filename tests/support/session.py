"""The folder one test session shares between its processes, and the environment they live in."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dengbu.project.launcher.datafolder import DataFolder
from dengbu.project.launcher.postgres import PostgresServer

FOLDER = "DENGBU_TEST_SESSION"
ROOT = Path(__file__).resolve().parents[2]
PREFIX = "dengbu-test-"


def folder() -> Path:
    """The session's folder, made by its first process (the workers of xdist inherit its name)."""
    if FOLDER not in os.environ:
        sweep()
        made = Path(tempfile.mkdtemp(prefix=PREFIX))
        (made / "owner.pid").write_text(str(os.getpid()))
        os.environ[FOLDER] = str(made)
        atexit.register(end, made, os.getpid())
    return Path(os.environ[FOLDER])


def data() -> DataFolder:
    """The `DATA` folder of the session: secrets, files and logs of every process in it."""
    found = DataFolder(folder() / "data")
    if not found.secrets_file.exists():
        (found.root / "static").mkdir(parents=True, exist_ok=True)
        with locked():
            found.secrets()
    return found


def environment() -> dict[str, str]:
    """Environment of a process under test. Its database URL leads nowhere until a fixture gives a real one."""
    data_folder = data()
    return {
        "DENGBU_ENV": "test",
        "DATA": str(data_folder.root),
        "DENGBU_SECRETS": str(data_folder.secrets_file),
        "DATABASE_URL": os.environ.get("DENGBU_TEST_URL", "postgresql://dengbu_app:unset@127.0.0.1:1/unset"),
        "DJANGO_SETTINGS_MODULE": "tests.support.settings",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
    }


@contextmanager
def locked() -> Iterator[None]:
    """One process of the session at a time."""
    with open(folder() / "lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def end(made: Path, owner: int) -> None:
    """Stop the session's server and remove its folder; forked children of the first process leave it alone."""
    if os.getpid() != owner:
        return
    cluster = made / "pg"
    if cluster.exists():
        PostgresServer(cluster, "", binaries=postgres_binaries()).stop()
    shutil.rmtree(made, ignore_errors=True)


def sweep() -> None:
    """End what killed sessions of this user left behind."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if left.stat().st_uid != os.getuid():
                continue
            owner = int((left / "owner.pid").read_text())
        except (FileNotFoundError, ValueError):
            continue
        if not Path(f"/proc/{owner}").exists():
            end(left, os.getpid())


def postgres_binaries() -> Path | None:
    """Another PostgreSQL than the embedded one, for `make test-all`."""
    named = os.environ.get("TEST_POSTGRES_BINARIES")
    return Path(named) if named else None
