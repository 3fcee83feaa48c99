"""Sending: each task may run twice and does its work once, as far as the carrier lets us know."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from dengbu.core import clock, crypto
from dengbu.core.acts import system
from dengbu.core.ports import PartnerRejected, PartnerUnavailable

from . import actions, rules
from .models import Message
from .ports import SmsMessage, SmsReceipt, sms_gateway

log = structlog.get_logger("dengbu.notices")


class NotSentYet(Exception):
    """The carrier did not take the message this time; the queue tries again."""


RETRY = RetryStrategy(
    max_attempts=rules.ATTEMPTS, exponential_wait=rules.WAIT_SECONDS, retry_exceptions={NotSentYet}
)


def _hand_over(message: SmsMessage) -> tuple[SmsReceipt | None, str, bool]:
    """The receipt, or the reason and whether it is final. Never the phone or the text in a reason."""
    try:
        receipt = sms_gateway().send(message)
    except PartnerUnavailable as error:
        return None, error.codes[0], False
    except PartnerRejected as error:
        return None, error.partner_code or error.codes[0], True
    return (receipt, "", False) if receipt.accepted else (None, receipt.code, not receipt.try_later)


@app.task(name="notices.send", retry=RETRY)
def send(message_id: str) -> None:
    """Hand a kept message to the carrier. A message already sent or given up is left alone."""
    found = Message.objects.filter(pk=message_id).first()
    if found is None or found.state != "queued":
        return
    courier = system("messages")
    receipt, reason, final = _hand_over(
        SmsMessage(
            phone=crypto.decrypt(found.phone_cipher, rules.PHONE_PURPOSE),
            template=found.template,
            params=tuple(str(value) for value in found.parameters),
            reference=str(found.pk),
        )
    )
    if receipt is not None:
        actions.note_sent(actor=courier, message_id=found.pk, gateway_ref=receipt.serial_no)
        return
    given_up = actions.note_not_sent(actor=courier, message_id=found.pk, reason=reason, final=final)
    log.warning("message_not_sent", message=str(found.pk), reason=reason, given_up=given_up)
    if not given_up:
        raise NotSentYet(reason)


@app.task(name="notices.send_now", retry=RETRY)
def send_now(template: str, phone_cipher: str, params_cipher: str, reference: str, not_after: int) -> None:
    """Hand over a text that is not kept (a one-time code). Its arguments stand encrypted in the queue; too late, it is
    dropped."""
    if clock.epoch_seconds() >= not_after:
        log.warning("code_too_late", reference=reference)
        return
    params = json.loads(crypto.decrypt(params_cipher, rules.JOB_PURPOSE))
    phone = crypto.decrypt(phone_cipher, rules.JOB_PURPOSE)
    receipt, reason, final = _hand_over(SmsMessage(phone, template, tuple(params), reference))
    if receipt is None:
        log.warning("code_not_sent", reference=reference, reason=reason)
        if not final:
            raise NotSentYet(reason)


@app.task(name="notices.tell")
def tell(
    template: str,
    user_id: int | None = None,
    parameters: Mapping[str, str] | None = None,
    docket_id: str | None = None,
) -> None:
    """Put a message under 消息 for a room that cannot call this one."""
    actions.tell(
        actor=system("messages"),
        template=template,
        user_id=user_id,
        docket_id=uuid.UUID(docket_id) if docket_id else None,
        parameters=parameters or {},
    )
