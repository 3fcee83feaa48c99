import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.payments import actions, queries
from dengbu.payments.models import FeeBill, Payment, Voucher
from tests.payments.conftest import bill
from tests.support.dockets import SYSTEM, citizen, open_docket, staff

pytestmark = pytest.mark.django_db
CASHIER = staff("fee.collect")


def jobs(task):
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task])
        return [json.loads(row[0]) for row in cursor.fetchall()]


def test_a_bill_has_a_number_and_waits_for_money():
    made = bill(9000, basis="发改价格规〔2016〕2559号")
    found = queries.bill_of(made.docket_id)
    assert found.number.startswith("JF") and found.state == "due" and found.total_fen == 9000
    assert not queries.is_settled(made.docket_id)
    assert queries.voucher_of(made.docket_id) is None
    assert queries.bills_of([made.docket_id]) == {made.docket_id: made}


def test_a_free_case_has_its_voucher_at_once():
    made = bill(0, exemption="小微企业")
    voucher = queries.voucher_of(made.docket_id)
    assert made.state == "free" and voucher.amount_fen == 0 and voucher.payment is None
    assert queries.is_settled(made.docket_id)
    with pytest.raises(Refused) as refused:
        actions.collect_at_window(actor=CASHIER, bill_id=made.pk, channel="cash", amount_fen=0)
    assert refused.value.codes == ("FEE_BILL_FREE",)


def test_a_docket_has_one_bill():
    docket = open_docket()
    bill(docket=docket)
    with pytest.raises(Conflict):
        bill(docket=docket)


def test_a_docket_without_a_bill_is_not_settled():
    assert not queries.is_settled(open_docket().pk)


def test_the_window_takes_cash_once_under_one_key():
    made = bill()
    args = {"actor": CASHIER, "bill_id": made.pk, "channel": "cash", "amount_fen": 9000, "key": "k1"}
    number = actions.collect_at_window(**args)
    assert actions.collect_at_window(**args) == number  # the double click
    assert queries.voucher_of(made.docket_id).number == number
    assert queries.voucher_of(made.docket_id).issued_by == "孙倩"
    assert queries.is_settled(made.docket_id)
    assert [p.state for p in queries.payments_of(made.pk)] == ["paid"]
    assert jobs("cases.fee_settled") == [{"docket_id": str(made.docket_id)}]


def test_the_window_refuses_another_amount_and_writes_nothing():
    made = bill()
    with pytest.raises(Refused) as refused:
        actions.collect_at_window(actor=CASHIER, bill_id=made.pk, channel="pos", amount_fen=8000)
    assert refused.value.codes == ("FEE_AMOUNT_WRONG",)
    assert "应收 90.00 元" in str(refused.value.refusals[0])
    assert not Payment.objects.filter(bill=made).exists()


def test_only_who_may_collect_collects():
    made = bill()
    for somebody in (citizen(), staff("case.review")):
        with pytest.raises(NotPermitted):
            actions.collect_at_window(actor=somebody, bill_id=made.pk, channel="cash", amount_fen=9000)


def test_a_withdrawn_case_owes_nothing():
    made = bill()
    actions.cancel_bill(actor=SYSTEM, docket_id=made.docket_id, reason="申请人撤回")
    actions.cancel_bill(actor=SYSTEM, docket_id=made.docket_id, reason="申请人撤回")
    assert queries.bill_of(made.docket_id).state == "cancelled"
    with pytest.raises(Refused) as refused:
        actions.collect_at_window(actor=CASHIER, bill_id=made.pk, channel="cash", amount_fen=9000)
    assert refused.value.codes == ("FEE_BILL_CANCELLED",)
    assert actions.cancel_bill(actor=SYSTEM, docket_id=open_docket().pk, reason="没有缴费通知") is None


def test_cash_of_a_withdrawn_case_is_handed_back_at_the_window():
    made = bill()
    actions.collect_at_window(actor=CASHIER, bill_id=made.pk, channel="cash", amount_fen=9000)
    actions.cancel_bill(actor=SYSTEM, docket_id=made.docket_id, reason="不予登记")
    assert queries.voucher_of(made.docket_id) is None
    cancelled, red = Voucher.objects.filter(bill=made).order_by("pk")
    assert cancelled.cancelled_at and cancelled.cancel_reason == "不予登记"
    assert (red.cancels, red.amount_fen) == (cancelled, -9000) and red.number != cancelled.number
    (due,) = queries.problem_payments()
    assert due.state == "refund_due" and due.bill.docket_id == made.docket_id
    assert jobs("payments.refund") == []  # nobody can push banknotes through a gateway

    assert actions.refund_at_window(actor=CASHIER, payment_id=due.pk, key="r1") == "refunded"
    assert queries.problem_payments() == []
    with pytest.raises(Refused):
        other = bill()
        actions.collect_at_window(actor=CASHIER, bill_id=other.pk, channel="cash", amount_fen=9000)
        actions.refund_at_window(actor=CASHIER, payment_id=queries.payments_of(other.pk)[0].pk)


def test_a_bill_never_falls_below_nothing():
    with pytest.raises(ValueError, match="never negative"):
        bill(-1)
    assert not FeeBill.objects.filter(assessed_on=dt.date(2026, 12, 1), total_fen__lt=0).exists()


def test_the_bills_of_a_batch_are_raised_in_a_fixed_number_of_statements():
    def asked(fens):
        return [
            {"docket_id": open_docket().pk, "lines": [], "total_fen": fen, "payer": "示范置业", "basis": ""}
            for fen in fens
        ]

    def statements(bills):
        with CaptureQueriesContext(connection) as seen:
            made = actions.raise_bills(actor=SYSTEM, bills=bills, assessed_on=dt.date(2026, 12, 1))
        return made, len(seen)

    few, cost_of_few = statements(asked([0, 9000]))
    many, cost_of_many = statements(asked([0, 9000] * 15))
    assert cost_of_few == cost_of_many
    assert len({bill.number for bill in few + many}) == 32
    assert {queries.is_settled(bill.docket_id) for bill in many if bill.total_fen == 0} == {True}
    assert actions.raise_bills(actor=SYSTEM, bills=[], assessed_on=dt.date(2026, 12, 1)) == []
