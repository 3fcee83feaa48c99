"""Evidence and unsaved answers of an application: whose it is and whether it may be changed is judged here."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.materials import actions as room
from dengbu.materials.intake import Intake
from dengbu.materials.models import MaterialPage
from dengbu.materials.queries import page_of
from dengbu.register.queries import unit_book

from .. import hand_ins
from ..facts import CaseFacts, Line, facts, is_party, writes
from ..lifecycle import State
from ..models import Case, CaseParty
from .filing import EDITABLE, correction_targets, editable, own_case

TYPED_PURPOSE = "cases.typed"
TYPED_MAX = 20_000

NOT_YOUR_PAPER = Refusal(
    "MATERIAL_NOT_YOURS",
    "这项材料由其他当事人提供，或者已经确认，您现在不能改。",
    "需要更换的，请联系提交申请的人；还没有确认的，可以选择“不同意，退回修改”。",
    "条例14、16",
)
NOT_YOUR_PAGE = Refusal(
    "MATERIAL_PAGE_NOT_YOURS",
    "这一页是其他申请人上传的，您不能更换。",
    "您可以添加自己的材料；对这一页有异议的，请选择“不同意，退回修改”。",
    "条例14、16",
)
UNKNOWN_ITEM = Refusal("MATERIAL_UNKNOWN_ITEM", "这件申请不需要这项材料。", "请从材料清单里重新打开。")


def line_of(case: Case, item: str) -> Line:
    """The checklist line of an item that can be uploaded. Raises Refused when it is not on this case's list."""
    return _line(facts(case), item)


def _line(found: CaseFacts, item: str) -> Line:
    book = unit_book(found.case.unit_code) if found.case.unit_code else None
    for line in found.checklist(book, clock.now()):
        if line.key == item and not line.item.generated:
            return line
    raise Refused(UNKNOWN_ITEM)


def may_change(found: CaseFacts, line: Line, actor: Actor) -> bool:
    """Whether who looks may add to the papers of a line now: who filed while the application is open; a party that
    brings them itself until one of them has confirmed, and of others in the filer's role what they add of their own.
    In a correction both may, if it asks for this line."""
    case, asked = found.case, f"material:{line.key}"
    if line.item.generated:
        return False
    if case.state == State.CORRECTION and asked not in correction_targets(case):
        return False
    if writes(case, actor) and case.state in EDITABLE:
        return True
    mine = [p for p in found.parties if p.role == line.item.provided_by and is_party(p, actor)]
    if not mine or case.filed_for_by_staff or line.item.provided_by not in found.registration.confirming:
        return False
    if case.state == State.CORRECTION:
        return True
    # What one of them has confirmed is what all of them say.
    signed = [p for p in found.brought_by(line) or mine if p.confirmed_at]
    return case.state == State.AWAITING and not signed


def may_replace(found: CaseFacts, line: Line, page: MaterialPage, actor: Actor) -> bool:
    """Whether who may change a line may take out or turn this page of it: of papers that are the filer's as well,
    only what one uploaded oneself."""
    writing = writes(found.case, actor) and found.case.state in EDITABLE
    if line.key.startswith(hand_ins.PREFIX):
        return True  # one paper that whoever may hand it in puts together
    return writing or bool(found.brought_by(line)) or page.uploaded_by == actor.key


def _editing(
    actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID | None = None
) -> tuple[Case, Line]:
    """The case, locked, and the line of its list that is about to change."""
    case, _ = own_case(docket_id, actor, as_party=True)
    if item.startswith(hand_ins.PREFIX):
        return case, undertaken_line(facts(case), item, actor)
    if writes(case, actor) and case.state != State.AWAITING:
        editable(case, None, f"material:{item}")
    found = facts(case)
    line = _line(found, item)
    if not may_change(found, line, actor):
        if case.state not in (*EDITABLE, State.AWAITING):
            editable(case, None)
        raise NotPermitted("application.file", NOT_YOUR_PAPER)
    page = page_of(docket_id, page_id) if page_id else None
    if page is not None and not may_replace(found, line, page, actor):
        raise NotPermitted("application.file", NOT_YOUR_PAGE)
    _ask_again(found, line, actor)
    return case, line


def undertaken_line(found: CaseFacts, item: str, actor: Actor) -> Line:
    """The line of a paper that was undertaken, about to change: by who may hand it in, while nobody checks it.

    Raises Refused, NotPermitted, Conflict.
    """
    one = hand_ins.owed(found.case.docket_id, item)
    line = hand_ins.line(found, one) if one is not None else None
    if one is None or line is None:
        raise Refused(UNKNOWN_ITEM)
    if not hand_ins.may_bring(found, one, actor):
        raise NotPermitted("application.file", NOT_YOUR_PAPER)
    if wrong := hand_ins.why_not_upload(one, hand_ins.newest(one)):
        raise Conflict(*wrong)
    return line


def _ask_again(found: CaseFacts, line: Line, actor: Actor) -> None:
    """In a correction a party's own paper was changed by another hand: nobody of that party has confirmed this one."""
    if found.case.state == State.CORRECTION:
        changed = [p.pk for p in found.brought_by(line) if p.confirmed_at and not is_party(p, actor)]
        CaseParty.objects.filter(pk__in=changed).update(confirmed_at=None, confirmed_by=None)


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
    case, line = _editing(actor, docket_id, item)
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
    _editing(actor, docket_id, item, page_id)
    room.remove_page(actor=actor, docket_id=docket_id, item=item, page_id=page_id)


@act("cases.restore_material")
def restore_material(*, actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID) -> None:
    """Put a removed page back. Raises like `add_material`."""
    _, line = _editing(actor, docket_id, item, page_id)
    room.restore_page(
        actor=actor, docket_id=docket_id, item=item, page_id=page_id, max_pages=line.item.max_pages
    )


@act("cases.move_material")
def move_material(*, actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID, by: int) -> None:
    """Move a page one place forward (-1) or back (+1). Raises like `add_material`."""
    _editing(actor, docket_id, item, page_id)
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
    _editing(actor, docket_id, item, page_id)
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
