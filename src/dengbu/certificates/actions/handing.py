"""Hand-out at the window."""

from __future__ import annotations

import uuid

from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import normalise_name, normalise_number
from dengbu.core.refusals import Refused

from .. import rules
from . import printing


@act("certificates.issue", permission="case.issue")
def issue(
    *,
    actor: Actor,
    certificate_id: uuid.UUID,
    receiver_name: str,
    receiver_document_kind: str,
    receiver_number: str,
    receipt_shown: bool,
    voucher_shown: bool,
    identity_checked: bool,
    fee_settled: bool,
    receiver_entitled: bool,
    mandate: str = "",
) -> None:
    """发证: hand a printed certificate out against 受理凭证, 缴费凭证 and identity.

    An unpaid fee stops the hand-out, never the entry. Raises Refused with every reason at once. The receiver's
    number is kept encrypted. `receiver_entitled`: who may receive is decided by `cases`; anybody else with a `mandate`
    (代领依据), which is kept.
    """
    certificate, mandate = printing.locked(certificate_id), mandate.strip()
    against = rules.may_issue(
        state=certificate.state,
        fee_settled=fee_settled,
        receipt_shown=receipt_shown,
        voucher_shown=voucher_shown,
        identity_checked=identity_checked,
        receiver_name=receiver_name,
        receiver_document_kind=receiver_document_kind,
        receiver_number=receiver_number,
        receiver_entitled=receiver_entitled,
        mandate=mandate,
        today=clock.today(),
    )
    if against:
        raise Refused(against)
    certificate.receiver_mandate = "" if receiver_entitled else mandate
    certificate.state, certificate.issued_at, certificate.issued_by = "issued", clock.now(), actor.name[:80]
    certificate.receiver_name = normalise_name(receiver_name)[:100]
    certificate.receiver_document_kind = receiver_document_kind
    certificate.receiver_number_cipher = crypto.encrypt(
        normalise_number(receiver_number), rules.RECEIVER_PURPOSE
    )
    certificate.save()
    current().note(
        certificate=certificate.number, blank=certificate.blank_serial, by_mandate=not receiver_entitled
    )
