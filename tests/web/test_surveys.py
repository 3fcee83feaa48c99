"""测绘成果 at the desk, and the developer's choosing of a survey, in the browser's own words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dengbu.cases.actions import filing
from dengbu.cases.models import Case
from dengbu.project.demo.people import ORGANISATIONS
from dengbu.register.verify import verify
from dengbu.surveys import sheets
from dengbu.surveys.models import Survey, SurveyImport
from tests.support import matters as waiting
from tests.surveys.made_up import row, table
from tests.surveys.test_sheets import xlsx
from tests.web.examples import Examples, acting, browser, operator, saved, staff
from tests.web.filers import begin, upload_everything

NUMBER, FILE = "CH-2026-7", "楼盘表.xlsx"  # the district has surveys of its own
TYPED = {"kind": "building", "number": NUMBER, "project_name": "试验花园", "surveyor": "河南测绘院",
         "surveyed_on": "2026-10-01"}  # fmt: skip
DEV1 = next(o.number for o in ORGANISATIONS if o.key == "dev1")


@pytest.fixture
def clerk(own_demo_database: Any) -> Client:
    return browser(staff("accept1"))


def hand_in(clerk: Client, cells: list[list[str]] | None, **typed: str) -> Any:
    files = {"file": SimpleUploadedFile(FILE, xlsx(cells), sheets.XLSX)} if cells else {}
    return clerk.post("/desk/surveys/new", {**TYPED, **typed, **files})


def handed_in() -> Survey:
    return Survey.objects.get(number=NUMBER)


def test_a_file_is_handed_in_checked_by_another_and_made_void(clerk: Client) -> None:
    answer = hand_in(clerk, table(6))
    survey = handed_in()
    assert (answer.status_code, answer["Location"]) == (303, f"/desk/surveys/{survey.pk}/")
    text = clerk.get(answer["Location"]).content.decode()
    assert "核对无误" not in text, "who took it in does not check it"
    assert "1层" in text and "90.00 ㎡" in text
    other = browser(staff("review1"))
    assert other.post(answer["Location"], {"do": "check"}).status_code == 303
    assert handed_in().status == "checked"
    missing = other.post(answer["Location"], {"do": "void", "reason": ""})
    assert missing.status_code == 422 and "请写明作废的原因" in missing.content.decode()
    assert other.post(answer["Location"], {"do": "void", "reason": "重测"}).status_code == 303
    assert handed_in().status == "void"
    assert clerk.post(answer["Location"], {"do": "void", "reason": "重测"}).status_code == 403
    assert "CH-2026-7" in clerk.get("/desk/surveys/?q=2026-7").content.decode()
    assert "CH-2026-7" not in clerk.get("/desk/surveys/?status=checked").content.decode()


def test_a_file_with_faults_is_kept_and_told_row_by_row(clerk: Client) -> None:
    answer = hand_in(clerk, [table()[0], row(1), row(2, use="某种用途")])
    record = SurveyImport.objects.get(head__number=NUMBER)
    assert (
        answer["Location"] == f"/desk/surveys/imports/{record.pk}/"
        and not Survey.objects.filter(number=NUMBER).exists()
    )
    text = clerk.get(answer["Location"]).content.decode()
    assert "规划用途" in text and "某种用途" in text and "不在标准列表里" in text
    file = clerk.get(f"{answer['Location']}file")
    back = sheets.read_file("a.xlsx", file.content)
    assert back[0][-1] == "问题" and back[2][9] == "某种用途"


def test_what_was_typed_stays_when_something_is_missing(clerk: Client) -> None:
    answer = hand_in(clerk, None, number="", surveyor="河南第二测绘院")
    text = answer.content.decode()
    assert answer.status_code == 422 and "河南第二测绘院" in text
    assert "请选择表格文件" in text and "请输入测绘成果编号" in text
    assert not SurveyImport.objects.filter(file_name=FILE).exists()


def test_the_template_is_a_spreadsheet(clerk: Client) -> None:
    answer = clerk.get("/desk/surveys/template/land")
    assert sheets.read_file("a.xlsx", answer.content)[0][0].startswith("宗地代码")
    assert clerk.get("/desk/surveys/template/x").status_code == 404


def test_a_developer_chooses_the_survey_of_a_project(clerk: Client) -> None:
    hand_in(clerk, table(3))
    browser(staff("review1")).post(f"/desk/surveys/{handed_in().pk}/", {"do": "check"})
    dev = browser(operator(DEV1))
    tasks = dev.post("/dev/apply/d05/start", {"do": "new", "key": "k1"})["Location"]
    page = dev.get(f"{tasks}property/").content.decode()
    assert "测绘成果编号" in page
    wrong = dev.post(f"{tasks}property/", {"survey": "CH-404"})
    assert wrong.status_code == 422 and "CH-404" in wrong.content.decode()
    looked = dev.get(f"{tasks}property/?q=CH-2026-7").content.decode()
    assert "试验花园" in looked and "3" in looked
    assert dev.post(f"{tasks}property/", {"survey": "CH-2026-7"}).status_code == 303
    reason = dev.get(f"{tasks}reason/").content.decode()
    units = re.search(r'<textarea[^>]*name="units"[^>]*>([^<]*)', reason)
    assert units and len(units[1].split()) == 3
    assert "试验花园" in dev.get(tasks).content.decode()


def test_a_project_that_is_not_in_the_book_yet_is_filed_reviewed_and_accepted_over_the_pages(
    clerk: Client,
) -> None:
    hand_in(clerk, table(3, building="410106001002GB00005F0009"))  # on land of this developer
    browser(staff("review1")).post(f"/desk/surveys/{handed_in().pk}/", {"do": "check"})
    filer = begin(browser(operator(DEV1)), "dev", "d05")
    saved(filer.post("property/", survey="CH-2026-7"))
    units = "\n".join(f"410106001002GB00005F0009{n:04d}" for n in (1, 2, 3))
    saved(
        filer.post(
            "reason/", units=units, project_name="试验花园", completed_on="2026-10-01", presold="yes",
            common_parts="道路，小区，120", certificate="whole", taxes_due="no", do="save",
        )
    )  # fmt: skip
    upload_everything(filer)
    saved(filer.post("delivery/", way="window", phone="13800002134", do="save"))
    assert "410106001002GB00005F00090001" in filer.get("check/").content.decode().replace(" ", "")
    filing.submit(actor=acting(operator(DEV1)), docket_id=filer.docket, declared=True)
    made, office = Examples(), browser(staff("review1"))
    case = Case.objects.get(pk=filer.docket)
    made._to_under_review(case)
    sheet = office.get(f"/desk/review/{case.pk}/").content.decode()
    assert "CH-2026-7" in sheet and "B_NO_LAND" not in sheet and "270.00" in sheet
    made._to_preapproved(Case.objects.get(pk=case.pk))
    assert clerk.get(f"/desk/accept/{case.pk}/").status_code == 200
    made._to_checked(Case.objects.get(pk=case.pk))
    made._to_registered(Case.objects.get(pk=case.pk))
    waiting.inspect(case.pk, acting(staff("accept2")), acting(staff("accept3")))
    waiting.agree(case.pk, acting(staff("lead1")))
    assert Case.objects.get(pk=case.pk).state == "registered"
    assert clerk.get(f"/desk/accept/{case.pk}/print/").status_code == 200
    assert browser(operator(DEV1)).get(f"/dev/cases/{case.pk}/").status_code == 200
    assert verify(deep=True).ok
