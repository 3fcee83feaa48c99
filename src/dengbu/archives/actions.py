"""Acts of the archive: a file becomes a volume, volumes go to the archive room with a list, the room takes them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from dengbu.core import clock, counters, documents
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Conflict, Refused

from . import rules
from .models import HandOver, Volume


@act("archives.archive", permission="case.archive")
def archive(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    catalogue: list[dict[str, Any]],
    paper_pages: int,
    difference_note: str = "",
    document: bytes | Callable[[str], bytes] | None = None,
) -> Volume:
    """归档: the file of a docket becomes a volume with its page catalogue; never changed afterwards.

    `catalogue`: lines with at least `title` and `pages`; `document` is the catalogue as PDF, or what makes it
    for the volume's number. Raises Refused where the
    paper pages differ from the catalogue without a note, Conflict where the docket is archived already.
    """
    against = rules.may_archive(catalogue, paper_pages, difference_note)
    if against:
        raise Refused(against)
    if Volume.objects.filter(docket_id=docket_id).exists():
        raise Conflict(rules.ALREADY_ARCHIVED)
    number = rules.volume_number(clock.today().year, counters.next_serial("dengbu_volume_no"))
    made = document(number) if callable(document) else document
    key, digest = documents.store(made) if made else ("", "")
    volume = Volume(
        docket_id=docket_id,
        number=number,
        catalogue=catalogue,
        pages=rules.pages_of(catalogue),
        paper_pages=paper_pages,
        difference_note=difference_note.strip()[:200],
        archived_by=actor.name[:80],
        archived_at=clock.now(),
        document_key=key,
        document_digest=digest,
    )
    volume.save(force_insert=True)
    current().about(docket_id)
    current().note(volume=volume.number, pages=volume.pages, paper_pages=paper_pages)
    return volume


def make_hand_over(
    *, actor: Actor, volume_ids: Sequence[uuid.UUID] | None = None, key: str | None = None
) -> HandOver:
    """移交清单: put waiting volumes on a list, the chosen ones or (None) all that wait, at most 200, oldest first.

    Raises Refused where nothing waits or a chosen volume stands on another list.
    """
    wanted = None if volume_ids is None else sorted({str(v) for v in volume_ids})
    made = _make_hand_over(actor=actor, volume_ids=wanted, key=key)
    return HandOver.objects.get(pk=made)


@act("archives.make_hand_over", permission="archive.hand_over")
def _make_hand_over(*, actor: Actor, volume_ids: list[str] | None) -> str:
    waiting = Volume.objects.filter(hand_over__isnull=True).order_by("pk")
    if volume_ids is None:
        # Two clerks at once make two lists; neither waits for the other.
        volumes = list(waiting.select_for_update(no_key=True, skip_locked=True)[: rules.LIST_LENGTH])
        gone: list[str] = []
    else:
        volumes = list(waiting.select_for_update(no_key=True).filter(pk__in=volume_ids))
        missing = set(volume_ids) - {str(v.pk) for v in volumes}
        gone = list(Volume.objects.filter(pk__in=missing).order_by("number").values_list("number", flat=True))
    against = rules.may_hand_over(len(volumes), gone)
    if against:
        raise Refused(against)
    made = HandOver(
        number=rules.list_number(clock.today(), counters.next_serial("dengbu_hand_over_no")),
        made_by=actor.name[:80],
        made_at=clock.now(),
    )
    made.save(force_insert=True)
    Volume.objects.filter(pk__in=[v.pk for v in volumes]).update(hand_over=made)
    current().about(*(v.docket_id for v in volumes))
    current().note(hand_over=made.number, volumes=len(volumes))
    return str(made.pk)


@act("archives.attach_list", permission="archive.hand_over")
def attach_list(*, actor: Actor, hand_over_id: uuid.UUID, document: bytes) -> HandOver:
    """Keep the printed list (PDF) that both sides sign. Raises Refused once the archive room has signed."""
    key, digest = documents.store(document)
    made = _open_list(hand_over_id)
    made.document_key, made.document_digest = key, digest
    made.save(update_fields=["document_key", "document_digest"])
    current().note(hand_over=made.number, digest=digest)
    return made


@act("archives.receive_hand_over", permission="archive.hand_over")
def receive_hand_over(*, actor: Actor, hand_over_id: uuid.UUID, received_by: str) -> HandOver:
    """签收: the archive room took the volumes of a list; only now do they leave the queue.

    Raises Refused where the list was not printed, has no receiver, or was received or returned before.
    """
    made = _open_list(hand_over_id)
    if not received_by.strip():
        raise Refused(rules.RECEIVER_EMPTY)
    if not made.document_key:
        raise Refused(rules.LIST_NOT_PRINTED)
    made.received_by, made.received_at = received_by.strip()[:100], clock.now()
    made.save(update_fields=["received_by", "received_at"])
    current().note(hand_over=made.number)
    return made


@act("archives.return_hand_over", permission="archive.hand_over")
def return_hand_over(*, actor: Actor, hand_over_id: uuid.UUID, reason: str) -> HandOver:
    """退回: the archive room did not take the list; its volumes wait again."""
    made = _open_list(hand_over_id)
    if not reason.strip():
        raise Refused(rules.REASON_EMPTY)
    made.returned_at, made.return_reason = clock.now(), reason.strip()[:200]
    made.save(update_fields=["returned_at", "return_reason"])
    count = Volume.objects.filter(hand_over=made).update(hand_over=None)
    current().note(hand_over=made.number, volumes=count)
    return made


def _open_list(hand_over_id: uuid.UUID) -> HandOver:
    made = HandOver.objects.select_for_update(no_key=True).filter(pk=hand_over_id).first()
    if made is None:
        raise Refused(rules.LIST_UNKNOWN)
    if made.received_at:
        raise Conflict(rules.LIST_RECEIVED)
    if made.returned_at:
        raise Conflict(rules.LIST_RETURNED)
    return made
