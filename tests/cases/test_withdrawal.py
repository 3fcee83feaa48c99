"""撤回 by all who applied, before the entry; the originals that go back afterwards (条例 15; 实施细则 13)."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from dengbu.appointments import actions as calendar
from dengbu.appointments.models import Slot
from dengbu.cases.actions import desk, papers, returning, withdrawing
from dengbu.cases.actions.papers import VerdictIn
from dengbu.cases.models import Case, OriginalsReturn, Verdict
from dengbu.core import clock
from dengbu.core.acts import act
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.materials.models import MaterialPage
from dengbu.payments.actions import collect_at_window
from dengbu.payments.models import FeeBill, Payment
from tests.cases.test_hands_and_changes import let_it_wait
from tests.support import office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(3)


def accepted_sale() -> uuid.UUID:
    docket_id = office.checked_sale()
    let_it_wait(actor=office.SYSTEM, docket_id=docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert office.state_of(docket_id) == "accepted"
    return docket_id


def test_what_is_accepted_is_withdrawn_only_when_all_who_applied_agree() -> None:
    docket_id = accepted_sale()
    assert withdrawing.withdraw(actor=office.seller(), docket_id=docket_id, reason="不卖了") == "accepted"
    assert withdrawing.withdraw(actor=office.seller(), docket_id=docket_id) == "accepted"  # a second click
    assert withdrawing.withdraw(actor=office.buyer(), docket_id=docket_id) == "withdrawn"
    said = Case.objects.get(pk=docket_id).filed["withdrawal"]
    assert said["reason"] == "不卖了" and {x["how"] for x in said["agreed"].values()} == {"portal"}


def test_the_money_goes_back_and_the_voucher_is_cancelled() -> None:
    docket_id = accepted_sale()
    bill = FeeBill.objects.get(docket_id=docket_id)
    collect_at_window(actor=office.clerk(), bill_id=bill.pk, channel="cash", amount_fen=8000)
    withdrawing.withdraw(actor=office.seller(), docket_id=docket_id)
    assert FeeBill.objects.get(pk=bill.pk).state == "paid"  # one of two is not all
    withdrawing.withdraw(actor=office.buyer(), docket_id=docket_id)
    assert FeeBill.objects.get(pk=bill.pk).state == "cancelled"
    assert Payment.objects.get(bill=bill).state == "refund_due"
    papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind="withdrawal")


def test_who_does_not_agree_keeps_the_application_going() -> None:
    docket_id = accepted_sale()
    withdrawing.withdraw(actor=office.seller(), docket_id=docket_id)
    assert withdrawing.keep_application(actor=office.buyer(), docket_id=docket_id) == "accepted"
    with pytest.raises(Refused) as refused:
        withdrawing.keep_application(actor=office.buyer(), docket_id=docket_id)
    assert refused.value.codes == ("WITHDRAW_NOT_ASKED",)
    # What the seller wanted once does not count when the buyer wants it later.
    assert withdrawing.withdraw(actor=office.buyer(), docket_id=docket_id) == "accepted"


def test_each_signs_at_the_desk_and_the_last_signature_ends_it() -> None:
    docket_id = accepted_sale()
    papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind="withdrawal_request")
    seller, buyer = (p.pk for p in office.parties_of(docket_id)[::-1])
    with pytest.raises(Refused) as refused:
        withdrawing.sign_withdrawal(actor=office.clerk(), docket_id=docket_id, party_id=seller)
    assert refused.value.codes == ("WITHDRAW_REASON",)
    with pytest.raises(Refused) as refused:
        withdrawing.sign_withdrawal(actor=office.clerk(), docket_id=docket_id, party_id=None, reason="不卖了")
    assert refused.value.codes == ("WITHDRAW_PARTY",)
    own = office.clerk(office.seller().user_id or 0)
    with pytest.raises(NotPermitted):
        withdrawing.sign_withdrawal(actor=own, docket_id=docket_id, party_id=buyer, reason="不卖了")
    sign = withdrawing.sign_withdrawal
    assert sign(actor=office.clerk(), docket_id=docket_id, party_id=seller, reason="不卖了") == "accepted"
    assert sign(actor=office.clerk(), docket_id=docket_id, party_id=buyer) == "withdrawn"
    with pytest.raises(Conflict):
        sign(actor=office.clerk(), docket_id=docket_id, party_id=buyer)


def test_before_acceptance_who_filed_it_withdraws_alone_and_another_does_not() -> None:
    docket_id = office.passed_sale()
    tomorrow, nine = clock.today() + dt.timedelta(days=1), (dt.time(9), dt.time(10))
    calendar.open_slots(actor=office.SYSTEM, days=[tomorrow], capacity=1, times=[nine])
    calendar.book(actor=office.seller(), slot_id=Slot.objects.get().pk, docket_id=docket_id)
    assert withdrawing.withdraw(actor=office.buyer(), docket_id=docket_id) == "preapproved"
    assert withdrawing.withdraw(actor=office.seller(), docket_id=docket_id) == "withdrawn"
    assert Slot.objects.get().booked == 0, "the time is free for others"


def test_nobody_withdraws_what_is_entered_or_not_theirs() -> None:
    docket_id = office.registered_sale()
    with pytest.raises(Conflict):
        withdrawing.withdraw(actor=office.seller(), docket_id=docket_id)
    with pytest.raises(NotPermitted):
        withdrawing.withdraw(actor=office.stranger(), docket_id=docket_id)


# --- originals ----------------------------------------------------------------------------------------------------


def give_back(docket_id: uuid.UUID, receiver: str = "张伟", **giving: int) -> int:
    return returning.return_originals(
        actor=office.clerk(),
        docket_id=docket_id,
        giving=giving,
        receiver=receiver,
        receiver_how="applicant",
    )


def taken_in(docket_id: uuid.UUID) -> dict[str, int]:
    return dict(
        Verdict.objects.filter(docket_id=docket_id, stage="desk", originals__gt=0).values_list(
            "item", "originals"
        )
    )


def refused_sale() -> uuid.UUID:
    docket_id = office.checked_sale()
    desk.refuse(actor=office.clerk(), docket_id=docket_id, reasons=[{"reason": "合同已撤销备案"}])
    return docket_id


def test_originals_go_back_once_the_case_is_over_and_never_more_than_came() -> None:
    docket_id = refused_sale()
    item, count = next(iter(taken_in(docket_id).items()))
    with pytest.raises(Refused) as refused:
        give_back(docket_id, **{item: count + 1})
    assert refused.value.codes == ("ORIGINALS_COUNT",)
    assert give_back(docket_id, **{item: count}) == 1
    with pytest.raises(Refused) as refused:
        give_back(docket_id, **{item: 1})
    assert refused.value.codes == ("ORIGINALS_COUNT",)
    assert OriginalsReturn.objects.get(docket_id=docket_id).items[0]["originals"] == count
    for kind in ("originals", "refusal"):
        papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind=kind)


def test_originals_of_a_running_case_stay_here() -> None:
    docket_id = accepted_sale()
    with pytest.raises(Refused) as refused:
        give_back(docket_id, **dict.fromkeys(taken_in(docket_id), 1))
    assert refused.value.codes == ("ORIGINALS_CASE_OPEN",)


@act("test.lose_images")
def lose_images(*, actor, docket_id) -> None:
    MaterialPage.objects.filter(docket_id=docket_id).update(removed_at="2026-01-01T00:00:00Z")


def test_no_original_goes_back_of_which_no_copy_stays() -> None:
    docket_id = refused_sale()
    item = next(iter(taken_in(docket_id)))
    lose_images(actor=office.SYSTEM, docket_id=docket_id)
    assert not Verdict.objects.get(docket_id=docket_id, stage="desk", item=item).copies
    with pytest.raises(Refused) as refused:
        give_back(docket_id, receiver="", **{item: 1})
    assert refused.value.codes == ("ORIGINALS_NO_COPY", "ORIGINALS_RECEIVER")


def test_the_desk_counts_what_came() -> None:
    docket_id = office.passed_sale()
    checks = dict.fromkeys(desk.CHECKS, True)
    papers.desk_verdicts(
        actor=office.clerk(),
        docket_ids=[docket_id],
        verdicts=[VerdictIn(item="DEED", checks=checks, originals=2, copies=1)],
    )
    assert taken_in(docket_id) == {"DEED": 2}
