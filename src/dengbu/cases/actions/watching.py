"""到期事项: what runs out by itself. Each kind is found anew, written down, and those concerned are told beforehand, once.

Nothing in the register rests on it: an objection or a notice that has lapsed is shown as lapsed when the book is read, and
leaves the book by an act only.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef

from dengbu.appointments.actions import mark_missed
from dengbu.appointments.models import Booking
from dengbu.appointments.queries import missed_visits
from dengbu.catalog.policy.policy import office_calendar
from dengbu.certificates.models import Certificate
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import NotPermitted
from dengbu.core.vocabulary import NoticeKind, RestrictionKind
from dengbu.notices.actions import Due, take_to_tell, tell, watch
from dengbu.notices.models import Deadline
from dengbu.parties.models import PHONE_PURPOSE, Person
from dengbu.register.queries import (
    book_of,
    dockets_of_rights,
    identities_of_rights,
    land_terms_ending,
    restrictions_running_out,
    units_with_notices,
)
from dengbu.register.rules import notice_last_day

from .. import undertakings
from ..lifecycle import State
from ..models import Case, Undertaking
from .moving import limit_days
from .telling import day_words, tell_parties

AT_ONCE: Final = 200
UNITS_AT_ONCE: Final = 500
MISSED_DAYS: Final = 30  # how long a visit nobody came to is listed
OVER_DAYS: Final = 366  # how long what has run out is listed


@dataclass(frozen=True, slots=True)
class Watch:
    """One kind of thing that runs out: its word, how it is found, and the sentence that is told beforehand."""

    word: str
    find: Callable[[dt.date], list[Due]]
    template: str = ""
    before: bool = True  # told while there is time; else when it has happened


def _last_day(until: dt.datetime) -> dt.date:
    """The last day of a term that is over at an instant."""
    return clock.local(until - dt.timedelta(seconds=1)).date()


def _midnight_after(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=clock.SHANGHAI)


def _of_restrictions(kinds: Iterable[str], ahead: str) -> Callable[[dt.date], list[Due]]:
    def find(today: dt.date) -> list[Due]:
        until = _midnight_after(today + dt.timedelta(days=limit_days(ahead)))
        return [
            Due(
                subject=str(r.public_id),
                due_on=_last_day(r.until),
                docket_id=r.docket_id,
                unit_code=r.unit_code,
                location=r.location or "",
                about=f"{RestrictionKind(r.kind).label}，{r.authority}，{r.document_no}",
            )
            for r in restrictions_running_out(kinds, until)
            if r.until is not None
        ]

    return find


def _notices(today: dt.date) -> list[Due]:
    """Advance notices whose ninety days end soon or have ended (民法典 221)."""
    days, ahead = limit_days("notice_lapse"), today + dt.timedelta(days=limit_days("watch_notice"))
    since, calendar = today - dt.timedelta(days=OVER_DAYS), office_calendar()
    found: list[tuple[uuid.UUID, Due]] = []
    after = ""
    while codes := units_with_notices(after, UNITS_AT_ONCE):
        for book in book_of(codes).values():
            for right in book.notices:
                last = notice_last_day(right, book, days, calendar)
                if last is not None and since <= last <= ahead:
                    kind = str(right.terms.get("notice_kind", ""))
                    about = NoticeKind(kind).label if kind in NoticeKind.values else "预告登记"
                    found.append(
                        (
                            right.public_id,
                            Due(
                                subject=str(right.public_id),
                                due_on=last,
                                unit_code=book.code,
                                location=book.location,
                                about=f"{about}，{'、'.join(h.name for h in right.holders)}",
                            ),
                        )
                    )
        after = codes[-1]
    dockets = dockets_of_rights(right for right, _ in found)
    return [
        Due(
            subject=d.subject,
            due_on=d.due_on,
            docket_id=dockets.get(right),
            unit_code=d.unit_code,
            location=d.location,
            about=d.about,
        )
        for right, d in found
    ]


def _of_case(case: Case, due_on: dt.date, about: str) -> Due:
    return Due(
        subject=str(case.docket_id),
        due_on=due_on,
        docket_id=case.docket_id,
        unit_code=case.unit_code,
        location=case.location,
        about=about,
    )


def _passed(today: dt.date) -> list[Due]:
    """Results of the pre-review (the QR) that end soon; those over are expired by `expire_overdue`."""
    until = _midnight_after(today + dt.timedelta(days=limit_days("watch_pass")))
    cases = Case.objects.filter(
        state=State.PREAPPROVED.value, valid_until__gt=clock.now(), valid_until__lt=until
    ).order_by("valid_until")
    return [
        _of_case(c, clock.local(c.valid_until).date(), c.prereview_no or "") for c in cases if c.valid_until
    ]


def _nobody_came(today: dt.date) -> list[Booking]:
    """Visits over for as many minutes as the policy waits for who is late."""
    late = clock.now() - dt.timedelta(minutes=limit_days("visit_missed"))
    return missed_visits(_midnight_after(today - dt.timedelta(days=MISSED_DAYS)), late)


def _missed(today: dt.date) -> list[Due]:
    """Visits that were booked and to which nobody came, of cases that still wait for one."""
    visits = _nobody_came(today)
    waiting = {
        c.docket_id: c
        for c in Case.objects.filter(
            docket_id__in=[v.docket_id for v in visits], state=State.PREAPPROVED.value
        )
    }
    return [
        _of_case(
            waiting[v.docket_id],
            clock.local(v.slot.starts_at).date(),
            f"预约{clock.local(v.slot.starts_at):%H:%M}",
        )
        for v in visits
        if v.docket_id in waiting
    ]


def _uncollected(today: dt.date) -> list[Due]:
    """Certificates that nobody collects: a day each so many days after they were ready, as often as it comes round. Not
    what is under way by post, nor what became void meanwhile."""
    days = limit_days("watch_certificate")
    before = _midnight_after(today - dt.timedelta(days=days))
    found = []
    left = Certificate.objects.filter(docket_id=OuterRef("pk"), state__in=("numbered", "printed"))
    cases = Case.objects.filter(Exists(left), state=State.CERTIFIED.value, state_since__lt=before)
    for case in cases.order_by("state_since"):
        ready = clock.local(case.state_since).date()
        rounds = (today - ready).days // days
        if rounds:
            found.append(_of_case(case, ready + dt.timedelta(days=rounds * days), f"{ready}制证"))
    return found


def _land(today: dt.date) -> list[Due]:
    """Land whose term ends soon or has ended; dwellings are renewed by law (民法典 359)."""
    return [
        Due(
            subject=str(right),
            due_on=until,
            unit_code=unit,
            location=location or "",
            about="国有建设用地使用权期限",
        )
        for right, unit, location, until in land_terms_ending(
            today + dt.timedelta(days=limit_days("watch_land"))
        )
    ]


def _undertaken(since: dt.date | None, until: dt.date) -> list[Due]:
    """What was undertaken and is neither kept nor broken, by its last day; not what is handed in and waits for us."""
    found = Undertaking.objects.select_related("docket__case").filter(outcome="", due_on__lte=until)
    found = found.exclude(hand_ins__outcome="")
    if since is not None:
        found = found.filter(due_on__gte=since)
    return [
        Due(
            subject=str(u.pk),
            due_on=u.due_on,
            docket_id=u.docket_id,
            unit_code=u.docket.case.unit_code,
            location=u.docket.case.location,
            about=f"{undertakings.KIND_NAMES[u.kind]}：{u.name}，{u.promisor}",
        )
        for u in found.order_by("due_on", "pk")
        if u.due_on is not None
    ]


def _undertakings_ending(today: dt.date) -> list[Due]:
    """Undertakings whose last day is near."""
    return _undertaken(today, today + dt.timedelta(days=limit_days("watch_undertaking")))


def _undertakings_over(today: dt.date) -> list[Due]:
    """Undertakings whose last day is over: an officer receives what comes late, or writes down the breach."""
    return _undertaken(None, today - dt.timedelta(days=1))


#: what stops the home until a day and then lets it go: each is renewed, or lifted, by whoever made it
WITH_A_TERM = (
    "seizure",
    "preseizure",
    "freeze",
    "sale_limit",
    "illegal_building",
    "dispute",
    "internal_lock",
)

WATCHES: Final[dict[str, Watch]] = {
    "objection": Watch("异议登记", _of_restrictions(("objection",), "watch_objection"), "objection_ending"),
    "notice": Watch("预告登记", _notices, "notice_ending"),
    "seizure": Watch(
        "查封、限制到期", _of_restrictions(WITH_A_TERM, "watch_seizure")
    ),  # the organ renews; what ran out is entered as over each hour (`lapses`), a limit ends by its date
    "pass": Watch("预审有效期", _passed, "pass_ending"),
    "visit": Watch("预约未到", _missed, "visit_missed", before=False),
    "certificate": Watch("证书未领", _uncollected, "uncollected", before=False),
    "land": Watch("土地期限", _land, "land_ending"),
    "undertaking": Watch("承诺到期", _undertakings_ending, "undertaking_ending"),
    "undertaken": Watch("承诺过期", _undertakings_over, "undertaking_over", before=False),
}


@act("cases.keep_watch")
def keep_watch(*, actor: Actor, kind: str) -> int:
    """Find what runs out of a kind today and write it down. Gives how many are new. Raises NotPermitted for people."""
    _system_only(actor)
    if kind == "visit":
        mark_missed(actor=actor, booking_ids=[v.pk for v in _nobody_came(clock.today())])
    new: int = watch(actor=actor, kind=kind, found=WATCHES[kind].find(clock.today()))
    return new


@act("cases.tell_of_deadlines")
def tell_of_deadlines(*, actor: Actor, kind: str) -> int:
    """Tell those concerned of up to 200 things of a kind, each once: marked and told in one transaction. Gives how many
    things; a second run finds none of them. Raises NotPermitted for people."""
    _system_only(actor)
    one = WATCHES[kind]
    if not one.template:
        return 0
    keys = take_to_tell(actor=actor, kind=kind, since=clock.today() if one.before else None, limit=AT_ONCE)
    rows = list(Deadline.objects.filter(pk__in=keys).order_by("pk"))
    with_case = [r.docket_id for r in rows if r.docket_id is not None]
    if with_case:
        tell_parties(actor=actor, docket_ids=with_case, template=one.template)
    _tell_holders([r for r in rows if r.docket_id is None], one.template, actor)
    current().note(kind=kind, told=len(rows))
    return len(rows)


def _tell_holders(rows: list[Deadline], template: str, actor: Actor) -> None:
    """Of what has no case here (imported, or land): the holders who have an account."""
    holders = identities_of_rights(uuid.UUID(r.subject) for r in rows) if rows else {}
    accounts = {
        p.id_index: p
        for p in Person.objects.filter(id_index__in=[i for found in holders.values() for i in found if i])
    }
    for row in rows:
        for index in dict.fromkeys(holders.get(uuid.UUID(row.subject), ())):
            if (account := accounts.get(index)) is not None:
                tell(
                    actor=actor,
                    template=template,
                    user_id=account.user_id,
                    phone=crypto.decrypt(account.phone_cipher, PHONE_PURPOSE),
                    parameters={"what": row.location[-20:], "d": day_words(row.due_on)},
                )


def _system_only(actor: Actor) -> None:
    if not actor.key.startswith("system:"):
        raise NotPermitted("case.settle")
