"""People of the demo district at their browsers without scripts: what the filing suites share."""

from __future__ import annotations

import io
import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image, ImageDraw

from dengbu.cases.models import Case
from dengbu.certificates.queries import live_for_rights
from dengbu.core import crypto
from dengbu.core.models import User
from dengbu.parties.models import Operator, Person
from dengbu.project.demo.candidates import Candidate, demo_candidates
from dengbu.register.queries import unit_book

CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
BACKEND = "django.contrib.auth.backends.ModelBackend"


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def person(number: str) -> Client:
    """The browser of the person with this identity number."""
    return as_user(Person.objects.get(id_index=crypto.index(number)).user)


def operator_of(uscc: str) -> Client:
    """The browser of an operator of an organisation."""
    return as_user(
        Operator.objects.filter(organisation__uscc=uscc, may_submit=True, active=True).first().user
    )


def candidate(code: str, n: int = 0) -> Candidate:
    return demo_candidates(code, limit=n + 1)[n]


def text_of(response: Any) -> str:
    return str(response.content.decode())


def hidden(response: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text_of(response))
    return found[1] if found else ""


def picture(text: str = "买卖合同", fmt: str = "JPEG", size: tuple[int, int] = (1200, 1600)) -> bytes:
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for y in range(80, size[1] - 80, 40):
        draw.text((80, y), f"{text} {y} " + "line of small print " * 8, fill="black")
    out = io.BytesIO()
    image.save(out, fmt)
    return out.getvalue()


def upload(name: str = "p1.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if content is not None else picture(name))


@dataclass
class Filer:
    """Somebody filing one application."""

    client: Client
    portal: str
    docket: uuid.UUID

    def url(self, page: str = "") -> str:
        return f"/{self.portal}/apply/{self.docket}/{page}"

    def get(self, page: str = "") -> Any:
        return self.client.get(self.url(page))

    def post(self, page: str, **data: Any) -> Any:
        """Post a page's form with the hidden fields it was drawn with."""
        drawn = self.get(page)
        fields = {n: hidden(drawn, n) for n in ("version", "key", "buyers") if hidden(drawn, n)}
        return self.client.post(self.url(page), {**fields, **data})

    @property
    def case(self) -> Case:
        return Case.objects.get(docket_id=self.docket)


def begin(client: Client, portal: str, slug: str) -> Filer:
    address = f"/{portal}/apply/{slug}/start"
    response = client.post(address, {"key": uuid.uuid4().hex, "do": "new"})
    assert response.status_code == 303, text_of(response)[-3000:]
    return Filer(client, portal, uuid.UUID(response["Location"].rstrip("/").rpartition("/")[2]))


def upload_everything(filer: Filer) -> None:
    rows = re.findall(rf'href="{filer.url("materials/")}([^"/]+)/"', text_of(filer.get("materials/")))
    for item in dict.fromkeys(rows):
        response = filer.post(f"materials/{item}/", do="upload", files=[upload(f"{item}.jpg")])
        assert response.status_code == 303, text_of(response)


def fill_sale(filer: Filer, home: Candidate) -> None:
    """The pages of P01 from the property to the delivery, as the seller fills them in."""
    assert filer.post("property/", unit_code=home.unit_code).status_code == 303
    drawn = filer.get("parties/")
    data = party_fields(drawn)
    assert filer.post("parties/", **data, coownership="sole", do="save").status_code == 303
    number = hidden_value(filer.get("reason/"), "filing_no")
    assert filer.post("reason/", filing_no=number, do="save").status_code == 303
    upload_everything(filer)
    assert filer.post("delivery/", way="window", phone="13800002134", do="save").status_code == 303


def proof_number(home: Candidate) -> str:
    """The number of the proof of the mortgage on a home of B06."""
    book = unit_book(home.unit_code)
    assert book is not None
    return live_for_rights([book.mortgages[0].public_id])[book.mortgages[0].public_id]


def taken_over(home: Candidate, by: User) -> Filer:
    """B05 filled in by the new bank, by the number of the proof, up to the check page."""
    filer = begin(as_user(by), "bank", "b05")
    number = proof_number(home)
    found = filer.client.get(filer.url("property/"), {"q": number})
    right = re.findall(r'name="right" id="[^"]+" value="([^"]+)"', text_of(found))[0]
    saved = [
        filer.post("property/", unit_code=home.unit_code, right=right, q=number),
        filer.post("parties/", **party_fields(filer.get("parties/")), do="save"),
        filer.post("reason/", claim_no="ZQ-1", notified="yes", part="no", do="save"),
    ]
    upload_everything(filer)
    saved.append(filer.post("delivery/", way="window", phone="13800002134", do="save"))
    for response in saved:
        assert response.status_code == 303, errors_of(response)
    return filer


def hidden_value(response: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text_of(response))
    return found[1] if found else ""


def party_fields(drawn: Any) -> dict[str, str]:
    """What stands in the party form, with phones where they are empty."""
    page = text_of(drawn)
    found = re.findall(
        r'name="((?:owner|buyer)-\d+-(?:origin|phone|name|number|share))" (?:id="[^"]+" )?value="([^"]*)"',
        page,
    )
    fields = dict(found)
    for n, name in enumerate(re.findall(r'name="((?:owner|buyer)-\d+-phone)"', page)):
        fields[name] = fields.get(name) or f"1380000{n:04d}"
    return fields


def statements(client: Client, address: str) -> int:
    """How many statements a GET of this address makes, transaction control left out."""
    with CaptureQueriesContext(connection) as seen:
        response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return sum(not q["sql"].startswith(CONTROL) for q in seen.captured_queries)


def errors_of(response: Any) -> list[tuple[str, str]]:
    """The lines of the error summary: where they lead, what they say; each must stand at its field as well."""
    page = text_of(response)
    found = re.search(r'<div class="errsum".*?</div>', page, re.S)
    return re.findall(r'<a href="([^"]*)">([^<]*)</a>', found[0]) if found else []
