"""Acts on what the housing department has on file: taking its messages, using a filing, settling a problem.

A message is taken once: `(source, message_id)` gives the same answer for ever, another body under it is a conflict.
A number (filing or review) is a sequence of versions; two messages about one number wait for each other. Nothing
here touches the register; what it says comes in as `rules.RegisterFacts`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from dengbu.core import clock, crypto, rows
from dengbu.core.acts import Actor, act, current
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Conflict, Refusal, Refused

from . import masking, rules, wire
from .models import (
    FILED,
    HELD,
    IN_FORCE,
    NUMBER_PURPOSE,
    PHONE_PURPOSE,
    USED,
    ContractFiling,
    ContractParty,
    InboundMessage,
    ReviewParty,
    TransactionReview,
)
from .reading import content_digest
from .rules import Held, Mismatch, PartyKey, RegisterFacts, Step
from .wire import Answer, FilingPush, Problem, ReviewPush

PUSH = "contract.push"
FILING, REVIEW = "contract_filing", "transaction_review"
# Unreadable messages are kept under their digest: their own number may come again with what was meant.
UNREADABLE = "unreadable-"
OPEN_UNREADABLE, MOST_PROBLEMS = 200, 50

Row = ContractFiling | TransactionReview


@act("contracts.take_filing", permission=PUSH)
def take_filing(*, actor: Actor, push: FilingPush, facts: RegisterFacts) -> Answer:
    """Take one contract filing (合同备案) as the housing department sent it. `facts`: what the book says of the unit now
    (`other_filings` is found here).

    The same `message_id` with the same content gets the answer it got before, whatever its `sent_at`. A filing that
    does not fit the book is kept as `held` and told in the answer. Raises Conflict: MESSAGE_ID_REUSED.
    """
    said = push.filing
    digest = content_digest(push)
    _lock(f"message/{push.source}/{push.message_id}", f"filing/{said.filing_no}")
    if (known := _answered(push, digest)) is not None:
        return known
    row = (
        ContractFiling.objects.filter(source=push.source, filing_no=said.filing_no)
        .select_for_update()
        .first()
    )
    facts = dataclasses.replace(facts, other_filings=_others(said.unit_code, said.filing_no))
    found = (
        rules.compare_with_register(
            kind=said.kind,
            unit_code=said.unit_code,
            area_m2=said.area_m2,
            sellers=_keys(said.sellers),
            facts=facts,
            housing_code=said.housing_code,
        )
        if said.status == FILED and not (row is not None and row.used_at)
        else []
    )
    judged = _judge(row, said, found, digest)
    if judged.write:
        known_before = row is not None
        row = row or ContractFiling(source=push.source, filing_no=said.filing_no)
        _fill(row, said, judged, digest, live=FILED)
        row.contract_no, row.kind, row.replaced_by = said.contract_no, said.kind, said.replaced_by
        row.address, row.area_m2, row.price_fen = said.address, said.area_m2, said.price_fen
        row.payment_method, row.filed_at = said.payment_method, said.filed_at
        row.save()
        row.parties.all().delete()
        ContractParty.objects.bulk_create(
            ContractParty(filing=row, **values) for values in _parties(said.sellers, said.buyers)
        )
        if known_before:  # cases that stand on it have been judged by what it said
            enqueue("cases.filing_changed", filing_no=said.filing_no)
    return _remember(FILING, push, said.filing_no, said.version, said.unit_code, digest, judged)


@act("contracts.take_review", permission=PUSH)
def take_review(*, actor: Actor, push: ReviewPush, facts: RegisterFacts) -> Answer:
    """Take one transaction review (交易审核). As `take_filing`; sellers are compared with the book, there is no area."""
    said = push.review
    digest = content_digest(push)
    _lock(f"message/{push.source}/{push.message_id}", f"review/{said.review_no}")
    if (known := _answered(push, digest)) is not None:
        return known
    row = (
        TransactionReview.objects.filter(source=push.source, review_no=said.review_no)
        .select_for_update()
        .first()
    )
    sold = (
        bool(said.filing_no) and ContractFiling.objects.filter(filing_no=said.filing_no, status=USED).exists()
    )
    found = (
        rules.compare_with_register(
            kind="",
            unit_code=said.unit_code,
            area_m2=None,
            sellers=_keys(said.sellers),
            facts=facts,
            housing_code=said.housing_code,
            path="$.review",
        )
        # After the entry the seller is no longer the owner: nothing to compare.
        if said.status == IN_FORCE and not sold
        else []
    )
    judged = _judge(row, said, found, digest)
    if judged.write:
        row = row or TransactionReview(source=push.source, review_no=said.review_no)
        _fill(row, said, judged, digest, live=IN_FORCE)
        row.filing_no, row.result, row.funds_supervision = said.filing_no, said.result, said.funds_supervision
        row.policy_limit, row.reviewed_at = said.policy_limit, said.reviewed_at
        row.save()
        row.parties.all().delete()
        ReviewParty.objects.bulk_create(
            ReviewParty(review=row, **values) for values in _parties(said.sellers, said.buyers)
        )
    return _remember(REVIEW, push, said.review_no, said.version, said.unit_code, digest, judged)


@act("contracts.keep_unreadable", permission=PUSH)
def keep_unreadable(
    *, actor: Actor, source: str, kind: str, body: bytes, problems: Sequence[Refusal]
) -> str | None:
    """Keep a message that could not be read, for staff: its faults and a masked excerpt, never the bytes.

    The same bytes are kept once, however often they are sent. Gives the row's id; None where it is known already or
    its sender has `OPEN_UNREADABLE` such messages open: then the answer alone has to do.
    """
    digest = hashlib.sha256(body).hexdigest()
    _lock(f"unreadable/{source}")
    mine = InboundMessage.objects.filter(source=source[:40], message_id__startswith=UNREADABLE)
    if mine.filter(message_id=UNREADABLE + digest).exists():
        return None
    if mine.filter(handled_at__isnull=True).count() >= OPEN_UNREADABLE:
        return None
    told = tuple(Problem.of(item) for item in problems[:MOST_PROBLEMS])
    answer = Answer(outcome="refused", problems=told).model_dump(mode="json")
    row = InboundMessage(
        source=source[:40],
        message_id=UNREADABLE + digest,
        kind=kind,
        content_digest=digest,
        outcome="refused",
        problems=answer["problems"],
        subject=masking.subject_of(body),
        version=0,
        answer=answer,
        excerpt=masking.excerpt(body),
        received_at=clock.now(),
    )
    row.save(force_insert=True)
    current().note(source=source, kind=kind, faults=len(problems), digest=digest)
    return str(row.pk)


@act("contracts.mark_used")
def mark_used(*, actor: Actor, filing_nos: Sequence[str], versions: Mapping[str, int] | None = None) -> None:
    """A registration was made on these filings: they serve no other. Called inside the act that enters.

    `versions` are those the act has read. Raises Refused: FILING_NOT_IN_FORCE, for each that is unknown, held, ended
    or used already, FILING_CHANGED for another version; so what arrived during the act stops it.
    """
    if not filing_nos:
        return
    found = {
        row.filing_no: row
        for row in rows.read(
            ContractFiling, "WHERE t.filing_no = ANY(%s) ORDER BY t.filing_no FOR UPDATE", [list(filing_nos)]
        )
    }
    refusals = [
        Refusal(
            "FILING_NOT_IN_FORCE",
            f"合同备案 {number} {_STATE.get(row.status, '不能使用') if row else '不在房管推送之中'}",
            "请与房管部门核实后再办理。",
            field="contract",
        )
        for number in sorted(set(filing_nos))
        if (row := found.get(number)) is None or row.status != FILED
    ]
    refusals += [
        Refusal(
            "FILING_CHANGED",
            f"合同备案 {number} 刚刚由房管部门更新",
            "请刷新页面，按新的备案内容核对后再办理。",
            field="contract",
        )
        for number, row in found.items()
        if versions is not None and row.status == FILED and row.version != versions.get(number)
    ]
    if refusals:
        raise Refused(refusals)
    rows.run(
        "UPDATE contracts_contractfiling SET status = %s, pushed_status = %s, used_at = %s WHERE id = ANY(%s)",
        [USED, FILED, clock.now(), [row.pk for row in found.values()]],
    )


_STATE = {
    HELD: "与登记簿不一致，还没有核实",
    USED: "已经据以办理过登记",
    "replaced": "已被新的备案替代",
    "withdrawn": "已经撤销",
    "cancelled": "已经注销",
}


@act("contracts.handle_problem", permission="contract.see")
def handle_problem(*, actor: Actor, inbound_id: uuid.UUID, note: str) -> None:
    """Somebody of the office has settled an inbound problem; `note` (2 to 200 characters) says how.

    The filing stays held until the housing department pushes again: staff do not alter what another department says.
    Raises Refused: CONTRACT_NOTE_LENGTH, INBOUND_UNKNOWN; Conflict: INBOUND_HANDLED.
    """
    note = note.strip()
    if not 2 <= len(note) <= 200:
        raise Refused(
            Refusal(
                "CONTRACT_NOTE_LENGTH",
                "请写明处理情况，2 到 200 个字",
                "例如：已电话告知房管部门更正面积。",
                field="note",
            )
        )
    message = InboundMessage.objects.filter(pk=inbound_id, outcome__in=InboundMessage.PROBLEMS).first()
    if message is None:
        raise Refused(Refusal("INBOUND_UNKNOWN", "没有这条房管推送问题", "请从列表中重新打开。"))
    done = InboundMessage.objects.filter(pk=inbound_id, handled_at__isnull=True).update(
        handled_at=clock.now(), handled_by=actor.name, handled_note=note
    )
    if not done:
        raise Conflict(Refusal("INBOUND_HANDLED", "这条问题已由他人处理", "请刷新页面查看处理情况。"))
    current().note(source=message.source, subject=message.subject)


# --- taking a message ------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class _Judged:
    outcome: str
    problems: tuple[Refusal, ...]
    write: bool
    stops: bool = False


def _judge(row: Row | None, said: wire.Filing | wire.Review, found: list[Mismatch], digest: str) -> _Judged:
    path = "$.filing" if isinstance(said, wire.Filing) else "$.review"
    decision = rules.decide(
        _held(row),
        version=said.version,
        status=said.status,
        digest=digest,
        unit_code=said.unit_code,
        path=path,
    )
    remarks = tuple(item.refusal for item in found)
    stops = any(item.stops for item in found)
    step = decision.step
    if step is Step.KNOWN and row is not None and row.status == HELD:
        step = Step.TAKE  # sent again after the register was corrected: judged anew
    if step is Step.REFUSE:
        assert decision.refusal is not None
        return _Judged("refused", (decision.refusal,), write=False)
    if step is Step.HOLD:
        assert decision.refusal is not None
        return _Judged("kept_with_problems", (decision.refusal, *remarks), write=True)
    if step is Step.TAKE:
        outcome = "kept_with_problems" if stops else "taken"
        return _Judged(outcome, remarks, write=True, stops=stops)
    return _Judged("already_taken" if step is Step.KNOWN else "superseded", (), write=False)


def _held(row: Row | None) -> Held | None:
    if row is None:
        return None
    return Held(
        version=row.version,
        status=row.pushed_status or row.status,
        digest=row.content_digest,
        unit_code=row.unit_code,
        used=isinstance(row, ContractFiling) and row.status == USED,
    )


def _fill(row: Row, said: wire.Filing | wire.Review, judged: _Judged, digest: str, *, live: str) -> None:
    if row.status != USED:
        row.status = HELD if judged.stops and said.status == live else said.status
    row.pushed_status, row.status_reason, row.status_at = said.status, said.status_reason, said.status_at
    row.version, row.content_digest, row.received_at = said.version, digest, clock.now()
    row.unit_code, row.housing_code = said.unit_code, said.housing_code


def _parties(sellers: Iterable[wire.Party], buyers: Iterable[wire.Party]) -> Iterable[dict[str, Any]]:
    for role, side in (("seller", sellers), ("buyer", buyers)):
        for ordinal, party in enumerate(side, 1):
            yield {
                "role": role,
                "ordinal": ordinal,
                "name": party.name,
                "document_kind": party.document_kind.value,
                "number_cipher": crypto.encrypt(party.number, NUMBER_PURPOSE),
                "number_index": crypto.index(party.number),
                "phone_cipher": crypto.encrypt(party.phone, PHONE_PURPOSE),
            }


def _keys(parties: Iterable[wire.Party]) -> list[PartyKey]:
    return [PartyKey(p.name, p.document_kind.value, crypto.index(p.number)) for p in parties]


def _others(unit_code: str, filing_no: str) -> tuple[str, ...]:
    rows = ContractFiling.objects.filter(unit_code=unit_code, status=FILED).exclude(filing_no=filing_no)
    return tuple(rows.order_by("filed_at", "pk").values_list("filing_no", flat=True))


def _lock(*names: str) -> None:
    """One message of a name at a time, until the transaction ends. Always message first, then number."""
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"contracts/{name}"])


def _answered(push: FilingPush | ReviewPush, digest: str) -> Answer | None:
    """The answer that this message got before. Raises Conflict: MESSAGE_ID_REUSED."""
    known = InboundMessage.objects.filter(source=push.source, message_id=push.message_id).first()
    if known is None:
        return None
    if known.content_digest != digest:
        raise Conflict(
            Refusal(
                "MESSAGE_ID_REUSED",
                "这个消息编号此前已用于另一条内容不同的消息",
                "请为新的消息使用新的编号；重发同一消息时内容应不变。",
                field="$.message_id",
            )
        )
    return Answer.model_validate(known.answer)


def _remember(
    kind: str,
    push: FilingPush | ReviewPush,
    subject: str,
    version: int,
    unit_code: str,
    digest: str,
    judged: _Judged,
) -> Answer:
    """Keep the message with its answer; a version that is taken clean settles what was open about its number."""
    answer = Answer(
        outcome=judged.outcome,  # type: ignore[arg-type]
        subject=subject,
        version=version,
        problems=tuple(Problem.of(item) for item in judged.problems),
    )
    plain = answer.model_dump(mode="json")
    if judged.outcome == "taken":
        InboundMessage.objects.filter(
            # What could not be read stands under who signed it.
            source__in={push.source, current().actor.key.removeprefix("partner:")[:40]},
            kind=kind,
            subject=subject,
            outcome__in=InboundMessage.PROBLEMS,
            handled_at__isnull=True,
        ).update(
            handled_at=clock.now(),
            handled_by="系统",
            handled_note=f"房管部门已推送第 {version} 版，与登记簿一致",
        )
    InboundMessage.objects.create(
        source=push.source,
        message_id=push.message_id,
        kind=kind,
        content_digest=digest,
        outcome=judged.outcome,
        problems=plain["problems"],
        subject=subject,
        version=version,
        unit_code=unit_code,
        answer=plain,
        received_at=clock.now(),
    )
    current().note(source=push.source, subject=subject, version=version, outcome=judged.outcome)
    return answer
