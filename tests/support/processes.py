"""Real web server, worker and simulators for tests that speak HTTP."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dengbu.project.launcher.datafolder import free_port
from dengbu.project.launcher.migrating import has_command
from dengbu.project.launcher.processes import Children
from dengbu.project.launcher.up import manage_command, web_command
from tests.support import session


@dataclass(frozen=True)
class LiveServer:
    """A running copy of the office."""

    base_url: str
    simulator_port: int
    logs: Path

    def __str__(self) -> str:
        return self.base_url


@contextmanager
def live_office(app_url: str, *, web_workers: int = 1, worker: bool = True) -> Iterator[LiveServer]:
    """Run web server, worker and simulators against a database (URL of the application role) on free ports."""
    port, simulator_port = free_port(), free_port()
    environment = os.environ | session.environment()
    environment |= {
        "DENGBU_TEST_URL": app_url,
        "DATABASE_URL": app_url,
        "DENGBU_SIM_PORT": str(simulator_port),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    logs = session.folder() / f"logs-{port}"
    logs.mkdir()
    with Children(logs) as children:
        if has_command("run_simulators"):
            children.start("simulators", manage_command("run_simulators"), environment)
        children.start("web", web_command("127.0.0.1", port, web_workers), environment)
        if worker:
            children.start(
                "worker", manage_command("procrastinate", "worker", "--concurrency", "2"), environment
            )
        children.wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        yield LiveServer(f"http://127.0.0.1:{port}", simulator_port, logs)
