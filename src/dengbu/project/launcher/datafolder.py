"""The data folder (`DATA`): its lock, its secrets and the small files that outlive a run."""

import base64
import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .problems import LauncherProblem

# A cluster takes 40 MB, the demo and its images about as much again; below this a first start would die half-way.
SPACE_FOR_FIRST_START = 300 * 2**20
SPACE_FOR_ANY_START = 32 * 2**20


def read_json(path: Path) -> dict[str, Any]:
    """The object kept in a JSON file, `{}` when there is no such file. A damaged file is a `LauncherProblem`."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise LauncherProblem(
            f"{path} is damaged. Restore it from a backup, or move it away and start again."
        )
    return value


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replace a JSON file in one step, readable by its owner only: a full disk never leaves half of it."""
    write_private(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file with mode 0600 beside its place, then rename it there."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class DataFolder:
    """One `DATA` folder. Everything this copy of dengbu must find again after a restart lies in it."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.secrets_file = self.root / "secrets.json"
        self.superuser_file = self.root / "postgres.password"
        self.runtime_file = self.root / "runtime.json"
        self.migrated_file = self.root / "migrated.json"
        self.demo_file = self.root / "demo.json"
        self.logs = self.root / "logs"
        self.cluster = self.root / "pg"

    def prepare(self) -> None:
        """Make the folder, and refuse early when the disk cannot hold what a start writes."""
        self.logs.mkdir(parents=True, exist_ok=True)
        (self.root / "static").mkdir(exist_ok=True)  # whitenoise looks into it, collected files or none
        needed = SPACE_FOR_ANY_START if self.cluster.exists() else SPACE_FOR_FIRST_START
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise LauncherProblem(
                f"The disk is full: {free // 2**20} MB are free in {self.root}, {needed // 2**20} MB are needed. "
                "Free some space, or put DATA on another disk, and start again."
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process. A second launcher on the same folder gets a `LauncherProblem`."""
        path = self.root / "lock"
        with open(path, "a+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise LauncherProblem(
                    f"{self.root} is in use by another dengbu (process {holder}). "
                    "Stop that one first, or start this one with another DATA and PORT."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def secrets(self) -> dict[str, Any]:
        """The secrets of this folder, made on the first call: Django's key, field keys, index key, role passwords.

        They are never made anew beside an existing cluster: without the old field keys the identity
        numbers in it could not be read any more.
        """
        kept = read_json(self.secrets_file)
        if not kept and self.cluster.exists():
            raise LauncherProblem(
                f"{self.secrets_file} is missing although {self.cluster} exists: its encrypted columns cannot be read "
                "without it. Restore the file from a backup, or start with another DATA."
            )
        made = {
            "secret_key": secrets.token_urlsafe(48),
            "field_keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode()},
            "index_key": base64.b64encode(secrets.token_bytes(32)).decode(),
            "database": {"owner": secrets.token_urlsafe(24), "app": secrets.token_urlsafe(24)},
        }
        if set(made) - set(kept):
            kept = made | kept
            write_json(self.secrets_file, kept)
        return kept

    def superuser_password(self) -> str:
        """Password of the cluster's superuser `postgres`; only the launcher ever uses it."""
        if not self.superuser_file.exists():
            write_private(self.superuser_file, secrets.token_urlsafe(24))
        return self.superuser_file.read_text("ascii").strip()

    def runtime(self) -> dict[str, Any]:
        """What the last start noted: ports of the helpers, port of the web server."""
        return read_json(self.runtime_file)

    def note(self, **facts: Any) -> dict[str, Any]:
        """Add facts to `runtime.json`."""
        runtime = self.runtime()
        if any(runtime.get(name) != fact for name, fact in facts.items()):
            runtime |= facts
            write_json(self.runtime_file, runtime)
        return runtime

    def port(self, name: str) -> int:
        """A port for a helper process: the one kept from the last start while it is free, else a new free one."""
        kept = self.runtime().get(name)
        port = kept if isinstance(kept, int) and port_is_free("127.0.0.1", kept) else free_port()
        self.note(**{name: port})
        return port


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen on this address now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port on the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
