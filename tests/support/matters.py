"""Cases that wait after acceptance, and how what they wait for is settled. An inheritance nobody has proved (P03) asks
for a notice and a second reviewer, a house registered for the first time for two officers on the spot."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from typing import Any

import pypdf
import pytest

from dengbu.cases.actions import desk, filing, matters, papers, review
from dengbu.cases.models import CaseDocument, PendingMatter, PublicNotice
from dengbu.core import clock, documents
from dengbu.core.acts import Actor
from dengbu.register.models import Entry, Holder
from tests.support import office

PROOF_NONE = {
    "died_on": "2026-01-10",
    "proof": "none",
    "will": False,
    "all_heirs": True,
    "divided": False,
    "administrator": False,
}


SEEN = dict.fromkeys(matters.QUESTIONS, "yes")


def second(user_id: int = 12) -> Actor:
    return office.staff("review", user_id, "周复审")


def officer(user_id: int) -> Actor:
    return office.staff("accept", user_id, f"查看员{user_id}")


def checked_inheritance(number: int = 1, **terms: Any) -> uuid.UUID:
    """The heir filed, a reviewer passed it, and everything at the desk is done but the acceptance."""
    by = office.buyer()
    docket_id = uuid.UUID(filing.start(actor=by, type_code="P03"))
    filing.save_property(actor=by, docket_id=docket_id, unit_code=office.homes.home(number))
    parties = [office.party("deceased", office.SELLER), office.party("heir", office.BUYER)]
    filing.save_parties(actor=by, docket_id=docket_id, parties=parties)
    filing.save_reason(actor=by, docket_id=docket_id, terms=PROOF_NONE | terms)
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"how": "window"})
    office.give_papers(docket_id)
    filing.submit(actor=by, docket_id=docket_id, declared=True)
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    office.check_at_desk(docket_id)
    return docket_id


def accepted_inheritance(number: int = 1, **terms: Any) -> uuid.UUID:
    docket_id = checked_inheritance(number, **terms)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    return docket_id


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """So many days on from the machine's clock."""
    now = clock.machine() + dt.timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: now)


def after_the_notice(monkeypatch: pytest.MonkeyPatch, docket_id: uuid.UUID) -> None:
    """The day after the notice of a case ended."""
    until = PublicNotice.objects.get(docket_id=docket_id).until_on
    later(monkeypatch, (until - clock.today()).days + 1)


def after_its_grace(monkeypatch: pytest.MonkeyPatch, docket_id: uuid.UUID) -> None:
    """After noon of the working day that follows the notice's last."""
    due = PendingMatter.objects.get(docket_id=docket_id, kind="notice").due_at
    assert due is not None
    monkeypatch.setattr(clock, "now", lambda: due + dt.timedelta(minutes=1))


def open_kinds(docket_id: uuid.UUID) -> set[str]:
    rows = PendingMatter.objects.filter(docket_id=docket_id, settled_at__isnull=True)
    return set(rows.values_list("kind", flat=True))


def agree(docket_id: uuid.UUID, by: Actor | None = None) -> str:
    state: str = matters.agree(actor=by or second(), docket_id=docket_id)
    return state


def record(docket_id: uuid.UUID, by: Actor | None = None, **more: Any) -> None:
    """The first officer writes down what was seen; nothing but good, unless said otherwise."""
    values: dict[str, Any] = {"visited_at": clock.now(), "findings": SEEN, "passed": True} | more
    matters.record_inspection(actor=by or officer(24), docket_id=docket_id, **values)


def inspect(docket_id: uuid.UUID, first: Actor | None = None, other: Actor | None = None) -> str:
    """Two officers were there: photographed, written down, confirmed. Gives the case's state."""
    office.upload(actor=office.SYSTEM, docket_id=docket_id, item=matters.PHOTOS)
    record(docket_id, first)
    state: str = matters.confirm_inspection(actor=other or officer(25), docket_id=docket_id)
    return state


def printed(docket_id: uuid.UUID, kind: str, by: Actor | None = None) -> str:
    """The text of a paper of the case, without white space."""
    number = papers.print_paper(actor=by or office.clerk(), docket_id=docket_id, kind=kind)
    made = CaseDocument.objects.get(docket_id=docket_id, kind=kind, print_no=number)
    reader = pypdf.PdfReader(io.BytesIO(documents.read_verified(made.storage_key, made.digest)))
    return "".join("".join(page.extract_text() for page in reader.pages).split())


def owner() -> str:
    """Who has home 1 by the book."""
    unit = office.homes.home(1)
    return Holder.objects.get(
        right__unit__code=unit, right__ended_by=None, right__kind="house_ownership"
    ).name


def entries(docket_id: uuid.UUID) -> int:
    return Entry.objects.filter(docket_id=docket_id).count()
