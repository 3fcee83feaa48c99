"""Who may take a certificate home: the right holder, the agent named in the application, an operator of the holder."""

from __future__ import annotations

from dengbu.core import crypto
from dengbu.core.identifiers import normalise_name, normalise_number
from dengbu.parties.models import Operator

from ..facts import CaseFacts
from ..models import NUMBER_PURPOSE, CaseParty


def entitled(found: CaseFacts, name: str, number: str) -> bool:
    """Whether this person, by name and document number, may receive the case's certificates without a mandate.

    One statement at most, where the right holder is an organisation.
    """
    name, number = normalise_name(name), normalise_number(number)
    takers = [p for p in found.parties if p.role in found.registration.taker_roles]
    if not name or not number:
        return False
    index = crypto.index(number)
    if any(p.number_index == index and normalise_name(p.name) == name for p in takers):
        return True
    if any(_is_agent(p, name, number) for p in takers):
        return True
    bodies = [p.organisation_id for p in takers if p.organisation_id is not None]
    return bool(bodies) and any(
        normalise_name(operator.name) == name
        for operator in Operator.objects.filter(organisation_id__in=bodies, id_index=index, active=True)
    )


def addressed(found: CaseFacts, name: str) -> bool:
    """Whether certificates may be sent to this name: as `entitled`, but by name alone, because the carrier compares
    the document at the door. One statement at most."""
    name = normalise_name(name)
    takers = [p for p in found.parties if p.role in found.registration.taker_roles]
    if not name:
        return False
    if any(name in (normalise_name(p.name), normalise_name(p.agent_name)) for p in takers):
        return True
    bodies = [p.organisation_id for p in takers if p.organisation_id is not None]
    return bool(bodies) and any(
        normalise_name(operator.name) == name
        for operator in Operator.objects.filter(organisation_id__in=bodies, active=True)
    )


def _is_agent(party: CaseParty, name: str, number: str) -> bool:
    """An agent whose number was never written down is known by name; the clerk compares the document by eye."""
    if not party.agent_name or normalise_name(party.agent_name) != name:
        return False
    written = normalise_number(crypto.decrypt(party.agent_number_cipher, NUMBER_PURPOSE))
    return not written or written == number
