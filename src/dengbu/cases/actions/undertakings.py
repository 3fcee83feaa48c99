"""容缺受理、告知承诺 from the desk to the end: given and signed before acceptance; kept, checked or broken after it.

A breach bars who gave the undertaking from another and never touches the book: what it bears on there is a task for an
officer (更正、依职权). 国办发〔2020〕42号.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import connection

from dengbu.catalog.policy.policy import undertakings_for
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.materials import actions as room
from dengbu.materials.intake import Intake
from dengbu.register.queries import unit_book
from dengbu.register.rules import UnitBook

from .. import hand_ins, rules
from .. import undertakings as law
from ..facts import CaseFacts, facts
from ..lifecycle import State
from ..models import Case, HandIn, PendingMatter, Undertaking
from .desk import at_desk, desk_states, enter_if_last, open_matter, settle
from .moving import limit_days, locked, not_own

MAX_PAGES = 50
CORRECTING = ("P12", "S03", "S04")  # what a wrong entry is put right by
NONE = Refusal("UNDERTAKING_NONE", "没有找到这项承诺。", "请刷新页面。")


def choices(found: CaseFacts, book: UnitBook | None) -> list[tuple[str, str, str]]:
    """What of this case may be undertaken today: key on the checklist, name, kind."""
    lines = found.checklist(book, clock.now())
    rows: list[tuple[str, str, str]] = []
    for code, rule in undertakings_for(found.case.type_code, clock.today()).items():
        listed = [(x.key, x.item.name) for x in lines if x.item.code == code and not x.exempt]
        item = found.policy.item(code)
        if not listed and item is not None and not any(x.item.code == code for x in lines):
            listed = [(code, item.name)]  # it stands on no list yet: the officer finds that it is needed
        rows += [(key, name, rule.kind) for key, name in listed]
    return rows


@act("cases.undertake", permission="case.accept")
def undertake(*, actor: Actor, docket_id: uuid.UUID, item: str, promisor: str, why: str) -> str:
    """登记承诺: a paper that is not here may follow, or the fact is undertaken instead, as the policy of the day says.

    `promisor` is the id of a party who applies and is present. Gives the undertaking's id. Raises Refused with every
    reason, Conflict, NotPermitted.
    """
    case = at_desk(docket_id, actor)
    found, state = facts(case), desk_states([docket_id])[docket_id]
    book = unit_book(case.unit_code) if case.unit_code else None
    name = {key: word for key, word, _ in choices(found, book)}.get(item)
    rule = undertakings_for(case.type_code, clock.today()).get(item.split("-")[0]) if name else None
    who = next((p for p in found.applying if str(p.pk) == promisor), None)
    index = who.number_index if who is not None else ""
    _hold(index)
    barred = law.barred_now([index]).get(index)
    wrong = law.why_not_give(
        law.Offer(
            name=name or item[:20] or "这项材料",
            rule=rule,
            live=item in state.promised,
            applies=who is not None and bool(index),
            present=who is not None and who.pk not in {p.pk for p in state.absent(found)},
            why=why,
            barred_until=barred,
        )
    )
    if wrong or rule is None or who is None or name is None:
        raise Refused(wrong)
    made = Undertaking.objects.create(
        docket_id=docket_id,
        item=item,
        name=name[:100],
        kind=rule.kind,
        statement=rule.statement[:300],
        why=why.strip()[:200],
        days=rule.days,
        promisor=who.name,
        number_index=index,
        made_at=clock.now(),
        made_by=actor.name[:80],
    )
    current().note(item=item, kind=rule.kind, days=rule.days, undertaking=str(made.pk))
    return str(made.pk)


def keep_signed(
    *, actor: Actor, docket_id: uuid.UUID, scans: Sequence[tuple[Intake, str]], key: str | None = None
) -> int:
    """签字的承诺书 is scanned and kept with the case; the bytes first. Gives how many undertakings it stands for."""
    kept = [(room.keep(intake), name) for intake, name in scans]
    signed: int = _keep_signed(actor=actor, docket_id=docket_id, kept=kept, key=key)
    return signed


@act("cases.keep_signed_undertaking", permission="case.accept")
def _keep_signed(*, actor: Actor, docket_id: uuid.UUID, kept: Sequence[tuple[room.Kept, str]]) -> int:
    case = at_desk(docket_id, actor)
    waiting = list(Undertaking.objects.filter(docket_id=docket_id, outcome="", signed_at__isnull=True))
    if not waiting:
        raise Refused(
            Refusal("UNDERTAKING_NONE_TO_SIGN", "没有等待签字的承诺。", "请先登记承诺。", "", "undertakings")
        )
    if not kept:
        raise Refused(_no_scan("signed_files", "请上传签了字的承诺书。"))
    _add_pages(actor, case, law.PAPER, "告知承诺书（已签字）", kept)
    for one in waiting:
        one.signed_at = clock.now()
        one.save()
    current().note(signed=[str(u.pk) for u in waiting])
    return len(waiting)


@act("cases.take_back_undertaking", permission="case.accept")
def take_back(*, actor: Actor, docket_id: uuid.UUID, undertaking_id: uuid.UUID) -> None:
    """撤销承诺 before acceptance: the paper came after all, or nothing is accepted on it. Raises Refused, Conflict."""
    at_desk(docket_id, actor)
    one = _held(docket_id, undertaking_id)
    if one.outcome:
        raise Conflict(*law.running(one))
    settled(one, actor, law.TAKEN_BACK, "受理前撤销")


def bring(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    undertaking_id: uuid.UUID,
    originals: int,
    copies: int,
    scans: Sequence[tuple[Intake, str]],
    key: str | None = None,
) -> str:
    """补交: the paper that was to follow is here, with its scans, late or in time. The last one starts the clock again
    and enters the case if nothing else is open. Gives the case's state. Raises Refused, Conflict, NotPermitted."""
    kept = [(room.keep(intake), name) for intake, name in scans]
    state: str = _bring(
        actor=actor,
        docket_id=docket_id,
        undertaking_id=undertaking_id,
        originals=originals,
        copies=copies,
        kept=kept,
        key=key,
    )
    return state


@act("cases.bring_undertaken", permission="case.settle")
def _bring(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    undertaking_id: uuid.UUID,
    originals: int,
    copies: int,
    kept: Sequence[tuple[room.Kept, str]],
) -> str:
    case, one = to_settle(docket_id, undertaking_id, actor, law.LATER)
    wrong = []
    if originals < 0 or copies < 0 or originals + copies == 0:
        wrong.append(Refusal("UNDERTAKING_COUNT", "请填写收到的原件和复印件份数。", "", "", "originals"))
    if not kept:
        wrong.append(_no_scan("files", "请上传这项材料的影像。"))
    if wrong:
        raise Refused(wrong)
    _add_pages(actor, case, one.item, one.name, kept)
    one.originals, one.copies = originals, copies
    late = "，超过期限" if one.due_on is not None and clock.today() > one.due_on else ""
    settled(one, actor, law.KEPT, f"原件{originals}份，复印件{copies}份{late}")
    last_of(case, actor)
    return case.state


@act("cases.confirm_undertaking", permission="case.settle")
def confirm(*, actor: Actor, docket_id: uuid.UUID, undertaking_id: uuid.UUID, evidence: str) -> None:
    """核查属实: what was undertaken instead of a paper is true; how it was checked. Raises Refused, Conflict."""
    _, one = to_settle(docket_id, undertaking_id, actor, law.INSTEAD)
    if len(evidence.strip()) < 5:
        raise Refused(
            Refusal(
                "UNDERTAKING_EVIDENCE",
                "请写明怎样核查、查到什么。",
                "不少于5个字，例如：民政部门数据查询，已婚属实。",
                law.BASIS,
                "evidence",
            )
        )
    settled(one, actor, law.KEPT, evidence)


@act("cases.breach_undertaking", permission="case.settle")
def breach(*, actor: Actor, docket_id: uuid.UUID, undertaking_id: uuid.UUID, reason: str) -> str:
    """认定没有兑现: it stands on the list of breaches, and who gave it may undertake nothing for the policy's days.

    Before the entry it forbids the entry (不予登记 follows, by the reviewer); after it, a task to correct the book
    opens, and the book stays as it is. Gives the day until which it bars. Raises Refused, Conflict, NotPermitted.
    """
    case, one = to_settle(docket_id, undertaking_id, actor)
    last = hand_ins.newest(one)
    waits = last is not None and not last.outcome
    wrong = law.why_not_breach(one, clock.today(), reason, under_check=waits)
    if wrong:
        raise Refused(wrong)
    _hold(one.number_index)
    one.barred_until = clock.today() + dt.timedelta(days=limit_days("undertaking_bar"))
    if case.entry_id is not None:
        one.correction = law.OPEN
    settled(one, actor, law.BREACHED, reason)
    if case.entry_id is None:
        _forbid(case, one, actor)
    enqueue("cases.tell", docket_ids=[str(docket_id)], template="undertaking_broken")
    return str(one.barred_until)


@act("cases.lift_undertaking_bar", permission="undertaking.lift")
def lift(*, actor: Actor, docket_id: uuid.UUID, undertaking_id: uuid.UUID, reason: str) -> None:
    """解除限制: the breach stays on the list, but bars nobody any more. Another officer than who wrote it down.

    Raises Refused, Conflict, NotPermitted.
    """
    case = locked(docket_id)
    not_own(case, list(case.parties.all()), actor)
    one = _held(docket_id, undertaking_id)
    _hold(one.number_index)
    if one.outcome != law.BREACHED or one.lifted_at is not None:
        raise Conflict(Refusal("UNDERTAKING_NOT_BARRED", "这项记录没有可以解除的限制。", "请刷新页面。"))
    if one.settled_by_id == actor.user_id:
        raise NotPermitted(
            "undertaking.lift",
            Refusal(
                "UNDERTAKING_SAME_HANDS",
                "这项记录是您认定的，不能由您解除。",
                "请由另一位负责人办理。",
                "domain §9.1",
            ),
        )
    if len(reason.strip()) < 10:
        raise Refused(
            Refusal("UNDERTAKING_LIFT_WHY", "请写明解除的理由和依据。", "不少于10个字。", law.BASIS, "reason")
        )
    one.lifted_at, one.lifted_by, one.lifted_why = clock.now(), actor.name[:80], reason.strip()[:300]
    one.save()
    current().note(lifted=str(one.pk), reason=one.lifted_why)


@act("cases.close_undertaking_task", permission="case.settle")
def close_task(
    *, actor: Actor, docket_id: uuid.UUID, undertaking_id: uuid.UUID, how: str, number: str, said: str
) -> None:
    """更正、依职权的任务办结: the book was corrected by the case named, or need not be. Raises Refused, Conflict."""
    case = locked(docket_id)
    not_own(case, list(case.parties.all()), actor)
    one = _held(docket_id, undertaking_id)
    if one.correction != law.OPEN:
        raise Conflict(Refusal("UNDERTAKING_NO_TASK", "这项任务已经办结。", "请刷新页面。"))
    correcting = (
        Case.objects.filter(
            docket__number=number.strip().upper(),
            type_code__in=CORRECTING,
            unit_code=case.unit_code,
            entry_id__isnull=False,
        ).exists()
        if how == law.CORRECTED
        else False
    )
    if wrong := law.why_not_correct(how, said, correcting):
        raise Refused(wrong)
    done = f"{number.strip().upper()}：{said.strip()}" if how == law.CORRECTED else said.strip()
    one.correction, one.corrected_at, one.corrected_by = how, clock.now(), actor.name[:80]
    one.corrected_how = done[:300]
    one.save()
    current().note(task=str(one.pk), how=how, said=one.corrected_how)


def _held(docket_id: uuid.UUID, undertaking_id: uuid.UUID) -> Undertaking:
    """One undertaking of a case whose row is locked already: nobody else settles it meanwhile."""
    one = Undertaking.objects.filter(docket_id=docket_id, pk=undertaking_id).first()
    if one is None:
        raise Refused(NONE)
    return one


def to_settle(
    docket_id: uuid.UUID, undertaking_id: uuid.UUID, actor: Actor, kind: str = ""
) -> tuple[Case, Undertaking]:
    """The case, locked and not the actor's own, and an undertaking of it that still runs. Raises Conflict."""
    case = locked(docket_id)
    not_own(case, list(case.parties.all()), actor)
    one = _held(docket_id, undertaking_id)
    if over := law.running(one):
        raise Conflict(*over)
    if kind and one.kind != kind:
        raise Refused(
            Refusal("UNDERTAKING_KIND", f"这项是{law.KIND_NAMES[one.kind]}，不这样办结。", "请刷新页面。")
        )
    return case, one


def settled(one: Undertaking, actor: Actor, outcome: str, evidence: str) -> None:
    """Write down what became of an undertaking; a version that still waited is looked at no more."""
    one.outcome, one.settled_at = outcome, clock.now()
    one.settled_by, one.settled_by_id = actor.name[:80], actor.user_id
    one.evidence = evidence.strip()[:300]
    one.save()
    HandIn.objects.filter(undertaking=one, outcome="").update(
        outcome=hand_ins.OVER, settled_at=clock.now(), settled_by=actor.name[:80], settled_by_id=actor.user_id
    )
    current().note(undertaking=str(one.pk), item=one.item, outcome=outcome, said=one.evidence)


def last_of(case: Case, actor: Actor) -> None:
    """The matter is settled with the last paper that was to follow; then the case is entered if nothing else is open."""
    given = Undertaking.objects.filter(docket_id=case.docket_id, kind=law.LATER)
    if given.filter(outcome="").exists() or case.state != State.ACCEPTED:
        return
    matter = PendingMatter.objects.filter(
        docket_id=case.docket_id, kind=rules.Kind.UNDERTAKING.value, settled_at__isnull=True
    ).first()
    if matter is None:
        return  # a breach settled it before
    settle(matter, actor, rules.DONE, f"已补齐{given.filter(outcome=law.KEPT).count()}项")
    enter_if_last(case, actor)


def _forbid(case: Case, one: Undertaking, actor: Actor) -> None:
    """An accepted case one of whose undertakings was broken is not entered: its matter is settled against it."""
    kind = rules.Kind.UNDERTAKING
    there = PendingMatter.objects.filter(docket_id=case.docket_id, kind=kind.value)
    if not there.filter(settled_at__isnull=True).exists():
        PendingMatter.objects.create(
            docket_id=case.docket_id,
            kind=kind.value,
            round=there.count() + 1,
            owner=rules.OWNERS[kind],
            opened_at=clock.now(),
        )
    said = f"{one.name}：{one.evidence}"
    settle(open_matter(case.docket_id, kind), actor, rules.BREACHED, said)


def _hold(number_index: str) -> None:
    """One identity at a time: a breach written down and a new undertaking do not pass each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"cases/undertaking:{number_index}"]
        )


def _no_scan(field: str, message: str) -> Refusal:
    return Refusal("UNDERTAKING_SCAN", message, "至少一页，存入案卷。", "", field)


def _add_pages(actor: Actor, case: Case, item: str, name: str, kept: Sequence[tuple[room.Kept, str]]) -> None:
    for one, original in kept:
        room.add_page(
            actor=actor,
            docket_id=case.docket_id,
            item=item,
            kept=one,
            original_name=original,
            max_pages=MAX_PAGES,
            round=case.round,
            names={item: name},
        )
