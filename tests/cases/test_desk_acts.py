"""Papers kept as printed, answers at the desk, and what holds for several papers or a whole batch at once."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from dengbu.cases.actions import desk, papers
from dengbu.cases.actions.papers import VerdictIn
from dengbu.cases.models import Case, CaseDocument, CaseParty, Verdict
from dengbu.cases.queries import counter
from dengbu.core import clock, documents
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from tests.support import office

pytestmark = pytest.mark.django_db
GOOD = dict.fromkeys(desk.CHECKS, True)


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(3)


def test_every_print_is_kept_with_its_bytes_and_counts_on() -> None:
    docket = office.registered_sale()
    assert [papers.print_paper(actor=office.clerk(), docket_id=docket, kind="receipt") for _ in range(2)] == [
        1,
        2,
    ]
    for row in CaseDocument.objects.filter(docket_id=docket):
        assert documents.read_verified(row.storage_key, row.digest).startswith(b"%PDF")
        assert row.pages >= 1 and row.made_by == "李受理"


def test_a_case_is_not_accepted_past_its_last_day_though_the_job_has_not_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket = office.checked_sale()
    until = Case.objects.get(pk=docket).valid_until
    assert until is not None
    monkeypatch.setattr(clock, "now", lambda: until + dt.timedelta(minutes=1))
    with pytest.raises(Refused) as refused:
        desk.accept(actor=office.clerk(), docket_id=docket)
    assert "DESK_EXPIRED" in refused.value.codes and office.state_of(docket) == "preapproved"


def test_nobody_is_checked_in_on_a_case_they_are_not_on() -> None:
    docket, other = office.passed_sale(), CaseParty.objects.get(case_id=office.passed_sale(2), role="buyer")
    with pytest.raises(Refused) as refused:
        desk.check_in(actor=office.clerk(), docket_id=docket, party_id=other.pk, how="card")
    other.refresh_from_db()
    assert refused.value.codes == ("DESK_PARTY",) and other.present_at is None


def test_the_same_key_prints_once() -> None:
    docket = office.registered_sale()
    for _ in range(2):
        assert papers.print_paper(actor=office.clerk(), docket_id=docket, kind="receipt", key="k") == 1
    assert CaseDocument.objects.filter(docket_id=docket).count() == 1


def test_no_receipt_before_acceptance() -> None:
    docket = office.passed_sale()
    with pytest.raises(Refused) as refused:
        papers.print_paper(actor=office.clerk(), docket_id=docket, kind="receipt")
    assert refused.value.codes == ("PRINT_NOT_ACCEPTED",)
    assert not CaseDocument.objects.exists()


def test_nobody_prints_the_papers_of_their_own_sale() -> None:
    docket = office.registered_sale()
    own = office.staff("accept", 55, office.BUYER[0], identity=office.BUYER[1])
    with pytest.raises(NotPermitted) as refused:
        papers.print_paper(actor=own, docket_id=docket, kind="receipt")
    assert refused.value.codes == ("CASE_OWN",)


def test_a_reviewer_has_no_printer() -> None:
    docket = office.registered_sale()
    with pytest.raises(NotPermitted):
        papers.print_paper(actor=office.reviewer(), docket_id=docket, kind="receipt")


def test_answers_are_taken_only_while_the_case_is_at_the_desk() -> None:
    docket = office.registered_sale()
    with pytest.raises(Conflict):
        papers.take_answers(actor=office.clerk(), docket_id=docket, answers={"true_will": "是"})


def test_one_verdict_serves_all_units_that_share_the_paper() -> None:
    dockets = [office.passed_sale(n) for n in (1, 2)]
    verdict = VerdictIn(item="CERT", checks=GOOD, originals=1, copies=0)
    assert papers.desk_verdicts(actor=office.clerk(), docket_ids=dockets, verdicts=[verdict]) == 2
    again = VerdictIn(item="CERT", checks=GOOD | {"valid": False}, originals=1, copies=0, note="印章不清")
    papers.desk_verdicts(actor=office.clerk(), docket_ids=dockets, verdicts=[again])
    found = Verdict.objects.filter(stage="desk", item="CERT").values_list("verdict", "note")
    assert list(found) == [("differs", "印章不清")] * 2


def test_a_failed_check_without_its_reason_writes_nothing_for_any_unit() -> None:
    dockets = [office.passed_sale(n) for n in (1, 2)]
    verdict = VerdictIn(item="CERT", checks={}, originals=1, copies=0)
    with pytest.raises(Refused) as refused:
        papers.desk_verdicts(actor=office.clerk(), docket_ids=dockets, verdicts=[verdict])
    assert refused.value.codes == ("DESK_NOTE",)
    assert not Verdict.objects.filter(stage="desk").exists()


def test_the_reviewer_of_one_unit_can_give_no_verdict_on_the_batch() -> None:
    both = office.staff("accept", 9011, "王审核")
    verdict = VerdictIn(item="CERT", checks=GOOD, originals=1, copies=0)
    with pytest.raises(NotPermitted) as refused:
        papers.desk_verdicts(actor=both, docket_ids=[office.passed_sale(1)], verdicts=[verdict])
    assert refused.value.codes == ("CASE_SAME_HANDS",)


def test_the_representative_is_checked_once_for_all_units() -> None:
    docket = office.passed_sale(1)
    CaseParty.objects.filter(case_id=docket, role="seller").update(document_kind="uscc")
    assert papers.check_in_batch(actor=office.clerk(), docket_ids=[docket]) == 1
    seller = CaseParty.objects.get(case_id=docket, role="seller")
    assert seller.present_how == "representative" and seller.present_at is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://example.cn/q/AbC-12_x", "AbC-12_x"),
        ("https://example.cn/q/AbC12/", "AbC12"),
        (" ys-2026-6n5r ", "ys-2026-6n5r"),
        ("ＹＳ－2026－6N5R", "YS-2026-6N5R"),
        ("", ""),
    ],
)
def test_a_code_is_read_out_of_whatever_was_scanned(text: str, code: str) -> None:
    assert counter.read_code(text) == code


def test_a_case_in_nobodys_queue_is_not_found_by_part_of_its_number() -> None:
    number = Case.objects.select_related("docket").get(docket_id=office.passed_sale(1)).docket.number
    assert counter.scan(number[:-1]).problem is not None
    assert counter.scan(str(uuid.uuid4())).case is None


def test_a_case_is_not_accepted_before_every_question_of_the_record_is_answered() -> None:
    docket_id = office.checked_sale()
    drop_answer(actor=office.SYSTEM, docket_id=docket_id, question="price_as_filed")
    with pytest.raises(Refused) as refused:
        desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert [(r.code, r.field) for r in refused.value.refusals] == [
        ("DESK_UNANSWERED", "answer-price_as_filed")
    ]
    assert "成交价格是否与网签备案的合同一致？" in refused.value.refusals[0].message
    papers.take_answers(actor=office.clerk(), docket_id=docket_id, answers={"price_as_filed": "一致"})
    assert desk.accept(actor=office.clerk(), docket_id=docket_id)["entered"] == [str(docket_id)]


def test_a_question_that_does_not_apply_to_the_case_is_not_asked() -> None:
    docket_id = office.checked_sale()
    drop_answer(actor=office.SYSTEM, docket_id=docket_id, question="objection_known")
    assert desk.accept(actor=office.clerk(), docket_id=docket_id)["entered"] == [str(docket_id)]


@act("test.drop_answer")
def drop_answer(*, actor: Actor, docket_id: uuid.UUID, question: str) -> None:
    case = Case.objects.get(docket_id=docket_id)
    answers = {k: v for k, v in case.filed["answers"].items() if k != question}
    case.filed = {**case.filed, "answers": answers}
    case.save()
