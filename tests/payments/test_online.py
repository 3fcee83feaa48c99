import json

import pytest
from django.db import connection

from dengbu.core import acts
from dengbu.core.ports import PartnerUnavailable, SignatureRejected
from dengbu.core.refusals import Refused
from dengbu.payments import actions, queries, rules, tasks
from dengbu.payments.models import GatewayNotice, Payment, Voucher
from tests.payments.conftest import age, bill
from tests.support.dockets import SYSTEM, citizen, staff

PAYER, CASHIER = citizen(), staff("fee.collect")


def pay(made):
    return actions.pay_online(actor=PAYER, bill_id=made.pk, key="a")


def jobs(task):
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task])
        return [json.loads(row[0]) for row in cursor.fetchall()]


def payment(order):
    return Payment.objects.get(pk=order["payment_id"])


@pytest.mark.django_db
class TestOneRoad:
    def test_a_fee_is_paid_with_a_code_and_told_by_call_back(self, gateway):
        made = bill(9000)
        order = pay(made)
        assert order["code_url"].startswith("weixin://") and order["checkout_url"].startswith("http")
        assert pay(made) == order  # the double click gets the same code

        gateway.pay("pay", out_trade_no=order["out_trade_no"])
        assert actions.take_notification(**last(gateway)) == "settled"
        assert actions.take_notification(**last(gateway)) == "repeated"

        voucher = queries.voucher_of(made.docket_id)
        assert voucher.amount_fen == 9000 and voucher.payment_id == order["payment_id"]
        assert payment(order).state == "paid" and payment(order).gateway_ref
        assert GatewayNotice.objects.filter(out_trade_no=order["out_trade_no"]).count() == 1
        assert jobs("cases.fee_settled") == [{"docket_id": str(made.docket_id)}]
        with pytest.raises(Refused) as refused:
            pay(made)
        assert refused.value.codes == ("FEE_BILL_PAID",)

    def test_a_call_back_that_never_comes_is_asked_for(self, gateway):
        made = bill()
        order = pay(made)
        assert actions.ask_again(actor=PAYER, payment_id=order["payment_id"]) == "unpaid"
        gateway.pay("pay", out_trade_no=order["out_trade_no"], notify="false")
        age(order["payment_id"], minutes=2)
        tasks.ask_pending(0)
        assert queries.is_settled(made.docket_id)
        # the call-back that comes late after all changes nothing
        gateway.pay("notify", out_trade_no=order["out_trade_no"])
        assert actions.take_notification(**last(gateway)) == "repeated"
        assert Voucher.objects.filter(bill=made).count() == 1

    def test_a_fresh_order_is_not_asked_for_yet(self, gateway):
        order = pay(bill())
        assert order["payment_id"] not in queries.orders_to_ask()
        age(order["payment_id"], minutes=2)
        assert order["payment_id"] in queries.orders_to_ask()

    def test_a_wrong_amount_settles_nothing_and_is_shown_to_staff(self, gateway):
        made = bill(9000)
        order = pay(made)
        gateway.pay("pay", out_trade_no=order["out_trade_no"], amount_fen=8999)
        assert actions.take_notification(**last(gateway)) == "problem"
        assert actions.ask_again(actor=PAYER, payment_id=order["payment_id"]) == "repeated"

        assert not queries.is_settled(made.docket_id) and queries.voucher_of(made.docket_id) is None
        (seen,) = queries.problem_payments()
        assert seen.problem == "金额不符：应收 90.00 元，实收 89.99 元" and seen.received_fen == 8999

        assert (
            actions.refund_problem(actor=CASHIER, payment_id=seen.pk, reason="请缴款人重新缴费")
            == "refund_due"
        )
        assert actions.refund(actor=SYSTEM, payment_id=seen.pk) == "refunded"
        assert queries.problem_payments() == []
        assert pay(made)["out_trade_no"] != order["out_trade_no"]  # the whole fee under a new order

    def test_money_that_comes_after_the_withdrawal_goes_back(self, gateway):
        made = bill()
        order = pay(made)
        actions.cancel_bill(actor=SYSTEM, docket_id=made.docket_id, reason="撤回")
        assert jobs("payments.close_order") == [{"payment_id": str(order["payment_id"])}]
        gateway.pay("pay", out_trade_no=order["out_trade_no"])
        assert actions.take_notification(**last(gateway)) == "refund_due"
        assert jobs("payments.refund") == [{"payment_id": str(order["payment_id"])}]
        tasks.refund(str(order["payment_id"]))
        assert payment(order).state == "refunded"
        assert actions.ask_again(actor=PAYER, payment_id=order["payment_id"]) == "repeated"
        assert _trade(gateway, order)["trade_state"] == "REFUND"

    def test_who_pays_at_the_window_and_online_gets_the_second_back(self, gateway):
        made = bill()
        order = pay(made)
        number = actions.collect_at_window(actor=CASHIER, bill_id=made.pk, channel="pos", amount_fen=9000)
        gateway.pay("pay", out_trade_no=order["out_trade_no"])
        assert actions.take_notification(**last(gateway)) == "refund_due"
        assert "重复缴费" in payment(order).problem
        assert queries.voucher_of(made.docket_id).number == number
        tasks.ask_pending(0)  # the job was lost: the minute's round sends it back
        assert payment(order).state == "refunded"

    def test_a_settled_bill_closes_the_code_that_waits(self, gateway):
        made = bill()
        order = pay(made)
        actions.collect_at_window(actor=CASHIER, bill_id=made.pk, channel="cash", amount_fen=9000)
        assert jobs("payments.close_order") == [{"payment_id": str(order["payment_id"])}]
        tasks.close_order(str(order["payment_id"]))
        assert payment(order).state == "closed"
        assert _trade(gateway, order)["trade_state"] == "CLOSED"

    def test_paid_money_of_a_withdrawn_case_goes_back_to_the_account(self, gateway):
        made = bill()
        order = pay(made)
        gateway.pay("pay", out_trade_no=order["out_trade_no"])
        actions.take_notification(**last(gateway))
        actions.cancel_bill(actor=SYSTEM, docket_id=made.docket_id, reason="不予登记")
        tasks.refund(str(order["payment_id"]))
        assert payment(order).state == "refunded"
        assert queries.voucher_of(made.docket_id) is None

    def test_an_order_older_than_two_hours_is_closed_and_a_new_one_made(self, gateway):
        made = bill()
        order = pay(made)
        age(order["payment_id"], hours=2)
        again = pay(made)
        assert again["out_trade_no"] != order["out_trade_no"]
        assert payment(order).state == "closed" and payment(again).state == "pending"
        assert _trade(gateway, order)["trade_state"] == "CLOSED"

    def test_an_old_order_that_was_paid_settles_instead_of_asking_twice(self, gateway):
        made = bill()
        order = pay(made)
        gateway.pay("pay", out_trade_no=order["out_trade_no"], notify="false")
        age(order["payment_id"], hours=3)
        with pytest.raises(Refused) as refused:
            pay(made)
        assert refused.value.codes == ("FEE_BILL_PAID",)
        assert queries.is_settled(made.docket_id)

    def test_an_order_closed_at_the_provider_is_replaced(self, gateway):
        made = bill()
        order = pay(made)
        gateway.pay("close", out_trade_no=order["out_trade_no"])
        assert actions.ask_again(actor=PAYER, payment_id=order["payment_id"]) == "closed"
        assert pay(made)["out_trade_no"] != order["out_trade_no"]

    def test_a_silent_gateway_costs_nothing(self, gateway):
        made = bill()
        gateway.mode("pay", "unavailable")
        with pytest.raises(PartnerUnavailable):
            pay(made)
        (waiting,) = queries.payments_of(made.pk)
        age(waiting.pk, minutes=2)
        tasks.ask_pending(0)  # says so in the log and tries the next minute
        gateway.mode("pay", "ok")
        order = pay(made)
        assert order["payment_id"] == waiting.pk and order["code_url"]

    def test_an_order_the_provider_never_got_is_closed_in_the_end(self, gateway):
        made = bill()
        gateway.mode("pay", "unavailable")
        with pytest.raises(PartnerUnavailable):
            pay(made)
        gateway.mode("pay", "ok")
        (waiting,) = queries.payments_of(made.pk)
        assert actions.ask_again(actor=SYSTEM, payment_id=waiting.pk) == "unpaid"
        age(waiting.pk, hours=2)
        tasks.ask_pending(0)
        assert queries.payments_of(made.pk)[0].state == "closed"

    def test_a_forged_call_back_is_not_believed(self, gateway):
        made = bill()
        order = pay(made)
        gateway.pay("pay", out_trade_no=order["out_trade_no"])
        told = last(gateway)
        with pytest.raises(SignatureRejected):
            actions.take_notification(headers=told["headers"], body=told["body"] + b" ")
        assert not queries.is_settled(made.docket_id)
        assert not GatewayNotice.objects.filter(out_trade_no=order["out_trade_no"]).exists()

    def test_a_call_back_for_an_order_of_somebody_else_is_kept_and_changes_nothing(self, gateway):
        made = bill()
        order = pay(made)
        gateway.pay("pay", out_trade_no=order["out_trade_no"])
        _rename(order, "DB20261122999999ABCDEF")
        assert actions.take_notification(**last(gateway)) == "unknown"
        assert GatewayNotice.objects.filter(out_trade_no=order["out_trade_no"]).exists()

    def test_the_gateway_is_never_asked_inside_an_act(self, gateway):
        made = bill()

        @acts.act("test.outer")
        def outer(*, actor):
            return pay(made)

        with pytest.raises(RuntimeError, match="outside of acts"):
            outer(actor=SYSTEM)

    def test_what_the_provider_cannot_return_is_left_to_staff(self, gateway):
        made = bill()
        order = pay(made)
        gateway.pay("pay", out_trade_no=order["out_trade_no"])
        actions.take_notification(**last(gateway))
        actions.cancel_bill(actor=SYSTEM, docket_id=made.docket_id, reason="不予登记")
        _rename(order, "DB20261122999998ABCDEF")  # the provider does not know it: it says no
        assert actions.refund(actor=SYSTEM, payment_id=order["payment_id"]) == "problem"
        assert [p.problem for p in queries.problem_payments()] == [rules.REFUND_FAILED]


def last(gateway):
    headers, body = gateway.door.received[-1]
    return {"headers": headers, "body": body}


def _trade(gateway, order):
    return gateway.http.get("/pay/_control/trade", params={"out_trade_no": order["out_trade_no"]}).json()


def _rename(order, number):
    @acts.act("test.rename")
    def run(*, actor):
        Payment.objects.filter(pk=order["payment_id"]).update(out_trade_no=number)

    run(actor=SYSTEM)
