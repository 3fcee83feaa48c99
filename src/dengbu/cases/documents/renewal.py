"""换发通知书 of a correction as PDF (实施细则 80)."""

from __future__ import annotations

from django.conf import settings

from dengbu.certificates.models import Certificate
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import RegistrationKind

from .. import prints, renewals
from ..facts import CaseFacts
from . import words
from .closing import previous_certificates


def renewal_notice(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """换发通知书: once the correction is entered and has a new certificate."""
    case = found.case
    made = list(Certificate.objects.filter(docket_id=case.docket_id).order_by("serial"))
    if found.registration.kind is not RegistrationKind.CORRECTION or case.entered_at is None or not made:
        raise Refused(
            Refusal(
                "PRINT_NO_RENEWAL",
                "这件办件没有要换发的证书。",
                "更正登记登簿、产生新证后打印。",
                renewals.BASIS,
            )
        )
    item = getattr(found.registration, "item", None)
    return prints.renewal_notice(
        prints.RenewalNotice(
            head=words.head(case, case.acceptance_no or case.docket.number, actor, reprint=reprint),
            holders="、".join(dict.fromkeys(c.holder_names for c in made)),
            registration=found.registration.name,
            entered_on=clock.local(case.entered_at).date(),
            written_on=clock.today(),
            location=case.location,
            unit_code=case.unit_code,
            corrected=item.label if item is not None else "登记簿记载",
            previous=previous_certificates(case) or "原证书（证明）",
            papers=tuple(prints.RenewedPaper(holder=c.holder_names, number=c.number) for c in made),
            place=settings.OFFICE["address"],
            hours=settings.OFFICE["hours"],
            phone=settings.OFFICE["phone"],
            officer=actor.name,
            officer_badge=actor.staff_number,
        )
    )
