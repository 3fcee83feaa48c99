"""One's own cases after submission: correction, QR code, visit; and what each page costs in SQL."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from dengbu.appointments.models import Booking
from dengbu.cases.actions import desk, review
from dengbu.cases.models import CaseParty
from dengbu.core import clock
from dengbu.core.models import Sight
from dengbu.payments.actions import collect_at_window
from dengbu.payments.models import FeeBill
from dengbu.web.pages import PAGES
from tests.support import office
from tests.web.filers import (
    Filer,
    begin,
    candidate,
    errors_of,
    fill_sale,
    hidden,
    person,
    statements,
    text_of,
    upload,
)

pytestmark = pytest.mark.usefixtures("module_demo_database")
REVIEWER = office.reviewer()


def submitted(n: int) -> tuple[Any, Filer]:
    home = candidate("P01", n)
    filer = begin(person(home.owner.number), "my", "p01")
    fill_sale(filer, home)
    filer.post("check/", declared="on")
    address = f"/my/confirm/{CaseParty.objects.get(case_id=filer.docket, role='buyer').invite_token}/"
    form = {"key": "k", "docket": str(filer.docket), "do": "agree", "declared": "on"}
    assert person(home.buyer.number).post(address, form).status_code == 303
    return home, filer


def corrected(n: int) -> tuple[Any, Filer]:
    home, filer = submitted(n)
    review.claim(actor=REVIEWER, docket_id=filer.docket)
    office.judge_all(filer.docket, CERT="fix")
    names = {"material": "不动产权属证书", "page": "1", "place": "印章"}
    region = {"x": 33, "y": 33, "w": 33, "h": 33, "words": "中间"}
    review.request_correction(
        actor=REVIEWER,
        docket_id=filer.docket,
        reasons=[{"code": "M02", "target": "material:CERT", "vars": names, "page": 1, "region": region}],
    )
    return home, filer


def passed(n: int) -> tuple[Any, Filer]:
    home, filer = submitted(n)
    review.claim(actor=REVIEWER, docket_id=filer.docket)
    office.judge_all(filer.docket)
    review.query_restrictions(actor=REVIEWER, docket_id=filer.docket)
    review.pass_case(actor=REVIEWER, docket_id=filer.docket)
    return home, filer


def test_a_correction_opens_only_what_it_is_bound_to() -> None:
    _, filer = corrected(0)
    page = text_of(filer.client.get(f"/my/cases/{filer.docket}/fix/"))
    assert "共 1 处需要修改，其余不用动" in page and page.count('id="fix-') == 1
    assert "第1页不清晰，印章看不清" in page and "<rect" in page
    assert filer.get("materials/CERT/").status_code == 200
    other = filer.client.post(filer.url("materials/TAX/"), {"do": "upload", "key": "k", "files": [upload()]})
    assert other.status_code == 403
    assert filer.client.post(filer.url("parties/"), {"do": "save"}).status_code == 403
    assert filer.get("parties/")["Location"] == f"/my/cases/{filer.docket}/fix/"


def test_a_resubmission_goes_back_once_to_the_same_reviewer() -> None:
    _, filer = corrected(1)
    address = f"/my/cases/{filer.docket}/fix/"
    assert filer.post("materials/CERT/", do="upload", files=[upload("new.jpg")]).status_code == 303
    assert "已修改" in text_of(filer.client.get(address))
    assert errors_of(filer.client.post(address, {"key": "k1"})) == [("#id_declared", "请阅读并勾选承诺书")]
    for _ in range(2):
        assert filer.client.post(address, {"key": "k1", "declared": "on"}).status_code == 303
    assert (filer.case.state, filer.case.round, filer.case.reviewer_id) == ("submitted", 2, REVIEWER.user_id)


def test_the_qr_page_shows_a_code_without_names_and_books_a_time() -> None:
    home, filer = passed(2)
    address = f"/my/cases/{filer.docket}/pass/"
    page = filer.client.get(address)
    code = filer.case.short_code or ""
    assert f"{code[:4]}-{code[4:]}" in text_of(page) and "<svg" in text_of(page)
    slot = re.search(r'name="slot" value="([^"]+)"', text_of(page))
    assert slot
    form = {"key": hidden(page, "key"), "slot": slot[1], "do": "book"}
    for _ in range(2):
        assert filer.client.post(f"/my/appoint/{filer.docket}/", form)["Location"] == address
    assert Booking.objects.filter(docket_id=filer.docket).count() == 1
    assert "已预约" in text_of(filer.client.get(f"/my/cases/{filer.docket}/"))
    anonymous = text_of(Client().get(f"/q/{filer.case.token}"))
    assert home.owner.name not in anonymous and home.location not in anonymous
    assert filer.client.get(f"/q/{filer.case.token}")["Location"] == address


def test_before_the_review_passed_no_time_can_be_booked() -> None:
    _, filer = submitted(3)
    response = filer.client.post(
        f"/my/appoint/{filer.docket}/", {"key": "k", "slot": str(filer.docket), "do": "book"}
    )
    assert response.status_code == 303 and not Booking.objects.filter(docket_id=filer.docket).exists()


def test_a_withdrawn_case_is_over_for_all_of_them() -> None:
    home, filer = submitted(4)
    address = f"/my/cases/{filer.docket}/withdraw/"
    assert filer.client.post(address, {"key": "k", "reason": "不卖了"}).status_code == 303
    assert filer.case.state == "withdrawn"
    assert "已撤回" in text_of(person(home.buyer.number).get(f"/my/cases/{filer.docket}/"))


def test_a_strangers_case_is_closed_to_everybody_else() -> None:
    _, filer = submitted(5)
    stranger = person(candidate("P01", 8).owner.number)
    for page in ("", "fix/", "pass/", "withdraw/"):
        assert stranger.get(f"/my/cases/{filer.docket}/{page}").status_code == 403


def test_homes_of_others_are_not_among_my_properties() -> None:
    mine, other = candidate("P01", 9), candidate("P01", 10)
    browser = person(mine.owner.number)
    assert mine.location in text_of(browser.get("/my/properties/"))
    assert browser.get(f"/my/properties/{mine.unit_code}/").status_code == 200
    assert browser.get(f"/my/properties/{other.unit_code}/").status_code == 404


def test_an_owner_reads_who_looked_since_the_home_is_theirs_and_nothing_older() -> None:
    mine = candidate("P01", 9)
    browser, page = person(mine.owner.number), f"/my/properties/{mine.unit_code}/"
    before = clock.now() - dt.timedelta(days=400)
    for purpose, at in (("卖方当年的查询", before), ("登记簿查询", clock.now())):
        Sight.objects.create(
            actor="user:1",
            actor_name="沈知秋",
            kind="register",
            subject=mine.unit_code,
            purpose=purpose,
            seen_at=at,
        )
    text = text_of(browser.get(page))
    assert "沈*秋" in text and "登记簿查询" in text and "卖方当年的查询" not in text


def test_pages_stay_within_their_statements() -> None:
    home, filer = corrected(6)
    client, docket = filer.client, filer.docket
    asked = {
        "my.home": "/my/",
        "my.cases": "/my/cases/",
        "my.case": f"/my/cases/{docket}/",
        "my.case.fix": f"/my/cases/{docket}/fix/",
        "my.case.withdraw": f"/my/cases/{docket}/withdraw/",
        "my.properties": "/my/properties/",
        "my.property": f"/my/properties/{home.unit_code}/",
        "my.messages": "/my/messages/",
        "my.apply.start": "/my/apply/p01/start",
        "my.apply.submitted": filer.url("submitted/"),
        "my.apply.material": filer.url("materials/CERT/"),
        "my.apply.materials": filer.url("materials/"),
    }
    passed_home, ready = passed(7)
    draft = begin(person(passed_home.owner.number), "my", "p01")
    draft.post("property/", unit_code=candidate("P01", 11).unit_code)
    pages = {
        f"my.apply.{s}": draft.url(f"{s}/") for s in ("property", "parties", "reason", "delivery", "check")
    }
    pages["my.apply"] = draft.url()
    pages["my.case.pass"], pages["my.appoint"] = (
        f"/my/cases/{ready.docket}/pass/",
        f"/my/appoint/{ready.docket}/",
    )
    budget = {p.name: p.sql for p in PAGES}
    spent = {name: statements(client, address) for name, address in asked.items()}
    spent |= {name: statements(draft.client, address) for name, address in pages.items()}
    # These cases differ from the examples of the register of pages: a correction is asked for with its reasons, and
    # where nobody is named yet the book (parties) and the account (delivery) are asked who could be; where no
    # contract is named, nobody's names are shown and no sight is noted.
    in_correction = ("my.case", "my.apply.material", "my.apply.materials")
    other = dict.fromkeys(in_correction, 1) | {
        "my.apply.parties": 2,
        "my.apply.delivery": 1,
        "my.apply.reason": -1,
    }
    budget |= {name: budget[name] + more for name, more in other.items()}
    assert {name: (count, budget[name]) for name, count in spent.items() if count != budget[name]} == {}


def test_the_fee_is_shown_once_accepted_and_costs_what_it_says() -> None:
    _, filer = passed(8)
    address = f"/my/pay/{filer.docket}/"
    assert filer.client.get(address)["Location"] == f"/my/cases/{filer.docket}/"  # no bill yet
    office.check_at_desk(filer.docket)
    desk.accept(actor=office.clerk(), docket_id=filer.docket)
    page = text_of(filer.client.get(address))
    assert "80.00 元" in page and "捌拾元整" in page
    assert "请缴登记费 80.00 元" in text_of(filer.client.get(f"/my/cases/{filer.docket}/"))
    assert "还没有缴费" in text_of(filer.client.get(f"{address}result/"))
    budget = {p.name: p.sql for p in PAGES}
    assert statements(filer.client, address) == budget["my.pay"]
    assert statements(filer.client, f"{address}result/") == budget["my.pay.result"]
    bill = FeeBill.objects.get(docket_id=filer.docket)
    collect_at_window(actor=office.clerk(), bill_id=bill.pk, channel="cash", amount_fen=bill.total_fen)
    assert "已缴清" in text_of(filer.client.get(f"{address}result/"))
