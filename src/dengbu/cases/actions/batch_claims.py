"""减免登记费 in a batch: what the developer claims for each unit, and what the desk decides on many units at once.

Set by set: the number of statements does not depend on the number of units.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Refusal, Refused

from .. import exemptions
from ..lifecycle import State
from ..models import Case
from .batches import OTHER_UNIT, own_batch
from .desk import at_desk_together, decision
from .filing import organisation_for
from .moving import locked_many


@act("cases.claim_for_batch", permission="application.file")
def claim_for_batch(*, actor: Actor, batch_id: uuid.UUID, claims: Mapping[str, str]) -> int:
    """提出减免: by docket the exemption that a unit's fee is claimed to be free by (code and payer), empty for none.

    Decided at the desk like any other claim. Gives how many units changed. Raises Refused with a row for every unit
    whose code is unknown or is not one of this type, or that was submitted meanwhile (nothing is written then);
    NotPermitted for another's batch.
    """
    batch = own_batch(batch_id, actor)
    kind = TYPES[batch.type_code]
    organisation_for(actor, kind.client.value, kind)
    cases = locked_many([uuid.UUID(d) for d in claims])
    if any(c.batch_id != batch.pk for c in cases):
        raise Refused(OTHER_UNIT)
    known = exemptions.claimable(kind, clock.today(), exemptions.BY_APPLICANT)
    ours = exemptions.claimable(kind, clock.today(), exemptions.BY_OFFICER)
    changed, wrong = [], []
    for case in cases:
        asked, before = (
            claims[str(case.docket_id)].strip(),
            case.filed.get("delivery", {}).get("fee_claim", ""),
        )
        if asked == before:
            continue
        if found := _why_not(case, asked, known, ours):
            wrong.append(found)
            continue
        case.filed = {**case.filed, "delivery": {**case.filed.get("delivery", {}), "fee_claim": asked}}
        case.filed.pop("exemptions", None)  # the desk decided on another claim
        case.version += 1
        changed.append(case)
    if wrong:
        raise Refused(wrong)
    Case.objects.bulk_update(changed, ["filed", "version"])
    current().note(
        batch=batch.number, claims={str(c.docket_id): c.filed["delivery"]["fee_claim"] for c in changed}
    )
    return len(changed)


def _why_not(
    case: Case, asked: str, known: Mapping[str, object], ours: Mapping[str, object]
) -> Refusal | None:
    """What stands against one row: named by its place, at its own field."""
    field, place = f"claim-{case.docket_id}", case.location or case.unit_code
    if case.state != State.DRAFT:
        return Refusal(
            "BATCH_CLAIM_SUBMITTED", f"{place}：已经提交，不能再改减免。", "请刷新页面。", "", field
        )
    if not asked or asked in known:
        return None
    if asked in ours:
        return Refusal(
            "BATCH_CLAIM_BY_OFFICE",
            f"{place}：这种减免由登记机构按登记簿办理，不用提出。",
            "请改选“没有”。",
            "财税〔2016〕79号",
            field,
        )
    return Refusal(
        "BATCH_CLAIM_UNKNOWN",
        f"{place}：没有这种减免情形，或者不适用于本项登记。",
        "请从列表里重新选择。",
        "财税〔2016〕79号",
        field,
    )


@act("cases.decide_batch_exemptions", permission="case.accept")
def decide_for_batch(
    *, actor: Actor, docket_ids: Sequence[uuid.UUID], claim: str, granted: bool | None, reason: str
) -> int:
    """给予或者不予减免 for chosen units of a batch, on one ground; the same rule as for one case. Gives how many.

    Raises Refused where a unit does not claim it, Conflict where one is not at the desk any more, NotPermitted.
    """
    cases = at_desk_together(docket_ids, actor)
    today = clock.today()
    astray = [
        c
        for c in cases
        if (asked := exemptions.claimed(c.filed, TYPES[c.type_code], today)) is None or asked.key != claim
    ]
    if astray:
        raise Refused(
            Refusal(
                "EXEMPTION_NOT_CLAIMED",
                f"{c.location}没有提出这种减免。",
                "请在这套的受理页单独决定。",
                "",
                "docket",
            )
            for c in astray
        )
    for case in cases:
        case.filed = decision(case, actor, claim, granted, reason)
    Case.objects.bulk_update(cases, ["filed"])
    current().note(exemption=claim, granted=bool(granted), reason=reason.strip()[:200], units=len(cases))
    return len(cases)
