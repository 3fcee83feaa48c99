
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_numbers'),
        ('exchange', '0002_backfill'),
    ]

    operations = [
        migrations.AddField(
            model_name='oldcertificate',
            name='waiting_case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='awaited_certificates', to='core.docket'),
        ),
    ]
