"""停办: accepted cases on a unit stop when the paper is served (查封规定 23); their applicants are told in writing."""

from __future__ import annotations

import uuid

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Refusal, Refused
from dengbu.orders.models import Order
from dengbu.orders.rules import OpenOrder
from dengbu.register.queries import book_of

from ...facts import facts_of
from ...lifecycle import State
from ...queries.court import running
from ..matters.pause import put_off
from ..moving import locked_many
from ..served import forbidden


@act("cases.stop_running", permission="case.settle")
def stop_running(*, actor: Actor, order_id: uuid.UUID) -> int:
    """One press stops every accepted case on the unit that the order forbids, on the ground of the served paper.

    Their days do not count from tomorrow and nothing is entered before the ground is gone; what is only filed is
    refused at the counter. The queue tells the applicants and makes the written notice. Gives how many were stopped.
    """
    order = Order.objects.select_related("service").filter(pk=order_id).first()
    if order is None or not order.holds or order.outcome not in ("", "entered"):
        raise Refused(Refusal("ORDER_SETTLED", "这一项没有登簿就办结了，或不停止其他办件。", "请刷新页面。"))
    service = order.service
    accepted = [c.docket_id for c in running([order.unit_code]) if c.state == State.ACCEPTED]
    cases = [c for c in locked_many(accepted) if c.state == State.ACCEPTED] if accepted else []
    found = facts_of(cases)
    books = book_of([u for one in found.values() for u in one.registration.unit_codes])
    mine = OpenOrder(
        order.unit_code,
        order.docket_id,
        True,
        service.served_at,
        service.number,
        service.authority,
        service.document_no,
    )
    at = clock.local(service.served_at)
    ground = f"{service.authority}{service.document_no}，{at:%Y-%m-%d %H:%M}送达，收文{service.number}"
    stopped = [
        c.docket_id
        for c in cases
        if not found[c.docket_id].registration.served
        and forbidden(found[c.docket_id], books, mine)
        and put_off(c.docket_id, "court", ground, actor)
    ]
    current().about(order.service_id)
    current().note(stopped=len(stopped))
    if stopped:
        enqueue("cases.tell", docket_ids=[str(d) for d in stopped], template="stopped_by_order")
        enqueue("cases.stop_notices", docket_ids=[str(d) for d in stopped])
    return len(stopped)
