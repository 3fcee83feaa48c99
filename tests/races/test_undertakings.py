"""Two people act on one undertaking at the same moment: officers, who hands it in, and a breach that meets another."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from dengbu.cases import hand_ins as hand_ins_law
from dengbu.cases.actions import hand_ins
from dengbu.cases.actions import undertakings as acts
from dengbu.cases.models import Undertaking
from dengbu.catalog.policy.policy import undertakings_for
from dengbu.core import clock, rows
from dengbu.core.refusals import Conflict, Refused
from dengbu.materials.models import MaterialPage
from dengbu.project.launcher.environment import DatabaseUrls
from tests.cases.test_undertakings import accepted, give
from tests.support import office
from tests.support.races import in_between
from tests.support.undertakings import hand_in, put

FALSE = "民政部门查无此登记，承诺不实"


@pytest.fixture(autouse=True)
def homes(own_database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> DatabaseUrls:
    """An office that takes an undertaking instead of the marriage paper in a sale."""
    office.open_homes(2)
    rule = undertakings_for("B01", clock.today())["MARR"].model_copy(update={"types": ("P01",)})
    monkeypatch.setattr(acts, "undertakings_for", lambda code, day: {"MARR": rule})
    return own_database


def breach(docket_id: uuid.UUID, one: uuid.UUID) -> str:
    made: str = acts.breach(actor=office.clerk(22), docket_id=docket_id, undertaking_id=one, reason=FALSE)
    return made


def test_of_two_officers_one_confirms_and_the_other_comes_too_late_to_call_it_broken() -> None:
    docket_id, one = accepted()
    said = in_between(
        lambda: acts.confirm(
            actor=office.clerk(), docket_id=docket_id, undertaking_id=one, evidence="民政部门查询，属实"
        ),
        lambda: breach(docket_id, one),
        after=(rows, "read_with"),
    )
    assert said.waited and isinstance(said.second, Conflict)
    assert Undertaking.objects.get(pk=one).outcome == "kept"


def test_a_breach_that_is_being_written_down_bars_the_undertaking_given_meanwhile() -> None:
    docket_id, one = accepted()
    new = office.checked_sale(2)
    said = in_between(lambda: breach(docket_id, one), lambda: give(new), after=(acts, "_hold"))
    assert said.waited and isinstance(said.second, Refused)
    assert said.second.codes == ("UNDERTAKING_BARRED",)


def test_two_uploads_at_once_stand_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id, _ = following(monkeypatch)
    said = in_between(lambda: put(docket_id), lambda: put(docket_id), after=(hand_ins_law, "newest"))
    assert said.waited and not said.failures
    places = MaterialPage.objects.filter(docket_id=docket_id, item="U-MARR").values_list(
        "position", flat=True
    )
    assert sorted(places) == [1, 2]


def test_an_officer_decides_on_the_version_looked_at_while_it_is_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id, one = following(monkeypatch)
    hand_in(docket_id, one)

    def another() -> int:
        hand_ins.take_back(actor=office.seller(), docket_id=docket_id, undertaking_id=one, version=1)
        return hand_in(docket_id, one)

    said = in_between(another, lambda: take(docket_id, one), after=(rows, "read_with"))
    assert said.waited and isinstance(said.second, Conflict)
    assert Undertaking.objects.get(pk=one).outcome == ""


def test_a_breach_and_a_hand_in_never_pass_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id, one = following(monkeypatch)
    put(docket_id)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=20))
    said = in_between(
        lambda: hand_in(docket_id, one, pages=0), lambda: breach(docket_id, one), after=(rows, "read_with")
    )
    assert said.waited and isinstance(said.second, Refused)
    assert said.second.codes == ("UNDERTAKING_UNDER_CHECK",)
    assert Undertaking.objects.get(pk=one).outcome == ""


def following(monkeypatch: pytest.MonkeyPatch) -> tuple[uuid.UUID, uuid.UUID]:
    """A sale accepted while the marriage paper is to follow."""
    monkeypatch.setattr(acts, "undertakings_for", undertakings_for)
    return accepted()


def take(docket_id: uuid.UUID, one: uuid.UUID) -> str:
    done: str = hand_ins.accept(
        actor=office.clerk(), docket_id=docket_id, undertaking_id=one, version=1, said="与民政数据核对一致"
    )
    return done
