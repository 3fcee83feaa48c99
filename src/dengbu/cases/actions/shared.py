"""Papers of a batch that all its units share: uploaded once, a page row per docket pointing at the same bytes."""

from __future__ import annotations

import uuid
from collections import defaultdict

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Conflict, Refusal, Refused
from dengbu.materials import actions as room
from dengbu.materials import rules
from dengbu.materials.intake import Intake
from dengbu.materials.models import MaterialPage
from dengbu.register.queries import book_of

from ..facts import Line, facts_of
from ..lifecycle import State
from ..models import Case
from .batches import own_batch
from .materials import UNKNOWN_ITEM

SHARED_BY = "developer"  # papers of the organisation that files hold for every unit; a buyer's for one only

NO_DRAFTS = Refusal("BATCH_NO_DRAFTS", "这个批次没有还可以修改的房屋。", "已提交的请到那一套的页面查看。")


def share_material(
    *,
    actor: Actor,
    batch_id: uuid.UUID,
    item: str,
    intake: Intake,
    original_name: str,
    key: str | None = None,
) -> int:
    """Add an uploaded file to one checklist item of every draft of a batch. Gives how many units have it now.

    The bytes are kept first, once. Raises Refused (not shared, too many pages), NotPermitted (another's batch).
    """
    kept = room.keep(intake)
    shared: int = _share(
        actor=actor, batch_id=batch_id, item=item, kept=kept, original_name=original_name, key=key
    )
    return shared


@act("cases.share_material", permission="application.file")
def _share(*, actor: Actor, batch_id: uuid.UUID, item: str, kept: room.Kept, original_name: str) -> int:
    cases = _drafts(batch_id, actor)
    lines = shared_lines(cases)
    line = lines.get(item)
    if line is None:
        raise Refused(UNKNOWN_ITEM)
    there = MaterialPage.objects.select_for_update().filter(
        docket_id__in=[c.docket_id for c in cases], item=item, removed_at__isnull=True
    )
    pages: dict[uuid.UUID, int] = defaultdict(int)
    last: dict[uuid.UUID, int] = defaultdict(int)
    have: set[uuid.UUID] = set()
    for page in there:
        pages[page.docket_id] += page.page_count
        last[page.docket_id] = max(last[page.docket_id], page.position)
        if page.received_digest == kept.received_digest:
            have.add(page.docket_id)  # sent twice: the units that have it keep it once
    wanting = [c for c in cases if c.docket_id not in have]
    used = max((pages[c.docket_id] for c in wanting), default=0)
    if wanting and used + kept.page_count > line.item.max_pages:
        limits = rules.Limits(max_pages=line.item.max_pages, pages_left=max(line.item.max_pages - used, 0))
        raise Refused(rules.too_many_pages(limits))
    MaterialPage.objects.bulk_create(
        _row(case, item, kept, page, last[case.docket_id] + n, original_name, actor)
        for case in wanting
        for n, page in enumerate(kept.pages, 1)
    )
    current().note(item=item, digest=kept.received_digest, units=len(wanting))
    return len(cases)


def _row(
    case: Case, item: str, kept: room.Kept, page: room.KeptPage, position: int, name: str, actor: Actor
) -> MaterialPage:
    return MaterialPage(
        docket_id=case.docket_id,
        item=item,
        position=position,
        original_name=name[-120:],
        received_digest=kept.received_digest,
        stored_digest=page.stored_digest,
        mime=page.mime,
        size=page.size,
        page_count=page.page_count,
        width=page.width,
        height=page.height,
        storage_key=page.storage_key,
        thumb_key=page.thumb_key,
        advice="；".join(kept.advice)[:100],
        round=case.round,
        uploaded_by=actor.key,
        uploaded_at=clock.now(),
    )


@act("cases.unshare_material", permission="application.file")
def unshare_material(*, actor: Actor, batch_id: uuid.UUID, item: str, digest: str) -> int:
    """Take a shared file out of every draft of a batch; what was submitted keeps it. Gives how many pages went.

    Raises Conflict when it is not there any more.
    """
    cases = _drafts(batch_id, actor)
    gone: int = MaterialPage.objects.filter(
        docket_id__in=[c.docket_id for c in cases], item=item, received_digest=digest, removed_at__isnull=True
    ).update(removed_at=clock.now())
    if not gone:
        raise Conflict(room.PAGE_GONE)
    current().note(item=item, digest=digest, pages=gone)
    return gone


def _drafts(batch_id: uuid.UUID, actor: Actor) -> list[Case]:
    """The drafts of one's batch, locked in the order of their dockets."""
    own_batch(batch_id, actor)
    cases = list(
        Case.objects.select_for_update(of=("self",), no_key=True)
        .filter(batch_id=batch_id, state=State.DRAFT.value)
        .order_by("docket_id")
    )
    if not cases:
        raise Refused(NO_DRAFTS)
    current().about(*(c.docket_id for c in cases))
    return cases


def shared_lines(cases: list[Case]) -> dict[str, Line]:
    """The lines that every unit's checklist has and the organisation provides, by key."""
    found, now = facts_of(cases), clock.now()
    books = book_of([c.unit_code for c in cases])
    lists = [found[c.docket_id].checklist(books.get(c.unit_code), now) for c in cases]
    return common_lines(lists)


def common_lines(lists: list[tuple[Line, ...]]) -> dict[str, Line]:
    """Of the checklists of a batch: what all have and the organisation provides once for all of them."""
    keys = set.intersection(*({line.key for line in lines} for lines in lists)) if lists else set()
    return {
        line.key: line
        for lines in lists[:1]
        for line in lines
        if line.key in keys
        and line.item.provided_by == SHARED_BY
        and not line.item.generated
        and not line.exempt
    }
