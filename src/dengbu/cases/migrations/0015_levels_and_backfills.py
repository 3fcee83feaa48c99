from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_transition_organisation'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='pendingmatter',
            name='a_known_kind_of_matter',
        ),
        migrations.AddConstraint(
            model_name='pendingmatter',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('face_signing', 'tax', 'housing', 'notice', 'objection', 'inspection', 'second_review', 'answer', 'pause', 'supplement', 'undertaking', 'sign_off', 'backfill'))), name='a_known_kind_of_matter'),
        ),
    ]
