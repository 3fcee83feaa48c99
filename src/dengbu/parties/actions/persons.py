"""Persons: registration under a real name, and checking the name again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import structlog

from dengbu.core import clock, crypto, jobs
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import normalise_name, normalise_number, normalise_phone
from dengbu.core.models import User
from dengbu.core.ports import PartnerError
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.core.vocabulary import DocumentKind

from .. import rules
from ..models import ID_PURPOSE, PHONE_PURPOSE, Person, SmsCode
from ..ports import IdentityAnswer, IdentityOutcome, IdentityQuery, identity_verifier
from .codes import VISITOR

log = structlog.get_logger("dengbu.parties")


@dataclass(frozen=True, slots=True)
class Registered:
    """What came of a registration: the account, and whether the real name was checked already."""

    user_id: int
    person_id: uuid.UUID
    verified: bool


def register_person(
    *,
    actor: Actor,
    phone: str,
    code_id: int | None,
    name: str,
    document_kind: str,
    id_number: str,
    reference: str = "",
) -> Registered:
    """Make the account of a natural person (细则 9: applicants are identified).

    `code_id` is what `check_code` returned for this phone within the last 30 minutes; only imports by the system may
    leave it out. The police are asked first, outside of the transaction; where they do not answer, or the document
    is no resident card, the account is kept unchecked (`verified` False) and `verify_identity` is for later.
    Sending it twice gives the first account. Raises Refused: NAME_*, ID_NUMBER_*, DOCUMENT_*, IDENTITY_MISMATCH,
    IDENTITY_TAKEN, PHONE_TAKEN, CODE_EXPIRED.
    """
    name, number, phone = normalise_name(name), normalise_number(id_number), normalise_phone(phone)
    faults = rules.check_identity(
        name=name, document_kind=document_kind, id_number=number, today=clock.today()
    )
    if faults:
        raise Refused(faults)
    answer = ask_police(name, document_kind, number, reference or f"code-{code_id}")
    return _register(
        actor=actor,
        phone=phone,
        code_id=code_id,
        name=name,
        document_kind=document_kind,
        id_number=number,
        answer=answer,
    )


def ask_police(name: str, document_kind: str, number: str, reference: str) -> IdentityAnswer | None:
    """The two-element check. None: not to be had now. Call it outside of a transaction.

    Raises Refused where the answer is no: name and number do not belong together, or the number is malformed.
    """
    if document_kind != DocumentKind.RESIDENT_ID:
        return None
    try:
        answer = identity_verifier().verify(IdentityQuery(name, number, "real_name", reference))
    except PartnerError as error:
        if "IDENTITY_NUMBER_MALFORMED" in error.codes:
            raise Refused(error.refusals) from None
        log.warning("identity_check_pending", reason=error.codes[0], reference=reference)
        return None
    if answer.outcome is not IdentityOutcome.MATCH:
        raise Refused(rules.NAME_AND_NUMBER_DIFFER)
    return answer


@act("parties.register_person")
def _register(
    *,
    actor: Actor,
    phone: str,
    code_id: int | None,
    name: str,
    document_kind: str,
    id_number: str,
    answer: IdentityAnswer | None,
) -> Registered:
    phone_index, id_index = crypto.index(phone), crypto.index(id_number)
    if code_id is None:
        if actor.key == VISITOR.key or not actor.key.startswith("system:"):
            raise NotPermitted("users.manage")
    else:
        # The lock makes a double click one registration after the other.
        proof = (
            SmsCode.objects.select_for_update()
            .filter(pk=code_id, phone_index=phone_index, used_at__gt=clock.now() - rules.PROOF_LIVES)
            .first()
        )
        if proof is None:
            raise Refused(rules.CODE_EXPIRED)
    there = Person.objects.filter(phone_index=phone_index).first()
    if there is not None:
        if crypto.decrypt(there.id_cipher, ID_PURPOSE) == id_number and there.name == name:
            return Registered(there.user_id, there.pk, there.verified_at is not None)
        raise Refused(rules.PHONE_TAKEN)
    if answer is not None and Person.objects.filter(id_index=id_index).exists():
        raise Refused(rules.IDENTITY_TAKEN)
    user = User(login=f"p-{uuid.uuid4().hex}", display_name=name)
    user.set_unusable_password()
    user.save(force_insert=True)
    person = Person(
        user=user,
        name=name,
        document_kind=document_kind,
        id_cipher=crypto.encrypt(id_number, ID_PURPOSE),
        phone_cipher=crypto.encrypt(phone, PHONE_PURPOSE),
        phone_index=phone_index,
    )
    _mark(person, answer, id_index)
    person.save(force_insert=True)
    current().note(person=str(person.pk), verified=answer is not None)
    jobs.enqueue("notices.tell", template="registered", user_id=user.pk, parameters={})
    return Registered(user.pk, person.pk, answer is not None)


def _mark(person: Person, answer: IdentityAnswer | None, id_index: str) -> None:
    if answer is not None:
        person.id_index = id_index
        person.verified_at = clock.now()
        person.verification_ref = answer.request_id


def verify_identity(*, actor: Actor, name: str, document_kind: str, id_number: str) -> bool:
    """A registered person asks for the real-name check again, with the same or corrected name and number.

    Returns whether the name is checked now; False: the police did not answer, or the document needs the window.
    An account already checked cannot be given another name here. Raises Refused as `register_person`.
    """
    if actor.person_id is None:
        raise NotPermitted("portal.person")
    name, number = normalise_name(name), normalise_number(id_number)
    faults = rules.check_identity(
        name=name, document_kind=document_kind, id_number=number, today=clock.today()
    )
    if faults:
        raise Refused(faults)
    answer = ask_police(name, document_kind, number, str(actor.person_id))
    return _verify(actor=actor, name=name, document_kind=document_kind, id_number=number, answer=answer)


@act("parties.verify_identity", permission="portal.person")
def _verify(
    *, actor: Actor, name: str, document_kind: str, id_number: str, answer: IdentityAnswer | None
) -> bool:
    if actor.person_id is None:
        raise NotPermitted("portal.person")
    person = Person.objects.select_for_update().get(pk=actor.person_id)
    if person.verified_at is not None:
        return True
    id_index = crypto.index(id_number)
    if answer is not None and Person.objects.filter(id_index=id_index).exclude(pk=person.pk).exists():
        raise Refused(rules.IDENTITY_TAKEN)
    _correct(person, name, document_kind, id_number)
    _mark(person, answer, id_index)
    person.save()
    current().note(person=str(person.pk), verified=answer is not None)
    return answer is not None


def _correct(person: Person, name: str, document_kind: str, id_number: str) -> None:
    person.name, person.document_kind = name, document_kind
    person.id_cipher = crypto.encrypt(id_number, ID_PURPOSE)
    user = User.objects.get(pk=person.user_id)
    user.display_name = name
    user.save(update_fields=["display_name"])


@act("parties.verify_at_window", permission="case.accept")
def verify_at_window(
    *, actor: Actor, person_id: uuid.UUID, name: str, document_kind: str, id_number: str
) -> None:
    """The officer at the window saw person and document and vouches for them. Raises Refused: NAME_*, ID_NUMBER_*,
    DOCUMENT_*, IDENTITY_TAKEN, IDENTITY_STANDS where the account is somebody else's by a check made before."""
    name, number = normalise_name(name), normalise_number(id_number)
    faults = rules.check_identity(
        name=name, document_kind=document_kind, id_number=number, today=clock.today()
    )
    if faults:
        raise Refused(faults)
    person = Person.objects.select_for_update().get(pk=person_id)
    if Person.objects.filter(id_index=crypto.index(number)).exclude(pk=person.pk).exists():
        raise Refused(rules.IDENTITY_TAKEN)
    if person.verified_at is not None and person.id_index != crypto.index(number):
        # What was filed and confirmed under this account would become another's.
        raise Refused(rules.IDENTITY_STANDS)
    _correct(person, name, document_kind, number)
    person.id_index, person.verified_at = crypto.index(number), clock.now()
    person.verification_ref = f"window:{actor.staff_number or actor.key}"
    person.save()
    current().note(person=str(person.pk), by="window")
