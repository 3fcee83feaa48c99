"""Every page of the register in a real browser, at the width of a desk and of a phone: axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

import dengbu.web.urls  # noqa: F401 - importing it registers the pages
from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.web.pages import PAGES, Page
from tests.browser.people import DESKTOP, PHONE, violations
from tests.support.processes import LiveServer
from tests.web.examples import Examples, browser, midway, staff

pytestmark = pytest.mark.browser
# A staff page is worked at a desk; on a phone, or enlarged four times, it is still all there and nothing is cut off.
SIZES = (DESKTOP, PHONE)


def has_a_face(page: Page) -> bool:
    files = (".pdf", ".png", ".csv", ".zip", "<str:size>", "/count", "documents/<str:kind>", "/template/<slug:kind>",
             "<uuid:import_id>/file")  # fmt: skip
    return "GET" in page.methods and page.surface != "machine" and not page.route.endswith(files)


# What sticks out to the right of the window without a box of its own to scroll in: for the words of a failure.
STICKS_OUT = """() => [...document.querySelectorAll('body *')].filter(e => {
  if (e.getBoundingClientRect().right <= innerWidth + 1) return false;
  for (let p = e.parentElement; p; p = p.parentElement)
    if (p !== document.body && p !== document.documentElement && getComputedStyle(p).overflowX !== 'visible') return false;
  return true;
}).slice(-3).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def examples(module_demo_database: DatabaseUrls) -> Examples:
    return Examples()


@pytest.fixture(scope="module")
def window(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("page", [p for p in PAGES if has_a_face(p)], ids=lambda p: p.name)
def test_axe_finds_nothing(page: Page, examples: Examples, window: Any, live_demo_office: LiveServer) -> None:
    example = examples.of(page)
    client: Client = browser(example.user)
    if example.user is None:
        midway(client, page)
    window.context.clear_cookies()
    session = client.cookies.get(settings.SESSION_COOKIE_NAME)
    if session is not None:
        cookie = {
            "name": settings.SESSION_COOKIE_NAME,
            "value": session.value,
            "url": live_demo_office.base_url,
        }
        window.context.add_cookies([cookie])
    window.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    answer = window.goto(live_demo_office.base_url + example.url)
    assert answer.status == 200, answer.status
    found = []
    for width, height in SIZES:
        window.set_viewport_size({"width": width, "height": height})
        found += [f"{width}: {v}" for v in violations(window)]
        overflow = window.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow > 0:
            found.append(
                f"{width}: the page is {overflow} pixels wider than the window: {window.evaluate(STICKS_OUT)}"
            )
    assert found == [], "\n".join(["", *found])


def test_the_list_at_the_desk_is_narrowed_and_chosen_from_by_keyboard(
    examples: Examples, window: Any, live_demo_office: LiveServer
) -> None:
    client = browser(staff("accept1"))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    window.context.clear_cookies()
    window.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_demo_office.base_url}]
    )
    window.goto(f"{live_demo_office.base_url}/desk/walkin/")
    window.locator("input[value=P01]").check()
    window.locator("#id_q").focus()
    window.keyboard.type("证丢了")
    assert window.locator("input[name=type]:visible").evaluate_all("all => all.map(x => x.value)") == [
        "P15",
        "P16",
        "B13",
    ]
    assert window.locator("input[name=type]:checked").count() == 0  # what is hidden is not sent
    window.keyboard.press("ArrowDown")
    window.keyboard.press("ArrowDown")
    assert window.evaluate("[document.activeElement.value, document.activeElement.checked]") == ["P16", True]
