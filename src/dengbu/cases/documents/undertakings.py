"""容缺受理告知承诺书 of a case, and how what was undertaken stands on its receipt."""

from __future__ import annotations

from django.conf import settings

from dengbu.catalog.policy.policy import time_limit
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal, Refused

from .. import prints
from .. import undertakings as law
from ..facts import CaseFacts
from ..models import Undertaking
from . import words


def _given(found: CaseFacts) -> list[Undertaking]:
    rows = Undertaking.objects.filter(docket_id=found.case.docket_id).exclude(outcome=law.TAKEN_BACK)
    return list(rows.order_by("pk"))


def paper(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """告知承诺书: what the office tells, what is undertaken until when, and what follows a breach; signed by who gives
    it (国办发〔2020〕42号)."""
    case, given = found.case, _given(found)
    if not given:
        raise Refused(Refusal("PRINT_NO_UNDERTAKING", "这件申请没有登记承诺。", "请先登记承诺。", law.BASIS))
    indexes = {u.number_index for u in given}
    return prints.undertaking_paper(
        prints.UndertakingPaper(
            head=words.head(case, case.docket.number, actor, reprint=reprint),
            registration=words.registered(found),
            location=case.location,
            unit_code=case.unit_code,
            promisors=tuple(
                prints.PartyLine(
                    role=found.registration.word(p.role), name=p.name, identity=words.masked(words.number(p))
                )
                for p in found.parties
                if p.number_index in indexes
            ),
            lines=tuple(
                prints.UndertakingLine(
                    name=u.name,
                    follows=u.kind == law.LATER,
                    statement=u.statement,
                    days=u.days,
                    due_on=u.due_on,
                    who=u.promisor,
                )
                for u in given
            ),
            bar_days=time_limit("undertaking_bar", clock.today()).amount,
            officer=actor.name,
            officer_badge=actor.staff_number,
            phone=settings.OFFICE["phone"],
        )
    )


def receipt_lines(found: CaseFacts) -> dict[str, prints.ReceivedItem]:
    """What stands on the receipt instead of a paper, by item: it was undertaken, until when."""
    return {
        u.item: prints.ReceivedItem(
            name=u.name,
            originals=u.originals,
            copies=u.copies,
            pages=found.pages.get(u.item, 0),
            remark=_remark(u),
        )
        for u in _given(found)
    }


def _remark(one: Undertaking) -> str:
    if one.outcome == law.KEPT:
        return "已补交" if one.kind == law.LATER else "承诺已核查"
    until = f"{one.due_on:%-m月%-d日}前" if one.due_on else ""
    return f"容缺，承诺{until}补交" if one.kind == law.LATER else f"以承诺代替，{until}核查"
