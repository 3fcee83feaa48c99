"""Acts on surveys: handed in, checked in, void, used. What a survey says is written once, at its import."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from dengbu.core import clock, rows
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.core.vocabulary import SurveyStatus

from . import queries, reading, rules
from .models import LIVE, Survey, SurveyedBuilding, SurveyedParcel, SurveyedUnit, SurveyImport
from .rules import Head, Table

KEEP, CHECK, HAND_IN = "survey.keep", "survey.check", "survey.hand_in"


@act("surveys.take")
def take(
    *,
    actor: Actor,
    head: Head,
    cells: Sequence[Sequence[str]],
    file_name: str,
    file_digest: str = "",
    replaces: bool = False,
) -> dict[str, Any]:
    """Take a file in: a survey that waits for its check, or, with anything wrong in it, nothing but the record of the
    file and its faults. Whole or not at all; a fixed number of statements.

    Staff with `survey.keep`, or an organisation's operator with `survey.hand_in` for its own. `replaces`: it is a new
    version of a number there is; the one before becomes void unless it was used. Gives `import`, `survey` (or None)
    and `faults`. Raises Refused for what was typed beside the file.
    """
    if not (actor.may(KEEP) or (actor.may(HAND_IN) and actor.organisation_id)):
        raise NotPermitted(KEEP)
    own = None if actor.may(KEEP) else actor.organisation_id
    refusals = rules.check_head(head, clock.today())
    if refusals:
        raise Refused(refusals)
    _one_at_a_time()
    before = list(Survey.objects.filter(number=head.number).order_by("-version"))
    _may_follow(before, own, replaces)
    table = reading.read(head.kind, cells, area=settings.AUTHORITY)
    if not table.faults:
        codes = [r.code for r in table.measured]
        table.faults += reading.measured_twice(table, queries.elsewhere(codes, head.number))
    digest = file_digest or hashlib.sha256(repr(cells).encode()).hexdigest()
    survey = None if table.faults else _write(actor, head, table, before, own, file_name, digest)
    record = SurveyImport(
        survey=survey,
        organisation_id=own,
        head=_said(head, replaces),
        cells=[] if survey else [list(row) for row in cells],
        faults=[f.as_json() for f in table.faults[: rules.MOST_FAULTS]],
        rows_read=table.rows_read,
        file_name=file_name[:200],
        file_digest=digest,
        made_at=clock.now(),
        made_by=actor.key,
        made_by_name=actor.name,
    )
    record.save(force_insert=True)
    current().note(number=head.number, rows=table.rows_read, faults=len(table.faults))
    return {
        "import": str(record.pk),
        "survey": str(survey.pk) if survey else None,
        "faults": len(table.faults),
    }


def _one_at_a_time() -> None:
    """Files wait for each other: two could bring the same number, or the same unit under two numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('surveys/take', 0))")


def _may_follow(before: Sequence[Survey], own: uuid.UUID | None, replaces: bool) -> None:
    there = next((s for s in before if s.status != SurveyStatus.VOID), None)
    if there is None:
        return
    if own is not None and there.organisation_id != own:
        raise Refused(
            Refusal(
                "SURVEY_OTHERS",
                f"编号{there.number}是别的单位送来的成果。",
                "请核对成果编号；确实是同一份的请联系登记中心。",
                "",
                "number",
            )
        )
    if not replaces:
        raise Refused(
            Refusal(
                "SURVEY_NUMBER_TAKEN",
                f"编号{there.number}已有第 {there.version} 版",
                "重新测绘的请勾选“作为新版本替换”。",
                "",
                "replaces",
            )
        )


def _write(
    actor: Actor,
    head: Head,
    table: Table,
    before: Sequence[Survey],
    own: uuid.UUID | None,
    file_name: str,
    digest: str,
) -> Survey:
    version = max((s.version for s in before), default=0) + 1
    for old in before:
        if old.status in LIVE:
            _end(old, actor, f"已由第 {version} 版替换")
    assert head.surveyed_on is not None  # check_head has refused
    survey = Survey(
        number=head.number,
        version=version,
        kind=head.kind,
        project_name=head.project_name.strip(),
        surveyor=head.surveyor.strip(),
        surveyor_licence=head.surveyor_licence.strip(),
        surveyed_on=head.surveyed_on,
        organisation_id=own,
        buildings=len(table.buildings),
        units=len(table.units) + len(table.parcels),
        area_m2=table.area_m2,
        file_name=file_name[:200],
        file_digest=digest,
        received_at=clock.now(),
        received_by=actor.key,
        received_by_name=actor.name,
    )
    survey.save(force_insert=True)
    SurveyedParcel.objects.bulk_create(
        SurveyedParcel(
            survey=survey, code=p.code, location=p.location, area_m2=p.area_m2, land_use=p.land_use
        )
        for p in table.parcels
    )
    SurveyedBuilding.objects.bulk_create(
        SurveyedBuilding(
            survey=survey, code=b.code, name=b.name, structure=b.structure, floors=b.floors, area_m2=b.area_m2
        )
        for b in table.buildings
    )
    SurveyedUnit.objects.bulk_create(
        [
            SurveyedUnit(survey=survey, **{name: getattr(u, name) for name in _UNIT_FIELDS})
            for u in table.units
        ],
        batch_size=rules.MOST_ROWS,
    )
    return survey


_UNIT_FIELDS = (
    *("code", "building_code", "stair", "floor", "level", "room", "location", "use", "house_nature"),
    *("structure", "floors", "area_m2", "inner_area_m2", "shared_area_m2", "common"),
)


def _said(head: Head, replaces: bool) -> dict[str, Any]:
    return {
        "number": head.number,
        "kind": head.kind,
        "surveyor": head.surveyor,
        "surveyor_licence": head.surveyor_licence,
        "project_name": head.project_name,
        "surveyed_on": head.surveyed_on.isoformat() if head.surveyed_on else "",
        "replaces": replaces,
    }


@act("surveys.check", permission=CHECK)
def check(*, actor: Actor, survey_id: uuid.UUID) -> str:
    """核对入库: an officer who did not take it in has compared it with the report. From now on a case may stand on it.

    Raises Refused: SURVEY_OWN_CHECK; Conflict where it moved on meanwhile.
    """
    survey = _locked(survey_id, SurveyStatus.RECEIVED)
    refusals = list(rules.may_check(survey.received_by, actor.key))
    if refusals:
        raise Refused(refusals)
    survey.status = SurveyStatus.CHECKED.value
    survey.checked_at, survey.checked_by, survey.checked_by_name = clock.now(), actor.key, actor.name
    survey.save()
    current().note(number=survey.number, version=survey.version)
    return survey.status


@act("surveys.void", permission=CHECK)
def void(*, actor: Actor, survey_id: uuid.UUID, reason: str) -> str:
    """作废: it was wrong, or is measured again. One that was used stays: the book rests on it."""
    if not reason.strip():
        raise Refused(Refusal("SURVEY_VOID_REASON", "请写明作废的原因", "", "", "reason"))
    survey = _locked(survey_id, *LIVE)
    _end(survey, actor, reason.strip()[:200])
    current().note(number=survey.number, version=survey.version)
    return survey.status


def _end(survey: Survey, actor: Actor, reason: str) -> None:
    survey.status, survey.void_reason = SurveyStatus.VOID.value, reason
    survey.voided_at, survey.voided_by_name = clock.now(), actor.name
    survey.save()


def _locked(survey_id: uuid.UUID, *status: str) -> Survey:
    survey = Survey.objects.select_for_update().filter(pk=survey_id).first()
    if survey is None or survey.status not in status:
        raise Conflict(
            Refusal(
                "SURVEY_MOVED_ON",
                f"这份成果现在是“{SurveyStatus(survey.status).label}”，不能办这一步。"
                if survey
                else "没有这份成果。",
                "请刷新页面后再看。",
            )
        )
    return survey


@act("surveys.mark_used")
def mark_used(*, actor: Actor, used: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> None:
    """Registrations were entered from these surveys (survey, docket): each serves no other. Called inside the act that
    enters. Raises Refused: SURVEY_UNUSABLE for each that is not checked in any more, or wanted twice. Two statements.
    """
    if not used:
        return
    surveys, dockets = [s for s, _ in used], [d for _, d in used]
    found = {s.pk: s for s in rows.read(Survey, "WHERE t.id = ANY(%s) ORDER BY t.id FOR UPDATE", [surveys])}
    refusals = [
        rules.unusable(found[i].number if i in found else "", found[i].status if i in found else None)
        for i in dict.fromkeys(surveys)
        if i not in found or found[i].status != SurveyStatus.CHECKED
    ]
    refusals += [
        rules.unusable(found[i].number, SurveyStatus.USED)
        for i in found
        if surveys.count(i) > 1 and found[i].status == SurveyStatus.CHECKED
    ]
    if refusals:
        raise Refused(refusals)
    rows.run(
        "UPDATE surveys_survey s SET status = %s, used_at = %s, docket_id = u.docket"
        " FROM unnest(%s::uuid[], %s::uuid[]) AS u(survey, docket) WHERE s.id = u.survey",
        [SurveyStatus.USED.value, clock.now(), surveys, dockets],
    )
