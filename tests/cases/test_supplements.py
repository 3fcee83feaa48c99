"""受理后补件: asked for once in writing, the clock stands still, what comes in has its receipt, then it goes on."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dengbu.cases.actions import desk, matters, papers, telling
from dengbu.cases.actions.matters import Wanted
from dengbu.cases.documents.closing import catalogue
from dengbu.cases.facts import facts
from dengbu.cases.models import Case, ClockStop, PendingMatter, Supplement
from dengbu.core import clock
from dengbu.core.refusals import Conflict, Refused
from dengbu.materials.intake import Limits, intake
from dengbu.materials.models import MaterialPage
from tests.cases.test_withdrawal import accepted_sale
from tests.support import office
from tests.web.filers import picture
from tests.web.windows import at_work, text_of

pytestmark = pytest.mark.django_db
TWO = (Wanted("完税证明", "页面缺第二页，看不到税额"), Wanted("结婚证", "卖方是否有共有人需要核对"))


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(3)


def lead(user_id: int = 12) -> Any:
    return office.staff("lead", user_id, "周复审")


def ask(docket_id: uuid.UUID, items: Any = TWO, days: int = 10, by: Any = None, **more: Any) -> int:
    return matters.ask_supplement(
        actor=by or office.clerk(), docket_id=docket_id, items=items, days=days, **more
    )


def scan() -> tuple[Any, str]:
    file = SimpleUploadedFile("a.jpg", picture("材料"), "image/jpeg")
    return intake(file, declared_name="a.jpg", limits=Limits(max_pages=9, pages_left=9)), "a.jpg"


def bring(docket_id: uuid.UUID, number: int, scans: Any = None, originals: int = 1) -> str:
    return matters.receive_supplement(
        actor=office.clerk(),
        docket_id=docket_id,
        number=number,
        originals=originals,
        copies=0,
        scans=[scan()] if scans is None else scans,
    )


def settle_tax(docket_id: uuid.UUID) -> None:
    desk.settle_matter(actor=office.clerk(), docket_id=docket_id, kind="tax", evidence="完税证明3页")


def test_the_clock_stands_still_until_all_of_it_is_here_and_nothing_is_entered_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id = accepted_sale()
    promised = Case.objects.get(pk=docket_id).promised_on
    ask(docket_id, days=30)
    settle_tax(docket_id)
    assert office.state_of(docket_id) == "accepted"
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=14))
    assert bring(docket_id, 2) == "accepted"
    assert ClockStop.objects.get(docket_id=docket_id, reason="supplement").until_on is None
    papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind="supplement_receipt")
    assert bring(docket_id, 1) == "registered"
    stop = ClockStop.objects.get(docket_id=docket_id, reason="supplement")
    assert stop.until_on == clock.today()
    case = Case.objects.get(pk=docket_id)
    assert promised and case.promised_on and case.promised_on > promised
    assert MaterialPage.objects.filter(docket_id=docket_id, item__startswith="SUPP1-").count() == 2
    titles = [x["title"] for x in catalogue(facts(case))]
    assert "补充材料：完税证明" in titles and "补充材料收件凭证" in titles


def test_a_scan_and_a_count_belong_to_what_comes_in_and_nothing_comes_in_twice() -> None:
    docket_id = accepted_sale()
    ask(docket_id, days=1)
    with pytest.raises(Refused) as refused:
        bring(docket_id, 1, scans=[], originals=0)
    assert refused.value.codes == ("SUPPLEMENT_COUNT", "SUPPLEMENT_SCAN")
    bring(docket_id, 1)
    with pytest.raises(Conflict):
        bring(docket_id, 1)
    with pytest.raises(Refused) as refused:
        bring(docket_id, 3)
    assert refused.value.codes == ("SUPPLEMENT_ITEM",)


@pytest.mark.parametrize(
    ("items", "days", "codes"),
    [
        ((), 10, ("SUPPLEMENT_NONE",)),
        ((Wanted("完税证明", "缺"),), 0, ("SUPPLEMENT_WHY", "SUPPLEMENT_DAYS")),
        ((Wanted("", "页面缺第二页，看不到税额"),), 31, ("SUPPLEMENT_WHY", "SUPPLEMENT_DAYS")),
    ],
)
def test_a_notice_that_says_too_little_is_refused(items: Any, days: int, codes: tuple[str, ...]) -> None:
    docket_id = accepted_sale()
    with pytest.raises(Refused) as refused:
        ask(docket_id, items, days)
    assert refused.value.codes == codes
    assert not PendingMatter.objects.filter(docket_id=docket_id, kind="supplement").exists()


def test_it_is_asked_once_and_again_only_for_a_new_fact_by_a_second_reviewer() -> None:
    docket_id = accepted_sale()
    ask(docket_id)
    with pytest.raises(Refused) as refused:
        ask(docket_id)
    assert refused.value.codes == ("SUPPLEMENT_OPEN",)
    bring(docket_id, 1)
    bring(docket_id, 2)
    new = "补来的结婚证显示另有一名共有人"
    for by, why in ((office.clerk(), new), (lead(), "")):
        with pytest.raises(Refused) as refused:
            ask(docket_id, by=by, new_fact=why)
        assert refused.value.codes == ("SUPPLEMENT_AGAIN",)
    assert ask(docket_id, by=lead(), new_fact=new) == 2


def test_the_applicants_are_told_how_many_things_are_missing_until_when() -> None:
    docket_id = accepted_sale()
    ask(docket_id)
    assert telling.tell_parties(actor=office.SYSTEM, docket_ids=[docket_id], template="supplement")


def test_the_page_asks_in_lines_and_prints_the_notice() -> None:
    docket_id = accepted_sale()
    clerk, address = at_work("accept"), f"/desk/matters/{docket_id}/"
    answer = clerk.post(address, {"do": "ask", "items": "完税证明", "days": "10"})
    assert answer.status_code == 422 and "为什么要补" in text_of(answer)
    answer = clerk.post(address, {"do": "ask", "items": "完税证明：页面缺第二页\n\n", "days": "10"})
    assert answer.status_code == 303
    assert Supplement.objects.get(docket_id=docket_id).items == [{"name": "完税证明", "why": "页面缺第二页"}]
    page = text_of(clerk.get(address))
    assert "打开告知书" in page and "待补" in page
