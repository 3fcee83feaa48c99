"""What a developer reads: buildings, building tables, batches. Fixed statements whatever the number of units."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from dengbu.appointments.models import Booking
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor
from dengbu.core.models import Idempotency
from dengbu.core.refusals import Refusal
from dengbu.materials.models import MaterialPage
from dengbu.parties.models import Organisation
from dengbu.register.queries import book_of
from dengbu.register.rules import UnitBook

from ..actions.batches import own_batch
from ..actions.filing import missing
from ..actions.served import holding
from ..actions.shared import common_lines
from ..facts import CaseFacts, Line, facts_of
from ..lifecycle import FINAL, State
from ..models import Batch, Case, CaseParty
from .organisation import IN_BOOK

# --- buildings ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnBuilding:
    """A building in which the developer holds or held homes. Counts of homes."""

    code: str
    project: str
    name: str
    floors: int
    location: str
    total: int
    owned: int
    passed_on: int
    states: Counter[str] = field(default_factory=Counter)

    @property
    def fixes(self) -> int:
        return self.states[State.CORRECTION.value]

    @property
    def under_way(self) -> int:
        over = {s.value for s in (*FINAL, *IN_BOOK)}
        return sum(n for state, n in self.states.items() if state not in over)

    @property
    def percent(self) -> int:
        held = self.owned + self.passed_on
        return round(100 * self.passed_on / held) if held else 0


_BUILDINGS_SQL = """
WITH held AS (
    SELECT u.building_id, count(DISTINCT u.id) FILTER (WHERE r.ended_by_id IS NULL) AS owned,
           count(DISTINCT u.id) AS ever
    FROM register_holder h
    JOIN register_right r ON r.id = h.right_id AND r.kind = 'house_ownership'
    JOIN register_realestateunit u ON u.id = r.unit_id
    WHERE h.number_index = %(index)s AND u.building_id IS NOT NULL
    GROUP BY u.building_id)
SELECT b.code, coalesce(f.project_name, ''), coalesce(f.name, ''), coalesce(f.floors, 0), coalesce(p.location, ''),
       (SELECT count(*) FROM register_realestateunit u WHERE u.building_id = b.id AND u.ended_by_id IS NULL),
       held.owned, held.ever - held.owned
FROM held
JOIN register_building b ON b.id = held.building_id
LEFT JOIN register_buildingfacts f ON f.building_id = b.id AND f.ended_by_id IS NULL
LEFT JOIN register_parcelfacts p ON p.parcel_id = b.parcel_id AND p.ended_by_id IS NULL
WHERE %(code)s = '' OR b.code = %(code)s
ORDER BY b.code LIMIT 200
"""


def buildings_of(organisation: Organisation, code: str = "") -> list[OwnBuilding]:
    """The developer's buildings with how far they are. Two statements; `code` asks for one building only."""
    with connection.cursor() as cursor:
        cursor.execute(_BUILDINGS_SQL, {"index": crypto.index(organisation.uscc), "code": code})
        rows = cursor.fetchall()
        cursor.execute(
            "SELECT left(unit_code, 24), state, count(*) FROM cases_case WHERE organisation_id = %s"
            " AND type_code = 'D09' AND (%s = '' OR left(unit_code, 24) = %s) GROUP BY 1, 2",
            [organisation.pk, code, code],
        )
        states: dict[str, Counter[str]] = {}
        for building, state, count in cursor.fetchall():
            states.setdefault(building, Counter())[state] = count
    return [OwnBuilding(*(*row, states.get(row[0], Counter()))) for row in rows]


@dataclass(frozen=True, slots=True)
class Mark:
    """How a unit stands in a building table: one letter, a class for its pattern, words."""

    letter: str
    style: str
    words: str


MARKS = {
    "none": Mark("未", "st-n", "未申请"),
    "filed": Mark("报", "st-b", "已填报"),
    "review": Mark("审", "st-s", "审核中"),
    "fix": Mark("补", "st-f", "需补正"),
    "passed": Mark("过", "st-p", "预审通过"),
    "booked": Mark("登", "st-d", "已登簿"),
}
_STATE_MARK = {
    State.DRAFT: "filed",
    State.AWAITING: "filed",
    State.SUBMITTED: "filed",
    State.REVIEW: "review",
    State.CORRECTION: "fix",
    State.PREAPPROVED: "passed",
    State.ACCEPTED: "passed",
}


@dataclass(frozen=True, slots=True)
class TableUnit:
    """A cell of a building table. Area in ㎡."""

    code: str
    floor: str
    room: str
    area: str
    ours: bool
    owned: bool
    on_file: bool
    restricted: bool
    docket_id: uuid.UUID | None
    batch_id: uuid.UUID | None
    state: str

    @property
    def mark_key(self) -> str:
        if self.state and State(self.state) in _STATE_MARK:
            return _STATE_MARK[State(self.state)]
        return "booked" if self.owned and not self.ours else "none"

    @property
    def mark(self) -> Mark:
        return MARKS[self.mark_key]

    @property
    def why_not(self) -> str:
        """Why it cannot be chosen; empty when it can."""
        if self.mark_key != "none":
            return self.mark.words
        if not self.ours:
            return "不在本企业名下"
        if self.restricted:
            return "登记簿有限制"
        return "" if self.on_file else "合同未备案"

    @property
    def label(self) -> str:
        return self.room or self.code[-4:].lstrip("0")


_TABLE_SQL = """
SELECT u.code, coalesce(f.floor, ''), coalesce(f.room, ''), coalesce(f.area_m2::text, ''),
       EXISTS (SELECT 1 FROM register_right r JOIN register_holder h ON h.right_id = r.id
               WHERE r.unit_id = u.id AND r.kind = 'house_ownership' AND r.ended_by_id IS NULL
                 AND h.number_index = %(index)s),
       EXISTS (SELECT 1 FROM register_right r
               WHERE r.unit_id = u.id AND r.kind = 'house_ownership' AND r.ended_by_id IS NULL),
       EXISTS (SELECT 1 FROM contracts_contractfiling c WHERE c.unit_code = u.code AND c.status = 'filed'),
       EXISTS (SELECT 1 FROM register_restriction s WHERE s.unit_id = u.id AND s.ended_by_id IS NULL
                 AND (s.until_at IS NULL OR s.until_at > %(now)s)),
       k.docket_id, k.batch_id, coalesce(k.state, '')
FROM register_building b
JOIN register_realestateunit u ON u.building_id = b.id AND u.ended_by_id IS NULL
LEFT JOIN register_unitfacts f ON f.unit_id = u.id AND f.ended_by_id IS NULL
LEFT JOIN LATERAL (
    SELECT c.docket_id, c.batch_id, c.state FROM cases_case c
    WHERE c.unit_code = u.code AND c.organisation_id = %(organisation)s AND c.type_code = 'D09'
      AND NOT c.state = ANY(%(over)s)
    ORDER BY c.docket_id DESC LIMIT 1) k ON true
WHERE b.code = %(code)s ORDER BY u.code
"""


def building_table(organisation: Organisation, code: str) -> list[TableUnit]:
    """Every unit of a building with how it stands for this developer. One statement."""
    values: dict[str, Any] = {
        "index": crypto.index(organisation.uscc),
        "organisation": organisation.pk,
        "now": clock.now(),
        "over": [s.value for s in (*FINAL, *IN_BOOK)],
        "code": code,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TABLE_SQL, values)
        return [TableUnit(*row) for row in cursor.fetchall()]


# --- batches ------------------------------------------------------------------------------------------------------


def batches_of(organisation: Organisation, *, after: str = "", limit: int = 10) -> tuple[list[Any], str]:
    """An organisation's batches, newest first, with counts of units by state. One statement."""
    rows = Batch.objects.filter(organisation_id=organisation.pk).annotate(
        units=Count("cases"),
        drafts=Count("cases", filter=Q(cases__state=State.DRAFT.value)),
        fixes=Count("cases", filter=Q(cases__state=State.CORRECTION.value)),
        passed=Count("cases", filter=Q(cases__state=State.PREAPPROVED.value)),
        booked=Count("cases", filter=Q(cases__state__in=[s.value for s in IN_BOOK])),
    )
    try:
        rows = rows.filter(pk__lt=uuid.UUID(after)) if after else rows
    except ValueError:
        pass
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else ""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One unit of a batch: what the machine checks say, what is missing, whether it can be submitted."""

    found: CaseFacts
    book: UnitBook | None
    problems: tuple[Refusal, ...]
    missing: tuple[Line, ...]

    @property
    def case(self) -> Case:
        return self.found.case

    @property
    def is_draft(self) -> bool:
        return self.case.state == State.DRAFT

    @property
    def ready(self) -> bool:
        return self.is_draft and not self.problems and not self.missing

    @property
    def buyers(self) -> tuple[CaseParty, ...]:
        return tuple(p for p in self.found.parties if p.role == "buyer")

    @property
    def room(self) -> str:
        return str(self.book.facts.get("room", "")) if self.book else ""


@dataclass(frozen=True, slots=True)
class SharedPaper:
    """A paper all units share: the files in it, each once, and how many drafts have it."""

    line: Line
    files: tuple[MaterialPage, ...]
    units: int


@dataclass(frozen=True, slots=True)
class OwnBatch:
    """A batch of one's organisation with its units, shared papers and visit."""

    batch: Batch
    rows: tuple[BatchRow, ...]
    shared: tuple[SharedPaper, ...]
    booking: Booking | None

    @property
    def drafts(self) -> list[BatchRow]:
        return [r for r in self.rows if r.is_draft]

    @property
    def ready(self) -> list[BatchRow]:
        return [r for r in self.rows if r.ready]

    @property
    def passed(self) -> list[BatchRow]:
        return [r for r in self.rows if r.case.state == State.PREAPPROVED]

    def row(self, docket_id: str) -> BatchRow | None:
        return next((r for r in self.rows if str(r.case.pk) == docket_id), None)


def batch_for(batch_id: uuid.UUID, actor: Actor) -> OwnBatch:
    """A batch of the actor's organisation with all its units. Eleven statements whatever their number.

    Raises NotPermitted for another organisation's batch.
    """
    batch = own_batch(batch_id, actor)
    cases = list(Case.objects.select_related("docket").filter(batch=batch).order_by("unit_code", "docket_id"))
    found, now = facts_of(cases), clock.now()
    books = book_of([c.unit_code for c in cases])
    served = holding({d: one for d, one in found.items() if one.case.state == State.DRAFT}, books)
    rows = []
    for case in cases:
        one, book = found[case.pk], books.get(case.unit_code)
        problems = (
            missing(one, now, books, served=served.get(case.pk, ())) if case.state == State.DRAFT else []
        )
        lines = one.checklist(book, now) if case.state == State.DRAFT else ()
        rows.append(
            BatchRow(
                one,
                book,
                tuple(p for p in problems if not p.field.startswith("material:")),
                tuple(x for x in lines if x.to_upload and not one.pages.get(x.key)),
            )
        )
    drafts = [r for r in rows if r.is_draft]
    lines_ = common_lines([r.found.checklist(r.book, now) for r in drafts])
    booking = (
        Booking.objects.select_related("slot").filter(batch_id=batch_id, cancelled_at__isnull=True).first()
    )
    return OwnBatch(batch, tuple(rows), _shared(drafts, lines_), booking)


def _shared(drafts: Sequence[BatchRow], lines: dict[str, Line]) -> tuple[SharedPaper, ...]:
    pages = MaterialPage.objects.filter(
        docket_id__in=[r.case.pk for r in drafts], item__in=list(lines), removed_at__isnull=True
    ).order_by("position", "pk")
    files: dict[str, dict[str, MaterialPage]] = {key: {} for key in lines}
    for page in pages:
        files[page.item].setdefault(page.received_digest, page)
    return tuple(
        SharedPaper(line, tuple(files[key].values()), sum(bool(r.found.pages.get(key)) for r in drafts))
        for key, line in lines.items()
    )


def result_of(actor: Actor, act: str, key: str) -> dict[str, Any] | None:
    """What an act of this account gave under a key, so that its page can be looked at again. One statement."""
    found = (
        Idempotency.objects.filter(actor=actor.key, act=act, key=key).values_list("result", flat=True).first()
    )
    return found if isinstance(found, dict) else None
