"""Numbers are never given twice: counters only rise, dockets keep their numbers, no row of either goes."""

from django.db import migrations

SQL = """
CREATE FUNCTION core_counter_rises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.authority, NEW.kind, NEW.year) IS DISTINCT FROM (OLD.id, OLD.authority, OLD.kind, OLD.year)
     OR NEW.value < OLD.value THEN
    RAISE EXCEPTION 'counter % % % never goes back: numbers are not used again', OLD.authority, OLD.kind, OLD.year
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rises BEFORE UPDATE ON core_counter FOR EACH ROW EXECUTE FUNCTION core_counter_rises();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON core_counter FOR EACH STATEMENT EXECUTE FUNCTION core_never();

CREATE FUNCTION core_docket_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.number, NEW.authority, NEW.created_at)
     IS DISTINCT FROM (OLD.id, OLD.number, OLD.authority, OLD.created_at) THEN
    RAISE EXCEPTION 'docket % keeps its number', OLD.number USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stands BEFORE UPDATE ON core_docket FOR EACH ROW EXECUTE FUNCTION core_docket_stands();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON core_docket FOR EACH STATEMENT EXECUTE FUNCTION core_never();
"""
UNDO = """
DROP TRIGGER rises ON core_counter;
DROP TRIGGER kept ON core_counter;
DROP FUNCTION core_counter_rises();
DROP TRIGGER stands ON core_docket;
DROP TRIGGER kept ON core_docket;
DROP FUNCTION core_docket_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_keep")]
    operations = [migrations.RunSQL(SQL, UNDO)]
