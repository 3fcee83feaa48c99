"""Pages of pending matters: who may do what there, what the public reads, and the way of an inspection on a phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dengbu.cases.models import Case, ClockStop, PendingMatter, PublicNotice, SiteInspection
from dengbu.core import clock
from dengbu.materials.models import MaterialPage
from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.register.models import Entry
from tests.web.examples import Examples, browser, page_of_paper, send_out, staff
from tests.web.examples import acting as actor

LATER = dt.timedelta(days=60)


@pytest.fixture(scope="module")
def examples(module_demo_database: DatabaseUrls) -> Examples:
    return Examples()


@pytest.fixture
def case(examples: Examples) -> Case:
    """An inheritance of its own that waits for notice and second review."""
    return examples._inheritance()


@pytest.fixture
def after_the_notice(case: Case, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = clock.machine
    monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(days=25))
    yield


def page(login: str, case: Case) -> str:
    answer = browser(staff(login)).get(reverse("web:desk.matter", args=[case.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def do(login: str, case: Case, **values: str) -> tuple[int, str]:
    answer = browser(staff(login)).post(reverse("web:desk.matter", args=[case.pk]), values)
    return answer.status_code, answer.content.decode()


def test_the_second_reviewer_agrees_and_the_others_do_not_see_the_button(case: Case) -> None:
    assert "复审同意登记" in page("review2", case)
    for login in ("review1", "accept1"):
        assert "复审同意登记" not in page(login, case)
    assert do("review1", case, do="agree")[0] == 403
    assert do("review2", case, do="agree")[0] == 303
    assert PendingMatter.objects.get(docket_id=case.pk, kind="second_review").outcome == "agreed"
    assert not Entry.objects.filter(docket_id=case.pk).exists(), "the notice still runs"


def test_what_was_typed_stays_when_a_reason_is_too_short(case: Case) -> None:
    status, body = do("review2", case, do="send_back", reasons="不太对")
    assert status == 422 and "请写明退回的理由" in body and 'value="不太对"' in body


def test_an_objection_is_written_down_decided_and_then_the_case_is_entered(
    case: Case, after_the_notice: None
) -> None:
    until = PublicNotice.objects.get(docket_id=case.pk).until_on
    status, body = do("accept1", case, do="object", objector="赵国强", grounds="短")
    assert status == 422 and "请写明异议的内容和理由" in body and 'value="赵国强"' in body
    said = {"objector": "赵国强", "grounds": "我也是继承人，没有被写进申请", "received_on": until.isoformat()}
    assert do("accept1", case, do="object", **said)[0] == 303
    assert do("review2", case, do="agree")[0] == 303
    assert do("accept1", case, do="end_notice")[0] == 303
    assert Case.objects.get(pk=case.pk).state == "accepted"
    decision = {"number": "1", "verdict": "dismissed", "decision": "经核对户籍档案，不是法定继承人"}
    assert do("lead1", case, do="decide", **decision)[0] == 303
    assert Case.objects.get(pk=case.pk).state == "registered"
    assert "已登簿" in page("lead1", case)


def test_a_case_is_declined_by_its_reviewer_with_every_reason(case: Case) -> None:
    url = reverse("web:desk.decline", args=[case.pk])
    assert browser(staff("review2")).post(url, {"reasons": "亲属关系不实"}).status_code == 403
    short = browser(staff("review1")).post(url, {"reasons": "不行"})
    assert short.status_code == 422 and "不行" in short.content.decode()
    done = browser(staff("review1")).post(url, {"reasons": "亲属关系证明不真实\n申请人不是法定继承人"})
    assert done.status_code == 303
    case.refresh_from_db()
    assert case.state == "declined" and len(case.filed["refusal"]["reasons"]) == 2
    assert not PendingMatter.objects.filter(docket_id=case.pk, settled_at=None).exists()


def test_an_objection_that_is_right_stands_in_the_form_of_the_refusal_already(case: Case) -> None:
    do("accept1", case, do="object", objector="赵国强", grounds="我也是继承人，没有被写进申请")
    do(
        "lead1",
        case,
        do="decide",
        number="1",
        verdict="upheld",
        decision="户籍档案证明其为子女，应当参加继承",
    )
    form = browser(staff("review1")).get(reverse("web:desk.decline", args=[case.pk])).content.decode()
    assert "异议成立：户籍档案证明其为子女，应当参加继承" in form


def test_a_case_is_put_off_and_goes_on_again(case: Case) -> None:
    status, body = do("lead1", case, do="pause", reason="court", evidence="短")
    assert status == 422 and "请写明暂缓的依据" in body
    assert do("lead1", case, do="pause", reason="court", evidence="（2026）豫0106民初12号")[0] == 303
    assert "等待人民法院" in page("lead1", case)
    assert do("lead1", case, do="resume", result="法院已裁定驳回起诉")[0] == 303
    assert ClockStop.objects.get(docket_id=case.pk, reason="court").until_on == clock.today()


def test_overdue_cases_stand_in_red_and_what_stands_still_does_not(
    examples: Examples, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold, real = examples.case("my", "registered"), clock.machine
    lead = browser(staff("lead1"))
    assert sold.docket.number not in lead.get("/desk/deadlines/?tab=red").content.decode()
    monkeypatch.setattr(clock, "now", lambda: real() + dt.timedelta(days=12))
    red = lead.get("/desk/deadlines/?tab=red").content.decode()
    assert sold.docket.number in red and case.docket.number not in red
    assert case.docket.number in lead.get("/desk/deadlines/?tab=stopped").content.decode()


# --- the public ---------------------------------------------------------------------------------------------------


def test_everybody_reads_a_running_notice_and_nobody_an_ended_one(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = PublicNotice.objects.get(docket_id=case.pk)
    url, place = reverse("web:public.notice", args=[notice.pk]), case.location
    names = case.applicant_names.split("、")
    assert notice.number in Client().get("/notices/").content.decode()
    body = Client().get(url).content.decode()
    assert place in body and all(name not in body for name in names)
    real = clock.machine
    monkeypatch.setattr(clock, "now", lambda: real() + LATER)
    over = Client().get(url)
    assert over.status_code == 410 and place not in over.content.decode()
    assert notice.number not in Client().get("/notices/").content.decode()


def test_the_notice_of_a_case_that_is_over_is_taken_down_at_once(case: Case) -> None:
    notice = PublicNotice.objects.get(docket_id=case.pk)
    browser(staff("review1")).post(
        reverse("web:desk.decline", args=[case.pk]), {"reasons": "亲属关系证明不真实"}
    )
    assert Client().get(reverse("web:public.notice", args=[notice.pk])).status_code == 410
    assert notice.number not in Client().get("/notices/").content.decode()


def test_the_heir_reads_what_his_case_waits_for(case: Case, examples: Examples) -> None:
    body = browser(examples.applicant(case)).get(reverse("web:my.case", args=[case.pk])).content.decode()
    assert "正在办理公告、复审" in body and "公告期不计入办理时限" in body


# --- on a phone ---------------------------------------------------------------------------------------------------


def test_one_officer_photographs_and_records_and_another_confirms(examples: Examples) -> None:
    case = examples.another("my", "under_review")
    send_out(actor=actor(staff("review1")), docket_id=case.pk)
    url = reverse("web:field.inspection", args=[case.pk])
    first, second = browser(staff("accept1")), browser(staff("accept2"))
    assert case.location in first.get("/field/").content.decode()
    empty = first.post(url, {"do": "record", "visited_at": "", "remark": "门牌看不清"})
    assert empty.status_code == 422 and "门牌看不清" in empty.content.decode()
    answers = {f"finding-{k}": "yes" for k in ("place", "state", "bounds", "use", "dispute")}
    now = f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}"
    record = {"do": "record", "visited_at": now, "passed": "yes", **answers}
    bare = first.post(url, record)
    assert bare.status_code == 422 and "还没有现场照片" in bare.content.decode()
    photo = {"do": "photo", "key": "k1", "files": SimpleUploadedFile("a.jpg", page_of_paper())}
    assert first.post(url, photo).status_code == 303
    assert MaterialPage.objects.filter(docket_id=case.pk, item="SITE").count() == 1
    assert first.post(url, record).status_code == 303
    assert first.post(url, {"do": "confirm"}).status_code == 403
    assert "等您确认" in second.get("/field/").content.decode()
    assert second.post(url, {"do": "confirm"}).status_code == 303
    seen = SiteInspection.objects.get(docket_id=case.pk)
    assert seen.first_name != seen.second_name and seen.passed
    assert PendingMatter.objects.get(docket_id=case.pk, kind="inspection").outcome == "done"
