"""The 协执窗口 at a browser without scripts: stamped, scanned, found by name, begun, and the letters."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dengbu.cases.models import Case
from dengbu.core import clock
from dengbu.core.acts import system
from dengbu.core.models import Sight
from dengbu.notices.actions import Due, watch
from dengbu.orders.models import Order, Service
from dengbu.project.demo.candidates import demo_candidates
from tests.web.examples import Examples, acting, browser, page_of_paper, staff
from tests.web.filers import Filer, text_of

pytestmark = pytest.mark.usefixtures("own_demo_database")

PAPER = {
    "channel": "window",
    "authority_kind": "court",
    "authority": "演示区人民法院",
    "authority_number": "11410106MB0000001Y",
    "document_no": "（2026）演0106执1号",
    "name-1": "张执行",
    "work_card-1": "豫法工001",
    "duty_card-1": "豫法执001",
    "name-2": "李书记",
    "work_card-2": "豫法工002",
}


def test_a_paper_is_stamped_found_by_the_debtors_name_and_filed_from_there() -> None:
    home = demo_candidates("P01", limit=1)[0]
    at = browser(staff("accept1"))
    short = at.post("/desk/court/", PAPER)
    assert short.status_code == 422 and "请输入第2名送达人员的执行公务证号" in text_of(short)
    assert 'value="豫法工002"' in text_of(short), "what was typed stays"
    unknown = at.post("/desk/court/", PAPER | {"duty_card-2": "豫法执002", "units": "没有这本证"})
    assert unknown.status_code == 422 and "登记簿上没有“没有这本证”" in text_of(unknown)
    assert ">没有这本证</textarea>" in unknown.content.decode() and not Service.objects.exists()
    stamped = at.post("/desk/court/", PAPER | {"duty_card-2": "豫法执002", "key": "k1"})
    assert stamped.status_code == 303, text_of(stamped)
    service = Service.objects.get()
    address = f"/desk/court/{service.pk}/"
    assert stamped["Location"] == f"{address}?done=received"
    page = text_of(at.get(address))
    assert f"{clock.local(service.served_at):%H:%M}" in page
    (slip,) = re.findall(r'href="([^"]*service_slip/1\.pdf)"', page)
    assert at.get(slip)["Content-Type"] == "application/pdf"
    for item in ("ASSIST", "CREDS"):
        file = SimpleUploadedFile(f"{item}.jpg", page_of_paper())
        kept = at.post(address, {"do": "keep", "item": item, "files": file, "key": f"f-{item}"})
        assert kept.status_code == 303, text_of(kept)
    nothing = at.post(address, {"do": "find", "name": home.owner.name, "number": ""})
    assert nothing.status_code == 422 and "防止错封他人的房屋" in text_of(nothing)
    found = at.post(address, {"do": "find", "name": home.owner.name, "number": home.owner.number})
    assert found.status_code == 200 and home.unit_code in text_of(found).replace(" ", "")
    assert Sight.objects.filter(kind="register", subject=home.unit_code, purpose="协助执行").exists()
    named = at.post(address, {"do": "name", "units": [home.unit_code], "type": "S01", "key": "n1"})
    assert named["Location"] == f"{address}?done=named" and Order.objects.get().docket_id is None
    assert "已停住，还没有录入" in text_of(at.get(address))
    begun = at.post(
        address,
        {"do": "begin", "unit_code": home.unit_code, "type": "S01", "name": home.owner.name, "number": home.owner.number, "key": "b1"},
    )  # fmt: skip
    case = Case.objects.get(unit_code=home.unit_code, type_code="S01")
    assert begun["Location"] == f"/desk/apply/{case.pk}/"
    filer = Filer(at, "desk", case.pk)
    reason = text_of(filer.get("reason/"))
    assert 'name="served_at"' not in reason and service.number in reason, "the stamp is not typed"
    answers: dict[str, Any] = {"measure": "seizure", "ruling": "no", "term_months": "36", "do": "save"}
    assert filer.post("reason/", **answers).status_code == 303
    assert filer.post("delivery/", way="electronic", phone="13800002134", do="save").status_code == 303
    sent = filer.post("check/", declared="on")
    assert sent.status_code == 303, text_of(sent)
    case.refresh_from_db()
    assert case.state == "submitted" and case.applicant_names.startswith("演示区人民法院")
    assert Order.objects.get().docket_id == case.pk and service.number in text_of(at.get("/desk/court/"))


def test_the_running_case_is_stopped_by_one_press_and_a_mistake_goes_back_by_two_people() -> None:
    examples = Examples()
    waiting, service = examples.waiting(), examples.service()
    at, address = browser(staff("accept1")), f"/desk/court/{service}/"
    order = Order.objects.get(service_id=service)
    other = browser(staff("accept1")).post("/desk/court/", PAPER | {"duty_card-2": "豫法执002", "key": "o1"})
    strange = at.post(other["Location"].partition("?")[0], {"do": "stop", "order": str(order.pk)})
    assert strange.status_code == 422 and "没有找到这一项" in text_of(strange), "an order of another paper"
    assert "停办在办件" in text_of(at.get(address))
    stopped = at.post(address, {"do": "stop", "order": str(order.pk), "key": "s1"})
    assert stopped["Location"].endswith("done=stopped")
    assert "已停办" in text_of(at.get(address)) and "停办在办件" not in text_of(at.get(address))
    assert waiting.docket.clock_stops.filter(reason="court").exists()
    back = {
        "do": "propose",
        "order": str(order.pk),
        "outcome": "taken_back",
        "reason": "选错了房屋",
        "key": "p1",
    }
    assert at.post(address, back).status_code == 303
    assert "由另一位同事复核" in text_of(at.get(address))
    decide = {"do": "decide", "order": str(order.pk), "agrees": "yes"}
    assert at.post(address, decide).status_code == 403
    assert browser(staff("review1")).post(address, decide)["Location"].endswith("done=taken_back")


def test_a_letter_goes_out_and_is_answered_with_its_paper() -> None:
    examples, at = Examples(), browser(staff("accept1"))
    (letter,), _ = examples._ex_letter()
    address, today = f"/desk/court/letters/{letter}/", f"{clock.today()}"
    assert "即将到期" in text_of(at.get("/desk/court/letters/")), "due today: amber"
    refused = at.post(address, {"do": "sent", "sent_on": today, "how": ""})
    assert refused.status_code == 422 and "请写明怎样发出" in text_of(refused)
    assert at.post(address, {"do": "sent", "sent_on": today, "how": "机要"}).status_code == 303
    answer = {"do": "answered", "answered_on": today, "answer": "复函1号，没有异议"}
    assert "还没有答复的影像" in text_of(at.post(address, answer))
    file = SimpleUploadedFile("复函.jpg", page_of_paper())
    assert at.post(address, {"do": "keep", "files": file, "key": "f1"}).status_code == 303
    assert at.post(address, answer).status_code == 303
    assert "复函1号，没有异议" in text_of(at.get("/desk/court/letters/?tab=answered"))
    assert acting(staff("accept1")).name in text_of(at.get(address))


def test_what_runs_out_stands_beside_the_time_limits_of_cases() -> None:
    at = browser(staff("accept1"))
    gone, soon = clock.today() - dt.timedelta(days=2), clock.today() + dt.timedelta(days=1)
    due = [
        Due(subject="a", due_on=gone, about="异议登记，赵*", location="淮阳路1号"),
        Due(subject="b", due_on=soon, about="异议登记，钱*", location="淮阳路2号"),
    ]
    watch(actor=system("test"), kind="objection", found=due)
    page = text_of(at.get("/desk/deadlines/?tab=objection"))
    assert page.index("淮阳路1号") < page.index("淮阳路2号") and f"{gone} 已过" in page
    assert "tag--warn" in page and "没有列出的预告登记" in text_of(at.get("/desk/deadlines/?tab=notice"))
    assert "已超期" in page, "one page for both"
