"""The guide of every registration type on a phone: nothing sticks out, with all that unfolds unfolded; axe finds nothing."""

from __future__ import annotations

import os
from typing import Any

import pytest

from dengbu.catalog.registrations import TYPES
from tests.browser.people import PHONE, violations
from tests.support.processes import LiveServer

pytestmark = pytest.mark.browser
LOOKED_AT = ("C02", "S04")  # with all that a guide can have, and one of the office
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNFOLD = "document.querySelectorAll('details').forEach(d => d.open = true)"


# `make test-all` opens the guides of all types.
def test_the_guides_of_all_types_fit_a_phone(chromium: Any, live_demo_office: LiveServer) -> None:
    context = chromium.new_context(
        locale="zh-CN", viewport={"width": PHONE[0], "height": PHONE[1]}, java_script_enabled=True
    )
    page, wrong = context.new_page(), []
    everything = os.environ.get("DENGBU_WALK_ALL") == "1"
    for code in sorted(TYPES) if everything else LOOKED_AT:
        for part in ("", "materials/", *(() if TYPES[code].client == "staff" else ("check/",))):
            assert page.goto(f"{live_demo_office.base_url}/services/{code}/{part}").status == 200
            page.evaluate(UNFOLD)
            wider = page.evaluate(WIDER)
            if wider > 0:
                wrong.append(f"{code}/{part} is {wider} pixels wider than the window")
            if code in LOOKED_AT:
                wrong += [f"{code}/{part}: {v}" for v in violations(page)]
    context.close()
    assert wrong == []
