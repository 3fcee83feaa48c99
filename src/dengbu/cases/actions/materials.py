"""Evidence and unsaved answers of an application: whose it is and whether it may be changed is judged here."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Conflict, Refusal, Refused
from dengbu.materials import actions as room
from dengbu.materials.intake import Intake
from dengbu.materials.queries import page_of
from dengbu.register.queries import unit_book

from ..facts import Line, facts
from ..models import Case
from .filing import editable, own_case

TYPED_PURPOSE = "cases.typed"
TYPED_MAX = 20_000

UNKNOWN_ITEM = Refusal("MATERIAL_UNKNOWN_ITEM", "这件申请不需要这项材料。", "请从材料清单里重新打开。")


def line_of(case: Case, item: str) -> Line:
    """The checklist line of an item that can be uploaded. Raises Refused when it is not on this case's list."""
    book = unit_book(case.unit_code) if case.unit_code else None
    for line in facts(case).checklist(book, clock.now()):
        if line.key == item and not line.item.generated:
            return line
    raise Refused(UNKNOWN_ITEM)


def _editing(actor: Actor, docket_id: uuid.UUID, item: str) -> Case:
    case, _ = own_case(docket_id, actor)
    editable(case, None, f"material:{item}")
    return case


def add_material(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    item: str,
    intake: Intake,
    original_name: str,
    key: str | None = None,
) -> list[str]:
    """Add an uploaded file to a checklist item of one's own application. Gives the ids of the new pages.

    The bytes are kept first, then the act points at them. Raises Refused (not on the list, too many pages),
    NotPermitted (not one's own, not among the corrections), Conflict (already submitted).
    """
    kept = room.keep(intake)
    ids: list[str] = _add_material(
        actor=actor, docket_id=docket_id, item=item, kept=kept, original_name=original_name, key=key
    )
    return ids


@act("cases.add_material")
def _add_material(
    *, actor: Actor, docket_id: uuid.UUID, item: str, kept: room.Kept, original_name: str
) -> list[str]:
    case = _editing(actor, docket_id, item)
    line = line_of(case, item)
    ids: list[str] = room.add_page(
        actor=actor,
        docket_id=docket_id,
        item=item,
        kept=kept,
        original_name=original_name,
        max_pages=line.item.max_pages,
        round=case.round,
        names={item: line.item.name},
    )
    return ids


@act("cases.remove_material")
def remove_material(*, actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID) -> None:
    """Take a page out of one's own application; it can be put back. Raises like `add_material`."""
    _editing(actor, docket_id, item)
    room.remove_page(actor=actor, docket_id=docket_id, item=item, page_id=page_id)


@act("cases.restore_material")
def restore_material(*, actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID) -> None:
    """Put a removed page back. Raises like `add_material`."""
    case = _editing(actor, docket_id, item)
    line = line_of(case, item)
    room.restore_page(
        actor=actor, docket_id=docket_id, item=item, page_id=page_id, max_pages=line.item.max_pages
    )


@act("cases.move_material")
def move_material(*, actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID, by: int) -> None:
    """Move a page one place forward (-1) or back (+1). Raises like `add_material`."""
    _editing(actor, docket_id, item)
    room.move_page(actor=actor, docket_id=docket_id, item=item, page_id=page_id, by=by)


def rotate_material(*, actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID) -> None:
    """Turn a page a quarter clockwise. Raises like `add_material`, Refused for a PDF."""
    page = page_of(docket_id, page_id)
    if page is None or page.item != item:
        raise Conflict(room.PAGE_GONE)
    _rotate_material(
        actor=actor,
        docket_id=docket_id,
        item=item,
        page_id=page_id,
        was=page.stored_digest,
        turned=room.turn(page),
    )


@act("cases.rotate_material")
def _rotate_material(
    *, actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID, was: str, turned: room.KeptPage
) -> None:
    _editing(actor, docket_id, item)
    room.rotate_page(actor=actor, docket_id=docket_id, item=item, page_id=page_id, was=was, turned=turned)


@act("cases.keep_typed")
def keep_typed(*, actor: Actor, docket_id: uuid.UUID, section: str, typed: Mapping[str, str]) -> None:
    """Keep what was typed into a form and not saved yet (autosave). Never judged; encrypted, for it may hold numbers.

    It holds for the version it was typed on: a save of the draft makes it void.
    """
    case, _ = own_case(docket_id, actor)
    editable(case, None, section)
    text = json.dumps(dict(typed), ensure_ascii=False)
    if len(text) > TYPED_MAX:
        return
    kept = {k: v for k, v in case.filed.get("typed", {}).items() if v.get("version") == case.version}
    kept[section] = {"version": case.version, "cipher": crypto.encrypt(text, TYPED_PURPOSE)}
    case.filed = {**case.filed, "typed": kept}
    case.save()
    current().note(section=section)


def typed_of(case: Case, section: str) -> dict[str, Any] | None:
    """What was typed and not saved on the present version of a draft, or None."""
    kept = case.filed.get("typed", {}).get(section)
    if not kept or kept.get("version") != case.version:
        return None
    found: dict[str, Any] = json.loads(crypto.decrypt(kept["cipher"], TYPED_PURPOSE))
    return found
