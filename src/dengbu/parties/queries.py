"""Who somebody is and what they may do. One statement."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from dengbu.core.acts import Actor

from .models import Organisation, Person, ServiceAgreement
from .permissions import OPERATOR, PERSON, permissions_of

_ACTOR_SQL = """
SELECT u.id, u.display_name, p.id, p.id_index, p.verified_at IS NOT NULL, o.organisation_id, o.may_submit, o.id_index,
       s.number, s.name, s.posts, s.lines, s.id_index, o.name
FROM core_user u
LEFT JOIN parties_person p ON p.user_id = u.id
LEFT JOIN parties_operator o ON o.user_id = u.id AND o.active
LEFT JOIN parties_staff s ON s.user_id = u.id AND s.active
WHERE u.id = %s AND u.is_active
"""


def actor_of(user_id: int) -> Actor | None:
    """The actor an account is now: permissions follow from its posts at this moment. None when closed."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTOR_SQL, [user_id])
        row = cursor.fetchone()
    return _actor(row) if row else None


def _actor(row: tuple[Any, ...]) -> Actor:
    (uid, name, person, person_index, _verified, org, may_submit, op_index) = row[:8]
    (number, staff_name, posts, lines, staff_index, op_name) = row[8:]
    permissions: frozenset[str] = frozenset()
    if person:
        permissions |= PERSON
    if org:
        permissions |= OPERATOR if may_submit else OPERATOR - {"application.file"}
    posts, lines = _list(posts), _list(lines)
    if number:
        permissions |= permissions_of(posts)
    return Actor(
        key=f"user:{uid}",
        name=staff_name or op_name or name,
        user_id=uid,
        permissions=permissions,
        person_id=person,
        organisation_id=org,
        staff_number=number or "",
        posts=frozenset(posts),
        lines=frozenset(lines),
        identity_index=staff_index or person_index or op_index or "",
    )


def _list(value: Any) -> list[str]:
    if not value:
        return []
    return json.loads(value) if isinstance(value, str) else list(value)


@dataclass(frozen=True, slots=True)
class AgreementState:
    """Whether an organisation may file today, and in words why not."""

    in_force: bool
    words: str
    agreement: ServiceAgreement | None


def agreement_state(organisation: Organisation, today: date) -> AgreementState:
    """State of the newest service agreement on a day: in force, not yet, expired, suspended, or none (F2)."""
    agreement = organisation.agreements.order_by("-valid_from", "-pk").first()
    if agreement is None:
        return AgreementState(False, "尚未签订服务协议。请携带营业执照等材料到登记中心备案。", None)
    if agreement.suspended_at is not None:
        return AgreementState(False, f"服务协议已暂停：{agreement.suspension_reason}。请联系登记中心。", agreement)
    if today < agreement.valid_from:
        return AgreementState(False, f"服务协议自{agreement.valid_from:%Y年%-m月%-d日}起生效，目前还不能申请。", agreement)
    if today > agreement.valid_until:
        return AgreementState(
            False, f"服务协议已于{agreement.valid_until:%Y年%-m月%-d日}到期。续签后即可继续申请。", agreement
        )
    return AgreementState(True, f"服务协议有效期至{agreement.valid_until:%Y年%-m月%-d日}。", agreement)


def person_by_phone(phone_index: str) -> Person | None:
    return Person.objects.select_related("user").filter(phone_index=phone_index, user__is_active=True).first()
