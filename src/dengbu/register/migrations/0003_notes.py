"""Notes of entries, and new versions of the facts of parcels and buildings."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = (Path(__file__).parent / "notes.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("register", "0002_guards")]
    operations = [
        migrations.CreateModel(
            name="EntryNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("right_id", models.UUIDField(null=True)),
                ("kind", models.CharField(max_length=20)),
                ("said", models.JSONField(default=dict)),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="register.entry",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="register.realestateunit",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
