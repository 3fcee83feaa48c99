"""A court comes to the desk: papers received, cases begun on a unit, and taken to the book by other hands."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from typing import Any

import pypdf

from dengbu.cases.actions import court, desk, filing, review
from dengbu.cases.models import CaseDocument
from dengbu.core import documents
from dengbu.core.acts import Actor
from dengbu.orders.models import Order
from dengbu.orders.rules import Officer
from tests.support import office

COURT = "演示区人民法院"
COURT_NO = "11410106MB0000001Y"
OFFICERS = (
    Officer(name="张执行", work_card="豫法工001", duty_card="豫法执001"),
    Officer(name="李书记", work_card="豫法工002", duty_card="豫法执002"),
)


def receiver(user_id: int = 22) -> Actor:
    """Who sits at the 协执窗口: neither reviews nor receives the same case."""
    return office.staff("accept", user_id, f"陈协执{user_id}")


def received(no: str = "（2026）豫0106执1号", by: Actor | None = None, **more: Any) -> uuid.UUID:
    """A paper is stamped and scanned. Gives the service."""
    given: dict[str, Any] = {
        "channel": "window",
        "authority_kind": "court",
        "authority": COURT,
        "authority_number": COURT_NO,
        "document_no": no,
        "officers": OFFICERS,
    }
    by = by or receiver()
    service = uuid.UUID(court.receive(actor=by, **(given | more)))
    for item in ("ASSIST", "CREDS"):
        office.upload(actor=by, docket_id=service, item=item)
    return service


def begun(
    service: uuid.UUID, number: int = 1, debtor: tuple[str, str] = office.SELLER, kind: str = "S01"
) -> uuid.UUID:
    """The case of a served paper on a home. Gives its docket."""
    return uuid.UUID(
        court.begin(
            actor=receiver(),
            service_id=service,
            unit_code=office.homes.home(number),
            type_code=kind,
            debtor=office.party("debtor", debtor),
        )
    )


def submitted(docket_id: uuid.UUID, **terms: Any) -> uuid.UUID:
    """What the paper says is typed and the application submitted."""
    by = receiver()
    filing.save_reason(actor=by, docket_id=docket_id, terms={"measure": "seizure", "ruling": False} | terms)
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"way": "electronic"})
    filing.submit(actor=by, docket_id=docket_id, declared=True)
    return docket_id


def checked(docket_id: uuid.UUID, **terms: Any) -> uuid.UUID:
    """Passed by a reviewer and looked at at the desk: only the acceptance is left."""
    submitted(docket_id, **terms)
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    office.check_at_desk(docket_id)
    return docket_id


def entered(docket_id: uuid.UUID, **terms: Any) -> uuid.UUID:
    desk.accept(actor=office.clerk(), docket_id=checked(docket_id, **terms))
    return docket_id


def order_of(docket_id: uuid.UUID) -> Order:
    return Order.objects.get(docket_id=docket_id)


def said(docket_id: uuid.UUID, kind: str) -> str:
    """The text of a kept paper, without white space."""
    made = CaseDocument.objects.get(docket_id=docket_id, kind__startswith=kind)
    reader = pypdf.PdfReader(io.BytesIO(documents.read_verified(made.storage_key, made.digest)))
    return "".join("".join(page.extract_text() for page in reader.pages).split())


def at(day: int, hour: int, minute: int) -> dt.datetime:
    """An instant of January 2027 in the office."""
    return dt.datetime(2027, 1, day, hour, minute, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
