"""The 协执窗口 as its pages read it: who owns what by name and number, what runs on a unit, what was printed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from dengbu.core import clock, rows
from dengbu.core.identifiers import LAND_TAIL, parcel_code_of
from dengbu.orders.models import Order
from dengbu.register.queries import book_of, units_ever_of_holder
from dengbu.register.rules import RightFact, UnitBook

from ..lifecycle import FINAL, State
from ..models import Case, CaseDocument, CaseParty, PendingMatter

AFTER = (State.REGISTERED, State.CERTIFIED, State.ISSUED)
MOST = 60


@dataclass(frozen=True, slots=True)
class Owned:
    """A unit on which somebody has, or had, a right: the book now, and the right they hold (None: it has passed)."""

    book: UnitBook
    right: RightFact | None
    named: bool  # whether the name in the book is the one that was asked for


def property_of(name: str, number_index: str) -> list[Owned]:
    """What the register has under an identity number, with what has passed to others. Two statements."""
    codes = units_ever_of_holder(number_index, MOST)
    books = book_of(codes) if codes else {}
    found = []
    for code in codes:
        if (book := books.get(code)) is None:
            continue
        right = next((r for r in book.rights if number_index in r.holder_indexes), None)
        names = {h.name for h in right.holders if h.number_index == number_index} if right else {name}
        found.append(Owned(book, right, name in names))
    return sorted(found, key=lambda o: (o.right is None, o.book.code))


def passed_to(orders: Sequence[Order]) -> dict[uuid.UUID, RightFact]:
    """For orders of seizure whose debtor is not whom the book names: the title that somebody else has. Two statements.

    What the pages show; the act asks the rule itself.
    """
    seizures = [o for o in orders if o.type_code == "S01" and o.docket_id]
    if not seizures:
        return {}
    books = book_of([o.unit_code for o in seizures])
    debtors: dict[uuid.UUID, set[str]] = {}
    named = CaseParty.objects.filter(case_id__in=[o.docket_id for o in seizures], role="debtor")
    for docket_id, index in named.values_list("case_id", "number_index"):
        debtors.setdefault(docket_id, set()).add(index)
    found = {}
    for order in seizures:
        book, named_in = books.get(order.unit_code), debtors.get(order.docket_id or uuid.UUID(int=0))
        if (
            book is not None
            and book.title is not None
            and named_in
            and not named_in & book.title.holder_indexes
        ):
            found[order.pk] = book.title
    return found


def running(unit_codes: Sequence[str]) -> list[Case]:
    """Cases that are under way on these units and not entered, of whatever type; on land also those on its houses. One
    statement."""
    codes = list(unit_codes)
    found = rows.read_with(
        Case,
        "docket",
        "WHERE t.state <> ALL(%s) AND t.docket_id IN (SELECT c.docket_id FROM cases_claim c"
        " WHERE (c.unit_code = ANY(%s) OR left(c.unit_code, 19) = ANY(%s)) AND c.released_at IS NULL)"
        " ORDER BY t.docket_id",
        [
            [s.value for s in (*FINAL, *AFTER)],
            codes,
            [parcel_code_of(c) for c in codes if c.endswith(LAND_TAIL)],
        ],
    )
    return list(found)


def put_off_now(docket_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these cases are put off now. One statement."""
    return set(
        PendingMatter.objects.filter(
            docket_id__in=list(docket_ids), kind="pause", settled_at__isnull=True
        ).values_list("docket_id", flat=True)
    )


def prints_of(docket_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[CaseDocument]]:
    """The newest print of each paper of these dockets. One statement."""
    found: dict[uuid.UUID, list[CaseDocument]] = {}
    newest = (
        CaseDocument.objects.filter(docket_id__in=list(docket_ids))
        .order_by("docket_id", "kind", "-print_no")
        .distinct("docket_id", "kind")
    )
    for made in newest:
        found.setdefault(made.docket_id, []).append(made)
    return found


def cases_by_id(docket_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Case]:
    """Cases with their dockets. One statement."""
    found = Case.objects.select_related("docket").filter(pk__in=list(docket_ids))
    return {c.pk: c for c in found}


def day_began() -> dt.datetime:
    """Midnight of today in the office."""
    return dt.datetime.combine(clock.today(), dt.time(), tzinfo=clock.SHANGHAI)
