"""`dengbu up`: from nothing to a running office, and back to nothing on Ctrl-C."""

import json
import os
import signal
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from dengbu.exchange.checks import lacking

from .datafolder import DataFolder, port_is_free, read_json, write_json
from .environment import DatabaseUrls, data_folder, external_urls, process_environment, start_embedded
from .migrating import has_command, is_demo, migrate, run_manage
from .problems import LauncherProblem
from .processes import Children


class Stopped(BaseException):
    """Somebody asked us to end (Ctrl-C or SIGTERM)."""


def up() -> int:
    """Start everything, wait until told to end, stop everything. Returns the exit status."""
    host, port = web_address()
    data = data_folder()
    with ending_on_signals():
        try:
            data.prepare()
            with data.locked():
                return run(data, host, port)
        except Stopped:
            return 0


def web_address() -> tuple[str, int]:
    """`HOST` and `PORT`, checked."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise LauncherProblem(
            f"PORT={port} is not a port number. Give one from 1 to 65535, for example: PORT=8001"
        )
    return host, int(port)


def run(data: DataFolder, host: str, port: int) -> int:
    """The run itself, with the data folder held."""
    if not port_is_free(host, port):
        raise LauncherProblem(
            f"Port {port} on {host} is taken by another program. Choose another one: PORT={port + 1} make run"
        )
    urls, server = external_urls(), None
    data.secrets()
    try:
        if urls is None:
            say("starting PostgreSQL")
            server, urls = start_embedded(data)
        data.note(web_port=port)
        with Children(data.logs) as children:
            prepare_and_serve(data, urls, children, host, port)
            try:
                while True:
                    children.check()
                    time.sleep(0.5)
            finally:
                say("stopping")
    finally:
        if server:
            server.stop()
        say("stopped")


def prepare_and_serve(data: DataFolder, urls: DatabaseUrls, children: Children, host: str, port: int) -> None:
    """Migrate, start the processes, load the demo once, and say where to look."""
    for line in partners_lacking():
        say(f"WARNING: {line}")
    say("checking the database")
    if migrate(data, urls):
        say("migrated")
    demo = is_demo()
    if wants_simulators() and has_command("run_simulators"):
        data.port("simulator_port")
        environment = process_environment(data, urls)
        children.start("simulators", manage_command("run_simulators"), environment)
    accounts = demo_accounts(data, urls) if demo else []
    environment = process_environment(data, urls)
    children.start("web", web_command(host, port), environment)
    if has_jobs():
        children.start("worker", manage_command("procrastinate", "worker", "--concurrency", "4"), environment)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - only compared
    children.wait_until_ready(f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/readyz")
    print_welcome(f"http://{shown}:{port}/", accounts)


def manage_command(*arguments: str) -> list[str]:
    """Command line of a management command."""
    return [sys.executable, "-m", "django", *arguments]


def web_command(host: str, port: int, workers: int = 2) -> list[str]:
    """Command line of the web server."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", str(workers)),
        *("--blocking-threads", "4", "--host", host, "--port", str(port), "--no-access-log"),
        # A web worker told to end while it still starts does not hear it; Ctrl-C shall not wait long for it.
        *("--workers-kill-timeout", "4", "dengbu.project.wsgi:application"),
    ]


def partners_lacking() -> list[str]:
    """What a production office lacks to reach its partners, a line each; nothing elsewhere."""
    if os.environ.get("DENGBU_ENV") != "production":
        return []
    return lacking(os.environ.get("DENGBU_EXCHANGE"))


def wants_simulators() -> bool:
    """Simulators stand in for the partners unless this is production or the partners are configured."""
    return os.environ.get("DENGBU_ENV") != "production" and not os.environ.get("DENGBU_EXCHANGE")


def has_jobs() -> bool:
    """A production office runs its workers as services of their own when it says `DENGBU_WORKER=off`."""
    return os.environ.get("DENGBU_WORKER") != "off"


def demo_accounts(data: DataFolder, urls: DatabaseUrls) -> list[dict[str, str]]:
    """Load the demo district once per database, and give back its accounts."""
    marker = read_json(data.demo_file)
    if not marker and has_command("load_demo"):
        say("loading the demo district (once, this takes a while)")
        run_manage(data, urls, "load_demo")
        told = run_manage(data, urls, "demo_accounts", "--json") if has_command("demo_accounts") else "[]"
        marker = {"accounts": json.loads(told)}
        write_json(data.demo_file, marker)
    accounts: list[dict[str, str]] = marker.get("accounts", [])
    return accounts


def print_welcome(url: str, accounts: list[dict[str, str]]) -> None:
    """Print the URL and the demo accounts as a table."""
    lines = ["", f"  登簿 dengbu is ready: {url}", ""]
    if accounts:
        columns = {
            "name": "姓名 name",
            "role": "身份 role",
            "login": "账号 login",
            "password": "密码 password",
        }
        rows = [columns, *accounts]
        widths = {key: max(width(str(row.get(key, ""))) for row in rows) for key in columns}
        for row in rows:
            cells = (str(row.get(key, "")) for key in columns)
            padded = (
                cell + " " * (size - width(cell)) for cell, size in zip(cells, widths.values(), strict=True)
            )
            lines.append(f"  {'  '.join(padded)}".rstrip())
        lines.append("")
    print("\n".join([*lines, "  Ctrl-C stops it.", ""]), flush=True)


def width(text: str) -> int:
    """Columns a text takes in a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def say(what: str) -> None:
    """Tell the operator what goes on."""
    print(f"dengbu: {what}", flush=True)


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into `Stopped`; later ones do not disturb the stopping."""

    def end(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
