"""Filing a sale without scripts, page by page, by the people of the demo district."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from dengbu.cases.models import Case, CaseParty, Transition
from dengbu.materials.models import MaterialPage
from tests.web.filers import (
    Filer,
    begin,
    candidate,
    errors_of,
    fill_sale,
    hidden,
    operator_of,
    party_fields,
    person,
    picture,
    text_of,
    upload,
)

pytestmark = pytest.mark.usefixtures("module_demo_database")


def seller_of(n: int) -> tuple[Any, Filer]:
    home = candidate("P01", n)
    return home, begin(person(home.owner.number), "my", "p01")


def test_a_new_application_shows_six_tasks_and_links_only_what_can_be_done_now() -> None:
    _, filer = seller_of(0)
    page = text_of(filer.get())
    assert page.count('<span class="n" aria-hidden="true">') == 6
    for title in ("申请人和共有人", "登记原因和合同", "上传材料", "核对并提交"):
        assert f'<span class="t muted">{title}</span>' in page
    assert f'<a class="t" href="{filer.url("property/")}">确认不动产</a>' in page


def test_a_seller_files_a_sale_gets_a_number_and_a_replay_makes_nothing_new() -> None:
    home, filer = seller_of(1)
    fill_sale(filer, home)
    assert f'<a class="t" href="{filer.url("check/")}">核对并提交</a>' in text_of(filer.get())
    check = filer.get("check/")
    form = {"version": hidden(check, "version"), "key": hidden(check, "key"), "declared": "on"}
    for _ in range(3):
        response = filer.client.post(filer.url("check/"), form)
        assert (response.status_code, response["Location"]) == (303, filer.url("submitted/"))
    another_tab = filer.client.post(filer.url("check/"), {**form, "key": uuid.uuid4().hex})
    assert another_tab["Location"] == filer.url("submitted/")
    assert Transition.objects.filter(docket_id=filer.docket, event="invite").count() == 1
    for _ in range(2):  # a refresh shows the same page
        assert filer.case.docket.number in text_of(filer.get("submitted/"))
    assert filer.case.state == "awaiting_parties"


def test_without_the_declaration_nothing_is_submitted() -> None:
    home, filer = seller_of(2)
    fill_sale(filer, home)
    response = filer.post("check/")
    assert response.status_code == 422
    assert "<title>【培训】有错误：" in text_of(response) or "<title>有错误：" in text_of(response)
    assert errors_of(response) == [("#id_declared", "请阅读并勾选承诺书")]
    assert filer.case.state == "draft"


def test_the_other_party_reads_and_confirms_and_the_link_is_used_up() -> None:
    home, filer = seller_of(3)
    fill_sale(filer, home)
    filer.post("check/", declared="on")
    party = CaseParty.objects.get(case_id=filer.docket, role="buyer")
    address = f"/my/confirm/{party.invite_token}/"
    assert filer.client.get(address).status_code == 403  # the seller is not whom it asks
    buyer = person(home.buyer.number)
    drawn = buyer.get(address)
    assert home.location in text_of(drawn)
    form = {"key": hidden(drawn, "key"), "docket": str(filer.docket), "do": "agree"}
    assert buyer.post(address, form).status_code == 422
    form["declared"] = "on"
    for _ in range(2):  # a double click
        assert buyer.post(address, form)["Location"] == f"/my/cases/{filer.docket}/"
    assert filer.case.state == "submitted"
    assert buyer.get(address).status_code == 410


def test_who_does_not_agree_sends_the_draft_back_with_the_reason() -> None:
    home, filer = seller_of(4)
    fill_sale(filer, home)
    filer.post("check/", declared="on")
    address = f"/my/confirm/{CaseParty.objects.get(case_id=filer.docket, role='buyer').invite_token}/"
    buyer = person(home.buyer.number)
    form = {"key": "no", "docket": str(filer.docket), "do": "disagree"}
    assert buyer.post(address, form).status_code == 422
    assert buyer.post(address, {**form, "reason": "价格不对"}).status_code == 200
    assert filer.case.state == "draft"
    assert "价格不对" in text_of(filer.get())


def test_a_stale_tab_is_told_and_keeps_what_was_typed() -> None:
    home, filer = seller_of(5)
    filer.post("property/", unit_code=home.unit_code)
    old = filer.get("delivery/")
    assert filer.post("delivery/", way="window", phone="13800002134", do="save").status_code == 303
    response = filer.client.post(
        filer.url("delivery/"),
        {"version": hidden(old, "version"), "way": "electronic", "phone": "13900009999", "do": "save"},
    )
    assert response.status_code == 409
    assert 'value="13900009999"' in text_of(response)
    assert hidden(response, "version") == str(filer.case.version)
    assert filer.case.filed["delivery"]["way"] == "window"


def test_three_wrong_identity_numbers_get_three_sentences_and_a_spaced_one_passes() -> None:
    home, filer = seller_of(6)
    filer.post("property/", unit_code=home.unit_code)
    base = {**party_fields(filer.get("parties/")), "coownership": "joint", "buyers": "2", "do": "save"}
    second = {"buyer-1-origin": "typed", "buyer-1-name": "王示范", "buyer-1-phone": "13800001111"}
    good = "419999199003077211"
    faults = {
        good[:17]: "身份证号码应为 18 位，现在是 17 位",
        "419999198502310010": "出生日期“19850231”不存在，请核对第 7—14 位",
        good[:17] + ("0" if good[17] != "0" else "1"): "身份证号码与校验位不符，请对照证件再核对一遍",
    }
    for number, sentence in faults.items():
        response = filer.post("parties/", **{**base, **second, "buyer-1-number": number})
        assert response.status_code == 422
        assert errors_of(response) == [("#id_buyer-1-number", sentence)]
        assert f'value="{number}"' in text_of(response)
    spaced = f"{good[:6]} {good[6:14]}　{good[14:]}"
    assert filer.post("parties/", **{**base, **second, "buyer-1-number": spaced}).status_code == 303
    assert [p.ordinal for p in CaseParty.objects.filter(case_id=filer.docket, role="buyer")] == [1, 2]


def test_shares_must_add_up_and_are_kept_as_whole_numbers() -> None:
    home, filer = seller_of(7)
    filer.post("property/", unit_code=home.unit_code)
    base = {
        **party_fields(filer.get("parties/")),
        "coownership": "by_share",
        "buyers": "2",
        "do": "save",
        "buyer-1-origin": "typed",
        "buyer-1-name": "王示范",
        "buyer-1-number": "419999199003077211",
        "buyer-1-phone": "13800001111",
    }
    wrong = filer.post("parties/", **{**base, "buyer-0-share": "50%", "buyer-1-share": "1/3"})
    assert errors_of(wrong)[0][1] == "份额合计为 83.33%，应为 100%"
    assert (
        filer.post("parties/", **{**base, "buyer-0-share": "2/3", "buyer-1-share": "1/3"}).status_code == 303
    )
    shares = CaseParty.objects.filter(case_id=filer.docket, role="buyer").order_by("ordinal")
    assert [p.share_numerator for p in shares] == [2, 1]
    assert filer.case.filed["terms"]["share_denominator"] == 3


def test_buyers_are_added_and_removed_without_losing_what_was_typed() -> None:
    home, filer = seller_of(8)
    filer.post("property/", unit_code=home.unit_code)
    base = party_fields(filer.get("parties/"))
    more = filer.post("parties/", **base, do="add")
    assert more.status_code == 200 and hidden(more, "buyers") == "2"
    assert not errors_of(more)
    typed = {"buyer-1-origin": "typed", "buyer-1-name": "李示范"}
    fewer = filer.post("parties/", **{**base, **typed, "buyers": "2", "do": "remove-0"})
    assert hidden(fewer, "buyers") == "1"
    assert 'name="buyer-0-name" value="李示范"' in text_of(fewer)


def test_what_was_typed_and_never_saved_is_there_again_and_never_judged() -> None:
    home, filer = seller_of(9)
    filer.post("property/", unit_code=home.unit_code)
    response = filer.client.post(
        filer.url("autosave/delivery"), {"way": "mail", "receiver": "王", "phone": "13"}
    )
    assert response.status_code == 200 and re.fullmatch(r"\d\d:\d\d", response["X-Saved-At"])
    again = text_of(filer.get("delivery/"))
    assert 'value="13"' in again and "已恢复上次没有保存的内容" in again
    assert not errors_of(filer.get("delivery/"))
    assert "13800" not in str(filer.case.filed)


def test_an_earlier_draft_is_offered_and_can_be_dropped_for_a_new_one() -> None:
    home, filer = seller_of(10)
    filer.post("property/", unit_code=home.unit_code)
    start = filer.client.get("/my/apply/p01/start")
    assert "继续上次" in text_of(start) and filer.url() in text_of(start)
    renewed = filer.client.post("/my/apply/p01/start", {"key": hidden(start, "key"), "do": "renew"})
    assert renewed.status_code == 303 and str(filer.docket) not in renewed["Location"]
    assert filer.case.state == "withdrawn"


def test_from_check_answers_a_change_leads_back_to_check_answers() -> None:
    home, filer = seller_of(11)
    fill_sale(filer, home)
    before = filer.case.filed["contract"]
    drawn = filer.client.get(filer.url("delivery/") + "?next=check")
    form = {
        "version": hidden(drawn, "version"),
        "next": "check",
        "way": "electronic",
        "phone": "13800002134",
    }
    assert 'name="next" value="check"' in text_of(drawn)
    assert filer.client.post(filer.url("delivery/"), form)["Location"] == filer.url("check/")
    assert "只要电子证照" in text_of(filer.get("check/"))
    assert filer.case.filed["contract"] == before


def test_each_bad_file_has_its_own_sentence_and_costs_the_others_nothing() -> None:
    home, filer = seller_of(12)
    filer.post("property/", unit_code=home.unit_code)
    response = filer.post(
        "materials/CERT/",
        do="upload",
        files=[
            upload("good.jpg"),
            upload("a.exe", b"MZ" + b"\0" * 500),
            upload("empty.jpg", b""),
            upload("big.jpg", picture() + b"\0" * (11 * 1024 * 1024)),
        ],
    )
    page = text_of(response)
    assert response.status_code == 422
    for sentence in (
        "只能上传 JPG、PNG、PDF 格式",
        "文件是空的，请重新选择",
        "超过 10 MB，请重新拍照或压缩后再传",
    ):
        assert sentence in page
    assert [p.original_name for p in MaterialPage.objects.filter(docket_id=filer.docket)] == ["good.jpg"]


def test_the_same_upload_sent_twice_is_one_page() -> None:
    home, filer = seller_of(13)
    filer.post("property/", unit_code=home.unit_code)
    key, content = uuid.uuid4().hex, picture()
    for _ in range(2):
        filer.client.post(
            filer.url("materials/CERT/"), {"key": key, "do": "upload", "files": [upload("a.jpg", content)]}
        )
    assert MaterialPage.objects.filter(docket_id=filer.docket).count() == 1


def test_pictures_are_shown_to_applicants_and_to_nobody_else() -> None:
    home, filer = seller_of(14)
    filer.post("property/", unit_code=home.unit_code)
    filer.post("materials/CERT/", do="upload", files=[upload()])
    page = MaterialPage.objects.get(docket_id=filer.docket)
    address = f"/material/{filer.docket}/{page.pk}/full"
    mine = filer.client.get(address)
    assert mine.status_code == 200 and mine["Cache-Control"] == "no-store"
    stranger = person(candidate("P01", 15).owner.number)
    assert stranger.get(address).status_code == 403
    assert stranger.get(filer.url()).status_code == 403


def test_names_of_others_are_masked_on_the_page_of_the_register() -> None:
    home, filer = seller_of(16)
    buyer = begin(person(home.buyer.number), "my", "p01")
    page = text_of(buyer.client.get(buyer.url("property/") + f"?unit={home.unit_code}"))
    assert home.location in page and home.owner.name not in page
    own = text_of(filer.client.get(filer.url("property/") + f"?unit={home.unit_code}"))
    assert home.owner.name in own


def test_an_unknown_property_is_told_in_words() -> None:
    _, filer = seller_of(17)
    for asked, sentence in {
        "": "请输入不动产权证号或不动产单元号",
        "4101": "不动产单元号应为 28 位，现在是 4 位",
        "豫(2026)郑州市上街区不动产权第9999999号": "没有查到这个证号",
    }.items():
        response = filer.client.get(filer.url("property/"), {"q": asked})
        assert response.status_code == 422 and sentence in text_of(response)


def test_a_bank_cannot_file_a_sale_nor_open_a_persons_draft() -> None:
    home, filer = seller_of(18)
    bank = operator_of(candidate("B01").organisation.number)
    response = bank.post("/bank/apply/p01/start", {"key": "k", "do": "new"})
    assert response.status_code == 422 and "不能在这里办理" in text_of(response)
    assert bank.get(f"/bank/apply/{filer.docket}/").status_code == 403
    assert not Case.objects.filter(type_code="P01", organisation_id__isnull=False).exists()
    assert home
