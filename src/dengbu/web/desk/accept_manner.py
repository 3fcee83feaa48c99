"""At the window: who gives a fingerprint, has the papers read aloud, or has an interpreter."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from dengbu.cases.actions import signatures
from dengbu.cases.documents.signing import manner_words
from dengbu.cases.queries.counter import AtCounter
from dengbu.cases.queries.visits import at_window
from dengbu.core.refusals import Refusal, Refused

from ..manners import about, manner_fields, manner_of
from .window import actor_of, form_key, see_other


def manners(post: Mapping[str, str], at: AtCounter, refusals: Iterable[Refusal]) -> list[dict[str, Any]]:
    """How each person signs here, in words, and the form about it. One statement."""
    known = {(s.role, s.number_index): s for s in at_window(at.case.pk)}
    wrong = {r.field: f"{r.message}{r.remedy}" for r in refusals if r.field}
    rows = []
    for party in signatures.people(at.found):
        signer, suffix = known.get((party.role, party.number_index)), str(party.pk)
        typed = post if post.get("party") == suffix else {}
        rows.append(
            {
                "id": suffix,
                "name": signatures.signs_for(party)[0],
                "role": at.found.registration.word(party.role),
                "groups": manner_fields(suffix, typed, signer, wrong),
                "said": manner_words(signer) if signer is not None else (),
                "open": bool(typed),
                "visited": party.present_how == "visit",
            }
        )
    return rows


def do_manner(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    suffix = request.POST.get("party", "")
    try:
        party = uuid.UUID(suffix)
    except ValueError:
        raise Refused(signatures.UNKNOWN) from None
    try:
        signatures.note_signing(
            actor=actor_of(request),
            docket_id=docket,
            party_id=party,
            manner=manner_of(request.POST, suffix),
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        raise Refused(about(refused.refusals, suffix)) from None
    return see_other("desk.accept_case", docket, done="manner", anchor="s5")
