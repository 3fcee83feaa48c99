"""A court's paper is stamped while a case on the unit is being accepted or entered: first with the lock off, then on.

Who came first wins: what was entered before the stamp stands, what comes after it finds the paper.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dengbu.cases.actions import court, desk
from dengbu.cases.actions import served as lying
from dengbu.cases.actions.court import receiving
from dengbu.cases.models import Case, PendingMatter
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Refused
from dengbu.orders.models import Order, Service
from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.register import actions as book
from dengbu.register import effects as fx
from dengbu.register import writer
from dengbu.register.actions import enter
from dengbu.register.models import Entry, Restriction
from dengbu.register.verify import verify
from tests.register import homes
from tests.support import court as served
from tests.support import matters, office
from tests.support.races import Overlap, in_between

Moment = Callable[[], tuple[uuid.UUID, Callable[[], object]]]  # a case, and what takes it into the book
HOME, LAND = homes.home(1), homes.LAND
BOOK_READ = (book, "book_of")  # where an act has its locks and has read the book
ASKED = (lying, "open_orders")  # where it has asked, besides, what papers lie there
STAMPED = (receiving.orders, "name")  # where the paper is stamped and holds the unit, and nobody sees it yet


@pytest.fixture(autouse=True)
def _homes(own_database: DatabaseUrls) -> None:
    office.open_homes(1)
    right = fx.Grant("land_use", LAND, (homes.holder(office.SELLER),), {"right_nature": "granted"})
    given = homes.granting(right)
    enter(actor=office.SYSTEM, registrations=[given], authority="410106", of_record=office.OF_RECORD)


@pytest.fixture
def units_unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "_lock_units", lambda codes: writer.ids_of_units(set(codes)))


@pytest.fixture
def houses_unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The land is locked, the houses on it are not."""
    monkeypatch.setattr(book, "houses_on", lambda land: [])


@act("test.waits_for_tax")
def waits_for_tax(*, actor: Actor) -> uuid.UUID:
    """An accepted inheritance of which only the tax is open: who settles it enters it."""
    docket_id = matters.checked_inheritance(proof="notarised", will=None, all_heirs=None)
    PendingMatter.objects.create(docket_id=docket_id, kind="tax", opened_at=clock.now())
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    return docket_id


def accepting() -> tuple[uuid.UUID, Callable[[], object]]:
    docket_id = office.checked_sale()
    return docket_id, lambda: desk.accept(actor=office.clerk(), docket_id=docket_id)


def entering() -> tuple[uuid.UUID, Callable[[], object]]:
    docket_id = waits_for_tax(actor=office.SYSTEM)
    return docket_id, lambda: desk.settle_matter(
        actor=office.clerk(), docket_id=docket_id, kind="tax", evidence="完税证明3页"
    )


def stamp(unit: str = HOME) -> str:
    """The paper alone: what holds does not wait for its scans."""
    docket: str = court.receive(
        actor=served.receiver(),
        channel="window",
        authority_kind="court",
        authority=served.COURT,
        document_no="（2026）豫0106执1号",
        officers=served.OFFICERS,
        units=[unit],
        type_code="S01",
    )
    return docket


def in_the_book(docket_id: uuid.UUID) -> bool:
    return Entry.objects.filter(docket_id=docket_id).exists()


def refused_by_the_paper(docket_id: uuid.UUID, said: object) -> bool:
    """Acceptance is refused; an entry that waited stays accepted, with the reason kept for who goes on."""
    kept = {line[0] for line in Case.objects.get(pk=docket_id).filed.get("entry_refused", ())}
    codes = set(said.codes) if isinstance(said, Refused) else kept
    return "ORDER_SERVED" in codes and not in_the_book(docket_id)


MOMENTS = pytest.mark.parametrize("moment", [accepting, entering])
ON = pytest.mark.parametrize("unit", [HOME, LAND], ids=["home", "land"])


# --- the paper comes while the case is on its way into the book --------------------------------------------------


def paper_inside(moment: Moment, unit: str, after: tuple[Any, str] = BOOK_READ) -> tuple[Overlap, uuid.UUID]:
    docket_id, go = moment()
    return in_between(go, lambda: stamp(unit), after=after), docket_id


@MOMENTS
def test_without_the_lock_a_paper_is_stamped_and_what_it_forbids_is_entered_after_it(
    moment: Moment, units_unlocked: None
) -> None:
    """The act asked what lies there before the paper came: nothing tells it afterwards."""
    said, docket_id = paper_inside(moment, HOME, after=ASKED)
    assert not said.waited and not said.failures
    assert in_the_book(docket_id) and Order.objects.get().settled_at is None


@ON
@MOMENTS
def test_a_paper_waits_for_the_case_that_was_there_first_and_bears_the_later_minute(
    moment: Moment, unit: str
) -> None:
    said, docket_id = paper_inside(moment, unit)
    assert said.waited and not said.failures
    assert Entry.objects.get(docket_id=docket_id).instant <= Service.objects.get().served_at
    assert verify().ok


def test_without_the_lock_on_the_houses_a_paper_on_the_land_does_not_wait(houses_unlocked: None) -> None:
    said, _ = paper_inside(accepting, LAND)
    assert not said.waited and not isinstance(said.second, Exception)


# --- the case comes while the paper is being stamped -------------------------------------------------------------


def case_inside(moment: Moment, unit: str) -> tuple[Overlap, uuid.UUID]:
    docket_id, go = moment()
    return in_between(lambda: stamp(unit), go, after=STAMPED), docket_id


@MOMENTS
def test_without_the_lock_a_case_does_not_see_the_paper_that_is_stamped_already(
    moment: Moment, units_unlocked: None
) -> None:
    said, docket_id = case_inside(moment, HOME)
    assert not said.waited and not said.failures and in_the_book(docket_id)
    assert Service.objects.get().served_at < Case.objects.get(pk=docket_id).entered_at, (
        "stamped, then entered"
    )


@MOMENTS
def test_without_the_lock_on_the_houses_a_case_does_not_see_the_paper_on_the_land(
    moment: Moment, houses_unlocked: None
) -> None:
    said, docket_id = case_inside(moment, LAND)
    assert not said.waited and not said.failures and in_the_book(docket_id)


@ON
@MOMENTS
def test_a_case_waits_for_the_paper_that_was_stamped_first_and_is_refused(moment: Moment, unit: str) -> None:
    said, docket_id = case_inside(moment, unit)
    assert said.waited and not isinstance(said.first, Exception)
    assert refused_by_the_paper(docket_id, said.second)
    assert verify().ok


# --- the paper on the land is entered while a house is being accepted --------------------------------------------


def land_entered_inside() -> tuple[Overlap, uuid.UUID]:
    """Between reading the house's book and asking what lies there, the paper leaves the desk for the book."""
    sale = office.checked_sale()
    service = uuid.UUID(stamp(LAND))
    for item in ("ASSIST", "CREDS"):
        office.upload(actor=served.receiver(), docket_id=service, item=item)
    seizure = served.checked(
        uuid.UUID(
            court.begin(
                actor=served.receiver(),
                service_id=service,
                unit_code=LAND,
                type_code="S01",
                debtor=office.party("debtor", office.SELLER),
            )
        )
    )
    said = in_between(
        lambda: desk.accept(actor=office.clerk(21), docket_id=sale),
        lambda: desk.accept(actor=office.clerk(23), docket_id=seizure),
        after=BOOK_READ,
    )
    return said, sale


def test_without_the_lock_on_the_houses_a_sale_slips_between_the_paper_and_the_book(
    houses_unlocked: None,
) -> None:
    said, sale = land_entered_inside()
    assert not said.waited and not said.failures
    assert in_the_book(sale) and Restriction.objects.get().unit.code == LAND
    assert Entry.objects.get(docket_id=sale).number > Restriction.objects.get().made_by.number


def test_the_seizure_of_land_waits_for_the_house_and_the_house_finds_the_paper() -> None:
    said, sale = land_entered_inside()
    assert said.waited and refused_by_the_paper(sale, said.first)
    assert Restriction.objects.get().unit.code == LAND and verify().ok
