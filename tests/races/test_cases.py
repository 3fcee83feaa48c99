"""People acting on one case at the same moment. Each race is first shown to happen with the lock off."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from dengbu.cases.actions import desk, filing, moving, review
from dengbu.cases.actions.desk import accepting
from dengbu.cases.models import Case, Transition
from dengbu.core.acts import current
from dengbu.core.refusals import Conflict, Refused
from dengbu.payments.models import FeeBill
from dengbu.register.models import Entry
from dengbu.register.verify import verify
from tests.support import office
from tests.support.races import at_once

pytestmark = pytest.mark.usefixtures("own_database")


def without_lock(docket_ids: Sequence[uuid.UUID]) -> list[Case]:
    """What `locked_many` would be if it forgot to lock: both read the same state before either writes."""
    cases = list(
        Case.objects.select_related("docket").filter(docket_id__in=list(docket_ids)).order_by("docket_id")
    )
    current().about(*(c.docket_id for c in cases))
    with contextlib.suppress(threading.BrokenBarrierError):
        _together.wait(timeout=5)
    return cases


_together = threading.Barrier(2)


@pytest.fixture
def lock_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    _together.reset()
    monkeypatch.setattr(moving, "locked_many", without_lock)
    monkeypatch.setattr(accepting, "locked_many", without_lock)
    yield


def outcomes(results: Sequence[Any]) -> tuple[int, list[Exception]]:
    failed = [r for r in results if isinstance(r, Exception)]
    return len(results) - len(failed), failed


def test_without_the_lock_two_reviewers_both_think_they_have_the_case(lock_off: None) -> None:
    office.open_homes(2)
    docket_id = _submitted_with_lock()
    done, _ = outcomes(
        at_once(
            lambda: review.claim(actor=office.reviewer(11), docket_id=docket_id),
            lambda: review.claim(actor=office.reviewer(12), docket_id=docket_id),
        )
    )
    assert done == 2
    assert Transition.objects.filter(docket_id=docket_id, event="claim").count() == 2


def _submitted_with_lock() -> uuid.UUID:
    """A submitted case made while the lock is off for the others: one actor at a time needs no partner."""
    _together.abort()
    docket_id = office.submitted_sale()
    _together.reset()
    return docket_id


def test_two_reviewers_claim_one_case_and_one_gets_it() -> None:
    office.open_homes(2)
    docket_id = office.submitted_sale()
    done, failed = outcomes(
        at_once(
            lambda: review.claim(actor=office.reviewer(11), docket_id=docket_id),
            lambda: review.claim(actor=office.reviewer(12), docket_id=docket_id),
        )
    )
    assert done == 1 and isinstance(failed[0], Conflict) and failed[0].codes == ("CASE_TAKEN",)
    assert Transition.objects.filter(docket_id=docket_id, event="claim").count() == 1


def test_without_the_lock_two_desks_both_get_as_far_as_the_book(
    lock_off: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _together.abort()
    office.open_homes(2)
    docket_id = office.checked_sale()
    _together.reset()
    reached = []
    real = accepting.enter

    def counted(**arguments: Any) -> Any:
        reached.append(1)
        return real(**arguments)

    monkeypatch.setattr(accepting, "enter", counted)
    done, failed = outcomes(
        at_once(
            lambda: desk.accept(actor=office.clerk(21), docket_id=docket_id),
            lambda: desk.accept(actor=office.clerk(22), docket_id=docket_id),
        )
    )
    assert len(reached) == 2  # the race is real; the book's own lock and rule still keep the second out
    assert done == 1 and len(failed) == 1
    assert Entry.objects.filter(docket_id=docket_id).count() == 1


def test_two_desks_accept_one_case_and_it_is_entered_once() -> None:
    office.open_homes(2)
    docket_id = office.checked_sale()
    done, failed = outcomes(
        at_once(
            lambda: desk.accept(actor=office.clerk(21), docket_id=docket_id),
            lambda: desk.accept(actor=office.clerk(22), docket_id=docket_id),
        )
    )
    assert done == 1 and isinstance(failed[0], Refused) and failed[0].codes == ("CASE_MOVED_ON",)
    assert Entry.objects.filter(docket_id=docket_id).count() == 1
    assert FeeBill.objects.filter(docket_id=docket_id).count() == 1
    assert verify().ok


def test_submitting_twice_at_the_same_moment_makes_one_application() -> None:
    office.open_homes(2)
    docket_id = office.draft_sale()
    results = at_once(
        *(
            lambda: filing.submit(actor=office.seller(), docket_id=docket_id, declared=True, key="once")
            for _ in range(4)
        )
    )
    assert set(results) == {"awaiting_parties"}
    assert Transition.objects.filter(docket_id=docket_id, event="invite").count() == 1


def test_two_applications_for_one_home_at_the_same_moment_leave_one() -> None:
    office.open_homes(2)
    first = office.draft_sale()
    second = _copy_of_the_draft()
    done, failed = outcomes(
        at_once(
            lambda: filing.submit(actor=office.seller(), docket_id=first, declared=True),
            lambda: filing.submit(actor=office.seller(), docket_id=second, declared=True),
        )
    )
    assert done == 1 and isinstance(failed[0], Refused) and "R_PENDING" in failed[0].codes


def _copy_of_the_draft() -> uuid.UUID:
    by = office.seller()
    docket_id = uuid.UUID(filing.start(actor=by, type_code="P01"))
    filing.save_property(actor=by, docket_id=docket_id, unit_code=office.homes.home(1))
    parties = [office.party("seller", office.SELLER), office.party("buyer", office.BUYER)]
    filing.save_parties(actor=by, docket_id=docket_id, parties=parties)
    filing.save_reason(actor=by, docket_id=docket_id, terms={}, filing_no="SJ-2026-000001")
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"how": "window"})
    office.give_papers(docket_id)
    return docket_id


def test_a_seizure_at_the_moment_of_acceptance_either_comes_first_or_finds_the_buyer() -> None:
    office.open_homes(2)
    docket_id = office.checked_sale()
    results = at_once(
        lambda: desk.accept(actor=office.clerk(), docket_id=docket_id),
        lambda: office.seize(1),
    )
    state = office.state_of(docket_id)
    if isinstance(results[0], Exception):
        assert isinstance(results[0], Refused) and "R_SEAL" in results[0].codes and state == "preapproved"
    else:
        assert state == "registered"
    assert verify().ok
