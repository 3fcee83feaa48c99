"""Two officers act on one undertaking at the same moment, and a breach meets a new undertaking of the same person."""

from __future__ import annotations

import uuid

import pytest

from dengbu.cases.actions import undertakings as acts
from dengbu.cases.models import Undertaking
from dengbu.catalog.policy.policy import undertakings_for
from dengbu.core import clock, rows
from dengbu.core.refusals import Conflict, Refused
from dengbu.project.launcher.environment import DatabaseUrls
from tests.cases.test_undertakings import accepted, give
from tests.support import office
from tests.support.races import in_between

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
