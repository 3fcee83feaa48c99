"""等待单件补录: a filed case that rests on an old right which is not in the book waits until it is, then goes on by itself.

Found at the pre-review by its reviewer, or after acceptance. The unit of a filed case stands in the book; what may be
missing is what lies on it: a mortgage, a seizure of the paper archive (corrections §2.2).
"""

from __future__ import annotations

import uuid

from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused

from .. import rules
from ..facts import facts
from ..lifecycle import State
from ..models import Case, ClockStop, PendingMatter
from . import checking
from .desk import enter_if_last, open_matter, open_one, settle
from .filing.submitting import REVIEW_DAYS, tell_later
from .matters.shared import in_hand, long_enough
from .moving import locked, workdays_from_now
from .review.claiming import mine

Kind = rules.Kind
BASIS = "实施细则125；条例20；corrections §2.2"
ALREADY = Refusal("BACKFILL_ALREADY", "这件办件已经在等待补录。", "补录核对后会自动继续办理。", BASIS, "what")


@act("cases.wait_for_backfill", permission="case.review")
def wait_for_backfill(*, actor: Actor, docket_id: uuid.UUID, what: str) -> None:
    """At the pre-review: `what` of the paper archive is not in the book. The day of the review begins anew when it is;
    nothing is passed meanwhile. Raises Refused, Conflict where the case is not in the reviewer's hands."""
    case = mine(docket_id, actor)
    _wait(case, actor, what)
    case.due_at = workdays_from_now(rules.BACKFILL_DAYS)
    case.save()


@act("cases.pause_for_backfill", permission="case.settle")
def pause_for_backfill(*, actor: Actor, docket_id: uuid.UUID, what: str) -> None:
    """After acceptance: the days do not count from tomorrow, and nothing is entered meanwhile (条例 20). Raises Refused,
    Conflict, NotPermitted for one's own case."""
    case = in_hand(docket_id, actor)
    _wait(case, actor, what)
    case.save()


def _wait(case: Case, actor: Actor, what: str) -> None:
    said = long_enough(
        what,
        5,
        Refusal(
            "BACKFILL_WHAT",
            "请写明登记簿上缺哪一项旧登记。",
            "不少于5个字，例如：2003年他项权证上字第0456号的抵押。申请人会看到这句话。",
            BASIS,
            "what",
        ),
    )[:200]
    if PendingMatter.objects.filter(
        docket_id=case.docket_id, kind=Kind.BACKFILL.value, settled_at=None
    ).exists():
        raise Refused(ALREADY)
    open_one(case, Kind.BACKFILL, rules.BACKFILL_DAYS)
    ClockStop.objects.create(
        docket_id=case.docket_id,
        reason=Kind.BACKFILL.value,
        from_on=clock.today(),
        evidence=said,
        stopped_by=actor.name[:80],
    )
    case.filed = {**_without(case), "backfill": {"what": said, "since": str(clock.today())}}
    tell_later(case, "backfill")


def awaits(docket_id: uuid.UUID) -> Case | None:
    """The case, locked, if it waits for a 补录."""
    if not PendingMatter.objects.filter(
        docket_id=docket_id, kind=Kind.BACKFILL.value, settled_at=None
    ).exists():
        return None
    return locked(docket_id)


@act("cases.backfilled", permission="register.backfill")
def backfilled(*, actor: Actor, docket_id: uuid.UUID, entry_no: str) -> str:
    """The old right is in the book: the case goes on, judged beside the book as it is now. Under review the restrictions
    are asked again at once; an accepted case is entered if nothing else is open and nothing stands against it. Gives
    its state."""
    case = _ended(docket_id, actor, rules.DONE, f"已补录，登簿号{entry_no}")
    if case.state == State.REVIEW:
        checking.remember(case, facts(case), "review", actor)
    enter_if_last(case, actor)
    return case.state


@act("cases.not_backfilled", permission="register.backfill")
def not_backfilled(*, actor: Actor, docket_id: uuid.UUID, reason: str) -> None:
    """不能补录, with its reason: the officer has the case back. It is neither passed nor entered before the officer says
    why it may go on, or it ends otherwise. Raises Refused."""
    said = long_enough(
        reason, 5, Refusal("BACKFILL_REASON", "请写明为什么不能补录。", "不少于5个字。", BASIS, "reason")
    )
    case = _ended(docket_id, actor, rules.NOT_FOUND, said)
    case.filed = {**case.filed, "backfill_refused": said[:200]}
    case.save()


def _ended(docket_id: uuid.UUID, actor: Actor, outcome: str, said: str) -> Case:
    case = locked(docket_id)
    settle(open_matter(docket_id, Kind.BACKFILL), actor, outcome, said)
    case.refresh_from_db(fields=["promised_on", "statutory_on"])  # counted anew when the clock went on
    case.filed = _without(case)
    if case.state == State.REVIEW:
        case.due_at = workdays_from_now(REVIEW_DAYS)
    case.save()
    return case


@act("cases.go_on_without_backfill")
def go_on(*, actor: Actor, docket_id: uuid.UUID, reason: str) -> str:
    """After 不能补录: the officer writes down why the case may go on without (the old right ended long ago, it is of
    another house). By its reviewer, after acceptance by whoever settles matters. Gives the case's state."""
    case = locked(docket_id)
    if case.state == State.ACCEPTED:
        if not actor.may("case.settle"):
            raise NotPermitted("case.settle")
        in_hand(docket_id, actor)
    else:
        case = mine(docket_id, actor)
    matters = list(PendingMatter.objects.filter(docket_id=docket_id, kind=Kind.BACKFILL.value).order_by("pk"))
    if not matters or matters[-1].outcome != rules.NOT_FOUND:
        raise Conflict(Refusal("BACKFILL_NONE", "这件办件没有被退回的补录。", "请刷新页面。"))
    said = long_enough(
        reason,
        10,
        Refusal("BACKFILL_GO_ON", "请写明不补录也可以继续办理的理由。", "不少于10个字。", BASIS, "reason"),
    )
    open_one(case, Kind.BACKFILL, rules.BACKFILL_DAYS)
    settle(open_matter(docket_id, Kind.BACKFILL), actor, rules.DONE, said)
    case.filed = _without(case)
    case.save()
    enter_if_last(case, actor)
    return case.state


def _without(case: Case) -> dict[str, object]:
    return {k: v for k, v in case.filed.items() if k not in ("backfill", "backfill_refused")}
