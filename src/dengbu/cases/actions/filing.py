"""Filing: from a draft to a submitted application. Saved page by page; submitted once; nothing lost."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from dengbu.catalog.policy.policy import policy_for
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, current
from dengbu.core.counters import next_serial
from dengbu.core.ids import token
from dengbu.core.jobs import enqueue
from dengbu.core.models import Docket
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.parties.models import Organisation
from dengbu.parties.queries import agreement_state, require_real_name
from dengbu.payments.actions import cancel_bill
from dengbu.register.queries import book_of, unit_book
from dengbu.register.rules import UnitBook

from ..facts import CaseFacts, facts
from ..lifecycle import State
from ..models import NUMBER_PURPOSE, PHONE_PURPOSE, Case, CaseParty, Claim
from . import checking
from .moving import (
    as_applicant,
    authority,
    check_version,
    limit_days,
    locked,
    move,
    workdays_from_now,
)

EDITABLE = (State.DRAFT, State.CORRECTION)
MAY_NOT_FILE = Refusal(
    "CASE_MAY_NOT_FILE",
    "您的账号可以查看本机构的申请，不能提交和修改。",
    "请由有提交权限的经办人办理。",
    "服务协议",
)
FILED_BY_ORGANISATION = Refusal(
    "CASE_FILED_BY_ORGANISATION",
    "这件申请由机构提交，内容由该机构填写和修改。",
    "您可以核对后确认或不同意；需要修改请联系提交的机构。",
    "条例14",
)
CORRECTION_OTHER_UNIT = Refusal(
    "CORRECTION_OTHER_UNIT",
    "补正时不能换成另一处不动产或另一项权利。",
    "请撤回这件申请，再为要办理的不动产重新申请。",
    "条例15、17",
    "unit_code",
)
DECLARATION = Refusal("F_DECLARATION", "请阅读并勾选承诺书", "", "条例16", "declaration")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyIn:
    """A party as typed or prefilled. `number` and `phone` plain; they are stored encrypted and indexed."""

    role: str
    name: str
    document_kind: str
    number: str
    phone: str = ""
    address: str = ""
    share_numerator: int | None = None
    person_id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None
    source: str = "typed"
    agent_name: str = ""
    agent_number: str = ""
    agent_authority: str = ""


@act("cases.start", permission="application.file")
def start(
    *,
    actor: Actor,
    type_code: str,
    channel: str = "web",
    unit_code: str = "",
    batch_id: uuid.UUID | None = None,
) -> str:
    """Begin a draft of a registration type. Gives the docket's id.

    Raises Refused where the type is not open on this channel yet, or the organisation's agreement is not in force.
    """
    return str(_new_case(actor, type_code, channel, unit_code=unit_code, batch_id=batch_id).docket_id)


@act("cases.start_walk_in", permission="case.file_for")
def start_walk_in(*, actor: Actor, type_code: str) -> str:
    """A person walked in without an online application: the desk begins the same draft for them (corrections §2.1)."""
    return str(_new_case(actor, type_code, "desk", by_staff=True).docket_id)


def _new_case(
    actor: Actor,
    type_code: str,
    channel: str,
    *,
    unit_code: str = "",
    batch_id: uuid.UUID | None = None,
    by_staff: bool = False,
) -> Case:
    if not by_staff:
        require_real_name(actor)
    today, now = clock.today(), clock.now()
    if type_code not in TYPES:
        raise Refused(Refusal("CASE_TYPE_UNKNOWN", "没有这个登记事项。", "请从“我要办”里重新选择。"))
    kind, policy = TYPES[type_code], policy_for(type_code, today)
    if not policy.is_open(channel, today):
        opens = policy.opens_on(channel)
        when = f"{opens:%Y年%-m月%-d日}起可以网上办理" if opens and opens > today else "目前不能网上办理"
        raise Refused(
            Refusal("CASE_NOT_OPEN", f"{kind.name}{when}。", "目前请到登记窗口办理。", "工作方案五")
        )
    organisation = organisation_for(actor, kind.client.value) if not by_staff else None
    docket = Docket.objects.create(
        number=f"WS{today:%Y%m%d}{next_serial('dengbu_application_no'):06d}",
        authority=authority(),
        created_at=now,
    )
    case = Case(
        docket=docket,
        type_code=type_code,
        line=kind.line,
        client=kind.client.value,
        policy_version=policy.version,
        state=State.DRAFT.value,
        state_since=now,
        unit_code=unit_code,
        filed_by=actor.user_id or 0,
        filed_for_by_staff=by_staff,
        person_id=None if by_staff else actor.person_id,
        organisation_id=organisation.pk if organisation else None,
        batch_id=batch_id,
        created_at=now,
        draft_until=now + dt.timedelta(days=limit_days("draft_kept")),
    )
    case.save(force_insert=True)
    current().about(docket.pk)
    return case


def organisation_for(actor: Actor, client: str) -> Organisation | None:
    """The organisation an operator files for: right kind, agreement in force today (F2)."""
    if client == "person":
        return None
    if actor.organisation_id is None:
        raise NotPermitted("portal.organisation")
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    state = agreement_state(organisation, clock.today())
    if not state.in_force:
        raise Refused(Refusal("ORG_NO_AGREEMENT", state.words, "", "工作方案四（一）"))
    # The plan says 主要用于: other enterprises may use the developers' types too (corrections 27).
    if client == "bank" and organisation.kind == "developer":
        raise Refused(
            Refusal("ORG_WRONG_KIND", "开发企业账号不能申请抵押登记。", "请由抵押权人申请。", "工作方案二")
        )
    return organisation


def editable(case: Case, version: int | None, *targets: str) -> None:
    """A draft may be changed; in a correction only what the reviewer bound a reason to (§3.8)."""
    if case.state not in EDITABLE:
        raise Conflict(
            Refusal(
                "CASE_NOT_EDITABLE",
                "申请已经提交，现在不能修改。",
                "需要修改请等待审核结果，或撤回后重新申请。",
            )
        )
    check_version(case, version)
    if case.state == State.CORRECTION:
        allowed = correction_targets(case)
        if not set(targets) <= allowed:
            raise NotPermitted(
                "application.file",
                Refusal(
                    "CORRECTION_ONLY_TARGETS",
                    "这一项不在需要修改的范围内。",
                    "只修改列出的几处，其余内容已保留。",
                    "§3.8",
                ),
            )


def correction_targets(case: Case) -> set[str]:
    """What an applicant may touch in the running correction: targets of its reasons."""
    correction = case.docket.corrections.order_by("-round").first()
    if correction is None:
        return set()
    targets: set[str] = set()
    for reason in correction.reasons:
        targets.add(reason["target"])
        if reason["target"] in ("case", ""):
            targets |= {"property", "parties", "reason", "delivery"}
    return targets


def own_case(docket_id: uuid.UUID, actor: Actor, *, as_party: bool = False) -> tuple[Case, list[CaseParty]]:
    """The case, locked, for its applicant, or for the desk that files for them.

    What an organisation filed is written by its own operators, and by those among them who may submit; its other
    parties (a mortgagor, a buyer) confirm, disagree and withdraw: `as_party`. Raises NotPermitted.
    """
    case = locked(docket_id)
    if case.filed_for_by_staff and actor.may("case.file_for"):
        return case, list(case.parties.order_by("role", "ordinal"))
    parties = as_applicant(case, actor)
    if not actor.may("application.file"):
        raise NotPermitted("application.file", MAY_NOT_FILE)
    if case.organisation_id and actor.organisation_id != case.organisation_id and not as_party:
        raise NotPermitted("application.file", FILED_BY_ORGANISATION)
    return case, parties


def _typed_by_desk(case: Case, actor: Actor) -> None:
    """Whose hands a case filed at the desk went through: none of them reviews or accepts it (三岗分离)."""
    if case.filed_for_by_staff and actor.is_staff and actor.user_id not in case.filed.get("typed_by", ()):
        case.filed = {**case.filed, "typed_by": [*case.filed.get("typed_by", ()), actor.user_id]}


def _saved(case: Case, actor: Actor, section: str) -> int:
    _typed_by_desk(case, actor)
    case.filed = {**case.filed, "done": {**case.filed.get("done", {}), section: True}}
    case.version = case.version + 1
    case.save()
    current().note(section=section, version=case.version)
    return case.version


@act("cases.save_property")
def save_property(
    *, actor: Actor, docket_id: uuid.UUID, unit_code: str, version: int | None = None, right: str = ""
) -> int:
    """Choose the property (and for a discharge the mortgage). Raises Refused when it is not in the book."""
    case, _ = own_case(docket_id, actor)
    editable(case, version, "property")
    book = unit_book(unit_code)
    if book is None or book.closed:
        raise Refused(
            Refusal(
                "F_UNIT_UNKNOWN",
                "登记簿上没有这处不动产，或者已经注销。",
                "请核对不动产单元号或权证号。",
                "",
                "unit_code",
            )
        )
    terms = case.filed.get("terms", {})
    if case.state == State.CORRECTION and (
        unit_code != case.unit_code or (right and right != terms.get("right"))
    ):
        # The case holds its claim on the unit it was filed for, and the others confirmed that one.
        raise Refused(CORRECTION_OTHER_UNIT)
    if case.unit_code and case.unit_code != unit_code:
        # Another home: what was filled in for the first one does not hold for it.
        case.parties.all().delete()
        case.filed = {k: v for k, v in case.filed.items() if k == "delivery"}
    case.unit_code, case.location = unit_code, book.location
    if right:
        case.filed = {**case.filed, "terms": {**case.filed.get("terms", {}), "right": right}}
    return _saved(case, actor, "property")


@act("cases.save_parties")
def save_parties(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    parties: Sequence[PartyIn],
    coownership: str = "sole",
    share_denominator: int | None = None,
    version: int | None = None,
) -> int:
    """Write down who applies. Replaces the list. In a correction that changes something everybody confirms again."""
    case, old = own_case(docket_id, actor)
    editable(case, version, "parties")
    terms = {
        **case.filed.get("terms", {}),
        "coownership": coownership,
        "share_denominator": share_denominator,
    }
    said = [(p.role, p.name, p.document_kind, crypto.index(p.number), p.share_numerator, p.agent_name,
             p.agent_authority) for p in parties]  # fmt: skip
    before_said = [(p.role, p.name, p.document_kind, p.number_index, p.share_numerator, p.agent_name,
                    p.agent_authority) for p in old]  # fmt: skip
    same = sorted(map(repr, said)) == sorted(map(repr, before_said)) and terms == case.filed.get("terms", {})
    if case.state == State.CORRECTION and not same:
        # Who was seen when the signing took place is no longer who applies.
        case.docket.pending_matters.filter(kind="face_signing").delete()
    known = {(p.role, p.number_index): p for p in old} if case.state == State.CORRECTION and same else {}
    case.parties.all().delete()
    rows: list[CaseParty] = []
    places: dict[str, int] = {}
    for party in parties:
        places[party.role] = places.get(party.role, 0) + 1
        index = crypto.index(party.number)
        before = known.get((party.role, index))
        mine = bool(index) and index == actor.identity_index and not case.filed_for_by_staff
        rows.append(
            CaseParty(
                case=case,
                role=party.role,
                ordinal=places[party.role],
                name=party.name,
                document_kind=party.document_kind,
                number_cipher=crypto.encrypt(party.number, NUMBER_PURPOSE),
                number_index=index,
                phone_cipher=crypto.encrypt(party.phone, PHONE_PURPOSE),
                phone_index=crypto.index(party.phone),
                address=party.address,
                share_numerator=party.share_numerator,
                person_id=actor.person_id if mine else party.person_id,
                organisation_id=party.organisation_id,
                source=party.source,
                agent_name=party.agent_name,
                agent_number_cipher=crypto.encrypt(party.agent_number, NUMBER_PURPOSE),
                agent_authority=party.agent_authority,
                confirmed_at=before.confirmed_at if before else None,
                confirmed_by=before.confirmed_by if before else None,
            )
        )
    CaseParty.objects.bulk_create(rows)
    case.applicant_names = "、".join(p.name for p in parties)[:300]
    case.filed = {**case.filed, "terms": terms}
    return _saved(case, actor, "parties")


@act("cases.save_reason")
def save_reason(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    terms: Mapping[str, Any],
    filing_no: str = "",
    version: int | None = None,
) -> int:
    """Write down reason, contract and terms (price, mortgage amount and term …). Amounts in 分."""
    case, _ = own_case(docket_id, actor)
    editable(case, version, "reason")
    filed = {**case.filed, "terms": {**case.filed.get("terms", {}), **terms}}
    if filing_no or TYPES[case.type_code].needs_contract:
        filed["contract"] = {"filing_no": filing_no}
    if case.state == State.CORRECTION and filed != case.filed:
        case.parties.update(confirmed_at=None, confirmed_by=None)  # nobody confirmed these terms
    case.filed = filed
    return _saved(case, actor, "reason")


@act("cases.save_delivery")
def save_delivery(
    *, actor: Actor, docket_id: uuid.UUID, delivery: Mapping[str, Any], version: int | None = None
) -> int:
    """Write down how the certificate is to be collected: window, mail, electronic only."""
    case, _ = own_case(docket_id, actor)
    editable(case, version, "delivery")
    case.filed = {**case.filed, "delivery": dict(delivery)}
    return _saved(case, actor, "delivery")


def missing(found: CaseFacts, at: dt.datetime, books: Mapping[str, UnitBook] | None = None) -> list[Refusal]:
    """Everything still missing or wrong before an application can be submitted, at once (一次性告知).

    `books`: of the units of a batch, read once for all of them.
    """
    case = found.case
    refusals: list[Refusal] = []
    if books is None:
        books = book_of([case.unit_code]) if case.unit_code else {}
    if not case.unit_code:
        refusals.append(Refusal("F_NO_UNIT", "请选择不动产坐落", "请先确认是哪一处不动产。", "", "property"))
    else:
        refusals.extend(found.registration.judge(books, at).refusals)
    for line in found.checklist(books.get(case.unit_code), at):
        if line.to_upload and not found.pages.get(line.key):
            refusals.append(
                Refusal("M01", f"请上传“{line.item.name}”", line.item.why, "条例16", f"material:{line.key}")
            )
    if not case.filed.get("delivery"):
        refusals.append(Refusal("F_DELIVERY", "请选择领证方式", "", "", "delivery"))
    return refusals


@act("cases.submit")
def submit(*, actor: Actor, docket_id: uuid.UUID, declared: bool, version: int | None = None) -> str:
    """Submit the application: judge it whole, claim the unit, then to the reviewers or first to the other parties.

    Gives the new state. Raises Refused with every reason, Conflict for a stale tab; with a key a replay gives the
    first answer and makes nothing new.
    """
    case, parties = own_case(docket_id, actor)
    if case.state == State.CORRECTION:
        return _resubmit(case, parties, actor, declared)
    check_version(case, version)
    if not declared:
        raise Refused(DECLARATION)
    if case.organisation_id:
        organisation_for(actor, case.client)
    found = facts(case)
    at = clock.now()
    refusals = missing(found, at)
    if refusals:
        raise Refused(refusals)
    claim(case, found)
    _typed_by_desk(case, actor)
    case.filed = {**case.filed, "declared": {"at": at.isoformat(), "by": actor.key}}
    checking.remember(case, found, "filing", actor)
    _go_on(case, "submit", actor, parties, found)
    return case.state


def _go_on(case: Case, event: str, actor: Actor, parties: list[CaseParty], found: CaseFacts) -> None:
    """To the reviewers, or first to those who have not confirmed what is filed now (条例 14)."""
    waiting: list[CaseParty] = []
    if not case.filed_for_by_staff:
        for party in parties:
            if (
                party.number_index
                and party.number_index == actor.identity_index
                and party.confirmed_at is None
            ):
                _confirm(party, actor)
        waiting = awaiting(found, parties)
    if waiting:
        move(case, "invite", actor, parties=parties, due_at=workdays_from_now(limit_days("correction")))
        _invite(case, waiting, actor)
    else:
        _submitted(case, event, actor, parties)


def awaiting(found: CaseFacts, parties: Sequence[CaseParty]) -> list[CaseParty]:
    """The parties who still have to confirm what another filed."""
    roles = found.registration.confirming
    return [p for p in parties if p.role in roles and p.confirmed_at is None]


def claim(case: Case, found: CaseFacts) -> None:
    """Claim the unit for this case. Raises Refused when another unfinished case holds it."""
    try:
        with transaction.atomic():
            Claim.objects.create(
                docket_id=case.docket_id,
                unit_code=case.unit_code,
                conflict_class=found.registration.claim_class(),
                made_at=clock.now(),
            )
    except IntegrityError:
        raise Refused(
            Refusal(
                "R_PENDING",
                "这处不动产另有一件申请正在办理。",
                "请等那件办结或撤回后再申请；如有疑问请致电登记中心。",
                "操作规范1.4",
                "unit",
            )
        ) from None


def _submitted(case: Case, event: str, actor: Actor, parties: Sequence[CaseParty] | None) -> None:
    case.submitted_at = clock.now()
    due = workdays_from_now(REVIEW_DAYS)
    move(case, event, actor, due_at=due, parties=parties)
    tell_later(case, "submitted")


REVIEW_DAYS = 1  # an online application is looked at within one working day


def _invite(case: Case, waiting: Sequence[CaseParty], actor: Actor) -> None:
    for party in waiting:
        party.invite_token, party.invited_at = token(), clock.now()
        party.save()
    tell_later(case, "invited")


def tell_later(case: Case, template: str) -> None:
    """Let everybody concerned be told, after commit, by the queue."""
    enqueue("cases.tell", docket_ids=[str(case.docket_id)], template=template)


def _confirm(party: CaseParty, actor: Actor) -> None:
    party.confirmed_at, party.confirmed_by = clock.now(), actor.user_id
    party.person_id = party.person_id or actor.person_id
    party.invite_token = None
    party.save()


def _invited(docket_id: uuid.UUID, actor: Actor) -> tuple[Case, list[CaseParty], list[CaseParty]]:
    case, parties = own_case(docket_id, actor, as_party=True)
    mine = [p for p in parties if p.number_index and p.number_index == actor.identity_index]
    if not mine:
        raise NotPermitted(
            "application.confirm",
            Refusal(
                "CONFIRM_NOT_YOU", "这份确认不是发给您的。", "请用被邀请人本人的实名账号登录。", "条例14"
            ),
        )
    return case, parties, mine


@act("cases.confirm", permission="application.confirm")
def confirm(*, actor: Actor, docket_id: uuid.UUID, declared: bool, version: int | None = None) -> str:
    """The other party read what was filed and agrees. When the last one does, the application is submitted.

    `version` is the one they read: raises Conflict where it was changed meanwhile (somebody else disagreed).
    """
    case, parties, mine = _invited(docket_id, actor)
    if not declared:
        raise Refused(DECLARATION)
    if version is not None and version != case.version:
        raise Conflict(
            Refusal(
                "CONFIRM_CHANGED",
                "申请内容在您打开页面后有改动，这次确认没有生效。",
                "请从“我的办件”重新打开，核对后再确认。",
                "条例14",
            )
        )
    if case.state != State.AWAITING:
        if all(p.confirmed_at for p in mine):
            return case.state  # a second click
        move(case, "confirm", actor, parties=parties)
    for party in mine:
        _confirm(party, actor)
    if not awaiting(facts(case), parties):
        _submitted(case, "confirm", actor, parties)
    return case.state


@act("cases.disagree", permission="application.confirm")
def disagree(*, actor: Actor, docket_id: uuid.UUID, reason: str) -> str:
    """The other party does not agree: the draft goes back to who filed it, with the reason; the unit is let go."""
    case, parties, mine = _invited(docket_id, actor)
    if not reason.strip():
        raise Refused(Refusal("CONFIRM_NO_REASON", "请写明不同意的原因。", "", "", "reason"))
    for party in mine:
        party.declined_at, party.decline_reason = clock.now(), reason.strip()[:200]
        party.save()
    case.parties.update(confirmed_at=None, confirmed_by=None, invite_token=None)
    case.version = case.version + 1
    case.filed = {**case.filed, "disagreed": {"who": mine[0].name, "why": reason.strip()[:200]}}
    move(case, "disagree", actor, note=reason.strip()[:200], parties=parties)
    tell_later(case, "confirmation_declined")
    return State.DRAFT.value


def _resubmit(case: Case, parties: list[CaseParty], actor: Actor, declared: bool) -> str:
    """补正后重新提交: back to the same reviewer, with the difference kept; first to those who have to confirm it."""
    if not declared:
        raise Refused(DECLARATION)
    found = facts(case)
    refusals = missing(found, clock.now())
    if refusals:
        raise Refused(refusals)
    correction = case.docket.corrections.order_by("-round").first()
    if correction is not None:
        type(correction).objects.filter(pk=correction.pk).update(answered_at=clock.now())
    case.round = case.round + 1
    _typed_by_desk(case, actor)
    case.filed = {**case.filed, "declared": {"at": clock.now().isoformat(), "by": actor.key}}
    _go_on(case, "resubmit", actor, parties, found)
    return case.state


@act("cases.withdraw")
def withdraw(*, actor: Actor, docket_id: uuid.UUID, reason: str = "") -> str:
    """撤回, before entry (条例 15). An online applicant withdraws for all; others are told."""
    case, parties = own_case(docket_id, actor, as_party=True)
    move(case, "withdraw", actor, note=reason.strip()[:200], parties=parties)
    if case.accepted_at is not None:
        cancel_bill(actor=actor, docket_id=case.docket_id, reason="撤回申请")
    tell_later(case, "withdrawn")
    return case.state


@act("cases.drop_draft")
def drop_draft(*, actor: Actor, docket_id: uuid.UUID) -> None:
    """Start anew: the draft is closed as withdrawn; its number is not used again."""
    case, _ = own_case(docket_id, actor)
    if case.state != State.DRAFT:
        raise Conflict(
            Refusal("CASE_NOT_EDITABLE", "申请已经提交，不能作为草稿删除。", "需要的话可以撤回申请。")
        )
    case.state, case.state_since, case.closed_at = State.WITHDRAWN.value, clock.now(), clock.now()
    case.save()


__all__ = [
    "PartyIn",
    "confirm",
    "disagree",
    "drop_draft",
    "save_delivery",
    "save_parties",
    "save_property",
    "save_reason",
    "start",
    "start_walk_in",
    "submit",
    "withdraw",
]
