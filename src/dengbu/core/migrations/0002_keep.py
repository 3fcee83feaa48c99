"""Audit, history and sights are kept: no row is changed or removed, whoever asks."""

from django.db import migrations

SQL = """
CREATE FUNCTION core_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: these rows are kept', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE OR TRUNCATE ON core_auditrecord
  FOR EACH STATEMENT EXECUTE FUNCTION core_never();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE OR TRUNCATE ON core_history
  FOR EACH STATEMENT EXECUTE FUNCTION core_never();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE OR TRUNCATE ON core_sight
  FOR EACH STATEMENT EXECUTE FUNCTION core_never();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
