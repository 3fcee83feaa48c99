"""The same sequence entered again on an empty book gives the same book; several processes give one that holds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

from django.db import connection, transaction

from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.register import effects as fx
from dengbu.register.models import Entry
from dengbu.register.verify import verify
from tests.register.homes import LAND, Town, home

from .entering import PLANNED, Part, broken, entered, parts, present
from .plays import PLAYS
from .scene import Scene, first
from .test_every_type import SEQUENCE, Wanted

PROCESSES, APPLICATIONS = 3, 25


class Said:
    """A part of a case that says once more what it said before, whatever is asked."""

    docket_id = None

    def __init__(self, part: Part, units: tuple[str, ...], answers: Any):
        self.registration_type, self.unit_codes = part.registration_type, units
        self.made, self.answers = part.made, answers

    def judge(self, books: Any, at: Any) -> Any:
        return self.answers

    def effects(self, books: Any, at: Any) -> list[fx.Effect]:
        return self.made


class Heard(Part):
    """A part that remembers its judgement too."""

    judged: Any = None

    def judge(self, books: Any, at: Any) -> Any:
        self.judged = self.inner.judge(books, at)
        return self.judged


class _Undo(Exception):
    pass


VARIES = [
    "id",
    "made_by_id",
    "ended_by_id",
    "entry_id",
    "right_id",
    "unit_id",
    "parcel_id",
    "building_id",
    "docket_id",
    "public_id",
    "digest",
    "instant",
    "number_cipher",
    "party_cipher",
]
TABLES = (
    "entry", "parcel", "parcelfacts", "building", "buildingfacts", "realestateunit", "unitfacts", "right", "holder",
    "restriction", "entryanswer", "entrynote",
)  # fmt: skip


def snapshot() -> dict[str, list[str]]:
    """Every row of the book in the order of entering, with who made and ended it by number, without keys and ciphers."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"SELECT (to_jsonb(t) - %s::text[])::text,"
                " (SELECT number FROM register_entry e WHERE e.id = (to_jsonb(t) ->> 'made_by_id')::bigint),"
                " (SELECT number FROM register_entry e WHERE e.id = (to_jsonb(t) ->> 'ended_by_id')::bigint),"
                f" t.id FROM register_{table} t ORDER BY t.id",
                [VARIES],
            )
            found[table] = [f"{made}-{ended} {row}" for row, made, ended, _ in cursor.fetchall()]
    return found


def test_the_same_sequence_entered_again_gives_the_same_book(db: None) -> None:
    said: list[list[Said]] = []
    try:
        with transaction.atomic():
            opening = Town(homes=PLANNED, owned=0)
            opening.build()
            for code, unit, *wanted in SEQUENCE:
                made = [
                    Heard(p.inner, p.docket_id)
                    for p in parts(code, PLAYS[code].make(Scene(present(), unit, Wanted(*wanted))))
                ]
                entered(made)  # type: ignore[arg-type]
                said.append([Said(p, p.unit_codes, p.judged) for p in made])
            before, books = snapshot(), present()
            raise _Undo
    except _Undo:
        pass
    assert not Entry.objects.exists()
    Town(homes=PLANNED, owned=0).build()
    for made in said:
        entered(made)  # type: ignore[arg-type]
    assert snapshot() == before
    again = present()
    assert {c: _known(b) for c, b in again.items()} == {c: _known(b) for c, b in books.items()}
    assert verify(deep=True).ok


def _known(book: Any) -> Any:
    from .entering import as_kept

    return as_kept(book)


def test_what_varies_is_all_that_the_comparison_leaves_out(db: None) -> None:
    """The comparison itself sees a book that differs in one word."""
    Town(homes=2, owned=1).build()
    before = snapshot()
    entered(parts("P01", PLAYS["P01"].make(Scene(present(), home(1), first))))
    after = snapshot()
    assert {t for t in TABLES if before[t] != after[t]} == {"entry", "right", "holder"}


# --- several processes


def test_several_processes_that_file_at_once_leave_a_book_that_holds(own_database: DatabaseUrls) -> None:
    Town(homes=6, owned=0).build()
    for code, unit in (("D01", LAND), ("D05", home(1)), *(("D09", home(n)) for n in (1, 2, 3))):
        books = {c: b for c, b in present().items() if c != home(6)}
        entered(parts(code, PLAYS[code].make(Scene(books, unit, first))))
    start = Entry.objects.count()
    environment = {**os.environ, "DENGBU_TEST_URL": own_database.app, "DATABASE_URL": own_database.app}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.register.machine.clerk", str(seed), str(APPLICATIONS)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for seed in range(PROCESSES)
    ]  # fmt: skip
    told = [one.communicate(timeout=120) for one in running]
    assert [one.returncode for one in running] == [0] * PROCESSES, [err[-3000:] for _, err in told]
    came = [tuple(map(int, re.findall(r"\d+", out))) for out, _ in told]
    done, refused = (sum(x) for x in zip(*came, strict=True))
    assert done + refused == PROCESSES * APPLICATIONS and done > 0 and refused > 0
    assert Entry.objects.count() >= start + done
    assert broken() == {}
    report = verify(deep=True)
    assert report.ok, report.differences
