"""What PostgreSQL holds for every table: rights of the application's role, and history with an actor.

Run after each migration by the owner role. Idempotent.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections

from .furniture import AppendOnly, Mutable

APP_ROLE = "dengbu_app"

HISTORY_SQL = """
CREATE OR REPLACE FUNCTION core_require_actor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('dengbu.actor', true), '') = '' THEN
    RAISE EXCEPTION 'a write to % without an actor is refused', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
-- As its owner: the application itself may not insert into the history, so it cannot tell another one.
CREATE OR REPLACE FUNCTION core_keep_history() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('dengbu.actor', true), '') = '' THEN
    RAISE EXCEPTION 'a write to % without an actor is refused', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO core_history (table_name, operation, row_before, actor, act, recorded_at)
  SELECT TG_TABLE_NAME, TG_OP, to_jsonb(o), current_setting('dengbu.actor', true),
         coalesce(current_setting('dengbu.act', true), ''), clock_timestamp()
  FROM before_rows o;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION core_keep_history() FROM PUBLIC;
"""


def install_guards(sender: Any = None, using: str = "default", **_: Any) -> None:
    """Give the application's role its rights and every mutable domain table its history trigger."""
    connection = connections[using]
    models = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if "core_history" not in tables:
            return
        cursor.execute(HISTORY_SQL)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        role_exists = cursor.fetchone() is not None
        if role_exists:
            cursor.execute(
                f"GRANT USAGE ON SCHEMA public TO {APP_ROLE};"  # noqa: S608 - the name is a constant
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE};"
                f"REVOKE TRUNCATE ON ALL TABLES IN SCHEMA public FROM {APP_ROLE};"
                f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE};"
                f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APP_ROLE};"
                f"REVOKE INSERT ON core_history FROM {APP_ROLE};"
            )
        for model in models:
            table = model._meta.db_table
            if table not in tables:
                continue
            if issubclass(model, AppendOnly) and role_exists:
                cursor.execute(f'REVOKE UPDATE, DELETE ON "{table}" FROM {APP_ROLE}')
                if model.app_may_update:
                    columns = ", ".join(f'"{c}"' for c in model.app_may_update)
                    cursor.execute(f'GRANT UPDATE ({columns}) ON "{table}" TO {APP_ROLE}')
            if issubclass(model, Mutable):
                cursor.execute(
                    f'CREATE OR REPLACE TRIGGER keep_actor BEFORE INSERT ON "{table}"'
                    " FOR EACH STATEMENT EXECUTE FUNCTION core_require_actor();"
                    f'CREATE OR REPLACE TRIGGER keep_update AFTER UPDATE ON "{table}"'
                    " REFERENCING OLD TABLE AS before_rows"
                    " FOR EACH STATEMENT EXECUTE FUNCTION core_keep_history();"
                    f'CREATE OR REPLACE TRIGGER keep_delete AFTER DELETE ON "{table}"'
                    " REFERENCING OLD TABLE AS before_rows"
                    " FOR EACH STATEMENT EXECUTE FUNCTION core_keep_history();"
                )
