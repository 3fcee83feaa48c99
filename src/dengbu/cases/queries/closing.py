"""What the certificate clerk reads: three queues by keyset, one case with its certificates, hand-over lists."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from dengbu.archives.models import HandOver, Volume
from dengbu.archives.queries import hand_overs, waiting_volumes
from dengbu.catalog.registrations import TYPES
from dengbu.certificates.models import Certificate
from dengbu.core.vocabulary import RegistrationKind
from dengbu.payments.models import FeeBill

from .. import renewals
from ..lifecycle import State
from ..models import Case

PAGE_SIZE = 20
QUEUES = ("print", "issue", "mail", "archive")


def _cases(queue: str):  # type: ignore[no-untyped-def]
    rows = Case.objects.select_related("docket")
    papers = Certificate.objects.filter(docket_id=OuterRef("pk"))
    if queue == "print":
        return rows.filter(Exists(papers.exclude(state="void")), state=State.REGISTERED.value)
    if queue in ("issue", "mail"):
        here = rows.filter(
            Exists(papers.filter(state="printed")),
            state=State.CERTIFIED.value,
        )
        mail = Q(filed__delivery__way="mail")
        return (
            here.filter(mail)
            if queue == "mail"
            else here.filter(~mail | Q(filed__delivery__way__isnull=True))
        )
    issued = rows.filter(state=State.ISSUED.value)
    # What made no certificate is archived after its entry (of one type, S05, some cases do, some do not), and what made
    # some that all became void before anybody had them.
    left = Exists(papers.exclude(state__in=("issued", "void")))
    return issued | rows.filter(~left, state__in=(State.REGISTERED.value, State.CERTIFIED.value))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case in a queue of the certificate clerk, with how its fee stands."""

    case: Case
    paid: bool


def queue_page(queue: str, after: str = "") -> tuple[list[Waiting], str]:
    """A page of a queue (print, issue, mail, archive), oldest case first, and the key of the next page. One statement."""
    settled = FeeBill.objects.filter(docket_id=OuterRef("pk"), state__in=("paid", "free"))
    rows = _cases(queue).annotate(settled=Exists(settled))
    try:
        rows = rows.filter(pk__gt=uuid.UUID(after)) if after else rows
    except ValueError:
        pass
    found = list(rows.order_by("pk")[: PAGE_SIZE + 1])
    page = [Waiting(c, c.settled) for c in found[:PAGE_SIZE]]
    return page, str(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else ""


def cases_of(docket_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Case]:
    """Cases by docket. One statement."""
    return {c.pk: c for c in Case.objects.select_related("docket").filter(docket_id__in=list(docket_ids))}


@dataclass(frozen=True, slots=True)
class Shelf:
    """Volumes that wait for a list, and the newest lists."""

    waiting: list[tuple[Volume, Case | None]]
    lists: list[HandOver]


def shelf() -> Shelf:
    """What waits for the archive room. Three statements."""
    volumes = waiting_volumes(limit=100)
    unlisted = Volume.objects.filter(hand_over__isnull=True).order_by("pk").values("docket_id")[:100]
    cases = {c.pk: c for c in Case.objects.select_related("docket").filter(docket_id__in=unlisted)}
    return Shelf([(v, cases.get(v.docket_id)) for v in volumes], hand_overs(limit=30))


def hand_over(hand_over_id: uuid.UUID) -> HandOver | None:
    """One list. One statement."""
    return HandOver.objects.filter(pk=hand_over_id).first()


# --- letters after a correction -----------------------------------------------------------------------------------

CORRECTIONS = tuple(code for code, kind in TYPES.items() if kind.kind is RegistrationKind.CORRECTION)
TO_TELL = (State.REGISTERED.value, State.CERTIFIED.value)


def renewals_page(after: str = "") -> tuple[list[tuple[Case, list[str]]], str]:
    """Corrections whose holders were not all told in writing, with the numbers still owed; oldest first, and the key
    of the next page. Two statements."""
    made = Exists(Certificate.objects.filter(docket_id=OuterRef("pk")))
    cases = Case.objects.select_related("docket").filter(made, type_code__in=CORRECTIONS, state__in=TO_TELL)
    try:
        cases = cases.filter(pk__gt=uuid.UUID(after)) if after else cases
    except ValueError:
        pass
    found = list(cases.order_by("pk")[: PAGE_SIZE + 1])
    numbers: dict[uuid.UUID, list[tuple[str, str]]] = {}
    # Asked for nobody as well: the number of statements is the same on an empty list.
    wanted = [c.pk for c in found] or [uuid.UUID(int=0)]
    rows = Certificate.objects.filter(docket_id__in=wanted).order_by("serial")
    for docket_id, number, state in rows.values_list("docket_id", "number", "state"):
        numbers.setdefault(docket_id, []).append((number, state))
    owed = [
        (c, left)
        for c in found[:PAGE_SIZE]
        if (left := renewals.owed(RegistrationKind.CORRECTION, numbers.get(c.pk, ()), c.filed))
    ]
    return owed, str(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else ""
