"""What an accepted case has to wait for is opened with its acceptance: rows with an owner and a due date."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence

from dengbu.catalog.policy.policy import office_calendar
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.counters import next_serials
from dengbu.core.refusals import Refusal
from dengbu.core.workdays import add_workdays
from dengbu.register.rules import UnitBook

from ... import rules
from ...documents import public_notice
from ...facts import CaseFacts
from ...models import Case, ClockStop, PendingMatter, PublicNotice, Undertaking
from ...undertakings import LATER
from ..moving import authority, workdays_from_now
from .standing import DeskState

Kind = rules.Kind


def asked_now(found: CaseFacts, state: DeskState, books: Mapping[str, UnitBook]) -> tuple[Kind, ...]:
    """What has to be opened for a case: what the law asks, without an inspection that was made or sent out during
    the review already (F9: 已做的采用, 不得要求重复)."""

    def conditions() -> Iterable[str]:
        return found.registration.conditions(books.get(found.case.unit_code), clock.now())

    asked = rules.asked(found.registration, found.policy, conditions)
    if any(u.kind == LATER for u in state.undertakings):
        asked = (*asked, Kind.UNDERTAKING)
    wanted = tuple(k for k in asked if k not in state.matters)
    return rules.now_due(wanted, rules.is_open(state.all_matters))


def judged(found: CaseFacts, books: Mapping[str, UnitBook]) -> tuple[Refusal, ...]:
    """Everything that stands against the entry of a case today."""
    mine = {code: books[code] for code in found.registration.unit_codes if code in books}
    return found.registration.judge(mine, clock.now()).refusals


def open_matters(
    cases: Sequence[Case],
    asked: Mapping[uuid.UUID, Sequence[Kind]],
    found: Mapping[uuid.UUID, CaseFacts],
    books: Mapping[str, UnitBook],
    actor: Actor,
    undertaken: Mapping[uuid.UUID, Sequence[Undertaking]],
) -> None:
    """Open every matter of accepted cases, publish their notices, and stop the clock for what does not count.

    Statements do not depend on how many cases there are; none where nothing waits.
    """
    if not cases:
        return
    now, today = clock.now(), clock.today()
    matters = [
        PendingMatter(
            docket_id=case.docket_id,
            kind=kind.value,
            owner=rules.OWNERS[kind],
            opened_at=now,
            due_at=_due(kind, found[case.docket_id], undertaken.get(case.docket_id, ())),
        )
        for case in cases
        for kind in asked[case.docket_id]
    ]
    PendingMatter.objects.bulk_create(matters)
    ClockStop.objects.bulk_create(
        ClockStop(docket_id=m.docket_id, reason=m.kind, from_on=today, stopped_by=actor.name[:80])
        for m in matters
        if m.kind in (Kind.NOTICE, Kind.INSPECTION, Kind.UNDERTAKING)
    )
    _stop_for_sent_out([c for c in cases if Kind.INSPECTION not in asked[c.docket_id]], actor)
    _publish([m for m in matters if m.kind == Kind.NOTICE], found, books, actor)


def _stop_for_sent_out(cases: Sequence[Case], actor: Actor) -> None:
    """An inspection that was sent out during the review and is still open stops the clock from acceptance on."""
    open_now = PendingMatter.objects.filter(
        docket_id__in=[c.docket_id for c in cases], kind=Kind.INSPECTION.value, settled_at__isnull=True
    )
    ClockStop.objects.bulk_create(
        ClockStop(
            docket_id=d, reason=Kind.INSPECTION.value, from_on=clock.today(), stopped_by=actor.name[:80]
        )
        for d in open_now.values_list("docket_id", flat=True)
    )


def _last_day(found: CaseFacts) -> dt.date:
    return add_workdays(clock.today(), found.policy.public_notice_days, office_calendar())


def count_days(given: Sequence[Undertaking]) -> None:
    """What was undertaken is due so many working days after this day, the day of acceptance."""
    for one in given:
        one.due_on = add_workdays(clock.today(), one.days, office_calendar())
    Undertaking.objects.bulk_update(given, ["due_on"])


def _due(kind: Kind, found: CaseFacts, given: Sequence[Undertaking]) -> dt.datetime:
    if kind is Kind.UNDERTAKING:
        return workdays_from_now(max(u.days for u in given if u.kind == LATER))
    if kind is Kind.NOTICE:
        return rules.notice_settled_at(_last_day(found), office_calendar())
    return workdays_from_now(rules.INSPECTION_DAYS if kind is Kind.INSPECTION else rules.SECOND_REVIEW_DAYS)


def _publish(
    matters: Sequence[PendingMatter],
    found: Mapping[uuid.UUID, CaseFacts],
    books: Mapping[str, UnitBook],
    actor: Actor,
) -> None:
    """公告 on the portal from today: the first day is not counted, the last is the last working day of the period."""
    now, today = clock.now(), clock.today()
    made = []
    for matter, serial in zip(matters, next_serials("dengbu_public_notice_no", len(matters)), strict=True):
        one = found[matter.docket_id]
        until = _last_day(one)
        text = public_notice.text_of(one, books.get(one.case.unit_code), until)
        made.append(
            PublicNotice(
                matter=matter,
                docket_id=matter.docket_id,
                number=f"{authority()}-GG-{today:%Y}-{serial:06d}",
                kind=text.kind,
                title=text.title,
                content={
                    "why": text.why,
                    "objections": text.objections,
                    "rows": [list(r) for r in text.rows],
                },
                days=one.policy.public_notice_days,
                from_on=today,
                until_on=until,
                published_at=now,
                published_by=actor.name[:80],
            )
        )
    PublicNotice.objects.bulk_create(made)
