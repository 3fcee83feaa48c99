"""停办: running cases on a unit stop when the paper is served (查封规定 23); their applicants are told."""

from __future__ import annotations

import uuid

from dengbu.core import clock, rows
from dengbu.core.acts import Actor, act, current
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Refusal, Refused
from dengbu.orders.models import Order
from dengbu.orders.queries import in_line
from dengbu.register.queries import book_of

from ...facts import facts_of
from ...lifecycle import State
from ...queries.court import running
from ..matters.pause import put_off_all
from ..moving import locked_many
from ..served import forbidden

OPEN = (State.AWAITING, State.SUBMITTED, State.REVIEW, State.CORRECTION, State.PREAPPROVED)


@act("cases.stop_running", permission="case.settle")
def stop_running(*, actor: Actor, order_id: uuid.UUID) -> dict[str, int]:
    """One press for every running case that the order forbids, on the unit and, where it is on land, on its houses.

    Accepted cases are put off on the ground of the served paper: their days do not count from tomorrow and nothing is
    entered before the ground is gone; they get a written notice. Of the others nothing is accepted yet: they meet the
    paper, or the book, at their next step, and their applicants are told now, once for each paper. Gives how many were
    stopped and how many told. The number of statements does not depend on how many there are.
    """
    order = Order.objects.select_related("service").filter(pk=order_id).first()
    if order is None or not order.holds or order.outcome not in ("", "entered"):
        raise Refused(Refusal("ORDER_SETTLED", "这一项没有登簿就办结了，或不停止其他办件。", "请刷新页面。"))
    service = order.service
    under_way = [c.docket_id for c in running([order.unit_code])]
    cases = locked_many(under_way) if under_way else []
    found = facts_of(cases)
    books = book_of([u for one in found.values() for u in one.registration.unit_codes])
    mine = in_line(order)
    hit = [
        c
        for c in cases
        if not (one := found[c.docket_id]).registration.served
        and forbidden(one, {u: books[u] for u in one.registration.unit_codes if u in books}, mine)
    ]
    at = clock.local(service.served_at)
    ground = f"{service.authority}{service.document_no}，{at:%Y-%m-%d %H:%M}送达，收文{service.number}"
    accepted = [c.docket_id for c in hit if c.state == State.ACCEPTED]
    stopped = put_off_all(accepted, "court", ground, actor) if accepted else []
    told = [
        c
        for c in hit
        if c.state in {s.value for s in OPEN} and service.number not in c.filed.get("told_of", ())
    ]
    for case in told:
        case.filed = {**case.filed, "told_of": [*case.filed.get("told_of", ()), service.number]}
    rows.update(told, ("filed",))
    current().about(order.service_id)
    current().note(stopped=len(stopped), told=len(told))
    if stopped:
        enqueue("cases.tell", docket_ids=[str(d) for d in stopped], template="stopped_by_order")
        enqueue("cases.stop_notices", docket_ids=[str(d) for d in stopped])
    if told:
        enqueue("cases.tell", docket_ids=[str(c.docket_id) for c in told], template="held_by_order")
    return {"stopped": len(stopped), "told": len(told)}
