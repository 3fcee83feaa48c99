"""The housing department altered or ended a contract filing on which cases under way stand: their reviewer is warned."""

from __future__ import annotations

from dengbu.contracts.models import ContractFiling
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.jobs import enqueue

from ..lifecycle import BEFORE_ENTRY
from ..models import Case


@act("cases.note_filing_change")
def note_filing_change(*, actor: Actor, filing_no: str) -> int:
    """Mark the unfinished cases that stand on this filing, until the reviewer passes them or asks for a correction;
    who applies is told. Gives how many were marked. A second run for the same push marks nothing.
    """
    filing = ContractFiling.objects.filter(filing_no=filing_no).order_by("-received_at").first()
    if filing is None:
        return 0
    rows = Case.objects.select_for_update(of=("self",), no_key=True).filter(
        unit_code=filing.unit_code,
        state__in=[s.value for s in BEFORE_ENTRY],
        filed__contract__filing_no=filing_no,
    )
    touched = [
        case
        for case in rows.order_by("docket_id")
        if (case.filing_changed_at is None or case.filing_changed_at < filing.received_at)
        and (case.submitted_at or case.created_at) <= filing.received_at
    ]
    for case in touched:
        case.filing_changed_at = clock.now()
    if touched:
        Case.objects.bulk_update(touched, ["filing_changed_at"])
        current().about(*(case.docket_id for case in touched))
        enqueue("cases.tell", docket_ids=[str(c.docket_id) for c in touched], template="filing_changed")
    current().note(filing=filing_no, status=filing.status, cases=len(touched))
    return len(touched)
