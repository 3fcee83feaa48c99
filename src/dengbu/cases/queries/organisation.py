"""What a bank reads: its queues and its own live mortgages. Fixed statements; each function says how many."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count

from dengbu.core import crypto
from dengbu.core.acts import Actor
from dengbu.core.identifiers import normalise_certificate_number
from dengbu.parties.models import Operator, Organisation

from ..lifecycle import FINAL, State
from ..models import Case, CaseParty

PAGE_SIZE = 20
IN_BOOK = (State.REGISTERED, State.CERTIFIED, State.ISSUED, State.ARCHIVED)


def operators_of(organisation: Organisation) -> list[Operator]:
    """The accounts of an organisation. One statement."""
    return list(Operator.objects.select_related("user").filter(organisation=organisation).order_by("pk"))


# --- queues of a bank ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Queue:
    """A few cases of one kind, newest first, and how many there are of the kind."""

    key: str
    title: str
    states: tuple[State, ...]
    count: int = 0
    cases: tuple[Case, ...] = ()


BANK_QUEUES = (
    Queue("confirm", "待抵押人确认", (State.AWAITING,)),
    Queue("fix", "需补正", (State.CORRECTION,)),
    Queue("passed", "预审通过待办", (State.PREAPPROVED,)),
    Queue("booked", "已登簿", IN_BOOK),
    Queue("draft", "草稿", (State.DRAFT,)),
)


def queues_of(actor: Actor, queues: Sequence[Queue] = BANK_QUEUES, show: int = 5) -> list[Queue]:
    """An organisation's queues, a handful of each. One statement per queue and one for the counts."""
    own = Case.objects.filter(organisation_id=actor.organisation_id, batch__isnull=True)
    counted = dict(own.values_list("state").annotate(n=Count("pk")).order_by())
    return [
        Queue(
            q.key,
            q.title,
            q.states,
            sum(counted.get(s.value, 0) for s in q.states),
            tuple(
                own.select_related("docket")
                .filter(state__in=[s.value for s in q.states])
                .order_by("-created_at", "-pk")[:show]
            ),
        )
        for q in queues
    ]


def invitations_of(actor: Actor, limit: int = PAGE_SIZE) -> list[CaseParty]:
    """What others filed and the organisation has yet to confirm, with its case: the earliest to run out first. One
    statement."""
    found = CaseParty.objects.select_related("case__docket").filter(
        organisation_id=actor.organisation_id,
        invite_token__isnull=False,
        confirmed_at__isnull=True,
        case__state=State.AWAITING.value,
    )
    return list(found.order_by("case__due_at", "pk")[:limit])


# --- own mortgages ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnMortgage:
    """A live mortgage of the organisation. Amount in 分. `case_no`: a discharge under way."""

    unit_code: str
    right: uuid.UUID
    rank: int
    entered_on: dt.date
    location: str
    certificate: str
    docket_id: uuid.UUID | None
    case_no: str
    case_state: str
    terms: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.unit_code}.{self.rank}"


_MORTGAGES_SQL = """
SELECT u.code, r.public_id, coalesce(r.rank, 0), e.legal_date, coalesce(f.location, ''),
       coalesce((SELECT min(c.number) FROM certificates_certificate c
                 WHERE c.state <> 'void' AND (c.right_id = r.public_id OR c.id IN (
                     SELECT certificate_id FROM certificates_listedunit
                     WHERE right_id = r.public_id AND ended_by_entry IS NULL))), ''),
       k.docket_id, coalesce(k.number, ''), coalesce(k.state, ''), r.terms::text
FROM register_holder h
JOIN register_right r ON r.id = h.right_id
JOIN register_entry e ON e.id = r.made_by_id
JOIN register_realestateunit u ON u.id = r.unit_id
LEFT JOIN register_unitfacts f ON f.unit_id = u.id AND f.ended_by_id IS NULL
LEFT JOIN LATERAL (
    SELECT c.docket_id, d.number, c.state FROM cases_case c JOIN core_docket d ON d.id = c.docket_id
    WHERE c.unit_code = u.code AND c.organisation_id = %(organisation)s AND c.type_code = 'B06'
      AND c.filed->'terms'->>'right' = r.public_id::text AND NOT c.state = ANY(%(final)s)
    ORDER BY c.docket_id DESC LIMIT 1) k ON true
WHERE h.number_index = %(index)s AND r.ended_by_id IS NULL AND r.kind = 'mortgage'
  AND (u.code, coalesce(r.rank, 0)) > (%(code)s, %(rank)s)
  AND (%(unit)s = '' OR u.code = %(unit)s)
  AND (%(number)s = '' OR EXISTS (SELECT 1 FROM certificates_certificate c
       WHERE c.number = %(number)s AND c.state <> 'void' AND (c.right_id = r.public_id OR c.id IN (
           SELECT certificate_id FROM certificates_listedunit
           WHERE right_id = r.public_id AND ended_by_entry IS NULL))))
ORDER BY u.code, coalesce(r.rank, 0) LIMIT %(limit)s
"""


def mortgages_of(
    organisation: Organisation, *, after: str = "", q: str = "", limit: int = PAGE_SIZE
) -> tuple[list[OwnMortgage], str]:
    """A page of the organisation's live mortgages in the order of units and ranks, and the key of the next one.

    `q` is a unit code or the number of a proof. One statement.
    """
    code, _, rank = after.partition(".")
    compact = "".join(q.split()).upper()
    is_unit = len(compact) == 28 and compact.isascii()
    values: dict[str, Any] = {
        "organisation": organisation.pk,
        "final": [s.value for s in FINAL],
        "index": crypto.index(organisation.uscc),
        "code": code,
        "rank": int(rank) if rank.isascii() and rank.isdigit() and len(rank) < 6 else 0,
        "unit": compact if is_unit else "",
        "number": "" if is_unit or not compact else normalise_certificate_number(q),
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MORTGAGES_SQL, values)
        rows = cursor.fetchall()
    found = [OwnMortgage(*(*row[:-1], json.loads(row[-1]))) for row in rows]
    return found[:limit], found[limit - 1].key if len(found) > limit else ""
