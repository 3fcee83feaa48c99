"""One-time codes by SMS: sending, trying, and logging in with one."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from typing import Any

from django.db import connection

from dengbu.core import clock, crypto, jobs
from dengbu.core.acts import Actor, act, current, system
from dengbu.core.identifiers import check_phone, normalise_number, normalise_phone
from dengbu.core.refusals import Refused

from .. import rules
from ..models import PHONE_PURPOSE, Person, SmsCode

__all__ = ["PHONE_PURPOSE", "VISITOR", "check_code", "login_by_code", "send_code"]

# Acts of somebody who is not known yet: asking for a code, trying one, registering.
VISITOR = system("visitor")


@act("parties.send_code")
def send_code(*, actor: Actor, phone: str, purpose: str) -> dict[str, Any]:
    """Send a six-digit code to a phone; it lives 5 minutes and 5 tries, only its hash is kept.

    Returns `sent_at` (ISO), `seconds` until the next may be asked for. The text goes out by the queue, with phone and
    code encrypted in it. Raises Refused: PHONE_*, CODE_TOO_SOON (60 s between two), CODE_DAILY_LIMIT (10 a day).
    """
    if purpose not in rules.PURPOSES:
        raise ValueError(f"unknown purpose {purpose!r}")
    number = normalise_phone(phone)
    fault = check_phone(number, field="phone")
    if fault:
        raise Refused(fault)
    now, phone_index = clock.now(), crypto.index(number)
    with connection.cursor() as cursor:  # two askings for one phone come one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sms:{phone_index}"])
    start = dt.datetime.combine(clock.today(), dt.time(), tzinfo=clock.SHANGHAI)
    since = min(start, now - rules.BETWEEN_CODES)
    sent = list(
        SmsCode.objects.filter(phone_index=phone_index, sent_at__gt=since, sent_at__lte=now)
        .order_by("-sent_at")
        .values_list("sent_at", flat=True)
    )
    fault = rules.may_send_code(sent, now, day_start=start)
    if fault:
        raise Refused(fault)
    code, salt = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}d}", crypto.new_salt()
    row = SmsCode.objects.create(
        phone_index=phone_index,
        purpose=purpose,
        salt=salt,
        code_hash=rules.code_hash(salt, code),
        sent_at=now,
        expires_at=now + rules.CODE_LIVES,
    )
    minutes = str(int(rules.CODE_LIVES.total_seconds() // 60))
    jobs.enqueue(
        "notices.send_now",
        template="login_code",
        phone_cipher=crypto.encrypt(number, rules.SMS_JOB_PURPOSE),
        params_cipher=crypto.encrypt(json.dumps([code, minutes]), rules.SMS_JOB_PURPOSE),
        reference=f"code-{row.pk}",
        not_after=clock.epoch_seconds() + int(rules.CODE_LIVES.total_seconds()),
    )
    current().note(purpose=purpose, code=row.pk)
    return {"sent_at": now.isoformat(), "seconds": int(rules.BETWEEN_CODES.total_seconds())}


@act("parties.try_code")
def _try_code(*, actor: Actor, phone_index: str, purpose: str, code: str) -> tuple[int | None, int]:
    """Count one try. Returns the row's id where the code fits, else None, and the tries left (-1: expired).

    It returns and does not raise, because a refusal would take the counted try back.
    """
    now = clock.now()
    row = (
        SmsCode.objects.select_for_update()
        .filter(phone_index=phone_index, purpose=purpose)
        .order_by("-pk")
        .first()
    )
    if row is None or row.used_at is not None or now >= row.expires_at or row.tries >= rules.CODE_TRIES:
        return None, -1
    row.tries += 1
    fits = rules.same_code(row.salt, code, row.code_hash)
    if fits:
        row.used_at = now
    row.save(update_fields=["tries", "used_at"])
    current().note(purpose=purpose, code=row.pk, fits=fits)
    return (row.pk, 0) if fits else (None, rules.CODE_TRIES - row.tries)


def check_code(*, actor: Actor, phone: str, purpose: str, code: str) -> int:
    """Use up the newest code of a phone. Returns the id of its row, the proof that the phone is theirs.

    Call it outside of an act. Raises Refused: CODE_EMPTY, CODE_FORM, CODE_WRONG with the tries left, CODE_EXPIRED.
    """
    typed = normalise_number(code)
    fault = rules.check_code_form(typed)
    if fault:
        raise Refused(fault)
    phone_index = crypto.index(normalise_phone(phone))
    found, left = _try_code(actor=actor, phone_index=phone_index, purpose=purpose, code=typed)
    if found is None:
        raise Refused(rules.CODE_EXPIRED if left < 0 else rules.code_wrong(left))
    return found


def login_by_code(*, actor: Actor, phone: str, code: str) -> tuple[int | None, int]:
    """The account of whoever holds this phone and its code: (user id, id of the used code). Creates nothing.

    The user id is None where the phone is proven but has no account: registration may go on with the used code.
    Follow with `accounts.log_in`. Raises what `check_code` raises.
    """
    used = check_code(actor=actor, phone=phone, purpose="login", code=code)
    person = (
        Person.objects.filter(phone_index=crypto.index(normalise_phone(phone)), user__is_active=True)
        .values_list("user_id", flat=True)
        .first()
    )
    return person, used


@act("parties.forget_codes", permission="users.manage")
def forget_codes(*, actor: Actor) -> int:
    """Delete the codes sent more than two days ago. Returns how many."""
    count, _ = SmsCode.objects.filter(sent_at__lt=clock.now() - dt.timedelta(days=2)).delete()
    current().note(removed=count)
    return count
