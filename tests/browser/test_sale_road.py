"""A home is sold: the whole road in a real browser with the keyboard alone, from registration to the archive."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from dengbu.cases.models import Case
from dengbu.project.demo.candidates import Candidate, demo_candidates
from dengbu.project.demo.people import NEWCOMERS
from tests.browser import sale_citizens, sale_office
from tests.browser.people import DESKTOP, PHONE, Someone
from tests.support.processes import LiveServer

pytestmark = pytest.mark.browser
# On each run a phone, the harder of the two; `make test-all` goes the road on a desktop too.
SIZES = {"phone": PHONE} | ({"desktop": DESKTOP} if os.environ.get("DENGBU_WALK_ALL") == "1" else {})
WIDTHS = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)


@pytest.fixture
def people(chromium: Any, live_demo_office: LiveServer) -> Iterator[Any]:
    """Somebody at a browser of their own, by name; everybody leaves at the end."""
    there: list[Someone] = []

    def get(who: str, size: tuple[int, int] = DESKTOP, **options: Any) -> Someone:
        there.append(Someone(chromium, live_demo_office, who, size, **options))
        return there[-1]

    yield get
    for someone in there:
        someone.close()
    for log in live_demo_office.logs.glob("web*"):  # read with a failure: what the office said last
        print(log.read_text(errors="replace")[-6000:])


def nothing_wrong(*people: Someone) -> None:
    wrong = list(dict.fromkeys(f"{p.who} {line}" for p in people for line in p.problems))
    assert not wrong, "\n".join(["", *wrong])


def a_minute_passes() -> None:
    """The next code may be asked for: as if the last one had been sent two minutes earlier."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dengbu.actor', 'system:test', true)")
        cursor.execute("UPDATE parties_smscode SET sent_at = sent_at - interval '2 minutes'")


def home_for(size: tuple[int, int]) -> Candidate:
    return demo_candidates("P01")[0 if size == DESKTOP else 1]


@WIDTHS
def test_a_newcomer_registers_with_a_real_name_and_comes_back(people: Any, size: tuple[int, int]) -> None:
    newcomer = people(f"newcomer-{size[0]}", size)
    somebody = NEWCOMERS[0 if size == DESKTOP else 1]
    phone = "13912345678" if size == DESKTOP else "13912345679"
    sale_citizens.register(newcomer, somebody, phone)
    newcomer.follow("继续")
    newcomer.look("没有办件")
    newcomer.follow("退出")
    newcomer.look("退出")
    newcomer.press("退出登录")
    newcomer.page.context.clear_cookies()
    a_minute_passes()
    sale_citizens.log_in(newcomer, phone)
    newcomer.look("第一次登录")
    assert newcomer.page.url.endswith("/my/") and somebody.name[0] + "*" in newcomer.text()
    nothing_wrong(newcomer)


@WIDTHS
def test_a_home_is_sold_from_the_application_to_the_archive(people: Any, size: tuple[int, int]) -> None:
    home, width = home_for(size), size[0]
    seller, buyer = people(f"seller-{width}", size), people(f"buyer-{width}", size)
    number = sale_citizens.file_sale(seller, home)
    docket = seller.docket()
    sale_citizens.confirm_as_buyer(buyer, home, number)

    reviewer = people(f"reviewer-{width}")
    sale_office.log_in(reviewer, "review1")
    sale_office.claim(reviewer, number)
    sale_office.judge(reviewer, fix_first=True)
    sale_office.ask_for_correction(reviewer)
    sale_citizens.correct(seller, docket, number)
    sale_office.pass_it(reviewer, number)

    sale_citizens.book_visit(buyer, number)
    short_code = buyer.page.locator(".short").inner_text().replace(" ", "")
    visitor = people(f"visitor-{width}", size)
    visitor.scan(sale_citizens.decoded(buyer))
    visitor.look("二维码")
    assert home.owner.name not in visitor.text() and home.owner.number not in visitor.text()

    clerk = people(f"clerk-{width}")
    sale_office.log_in(clerk, "accept1")
    sale_office.receive(clerk, short_code)
    assert docket in clerk.page.url
    sale_citizens.pay_online(buyer, number)

    certifier = people(f"certifier-{width}")
    sale_office.log_in(certifier, "certify1")
    sale_office.print_and_hand_out(certifier, number, home)
    sale_office.file_away(certifier, number)
    sale_citizens.menu(buyer, "我的不动产")
    buyer.look("我的不动产")
    assert Case.objects.get(pk=docket).state == "archived"
    nothing_wrong(seller, buyer, reviewer, clerk, certifier, visitor)


def test_the_road_has_no_mouse_and_no_short_cut() -> None:
    """What would reach past the keyboard is not written anywhere on the road."""
    here = Path(__file__).parent
    road = [here / name for name in ("keyboard.py", "people.py", "sale_citizens.py", "sale_office.py")]
    short_cut = re.compile(
        r"\.(fill|click|dblclick|tap|check|uncheck|set_checked|select_option|focus|hover|dispatch_event|"
        r"set_input_files|mouse|clear)\("
    )
    found = [f"{f.name}: {m.group()}" for f in road for m in short_cut.finditer(f.read_text())]
    assert found == []
    opened = [f.name for f in road for _ in re.finditer(r"\.goto\(", f.read_text())]
    assert opened == ["people.py"], "pages are opened by address in Someone._open alone"
