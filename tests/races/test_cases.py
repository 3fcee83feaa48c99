"""People acting on one case or one home at the same moment: first with the lock off, then with it on."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import IntegrityError, connection

from dengbu.cases.actions import desk, filing, review
from dengbu.cases.actions.filing import submitting
from dengbu.cases.models import Case, Claim, Transition
from dengbu.core import rows
from dengbu.core.refusals import Conflict, Refused
from dengbu.payments.models import FeeBill
from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.register import actions as book
from dengbu.register import writer
from dengbu.register.models import Entry, Holder, Restriction
from dengbu.register.verify import verify
from tests.support import office
from tests.support.races import Overlap, in_between, take_away

CASE_READ = (rows, "read_with")  # what an act on a case begins with
BOOK_READ = (book, "book_of")
CASE_LOCK = " FOR NO KEY UPDATE OF t"
CLAIM_NET = "DROP INDEX one_live_claim"
RESTRICTION_NET = "ALTER TABLE register_right DISABLE TRIGGER guard, DISABLE TRIGGER title_end_answers"


@pytest.fixture(autouse=True)
def homes(own_database: DatabaseUrls) -> DatabaseUrls:
    office.open_homes(2)
    return own_database


@pytest.fixture
def cases_unlocked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it when the case is made: from then on nobody locks its row."""

    real = rows.read_with

    def unlocked(model: Any, related: str, rest: str, values: Sequence[Any]) -> list[Any]:
        assert CASE_LOCK in rest
        return real(model, related, rest.removesuffix(CASE_LOCK), values)

    def off() -> None:
        monkeypatch.setattr(rows, "read_with", unlocked)

    return off


@pytest.fixture
def units_unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "_lock_units", lambda codes: writer.ids_of_units(set(codes)))


def steps(docket_id: uuid.UUID, event: str) -> int:
    return Transition.objects.filter(docket_id=docket_id, event=event).count()


# --- two reviewers claim one case --------------------------------------------------------------------------------


def two_claims(docket_id: uuid.UUID) -> Overlap:
    return in_between(
        lambda: review.claim(actor=office.reviewer(11), docket_id=docket_id),
        lambda: review.claim(actor=office.reviewer(12), docket_id=docket_id),
        after=CASE_READ,
    )


def test_without_the_lock_two_reviewers_both_think_they_have_the_case(
    cases_unlocked: Callable[[], None],
) -> None:
    docket_id = office.submitted_sale()
    cases_unlocked()
    said = two_claims(docket_id)
    assert not said.waited and not said.failures
    assert steps(docket_id, "claim") == 2
    assert Case.objects.get(pk=docket_id).reviewer_id == 11  # and 12 reads on


def test_two_reviewers_claim_one_case_and_one_gets_it() -> None:
    docket_id = office.submitted_sale()
    said = two_claims(docket_id)
    assert said.waited and isinstance(said.second, Conflict) and said.second.codes == ("CASE_TAKEN",)
    assert steps(docket_id, "claim") == 1 and Case.objects.get(pk=docket_id).reviewer_id == 11


# --- acceptance at two desks -------------------------------------------------------------------------------------


def two_desks(docket_id: uuid.UUID) -> Overlap:
    return in_between(
        lambda: desk.accept(actor=office.clerk(21), docket_id=docket_id),
        lambda: desk.accept(actor=office.clerk(22), docket_id=docket_id),
        after=CASE_READ,
    )


def test_without_the_lock_a_desk_is_told_something_untrue_about_the_owner(
    cases_unlocked: Callable[[], None],
) -> None:
    docket_id = office.checked_sale()
    cases_unlocked()
    said = two_desks(docket_id)
    assert not said.waited
    assert isinstance(said.first, Refused) and "P_OWNER_MISSING" in said.first.codes
    assert Entry.objects.filter(docket_id=docket_id).count() == 1


def test_without_any_lock_two_desks_are_both_told_yes_and_the_last_net_catches_one(
    cases_unlocked: Callable[[], None], units_unlocked: None
) -> None:
    docket_id = office.checked_sale()
    cases_unlocked()
    said = in_between(
        lambda: desk.accept(actor=office.clerk(21), docket_id=docket_id),
        lambda: desk.accept(actor=office.clerk(22), docket_id=docket_id),
        after=BOOK_READ,
    )
    assert not said.waited
    # The other desk's entry used the contract: the first net of several, before the book's own.
    assert isinstance(said.first, Refused) and said.first.codes == ("FILING_NOT_IN_FORCE",)
    assert Entry.objects.filter(docket_id=docket_id).count() == 1


def test_two_desks_accept_one_case_and_it_is_entered_once() -> None:
    docket_id = office.checked_sale()
    said = two_desks(docket_id)
    assert said.waited and isinstance(said.second, Refused) and said.second.codes == ("CASE_MOVED_ON",)
    assert Entry.objects.filter(docket_id=docket_id).count() == 1
    assert FeeBill.objects.filter(docket_id=docket_id).count() == 1
    assert verify().ok


# --- submitting twice --------------------------------------------------------------------------------------------


def two_submissions(docket_id: uuid.UUID, **key: Any) -> Overlap:
    submit = lambda: filing.submit(  # noqa: E731
        actor=office.seller(), docket_id=docket_id, declared=True, **key
    )
    return in_between(submit, submit, after=CASE_READ)


def invited() -> int:
    """How often the buyer is asked to confirm."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'template' = 'invited'")
        return int(cursor.fetchone()[0])


def test_without_lock_and_nets_submitting_twice_is_two_applications(
    homes: DatabaseUrls, cases_unlocked: Callable[[], None]
) -> None:
    docket_id = office.draft_sale()
    take_away(homes, CLAIM_NET)
    cases_unlocked()
    said = two_submissions(docket_id)
    assert not said.waited and not said.failures
    assert (steps(docket_id, "invite"), Claim.objects.count(), invited()) == (2, 2, 2)


def test_without_the_lock_one_is_told_that_somebody_else_applies_for_the_home(
    cases_unlocked: Callable[[], None],
) -> None:
    docket_id = office.draft_sale()
    cases_unlocked()
    said = two_submissions(docket_id)
    assert not said.waited and isinstance(said.first, Refused) and said.first.codes == ("R_PENDING",)


def test_submitting_twice_from_two_tabs_makes_one_application() -> None:
    docket_id = office.draft_sale()
    said = two_submissions(docket_id)
    assert said.waited and isinstance(said.second, Conflict) and said.second.codes == ("CASE_MOVED_ON",)
    assert (steps(docket_id, "invite"), Claim.objects.count(), invited()) == (1, 1, 1)


def test_the_double_click_gets_the_answer_of_the_first_click(cases_unlocked: Callable[[], None]) -> None:
    """The key of the page alone does it, whatever else is locked."""
    docket_id = office.draft_sale()
    cases_unlocked()
    said = two_submissions(docket_id, key="once")
    assert said.waited and said.first == said.second == "awaiting_parties"
    assert steps(docket_id, "invite") == 1


# --- two applications for one home -------------------------------------------------------------------------------


def two_applications() -> tuple[Overlap, set[uuid.UUID]]:
    first = office.draft_sale()
    second = _copy_of_the_draft()
    said = in_between(
        lambda: filing.submit(actor=office.seller(), docket_id=first, declared=True),
        lambda: filing.submit(actor=office.seller(), docket_id=second, declared=True),
        after=(submitting, "claim"),
    )
    return said, set(Claim.objects.filter(released_at=None).values_list("docket_id", flat=True))


def test_without_the_claim_one_home_is_applied_for_twice(homes: DatabaseUrls) -> None:
    take_away(homes, CLAIM_NET)
    said, claims = two_applications()
    assert not said.waited and not said.failures
    assert len(claims) == 2


def test_two_applications_for_one_home_at_the_same_moment_leave_one() -> None:
    said, claims = two_applications()
    assert said.waited and isinstance(said.second, Refused) and said.second.codes == ("R_PENDING",)
    assert len(claims) == 1


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


# --- a seizure and the acceptance of a sale ----------------------------------------------------------------------


def seizure_inside_acceptance() -> tuple[Overlap, uuid.UUID]:
    """The court's seizure arrives while the desk has read the book and not yet written to it."""
    docket_id = office.checked_sale()
    said = in_between(
        lambda: desk.accept(actor=office.clerk(), docket_id=docket_id),
        lambda: office.seize(1),
        after=BOOK_READ,
    )
    return said, docket_id


def acceptance_inside_seizure() -> tuple[Overlap, uuid.UUID]:
    docket_id = office.checked_sale()
    said = in_between(
        lambda: office.seize(1),
        lambda: desk.accept(actor=office.clerk(), docket_id=docket_id),
        after=BOOK_READ,
    )
    return said, docket_id


def owner_and_seizures() -> tuple[str, int]:
    unit = office.homes.home(1)
    owner = Holder.objects.get(right__unit__code=unit, right__ended_by=None, right__kind="house_ownership")
    return owner.name, Restriction.objects.filter(unit__code=unit, ended_by=None).count()


def entered(docket_id: uuid.UUID) -> int:
    return Entry.objects.get(docket_id=docket_id).number


def seized() -> int:
    return Restriction.objects.get(unit__code=office.homes.home(1)).made_by.number


def test_without_lock_and_nets_a_transfer_is_entered_on_a_seized_home(
    homes: DatabaseUrls, units_unlocked: None
) -> None:
    take_away(homes, RESTRICTION_NET)
    said, docket_id = seizure_inside_acceptance()
    assert not said.waited and not said.failures
    assert office.state_of(docket_id) == "registered" and owner_and_seizures() == (office.BUYER[0], 1)
    assert entered(docket_id) > seized(), "first seized, then sold"


def test_without_the_lock_postgresql_alone_stops_the_acceptance_of_a_seized_home(
    units_unlocked: None,
) -> None:
    said, docket_id = seizure_inside_acceptance()
    assert not said.waited
    assert isinstance(said.first, IntegrityError) and "restriction in force" in str(said.first)
    assert office.state_of(docket_id) == "preapproved" and owner_and_seizures() == (office.SELLER[0], 1)


def test_a_seizure_waits_for_the_acceptance_that_was_there_first() -> None:
    said, docket_id = seizure_inside_acceptance()
    assert said.waited and not said.failures
    assert office.state_of(docket_id) == "registered"
    assert entered(docket_id) < seized(), "first sold, then seized"
    assert verify().ok


def test_an_acceptance_waits_for_the_seizure_that_was_there_first_and_is_refused() -> None:
    said, docket_id = acceptance_inside_seizure()
    assert said.waited and isinstance(said.second, Refused) and "R_SEAL" in said.second.codes
    assert office.state_of(docket_id) == "preapproved" and owner_and_seizures() == (office.SELLER[0], 1)
    assert verify().ok
