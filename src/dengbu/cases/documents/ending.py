"""Papers of a case that ended before its entry: 撤回申请书, 撤回凭证, 材料原件收取、退还清单."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from dengbu.core import clock, crypto
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal, Refused
from dengbu.payments.queries import bill_of
from dengbu.register.queries import unit_book

from .. import originals as of
from .. import prints, withdrawal
from ..facts import CaseFacts
from ..lifecycle import BEFORE_ENTRY, STATE_NAMES, State
from ..models import NUMBER_PURPOSE
from . import words

HOW = {"portal": "网上确认", "desk": "窗口签字"}


def withdrawal_request(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """撤回申请书: to be signed by all who applied."""
    if found.case.state not in BEFORE_ENTRY:
        raise Refused(Refusal("PRINT_NOT_OPEN", "这件申请现在不能撤回。", "登簿以后不能撤回。", "条例15"))
    return _paper(found, actor, reprint, None)


def withdrawal_voucher(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """撤回凭证: the application is over; who agreed when, what goes back."""
    asked = found.case.filed.get("withdrawal", {})
    if found.case.state != State.WITHDRAWN or not asked.get("on"):
        raise Refused(Refusal("PRINT_NOT_WITHDRAWN", "这件申请没有撤回。", "请先办理撤回。", "条例15"))
    return _paper(found, actor, reprint, dt.date.fromisoformat(asked["on"]))


def _paper(found: CaseFacts, actor: Actor, reprint: int, ended: dt.date | None) -> bytes:
    case, kind = found.case, found.registration
    asked, there = case.filed.get("withdrawal", {}), withdrawal.agreed(case.filed)
    return prints.withdrawal(
        prints.Withdrawal(
            head=words.head(case, case.docket.number, actor, reprint=reprint),
            applicants=tuple(
                prints.Signed(
                    role=kind.word(p.role),
                    name=p.name,
                    identity=words.masked(crypto.decrypt(p.number_cipher, NUMBER_PURPOSE)),
                    how=_how(there.get(key), ended),
                )
                for key, p in withdrawal.applicants(kind, found.parties).items()
            ),
            registration=found.registration.name,
            location=case.location,
            unit_code=case.unit_code,
            applied_on=clock.local(case.submitted_at or case.created_at).date(),
            acceptance_number=case.acceptance_no or "",
            reason=asked.get("reason", ""),
            fee=_fee(case.docket_id),
            originals="交给登记窗口的原件凭《材料原件收取、退还清单》退还。",
            officer=actor.name,
            officer_badge=actor.staff_number,
            phone=settings.OFFICE["phone"],
            ended_on=ended,
        )
    )


def _how(signed: dict[str, str] | None, ended: dt.date | None) -> str:
    if signed is None:
        return "受理前由申请人撤回" if ended else ""
    return f"{HOW[signed['how']]} {clock.local(dt.datetime.fromisoformat(signed['at'])):%Y-%m-%d %H:%M}"


def _fee(docket_id: object) -> str:
    bill = bill_of(docket_id)  # type: ignore[arg-type]
    if bill is None or not bill.total_fen:
        return "没有收取登记费。"
    if bill.paid_fen:
        return f"已缴{words.yuan(bill.paid_fen)}，原路退回缴款账户；窗口缴的现金在窗口退还。"
    return "缴费通知已撤销，不用缴费。"


def originals_list(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """材料原件收取、退还清单: what came, what went back and to whom, what copy stays; signed by the receiver."""
    case = found.case
    rows, returns = of.originals(found, unit_book(case.unit_code))
    if not rows:
        raise Refused(Refusal("PRINT_NO_ORIGINALS", "窗口没有收取原件。", "没有需要退还的材料。"))
    return prints.originals_list(
        prints.OriginalsList(
            head=words.head(case, case.docket.number, actor, reprint=reprint),
            registration=found.registration.name,
            applicants=case.applicant_names,
            location=case.location,
            unit_code=case.unit_code,
            ended=STATE_NAMES[State(case.state)],
            items=tuple(
                prints.OriginalLine(
                    name=r.name,
                    received=r.received,
                    returned=r.returned,
                    kept=_kept(r),
                    remark="" if not r.here else f"还有{r.here}份未退",
                )
                for r in rows
            ),
            returns=tuple(
                prints.ReturnLine(
                    at=r.returned_at,
                    what="、".join(f"{x['name']}{x['originals']}份" for x in r.items),
                    receiver=f"{r.receiver}（{of.RECEIVERS[r.receiver_how]}）",
                    by=r.returned_by,
                    note=r.note,
                )
                for r in returns
            ),
            officer=actor.name,
            officer_badge=actor.staff_number,
        )
    )


def _kept(row: of.Original) -> str:
    parts = [f"影像{row.pages}页" if row.pages else "", f"复印件{row.copies}份" if row.copies else ""]
    return "，".join(p for p in parts if p) or "无"
