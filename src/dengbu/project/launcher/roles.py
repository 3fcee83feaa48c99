"""The three roles: `postgres` (launcher only), `dengbu_owner` (migrations), `dengbu_app` (web, worker, tests).

What `dengbu_app` may do on each table is granted by the application's own post-migrate hook.
"""

import psycopg
from psycopg import sql

OWNER = "dengbu_owner"
APP = "dengbu_app"

# The application's sessions give up rather than hold a lock for ever; a long command may raise these for itself.
APP_TIMEOUTS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}


def ensure_roles(superuser_url: str, *, owner_password: str, app_password: str) -> None:
    """Create both roles, or bring their attributes, limits and passwords back to what they should be."""
    with psycopg.connect(superuser_url) as connection:
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role, password, rights in (
            (OWNER, owner_password, "CREATEDB"),
            (APP, app_password, "NOCREATEDB"),
        ):
            verb = "ALTER" if role in known else "CREATE"
            statement = f"{verb} ROLE {{}} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS {rights} PASSWORD {{}}"
            connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(password)))
        for setting, value in APP_TIMEOUTS.items():
            connection.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    sql.Identifier(APP), sql.Identifier(setting), sql.Literal(value)
                )
            )
        for role in (OWNER, APP):
            connection.execute(sql.SQL("ALTER ROLE {} SET timezone = 'UTC'").format(sql.Identifier(role)))


def ensure_database(superuser_url: str, name: str) -> None:
    """Create the database if it is missing and close it to everybody but the two roles.

    `superuser_url` points at the maintenance database `postgres` of the same server.
    """
    database = sql.Identifier(name)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    database, sql.Identifier(OWNER)
                )
            )
        close_database(connection, name)
    with psycopg.connect(superuser_url, dbname=name) as connection:
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(APP)))
        # PostgreSQL 15 and later give the schema to the database's owner; an older dump may bring another owner.
        connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER)))


def close_database(connection: psycopg.Connection, name: str) -> None:
    """Nobody but the two roles connects, and the application may not even make temporary tables."""
    database = sql.Identifier(name)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(APP)))
