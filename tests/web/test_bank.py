"""The bank's portal at the browser: queues, own mortgages, what a bank without an agreement sees."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from dengbu.cases.models import Case
from dengbu.cases.queries.organisation import mortgages_of
from dengbu.core import clock
from dengbu.parties.actions import suspend_agreement
from dengbu.parties.models import Organisation
from dengbu.register.actions import enter
from dengbu.register.effects import Grant
from tests.register import homes
from tests.support import estates, office
from tests.web.windows import budget, hidden, statements, text_of

pytestmark = pytest.mark.django_db
BANK = ("演示银行", estates.SISHUI[1])


def mortgage(number: int) -> homes.Given:
    def make(books: homes.Books) -> Any:
        terms = {"amount_fen": 52_000_000, "transfer_limited": False, "mortgagors": [office.SELLER[0]]}
        yield Grant("mortgage", homes.home(number), (estates.body(BANK),), terms, rank=1)

    return homes.Given((homes.home(number),), make)


@pytest.fixture
def bank() -> Organisation:
    made: Organisation = estates.make_organisation(actor=office.SYSTEM, who=BANK, kind="bank")
    estates.operator(made, "bank-1")
    estates.operator(made, "bank-2", may_submit=False)
    office.open_homes(25)
    return made


def mortgaged(*numbers: int) -> None:
    enter(
        actor=office.SYSTEM,
        registrations=[mortgage(n) for n in numbers],
        authority="410106",
        of_record=office.OF_RECORD,
    )


def test_one_click_on_a_mortgage_leads_to_a_filled_in_discharge(bank: Organisation) -> None:
    mortgaged(1)
    browser = estates.browser("bank-1")
    page = browser.get("/bank/discharge/")
    assert "李*明" in text_of(page) and "520,000" in text_of(page) and "李小明" not in text_of(page)
    form = {name: hidden(page, name) for name in ("key", "unit_code", "right")}
    answers = [browser.post("/bank/discharge/", form) for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303]
    case = Case.objects.get()
    assert all(a["Location"] == f"/bank/apply/{case.pk}/" for a in answers)
    assert "注销原因" in text_of(browser.get(answers[0]["Location"]))
    assert case.docket.number in text_of(browser.get("/bank/")) and "继续填写" in text_of(
        browser.get("/bank/")
    )
    assert case.docket.number in text_of(browser.get("/bank/discharge/"))


def test_a_mortgage_that_is_not_there_is_refused_in_words(bank: Organisation) -> None:
    answer = estates.browser("bank-1").post(
        "/bank/discharge/", {"unit_code": homes.home(1), "right": str(uuid.uuid4())}
    )
    assert answer.status_code == 422 and "登记簿上没有本机构的这一抵押权" in text_of(answer)
    assert not Case.objects.exists()


def test_an_operator_who_may_only_look_sees_and_does_not_file(bank: Organisation) -> None:
    mortgaged(1)
    browser = estates.browser("bank-2")
    page = text_of(browser.get("/bank/discharge/"))
    assert "李*明" in page and "申请注销</button>" not in page and "申请注销<span" not in page
    assert "新建抵押申请</a></div>" not in text_of(browser.get("/bank/")) and "只能查看" in text_of(
        browser.get("/bank/")
    )
    (own,), _ = mortgages_of(bank)
    answer = browser.post("/bank/discharge/", {"unit_code": own.unit_code, "right": str(own.right)})
    assert answer.status_code == 403 and "只能查看" in text_of(answer) and not Case.objects.exists()


def test_a_suspended_agreement_closes_filing_with_its_reason(bank: Organisation) -> None:
    mortgaged(1)
    suspend_agreement(
        actor=office.SYSTEM, agreement_id=bank.agreements.get().pk, reason="经办人变更未及时报备"
    )
    browser = estates.browser("bank-1")
    home = text_of(browser.get("/bank/"))
    assert "现在不能提交新的申请" in home and "经办人变更未及时报备" in home and "btn--big" not in home
    assert "申请注销<span" not in text_of(browser.get("/bank/discharge/"))
    (own,), _ = mortgages_of(bank)
    answer = browser.post("/bank/discharge/", {"unit_code": own.unit_code, "right": str(own.right)})
    assert answer.status_code == 422 and "服务协议已暂停" in text_of(answer) and not Case.objects.exists()


def test_a_developer_is_shown_another_door(bank: Organisation) -> None:
    estates.operator(estates.make_organisation(actor=office.SYSTEM, who=estates.WUYUN))
    answer = estates.browser().get("/bank/")
    assert answer.status_code == 403 and "这里是银行端" in text_of(answer)


def test_mortgages_come_page_by_page_in_a_fixed_number_of_statements(bank: Organisation) -> None:
    mortgaged(1)
    browser = estates.browser("bank-1")
    one = statements(browser, "/bank/discharge/")
    mortgaged(*range(2, 26))
    assert statements(browser, "/bank/discharge/") == one <= budget("bank.discharge")
    page = text_of(browser.get("/bank/discharge/"))
    assert page.count("申请注销<span") == 20
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following and text_of(browser.get(following[1])).count("申请注销<span") == 5
    found = text_of(browser.get("/bank/discharge/", {"q": homes.home(7)}))
    assert found.count("申请注销<span") == 1 and "没有找到这一抵押权" in text_of(
        browser.get("/bank/discharge/?q=1")
    )


def test_the_other_pages_keep_their_budgets(bank: Organisation) -> None:
    browser = estates.browser("bank-1")
    assert statements(browser, "/bank/") == budget("bank.home")
    assert statements(browser, "/bank/account/") == budget("bank.account")
    assert f"{clock.today().year}" in text_of(browser.get("/bank/account/"))
