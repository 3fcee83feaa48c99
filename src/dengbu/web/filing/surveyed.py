"""选择测绘成果: a first registration begins with the survey of the land, the house, or the whole building table."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.cases.actions.filing import save_parties, save_survey, survey_for
from dengbu.core.identifiers import group_unit_code, half_width
from dengbu.core.refusals import Refused
from dengbu.core.vocabulary import SurveyKind
from dengbu.parties.models import Organisation
from dengbu.surveys.queries import Measured

from ..templatetags._text import cn_date
from .drafts import Draft, show, version_of
from .portals import see_other

UNITS_SHOWN = 10


def choose_survey(request: HttpRequest, draft: Draft, organisation: Organisation | None) -> HttpResponse:
    """Look a survey up by its number (`q`), see what it measures, choose it (POST `survey`)."""
    from .homes import filing_party

    refused: Refused | None = None
    number = half_width(request.POST.get("survey", "") or request.GET.get("q", "")).strip()[:60]
    if request.method == "POST":
        try:
            save_survey(
                actor=draft.actor, docket_id=draft.case.pk, number=number, version=version_of(request)
            )
            us = draft.journey.us
            if us is not None and not draft.journey.has_parties and organisation is not None:
                parties = [filing_party(us.key, organisation)]
                save_parties(actor=draft.actor, docket_id=draft.case.pk, parties=parties)
            return see_other(draft.after(request))
        except Refused as caught:
            refused = caught
    kept = draft.case.filed.get("survey", {}).get("number", "")
    number = number or ("" if "q" in request.GET else kept)
    found: Measured | None = None
    if number and refused is None:
        try:
            found = survey_for(draft.case, number)
        except Refused as caught:
            refused = caught
    return show(
        request,
        draft,
        "survey",
        "property",
        {"q": number, "found": summary(found) if found else None, "number": number},
        refused=refused,
    )


def summary(one: Measured) -> dict[str, Any]:
    """What a survey measures, as a card, with its first units."""
    s = one.survey
    rows = [
        ("测绘成果编号", f"{s.number}，第 {s.version} 版"),
        ("种类", SurveyKind(s.kind).label),
        ("项目名称", s.project_name),
        ("测绘单位", s.surveyor),
        ("测绘完成", cn_date(s.surveyed_on)),
        ("可以登记的单元", f"{len(one.units)} 处"),
        ("业主共有部分", f"{len(one.common)} 处" if one.common else ""),
        ("宗地面积" if s.kind == SurveyKind.LAND else "建筑面积合计", f"{s.area_m2} ㎡"),
    ]
    units = [
        {"code": group_unit_code(c), "location": one.facts[c]["location"], "area": one.facts[c]["area_m2"]}
        for c in one.units[:UNITS_SHOWN]
    ]
    return {
        "rows": [{"key": k, "value": v} for k, v in rows if v],
        "units": units,
        "more": max(len(one.units) - UNITS_SHOWN, 0),
    }
