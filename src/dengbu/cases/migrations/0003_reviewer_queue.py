from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_numbers")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["reviewer_id", "state", "due_at", "docket"],
                condition=models.Q(("closed_at__isnull", True)),
                name="queue_of_reviewer",
            ),
        ),
    ]
