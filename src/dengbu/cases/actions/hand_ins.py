"""网上补交 of an undertaken paper: handed in by who undertook it, version by version; accepted or returned by an officer.

The pages are uploaded as any others (`materials`); the case is locked for each of these acts, so that an upload, a
decision and a breach never pass each other. The book is changed by none of them: the last accepted paper ends the wait.
"""

from __future__ import annotations

import uuid

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.materials import actions as room
from dengbu.materials.queries import pages_of_item

from .. import hand_ins as law
from .. import undertakings
from ..facts import facts
from ..models import HandIn, Undertaking
from .filing import own_case
from .materials import NOT_YOUR_PAPER
from .undertakings import MAX_PAGES, NONE, last_of, settled, to_settle


@act("cases.hand_in_undertaken")
def hand_in(*, actor: Actor, docket_id: uuid.UUID, undertaking_id: uuid.UUID) -> int:
    """网上补交: the pages uploaded so far are one version, and wait to be checked. Gives its number.

    Raises Refused (no pages, those that were returned), Conflict (under check, settled), NotPermitted.
    """
    one = _bringing(docket_id, undertaking_id, actor)
    last = law.newest(one)
    pages = {str(p.pk): p.stored_digest for p in pages_of_item(docket_id, law.key(one))}
    if wrong := law.why_not_upload(one, last):
        raise Conflict(*wrong)
    if wrong := law.why_not_hand_in(one, last, pages):
        raise Refused(wrong)
    made = HandIn.objects.create(
        undertaking=one,
        version=last.version + 1 if last else 1,
        pages=pages,
        handed_in_at=clock.now(),
        handed_in_by=actor.name[:80],
    )
    current().note(undertaking=str(one.pk), version=made.version, pages=pages)
    return made.version


@act("cases.take_back_hand_in")
def take_back(*, actor: Actor, docket_id: uuid.UUID, undertaking_id: uuid.UUID, version: int) -> None:
    """A version that nobody decided on is taken back, to be changed and handed in anew. Raises Conflict, NotPermitted."""
    one = _bringing(docket_id, undertaking_id, actor)
    _end(_waiting(one, version), actor, law.TAKEN_BACK, "")


@act("cases.accept_hand_in", permission="case.settle")
def accept(*, actor: Actor, docket_id: uuid.UUID, undertaking_id: uuid.UUID, version: int, said: str) -> str:
    """核验通过: this version is the paper that was undertaken; `said` is how it was checked. Its pages take their place
    in the case, and the last paper that was to follow enters the case if nothing else is open. Gives the case's state.

    Raises Refused, Conflict (another version, settled meanwhile), NotPermitted.
    """
    case, one = to_settle(docket_id, undertaking_id, actor, undertakings.LATER)
    waiting = _waiting(one, version)
    if len(said.strip()) < 5:
        raise Refused(
            Refusal(
                "HAND_IN_HOW",
                "请写明怎样核验的。",
                "不少于5个字，例如：与民政部门数据核对一致。",
                undertakings.BASIS,
                "said",
            )
        )
    sheets = room.refile(
        actor=actor, docket_id=docket_id, item=law.key(one), to=one.item, max_pages=MAX_PAGES
    )
    _end(waiting, actor, law.ACCEPTED, said)
    one.copies = 1
    day = clock.local(waiting.handed_in_at).date()
    late = "，超过期限" if one.due_on is not None and day > one.due_on else ""
    settled(one, actor, undertakings.KEPT, f"网上补交影像{sheets}页（第{version}版{late}）：{said.strip()}")
    last_of(case, actor)
    return case.state


@act("cases.return_hand_in", permission="case.settle")
def send_back(
    *, actor: Actor, docket_id: uuid.UUID, undertaking_id: uuid.UUID, version: int, reason: str
) -> None:
    """退回: this version is not the paper, or cannot be read; who brought it is told why and may hand in another. The
    last day stays where it is. Raises Refused, Conflict (another version, settled meanwhile), NotPermitted."""
    _, one = to_settle(docket_id, undertaking_id, actor, undertakings.LATER)
    waiting = _waiting(one, version)
    if len(reason.strip()) < 5:
        raise Refused(
            Refusal(
                "HAND_IN_REASON",
                "请写明退回的原因、要怎样改。",
                "不少于5个字，例如：缺照片页，请补拍。",
                undertakings.BASIS,
                "reason",
            )
        )
    _end(waiting, actor, law.RETURNED, reason)
    enqueue("cases.tell", docket_ids=[str(docket_id)], template="undertaking_returned")


def _bringing(docket_id: uuid.UUID, undertaking_id: uuid.UUID, actor: Actor) -> Undertaking:
    """An undertaking, its case locked, whose paper the actor may hand in. Raises Refused, NotPermitted."""
    case, _ = own_case(docket_id, actor, as_party=True)
    one = Undertaking.objects.filter(docket_id=docket_id, pk=undertaking_id).first()
    if one is None:
        raise Refused(NONE)
    if not law.may_bring(facts(case), one, actor):
        raise NotPermitted("application.file", NOT_YOUR_PAPER)
    return one


def _waiting(one: Undertaking, version: int) -> HandIn:
    """The version that waits, if it is the one meant. Raises Conflict."""
    last = law.newest(one)
    if last is None or law.why_not_decide(last, version):
        raise Conflict(*law.why_not_decide(last, version))
    return last


def _end(one: HandIn, actor: Actor, outcome: str, said: str) -> None:
    one.outcome, one.said = outcome, said.strip()[:300]
    one.settled_at, one.settled_by, one.settled_by_id = clock.now(), actor.name[:80], actor.user_id
    one.save()
    current().note(undertaking=str(one.undertaking_id), version=one.version, outcome=outcome, said=one.said)
