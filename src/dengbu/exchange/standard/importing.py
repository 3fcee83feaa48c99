"""An existing register comes in: read and judge all of it first, then enter it batch by batch.

1. Every file is read once: each row is judged by itself and staged on disk in the order of parcels and units.
2. Every parcel and unit is judged with all its rows, beside the book. Any finding of grade `refuse`: nothing comes in.
3. What is whole is entered, `batch` places to a transaction; what is quarantined is kept aside. Broken off, the same
   command goes on after the last batch.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from dengbu.certificates.models import Certificate
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.identifiers import normalise_number
from dengbu.register.models import Building, Parcel, RealEstateUnit

from ..actions import begin_import, end_import, import_batch
from ..models import QuarantinedGroup, RegisterImport
from .building import Built, build, building_facts
from .consistency import Around, Group, Row, check_group, loose_loads, paper_numbers
from .findings import COLUMNS, QUARANTINE, REFUSE, Finding
from .reading import csv_files, folder_digest, judge_files, rows_of, table_of
from .staging import Staging, place_of
from .tables import BUILDING, LAND, RIGHTS, TABLES
from .values import check_row

PLACES = 1000  # to one transaction
LOOK_AHEAD = 1000
Say = Callable[[str], None]


@dataclass
class Imported:
    """What came of it."""

    refused: bool = False
    done_before: bool = False
    resumed_after: str = ""
    report: Path = Path()
    rows: int = 0
    places: int = 0
    entries: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: list[Finding] = field(default_factory=list)

    def of_grade(self, grade: str) -> int:
        return sum(n for (g, _), n in self.counted.items() if g == grade)


class _Report:
    """findings.csv, written as they are found; what is out, by place."""

    def __init__(self, path: Path, outcome: Imported, stack: ExitStack):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = stack.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
        self._csv = csv.writer(file)
        self._csv.writerow(COLUMNS)
        self.outcome = outcome
        self.out: dict[str, list[str]] = {}

    def add(self, finding: Finding) -> None:
        self._csv.writerow(finding.row())
        self.outcome.counted[finding.grade, finding.code] += 1
        if len(self.outcome.first) < 20:
            self.outcome.first.append(finding)
        if finding.grade == QUARANTINE:
            codes = self.out.setdefault(finding.place, [])
            if finding.code not in codes:
                codes.append(finding.code)


def import_register(
    folder: Path,
    *,
    actor: Actor,
    report: Path,
    dry_run: bool = False,
    say: Say = lambda _: None,
    batch: int = PLACES,
) -> Imported:
    """Import a folder of the standard's tables. `report`: where findings.csv is written, and the rows that stay out
    (folder `quarantine/`, ready to be mended and imported); an import that goes on reports into `resumed/` beneath it,
    so that what is being mended is not overwritten. With `dry_run` nothing is written to the database."""
    began = clock.monotonic()
    outcome = Imported()
    with ExitStack() as stack:
        digest = folder_digest(folder)
        run = RegisterImport.objects.filter(digest=digest).first()
        if run is not None and run.state == "done":
            outcome.done_before = True
            return outcome
        outcome.resumed_after = run.position if run else ""
        outcome.report = report / "resumed" if run else report
        staging = stack.enter_context(Staging())
        told = _Report(outcome.report / "findings.csv", outcome, stack)
        if run is not None:
            told.out |= dict(QuarantinedGroup.objects.filter(source=run).values_list("place", "codes"))
        _stage(folder, staging, told, say)
        outcome.rows = staging.rows
        if not outcome.of_grade(REFUSE):
            _judge(staging, told, outcome.resumed_after, say)
        outcome.quarantined = len(told.out)
        outcome.refused = outcome.of_grade(REFUSE) > 0
        if not outcome.refused:
            _write_quarantine(staging, told.out, outcome.report / "quarantine")
        if not outcome.refused and not dry_run:
            out = ((place, codes, _plain(staging.group(place))) for place, codes in sorted(told.out.items()))
            run = begin_import(actor=actor, digest=digest, folder=str(folder), quarantined=out)
            _enter(staging, told.out, run, actor, batch, outcome, say)
            run = end_import(actor=actor, digest=digest)
            outcome.places, outcome.entries, outcome.quarantined = run.places, run.entries, run.quarantined
    outcome.seconds = clock.monotonic() - began
    return outcome


def _stage(folder: Path, staging: Staging, told: _Report, say: Say) -> None:
    for finding in judge_files(folder):
        told.add(finding)
    today = clock.today()
    for path in csv_files(folder):
        table = table_of(path)
        if table not in TABLES:
            continue
        began, count = clock.monotonic(), 0
        of_file: list[Finding] = []
        for line, row in rows_of(path, of_file):
            place = place_of(table, line, row)
            for finding in check_row(table, line, row, place, settings.AUTHORITY, today):
                told.add(finding)
            staging.add(place, Row(table, line, row))
            count += 1
            if count % 50_000 == 0:
                say(
                    f"读入 {path.name}：{count} 行，每秒 {count / max(clock.monotonic() - began, 0.001):.0f} 行"
                )
        for finding in of_file:
            told.add(finding)
        say(f"读入 {path.name}：{count} 行")
    staging.seal()


@dataclass
class _Land:
    """The parcel the groups stand on as they go by."""

    place: str = ""
    row: Row | None = None
    known: bool = False
    buildings: dict[str, Row | None] = field(
        default_factory=dict
    )  # rows of the folder; None: in the book only
    known_buildings: set[str] = field(default_factory=set)


def _around(staging: Staging, after: str) -> Iterator[tuple[Group, Around, _Land]]:
    """Groups after a place, each with what stands around it: land of the folder, what the book knows already."""
    now, land = clock.now(), _Land()
    groups = staging.groups()
    while some := list(islice(groups, LOOK_AHEAD)):
        fresh = [g for g in some if g.place > after]
        units, parcels, buildings, numbers = _known(fresh)
        for group in some:
            parcel = group.place[:19]
            if parcel != land.place:
                land = _Land(parcel)
            if group.is_parcel:
                land.row = next(iter(group.of(LAND)), None)
                for row in group.of(BUILDING):
                    land.buildings[normalise_number(row.get("ZRZH"))] = row
            if group.place <= after:
                land.known, land.known_buildings = True, set(land.buildings)
                continue
            land.known = land.known or parcel in parcels
            if parcel in parcels:
                land.known_buildings |= {b for b in buildings if b[:19] == parcel}
                land.buildings = dict.fromkeys(land.known_buildings) | land.buildings
            yield group, Around(land.row, land.buildings, land.known, units, numbers, now), land


def _known(groups: list[Group]) -> tuple[set[str], set[str], set[str], set[str]]:
    """What the book has of these groups already: units, parcels, buildings, numbers of papers."""
    units = {g.unit for g in groups}
    parcels = {g.place[:19] for g in groups}
    numbers = {n for g in groups for n, *_ in _live_numbers(g)}
    return (
        set(RealEstateUnit.objects.filter(code__in=units).values_list("code", flat=True)),
        set(Parcel.objects.filter(code__in=parcels).values_list("code", flat=True)),
        set(Building.objects.filter(parcel__code__in=parcels).values_list("code", flat=True)),
        set(Certificate.objects.filter(number__in=numbers).values_list("number", flat=True)),
    )


def _live_numbers(group: Group) -> list[tuple[str, str, int, str]]:
    """Number, table, line, and the deal it was made in: business number and holders."""
    parties = group.parties()
    return [
        (n, r.table, r.line, "、".join((r.case, *(p.get("QLRMC") for p in there))) if r.case else "")
        for r in group.of(*RIGHTS)
        for there in (parties.get(r.case, []),)
        for n in paper_numbers(r, there)
    ]


def _judge(staging: Staging, told: _Report, after: str, say: Say) -> None:
    for finding in staging.double_numbers(_live_numbers):
        told.add(finding)
    for count, (group, around, _) in enumerate(_around(staging, after), start=1):
        if (
            after
        ):  # what this import has entered already is known by papers whose other units are still to come
            around = replace(around, known_numbers=set(around.known_numbers) - staging.shared)
        if group.place not in told.out:  # what is faulty by itself is not judged with others
            for finding in check_group(group, around):
                told.add(finding)
        for finding in loose_loads(group, around):
            told.add(finding)
        parcel = group.place[:19]
        if group.place.startswith(parcel + "F") and parcel in told.out:
            first = group.rows[0]
            why, mend = "它的宗地被隔离", "先改正宗地，再一起导入"
            told.add(Finding(QUARANTINE, "PARCEL_QUARANTINED", f"{first.table}.csv", first.line, "BDCDYH", parcel, why,
                             mend, group.place))  # fmt: skip
        if count % 20_000 == 0:
            say(f"核对 {count} 个单元（宗地）")


def _enter(
    staging: Staging,
    out: dict[str, list[str]],
    run: RegisterImport,
    actor: Actor,
    batch: int,
    outcome: Imported,
    say: Say,
) -> None:
    total, began, count, position = staging.count() - len(out), clock.monotonic(), 0, run.position
    waiting: list[Built] = []
    last = position

    def put() -> None:
        nonlocal position, count
        import_batch(
            actor=actor, digest=run.digest, after=position, upto=last, places=len(waiting), built=waiting
        )
        count += len(waiting)
        position = last
        waiting.clear()
        rate = count / max(clock.monotonic() - began, 0.001)
        done = run.places + count
        say(
            f"登簿 {done}/{total} 个单元（宗地），每秒 {rate:.0f} 个，还要约 {max(total - done, 0) / rate / 60:.1f} 分钟"
        )

    for group, _, land in _around(staging, run.position):
        if group.place in out:
            continue
        wanted = (
            land.buildings if group.is_parcel else {group.place[:24]: land.buildings.get(group.place[:24])}
        )
        facts = {code: building_facts(row) for code, row in wanted.items() if row is not None}
        waiting.append(build(group, land.row, facts, parcel_known=land.known, known=land.known_buildings))
        last = group.place
        if len(waiting) >= batch:
            put()
    if waiting:
        put()


def _plain(group: Group) -> list[dict[str, Any]]:
    return [{"table": r.table, "line": r.line, "row": dict(r.data)} for r in group.rows]


def _write_quarantine(staging: Staging, out: dict[str, list[str]], folder: Path) -> None:
    """The rows that stay out, as files of the same form, with the land they stand on: to be mended and imported."""
    if not out:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        files: dict[str, Any] = {}
        names = {t: [f.name for f in fields] for t, fields in TABLES.items()}
        for table in ("ZDJBXX", "QLR"):
            files[table] = _writer(folder, table, names[table], stack)
        land: dict[str, Row] = {}
        for group in staging.groups():
            if group.is_parcel:
                rows = () if group.place in out else group.of(LAND, BUILDING)
                land = {normalise_number(r.get("ZDDM" if r.table == LAND else "ZRZH")): r for r in rows}
            if group.place not in out:
                continue
            beneath = [land.pop(code) for code in list(land) if group.place.startswith(code)]
            for row in [*beneath, *group.rows]:
                if row.table not in files:
                    files[row.table] = _writer(folder, row.table, names[row.table], stack)
                files[row.table].writerow([row.get(n) for n in names[row.table]])


def _writer(folder: Path, table: str, head: list[str], stack: ExitStack) -> Any:
    file = stack.enter_context((folder / f"{table}.csv").open("w", encoding="utf-8-sig", newline=""))
    made = csv.writer(file)
    made.writerow(head)
    return made
