"""A batch: chosen units checked, begun, papers shared, the ready ones submitted, the bulk visit booked."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from dengbu.appointments.queries import days_with_room, slots_of_day
from dengbu.appointments.rules import BULK, SLOT_UNKNOWN, change_until
from dengbu.cases import exemptions
from dengbu.cases.actions.batch_claims import claim_for_batch
from dengbu.cases.actions.batches import (
    book_batch,
    cancel_batch_visit,
    judge_units,
    start_batch,
    submit_batch,
)
from dengbu.cases.actions.shared import share_material, unshare_material
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case
from dengbu.cases.queries.batches import BatchRow, OwnBatch, batch_for, result_of
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.qr import qr_svg
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.materials.intake import intake

from ..bank.frame import Standing, show, standing, status_of
from ..filing.portals import DEV, form_key, see_other, uuid_or_none
from ..pages import page

NEEDS = "portal.organisation"
NEXT = {
    State.DRAFT: ("apply", "逐项查看"),
    State.CORRECTION: ("case.fix", "去补正"),
    State.PREAPPROVED: ("case.pass", "单套凭证"),
}
NO_FILE = Refusal(
    "MATERIAL_NO_FILE", "请选择要上传的文件", "支持 JPG、PNG、PDF，单个不超过 10 MB。", "", "file"
)


# --- beginning ----------------------------------------------------------------------------------------------------


@page("dev/batches/new", name="dev.batch_new", surface="web", needs=NEEDS, sql=5, methods=("GET", "POST"))
def new(request: HttpRequest) -> HttpResponse:
    """校验 (`do=check`, the default): which of the chosen units can begin; 新建批次 (`do=start`) begins those."""
    who = standing(request, DEV)
    if request.method == "GET":
        return see_other(reverse("web:dev.home"))
    who.insist()
    units = [code[:28] for code in request.POST.getlist("units")]
    try:
        if request.POST.get("do") != "start":
            return _checked(request, who, units)
        result = start_batch(actor=who.actor, unit_codes=units, key=form_key(request))
    except NotPermitted:
        raise
    except Refused as refused:
        return _checked(request, who, [], refused=refused)
    if result["batch_id"] is None:
        return _checked(request, who, units, status=422)
    return see_other(DEV.url("batch", result["batch_id"]))


def _checked(
    request: HttpRequest,
    who: Standing,
    units: list[str],
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    valid, against = ({}, {}) if refused else judge_units(units, who.organisation)
    rows = [
        {
            "code": code,
            "location": book.location,
            "area": book.area_m2,
            "buyers": [p.name for p in filing.role("buyer")],
            "filing_no": filing.filing_no,
            "price_fen": filing.price_fen,
        }
        for code, (book, filing) in sorted(valid.items())
    ]
    context = {
        "rows": rows,
        "against": sorted(against.items()),
        "back_url": reverse("web:dev.building", args=[units[0][:24]]) if units else reverse("web:dev.home"),
        "refusals": list(refused.refusals) if refused else [],
    }
    return show(
        request, who, "dev/batch_new.html", "batches", context, status=refused.status if refused else status
    )


# --- the batch ----------------------------------------------------------------------------------------------------


def unit_line(row: BatchRow) -> dict[str, Any]:
    """A unit of a batch as a line: what the checks say, what is missing, what to do."""
    case = row.case
    name, words = NEXT.get(State(case.state), ("case", "查看"))
    return {
        "row": row,
        "case": case,
        "buyers": [p.name for p in row.buyers],
        "problems": row.problems,
        "missing": [
            {"name": x.item.name, "url": DEV.url("apply.material", case.pk, x.key)} for x in row.missing
        ],
        "url": DEV.url(name, case.pk),
        "action": words,
        **status_of(case.state),
    }


@page(
    "dev/batches/<uuid:batch_id>/",
    name="dev.batch",
    surface="web",
    needs=NEEDS,
    sql=16,
    example="batch",
    methods=("GET", "POST"),
)
def batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Rows per unit; shared papers; `do`: submit, claims (the exemptions claimed, saved with a submission too), upload,
    remove."""
    who = standing(request, DEV)
    if request.method == "GET":
        return _batch(request, who, batch_id)
    who.insist()
    do, _, rest = request.POST.get("do", "submit").partition(":")
    key = form_key(request)
    try:
        if do == "upload":
            _upload(request, who, batch_id, key)
        elif do == "remove":
            item, _, digest = rest.partition(":")
            unshare_material(actor=who.actor, batch_id=batch_id, item=item, digest=digest, key=key)
        elif do == "claims":
            _claims(request, who, batch_id, key)
            return see_other(DEV.url("batch", batch_id) + "#units")
        else:
            _claims(request, who, batch_id, f"{key}-c")
            dockets = [d for d in map(uuid_or_none, request.POST.getlist("dockets")) if d]
            submit_batch(
                actor=who.actor,
                batch_id=batch_id,
                docket_ids=dockets,
                declared=request.POST.get("declared") == "on",
                key=key,
            )
            return see_other(DEV.url("batch_result", batch_id, key))
    except NotPermitted:
        raise
    except Refused as refused:
        return _batch(request, who, batch_id, refused)
    return see_other(DEV.url("batch", batch_id) + "#shared")


def _claims(request: HttpRequest, who: Standing, batch_id: uuid.UUID, key: str) -> None:
    """Save the exemptions claimed by row, where the form has any."""
    asked = {
        str(docket): str(value)[:60]
        for name, value in request.POST.items()
        if name.startswith("claim-") and (docket := uuid_or_none(name.removeprefix("claim-")))
    }
    if asked:
        claim_for_batch(actor=who.actor, batch_id=batch_id, claims=asked, key=key)


def _claim_of(case: Case, request: HttpRequest, wrong: dict[str, str]) -> dict[str, Any]:
    """What is claimed for a unit, as typed where it was refused, and what the desk decided on it."""
    kind, name = TYPES[case.type_code], f"claim-{case.pk}"
    claim = exemptions.claimed(case.filed, kind, clock.today())
    return {
        "claim_name": name,
        "claim": request.POST.get(name, claim.key if claim else ""),
        "claim_error": wrong.get(name, ""),
        "claimed": claim.exemption.name if claim else "",
        "decided": exemptions.decisions(case.filed).get(claim.key) if claim else None,
    }


def _upload(request: HttpRequest, who: Standing, batch_id: uuid.UUID, key: str) -> None:
    files = [f for f in request.FILES.getlist("files") if isinstance(f, UploadedFile)]
    if not files:
        raise Refused(NO_FILE)
    faults: list[Refusal] = []
    for n, file in enumerate(files):
        name = file.name or ""
        try:
            share_material(
                actor=who.actor,
                batch_id=batch_id,
                item=request.POST.get("item", "")[:20],
                intake=intake(file, declared_name=name),
                original_name=name,
                key=f"{key}-{n}",
            )
        except (NotPermitted, Conflict):
            raise
        except Refused as refused:  # one faulty file costs the others nothing
            faults += [
                Refusal(r.code, f"{name}：{r.message}", r.remedy, r.basis, r.field) for r in refused.refusals
            ]
    if faults:
        raise Refused(faults)


def _batch(
    request: HttpRequest, who: Standing, batch_id: uuid.UUID, refused: Refused | None = None
) -> HttpResponse:
    own = batch_for(batch_id, who.actor)
    wrong = {r.field: f"{r.message}{r.remedy}" for r in (refused.refusals if refused else ())}
    kind = TYPES[own.batch.type_code]
    known = exemptions.claimable(kind, clock.today(), exemptions.BY_APPLICANT)
    chosen = set(request.POST.getlist("dockets")) if refused else {str(r.case.pk) for r in own.ready}
    context = {
        "own": own,
        "lines": [
            {
                **unit_line(r),
                **_claim_of(r.case, request, wrong),
                "checked": r.ready and str(r.case.pk) in chosen,
            }
            for r in own.rows
        ],
        "claims": [(k, f"{exemptions.who(c, kind)}符合：{c.exemption.name}") for k, c in known.items()],
        "claim_hints": [c.exemption.hint for c in known.values()],
        "building_url": reverse("web:dev.building", args=[own.batch.building_code])
        if own.batch.building_code
        else "",
        "pass_url": DEV.url("batch_pass", batch_id),
        "declared": bool(refused) and request.POST.get("declared") == "on",
        "refusals": list(refused.refusals) if refused else [],
    }
    return show(request, who, "dev/batch.html", "batches", context, status=refused.status if refused else 200)


@page(
    "dev/batches/<uuid:batch_id>/result/<str:key>/",
    name="dev.batch_result",
    surface="web",
    needs=NEEDS,
    sql=17,
    example="batch_result",
)
def result(request: HttpRequest, batch_id: uuid.UUID, key: str) -> HttpResponse:
    """What a submission gave: which units went in, which stayed out, each with every reason."""
    who = standing(request, DEV)
    own, found = batch_for(batch_id, who.actor), result_of(who.actor, "cases.submit_batch", key[:80])
    if found is None:
        raise Http404("no such submission")
    submitted = [r for r in map(own.row, found["submitted"]) if r]
    stayed = [
        {"row": row, "reasons": reasons, "url": DEV.url("apply", row.case.pk)}
        for row, reasons in ((own.row(d), rs) for d, rs in found["refused"].items())
        if row
    ]
    stayed.sort(key=lambda s: s["row"].case.unit_code)
    context = {
        "own": own,
        "submitted": sorted(submitted, key=lambda r: r.case.unit_code),
        "stayed": stayed,
        "due_at": submitted[0].case.due_at if submitted else None,
    }
    return show(request, who, "dev/batch_result.html", "batches", context)


# --- the visit ----------------------------------------------------------------------------------------------------


@page(
    "dev/batches/<uuid:batch_id>/pass/",
    name="dev.batch_pass",
    surface="web",
    needs=NEEDS,
    sql=18,
    example="batch",
    methods=("GET", "POST"),
)
def batch_pass(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """One code for the whole batch, codes of the units that passed, the bulk visit; `do`: book, cancel."""
    who = standing(request, DEV)
    if request.method == "GET":
        return _pass(request, who, batch_id)
    who.insist()
    try:
        if request.POST.get("do") == "cancel":
            cancel_batch_visit(actor=who.actor, batch_id=batch_id, key=form_key(request))
        else:
            slot = uuid_or_none(request.POST.get("slot", ""))
            if slot is None:
                raise Refused(SLOT_UNKNOWN)
            book_batch(actor=who.actor, batch_id=batch_id, slot_id=slot, key=form_key(request))
    except NotPermitted:
        raise
    except Refused as refused:
        return _pass(request, who, batch_id, refused)
    return see_other(DEV.url("batch_pass", batch_id))


def _pass(
    request: HttpRequest, who: Standing, batch_id: uuid.UUID, refused: Refused | None = None
) -> HttpResponse:
    own = batch_for(batch_id, who.actor)
    days = days_with_room(BULK, clock.today()) if own.passed else []
    day = _day(request.GET.get("day", ""), [d.day for d in days])
    need = len(own.passed)
    context = {
        "own": own,
        "qr": qr_svg(f"{settings.BASE_URL}/q/{own.batch.token}", 264) if own.passed else "",
        "short_code": _grouped(own.batch.short_code),
        "units": [
            {
                "row": r,
                "short_code": _grouped(r.case.short_code or ""),
                "url": DEV.url("case.pass", r.case.pk),
            }
            for r in own.passed
        ],
        "days": days,
        "day": day,
        "slots": [
            {"slot": s, "left": s.capacity - s.booked, "full": s.capacity - s.booked < need}
            for s in (slots_of_day(BULK, day) if day else [])
        ],
        "change_until": change_until(own.booking.slot.starts_at) if own.booking else None,
        "booked_less": bool(own.booking) and own.booking is not None and own.booking.places < need,
        "papers": papers_to_bring(own),
        "refusals": list(refused.refusals) if refused else [],
    }
    return show(
        request, who, "dev/batch_pass.html", "batches", context, status=refused.status if refused else 200
    )


def _day(text: str, days: list[dt.date]) -> dt.date | None:
    return next((d for d in days if d.isoformat() == text), days[0] if days else None)


def _grouped(code: str) -> str:
    return f"{code[:4]}-{code[4:]}" if len(code) == 8 else code


def papers_to_bring(own: OwnBatch) -> list[str]:
    """Names of the papers the desk compares with the images, each once."""
    now = clock.now()
    lines = [line for r in own.passed for line in r.found.checklist(r.book, now)]
    return list(
        dict.fromkeys(
            line.item.name
            for line in lines
            if not line.item.generated and not line.exempt and line.item.when != "optional"
        )
    )
