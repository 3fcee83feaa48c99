"""Which database this run uses, and the environment its processes get."""

import os
from dataclasses import dataclass
from pathlib import Path

from .datafolder import DataFolder
from .postgres import PostgresServer
from .problems import LauncherProblem
from .roles import APP, OWNER, ensure_database, ensure_roles

DATABASE = "dengbu"
SETTINGS = "dengbu.project.settings"


@dataclass(frozen=True)
class DatabaseUrls:
    """The two ways into one database: as the application and as the owner of its tables."""

    app: str
    owner: str


def data_folder() -> DataFolder:
    """The folder named by `DATA`, `./var` when nothing is said."""
    return DataFolder(Path(os.environ.get("DATA") or "var"))


def external_urls() -> DatabaseUrls | None:
    """The server an operator chose with `DATABASE_URL` and `MIGRATE_DATABASE_URL`, if any."""
    app, owner = os.environ.get("DATABASE_URL"), os.environ.get("MIGRATE_DATABASE_URL")
    if not app and not owner:
        return None
    if not app or not owner:
        raise LauncherProblem(
            "DATABASE_URL and MIGRATE_DATABASE_URL belong together: give both (application and owner role), or neither."
        )
    return DatabaseUrls(app=app, owner=owner)


def embedded_server(data: DataFolder) -> PostgresServer:
    """The embedded server of a data folder, not yet started."""
    return PostgresServer(data.cluster, data.superuser_password())


def start_embedded(data: DataFolder) -> tuple[PostgresServer, DatabaseUrls]:
    """Start or adopt the embedded server, with its roles and its database in place."""
    secrets = data.secrets()
    server = embedded_server(data)
    kept = data.runtime().get("postgres_port")
    server.start(kept if isinstance(kept, int) else None)
    data.note(postgres_port=server.port)
    passwords = secrets["database"]
    ensure_roles(server.url(), owner_password=passwords["owner"], app_password=passwords["app"])
    ensure_database(server.url(), DATABASE)
    return server, embedded_urls(data)


def embedded_urls(data: DataFolder) -> DatabaseUrls:
    """URLs of the embedded server as the last start noted them."""
    port = data.runtime().get("postgres_port")
    if not port or not data.secrets_file.exists():
        raise LauncherProblem(f"There is no database in {data.root} yet. Start it with: make run")
    passwords = data.secrets()["database"]
    place = f"127.0.0.1:{port}/{DATABASE}"
    return DatabaseUrls(
        app=f"postgresql://{APP}:{passwords['app']}@{place}",
        owner=f"postgresql://{OWNER}:{passwords['owner']}@{place}",
    )


def process_environment(data: DataFolder, urls: DatabaseUrls, *, as_owner: bool = False) -> dict[str, str]:
    """Environment of a Django process. Only processes that migrate are told the owner's URL."""
    environment = {name: value for name, value in os.environ.items() if name != "MIGRATE_DATABASE_URL"}
    environment |= {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "DATABASE_URL": urls.app,
        "DATA": str(data.root),
        "DENGBU_ENV": os.environ.get("DENGBU_ENV") or "demo",
        "DENGBU_SECRETS": os.environ.get("DENGBU_SECRETS") or str(data.secrets_file),
        "PYTHONUNBUFFERED": "1",
    }
    if as_owner:
        environment |= {"DENGBU_DB_ROLE": "owner", "MIGRATE_DATABASE_URL": urls.owner}
    runtime = data.runtime()
    for name, key in (("DENGBU_SIM_PORT", "simulator_port"), ("PORT", "web_port")):
        if key in runtime:
            environment[name] = str(runtime[key])
    return environment
