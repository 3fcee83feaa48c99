"""The `dengbu` command."""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence

from .launcher.datafolder import DataFolder
from .launcher.environment import (
    DatabaseUrls,
    data_folder,
    embedded_server,
    embedded_urls,
    external_urls,
    process_environment,
    start_embedded,
)
from .launcher.migrating import database_is_up
from .launcher.problems import LauncherProblem, explain_os_error

# Words of the `dengbu` command that are management commands under another name.
DELEGATED = {
    "manage": "", "demo": "load_demo", "walkthrough": "walkthrough", "verify": "verify_register",
    "import-register": "import_register", "export-register": "export_register",
}  # fmt: skip
# These change tables or their owner's rights, so they connect as the owner.
AS_OWNER = {"migrate"}
# These need no database, or talk to a running web server only.
WITHOUT_DATABASE = {
    "", "help", "check", "makemigrations", "walkthrough", "diffsettings", "findstatic", "registrations_page",
}  # fmt: skip
NOWHERE = DatabaseUrls(
    app="postgresql://nobody@127.0.0.1:1/none", owner="postgresql://nobody@127.0.0.1:1/none"
)


def parser() -> argparse.ArgumentParser:
    """The command line, with a help text for each word."""
    main = argparse.ArgumentParser(
        prog="dengbu",
        description="登簿 dengbu: the online real-estate registration platform.",
        epilog="Environment: DATA (./var), PORT (8000), HOST (127.0.0.1), DENGBU_ENV (demo), "
        "DATABASE_URL and MIGRATE_DATABASE_URL (a PostgreSQL server of your own).",
    )
    words = main.add_subparsers(dest="word", required=True, metavar="COMMAND")
    words.add_parser(
        "up",
        help="start the database, the web server and the worker; Ctrl-C stops them",
        description="Start everything in DATA: the embedded PostgreSQL (unless DATABASE_URL and MIGRATE_DATABASE_URL "
        "name a server), migrations, the demo district once, web server, worker, simulators. Ctrl-C stops it all.",
    )
    database = words.add_parser("pg", help="start or stop the embedded PostgreSQL alone")
    database.add_argument(
        "what", choices=["start", "stop"], help="start prints the application's connection URL"
    )
    for word, text in (
        ("manage", "run a Django management command against the running database"),
        ("demo", "load the demo district into the running database"),
        ("walkthrough", "drive a case from filing to archive over HTTP against a running server"),
        ("verify", "rebuild the register from its entries and compare"),
        ("import-register", "take an existing register in: CSV files named after the tables of TD/T 1066"),
        ("export-register", "write the register as such a folder"),
    ):
        words.add_parser(word, help=text, add_help=False)
    return main


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `dengbu`. Returns the exit status; problems are told in one line on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given and given[0] in DELEGATED:
            return delegate(given[0], given[1:])
        options = parser().parse_args(given)
        if options.word == "up":
            from .launcher.up import up

            return up()
        return postgres_alone(options.what)
    except LauncherProblem as problem:
        print(f"dengbu: {problem}", file=sys.stderr)
    except OSError as error:
        print(f"dengbu: {explain_os_error(error)}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def delegate(word: str, rest: list[str]) -> int:
    """Run a management command in this process, with the URLs of the running database."""
    if word == "manage" and rest in (["-h"], ["--help"]):
        rest = ["help"]
    command = [DELEGATED[word], *rest] if DELEGATED[word] else (rest or ["help"])
    data = data_folder()
    asks_for_help = bool({"-h", "--help"} & set(rest))
    urls = _urls(data, needed=not asks_for_help and command[0] not in WITHOUT_DATABASE)
    os.environ.update(process_environment(data, urls, as_owner=command[0] in AS_OWNER))
    os.environ.setdefault("DENGBU_POOL", "off")  # one command needs one connection
    if urls is NOWHERE:
        warnings.filterwarnings(
            "ignore", "Got an error checking a consistent migration history", RuntimeWarning
        )
    web_port = data.runtime().get("web_port", 8000)
    os.environ.setdefault("DENGBU_BASE_URL", f"http://127.0.0.1:{web_port}")

    from django.core.management import execute_from_command_line

    execute_from_command_line([f"dengbu {word}" if word == "manage" else "dengbu", *command])
    return 0


def _urls(data: DataFolder, *, needed: bool) -> DatabaseUrls:
    try:
        urls = external_urls() or embedded_urls(data)
    except LauncherProblem:
        if needed:
            raise
        return NOWHERE
    if needed and not database_is_up(urls):
        raise LauncherProblem(f"The database of {data.root} does not run. Start it with: make run")
    return urls


def postgres_alone(what: str) -> int:
    """`dengbu pg start|stop`: the database without web server and worker."""
    data = data_folder()
    if what == "start":
        data.prepare()
    elif not data.cluster.exists():
        raise LauncherProblem(f"There is no database in {data.root}.")
    with data.locked():
        if what == "start":
            print(start_embedded(data)[1].app)
        else:
            embedded_server(data).stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
