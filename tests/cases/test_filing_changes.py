"""A contract filing altered by the housing department while a case stands on it is announced, not found by chance."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection

from dengbu.cases import tasks
from dengbu.cases.actions import review, withdrawing
from dengbu.cases.actions.filing_changes import note_filing_change
from dengbu.cases.actions.telling import tell_parties
from dengbu.cases.models import Case
from dengbu.cases.queries import desk as queries
from dengbu.contracts.actions import take_filing
from dengbu.contracts.models import ContractFiling
from dengbu.contracts.reading import read_filing
from dengbu.contracts.rules import RegisterFacts
from dengbu.contracts.wire import Context
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.notices.models import Message
from tests.contracts import messages
from tests.register import homes
from tests.support import office
from tests.web.windows import at_work, text_of

pytestmark = pytest.mark.django_db
NUMBER = "SJ-2026-000001"


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(3)


@act("test.end_filing")
def ended(*, actor: Actor, status: str = "withdrawn", later: int = 1) -> None:
    ContractFiling.objects.filter(filing_no=NUMBER).update(
        status=status, received_at=clock.now() + dt.timedelta(seconds=later), version=2
    )


def tell() -> int:
    return note_filing_change(actor=office.SYSTEM, filing_no=NUMBER)


def push(number: str, **changes: Any) -> None:
    now = clock.now()
    said = messages.filing(
        filing_no=number,
        unit_code=homes.home(1),
        filed_at=now.isoformat(),
        **changes,
    )
    body = messages.push("filing", said, sent_at=now.isoformat(), message_id=uuid.uuid4().hex)
    take_filing(
        actor=office.SYSTEM,
        push=read_filing(body, Context(now, "410106")),
        facts=RegisterFacts(exists=True, live=True),
    )


def waiting_jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'cases.filing_changed'")
        return int(cursor.fetchone()[0])


def test_a_push_about_a_filing_already_known_is_announced_and_a_first_one_is_not() -> None:
    push("SJ-2026-000777")
    assert waiting_jobs() == 0
    push(
        "SJ-2026-000777",
        version=2,
        status="withdrawn",
        status_reason="双方解除合同",
        status_at=clock.now().isoformat(),
    )
    assert waiting_jobs() == 1


def test_the_reviewer_reads_of_a_withdrawn_filing_in_the_queue_and_on_the_case() -> None:
    docket_id = office.claimed_sale()
    reader = at_work("review")
    assert "合同备案有变动" not in text_of(reader.get(f"/desk/review/{docket_id}/"))
    ended(actor=office.SYSTEM)
    tasks.filing_changed(NUMBER)
    rows, _ = queries.queue_page(office.reviewer(), "mine")
    assert [r.filing_changed_at is not None for r in rows] == [True]
    page = text_of(reader.get(f"/desk/review/{docket_id}/"))
    assert "合同备案有变动" in page and NUMBER in page


def test_the_desk_reads_of_it_too_and_the_applicants_are_told() -> None:
    docket_id = office.passed_sale()
    ended(actor=office.SYSTEM)
    assert tell() == 1
    assert "合同备案有变动" in text_of(at_work("accept").get(f"/desk/accept/{docket_id}/"))
    tell_parties(actor=office.SYSTEM, docket_ids=[docket_id], template="filing_changed")
    assert Message.objects.filter(template="filing_changed", user_id=office.seller().user_id).count() == 1


def test_the_same_push_marks_a_case_once_and_another_push_again() -> None:
    office.claimed_sale()
    ended(actor=office.SYSTEM, later=0)
    assert (tell(), tell()) == (1, 0)
    ended(actor=office.SYSTEM, later=5)
    assert tell() == 1


def test_the_mark_goes_once_the_reviewer_has_judged_the_case_with_it() -> None:
    docket_id = office.claimed_sale()
    ended(actor=office.SYSTEM)
    tell()
    office.judge_all(docket_id, CERT="fix")
    reason = {"code": "Z99", "target": "material:CERT", "note": "合同备案已撤销，请重新备案后再提交。"}
    review.request_correction(actor=office.reviewer(), docket_id=docket_id, reasons=[reason])
    assert Case.objects.get().filing_changed_at is None


def test_drafts_finished_cases_and_those_of_other_filings_are_left_alone() -> None:
    office.draft_sale(1)
    withdrawn = office.submitted_sale(2)
    withdrawing.withdraw(actor=office.seller(), docket_id=withdrawn)
    office.claimed_sale(3)
    ended(actor=office.SYSTEM)
    assert tell() == 0
    assert note_filing_change(actor=office.SYSTEM, filing_no="SJ-0000-000000") == 0
