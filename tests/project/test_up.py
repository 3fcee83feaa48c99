"""`dengbu up` as an operator runs it: a whole office, started twice, ended by a signal."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from dengbu.project.launcher.datafolder import DataFolder, free_port
from dengbu.project.launcher.environment import embedded_server


@pytest.fixture
def office(tmp_path: Path) -> Iterator[dict[str, str]]:
    data = DataFolder(tmp_path / "var")
    unset = (
        "DATABASE_URL",
        "MIGRATE_DATABASE_URL",
        "DENGBU_SECRETS",
        "DJANGO_SETTINGS_MODULE",
        "DENGBU_EXCHANGE",
    )
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    # Training: everything but the demo district, which other suites load.
    yield environment | {"DATA": str(data.root), "PORT": str(free_port()), "DENGBU_ENV": "training"}
    if data.cluster.exists():
        embedded_server(data).stop()


def run_until_ready(environment: dict[str, str]) -> tuple["subprocess.Popen[str]", str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "dengbu.project.cli", "up"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    assert process.stdout
    told = ""
    for line in process.stdout:
        told += line
        if "Ctrl-C stops it" in line:
            return process, told
    raise AssertionError(f"did not get ready ({process.wait()}):\n{told}")


def end(process: "subprocess.Popen[str]", how: signal.Signals) -> int:
    process.send_signal(how)
    process.communicate(timeout=60)
    return process.returncode


def test_the_office_starts_twice_and_ends_cleanly(office: dict[str, str]) -> None:
    data = DataFolder(Path(office["DATA"]))

    process, told = run_until_ready(office)
    try:
        assert "migrated" in told
        with urlopen(f"http://127.0.0.1:{office['PORT']}/healthz") as answer:
            assert answer.status == 200
        manage = [sys.executable, "-m", "dengbu.project.cli", "manage"]
        wrong = subprocess.run([*manage, "no_such_word"], env=office, check=False, capture_output=True)
        assert wrong.returncode != 0
    finally:
        assert end(process, signal.SIGINT) == 0
    assert not (data.cluster / "postmaster.pid").exists()

    process, told = run_until_ready(office)
    try:
        assert (
            "migrated" not in told
        )  # nothing changed, so nothing is done: this is what makes a restart quick
    finally:
        assert end(process, signal.SIGTERM) == 0
    assert not (data.cluster / "postmaster.pid").exists()
