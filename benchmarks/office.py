"""The office a measurement runs on: its own embedded PostgreSQL with the launcher's settings (fsync on), migrated,
and web servers started as the launcher starts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dengbu.project.launcher.datafolder import DataFolder, free_port
from dengbu.project.launcher.environment import DatabaseUrls, process_environment, start_embedded
from dengbu.project.launcher.migrating import migrate
from dengbu.project.launcher.postgres import PostgresServer
from dengbu.project.launcher.processes import Children
from dengbu.project.launcher.up import web_command

ROOT = Path(__file__).resolve().parents[1]
FLOOR = "benchmarks.floor:application"


@dataclass
class Office:
    """A running database and its web servers, by name: port and process id."""

    data: DataFolder
    urls: DatabaseUrls
    server: PostgresServer
    children: Children
    ports: dict[str, int] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """Environment of every process of the office."""
        environment = process_environment(self.data, self.urls)
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "src")])
        return environment

    def serve(self, name: str, application: str = "") -> int:
        """Start the web server with the launcher's own command; another application for the floor. Gives the port."""
        port = self.ports[name] = free_port()
        command = web_command("127.0.0.1", port)
        if application:
            command[-1] = application
        self.children.start(name, command, self.environment())
        self.children.wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        return port

    def pid(self, name: str) -> int:
        return self.children.running[name].pid

    def postmaster(self) -> int:
        """Process id of the database server."""
        return int((self.data.cluster / "postmaster.pid").read_text("ascii").split()[0])


@contextmanager
def office(folder: Path) -> Iterator[Office]:
    """Start the database in a folder, migrate it, and point this process's Django at it."""
    data = DataFolder(folder)
    data.prepare()
    with data.locked():
        data.secrets()
        server, urls = start_embedded(data)
        try:
            migrate(data, urls)
            with Children(data.logs) as children:
                made = Office(data, urls, server, children)
                os.environ.update(made.environment())
                yield made
        finally:
            server.stop()
