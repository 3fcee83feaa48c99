"""Rows of a folder brought into the order of parcels and units, on disk: memory does not grow with the folder.

A temporary SQLite file that only this process can read, removed at the end; it holds what the CSV files hold.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from types import TracebackType

from dengbu.core.identifiers import normalise_number

from .consistency import Group, Row
from .findings import QUARANTINE, Finding
from .tables import BUILDING, LAND, LAND_TAIL, RIGHTS, number_field, unit_field

BATCH = 5000


def place_of(table: str, line: int, row: dict[str, str]) -> str:
    """The parcel (19) or unit (28) a row belongs to; rows of the land unit belong to the parcel. A row that names
    none stands alone; those that name the same code nobody can read stay together."""
    code = normalise_number(row.get("ZDDM" if table in (LAND, BUILDING) else unit_field(table), ""))
    if table in (LAND, BUILDING):
        return code if len(code) == 19 else f"?{code[:40]}" if code else f"?{table}:{line}"
    if len(code) != 28:
        return f"?{code[:40]}" if code else f"?{table}:{line}"
    return code[:19] if code.endswith(LAND_TAIL) else code


class Staging:
    """`add` rows, `seal`, then read `groups` in the order of their codes."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dengbu-import-")
        self._db = sqlite3.connect(Path(self._folder.name) / "rows", isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;"
            "CREATE TABLE rows (place TEXT, t TEXT, line INTEGER, data TEXT);"
        )
        self._db.execute("BEGIN")
        self._waiting: list[tuple[str, str, int, str]] = []
        self.rows = 0
        self.shared: frozenset[str] = frozenset()  # numbers of papers with a list of units

    def __enter__(self) -> Staging:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._db.close()
        self._folder.cleanup()

    def add(self, place: str, row: Row) -> None:
        self._waiting.append((place, row.table, row.line, json.dumps(row.data, ensure_ascii=False)))
        self.rows += 1
        if len(self._waiting) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        self._db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def seal(self) -> None:
        self._flush()
        self._db.execute("CREATE INDEX by_place ON rows (place)")
        self._db.execute("COMMIT")

    def groups(self) -> Iterator[Group]:
        """Groups by place: a parcel stands before its units. Rows whose place nobody can read come last."""
        cursor = self._db.execute("SELECT place, t, line, data FROM rows ORDER BY place, t, line")
        for place, found in groupby(iter(lambda: cursor.fetchone(), None), key=lambda r: r[0]):
            yield Group(place, [Row(t, line, json.loads(data)) for _, t, line, data in found])

    def group(self, place: str) -> Group:
        """One place's rows."""
        found = self._db.execute("SELECT t, line, data FROM rows WHERE place = ? ORDER BY t, line", [place])
        return Group(place, [Row(t, line, json.loads(data)) for t, line, data in found])

    def count(self) -> int:
        """How many places there are."""
        found: int = self._db.execute("SELECT count(DISTINCT place) FROM rows").fetchone()[0]
        return found

    def double_numbers(
        self, numbers_of: Callable[[Group], list[tuple[str, str, int, str]]]
    ) -> Iterator[Finding]:
        """Numbers of live papers that stand on several rights, unless one paper with a list of units covers them: the
        same table and business number, each on a place of its own. Those are `shared` afterwards."""
        self._db.execute("CREATE TABLE papers (number TEXT, place TEXT, t TEXT, line INTEGER, deal TEXT)")
        rows = (
            (n, group.place, t, line, d) for group in self.groups() for n, t, line, d in numbers_of(group)
        )
        self._db.executemany("INSERT INTO papers VALUES (?, ?, ?, ?, ?)", rows)
        self._db.execute("CREATE INDEX by_number ON papers (number)")
        self._db.execute(
            "CREATE TABLE several AS SELECT number, count(DISTINCT t || ' ' || deal) = 1 AND min(deal) <> ''"
            " AND count(DISTINCT place) = count(*) AS one_list FROM papers GROUP BY number HAVING count(*) > 1"
        )
        self.shared = frozenset(n for (n,) in self._db.execute("SELECT number FROM several WHERE one_list"))
        for number, place, table, line in self._db.execute(
            "SELECT p.number, p.place, p.t, p.line FROM papers p JOIN several s ON s.number = p.number"
            " WHERE NOT s.one_list ORDER BY p.number, p.place, p.t, p.line"
        ):
            name = number_field(table) if table in RIGHTS else ""
            why = f"证号“{number[:40]}”出现在几个权利上"
            yield Finding(QUARANTINE, "CERTIFICATE_NUMBER_DOUBLE", f"{table}.csv", line, name, number[:60], why,
                          "对照证书存根改正证号；一证多套的，业务号要相同", place)  # fmt: skip
