"""Undertakings given, signed, kept and broken at the desk."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dengbu.cases.actions import desk, hand_ins, papers
from dengbu.cases.actions import undertakings as acts
from dengbu.cases.actions.materials import add_material
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.materials.intake import Limits, intake
from tests.support import office
from tests.web.filers import picture

FACT = "电话催告两次，到期没有补交结婚证"


def scan() -> tuple[Any, str]:
    file = SimpleUploadedFile("a.jpg", picture("结婚证"), "image/jpeg")
    return intake(file, declared_name="a.jpg", limits=Limits(max_pages=9, pages_left=9)), "a.jpg"


def give(docket_id: uuid.UUID, item: str = "MARR", why: str = "结婚证原件在外地") -> uuid.UUID:
    """The seller undertakes to bring the marriage paper."""
    who = next(p for p in office.parties_of(docket_id) if p.role == "seller")
    made = acts.undertake(actor=office.clerk(), docket_id=docket_id, item=item, promisor=str(who.pk), why=why)
    return uuid.UUID(made)


def sign(docket_id: uuid.UUID) -> int:
    papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind="undertaking")
    return acts.keep_signed(actor=office.clerk(), docket_id=docket_id, scans=[scan()])


def accepted(number: int = 1) -> tuple[uuid.UUID, uuid.UUID]:
    """A sale accepted on an undertaking: its docket and the undertaking."""
    docket_id = office.checked_sale(number)
    one = give(docket_id)
    sign(docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    return docket_id, one


def bring(docket_id: uuid.UUID, one: uuid.UUID, scans: Any = None, originals: int = 1) -> str:
    return acts.bring(
        actor=office.clerk(),
        docket_id=docket_id,
        undertaking_id=one,
        originals=originals,
        copies=0,
        scans=[scan()] if scans is None else scans,
    )


def hand_in(docket_id: uuid.UUID, one: uuid.UUID, pages: int = 1, by: Actor | None = None) -> int:
    """The seller uploads so many pages of the marriage paper and hands them in. Gives the version."""
    who = by or office.seller()
    for _ in range(pages):
        put(docket_id, by=who)
    made: int = hand_ins.hand_in(actor=who, docket_id=docket_id, undertaking_id=one)
    return made


def put(docket_id: uuid.UUID, by: Actor | None = None) -> list[str]:
    file, name = scan()
    return add_material(
        actor=by or office.seller(), docket_id=docket_id, item="U-MARR", intake=file, original_name=name
    )


def breach(docket_id: uuid.UUID, one: uuid.UUID, reason: str = FACT, by: Actor | None = None) -> str:
    done: str = acts.breach(
        actor=by or office.clerk(), docket_id=docket_id, undertaking_id=one, reason=reason
    )
    return done


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=days))
