"""Who somebody is and what they may do. One statement."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from dengbu.core import crypto, rows
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal, Refused

from . import rules
from .models import ID_PURPOSE, PHONE_PURPOSE, Operator, Organisation, Person, ServiceAgreement, Staff
from .permissions import OPERATOR, PERSON, VIEWER, permissions_of

_ACTOR_SQL = """
SELECT u.id, u.display_name, p.id, p.id_index, p.verified_at IS NOT NULL, o.organisation_id, o.may_submit, o.id_index,
       s.number, s.name, s.posts, s.lines, s.id_index, o.name, g.name, u.password
FROM core_user u
LEFT JOIN parties_person p ON p.user_id = u.id
LEFT JOIN parties_operator o ON o.user_id = u.id AND o.active
LEFT JOIN parties_organisation g ON g.id = o.organisation_id
LEFT JOIN parties_staff s ON s.user_id = u.id AND s.active
WHERE u.id = %s AND u.is_active
"""


def actor_of(user_id: int) -> Actor | None:
    """The actor an account is now: permissions follow from its posts at this moment. None when closed."""
    found = actor_and_password(user_id)
    return found[0] if found else None


def actor_and_password(user_id: int) -> tuple[Actor, str] | None:
    """Like `actor_of`, with the password's hash: a session holds only as long as that stays. One statement."""
    with rows.cursor() as cursor:
        cursor.execute(_ACTOR_SQL, [user_id])
        row = cursor.fetchone()
    return (_actor(row), row[-1]) if row else None


def _actor(row: tuple[Any, ...]) -> Actor:
    (uid, name, person, person_index, _verified, org, may_submit, op_index) = row[:8]
    (number, staff_name, posts, lines, staff_index, op_name, org_name) = row[8:15]
    permissions: frozenset[str] = frozenset()
    if person:
        permissions |= PERSON
    if org:
        permissions |= OPERATOR if may_submit else VIEWER
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
        organisation=org_name or "",
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
    """State of the service agreement that counts on a day: in force, not yet, expired, suspended, or none (F2).

    The one whose dates hold the day; else the newest, which says why not. One statement, none when `agreements` were
    prefetched.
    """
    agreements = sorted(organisation.agreements.all(), key=lambda a: (a.valid_from, a.pk), reverse=True)
    holding = [a for a in agreements if a.valid_from <= today <= a.valid_until]
    agreement = next(iter(holding or agreements), None)
    if agreement is None:
        return AgreementState(False, "尚未签订服务协议。请携带营业执照等材料到登记中心备案。", None)
    if agreement.suspended_at is not None:
        return AgreementState(
            False, f"服务协议已暂停：{agreement.suspension_reason}。请联系登记中心。", agreement
        )
    if today < agreement.valid_from:
        return AgreementState(
            False, f"服务协议自{agreement.valid_from:%Y年%-m月%-d日}起生效，目前还不能申请。", agreement
        )
    if today > agreement.valid_until:
        return AgreementState(
            False, f"服务协议已于{agreement.valid_until:%Y年%-m月%-d日}到期。续签后即可继续申请。", agreement
        )
    return AgreementState(True, f"服务协议有效期至{agreement.valid_until:%Y年%-m月%-d日}。", agreement)


def person_by_phone(phone_index: str) -> Person | None:
    return Person.objects.select_related("user").filter(phone_index=phone_index, user__is_active=True).first()


def require_agreement(organisation: Organisation, today: date) -> ServiceAgreement:
    """The agreement under which an organisation may file today. Raises Refused: AGREEMENT_NOT_IN_FORCE, in words."""
    state = agreement_state(organisation, today)
    if not state.in_force or state.agreement is None:
        raise Refused(
            Refusal(
                "AGREEMENT_NOT_IN_FORCE",
                state.words,
                "已经提交的申请不受影响，照常办理。",
                basis="《“互联网+不动产登记”服务协议》",
            )
        )
    return state.agreement


def require_real_name(actor: Actor) -> None:
    """Whoever applies must be known by name: a person whose name was checked. Raises Refused: REAL_NAME_NEEDED."""
    if actor.person_id is not None and not actor.identity_index:
        raise Refused(rules.REAL_NAME_NEEDED)


@dataclass(frozen=True, slots=True)
class Account:
    """A person's own account, readable: for prefilled forms and messages. Note the sight before showing it."""

    person_id: uuid.UUID
    user_id: int
    name: str
    document_kind: str
    verified: bool
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    address: str = field(repr=False)


def account_of(person_id: uuid.UUID) -> Account:
    """The account of a person, with readable number and phone. One statement."""
    person = Person.objects.get(pk=person_id)
    return Account(
        person_id=person.pk,
        user_id=person.user_id,
        name=person.name,
        document_kind=person.document_kind,
        verified=person.verified_at is not None,
        id_number=crypto.decrypt(person.id_cipher, ID_PURPOSE),
        phone=crypto.decrypt(person.phone_cipher, PHONE_PURPOSE),
        address=person.address,
    )


def phones_of(user_ids: Sequence[int]) -> dict[int, str]:
    """Readable phones of persons and operators by user id, for `notices.tell`. Two statements."""
    found: dict[int, str] = {}
    for model in (Person, Operator):
        rows = model.objects.filter(user_id__in=user_ids).values_list("user_id", "phone_cipher")
        found.update({user: crypto.decrypt(cipher, PHONE_PURPOSE) for user, cipher in rows if cipher})
    return found


def person_by_identity(id_number: str) -> Person | None:
    """The person whose checked identity this is. One statement."""
    return Person.objects.filter(id_index=crypto.index(id_number)).exclude(id_index="").first()


def organisation_of(actor: Actor) -> Organisation | None:
    """The organisation an operator acts for, agreements with it. Two statements."""
    if actor.organisation_id is None:
        return None
    return Organisation.objects.prefetch_related("agreements").filter(pk=actor.organisation_id).first()


def with_accounts(indexes: Iterable[str]) -> dict[str, Organisation]:
    """The organisations that have an account here, by the index of their credit code. One statement, none for nobody."""
    wanted = {i for i in indexes if i}
    return {o.uscc_index: o for o in Organisation.objects.filter(uscc_index__in=wanted)} if wanted else {}


def organisations(ids: Iterable[str]) -> list[Organisation]:
    """The organisations with these ids. One statement, none for nobody."""
    wanted = list(ids)
    return list(Organisation.objects.filter(pk__in=wanted)) if wanted else []


def lenders_in_force(today: date, lending: Collection[tuple[str, str]]) -> list[Organisation]:
    """The organisations that lend, by (kind, licence), and whose agreement is in force on a day, by name. Two
    statements."""
    kinds = {kind for kind, _ in lending}
    found = Organisation.objects.prefetch_related("agreements").filter(kind__in=kinds).order_by("name")
    return [
        one
        for one in found
        if (one.kind == "bank" or (one.kind, one.licence_kind) in lending)
        and agreement_state(one, today).in_force
    ]


def home_of(actor: Actor) -> str:
    """Where somebody begins after logging in. At most one statement."""
    if actor.is_staff:
        return "/desk/"
    if actor.organisation_id is not None:
        kind = Organisation.objects.filter(pk=actor.organisation_id).values_list("kind", flat=True).first()
        return "/dev/" if kind == "developer" else "/bank/"
    return "/my/" if actor.person_id is not None else "/"


PAGE_SIZE = 20


def organisations_page(*, q: str = "", after: str = "", kind: str = "") -> tuple[list[Organisation], str]:
    """Filed organisations, newest first, with their agreements; and the key of the next page, '' at the end.

    `q` is part of a name or a whole credit code. Two statements.
    """
    rows = Organisation.objects.prefetch_related("agreements").order_by("-pk")
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(uscc=q.upper()))
    if kind:
        rows = rows.filter(kind=kind)
    if key := _uuid(after):
        rows = rows.filter(pk__lt=key)
    found = list(rows[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], str(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else ""


def organisation_with(organisation_id: uuid.UUID) -> Organisation | None:
    """One organisation with agreements, operators and their accounts. Three statements."""
    return (
        Organisation.objects.prefetch_related("agreements", "operators__user")
        .filter(pk=organisation_id)
        .first()
    )


def staff_page(*, q: str = "", after: str = "") -> tuple[list[Staff], str]:
    """Staff by number, with their accounts; and the key of the next page, '' at the end. One statement."""
    rows = Staff.objects.select_related("user").order_by("number")
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(number=q))
    if after:
        rows = rows.filter(number__gt=after)
    found = list(rows[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], found[PAGE_SIZE - 1].number if len(found) > PAGE_SIZE else ""


def staff_member(staff_id: int) -> Staff | None:
    return Staff.objects.select_related("user").filter(pk=staff_id).first()


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
