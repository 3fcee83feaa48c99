"""A bank files a mortgage and gives one up, without scripts."""

from __future__ import annotations

import re

import pytest

from dengbu.cases.models import CaseParty
from dengbu.parties.models import Person
from dengbu.register.models import Right
from tests.web.filers import (
    as_user,
    begin,
    candidate,
    errors_of,
    hidden,
    operator_of,
    party_fields,
    person,
    text_of,
    upload_everything,
)

pytestmark = pytest.mark.usefixtures("module_demo_database")

TERMS = {
    "contract_no": "DY-2026-001",
    "amount_fen": "80万",
    "debt_from": "2026年11月1日",
    "debt_until": "2046-10-31",
    "debtor": "张三",
    "scope": "主债权及其利息、违约金",
    "transfer_limited": "no",
    "do": "save",
}


def test_a_mortgage_is_filed_by_the_bank_and_confirmed_by_the_owner() -> None:
    home = candidate("B01")
    filer = begin(operator_of(home.organisation.number), "bank", "b01")
    assert filer.post("property/", unit_code=home.unit_code).status_code == 303
    fields = party_fields(filer.get("parties/"))
    assert filer.post("parties/", **fields, do="save").status_code == 303
    empty = filer.post("reason/", do="save")
    assert [text for _, text in errors_of(empty)] == [
        "请输入抵押合同编号",
        "请输入债权数额",
        "请输入债务履行起止日期",
        "请输入债务履行起止日期",
        "请输入债务人",
        "请填写担保范围",
        "请选择是否存在禁止或限制转让抵押不动产的约定",
    ]
    backwards = filer.post("reason/", **{**TERMS, "debt_until": "2020-1-1"})
    assert errors_of(backwards) == [("#id_debt_until", "结束日期应晚于开始日期")]
    assert filer.post("reason/", **TERMS).status_code == 303
    upload_everything(filer)
    assert filer.post("delivery/", way="electronic", phone="13800002134", do="save").status_code == 303
    check = text_of(filer.get("check/"))
    assert "捌拾万元整" in check and "没有" in check
    assert filer.post("check/", declared="on").status_code == 303
    assert filer.case.state == "awaiting_parties"
    party = CaseParty.objects.get(case_id=filer.docket, role="mortgagor")
    address = f"/my/confirm/{party.invite_token}/"
    owner = person(home.owner.number)
    drawn = owner.get(address)
    assert "捌拾万元整" in text_of(drawn)
    form = {"key": hidden(drawn, "key"), "docket": str(filer.docket), "do": "agree", "declared": "on"}
    assert owner.post(address, form).status_code == 303
    assert filer.case.state == "submitted"


def test_of_a_home_held_by_shares_the_bank_says_whether_it_mortgages_the_whole_or_whose_share() -> None:
    """corrections 7: only whose share it is applies, is asked for a telephone number and confirms."""
    home = candidate("B01")
    third = Right.objects.filter(kind="house_ownership", ended_by=None, share_denominator=3).first()
    assert third is not None
    filer = begin(operator_of(home.organisation.number), "bank", "b01")
    assert filer.post("property/", unit_code=third.unit.code).status_code == 303
    drawn = text_of(filer.get("parties/"))
    assert "整处不动产，全体共有人都是抵押人" in drawn and drawn.count("的1/3份额（抵押人 ") == 3
    unsaid = filer.post("parties/", do="save")
    assert errors_of(unsaid)[0] == ("#id_covers", "请选择抵押范围")
    silent = filer.post("parties/", covers="1", do="save")
    assert [field for field, _ in errors_of(silent)] == ["#id_owner-1-phone"], "the others are no party"
    whole = filer.post("parties/", **{"covers": "whole", "owner-1-phone": "13800002135", "do": "save"})
    assert [field for field, _ in errors_of(whole)] == ["#id_owner-0-phone", "#id_owner-2-phone"]
    assert (
        filer.post("parties/", **{"covers": "1", "owner-1-phone": "13800002135", "do": "save"}).status_code
        == 303
    )
    (mortgagor,) = CaseParty.objects.filter(case_id=filer.docket, role="mortgagor")
    assert mortgagor.share_numerator == 1
    terms = filer.case.filed["terms"]
    assert (terms["covers"], terms["share_denominator"]) == ("share", 3)
    assert re.search(r'value="1"[^>]* checked', text_of(filer.get("parties/")))
    assert filer.post("reason/", **TERMS).status_code == 303
    upload_everything(filer)
    assert filer.post("delivery/", way="electronic", phone="13800002134", do="save").status_code == 303
    assert "的1/3份额" in text_of(filer.get("check/"))
    assert filer.post("check/", declared="on").status_code == 303
    owner = as_user(Person.objects.get(id_index=mortgagor.number_index).user)
    confirm = text_of(owner.get(f"/my/confirm/{CaseParty.objects.get(pk=mortgagor.pk).invite_token}/"))
    assert f"{mortgagor.name}的1/3份额" in confirm


def test_of_a_home_held_alone_or_jointly_it_is_not_asked_what_the_mortgage_covers() -> None:
    home = candidate("B01")
    filer = begin(operator_of(home.organisation.number), "bank", "b01")
    assert filer.post("property/", unit_code=home.unit_code).status_code == 303
    assert "抵押范围" not in text_of(filer.get("parties/"))


def test_a_discharge_needs_its_mortgage_and_a_reason_and_nobody_elses_word() -> None:
    home = candidate("B06")
    filer = begin(operator_of(home.organisation.number), "bank", "b06")
    assert "申请人和共有人" not in text_of(filer.get())
    drawn = filer.client.get(filer.url("property/") + f"?unit={home.unit_code}")
    rights = re.findall(r'name="right" id="[^"]+" value="([^"]+)"', text_of(drawn))
    assert filer.post("property/", unit_code=home.unit_code).status_code == 422
    assert filer.post("property/", unit_code=home.unit_code, right=rights[0]).status_code == 303
    assert errors_of(filer.post("reason/", do="save")) == [("#id_reason", "请选择注销原因")]
    assert filer.post("reason/", reason="paid", do="save").status_code == 303
    upload_everything(filer)
    assert filer.post("delivery/", way="electronic", phone="13800002134", do="save").status_code == 303
    assert filer.post("check/", declared="on").status_code == 303
    assert filer.case.state == "submitted"


def test_another_bank_sees_no_mortgage_to_give_up() -> None:
    home = candidate("B06", 1)
    others = [c for c in (candidate("B06", n) for n in range(2, 14)) if c.organisation != home.organisation]
    filer = begin(operator_of(others[0].organisation.number), "bank", "b06")
    page = text_of(filer.client.get(filer.url("property/") + f"?unit={home.unit_code}"))
    assert "没有本机构在这处不动产上可以办理的这种登记" in page and 'name="right"' not in page
