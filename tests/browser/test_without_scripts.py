"""Everything an applicant does works with JavaScript switched off; and what scripts add is only help."""

from __future__ import annotations

from typing import Any

import pytest

from dengbu.cases.models import Case
from dengbu.project.demo.candidates import demo_candidates
from tests.browser.people import DESKTOP, PHONE, Someone
from tests.browser.sale_citizens import confirm_as_buyer, file_sale, log_in
from tests.support.processes import LiveServer

pytestmark = pytest.mark.browser


def test_a_sale_is_filed_and_confirmed_without_scripts(chromium: Any, live_demo_office: LiveServer) -> None:
    home = demo_candidates("P01")[1]
    seller = Someone(chromium, live_demo_office, "seller-without-scripts", DESKTOP, scripts=False)
    buyer = Someone(chromium, live_demo_office, "buyer-without-scripts", PHONE, scripts=False)
    number = file_sale(seller, home)
    confirm_as_buyer(buyer, home, number)
    assert Case.objects.get(pk=seller.docket()).state == "submitted"
    assert seller.problems == [] and buyer.problems == []


def test_a_mistake_leads_to_its_field_and_keeps_what_was_typed(
    chromium: Any, live_demo_office: LiveServer
) -> None:
    someone = Someone(chromium, live_demo_office, "mistaken", PHONE)
    someone.start("/login/")
    someone.follow("实名注册")
    someone.write("手机号码", "1391234")
    someone.press("获取验证码")
    page = someone.page
    assert page.title().startswith("有错误：")
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    links = page.locator("[data-error-summary] a")
    inline = page.locator(".errline").all_inner_texts()
    assert [text.strip() for text in links.all_inner_texts()] == [
        t.replace("错误：", "").strip() for t in inline
    ]
    someone.tab_to(links.first)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "phone"
    assert page.get_by_label("手机号码").input_value() == "1391234"
    assert someone.problems == []


def test_a_second_click_and_a_replayed_form_make_one_application(
    chromium: Any, live_demo_office: LiveServer
) -> None:
    home = demo_candidates("P01")[2]
    seller = Someone(chromium, live_demo_office, "twice", DESKTOP)
    file_sale(seller, home, submit=False)
    page, filed = seller.page, Case.objects.count()
    form = page.locator("form:has([name=declared])")
    body = {
        i.get_attribute("name"): i.get_attribute("value") or ""
        for i in form.locator("input[type=hidden]").all()
    }
    with page.expect_navigation():
        page.get_by_role("button", name="提交申请").dblclick()
    page.wait_for_url("**/submitted/")
    number = page.locator("main .code").first.inner_text()
    replay = seller.context.request.post(
        page.url.replace("submitted", "check"),
        form={**body, "declared": "on"},
        headers={"Referer": page.url},
        max_redirects=0,
    )
    assert replay.status == 303 and replay.headers["location"].endswith("/submitted/")
    page.reload()
    assert page.locator("main .code").first.inner_text() == number
    assert Case.objects.count() == filed


def test_the_question_of_a_quiet_session_has_focus_and_goes_away_with_escape(
    chromium: Any, live_demo_office: LiveServer
) -> None:
    someone = Someone(chromium, live_demo_office, "quiet", DESKTOP)
    someone.page.clock.install()
    log_in(someone, demo_candidates("P01")[3].owner.phone)
    dialog = someone.page.get_by_role("dialog", name="您还在吗？")
    assert not dialog.is_visible()
    someone.page.clock.fast_forward("27:01")
    dialog.wait_for()
    someone.look("您还在吗")
    assert someone.page.locator(":focus").inner_text() == "继续办理"
    someone.page.keyboard.press("Tab")
    someone.page.keyboard.press("Tab")
    assert dialog.locator(":focus").count() or someone.page.evaluate(
        "document.activeElement === document.body"
    )
    someone.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert someone.page.url.endswith("/my/")
    someone.page.clock.fast_forward("26:00")
    assert not dialog.is_visible(), "the half hour begins again with Escape"
    assert someone.problems == []
