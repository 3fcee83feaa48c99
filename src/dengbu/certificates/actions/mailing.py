"""邮寄: certificates sent by post, signed for, or brought back (corrections §2.15)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import check_person_name, normalise_name, normalise_phone
from dengbu.core.refusals import Conflict, Refusal, Refused

from .. import rules
from ..models import Certificate, Mailing


@act("certificates.mail", permission="case.issue")
def mail(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    certificate_ids: Sequence[uuid.UUID],
    receiver_name: str,
    address: str,
    phone: str,
    tracking: str,
    fee_settled: bool,
    asked_for: bool,
    receiver_entitled: bool,
) -> str:
    """Send printed certificates of one case by post under the carrier's number; gives the mailing's id.

    Who may receive, and whether the fee is settled, is decided by `cases`. Raises Refused with every reason;
    MAIL_TRACKING_TAKEN where the number already stands for another mailing. Locks the certificates (no key update).
    """
    chosen = _locked_certificates(docket_id, certificate_ids)
    against = rules.may_mail(
        states=[c.state for c in chosen],
        fee_settled=fee_settled,
        asked_for=asked_for,
        receiver_name=receiver_name,
        receiver_entitled=receiver_entitled,
        address=address,
        phone=phone,
        tracking=tracking,
    )
    if against:
        raise Refused(against)
    try:
        with transaction.atomic():
            mailing = Mailing.objects.create(
                docket_id=docket_id,
                tracking=rules.normalise_tracking(tracking),
                receiver_name=normalise_name(receiver_name)[:100],
                address_cipher=crypto.encrypt(address.strip(), rules.MAIL_ADDRESS_PURPOSE),
                phone_cipher=crypto.encrypt(normalise_phone(phone), rules.MAIL_PHONE_PURPOSE),
                numbers=[c.number for c in chosen],
                sent_at=clock.now(),
                sent_by=actor.name[:80],
            )
    except IntegrityError:
        raise Refused(
            Refusal(
                "MAIL_TRACKING_TAKEN",
                "这个邮件号已经登记给另一件邮件。",
                "请核对邮件详情单上的条码。",
                "",
                "tracking",
            )
        ) from None
    for certificate in chosen:
        certificate.state, certificate.mailing = "mailed", mailing
        certificate.save()
    current().note(tracking=mailing.tracking, certificates=mailing.numbers)
    return str(mailing.pk)


@act("certificates.deliver", permission="case.issue")
def deliver(*, actor: Actor, mailing_id: uuid.UUID, signed_by: str) -> None:
    """签收: the carrier proves who signed; the certificates are handed out. Raises Refused."""
    mailing = _locked(mailing_id)
    against = check_person_name(signed_by, field="signed_by")
    if against:
        raise Refused(against)
    _end(mailing, "delivered", actor)
    mailing.signed_by = normalise_name(signed_by)[:100]
    mailing.save()
    # What became void on its way stays void.
    for certificate in mailing.certificates.filter(state="mailed").order_by("pk"):
        certificate.state, certificate.issued_at, certificate.issued_by = (
            "issued",
            clock.now(),
            actor.name[:80],
        )
        certificate.receiver_name = mailing.signed_by
        certificate.save()
    current().note(tracking=mailing.tracking, delivered=True)


@act("certificates.bring_back", permission="case.issue")
def bring_back(*, actor: Actor, mailing_id: uuid.UUID, reason: str) -> None:
    """退回: the carrier brought the mailing back; its certificates lie here again, to be collected or sent anew.
    Raises Refused without a reason."""
    mailing = _locked(mailing_id)
    if not reason.strip():
        raise Refused(
            Refusal("MAIL_REASON_EMPTY", "请写明退回原因", "例如：无人签收、地址不详。", "", "reason")
        )
    _end(mailing, "returned", actor)
    mailing.reason = reason.strip()[:200]
    mailing.save()
    mailing.certificates.filter(state="mailed").update(state="printed")
    current().note(tracking=mailing.tracking, returned=mailing.reason)


def _locked_certificates(docket_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> list[Certificate]:
    """Certificates of a case, locked (no key update): each is in one mailing at a time."""
    rows = Certificate.objects.select_for_update(no_key=True).filter(docket_id=docket_id, pk__in=list(ids))
    return list(rows.order_by("pk"))


def _locked(mailing_id: uuid.UUID) -> Mailing:
    """The mailing, locked (no key update): it ends once."""
    mailing = Mailing.objects.select_for_update(no_key=True).filter(pk=mailing_id).first()
    if mailing is None:
        raise Refused(Refusal("MAIL_UNKNOWN", "没有找到这件邮件。", "请刷新页面后重新选择。"))
    current().about(mailing.docket_id)
    return mailing


def _end(mailing: Mailing, state: str, actor: Actor) -> None:
    against = rules.may_end_mailing(mailing.state)
    if against:
        raise Conflict(against)
    mailing.state, mailing.ended_at, mailing.ended_by = state, clock.now(), actor.name[:80]
