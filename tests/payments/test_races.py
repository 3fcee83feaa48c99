"""Money told or taken twice at the same moment: first with the locks off, then with each of them alone."""

import pytest
from django.db import IntegrityError

from dengbu.core.refusals import Refused
from dengbu.payments import actions
from dengbu.payments.actions import bills, online
from dengbu.payments.models import FeeBill, GatewayNotice, Payment, Voucher
from tests.payments.conftest import bill
from tests.payments.test_online import CASHIER, jobs, last, pay
from tests.support.dockets import SYSTEM
from tests.support.races import in_between, take_away

VOUCHER_NET = "DROP INDEX one_live_voucher"
ORDER_NET = "DROP INDEX one_pending_order"
BILL_READ, PAYMENT_READ = (bills, "locked_bill"), (online, "locked_payment")


@pytest.fixture
def bills_unlocked(monkeypatch):
    def unlocked(bill_id):
        return FeeBill.objects.get(pk=bill_id)

    monkeypatch.setattr(bills, "locked_bill", unlocked)
    monkeypatch.setattr(online, "locked_bill", unlocked)


@pytest.fixture
def notices_unseen(monkeypatch):
    """Nobody remembers what the gateway has told before."""
    monkeypatch.setattr(online, "_is_new", lambda status: True)


def vouchers(made):
    return Voucher.objects.filter(bill=made, cancelled_at=None).count()


# --- the same call-back twice ------------------------------------------------------------------------------------


@pytest.fixture
def paid(gateway, own_database):
    made = bill()
    order = pay(made)
    gateway.pay("pay", out_trade_no=order["out_trade_no"])
    told = last(gateway)
    return made, order, lambda: actions.take_notification(**told)


def test_without_locks_and_nets_one_payment_is_two_vouchers(
    paid, own_database, bills_unlocked, notices_unseen
):
    made, _, tell = paid
    take_away(own_database, VOUCHER_NET)
    said = in_between(tell, tell, after=PAYMENT_READ)
    assert not said.waited and (said.first, said.second) == ("settled", "settled")
    assert vouchers(made) == 2 and len(jobs("cases.fee_settled")) == 2


def test_without_locks_the_same_call_back_twice_is_stopped_by_postgresql_alone(
    paid, bills_unlocked, notices_unseen
):
    made, _, tell = paid
    said = in_between(tell, tell, after=PAYMENT_READ)
    assert not said.waited and said.second == "settled"
    assert isinstance(said.first, IntegrityError) and "one_live_voucher" in str(said.first)
    assert vouchers(made) == 1


def test_the_lock_of_the_bill_alone_makes_the_second_call_back_a_repetition(paid, notices_unseen):
    made, _, tell = paid
    said = in_between(tell, tell, after=PAYMENT_READ)
    assert said.waited and (said.first, said.second) == ("settled", "repeated")
    assert vouchers(made) == 1


def test_the_kept_notice_alone_makes_the_second_call_back_a_repetition(paid, bills_unlocked):
    made, _, tell = paid
    said = in_between(tell, tell, after=PAYMENT_READ)
    assert said.waited and (said.first, said.second) == ("settled", "repeated")
    assert vouchers(made) == 1


def test_a_call_back_while_the_gateway_is_asked_is_taken_once(paid):
    made, order, tell = paid
    ask = lambda: actions.ask_again(actor=SYSTEM, payment_id=order["payment_id"])  # noqa: E731
    said = in_between(ask, tell, after=PAYMENT_READ)
    assert said.waited and (said.first, said.second) == ("settled", "repeated")
    assert vouchers(made) == 1 and GatewayNotice.objects.count() == 1
    assert len(jobs("cases.fee_settled")) == 1


# --- two clicks, two windows -------------------------------------------------------------------------------------


def two_clicks(made):
    return in_between(lambda: pay(made), lambda: pay(made), after=(online, "new_trade_number"))


def test_without_lock_and_nets_two_clicks_ask_for_the_fee_twice(gateway, own_database, bills_unlocked):
    made = bill()
    take_away(own_database, ORDER_NET)
    said = two_clicks(made)
    assert not said.waited and said.first["out_trade_no"] != said.second["out_trade_no"]
    assert Payment.objects.filter(bill=made, state="pending").count() == 2


def test_without_the_lock_the_second_order_is_stopped_by_postgresql_alone(
    gateway, own_database, bills_unlocked
):
    said = two_clicks(bill())
    assert isinstance(said.first, IntegrityError) and "one_pending_order" in str(said.first)


def test_two_clicks_at_once_make_one_order(gateway, own_database):
    made = bill()
    said = two_clicks(made)
    assert said.waited and said.first["out_trade_no"] == said.second["out_trade_no"]
    assert Payment.objects.filter(bill=made).count() == 1


def two_windows(made):
    collect = lambda: actions.collect_at_window(  # noqa: E731
        actor=CASHIER, bill_id=made.pk, channel="cash", amount_fen=9000
    )
    return in_between(collect, collect, after=BILL_READ)


def test_without_lock_and_nets_two_windows_both_take_the_cash(own_database, bills_unlocked):
    made = bill()
    take_away(own_database, VOUCHER_NET)
    said = two_windows(made)
    assert not said.waited and not said.failures
    assert vouchers(made) == 2 and Payment.objects.filter(bill=made, state="paid").count() == 2


def test_two_windows_at_once_collect_once(own_database):
    made = bill()
    said = two_windows(made)
    assert said.waited and isinstance(said.second, Refused) and said.second.codes == ("FEE_BILL_PAID",)
    assert Payment.objects.filter(bill=made).count() == 1
