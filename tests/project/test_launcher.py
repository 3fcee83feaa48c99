"""The data folder, the child processes and the command line of the launcher."""

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest

from dengbu.project import cli
from dengbu.project.launcher import up
from dengbu.project.launcher.datafolder import DataFolder, free_port
from dengbu.project.launcher.problems import LauncherProblem, explain_os_error
from dengbu.project.launcher.processes import Children


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL", "PORT", "HOST", "DENGBU_ENV", "DENGBU_SECRETS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA", str(tmp_path / "var"))
    return DataFolder(tmp_path / "var")


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "Traceback" not in told
    return told


# --- one line for the operator ------------------------------------------------------------------------------------


def test_a_taken_port_is_told_in_one_line_with_another_port(
    data: DataFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        assert cli.main(["up"]) == 1
    assert f"Port {port} on 127.0.0.1 is taken" in (told := one_line(capsys))
    assert f"PORT={port + 1}" in told
    assert not data.cluster.exists()


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_refused(
    data: DataFolder, port: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", port)
    assert cli.main(["up"]) == 1
    assert f"PORT={port} is not a port number" in one_line(capsys)


def test_a_full_disk_is_told_before_anything_is_written(
    data: DataFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 5 * 2**20))
    assert cli.main(["up"]) == 1
    assert "The disk is full: 5 MB are free" in one_line(capsys)
    assert not data.cluster.exists() and not data.secrets_file.exists()


def test_a_disk_that_fills_up_later_is_told_in_one_line(
    data: DataFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/var/x")

    monkeypatch.setattr(DataFolder, "prepare", full)
    assert cli.main(["up"]) == 1
    assert "The disk is full (/var/x)" in one_line(capsys)


def test_a_folder_of_somebody_else_is_told_as_such() -> None:
    assert "DATA=/path" in explain_os_error(PermissionError(errno.EACCES, "Permission denied", "/data"))


def test_one_of_the_two_database_urls_alone_is_refused(
    data: DataFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1/x")
    monkeypatch.setenv("PORT", str(free_port()))
    assert cli.main(["up"]) == 1
    assert "belong together" in one_line(capsys)


@pytest.mark.parametrize("words", [["manage", "migrate"], ["demo"], ["verify"], ["pg", "stop"]])
def test_a_command_without_its_database_says_how_to_start_it(
    data: DataFolder, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 1
    assert "There is no database in" in one_line(capsys)


@pytest.mark.parametrize("words", [[], ["up"], ["pg"]])
def test_each_word_explains_itself(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--help"])
    assert ended.value.code == 0
    assert "usage: dengbu" in capsys.readouterr().out


# --- the data folder ----------------------------------------------------------------------------------------------


def test_two_launchers_cannot_hold_one_data_folder(data: DataFolder) -> None:
    data.prepare()
    with data.locked():
        second = DataFolder(data.root).locked()
        with pytest.raises(LauncherProblem, match=f"in use by another dengbu .process {os.getpid()}"):
            second.__enter__()
    with data.locked():
        pass


def test_secrets_are_made_once(data: DataFolder) -> None:
    data.prepare()
    assert data.secrets() == DataFolder(data.root).secrets()


def test_lost_secrets_are_not_replaced_beside_encrypted_data(data: DataFolder) -> None:
    data.prepare()
    data.cluster.mkdir()
    with pytest.raises(LauncherProblem, match=r"secrets\.json is missing.*backup"):
        data.secrets()
    assert not data.secrets_file.exists()


def test_a_damaged_file_is_named(data: DataFolder) -> None:
    data.prepare()
    data.runtime_file.write_text('{"web_po')
    with pytest.raises(LauncherProblem, match=r"runtime\.json is damaged"):
        data.runtime()


def test_ports_of_helpers_are_kept_while_they_are_free(data: DataFolder) -> None:
    data.prepare()
    port = data.port("simulator_port")
    assert data.port("simulator_port") == port
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        assert data.port("simulator_port") != port


# --- child processes ----------------------------------------------------------------------------------------------


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_that_ends_by_itself_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        children.start("web", python("raise SystemExit('no settings')"), dict(os.environ))
        children.running["web"].wait()
        with pytest.raises(LauncherProblem, match="web process ended with status 1: no settings"):
            children.check()


def test_a_child_that_does_not_listen_is_ended_with_its_own_children(tmp_path: Path) -> None:
    deaf = "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + (
        "child = subprocess.Popen(['sleep', '600']); print(child.pid, flush=True); signal.pause()"
    )
    children = Children(tmp_path)
    children.start("web", python(deaf), dict(os.environ))
    until(lambda: children.log_of("web").read_text().strip().isdecimal())
    grandchild = int(children.log_of("web").read_text())
    children.stop(patience=0.2)
    until(lambda: not _alive(grandchild))


def test_children_end_when_the_launcher_is_killed(tmp_path: Path) -> None:
    launcher = (
        "import os, signal, sys, time; from pathlib import Path;"
        "from dengbu.project.launcher.processes import Children;"
        "children = Children(Path(sys.argv[1])); children.start('web', ['sleep', '600'], dict(os.environ));"
        "print(children.running['web'].pid, flush=True); signal.pause()"
    )
    with subprocess.Popen([*python(launcher), str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        assert _alive(child)
        process.send_signal(signal.SIGKILL)
    until(lambda: not _alive(child))


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


# --- what it prints -----------------------------------------------------------------------------------------------


def test_accounts_are_printed_as_a_table_that_chinese_does_not_bend(
    capsys: pytest.CaptureFixture[str],
) -> None:
    up.print_welcome(
        "http://127.0.0.1:8000/",
        [
            {"name": "张三", "role": "买受人", "login": "19900000001", "password": "one-1"},
            {"name": "欧阳小明", "role": "网上审核岗", "login": "shenhe1", "password": "two-2"},
        ],
    )
    lines = [line for line in capsys.readouterr().out.splitlines() if "-1" in line or "-2" in line]
    starts = {
        up.width(line[: line.index(word)]) for line, word in zip(lines, ["one-1", "two-2"], strict=True)
    }
    assert len(starts) == 1
