"""Child processes: started in their own session, ended in order, and never outliving the launcher."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from .problems import LauncherProblem

LOG_LIMIT = 10 * 2**20
PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    # A launcher killed outright cannot stop anybody; the kernel then tells its children to end.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Children:
    """The processes of one run. Use as a context: leaving it stops them, the last started first."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Children":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def log_of(self, name: str) -> Path:
        """Where a child's output goes."""
        return self.logs / f"{name}.log"

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        """Start a child. Its own session keeps the terminal's Ctrl-C from it: the launcher ends it in order."""
        log = self.log_of(name)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        with open(log, "ab") as output:
            self.running[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
                # Safe here: the launcher has one thread.
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    def check(self) -> None:
        """Raise a `LauncherProblem` when a child has ended by itself."""
        for name, child in self.running.items():
            if child.poll() is not None:
                raise LauncherProblem(
                    f"The {name} process ended{self._why(name, child)} (log: {self.log_of(name)})"
                )

    def _why(self, name: str, child: subprocess.Popen[bytes]) -> str:
        if child.returncode < 0:
            return f" by {signal.Signals(-child.returncode).name}"
        lines = self.log_of(name).read_text("utf-8", "replace").strip().splitlines()
        return (
            f" with status {child.returncode}: {lines[-1][:300]}"
            if lines
            else f" with status {child.returncode}"
        )

    def wait_until_ready(self, url: str, seconds: float = 90) -> None:
        """Wait until a URL answers 200, watching the children meanwhile."""
        deadline = time.monotonic() + seconds
        said = "no answer"
        while time.monotonic() < deadline:
            self.check()
            try:
                with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own http:// address
                    if answer.status == 200:
                        return
            except OSError as error:  # URLError is one of them
                said = str(error)
            time.sleep(0.05)
        raise LauncherProblem(f"{url} was not ready after {seconds:.0f} s: {said} (logs: {self.logs})")

    def stop(self, patience: float = 15) -> None:
        """End all children: SIGTERM, again every two seconds, and at last SIGKILL to the sessions still there.

        Again, because a program that is told to end while it is still starting may miss the first time.
        """
        deadline = time.monotonic() + patience
        left = dict(reversed(self.running.items()))
        while left and time.monotonic() < deadline:
            for child in left.values():
                child.terminate()
            again = min(deadline, time.monotonic() + 2)
            while left and time.monotonic() < again:
                left = {name: child for name, child in left.items() if child.poll() is None}
                time.sleep(0.02)
        for name, child in left.items():
            with open(self.log_of(name), "a", encoding="utf-8") as log:
                log.write(f"dengbu: did not end within {patience:.0f} s, killed\n")
            _kill_session(child)
        self.running.clear()


def _kill_session(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    child.wait()
