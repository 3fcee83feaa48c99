"""测绘成果: found, handed in, checked in or made void. A file with faults comes back cell by cell."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from dengbu.core import clock
from dengbu.core.identifiers import half_width, parse_date
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import HouseUse, LandUse, SurveyKind, SurveyStatus
from dengbu.register.queries import areas_of
from dengbu.surveys import actions, queries, sheets
from dengbu.surveys.models import Survey
from dengbu.surveys.rules import Head

from ..desk.shell import see_other
from ..desk.window import actor_of, form_key, show
from ..pages import page
from ..public.forms import TypedForm
from ..templatetags._text import cn_date, cn_datetime, group_unit

SEE, KEEP, LIST = "survey.see", "survey.keep", "desk.surveys"
TONES = {"received": "info", "checked": "ok", "used": "plain", "void": "neutral"}
FAULTS_SHOWN = 200


@page("desk/surveys/", name=LIST, surface="staff", needs=SEE, sql=5, example="accept")
def surveys(request: HttpRequest) -> HttpResponse:
    """All surveys, newest first: by status, number, project, surveyor or a whole code."""
    text = half_width(request.GET.get("q", "")).strip()[:60]
    status = request.GET.get("status", "")
    status = status if status in SurveyStatus.values else ""
    after = request.GET.get("after", "")
    found, onward = queries.surveys_of(text=text, status=status, after=after)
    kept = {k: v for k, v in {"q": text, "status": status}.items() if v}
    tabs = [("", "全部"), *((s.value, s.label) for s in SurveyStatus)]
    return show(
        request,
        "desk/surveys.html",
        at=LIST,
        rows=[_row(s) for s in found],
        columns=["成果编号", "种类", "项目", "测绘单位", {"text": "套数", "end": True}, "状态", "收到时间"],
        tabs=[
            {
                "text": word,
                "url": "?" + urlencode({k: v for k, v in {"q": text, "status": value}.items() if v}),
                "current": value == status,
            }
            for value, word in tabs
        ],
        q=text,
        chosen=status,
        may_keep=actor_of(request).may(KEEP),
        first_url="?" + urlencode(kept) if after else "",
        next_url="?" + urlencode({**kept, "after": onward}) if onward else "",
    )


def _row(s: Survey) -> list[Any]:
    return [
        {"text": f"{s.number} 第{s.version}版", "url": reverse("web:desk.survey", args=[s.pk])},
        SurveyKind(s.kind).label,
        s.project_name,
        s.surveyor,
        s.units,
        {"text": SurveyStatus(s.status).label, "tone": TONES[s.status]},
        cn_datetime(clock.local(s.received_at)),
    ]


@page(
    "desk/surveys/<uuid:survey_id>/",
    name="desk.survey",
    surface="staff",
    needs=SEE,
    sql=9,
    example="survey",
    methods=("GET", "POST"),
)
def survey(request: HttpRequest, survey_id: uuid.UUID) -> HttpResponse:
    """One survey: its building tables floor by floor, beside what the book has; POST `do`: check, void."""
    actor, refused = actor_of(request), None
    if request.method == "POST":
        try:
            if request.POST.get("do") == "void":
                reason = request.POST.get("reason", "")
                actions.void(actor=actor, survey_id=survey_id, reason=reason, key=form_key(request))
            else:
                actions.check(actor=actor, survey_id=survey_id, key=form_key(request))
        except Refused as caught:
            if caught.status != 422:
                raise
            refused = caught
        else:
            return see_other("desk.survey", survey_id)
    found = queries.survey_with(survey_id)
    if found is None:
        raise Http404("no such survey")
    parcels, tables = queries.tables_of(survey_id)
    units = [u for t in tables for _, row in t.floors for u in row if not u.common]
    book = areas_of([*(u.code for u in units), *(f"{p.code}W00000000" for p in parcels)])
    measured = {u.code: (u.location, u.area_m2) for u in units}
    measured |= {f"{p.code}W00000000": (p.location, p.area_m2) for p in parcels}
    differ = [
        [group_unit(code), place, f"{book[code][0]}{'' if book[code][1] else '（预测）'}", str(area)]
        for code, (place, area) in measured.items()
        if code in book and book[code][0] != area
    ]
    return show(
        request,
        "desk/survey.html",
        at=LIST,
        refusals=refused.refusals if refused else (),
        survey=found,
        status_word=SurveyStatus(found.status).label,
        tone=TONES[found.status],
        summary=_summary(found),
        parcels=[[p.code, p.location, LandUse(p.land_use).label, str(p.area_m2)] for p in parcels],
        tables=[_table(t) for t in tables],
        differ=differ,
        known=len(book),
        may_check=actor.may(actions.CHECK) and found.status == SurveyStatus.RECEIVED,
        may_void=actor.may(actions.CHECK) and found.status in ("received", "checked"),
        reason_field={
            "label": "作废的原因",
            "name": "reason",
            "value": request.POST.get("reason", ""),
            "kind": "textarea",
            "rows": 2,
            "errors": [r.message for r in (refused.refusals if refused else ()) if r.field == "reason"],
        },
    )


def _summary(s: Survey) -> list[dict[str, Any]]:
    rows = [
        ("成果种类", SurveyKind(s.kind).label),
        ("项目名称", s.project_name),
        ("测绘单位", f"{s.surveyor} {s.surveyor_licence}".strip()),
        ("测绘完成", cn_date(s.surveyed_on)),
        ("合计", f"{s.buildings} 幢，{s.units} 行，{s.area_m2} ㎡" if s.buildings else f"{s.area_m2} ㎡"),
        ("收到", f"{cn_datetime(clock.local(s.received_at))}，{s.received_by_name}，{s.file_name}"),
        (
            "核对入库",
            f"{cn_datetime(clock.local(s.checked_at))}，{s.checked_by_name}" if s.checked_at else "",
        ),
        (
            "用于登记",
            f"{cn_datetime(clock.local(s.used_at))}，{s.docket.number}" if s.used_at and s.docket else "",
        ),
        (
            "作废",
            f"{cn_datetime(clock.local(s.voided_at))}，{s.voided_by_name}，{s.void_reason}"
            if s.voided_at
            else "",
        ),
    ]
    return [{"key": key, "value": value} for key, value in rows if value]


def _table(t: queries.BuildingTable) -> dict[str, Any]:
    return {
        "building": t.building,
        "floors": [
            {
                "name": f"地下{-int(level)}层" if int(level) < 0 else f"{level}层",
                "cells": [{"unit": u, "use": HouseUse(u.use).label} for u in units],
            }
            for level, units in t.floors
        ],
        "units": sum(len(units) for _, units in t.floors),
        "common": sum(u.common for _, units in t.floors for u in units),
        "columns": range(t.width),
    }


# --- handing in -----------------------------------------------------------------------------------------------------


class SurveyForm(TypedForm):
    """What is typed beside the file."""

    kind = forms.ChoiceField(
        label="成果种类", choices=[(k.value, k.label) for k in SurveyKind], widget=forms.RadioSelect
    )
    number = forms.CharField(label="测绘成果编号", help_text="照测绘报告封面填写。", max_length=60)
    project_name = forms.CharField(label="项目名称", help_text="楼盘表必须填写。", max_length=100)
    surveyor = forms.CharField(label="测绘单位", max_length=200)
    surveyor_licence = forms.CharField(label="测绘资质证书编号", max_length=60)
    surveyed_on = forms.CharField(label="测绘完成日期", help_text="例如 2026-10-01", max_length=20)
    replaces = forms.BooleanField(label="作为新版本替换编号相同的成果", required=False)
    file = forms.FileField(label="表格文件", help_text="xlsx 或 csv，不超过 10 MB。", required=False)

    def head(self) -> tuple[Head, list[Refusal]]:
        """The head as typed, and what is wrong with its day."""
        day: dt.date | None = None
        faults: list[Refusal] = []
        try:
            day = parse_date(self.text("surveyed_on"), field="surveyed_on", empty="请输入测绘完成日期")
        except Refused as refused:
            faults.extend(refused.refusals)
        return (
            Head(
                number=half_width(self.text("number")).strip(),
                kind=self.text("kind"),
                surveyor=self.text("surveyor"),
                surveyed_on=day,
                project_name=self.text("project_name"),
                surveyor_licence=self.text("surveyor_licence"),
            ),
            faults,
        )


@page(
    "desk/surveys/new",
    name="desk.survey_new",
    surface="staff",
    needs=KEEP,
    sql=4,
    example="accept",
    methods=("GET", "POST"),
)
def new(request: HttpRequest) -> HttpResponse:
    """Hand a file in. With faults in the table: to the page of the import, which keeps the file."""
    form = SurveyForm(
        request.POST or None, request.FILES or None, initial={"kind": SurveyKind.BUILDING.value}
    )
    if request.method == "POST":
        try:
            taken = _take(request, form)
        except Refused as refused:
            if refused.status != 422:
                raise
            form.refuse(refused)
        else:
            if taken["survey"]:
                return see_other("desk.survey", uuid.UUID(taken["survey"]))
            return see_other("desk.survey_import", uuid.UUID(taken["import"]))
    return show(
        request,
        "desk/survey_new.html",
        at=LIST,
        form=form,
        templates=[(k.value, k.label) for k in SurveyKind],
        status=422 if form.errors else 200,
    )


def _take(request: HttpRequest, form: SurveyForm) -> dict[str, Any]:
    """What was typed and the file, all faults at once."""
    form.is_valid()
    head, faults = form.head()
    file = request.FILES.get("file")
    cells: list[list[str]] = []
    content = b""
    if not isinstance(file, UploadedFile):
        faults.append(Refusal("SURVEY_NO_FILE", "请选择表格文件", "请用模板填写后上传。", "", "file"))
    else:
        content = file.read(sheets.MOST_BYTES + 1)
        try:
            cells = sheets.read_file(file.name or "", content)
        except Refused as refused:
            faults.extend(refused.refusals)
    if faults:
        said = {f.field for f in faults}
        raise Refused(
            [*faults, *(r for r in actions.rules.check_head(head, clock.today()) if r.field not in said)]
        )
    taken: dict[str, Any] = actions.take(
        actor=actor_of(request),
        head=head,
        cells=cells,
        file_name=getattr(file, "name", "") or "",
        file_digest=hashlib.sha256(content).hexdigest(),
        replaces=bool(form.cleaned_data.get("replaces")),
        key=form_key(request),
    )
    return taken


@page(
    "desk/surveys/template/<slug:kind>",
    name="desk.survey_template",
    surface="staff",
    needs=KEEP,
    sql=3,
    example="survey_kind",
)
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """The template of a kind of survey as a spreadsheet."""
    if kind not in SurveyKind.values:
        raise Http404("no such template")
    return _download(sheets.template(kind), f"survey-{kind}.xlsx")


@page(
    "desk/surveys/imports/<uuid:import_id>/",
    name="desk.survey_import",
    surface="staff",
    needs=KEEP,
    sql=5,
    example="survey_import",
)
def imported(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """What became of a file: every cell that is wrong, why, and how to mend it."""
    record = queries.import_with(import_id)
    if record is None:
        raise Http404("no such import")
    return show(
        request,
        "desk/survey_import.html",
        at=LIST,
        record=record,
        kind=SurveyKind(record.head["kind"]).label,
        columns=[{"text": "行号", "end": True}, "列", "填的内容", "问题", "建议"],
        rows=[
            [f["row"] or "整个文件", f["column"], f["value"], f["why"], f["mend"]]
            for f in record.faults[:FAULTS_SHOWN]
        ],
        shown=FAULTS_SHOWN,
    )


@page(
    "desk/surveys/imports/<uuid:import_id>/file",
    name="desk.survey_import_file",
    surface="staff",
    needs=KEEP,
    sql=4,
    example="survey_import",
)
def import_file(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """The refused file with its faults beside the rows: to be mended and handed in again."""
    record = queries.import_with(import_id)
    if record is None or not record.cells:
        raise Http404("no such file")
    content = sheets.faulty(record.head["kind"], record.cells, record.faults)
    return _download(content, f"survey-faults-{record.pk.hex[:8]}.xlsx")


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=sheets.XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
