"""大宗受理: several units of one building filed together by one organisation, one case per unit.

Set by set: the number of statements does not depend on the number of units. A unit that cannot go in stays out with
every reason; the others proceed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from dengbu.appointments import actions as appointments
from dengbu.appointments.models import Booking
from dengbu.catalog.policy.policy import policy_for
from dengbu.catalog.policy.schema import TypePolicy
from dengbu.catalog.registrations import TYPES, ContractFact, Filed, PartyFact, RegistrationType, Rule
from dengbu.contracts.queries import Filing, filings
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, current
from dengbu.core.counters import next_serials
from dengbu.core.ids import short_code, token, uuid7
from dengbu.core.jobs import enqueue
from dengbu.core.models import Docket
from dengbu.core.refusals import NotPermitted, Refusal, Refused
from dengbu.parties.models import Organisation
from dengbu.register.rules import UnitBook

from ..facts import facts_of
from ..lifecycle import FINAL, State
from ..models import NUMBER_PURPOSE, Batch, Case, CaseParty, Claim, RestrictionCheck, Transition
from . import checking
from .filing import DECLARATION, REVIEW_DAYS, draft_term, missing, organisation_for
from .moving import authority, locked_many, move, workdays_from_now

MOST_UNITS = 100  # a bulk visit is planned for no more

NONE_CHOSEN = Refusal("BATCH_EMPTY", "还没有选择房屋。", "请在楼盘表里勾选要办理的房屋。", "", "units")
TOO_MANY = Refusal(
    "BATCH_TOO_MANY", f"一个批次最多{MOST_UNITS}套。", "请分成几个批次办理。", "本登记机构规定", "units"
)
NOT_OURS = Refusal("BATCH_NOT_YOURS", "这个批次不在您的机构名下。", "请用提交这个批次的机构账号登录。")
OTHER_UNIT = Refusal("BATCH_OTHER_UNIT", "有申请不属于这个批次。", "请刷新批次页面后重新选择。")
UNKNOWN_UNIT = Refusal(
    "BATCH_UNIT_UNKNOWN", "登记簿上没有这处不动产。", "请从楼盘表里重新选择。", "条例10", "units"
)
OTHER_OWNER = Refusal(
    "BATCH_UNIT_NOT_YOURS",
    "登记簿上这套房屋不在本企业名下。",
    "只能为登记在本企业名下的房屋申请首次转移。",
    "民法典209；条例14",
    "units",
)
NO_FILING = Refusal(
    "B_NO_CONTRACT",
    "房管部门还没有推送这套房屋的合同备案。",
    "请先办理合同备案；刚备案的合同约30分钟后可以查到。",
    "实施细则38",
    "units",
)
PENDING = Refusal(
    "R_PENDING",
    "这处不动产另有一件申请正在办理。",
    "请等那件办结或撤回后再申请；如有疑问请致电登记中心。",
    "操作规范1.4",
    "unit",
)

Reasons = dict[str, list[list[str]]]


def as_json(refusals: Sequence[Refusal]) -> list[list[str]]:
    """Refusals as a result that can be kept under a key: code, message, remedy, basis."""
    return [[r.code, r.message, r.remedy, r.basis] for r in refusals]


@act("cases.start_batch", permission="application.file")
def start_batch(*, actor: Actor, unit_codes: Sequence[str], type_code: str = "D09") -> dict[str, Any]:
    """Begin a batch: one draft per unit, parties and contract taken over from the housing department's filing.

    Gives {"batch_id", "started": [docket], "refused": {unit: [[code, message, remedy, basis]]}}. `batch_id` is None
    where no unit could begin. Raises Refused without units, with too many, or without an agreement in force.
    """
    organisation = organisation_for(actor, TYPES[type_code].client.value, TYPES[type_code])
    if organisation is None:
        raise NotPermitted("portal.organisation")
    policy = policy_for(type_code, clock.today())
    if not policy.is_open("web", clock.today()):
        raise Refused(
            Refusal(
                "CASE_NOT_OPEN",
                f"{TYPES[type_code].name}目前不能网上办理。",
                "请到登记窗口办理。",
                "工作方案五",
            )
        )
    valid, refused = judge_units(unit_codes, organisation, type_code)
    if not valid:
        return {"batch_id": None, "started": [], "refused": {u: as_json(r) for u, r in refused.items()}}
    batch, cases = _write_drafts(actor, organisation, policy, type_code, valid)
    current().about(*(c.docket_id for c in cases))
    current().note(batch=batch.number, started=len(cases), left_out=len(refused))
    return {
        "batch_id": str(batch.pk),
        "started": [str(c.docket_id) for c in cases],
        "refused": {u: as_json(r) for u, r in refused.items()},
    }


def judge_units(
    unit_codes: Sequence[str], organisation: Organisation, type_code: str = "D09"
) -> tuple[dict[str, tuple[UnitBook, Filing]], dict[str, tuple[Refusal, ...]]]:
    """Which units can begin, with book and filing, and which cannot, with every reason. Five statements.

    What a paper can still answer (a consent, an undertaking) does not keep a unit out of a batch: the paper then
    stands on its checklist. Raises Refused for no units or too many.
    """
    codes = list(dict.fromkeys(code for code in unit_codes if code))
    if not codes:
        raise Refused(NONE_CHOSEN)
    if len(codes) > MOST_UNITS:
        raise Refused(TOO_MANY)
    look, kind, now = checking.look_up(codes), TYPES[type_code], clock.now()
    if look.failed:
        raise Refused(
            Refusal(
                "R_LOOKUP_FAILED", "暂时查不到登记簿。", "请稍后再试；查询失败不等于没有限制。", "ux §0.7"
            )
        )
    on_file = {f.unit_code: f for f in filings(unit_codes=codes)}
    held = set(
        Claim.objects.filter(
            unit_code__in=codes, conflict_class=kind.conflict_class, released_at__isnull=True
        ).values_list("unit_code", flat=True)
    )
    busy = dict(
        Case.objects.filter(organisation_id=organisation.pk, type_code=type_code, unit_code__in=codes)
        .exclude(state__in=[s.value for s in FINAL])
        .values_list("unit_code", "docket__number")
    )
    mine = crypto.index(organisation.uscc)
    valid: dict[str, tuple[UnitBook, Filing]] = {}
    refused: dict[str, tuple[Refusal, ...]] = {}
    for code in codes:
        book, filing = look.books.get(code), on_file.get(code)
        reasons = _against(code, book, filing, mine, busy.get(code, ""))
        if not reasons and book is not None and filing is not None:
            reasons = _judged(kind, code, filing, code in held, book, now)
        if reasons or book is None or filing is None:
            refused[code] = tuple(reasons)
        else:
            valid[code] = (book, filing)
    return valid, refused


def _against(code: str, book: UnitBook | None, filing: Filing | None, mine: str, busy: str) -> list[Refusal]:
    """What needs no rule of the type: the unit is there, ours, sold on file, and not begun already."""
    if book is None or book.closed:
        return [UNKNOWN_UNIT]
    if busy:
        return [
            Refusal(
                "BATCH_UNIT_BUSY", f"这套房屋已有一件申请：{busy}。", "请到那件申请里继续办理。", "", "units"
            )
        ]
    if book.ownership is None or not book.ownership.held_by(mine):
        return [OTHER_OWNER]
    return [NO_FILING] if filing is None else []


def _judged(
    kind: type[RegistrationType], code: str, filing: Filing, held: bool, book: UnitBook, now: dt.datetime
) -> list[Refusal]:
    contract = ContractFact(
        filing_no=filing.filing_no,
        unit_code=filing.unit_code,
        status=filing.status,
        price_fen=filing.price_fen,
        area_m2=str(filing.area_m2 or ""),
        sellers=filing.indexes("seller"),
        buyers=filing.indexes("buyer"),
    )
    parties = tuple(
        PartyFact(p.role, p.name, p.document_kind, p.number, p.number_index) for p in filing.parties
    )
    filed = Filed(
        docket_id=uuid7(),
        unit_code=code,
        parties=parties,
        terms={"coownership": coownership(filing)},
        contract=contract,
        other_filing=contract,
        other_case=held,
    )
    refusals = kind(filed).judge({code: book}, now).refusals
    answerable = {c for c, rule in kind.answers_to.items() if rule is not Rule.BLOCK}
    return [r for r in refusals if r.code not in answerable]


def coownership(filing: Filing) -> str:
    """One buyer owns alone; several are taken as joint owners until the operator says otherwise (民法典 297, 308)."""
    return "sole" if len(filing.role("buyer")) == 1 else "joint"


def _write_drafts(
    actor: Actor,
    organisation: Organisation,
    policy: TypePolicy,
    type_code: str,
    valid: Mapping[str, tuple[UnitBook, Filing]],
) -> tuple[Batch, list[Case]]:
    now, today, kind = clock.now(), clock.today(), TYPES[type_code]
    buildings = {book.building_code for book, _ in valid.values()}
    batch = Batch(
        number=f"DZ{today:%Y%m%d}{next_serials('dengbu_batch_no', 1)[0]:05d}",
        type_code=type_code,
        organisation_id=organisation.pk,
        building_code=buildings.pop() if len(buildings) == 1 else "",
        filed_by=actor.user_id or 0,
        filed_at=now,
        token=token(),
        short_code=short_code(),
    )
    batch.save(force_insert=True)
    numbers = next_serials("dengbu_application_no", len(valid))
    dockets = [
        Docket(number=f"WS{today:%Y%m%d}{n:06d}", authority=authority(), created_at=now) for n in numbers
    ]
    Docket.objects.bulk_create(dockets)
    cases, parties = [], []
    for docket, (code, (book, filing)) in zip(dockets, sorted(valid.items()), strict=True):
        case = Case(
            docket=docket,
            type_code=type_code,
            line=kind.line,
            client=kind.client.value,
            policy_version=policy.version,
            state=State.DRAFT.value,
            state_since=now,
            unit_code=code,
            location=book.location,
            filed={
                "terms": {"coownership": coownership(filing), "share_denominator": None},
                "contract": {"filing_no": filing.filing_no},
                "delivery": {"way": "window"},
                "done": {"property": True, "parties": True, "reason": True, "delivery": True},
            },
            batch=batch,
            filed_by=actor.user_id or 0,
            organisation_id=organisation.pk,
            applicant_names="、".join(p.name for p in filing.parties)[:300],
            created_at=now,
            draft_until=draft_term(),
        )
        cases.append(case)
        parties.extend(_parties(case, filing, organisation))
    Case.objects.bulk_create(cases)
    CaseParty.objects.bulk_create(parties)
    return batch, cases


def _parties(case: Case, filing: Filing, organisation: Organisation) -> list[CaseParty]:
    mine, rows, places = crypto.index(organisation.uscc), [], dict.fromkeys(("seller", "buyer"), 0)
    for p in filing.parties:
        places[p.role] += 1
        ours = p.number_index == mine
        rows.append(
            CaseParty(
                case=case,
                role=p.role,
                ordinal=places[p.role],
                name=p.name,
                document_kind=p.document_kind,
                number_cipher=crypto.encrypt(p.number, NUMBER_PURPOSE),
                number_index=p.number_index,
                address=organisation.address if ours else "",
                organisation_id=organisation.pk if ours else None,
                source="account" if ours else "housing",
            )
        )
    return rows


def own_batch(batch_id: uuid.UUID, actor: Actor) -> Batch:
    """The batch of the actor's organisation. One statement. Raises NotPermitted for another's or for none."""
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None or actor.organisation_id is None or batch.organisation_id != actor.organisation_id:
        raise NotPermitted("application.file", NOT_OURS)
    return batch


@act("cases.submit_batch", permission="application.file")
def submit_batch(
    *, actor: Actor, batch_id: uuid.UUID, docket_ids: Sequence[uuid.UUID], declared: bool
) -> dict[str, Any]:
    """Submit the ready units of a batch; those that are not stay drafts, with every reason.

    Gives {"submitted": [docket], "refused": {docket: [[code, message, remedy, basis]]}}. Raises Refused without a
    declaration, without units, for units of another batch, or without an agreement in force.
    """
    batch = own_batch(batch_id, actor)
    if not docket_ids:
        raise Refused(NONE_CHOSEN)
    if not declared:
        raise Refused(DECLARATION)
    organisation_for(actor, TYPES[batch.type_code].client.value, TYPES[batch.type_code])
    cases = locked_many(docket_ids)
    if any(c.batch_id != batch.pk for c in cases):
        raise Refused(OTHER_UNIT)
    found, now = facts_of(cases), clock.now()
    look = checking.look_up([u for c in cases for u in found[c.docket_id].registration.unit_codes])
    served = checking.held_now(found, look)
    refused: dict[uuid.UUID, list[Refusal]] = {}
    for case in cases:
        if case.state != State.DRAFT:
            refused[case.docket_id] = [
                Refusal("CASE_MOVED_ON", "这套已经提交过。", "请刷新页面，看看办到了哪一步。")
            ]
        elif look.failed:
            refused[case.docket_id] = [
                Refusal("R_LOOKUP_FAILED", "限制信息查询失败。", "请稍后再提交。", "ux §0.7")
            ]
        elif reasons := missing(
            found[case.docket_id], now, look.books, served=served.get(case.docket_id, ())
        ):
            refused[case.docket_id] = reasons
    ready = [c for c in cases if c.docket_id not in refused]
    claimed = _claim([(c, found[c.docket_id].registration.claim_class()) for c in ready])
    refused |= {c.docket_id: [PENDING] for c in ready if c.docket_id not in claimed}
    ready = [c for c in ready if c.docket_id in claimed]
    if ready:
        checks = [checking.judged(c, found[c.docket_id], "filing", actor, look)[0] for c in ready]
        RestrictionCheck.objects.bulk_create(checks)
        _submit(ready, actor, {c.docket_id: found[c.docket_id].parties for c in ready})
        enqueue("cases.tell", docket_ids=[str(c.docket_id) for c in ready], template="submitted")
    current().note(batch=batch.number, submitted=len(ready), left_out=len(refused))
    return {
        "submitted": [str(c.docket_id) for c in ready],
        "refused": {str(d): as_json(r) for d, r in refused.items()},
    }


def _claim(wanted: Sequence[tuple[Case, str]]) -> set[uuid.UUID]:
    """Claim the units, in their order (no two batches wait crosswise). Gives the dockets whose claim is live."""
    now = clock.now()
    rows = [
        Claim(docket_id=case.docket_id, unit_code=case.unit_code, conflict_class=kind, made_at=now)
        for case, kind in sorted(wanted, key=lambda w: w[0].unit_code)
    ]
    Claim.objects.bulk_create(rows, ignore_conflicts=True)
    ids = [row.docket_id for row in rows]
    return set(
        Claim.objects.filter(docket_id__in=ids, released_at__isnull=True).values_list("docket_id", flat=True)
    )


def _submit(cases: list[Case], actor: Actor, parties: Mapping[uuid.UUID, Sequence[CaseParty]]) -> None:
    now, due = clock.now(), workdays_from_now(REVIEW_DAYS)
    transitions: list[Transition | None] = []
    for case in cases:
        case.filed = {**case.filed, "declared": {"at": now.isoformat(), "by": actor.key}}
        case.submitted_at = now
        transitions.append(
            move(case, "submit", actor, due_at=due, parties=parties[case.docket_id], save=False)
        )
    Case.objects.bulk_update(cases, ["filed", "submitted_at", "state", "state_since", "due_at"])
    Transition.objects.bulk_create([t for t in transitions if t is not None])


@act("cases.book_batch", permission="application.file")
def book_batch(*, actor: Actor, batch_id: uuid.UUID, slot_id: uuid.UUID) -> str:
    """预约大宗受理: one bulk visit with a place for each unit that passed the pre-review. Gives the booking's id.

    Raises Refused where no unit passed yet, or as `appointments.book`.
    """
    own_batch(batch_id, actor)
    passed = Case.objects.filter(batch_id=batch_id, state=State.PREAPPROVED.value).count()
    if not passed:
        raise Refused(
            Refusal("BATCH_NONE_PASSED", "还没有房屋通过网上审核。", "有房屋通过后再预约。", "", "slot")
        )
    return str(appointments.book(actor=actor, slot_id=slot_id, batch_id=batch_id, places=passed))


@act("cases.cancel_batch_visit", permission="application.file")
def cancel_batch_visit(*, actor: Actor, batch_id: uuid.UUID) -> None:
    """Cancel the bulk visit of one's batch. No visit: nothing to do. Raises Refused after the hour."""
    own_batch(batch_id, actor)
    booking = Booking.objects.filter(batch_id=batch_id, cancelled_at__isnull=True).first()
    if booking is not None:
        appointments.cancel(actor=actor, booking_id=booking.pk)
