from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]

    operations = [
        migrations.AddField("certificate", "receiver_mandate", models.CharField(default="", max_length=100)),
    ]
