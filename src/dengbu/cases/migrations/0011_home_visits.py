
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_undertakings'),
        ('core', '0003_numbers'),
    ]

    operations = [
        migrations.CreateModel(
            name='HomeVisit',
            fields=[
                ('matter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='visit', serialize=False, to='cases.pendingmatter')),
                ('reason', models.CharField(max_length=20)),
                ('remark', models.CharField(max_length=200)),
                ('place', models.CharField(max_length=200)),
                ('asked_how', models.CharField(max_length=12)),
                ('asked_by', models.CharField(max_length=80)),
                ('asked_at', models.DateTimeField()),
                ('planned_at', models.DateTimeField(null=True)),
                ('first_id', models.BigIntegerField(null=True)),
                ('first_name', models.CharField(default='', max_length=50)),
                ('first_number', models.CharField(default='', max_length=20)),
                ('second_id', models.BigIntegerField(null=True)),
                ('second_name', models.CharField(default='', max_length=50)),
                ('second_number', models.CharField(default='', max_length=20)),
                ('papers', models.JSONField(default=list)),
                ('visited_at', models.DateTimeField(null=True)),
                ('position', models.CharField(default='', max_length=60)),
                ('scene', models.CharField(default='', max_length=500)),
                ('written_by_id', models.BigIntegerField(null=True)),
                ('written_at', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('docket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='home_visits', to='core.docket')),
            ],
        ),
        migrations.CreateModel(
            name='Signer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=12)),
                ('number_index', models.CharField(max_length=64)),
                ('ordinal', models.IntegerField()),
                ('name', models.CharField(max_length=200)),
                ('document_kind', models.CharField(default='', max_length=20)),
                ('identified_at', models.DateTimeField(null=True)),
                ('how', models.CharField(default='', max_length=12)),
                ('fingerprint_reason', models.CharField(default='', max_length=20)),
                ('witness', models.CharField(default='', max_length=50)),
                ('read_aloud', models.BooleanField(default=False)),
                ('interpreter_name', models.CharField(default='', max_length=50)),
                ('interpreter_kind', models.CharField(default='', max_length=20)),
                ('interpreter_cipher', models.CharField(default='', max_length=200)),
                ('language', models.CharField(default='', max_length=20)),
                ('papers', models.JSONField(default=list)),
                ('signed_at', models.DateTimeField(null=True)),
                ('docket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='signers', to='core.docket')),
                ('visit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signers', to='cases.homevisit')),
            ],
        ),
        migrations.AddConstraint(
            model_name='homevisit',
            constraint=models.CheckConstraint(condition=models.Q(('second_id__isnull', True), models.Q(('second_id', models.F('first_id')), _negated=True), _connector='OR'), name='two_officers_go'),
        ),
        migrations.AddConstraint(
            model_name='homevisit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('written_at__isnull', True), ('written_by_id__isnull', True)), models.Q(('first_id__isnull', False), ('written_at__isnull', False), ('written_by_id', models.F('first_id'))), models.Q(('second_id__isnull', False), ('written_at__isnull', False), ('written_by_id', models.F('second_id'))), _connector='OR'), name='written_by_who_went'),
        ),
        migrations.AddConstraint(
            model_name='homevisit',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_at__isnull', True), ('written_at__isnull', False), _connector='OR'), name='written_first'),
        ),
        migrations.AddIndex(
            model_name='signer',
            index=models.Index(fields=['docket'], name='signers_of_docket'),
        ),
        migrations.AddConstraint(
            model_name='signer',
            constraint=models.UniqueConstraint(models.F('docket'), models.F('visit'), models.F('role'), models.F('number_index'), name='one_signer_per_person', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='signer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('how', 'fingerprint'), _negated=True), models.Q(models.Q(('fingerprint_reason', ''), _negated=True), models.Q(('witness', ''), _negated=True)), _connector='OR'), name='a_fingerprint_has_its_reason'),
        ),
    ]
