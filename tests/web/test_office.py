"""Small office pages: money that does not fit, appointment slots, stock of blanks."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dengbu.appointments.models import Slot
from dengbu.catalog.policy import office_calendar
from dengbu.certificates import queries as certificates
from dengbu.core import clock
from dengbu.core.acts import act, system
from dengbu.core.models import User
from dengbu.core.refusals import Refused
from dengbu.core.vocabulary import CertificateKind
from dengbu.core.workdays import next_workday
from dengbu.parties.actions import add_staff
from dengbu.payments import actions as payments
from dengbu.payments.models import Payment
from dengbu.web.office.calendar import plan
from dengbu.web.pages import PAGES
from tests.payments.conftest import bill

pytestmark = pytest.mark.django_db
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")
SYSTEM = system("test")
SLOTS = {"kind": "window", "halves": ["morning", "afternoon"], "minutes": "60", "capacity": "24"}


def logged_in(post: str) -> Client:
    add_staff(
        actor=SYSTEM, login="huangli", password="a-long-password-1", number="031", name="黄莉", posts=(post,)
    )
    client = Client()
    client.force_login(User.objects.get(login="huangli"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def cash_to_hand_back() -> Payment:
    made = bill()
    payments.collect_at_window(actor=SYSTEM, bill_id=made.pk, channel="cash", amount_fen=9000)
    payments.cancel_bill(actor=SYSTEM, docket_id=made.docket_id, reason="申请人撤回")
    return Payment.objects.get(bill=made)


@act("test.wrong_amount")
def wrong_amount(*, actor) -> Payment:
    return Payment.objects.create(
        bill=bill(), out_trade_no="DB1", channel="wechat", amount_fen=9000, received_fen=8999,
        state="problem", problem="金额不符：应收 90.00 元，实收 89.99 元", made_at=clock.now(),
    )  # fmt: skip


def work_day() -> dt.date:
    return next_workday(clock.today() + dt.timedelta(days=1), office_calendar())


@pytest.mark.parametrize(
    ("post", "address", "right_post"),
    [
        ("lead", "/desk/payments/", "受理核验岗"),
        ("accept", "/console/slots/", "科室负责人"),
        ("certify", "/console/stock/", "科室负责人"),
    ],
)
def test_who_may_not_is_told_which_post_may(post: str, address: str, right_post: str) -> None:
    client = logged_in(post)
    for answer in (client.get(address), client.post(address, {})):
        if answer.status_code != 405:
            assert answer.status_code == 403 and right_post in answer.content.decode()


@pytest.mark.parametrize("post", ["lead", "admin"])
def test_slots_may_be_opened_by_the_lead_and_the_administrator(post: str) -> None:
    assert logged_in(post).get("/console/slots/").status_code == 200


@pytest.mark.parametrize(
    ("post", "name", "address"),
    [
        ("accept", "office.payments", "/desk/payments/"),
        ("lead", "office.slots", "/console/slots/"),
        ("lead", "office.stock", "/console/stock/"),
    ],
)
def test_the_pages_keep_to_their_statements_and_stand_in_the_navigation(
    post: str, name: str, address: str
) -> None:
    client = logged_in(post)
    for _ in range(2):
        cash_to_hand_back()
    (page,) = [p for p in PAGES if p.name == name]
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address)
    assert answer.status_code == 200 and f'href="{address}"' in answer.content.decode()
    sent = [q["sql"][:110] for q in seen.captured_queries if not q["sql"].startswith(CONTROL)]
    assert len(sent) == page.sql, "\n".join(sent)


def test_cash_of_a_withdrawn_case_is_handed_back_once_the_clerk_says_so() -> None:
    client, payment = logged_in("accept"), cash_to_hand_back()
    shown = client.get("/desk/payments/").content.decode()
    assert "王示范" in shown and "缴费通知已撤销：申请人撤回" in shown and "90.00" in shown
    address = f"/desk/payments/{payment.pk}/handed-back/"
    unsure = client.post(address, {})
    assert unsure.status_code == 422 and "还没有确认已经退给缴款人" in unsure.content.decode()
    done = client.post(address, {"confirmed": "1"}, follow=True).content.decode()
    assert "已记录退费" in done and "没有待处理的款项" in done
    payment.refresh_from_db()
    assert payment.state == "refunded"


def test_a_wrong_amount_goes_back_the_way_it_came_with_a_reason() -> None:
    client, payment = logged_in("accept"), wrong_amount(actor=SYSTEM)
    address = f"/desk/payments/{payment.pk}/refund/"
    empty = client.post(address, {"reason": " "})
    assert empty.status_code == 422 and "还没有写退款原因" in empty.content.decode()
    done = client.post(address, {"reason": "请缴款人重新缴费"}, follow=True).content.decode()
    assert "已交支付平台退款" in done and "没有待处理的款项" in done
    payment.refresh_from_db()
    assert payment.state == "refund_due" and payment.problem.endswith("；请缴款人重新缴费")
    again = client.post(address, {"reason": "再来一次"})
    assert again.status_code in (409, 422) and "没有待处理的问题" in again.content.decode()


def test_money_due_through_the_gateway_cannot_be_handed_back_at_the_window() -> None:
    client, payment = logged_in("accept"), wrong_amount(actor=SYSTEM)
    answer = client.post(f"/desk/payments/{payment.pk}/handed-back/", {"confirmed": "1"})
    assert "这笔钱不在窗口待退" in answer.content.decode()
    payment.refresh_from_db()
    assert payment.state == "problem"


def test_slots_are_opened_and_their_room_is_shown() -> None:
    client, day = logged_in("lead"), work_day()
    assert "还没有开放的时段" in client.get("/console/slots/").content.decode()
    asked = {**SLOTS, "first": f"{day}", "last": f"{day}"}
    page = client.post("/console/slots/", asked, follow=True).content.decode()
    assert "1 个工作日的时段已开放" in page and f"{day}" in page and "6 个时段，还可约 144 件" in page
    assert Slot.objects.count() == 6 and {s.capacity for s in Slot.objects.all()} == {24}
    client.post("/console/slots/", {**asked, "capacity": "9"})
    assert Slot.objects.count() == 6 and {s.capacity for s in Slot.objects.all()} == {24}


def test_every_fault_of_a_request_for_slots_is_said_and_what_was_typed_is_kept() -> None:
    client = logged_in("admin")
    answer = client.post(
        "/console/slots/", {"kind": "", "first": "明天", "last": "2020-01-01", "capacity": "很多"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="明天"' in page and 'value="很多"' in page
    for sentence in (
        "请选择业务",
        "的样子填写日期",
        "请选择上午或下午",
        "请选择每个时段的长度",
        "名额应为 1—500",
    ):
        assert sentence in page
    assert not Slot.objects.exists()


def test_days_off_are_left_out_and_a_period_of_them_is_refused() -> None:
    given = {"halves": ["morning"], "minutes": "30", "capacity": "5", "calendar": office_calendar()}
    friday = dt.date(2026, 11, 27)
    made = plan(first=friday, last=friday + dt.timedelta(days=3), today=friday, **given)
    assert made.days == [friday, friday + dt.timedelta(days=3)]
    assert made.times[0] == (dt.time(9), dt.time(9, 30)) and made.times[-1][1] == dt.time(12)
    saturday = friday + dt.timedelta(days=1)
    with pytest.raises(Refused) as refused:
        plan(first=saturday, last=saturday + dt.timedelta(days=1), today=friday, **given)
    assert refused.value.codes == ("SLOTS_DAYS_OFF",)
    with pytest.raises(Refused) as refused:
        plan(first=friday, last=friday + dt.timedelta(days=62), today=saturday, **given)
    assert refused.value.codes == ("SLOTS_PAST", "SLOTS_LONG")


def test_a_delivery_of_blanks_comes_into_stock_once() -> None:
    client = logged_in("lead")
    assert "没有库存" in client.get("/console/stock/").content.decode()
    asked = {"kind": "certificate", "first_serial": "豫41000001", "count": "200"}
    page = client.post("/console/stock/", asked, follow=True).content.decode()
    assert "已登记入库 200 本" in page and "豫41000200" in page
    again = client.post("/console/stock/", asked)
    assert again.status_code == 422 and "已经登记过" in again.content.decode()
    assert 'value="豫41000001"' in again.content.decode()
    assert certificates.stock_count()[CertificateKind.CERTIFICATE] == 200


def test_a_delivery_says_what_is_missing() -> None:
    page = logged_in("lead").post("/console/stock/", {"count": "两百"}).content.decode()
    assert "请选择证书种类" in page and "本数应为整数" in page and 'value="两百"' in page
    assert certificates.stock_count()[CertificateKind.CERTIFICATE] == 0
