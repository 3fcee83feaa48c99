"""送达换发通知书: mailed or handed over after a correction, written down with who and when."""

from __future__ import annotations

import uuid

from dengbu.certificates.models import Certificate
from dengbu.certificates.rules import normalise_tracking
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Refused

from .. import renewals
from ..facts import facts
from ..models import CaseDocument
from .moving import locked, not_own

RENEWAL = "renewal"  # the kind of the letter among the case's documents


@act("cases.deliver_renewal", permission="case.issue")
def deliver_renewal(
    *, actor: Actor, docket_id: uuid.UUID, number: str, how: str, tracking: str = "", receiver: str = ""
) -> None:
    """The letter about one new certificate went out: by mail, by hand; or the old one is here already. Raises Refused."""
    case = locked(docket_id)
    found = facts(case)
    not_own(case, found.parties, actor)
    made = Certificate.objects.filter(docket_id=docket_id).values_list("number", "state")
    wrong = renewals.deliver(
        how=how,
        tracking=tracking,
        receiver=receiver,
        number=number,
        open_numbers=renewals.owed(found.registration.kind, made, case.filed),
        printed=CaseDocument.objects.filter(docket_id=docket_id, kind=RENEWAL).exists(),
    )
    if wrong:
        raise Refused(wrong)
    one = {
        "number": number,
        "how": how,
        "tracking": normalise_tracking(tracking) if how == "mail" else "",
        "receiver": receiver.strip()[:50] if how == "hand" else "",
        "by": actor.name,
        "at": clock.now().isoformat(),
    }
    case.filed = {**case.filed, "renewal": [*renewals.delivered(case.filed), one]}
    case.save()
    current().note(renewal=number, how=how)
