"""Home visits as pages read them: what was asked for, what an officer has to do, one visit with all that was taken."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.materials.models import MaterialPage
from dengbu.materials.queries import pages_of
from dengbu.parties.models import Staff
from dengbu.parties.permissions import POSTS

from .. import home_visits, rules
from ..lifecycle import State
from ..models import CaseDocument, HomeVisit, Signer

TABS = ("asked", "early", "planned", "over")
PAGE_SIZE = 25


def latest(docket_id: uuid.UUID) -> HomeVisit | None:
    """The last visit of a case, whatever became of it. One statement."""
    found = HomeVisit.objects.select_related("matter", "docket__case").filter(docket_id=docket_id)
    return found.order_by("-pk").first()


def of_officer(actor: Actor, limit: int = 100) -> list[HomeVisit]:
    """Open visits this officer was sent on, by their time. One statement."""
    sent = Q(first_id=actor.user_id) | Q(second_id=actor.user_id)
    found = _open().filter(sent, planned_at__isnull=False)
    return list(found.order_by("planned_at", "pk")[:limit])


def _open() -> QuerySet[HomeVisit]:
    return HomeVisit.objects.select_related("matter", "docket__case").filter(matter__settled_at__isnull=True)


def mine(one: HomeVisit, actor: Actor) -> str:
    """What an officer has to do with a visit: go, confirm what the colleague wrote, or wait for the colleague."""
    if one.written_at is None:
        return "go"
    return "sent" if one.written_by_id == actor.user_id else "confirm"


def page_of(tab: str, after: str = "") -> tuple[list[HomeVisit], str]:
    """Visits by what became of them, and the key of the next page: planned ones in the order in which the officers go,
    others the newest asked first. One statement."""
    found = _open()
    if tab == "over":
        found = HomeVisit.objects.select_related("matter", "docket__case").filter(
            matter__settled_at__isnull=False
        )
    else:
        found = found.filter(planned_at__isnull=tab != "planned")
        passed = Q(docket__case__state=State.PREAPPROVED.value)
        found = found.filter(passed) if tab == "asked" else found.exclude(passed) if tab == "early" else found
    at, _, last = after.rpartition("_")
    key = int(last[:18]) if last.isdecimal() else None
    if tab == "planned":
        found = found.order_by("planned_at", "pk")
        if key is not None and (since := clock.moment(at)):
            found = found.filter(Q(planned_at__gt=since) | Q(planned_at=since, pk__gt=key))
    else:
        found = found.order_by("-pk")
        if key is not None:
            found = found.filter(pk__lt=key)
    rows = list(found[: PAGE_SIZE + 1])
    if len(rows) <= PAGE_SIZE:
        return rows, ""
    end = rows[PAGE_SIZE - 1]
    return rows[:PAGE_SIZE], f"{end.planned_at.isoformat() if end.planned_at else ''}_{end.pk}"


def officers() -> list[tuple[int, str]]:
    """Accounts and names of who may be sent. One statement."""
    posts = [p.code for p in POSTS.values() if rules.OWNERS[rules.Kind.FACE_SIGNING] in p.permissions]
    wanted = Q(pk__in=())
    for code in posts:
        wanted |= Q(posts__contains=[code])
    found = Staff.objects.filter(wanted, active=True).order_by("number")
    return [(s.user_id, f"{s.name}（{s.number}）") for s in found]


def at_window(docket_id: uuid.UUID) -> list[Signer]:
    """What was noted at the window about how people sign. One statement."""
    return list(Signer.objects.filter(docket_id=docket_id, visit=None).order_by("pk"))


@dataclass(frozen=True, slots=True)
class SigningFile:
    """One visit with its signers, the papers made for it, and every image."""

    visit: HomeVisit
    signers: tuple[Signer, ...]
    papers: tuple[CaseDocument, ...]
    pages: Mapping[str, Sequence[MaterialPage]]

    @property
    def photos(self) -> Sequence[MaterialPage]:
        return self.pages.get(home_visits.images(self.visit.matter.round), ())

    def images(self, signer: Signer) -> Sequence[MaterialPage]:
        return self.pages.get(home_visits.images(self.visit.matter.round, signer.ordinal), ())

    def interpreters(self, signer: Signer) -> Sequence[MaterialPage]:
        return self.pages.get(home_visits.interpreters(self.visit.matter.round, signer.ordinal), ())


def signing_file(visit: HomeVisit) -> SigningFile:
    """Three statements."""
    wanted = Q(pk__in=())
    for paper in visit.papers:
        wanted |= Q(kind=paper["kind"], print_no=paper["print_no"])
    return SigningFile(
        visit=visit,
        signers=tuple(visit.signers.order_by("ordinal")),
        papers=tuple(CaseDocument.objects.filter(wanted, docket_id=visit.docket_id).order_by("kind")),
        pages=pages_of(visit.docket_id),
    )
