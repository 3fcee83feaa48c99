"""Every type that is filed on line can be begun by a click: from the first page of its portal, or from the desk."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client

from dengbu.catalog.registrations import TYPES
from dengbu.core.acts import Actor, act, system
from dengbu.parties.models import Organisation
from dengbu.web.filing.journeys import JOURNEYS
from tests.web.combined import USCC
from tests.web.examples import staff
from tests.web.filers import as_user, candidate, operator_of, person, text_of

pytestmark = pytest.mark.usefixtures("module_demo_database")

PORTALS = {"person": "my", "bank": "bank", "developer": "dev"}
BEGINS = {
    (code, front.value) for code in JOURNEYS for front in TYPES[code].fronts() if front.value in PORTALS
}


@pytest.fixture(scope="module")
def portals(module_demo_database: object) -> dict[str, Client]:
    return {
        "person": person(candidate("P01").owner.number),
        "bank": operator_of(USCC["bank1"]),
        "developer": operator_of(USCC["dev2"]),
    }


def linked(client: Client, portal: str) -> dict[str, str]:
    """What the first page of a portal begins: the code of the type, and where it begins."""
    page = text_of(client.get(f"/{portal}/"))
    return {m[2].upper(): m[1] for m in re.finditer(rf'href="(/{portal}/apply/([a-z]\d\d)/start)"', page)}


def test_the_first_page_of_each_portal_begins_all_that_is_filed_there_and_nothing_else(
    portals: dict[str, Client],
) -> None:
    there = {(code, front) for front, p in PORTALS.items() for code in linked(portals[front], p)}
    assert there == BEGINS
    assert {front for code, front in there if code == "C03"} == {"bank", "developer"}
    for front, portal in PORTALS.items():
        for code, address in linked(portals[front], portal).items():
            page = portals[front].get(address)
            assert page.status_code == 200 and 'value="new"' in text_of(page), (code, front)


def test_what_the_office_does_begins_at_the_desk_and_on_a_served_paper_where_it_stamps_it() -> None:
    desk = as_user(staff("accept1"))
    walkin = text_of(desk.get("/desk/walkin/"))
    assert 'href="/desk/court/"' in walkin
    for code in JOURNEYS:
        if TYPES[code].client == "staff":
            assert (f'value="{code}"' in walkin) == (TYPES[code].served != "must"), code
    assert set(JOURNEYS) == {c for c, _ in BEGINS} | {c for c in JOURNEYS if TYPES[c].client == "staff"}


@act("test.licence")
def licence(*, actor: Actor, organisation: uuid.UUID, kind: str, name: str) -> None:
    Organisation.objects.filter(pk=organisation).update(kind=kind, licence_kind=name)


def test_a_lender_without_a_financial_licence_and_a_factory_begin_what_is_theirs_and_are_told_what_is_not() -> (
    None
):
    """corrections 27."""
    firm = Organisation.objects.get(uscc=USCC["bank2"])
    licence(actor=system("test"), organisation=firm.pk, kind="enterprise", name="小额贷款公司经营许可")
    client = operator_of(USCC["bank2"])
    there = set(linked(client, "bank"))
    assert {"B01", "B06", "C01", "D01"} <= there and not {"D05", "D09", "P01"} & there
    assert client.post("/bank/apply/b01/start", {"key": "lender", "do": "new"}).status_code == 303
    assert client.post("/dev/apply/d01/start", {"key": "factory", "do": "new"}).status_code == 303
    refused = client.post("/dev/apply/d09/start", {"key": "homes", "do": "new"})
    assert refused.status_code == 422
    assert "贵单位备案的证照是“小额贷款公司经营许可”" in text_of(refused) and "房地产开发企业申请" in text_of(
        refused
    )
    licence(actor=system("test"), organisation=firm.pk, kind="bank", name="金融许可证")
