"""The embedded PostgreSQL and its three roles."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dengbu.project.launcher.datafolder import DataFolder
from dengbu.project.launcher.environment import DatabaseUrls, embedded_server, start_embedded
from dengbu.project.launcher.postgres import PostgresServer, unprivileged
from dengbu.project.launcher.problems import LauncherProblem


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    folder = DataFolder(tmp_path_factory.mktemp("closed") / "var")
    folder.root.parent.chmod(0o700)  # as below /root: nobody may not list what lies above the data
    folder.prepare()
    yield folder
    embedded_server(folder).stop()


@pytest.fixture(scope="module")
def office(data: DataFolder) -> DatabaseUrls:
    return start_embedded(data)[1]


@pytest.fixture
def app(office: DatabaseUrls) -> Iterator[psycopg.Connection]:
    with psycopg.connect(office.app, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "CREATE EXTENSION pg_trgm",
        "SET ROLE dengbu_owner",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('postgresql.conf')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_the_application_role_only_works_in_tables_it_was_given(
    app: psycopg.Connection, statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)


def test_the_application_role_sees_no_table_before_it_is_granted(
    office: DatabaseUrls, app: psycopg.Connection
) -> None:
    with psycopg.connect(office.owner) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS owned (a int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("SELECT * FROM owned")


def test_the_owner_is_no_superuser(office: DatabaseUrls) -> None:
    with psycopg.connect(office.owner) as owner:
        row = owner.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, False, True, False)


@pytest.mark.parametrize(
    "setting", ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
)
def test_the_application_role_never_waits_for_ever(app: psycopg.Connection, setting: str) -> None:
    (value,) = app.execute(f"SHOW {setting}").fetchone() or ("0",)
    assert value != "0"


def test_a_wrong_password_is_refused(office: DatabaseUrls) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(office.app, password="guess")


def test_page_checksums_are_on(app: psycopg.Connection) -> None:
    assert app.execute("SHOW data_checksums").fetchone() == ("on",)


def test_secrets_are_readable_by_their_owner_only(data: DataFolder, office: DatabaseUrls) -> None:
    for file in (data.secrets_file, data.superuser_file, data.runtime_file):
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_second_start_keeps_the_data_the_port_and_the_passwords(
    data: DataFolder, office: DatabaseUrls
) -> None:
    with psycopg.connect(office.owner) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS a")
    embedded_server(data).stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(office.owner, connect_timeout=2)
    again = start_embedded(data)[1]
    assert again == office
    with psycopg.connect(again.owner) as owner:
        assert owner.execute("SELECT a FROM kept").fetchone() == (7,)


def test_a_server_left_by_a_killed_launcher_is_adopted(data: DataFolder, office: DatabaseUrls) -> None:
    embedded_server(data).stop()
    killed = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, signal, sys; from pathlib import Path;"
            "from dengbu.project.launcher.datafolder import DataFolder;"
            "from dengbu.project.launcher.environment import start_embedded;"
            "start_embedded(DataFolder(Path(sys.argv[1]))); os.kill(os.getpid(), signal.SIGKILL)",
            str(data.root),
        ],
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    before = (data.cluster / "postmaster.pid").read_text()
    server = embedded_server(data)
    assert server.start() is True
    assert (data.cluster / "postmaster.pid").read_text() == before
    assert start_embedded(data)[1] == office


def test_a_number_of_a_dead_server_that_another_program_got_is_not_adopted(tmp_path: Path) -> None:
    folder = tmp_path / "pg"
    folder.mkdir()
    (folder / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n0\n5432\n")
    assert PostgresServer(folder, "x")._running_port() is None


def test_root_s_programs_below_a_closed_folder_are_found_without_opening_it(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    program = tmp_path / "closed" / "program"
    program.touch(0o755)
    assert subprocess.run([*unprivileged(), "test", "-x", program], check=False).returncode == 0
    assert (tmp_path / "closed").stat().st_mode & 0o777 == 0o700


def test_leftovers_of_an_interrupted_first_start_are_cleared(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "var")
    data.prepare()
    (data.root / "pg.making-1").mkdir()
    (data.root / "pg.making-1" / "PG_VERSION").write_text("18\n")
    server = embedded_server(data)
    try:
        assert server.start() is False
        assert [path.name for path in data.root.glob("pg*")] == ["pg"]
    finally:
        server.stop()


def test_half_a_cluster_is_named_with_the_way_out(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.secrets()
    (tmp_path / "pg").mkdir()
    with pytest.raises(LauncherProblem, match=r"not a complete PostgreSQL folder.*mv .*pg\.broken"):
        start_embedded(data)


def test_another_version_s_cluster_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(LauncherProblem, match=r"made by PostgreSQL 9\.6.*pg_dump"):
        PostgresServer(tmp_path, "x").start()
    assert [path.name for path in tmp_path.iterdir()] == ["PG_VERSION"]


def test_a_full_disk_during_the_first_start_is_called_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = PostgresServer(tmp_path / "pg", "x")
    full = subprocess.CompletedProcess(
        [], 1, "", "initdb: error: could not write file: No space left on device"
    )
    monkeypatch.setattr(server, "_run", lambda program, *rest: full if program == "initdb" else _version())
    with pytest.raises(LauncherProblem, match="the disk is full"):
        server.start()
    assert list(tmp_path.iterdir()) == []


def _version() -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], 0, "postgres (PostgreSQL) 18.6", "")
