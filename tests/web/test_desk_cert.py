"""大宗受理, 缮证, 发证, 归档, 移交 at the browser, without scripts."""

from __future__ import annotations

import uuid

import pytest

from dengbu.archives.models import HandOver
from dengbu.cases.documents import certificate_page, closing
from dengbu.cases.facts import facts
from dengbu.cases.models import Batch, Case
from dengbu.certificates.actions import receive_blanks
from dengbu.certificates.models import Blank, Certificate
from dengbu.certificates.prints import UnitLine
from dengbu.core import clock
from dengbu.core.acts import act
from dengbu.core.vocabulary import CertificateKind
from dengbu.payments.actions import collect_at_window
from dengbu.payments.queries import bill_of
from dengbu.web.desk import cert
from tests.support import office
from tests.web.windows import at_work, budget, hidden, statements, text_of

pytestmark = pytest.mark.django_db
FIRST = "豫41000001"


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(3)
    keeper = office.lead()
    receive_blanks(actor=keeper, kind=CertificateKind.CERTIFICATE, first_serial=FIRST, count=12)


def state_of(docket: uuid.UUID) -> str:
    return office.state_of(docket)


def pay(docket: uuid.UUID) -> None:
    bill = bill_of(docket)
    assert bill is not None
    collect_at_window(actor=office.clerk(), bill_id=bill.pk, channel="cash", amount_fen=bill.total_fen)


def printed(docket: uuid.UUID) -> Certificate:
    clerk, url = at_work("certify"), f"/desk/cert/{docket}/"
    page = clerk.get(url)
    answer = clerk.post(
        url,
        {
            "do": "print",
            "certificate": hidden(page, "certificate"),
            "serial": FIRST,
            "key": hidden(page, "key"),
        },
    )
    assert answer.status_code == 303, text_of(answer)
    return Certificate.objects.get(docket_id=docket)


def receiver(certificate: Certificate, **other: str) -> dict[str, str]:
    return {
        "certificate": str(certificate.pk),
        "receipt_shown": "on",
        "voucher_shown": "on",
        "identity_checked": "on",
        "receiver_name": office.BUYER[0],
        "receiver_document_kind": "resident_id",
        "receiver_number": office.BUYER[1],
    } | other


def test_the_queues_show_what_waits_and_the_stock() -> None:
    docket = office.registered_sale()
    page = text_of(at_work("certify").get("/desk/cert/"))
    assert f"/desk/cert/{docket}/" in page and '<b class="num">12</b>' in page
    assert "没有要办的" in text_of(at_work("certify").get("/desk/issue/"))


def test_the_picture_of_a_first_print_is_no_reprint() -> None:
    docket = office.registered_sale()
    made, found = printed(docket), facts(Case.objects.get(pk=docket))
    shown = certificate_page(found, made, office.certifier(), FIRST, as_printed=True)
    following = certificate_page(found, made, office.certifier(), FIRST)
    assert (shown.head.reprint, following.head.reprint) == (0, 1)


def test_a_certificate_goes_from_blank_to_the_archive_room() -> None:
    docket = office.registered_sale()
    clerk = at_work("certify")
    certificate = printed(docket)
    assert (certificate.state, certificate.blank_serial, state_of(docket)) == ("printed", FIRST, "certified")
    stored = clerk.get(f"/desk/cert/{docket}/{certificate.pk}.pdf")
    assert stored["Content-Type"] == "application/pdf" and stored.content.startswith(b"%PDF")
    pay(docket)
    answer = clerk.post(f"/desk/issue/{docket}/", receiver(certificate))
    assert answer.status_code == 303 and state_of(docket) == "issued"
    url = f"/desk/archive/{docket}/"
    wrong = clerk.post(url, {"paper_pages": "999"})
    assert (
        wrong.status_code == 422
        and "请写明不一致的原因" in text_of(wrong)
        and 'value="999"' in text_of(wrong)
    )
    assert clerk.post(url, {"paper_pages": "999", "difference_note": "含光盘一张"}).status_code == 303
    assert state_of(docket) == "archived"
    assert clerk.get(f"{url}catalogue.pdf").content.startswith(b"%PDF")
    assert clerk.post("/desk/handover/", {"do": "make"}).status_code == 303
    made = HandOver.objects.get()
    assert clerk.get(f"/desk/handover/{made.pk}.pdf").content.startswith(b"%PDF")
    assert clerk.post("/desk/handover/", {"do": "receive", "hand_over": made.pk}).status_code == 422
    assert (
        clerk.post(
            "/desk/handover/", {"do": "receive", "hand_over": made.pk, "received_by": "周"}
        ).status_code
        == 303
    )
    made.refresh_from_db()
    assert made.received_by == "周"
    assert statements(clerk, f"/desk/handover/{made.pk}/") <= budget("desk.handover_list") + 1


def test_a_blank_that_is_not_in_stock_is_refused_and_the_typed_serial_stays() -> None:
    docket = office.registered_sale()
    clerk, url = at_work("certify"), f"/desk/cert/{docket}/"
    certificate = Certificate.objects.get(docket_id=docket)
    answer = clerk.post(url, {"do": "print", "certificate": certificate.pk, "serial": "豫99999999"})
    assert answer.status_code == 422 and 'value="豫99999999"' in text_of(answer)
    assert state_of(docket) == "registered"


def test_a_misprint_takes_another_blank_with_its_reason() -> None:
    docket = office.registered_sale()
    certificate = printed(docket)
    clerk, url = at_work("certify"), f"/desk/cert/{docket}/"
    form = {"do": "reprint", "certificate": str(certificate.pk), "serial": "豫41000002"}
    assert clerk.post(url, form).status_code == 422
    assert clerk.post(url, form | {"reason": "打印偏移"}).status_code == 303
    certificate.refresh_from_db()
    assert certificate.blank_serial == "豫41000002" and certificate.prints == 2
    assert Blank.objects.get(serial=FIRST).state == "spoiled"


def test_an_unpaid_fee_stops_the_hand_out_and_says_where_to_pay() -> None:
    docket = office.registered_sale()
    certificate = printed(docket)
    clerk, url = at_work("certify"), f"/desk/issue/{docket}/"
    page = text_of(clerk.get(url))
    assert "还有费用未缴，不能发证" in page and f"/desk/accept/{docket}/print/#fee" in page
    assert clerk.post(url, receiver(certificate)).status_code == 422
    assert state_of(docket) == "certified"


def test_each_missing_proof_is_named_and_what_was_typed_stays() -> None:
    docket = office.registered_sale()
    certificate = printed(docket)
    pay(docket)
    form = {
        "certificate": str(certificate.pk),
        "receiver_name": "王丽",
        "receiver_document_kind": "resident_id",
    }
    answer = at_work("certify").post(f"/desk/issue/{docket}/", form)
    page = text_of(answer)
    assert answer.status_code == 422 and 'value="王丽"' in page
    assert "受理凭证" in page and "身份" in page


def test_the_preview_is_a_picture_of_the_live_book() -> None:
    docket = office.registered_sale()
    certificate = Certificate.objects.get(docket_id=docket)
    picture = at_work("certify").get(f"/desk/cert/{docket}/{certificate.pk}/1.png")
    assert picture["Content-Type"] == "image/png" and picture.content.startswith(b"\x89PNG")
    assert at_work("certify").get(f"/desk/cert/{docket}/{certificate.pk}/9.png").status_code == 404


def test_every_sheet_of_a_list_of_units_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    docket = office.registered_sale()
    certificate = Certificate.objects.get(docket_id=docket)
    line = UnitLine(certificate.unit_code, "示范市示范区示范路1号1栋101", "住宅", "88.00")
    monkeypatch.setattr(closing, "annex", lambda found: (line,) * 60)
    monkeypatch.setattr(cert, "list_counts", lambda ids: dict.fromkeys(ids, (60, 60)))
    page = text_of(at_work("certify").get(f"/desk/cert/{docket}/"))
    shown = page.count(f"/desk/cert/{docket}/{certificate.pk}/")
    assert shown > 3, "two sheets of the certificate, and more than one of the list"
    for sheet, status in ((shown, 200), (shown + 1, 404)):
        answer = at_work("certify").get(f"/desk/cert/{docket}/{certificate.pk}/{sheet}.png")
        assert answer.status_code == status


def test_a_case_that_is_not_handed_out_yet_cannot_be_archived() -> None:
    docket = office.registered_sale()
    answer = at_work("certify").post(f"/desk/archive/{docket}/", {"paper_pages": "1"})
    assert answer.status_code == 409 and "请先缮证、发证" in text_of(answer)


def test_the_desk_prints_no_certificates() -> None:
    docket = office.registered_sale()
    answer = at_work("accept").get(f"/desk/cert/{docket}/")
    assert answer.status_code == 403 and "缮证转卷岗" in text_of(answer)
    assert '<a class="btn" href="/desk/">回工作台</a>' in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("desk.cert", "/desk/cert/"),
        ("desk.issue", "/desk/issue/"),
        ("desk.archive", "/desk/archive/"),
        ("desk.handover", "/desk/handover/"),
        ("desk.cert_case", "/desk/cert/{}/"),
        ("desk.issue_case", "/desk/issue/{}/"),
        ("desk.archive_case", "/desk/archive/{}/"),
    ],
)
def test_a_page_asks_the_database_no_more_than_it_says(name: str, address: str) -> None:
    docket = office.registered_sale()
    assert statements(at_work("certify"), address.format(docket)) <= budget(name) + 1


# --- 大宗受理 -----------------------------------------------------------------------------------------------------


@act("test.batch")
def _group(*, actor: object, dockets: list[uuid.UUID]) -> Batch:
    batch = Batch.objects.create(
        number="DZ2026000001",
        type_code="P01",
        organisation_id=office.DEVELOPER_ID,
        filed_by=9005,
        filed_at=clock.now(),
        token="batch-token",
        short_code="ABCD2345",
    )
    Case.objects.filter(docket_id__in=dockets).update(batch=batch)
    return batch


def batch_of(*dockets: uuid.UUID) -> Batch:
    made: Batch = _group(actor=office.SYSTEM, dockets=list(dockets))
    return made


def test_scanning_a_unit_lights_its_row() -> None:
    dockets = [office.passed_sale(n) for n in (1, 2)]
    batch = batch_of(*dockets)
    clerk, url = at_work("accept"), f"/desk/accept/bulk/{batch.pk}/"
    assert clerk.post("/desk/accept/", {"code": "ABCD-2345"})["Location"] == url
    code = Case.objects.get(docket_id=dockets[1]).prereview_no
    answer = clerk.post(url, {"do": "scan", "code": code})
    assert answer["Location"] == f"{url}?row={dockets[1]}#u-{dockets[1]}"
    assert f'id="u-{dockets[1]}" aria-current="true"' in text_of(clerk.get(f"{url}?row={dockets[1]}"))
    other = Case.objects.get(docket_id=office.passed_sale(3)).prereview_no
    assert "不属于这个批次" in text_of(clerk.post(url, {"do": "scan", "code": other}))


def test_units_that_fail_stay_out_with_every_reason_and_the_others_go_in() -> None:
    dockets = [office.checked_sale(n) for n in (1, 2)]
    dockets.append(office.passed_sale(3))
    batch = batch_of(*dockets)
    clerk, url = at_work("accept"), f"/desk/accept/bulk/{batch.pk}/"
    page = text_of(clerk.get(url))
    assert "受理已核2套" in page and "纸件未核完" in page and "限制未查询" in page
    form = {"do": "accept", "docket": [str(d) for d in dockets[:2]]}
    confirm = clerk.post(url, form)
    assert "审核人、登簿人记为<b>王审核" in text_of(confirm)
    office.seize(2)
    final = form | {"confirmed": "yes", "key": hidden(confirm, "key")}
    answer = text_of(clerk.post(url, final))
    assert "已受理并登簿1套" in answer and "没有受理1套" in answer and 'data-code="R_SEAL"' in answer
    assert [state_of(d) for d in dockets] == ["registered", "preapproved", "preapproved"]
    assert "已受理并登簿1套" in text_of(clerk.post(url, final))


def test_the_papers_of_a_unit_are_judged_in_one_form_and_each_needs_all_four_checks() -> None:
    docket = office.passed_sale(1)
    batch = batch_of(docket)
    clerk, url = at_work("accept"), f"/desk/accept/bulk/{batch.pk}/"
    assert clerk.post(url, {"do": "query"}).status_code == 303
    open_one = clerk.post(url, {"do": "unit", "row": str(docket)})
    assert open_one.status_code == 422 and "请给出结论" in text_of(open_one)
    form = {"do": "unit", "row": str(docket)}
    for key in office.verdicts_of(docket):
        form |= {f"{key}-{c}": "yes" for c in ("form", "complete", "valid", "matches")}
        form |= {f"{key}-originals": "1", f"{key}-copies": "0"}
    assert clerk.post(url, form).status_code == 303
    assert "已核" in text_of(clerk.get(url))


def test_a_batch_asks_the_same_number_of_statements_whatever_its_size() -> None:
    one, two, three = (office.passed_sale(n) for n in (1, 2, 3))
    batch = batch_of(one)
    url = f"/desk/accept/bulk/{batch.pk}/"
    clerk = at_work("accept")
    small = statements(clerk, url)
    _join(actor=office.SYSTEM, batch=batch, dockets=[two, three])
    assert statements(clerk, url) == small <= budget("desk.accept_bulk") + 1


@act("test.join")
def _join(*, actor: object, batch: Batch, dockets: list[uuid.UUID]) -> None:
    Case.objects.filter(docket_id__in=dockets).update(batch=batch)
