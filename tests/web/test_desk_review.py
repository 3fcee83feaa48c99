"""The workbench of the reviewers over HTTP, without scripts: queue, case page, correction, passing, ledger, register."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest
import zxingcpp
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from dengbu.cases.actions import review
from dengbu.cases.models import Case, Correction
from dengbu.core.acts import Actor, system
from dengbu.core.models import Sight, User
from dengbu.parties.actions import add_staff
from dengbu.parties.models import Staff
from dengbu.parties.queries import actor_of
from dengbu.web.pages import PAGES
from tests.register import homes
from tests.support import office

pytestmark = pytest.mark.django_db
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture(autouse=True)
def town() -> None:
    cache.clear()
    office.open_homes(4)


class Desk:
    """A member of staff at a browser."""

    def __init__(self, post: str, number: str, name: str):
        add_staff(
            actor=system("test"),
            login=f"staff{number}",
            password="a-long-password-1",
            number=number,
            name=name,
            posts=[post],
        )
        user = User.objects.get(login=f"staff{number}")
        self.actor: Actor = actor_of(user.pk)  # type: ignore[assignment]
        self.client = Client()
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def get(self, address: str, status: int = 200) -> str:
        response = self.client.get(address)
        assert response.status_code == status, f"{address}: {response.status_code}"
        return str(response.content.decode())

    def post(self, address: str, status: int = 303, **data: Any) -> Any:
        response = self.client.post(address, data)
        assert response.status_code == status, response.content.decode()[-3000:]
        return response


@pytest.fixture
def wang() -> Desk:
    return Desk("review", "101", "王审核")


@pytest.fixture
def gu() -> Desk:
    return Desk("review", "102", "顾旁观")


def at(docket_id: uuid.UUID, part: str = "") -> str:
    return f"/desk/review/{docket_id}/{part}"


def claimed(desk: Desk, number: int = 1) -> uuid.UUID:
    docket_id = office.submitted_sale(number)
    desk.post(at(docket_id, "claim/"))
    return docket_id


def items(page: str) -> dict[str, str]:
    """The checklist items on a case page with their verdicts."""
    return dict(re.findall(r'data-item="([^"]+)" data-verdict="([^"]*)"', page))


def judge(desk: Desk, docket_id: uuid.UUID, **verdicts: str) -> None:
    for item in items(desk.get(at(docket_id))):
        desk.post(at(docket_id, "verdict/"), item=item, verdict=verdicts.get(item, "ok"))


def test_the_start_page_shows_the_queues_of_ones_own_post_only(wang: Desk) -> None:
    office.submitted_sale()
    page = wang.get("/desk/")
    assert "待审核" in page and "预审核台账" in page
    assert "待缮证" not in page and "审核进度" not in page
    assert Desk("certify", "301", "赵缮证").get("/desk/").count("待审核") == 0


def test_an_applicant_does_not_get_onto_the_workbench() -> None:
    client = Client()
    assert client.get("/desk/").status_code == 302
    assert client.get("/desk/review/")["Location"].startswith("/login/")


def test_the_queue_masks_names_and_offers_to_claim(wang: Desk) -> None:
    assert "没有待审核的申请" in wang.get("/desk/review/")
    docket_id = office.submitted_sale()
    page = wang.get("/desk/review/")
    assert "李*明" in page and "李小明" not in page
    assert f'action="/desk/review/{docket_id}/claim/"' in page
    assert wang.post("/desk/review/next/")["Location"] == at(docket_id)
    assert wang.post("/desk/review/next/")["Location"].endswith("none=1")


def test_the_queue_tells_how_many_have_arrived_since(wang: Desk) -> None:
    office.submitted_sale(1)
    address = re.search(r'data-queue-count="([^"]+)"', wang.get("/desk/review/"))[1]  # type: ignore[index]
    assert wang.client.get(address).json() == {"new": 0}
    office.submitted_sale(2)
    assert wang.client.get(address).json() == {"new": 1}


def test_the_case_page_leaves_a_sight_with_the_case(wang: Desk) -> None:
    docket_id = claimed(wang)
    wang.get(at(docket_id))
    sight = Sight.objects.filter(docket_id=docket_id).latest("pk")
    assert (sight.kind, sight.actor) == ("case", wang.actor.key)


def test_a_verdict_is_saved_without_scripts_and_leads_to_the_next_item(wang: Desk) -> None:
    docket_id = claimed(wang)
    first, second = list(items(wang.get(at(docket_id))))[:2]
    answer = wang.post(at(docket_id, "verdict/"), item=first, verdict="ok", note="")
    assert answer["Location"] == at(docket_id, f"?item={second}#judge")
    page = wang.get(at(docket_id))
    assert items(page)[first] == "ok"
    assert "已给结论1/" in page and page.count('aria-disabled="true"') == 2


def test_both_exits_say_in_words_why_they_are_shut(wang: Desk) -> None:
    docket_id = claimed(wang)
    judge(wang, docket_id, CERT="fix")
    page = wang.get(at(docket_id))
    assert "有1项结论是“需补正”" in page and "还没有查询" in page
    assert f'href="{at(docket_id, "correction/")}"' in page and at(docket_id, "pass/") not in page


def test_the_second_reviewer_reads_only_and_is_told_who_holds_the_case(wang: Desk, gu: Desk) -> None:
    docket_id = claimed(wang)
    page = gu.get(at(docket_id))
    assert "由王审核认领" in page and "预审通过</a>" not in page
    assert '<fieldset class="row" data-verdict-keys disabled>' in page
    answer = gu.post(at(docket_id, "verdict/"), 409, item="CERT", verdict="ok").content.decode()
    assert "王审核" in answer and f'href="{at(docket_id)}' in answer
    assert "王审核" in gu.get(at(docket_id, "pass/"), 409)


def test_a_price_that_differs_is_first_marked_by_character_and_blocks(wang: Desk) -> None:
    docket_id = claimed(wang)
    office_change_price(docket_id)
    page = wang.get(at(docket_id))
    row = page[page.index('class="differ"') :]
    assert row.index("成交价格（元）") < 120 and "不一致" in row[:600]
    assert re.search(r"8<mark>0</mark>0,000\.00", row)
    assert "阻断" in page and "F_" not in page


def office_change_price(docket_id: uuid.UUID) -> None:
    from dengbu.core.acts import act

    @act("test.change_price")
    def change(*, actor: Actor) -> None:
        case = Case.objects.get(docket_id=docket_id)
        case.filed = {**case.filed, "terms": {**case.filed["terms"], "price_fen": 80_000_000}}
        case.save()

    change(actor=system("test"))


def test_a_correction_is_composed_previewed_and_sent_without_scripts(wang: Desk) -> None:
    docket_id = claimed(wang)
    wang.post(at(docket_id, "verdict/"), item="CERT", verdict="fix", note="请重拍第2页")
    for item in (i for i in items(wang.get(at(docket_id))) if i != "CERT"):
        wang.post(at(docket_id, "verdict/"), item=item, verdict="ok")
    address = at(docket_id, "correction/")
    page = wang.get(address)
    assert 'value="material:CERT" selected' in page and 'value="请重拍第2页"' in page
    slot = {"r0-target": "material:CERT", "r0-code": "M02", "r0-note": ""}
    chosen = wang.post(address, 200, do="choose", **slot).content.decode()
    assert 'name="r0-page"' in chosen and 'name="r0-place"' in chosen
    missing = wang.post(
        address, 422, do="preview", **slot, **{"r0-material": "不动产权证书"}
    ).content.decode()
    assert "还缺“第几页”" in missing
    slot |= {
        "r0-material": "不动产权证书",
        "r0-page": "2",
        "r0-place": "签名处",
        "r0-at": "2",
        "r0-cell": ["31", "32"],
    }
    preview = wang.post(address, 200, do="preview", **slot).content.decode()
    assert "“不动产权证书”第2页不清晰，签名处看不清。请在光线好的地方重拍第2页，四角拍全。" in preview
    assert "共1处" in preview
    answer = wang.post(address, do="send", key="k1", **slot)
    assert answer["Location"] == "/desk/review/?queue=correcting"
    reason = Correction.objects.get(docket_id=docket_id).reasons[0]
    assert (reason["target"], reason["page"]) == ("material:CERT", 2)
    assert reason["region"] == {"x": 0, "y": 66, "w": 66, "h": 34, "words": "左下、下方"}
    assert (
        wang.post(address, do="send", key="k1", **slot).status_code == 303
    )  # sent once more: the same answer
    assert Correction.objects.count() == 1


def test_a_correction_that_is_refused_keeps_what_was_typed(wang: Desk) -> None:
    docket_id = claimed(wang)
    judge(wang, docket_id, CERT="fix")
    slot = {"r0-target": "", "r0-code": "Z99", "r0-note": "太短"}
    page = wang.post(at(docket_id, "correction/"), 422, do="send", **slot).content.decode()
    assert "不少于 10 个字" in page and 'value="太短"' in page
    assert office.state_of(docket_id) == "under_review"


def test_a_case_that_comes_back_shows_what_was_changed(wang: Desk) -> None:
    docket_id = claimed(wang)
    judge(wang, docket_id, CERT="fix")
    reason = {"code": "M03", "target": "material:CERT", "vars": {"material": "不动产权证书", "pages": "3"}}
    review.request_correction(actor=wang.actor, docket_id=docket_id, reasons=[reason])
    office.upload(actor=system("test"), docket_id=docket_id, item="CERT")
    office.filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    assert Case.objects.get(docket_id=docket_id).docket.number in wang.get("/desk/review/?queue=resubmitted")
    wang.post(at(docket_id, "claim/"))
    page = wang.get(at(docket_id))
    assert "补正了什么" in page and "原1页，现2页" in page
    assert items(page)["CERT"] == "" and items(page)["DEED"] == "ok"


def test_passing_shows_a_code_that_leads_to_a_token_and_to_no_name(wang: Desk, chromium: Any) -> None:
    docket_id = claimed(wang)
    judge(wang, docket_id)
    wang.post(at(docket_id, "restrictions/"))
    page = wang.get(at(docket_id, "pass/"))
    assert "登记簿上的审核人和登簿人记为<b>王审核</b>" in page
    assert wang.post(at(docket_id, "pass/"), key="p1")["Location"] == at(docket_id, "passed/")
    done = wang.get(at(docket_id, "passed/"))
    case = Case.objects.get(docket_id=docket_id)
    assert case.short_code in done and case.prereview_no in done
    address = decoded(done, chromium)
    assert address.endswith(f"/q/{case.token}")
    assert case.docket.number in wang.get("/desk/ledger/?result=passed")


def decoded(page: str, chromium: Any) -> str:
    """What a telephone reads from the QR code drawn on the page."""
    svg = page[page.index("<svg", page.index("qrimg")) :].split("</svg>")[0] + "</svg>"
    drawn = chromium.new_page(viewport={"width": 400, "height": 400})
    drawn.set_content(svg)
    box = drawn.locator("svg").bounding_box()
    assert box is not None and box["width"] >= 240
    png = drawn.screenshot()
    drawn.close()
    return str(zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))[0].text)


def test_a_mortgage_whose_limit_is_unknown_waits_for_the_officers_reason(wang: Desk) -> None:
    docket_id = claimed(wang)
    answer = wang.post(at(docket_id, "decide/"), 422, obstacle=str(uuid.uuid4()), reason="可以")
    assert "不少于10个字" in answer.content.decode()


def test_a_face_signing_done_online_is_adopted_and_not_asked_again(wang: Desk) -> None:
    docket_id = claimed(wang)
    wang.post(at(docket_id, "signing/"), kind="face_signing", evidence="视频面签 录像2026-0123")
    page = wang.get(at(docket_id))
    assert "录像2026-0123" in page and "窗口不得要求重复" in page


def test_the_lead_releases_a_case_and_both_see_it(wang: Desk, gu: Desk) -> None:
    docket_id, lead = claimed(wang), Desk("lead", "401", "钱科长")
    assert "王审核" in lead.get("/desk/lead/")
    lead.post(f"/desk/lead/{docket_id}/release/")
    assert "还没有人认领" in wang.get(at(docket_id))
    gu.post(at(docket_id, "claim/"))
    taker = Staff.objects.get(number="101").user_id
    lead.post(f"/desk/lead/{docket_id}/reassign/", reviewer=str(taker))
    assert "由王审核认领" in gu.get(at(docket_id))
    gu.post(f"/desk/lead/{docket_id}/release/", 403)


def test_the_ledger_filters_exports_and_names_a_wrong_date(wang: Desk) -> None:
    office.passed_sale(1)
    case = office.claimed_sale(2, wang.actor)
    office.judge_all(case, wang.actor, CERT="fix")
    review.request_correction(
        actor=wang.actor,
        docket_id=case,
        reasons=[{"code": "M01", "target": "material:CERT", "vars": {"material": "权证"}}],
    )
    numbers = {c.pk: c.docket.number for c in Case.objects.select_related("docket")}
    page = wang.get("/desk/ledger/?result=correction")
    assert numbers[case] in page and sum(n in page for n in numbers.values()) == 1
    assert "不是日期" in wang.get("/desk/ledger/?since=gestern", 422)
    file = wang.client.get("/desk/ledger.csv")
    assert file.content.startswith(b"\xef\xbb\xbf") and file.content.decode().count("\r\n") == 3
    assert "李小明" not in file.content.decode()


def test_the_book_is_found_by_unit_code_and_shows_five_blocks_and_history(wang: Desk) -> None:
    office.registered_sale(1)
    code = homes.home(1)
    spaced = f"{code[:6]} {code[6:12]} {code[12:19]} {code[19:]}"
    assert wang.client.get("/desk/register/", {"q": spaced})["Location"] == f"/desk/register/{code}/"
    page = wang.get(f"/desk/register/{code}/")
    assert "王丽" in page and "没有查封、异议、预告、居住权和地役权登记" in page and "没有抵押权登记" in page
    assert office.BUYER[1] not in page and "李小明" not in page and "没有附记" in page
    history = wang.get(f"/desk/register/{code}/?show=history")
    assert "李小明" in history and "存量房买卖转移登记" in history
    assert Sight.objects.filter(kind="register", subject=code, actor=wang.actor.key).exists()
    certificate = re.search(r"豫（\d+）[^<]+号", page)
    assert certificate
    assert wang.client.get("/desk/register/", {"q": certificate[0]})["Location"] == f"/desk/register/{code}/"
    assert "没有找到" in wang.get("/desk/register/?q=410106", 422)


def test_a_case_is_found_from_the_top_of_any_page_by_its_number(wang: Desk) -> None:
    docket_id = office.submitted_sale()
    number = Case.objects.get(docket_id=docket_id).docket.number
    assert wang.client.get("/desk/search/", {"q": number.lower()})["Location"] == at(docket_id)
    assert "没有找到" in wang.get("/desk/search/?q=WS0", 422)


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200, address
    return sum(not q["sql"].startswith(CONTROL) for q in seen.captured_queries)


@pytest.mark.parametrize(
    ("name", "post"),
    [
        ("desk.home", "review"),
        ("desk.review", "review"),
        ("desk.review_count", "review"),
        ("desk.review_case", "review"),
        ("desk.review_correction", "review"),
        ("desk.review_pass", "review"),
        ("desk.review_passed", "review"),
        ("desk.lead", "lead"),
        ("desk.ledger", "review"),
        ("desk.ledger_csv", "review"),
        ("desk.register", "review"),
        ("desk.register_unit", "review"),
        ("desk.search", "review"),
    ],
)
def test_a_page_makes_as_many_statements_as_it_says_however_much_there_is(name: str, post: str) -> None:
    desk = Desk(post, "501", "孙计数")
    if name == "desk.review_passed":
        docket_id = office.passed_sale(1)
    else:
        docket_id = office.claimed_sale(1, desk.actor if post == "review" else None)
        office.judge_all(docket_id, desk.actor if post == "review" else None)
    page = next(p for p in PAGES if p.name == name)
    address = "/" + page.route.replace("<uuid:case>", str(docket_id)).replace("<str:unit>", homes.home(1))
    if name == "desk.review_count":
        address += "?after=1"
    desk.client.get(address)
    few = statements(desk.client, address)
    for number in (2, 3):
        office.submitted_sale(number)
    assert statements(desk.client, address) == few
    assert few == page.sql
