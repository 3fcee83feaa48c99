"""A draft: saved page by page, nothing lost, and who may write in it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dengbu.catalog.registrations import TYPES
from dengbu.catalog.registrations.asking import SURVEY_NO
from dengbu.catalog.registrations.shares import COVERS
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import half_width
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.core.vocabulary import SurveyKind, SurveyStatus
from dengbu.parties.queries import with_accounts
from dengbu.register.queries import unit_book
from dengbu.surveys.queries import Measured, measured, survey_by_number
from dengbu.surveys.rules import unusable

from ...lifecycle import State
from ...models import NUMBER_PURPOSE, PHONE_PURPOSE, Case, CaseParty
from ..moving import (
    as_applicant,
    check_version,
    locked,
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
ORDER_OTHER_UNIT = Refusal(
    "ORDER_OTHER_UNIT",
    "这件申请是按送达的文书为另一处不动产开始的，不能换。",
    "请回到协执窗口，从这份收文里为要办理的不动产另外开始。",
    "实施细则91",
    "unit_code",
)
CORRECTION_OTHER_UNIT = Refusal(
    "CORRECTION_OTHER_UNIT",
    "补正时不能换成另一处不动产或另一项权利。",
    "请撤回这件申请，再为要办理的不动产重新申请。",
    "条例15、17",
    "unit_code",
)


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


def typed_by_desk(case: Case, actor: Actor) -> None:
    """Whose hands a case filed at the desk went through: none of them reviews or accepts it (三岗分离)."""
    if case.filed_for_by_staff and actor.is_staff and actor.user_id not in case.filed.get("typed_by", ()):
        case.filed = {**case.filed, "typed_by": [*case.filed.get("typed_by", ()), actor.user_id]}


def _saved(case: Case, actor: Actor, section: str) -> int:
    typed_by_desk(case, actor)
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
    if case.filed.get("service") and case.unit_code != unit_code:
        raise Refused(ORDER_OTHER_UNIT)
    if case.unit_code and case.unit_code != unit_code:
        # Another home: what was filled in for the first one does not hold for it.
        case.parties.all().delete()
        case.filed = {k: v for k, v in case.filed.items() if k == "delivery"}
    case.unit_code, case.location = unit_code, book.location
    if right:
        case.filed = {**case.filed, "terms": {**case.filed.get("terms", {}), "right": right}}
    return _saved(case, actor, "property")


@act("cases.save_survey")
def save_survey(*, actor: Actor, docket_id: uuid.UUID, number: str, version: int | None = None) -> int:
    """Choose the survey that a first registration rests on: the land, the house or the building table in it.

    Of a building table all that can be registered is named; what is not to be registered is taken out afterwards.
    Raises Refused: SURVEY_UNKNOWN, SURVEY_UNUSABLE, SURVEY_KIND_OTHER; CORRECTION_OTHER_UNIT.
    """
    case, _ = own_case(docket_id, actor)
    editable(case, version, "property")
    chosen = survey_for(case, number)
    units = chosen.units
    if not units:
        raise Refused(
            Refusal("SURVEY_NO_UNITS", "这份成果里没有可以登记的单元。", "请核对成果编号。", "", "survey")
        )
    kind, terms = TYPES[case.type_code], case.filed.get("terms", {})
    more = list(units) if kind.subject == "project" else list(units[1:])
    same = case.unit_code == units[0] and set(terms.get("units") or ()) <= set(units)
    if case.state == State.CORRECTION and not same:
        raise Refused(CORRECTION_OTHER_UNIT)
    if case.unit_code and not same:
        case.parties.all().delete()
        case.filed = {k: v for k, v in case.filed.items() if k == "delivery"}
        terms = {}
    if more and not (same and terms.get("units")):
        terms = {**terms, "units": more}
    if kind.subject == "project" and not terms.get("project_name"):
        terms = {**terms, "project_name": chosen.survey.project_name}
    if kind.subject == "project" and not terms.get("common_parts"):
        parts = [f"{u.room}，{u.location}，{u.area_m2}" for u in chosen.common]
        terms = {**terms, "common_parts": "\n".join(parts) or None}
    case.unit_code, case.location = units[0], chosen.location[:200]
    case.filed = {**case.filed, "terms": terms, "survey": _survey_said(chosen)}
    return _saved(case, actor, "property")


def survey_for(case: Case, number: str) -> Measured:
    """The survey of a number, if this case may be filed on it."""
    number = half_width(number).strip()
    found = survey_by_number(number)
    theirs = found is not None and found.organisation_id not in (None, case.organisation_id)
    if theirs and not case.filed_for_by_staff:
        found = None  # what another handed in is nobody else's business; the window sees them all
    if found is None or found.status != SurveyStatus.CHECKED:
        raise Refused(unusable(number, found.status if found else None))
    kinds = TYPES[case.type_code].survey_kinds
    if found.kind not in kinds:
        wanted = "或".join(SurveyKind(k).label for k in kinds)
        raise Refused(
            Refusal(
                "SURVEY_KIND_OTHER",
                f"成果{number}是{SurveyKind(found.kind).label}，这项登记要用{wanted}。",
                "请核对成果编号。",
                "实施细则8",
                "survey",
            )
        )
    return measured([found.pk])[found.pk]


def _survey_said(chosen: Measured) -> dict[str, Any]:
    """The survey as the case remembers it: this version of it, whatever comes after."""
    one = chosen.survey
    return {"id": str(one.pk), "number": one.number, "version": one.version}


@act("cases.save_parties")
def save_parties(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    parties: Sequence[PartyIn],
    coownership: str = "sole",
    share_denominator: int | None = None,
    covers: str = "",
    version: int | None = None,
) -> int:
    """Write down who applies. Replaces the list. In a correction that changes something everybody confirms again.

    `covers`: of a mortgage on a home held by shares, whether it is on the whole or on its one mortgagor's share.
    """
    case, old = own_case(docket_id, actor)
    editable(case, version, "parties")
    terms = {
        **case.filed.get("terms", {}),
        "coownership": coownership,
        "share_denominator": share_denominator,
    }
    terms.pop(COVERS, None)
    if covers:
        terms[COVERS] = covers
    said = [(p.role, p.name, p.document_kind, crypto.index(p.number), p.share_numerator, p.agent_name,
             p.agent_authority) for p in parties]  # fmt: skip
    before_said = [(p.role, p.name, p.document_kind, p.number_index, p.share_numerator, p.agent_name,
                    p.agent_authority) for p in old]  # fmt: skip
    same = sorted(map(repr, said)) == sorted(map(repr, before_said)) and terms == case.filed.get("terms", {})
    if case.state == State.CORRECTION and not same:
        # Who was seen when the signing took place is no longer who applies.
        case.docket.pending_matters.filter(kind="face_signing", visit__isnull=True).delete()
    known = {(p.role, p.number_index): p for p in old} if case.state == State.CORRECTION and same else {}
    # A bank or developer that takes part finds the case at its own portal, to read and to confirm it.
    asked = TYPES[case.type_code].confirming
    accounts = with_accounts(
        crypto.index(p.number)
        for p in parties
        if p.role in asked and p.document_kind == "uscc" and p.organisation_id is None
    )
    case.parties.all().delete()
    rows: list[CaseParty] = []
    places: dict[str, int] = {}
    for party in parties:
        places[party.role] = places.get(party.role, 0) + 1
        index, agent = crypto.index(party.number), crypto.index(party.agent_number)
        before = known.get((party.role, index))
        mine = bool(index) and index == actor.identity_index and not case.filed_for_by_staff
        account = accounts.get(index) if party.role in asked else None
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
                organisation_id=account.pk if account else party.organisation_id,
                source=party.source,
                agent_name=party.agent_name,
                agent_number_cipher=crypto.encrypt(party.agent_number, NUMBER_PURPOSE),
                agent_authority=party.agent_authority,
                agent_index=agent,
                agent_person_id=actor.person_id if agent and agent == actor.identity_index else None,
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
    served = case.filed.get("service", {}).get("terms", {})  # the stamp and the paper are not typed over
    filed = {**case.filed, "terms": {**case.filed.get("terms", {}), **terms, **served}}
    if filing_no or TYPES[case.type_code].needs_contract:
        filed["contract"] = {"filing_no": filing_no}
    if SURVEY_NO in terms:
        filed.pop("survey", None)
        if terms[SURVEY_NO]:
            try:
                filed["survey"] = _survey_said(survey_for(case, terms[SURVEY_NO]))
            except Refused as refused:
                raise Refused(replace(r, field=SURVEY_NO) for r in refused.refusals) from None
    if case.state == State.CORRECTION and filed != case.filed:
        case.parties.update(confirmed_at=None, confirmed_by=None)  # nobody confirmed these terms
    case.filed = filed
    return _saved(case, actor, "reason")


@act("cases.save_delivery")
def save_delivery(
    *, actor: Actor, docket_id: uuid.UUID, delivery: Mapping[str, Any], version: int | None = None
) -> int:
    """How the certificate is to be collected (window, mail, electronic only), one for all or one each, and what
    exemption from the fee is claimed."""
    case, _ = own_case(docket_id, actor)
    editable(case, version, "delivery")
    before = case.filed.get("delivery", {}).get("fee_claim", "")
    case.filed = {**case.filed, "delivery": dict(delivery)}
    if delivery.get("fee_claim", "") != before:
        case.filed.pop("exemptions", None)  # the desk decided on another claim
    return _saved(case, actor, "delivery")


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
