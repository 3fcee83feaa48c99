"""Telling people: the message is kept, the queue sends it, the answer of the carrier is noted."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dengbu.core import clock, crypto, jobs
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import normalise_phone

from . import rules
from .models import Deadline, Message


@act("notices.tell")
def tell(
    *,
    actor: Actor,
    template: str,
    docket_id: uuid.UUID | None = None,
    user_id: int | None = None,
    phone: str = "",
    parameters: Mapping[str, str],
) -> str:
    """Tell one receiver one of our sentences: under 消息 (`user_id`), by short message (`phone`), or both.

    Joins the act it is called in: what was rolled back is not told. Returns the message's id. Raises ValueError
    without a receiver, and what `rules.render` raises (both are faults of the program, not of a person).
    """
    if user_id is None and not phone:
        raise ValueError("a message needs a receiver")
    text, values = rules.render(template, parameters)
    by_sms = bool(phone) and rules.TEMPLATES[template].sms
    message = Message.objects.create(
        docket_id=docket_id,
        user_id=user_id,
        template=template,
        text=text,
        parameters=values,
        phone_cipher=crypto.encrypt(normalise_phone(phone), rules.PHONE_PURPOSE) if by_sms else "",
        state="queued" if by_sms else "in_site",
        made_at=clock.now(),
    )
    if by_sms:
        name = f"message-{message.pk}"
        jobs.enqueue("notices.send", lock=name, queueing_lock=name, message_id=str(message.pk))
    if docket_id is not None:
        current().about(docket_id)
    return str(message.pk)


@act("notices.note_sent")
def note_sent(*, actor: Actor, message_id: uuid.UUID, gateway_ref: str) -> None:
    """The carrier took the message over."""
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.state == "sent":
        return
    message.state, message.gateway_ref, message.sent_at = "sent", gateway_ref, clock.now()
    message.attempts += 1
    message.save(update_fields=["state", "gateway_ref", "sent_at", "attempts"])


@act("notices.note_not_sent")
def note_not_sent(*, actor: Actor, message_id: uuid.UUID, reason: str, final: bool) -> bool:
    """The carrier did not take it. Returns whether that was the last try: then the message has failed."""
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.state != "queued":
        return True
    message.attempts += 1
    message.gateway_ref = reason[:80]
    if final or message.attempts >= rules.ATTEMPTS:
        message.state = "failed"
    message.save(update_fields=["state", "gateway_ref", "attempts"])
    current().note(message=str(message_id), reason=reason, attempts=message.attempts)
    return message.state == "failed"


@act("notices.send_again")
def send_again(*, actor: Actor, message_id: uuid.UUID) -> None:
    """Queue a failed message once more (a clerk's decision)."""
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.state == "failed":
        message.state, message.attempts = "queued", 0
        message.save(update_fields=["state", "attempts"])
        name = f"message-{message.pk}"
        jobs.enqueue("notices.send", lock=name, queueing_lock=name, message_id=str(message.pk))


@act("notices.mark_read")
def mark_read(*, actor: Actor, message_ids: list[uuid.UUID] | None = None) -> int:
    """The receiver has read these of their own messages (all of them: None). Returns how many were new."""
    rows = Message.objects.filter(user_id=actor.user_id, read_at__isnull=True)
    if actor.user_id is None:
        return 0
    if message_ids is not None:
        rows = rows.filter(pk__in=message_ids)
    return rows.update(read_at=clock.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that runs out on a day."""

    subject: str
    due_on: dt.date
    docket_id: uuid.UUID | None = None
    unit_code: str = ""
    location: str = ""
    about: str = ""


@act("notices.watch")
def watch(*, actor: Actor, kind: str, found: Sequence[Due]) -> int:
    """Write down everything of a kind that runs out: new rows for what is new, `gone` for what is no longer found.

    `found` is all there is of the kind. Gives how many rows are new. Two runs at once write one row.
    """
    now = clock.now()
    rows = [
        Deadline(
            kind=kind,
            subject=d.subject,
            due_on=d.due_on,
            docket_id=d.docket_id,
            unit_code=d.unit_code,
            location=d.location[:200],
            about=d.about[:200],
            found_at=now,
        )
        for d in found
    ]
    known = set(
        Deadline.objects.filter(kind=kind, subject__in=[d.subject for d in found]).values_list(
            "subject", "due_on"
        )
    )
    fresh = {(r.subject, r.due_on): r for r in rows if (r.subject, r.due_on) not in known}
    Deadline.objects.bulk_create(list(fresh.values()), ignore_conflicts=True)
    still = {(d.subject, d.due_on) for d in found}
    over = [
        pk
        for pk, subject, due_on in Deadline.objects.filter(kind=kind, gone_at__isnull=True).values_list(
            "pk", "subject", "due_on"
        )
        if (subject, due_on) not in still
    ]
    Deadline.objects.filter(pk__in=over).update(gone_at=now)
    back = [
        pk
        for pk, subject, due_on in Deadline.objects.filter(
            kind=kind, gone_at__isnull=False, subject__in=[s for s, _ in still]
        ).values_list("pk", "subject", "due_on")
        if (subject, due_on) in still
    ]
    Deadline.objects.filter(pk__in=back).update(gone_at=None)
    current().note(kind=kind, found=len(found), fresh=len(fresh))
    return len(fresh)


@act("notices.take_to_tell")
def take_to_tell(*, actor: Actor, kind: str, since: dt.date | None, limit: int) -> list[int]:
    """Things of a kind of which nobody has been told, at most so many: marked as told in this act, and given by key.

    `since`: only what runs out on that day or later; what was over before it was found is told to nobody. A second run
    finds none of them.
    """
    rows = Deadline.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(
        kind=kind, gone_at__isnull=True, told_at__isnull=True
    )
    if since is not None:
        rows = rows.filter(due_on__gte=since)
    keys = [r.pk for r in rows.order_by("due_on", "pk")[:limit]]
    Deadline.objects.filter(pk__in=keys).update(told_at=clock.now())
    return keys
