"""Writing evidence: pages added, turned, put in order, taken out and put back. Bytes are kept before the act begins."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from dengbu.core import clock, jobs
from dengbu.core.acts import Actor, act, current
from dengbu.core.ids import uuid7
from dengbu.core.refusals import Conflict, Refusal, Refused

from . import rules
from .intake import Intake, Limits
from .models import MaterialPage
from .queries import pages_of_item
from .storage import put, put_page, read_verified

PAGE_GONE = Refusal("MATERIAL_PAGE_GONE", "没有找到这一页，可能已在另一个窗口删除。", "请刷新页面再看。")
CANNOT_TURN = Refusal(
    "MATERIAL_CANNOT_TURN", "PDF 不能在这里旋转。", "请在电脑上旋转后重新上传，或拍照上传。"
)


@dataclass(frozen=True, slots=True)
class KeptPage:
    """One stored object with the keys of its bytes and thumbnail. Sizes in bytes and pixels (PDF: points)."""

    storage_key: str
    thumb_key: str
    stored_digest: str
    mime: str
    size: int
    page_count: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One uploaded file whose bytes are in the store; no row points at them yet."""

    received_digest: str
    pages: tuple[KeptPage, ...]
    advice: tuple[str, ...] = ()

    @property
    def page_count(self) -> int:
        return sum(page.page_count for page in self.pages)


def keep(intake: Intake) -> Kept:
    """Write a file's bytes to the store. Outside the act, so that no row ever points at nothing; orphans are swept."""
    pages = []
    for page in intake.pages:
        key, thumb = put_page(page)
        pages.append(
            KeptPage(
                key, thumb, page.stored_digest, page.mime, page.size, page.page_count, page.width, page.height
            )
        )
    return Kept(intake.received_digest, tuple(pages), tuple(a.message for a in intake.advice))


@act("materials.add_page")
def add_page(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    item: str,
    kept: Kept,
    original_name: str,
    max_pages: int = 20,
    round: int = 1,
    names: Mapping[str, str] | None = None,
) -> list[str]:
    """Add a kept file to a checklist item of a docket, after its last page. Gives the ids of the new pages.

    `names` are the names of the items, for the advice about a file that was already uploaded.
    Raises Refused (MATERIAL_TOO_MANY_PAGES) past the item's limit; a duplicate is advice, never a fault.
    """
    there = list(
        MaterialPage.objects.select_for_update()
        .filter(docket_id=docket_id, removed_at__isnull=True)
        .order_by("position")
    )
    mine = [p for p in there if p.item == item]
    used = sum(p.page_count for p in mine)
    if used + kept.page_count > max_pages:
        raise Refused(rules.too_many_pages(Limits(max_pages=max_pages, pages_left=max_pages - used)))
    twin = next((p for p in there if p.received_digest == kept.received_digest), None)
    advice = list(kept.advice)
    if twin is not None:
        name = (names or {}).get(twin.item, "这项材料")
        advice.append(rules.duplicate(f"{name} 第{_place(there, twin)}页").message)
    start = max((p.position for p in mine), default=0)
    rows = [
        MaterialPage(
            docket_id=docket_id,
            item=item,
            position=start + n,
            original_name=original_name[-120:],
            received_digest=kept.received_digest,
            stored_digest=page.stored_digest,
            mime=page.mime,
            size=page.size,
            page_count=page.page_count,
            width=page.width,
            height=page.height,
            storage_key=page.storage_key,
            thumb_key=page.thumb_key,
            advice="；".join(advice)[:100] if n == 1 else "",
            round=round,
            uploaded_by=actor.key,
            uploaded_at=clock.now(),
        )
        for n, page in enumerate(kept.pages, 1)
    ]
    MaterialPage.objects.bulk_create(rows)
    current().note(item=item, pages=kept.page_count, digest=kept.received_digest)
    return [str(row.pk) for row in rows]


@act("materials.copy_pages")
def copy_pages(*, actor: Actor, source: uuid.UUID, target: uuid.UUID, items: Sequence[str]) -> int:
    """The live pages of some items of one docket, in another docket as well: the same bytes. Gives how many."""
    pages = list(
        MaterialPage.objects.filter(docket_id=source, item__in=list(items), removed_at__isnull=True).order_by(
            "item", "position"
        )
    )
    for page in pages:
        page.pk, page.docket_id = uuid7(), target
        page.uploaded_by, page.uploaded_at = actor.key, clock.now()
    MaterialPage.objects.bulk_create(pages)
    current().about(target)
    return len(pages)


@act("materials.refile")
def refile(*, actor: Actor, docket_id: uuid.UUID, item: str, to: str, max_pages: int) -> int:
    """The pages of one item put after those of another, in their order. Gives how many sheets.

    Raises Refused (MATERIAL_TOO_MANY_PAGES) past the other item's limit.
    """
    rows = list(
        MaterialPage.objects.select_for_update()
        .filter(docket_id=docket_id, item__in=(item, to), removed_at__isnull=True)
        .order_by("position", "pk")
    )
    moving, there = [p for p in rows if p.item == item], [p for p in rows if p.item == to]
    used, coming = sum(p.page_count for p in there), sum(p.page_count for p in moving)
    if used + coming > max_pages:
        raise Refused(rules.too_many_pages(Limits(max_pages=max_pages, pages_left=max_pages - used)))
    last = max((p.position for p in there), default=0)
    for place, row in enumerate(moving, last + 1):
        row.item, row.position = to, place
    MaterialPage.objects.bulk_update(moving, ["item", "position"])
    current().note(item=item, to=to, pages=coming)
    return coming


def _place(pages: list[MaterialPage], page: MaterialPage) -> int:
    return [p.pk for p in pages if p.item == page.item].index(page.pk) + 1


def _page(docket_id: uuid.UUID, item: str, page_id: uuid.UUID, *, removed: bool) -> MaterialPage:
    row = (
        MaterialPage.objects.select_for_update()
        .filter(pk=page_id, docket_id=docket_id, item=item, removed_at__isnull=not removed)
        .first()
    )
    if row is None:
        raise Conflict(PAGE_GONE)
    return row


@act("materials.remove_page")
def remove_page(*, actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID) -> None:
    """Take a page out. It stays, marked, and can be put back. Raises Conflict when it is not there any more."""
    row = _page(docket_id, item, page_id, removed=False)
    row.removed_at = clock.now()
    row.save()
    current().note(item=item, page=str(page_id))


@act("materials.restore_page")
def restore_page(
    *, actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID, max_pages: int = 20
) -> None:
    """Put a removed page back where it was. Raises Refused past the item's limit, Conflict when it is gone."""
    row = _page(docket_id, item, page_id, removed=True)
    used = sum(p.page_count for p in pages_of_item(docket_id, item))
    if used + row.page_count > max_pages:
        raise Refused(rules.too_many_pages(Limits(max_pages=max_pages, pages_left=max_pages - used)))
    row.removed_at = None
    row.save()
    current().note(item=item, page=str(page_id))


@act("materials.move_page")
def move_page(*, actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID, by: int) -> None:
    """Move a page one place forward (`by` -1) or back (+1) within its item; at the end nothing happens."""
    rows = list(
        MaterialPage.objects.select_for_update()
        .filter(docket_id=docket_id, item=item, removed_at__isnull=True)
        .order_by("position", "pk")
    )
    at = next((n for n, row in enumerate(rows) if row.pk == page_id), None)
    if at is None:
        raise Conflict(PAGE_GONE)
    to = at + by
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
        for place, row in enumerate(rows, 1):
            row.position = place
        MaterialPage.objects.bulk_update(rows, ["position"])
    current().note(item=item, page=str(page_id), by=by)


@act("materials.discard")
def discard(*, actor: Actor, docket_ids: Sequence[uuid.UUID]) -> int:
    """Files of applications that were never made: the rows go, and after commit the bytes no other row points at.

    Gives how many pages went.
    """
    rows = list(MaterialPage.objects.select_for_update().filter(docket_id__in=list(docket_ids)))
    keys = sorted({key for row in rows for key in (row.storage_key, row.thumb_key)})
    MaterialPage.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if keys:
        jobs.enqueue("materials.forget", keys=keys)
    current().note(discarded=len(rows))
    return len(rows)


def turn(page: MaterialPage) -> KeptPage:
    """The page's image turned a quarter clockwise, kept in the store. Raises Refused for a PDF."""
    if page.mime not in ("image/jpeg", "image/png"):
        raise Refused(CANNOT_TURN)
    with Image.open(io.BytesIO(read_verified(page.storage_key))) as image:
        turned = image.transpose(Image.Transpose.ROTATE_270)
    content, mime = _encoded(turned, page.mime)
    small = turned.convert("RGB")
    small.thumbnail((Limits().thumbnail_edge, Limits().thumbnail_edge))
    key = put(content, mime)
    thumb = put(_encoded(small, "image/jpeg")[0], "image/jpeg")
    digest = key.rpartition("/")[2].partition(".")[0]
    return KeptPage(key, thumb, digest, mime, len(content), 1, turned.width, turned.height)


def _encoded(image: Image.Image, mime: str) -> tuple[bytes, str]:
    out = io.BytesIO()
    if mime == "image/png":
        image.save(out, "PNG", optimize=True)
    else:
        image.convert("RGB").save(out, "JPEG", quality=88, optimize=True)
    return out.getvalue(), mime


@act("materials.rotate_page")
def rotate_page(
    *, actor: Actor, docket_id: uuid.UUID, item: str, page_id: uuid.UUID, was: str, turned: KeptPage
) -> None:
    """Put the turned image in place of the page's. `was` is the digest it was turned from: a second click does nothing."""
    row = _page(docket_id, item, page_id, removed=False)
    if row.stored_digest != was:
        return
    row.storage_key, row.thumb_key, row.stored_digest = (
        turned.storage_key,
        turned.thumb_key,
        turned.stored_digest,
    )
    row.size, row.width, row.height = turned.size, turned.width, turned.height
    row.save()
    current().note(item=item, page=str(page_id))
