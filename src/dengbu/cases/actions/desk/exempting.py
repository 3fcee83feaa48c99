"""减免登记费: the desk grants an exemption or refuses it, with its reason, before the bill is made at acceptance."""

from __future__ import annotations

import uuid
from typing import Any

from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Refusal, Refused

from ... import exemptions
from ...models import Case
from .checking_in import at_desk


@act("cases.decide_exemption", permission="case.accept")
def decide_exemption(
    *, actor: Actor, docket_id: uuid.UUID, claim: str, granted: bool | None, reason: str
) -> None:
    """给予或者不予减免: what the applicant claimed, or what the officer finds themselves; decided anew until acceptance.

    `claim` is code and payer, `reason` on what the decision rests (the signed undertaking, the extract of the list of
    small enterprises; why not). Raises Refused, Conflict, NotPermitted. 财税〔2016〕79号, 财税〔2019〕45号.
    """
    case = at_desk(docket_id, actor)
    case.filed = decision(case, actor, claim, granted, reason)
    case.save()
    decided = exemptions.decisions(case.filed)[claim]
    current().note(exemption=claim, granted=bool(granted), reason=decided["reason"])


def decision(case: Case, actor: Actor, claim: str, granted: bool | None, reason: str) -> dict[str, Any]:
    """What the case says once this is decided, in place of what was decided on the same claim. Raises Refused."""
    known = exemptions.claimable(TYPES[case.type_code], clock.today(), exemptions.BY_OFFICER).get(claim)
    wrong = []
    if known is None:
        wrong.append(
            Refusal("EXEMPTION_UNKNOWN", "请选择减免的情形。", "本件不收的费用不用减免。", "", "claim")
        )
    if granted is None:
        wrong.append(Refusal("EXEMPTION_DECISION", "请选择给予减免或不予减免。", "", "", "granted"))
    if len(reason.strip()) < 4:
        wrong.append(
            Refusal(
                "EXEMPTION_REASON",
                "请写明凭据，或者不予减免的理由。",
                "例如：承诺书已签字；小微企业名录查询结果。",
                "财税〔2016〕79号",
                "exemption_reason",
            )
        )
    if wrong or known is None:
        raise Refused(wrong)
    decided = {
        "code": known.exemption.code,
        "payer": known.payer,
        "name": known.exemption.name,
        "granted": bool(granted),
        "reason": reason.strip()[:200],
        "by": actor.name,
        "by_id": actor.user_id,
        "at": clock.now().isoformat(),
    }
    others = [d for k, d in exemptions.decisions(case.filed).items() if k != known.key]
    return {**case.filed, "exemptions": [*others, decided]}
