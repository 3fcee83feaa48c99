"""上传材料: the checklist, one page per item, and the images themselves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.cases.actions.materials import (
    add_material,
    may_replace,
    move_material,
    remove_material,
    restore_material,
    rotate_material,
)
from dengbu.cases.facts import Line
from dengbu.cases.lifecycle import State
from dengbu.cases.queries.portal import own_case
from dengbu.catalog.policy import guide_book
from dengbu.core import clock, sights
from dengbu.core.models import Docket
from dengbu.core.refusals import NotPermitted, Refusal, Refused
from dengbu.materials import rules
from dengbu.materials.intake import Limits, intake
from dengbu.materials.models import MaterialPage
from dengbu.materials.queries import item_with_removed, page_of
from dengbu.materials.storage import StoredFileDamaged, read_verified
from dengbu.web.pages import LOGIN, page

from .drafts import Draft, elsewhere, open_draft, show
from .portals import Portal, actor_of, everywhere, form_key, see_other, uuid_or_none

DAMAGED = Refusal(
    "MATERIAL_DAMAGED", "这张图片暂时打不开。", "请稍后再试；如果一直打不开，请删除后重新上传。"
)
MOST_AT_ONCE = 20
ACTS: dict[str, Callable[..., Any]] = {
    "remove": remove_material,
    "restore": restore_material,
    "rotate": rotate_material,
    "up": lambda **kw: move_material(by=-1, **kw),
    "down": lambda **kw: move_material(by=1, **kw),
}


def lines_of(draft: Draft) -> list[Line]:
    """The lines of the case's checklist that an applicant sees: what we print ourselves comes last, to be signed."""
    if not draft.case.unit_code:
        return []
    return sorted(draft.facts.checklist(draft.book, clock.now()), key=lambda line: line.item.generated)


def row_of(draft: Draft, line: Line) -> dict[str, Any]:
    """One row of the checklist with its state."""
    count = draft.facts.pages.get(line.key, 0)
    url = draft.url("apply.material", line.key) if draft.editable(f"material:{line.key}") else ""
    row: dict[str, Any] = {"line": line, "item": line.item, "url": url, "count": count, "icon": None}
    if line.item.generated:
        return row | {
            "url": "",
            "state": "到窗口签字",
            "tone": "plain",
            "icon": "",
            "text": "线上填完自动生成，不用上传。",
        }
    if line.exempt:
        return row | {"state": "可免交", "tone": "plain", "text": f"{line.exempt}，不用上传。"}
    if draft.in_correction and f"material:{line.key}" in draft.targets:
        return row | {"state": "需要重传", "tone": "fix", "text": line.item.why}
    if count:
        return row | {"state": f"已上传 {count} 页", "tone": "plain", "text": line.item.why}
    if others := draft.facts.brought_by(line):
        word = draft.own.registration.word(others[0].role)
        text = f"{word}确认时自己上传；您手上有的，也可以先传。"
        return row | {"state": f"由{word}上传", "tone": "plain", "icon": "", "text": text}
    if line.item.when == "optional":
        return row | {"state": "选交", "tone": "neutral", "text": line.item.why}
    return row | {"state": "未上传", "tone": "neutral", "text": line.item.why}


@everywhere(
    "apply/<uuid:docket_id>/materials/", name="apply.materials", sql=11, unlike={"bank": 10}, example="draft"
)
def materials(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """The checklist with the state of each item."""
    draft = open_draft(request, portal, docket_id)
    if draft.case.state not in (State.DRAFT, State.CORRECTION):
        return see_other(draft.url("case"))
    if not draft.case.unit_code:
        return see_other(draft.url("apply.property"))
    rows = [row_of(draft, line) for line in lines_of(draft)]
    first = next((r for r in rows if r["state"] in ("未上传", "需要重传")), None)
    context = {
        "rows": rows,
        "first": first,
        "open": [r for r in rows if draft.facts.owing(r["line"])],
    }
    return show(request, draft, "materials", "materials", context)


@everywhere(
    "apply/<uuid:docket_id>/materials/<str:item>/",
    name="apply.material",
    sql=13,
    unlike={"bank": 12},
    example="draft_item",
    methods=("GET", "POST"),
)
def material(request: HttpRequest, portal: Portal, docket_id: uuid.UUID, item: str) -> HttpResponse:
    """One item: its pages, turning, order, taking out and putting back, and adding more."""
    draft = open_draft(request, portal, docket_id)
    if away := elsewhere(request, draft, f"material:{item}"):
        return away
    lines = lines_of(draft)
    line = next((x for x in lines if x.key == item and not x.item.generated), None)
    if line is None:
        raise Http404
    return handle(request, draft, line, _surroundings(draft, line, lines))


def _surroundings(draft: Draft, line: Line, lines: list[Line]) -> dict[str, Any]:
    """Where an item stands among the others, and where its page leads on and back to."""
    asked = [x for x in lines if x.to_upload]
    back, on = draft.url("apply.materials"), draft.url("apply.materials")
    words = "保存并继续"
    if draft.in_correction:
        on, words = draft.tasks_url, "保存并返回补正列表"
    elif left := [x for x in asked if x.key != line.key and draft.facts.owing(x)]:
        on = draft.url("apply.material", left[0].key)
    return {
        "place": asked.index(line) + 1 if line in asked else 0,
        "of": len(asked),
        "back_url": back,
        "back_words": "上传材料",
        "on_url": on,
        "on_words": words,
        "later": "稍后再传",
    }


def handle(request: HttpRequest, draft: Draft, line: Line, around: dict[str, Any]) -> HttpResponse:
    """One item: drawn, or changed by a form of its page. `around`: where the page leads."""
    if request.method == "GET":
        return _page(request, draft, line, around)
    do, _, target = request.POST.get("do", "upload").partition(":")
    if do == "upload":
        return _upload(request, draft, line, around)
    page_id = uuid_or_none(target)
    if do not in ACTS or page_id is None:
        return see_other(request.path)
    try:
        ACTS[do](actor=draft.actor, docket_id=draft.case.pk, item=line.key, page_id=page_id)
    except NotPermitted:
        raise
    except Refused as refused:
        return refused_page(request, draft, line, around, refused)
    tail = f"?undo={page_id}" if do == "remove" else ""
    return see_other(request.path + tail)


def refused_page(
    request: HttpRequest, draft: Draft, line: Line, around: dict[str, Any], refused: Refused
) -> HttpResponse:
    """The page of an item with what stands against a step."""
    return _page(request, draft, line, around, errors=[{"name": "", "refusal": r} for r in refused.refusals])


def _upload(request: HttpRequest, draft: Draft, line: Line, around: dict[str, Any]) -> HttpResponse:
    """Take in each file by itself: a fault of one has its own sentence and costs the others nothing."""
    files = request.FILES.getlist("files")[:MOST_AT_ONCE]
    errors: list[dict[str, Any]] = []
    used = draft.facts.pages.get(line.key, 0)
    added: list[str] = []
    if not files:
        errors.append({"name": "", "refusal": rules.nothing_chosen(line.item.name)})
    for file in files:
        name = str(file.name or "")
        try:
            left = line.item.max_pages - used
            taken = intake(
                file, declared_name=name, limits=Limits(max_pages=line.item.max_pages, pages_left=left)
            )
            ids = add_material(
                actor=draft.actor,
                docket_id=draft.case.pk,
                item=line.key,
                intake=taken,
                original_name=name,
                key=f"{form_key(request)}:{taken.received_digest[:24]}",
            )
            used += taken.page_count
            added += ids
        except NotPermitted:
            raise
        except Refused as refused:
            errors += [{"name": name, "refusal": r} for r in refused.refusals]
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return _row(request, draft, line, files, errors)
    if errors:
        return _page(request, draft, line, around, errors=errors, added=len(added))
    return see_other(request.path)


def _row(
    request: HttpRequest, draft: Draft, line: Line, files: list[Any], errors: list[dict[str, Any]]
) -> HttpResponse:
    """The answer to the upload script: the row of the one file it sent."""
    error = errors[0]["refusal"] if errors else None
    context = {
        "name": str(files[0].name) if files else line.item.name,
        "error": error,
        "url": request.path,
    }
    return render(request, "filing/_upload_row.html", context, status=422 if errors else 200)


def _page(
    request: HttpRequest,
    draft: Draft,
    line: Line,
    around: dict[str, Any],
    *,
    errors: list[dict[str, Any]] | None = None,
    added: int = 0,
) -> HttpResponse:
    pages, removed = item_with_removed(draft.case.pk, line.key)
    if pages or removed:
        sights.saw("material", draft.case.docket.number, docket_id=draft.case.pk, purpose="申请登记")
    count = sum(p.page_count for p in pages)
    undo = uuid_or_none(request.GET.get("undo", ""))
    context = {
        "line": line,
        "item": line.item,
        "paper": guide_book().papers[line.item.code],
        "pages": [
            n | {"mine": may_replace(draft.facts, line, n["page"], draft.actor)} for n in numbered(pages)
        ],
        "removed": [p for p in removed if may_replace(draft.facts, line, p, draft.actor)],
        "undone": next((p for p in removed if p.pk == undo), None),
        "count": count,
        "left": max(line.item.max_pages - count, 0),
        "errors": errors or [],
        "added": added,
        "has_errors": bool(errors),
        "key": uuid.uuid4().hex,
        "few": bool(pages) and count < line.item.min_pages,
        "open": True,
        **around,
    }
    return show(request, draft, "material", "materials", context, status=422 if errors else 200)


def numbered(pages: list[MaterialPage]) -> list[dict[str, Any]]:
    """Pages with the numbers people count: a PDF of three is 第 2—4 页."""
    found, at = [], 1
    for row in pages:
        last = at + row.page_count - 1
        found.append(
            {
                "page": row,
                "label": f"第 {at} 页" if last == at else f"第 {at}—{last} 页",
                "turns": row.mime != "application/pdf",
            }
        )
        at = last + 1
    return found


@page(
    "material/<uuid:docket_id>/<uuid:page_id>/<str:size>",
    name="material.image",
    surface="web",
    needs=LOGIN,
    sql=6,
    example="material",
)
def image(request: HttpRequest, docket_id: uuid.UUID, page_id: uuid.UUID, size: str) -> HttpResponse:
    """The bytes of a page (`full`) or its thumbnail (`thumb`), for its applicants and for staff; each look is noted."""
    actor = actor_of(request)
    if not actor.may("case.see"):
        own_case(docket_id, actor)  # raises NotPermitted
    row = page_of(docket_id, page_id)
    if row is None or size not in ("thumb", "full"):
        raise Http404
    try:
        content = read_verified(row.thumb_key if size == "thumb" else row.storage_key)
    except StoredFileDamaged:
        raise Refused(DAMAGED) from None
    if size == "full":
        number = Docket.objects.values_list("number", flat=True).get(pk=docket_id)
        sights.saw("material", number, docket_id=docket_id, purpose=row.item)
    response = HttpResponse(content, content_type="image/jpeg" if size == "thumb" else row.mime)
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = "inline"
    return response
