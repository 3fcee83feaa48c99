"""Two people settle the last matters of one case at the same moment: first with the lock off, then with it on."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from dengbu.cases.actions import deciding, desk, matters
from dengbu.cases.actions.desk import entering
from dengbu.cases.models import PendingMatter, Transition
from dengbu.core import clock, rows
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Conflict
from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.register.models import Entry
from dengbu.register.verify import verify
from tests.support import matters as waiting
from tests.support import office
from tests.support.races import Overlap, in_between

CASE_READ = (rows, "read_with")
CASE_LOCK = " FOR NO KEY UPDATE OF t"


@pytest.fixture(autouse=True)
def homes(own_database: DatabaseUrls) -> DatabaseUrls:
    office.open_homes(1)
    return own_database


@pytest.fixture
def cases_unlocked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    real = rows.read_with

    def unlocked(model: Any, related: str, rest: str, values: Sequence[Any]) -> list[Any]:
        return real(model, related, rest.removesuffix(CASE_LOCK), values)

    return lambda: monkeypatch.setattr(rows, "read_with", unlocked)


@act("test.two_left")
def two_left(*, actor: Actor) -> uuid.UUID:
    """An accepted case that waits for its second reviewer and for the tax."""
    docket_id = waiting.checked_inheritance(proof="notarised", will=None, all_heirs=None)
    for kind in ("second_review", "tax"):
        PendingMatter.objects.create(docket_id=docket_id, kind=kind, opened_at=clock.now())
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    return docket_id


def entered(docket_id: uuid.UUID) -> tuple[int, int]:
    steps = Transition.objects.filter(docket_id=docket_id, event="enter").count()
    return Entry.objects.filter(docket_id=docket_id).count(), steps


def both(docket_id: uuid.UUID) -> Overlap:
    """The two last matters, by two people."""
    return in_between(
        lambda: matters.agree(actor=waiting.second(), docket_id=docket_id),
        lambda: desk.settle_matter(
            actor=office.clerk(22), docket_id=docket_id, kind="tax", evidence="完税证明3页"
        ),
        after=CASE_READ,
    )


def test_two_people_settle_the_last_two_matters_at_once_and_the_case_is_entered_once() -> None:
    docket_id = two_left(actor=office.SYSTEM)
    said = both(docket_id)
    assert said.waited and (said.first, said.second) == ("accepted", "registered")
    assert entered(docket_id) == (1, 1) and verify().ok


def settled_beside(docket_id: uuid.UUID) -> Overlap:
    """The second settles the other matter after the first has seen it open, and before the first is done."""
    return in_between(
        lambda: matters.agree(actor=waiting.second(), docket_id=docket_id),
        lambda: desk.settle_matter(
            actor=office.clerk(22), docket_id=docket_id, kind="tax", evidence="完税证明3页"
        ),
        after=(entering, "_matters"),
    )


def test_without_the_lock_each_sees_the_other_matter_open_and_nobody_enters_the_case(
    cases_unlocked: Callable[[], None],
) -> None:
    docket_id = two_left(actor=office.SYSTEM)
    cases_unlocked()
    said = settled_beside(docket_id)
    assert not said.waited and not said.failures
    assert waiting.open_kinds(docket_id) == set() and entered(docket_id) == (0, 0), "it waits for ever"


def test_with_the_lock_the_second_waits_and_enters() -> None:
    docket_id = two_left(actor=office.SYSTEM)
    said = settled_beside(docket_id)
    assert said.waited and said.second == "registered" and entered(docket_id) == (1, 1)


def two_reviewers(docket_id: uuid.UUID) -> Overlap:
    return in_between(
        lambda: matters.agree(actor=waiting.second(12), docket_id=docket_id),
        lambda: matters.agree(actor=waiting.second(13), docket_id=docket_id),
        after=CASE_READ,
    )


def test_two_second_reviewers_agree_at_once_and_one_of_them_enters_the_case() -> None:
    docket_id = two_left(actor=office.SYSTEM)
    desk.settle_matter(actor=office.clerk(22), docket_id=docket_id, kind="tax", evidence="完税证明3页")
    said = two_reviewers(docket_id)
    assert said.waited and said.first == "registered" and isinstance(said.second, Conflict)
    assert entered(docket_id) == (1, 1) and verify().ok


def test_a_refusal_to_enter_and_the_last_agreement_exclude_each_other() -> None:
    docket_id = two_left(actor=office.SYSTEM)
    desk.settle_matter(actor=office.clerk(22), docket_id=docket_id, kind="tax", evidence="完税证明3页")
    why = [{"reason": "亲属关系证明是假的", "clause": "条例22", "remedy": ""}]
    said = in_between(
        lambda: deciding.decline(actor=office.reviewer(), docket_id=docket_id, reasons=why),
        lambda: matters.agree(actor=waiting.second(), docket_id=docket_id),
        after=CASE_READ,
    )
    assert said.waited and said.first == "declined" and isinstance(said.second, Conflict)
    assert entered(docket_id) == (0, 0) and waiting.open_kinds(docket_id) == set()
