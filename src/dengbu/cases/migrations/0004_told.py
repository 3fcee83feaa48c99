from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_reviewer_queue")]

    operations = [
        migrations.AddField("case", "draft_told_at", models.DateTimeField(null=True)),
        migrations.AddField("case", "filing_changed_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["draft_until", "docket"],
                condition=models.Q(("state", "draft")),
                name="drafts_by_term",
            ),
        ),
    ]
