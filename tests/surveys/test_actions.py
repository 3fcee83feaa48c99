"""Acts on surveys: taken whole or not at all, checked by another, replaced, void, used once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from dengbu.core.acts import Actor, act, system
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.surveys import actions, queries
from dengbu.surveys.models import Survey, SurveyedUnit, SurveyImport
from tests.support.dockets import open_docket as docket
from tests.support.office import staff

from .made_up import BUILDING, PARCEL, checked, checker, operator, row, table, taken, taker

pytestmark = pytest.mark.django_db


def one(found: dict[str, Any]) -> Survey:
    return Survey.objects.get(pk=found["survey"])


def test_a_right_file_becomes_a_survey_that_waits_for_its_check() -> None:
    survey = one(taken())
    assert (survey.status, survey.version, survey.units, survey.buildings) == ("received", 1, 3, 1)
    assert SurveyedUnit.objects.filter(survey=survey).count() == 3
    record = SurveyImport.objects.get()
    assert (record.survey_id, record.cells, record.faults) == (survey.pk, [], [])


def test_a_file_with_a_fault_is_kept_with_its_cells_and_takes_nothing_in() -> None:
    found = taken([table()[0], row(1), row(2, use="某种用途")])
    assert found["survey"] is None and found["faults"] == 1 and not Survey.objects.exists()
    record = queries.import_with(uuid.UUID(found["import"]))
    assert record is not None and record.cells[2][0] == f"{BUILDING}0002"
    assert [(f["row"], f["column"], f["value"]) for f in record.faults] == [(3, "规划用途", "某种用途")]


def test_a_thousand_rows_are_as_many_statements_as_ten() -> None:
    def statements(count: int, number: str, first: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert taken(table(count, first=first), number=number)["faults"] == 0
        return len(seen)

    assert statements(10, "CH-1", 1) == statements(1000, "CH-2", 2001)


def test_whoever_took_it_in_does_not_check_it() -> None:
    both = staff("accept", 21)
    both = Actor(**{f: getattr(both, f) for f in ("key", "name", "user_id", "staff_number")},
                 permissions=both.permissions | checker().permissions)  # fmt: skip
    survey = one(taken(by=both))
    with pytest.raises(Refused) as refused:
        actions.check(actor=both, survey_id=survey.pk)
    assert refused.value.codes == ("SURVEY_OWN_CHECK",)
    assert actions.check(actor=checker(), survey_id=survey.pk) == "checked"
    with pytest.raises(Conflict):
        actions.check(actor=checker(), survey_id=survey.pk)


def test_each_act_needs_its_permission() -> None:
    with pytest.raises(NotPermitted):
        taken(by=checker())
    survey = one(taken())
    for one_act in (
        lambda: actions.check(actor=taker(), survey_id=survey.pk),
        lambda: actions.void(actor=taker(), survey_id=survey.pk, reason="错"),
    ):
        with pytest.raises(NotPermitted):
            one_act()


def test_a_void_survey_has_a_reason_and_gives_its_number_free() -> None:
    survey = one(taken())
    with pytest.raises(Refused):
        actions.void(actor=checker(), survey_id=survey.pk, reason=" ")
    actions.void(actor=checker(), survey_id=survey.pk, reason="导错了")
    assert one(taken()).version == 2


def test_a_new_version_replaces_the_one_before() -> None:
    first = one(taken())
    with pytest.raises(Refused) as refused:
        taken(table(4))
    assert refused.value.refusals[0].field == "replaces"
    second = one(taken(table(4), replaces=True))
    first.refresh_from_db()
    assert (first.status, second.version, second.units) == ("void", 2, 4)
    assert queries.survey_by_number("CH-2026-001") == second


def test_a_developer_hands_in_its_own_and_cannot_take_the_number_of_another() -> None:
    survey = one(taken(by=operator()))
    assert survey.organisation_id == operator().organisation_id
    assert one(taken(by=operator(), replaces=True)).version == 2
    with pytest.raises(Refused) as refused:
        taken(by=operator(uuid.UUID(int=0xBAD)), replaces=True)
    assert refused.value.codes == ("SURVEY_OTHERS",)


def test_a_unit_stands_in_one_live_survey() -> None:
    survey = checked()
    record = SurveyImport.objects.get(pk=taken(number="CH-2026-002")["import"])
    assert record.survey is None and {f["code"] for f in record.faults} == {"S_OTHER_SURVEY"}
    actions.void(actor=checker(), survey_id=survey.pk, reason="重测")
    assert taken(number="CH-2026-002")["faults"] == 0


def test_what_a_survey_says_is_ready_to_stand_in_the_book() -> None:
    land, houses = checked(kind="land", number="ZD-1"), checked(
        [table()[0], row(1, building_area="120"), row(2, building_area="120", common="是", area_m2="30",
                                                      inner_area_m2="", shared_area_m2="")]
    )  # fmt: skip
    with CaptureQueriesContext(connection) as seen:
        found = queries.measured([land.pk, houses.pk])
    assert len(seen) == 4
    assert set(found[land.pk].facts) == {PARCEL, f"{PARCEL}W00000000"}
    assert found[houses.pk].units == (f"{BUILDING}0001",), "a common part is no unit of anybody"
    assert [u.code for u in found[houses.pk].common] == [f"{BUILDING}0002"]
    assert found[houses.pk].facts[BUILDING]["project_name"] == "试验花园"


@act("test.use")
def use(*, actor: Actor, survey: uuid.UUID, docket_id: uuid.UUID) -> None:
    actions.mark_used(actor=actor, used=[(survey, docket_id)])


def test_a_survey_is_used_once_and_only_when_it_is_checked_in() -> None:
    received = one(taken())
    with pytest.raises(Refused) as refused:
        use(actor=system("test"), survey=received.pk, docket_id=docket().pk)
    assert refused.value.codes == ("SURVEY_UNUSABLE",)
    actions.check(actor=checker(), survey_id=received.pk)
    first = docket()
    use(actor=system("test"), survey=received.pk, docket_id=first.pk)
    received.refresh_from_db()
    assert (received.status, received.docket_id) == ("used", first.pk)
    with pytest.raises(Refused):
        use(actor=system("test"), survey=received.pk, docket_id=docket().pk)
    with pytest.raises(Conflict):
        actions.void(actor=checker(), survey_id=received.pk, reason="错")


@pytest.mark.parametrize(
    "change",
    [
        "status = 'received'",
        "status = 'void', docket_id = NULL, used_at = NULL",
        "number = 'X'",
        "status = 'nonsense'",
    ],
)
def test_postgresql_lets_no_survey_go_back_or_change(change: str) -> None:
    survey = checked()
    use(actor=system("test"), survey=survey.pk, docket_id=docket().pk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT set_config('dengbu.actor', 'x', true); UPDATE surveys_survey SET {change}")


def test_postgresql_lets_no_row_of_a_survey_change() -> None:
    checked()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_surveyedunit SET area_m2 = 1")
