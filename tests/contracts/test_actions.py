"""What becomes of a push: taken once, in order, compared with the book, kept for staff where it does not fit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from dengbu.contracts import actions, queries
from dengbu.contracts.models import (
    NUMBER_PURPOSE,
    PHONE_PURPOSE,
    ContractFiling,
    ContractParty,
    InboundMessage,
    ReviewParty,
    TransactionReview,
)
from dengbu.contracts.reading import read_filing, read_review
from dengbu.contracts.rules import PartyKey, RegisterFacts
from dengbu.contracts.wire import Answer
from dengbu.core import crypto
from dengbu.core.acts import Actor, system
from dengbu.core.models import History
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from tests.support.dockets import citizen, staff

from .messages import BUYER, CONTEXT, SELLER, UNIT, filing, push, review

pytestmark = pytest.mark.django_db
HOUSING = Actor(key="partner:housing-demo", name="房管", permissions=frozenset({"contract.push"}))
NO = "SJ-2026-000123"
ENDED = {"status_reason": "双方协商解除", "status_at": "2026-11-23T09:50:00+08:00"}


def book(**changes: Any) -> RegisterFacts:
    owner = PartyKey("陈建国", "resident_id", crypto.index(SELLER))
    return RegisterFacts(**{"exists": True, "area_m2": Decimal("89.21"), "owners": (owner,), **changes})


def take(message_id: str = "message-0001", facts: RegisterFacts | None = None, **changes: Any) -> Answer:
    sent = read_filing(push("filing", filing(**changes), message_id=message_id), CONTEXT)
    return actions.take_filing(actor=HOUSING, push=sent, facts=facts or book())


def take_review(
    message_id: str = "message-0001", facts: RegisterFacts | None = None, **changes: Any
) -> Answer:
    sent = read_review(push("review", review(**changes), message_id=message_id), CONTEXT)
    return actions.take_review(actor=HOUSING, push=sent, facts=facts or book())


def codes(answer: Answer) -> list[str]:
    return [problem.code for problem in answer.problems]


def test_a_filing_is_taken_with_its_parties_encrypted():
    assert take() == Answer(outcome="taken", subject=NO, version=1)
    found = queries.filing_by_no(NO)
    assert found is not None
    assert (found.status, found.price_fen, found.area_m2) == ("filed", 120_000_000, Decimal("89.21"))
    assert [(p.role, p.number) for p in found.parties] == [("buyer", BUYER), ("seller", SELLER)]
    seller = ContractParty.objects.get(role="seller")
    assert seller.number_cipher != SELLER and crypto.decrypt(seller.number_cipher, NUMBER_PURPOSE) == SELLER
    assert crypto.decrypt(seller.phone_cipher, PHONE_PURPOSE) == "13900001111"


def test_the_same_message_again_gets_the_same_answer_and_writes_nothing():
    first = take(area_m2="80.00")
    assert codes(first) == ["FILING_AREA_DIFFERS"]
    assert take(area_m2="80.00", facts=book(exists=False)) == first
    assert InboundMessage.objects.count() == ContractFiling.objects.count() == 1
    assert ContractParty.objects.count() == 2


def test_a_message_id_used_for_another_content_is_a_conflict():
    take()
    with pytest.raises(Conflict) as caught:
        take(price_yuan="1300000.00", version=2)
    assert caught.value.codes == ("MESSAGE_ID_REUSED",)
    assert queries.filing_by_no(NO).price_fen == 120_000_000


def test_a_newer_version_replaces_content_and_parties_and_the_former_is_kept_in_history():
    take()
    other = {"name": "周敏", "document_kind": "resident_id", "number": BUYER}
    assert take("message-0002", version=2, price_yuan="1300000", buyers=[other]).outcome == "taken"
    found = queries.filing_by_no(NO)
    assert (found.version, found.price_fen, [p.name for p in found.role("buyer")]) == (
        2,
        130_000_000,
        ["周敏"],
    )
    kept = History.objects.filter(table_name="contracts_contractfiling").get()
    assert (kept.row_before["version"], kept.actor) == (1, HOUSING.key)


def test_a_version_that_was_overtaken_changes_nothing():
    take(version=3)
    assert take("message-0002", version=2, price_yuan="1").outcome == "superseded"
    assert queries.filing_by_no(NO).version == 3


def test_the_same_version_with_other_content_is_refused_and_seen_by_staff():
    take()
    answer = take("message-0002", price_yuan="1")
    assert (answer.outcome, codes(answer)) == ("refused", ["VERSION_REUSED"])
    assert queries.filing_by_no(NO).price_fen == 120_000_000
    assert [m.message_id for m in queries.problems_page()[0]] == ["message-0002"]


@pytest.mark.parametrize("status", ["withdrawn", "cancelled", "replaced"])
def test_a_filing_that_ended_is_no_longer_in_force_and_does_not_come_back(status):
    take()
    more = {"replaced_by": "SJ-2026-000124"} if status == "replaced" else {}
    # The owner has changed meanwhile: nothing stops an ending.
    assert take("message-0002", book(owners=()), version=2, status=status, **ENDED, **more).outcome == "taken"
    row = ContractFiling.objects.get()
    assert (row.status, row.status_reason, row.replaced_by) == (
        status, "双方协商解除", more.get("replaced_by", "")
    )  # fmt: skip
    assert row.status_at is not None
    assert queries.filings(unit_codes=[UNIT]) == []
    assert codes(take("message-0003", version=3)) == ["FILING_ENDED"]
    assert ContractFiling.objects.get().status == status


def test_a_unit_that_is_not_in_the_book_is_told_and_kept_for_staff_until_a_right_version_comes():
    answer = take(facts=book(exists=False))
    assert (answer.outcome, codes(answer)) == ("kept_with_problems", ["FILING_UNIT_UNKNOWN"])
    assert answer.problems[0].field == "$.filing.unit_code"
    assert ContractFiling.objects.get().status == "held"
    assert queries.filings(unit_codes=[UNIT]) == []
    (kept,), _ = queries.problems_page()
    assert (kept.subject, kept.unit_code, kept.problems[0]["code"]) == (NO, UNIT, "FILING_UNIT_UNKNOWN")
    assert take("message-0002", version=2).outcome == "taken"
    assert queries.problems_page()[0] == []
    assert "第 2 版" in queries.problems_page(handled=True)[0][0].handled_note


def test_a_held_filing_sent_again_after_the_register_was_corrected_comes_into_force():
    take(facts=book(owners=()))
    assert ContractFiling.objects.get().status == "held"
    assert take("message-0002").outcome == "taken"
    assert ContractFiling.objects.get().status == "filed"
    assert take("message-0003").outcome == "already_taken"


def test_a_remark_does_not_keep_a_filing_from_use():
    answer = take(area_m2="80.00")
    assert (answer.outcome, codes(answer)) == ("taken", ["FILING_AREA_DIFFERS"])
    assert queries.filing_by_no(NO).status == "filed"


def test_a_second_filing_on_the_home_is_told_of_the_first():
    take()
    answer = take("message-0002", filing_no="SJ-2")
    assert codes(answer) == ["FILING_ANOTHER_IN_FORCE"] and NO in answer.problems[0].message


def test_a_used_filing_serves_no_other_registration():
    take()
    actions.mark_used(actor=system("test"), filing_nos=[NO])
    assert queries.filing_by_no(NO).status == "used"
    with pytest.raises(Refused) as caught:
        actions.mark_used(actor=system("test"), filing_nos=[NO])
    assert caught.value.codes == ("FILING_NOT_IN_FORCE",)


@pytest.mark.parametrize("facts", [book(exists=False), None])
def test_only_a_filing_in_force_is_used(facts):
    if facts:
        take(facts=facts)
    with pytest.raises(Refused) as caught:
        actions.mark_used(actor=system("test"), filing_nos=[NO])
    assert caught.value.codes == ("FILING_NOT_IN_FORCE",)


def test_a_withdrawal_after_the_entry_is_kept_for_staff_and_the_filing_stays_used():
    take()
    actions.mark_used(actor=system("test"), filing_nos=[NO])
    answer = take("message-0002", book(owners=()), version=2, status="withdrawn", **ENDED)
    assert (answer.outcome, codes(answer)) == ("kept_with_problems", ["FILING_ALREADY_USED"])
    row = ContractFiling.objects.get()
    assert (row.status, row.pushed_status, row.version) == ("used", "withdrawn", 2)


def test_a_review_is_taken_compared_and_withdrawn():
    assert take_review().outcome == "taken"
    assert queries.review_of_unit(UNIT, NO).result == "passed"
    assert sorted(ReviewParty.objects.values_list("role", flat=True)) == ["buyer", "seller"]
    assert take_review("message-0002", version=2, status="withdrawn", **ENDED).outcome == "taken"
    assert queries.review_of_unit(UNIT, NO) is None


def test_a_review_of_somebody_elses_home_is_held():
    answer = take_review(facts=book(owners=(PartyKey("某人", "resident_id", "x"),)))
    assert codes(answer) == ["FILING_SELLER_NOT_OWNER"]
    assert answer.problems[0].field == "$.review.sellers[0].number"
    assert TransactionReview.objects.get().status == "held"
    assert queries.review_of_unit(UNIT) is None


def test_staff_settle_a_problem_once_with_a_note():
    take(facts=book(exists=False))
    (kept,), _ = queries.problems_page()
    clerk = staff("contract.see")
    with pytest.raises(Refused) as caught:
        actions.handle_problem(actor=clerk, inbound_id=kept.pk, note=" ")
    assert caught.value.codes == ("CONTRACT_NOTE_LENGTH",)
    actions.handle_problem(actor=clerk, inbound_id=kept.pk, note="已电话告知房管部门更正")
    (done,), _ = queries.problems_page(handled=True)
    assert (done.handled_by, done.handled_note) == (clerk.name, "已电话告知房管部门更正")
    assert ContractFiling.objects.get().status == "held"
    with pytest.raises(Conflict):
        actions.handle_problem(actor=clerk, inbound_id=kept.pk, note="再次处理")


def test_only_partners_push_and_only_staff_with_the_post_settle():
    with pytest.raises(NotPermitted):
        actions.take_filing(
            actor=citizen(), push=read_filing(push("filing", filing()), CONTEXT), facts=book()
        )
    take(facts=book(exists=False))
    with pytest.raises(NotPermitted):
        actions.handle_problem(
            actor=staff("case.see"), inbound_id=InboundMessage.objects.get().pk, note="好的"
        )


def test_the_list_of_problems_goes_on_by_key(monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    for number in range(5):
        take(f"message-000{number}", book(exists=False), filing_no=f"SJ-{number}")
    seen, after = [], ""
    while True:
        page, after = queries.problems_page(after=after)
        seen.append([m.subject for m in page])
        if not after:
            break
    assert seen == [["SJ-4", "SJ-3"], ["SJ-2", "SJ-1"], ["SJ-0"]]
    assert queries.problems_page(after="nonsense")[0][0].subject == "SJ-4"


def test_what_was_received_cannot_be_altered():
    take()
    with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("UPDATE contracts_inboundmessage SET answer = '{}'")
