"""What notices need from a short-message carrier."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from dengbu.core import ports


@dataclass(frozen=True, slots=True)
class SmsMessage:
    """One short message to one mainland phone.

    `template` is our own name of an approved text (`login_code`), `params` fill its places in order;
    `reference` comes back in the carrier's receipt and must tell nothing about the person.
    """

    phone: str = field(repr=False)
    template: str
    params: tuple[str, ...] = field(default=(), repr=False)
    reference: str = ""


@dataclass(frozen=True, slots=True)
class SmsReceipt:
    """The carrier's answer. `accepted` means taken over for delivery, not delivered; where it is False, `code`
    is the carrier's reason, and `try_later` says whether the same message may succeed later."""

    accepted: bool
    serial_no: str
    code: str = ""
    try_later: bool = False


class SmsGateway(Protocol):
    def send(self, message: SmsMessage) -> SmsReceipt:
        """Hand one message to the carrier. Not idempotent: a second call is a second message.

        Raises PartnerUnavailable (no answer: it may or may not have been sent), PartnerRejected (account,
        signature or template refused), SignatureRejected never.
        """
        ...


def sms_gateway() -> SmsGateway:
    """The carrier that the settings choose (`EXCHANGE["sms"]`)."""
    gateway: SmsGateway = ports.get("sms")
    return gateway
