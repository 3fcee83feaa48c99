"""The book's invariants in plain SQL triggers."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "guards.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("register", "0001_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
