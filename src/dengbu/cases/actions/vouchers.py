"""票据和退费 of a case at the window: a voucher made out on the wrong payer, money that the wrong one paid."""

from __future__ import annotations

import uuid

from dengbu.certificates.models import Certificate
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import NotPermitted, Refusal, Refused
from dengbu.payments import actions as payments
from dengbu.payments.models import FeeBill
from dengbu.payments.queries import bill_of
from dengbu.payments.rules import BILL_UNKNOWN

from ..models import Case
from .moving import locked

HANDED_OUT = Refusal(
    "FEE_HANDED_OUT",
    "证书已经发出或寄出，不能退费重收。",
    "只是凭证上的缴款人写错的，请换开凭证；确需退费的，先收回证书。",
    "corrections 12",
)


def _bill(case: Case, actor: Actor) -> FeeBill:
    if actor.identity_index and case.parties.filter(number_index=actor.identity_index).exists():
        raise NotPermitted(
            "case.reassign",
            Refusal("CASE_OWN", "您是这件申请的当事人，不能办理。", "请由其他同事办理。", "domain §9.1"),
        )
    bill = bill_of(case.docket_id)
    if bill is None:
        raise Refused(BILL_UNKNOWN)
    return bill


@act("cases.reissue_voucher", permission="fee.collect")
def reissue_voucher(*, actor: Actor, docket_id: uuid.UUID, payer: str, reason: str) -> str:
    """换开凭证 on the right payer; the old one is cancelled by one below zero. Raises Refused, NotPermitted."""
    bill = _bill(locked(docket_id), actor)
    number: str = payments.reissue_voucher(actor=actor, bill_id=bill.pk, payer=payer, reason=reason)
    return number


@act("cases.return_part", permission="fee.collect")
def return_part(*, actor: Actor, docket_id: uuid.UUID, amount_fen: int, reason: str) -> str:
    """退还一部分: the fee is lower than was charged; also when the certificate is out, for what is owed stays paid.
    Raises Refused, NotPermitted."""
    bill = _bill(locked(docket_id), actor)
    number: str = payments.return_part(actor=actor, bill_id=bill.pk, amount_fen=amount_fen, reason=reason)
    return number


@act("cases.return_fee", permission="fee.collect")
def return_fee(*, actor: Actor, docket_id: uuid.UUID, reason: str) -> str:
    """退费重收: what the wrong one paid goes back the way it came, the fee is owed again. Not once a certificate is
    out: the fee stops the hand-out (corrections 12). Raises Refused, NotPermitted."""
    case = locked(docket_id)
    bill = _bill(case, actor)
    if Certificate.objects.filter(docket_id=docket_id, state__in=("issued", "mailed")).exists():
        raise Refused(HANDED_OUT)
    number: str = payments.take_back(actor=actor, bill_id=bill.pk, reason=reason)
    return number
