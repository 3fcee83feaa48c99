"""部分退费: a part goes back the way it came, never more than came; the voucher over the rest stands."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from dengbu.core.refusals import NotPermitted, Refused
from dengbu.payments import actions, queries, rules, tasks
from dengbu.payments.actions import parts
from dengbu.payments.models import FeeBill, PartRefund, Payment
from dengbu.payments.ports import TradeState
from dengbu.payments.rules import Outcome
from dengbu.project.launcher.environment import DatabaseUrls
from tests.payments.conftest import bill
from tests.payments.test_bills import CASHIER, SYSTEM, jobs
from tests.payments.test_online import last, pay
from tests.support.dockets import citizen
from tests.support.races import Overlap, in_between, take_away

WHY = "缴费后核准小微企业减免"


def paid(amount: int = 8000) -> FeeBill:
    made: FeeBill = bill(amount, payer="示范商贸公司")
    actions.collect_at_window(actor=CASHIER, bill_id=made.pk, channel="cash", amount_fen=amount)
    return made


def back(of: FeeBill, amount: int) -> str:
    number: str = actions.return_part(actor=CASHIER, bill_id=of.pk, amount_fen=amount, reason=WHY)
    return number


@pytest.mark.parametrize(
    ("state", "left", "amount", "reason", "codes"),
    [
        ("paid", 8000, 4000, WHY, []),
        ("paid", 8000, 8000, WHY, []),
        ("paid", 8000, 8001, WHY, ["FEE_PART_TOO_MUCH"]),
        ("paid", 8000, 0, WHY, ["FEE_PART_TOO_MUCH"]),
        ("paid", 8000, 1000, "错", ["FEE_REASON"]),
        ("due", 0, 1000, WHY, ["FEE_NO_VOUCHER"]),
        ("free", 0, 1000, WHY, ["FEE_BILL_FREE"]),
        ("cancelled", 0, 1000, "", ["FEE_BILL_CANCELLED", "FEE_REASON"]),
    ],
)
def test_a_part_goes_back_where_it_was_paid_and_is_left(
    state: str, left: int, amount: int, reason: str, codes: list[str]
) -> None:
    assert [r.code for r in rules.may_return_part(state, left, amount, reason)] == codes


def test_the_provider_says_refunded_of_a_part_too_and_nothing_is_wrong() -> None:
    told: dict[str, Any] = {
        "bill_state": "paid", "total_fen": 3000, "payment_state": "paid", "received_fen": 8000,
        "told": TradeState.REFUNDED, "told_fen": 8000,
    }  # fmt: skip
    assert rules.judge(**told, returned_fen=5000).outcome is Outcome.REPEATED
    assert rules.judge(**told).outcome is Outcome.PROBLEM


@pytest.mark.django_db
def test_the_voucher_is_cancelled_whole_and_a_new_one_stands_over_the_rest() -> None:
    made = paid()
    number = back(made, 3000)
    old, red, new = queries.vouchers_of(made.docket_id)
    assert (red.cancels_id, red.amount_fen, new.number, new.amount_fen) == (old.pk, -8000, number, 5000)
    assert sum(v.amount_fen for v in (old, red, new)) == 5000, "the vouchers add up to what stayed"
    made.refresh_from_db()
    assert (made.state, made.total_fen, made.paid_fen) == ("paid", 5000, 5000)
    assert made.lines[-1]["amount_fen"] == -3000 and made.lines[-1]["note"] == WHY
    (part,) = queries.open_parts()
    assert (part.amount_fen, part.state, part.reversal_id) == (3000, "due", red.pk)
    actions.hand_back_part(actor=CASHIER, part_id=part.pk)
    actions.hand_back_part(actor=CASHIER, part_id=part.pk)
    assert queries.open_parts() == [] and queries.is_settled(made.docket_id)
    back(made, 1000)
    assert Payment.objects.get().returned_fen == 4000
    with pytest.raises(Refused) as refused:
        back(made, 4001)
    assert refused.value.codes == ("FEE_PART_TOO_MUCH",)


@pytest.mark.django_db
def test_where_nothing_is_left_the_case_is_free_and_has_its_proof() -> None:
    made = paid()
    back(made, 3000)
    back(made, 5000)
    made.refresh_from_db()
    assert (made.state, made.total_fen, made.exemption) == ("free", 0, WHY)
    live = queries.voucher_of(made.docket_id)
    assert live is not None and (live.amount_fen, live.payment) == (0, None)
    payment = Payment.objects.get()
    assert (payment.state, payment.returned_fen) == ("refund_due", 3000), "the rest goes back whole"


@pytest.mark.django_db
def test_after_a_part_the_withdrawn_case_gets_only_the_rest_back() -> None:
    made = paid()
    back(made, 3000)
    actions.cancel_bill(actor=CASHIER, docket_id=made.docket_id, reason="申请人撤回")
    (row,) = queries.problem_payments()
    assert (row.received_fen or 0) - row.returned_fen == 5000


@pytest.mark.django_db
def test_what_came_through_the_gateway_goes_back_through_it_in_parts(gateway: Any) -> None:
    made = bill(8000)
    order = pay(made)
    gateway.pay("pay", out_trade_no=order["out_trade_no"])
    actions.take_notification(**last(gateway))
    back(made, 3000)
    part = PartRefund.objects.get()
    assert jobs("payments.refund_part") == [{"part_id": str(part.pk)}]
    assert queries.parts_to_ask() == [part.pk]
    tasks.refund_part(str(part.pk))
    assert PartRefund.objects.get().state == "done" and queries.parts_to_ask() == []
    back(made, 5000)
    tasks.refund(str(order["payment_id"]))
    assert Payment.objects.get().state == "refunded"


@pytest.mark.django_db
def test_what_the_provider_cannot_return_a_person_returns() -> None:
    made = paid()
    Payment.objects.update(channel="wechat")
    back(made, 3000)
    part = PartRefund.objects.get()
    with pytest.raises(Refused) as refused:
        actions.hand_back_part(actor=CASHIER, part_id=part.pk)
    assert refused.value.codes == ("FEE_PART_NOT_DUE",)
    assert parts._note_part(actor=SYSTEM, part_id=part.pk, done=False) == "problem"
    assert queries.open_parts() == [part]
    actions.hand_back_part(actor=CASHIER, part_id=part.pk)
    assert PartRefund.objects.get().state == "done"


@pytest.mark.django_db
def test_nobody_else_returns_a_part() -> None:
    made = paid()
    with pytest.raises(NotPermitted):
        actions.return_part(actor=citizen(), bill_id=made.pk, amount_fen=1000, reason=WHY)


@pytest.mark.django_db
def test_postgresql_holds_that_parts_never_exceed_what_came_and_never_change() -> None:
    made = paid()
    back(made, 3000)
    again = (
        "INSERT INTO payments_partrefund (id, payment_id, reversal_id, out_refund_no, amount_fen, reason, state, made_at,"
        " made_by) SELECT gen_random_uuid(), p.payment_id, v.id, 'R-again', %s, reason, 'due', p.made_at, p.made_by"
        " FROM payments_partrefund p CROSS JOIN LATERAL (SELECT max(id) AS id FROM payments_voucher) v"
    )
    for sql, values, error in (
        (again, [5001], IntegrityError),
        (again, [-1], IntegrityError),
        ("UPDATE payments_partrefund SET amount_fen = 1", [], ProgrammingError),
        ("DELETE FROM payments_partrefund", [], ProgrammingError),
    ):
        with pytest.raises(error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)


def both(made: FeeBill) -> Overlap:
    """5000 and 5000 of 8000 at the same moment."""

    def do() -> str:
        return back(made, 5000)

    return in_between(do, do, after=(rules, "may_return_part"))


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "locked_bill", lambda pk: FeeBill.objects.get(pk=pk))


def test_with_the_lock_and_the_net_away_two_refunds_return_more_than_was_paid(
    own_database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked(monkeypatch)
    take_away(
        own_database,
        "ALTER TABLE payments_payment DROP CONSTRAINT returned_at_most_what_came",
        "ALTER TABLE payments_voucher DROP CONSTRAINT payments_voucher_cancels_id_key",
        "DROP INDEX one_live_voucher",
        "ALTER TABLE payments_partrefund DROP CONSTRAINT payments_partrefund_out_refund_no_key",
    )
    assert not both(paid()).failures
    assert Payment.objects.get().returned_fen == 10000, "the harm"


def test_with_the_lock_away_postgresql_refuses_the_second_refund(
    own_database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked(monkeypatch)
    (failed,) = both(paid()).failures
    assert isinstance(failed, IntegrityError)
    assert Payment.objects.get().returned_fen == 5000


def test_of_two_refunds_at_once_the_second_is_told_what_is_left(own_database: DatabaseUrls) -> None:
    came = both(paid())
    (failed,) = came.failures
    assert came.waited and isinstance(failed, Refused) and failed.codes == ("FEE_PART_TOO_MUCH",)
    assert "最多可以退 30.00 元" in failed.refusals[0].message
