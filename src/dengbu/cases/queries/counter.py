"""What the receiving desk reads: a scanned code, today's visits, one case with its seven steps.

Fixed statements, however many papers, visits or units; each function says how many.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db.models import Count, Exists, OuterRef, Q

from dengbu.appointments.models import Booking
from dengbu.appointments.queries import todays_bookings
from dengbu.catalog.policy.schema import Question
from dengbu.core import clock, rows
from dengbu.core.acts import Actor
from dengbu.core.identifiers import half_width
from dengbu.core.refusals import NotPermitted, Refusal
from dengbu.materials.models import MaterialPage
from dengbu.materials.queries import pages_of
from dengbu.payments.models import FeeBill, Voucher
from dengbu.payments.queries import bill_of, voucher_of
from dengbu.register.queries import book_of
from dengbu.register.rules import UnitBook

from ..actions import checking
from ..actions.desk import (
    CaseFee,
    DeskState,
    certificates_of,
    desk_states,
    fee_of,
    papers,
    separate,
    why_not,
)
from ..facts import CaseFacts, Line, facts
from ..lifecycle import STATE_NAMES, State
from ..models import Batch, Case, CaseDocument, CaseParty, Verdict

ACCEPTED_STATES = (
    State.ACCEPTED.value,
    State.REGISTERED.value,
    State.CERTIFIED.value,
    State.ISSUED.value,
    State.ARCHIVED.value,
)
_SHORT = re.compile(r"[0-9A-Z]{8}")


# --- a scanned code -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a code leads to: a case, a batch, or nothing; `problem` says why it cannot be received now."""

    case: Case | None = None
    batch: Batch | None = None
    problem: Refusal | None = None

    @property
    def expired(self) -> bool:
        return self.problem is not None and self.problem.code == "SCAN_EXPIRED"


def read_code(text: str) -> str:
    """The code in what a scanner or a person typed: the last part of an address, without blanks, half width."""
    code = "".join(half_width(text).split())
    if "/" in code:
        code = next((part for part in reversed(urlsplit(code).path.split("/")) if part), "")
    return code


def scan(text: str) -> Scanned:
    """Find a case or batch by address, token, short code, 预审编号, number of the application or of the batch.

    At most two statements.
    """
    code = read_code(text)
    if not code:
        return Scanned(
            problem=Refusal(
                "SCAN_EMPTY", "请扫描二维码，或输入编号。", "预审编号印在预审结果上，以YS开头。", "", "code"
            )
        )
    upper, plain = code.upper(), code.upper().replace("-", "")
    by = Q(prereview_no=upper) | Q(docket__number=upper) | Q(token=code)
    if _SHORT.fullmatch(plain):
        by |= Q(short_code=plain)
    case = Case.objects.select_related("docket").filter(by).first()
    if case is not None:
        return Scanned(case=case, problem=_not_now(case, clock.now()))
    batch_by = Q(number=upper) | Q(token=code)
    if _SHORT.fullmatch(plain):
        batch_by |= Q(short_code=plain)
    batch = Batch.objects.filter(batch_by).first()
    if batch is not None:
        return Scanned(batch=batch)
    return Scanned(
        problem=Refusal(
            "SCAN_UNKNOWN",
            "没有找到该编号。",
            "请核对后四位，或让申请人打开手机里的二维码。没有网上申请的，请代为录入。",
            "",
            "code",
        )
    )


def _not_now(case: Case, now: dt.datetime) -> Refusal | None:
    if case.state == State.PREAPPROVED:
        if case.valid_until is not None and case.valid_until < now:
            day = clock.local(case.valid_until)
            return Refusal(
                "SCAN_EXPIRED",
                f"这件申请的网上审核结果已于{day:%Y年%-m月%-d日}过期。",
                "请打开办件，退回网上审核重新确认。",
                "本登记机构规定",
                "code",
            )
        return None
    if case.state in ACCEPTED_STATES and case.accepted_at is not None:
        at = clock.local(case.accepted_at)
        return Refusal(
            "SCAN_ACCEPTED",
            f"这件申请已于{at:%Y年%-m月%-d日 %H:%M}由{case.desk_name}受理，受理编号{case.acceptance_no}。",
            "不用再次受理，可以补打文书。",
            "",
            "code",
        )
    if case.state == State.EXPIRED:
        return Refusal(
            "SCAN_EXPIRED", "这件申请已经过期。", "请申请人重新申请，原来填写的内容可以带入。", "", "code"
        )
    if case.state in (State.REFUSED, State.DECLINED, State.WITHDRAWN):
        return Refusal(
            "SCAN_OVER",
            f"这件申请已经结束：{STATE_NAMES[State(case.state)]}。",
            "需要办理的，请申请人重新申请。",
            "",
            "code",
        )
    return Refusal(
        "SCAN_NOT_PASSED",
        f"这件申请还没有通过网上审核，现在是“{STATE_NAMES[State(case.state)]}”。",
        "请等待网上审核结果；有疑问请联系网上审核岗。",
        "",
        "code",
    )


# --- the first page -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit booked for today, with its case or batch."""

    booking: Booking
    case: Case | None
    batch: Batch | None
    units: int = 1

    @property
    def done(self) -> bool:
        return self.case is not None and self.case.state in ACCEPTED_STATES


def visits_of(day: dt.date) -> list[Visit]:
    """Today's visits in the order of time. Three statements at most."""
    bookings = todays_bookings(day)
    dockets = [b.docket_id for b in bookings if b.docket_id]
    batches = [b.batch_id for b in bookings if b.batch_id]
    cases = (
        {c.pk: c for c in Case.objects.select_related("docket").filter(docket_id__in=dockets)}
        if dockets
        else {}
    )
    groups = (
        {b.pk: b for b in Batch.objects.filter(pk__in=batches).annotate(units=Count("cases"))}
        if batches
        else {}
    )
    return [
        Visit(
            b,
            cases.get(b.docket_id) if b.docket_id else None,
            groups.get(b.batch_id) if b.batch_id else None,
            getattr(groups.get(b.batch_id), "units", 1) if b.batch_id else 1,
        )
        for b in bookings
    ]


def begun(limit: int = 10) -> list[Case]:
    """待续办: pre-approved cases on which a desk has begun and not finished. One statement."""
    seen = Exists(Verdict.objects.filter(docket_id=OuterRef("pk"), stage="desk"))
    present = Exists(CaseParty.objects.filter(case_id=OuterRef("pk"), present_at__isnull=False))
    rows = Case.objects.select_related("docket").filter(state=State.PREAPPROVED.value, batch__isnull=True)
    return list(rows.filter(seen | present).order_by("due_at", "pk")[:limit])


def waiting_batches(limit: int = 10) -> list[Batch]:
    """Batches with pre-approved units, oldest first, with `ready`. One statement."""
    ready = Count("cases", filter=Q(cases__state=State.PREAPPROVED.value))
    return list(Batch.objects.annotate(ready=ready).filter(ready__gt=0).order_by("pk")[:limit])


# --- one case at the desk -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper to compare: its line of the checklist, the images, what the desk found."""

    line: Line
    pages: Sequence[MaterialPage]
    verdict: Verdict | None
    promised: bool = False  # it is not here; an undertaking takes its place

    @property
    def done(self) -> bool:
        return self.verdict is not None or self.promised

    @property
    def good(self) -> bool:
        return self.promised or (self.verdict is not None and self.verdict.verdict == "ok")

    @property
    def count(self) -> int:
        return sum(p.page_count for p in self.pages)


@dataclass(frozen=True, slots=True)
class AtCounter:
    """A case with everything the accept page shows."""

    found: CaseFacts
    book: UnitBook | None
    state: DeskState
    papers: tuple[Paper, ...]
    bill: FeeBill | None
    voucher: Voucher | None
    booking: Booking | None
    documents: tuple[CaseDocument, ...]
    why: tuple[Refusal, ...]
    barred: Refusal | None = None
    questions: tuple[Question, ...] = ()
    fee: CaseFee | None = None

    @property
    def case(self) -> Case:
        return self.found.case

    @property
    def restriction(self) -> str:
        """never, failed, stale, some or none."""
        return checking.result_of(self.state.check, clock.now())

    @property
    def unanswered(self) -> list[Question]:
        answers = self.case.filed.get("answers", {})
        return [q for q in self.questions if not answers.get(q.key)]


def case_with_docket(docket_id: uuid.UUID) -> Case | None:
    """A case by its docket. One statement."""
    return next(iter(rows.read_with(Case, "docket", "WHERE t.docket_id = %s", [docket_id])), None)


def at_counter(case: Case, actor: Actor) -> AtCounter:
    """The case at the desk: facts, book, verdicts, images, fee, visit, papers. Fourteen statements at most."""
    found = facts(case)
    state = desk_states([case.pk])[case.pk]
    books = book_of(found.registration.unit_codes)
    book = books.get(case.unit_code)
    pages = pages_of(case.pk)
    bill = bill_of(case.pk)
    lines = papers(found, book)
    open_now = case.state == State.PREAPPROVED
    return AtCounter(
        found=found,
        book=book,
        state=state,
        papers=tuple(
            Paper(line, pages.get(line.key, ()), state.verdicts.get(line.key), line.key in state.promised)
            for line in lines
        ),
        bill=bill,
        voucher=voucher_of(case.pk) if bill is not None else None,
        booking=Booking.objects.select_related("slot")
        .filter(docket_id=case.pk, cancelled_at__isnull=True)
        .first(),
        documents=papers_made(case.pk),
        why=tuple(why_not(found, actor, state, book)),
        barred=barred(case, found.parties, actor),
        questions=found.policy.questions_for(set(found.registration.conditions(book, clock.now()))),
        fee=fee_of(found, books, certificates_of(found, None)) if open_now and bill is None else None,
    )


def barred(case: Case, parties: Sequence[CaseParty], actor: Actor) -> Refusal | None:
    """Why this person may not receive this case at all: its online reviewer, a party, or who filed it."""
    try:
        separate(case, parties, actor)
    except NotPermitted as refused:
        return refused.refusals[0]
    return None


# --- papers -------------------------------------------------------------------------------------------------------


def papers_made(docket_id: uuid.UUID) -> tuple[CaseDocument, ...]:
    """Every print of a case, newest first. One statement."""
    return tuple(CaseDocument.objects.filter(docket_id=docket_id).order_by("kind", "-print_no"))


def paper(docket_id: uuid.UUID, kind: str, print_no: int) -> CaseDocument | None:
    """One print of a paper. One statement."""
    rows = CaseDocument.objects.select_related("docket")
    return rows.filter(docket_id=docket_id, kind=kind, print_no=print_no).first()


def cases_without_home(limit: int = 50) -> list[Case]:
    """Drafts filed at the desk whose home is not chosen yet: it may not be in the book. One statement."""
    rows = Case.objects.select_related("docket").filter(
        state=State.DRAFT.value, filed_for_by_staff=True, unit_code=""
    )
    return list(rows.order_by("-pk")[:limit])


def walk_in_drafts(actor: Actor) -> list[Case]:
    """Drafts this clerk began for somebody who walked in, newest first. One statement."""
    rows = Case.objects.select_related("docket").filter(
        state=State.DRAFT.value, filed_for_by_staff=True, filed_by=actor.user_id or 0
    )
    return list(rows.order_by("-pk")[:20])
