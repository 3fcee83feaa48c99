"""What staff read of cases: queues with counts, the file of one case, the ledger. Each says how many statements.

Queues are made for a hundred thousand waiting cases: they walk an index in the order of deadline and stop after one
page, and a count stops at a hundred.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from dengbu.contracts.models import TransactionReview
from dengbu.contracts.queries import review_of_unit
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.materials.models import MaterialPage
from dengbu.materials.queries import pages_of
from dengbu.parties.permissions import LINES
from dengbu.register.queries import book_of
from dengbu.register.rules import UnitBook

from ..facts import CaseFacts, Line, facts
from ..models import Case, Correction, LedgerRow, PendingMatter, RestrictionCheck, Transition, Verdict

PAGE_SIZE = 25
COUNT_LIMIT = 100  # a count says 99+ from here on

QUEUES: dict[str, str] = {
    "waiting": "待审核",
    "mine": "我认领的",
    "resubmitted": "补正后重提",
    "correcting": "等待补正",
    "passed": "已通过，待到窗口",
}
_OF_REVIEWER = {
    "mine": "c.state = 'under_review'",
    "resubmitted": "c.state = 'submitted' AND c.round > 1",
    "correcting": "c.state = 'correction_requested'",
    "passed": "c.state = 'preapproved'",
}
_COLUMNS = (
    "c.docket_id, c.type_code, c.client, c.state, c.round, c.location, c.applicant_names, c.filed_for_by_staff,"
    " c.submitted_at, c.due_at, c.state_since, c.reviewer_id, c.reviewer_name, c.prereview_no,"
    " c.filing_changed_at"
)
# Of each business line the next page by its own index, then the nearest deadlines of them all.
_WAITING = f"""
SELECT q.* FROM unnest(%(lines)s::text[]) AS l(line) CROSS JOIN LATERAL (
  SELECT {_COLUMNS} FROM cases_case c
  WHERE c.state = 'submitted' AND c.line = l.line {{after}}
  ORDER BY c.due_at, c.docket_id LIMIT %(n)s) q
ORDER BY q.due_at, q.docket_id LIMIT %(n)s
"""  # noqa: S608 - pieces are ours
_MINE = f"""
SELECT {_COLUMNS} FROM cases_case c
WHERE c.reviewer_id = %(me)s AND c.closed_at IS NULL AND {{queue}} {{after}}
ORDER BY c.due_at, c.docket_id LIMIT %(n)s
"""  # noqa: S608
_PAGE = """
SELECT c.*, d.number,
  (SELECT NOT r.answered OR 'some' IN (r.house, r.land) FROM cases_restrictioncheck r
   WHERE r.docket_id = c.docket_id ORDER BY r.id DESC LIMIT 1),
  (SELECT t.event = 'send_back' FROM cases_transition t WHERE t.docket_id = c.docket_id ORDER BY t.id DESC LIMIT 1)
FROM ({picked}) c JOIN core_docket d ON d.id = c.docket_id
ORDER BY c.due_at, c.docket_id
"""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case in a queue, plain values."""

    docket_id: uuid.UUID
    type_code: str
    client: str
    state: str
    round: int
    location: str
    applicant_names: str
    by_staff: bool
    submitted_at: dt.datetime | None
    due_at: dt.datetime | None
    since: dt.datetime
    reviewer_id: int | None
    reviewer_name: str
    prereview_no: str | None
    filing_changed_at: dt.datetime | None
    number: str
    restricted: bool | None
    sent_back: bool | None

    @property
    def key(self) -> str:
        """Where the next page begins."""
        return f"{self.due_at.isoformat() if self.due_at else ''}_{self.docket_id}"


def lines_of(actor: Actor) -> list[str]:
    """The business lines somebody gets cases of; all, where none is set."""
    return sorted(actor.lines) or list(LINES)


def queue_page(actor: Actor, queue: str, after: str = "") -> tuple[list[QueueRow], str]:
    """A page of a queue by deadline, and the key of the next page, '' at the end. One statement."""
    values: dict[str, Any] = {"lines": lines_of(actor), "me": actor.user_id, "n": PAGE_SIZE + 1}
    condition = ""
    if key := _keyset(after):
        values |= {"due": key[0], "docket": key[1]}
        condition = "AND (c.due_at, c.docket_id) > (%(due)s, %(docket)s)"
    picked = (
        _WAITING.format(after=condition)
        if queue == "waiting"
        else _MINE.format(queue=_OF_REVIEWER[queue], after=condition)
    )
    with connection.cursor() as cursor:
        cursor.execute(_PAGE.format(picked=picked), values)
        rows = [QueueRow(*row) for row in cursor.fetchall()]
    return rows[:PAGE_SIZE], rows[PAGE_SIZE - 1].key if len(rows) > PAGE_SIZE else ""


def _keyset(text: str) -> tuple[dt.datetime, uuid.UUID] | None:
    due, _, docket = text.partition("_")
    at = clock.moment(due)
    try:
        return (at, uuid.UUID(docket)) if at else None
    except ValueError:
        return None


_WAITING_ROWS = (
    "unnest(%(lines)s::text[]) AS l(line) CROSS JOIN LATERAL (SELECT 1 FROM cases_case c"
    " WHERE c.state = 'submitted' AND c.line = l.line {more} LIMIT 100) q"
)
_PAPERS = "SELECT FROM certificates_certificate x WHERE x.docket_id = c.docket_id"
_CERTIFIED = (
    f"cases_case c WHERE c.state = 'certified' AND EXISTS ({_PAPERS} AND x.state = 'printed')"
    " AND c.filed -> 'delivery' ->> 'way'"
)
_COUNTED: dict[str, tuple[str, str]] = {
    # key: (permission, rows to count)
    "waiting": ("case.claim", _WAITING_ROWS.format(more="")),
    "waiting_late": ("case.claim", _WAITING_ROWS.format(more="AND c.due_at < %(now)s")),
    "mine": (
        "case.claim",
        f"cases_case c WHERE c.reviewer_id = %(me)s AND c.closed_at IS NULL AND {_OF_REVIEWER['mine']}",
    ),
    "mine_late": (
        "case.claim",
        f"cases_case c WHERE c.reviewer_id = %(me)s AND c.closed_at IS NULL AND {_OF_REVIEWER['mine']} AND c.due_at < %(now)s",
    ),
    "resubmitted": (
        "case.claim",
        f"cases_case c WHERE c.reviewer_id = %(me)s AND c.closed_at IS NULL AND {_OF_REVIEWER['resubmitted']}",
    ),
    "correcting": (
        "case.claim",
        f"cases_case c WHERE c.reviewer_id = %(me)s AND c.closed_at IS NULL AND {_OF_REVIEWER['correcting']}",
    ),
    "passed": (
        "case.claim",
        f"cases_case c WHERE c.reviewer_id = %(me)s AND c.closed_at IS NULL AND {_OF_REVIEWER['passed']}",
    ),
    "to_accept": ("case.accept", "cases_case c WHERE c.state = 'preapproved'"),
    "orders": ("case.file_for", "orders_order o WHERE o.settled_at IS NULL"),
    "letters": ("case.settle", "orders_letter l WHERE l.answered_on IS NULL"),
    "letters_late": ("case.settle", "orders_letter l WHERE l.answered_on IS NULL AND l.due_on < %(today)s"),
    "to_enter": ("case.settle", "cases_case c WHERE c.state = 'accepted'"),
    "overdue": (
        "case.settle",
        "cases_case c WHERE c.state IN ('accepted', 'registered') AND c.promised_on < %(today)s AND NOT EXISTS"
        " (SELECT 1 FROM cases_clockstop s WHERE s.docket_id = c.docket_id AND s.until_on IS NULL)",
    ),
    "undertaken": (
        "case.settle",
        "cases_undertaking u WHERE u.outcome = '' AND u.due_on IS NOT NULL OR u.correction = 'open'",
    ),
    "handed_in": ("case.settle", "cases_handin h WHERE h.outcome = ''"),
    "undertaken_late": ("case.settle", "cases_undertaking u WHERE u.outcome = '' AND u.due_on < %(today)s"),
    "to_inspect": (
        "case.inspect",
        "(SELECT 1 FROM cases_pendingmatter m WHERE m.kind = 'inspection' AND m.settled_at IS NULL UNION ALL"
        " SELECT 1 FROM cases_homevisit v JOIN cases_pendingmatter m ON m.id = v.matter_id WHERE m.settled_at IS NULL"
        " AND v.planned_at IS NOT NULL AND %(me)s IN (v.first_id, v.second_id)) q",
    ),
    "visits": (
        "case.settle",
        "cases_homevisit v JOIN cases_pendingmatter m ON m.id = v.matter_id"
        " JOIN cases_case c ON c.docket_id = v.docket_id AND c.state = 'preapproved'"
        " WHERE m.settled_at IS NULL AND v.planned_at IS NULL",
    ),
    "renewals": (
        "case.issue",
        "cases_case c JOIN certificates_certificate x ON x.docket_id = c.docket_id"
        " WHERE c.state IN ('registered', 'certified') AND c.type_code IN ('P12', 'S03')"
        " AND x.state NOT IN ('issued', 'void')"
        " AND NOT coalesce(c.filed -> 'renewal', '[]') @> jsonb_build_array(jsonb_build_object('number', x.number))",
    ),
    "to_print": (
        "case.certify",
        f"cases_case c WHERE c.state = 'registered' AND EXISTS ({_PAPERS} AND x.state <> 'void')",
    ),
    "to_issue": ("case.issue", f"{_CERTIFIED} IS DISTINCT FROM 'mail'"),
    "to_mail": ("case.issue", f"{_CERTIFIED} = 'mail'"),
    "to_archive": (
        "case.archive",
        "cases_case c WHERE c.state = 'issued' OR c.state IN ('registered', 'certified')"
        f" AND NOT EXISTS ({_PAPERS} AND x.state NOT IN ('issued', 'void'))",
    ),
    "to_sign": (
        "case.sign_off",
        "cases_pendingmatter m WHERE m.kind = 'sign_off' AND m.settled_at IS NULL",
    ),
    "to_backfill": (
        "register.backfill",
        "cases_pendingmatter m WHERE m.kind = 'backfill' AND m.settled_at IS NULL",
    ),
    "held": ("case.release_any", "cases_case c WHERE c.state = 'under_review'"),
}


def counts(actor: Actor, now: dt.datetime) -> dict[str, int]:
    """How many cases lie in each queue the actor may open, counted up to COUNT_LIMIT. One statement at most."""
    wanted = [(key, rows) for key, (permission, rows) in _COUNTED.items() if actor.may(permission)]
    if not wanted:
        return {}
    one = "(SELECT count(*) FROM (SELECT 1 FROM {rows} LIMIT {limit}) x)"
    parts = ", ".join(one.format(rows=rows, limit=COUNT_LIMIT) for _, rows in wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {parts}",
            {"lines": lines_of(actor), "me": actor.user_id, "now": now, "today": clock.local(now).date()},
        )
        found = cursor.fetchone()
    return {key: n for (key, _), n in zip(wanted, found, strict=True)}


def newest_step() -> int:
    """The last step any case has taken: what came later is new. One statement."""
    return Transition.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def arrived_since(actor: Actor, step: int) -> int:
    """How many cases of the actor's lines were submitted after a step, counted up to COUNT_LIMIT. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM cases_transition t JOIN cases_case c ON c.docket_id = t.docket_id"
            " WHERE t.id > %s AND t.to_state = 'submitted' AND t.event IN ('submit', 'confirm', 'resubmit')"
            " AND c.state = 'submitted' AND c.line = ANY(%s) LIMIT %s) x",
            [step, lines_of(actor), COUNT_LIMIT],
        )
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class ReviewFile:
    """Everything a reviewer has before them on one case."""

    case: Case
    facts: CaseFacts
    book: UnitBook | None
    books: Mapping[str, UnitBook]  # of all its units
    lines: tuple[Line, ...]  # of the checklist, those that are looked at one by one
    pages: Mapping[str, list[MaterialPage]]
    verdicts: Mapping[str, Verdict]
    checks: tuple[RestrictionCheck, ...]  # newest first
    corrections: tuple[Correction, ...]  # newest first
    matters: Mapping[str, PendingMatter]
    housing: TransactionReview | None

    @property
    def undecided(self) -> list[Line]:
        return [line for line in self.lines if line.needs_verdict and line.key not in self.verdicts]

    @property
    def to_fix(self) -> list[Line]:
        return [
            line
            for line in self.lines
            if line.key in self.verdicts and self.verdicts[line.key].verdict == "fix"
        ]

    @property
    def check(self) -> RestrictionCheck | None:
        """The restriction query of the review."""
        return next((c for c in self.checks if c.moment == "review"), None)


def case_by_id(docket_id: uuid.UUID) -> Case | None:
    """A case with its docket. One statement."""
    return Case.objects.select_related("docket").filter(docket_id=docket_id).first()


def find_case(number: str) -> uuid.UUID | None:
    """A case by its number, pre-review number, short code or acceptance number. One statement."""
    typed = number.strip().upper()
    known = Q(docket__number=typed) | Q(prereview_no=typed) | Q(short_code=typed) | Q(acceptance_no=typed)
    return Case.objects.filter(known).exclude(state="draft").values_list("docket_id", flat=True).first()


def review_file(docket_id: uuid.UUID, now: dt.datetime) -> ReviewFile | None:
    """The file of a case, or None when there is no such case. At most thirteen statements, however much is in it."""
    case = case_by_id(docket_id)
    if case is None:
        return None
    found = facts(case)
    books = book_of(found.registration.unit_codes)
    book = books.get(case.unit_code)
    pages = pages_of(docket_id)
    filing_no = case.filed.get("contract", {}).get("filing_no", "")
    lines = [
        line
        for line in found.checklist(book, now)
        if not line.item.generated and (line.item.when != "optional" or line.key in pages)
    ]
    return ReviewFile(
        case=case,
        facts=found,
        book=book,
        books=books,
        lines=tuple(lines),
        pages=pages,
        verdicts={v.item: v for v in Verdict.objects.filter(docket_id=docket_id, stage="review")},
        checks=tuple(RestrictionCheck.objects.filter(docket_id=docket_id).order_by("-pk")[:30]),
        corrections=tuple(Correction.objects.filter(docket_id=docket_id).order_by("-round")),
        matters={m.kind: m for m in PendingMatter.objects.filter(docket_id=docket_id).order_by("pk")},
        housing=review_of_unit(case.unit_code, filing_no) if found.registration.needs_contract else None,
    )


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What of the ledger is asked for. Days are whole days of the office."""

    since: dt.datetime | None = None
    before: dt.datetime | None = None
    type_code: str = ""
    result: str = ""
    reviewer: str = ""


def ledger(asked: LedgerFilter) -> QuerySet[LedgerRow]:
    """Rows of the 预审核台账, newest first. One statement when read."""
    rows = LedgerRow.objects.order_by("-pk")
    if asked.since:
        rows = rows.filter(decided_at__gte=asked.since)
    if asked.before:
        rows = rows.filter(decided_at__lt=asked.before)
    for column in ("type_code", "result", "reviewer"):
        if value := getattr(asked, column):
            rows = rows.filter(**{column: value})
    return rows


def ledger_page(asked: LedgerFilter, after: str = "") -> tuple[list[LedgerRow], str]:
    """A page of the ledger and the key of the next page, '' at the end. One statement."""
    rows = ledger(asked)
    if after.isdigit():
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], str(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else ""


def held_page(states: Iterable[str], after: str = "") -> tuple[list[Case], str]:
    """Cases in a reviewer's hands, by deadline: for the lead. One statement."""
    rows = Case.objects.select_related("docket").filter(state__in=list(states), reviewer_id__isnull=False)
    if key := _keyset(after):
        rows = rows.filter(Q(due_at__gt=key[0]) | Q(due_at=key[0], docket_id__gt=key[1]))
    found = list(rows.order_by("due_at", "docket_id")[: PAGE_SIZE + 1])
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    return found[:PAGE_SIZE], f"{last.due_at.isoformat() if last.due_at else ''}_{last.pk}" if last else ""


def units_in_hand(unit_code: str) -> list[Case]:
    """Cases on a unit that are not over (在办业务), newest first. One statement."""
    rows = Case.objects.select_related("docket").filter(unit_code=unit_code, closed_at__isnull=True)
    return list(rows.exclude(state="draft").order_by("-created_at")[:20])
