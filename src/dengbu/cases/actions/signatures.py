"""Who signs for a party, the way they sign, and what happens to a signature when the application is changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import normalise_number
from dengbu.core.refusals import Refusal, Refused

from .. import home_visits, rules
from ..facts import CaseFacts, facts
from ..models import INTERPRETER_PURPOSE, NUMBER_PURPOSE, Case, CaseParty, PendingMatter, Signer
from .desk import at_desk

UNKNOWN = Refusal("SIGN_WHO", "这个人不在这件申请里。", "请刷新页面。", field="party")


def people(found: CaseFacts) -> list[CaseParty]:
    """The natural persons who apply: who may be visited, who signs in person or by an agent."""
    return [p for p in found.applying if p.document_kind != "uscc"]


def signs_for(party: CaseParty) -> tuple[str, str, str]:
    """Name, kind and number of the document of whoever signs: the party, or the agent or guardian (细则 11, 12)."""
    if party.agent_name:
        return party.agent_name, "resident_id", crypto.decrypt(party.agent_number_cipher, NUMBER_PURPOSE)
    return party.name, party.document_kind, crypto.decrypt(party.number_cipher, NUMBER_PURPOSE)


def names_around(parties: Iterable[CaseParty], *officers: str) -> set[str]:
    """Everybody on a case and who handles it: none of them interprets."""
    return {n for p in parties for n in (p.name, p.agent_name) if n} | {o for o in officers if o}


def write_manner(signer: Signer, m: home_visits.Manner) -> None:
    """The way of signing, judged already, into the row; not saved."""
    finger = m.how == home_visits.FINGERPRINT
    signer.how, signer.read_aloud = m.how, m.read_aloud
    signer.fingerprint_reason = m.fingerprint_reason if finger else ""
    signer.witness = m.witness.strip()[:50] if finger else ""
    signer.interpreter_name = m.interpreter_name.strip()[:50]
    signer.interpreter_kind = m.interpreter_kind if m.interpreted else ""
    signer.language = m.language.strip()[:20]
    number = normalise_number(m.interpreter_number)
    signer.interpreter_cipher = crypto.encrypt(number, INTERPRETER_PURPOSE) if number else ""


@act("cases.note_signing", permission="case.accept")
def note_signing(
    *, actor: Actor, docket_id: uuid.UUID, party_id: uuid.UUID, manner: home_visits.Manner
) -> None:
    """At the window: this person gives a fingerprint, has the papers read, or has an interpreter. Printed on the
    询问笔录. Raises Refused with every fault."""
    case = at_desk(docket_id, actor)
    found = facts(case)
    party = next((p for p in people(found) if p.pk == party_id), None)
    if party is None:
        raise Refused(UNKNOWN)
    name = signs_for(party)[0]
    others = names_around(found.parties, actor.name) - {name}
    if wrong := home_visits.manner(manner, name=name, others=others, today=clock.today()):
        raise Refused(wrong)
    signer = Signer.objects.filter(
        docket_id=docket_id, visit=None, role=party.role, number_index=party.number_index
    ).first() or Signer(docket_id=docket_id, role=party.role, number_index=party.number_index, ordinal=0)
    signer.name = name
    write_manner(signer, manner)
    signer.save()
    current().note(signer=party.role, how=manner.how, interpreted=manner.interpreted)


def void_visits(case: Case, actor: Actor) -> None:
    """补正 changed what was signed: who was visited has to sign anew. The record and its images stay in the volume."""
    matters = PendingMatter.objects.filter(
        docket_id=case.docket_id, kind=rules.Kind.FACE_SIGNING.value, visit__isnull=False
    ).exclude(outcome__in=(rules.OVER, rules.TURNED_DOWN))
    now = clock.now()
    gone = matters.update(
        settled_at=now,
        settled_by=actor.name[:80],
        settled_by_id=actor.user_id,
        outcome=rules.OVER,
        evidence="补正后须重新签字",
    )
    if gone:
        case.parties.filter(present_how="visit").update(present_at=None, present_how="")
        current().note(visits_void=gone)
