"""Numbers at entry, papers of an older register, papers that become void."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from dengbu.core import clock, counters, rows
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import certificate_number
from dengbu.core.vocabulary import CertificateKind

from ..models import Certificate
from ..rules import NumberRequest, TakenOver


@act("certificates.number", permission="register.enter")
def number(
    *, actor: Actor, requests: Sequence[NumberRequest], authority: str, on: dt.date
) -> list[Certificate]:
    """Number certificates and proofs in the entry's own transaction, gapless per authority, kind and year.

    In the order of the requests. Takes the counters' locks: call it last. A rollback gives the numbers back.
    """
    serials: dict[CertificateKind, Any] = {}
    for kind in CertificateKind:  # always in the same order, so that two entries never wait for each other
        count = sum(request.kind is kind for request in requests)
        if count:
            serials[kind] = iter(counters.take(authority, kind.value, on.year, count))
    now = clock.now()
    made = []
    for request in requests:
        serial = next(serials[request.kind])
        made.append(
            Certificate(
                kind=request.kind.value,
                number=certificate_number(
                    request.kind, on.year, serial, province=settings.PROVINCE, area=settings.AREA_NAME
                ),
                year=on.year,
                serial=serial,
                docket_id=request.docket_id,
                entry_id=request.entry_id,
                right_id=request.right_id,
                unit_code=request.unit_code,
                holder_names=request.holder_names[:500],
                created_at=now,
            )
        )
    rows.insert(made)
    current().note(certificates=[c.number for c in made])
    return made


@act("certificates.take_over", permission="register.enter")
def take_over(*, actor: Actor, papers: Sequence[TakenOver], authority: str) -> int:
    """Certificates and proofs that an older register handed out, with their numbers as they are: found by number like
    our own, also the forms before 2015 (房产证, 土地证). Gives how many.

    A number of our own series moves the counter of its year on, so that it is never given again. Call it last.
    """
    now = clock.now()
    highest: dict[tuple[str, int], int] = {}
    for paper in papers:
        if paper.ours:
            series = (paper.kind.value, paper.year)
            highest[series] = max(highest.get(series, 0), paper.serial)
    rows.insert(
        [
            Certificate(
                kind=paper.kind.value,
                number=paper.number,
                year=paper.year,
                serial=paper.serial,
                entry_id=paper.entry_id,
                right_id=paper.right_id,
                unit_code=paper.unit_code,
                holder_names=paper.holder_names[:500],
                state="issued" if paper.live else "void",
                void_reason="" if paper.live else "原登记簿已注销",
                issued_at=paper.issued_at or now,
                issued_by=actor.key,
                receiver_name=paper.holder_names[:100],
                created_at=now,
            )
            for paper in papers
        ]
    )
    for (kind, year), serial in sorted(highest.items()):
        counters.raise_to(authority, kind, year, serial)
    return len(papers)


@act("certificates.void", permission="register.enter")
def void(*, actor: Actor, rights: Sequence[tuple[uuid.UUID, int]], reason: str) -> None:
    """注销: every certificate of these rights (public id, entry that ended it) is void. The audit says how many were.

    One statement whether one or a thousand. Number the successors after it, not before.
    """
    rows.run(
        "UPDATE certificates_certificate c SET state = 'void', void_reason = %s, voided_by_entry = v.entry_id"
        " FROM unnest(%s::uuid[], %s::bigint[]) AS v(right_id, entry_id)"
        " WHERE c.right_id = v.right_id AND c.state <> 'void'",
        [reason[:100], [right for right, _ in rights], [entry for _, entry in rights]],
        then=_note_voided,
    )


def _note_voided(count: int) -> None:
    if count:
        current().note(voided_certificates=count)
