"""Whom a restriction names: the debtor of a pre-seizure, who objected."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0003_notes")]
    operations = [
        migrations.AddField(
            model_name="restriction",
            name="party_name",
            field=models.CharField(db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="restriction",
            name="party_document_kind",
            field=models.CharField(db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="restriction",
            name="party_cipher",
            field=models.CharField(db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="restriction",
            name="party_index",
            field=models.CharField(db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="restriction",
            name="party_salt",
            field=models.CharField(db_default="", default="", max_length=32),
        ),
        migrations.AddField(
            model_name="restriction",
            name="party_commitment",
            field=models.CharField(db_default="", default="", max_length=64),
        ),
    ]
