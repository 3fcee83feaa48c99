"""Entering what was filed, through the one door, and what must be true of the book after it."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from dengbu.catalog.registrations import TYPES, Filed
from dengbu.core import clock
from dengbu.core.acts import Actor, system
from dengbu.core.models import Docket
from dengbu.register import effects as fx
from dengbu.register.actions import OfRecord, enter
from dengbu.register.models import RealEstateUnit
from dengbu.register.queries import book_of
from dengbu.register.rules import RestrictionFact, RightFact, UnitBook
from dengbu.register.successive import after
from tests.register.homes import AUTHORITY, LAND, home

CLERKS = (system("first"), system("second"), system("third"))
FAR = "410106009001GB00002"  # a parcel that nobody knows at first
FAR_LAND, FAR_HOUSE = f"{FAR}W00000000", f"{FAR}F00010001"
PLANNED = 8
NUMBERS = itertools.count()
# What the owner does by his will: no seizure is passed by it, unless it rests on the share of another (查封规定 24).
BY_WILL = ("P01", "P02", "P06", "P07", "P20", "D03", "D06", "D09", "B01", "B02", "B03", "B08", "B14", "P18")


@dataclass
class Part:
    """One part of a case, which remembers what it made of the book."""

    inner: Any
    docket_id: Any
    made: list[fx.Effect] = field(default_factory=list)

    @property
    def registration_type(self) -> str:
        return str(self.inner.registration_type)

    @property
    def unit_codes(self) -> tuple[str, ...]:
        return tuple(self.inner.unit_codes)

    def judge(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Any:
        return self.inner.judge(books, at)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> list[fx.Effect]:
        self.made = list(self.inner.effects(books, at))
        return self.made


def docket() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dengbu.actor', 'system:test', true)")
    made = Docket(
        number=f"M{clock.now():%H%M%S%f}-{next(NUMBERS)}", authority=AUTHORITY, created_at=clock.now()
    )
    Docket.objects.bulk_create([made])
    return made.pk


def parts(code: str, filed: Filed) -> list[Part]:
    registrations = TYPES[code](filed).registrations()
    under = docket() if len(registrations) > 1 else None
    return [Part(one, under) for one in registrations]


def entered(made: list[Part], clerk: Actor = CLERKS[0]) -> None:
    """Enter all parts of a case. Raises Refused."""
    enter(actor=clerk, registrations=made, authority=AUTHORITY, of_record=OfRecord("审核员", "审核员"))


def present() -> dict[str, UnitBook]:
    """The book of every unit there is."""
    found = book_of(list(RealEstateUnit.objects.values_list("code", flat=True)))
    return dict(sorted(found.items()))


def places(books: Mapping[str, UnitBook]) -> list[str]:
    """Units on which something can be filed: those of the book, one that is not planned yet, and a far parcel."""
    return [*books, *(c for c in (home(PLANNED + 1), LAND, FAR_LAND, FAR_HOUSE) if c not in books)]


# --- thought ahead


def as_kept(book: UnitBook) -> UnitBook:
    """A book without what memory cannot know (entry numbers, ciphers), its lists in one order."""

    def right(r: RightFact) -> RightFact:
        return replace(r, entry_number="", holders=tuple(replace(h, number_cipher="") for h in r.holders))

    def rights(found: tuple[RightFact, ...]) -> tuple[RightFact, ...]:
        return tuple(sorted(map(right, found), key=lambda r: r.public_id))

    def limits(found: tuple[RestrictionFact, ...]) -> tuple[RestrictionFact, ...]:
        return tuple(sorted((replace(r, party_cipher="") for r in found), key=lambda r: r.public_id))

    return replace(
        book, rights=rights(book.rights), land_rights=rights(book.land_rights),
        restrictions=limits(book.restrictions), land=limits(book.land), objected=tuple(sorted(book.objected)),
    )  # fmt: skip


def thought(books: Mapping[str, UnitBook], made: list[Part]) -> dict[str, UnitBook]:
    """The books as `after` says that these parts leave them."""
    said = dict(books)
    for part in made:
        said = after(said, part.made, clock.now())
    return {code: as_kept(book) for code, book in said.items()}


# --- invariants, asked of the tables in plain SQL: each gives what breaks it

LIVE_TITLE = "kind IN ('house_ownership', 'land_use') AND ended_by_id IS NULL"
BROKEN = {
    "one live ownership": f"SELECT unit_id FROM register_right WHERE {LIVE_TITLE} GROUP BY unit_id HAVING count(*) > 1",
    "shares add up to one": "SELECT r.id FROM register_right r LEFT JOIN register_holder h ON h.right_id = r.id"
    " GROUP BY r.id HAVING count(h.id) <> r.holder_count OR count(h.id) = 0"
    " OR coalesce(sum(h.share_numerator), -1) <> coalesce(r.share_denominator, -1)"
    " OR bool_or(h.share_numerator <= 0) OR (r.coownership = 'by_share') <> (r.share_denominator IS NOT NULL)",
    "a right past a restriction has its answer": "SELECT r.id FROM register_right r JOIN register_entry e ON e.id = r.made_by_id"
    " JOIN register_restriction s ON s.unit_id = r.unit_id AND s.made_by_id < e.id"
    " AND (s.ended_by_id IS NULL OR s.ended_by_id > e.id) AND (s.until_at IS NULL OR s.until_at > e.instant)"
    " WHERE NOT EXISTS (SELECT 1 FROM register_entryanswer a WHERE a.entry_id = e.id AND a.obstacle = s.public_id)",
    "no disposal under seizure": "SELECT e.registration_type, s.kind, s.share_of, a.how FROM register_entry e"
    " JOIN register_right r ON r.made_by_id = e.id JOIN register_restriction s ON s.unit_id = r.unit_id"
    " AND s.kind IN ('seizure', 'freeze', 'dispute', 'internal_lock') AND s.made_by_id < e.id"
    " AND (s.ended_by_id IS NULL OR s.ended_by_id > e.id) AND (s.until_at IS NULL OR s.until_at > e.instant)"
    " LEFT JOIN register_entryanswer a ON a.entry_id = e.id AND a.obstacle = s.public_id"
    f" WHERE e.registration_type IN {BY_WILL} AND NOT (s.share_of <> '' AND a.how = 'inform')",
    # A mortgage stands on a title, or on works in progress.
    "no orphan mortgage": "SELECT m.id FROM register_right m WHERE m.kind = 'mortgage' AND m.ended_by_id IS NULL"
    " AND m.terms ->> 'thing' IS DISTINCT FROM 'works_in_progress' AND NOT EXISTS (SELECT 1 FROM register_right t"
    " WHERE t.unit_id = m.unit_id AND t.kind IN ('house_ownership', 'land_use') AND t.ended_by_id IS NULL)",
    "no orphan residence right": "SELECT m.id FROM register_right m WHERE m.kind = 'residence' AND m.ended_by_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM register_right t WHERE t.unit_id = m.unit_id AND t.kind = 'house_ownership'"
    " AND t.ended_by_id IS NULL)",
    "rank order": "SELECT unit_id FROM register_right WHERE ended_by_id IS NULL AND rank IS NOT NULL"
    " AND kind IN ('mortgage', 'advance_notice') GROUP BY unit_id, rank HAVING count(*) > 1",
    "every mortgage has a rank": "SELECT id FROM register_right WHERE kind = 'mortgage' AND coalesce(rank, 0) < 1",
    # Who follows names whom he follows, of the same unit and kind, ended by the very entry that made him.
    "chain of title": "SELECT t.id FROM register_right t JOIN register_entry e ON e.id = t.made_by_id"
    " LEFT JOIN register_right p ON p.public_id = t.predecessor WHERE t.kind IN ('house_ownership', 'land_use')"
    " AND ((t.predecessor IS NOT NULL AND (p.id IS NULL OR p.kind <> t.kind OR p.ended_by_id IS DISTINCT FROM t.made_by_id"
    " OR (p.unit_id <> t.unit_id AND e.registration_type <> 'P11')))"
    " OR (t.predecessor IS NULL AND e.registration_type NOT IN ('D01', 'D05', 'P21')))",
    "no title is followed twice": "SELECT t.predecessor FROM register_right t JOIN register_entry e ON e.id = t.made_by_id"
    " WHERE t.kind IN ('house_ownership', 'land_use') AND t.predecessor IS NOT NULL"
    " AND e.registration_type <> 'P11' GROUP BY t.predecessor HAVING count(*) > 1",
    "nothing lives on a closed unit": "SELECT u.id FROM register_realestateunit u WHERE u.ended_by_id IS NOT NULL"
    " AND (EXISTS (SELECT 1 FROM register_right r WHERE r.unit_id = u.id AND r.ended_by_id IS NULL)"
    " OR EXISTS (SELECT 1 FROM register_restriction s WHERE s.unit_id = u.id AND s.ended_by_id IS NULL))",
    "one version of facts": "SELECT u.id FROM register_realestateunit u LEFT JOIN register_unitfacts f"
    " ON f.unit_id = u.id AND f.ended_by_id IS NULL GROUP BY u.id HAVING count(f.id) <> 1",
    "one seizure of a thing": "SELECT unit_id FROM register_restriction WHERE kind = 'seizure' AND ended_by_id IS NULL"
    " GROUP BY unit_id HAVING count(*) > count(DISTINCT share_of) OR (bool_or(share_of = '') AND count(*) > 1)",
    "one place in the line": "SELECT unit_id FROM register_restriction WHERE ended_by_id IS NULL"
    " AND kind IN ('waiting_seizure', 'waiting_preseizure') GROUP BY unit_id, kind, position HAVING count(*) > 1",
    "nothing waits behind nothing": "SELECT w.id FROM register_restriction w WHERE w.kind = 'waiting_seizure'"
    " AND w.ended_by_id IS NULL AND NOT EXISTS (SELECT 1 FROM register_restriction s WHERE s.unit_id = w.unit_id"
    " AND s.kind = 'seizure' AND s.ended_by_id IS NULL)",
}  # fmt: skip
ROWS = {"right": ("grant", "right", "end"), "restriction": ("restrict", "restriction", "lift")}


def broken() -> dict[str, list[Any]]:
    """The invariants that do not hold, with the rows that break them."""
    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        for name, sql in BROKEN.items():
            cursor.execute(sql)
            if rows := cursor.fetchall():
                found[name] = rows
        found |= _made_and_ended_by_others(cursor)
    return found


def _made_and_ended_by_others(cursor: Any) -> dict[str, list[Any]]:
    """Rows not made by exactly the one entry that says it, or not ended by exactly the one that says that."""
    cursor.execute("SELECT id, effects FROM register_entry")
    made: dict[str, list[int]] = {}
    ended: dict[str, list[int]] = {}
    for entry, text in cursor.fetchall():
        for effect in json.loads(text):
            for makes, key, ends in ROWS.values():
                if effect["effect"] == makes:
                    made.setdefault(effect[key], []).append(entry)
                elif effect["effect"] == ends:
                    ended.setdefault(effect[key], []).append(entry)
    wrong: list[Any] = []
    for table in ROWS:
        cursor.execute(f"SELECT public_id::text, made_by_id, ended_by_id FROM register_{table}")
        for name, by, until in cursor.fetchall():
            if made.pop(name, []) != [by] or ended.pop(name, []) != ([until] if until else []):
                wrong.append((table, name))
    wrong += [("said and not there", name) for name in (*made, *ended)]
    return {"one entry makes a row, at most one ends it": wrong} if wrong else {}
