"""Telling people: the message is kept, the queue sends it, the answer of the carrier is noted."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from dengbu.core import clock, crypto, jobs
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import normalise_phone

from . import rules
from .models import Message


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
