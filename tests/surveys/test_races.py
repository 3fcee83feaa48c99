"""One survey, two registrations at the same moment."""

from __future__ import annotations

import uuid

from dengbu.core.acts import Actor, act, system
from dengbu.core.refusals import Refused
from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.surveys import actions
from dengbu.surveys.models import Survey
from tests.support.dockets import open_docket as docket
from tests.support.races import in_between

from .made_up import checked


@act("test.use")
def use(*, actor: Actor, survey: uuid.UUID, docket_id: uuid.UUID) -> None:
    actions.mark_used(actor=actor, used=[(survey, docket_id)])


def test_two_registrations_that_want_one_survey_at_once_get_it_one_after_the_other(
    own_database: DatabaseUrls,
) -> None:
    survey = checked()
    first, second = docket(), docket()
    overlap = in_between(
        lambda: use(actor=system("test"), survey=survey.pk, docket_id=first.pk),
        lambda: use(actor=system("test"), survey=survey.pk, docket_id=second.pk),
        after=(actions.rows, "read"),
    )
    assert overlap.waited and len(overlap.failures) == 1
    assert isinstance(overlap.second, Refused) and overlap.second.codes == ("SURVEY_UNUSABLE",)
    assert Survey.objects.get().docket_id == first.pk
