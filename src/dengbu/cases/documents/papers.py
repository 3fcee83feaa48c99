"""Papers handed out at the desk: receipt, fee notice and voucher, transfer slip, application form, inquiry record,
refusal notice, pass slip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings

from dengbu.catalog.policy.policy import time_limit
from dengbu.catalog.registrations import RegistrationType
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal, Refused
from dengbu.payments.models import FeeBill
from dengbu.payments.queries import bill_of
from dengbu.register.queries import unit_book
from dengbu.register.rules import UnitBook

from .. import prints
from ..facts import CaseFacts, makes
from ..models import NUMBER_PURPOSE, PHONE_PURPOSE, CaseParty, Verdict
from ..originals import originals
from . import approval, court, ending, faults, fees, matters, renewal, signing, undertakings, words
from .closing import catalogue, certificate_numbers, previous_certificates

PaperMaker = Callable[[CaseFacts, Actor, int], bytes]


def acceptance_receipt(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """受理凭证: written proof of acceptance (条例 17). Identity numbers masked."""
    case, bill = found.case, bill_of(found.case.docket_id)
    if case.accepted_at is None or case.promised_on is None:
        raise Refused(
            Refusal("PRINT_NOT_ACCEPTED", "这件申请还没有受理，不能打印受理凭证。", "请先受理。", "条例17")
        )
    given = {v.item: v for v in Verdict.objects.filter(docket_id=case.docket_id, stage="desk")}
    promised = undertakings.receipt_lines(found)
    items = tuple(
        prints.ReceivedItem(
            name=line.item.name,
            originals=given[line.key].originals,
            copies=given[line.key].copies,
            pages=found.pages.get(line.key, 0),
            remark=given[line.key].note or ("收回原件" if line.item.surrendered else ""),
        )
        for line in found.checklist(unit_book(found.case.unit_code), clock.now())
        if line.key in given and line.key not in promised
    ) + tuple(promised.values())
    mail = found.case.filed.get("delivery", {}).get("way") == "mail"
    return prints.acceptance_receipt(
        prints.AcceptanceReceipt(
            head=words.head(case, case.acceptance_no or "", actor, reprint=reprint),
            registration=words.registered(found),
            pre_review_number=case.prereview_no or "",
            parties=tuple(
                prints.PartyLine(
                    role=found.registration.word(p.role), name=p.name, identity=words.masked(words.number(p))
                )
                for p in found.parties
            ),
            unit_code=case.unit_code,
            location=case.location,
            accepted_at=case.accepted_at,
            promised_days=found.policy.promised_days,
            promised_on=case.promised_on,
            items=items,
            fee=fees.fee_words(bill),
            collection=("邮寄送达" if mail else "窗口领取") if makes(case) else "不发证书",
            collector_notes=(
                f"领取时请带本凭证、{name_of('fee_voucher', bill)}和身份证件。",
                "委托他人领取的，请带授权委托书和双方身份证件。",
            )
            if makes(case)
            else ("这项登记不发证书，办结后发短信，也可以登录查看结果。",),
            query_address=f"{settings.BASE_URL}/my/",
            acceptor=case.desk_name,
            acceptor_badge=actor.staff_number,
            window="不动产登记窗口",
            phone=settings.OFFICE["phone"],
        )
    )


def transfer_slip(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """传递表: with what and to whom the file goes on."""
    case = found.case
    if case.accepted_at is None:
        raise Refused(
            Refusal("PRINT_NOT_ACCEPTED", "这件申请还没有受理，不能打印传递表。", "请先受理。", "条例17")
        )
    return prints.transfer_slip(
        prints.TransferSlip(
            head=words.head(case, case.acceptance_no or "", actor, reprint=reprint),
            registration=words.registered(found),
            applicants=case.applicant_names,
            unit_code=case.unit_code,
            location=case.location,
            accepted_at=case.accepted_at,
            certificate_numbers=certificate_numbers(case),
            items=tuple(prints.TransferItem(name=x["title"], pages=x["pages"]) for x in catalogue(found)),
            steps=(
                prints.TransferStep(
                    from_post="受理核验岗",
                    to_post="缮证转卷岗",
                    handed_by=case.desk_name,
                    handed_at=case.accepted_at,
                ),
                prints.TransferStep(from_post="缮证转卷岗", to_post="档案室"),
            ),
        )
    )


def _block(party: CaseParty, denominator: int | None) -> prints.ApplicantBlock:
    return prints.ApplicantBlock(
        name=party.name,
        identity_kind=words.document_label(party.document_kind),
        identity_number=words.number(party),
        address=party.address,
        phone=crypto.decrypt(party.phone_cipher, PHONE_PURPOSE),
        agent=party.agent_name,
        agent_identity=crypto.decrypt(party.agent_number_cipher, NUMBER_PURPOSE),
        share=f"{party.share_numerator}/{denominator}" if party.share_numerator and denominator else "",
    )


def _stood_in(block: prints.ApplicantBlock, body: CaseParty | None) -> prints.ApplicantBlock:
    """A holder in whose place a body applies: it signs where an agent does."""
    if body is None:
        return block
    phone = crypto.decrypt(body.phone_cipher, PHONE_PURPOSE)
    return replace(
        block, agent=body.name, agent_identity=words.number(body), agent_phone=phone, agency=body.name
    )


def _thing(found: CaseFacts, book: UnitBook | None) -> tuple[str, str]:
    """Area and use of what is applied for: as the book has it; what is registered for the first time, as measured."""
    if found.survey is not None and found.case.unit_code in found.registration.opened:
        return words.measured(found.survey, found.registration.opened)
    if book is None:
        raise Refused(Refusal("PRINT_NO_UNIT", "登记簿上没有这处不动产，不能打印。", "请核对不动产单元号。"))
    return words.area(book), words.use(book)


def _rights(part: RegistrationType) -> tuple[str, ...]:
    return ("抵押权",) if part.line == "mortgage" else ("国有建设用地使用权", "房屋所有权")


def application_form(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """不动产登记申请书: made from what was filed; full identity numbers, for signing at the window."""
    case, kind = found.case, found.registration
    parts = kind.registrations()
    ending = [
        r.key for r in kind.roles if r.side == "other" and r.source == "right"
    ]  # whose right ends within
    book = unit_book(case.unit_code)
    area, use = _thing(found, book)
    terms = case.filed.get("terms", {})
    denominator = terms.get("share_denominator")
    instead = next((p for p in found.parties if (r := kind.role(p.role)) and r.source == "window"), None)
    mortgage = None
    if terms.get("amount_fen"):
        mortgage = prints.MortgageBlock(
            secured_amount=words.yuan(terms["amount_fen"]),
            term=f"{words.cn(terms.get('debt_from'))}起 {words.cn(terms.get('debt_until'))}止",
            secured_scope=str(terms.get("scope", "")),
            transfer_limit=terms.get("transfer_limited"),
        )
    covered = words.covered(case, found.parties)  # the form of the ministry has no field for it
    return prints.application_form(
        prints.ApplicationForm(
            head=words.head(case, case.docket.number, actor, reprint=reprint),
            received_on=clock.local(case.submitted_at or case.created_at).date(),
            received_by=case.desk_name or actor.name,
            land_unit="平方米",
            rights=tuple(dict.fromkeys(right for part in parts for right in _rights(part))),
            registrations=tuple(dict.fromkeys(part.kind.label.removesuffix("登记") for part in parts)),
            holders=tuple(
                _stood_in(_block(p, denominator), instead)
                for p in found.parties
                if p.role in kind.taker_roles
            ),
            obligors=tuple(_block(p, None) for p in found.parties if p.role in (*kind.owner_roles, *ending)),
            location=case.location,
            unit_code=case.unit_code,
            property_kind="土地、房屋",
            area=area,
            use=use,
            previous_certificates=previous_certificates(case),
            cause=words.cause(case, words.registered(found)),
            documents=tuple(
                line.item.name for line in found.checklist(book, clock.now()) if not line.item.generated
            ),
            separate_certificates=bool(case.filed.get("delivery", {}).get("separate")),
            mortgage=mortgage,
            remark=f"抵押范围：{covered}"
            if covered
            else f"权利人不能自己申请，由{instead.name}（负责人{terms.get('body_head', '')}）代为申请：{terms.get('legacy_basis', '')}"
            if instead
            else "",
        )
    )


def inquiry_record(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """询问笔录: the questions of the type's policy with the answers given (操作规范; domain §4)."""
    case, book = found.case, unit_book(found.case.unit_code)
    answers = case.filed.get("answers", {})
    conditions = set(found.registration.conditions(book, clock.now()))
    respondent = next(
        (p for p in found.applying if p.role in found.registration.owner_roles), found.applying[0]
    )
    signers = signing.signers_of(found)
    away = next(
        (s.visit for s in signers if s.visit is not None and s.number_index == respondent.number_index), None
    )
    return prints.inquiry_record(
        prints.InquiryRecord(
            head=words.head(case, case.docket.number, actor, reprint=reprint),
            registration=words.registered(found),
            asked_at=case.accepted_at or clock.now(),
            place=away.place if away is not None else settings.OFFICE["address"],
            mode="现场",
            inquirer=actor.name,
            inquirer_badge=actor.staff_number,
            recorder=actor.name,
            respondent=respondent.name,
            respondent_identity_kind=words.document_label(respondent.document_kind),
            respondent_identity_number=words.number(respondent),
            respondent_phone=crypto.decrypt(respondent.phone_cipher, PHONE_PURPOSE),
            capacity=found.registration.word(respondent.role),
            location=case.location,
            unit_code=case.unit_code,
            questions=tuple(
                prints.QuestionAnswer(question=q.text, answer=answers.get(q.key, ""))
                for q in found.policy.questions_for(conditions)
            ),
            manners=tuple(m for s in signers for m in signing.manner_words(s)),
            interpreters=tuple(s.interpreter_name for s in signers if s.interpreter_name),
        )
    )


def refusal_notice(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """不予受理告知书: every reason, clause, remedy, and what was given back (条例 17)."""
    case = found.case
    refusal = case.filed.get("refusal")
    if not refusal:
        raise Refused(Refusal("PRINT_NOT_REFUSED", "这件申请没有不予受理的决定。", "请刷新页面。"))
    return prints.refusal_notice(
        prints.RefusalNotice(
            head=words.head(case, case.docket.number, actor, reprint=reprint),
            applicants=tuple(p.name for p in found.applying),
            registration=words.registered(found),
            location=case.location,
            unit_code=case.unit_code,
            applied_on=clock.local(case.submitted_at or case.created_at).date(),
            **_refusal_parts(found, refusal, actor),
        )
    )


def _refusal_parts(found: CaseFacts, refusal: dict[str, Any], actor: Actor) -> dict[str, Any]:
    return {
        "reasons": tuple(
            prints.NoticeReason(
                reason=r["reason"],
                clause=r.get("clause") or "《不动产登记暂行条例》第十七条",
                remedy=r.get("remedy", ""),
            )
            for r in refusal["reasons"]
        ),
        "returned": tuple(
            prints.ReturnedItem(name=x.name, originals=x.received, copies=x.copies)
            for x in originals(found, unit_book(found.case.unit_code))[0]
        ),
        "kind": refusal.get("kind", "refuse"),
        "review_organ": f"{settings.OFFICE['authority_name']}的上一级主管部门或同级人民政府",
        "review_days": time_limit("review_appeal", dt.date.fromisoformat(str(refusal["on"]))).amount,
        "court": "有管辖权的人民法院",
        "officer_badge": actor.staff_number,
        "phone": settings.OFFICE["phone"],
        "decided_on": dt.date.fromisoformat(str(refusal["on"])),
        "officer": str(refusal.get("by") or actor.name),
    }


def pass_slip(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """预审结果二维码: what to bring; no name, no home."""
    case = found.case
    if case.passed_at is None or case.valid_until is None:
        raise Refused(Refusal("PRINT_NOT_PASSED", "这件申请还没有通过网上审核。", "请等待审核结果。"))
    return prints.pass_slip(
        prints.PassSlip(
            head=words.head(case, case.prereview_no or "", actor, reprint=reprint),
            registration=words.registered(found),
            passed_on=clock.local(case.passed_at).date(),
            valid_until=clock.local(case.valid_until).date(),
            bring=tuple(
                line.item.name
                for line in found.checklist(unit_book(found.case.unit_code), clock.now())
                if not line.item.generated and not line.exempt and line.item.when != "optional"
            ),
            place=settings.OFFICE["address"],
            hours=settings.OFFICE["hours"],
            phone=settings.OFFICE["phone"],
        )
    )


KINDS: dict[str, tuple[str, PaperMaker]] = {
    "receipt": ("受理凭证", acceptance_receipt),
    "fee_notice": ("缴费通知书", fees.fee_notice),
    "fee_voucher": ("缴费凭证", fees.fee_voucher),
    "fee_reversal": ("红字缴费凭证", fees.fee_reversal),
    "fee_undertaking": ("减免登记费承诺书", fees.fee_undertaking),
    "application": ("申请书", application_form),
    "inquiry": ("询问笔录", inquiry_record),
    "approval": ("审批表", approval.approval_sheet),
    "transfer_slip": ("传递表", transfer_slip),  # last: it lists the papers made before it
    "refusal": ("不予受理告知书", refusal_notice),
    "pass_slip": ("预审结果", pass_slip),
    "withdrawal_request": ("撤回申请书", ending.withdrawal_request),
    "withdrawal": ("撤回凭证", ending.withdrawal_voucher),
    "originals": ("材料原件收取、退还清单", ending.originals_list),
    "public_notice": ("公告", matters.public_notice),
    "inspection": ("实地查看记录", matters.inspection_record),
    "signing": ("面签记录", signing.signing_record),
    "renewal": ("换发通知书", renewal.renewal_notice),
    "pause": ("暂缓办理通知书", matters.pause_notice),
    "order_receipt": ("协助执行回执", court.receipt),
    "error_report": ("差错报告", faults.error_report),
    "supplement": ("补充材料告知书", matters.supplement_notice),
    "supplement_receipt": ("补充材料收件凭证", matters.supplement_receipt),
    "undertaking": ("容缺受理告知承诺书", undertakings.paper),
}


NO_CHARGE = "免收登记费证明"


def name_of(kind: str, bill: FeeBill | None) -> str:
    """What a paper of a case is called: where nothing is paid, the voucher is the proof of no charge."""
    return NO_CHARGE if kind == "fee_voucher" and bill and bill.state == "free" else KINDS[kind][0]


def belongs(kind: str, found: CaseFacts) -> bool:
    """Whether a paper belongs to a type: an application form where somebody applies, a record where it has questions.
    What the office does by itself or a court orders has neither."""
    if kind == "application":
        return any(item.code == "APP" for item in found.policy.checklist)
    return kind != "inquiry" or bool(found.policy.questions)


def make(kind: str, found: CaseFacts, actor: Actor, reprint: int = 0) -> bytes:
    """One paper of a case as PDF. Raises Refused where it is not time for it yet, or a character cannot be printed."""
    if kind.startswith(f"{court.LETTER}-"):
        return court.letter_of_case(found, kind, actor, reprint)
    if kind not in KINDS:
        raise Refused(Refusal("PRINT_UNKNOWN", "没有这种文书。", "请从列表中选择。"))
    if not belongs(kind, found):
        raise Refused(
            Refusal(
                "PRINT_NOT_OF_TYPE",
                f"{found.registration.name}没有{KINDS[kind][0]}。",
                "登记机构依职权或者依嘱托办理的，不打印这份文书；其余文书照常打印。",
                "不动产登记暂行条例14",
            )
        )
    return KINDS[kind][1](found, actor, reprint)
