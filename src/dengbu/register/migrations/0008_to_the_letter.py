"""What stands in the book is what its entry says: unit, kind, answers, land; and no share is nothing or less."""

from pathlib import Path

from django.db import migrations, models

SQL = (Path(__file__).parent / "to_the_letter.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("register", "0007_titles")]
    operations = [
        migrations.AddConstraint(
            model_name="holder",
            constraint=models.CheckConstraint(
                condition=models.Q(("share_numerator__isnull", True), ("share_numerator__gt", 0), _connector="OR"),
                name="a_share_is_more_than_nothing",
            ),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
