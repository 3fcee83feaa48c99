"""Drafts that nobody submits: announced, closed, their files removed; never one that somebody still works on."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.db import connection

from dengbu.cases import tasks
from dengbu.cases.actions import filing
from dengbu.cases.actions.telling import tell_parties
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case, Transition
from dengbu.core import clock
from dengbu.core.acts import act
from dengbu.core.refusals import NotPermitted
from dengbu.materials import tasks as evidence
from dengbu.materials.models import MaterialPage
from dengbu.materials.queries import unreferenced
from dengbu.materials.storage import StoredFileDamaged, open_stored, put
from dengbu.notices.models import Message
from tests.support import office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(3)


@act("test.point")
def point(*, actor: office.Actor, docket_id: uuid.UUID, stored: str) -> None:
    MaterialPage.objects.filter(docket_id=docket_id, item="CERT").update(storage_key=stored, thumb_key=stored)


def days_later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    now = clock.now() + dt.timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: now)


def jobs_of(template: str) -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->'docket_ids')::text FROM procrastinate_jobs WHERE task_name = 'cases.tell' AND args->>'template' = %s",
            [template],
        )
        return [json.loads(row[0]) for row in cursor.fetchall()]


def test_the_filer_alone_is_told_once_a_week_before_the_draft_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = office.draft_sale()
    assert filing.tell_of_ending_drafts(actor=office.SYSTEM) == 0
    days_later(monkeypatch, 23.5)
    assert filing.tell_of_ending_drafts(actor=office.SYSTEM) == 1
    assert filing.tell_of_ending_drafts(actor=office.SYSTEM) == 0
    assert jobs_of("draft_ending") == [[str(docket_id)]]
    tell_parties(actor=office.SYSTEM, docket_ids=[docket_id], template="draft_ending")
    message = Message.objects.get(template="draft_ending")
    until = clock.local(Case.objects.get().draft_until or clock.now())
    assert message.user_id == office.seller().user_id
    assert f"{until:%-m月%-d日}" in message.text


def test_a_draft_past_its_term_is_closed_and_its_files_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    old, kept = office.draft_sale(1), office.draft_sale(2)
    key, shared = put(b"only the old one", "application/pdf"), put(b"both have it", "application/pdf")
    point(actor=office.SYSTEM, docket_id=old, stored=key)
    days_later(monkeypatch, 29)
    assert filing.close_old_drafts(actor=office.SYSTEM) == 0
    filing.submit(actor=office.seller(), docket_id=kept, declared=True)
    days_later(monkeypatch, 1.5)
    tasks.drafts(0)
    assert office.state_of(old) == State.EXPIRED
    assert office.state_of(kept) == State.AWAITING
    step = Transition.objects.get(docket_id=old)
    assert (step.from_state, step.event, step.actor) == ("draft", "expire", "system:road")
    assert not MaterialPage.objects.filter(docket_id=old).exists()
    assert MaterialPage.objects.filter(docket_id=kept).exists()
    assert jobs_of("draft_ended") == [[str(old)]]

    point(actor=office.SYSTEM, docket_id=kept, stored=shared)
    assert unreferenced([key, shared]) == [key]
    evidence.forget([key, shared])
    with pytest.raises(StoredFileDamaged):
        open_stored(key)
    open_stored(shared).close()


def test_a_draft_that_came_back_from_the_other_party_has_its_full_term_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id = office.draft_sale()
    days_later(monkeypatch, 28)
    filing.tell_of_ending_drafts(actor=office.SYSTEM)
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    days_later(monkeypatch, 5)
    filing.disagree(actor=office.buyer(), docket_id=docket_id, reason="价格不对")
    assert filing.close_old_drafts(actor=office.SYSTEM) == 0
    assert Case.objects.get().draft_told_at is None
    days_later(monkeypatch, 24)
    assert filing.tell_of_ending_drafts(actor=office.SYSTEM) == 1


def test_a_draft_begun_at_the_desk_is_closed_without_telling_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = uuid.UUID(filing.start_walk_in(actor=office.clerk(), type_code="P01"))
    days_later(monkeypatch, 31)
    tasks.drafts(0)
    assert office.state_of(docket_id) == State.EXPIRED
    assert jobs_of("draft_ended") == []


def test_nobody_but_the_system_closes_the_drafts_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    office.draft_sale()
    days_later(monkeypatch, 31)
    for actor in (office.clerk(), office.lead(), office.seller()):
        with pytest.raises(NotPermitted):
            filing.close_old_drafts(actor=actor)
        with pytest.raises(NotPermitted):
            filing.tell_of_ending_drafts(actor=actor)
