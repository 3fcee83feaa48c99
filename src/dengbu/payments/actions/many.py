"""Bills of many dockets at once (大宗受理): a fixed number of statements, whatever their number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.counters import next_serials
from dengbu.core.refusals import Conflict, Refusal

from .. import rules
from ..models import FeeBill, Voucher


@act("payments.raise_bills", permission="fee.collect")
def raise_bills(*, actor: Actor, bills: Sequence[Mapping[str, Any]], assessed_on: dt.date) -> list[FeeBill]:
    """缴费通知 of many dockets on one acceptance day; each mapping holds what `raise_bill` takes. Amounts in 分.

    A bill over 0 元 is free at once, with its voucher. Raises Conflict where a docket has a bill already.
    """
    if not bills:
        return []
    if FeeBill.objects.filter(docket_id__in=[b["docket_id"] for b in bills]).exists():
        raise Conflict(Refusal("FEE_BILL_EXISTS", "这件业务已经开过缴费通知。", "请刷新页面查看。"))
    now, today = clock.now(), clock.today()
    made = [
        FeeBill(
            docket_id=b["docket_id"],
            number=rules.bill_number(today, serial),
            lines=b["lines"],
            total_fen=b["total_fen"],
            payer=b["payer"],
            exemption=b["exemption"],
            basis=b["basis"],
            state="due" if b["total_fen"] else "free",
            assessed_on=assessed_on,
            settled_at=None if b["total_fen"] else now,
        )
        for b, serial in zip(bills, next_serials("dengbu_bill_no", len(bills)), strict=True)
    ]
    FeeBill.objects.bulk_create(made)
    free = [b for b in made if b.state == "free"]
    Voucher.objects.bulk_create(
        Voucher(
            bill=bill,
            number=rules.voucher_number(today, serial),
            amount_fen=0,
            issued_at=now,
            issued_by=actor.name[:80],
        )
        for bill, serial in zip(free, next_serials("dengbu_voucher_no", len(free)), strict=True)
    )
    current().note(bills=len(made), total_fen=sum(b.total_fen for b in made))
    return made
