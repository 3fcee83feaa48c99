"""Applications with several entries (C01–C05), filed through the pages by whoever begins them."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from dengbu.parties.models import Organisation
from dengbu.project.demo.candidates import Candidate, planned
from dengbu.project.demo.people import ORGANISATIONS

from .filers import Filer, begin, operator_of, party_fields, person, text_of, upload_everything

USCC = {o.key: o.number for o in ORGANISATIONS}
NAME = {o.key: o.name for o in ORGANISATIONS}
LOAN = {
    "contract_no": "DY-2026-001", "amount_fen": "50万", "debt_from": "2026-11-01", "debt_until": "2046-10-31",
    "debtor": "买方", "scope": "主债权及其利息、违约金", "transfer_limited": "no",
}  # fmt: skip
ORGANISATION = re.compile(r'name="mortgagee-organisation"')


@dataclass(frozen=True)
class Begun:
    """How a type is begun here: in which portal, by whom (an organisation, else who sells or buys), with which lender."""

    portal: str
    by: str
    lender: str
    answers: dict[str, str] = field(default_factory=dict)
    stock: str = ""


BEGUN = {
    "C01": Begun("my", "owner", "bank1", LOAN, "P01"),
    "C02": Begun("bank", "bank2", "bank2", {**LOAN, "mode": "combined"}),
    "C03": Begun("dev", "dev2", "bank1", {**LOAN, "sale_no": "YS-1"}),
    "C04": Begun("bank", "bank1", "", {"changed": "no"}),
    "C05": Begun("dev", "dev2", "bank2", {**LOAN, "sale_no": "YS-1", "with_loan": "yes"}),
}


def home_for(code: str, n: int = 0) -> Candidate:
    return planned(BEGUN[code].stock or code)[n]


def browser_of(begun: Begun, home: Candidate) -> Any:
    if begun.by in USCC:
        return operator_of(USCC[begun.by])
    who = home.buyer if begun.by == "buyer" else home.owner
    assert who is not None
    return person(who.number)


def saved(response: Any) -> None:
    assert response.status_code == 303, text_of(response)


def choose_home(filer: Filer, home: Candidate) -> str:
    """Confirm the property, and the right on it where one is chosen. Gives the page it was chosen on."""
    page = text_of(filer.client.get(filer.url("property/") + f"?unit={home.unit_code}"))
    rights = re.findall(r'name="right" id="[^"]+" value="([^"]+)"', page)
    saved(filer.post("property/", unit_code=home.unit_code, **({"right": rights[0]} if rights else {})))
    return page


def file_combined(code: str, home: Candidate, begun: Begun | None = None, **answers: str) -> Filer:
    """Fill a combined application in, up to the check page."""
    begun = begun or BEGUN[code]
    filer = begin(browser_of(begun, home), begun.portal, code.lower())
    choose_home(filer, home)
    saved(filer.post("reason/", filing_no=home.filing_no, **(begun.answers | answers), do="save"))
    drawn = filer.get("parties/")
    fields = party_fields(drawn) | {"coownership": "sole"}
    if ORGANISATION.search(text_of(drawn)):
        fields["mortgagee-organisation"] = bank_id(begun.lender) if begun.lender else ""
    saved(filer.post("parties/", **fields, do="save"))
    upload_everything(filer)
    saved(filer.post("delivery/", way="window", phone="13800002134", do="save"))
    return filer


def bank_id(key: str) -> str:
    return str(Organisation.objects.get(uscc=USCC[key]).pk)


def submitted(code: str, home: Candidate, begun: Begun | None = None, **answers: str) -> uuid.UUID:
    """The same, submitted: it waits for all others to confirm."""
    filer = file_combined(code, home, begun, **answers)
    saved(filer.post("check/", declared="on"))
    return filer.docket
