"""Acts of the exchange floor: an existing register comes in, batch by batch, each batch whole; ours is handed out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.conf import settings

from dengbu.certificates import actions as certificates
from dengbu.certificates.rules import TakenOver
from dengbu.core import clock, crypto, rows
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Conflict, Refusal
from dengbu.register.actions import OfRecord, enter

from ..models import KeptRow, QuarantinedGroup, RegisterImport
from ..standard.building import Built, Kept, Paper

KEPT_PURPOSE = "exchange.kept_row"
QUARANTINE_PURPOSE = "exchange.quarantined_group"
OF_RECORD = OfRecord(reviewer="历史数据导入", registrar="历史数据导入")


@act("register.import.begin", permission="register.import")
def begin_import(
    *, actor: Actor, digest: str, folder: str, quarantined: Iterable[tuple[str, list[str], Any]]
) -> RegisterImport:
    """Begin an import whose folder has been judged, or find the one that was broken off. Keeps what stays out: place,
    codes, rows; also what the book has since made impossible."""
    made = RegisterImport.objects.filter(digest=digest).first()
    if made is None:
        made = RegisterImport.objects.create(digest=digest, folder=folder[:300], started_at=clock.now())
    kept = set(QuarantinedGroup.objects.filter(source=made).values_list("place", flat=True))
    fresh = (one for one in quarantined if one[0] not in kept)
    while some := list(islice(fresh, 1000)):
        rows.insert(
            [
                QuarantinedGroup(
                    source=made,
                    place=place,
                    codes=codes,
                    cipher=crypto.encrypt(json.dumps(said, ensure_ascii=False), QUARANTINE_PURPOSE),
                )
                for place, codes, said in some
            ],
            keys=False,
        )
        made.quarantined += len(some)
    made.save(update_fields=["quarantined"])
    current().note(folder=folder, quarantined=made.quarantined)
    return made


@act("register.import.batch", permission="register.import")
def import_batch(
    *, actor: Actor, digest: str, after: str, upto: str, places: int, built: Sequence[Built]
) -> int:
    """Enter the next places of an import: entries, kept rows, papers and how far it came, in one transaction.

    `after` is where the import stands, `upto` where it will stand; another one who got there first is refused.
    """
    run = RegisterImport.objects.select_for_update().get(digest=digest)
    if run.position != after or run.state != "running":
        raise Conflict(
            Refusal(
                "IMPORT_MOVED_ON",
                "这个导入正在别处进行，或已经完成。",
                "等它结束；中断的，重新运行同一命令会接着导入。",
            )
        )
    entered = enter(
        actor=actor,
        registrations=[entry for one in built for entry in one.entries],
        authority=settings.AUTHORITY,
        of_record=OF_RECORD,
    ).entries
    rows.insert([kept_row(run, kept) for one in built for kept in one.kept], keys=False)
    entry_of = {grant.right: entry.entry_id for entry in entered for grant in entry.granted}
    papers = certificates.take_over(
        actor=actor,
        authority=settings.AUTHORITY,
        papers=[taken_over(paper, entry_of[paper.right]) for one in built for paper in one.papers],
    )
    run.position, run.places = upto, run.places + places
    run.entries, run.papers = run.entries + len(entered), run.papers + papers
    run.save(update_fields=["position", "places", "entries", "papers"])
    return len(entered)


@act("register.import.end", permission="register.import")
def end_import(*, actor: Actor, digest: str) -> RegisterImport:
    """The last batch is in: the import is done and cannot be done again."""
    run = RegisterImport.objects.select_for_update().get(digest=digest)
    run.state, run.ended_at = "done", clock.now()
    run.save(update_fields=["state", "ended_at"])
    current().note(folder=run.folder, places=run.places, entries=run.entries, quarantined=run.quarantined)
    return run


@act("register.export", permission="register.export")
def export_register(*, actor: Actor, write: Callable[[], Iterator[tuple[str, int]]]) -> dict[str, int]:
    """Hand the register out, with identity numbers: the audit says who did and how many rows. One snapshot."""
    counted = dict(write())
    current().note(**counted)
    return counted


def kept_row(run: RegisterImport, kept: Kept) -> KeptRow:
    """A row as the older register had it, encrypted."""
    said = json.dumps({"row": kept.row, "parties": kept.parties}, ensure_ascii=False)
    return KeptRow(
        source=run,
        thing=kept.thing,
        table_name=kept.table,
        line=kept.line,
        cipher=crypto.encrypt(said, KEPT_PURPOSE),
    )


def taken_over(paper: Paper, entry_id: int) -> TakenOver:
    """A paper that a row names, for `certificates.take_over`."""
    year, serial, province, area = paper.series() or (0, 0, "", "")
    return TakenOver(
        number=paper.number,
        kind=paper.kind,
        entry_id=entry_id,
        right_id=paper.right,
        unit_code=paper.unit,
        holder_names=paper.holders,
        live=paper.live,
        issued_at=paper.issued_at,
        year=year,
        serial=serial,
        ours=(province, area) == (settings.PROVINCE, settings.AREA_NAME),
    )
