"""An officer at a bedside: the document, the questions, the signature on the screen, a photograph; a colleague confirms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from dengbu.cases.models import NUMBER_PURPOSE, CaseDocument, CaseParty, HomeVisit, Signer
from dengbu.core import crypto
from dengbu.materials.models import MaterialPage
from dengbu.project.launcher.environment import DatabaseUrls
from tests.browser.people import ARTIFACTS, PHONE, paper, violations
from tests.support.processes import LiveServer
from tests.web.examples import Examples, browser, staff

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(chromium: Any, live_demo_office: LiveServer) -> Iterator[Callable[[str], Any]]:
    """A phone somebody of the office is logged in on."""
    contexts = []

    def of(login: str) -> Any:
        context = chromium.new_context(
            viewport={"width": PHONE[0], "height": PHONE[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            base_url=live_demo_office.base_url,
            has_touch=True,
        )
        contexts.append(context)
        session = browser(staff(login)).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_demo_office.base_url}]
        )
        page = context.new_page()
        page.set_default_timeout(8_000)
        return page

    yield of
    for context in contexts:
        context.close()


def looked_at(page: Any, name: str) -> None:
    assert violations(page) == []
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, "the page is wider than the phone"
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=str(ARTIFACTS / f"signing-{name}.png"), full_page=True)


def write_on(page: Any, pad: Any, *points: tuple[float, float]) -> None:
    """A line drawn on the pad, in parts of its size."""
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    for n, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        if n == 0:
            page.mouse.down()
    page.mouse.up()


def test_somebody_signs_at_home_on_the_screen_and_need_not_come(
    phone: Callable[[str], Any], module_demo_database: DatabaseUrls
) -> None:
    case = Examples().visited()
    one = Signer.objects.get(docket_id=case.pk)
    party = CaseParty.objects.get(case=case, role=one.role, number_index=one.number_index)
    page = phone("accept2")
    page.goto("/field/")
    looked_at(page, "tasks")
    page.get_by_role("link", name="中心路1号院").click()
    page.get_by_label("证件上的号码").fill("410106199001011234")
    page.get_by_role("button", name="证件一致").click()
    assert "不一致" in page.locator("[data-error-summary]").inner_text()
    looked_at(page, "wrong-document")
    page.get_by_label("证件上的号码").fill(crypto.decrypt(party.number_cipher, NUMBER_PURPOSE))
    page.get_by_role("button", name="证件一致").click()
    page.get_by_text("身份已核验。").wait_for()
    pad = page.locator("[data-sign] canvas")
    write_on(page, pad, (0.5, 0.5), (0.52, 0.5))
    page.get_by_role("button", name="保存签字").click()
    assert "签名太短" in page.locator("[data-error-summary]").inner_text()
    write_on(page, pad, (0.1, 0.7), (0.3, 0.2), (0.5, 0.8), (0.7, 0.3), (0.9, 0.6))
    page.get_by_role("button", name="保存签字").click()
    page.get_by_text("签字已保存。").wait_for()
    page.locator("#id_files").set_input_files(paper("scene"))
    page.get_by_role("button", name="上传").click()
    page.get_by_text("照片已上传。").wait_for()
    looked_at(page, "signed")
    page.get_by_role("button", name="保存面签记录").click()
    page.get_by_text("请一同上门的同事登录后确认").wait_for()
    other = phone("accept3")
    other.goto(f"/field/sign/{case.pk}/")
    looked_at(other, "confirm")
    other.get_by_role("button", name="我一同上门了").click()
    other.get_by_text("已确认，办结。").wait_for()
    party.refresh_from_db()
    assert party.present_how == "visit"
    assert HomeVisit.objects.get(docket_id=case.pk).confirmed_at is not None
    assert CaseDocument.objects.filter(docket_id=case.pk, kind="signing").exists()
    signature = MaterialPage.objects.get(docket_id=case.pk, item="SIGN1-1")
    assert signature.mime in ("image/png", "image/jpeg") and signature.width > 300
