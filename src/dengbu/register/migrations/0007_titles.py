"""A mortgage has a rank; a title ends past a restriction only where its entry answers it."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "titles.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("register", "0006_orphans")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
