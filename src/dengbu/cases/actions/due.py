"""时限: the promised and the statutory last day of an accepted case, counted again when the clock goes on."""

from __future__ import annotations

import uuid

from dengbu.catalog.policy.policy import office_calendar, policy_version
from dengbu.core import clock

from .. import rules
from ..models import Case, ClockStop


def count_again(docket_id: uuid.UUID) -> None:
    """Both last days anew, with all that did not count (条例 20). The case's row is locked already."""
    case = Case.objects.get(pk=docket_id)
    if case.accepted_at is None:
        return
    policy = policy_version(case.type_code, case.policy_version)
    stops = [
        rules.Stop(s.from_on, s.until_on)
        for s in ClockStop.objects.filter(docket_id=docket_id, until_on__isnull=False)
    ]
    since, calendar = clock.local(case.accepted_at).date(), office_calendar()
    Case.objects.filter(pk=docket_id).update(
        promised_on=rules.due_on(since, policy.promised_days, stops, calendar),
        statutory_on=rules.due_on(since, policy.statutory_days, stops, calendar),
    )
