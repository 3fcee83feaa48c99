"""Whoever cannot come is visited by two officers, identified, asked, and signs by hand or finger; the desk adopts it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from dengbu.cases.actions import desk, filing, matters, review
from dengbu.cases.actions.signatures import note_signing
from dengbu.cases.documents import catalogue
from dengbu.cases.facts import facts
from dengbu.cases.home_visits import Manner
from dengbu.cases.models import Case, CaseDocument, CaseParty, HomeVisit, PendingMatter, Signer
from dengbu.cases.queries import visits as queries
from dengbu.cases.queries.desk import counts
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.models import AuditRecord
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.materials.models import MaterialPage
from dengbu.notices.models import Message
from tests.support import matters as waiting
from tests.support import office, visits
from tests.support.visits import FINGER, OTHER, SIGN_LANGUAGE


@pytest.fixture
def sale(db: None) -> uuid.UUID:
    office.open_homes(2)
    return office.passed_sale()


def refused(call: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as error:
        call(*args, **kwargs)
    return error.value.codes


def test_who_signed_at_home_need_not_come_and_the_case_is_accepted(sale: uuid.UUID) -> None:
    visits.written(sale, FINGER)
    first, second = visits.officers()
    absent = {p.name for p in desk.desk_states([sale])[sale].absent(facts(Case.objects.get(pk=sale)))}
    assert absent == {"李小明", "王丽"}, "nothing counts before the second officer has confirmed it"
    elsewhere = office.staff("accept", 9127, "没有去的人")
    assert refused(matters.confirm_signing, actor=elsewhere, docket_id=sale) == ("SIGN_NOT_SENT",)
    with pytest.raises(NotPermitted) as same:
        matters.confirm_signing(actor=first, docket_id=sale)
    assert same.value.codes == ("SIGN_SAME_OFFICER",)
    assert matters.confirm_signing(actor=second, docket_id=sale) == "confirmed"
    state = desk.desk_states([sale])[sale]
    assert [p.name for p in state.absent(facts(Case.objects.get(pk=sale)))] == ["王丽"]
    seller = visits.party(sale)
    assert seller.present_how == "visit" and seller.present_at is not None
    office.check_at_desk(sale)
    assert desk.accept(actor=office.clerk(), docket_id=sale)["entered"] == [str(sale)]


def test_what_was_signed_lies_in_the_volume_with_its_digests(sale: uuid.UUID) -> None:
    manner = Manner(**{**{f: getattr(SIGN_LANGUAGE, f) for f in Manner.__dataclass_fields__}, "how": "fingerprint",
                       "fingerprint_reason": "hand", "witness": "护士赵敏"})  # fmt: skip
    visits.written(sale, manner)
    matters.confirm_signing(actor=visits.officers()[1], docket_id=sale)
    text = waiting.printed(sale, "signing")
    for said in (
        "李小明",
        "手部伤残，不能书写",
        "护士赵敏",
        "周译",
        "手语",
        "查看员甲",
        "查看员乙",
        visits.WHERE,
    ):
        assert said in text
    visit = HomeVisit.objects.get(docket_id=sale)
    made = {
        d.digest for d in CaseDocument.objects.filter(docket_id=sale, kind__in=("application", "inquiry"))
    }
    assert {p["digest"] for p in visit.papers} == set(Signer.objects.get(visit=visit).papers) == made
    photo = MaterialPage.objects.get(docket_id=sale, item="SIGN1")
    assert all(d in text for d in (*made, photo.stored_digest))
    titles = [line["title"] for line in catalogue(facts(Case.objects.get(pk=sale)))]
    assert {"面签记录", "面签现场照片", "面签签字影像：李小明", "面签翻译签字影像：周译"} <= set(titles)
    inquiry = waiting.printed(sale, "inquiry")
    assert "以捺指印代替签名" in inquiry and "周译" in inquiry and visits.WHERE in inquiry
    assert OTHER not in str(list(AuditRecord.objects.values_list("detail", flat=True)))


def test_the_papers_are_signed_as_they_stand(sale: uuid.UUID) -> None:
    first, _ = visits.officers()
    visits.ask(sale)
    assert refused(matters.add_scene, actor=first, docket_id=sale, intake=visits.taken()[0], original_name="a") == ("SIGN_NOT_SENT",)  # fmt: skip
    visits.plan(sale)
    assert refused(visits.identify, sale, number=office.BUYER[1]) == ("SIGN_NUMBER_DIFFERS",)
    assert refused(visits.sign, sale) == ("SIGN_UNKNOWN",)
    visits.identify(sale)
    assert refused(matters.make_papers, actor=first, docket_id=sale) == ("SIGN_UNANSWERED",)
    visits.answer(sale)
    matters.make_papers(actor=first, docket_id=sale)
    visits.sign(sale)
    visits.photograph(sale)
    matters.make_papers(actor=first, docket_id=sale)
    assert refused(visits.record, sale) == ("SIGN_PAPER_CHANGED",)
    visits.sign(sale)
    live = MaterialPage.objects.filter(docket_id=sale, item="SIGN1-1", removed_at=None)
    assert live.count() == 1 and MaterialPage.objects.filter(docket_id=sale, item="SIGN1-1").count() == 2
    assert visits.record(sale) == "written"
    assert refused(visits.identify, sale) == ("SIGN_WRITTEN",)
    matters.confirm_signing(actor=visits.officers()[1], docket_id=sale, agrees=False)
    assert visits.record(sale) == "written"


def test_a_visit_that_is_not_over_keeps_the_case_from_acceptance_until_it_is_taken_back(
    sale: uuid.UUID,
) -> None:
    visits.ask(sale)
    office.check_at_desk(sale)
    assert refused(desk.accept, actor=office.clerk(), docket_id=sale) == ("DESK_VISIT_OPEN",)
    by_word = {"actor": office.clerk(), "docket_id": sale, "kind": "face_signing", "evidence": "签过了"}
    assert refused(desk.settle_matter, **by_word) == ("MATTER_HAS_PROCEDURE",)
    matters.cancel_visit_home(actor=office.clerk(), docket_id=sale)
    assert desk.accept(actor=office.clerk(), docket_id=sale)["entered"] == [str(sale)]


def test_a_visit_is_declined_with_its_reason_and_may_be_asked_for_again(sale: uuid.UUID) -> None:
    with pytest.raises(NotPermitted):
        visits.ask(sale, by=office.stranger())
    visits.ask(sale)
    of_before = visits.signer(sale).pk
    assert refused(visits.ask, sale) == ("VISIT_ASKED",)
    assert refused(matters.decline_visit, actor=office.clerk(), docket_id=sale, reason="不去") == (
        "VISIT_WHY_NOT",
    )
    matters.decline_visit(actor=office.clerk(), docket_id=sale, reason="住所不在本区，可以公证委托他人办理")
    assert PendingMatter.objects.get(docket_id=sale).outcome == "turned_down"
    assert len(desk.desk_states([sale])[sale].absent(facts(Case.objects.get(pk=sale)))) == 2
    visits.ask(sale)
    visits.plan(sale)
    assert PendingMatter.objects.filter(docket_id=sale, kind="face_signing").count() == 2
    seen = {"document_kind": "resident_id", "number": office.SELLER[1], "manner": Manner()}
    by = {"actor": visits.officers()[0], "docket_id": sale}
    assert refused(matters.identify_signer, **by, signer_id=of_before, **seen) == ("SIGN_WHO",)


def test_nobody_handles_the_visit_of_their_own_case_and_only_who_may_is_sent(sale: uuid.UUID) -> None:
    visits.ask(sale)
    me = office.staff("accept", office.seller().user_id or 0, office.SELLER[0])
    own = visits.hire(actor=office.SYSTEM, user_id=me.user_id, name=me.name)
    other_post = visits.hire(actor=office.SYSTEM, user_id=9126, name="缮证员", post="certify")
    assert refused(visits.plan, sale, second=own) == ("CASE_OWN",)
    assert refused(visits.plan, sale, first=other_post) == ("VISIT_FIRST",)
    when = {"planned_at": clock.now() + dt.timedelta(hours=2), "first": 9124, "second": 9125}
    assert refused(matters.plan_visit, actor=me, docket_id=sale, **when) == ("CASE_OWN",)
    why = "住所不在本区，可以公证委托他人办理"
    assert refused(matters.decline_visit, actor=me, docket_id=sale, reason=why) == ("CASE_OWN",)
    assert refused(matters.cancel_visit_home, actor=office.stranger(), docket_id=sale) == ("CASE_NOT_YOURS",)
    visits.plan(sale)
    desk.send_back(actor=office.clerk(), docket_id=sale, reason="纸件与影像不一致")
    assert refused(visits.identify, sale) == ("CASE_MOVED_ON",)


def test_a_visit_asked_for_right_after_filing_waits_for_the_review_and_is_planned_after_it(db: None) -> None:
    office.open_homes(1)
    sale = office.draft_sale()
    assert refused(visits.ask, sale) == ("VISIT_NOT_NOW",)
    filing.submit(actor=office.seller(), docket_id=sale, declared=True)
    visits.ask(sale)  # the buyer has not confirmed yet
    asked = PendingMatter.objects.get(docket_id=sale, kind="face_signing")
    assert asked.due_at is None
    assert [v.docket_id for v in queries.page_of("early")[0]] == [sale] and not queries.page_of("asked")[0]
    assert counts(office.clerk(), clock.now())["visits"] == 0  # nothing to plan yet
    assert refused(visits.plan, sale) == ("VISIT_PLAN_EARLY",)
    filing.confirm(actor=office.buyer(), docket_id=sale, declared=True)
    review.claim(actor=office.reviewer(), docket_id=sale)
    office.judge_all(sale)
    review.query_restrictions(actor=office.reviewer(), docket_id=sale)
    review.pass_case(actor=office.reviewer(), docket_id=sale)
    asked.refresh_from_db()
    assert asked.due_at is not None
    assert [v.docket_id for v in queries.page_of("asked")[0]] == [sale] and not queries.page_of("early")[0]
    assert counts(office.clerk(), clock.now())["visits"] == 1
    visits.plan(sale)
    assert HomeVisit.objects.get(docket_id=sale).planned_at is not None


def test_a_visit_ends_with_an_application_that_goes_back_to_be_changed(db: None) -> None:
    office.open_homes(1)
    sale = office.draft_sale()
    filing.submit(actor=office.seller(), docket_id=sale, declared=True)
    visits.ask(sale)
    filing.disagree(actor=office.buyer(), docket_id=sale, reason="价款写错了")
    assert office.state_of(sale) == "draft"
    ended = PendingMatter.objects.get(docket_id=sale, kind="face_signing")
    assert (ended.outcome, "可以再申请" in ended.evidence) == ("over", True)
    filing.submit(actor=office.seller(), docket_id=sale, declared=True)
    visits.ask(sale)


def test_the_window_writes_down_what_is_asked_for_by_telephone_even_who_typed_the_application(
    sale: uuid.UUID,
) -> None:
    case = Case.objects.get(pk=sale)
    typed = office.clerk()
    record_typist(actor=office.SYSTEM, docket_id=sale, user_id=typed.user_id or 0)
    said = {
        "docket_id": sale,
        "party_ids": [str(visits.party(sale).pk)],
        "reason": "age",
        "remark": "八十岁，腿脚不便",
        "place": visits.WHERE,
        "how": "phone",
    }
    own = office.staff("accept", 77, identity=office.SELLER[1])
    with pytest.raises(NotPermitted):  # a party who works here does not
        matters.ask_visit_at_window(actor=own, **said)
    matters.ask_visit_at_window(actor=typed, **said)
    assert HomeVisit.objects.get(docket_id=case.pk).asked_how == "phone"


@act("test.record_typist")
def record_typist(*, actor: Actor, docket_id: uuid.UUID, user_id: int) -> None:
    case = Case.objects.get(pk=docket_id)
    case.filed = {**case.filed, "typed_by": [user_id]}
    case.save()


def test_who_applies_no_more_is_not_visited(sale: uuid.UUID) -> None:
    visits.ask(sale)
    replace_seller(actor=office.SYSTEM, docket_id=sale)
    assert refused(visits.plan, sale) == ("VISIT_PEOPLE_GONE",)


@act("test.replace_seller")
def replace_seller(*, actor: Actor, docket_id: uuid.UUID) -> None:
    CaseParty.objects.filter(case_id=docket_id, role="seller").update(number_index="somebody-else")


def test_what_a_correction_changes_is_signed_anew(sale: uuid.UUID) -> None:
    visits.written(sale)
    matters.confirm_signing(actor=visits.officers()[1], docket_id=sale)
    desk.send_back(actor=office.clerk(), docket_id=sale, reason="合同价款与影像不一致")
    office.judge_all(sale)
    review.request_correction(
        actor=office.reviewer(),
        docket_id=sale,
        reasons=[{"code": "Z99", "target": "case", "note": "合同价款与影像不一致，请核对"}],
    )
    filing.submit(actor=office.seller(), docket_id=sale, declared=True)
    assert visits.party(sale).present_at is None
    assert PendingMatter.objects.get(docket_id=sale).outcome == "over"
    assert CaseDocument.objects.filter(docket_id=sale, kind="signing").exists(), "the record stays"


def test_what_a_reviewer_adopts_does_not_hide_a_visit_that_is_still_open(sale: uuid.UUID) -> None:
    visits.ask(sale)
    desk.send_back(actor=office.clerk(), docket_id=sale, reason="请核对面签方式")
    adopted = {
        "actor": office.reviewer(),
        "docket_id": sale,
        "kind": "face_signing",
        "evidence": "视频面签 3 号",
    }
    review.record_face_signing(**adopted)
    review.query_restrictions(actor=office.reviewer(), docket_id=sale)
    review.pass_case(actor=office.reviewer(), docket_id=sale)
    office.check_at_desk(sale)
    assert refused(desk.accept, actor=office.clerk(), docket_id=sale) == ("DESK_VISIT_OPEN",)
    assert HomeVisit.objects.get(docket_id=sale).matter.outcome == "", "the visit was not overwritten"
    matters.cancel_visit_home(actor=office.clerk(), docket_id=sale)
    assert desk.accept(actor=office.clerk(), docket_id=sale)["entered"] == [str(sale)]


def test_at_the_window_fingerprint_and_interpreter_stand_on_the_record_of_questions(sale: uuid.UUID) -> None:
    common = {"actor": office.clerk(), "docket_id": sale, "party_id": visits.party(sale).pk}
    assert refused(note_signing, **common, manner=Manner(how="fingerprint")) == (
        "SIGN_FINGER_WHY", "SIGN_WITNESS", "SIGN_READ",
    )  # fmt: skip
    note_signing(**common, manner=FINGER)
    note_signing(**common, manner=SIGN_LANGUAGE)
    assert Signer.objects.filter(docket_id=sale).count() == 1
    office.answer_questions(sale)
    text = waiting.printed(sale, "inquiry")
    assert "周译" in text and "手语" in text and "捺指印代替" not in text and "翻译（签名）" in text


def test_the_database_knows_no_fingerprint_without_reason_and_no_officer_twice(sale: uuid.UUID) -> None:
    visits.ask(sale)
    for model, change in (
        (Signer, {"how": "fingerprint"}),
        (HomeVisit, {"first_id": 7, "second_id": 7}),
        (HomeVisit, {"first_id": 7, "written_by_id": 8, "written_at": clock.now()}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(docket_id=sale).update(**change)


def test_the_applicants_are_told_when_who_comes(sale: uuid.UUID) -> None:
    from dengbu.cases.actions.telling import tell_parties

    visits.ask(sale)
    visits.plan(sale)
    tell_parties(actor=office.SYSTEM, docket_ids=[str(sale)], template="visit_planned")
    texts = list(
        Message.objects.filter(docket_id=sale, template="visit_planned").values_list("text", flat=True)
    )
    assert texts and all("查看员甲、查看员乙" in t for t in texts)
