"""Filing on what is not built yet: who bought, who sold, who lent, each at their own portal, without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dengbu.cases.models import CaseParty
from dengbu.project.demo.candidates import planned
from dengbu.project.demo.people import ORGANISATIONS
from tests.web.examples import saved
from tests.web.filers import (
    Filer,
    begin,
    operator_of,
    party_fields,
    person,
    text_of,
    upload_everything,
)

pytestmark = pytest.mark.usefixtures("module_demo_database")
USCC = {o.key: o.number for o in ORGANISATIONS}


def offered(filer: Filer, unit: str) -> list[str]:
    """The rights that can be chosen on a unit."""
    page = text_of(filer.client.get(f"{filer.url('property/')}?q={unit}"))
    return re.findall(r'name="right" id="[^"]+" value="([^"]+)"', page)


def choose(filer: Filer, unit: str) -> None:
    (right,) = offered(filer, unit)
    saved(filer.post("property/", unit_code=unit, right=right))


def names(filer: Filer) -> dict[str, str]:
    return {p.role: p.name for p in CaseParty.objects.filter(case_id=filer.docket)}


def sent(filer: Filer) -> Any:
    upload_everything(filer)
    saved(filer.post("delivery/", way="electronic", phone="13800002134", do="save"))
    return filer.post("check/", declared="on")


def test_a_loan_on_what_is_only_bought_is_secured_by_whom_the_notice_names() -> None:
    home = planned("B08")[0]
    assert home.organisation and home.buyer
    filer = begin(operator_of(home.organisation.number), "bank", "b08")
    saved(filer.post("property/", unit_code=home.unit_code))
    page = filer.get("parties/")
    assert "来自登记簿" in text_of(page) and 'name="buyer-0-name"' not in text_of(page), "nobody is typed"
    saved(filer.post("parties/", **party_fields(page), do="save"))
    assert names(filer) == {"mortgagor": home.buyer.name, "mortgagee": home.organisation.name}
    assert f'name="debtor" value="{home.buyer.name}"' in text_of(filer.get("reason/"))


def test_a_buyer_gives_the_notice_up_alone_and_ends_the_contract_with_the_developer() -> None:
    home = planned("D08")[0]
    assert home.buyer
    for reason, state in (("ended", "awaiting_parties"), ("waived", "submitted")):
        filer = begin(person(home.buyer.number), "my", "d08")
        choose(filer, home.unit_code)
        saved(filer.post("reason/", reason=reason, do="save"))
        fields = party_fields(filer.get("parties/"))
        saved(filer.post("parties/", **fields, do="save"))
        assert names(filer) == {"holder": home.buyer.name, "obligor": home.owner.name}
        saved(sent(filer))
        assert filer.case.state == state
        if state == "awaiting_parties":
            saved(filer.client.post(f"/my/cases/{filer.docket}/withdraw/", {"reason": "演示", "key": "w1"}))


def test_a_notice_is_offered_to_whom_it_is_about_and_to_nobody_else() -> None:
    home = planned("D07")[0]
    assert home.buyer
    assert len(offered(begin(operator_of(home.owner.number), "dev", "d07"), home.unit_code)) == 1
    assert len(offered(begin(person(home.buyer.number), "my", "d07"), home.unit_code)) == 1
    stranger = planned("D07")[1].buyer
    assert stranger
    assert offered(begin(person(stranger.number), "my", "d07"), home.unit_code) == []
    assert offered(begin(operator_of(USCC["dev1"]), "dev", "d07"), home.unit_code) == []
    assert offered(begin(operator_of(USCC["bank1"]), "bank", "d07"), home.unit_code) == []


def test_an_heir_alone_finds_the_notice_by_the_unit_and_the_name_of_the_deceased() -> None:
    home, heir = planned("D07")[1], planned("D07")[3].buyer
    assert home.buyer and heir
    filer = begin(person(heir.number), "my", "d07")
    assert offered(filer, home.unit_code) == []
    assert 'name="holder"' in text_of(filer.get("property/"))
    wrong = text_of(
        filer.client.get(filer.url("property/"), {"q": home.unit_code, "holder": home.buyer.name[:-1]})
    )
    assert 'name="right"' not in wrong and "姓名要与登记簿一致" in wrong
    page = text_of(filer.client.get(filer.url("property/"), {"q": home.unit_code, "holder": home.buyer.name}))
    right = re.findall(r'name="right" id="[^"]+" value="([^"]+)"', page)
    assert len(right) == 1
    refused = filer.post(
        "property/", unit_code=home.unit_code, right=right[0]
    )  # without the name it opens nothing
    assert refused.status_code == 422
    saved(filer.post("property/", unit_code=home.unit_code, right=right[0], holder=home.buyer.name))
    saved(filer.post("reason/", reason="inheritance", do="save"))
    typed = {"name": heir.name, "document_kind": "resident_id", "number": heir.number, "phone": heir.phone}
    fields = {f"buyer-0-{k}": v for k, v in typed.items()}
    saved(filer.post("parties/", **fields, **{"buyer-0-origin": "typed"}, coownership="sole", do="save"))
    saved(sent(filer))
    assert filer.case.state == "submitted"
    assert names(filer)["holder"] == home.buyer.name and names(filer)["taker"] == heir.name


def test_of_an_inheritance_nobody_writes_to_the_dead() -> None:
    home, heir = planned("D07")[2], planned("D07")[3].buyer
    assert home.buyer and heir
    filer = begin(operator_of(home.owner.number), "dev", "d07")
    choose(filer, home.unit_code)
    saved(filer.post("reason/", reason="inheritance", do="save"))
    page = filer.get("parties/")
    assert "owner-0-phone" not in text_of(page)
    typed = {"name": heir.name, "document_kind": "resident_id", "number": heir.number, "phone": heir.phone}
    fields = {f"buyer-0-{k}": v for k, v in typed.items()}
    saved(filer.post("parties/", **fields, **{"buyer-0-origin": "typed"}, coownership="sole", do="save"))
    saved(sent(filer))
    waiting = CaseParty.objects.filter(case_id=filer.docket, invite_token__isnull=False)
    assert [p.name for p in waiting] == [heir.name]


def test_the_number_of_a_lost_proof_is_told_to_its_holder() -> None:
    home = planned("B13")[0]
    assert home.organisation
    filer = begin(operator_of(home.organisation.number), "bank", "b13")
    choose(filer, home.unit_code)
    saved(filer.post("parties/", do="save"))
    assert re.search(
        r'name="old_certificate" value="豫（\d{4}）郑州市上街区不动产证明第\d{7}号"',
        text_of(filer.get("reason/")),
    )


def test_the_contracts_number_comes_from_the_housing_department() -> None:
    home = planned("D06")[0]
    filer = begin(operator_of(home.owner.number), "dev", "d06")
    saved(filer.post("property/", unit_code=home.unit_code))
    page = text_of(filer.get("reason/"))
    assert f'name="sale_no" value="{home.contract_no}"' in page and home.filing_no in page
