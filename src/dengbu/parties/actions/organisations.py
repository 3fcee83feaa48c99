"""Organisations: filing (备案, F2) and the service agreement without which nothing may be applied for."""

from __future__ import annotations

import datetime as dt
import uuid

from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import half_width, normalise_number
from dengbu.core.refusals import Refusal, Refused

from .. import rules
from ..models import PHONE_PURPOSE, Organisation, ServiceAgreement


@act("parties.file_organisation", permission="agreement.manage")
def file_organisation(
    *,
    actor: Actor,
    kind: str,
    name: str,
    uscc: str,
    licence_no: str,
    licence_kind: str = "",
    legal_representative: str,
    address: str = "",
    contact_phone: str = "",
    small_enterprise: bool = False,
) -> str:
    """File a developer, bank or other enterprise that came with its licence (备案). Returns the organisation's id.

    `licence_kind`: the name of the licence it came with, of the office's list (`licences.toml`). Raises Refused:
    ORGANISATION_*, USCC_*, USCC_TAKEN, LICENCE_EMPTY, LEGAL_REPRESENTATIVE_EMPTY, CONTACT_PHONE_FORM.
    """
    name, uscc = half_width(name), normalise_number(uscc)
    faults = rules.check_organisation(
        kind=kind,
        name=name,
        uscc=uscc,
        licence_kind=licence_kind,
        licence_no=licence_no,
        legal_representative=legal_representative,
        contact_phone=contact_phone,
    )
    taken = Organisation.objects.filter(uscc=uscc).values_list("name", flat=True).first() if uscc else None
    if taken:
        faults.append(
            Refusal(
                "USCC_TAKEN",
                f"这个代码已经备案，单位是“{taken}”。",
                "请在列表中打开该单位办理。",
                field="uscc",
            )
        )
    if faults:
        raise Refused(faults)
    organisation = Organisation.objects.create(
        kind=kind,
        name=name,
        uscc=uscc,
        uscc_index=crypto.index(uscc),
        licence_kind=licence_kind,
        licence_no=half_width(licence_no),
        legal_representative=legal_representative.strip(),
        address=address.strip(),
        contact_phone_cipher=crypto.encrypt(contact_phone.strip(), PHONE_PURPOSE),
        small_enterprise=small_enterprise,
    )
    current().note(organisation=str(organisation.pk), kind=kind)
    return str(organisation.pk)


@act("parties.sign_agreement", permission="agreement.manage")
def sign_agreement(
    *,
    actor: Actor,
    organisation_id: uuid.UUID,
    version: str,
    signed_on: dt.date,
    valid_from: dt.date,
    valid_until: dt.date,
) -> int:
    """Record a signed 《“互联网+不动产登记”服务协议》 with its version and dates (both ends count). A renewal is one more.

    Returns the agreement's id. Raises Refused: AGREEMENT_* naming the date; AGREEMENT_OVERLAPS.
    """
    faults = rules.check_agreement(
        version=version,
        signed_on=signed_on,
        valid_from=valid_from,
        valid_until=valid_until,
        today=clock.today(),
    )
    if faults:
        raise Refused(faults)
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    met = organisation.agreements.filter(valid_from__lte=valid_until, valid_until__gte=valid_from).first()
    if met is not None:
        raise Refused(
            Refusal(
                "AGREEMENT_OVERLAPS",
                f"与已有协议（{met.valid_from:%Y-%m-%d} 至 {met.valid_until:%Y-%m-%d}）的期限重叠。",
                f"续签请从 {met.valid_until + dt.timedelta(days=1):%Y-%m-%d} 起；只是恢复办理的，请恢复已暂停的协议。",
                field="valid_from",
            )
        )
    agreement = ServiceAgreement.objects.create(
        organisation=organisation,
        version=half_width(version),
        signed_on=signed_on,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    current().note(organisation=str(organisation_id), agreement=agreement.pk)
    return agreement.pk


@act("parties.suspend_agreement", permission="agreement.suspend")
def suspend_agreement(*, actor: Actor, agreement_id: int, reason: str) -> None:
    """Suspend an agreement: from now on the organisation cannot file, cases under way go on. Raises Refused."""
    if len(reason.strip()) < 4:
        raise Refused(
            Refusal(
                "SUSPENSION_REASON_EMPTY", "请写明暂停原因（不少于 4 个字），该单位会看到。", field="reason"
            )
        )
    agreement = ServiceAgreement.objects.select_for_update().get(pk=agreement_id)
    if agreement.suspended_at is None:
        agreement.suspended_at, agreement.suspension_reason = clock.now(), reason.strip()[:200]
        agreement.save(update_fields=["suspended_at", "suspension_reason"])
    current().note(organisation=str(agreement.organisation_id), agreement=agreement_id)


@act("parties.resume_agreement", permission="agreement.manage")
def resume_agreement(*, actor: Actor, agreement_id: int) -> None:
    """End the suspension; its dates stay as signed."""
    agreement = ServiceAgreement.objects.select_for_update().get(pk=agreement_id)
    agreement.suspended_at, agreement.suspension_reason = None, ""
    agreement.save(update_fields=["suspended_at", "suspension_reason"])
    current().note(organisation=str(agreement.organisation_id), agreement=agreement_id)
