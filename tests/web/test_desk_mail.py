"""邮寄: certificates sent by post, signed for or brought back (corrections §2.15)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dengbu.cases.actions import closing
from dengbu.cases.actions.watching import WATCHES
from dengbu.cases.models import Case
from dengbu.certificates import actions, rules
from dengbu.certificates.actions import receive_blanks
from dengbu.certificates.models import Certificate, Mailing
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.core.vocabulary import CertificateKind
from tests.parties.people import waiting_jobs
from tests.support import office
from tests.web.test_desk_cert import FIRST, pay, printed, receiver, state_of
from tests.web.windows import at_work, budget, hidden, statements, text_of

pytestmark = pytest.mark.django_db
NUMBER = "EA123456785CN"


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(3)
    receive_blanks(actor=office.lead(), kind=CertificateKind.CERTIFICATE, first_serial=FIRST, count=12)


@act("test.asks_for_post")
def asks_for_post(*, actor: object, docket: uuid.UUID) -> None:
    case = Case.objects.get(pk=docket)
    delivery = {"way": "mail", "receiver": office.BUYER[0], "address": "上街区中心路1号院2号楼301室"}
    case.filed = {**case.filed, "delivery": delivery}
    case.save()


def to_be_mailed(*, paid: bool = True) -> tuple[uuid.UUID, Certificate]:
    docket = office.registered_sale()
    asks_for_post(actor=office.SYSTEM, docket=docket)
    made = printed(docket)
    if paid:
        pay(docket)
    return docket, made


def form(certificate: Certificate, /, **other: str) -> dict[str, str]:
    return {
        "do": "send",
        "certificate": str(certificate.pk),
        "receiver_name": office.BUYER[0],
        "address": "上街区中心路1号院2号楼301室",
        "phone": "13800000000",
        "tracking": "ea 123456785 cn",
    } | other


def sent() -> tuple[uuid.UUID, Certificate, Mailing]:
    docket, certificate = to_be_mailed()
    assert at_work("certify").post(f"/desk/mail/{docket}/", form(certificate)).status_code == 303
    return docket, certificate, Mailing.objects.get()


def test_a_certificate_asked_for_by_post_waits_there_and_not_at_the_window() -> None:
    docket, _ = to_be_mailed()
    clerk = at_work("certify")
    assert f"/desk/mail/{docket}/" in text_of(clerk.get("/desk/mail/"))
    assert "没有要办的" in text_of(clerk.get("/desk/issue/"))


def test_what_was_sent_is_under_way_until_the_carrier_proves_who_signed() -> None:
    docket, certificate, mailing = sent()
    clerk = at_work("certify")
    certificate.refresh_from_db()
    assert (certificate.state, mailing.tracking, state_of(docket)) == ("mailed", NUMBER, "certified")
    assert "中心路" not in mailing.address_cipher and "中心路" in office_address(mailing)
    page = text_of(clerk.get("/desk/mail/"))
    assert NUMBER in page and "没有要寄的" in page
    slip = clerk.get(f"/desk/mail/{docket}/{mailing.pk}.pdf")
    assert slip.content.startswith(b"%PDF")
    url = f"/desk/mail/{docket}/"
    nobody = clerk.post(url, {"do": "deliver", "mailing": mailing.pk, "signed_by": ""})
    assert nobody.status_code == 422 and state_of(docket) == "certified"
    answer = clerk.post(url, {"do": "deliver", "mailing": mailing.pk, "signed_by": office.BUYER[0]})
    assert answer.status_code == 303 and state_of(docket) == "issued"
    certificate.refresh_from_db()
    assert (certificate.state, certificate.receiver_name) == ("issued", office.BUYER[0])
    again = clerk.post(url, {"do": "return", "mailing": mailing.pk, "reason": "无人签收"})
    assert again.status_code == 409 and "已登记为“已签收”" in text_of(again)


def office_address(mailing: Mailing) -> str:
    return crypto.decrypt(mailing.address_cipher, rules.MAIL_ADDRESS_PURPOSE)


def test_what_came_back_lies_here_again_and_can_be_sent_anew_or_collected() -> None:
    docket, certificate, mailing = sent()
    clerk, url = at_work("certify"), f"/desk/mail/{docket}/"
    silent = clerk.post(url, {"do": "return", "mailing": mailing.pk, "reason": " "})
    assert silent.status_code == 422 and "请写明退回原因" in text_of(silent)
    assert clerk.post(url, {"do": "return", "mailing": mailing.pk, "reason": "地址不详"}).status_code == 303
    certificate.refresh_from_db()
    assert (certificate.state, state_of(docket)) == ("printed", "certified")
    assert f"/desk/mail/{docket}/" in text_of(clerk.get("/desk/mail/"))
    taken = clerk.post(url, form(certificate))
    assert taken.status_code == 422 and "这个邮件号已经登记给另一件邮件" in text_of(taken)
    assert clerk.post(url, form(certificate, tracking="1234567890123")).status_code == 303
    assert "地址不详" in text_of(clerk.get(url))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"receiver_name": "路人甲"}, "收件人不是权利人"),
        ({"address": "家"}, "邮寄地址要写5到120个字"),
        ({"phone": "1380"}, "手机号码应为 11 位"),
        ({"tracking": ""}, "请扫描或填写邮件号"),
        ({"tracking": "EA12345CN"}, "邮件号应为13位"),
        ({"tracking": "EA123456784CN"}, "校验位不对"),
        ({"certificate": ""}, "没有找到这件邮件或证书"),
    ],
)
def test_what_cannot_be_sent_is_named_and_nothing_typed_is_lost(other: dict[str, str], said: str) -> None:
    docket, certificate = to_be_mailed()
    filled = form(certificate, **other)
    answer = at_work("certify").post(f"/desk/mail/{docket}/", filled)
    page = text_of(answer)
    assert answer.status_code == 422 and said in page
    assert f'value="{filled["address"]}"' in page and f'value="{filled["tracking"]}"' in page
    assert not Mailing.objects.exists()


def test_an_unpaid_fee_stops_the_post_too() -> None:
    docket, certificate = to_be_mailed(paid=False)
    clerk = at_work("certify")
    assert "还有费用未缴，不能寄出" in text_of(clerk.get(f"/desk/mail/{docket}/"))
    answer = clerk.post(f"/desk/mail/{docket}/", form(certificate))
    assert answer.status_code == 422 and "缴清后才能发证" in text_of(answer)


def test_nobody_gets_by_post_what_was_to_be_collected() -> None:
    docket = office.registered_sale()
    certificate = printed(docket)
    pay(docket)
    answer = at_work("certify").post(f"/desk/mail/{docket}/", form(certificate))
    assert answer.status_code == 422 and "申请人没有选邮寄。" in text_of(answer)


def test_a_certificate_under_way_is_not_handed_out_at_the_window() -> None:
    docket, certificate, _ = sent()
    answer = at_work("certify").post(f"/desk/issue/{docket}/", receiver(certificate))
    assert answer.status_code == 422 and "已寄出" in text_of(answer)


def test_a_mailing_of_another_case_is_not_ended_here() -> None:
    _, _, mailing = sent()
    other = office.registered_sale(2)
    answer = at_work("certify").post(
        f"/desk/mail/{other}/", {"do": "deliver", "mailing": mailing.pk, "signed_by": "王丽"}
    )
    mailing.refresh_from_db()
    assert answer.status_code == 422 and mailing.state == "sent"


def test_a_certificate_of_another_case_is_not_sent_from_here() -> None:
    other = Certificate.objects.get(docket_id=office.registered_sale(2))
    docket, _ = to_be_mailed()
    assert state_of(docket) == "certified", "what waits to be printed in another case keeps nothing back"
    answer = at_work("certify").post(f"/desk/mail/{docket}/", form(other))
    assert answer.status_code == 422 and not Mailing.objects.exists()


@pytest.mark.parametrize(
    "ends", [{"do": "deliver", "signed_by": office.BUYER[0]}, {"do": "return", "reason": "无人签收"}]
)
def test_what_became_void_on_its_way_stays_void(ends: dict[str, str]) -> None:
    docket, certificate, mailing = sent()
    in_two_months = clock.today() + dt.timedelta(days=60)
    uncollected = WATCHES["certificate"].find
    assert not uncollected(in_two_months), "nobody is told to fetch what is under way"
    actions.void(
        actor=office.SYSTEM, rights=[(certificate.right_id, certificate.entry_id)], reason="权利已注销"
    )
    answer = at_work("certify").post(f"/desk/mail/{docket}/", ends | {"mailing": str(mailing.pk)})
    certificate.refresh_from_db()
    mailing.refresh_from_db()
    assert (answer.status_code, certificate.state, certificate.issued_at) == (303, "void", None)
    assert mailing.state != "sent" and mailing.ended_at is not None
    assert not uncollected(in_two_months), "nor what is void"
    clerk, case = at_work("certify"), f"/desk/archive/{docket}/"
    assert case in text_of(clerk.get("/desk/archive/")), "nothing is left to be handed out"
    assert clerk.post(case, {"paper_pages": "1", "difference_note": "原件已退"}).status_code == 303
    assert state_of(docket) == "archived"


@pytest.mark.parametrize(
    ("who", "code"),
    [(office.reviewer, "CASE_SAME_HANDS"), (office.seller, "CASE_OWN")],
    ids=["reviewer", "filer"],
)
def test_whoever_reviewed_or_filed_the_case_neither_hands_out_nor_sends_nor_ends_a_mailing(
    who: Callable[[], Actor], code: str
) -> None:
    docket, certificate, mailing = sent()
    reviewer = office.certifier(who().user_id or 0)
    for do in (
        lambda: closing.issue(
            actor=reviewer,
            docket_id=docket,
            certificate_id=certificate.pk,
            receiver_name=office.BUYER[0],
            receiver_document_kind="resident_id",
            receiver_number=office.BUYER[1],
            receipt_shown=True,
            voucher_shown=True,
            identity_checked=True,
        ),
        lambda: closing.mail(
            actor=reviewer,
            docket_id=docket,
            certificate_ids=[certificate.pk],
            receiver_name=office.BUYER[0],
            address="上街区中心路1号院2号楼301室",
            phone="13800000000",
            tracking=NUMBER,
        ),
        lambda: closing.mail_delivered(
            actor=reviewer, docket_id=docket, mailing_id=mailing.pk, signed_by=office.BUYER[0]
        ),
        lambda: closing.mail_returned(
            actor=reviewer, docket_id=docket, mailing_id=mailing.pk, reason="无人签收"
        ),
    ):
        with pytest.raises(NotPermitted) as refused:
            do()
        assert refused.value.codes == (code,)


def test_the_parties_are_told_that_it_was_sent_and_that_it_came_back() -> None:
    docket, _, mailing = sent()
    at_work("certify").post(
        f"/desk/mail/{docket}/", {"do": "return", "mailing": mailing.pk, "reason": "无人签收"}
    )
    told = [job["template"] for job in waiting_jobs("cases.tell")]
    assert told[-3:] == ["ready_to_mail", "mailed", "mail_returned"]


def test_the_same_form_sent_twice_sends_one_mailing() -> None:
    docket, certificate = to_be_mailed()
    clerk, url = at_work("certify"), f"/desk/mail/{docket}/"
    filled = form(certificate, key=hidden(clerk.get(url), "key"))
    assert [clerk.post(url, filled).status_code for _ in range(2)] == [303, 303]
    assert Mailing.objects.count() == 1


def test_a_page_asks_the_database_no_more_than_it_says() -> None:
    docket, _, _ = sent()
    for name, url in (("desk.mail", "/desk/mail/"), ("desk.mail_case", f"/desk/mail/{docket}/")):
        assert statements(at_work("certify"), url) <= budget(name) + 1


def a_mailing(certificate: Certificate, tracking: str) -> Any:
    return actions.mail(
        actor=office.certifier(),
        docket_id=certificate.docket_id,
        certificate_ids=[certificate.pk],
        receiver_name=office.BUYER[0],
        address="上街区中心路1号院2号楼301室",
        phone="13800000000",
        tracking=tracking,
        fee_settled=True,
        asked_for=True,
        receiver_entitled=True,
    )


def test_a_certificate_that_is_under_way_is_not_sent_once_more() -> None:
    _, certificate, _ = sent()
    with pytest.raises(Refused) as caught:
        a_mailing(certificate, "1234567890123")
    assert caught.value.codes == ("MAIL_NOTHING_PRINTED",)
