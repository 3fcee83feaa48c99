"""代为录入: the desk files for somebody who walked in, on the same pages; who filed does not receive."""

from __future__ import annotations

import re

import pytest

from dengbu.cases.facts import makes_paper
from dengbu.cases.models import Case
from dengbu.catalog.registrations import TYPES
from dengbu.core.identifiers import make_uscc
from dengbu.core.models import User
from dengbu.project.demo.candidates import demo_candidates
from dengbu.web.filing.journeys import JOURNEYS
from tests.cases.test_surveyed import land_of
from tests.support.estates import WUYUN
from tests.surveys.made_up import checked
from tests.web.filers import Filer, as_user, errors_of, party_fields, text_of, upload_everything

pytestmark = pytest.mark.usefixtures("own_demo_database")


def test_the_desk_files_a_sale_for_people_who_walked_in() -> None:
    home = demo_candidates("P01", limit=1)[0]
    clerk = as_user(User.objects.get(login="accept1"))
    nothing = clerk.post("/desk/walkin/", {"type": ""})
    assert nothing.status_code == 422 and "请选择办理的事项" in text_of(nothing)
    begun = clerk.post("/desk/walkin/", {"type": "P01", "key": "k1"})
    assert begun.status_code == 303, text_of(begun)
    case = Case.objects.get(filed_for_by_staff=True)
    assert begun["Location"] == f"/desk/apply/{case.pk}/"
    assert f"/desk/apply/{case.pk}/" in text_of(clerk.get("/desk/walkin/"))
    filer = Filer(clerk, "desk", case.pk)
    assert filer.post("property/", unit_code=home.unit_code).status_code == 303
    assert home.buyer is not None
    typed = {
        "owner-0-phone": "13800000001",
        "buyer-0-name": home.buyer.name,
        "buyer-0-document_kind": "resident_id",
        "buyer-0-number": home.buyer.number,
        "buyer-0-phone": "13800000002",
    }
    saved = filer.post("parties/", **typed, coownership="sole", do="save")
    assert saved.status_code == 303, re.findall(r'class="errline"[^>]*>(.*?)</p>', text_of(saved))
    assert filer.post("reason/", filing_no=home.filing_no, do="save").status_code == 303
    upload_everything(filer)
    assert filer.post("delivery/", way="window", phone="13800002134", do="save").status_code == 303
    answer = filer.post("check/", declared="on")
    assert answer.status_code == 303, text_of(answer)
    case.refresh_from_db()
    assert case.state == "submitted"
    stranger = as_user(User.objects.get(login="certify1"))
    assert stranger.get(f"/desk/apply/{case.pk}/").status_code == 403


def test_the_list_stands_under_what_people_want_to_do_and_is_narrowed_by_words() -> None:
    clerk = as_user(User.objects.get(login="accept1"))
    page = text_of(clerk.get("/desk/walkin/"))
    offered = re.findall(r'name="type" value="(\w+)"', page)
    assert len(offered) == len(set(offered)) and {"P01", "C01", "P16", "S03"} <= set(offered)
    assert {"D09", "D06"} <= set(offered)  # a buyer may file them, whoever else does
    here = {code for code in JOURNEYS if {"person", "staff"} & {str(c) for c in TYPES[code].fronts()}} | {
        "D05"
    }
    assert set(offered) == {code for code in here if TYPES[code].served != "must"}  # those: at the 协执窗口
    assert '<h2 id="g-family">夫妻、离婚、分家</h2>' in page
    narrowed = text_of(clerk.get("/desk/walkin/?q=证丢了"))
    assert 'value="P16"' in narrowed and 'value="P01"' not in narrowed
    assert "没有与“月球”有关的事项" in text_of(clerk.get("/desk/walkin/?q=月球"))


def test_a_buyer_whose_developer_is_gone_files_at_the_window_on_the_same_road() -> None:
    """历史遗留问题 (corrections §2, 1 and 4): for a person without an online application the window types it."""
    home = demo_candidates("D09", limit=1)[0]
    clerk = as_user(User.objects.get(login="accept1"))
    begun = clerk.post("/desk/walkin/", {"type": "D09", "key": "gone"})
    assert begun.status_code == 303, text_of(begun)
    case = Case.objects.get(type_code="D09", filed_for_by_staff=True)
    assert (case.client, case.organisation_id) == ("person", None)
    filer = Filer(clerk, "desk", case.pk)
    steps = [
        filer.post("property/", unit_code=home.unit_code),
        filer.post("reason/", filing_no=home.filing_no, legacy="yes", legacy_basis="演示区政府会议纪要〔2026〕3号", do="save"),
        filer.post("parties/", **party_fields(filer.get("parties/")), coownership="sole", do="save"),
    ]  # fmt: skip
    upload_everything(filer)
    steps.append(filer.post("delivery/", way="window", phone="13800002134", do="save"))
    steps.append(filer.post("check/", declared="on"))
    for answer in steps:
        assert answer.status_code == 303, errors_of(answer)
    case.refresh_from_db()
    assert case.state == "submitted"  # nobody is asked on line: who came signs at the window
    assert case.filed["terms"]["legacy"] is True


def test_the_body_that_stands_in_for_a_developer_files_its_houses_at_the_window() -> None:
    """历史遗留问题 (corrections §2, 4): the first registration, so that the buyers can follow."""
    land_of(WUYUN)
    checked(number="CH-9")
    clerk = as_user(User.objects.get(login="accept1"))
    assert clerk.post("/desk/walkin/", {"type": "D05", "key": "gone-first"}).status_code == 303
    case = Case.objects.get(type_code="D05", filed_for_by_staff=True)
    assert (case.client, case.organisation_id) == ("developer", None)
    filer = Filer(clerk, "desk", case.pk)
    assert filer.post("property/", survey="CH-9").status_code == 303
    case.refresh_from_db()
    page = text_of(filer.get("reason/"))
    assert "按历史遗留政策由政府指定单位代为申请" in page
    assert 'data-only-if="legacy" data-only-values=""' in page  # the certificate: not where nobody gets it
    said = {
        "legacy": "yes", "legacy_basis": "演示区政府会议纪要〔2026〕3号", "stands_as": "named", "body_head": "郑主任",
        "units": "\n".join(case.filed["terms"]["units"]), "project_name": "试验花园", "completed_on": "2026-08-20",
        "common_parts": "无", "taxes_due": "no", "presold": "yes",
    }  # fmt: skip
    for wrong, words in (
        ({"legacy": ""}, "请选择由谁申请"),
        ({"legacy": "no"}, "不能由窗口代为申请"),
        ({"body_head": ""}, "请输入代为申请单位的负责人"),
    ):
        answer = filer.post("reason/", **said | wrong, do="save")
        assert answer.status_code == 422 and words in text_of(answer)
        assert "演示区政府会议纪要〔2026〕3号" in text_of(answer)  # what was typed stays
    assert filer.post("reason/", **said, do="save").status_code == 303
    page = text_of(filer.get("parties/"))
    assert (
        "开发企业的信息来自登记簿，不用填写" in page
        and "房屋不登记在它名下" in page
        and "居民身份证" not in page
    )
    body = {
        "buyer-0-name": "上街区住房保障服务中心",
        "buyer-0-document_kind": "uscc",
        "buyer-0-phone": "13800002135",
    }
    nobody = filer.post(
        "parties/", **{"buyer-0-name": "张三", "buyer-0-document_kind": "resident_id"}, do="save"
    )
    assert nobody.status_code == 422
    number = make_uscc("419999", 7301, department="1", category="2")
    assert filer.post("parties/", **body, **{"buyer-0-number": number}, do="save").status_code == 303
    upload_everything(filer)
    delivery = filer.post("delivery/", way="electronic", phone="13800002135", do="save")
    assert delivery.status_code == 303, errors_of(delivery)
    answer = filer.post("check/", declared="on")
    assert answer.status_code == 303, errors_of(answer)
    case.refresh_from_db()
    assert case.state == "submitted" and not makes_paper(case)
    parties = {p.role: p.name for p in case.parties.all()}
    assert parties == {"developer": WUYUN[0], "designated": "上街区住房保障服务中心"}
