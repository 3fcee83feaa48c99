"""The bank that takes part uploads its loan contract itself, on the page where it confirms and after a correction."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from dengbu.cases.actions import review
from dengbu.cases.actions.telling import tell_parties
from dengbu.cases.models import Case, CaseParty
from dengbu.core.acts import system
from dengbu.materials.models import MaterialPage
from dengbu.notices.models import Message
from tests.web.combined import USCC, file_combined, home_for, submitted
from tests.web.examples import Examples, acting, speaker_of, staff
from tests.web.filers import Filer, as_user, errors_of, hidden, operator_of, person, text_of, upload

pytestmark = pytest.mark.usefixtures("module_demo_database")


def pages(docket: uuid.UUID, item: str) -> list[MaterialPage]:
    return list(
        MaterialPage.objects.filter(docket_id=docket, item=item, removed_at=None).order_by("position")
    )


def without_the_banks(n: int) -> Filer:
    """A sale with a loan, filed by the seller, who leaves the bank's two contracts to the bank."""
    filer = file_combined("C01", home_for("C01", n))
    for item in ("MAIN", "MTG"):
        page = pages(filer.docket, item)[0]
        assert filer.post(f"materials/{item}/", do=f"remove:{page.pk}").status_code == 303
    return filer


def invited(docket: uuid.UUID) -> str:
    return f"/bank/confirm/{CaseParty.objects.get(case_id=docket, role='mortgagee').invite_token}/"


def put(client: Client, docket: uuid.UUID, item: str, **fields: Any) -> Any:
    address = f"/bank/cases/{docket}/papers/{item}/"
    data = fields or {"do": "upload", "files": [upload(f"{item}.jpg")]}
    return client.post(address, {"key": hidden(client.get(address), "key"), **data})


def agree(client: Client, docket: uuid.UUID) -> Any:
    address = invited(docket)
    key = hidden(client.get(address), "key")
    form = {"key": key, "docket": str(docket), "do": "agree", "declared": "on"}
    return client.post(address, form)


def test_a_bank_brings_its_own_contracts_before_it_confirms_and_looks_at_the_others() -> None:
    filer = without_the_banks(0)
    listed = text_of(filer.get("materials/"))
    assert "由抵押权人上传" in listed and "要上传的都齐了" in listed
    assert filer.post("check/", declared="on").status_code == 303
    bank, docket = operator_of(USCC["bank1"]), filer.docket
    refused = agree(bank, docket)
    assert refused.status_code == 422
    assert errors_of(refused) == [
        (f"/bank/cases/{docket}/papers/MAIN/", "请上传“主债权合同（借款合同）”"),
        (f"/bank/cases/{docket}/papers/MTG/", "请上传“抵押合同”"),
    ]
    assert re.search(r'name="declared"[^>]* checked', text_of(refused))  # what was ticked stays
    for item in ("MAIN", "MTG"):
        assert put(bank, docket, item).status_code == 303
    not_a_picture = put(bank, docket, "MAIN", do="upload", files=[upload("a.jpg", b"MZ not a picture")])
    assert not_a_picture.status_code == 422 and len(pages(docket, "MAIN")) == 1  # what is there stays
    first = pages(docket, "MAIN")[0]
    assert put(bank, docket, "MAIN", do=f"remove:{first.pk}").status_code == 303
    assert put(bank, docket, "MAIN").status_code == 303
    seen = text_of(bank.get(f"/bank/cases/{docket}/papers/CERT/"))
    assert "只能查看" in seen and 'name="files"' not in seen and "删除" not in seen
    assert put(bank, docket, "CERT").status_code == 403
    assert agree(bank, docket).status_code == 303
    assert put(bank, docket, "MAIN").status_code == 403 and len(pages(docket, "MAIN")) == 1


def test_a_stranger_finds_no_such_page() -> None:
    filer = without_the_banks(1)
    address = f"/bank/cases/{filer.docket}/papers/MAIN/"
    bank, other = operator_of(USCC["bank1"]), operator_of(USCC["bank2"])
    assert bank.get(address).status_code == 404  # nobody else's business before it is submitted
    assert filer.post("check/", declared="on").status_code == 303
    assert bank.get(address).status_code == 200
    assert bank.get(address.replace("MAIN", "NOSUCH")).status_code == 404
    assert other.get(address).status_code == 404
    assert other.post(address, {"do": "upload", "files": [upload()]}).status_code == 404
    nobody = person(home_for("C01", 9).owner.number)
    assert nobody.get(address.replace("/bank/", "/my/")).status_code == 404
    assert not pages(filer.docket, "MAIN")


def test_a_bank_mends_its_own_paper_and_who_filed_is_told_to_send_it_back() -> None:
    filer = without_the_banks(2)
    filer.post("check/", declared="on")
    bank, docket = operator_of(USCC["bank1"]), filer.docket
    for item in ("MAIN", "MTG"):
        put(bank, docket, item)
    agree(bank, docket)
    road = Examples()
    for step in ("_to_submitted", "_to_under_review", "_judge"):
        getattr(road, step)(Case.objects.get(pk=docket))
    asked_again(docket, "MTG", "CERT")
    listed = text_of(bank.get(f"/bank/cases/{docket}/fix/"))
    assert f"/bank/cases/{docket}/papers/MTG/" in listed and "这一处由提交申请的人修改" in listed
    assert f"/bank/cases/{docket}/papers/CERT/" not in listed and "重新提交</button>" not in listed
    key = {"key": hidden(bank.get(f"/bank/cases/{docket}/fix/"), "key")}
    early = bank.post(f"/bank/cases/{docket}/fix/", key)
    assert errors_of(early) == [(f"/bank/cases/{docket}/papers/MTG/", "请上传“抵押合同”")]
    assert put(bank, docket, "MTG").status_code == 303
    assert bank.post(f"/bank/cases/{docket}/fix/", key | {"key": "again"}).status_code == 303
    tell_parties(actor=system("test"), docket_ids=[docket], template="papers_mended")
    told = Message.objects.filter(docket_id=docket, template="papers_mended")
    assert [m.user_id for m in told] == [Case.objects.get(pk=docket).filed_by]
    assert "已修改" in text_of(filer.client.get(f"/my/cases/{docket}/fix/"))
    assert CaseParty.objects.get(case_id=docket, role="mortgagee").confirmed_at is not None


def asked_again(docket: uuid.UUID, *items: str) -> None:
    reviewer = acting(staff("review1"))
    reasons = [
        {"code": "M06", "target": f"material:{item}", "vars": {"material": "合同", "place": "末页"}}
        for item in items
    ]
    review.request_correction(actor=reviewer, docket_id=docket, reasons=reasons)


def test_the_old_bank_finds_the_case_among_its_own_until_it_is_over() -> None:
    docket = submitted("C02", home_for("C02", 1))
    case, old = Case.objects.get(pk=docket), CaseParty.objects.get(case_id=docket, role="old_bank")
    client = as_user(speaker_of(old))
    other = operator_of(USCC["bank3"])
    number = case.docket.number
    for tab in ("todo", "running"):
        assert number in text_of(client.get(f"/bank/cases/?tab={tab}")), tab
    assert number not in text_of(other.get("/bank/cases/?tab=running"))
    Examples()._to_submitted(case)
    assert number in text_of(client.get("/bank/cases/?tab=running"))
    assert number in text_of(client.get(f"/bank/cases/?tab=running&q={number}"))
    assert number in text_of(client.get(f"/bank/cases/{docket}/"))
