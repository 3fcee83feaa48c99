"""Numbers at entry, papers of an older register, papers that become void."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Max

from dengbu.core import clock, counters, rows
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import certificate_number
from dengbu.core.vocabulary import CertificateKind

from ..models import Certificate, ListedUnit
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
    listed = [
        ListedUnit(certificate=paper, ordinal=n, right_id=one.right_id, unit_code=one.unit_code)
        for paper, request in zip(made, requests, strict=True)
        for n, one in enumerate(request.listed, start=1)
    ]
    if listed:
        rows.insert(listed, keys=False)
    current().note(certificates=[c.number for c in made])
    return made


@act("certificates.take_over", permission="register.enter")
def take_over(*, actor: Actor, papers: Sequence[TakenOver], authority: str) -> int:
    """Certificates and proofs that an older register handed out, with their numbers as they are: found by number like
    our own, also the forms before 2015 (房产证, 土地证). Gives how many.

    The same number for the same holders on several units is one paper with a list of units; units that come in later
    are added to it. A number of our own series moves the counter of its year on, so that it is never given again. Call
    it last.
    """
    now = clock.now()
    highest: dict[tuple[str, int], int] = {}
    for paper in papers:
        if paper.ours:
            series = (paper.kind.value, paper.year)
            highest[series] = max(highest.get(series, 0), paper.serial)
    papers_of: dict[tuple[str, str, str], list[TakenOver]] = {}
    for paper in papers:
        papers_of.setdefault((paper.number, paper.kind.value, paper.holder_names[:500]), []).append(paper)
    old = {
        (c.number, c.kind, c.holder_names): c
        for c in Certificate.objects.filter(number__in={p.number for p in papers}, docket_id__isnull=True)
    }
    new: dict[tuple[str, str, str], Certificate] = {}
    for key, some in papers_of.items():
        if key in old:
            continue
        first = next((p for p in some if p.live), some[0])
        new[key] = Certificate(
            kind=first.kind.value,
            number=first.number,
            year=first.year,
            serial=first.serial,
            entry_id=first.entry_id,
            right_id=first.right_id,
            unit_code=first.unit_code,
            holder_names=first.holder_names[:500],
            state="issued" if first.live else "void",
            void_reason="" if first.live else "原登记簿已注销",
            issued_at=first.issued_at or now,
            issued_by=actor.key,
            receiver_name=first.holder_names[:100],
            created_at=now,
        )
    rows.insert(list(new.values()))
    rows.insert(_lists(papers_of, old, new), keys=False)
    for (kind, year), serial in sorted(highest.items()):
        counters.raise_to(authority, kind, year, serial)
    return len(papers)


def _lists(
    papers_of: dict[tuple[str, str, str], list[TakenOver]],
    old: dict[tuple[str, str, str], Certificate],
    new: dict[tuple[str, str, str], Certificate],
) -> list[ListedUnit]:
    """The lines for what came in of papers with several units, behind those that they have."""
    more = {key: old[key] for key in papers_of if key in old}
    last = dict(
        ListedUnit.objects.filter(certificate__in=list(more.values()))
        .values_list("certificate_id")
        .annotate(last=Max("ordinal"))
        if more
        else ()
    )
    lines = []
    for key, some in papers_of.items():
        paper = more.get(key) or new[key]
        place = last.get(paper.pk, 0)
        if key in more and not place:
            place = 1  # until now it was a paper of one unit
            gone = paper.entry_id if paper.state == "void" else None
            lines.append(
                ListedUnit(
                    certificate=paper,
                    ordinal=1,
                    right_id=paper.right_id,
                    unit_code=paper.unit_code,
                    ended_by_entry=gone,
                )
            )
        if place or len(some) > 1:
            lines += [
                ListedUnit(
                    certificate=paper,
                    ordinal=n,
                    right_id=one.right_id,
                    unit_code=one.unit_code,
                    ended_by_entry=None if one.live else one.entry_id,
                )
                for n, one in enumerate(some, start=place + 1)
            ]
        live = next((one for one in some if one.live), None)
        if key in more and paper.state == "void" and live is not None:
            paper.state, paper.void_reason = "issued", ""
            paper.right_id, paper.unit_code = live.right_id, live.unit_code
            paper.save(update_fields=["state", "void_reason", "right_id", "unit_code"])
    return lines


@act("certificates.void", permission="register.enter")
def void(
    *,
    actor: Actor,
    rights: Sequence[tuple[uuid.UUID, int]],
    reason: str,
    replaced: Sequence[tuple[uuid.UUID, int]] = (),
) -> None:
    """注销: every certificate of these rights (public id, entry that ended it) is void. The audit says how many were.

    A paper with a list of units loses those units only and is void with its last one; it is void at once where a right
    on it is `replaced`: it gets a new paper. Four statements whether one or a thousand. Number the successors after it.
    """
    values = [[right for right, _ in rights], [entry for _, entry in rights]]
    if rights:
        _leave_lists(values)
        rows.run(_NEXT_ON_LISTS, values[:1])
        rows.run(_VOID, [reason[:100], *values], then=_note_voided)
    if replaced:
        values = [[right for right, _ in replaced], [entry for _, entry in replaced]]
        rows.run(_VOID_WHOLE, [reason[:100], *values], then=_note_voided)


def _leave_lists(values: Sequence[Any]) -> None:
    """Two who release different units of one list wait here, so that each sees what the other has left."""
    rows.run(_HOLD_LISTS, values[:1])
    rows.run(_LEAVE_LISTS, values)


# %s: the rights; whoever holds none of a list's units is not waited for.
_HOLD_LISTS = (
    "SELECT 1 FROM certificates_certificate WHERE id IN (SELECT certificate_id FROM certificates_listedunit"
    " WHERE right_id = ANY(%s::uuid[]) AND ended_by_entry IS NULL) ORDER BY id FOR NO KEY UPDATE"
)
_LEAVE_LISTS = (
    "UPDATE certificates_listedunit l SET ended_by_entry = v.entry_id"
    " FROM unnest(%s::uuid[], %s::bigint[]) AS v(right_id, entry_id)"
    " WHERE l.right_id = v.right_id AND l.ended_by_entry IS NULL"
)
# The paper goes on standing for the first unit that is still on its list.
_NEXT_ON_LISTS = (
    "UPDATE certificates_certificate c SET right_id = n.right_id, unit_code = n.unit_code FROM ("
    " SELECT DISTINCT ON (certificate_id) certificate_id, right_id, unit_code FROM certificates_listedunit"
    " WHERE ended_by_entry IS NULL AND certificate_id IN"
    " (SELECT certificate_id FROM certificates_listedunit WHERE right_id = ANY(%s::uuid[]))"
    " ORDER BY certificate_id, ordinal) n WHERE c.id = n.certificate_id AND c.state <> 'void'"
)
_VOID = (
    "UPDATE certificates_certificate c SET state = 'void', void_reason = %s, voided_by_entry = v.entry_id"
    " FROM unnest(%s::uuid[], %s::bigint[]) AS v(right_id, entry_id)"
    " WHERE c.state <> 'void' AND c.right_id = v.right_id"
)
_VOID_WHOLE = (
    "UPDATE certificates_certificate c SET state = 'void', void_reason = %s, voided_by_entry = v.entry_id"
    " FROM unnest(%s::uuid[], %s::bigint[]) AS v(right_id, entry_id)"
    " WHERE c.state <> 'void' AND (c.right_id = v.right_id OR c.id IN (SELECT certificate_id"
    " FROM certificates_listedunit WHERE right_id = v.right_id AND ended_by_entry IS NULL))"
)


def _note_voided(count: int) -> None:
    if count:
        current().note(voided_certificates=count)
