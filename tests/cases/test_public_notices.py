"""A public notice: published, objected to, decided, run out."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from dengbu.cases.actions import deciding, desk, matters
from dengbu.cases.models import (
    Case,
    Objection,
    PublicNotice,
)
from dengbu.catalog.policy.policy import office_calendar
from dengbu.core import clock
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.core.workdays import workdays_between
from dengbu.register.verify import verify
from tests.support import matters as waiting
from tests.support import office
from tests.support.matters import entries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def homes() -> None:
    office.open_homes(2)


def test_the_notice_runs_fifteen_working_days_and_names_nobody_whole() -> None:
    docket_id = waiting.accepted_inheritance()
    notice = PublicNotice.objects.get(docket_id=docket_id)
    assert workdays_between(notice.from_on, notice.until_on, office_calendar()) == 15
    text = str(notice.content)
    assert "李*明" in text and "王*" in text and Case.objects.get(pk=docket_id).location in text
    for secret in (*office.SELLER, *office.BUYER):
        assert secret not in text


def test_a_notice_is_not_ended_before_its_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = waiting.accepted_inheritance()
    until = PublicNotice.objects.get(docket_id=docket_id).until_on
    waiting.later(monkeypatch, (until - clock.today()).days)
    with pytest.raises(Refused) as refused:
        matters.end_notice(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("NOTICE_RUNNING",) and waiting.open_kinds(docket_id) >= {"notice"}


def object_to(docket_id: uuid.UUID, **more: object) -> int:
    number: int = matters.record_objection(
        actor=office.clerk(),
        docket_id=docket_id,
        objector="赵强",
        grounds="我也是继承人，没有被写进申请",
        **more,
    )
    return number


def test_an_objection_keeps_the_case_out_of_the_book_until_it_is_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id = waiting.accepted_inheritance()
    waiting.agree(docket_id)
    first, second = object_to(docket_id), object_to(docket_id, phone="13800000000")
    waiting.after_the_notice(monkeypatch, docket_id)
    assert matters.end_notice(actor=office.SYSTEM, docket_id=docket_id) == "accepted"
    decide = {"docket_id": docket_id, "upheld": False, "reason": "经核对户籍档案，不是法定继承人"}
    with pytest.raises(NotPermitted):
        matters.decide_objection(actor=waiting.second(9011), number=first, **decide)
    assert matters.decide_objection(actor=office.lead(), number=second, **decide) == "accepted"
    assert not entries(docket_id) and Objection.objects.get(decision="").matter.round == first
    assert matters.decide_objection(actor=office.lead(), number=first, **decide) == "registered"
    assert "13800000000" not in str(Objection.objects.values()) and verify().ok


def test_an_objection_that_is_right_ends_in_a_refusal_to_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = waiting.accepted_inheritance()
    waiting.agree(docket_id)
    number = object_to(docket_id)
    waiting.after_the_notice(monkeypatch, docket_id)
    matters.end_notice(actor=office.SYSTEM, docket_id=docket_id)
    upheld = matters.decide_objection(
        actor=office.lead(), docket_id=docket_id, number=number, upheld=True, reason="户籍档案证明其为子女"
    )
    assert upheld == "accepted" and not entries(docket_id)
    with pytest.raises(Refused) as refused:
        desk.enter_accepted(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("MATTER_OBJECTION_UPHELD",)
    why = [{"reason": "公告期间的异议成立", "clause": "条例22", "remedy": ""}]
    assert deciding.decline(actor=office.reviewer(), docket_id=docket_id, reasons=why) == "declined"


def test_an_objection_after_the_period_is_told_where_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = waiting.accepted_inheritance()
    with pytest.raises(Refused) as refused:
        object_to(docket_id, received_on=clock.today() + dt.timedelta(days=1))
    assert refused.value.codes == ("OBJECTION_LATE",), "nor was it received on a day to come"
    waiting.after_the_notice(monkeypatch, docket_id)
    with pytest.raises(Refused) as refused:
        object_to(docket_id)
    assert refused.value.codes == ("OBJECTION_LATE",)
    assert object_to(docket_id, received_on=PublicNotice.objects.get().until_on) == 1, "it arrived in time"
