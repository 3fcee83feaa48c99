"""Pending matters with outcomes and rounds; notices, objections, inspections; days that do not count; a guard of the book."""

import dengbu.core.ids
import django.db.models.deletion
from django.db import migrations, models

# What was settled before had no outcome of its own.
OUTCOMES = """
SELECT set_config('dengbu.actor', 'system:migration', true);
UPDATE cases_pendingmatter SET outcome = 'done' WHERE settled_at IS NOT NULL;
"""

# Whoever writes: nothing is entered for a docket while one of its matters is open.
GUARD = """
CREATE FUNCTION cases_nothing_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM new_rows n JOIN cases_pendingmatter m ON m.docket_id = n.docket_id
             WHERE m.settled_at IS NULL) THEN
    RAISE EXCEPTION 'an entry while a pending matter of its docket is open' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER nothing_pending AFTER INSERT ON register_entry
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cases_nothing_pending();
"""
UNGUARD = "DROP TRIGGER nothing_pending ON register_entry; DROP FUNCTION cases_nothing_pending();"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_told'),
        ('core', '0003_numbers'),
        ('register', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClockStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=20)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(null=True)),
                ('evidence', models.CharField(default='', max_length=200)),
                ('stopped_by', models.CharField(default='', max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('matter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='objection', serialize=False, to='cases.pendingmatter')),
                ('objector', models.CharField(max_length=100)),
                ('phone_cipher', models.CharField(default='', max_length=200)),
                ('grounds', models.CharField(max_length=500)),
                ('received_on', models.DateField()),
                ('recorded_by', models.CharField(max_length=80)),
                ('decision', models.CharField(default='', max_length=500)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PublicNotice',
            fields=[
                ('id', models.UUIDField(default=dengbu.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=30, unique=True)),
                ('kind', models.CharField(max_length=30)),
                ('title', models.CharField(max_length=60)),
                ('content', models.JSONField()),
                ('days', models.IntegerField()),
                ('from_on', models.DateField()),
                ('until_on', models.DateField()),
                ('published_at', models.DateTimeField()),
                ('published_by', models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name='SiteInspection',
            fields=[
                ('matter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='inspection', serialize=False, to='cases.pendingmatter')),
                ('visited_at', models.DateTimeField()),
                ('accompanied_by', models.CharField(default='', max_length=100)),
                ('findings', models.JSONField(default=dict)),
                ('remark', models.CharField(default='', max_length=500)),
                ('passed', models.BooleanField()),
                ('first_id', models.BigIntegerField()),
                ('first_name', models.CharField(max_length=50)),
                ('first_number', models.CharField(default='', max_length=20)),
                ('first_at', models.DateTimeField()),
                ('second_id', models.BigIntegerField(null=True)),
                ('second_name', models.CharField(default='', max_length=50)),
                ('second_number', models.CharField(default='', max_length=20)),
                ('second_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='pendingmatter',
            name='one_matter_per_kind',
        ),
        migrations.AddField(
            model_name='case',
            name='statutory_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='pendingmatter',
            name='opened_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='pendingmatter',
            name='outcome',
            field=models.CharField(default='', max_length=12),
        ),
        migrations.AddField(
            model_name='pendingmatter',
            name='round',
            field=models.IntegerField(default=1),
        ),
        migrations.AddField(
            model_name='pendingmatter',
            name='settled_by_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='pendingmatter',
            name='docket',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='pending_matters', to='core.docket'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state__in', ('accepted', 'registered'))), fields=['promised_on', 'docket'], name='cases_by_promise'),
        ),
        migrations.AddIndex(
            model_name='pendingmatter',
            index=models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['kind', 'due_at', 'docket'], name='open_matters'),
        ),
        migrations.AddConstraint(
            model_name='pendingmatter',
            constraint=models.UniqueConstraint(models.F('docket'), models.F('kind'), models.F('round'), name='one_matter_per_round'),
        ),
        migrations.AddConstraint(
            model_name='pendingmatter',
            constraint=models.UniqueConstraint(condition=models.Q(('settled_at__isnull', True), models.Q(('kind', 'objection'), _negated=True)), fields=('docket', 'kind'), name='one_open_matter_per_kind'),
        ),
        migrations.RunSQL(OUTCOMES, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='pendingmatter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', ''), ('settled_at__isnull', True)), models.Q(('settled_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='settled_with_an_outcome'),
        ),
        migrations.AddConstraint(
            model_name='pendingmatter',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('face_signing', 'tax', 'housing', 'notice', 'objection', 'inspection', 'second_review', 'answer', 'pause'))), name='a_known_kind_of_matter'),
        ),
        migrations.AddField(
            model_name='clockstop',
            name='docket',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='clock_stops', to='core.docket'),
        ),
        migrations.AddField(
            model_name='objection',
            name='docket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='core.docket'),
        ),
        migrations.AddField(
            model_name='publicnotice',
            name='docket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='public_notices', to='core.docket'),
        ),
        migrations.AddField(
            model_name='publicnotice',
            name='matter',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='notice', to='cases.pendingmatter'),
        ),
        migrations.AddField(
            model_name='siteinspection',
            name='docket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='core.docket'),
        ),
        migrations.AddIndex(
            model_name='clockstop',
            index=models.Index(fields=['docket'], name='stops_of_docket'),
        ),
        migrations.AddConstraint(
            model_name='clockstop',
            constraint=models.UniqueConstraint(condition=models.Q(('until_on__isnull', True)), fields=('docket', 'reason'), name='one_open_stop_per_reason'),
        ),
        migrations.AddConstraint(
            model_name='clockstop',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='a_stop_ends_later'),
        ),
        migrations.AddIndex(
            model_name='publicnotice',
            index=models.Index(fields=['until_on', '-id'], name='notices_by_end'),
        ),
        migrations.AddConstraint(
            model_name='publicnotice',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__gt', models.F('from_on'))), name='a_notice_runs'),
        ),
        migrations.AddConstraint(
            model_name='siteinspection',
            constraint=models.CheckConstraint(condition=models.Q(('second_id__isnull', True), models.Q(('second_id', models.F('first_id')), _negated=True), _connector='OR'), name='two_officers'),
        ),
        migrations.AddConstraint(
            model_name='siteinspection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('second_at__isnull', True), ('second_id__isnull', True)), models.Q(('second_at__isnull', False), ('second_id__isnull', False)), _connector='OR'), name='confirmed_by_somebody'),
        ),
        migrations.RunSQL('CREATE SEQUENCE dengbu_public_notice_no', 'DROP SEQUENCE dengbu_public_notice_no'),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
