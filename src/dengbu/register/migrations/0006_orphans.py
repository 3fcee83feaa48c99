"""No mortgage and no residence right without the title that it burdens."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "orphans.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("register", "0005_seizure_lines")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
