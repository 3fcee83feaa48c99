from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]

    operations = [
        migrations.AddField("inboundmessage", "excerpt", models.TextField(default="")),
    ]
