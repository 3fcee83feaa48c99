"""Numbers of certificates are kept as they are printed: 豫（2026）…, with full-width brackets."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("certificates", "0002_receiver_mandate")]

    operations = [
        migrations.RunSQL(
            "UPDATE certificates_certificate SET number = translate(number, '()', '（）') WHERE number LIKE '%(%'",
            migrations.RunSQL.noop,
        )
    ]
