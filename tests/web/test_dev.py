"""The developer's portal at the browser: building table, batch, shared papers, result, codes and visit."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client

from dengbu.appointments.actions import open_slots
from dengbu.appointments.models import Booking, Slot
from dengbu.cases.actions import batches
from dengbu.cases.models import Batch, Case
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.materials.models import MaterialPage
from tests.register import homes
from tests.support import estates, office
from tests.web.filers import upload
from tests.web.windows import budget, hidden, statements, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Actor:
    return estates.operator(estates.make_organisation(actor=office.SYSTEM, who=estates.WUYUN))


@pytest.fixture
def browser(operator: Actor) -> Client:
    return estates.browser()


def begin(browser: Client, codes: list[str]) -> str:
    """From the building table over the check page to the batch: its address."""
    checked = browser.post("/dev/batches/new", {"units": codes, "do": "check"})
    assert checked.status_code == 200, text_of(checked)
    units = re.findall(r'name="units" value="([^"]+)"', text_of(checked))
    form = {"key": hidden(checked, "key"), "units": units, "do": "start"}
    answers = [browser.post("/dev/batches/new", form) for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303] and Batch.objects.count() == 1
    return str(answers[0]["Location"])


def test_a_batch_is_begun_from_the_building_table_and_submitted_in_part(browser: Client) -> None:
    codes = estates.estate(3)
    table = text_of(browser.get(f"/dev/buildings/{homes.BUILDING}/"))
    assert [f'value="{c}"' in table for c in codes] == [True] * 3
    address = begin(browser, codes)
    page = browser.get(address)
    assert estates.buyer_of(1)[0] not in text_of(page), "buyers are masked"
    assert text_of(page).count("还缺：") == 3
    shared = browser.post(
        address, {"key": "s1", "do": "upload", "item": "ID-developer", "files": [upload("执照.jpg")]}
    )
    assert shared.status_code == 303 and MaterialPage.objects.filter(item="ID-developer").count() == 3
    dockets = list(Case.objects.order_by("unit_code").values_list("docket_id", flat=True))
    estates.papers_for(dockets[0])
    estates.papers_for(dockets[1])
    page = browser.get(address)
    assert text_of(page).count('name="dockets"') == 2
    form: dict[str, Any] = {"key": hidden(page, "key"), "dockets": dockets, "do": "submit"}
    undeclared = browser.post(address, form)
    assert undeclared.status_code == 422 and "请阅读并勾选承诺书" in text_of(undeclared)
    answers = [browser.post(address, {**form, "declared": "on"}) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    result = text_of(browser.get(answers[0]["Location"]))
    assert "已提交2套" in result and "没有提交的1套" in result and "请上传“契税完税或减免税凭证”" in result
    assert sorted(Case.objects.values_list("state", flat=True)) == ["draft", "submitted", "submitted"]


def test_the_check_page_says_of_each_unit_why_it_stays_out(browser: Client) -> None:
    codes = estates.estate(3, sold=2)
    office.seize(2)
    page = text_of(browser.post("/dev/batches/new", {"units": codes}))
    assert "1套可以申请" in page and "2套暂时不能" in page
    assert "查封" in page and "房管部门还没有推送这套房屋的合同备案" in page
    none = browser.post("/dev/batches/new", {"units": codes[1:], "do": "start", "key": "k"})
    assert none.status_code == 422 and not Batch.objects.exists()
    empty = browser.post("/dev/batches/new", {"do": "check"})
    assert empty.status_code == 422 and "还没有选择房屋" in text_of(empty)


def test_a_faulty_shared_file_says_so_and_costs_the_good_one_nothing(browser: Client) -> None:
    address = begin(browser, estates.estate(2))
    files = [upload("坏.jpg", b"not a picture"), upload("好.jpg")]
    answer = browser.post(address, {"key": "s", "do": "upload", "item": "ID-developer", "files": files})
    assert answer.status_code == 422 and "坏.jpg" in text_of(answer)
    assert set(MaterialPage.objects.values_list("original_name", flat=True)) == {"好.jpg"}
    digest = MaterialPage.objects.values_list("received_digest", flat=True)[0]
    gone = browser.post(address, {"key": "r", "do": f"remove:ID-developer:{digest}"})
    assert gone.status_code == 303 and not MaterialPage.objects.filter(removed_at__isnull=True).exists()
    nothing = browser.post(address, {"key": "n", "do": "upload", "item": "ID-developer"})
    assert nothing.status_code == 422 and "请选择要上传的文件" in text_of(nothing)


def test_another_developers_batch_and_building_stay_closed(browser: Client) -> None:
    address = begin(browser, estates.estate(2))
    estates.operator(estates.make_organisation(actor=office.SYSTEM, who=estates.SISHUI), "dev-9")
    other = estates.browser("dev-9")
    assert other.get(address).status_code == 403 and other.get(f"{address}pass/").status_code == 403
    assert other.get(f"/dev/buildings/{homes.BUILDING}/").status_code == 404
    bank = estates.make_organisation(actor=office.SYSTEM, who=("演示银行", office.BANK_USCC), kind="bank")
    estates.operator(bank, "bank-9")
    assert "这里是开发企业端" in text_of(estates.browser("bank-9").get("/dev/"))


def test_without_submit_right_or_agreement_one_looks_and_does_not_file(browser: Client) -> None:
    address = begin(browser, estates.estate(2))
    organisation = Batch.objects.get().organisation_id
    from dengbu.parties.actions import suspend_agreement
    from dengbu.parties.models import Organisation

    estates.operator(Organisation.objects.get(pk=organisation), "dev-2", may_submit=False)
    viewer = estates.browser("dev-2")
    assert 'name="dockets"' not in text_of(viewer.get(address))
    refused = viewer.post(address, {"do": "submit", "declared": "on"})
    assert refused.status_code == 403 and "只能查看" in text_of(refused)
    agreement = Organisation.objects.get(pk=organisation).agreements.get()
    suspend_agreement(actor=office.SYSTEM, agreement_id=agreement.pk, reason="协议核查")
    table = text_of(browser.get(f"/dev/buildings/{homes.BUILDING}/"))
    assert "现在不能提交新的申请" in table and 'name="units"' not in table
    dockets = list(Case.objects.values_list("docket_id", flat=True))
    late = browser.post(address, {"key": "k", "do": "submit", "declared": "on", "dockets": dockets})
    assert late.status_code == 422 and "服务协议已暂停" in text_of(late)


def test_one_code_for_the_batch_codes_for_the_units_and_one_visit(browser: Client, operator: Actor) -> None:
    batch, dockets = estates.submitted(operator, estates.estate(3))
    address = f"/dev/batches/{batch}/pass/"
    assert "还没有房屋通过网上审核" in text_of(browser.get(address))
    for docket in dockets[:2]:
        estates.passed(docket)
    day = clock.today() + dt.timedelta(days=3)
    for capacity, kind in ((5, "bulk"), (1, "window")):
        open_slots(
            actor=office.SYSTEM, days=[day], kind=kind, capacity=capacity, times=[(dt.time(9), dt.time(12))]
        )
    page = text_of(browser.get(address))
    short = Batch.objects.get().short_code
    assert "<svg" in page and f"{short[:4]}-{short[4:]}" in page
    assert all(str(c.prereview_no) in page for c in Case.objects.filter(docket_id__in=dockets[:2]))
    bulk = Slot.objects.get(kind="bulk")
    assert page.count('name="slot"') == 1
    assert browser.post(address, {"key": "a", "do": "book"}).status_code == 422
    for _ in range(2):
        assert browser.post(address, {"key": "b", "do": "book", "slot": str(bulk.pk)}).status_code == 303
    assert Booking.objects.get().places == 2 and "改到这个时段" in text_of(browser.get(address))
    assert browser.post(address, {"key": "c", "do": "cancel"}).status_code == 303
    assert Booking.objects.get().cancelled_at is not None


def test_pages_take_the_same_statements_for_one_unit_and_for_thirty(browser: Client, operator: Actor) -> None:
    codes = estates.estate(33)
    day = clock.today() + dt.timedelta(days=3)
    open_slots(actor=office.SYSTEM, days=[day], kind="bulk", capacity=40, times=[(dt.time(9), dt.time(12))])
    spent = []
    for chosen in (codes[:2], codes[2:]):
        batch, dockets = estates.started(operator, chosen)
        for docket in dockets[:-1]:
            estates.papers_for(docket)
        asked = {"actor": operator, "batch_id": batch, "docket_ids": dockets, "declared": True}
        batches.submit_batch(**asked, key=f"k{len(chosen)}")  # the last one stays a draft
        estates.passed(dockets[0])
        spent.append(
            [
                statements(browser, url)
                for url in (
                    f"/dev/batches/{batch}/",
                    f"/dev/batches/{batch}/pass/",
                    f"/dev/batches/{batch}/result/k{len(chosen)}/",
                    f"/dev/buildings/{homes.BUILDING}/",
                    "/dev/",
                    "/dev/batches/",
                )
            ]
        )
    assert spent[0] == spent[1]
    names = ("dev.batch", "dev.batch_pass", "dev.batch_result", "dev.building", "dev.home", "dev.batches")
    assert spent[0] == [budget(n) for n in names]


def test_result_of_somebody_elses_submission_is_not_found(browser: Client) -> None:
    address = begin(browser, estates.estate(1))
    assert browser.get(f"{address}result/{uuid.uuid4().hex}/").status_code == 404
