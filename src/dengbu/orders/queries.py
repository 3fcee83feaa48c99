"""Reads of served papers. One statement each."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db.models import Q

from dengbu.core import rows
from dengbu.core.identifiers import land_unit

from .models import Letter, Order, Service
from .rules import OpenOrder

PAGE_SIZE = 50


def open_orders(unit_codes: Iterable[str]) -> list[OpenOrder]:
    """Orders on these units, and on the land under them, that are not settled, in the order of service.

    What decides an entry reads it with the units locked.
    """
    codes = set(unit_codes)
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT o.id, o.unit_code, o.docket_id, o.holds, s.served_at, s.number, s.authority, s.document_no,"
            " o.type_code"
            " FROM orders_order o JOIN orders_service s ON s.docket_id = o.service_id"
            " WHERE o.settled_at IS NULL AND o.unit_code = ANY(%s)",
            [sorted(codes | {land_unit(code) for code in codes})],
        )
        return sorted((OpenOrder(*row) for row in cursor.fetchall()), key=lambda o: o.place)


def in_line(order: Order) -> OpenOrder:
    """An order, with its service, as the line sees it."""
    paper = order.service
    return OpenOrder(
        order.pk,
        order.unit_code,
        order.docket_id,
        order.holds,
        paper.served_at,
        paper.number,
        paper.authority,
        paper.document_no,
        order.type_code,
    )


def service_of(docket_id: uuid.UUID) -> Service | None:
    """A served paper with its docket, or None."""
    return Service.objects.select_related("docket").filter(pk=docket_id).first()


def orders_of(service_id: uuid.UUID) -> list[Order]:
    """What a served paper asks for, unit by unit."""
    return list(Order.objects.filter(service_id=service_id).order_by("opened_at", "pk"))


def order_of_case(docket_id: uuid.UUID) -> Order | None:
    """The order a case was begun for, with its service."""
    return Order.objects.select_related("service").filter(docket_id=docket_id).first()


def open_page(after: uuid.UUID | None = None) -> list[Order]:
    """Orders that are not settled, oldest first, with their service."""
    found = Order.objects.select_related("service").filter(settled_at__isnull=True)
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk")[: PAGE_SIZE + 1])


def services_of_day(day_starts: dt.datetime, limit: int = PAGE_SIZE) -> list[Service]:
    """Papers received since an instant, newest first."""
    return list(Service.objects.filter(received_at__gte=day_starts).order_by("-received_at")[:limit])


def letters_page(answered: bool, after: tuple[dt.date, uuid.UUID] | None = None) -> list[Letter]:
    """Letters that wait, by their day; or those answered, newest first."""
    found = Letter.objects.select_related("docket").filter(answered_on__isnull=not answered)
    if answered:
        return list(found.order_by("-answered_on", "-pk")[:PAGE_SIZE])
    if after is not None:
        found = found.filter(Q(due_on__gt=after[0]) | Q(due_on=after[0], pk__gt=after[1]))
    return list(found.order_by("due_on", "pk")[: PAGE_SIZE + 1])


def letters_of(docket_id: uuid.UUID) -> list[Letter]:
    """The letters of a case."""
    return list(Letter.objects.filter(docket_id=docket_id).order_by("serial"))
