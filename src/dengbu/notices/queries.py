"""Messages of a person, and what became of the messages of a docket."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q

from .models import Deadline, Message
from .rules import TEMPLATES

PAGE_SIZE = 20


def messages_of(user_id: int, *, after: str = "", unread: bool = False) -> tuple[list[Message], str]:
    """A person's messages, newest first, dockets with them; and the key of the next page, '' at the end. One statement.

    `after` is the id of the last message of the page before.
    """
    rows = Message.objects.select_related("docket").filter(user_id=user_id).order_by("-pk")
    if unread:
        rows = rows.filter(read_at__isnull=True)
    try:
        rows = rows.filter(pk__lt=uuid.UUID(after)) if after else rows
    except ValueError:
        pass
    found = list(rows[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], str(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else ""


def unread_count(user_id: int) -> int:
    """How many messages wait to be read. One statement."""
    return Message.objects.filter(user_id=user_id, read_at__isnull=True).count()


def messages_about(docket_id: uuid.UUID) -> list[Message]:
    """What was told about a docket, newest first: for staff. One statement."""
    return list(Message.objects.filter(docket_id=docket_id).order_by("-pk")[:100])


def failed_messages(limit: int = 50) -> list[Message]:
    """Messages the carrier never took: somebody has to telephone. One statement."""
    return list(Message.objects.select_related("docket").filter(state="failed").order_by("-pk")[:limit])


def title_of(message: Message) -> str:
    """The heading of a message, by its template."""
    template = TEMPLATES.get(message.template)
    return template.title if template else "消息"


def deadlines_page(kind: str, after: tuple[dt.date, int] | None, limit: int) -> list[Deadline]:
    """What runs out, of a kind, the nearest day first, with its docket. One statement."""
    found = Deadline.objects.select_related("docket").filter(kind=kind, gone_at__isnull=True)
    if after is not None:
        found = found.filter(Q(due_on__gt=after[0]) | Q(due_on=after[0], pk__gt=after[1]))
    return list(found.order_by("due_on", "pk")[:limit])


def deadline_of(docket_id: uuid.UUID, kind: str) -> Deadline | None:
    """The newest deadline of a kind of a docket that has not gone."""
    return (
        Deadline.objects.filter(docket_id=docket_id, kind=kind, gone_at__isnull=True)
        .order_by("-due_on")
        .first()
    )
