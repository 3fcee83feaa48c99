"""Who may take a certificate home: the right holder, the agent named in the application, an operator of the holder."""

from __future__ import annotations

from dengbu.certificates.models import Certificate
from dengbu.core import crypto
from dengbu.core.identifiers import normalise_name, normalise_number
from dengbu.parties.models import Operator
from dengbu.register.queries import holders_of

from ..facts import CaseFacts
from ..models import NUMBER_PURPOSE, CaseParty


def entitled(found: CaseFacts, certificate: Certificate, name: str, number: str) -> bool:
    """Whether this person, by name and document number, may receive a certificate of the case without a mandate.

    It belongs to whoever the register names as holder of the right it proves (民法典 217), whatever part they had in
    the application: of a correction that somebody concerned applied for, to the owner; of an exchange, each home's to
    who got it. Two statements at most.
    """
    number = normalise_number(number)
    return bool(number) and _belongs_to(found, certificate, normalise_name(name), number)


def addressed(found: CaseFacts, certificate: Certificate, name: str) -> bool:
    """Whether a certificate may be sent to this name: as `entitled`, but by name alone, because the carrier compares
    the document at the door. Two statements at most."""
    return _belongs_to(found, certificate, normalise_name(name), None)


def _belongs_to(found: CaseFacts, certificate: Certificate, name: str, number: str | None) -> bool:
    if not name:
        return False
    holders = holders_of(certificate.right_id)
    index = None if number is None else crypto.index(number)
    if any(index in (None, held) and normalise_name(called) == name for called, held in holders):
        return True
    mine = {held for _, held in holders} - {""}
    applying = [p for p in found.parties if p.number_index in mine]
    if any(_is_agent(p, name, number) for p in applying):
        return True
    bodies = [p.organisation_id for p in applying if p.organisation_id is not None]
    operators = Operator.objects.filter(organisation_id__in=bodies, active=True)
    if index is not None:
        operators = operators.filter(id_index=index)
    return bool(bodies) and any(normalise_name(operator.name) == name for operator in operators)


def _is_agent(party: CaseParty, name: str, number: str | None) -> bool:
    """An agent whose number was never written down is known by name; the clerk compares the document by eye."""
    if not party.agent_name or normalise_name(party.agent_name) != name:
        return False
    written = normalise_number(crypto.decrypt(party.agent_number_cipher, NUMBER_PURPOSE))
    return number is None or not written or written == number
