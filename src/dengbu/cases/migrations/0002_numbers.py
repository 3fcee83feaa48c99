"""Sequences for numbers that may have gaps: applications, acceptances, batches, bills, vouchers, volumes, lists."""

from django.db import migrations

NAMES = ("application", "acceptance", "batch", "bill", "voucher", "volume", "hand_over", "trade")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [
        migrations.RunSQL(f"CREATE SEQUENCE dengbu_{name}_no", f"DROP SEQUENCE dengbu_{name}_no") for name in NAMES
    ]
