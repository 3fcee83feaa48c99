"""待办事项 as pages read them: what waits for whom, one case with all of it, public notices, and days that run out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Case as Choose
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, When

from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.materials.models import MaterialPage
from dengbu.materials.queries import pages_of

from .. import rules
from ..documents.matters import PHOTOS
from ..lifecycle import State
from ..models import (
    Case,
    CaseDocument,
    ClockStop,
    Objection,
    PendingMatter,
    PublicNotice,
    SiteInspection,
    Supplement,
    Undertaking,
)

PAGE_SIZE = 25
NOTICES = 20
RUNNING = (State.ACCEPTED.value, State.REGISTERED.value)


def _key(text: str) -> tuple[str, uuid.UUID] | None:
    first, _, second = text.rpartition("_")
    try:
        return first, uuid.UUID(second)
    except ValueError:
        return None


def _page_of(found: list[Case], keys: Sequence[str]) -> tuple[list[Case], str]:
    more = len(found) > PAGE_SIZE
    return found[:PAGE_SIZE], keys[PAGE_SIZE - 1] if more else ""


def waiting_page(kind: str, after: str = "") -> tuple[list[PendingMatter], str]:
    """Open matters of a kind by their due date, each with its case, and the key of the next page. One statement.

    A pause has no day by which it ends: what has no due date comes last, by case.
    """
    found = PendingMatter.objects.select_related("docket__case").filter(kind=kind, settled_at__isnull=True)
    if key := _key(after):
        since = clock.moment(key[0])
        if key[0] and since is None:
            return waiting_page(kind)
        if since is None:
            found = found.filter(due_at__isnull=True, docket_id__gt=key[1])
        else:
            here = Q(due_at=since, docket_id__gt=key[1])
            found = found.filter(here | Q(due_at__gt=since) | Q(due_at__isnull=True))
    matters = list(found.order_by("due_at", "docket_id")[: PAGE_SIZE + 1])
    if len(matters) <= PAGE_SIZE:
        return matters, ""
    last = matters[PAGE_SIZE - 1]
    return matters[:PAGE_SIZE], f"{last.due_at.isoformat() if last.due_at else ''}_{last.docket_id}"


def _stuck() -> QuerySet[Case]:
    pending = PendingMatter.objects.filter(docket_id=OuterRef("pk"), settled_at__isnull=True)
    return Case.objects.filter(~Exists(pending), state=State.ACCEPTED.value)


def stuck_page(after: str = "") -> tuple[list[Case], str]:
    """Accepted cases with nothing open: their entry was refused when the last matter was settled. One statement."""
    cases = _stuck().select_related("docket")
    if key := _key(after):
        cases = cases.filter(pk__gt=key[1])
    found = list(cases.order_by("pk")[: PAGE_SIZE + 1])
    return _page_of(found, [f"_{c.pk}" for c in found])


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """One case with everything it waits for."""

    case: Case
    matters: tuple[PendingMatter, ...]
    notice: PublicNotice | None
    objections: tuple[Objection, ...]
    inspection: SiteInspection | None
    photos: tuple[MaterialPage, ...]
    stops: tuple[ClockStop, ...]
    documents: tuple[CaseDocument, ...]
    supplement: Supplement | None = None
    scans: Mapping[str, list[MaterialPage]] = field(default_factory=dict)
    undertakings: tuple[Undertaking, ...] = ()

    def open(self, kind: str) -> PendingMatter | None:
        return next((m for m in self.matters if m.kind == kind and m.settled_at is None), None)

    @property
    def stopped(self) -> bool:
        return any(s.until_on is None for s in self.stops)


def waiting_file(case: Case) -> WaitingFile:
    """Matters, notice, objections, inspection, photographs, stops and prints, supplement, undertakings of a case. Nine statements."""
    docket = case.pk
    pages = pages_of(docket)
    return WaitingFile(
        case=case,
        matters=tuple(PendingMatter.objects.filter(docket_id=docket).order_by("pk")),
        notice=PublicNotice.objects.filter(docket_id=docket).order_by("-pk").first(),
        objections=tuple(
            Objection.objects.select_related("matter").filter(docket_id=docket).order_by("matter_id")
        ),
        inspection=SiteInspection.objects.filter(docket_id=docket).order_by("-pk").first(),
        photos=tuple(pages.get(PHOTOS, ())),
        stops=tuple(ClockStop.objects.filter(docket_id=docket).order_by("pk")),
        documents=tuple(
            CaseDocument.objects.filter(
                docket_id=docket,
                kind__in=(
                    "public_notice",
                    "inspection",
                    "pause",
                    "supplement",
                    "supplement_receipt",
                    "approval",
                ),
            ).order_by("kind", "-print_no")
        ),
        supplement=Supplement.objects.select_related("matter")
        .filter(docket_id=docket)
        .order_by("-pk")
        .first(),
        scans={item: list(found) for item, found in pages.items() if item.startswith("SUPP")},
        undertakings=tuple(Undertaking.objects.filter(docket_id=docket).order_by("pk")),
    )


# --- inspections --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToInspect:
    """An open inspection: its case, and the record, if somebody wrote it already."""

    matter: PendingMatter
    case: Case
    record: SiteInspection | None


def inspections(actor: Actor, limit: int) -> tuple[list[ToInspect], bool]:
    """Open inspections by their due date, those that wait for a colleague's word last, and whether there are more. One
    statement."""
    found = PendingMatter.objects.select_related("docket__case", "inspection").filter(
        kind=rules.Kind.INSPECTION.value, settled_at__isnull=True
    )
    written = Q(inspection__first_id=actor.user_id)
    found = found.annotate(waits=Choose(When(written, then=1), default=0)).order_by(
        "waits", "due_at", "docket_id"
    )
    rows = [ToInspect(m, m.docket.case, getattr(m, "inspection", None)) for m in found[: limit + 1]]
    return rows[:limit], len(rows) > limit


def open_by_kind() -> dict[str, int]:
    """How many matters of each kind are open, and how many accepted cases are stuck. Two statements."""
    counted = PendingMatter.objects.filter(settled_at__isnull=True).values_list("kind")
    return {**dict(counted.annotate(Count("pk")).order_by()), "stuck": _stuck().count()}


# --- public notices -----------------------------------------------------------------------------------------------


def _running() -> QuerySet[PublicNotice]:
    """Notices that run today: not past their last day, and their case not ended by withdrawal or refusal."""
    return PublicNotice.objects.filter(until_on__gte=clock.today(), docket__case__closed_at__isnull=True)


def notices_page(after: str = "") -> tuple[list[PublicNotice], str]:
    """Running notices, the newest first, and the key of the next page. One statement."""
    found = _running()
    try:
        found = found.filter(pk__lt=uuid.UUID(after)) if after else found
    except ValueError:
        pass
    rows = list(found.order_by("-pk")[: NOTICES + 1])
    return rows[:NOTICES], str(rows[NOTICES - 1].pk) if len(rows) > NOTICES else ""


def public_notice(notice_id: uuid.UUID) -> tuple[PublicNotice | None, bool]:
    """A notice and whether it still runs. One statement."""
    found = PublicNotice.objects.select_related("docket__case").filter(pk=notice_id).first()
    runs = found is not None and found.until_on >= clock.today() and found.docket.case.closed_at is None
    return found, runs


# --- time limits --------------------------------------------------------------------------------------------------

LIMITS = {"red": "已超期", "amber": "临近到期", "stopped": "中止计时", "green": "期限内"}


def deadlines_page(tab: str, amber: dt.date, after: str = "") -> tuple[list[Case], str]:
    """Cases on their way from acceptance to the certificate, by promised day, of one colour; `amber` is the last
    promised day that is amber today. One statement."""
    today = clock.today()
    stopped = Exists(ClockStop.objects.filter(docket_id=OuterRef("pk"), until_on__isnull=True))
    cases = Case.objects.select_related("docket").filter(state__in=RUNNING, promised_on__isnull=False)
    cases = cases.filter(stopped) if tab == "stopped" else cases.filter(~stopped)
    if tab == "red":
        cases = cases.filter(promised_on__lt=today)
    elif tab == "amber":
        cases = cases.filter(promised_on__gte=today, promised_on__lte=amber)
    elif tab == "green":
        cases = cases.filter(promised_on__gt=amber)
    if key := _key(after):
        try:
            since = dt.date.fromisoformat(key[0])
        except ValueError:
            since = None
        if since is not None:
            cases = cases.filter(Q(promised_on__gt=since) | Q(promised_on=since, pk__gt=key[1]))
    found = list(cases.order_by("promised_on", "pk")[: PAGE_SIZE + 1])
    return _page_of(found, [f"{c.promised_on}_{c.pk}" for c in found])


def mine(one: ToInspect, actor: Actor) -> str:
    """What an officer has to do with an inspection: go, confirm a colleague's record, or wait for the colleague."""
    if one.record is None:
        return "go"
    return "sent" if one.record.first_id == actor.user_id else "confirm"
