"""The term of a restriction that waits, and seizures of shares side by side."""

from pathlib import Path

from django.db import migrations, models

SQL = (Path(__file__).parent / "seizure_lines.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("register", "0004_restriction_party")]
    operations = [
        migrations.AddField(
            model_name="restriction", name="term_months", field=models.IntegerField(null=True)
        ),
        migrations.RemoveConstraint(model_name="restriction", name="one_live_seizure_per_unit"),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_by__isnull", True), ("kind", "seizure")),
                fields=("unit", "share_of"),
                name="one_live_seizure_per_share",
            ),
        ),
        migrations.AddIndex(
            model_name="restriction",
            index=models.Index(
                condition=models.Q(("kind", "objection")), fields=["unit"], name="objections_of_unit"
            ),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
