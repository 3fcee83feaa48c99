"""Two officers look at a house on the spot before it is entered."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from dengbu.cases import facts as facts_module
from dengbu.cases.actions import desk, matters, review
from dengbu.cases.documents import catalogue
from dengbu.cases.models import (
    Case,
    PendingMatter,
)
from dengbu.core import clock
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.materials.models import MaterialPage
from dengbu.register.verify import verify
from tests.support import matters as waiting
from tests.support import office
from tests.support.matters import entries, owner

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def homes() -> None:
    office.open_homes(2)


@pytest.fixture
def visited(monkeypatch: pytest.MonkeyPatch) -> uuid.UUID:
    """A case of whose type the policy asks for an inspection and nothing else."""
    docket_id = waiting.checked_inheritance()
    policy = facts_module.facts(Case.objects.get(pk=docket_id)).policy
    wanted = policy.model_copy(update={"site_visit": "required", "public_notice_days": 0, "reviews": 1})
    monkeypatch.setattr(facts_module, "policy_version", lambda code, version: wanted)
    return docket_id


def test_two_officers_inspect_and_the_second_enters_the_case(visited: uuid.UUID) -> None:
    desk.accept(actor=office.clerk(), docket_id=visited)
    assert waiting.open_kinds(visited) == {"inspection"}
    with pytest.raises(Refused) as refused:
        waiting.record(visited)
    assert refused.value.codes == ("SITE_NO_PHOTO",)
    office.upload(actor=office.SYSTEM, docket_id=visited, item=matters.PHOTOS)
    waiting.record(visited)
    with pytest.raises(NotPermitted) as same:
        matters.confirm_inspection(actor=waiting.officer(24), docket_id=visited)
    assert same.value.codes == ("SITE_SAME_OFFICER",) and not entries(visited)
    with pytest.raises(Conflict):
        waiting.record(visited, by=waiting.officer(25))
    assert matters.confirm_inspection(actor=waiting.officer(25), docket_id=visited) == "registered"
    assert owner() == office.BUYER[0] and verify().ok


def test_a_failed_inspection_forbids_the_entry_until_another_is_good(visited: uuid.UUID) -> None:
    desk.accept(actor=office.clerk(), docket_id=visited)
    with pytest.raises(Refused) as refused:
        matters.inspect_again(actor=office.lead(), docket_id=visited)
    assert refused.value.codes == ("SITE_NOT_FAILED",), "it has not been made yet"
    office.upload(actor=office.SYSTEM, docket_id=visited, item=matters.PHOTOS)
    with pytest.raises(Refused) as refused:
        waiting.record(visited, findings=waiting.SEEN | {"place": "no"})
    assert {"SITE_CONTRADICTS", "SITE_REMARK"} == set(refused.value.codes)
    with pytest.raises(Refused) as refused:
        waiting.record(visited, visited_at=clock.now() + dt.timedelta(minutes=1))
    assert refused.value.codes == ("SITE_WHEN",)
    with pytest.raises(NotPermitted):
        waiting.record(visited, by=waiting.officer(Case.objects.get(pk=visited).filed_by or 0))
    waiting.record(
        visited, findings=waiting.SEEN | {"place": "no"}, passed=False, remark="现场是另一幢楼，门牌不符"
    )
    assert matters.confirm_inspection(actor=waiting.officer(25), docket_id=visited) == "accepted"
    with pytest.raises(Refused) as refused:
        desk.enter_accepted(actor=office.clerk(), docket_id=visited)
    assert refused.value.codes == ("MATTER_INSPECTION_FAILED",) and not entries(visited)
    matters.inspect_again(actor=office.lead(), docket_id=visited)
    with pytest.raises(Refused) as refused:
        waiting.record(visited)
    assert refused.value.codes == ("SITE_NO_PHOTO",), (
        "the photographs of the first visit show the first visit"
    )
    office.upload(actor=office.SYSTEM, docket_id=visited, item=matters.PHOTOS)
    waiting.record(visited)
    assert matters.confirm_inspection(actor=waiting.officer(25), docket_id=visited) == "registered"


def test_an_inspection_sent_out_during_the_review_is_adopted_and_not_asked_again(
    monkeypatch: pytest.MonkeyPatch, visited: uuid.UUID
) -> None:
    desk.send_back(actor=office.clerk(), docket_id=visited, reason="需要现场核对")
    with pytest.raises(Refused) as refused:
        review.record_face_signing(
            actor=office.reviewer(), docket_id=visited, kind="inspection", evidence="看过了"
        )
    assert refused.value.codes == ("REVIEW_INSPECTION_TWO",)
    review.send_out_inspection(actor=office.reviewer(), docket_id=visited)
    office.upload(actor=office.SYSTEM, docket_id=visited, item=matters.PHOTOS)
    waiting.record(visited)
    assert matters.confirm_inspection(actor=waiting.officer(25), docket_id=visited) == "under_review"
    review.query_restrictions(actor=office.reviewer(), docket_id=visited)
    review.pass_case(actor=office.reviewer(), docket_id=visited)
    assert desk.accept(actor=office.clerk(), docket_id=visited)["entered"] == [str(visited)]
    assert PendingMatter.objects.filter(docket_id=visited).count() == 1


def test_photographs_are_evidence_and_locked_once_the_inspection_is_settled(visited: uuid.UUID) -> None:
    desk.accept(actor=office.clerk(), docket_id=visited)
    office.upload(actor=office.SYSTEM, docket_id=visited, item=matters.PHOTOS)
    page = MaterialPage.objects.get(docket_id=visited, item=matters.PHOTOS)
    waiting.record(visited)
    with pytest.raises(Conflict):
        matters.remove_photo(actor=waiting.officer(25), docket_id=visited, page_id=page.pk)
    matters.confirm_inspection(actor=waiting.officer(25), docket_id=visited)
    with pytest.raises(Refused):
        matters.remove_photo(actor=waiting.officer(24), docket_id=visited, page_id=page.pk)


def test_a_paper_is_not_printed_before_there_is_what_it_says(visited: uuid.UUID) -> None:
    desk.accept(actor=office.clerk(), docket_id=visited)
    for kind, code in (
        ("public_notice", "PRINT_NO_NOTICE"),
        ("inspection", "PRINT_NO_INSPECTION"),
        ("pause", "PRINT_NOT_PAUSED"),
    ):
        with pytest.raises(Refused) as refused:
            waiting.printed(visited, kind)
        assert refused.value.codes == (code,)
    matters.pause(actor=office.lead(), docket_id=visited, reason="survey", evidence="待测绘队复测界址点")
    assert "待测绘队复测界址点" in waiting.printed(visited, "pause")
    office.upload(actor=office.SYSTEM, docket_id=visited, item=matters.PHOTOS)
    waiting.record(visited)
    matters.confirm_inspection(actor=waiting.officer(25), docket_id=visited)
    text = waiting.printed(visited, "inspection")
    assert "查看员24" in text and "查看员25" in text and "符合登记要求" in text
    titles = [line["title"] for line in catalogue(facts_module.facts(Case.objects.get(pk=visited)))]
    assert {"实地查看记录", "实地查看现场照片", "暂缓办理通知书"} <= set(titles)
