"""Background work of the road: thin, ids only, idempotent, calling actions."""

from __future__ import annotations

import uuid

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from dengbu.core.acts import system
from dengbu.core.refusals import Refused

from .actions.closing import expire_overdue
from .actions.court.answering import make_papers, make_stop_notice
from .actions.filing import close_old_drafts, tell_of_ending_drafts
from .actions.filing_changes import note_filing_change
from .actions.lapses import enter_lapses
from .actions.matters import end_notice, ended_notices
from .actions.telling import tell_parties
from .actions.watching import WATCHES, keep_watch, tell_of_deadlines

ROAD = system("road")
log = structlog.get_logger("dengbu.cases")


@app.task(name="cases.tell", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def tell(docket_ids: list[str], template: str) -> None:
    """Tell everybody concerned with these dockets. The key makes a second run of the same job tell nobody twice."""
    tell_parties(actor=ROAD, docket_ids=[uuid.UUID(d) for d in docket_ids], template=template)


@app.task(name="cases.fee_settled")
def fee_settled(docket_id: str) -> None:
    """Payments say that a bill is settled: tell the payer."""
    tell_parties(actor=ROAD, docket_ids=[uuid.UUID(docket_id)], template="fee_paid")


@app.task(name="cases.filing_changed", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def filing_changed(filing_no: str) -> None:
    """Contracts say that a filing was altered, withdrawn or replaced: cases that stand on it are marked."""
    note_filing_change(actor=ROAD, filing_no=filing_no)


@app.task(name="cases.court_papers", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def court_papers(docket_id: str) -> None:
    """Receipt and letters of a served paper that was entered; what is made already is not made again."""
    make_papers(actor=ROAD, docket_id=uuid.UUID(docket_id))


@app.task(name="cases.stop_notices", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def stop_notices(docket_ids: list[str]) -> None:
    """The written notice of each case that a served paper stopped."""
    for docket_id in docket_ids:
        make_stop_notice(actor=ROAD, docket_id=uuid.UUID(docket_id))


@app.periodic(cron="*/10 * * * *", periodic_id="cases.expire")
@app.task(name="cases.expire", queueing_lock="cases.expire", pass_context=False)
def expire(timestamp: int) -> None:
    """Corrections and pre-review results past their day expire."""
    expire_overdue(actor=ROAD)


@app.periodic(cron="*/10 * * * *", periodic_id="cases.notices")
@app.task(name="cases.notices", queueing_lock="cases.notices", pass_context=False)
def notices(timestamp: int) -> None:
    """Public notices past their last day are settled, each in an act of its own: one that cannot be stops no other."""
    for docket_id in ended_notices():
        try:
            end_notice(actor=ROAD, docket_id=docket_id)
        except Refused as refused:  # somebody was quicker, or took it back meanwhile
            log.info("notice not settled", docket=str(docket_id), codes=refused.codes)


@app.periodic(cron="20 * * * *", periodic_id="cases.lapses")
@app.task(name="cases.lapses", queueing_lock="cases.lapses", pass_context=False)
def lapses(timestamp: int) -> None:
    """Seizures past their term are entered as over, and who waited moves up; a few hundred at a time."""
    while enter_lapses(actor=ROAD):
        pass


@app.periodic(
    cron="15 2 * * *", periodic_id="cases.drafts"
)  # 10:15 in Shanghai: messages do not come at night
@app.task(name="cases.drafts", queueing_lock="cases.drafts", pass_context=False)
def drafts(timestamp: int) -> None:
    """Drafts near the end of their term are announced, those past it are closed; a few hundred at a time."""
    while tell_of_ending_drafts(actor=ROAD):
        pass
    while close_old_drafts(actor=ROAD):
        pass


@app.periodic(cron="40 1 * * *", periodic_id="cases.watch")  # 9:40 in Shanghai: messages do not come at night
@app.task(name="cases.watch", queueing_lock="cases.watch", pass_context=False)
def watch(timestamp: int) -> None:
    """What runs out is found and those concerned are told, kind by kind: one that fails stops no other."""
    for kind in WATCHES:
        try:
            keep_watch(actor=ROAD, kind=kind)
            while tell_of_deadlines(actor=ROAD, kind=kind):
                pass
        except Exception:
            log.exception("watch failed", kind=kind)
