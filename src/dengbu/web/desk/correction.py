"""补正: the reviewer chooses reasons, fills in what they leave open, reads what the applicant will read, and sends.

One form with numbered slots that comes back to itself until it is sent; nothing of it needs JavaScript.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from dengbu.cases import sheet
from dengbu.cases.actions import review as acts
from dengbu.cases.actions.moving import workdays_from_now
from dengbu.cases.queries.desk import ReviewFile
from dengbu.catalog import reasons as table
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.ids import token
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused

from ..pages import page
from .review import identity
from .review_acts import held
from .shell import go_back_to, nowhere, see_other, short_name

SECTIONS = {
    "property": "不动产",
    "parties": "申请人（当事人）",
    "reason": "登记原因和合同",
    "delivery": "领证方式",
}
CELLS = dict(
    zip(
        (f"{row}{column}" for row in (1, 2, 3) for column in (1, 2, 3)),
        ("左上", "上方", "右上", "左侧", "中间", "右侧", "左下", "下方", "右下"),
        strict=True,
    )
)
MAX_SLOTS = 30
_SLOT = re.compile(r"r(\d{1,2})-code")


@dataclass
class Slot:
    """One reason as typed so far."""

    n: int
    target: str
    code: str = ""
    note: str = ""
    at: str = ""
    cells: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> table.Reason | None:
        return table.REASONS.get(self.code)

    def fields(self) -> list[dict[str, str]]:
        """The variables of the chosen reason, as questions."""
        if self.reason is None:
            return []
        return [
            {"name": f"r{self.n}-{v}", "label": table.VARIABLE_LABELS[v], "value": self.variables.get(v, "")}
            for v in self.reason.variables
            if v != "note"
        ]

    def as_reason(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "target": self.target,
            "vars": {k: v for k, v in self.variables.items() if v},
            "note": self.note,
            "page": int(self.at) if self.at.isdigit() else None,
            "region": region(self.cells),
        }


def region(cells: list[str]) -> dict[str, Any] | None:
    """The smallest rectangle around the chosen ninths of a page, in percent of it."""
    known = [c for c in cells if c in CELLS]
    if not known:
        return None
    rows, columns = [int(c[0]) for c in known], [int(c[1]) for c in known]
    left, top = (min(columns) - 1) * 100 // 3, (min(rows) - 1) * 100 // 3
    return {
        "x": left,
        "y": top,
        "w": max(columns) * 100 // 3 - left,
        "h": max(rows) * 100 // 3 - top,
        "words": "、".join(CELLS[c] for c in known),
    }


def slots_of(data: QueryDict | Mapping[str, Any]) -> list[Slot]:
    """The slots that were posted, in order."""
    numbers = sorted({int(m[1]) for key in data if (m := _SLOT.fullmatch(key))})[:MAX_SLOTS]
    found = []
    for n in numbers:
        slot = Slot(
            n,
            data.get(f"r{n}-target", ""),
            data.get(f"r{n}-code", ""),
            data.get(f"r{n}-note", "").strip(),
            data.get(f"r{n}-at", ""),
            data.getlist(f"r{n}-cell") if isinstance(data, QueryDict) else [],
        )
        if slot.reason is not None:
            slot.variables = {
                v: data.get(f"r{n}-{v}", "").strip() for v in slot.reason.variables if v != "note"
            }
        found.append(slot)
    return found


def prefilled(file: ReviewFile) -> list[Slot]:
    """A slot for every item judged 需补正, and one for each field that differs; one empty slot where there is none."""
    slots = [
        Slot(n, f"material:{line.key}", note=file.verdicts[line.key].note)
        for n, line in enumerate(file.to_fix)
    ]
    for row in sheet.comparison(file):
        if row.verdict == "differ" and row.values[0] is not None and len(slots) < MAX_SLOTS:
            code = "F03" if row.values[2] is not None and row.values[2] != row.values[0] else "F02"
            other = row.values[2] if code == "F03" else row.values[1]
            variables = {"field": row.label, "document_says": other or "", "you_say": row.values[0]}
            slots.append(Slot(len(slots), row.target, code, variables=variables))
    return slots or [Slot(0, "")]


@page(
    "desk/review/<uuid:case>/correction/",
    name="desk.review_correction",
    surface="staff",
    needs="case.review",
    sql=17,
    example="under_review",
    methods=("GET", "POST"),
)
def correction(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Compose a correction. `do`: choose, add, preview, send."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    go_back_to(request, "desk.review_case", case)
    do = request.POST.get("do", "choose")
    if request.method == "POST" and do == "send":
        slots = [s for s in slots_of(request.POST) if s.code]
        try:
            acts.request_correction(
                actor=actor,
                docket_id=case,
                reasons=[s.as_reason() for s in slots],
                summary=request.POST.get("summary", "").strip(),
                key=request.POST.get("key") or token(),
            )
        except (Conflict, NotPermitted):
            raise
        except Refused as refused:
            return _compose(request, case, slots_of(request.POST), refused.refusals, status=422)
        return see_other("desk.review", query="?queue=correcting")
    if request.method == "GET":
        return _compose(request, case, None, ())
    slots = slots_of(request.POST)
    if do == "add":
        slots.append(Slot(max((s.n for s in slots), default=-1) + 1, ""))
    return _compose(request, case, slots, (), preview=do == "preview")


def _compose(
    request: HttpRequest,
    case: uuid.UUID,
    slots: list[Slot] | None,
    refusals: tuple[Refusal, ...],
    *,
    preview: bool = False,
    status: int = 200,
) -> HttpResponse:
    file = held(request, case)
    slots = prefilled(file) if slots is None else slots
    names = {f"material:{line.key}": short_name(line.item.name) for line in file.lines} | SECTIONS
    lines, faults = _rendered(slots, names) if preview else ([], [])
    wrong = (*refusals, *faults)
    choices = [r for r in table.reasons_for(file.case.type_code) if r.kind == "correction"]
    groups: dict[str, list[tuple[str, str]]] = {}
    for reason in choices:
        groups.setdefault(reason.category.value, []).append((reason.code, _plain(reason)))
    now = clock.now()
    return render(
        request,
        "desk/review_correction.html",
        {
            **identity(file, now),
            "slots": [
                {
                    "slot": s,
                    "fields": _material(s, names),
                    "name": names.get(s.target, ""),
                    "cells": [(c, word, c in s.cells) for c, word in CELLS.items()],
                }
                for s in slots
            ],
            "targets": names,
            "groups": groups,
            "summary": request.POST.get("summary", ""),
            "refusals": wrong,
            "lines": lines if not wrong else [],
            "previewed": preview and not wrong,
            "due": workdays_from_now(file.facts.policy.correction_days),
            "hindrances": nowhere(sheet.hinders_correction(file)),
            "key": request.POST.get("key") or token(),
        },
        status=422 if wrong else status,
    )


def _material(slot: Slot, names: Mapping[str, str]) -> list[dict[str, str]]:
    """The questions of a slot; the name of the material is known from what it is bound to."""
    fields = slot.fields()
    for f in fields:
        if f["name"] == f"r{slot.n}-material" and not f["value"] and slot.target.startswith("material:"):
            f["value"] = names.get(slot.target, "")
    return fields


def _plain(reason: table.Reason | None) -> str:
    """A reason's wording with gaps in place of its variables."""
    return (
        re.sub(r"\{(\w+)\}", lambda m: f"〔{table.VARIABLE_LABELS.get(m[1], '说明')}〕", reason.wording)
        if reason
        else ""
    )


def _rendered(slots: list[Slot], names: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[Refusal]]:
    """The lines as the applicant will read them, or what is still missing."""
    lines: list[dict[str, Any]] = []
    faults: list[Refusal] = []
    for slot in slots:
        if slot.reason is None:
            continue
        try:
            line = table.render(slot.reason, slot.note, **slot.variables)
        except Refused as refused:
            faults.extend(refused.refusals)
            continue
        if slot.target not in names:
            faults.append(
                Refusal("REVIEW_NO_TARGET", f"原因{slot.code}没有指明要修改哪一项。", "请选择材料或填写项。")
            )
        lines.append(
            {"line": line, "name": names.get(slot.target, ""), "at": slot.at, "region": region(slot.cells)}
        )
    if not lines and not faults:
        faults.append(Refusal("REVIEW_NO_REASON", "还没有选择补正原因。", "请至少选择一条原因。", "条例17"))
    return lines, faults
