"""缮证转卷岗: print and hand out the certificate, archive the volume; and what ends by time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import QuerySet

from dengbu.archives.actions import archive as archive_volume
from dengbu.archives.actions import attach_list, make_hand_over
from dengbu.archives.models import Volume
from dengbu.certificates import actions as certificates
from dengbu.certificates.models import Certificate, Mailing
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.core.vocabulary import RegistrationKind
from dengbu.payments.queries import bill_of, is_settled

from .. import documents, faults
from ..facts import CaseFacts, facts
from ..lifecycle import State
from ..models import Case, CaseDocument, ErrorReport
from .moving import locked, may_move, move, not_own
from .receivers import addressed, entitled

ZERO_UNPROVEN = Refusal(
    "ARCHIVE_ZERO_UNPROVEN",
    "这件业务没有收费，案卷里还没有免收登记费证明。",
    "请先打印免收登记费证明，再归档。",
    "corrections §2.14",
)


def _certifier(case: Case, found: CaseFacts, actor: Actor) -> None:
    """The online reviewer does not print the certificate of the same case; nobody handles their own."""
    if case.reviewer_id == actor.user_id:
        raise NotPermitted(
            "case.reassign",
            Refusal(
                "CASE_SAME_HANDS",
                "您是这件申请的网上审核人，不能缮证、发证。",
                "请由缮证转卷岗的其他同事办理。",
                "domain §9.1",
            ),
        )
    not_own(case, found.parties, actor)


@act("cases.print_certificate", permission="case.certify")
def print_certificate(
    *, actor: Actor, docket_id: uuid.UUID, certificate_id: uuid.UUID, blank_serial: str
) -> str:
    """缮证: print one certificate on a scanned blank; when the last of the case is printed, the case is certified."""
    case = locked(docket_id)
    found = facts(case)
    _certifier(case, found, actor)
    certificate = _of_case(case, certificate_id)
    if case.state != State.REGISTERED:
        may_move(case, "print", actor)
    certificates.print_certificate(
        actor=actor,
        certificate_id=certificate.pk,
        blank_serial=blank_serial,
        page=documents.certificate_page(found, certificate, actor, blank_serial),
    )
    if not Certificate.objects.filter(docket_id=docket_id, state="numbered").exists():
        _certified(case, found, actor)
    return case.state


def _certified(case: Case, found: CaseFacts, actor: Actor) -> None:
    case.certifier_id = actor.user_id
    move(case, "print", actor)
    corrected = found.registration.kind is RegistrationKind.CORRECTION
    ready = "ready_to_mail" if by_mail(case) else "ready"
    for template in ("renew", "corrected") if corrected else (ready,):
        enqueue("cases.tell", docket_ids=[str(case.docket_id)], template=template)


@act("cases.finish_printing", permission="case.certify")
def finish_printing(*, actor: Actor, docket_id: uuid.UUID) -> str:
    """缮证完成: what was still to be printed became void (its home was sold on, say); what is printed can be handed out.

    Raises Refused where something is to be printed yet, or nothing was.
    """
    case = locked(docket_id)
    found = facts(case)
    _certifier(case, found, actor)
    may_move(case, "print", actor)
    states = set(Certificate.objects.filter(docket_id=docket_id).values_list("state", flat=True))
    if "numbered" in states or "printed" not in states:
        raise Refused(
            Refusal(
                "CERT_TO_PRINT", "这件申请还有证书没有缮证。", "请先缮证，再转待发证。", "工作方案四（五）"
            )
        )
    _certified(case, found, actor)
    return case.state


@act("cases.reprint_certificate", permission="case.certify")
def reprint_certificate(
    *, actor: Actor, docket_id: uuid.UUID, certificate_id: uuid.UUID, new_blank_serial: str, reason: str
) -> str:
    """A print fault is only a reprint (corrections §2.12): the spoiled blank is recorded, the number stays."""
    case = locked(docket_id)
    found = facts(case)
    _certifier(case, found, actor)
    certificate = _of_case(case, certificate_id)
    certificates.reprint(
        actor=actor,
        certificate_id=certificate.pk,
        new_blank_serial=new_blank_serial,
        reason=reason,
        page=documents.certificate_page(found, certificate, actor, new_blank_serial),
    )
    return case.state


def _of_case(case: Case, certificate_id: uuid.UUID) -> Certificate:
    certificate = Certificate.objects.filter(pk=certificate_id, docket_id=case.docket_id).first()
    if certificate is None:
        raise Refused(Refusal("CERT_NOT_OF_CASE", "这本证书不属于这件申请。", "请刷新页面后重新选择。"))
    return certificate


@act("cases.issue", permission="case.issue")
def issue(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    certificate_id: uuid.UUID,
    receiver_name: str,
    receiver_document_kind: str,
    receiver_number: str,
    receipt_shown: bool,
    voucher_shown: bool,
    identity_checked: bool,
    mandate: str = "",
) -> str:
    """发证: against receipt, voucher and identity, to the right holder, their agent or operator, or whoever brings a
    `mandate` (代领依据). An unpaid fee stops the hand-out, never the entry (corrections 12).

    Raises Refused with every reason, CERT_RECEIVER_NOT_ENTITLED for anybody else.
    """
    case = locked(docket_id)
    found = facts(case)
    _certifier(case, found, actor)
    may_move(case, "issue", actor)
    certificate = _of_case(case, certificate_id)
    certificates.issue(
        actor=actor,
        certificate_id=certificate.pk,
        receiver_name=receiver_name,
        receiver_document_kind=receiver_document_kind,
        receiver_number=receiver_number,
        receipt_shown=receipt_shown,
        voucher_shown=voucher_shown,
        identity_checked=identity_checked,
        fee_settled=is_settled(docket_id),
        receiver_entitled=entitled(found, certificate, receiver_name, receiver_number),
        mandate=mandate,
    )
    _handed_out(case, actor)
    return case.state


def by_mail(case: Case) -> bool:
    """Whether the applicant asked for the certificate by post."""
    return bool(case.filed.get("delivery", {}).get("way") == "mail")


def _handed_out(case: Case, actor: Actor) -> None:
    """The case is issued when nothing of it is left here or under way."""
    if case.state == State.CERTIFIED and not _left(case.docket_id).exists():
        move(case, "issue", actor)


def _left(docket_id: uuid.UUID) -> QuerySet[Certificate]:
    """What of a case is to be printed or handed out, or under way."""
    return Certificate.objects.filter(docket_id=docket_id).exclude(state__in=("issued", "void"))


@act("cases.mail", permission="case.issue")
def mail(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    certificate_ids: Sequence[uuid.UUID],
    receiver_name: str,
    address: str,
    phone: str,
    tracking: str,
) -> str:
    """邮寄: certificates of a case that asked for it, to the right holder, their agent or operator, against the same
    conditions as a hand-out (corrections §2.15). The parties are told the number. Raises Refused."""
    case = locked(docket_id)
    found = facts(case)
    _certifier(case, found, actor)
    may_move(case, "issue", actor)
    chosen = Certificate.objects.filter(docket_id=docket_id, pk__in=list(certificate_ids))
    made: str = certificates.mail(
        actor=actor,
        docket_id=docket_id,
        certificate_ids=certificate_ids,
        receiver_name=receiver_name,
        address=address,
        phone=phone,
        tracking=tracking,
        fee_settled=is_settled(docket_id),
        asked_for=by_mail(case),
        receiver_entitled=all(addressed(found, c, receiver_name) for c in chosen),
    )
    enqueue("cases.tell", docket_ids=[str(docket_id)], template="mailed")
    return made


@act("cases.mail_delivered", permission="case.issue")
def mail_delivered(*, actor: Actor, docket_id: uuid.UUID, mailing_id: uuid.UUID, signed_by: str) -> str:
    """签收: what was mailed is handed out; the last of a case issues it. Raises Refused."""
    case = locked(docket_id)
    _certifier(case, facts(case), actor)
    certificates.deliver(actor=actor, mailing_id=_of_docket(case, mailing_id), signed_by=signed_by)
    _handed_out(case, actor)
    return case.state


@act("cases.mail_returned", permission="case.issue")
def mail_returned(*, actor: Actor, docket_id: uuid.UUID, mailing_id: uuid.UUID, reason: str) -> str:
    """退回: it lies here again, to be sent anew or collected; the parties are told. Raises Refused."""
    case = locked(docket_id)
    _certifier(case, facts(case), actor)
    certificates.bring_back(actor=actor, mailing_id=_of_docket(case, mailing_id), reason=reason)
    enqueue("cases.tell", docket_ids=[str(docket_id)], template="mail_returned")
    return case.state


def _of_docket(case: Case, mailing_id: uuid.UUID) -> uuid.UUID:
    if not Mailing.objects.filter(pk=mailing_id, docket_id=case.docket_id).exists():
        raise Refused(Refusal("MAIL_UNKNOWN", "没有找到这件邮件。", "请刷新页面后重新选择。"))
    return mailing_id


@act("cases.archive", permission="case.archive")
def archive(*, actor: Actor, docket_id: uuid.UUID, paper_pages: int, difference_note: str = "") -> str:
    """归档: the volume with its page catalogue. A case that makes no certificate is archived after entry, and one whose
    certificates all became void before anybody had them: there is nothing to hand out."""
    case = locked(docket_id)
    found = facts(case)
    not_own(case, found.parties, actor)
    waiting = case.state in (State.REGISTERED, State.CERTIFIED)
    if waiting and _left(docket_id).exists():
        raise Conflict(
            Refusal(
                "ARCHIVE_NOT_ISSUED",
                "证书还没有缮制和发放，不能归档。",
                "请先缮证、发证。",
                "工作方案四（五）",
            )
        )
    if case.state != State.CERTIFIED:
        may_move(case, "archive", actor)
    if waiting and not is_settled(docket_id):
        raise Refused(Refusal("CERT_FEE_UNPAID", "还有费用未缴，不能办结。", "请先缴费。", "corrections 12"))
    corrects = found.registration.kind is RegistrationKind.CORRECTION
    if corrects and not ErrorReport.objects.filter(docket_id=docket_id).exists():
        raise Refused(faults.MISSING)
    bill = bill_of(docket_id)
    proven = CaseDocument.objects.filter(docket_id=docket_id, kind="fee_voucher")
    if bill is not None and bill.state == "free" and not proven.exists():
        raise Refused(ZERO_UNPROVEN)
    catalogue = documents.catalogue(found)
    archive_volume(
        actor=actor,
        docket_id=docket_id,
        catalogue=catalogue,
        paper_pages=paper_pages,
        difference_note=difference_note,
        document=lambda number: documents.volume_pdf(found, catalogue, actor, number),
    )
    if case.state == State.CERTIFIED:
        move(case, "issue", actor, note="证书已注销，不再发证")
    move(case, "archive", actor)
    enqueue("cases.tell", docket_ids=[str(docket_id)], template="archived")
    return case.state


@act("cases.hand_over", permission="archive.hand_over")
def hand_over(*, actor: Actor, volume_ids: Sequence[uuid.UUID] | None = None) -> str:
    """移交清单: a list of archived volumes to the archive room, printed and kept; the queue moves only after success."""
    made = make_hand_over(actor=actor, volume_ids=volume_ids)
    volumes = list(Volume.objects.filter(hand_over=made).select_related("docket__case").order_by("number"))
    attach_list(actor=actor, hand_over_id=made.pk, document=documents.hand_over_pdf(made, volumes, actor))
    return str(made.pk)


@act("cases.expire_overdue")
def expire_overdue(*, actor: Actor) -> int:
    """Confirmations not given, corrections not answered and pre-review results not used by their day expire; their
    units are let go."""
    now, count = clock.now(), 0
    overdue = (
        Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(
            state__in=[s.value for s in (State.AWAITING, State.CORRECTION, State.PREAPPROVED)], due_at__lt=now
        )
        .order_by("docket_id")[:200]
    )
    for case in overdue:
        move(case, "expire", actor)
        enqueue("cases.tell", docket_ids=[str(case.docket_id)], template="expired")
        count += 1
    return count
