from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appointments", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="booking", name="missed_at", field=models.DateTimeField(null=True)
        ),
    ]
