"""红冲, 换开凭证, 退费重收: a voucher is never taken away, money goes back the way it came."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from dengbu.core.refusals import NotPermitted, Refused
from dengbu.payments import actions, queries, rules
from dengbu.payments.models import FeeBill, Payment, Voucher
from tests.payments.conftest import bill
from tests.payments.test_bills import CASHIER, jobs
from tests.support.dockets import citizen

pytestmark = pytest.mark.django_db
WHY = "付款人是中介，应由买方缴纳"


def paid(channel: str = "cash", amount: int = 8000) -> FeeBill:
    made: FeeBill = bill(amount, payer="中介公司")
    actions.collect_at_window(actor=CASHIER, bill_id=made.pk, channel=channel, amount_fen=amount)
    return made


@pytest.mark.parametrize(
    ("state", "payer", "reason", "codes"),
    [
        ("paid", "许文静", WHY, []),
        ("free", "许文静", WHY, []),
        ("due", "许文静", WHY, ["FEE_NO_VOUCHER"]),
        ("cancelled", "许文静", WHY, ["FEE_NO_VOUCHER"]),
        ("paid", " ", WHY, ["FEE_PAYER"]),
        ("paid", "中介公司", WHY, ["FEE_PAYER_SAME"]),
        ("paid", "许文静", "错", ["FEE_REASON"]),
        ("due", "", "", ["FEE_NO_VOUCHER", "FEE_PAYER", "FEE_REASON"]),
    ],
)
def test_a_voucher_is_made_out_anew_on_another_payer_with_a_reason(
    state: str, payer: str, reason: str, codes: list[str]
) -> None:
    assert [r.code for r in rules.may_reissue(state, "中介公司", payer, reason)] == codes


@pytest.mark.parametrize(
    ("state", "reason", "codes"),
    [
        ("paid", WHY, []),
        ("paid", "错", ["FEE_REASON"]),
        ("due", WHY, ["FEE_NO_VOUCHER"]),
        ("free", WHY, ["FEE_BILL_FREE"]),
        ("cancelled", WHY, ["FEE_BILL_CANCELLED"]),
    ],
)
def test_only_what_was_paid_goes_back(state: str, reason: str, codes: list[str]) -> None:
    assert [r.code for r in rules.may_take_back(state, reason)] == codes


def test_a_wrong_name_costs_the_old_voucher_its_validity_and_moves_no_money() -> None:
    made = paid()
    (first,) = queries.vouchers_of(made.docket_id)
    number = actions.reissue_voucher(actor=CASHIER, bill_id=made.pk, payer="许文静", reason=WHY)
    old, red, new = queries.vouchers_of(made.docket_id)
    assert (old.number, old.cancel_reason) == (first.number, WHY) and old.cancelled_at
    assert (red.cancels_id, red.amount_fen) == (old.pk, -8000)
    assert (new.number, new.payer, new.amount_fen) == (number, "许文静", 8000)
    assert new.payment_id == old.payment_id and len({old.number, red.number, new.number}) == 3
    assert sum(v.amount_fen for v in (old, red, new)) == 8000, "the vouchers add up to the money"
    assert queries.voucher_of(made.docket_id) == new and queries.is_settled(made.docket_id)
    assert Payment.objects.get().state == "paid"


def test_a_free_case_gets_its_proof_in_another_name_too() -> None:
    made = bill(0, payer="中介公司")
    actions.reissue_voucher(actor=CASHIER, bill_id=made.pk, payer="许文静", reason=WHY)
    live = queries.voucher_of(made.docket_id)
    assert live is not None and (live.payer, live.amount_fen) == ("许文静", 0)


def test_money_of_the_wrong_payer_goes_back_and_the_right_one_pays() -> None:
    made = paid("pos")
    red = actions.take_back(actor=CASHIER, bill_id=made.pk, reason=WHY)
    again = queries.bill_of(made.docket_id)
    assert again is not None and (again.state, again.paid_fen, again.settled_at) == ("due", 0, None)
    assert not queries.is_settled(made.docket_id) and queries.voucher_of(made.docket_id) is None
    assert Voucher.objects.get(number=red).amount_fen == -8000
    (due,) = queries.problem_payments()
    assert due.state == "refund_due" and WHY in due.problem
    with pytest.raises(Refused) as refused:
        actions.take_back(actor=CASHIER, bill_id=made.pk, reason=WHY)
    assert refused.value.codes == ("FEE_NO_VOUCHER",)
    actions.refund_at_window(actor=CASHIER, payment_id=due.pk)
    actions.collect_at_window(actor=CASHIER, bill_id=made.pk, channel="cash", amount_fen=8000)
    assert sum(v.amount_fen for v in queries.vouchers_of(made.docket_id)) == 8000
    assert sorted(Payment.objects.values_list("state", flat=True)) == ["paid", "refunded"]


def test_what_came_through_the_gateway_goes_back_through_it() -> None:
    made = bill(8000)
    payment = Payment.objects.create(
        bill=made, out_trade_no=uuid.uuid4().hex[:30], channel="wechat", amount_fen=8000, state="paid",
        received_fen=8000, made_at=made_at(), settled_at=made_at(),
    )  # fmt: skip
    FeeBill.objects.filter(pk=made.pk).update(state="paid", paid_fen=8000)
    actions.take_back(actor=CASHIER, bill_id=made.pk, reason=WHY)
    assert jobs("payments.refund")[-1] == {"payment_id": str(payment.pk)}


def made_at() -> Any:
    from dengbu.core import clock

    return clock.now()


def test_nobody_else_touches_vouchers() -> None:
    made = paid()
    for do in (
        lambda: actions.take_back(actor=citizen(), bill_id=made.pk, reason=WHY),
        lambda: actions.reissue_voucher(actor=citizen(), bill_id=made.pk, payer="许文静", reason=WHY),
    ):
        with pytest.raises(NotPermitted):
            do()


def test_postgresql_holds_that_one_voucher_is_cancelled_once_and_below_zero() -> None:
    made = paid()
    actions.take_back(actor=CASHIER, bill_id=made.pk, reason=WHY)
    _, red = queries.vouchers_of(made.docket_id)
    columns = (
        "(bill_id, payment_id, number, amount_fen, payer, cancels_id, issued_at, issued_by, cancel_reason)"
    )
    for number, amount in (("PZ-X1", -8000), ("PZ-X2", 8000)):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO payments_voucher {columns} SELECT bill_id, payment_id, %s, %s, payer, cancels_id,"
                " issued_at, issued_by, '' FROM payments_voucher WHERE id = %s",
                [number, amount, red.pk],
            )
